//! A browser without pictures, and an application that iMIS hands people to.

use std::sync::{Arc, Mutex};

use axum::{Router, body::Bytes, extract::State, http::Method};
use reqwest::{Client, StatusCode, header, redirect::Policy};
use sim::imis::Running;
use url::Url;

/// Keeps cookies and follows no redirect by itself.
pub(crate) struct Browser {
    client: Client,
    cookies: Mutex<Vec<(String, String)>>,
}

/// A page or a redirect.
#[derive(Debug)]
pub(crate) struct Shown {
    /// Address it was got from.
    pub(crate) url: Url,
    /// Status code.
    pub(crate) status: StatusCode,
    /// Headers.
    pub(crate) headers: header::HeaderMap,
    /// Body.
    pub(crate) text: String,
}

impl Shown {
    /// A header, or nothing.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Where a redirect leads.
    pub(crate) fn location(&self) -> Url {
        self.url.join(self.header("location")).expect("an address")
    }

    /// Value of an attribute behind a piece of markup.
    pub(crate) fn attribute(&self, behind: &str) -> &str {
        let (_, rest) = self.text.split_once(behind).unwrap_or_else(|| panic!("no {behind} in {}", self.text));
        rest.split('"').next().expect("a value")
    }

    /// The refresh token in the form that is about to be sent.
    pub(crate) fn refresh_token(&self) -> &str {
        self.attribute("name=refresh_token value=\"")
    }
}

impl Browser {
    /// One without cookies.
    pub(crate) fn new() -> Self {
        let client = Client::builder().redirect(Policy::none()).no_proxy().build().expect("a client");
        Self { client, cookies: Mutex::default() }
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Shown {
        let cookies = self.cookies.lock().expect("cookies").clone();
        let cookies: Vec<String> = cookies.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        let response = request.header(header::COOKIE, cookies.join("; ")).send().await.expect("an answer");
        let (status, headers, url) = (response.status(), response.headers().clone(), response.url().clone());
        for line in headers.get_all(header::SET_COOKIE) {
            let pair = line.to_str().expect("text").split(';').next().expect("a pair");
            let (name, value) = pair.split_once('=').expect("a pair");
            let mut cookies = self.cookies.lock().expect("cookies");
            cookies.retain(|(known, _)| known != name);
            if !value.is_empty() {
                cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        Shown { url, status, headers, text: response.text().await.expect("a body") }
    }

    /// GET.
    pub(crate) async fn open(&self, url: Url) -> Shown {
        self.send(self.client.get(url)).await
    }

    /// Sends a form.
    pub(crate) async fn post(&self, url: Url, form: &[(&str, &str)]) -> Shown {
        self.send(self.client.post(url).form(form)).await
    }

    /// Follows redirects to the first page.
    pub(crate) async fn go(&self, url: Url) -> Shown {
        let mut shown = self.open(url).await;
        while shown.status.is_redirection() {
            shown = self.open(shown.location()).await;
        }
        shown
    }

    /// Goes to a page of iMIS by way of its sign-in form.
    pub(crate) async fn sign_in(&self, imis: &Running, user: &str, password: &str) -> Shown {
        let form = self.go(imis.url().join("SignIn.aspx").expect("an address")).await;
        self.post(form.url, &[("username", user), ("password", password)]).await
    }
}

/// What arrived at an application.
pub(crate) type Arrivals = Arc<Mutex<Vec<(Method, String, String)>>>;

/// An application at a redirect URL; it answers everything with one status.
pub(crate) struct Application {
    /// Its redirect URL.
    pub(crate) url: Url,
    /// Method, content type and body of what arrived.
    pub(crate) arrivals: Arrivals,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Application {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Application {
    /// Listens on a free port.
    pub(crate) async fn answering(status: u16) -> Self {
        let arrivals = Arrivals::default();
        let status = axum::http::StatusCode::from_u16(status).expect("a status");
        let keep = move |State(kept): State<Arrivals>, method: Method, headers: header::HeaderMap, body: Bytes| async move {
            let media = headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
            let body = String::from_utf8_lossy(&body).into_owned();
            kept.lock().expect("arrivals").push((method, media.to_owned(), body));
            status
        };
        let router = Router::new().fallback(keep).with_state(Arc::clone(&arrivals));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let task = tokio::spawn(async move { axum::serve(listener, router).await.expect("it serves") });
        let url = Url::parse(&format!("http://{address}/auth/live/imis?a=1&b=2")).expect("an address");
        Self { url, arrivals, task }
    }
}
