//! A pane and a dialog's window, as far as HTTP shows them: cookies with their
//! rules, redirects, forms that submit themselves.

use crate::key_binding::BrowserKey;
use crate::world::{PASSWORD, World, answer};
use api::{BeginSignIn, Call as _, DialogMessage, EmailAddress, Problem, Redeem, SignInBegun, SignInMethod, SiteName};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::{Method, RequestBuilder, StatusCode};
use secrecy::SecretString;
use server::Config;
use server::config::{NullOrigin, RefreshTokens, SingleSignOn};
use sha2::{Digest as _, Sha256};
use sim::imis::{ClientApplication, Settings};
use std::sync::Mutex;
use url::Url;

pub(crate) const CLIENT_ID: &str = "Outlook";
pub(crate) const CLIENT_SECRET: &str = sim::imis::CLIENT_SECRET;

pub(crate) fn live() -> SiteName {
    SiteName("live".to_owned())
}

/// Sets up iMIS's single sign-on at the first site.
pub(crate) fn single_sign_on(config: &mut Config) {
    let site = &mut config.sites[0];
    site.single_sign_on = Some(SingleSignOn {
        client_id: CLIENT_ID.to_owned(),
        client_secret: SecretString::from(CLIENT_SECRET),
        page_url: site.url.join("Outlook.aspx").unwrap(),
        null_origin: NullOrigin::Refused,
        refresh_tokens: RefreshTokens::Once,
    });
}

/// A world with iMIS's single sign-on.
pub(crate) async fn world() -> World {
    world_with(Settings::default(), |_| {}).await
}

pub(crate) async fn world_with(settings: Settings, change: impl FnOnce(&mut Config)) -> World {
    let world = World::with(settings, |config| {
        single_sign_on(config);
        change(config);
    })
    .await;
    register(&world);
    world
}

/// Tells iMIS of our client application.
pub(crate) fn register(world: &World) {
    let back = Url::parse(&format!("{}/auth/live/imis", world.url)).unwrap();
    world.imis.register_application(ClientApplication::new(CLIENT_ID).redirecting_to(back));
}

/// A pane that has begun a sign-in.
pub(crate) struct Pane<'a> {
    pub(crate) world: &'a World,
    pub(crate) begun: SignInBegun,
    pub(crate) verifier: String,
    pub(crate) key: Option<BrowserKey>,
}

pub(crate) fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}

pub(crate) fn verifier() -> String {
    format!("{}{}", uuid::Uuid::new_v4().simple(), uuid::Uuid::new_v4().simple())
}

pub(crate) fn ask(verifier: &str, method: SignInMethod) -> BeginSignIn {
    let mailbox = Some(EmailAddress::parse("hannah.weiss@association.example").unwrap());
    BeginSignIn { site: live(), method, challenge: challenge(verifier), mailbox }
}

