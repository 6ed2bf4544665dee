//! What it costs that every request is checked, what renewal costs the person,
//! and how soon nobody is left.

use crate::process::{Server, temporary_folder};
use crate::report::{Report, median};
use api::{Call, EmailAddress, GetMe, MatchContacts, RenewSession, SessionToken, SignIn, SignedIn, SiteName};
use sim::imis::Settings;
use sqlx::sqlite::SqlitePool;
use std::time::{Duration, Instant};
use tests::key::BrowserKey;
use tests::world::PASSWORD;

pub(crate) const NAMES: [&str; 4] =
    ["authenticated_request_added_ms", "imis_read_added_ms", "renewal_ms", "request_while_renewing_ratio"];
pub(crate) const PURGE: &str = "purge_of_100000_sessions_ms";

const ROUNDS: usize = 100;
const SESSIONS: usize = 100_000;

/// A person at a running server, with a key as the pane has one.
struct Person {
    http: reqwest::Client,
    url: String,
    key: BrowserKey,
    token: SessionToken,
}

impl Person {
    async fn sign_in(url: &str) -> Self {
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        let key = BrowserKey::new();
        let sign_in =
            SignIn { site: SiteName("live".to_owned()), user_name: "STAFF1".to_owned(), password: PASSWORD.to_owned() };
        let proof = key.proof("POST", &format!("{url}{}", SignIn::PATH), None);
        let request = http.post(format!("{url}{}", SignIn::PATH)).header(api::VERSION_HEADER, api::VERSION);
        let answer = request.header("dpop", proof).json(&sign_in).send().await.expect("the server answers");
        let signed_in: SignedIn = answer.json().await.expect("a session begins");
        Self { http, url: url.to_owned(), key, token: signed_in.token }
    }

    /// A signed request, made before the clock runs: signing is the browser's work.
    fn request<C: Call>(&self, call: &C) -> reqwest::RequestBuilder {
        let address = format!("{}{}", self.url, C::PATH);
        let (method, request) = match C::VERB {
            api::Verb::Get => ("GET", self.http.get(&address)),
            api::Verb::Post => ("POST", self.http.post(&address).json(call)),
            api::Verb::Delete => ("DELETE", self.http.delete(&address)),
        };
        request
            .header(api::VERSION_HEADER, api::VERSION)
            .header("authorization", format!("DPoP {}", self.token.0))
            .header("dpop", self.key.proof(method, &address, Some(&self.token.0)))
    }
}

/// Sends it and reads the answer; milliseconds.
async fn time(request: reqwest::RequestBuilder) -> f64 {
    let begun = Instant::now();
    let answer = request.send().await.expect("the server answers");
    assert!(answer.status().is_success(), "{}", answer.status());
    answer.bytes().await.expect("to the end");
    begun.elapsed().as_secs_f64() * 1000.0
}

fn search() -> MatchContacts {
    MatchContacts { addresses: vec![EmailAddress::parse("ada.lovelace@example.org").expect("an address")] }
}

/// The checks of a request, an iMIS read through the server and beside it, and renewal.
pub(crate) async fn requests_and_renewals(report: &mut Report) {
    let imis = sim::imis::start(Settings::default()).await.expect("iMIS starts");
    let folder = temporary_folder();
    let (server, _) = Server::start(&folder, imis.url().as_str()).await;
    let mut person = Person::sign_in(&server.url).await;
    let health = || person.http.get(format!("{}/healthz", server.url));
    let (mut checked, mut bare) = (vec![], vec![]);
    for _ in 0..ROUNDS {
        checked.push(time(person.request(&GetMe)).await);
        bare.push(time(health()).await);
    }
    report.at_most(NAMES[0], median(checked) - median(bare), "ms", 1.0);

    time(person.request(&search())).await;
    let direct = Direct::new(&imis).await;
    let (mut through, mut beside) = (vec![], vec![]);
    let mut tick = tokio::time::interval(Duration::from_millis(20));
    for _ in 0..ROUNDS {
        tick.tick().await;
        through.push(time(person.request(&search())).await);
        beside.push(time(direct.request()).await);
    }
    let usual = median(through);
    report.at_most(NAMES[1], usual - median(beside), "ms", 1.0);

    let (mut renewals, mut meanwhile) = (vec![], vec![]);
    for _ in 0..20 {
        let (renewal, request) = (person.request(&RenewSession), person.request(&search()));
        let renew = async {
            let begun = Instant::now();
            let answer = renewal.send().await.expect("the server answers");
            let signed_in: SignedIn = answer.json().await.expect("a session goes on");
            (begun.elapsed().as_secs_f64() * 1000.0, signed_in.token)
        };
        let ((renewed, token), waited) = tokio::join!(renew, time(request));
        person.token = token;
        renewals.push(renewed);
        meanwhile.push(waited);
    }
    report.at_most(NAMES[2], median(renewals), "ms", 100.0);
    // Renewal is never on the person's path: what is asked meanwhile takes no longer than two such requests.
    report.at_most(NAMES[3], median(meanwhile) / usual, "×", 2.0);
    let _ = std::fs::remove_dir_all(folder);
}

