//! As much of a browser as signing in takes: it follows redirects within the
//! provider, keeps cookies, fills in the form, and stops at our address.

use reqwest::{Response, header};
use std::collections::HashMap;
use url::Url;

pub(super) struct Browser {
    http: reqwest::Client,
    cookies: HashMap<String, String>,
    /// Where the provider sends the browser back to.
    home: Url,
}

impl Browser {
    pub(super) fn new(home: &Url) -> Self {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
        Self { http, cookies: HashMap::new(), home: home.clone() }
    }

    /// Goes to `url`, fills in the forms met, and answers with the query that is brought home.
    pub(super) async fn bring_home(&mut self, url: &Url, fields: &[(&str, &str)]) -> String {
        let mut at = url.clone();
        let mut answer = self.get(&at).await;
        for _ in 0..12 {
            if answer.status().is_redirection() {
                at = at.join(answer.headers()[header::LOCATION].to_str().unwrap()).unwrap();
                if at.origin() == self.home.origin() && at.path() == self.home.path() {
                    return at.query().unwrap_or_default().to_owned();
                }
                answer = self.get(&at).await;
                continue;
            }
            assert!(answer.status().is_success(), "{at} answered {}", answer.status());
            let page = answer.text().await.unwrap();
            let action = attribute(&page, "<form", "action").expect("a page without a form");
            at = at.join(&action).unwrap();
            let mut form: Vec<(String, String)> = hidden(&page);
            form.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
            let request = self.http.post(at.clone()).form(&form);
            answer = self.send(request).await;
        }
        panic!("the browser goes round in circles at {at}");
    }

    async fn get(&mut self, url: &Url) -> Response {
        let request = self.http.get(url.clone());
        self.send(request).await
    }

    async fn send(&mut self, request: reqwest::RequestBuilder) -> Response {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let answer = request.header(header::COOKIE, cookies.join("; ")).send().await.unwrap();
        for cookie in answer.headers().get_all(header::SET_COOKIE) {
            let (name, value) = cookie.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }
}

fn hidden(page: &str) -> Vec<(String, String)> {
    let tags = page.split("<input").skip(1).map(|tag| tag.split('>').next().unwrap());
    let fields = tags.filter(|tag| tag.contains("type=\"hidden\""));
    fields.filter_map(|tag| Some((attribute(tag, "", "name")?, attribute(tag, "", "value")?))).collect()
}

fn attribute(text: &str, after: &str, name: &str) -> Option<String> {
    let (_, rest) = text.split_once(after)?;
    let (_, value) = rest.split_once(&format!("{name}=\""))?;
    Some(value.split('"').next()?.replace("&amp;", "&"))
}
