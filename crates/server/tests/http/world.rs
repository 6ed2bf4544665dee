//! A server, an iMIS, a folder for both the pane and the data, and a clock to turn.

use api::{Call, Problem, ProblemCode, SignIn, SignedIn, SiteName, Verb};
use reqwest::{Method, RequestBuilder, Response};
use serde::de::DeserializeOwned;
use server::config::{Credentials, Key, Keyring, PublicUrl, RememberCredentials, Site};
use server::{Clock, Config};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

pub(crate) const PASSWORD: &str = sim::imis::people::PASSWORD;
pub(crate) const STAFF: &str = "MANAGER";
/// The server's key, in base64.
pub(crate) const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
pub(crate) const START_MS: i64 = 1_800_000_000_000;

pub(crate) struct World {
    pub(crate) imis: sim::imis::Running,
    pub(crate) config: Config,
    pub(crate) url: String,
    pub(crate) http: reqwest::Client,
    server: Option<server::Running>,
    now_ms: Arc<AtomicI64>,
    folder: Folder,
}

struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(sim::imis::Settings::default(), |_| {}).await
    }

    pub(crate) async fn with(settings: sim::imis::Settings, change: impl FnOnce(&mut Config)) -> Self {
        let imis = sim::imis::start(settings).await.unwrap();
        let folder = Folder(std::env::temp_dir().join(format!("imis-outlook-http-{}", uuid::Uuid::new_v4())));
        let pane = folder.0.join("pane");
        std::fs::create_dir_all(pane.join("assets")).unwrap();
        std::fs::create_dir_all(pane.join("icons")).unwrap();
        for (path, content) in [
            ("index.html", "<!doctype html><title>pane</title>"),
            ("assets/pane-0123456789abcdef.js", "plain"),
            ("assets/pane-0123456789abcdef.js.br", "brotli"),
            ("assets/pane-0123456789abcdef.js.gz", "gzip"),
            ("icons/80.png", "png"),
            ("manifest.xml", "<OfficeApp/>"),
        ] {
            std::fs::write(pane.join(path), content).unwrap();
        }
        let ring = Keyring::new(Key::parse(KEY).unwrap(), Vec::new());
        let mut site = Site::new("live", "Institute of Examples", imis.url());
        site.credentials = Credentials::Offered;
        site.remember = RememberCredentials::Sealed;
        let mut config = Config::new(PublicUrl::parse("http://127.0.0.1:0").unwrap(), ring, vec![site]);
        config.listen = "127.0.0.1:0".parse().unwrap();
        config.pane = pane;
        config.data = folder.0.join("data");
        config.limits.sign_in_floor = Duration::from_millis(20);
        config.limits.imis_read = Duration::from_secs(2);
        config.limits.imis_write = Duration::from_secs(2);
        change(&mut config);
        let now_ms = Arc::new(AtomicI64::new(START_MS));
        let http = reqwest::Client::builder().no_proxy().tls_danger_accept_invalid_certs(true).build().unwrap();
        let mut world = Self { imis, config, url: String::new(), http, server: None, now_ms, folder };
        world.start().await;
        world
    }

    async fn start(&mut self) {
        let server = self.another().await;
        server.url().clone_into(&mut self.url);
        self.server = Some(server);
    }

    /// One more server on the same store.
    pub(crate) async fn another(&self) -> server::Running {
        let now_ms = Arc::clone(&self.now_ms);
        let clock = Clock::new(move || now_ms.load(Ordering::Relaxed));
        server::start(self.config.clone(), clock).await.unwrap()
    }

    pub(crate) async fn restart(&mut self) {
        self.stop().await;
        self.start().await;
    }

    pub(crate) async fn stop(&mut self) {
        self.server.take().unwrap().stop().await;
    }

    pub(crate) fn pass(&self, time: Duration) {
        self.now_ms.fetch_add(i64::try_from(time.as_millis()).unwrap(), Ordering::Relaxed);
    }

    /// Waits as long as somebody was told to, if at all.
    pub(crate) fn wait(&self, seconds: Option<u32>) {
        self.pass(Duration::from_secs(seconds.unwrap_or(0).into()));
    }

    pub(crate) fn set_back(&self, time: Duration) {
        self.now_ms.fetch_sub(i64::try_from(time.as_millis()).unwrap(), Ordering::Relaxed);
    }

    /// Turns the clock to the computer's own, which other programs go by.
    pub(crate) fn now(&self) {
        self.now_ms.store(Clock::system().now_ms(), Ordering::Relaxed);
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.now_ms.load(Ordering::Relaxed)
    }

    pub(crate) fn data(&self) -> &Path {
        &self.config.data
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder.0
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url)).header(api::VERSION_HEADER, api::VERSION)
    }

    pub(crate) fn call<C: Call>(&self, call: &C) -> RequestBuilder {
        match C::VERB {
            Verb::Get => self.request(Method::GET, C::PATH),
            Verb::Post => self.request(Method::POST, C::PATH).json(call),
            Verb::Delete => self.request(Method::DELETE, C::PATH),
        }
    }

    /// The lines of the audit log, once they are all written.
    pub(crate) async fn audit(&self) -> Vec<serde_json::Value> {
        let lines = sqlx::query_scalar::<_, String>("SELECT text FROM audit ORDER BY number");
        let lines = lines.fetch_all(&self.database().await).await.unwrap();
        lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// What happened so often, by the audit log.
    pub(crate) async fn audited(&self, event: &str) -> usize {
        self.audit().await.iter().filter(|line| line["event"] == event).count()
    }

    /// The store's file, for whoever gets at it.
    pub(crate) async fn database(&self) -> sqlx::SqlitePool {
        let file = format!("sqlite://{}", self.data().join("imis-outlook.sqlite").display());
        sqlx::SqlitePool::connect(&file).await.unwrap()
    }

    pub(crate) async fn try_sign_in(&self, user_name: &str, password: &str) -> Result<SignedIn, Problem> {
        answer(self.call(&sign_in(user_name, password))).await
    }

    pub(crate) async fn sign_in(&self) -> Person<'_> {
        self.sign_in_as(STAFF).await
    }

    pub(crate) async fn sign_in_as(&self, user_name: &str) -> Person<'_> {
        // No two people sign in at the same moment.
        self.pass(Duration::from_millis(1));
        let signed_in = self.try_sign_in(user_name, PASSWORD).await.unwrap();
        Person { world: self, token: signed_in.token.0 }
    }

    /// Somebody who kept a token.
    pub(crate) fn person(&self, token: &str) -> Person<'_> {
        Person { world: self, token: token.to_owned() }
    }
}