/// The same read asked of iMIS itself.
pub(crate) struct Direct {
    http: reqwest::Client,
    pub(crate) address: String,
    pub(crate) token: String,
}

impl Direct {
    pub(crate) async fn new(imis: &sim::imis::Running) -> Self {
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        let base = imis.url().to_string();
        let base = base.trim_end_matches('/');
        let form = [("grant_type", "password"), ("username", "MANAGER"), ("password", PASSWORD)];
        let answer = http.post(format!("{base}/token")).form(&form).send().await.expect("iMIS answers");
        let answer: serde_json::Value = answer.json().await.expect("in JSON");
        let token = answer["access_token"].as_str().expect("a token").to_owned();
        // Word for word what the server asked last.
        let asked = imis.ledger().requests().into_iter().rev().find(|seen| seen.path.starts_with("/api/Party"));
        let asked = asked.expect("the server has asked for a contact");
        Self { http, address: format!("{base}{}?{}", asked.path, asked.query), token }
    }

    fn request(&self) -> reqwest::RequestBuilder {
        self.http.get(&self.address).bearer_auth(&self.token)
    }
}

/// Ends 100,000 sessions of one person; until the next call of one of them is refused.
pub(crate) async fn purge(report: &mut Report) {
    let imis = sim::imis::start(Settings::default()).await.expect("iMIS starts");
    let folder = temporary_folder();
    let (server, _) = Server::start(&folder, imis.url().as_str()).await;
    let person = Person::sign_in(&server.url).await;
    multiply(&folder.join("data/imis-outlook.sqlite")).await;
    time(person.request(&GetMe)).await;
    let begun = Instant::now();
    let mut command = tokio::process::Command::new(crate::process::binary());
    command.args(["purge", "--site", "live", "--user", "STAFF1", "--yes", "--config"]);
    command.arg(folder.join("imis-outlook.toml")).stdout(std::process::Stdio::null());
    let ended = command.status().await.expect("the program starts");
    assert!(ended.success(), "{ended}");
    let answer = person.request(&GetMe).send().await.expect("the server answers");
    let took = begun.elapsed().as_secs_f64() * 1000.0;
    assert_eq!(answer.status(), 401, "nobody is left");
    report.at_most(PURGE, took, "ms", 1000.0);
    let _ = std::fs::remove_dir_all(folder);
}

/// Copies the one session until there are enough, behind the server's back: 100,000 sign-ins would take
/// longer than everything else here.
async fn multiply(file: &std::path::Path) {
    let store = SqlitePool::connect(&format!("sqlite://{}", file.display())).await.expect("the store opens");
    let columns: Vec<(String,)> =
        sqlx::query_as("SELECT name FROM pragma_table_info('session') WHERE name <> 'row_key'")
            .fetch_all(&store)
            .await
            .expect("the store says its columns");
    let columns = columns.into_iter().map(|(name,)| name).collect::<Vec<_>>().join(", ");
    let copy = format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) \
         INSERT INTO session (row_key, {columns}) SELECT randomblob(32), {columns} FROM n, session WHERE session.rowid = 1",
        SESSIONS - 1
    );
    sqlx::query(sqlx::AssertSqlSafe(copy)).execute(&store).await.expect("the sessions are there");
    store.close().await;
}