impl<'a> Pane<'a> {
    /// Begins with a key of its own.
    pub(crate) async fn begin(world: &'a World, method: SignInMethod) -> Pane<'a> {
        Self::begin_with(world, method, Some(BrowserKey::new())).await
    }

    pub(crate) async fn begin_with(world: &'a World, method: SignInMethod, key: Option<BrowserKey>) -> Pane<'a> {
        let verifier = verifier();
        let mut request = world.call(&ask(&verifier, method));
        if let Some(key) = &key {
            request = request.header("dpop", key.proof(world, "POST", BeginSignIn::PATH, None));
        }
        let begun = answer(request).await.unwrap();
        Pane { world, begun, verifier, key }
    }

    pub(crate) async fn single_sign_on(world: &'a World) -> Pane<'a> {
        Self::begin(world, SignInMethod::SingleSignOn).await
    }

    pub(crate) fn start(&self) -> Url {
        Url::parse(&self.world.url).unwrap().join(&self.begun.start_path).unwrap()
    }

    pub(crate) fn offer(&self, code: &str) -> Redeem {
        let flow = self.begun.flow.clone();
        Redeem { flow, code: code.to_owned(), verifier: self.verifier.clone(), former: None }
    }

    /// The request that redeems, signed with the pane's key where it has one.
    pub(crate) fn request(&self, offer: &Redeem) -> RequestBuilder {
        let request = self.world.call(offer);
        match &self.key {
            Some(key) => request.header("dpop", key.proof(self.world, "POST", Redeem::PATH, None)),
            None => request,
        }
    }

    pub(crate) async fn redeem(&self, code: &str) -> Result<api::SignedIn, Problem> {
        answer(self.request(&self.offer(code))).await
    }

    /// Asks with a token of this pane.
    pub(crate) async fn ask<C: api::Call>(&self, call: &C, token: &str) -> Result<C::Response, Problem> {
        let request = self.world.call(call);
        let request = match &self.key {
            Some(key) => {
                let verb = match C::VERB {
                    api::Verb::Get => "GET",
                    api::Verb::Post => "POST",
                    api::Verb::Delete => "DELETE",
                };
                let proof = key.proof(self.world, verb, C::PATH, Some(token));
                request.header("authorization", format!("DPoP {token}")).header("dpop", proof)
            }
            None => request.bearer_auth(token),
        };
        answer(request).await
    }
}

/// Passes through a whole sign-in at iMIS and redeems its code.
pub(crate) async fn sign_in<'a>(world: &'a World, user: &str) -> (Pane<'a>, api::SignedIn) {
    let pane = Pane::single_sign_on(world).await;
    let window = Window::new();
    let message = window.pass(&pane, user).await.message();
    let signed_in = pane.redeem(&message.code.unwrap()).await.unwrap();
    (pane, signed_in)
}

struct Cookie {
    host: String,
    name: String,
    value: String,
    across: bool,
}

/// A browser's window at the top level.
pub(crate) struct Window {
    http: reqwest::Client,
    cookies: Mutex<Vec<Cookie>>,
}

/// What a window shows, or is told.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) url: Url,
    pub(crate) status: StatusCode,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
}

/// Where a request comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum From<'a> {
    /// Typed, or a page of the same origin.
    Here,
    /// A page of this origin.
    Origin(&'a str),
}

fn place(url: &Url) -> String {
    format!("{}:{}", url.host_str().unwrap(), url.port_or_known_default().unwrap())
}

fn unescaped(text: &str) -> String {
    let text = text.replace("&quot;", "\"").replace("&#39;", "'").replace("&lt;", "<").replace("&gt;", ">");
    text.replace("&amp;", "&")
}

impl Shown {
    pub(crate) fn location(&self) -> Url {
        let to = self.headers["location"].to_str().unwrap();
        self.url.join(to).unwrap()
    }

    /// What stands behind a piece of markup, up to the next quotation mark.
    pub(crate) fn attribute(&self, behind: &str) -> String {
        let (_, rest) = self.text.split_once(behind).unwrap_or_else(|| panic!("no {behind} in {}", self.text));
        unescaped(rest.split('"').next().unwrap())
    }

    /// What the page tells the pane.
    pub(crate) fn message(&self) -> DialogMessage {
        serde_json::from_str(&self.attribute("data-message=\"")).unwrap()
    }

    pub(crate) fn has_message(&self) -> bool {
        self.text.contains("data-message=")
    }

    /// The code to type.
    pub(crate) fn typed_code(&self) -> String {
        let (_, rest) = self.text.split_once("<span aria-hidden=\"true\">").unwrap();
        rest.split('<').next().unwrap().to_owned()
    }

    pub(crate) fn cookies(&self) -> Vec<&str> {
        self.headers.get_all("set-cookie").iter().map(|line| line.to_str().unwrap()).collect()
    }
}

impl Window {
    pub(crate) fn new() -> Self {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
        Self { http, cookies: Mutex::default() }
    }

    /// The value of a cookie that this window would send to `url`.
    pub(crate) fn cookie(&self, url: &Url, name: &str) -> Option<String> {
        let cookies = self.cookies.lock().unwrap();
        cookies
            .iter()
            .find(|cookie| cookie.host == place(url) && cookie.name == name)
            .map(|cookie| cookie.value.clone())
    }

    pub(crate) fn set_cookie(&self, url: &Url, name: &str, value: &str) {
        let mut cookies = self.cookies.lock().unwrap();
        let host = place(url);
        cookies.retain(|cookie| cookie.host != host || cookie.name != name);
        cookies.push(Cookie { host, name: name.to_owned(), value: value.to_owned(), across: true });
    }

