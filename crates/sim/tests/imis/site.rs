//! A site and a client for the tests: HTTP and JSON, nothing that knows how the site works.

use reqwest::{Client, Method, Response, StatusCode};
use serde_json::{Value, json};
use sim::imis::{Running, Settings};

/// A running site and a client of it.
pub(crate) struct Site {
    /// The site.
    pub(crate) running: Running,
    client: Client,
}

/// A status with its body.
#[derive(Debug)]
pub(crate) struct Reply {
    /// Status code.
    pub(crate) status: u16,
    /// Body as text.
    pub(crate) text: String,
}

impl Reply {
    async fn of(response: Response) -> Self {
        let status = response.status().as_u16();
        Self { status, text: response.text().await.expect("a body") }
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {} {}", self.status, self.text))
    }

    /// `Errors.$values[0]` of a validation body.
    pub(crate) fn complaint(&self) -> Value {
        assert_eq!(self.status, 400, "{}", self.text);
        self.json()["Errors"]["$values"][0].clone()
    }
}

impl Site {
    /// The usual site.
    pub(crate) async fn start() -> Self {
        Self::of(Settings::default()).await
    }

    /// A site to order.
    pub(crate) async fn of(settings: Settings) -> Self {
        Self { running: sim::imis::start(settings).await.expect("the site starts"), client: Client::new() }
    }

    /// Posts to `/token`.
    pub(crate) async fn ask_token(&self, form: &[(&str, &str)]) -> Reply {
        let url = self.running.url().join("token").expect("a path");
        Reply::of(self.client.post(url).form(form).send().await.expect("an answer")).await
    }

    /// Signs in with the right password.
    pub(crate) async fn token(&self, user: &str) -> String {
        let reply = self.ask_token(&[("grant_type", "password"), ("username", user), ("password", "Passw0rd!")]).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.json()["access_token"].as_str().expect("a token").to_owned()
    }

    /// One call of the API.
    pub(crate) async fn try_call(
        &self,
        token: &str,
        method: Method,
        path: &str,
        body: Option<String>,
    ) -> Result<Reply, reqwest::Error> {
        let url = self.running.url().join("api/").and_then(|base| base.join(path)).expect("a path");
        let mut request = self.client.request(method, url).bearer_auth(token).header("Accept", "application/json");
        if let Some(body) = body {
            request = request.header("Content-Type", "application/json").body(body);
        }
        let response = request.send().await?;
        let status = response.status().as_u16();
        Ok(Reply { status, text: response.text().await? })
    }

    /// GET.
    pub(crate) async fn get(&self, token: &str, path: &str) -> Reply {
        self.try_call(token, Method::GET, path, None).await.expect("an answer")
    }

    /// POST.
    pub(crate) async fn post(&self, token: &str, path: &str, body: &Value) -> Reply {
        self.try_call(token, Method::POST, path, Some(body.to_string())).await.expect("an answer")
    }

    /// PUT.
    pub(crate) async fn put(&self, token: &str, path: &str, body: &Value) -> Reply {
        self.try_call(token, Method::PUT, path, Some(body.to_string())).await.expect("an answer")
    }

    /// DELETE.
    pub(crate) async fn delete(&self, token: &str, path: &str) -> Reply {
        self.try_call(token, Method::DELETE, path, None).await.expect("an answer")
    }

    /// A path outside the API.
    pub(crate) async fn outside(&self, method: Method, path: &str) -> (StatusCode, String) {
        let url = format!("http://{}{path}", self.running.address());
        let response = self.client.request(method, url).send().await.expect("an answer");
        (response.status(), response.text().await.expect("a body"))
    }
}

/// Both product lines (imis.md §2).
pub(crate) const EDITIONS: [sim::imis::Edition; 2] = [sim::imis::Edition::Ems, sim::imis::Edition::Imis2017];

/// The items of a page.
pub(crate) fn items(page: &Value) -> Vec<Value> {
    page["Items"]["$values"].as_array().expect("items").clone()
}

/// Ids of the contacts on a page, in order.
pub(crate) fn ids(page: &Value) -> Vec<String> {
    let items = page["Items"]["$values"].as_array().expect("items");
    items.iter().map(|item| item["PartyId"].as_str().expect("an id").to_owned()).collect()
}

/// The activity of imis.md §6.1, with the given properties.
pub(crate) fn activity(properties: &[(&str, Value)]) -> Value {
    let properties: Vec<Value> = properties
        .iter()
        .map(|(name, value)| {
            json!({ "$type": "Asi.Soa.Core.DataContracts.GenericPropertyData, Asi.Contracts", "Name": name, "Value": value })
        })
        .collect();
    json!({
        "$type": "Asi.Soa.Core.DataContracts.GenericEntityData, Asi.Contracts",
        "EntityTypeName": "Activity",
        "PrimaryParentEntityTypeName": "Party",
        "Properties": {
            "$type": "Asi.Soa.Core.DataContracts.GenericPropertyDataCollection, Asi.Contracts",
            "$values": properties,
        },
    })
}

/// A property of a generic entity: `None` when its value is absent.
pub(crate) fn property(entity: &Value, name: &str) -> Option<Value> {
    let properties = entity["Properties"]["$values"].as_array().expect("properties");
    let property = properties.iter().find(|one| one["Name"] == name).unwrap_or_else(|| panic!("no {name}"));
    property.get("Value").cloned()
}

/// A communication log (imis.md §7.2).
pub(crate) fn log(subject: &str) -> Value {
    json!({
        "$type": "Asi.Soa.Communications.DataContracts.CommunicationLogData, Asi.Contracts",
        "Subject": subject, "Html": "<p>Body</p>", "Status": 3, "CommunicationLogMessageId": "<1@mail.example>",
    })
}
