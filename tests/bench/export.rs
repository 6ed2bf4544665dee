//! What exporting 100,000 rows holds in memory, and how long it takes beside the stand-in's own answering.

use crate::process::{Server, temporary_folder};
use crate::report::Report;
use api::{Call, DescribeQuery, ExportQuery, ListQueries, QueryForm, QueryList, SignIn, SignedIn, SiteName};
use sim::imis::{LARGE_QUERY_ROWS, Settings};
use std::time::Instant;
use tests::world::PASSWORD;

pub(crate) const NAMES: [&str; 2] = ["export_100000_rows_memory_mib", "export_100000_rows_time_ratio"];

const PAGE: u32 = 500;

/// Exports the large query, then asks iMIS for the same pages without a server in between.
pub(crate) async fn large_query(report: &mut Report) {
    let imis = sim::imis::start(Settings::default()).await.expect("iMIS starts");
    let folder = temporary_folder();
    let (server, _) = Server::start(&folder, imis.url().as_str()).await;
    let person = Person::sign_in(&server.url).await;
    person.export("Names only").await;
    let before = server.memory("VmRSS");
    let begun = Instant::now();
    let lines = person.export("Everybody there is").await;
    let took = begun.elapsed().as_secs_f64();
    assert_eq!(lines, u64::from(LARGE_QUERY_ROWS) + 1, "every row has arrived");
    report.at_most(NAMES[0], server.memory("VmHWM") - before, "MiB more", 16.0);
    report.at_most(NAMES[1], took / directly(&imis).await, "×", 2.0);
    let _ = std::fs::remove_dir_all(folder);
}

struct Person {
    http: reqwest::Client,
    url: String,
    token: String,
}

impl Person {
    async fn sign_in(url: &str) -> Self {
        let mut person = Self { http: reqwest::Client::new(), url: url.to_owned(), token: String::new() };
        let sign_in =
            SignIn { site: SiteName("live".to_owned()), user_name: "STAFF1".to_owned(), password: PASSWORD.to_owned() };
        let signed_in: SignedIn = person.call(&sign_in).await;
        person.token = signed_in.token.0;
        person
    }

    fn post(&self, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.post(format!("{}{path}", self.url)).header(api::VERSION_HEADER, api::VERSION);
        if self.token.is_empty() { request } else { request.bearer_auth(&self.token) }
    }

    async fn call<C: Call>(&self, call: &C) -> C::Response {
        let answer = self.post(C::PATH).json(call).send().await.expect("the server answers");
        answer.json().await.expect("as the vocabulary says")
    }

    /// Exports a query and counts the lines, holding none of them.
    async fn export(&self, name: &str) -> u64 {
        let list: QueryList = self.call(&ListQueries { folder: None, text: name.to_owned() }).await;
        let query = list.queries.into_iter().find(|query| query.name == name).expect("the query is there").id;
        let form: QueryForm = self.call(&DescribeQuery { query: query.clone() }).await;
        let ask = ExportQuery { query, version: form.version, values: Vec::new() };
        let mut answer = self.post(ExportQuery::PATH).json(&ask).send().await.expect("the server answers");
        let mut lines = 0;
        while let Some(chunk) = answer.chunk().await.expect("to the end") {
            lines += chunk.iter().filter(|byte| **byte == b'\n').count() as u64;
        }
        lines
    }
}

/// Seconds for the same pages from the stand-in itself.
async fn directly(imis: &sim::imis::Running) -> f64 {
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    let form = [("grant_type", "password"), ("username", "STAFF1"), ("password", PASSWORD)];
    let address = |path: &str| imis.url().join(path).expect("a path of iMIS");
    let answer = http.post(address("token")).form(&form).send().await.expect("iMIS answers");
    let answer: serde_json::Value = answer.json().await.expect("in JSON");
    let token = answer["access_token"].as_str().expect("a token").to_owned();
    let begun = Instant::now();
    for offset in (0..LARGE_QUERY_ROWS).step_by(PAGE as usize) {
        let page = [
            ("QueryName", "$/Outlook/Everybody there is".to_owned()),
            ("limit", PAGE.to_string()),
            ("offset", offset.to_string()),
        ];
        let answer =
            http.get(address("api/query")).query(&page).bearer_auth(&token).send().await.expect("iMIS answers");
        assert!(answer.status().is_success(), "{}", answer.status());
        answer.bytes().await.expect("to the end");
    }
    begun.elapsed().as_secs_f64()
}