pub(crate) fn sign_in(user_name: &str, password: &str) -> SignIn {
    SignIn { site: SiteName("live".to_owned()), user_name: user_name.to_owned(), password: password.to_owned() }
}

/// The code of the problem that an answer must be.
pub(crate) fn code<T: std::fmt::Debug>(answer: Result<T, Problem>) -> ProblemCode {
    answer.unwrap_err().code
}

/// Sends it; the answer or the problem.
pub(crate) async fn answer<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, Problem> {
    read(request.send().await.unwrap()).await
}

pub(crate) async fn read<T: DeserializeOwned>(response: Response) -> Result<T, Problem> {
    let status = response.status();
    let kind = response.headers()["content-type"].to_str().unwrap().to_owned();
    let text = response.text().await.unwrap();
    if status.is_success() {
        return Ok(serde_json::from_str(&text).unwrap());
    }
    assert_eq!(kind, "application/problem+json");
    Err(serde_json::from_str(&text).unwrap())
}

pub(crate) struct Person<'a> {
    pub(crate) world: &'a World,
    pub(crate) token: String,
}

impl Person<'_> {
    pub(crate) async fn call<C: Call>(&self, call: &C) -> Result<C::Response, Problem> {
        answer(self.world.call(call).bearer_auth(&self.token)).await
    }

    pub(crate) fn put(&self, save: &api::SaveId, index: usize) -> RequestBuilder {
        let path = api::AttachmentReport::path(save, index);
        self.world.request(Method::PUT, &path).bearer_auth(&self.token)
    }
}