    /// A request as a browser would make it; nothing is sent yet.
    pub(crate) fn request(&self, method: Method, url: &Url, from: From<'_>) -> RequestBuilder {
        let across = method == Method::POST && from != From::Here;
        let host = place(url);
        let pairs: Vec<String> = {
            let cookies = self.cookies.lock().unwrap();
            let sent = cookies.iter().filter(|cookie| cookie.host == host && (cookie.across || !across));
            sent.map(|cookie| format!("{}={}", cookie.name, cookie.value)).collect()
        };
        let mut request = self.http.request(method, url.clone());
        request = request.header("sec-fetch-mode", "navigate").header("sec-fetch-dest", "document");
        if !pairs.is_empty() {
            request = request.header("cookie", pairs.join("; "));
        }
        match from {
            From::Here => request,
            From::Origin(origin) => request.header("origin", origin),
        }
    }

    /// Sends it and keeps the cookies.
    pub(crate) async fn send(&self, request: RequestBuilder) -> Shown {
        let response = request.send().await.unwrap();
        let (status, headers, url) = (response.status(), response.headers().clone(), response.url().clone());
        for line in headers.get_all("set-cookie") {
            let line = line.to_str().unwrap();
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            let mut cookies = self.cookies.lock().unwrap();
            let host = place(&url);
            cookies.retain(|cookie| cookie.host != host || cookie.name != name);
            if !value.is_empty() {
                let across = line.contains("SameSite=None");
                cookies.push(Cookie { host, name: name.to_owned(), value: value.to_owned(), across });
            }
        }
        Shown { url, status, headers, text: response.text().await.unwrap() }
    }

    pub(crate) async fn open(&self, url: &Url) -> Shown {
        self.send(self.request(Method::GET, url, From::Here)).await
    }

    /// Opens it and follows redirects to the first page.
    pub(crate) async fn go(&self, url: &Url) -> Shown {
        self.follow(self.open(url).await).await
    }

    pub(crate) async fn follow(&self, shown: Shown) -> Shown {
        let mut shown = shown;
        while shown.status.is_redirection() {
            shown = self.open(&shown.location()).await;
        }
        shown
    }

    /// Types name and password into the form of the page, of iMIS or of the provider.
    pub(crate) async fn type_in(&self, sheet: &Shown, user: &str, password: &str) -> Shown {
        let origin = sheet.url.origin().ascii_serialization();
        let mut form = vec![("username", user.to_owned()), ("password", password.to_owned())];
        let mut to = sheet.url.clone();
        if sheet.text.contains("name=\"interaction\"") {
            form.push(("interaction", sheet.attribute("name=\"interaction\" value=\"")));
            to = sheet.url.join(&sheet.attribute("action=\"")).unwrap();
        }
        let request = self.request(Method::POST, &to, From::Here).header("origin", origin).form(&form);
        let shown = self.send(request).await;
        self.follow(shown).await
    }

    /// The form of iMIS's page submits itself; what our server answers, without following it.
    pub(crate) async fn hand_over(&self, sheet: &Shown) -> Shown {
        let (to, token) = handed(sheet);
        let origin = sheet.url.origin().ascii_serialization();
        self.post(&to, From::Origin(&origin), &[("refresh_token", &token)]).await
    }

    pub(crate) async fn post(&self, to: &Url, from: From<'_>, form: &[(&str, &str)]) -> Shown {
        self.send(self.request(Method::POST, to, from).form(form)).await
    }

    /// From the dialog's first page to iMIS's page with the form that submits itself.
    pub(crate) async fn to_hand_over(&self, pane: &Pane<'_>, user: &str) -> Shown {
        let sheet = self.go(&pane.start()).await;
        self.at_imis(sheet, user).await
    }

    /// Signs in at iMIS where it asks.
    pub(crate) async fn at_imis(&self, sheet: Shown, user: &str) -> Shown {
        if sheet.text.contains("refresh_token") { sheet } else { self.type_in(&sheet, user, PASSWORD).await }
    }

    /// The whole way to the last page.
    pub(crate) async fn pass(&self, pane: &Pane<'_>, user: &str) -> Shown {
        let sheet = self.to_hand_over(pane, user).await;
        let landed = self.hand_over(&sheet).await;
        self.follow(landed).await
    }
}

/// Where iMIS's form goes and the refresh token in it.
pub(crate) fn handed(sheet: &Shown) -> (Url, String) {
    let token = sheet.attribute("name=refresh_token value=\"");
    (sheet.url.join(&sheet.attribute("action=\"")).unwrap(), token)
}
