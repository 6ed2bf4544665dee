//! Servers that share a store, and the person in front of them.

use crate::postgres;
use api::{
    ActivityTypeId, AttachmentName, AttachmentReport, Call, ContactId, EmailAddress, GetMe, MessageFacts,
    MessageToSave, Problem, ProblemCode, SaveAs, SaveId, SaveMessage, SavedAttachment, SignIn, SignedIn, SiteName,
    TargetContact, Verb,
};
use bytes::Bytes;
use futures_util::stream;
use reqwest::{Method, RequestBuilder};
use serde::de::DeserializeOwned;
use std::path::PathBuf;
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::mpsc;

const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const PART: usize = 1024 * 1024;

pub(crate) const PASSWORD: &str = sim::imis::people::PASSWORD;
pub(crate) const ADMINISTRATOR: &str = "MANAGER";
pub(crate) const STAFF: &str = "STAFF1";

/// Servers on one store.
pub(crate) struct Fleet {
    pub(crate) imis: sim::imis::Running,
    pub(crate) servers: Vec<Server>,
    http: reqwest::Client,
    folder: Folder,
}

/// One process.
pub(crate) struct Server {
    process: Child,
    url: String,
}

struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

impl Fleet {
    /// Three on a database of their own in the cluster of this test binary.
    pub(crate) async fn on_postgres() -> Self {
        Self::on_database(&postgres::database()).await
    }

    /// Three on this database.
    pub(crate) async fn on_database(url: &str) -> Self {
        Self::start(3, &format!("[store]\nurl = \"{url}\"\n")).await
    }

    /// One on this database.
    pub(crate) async fn alone_on_database(url: &str) -> Self {
        Self::start(1, &format!("[store]\nurl = \"{url}\"\n")).await
    }

    /// One, on a file.
    pub(crate) async fn alone() -> Self {
        Self::start(1, "").await
    }

    /// Two on one file.
    pub(crate) async fn on_a_file() -> Self {
        Self::start(2, "").await
    }

    async fn start(count: usize, store: &str) -> Self {
        let imis = sim::imis::start(sim::imis::Settings::default()).await.unwrap();
        let folder = std::env::temp_dir().join(format!("imis-outlook-fleet-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir_all(&folder).unwrap();
        let toml = format!(
            "public_url = \"http://127.0.0.1:0\"\nlisten = \"127.0.0.1:0\"\nkey = \"{KEY}\"\n\
             [sites.live]\nurl = \"{}\"\ncredentials = {{ enabled = true, remember = true }}\n{store}",
            imis.url()
        );
        std::fs::write(folder.join("imis-outlook.toml"), toml).unwrap();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let mut fleet = Self { imis, servers: Vec::new(), http, folder: Folder(folder) };
        // All at once: the first that comes makes the tables, the others wait.
        fleet.servers = futures_util::future::join_all((0..count).map(|_| fleet.one_more())).await;
        fleet
    }

    /// Starts one more process.
    pub(crate) async fn one_more(&self) -> Server {
        let mut process = self.program(&["serve"]).spawn().unwrap();
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let mut log = String::new();
        let url = loop {
            let line = lines.next_line().await.unwrap();
            let line = line.unwrap_or_else(|| panic!("the server did not start: {log}"));
            log.push_str(&line);
            let line: serde_json::Value = serde_json::from_str(&line).unwrap_or_default();
            if let Some(url) = line["fields"]["url"].as_str() {
                break url.to_owned();
            }
        };
        // Nobody reads it, and it must not fill up.
        tokio::spawn(async move {
            let mut rest = Vec::new();
            drop(lines.into_inner().read_to_end(&mut rest).await);
        });
        Server { process, url }
    }

    /// The program with these arguments and the configuration of the servers.
    fn program(&self, arguments: &[&str]) -> Command {
        let mut program = Command::new(env!("CARGO_BIN_EXE_imis-outlook"));
        program.args(arguments).current_dir(&self.folder.0).env_clear().kill_on_drop(true);
        program.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        program
    }

    /// What an administrator types beside the servers.
    pub(crate) async fn command(&self, arguments: &[&str]) -> String {
        let output = self.program(arguments).output().await.unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Ends a process as a lost machine does, and starts another in its place.
    pub(crate) async fn replace(&mut self, server: usize) {
        self.servers[server].kill().await;
        self.servers[server] = self.one_more().await;
    }

    fn request(&self, server: usize, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.servers[server].url);
        self.http.request(method, url).header(api::VERSION_HEADER, api::VERSION)
    }

    fn ask<C: Call>(&self, server: usize, call: &C) -> RequestBuilder {
        match C::VERB {
            Verb::Get => self.request(server, Method::GET, C::PATH),
            Verb::Post => self.request(server, Method::POST, C::PATH).json(call),
            Verb::Delete => self.request(server, Method::DELETE, C::PATH),
        }
    }

    pub(crate) async fn try_sign_in(&self, server: usize, name: &str, password: &str) -> Result<SignedIn, Problem> {
        let site = SiteName("live".to_owned());
        let sign_in = SignIn { site, user_name: name.to_owned(), password: password.to_owned() };
        answer(self.ask(server, &sign_in)).await
    }

    /// Somebody signs in at a server; their token.
    pub(crate) async fn sign_in(&self, server: usize, name: &str) -> String {
        self.try_sign_in(server, name, PASSWORD).await.unwrap().token.0
    }

    pub(crate) async fn call<C: Call>(&self, server: usize, token: &str, call: &C) -> Result<C::Response, Problem> {
        answer(self.ask(server, call).bearer_auth(token)).await
    }

    /// Whether a token is taken; anything but "signed out" is a fault.
    pub(crate) async fn lives(&self, server: usize, token: &str) -> bool {
        match self.call(server, token, &GetMe).await {
            Ok(_) => true,
            Err(problem) => {
                assert_eq!(problem.code, ProblemCode::SignedOut);
                false
            }
        }
    }

    /// Uploads the first attachment of a save, whole.
    pub(crate) async fn upload(&self, server: usize, token: &str, save: &SaveId) -> Result<AttachmentReport, Problem> {
        let path = AttachmentReport::path(save, 0);
        answer(self.request(server, Method::PUT, &path).bearer_auth(token).body("whole")).await
    }

    /// Uploads an attachment of a save; nothing comes back from a server that dies meanwhile.
    pub(crate) async fn try_upload(
        &self,
        server: usize,
        token: &str,
        save: &SaveId,
        (index, content): (usize, Vec<u8>),
    ) -> Option<Result<AttachmentReport, Problem>> {
        let path = AttachmentReport::path(save, index);
        try_answer(self.request(server, Method::PUT, &path).bearer_auth(token).body(content)).await
    }

    /// Likewise, any call.
    pub(crate) async fn try_call<C: Call>(
        &self,
        server: usize,
        token: &str,
        call: &C,
    ) -> Option<Result<C::Response, Problem>> {
        try_answer(self.ask(server, call).bearer_auth(token)).await
    }

    /// The store on a file, for whoever gets at it.
    pub(crate) async fn file(&self) -> sqlx::SqlitePool {
        let file = format!("sqlite://{}", self.folder.0.join("data/imis-outlook.sqlite").display());
        sqlx::SqlitePool::connect(&file).await.unwrap()
    }

    /// Begins to upload it; most of it is with the server.
    pub(crate) async fn begin_upload(&self, server: usize, token: &str, save: &SaveId) -> Upload {
        let (chunks, body) = mpsc::channel::<Result<Bytes, std::io::Error>>(1);
        let body = stream::unfold(body, |mut body| async move { body.recv().await.map(|next| (next, body)) });
        let request = self.request(server, Method::PUT, &AttachmentReport::path(save, 0)).bearer_auth(token);
        let request = request.header("content-length", (22 * PART).to_string());
        let answer = tokio::spawn(answer::<AttachmentReport>(request.body(reqwest::Body::wrap_stream(body))));
        // More than sockets hold: when the last of it is taken the server is reading.
        for _ in 0..20 {
            chunks.send(Ok(Bytes::from(vec![7; PART]))).await.unwrap();
        }
        Upload { chunks, answer }
    }

    /// How many records or files of a kind are in iMIS.
    pub(crate) fn created(&self, entity: &str) -> usize {
        self.imis.ledger().created(entity).len()
    }
}

impl Server {
    pub(crate) async fn kill(&mut self) {
        self.process.kill().await.unwrap();
    }
}

/// An upload under way.
pub(crate) struct Upload {
    chunks: mpsc::Sender<Result<Bytes, std::io::Error>>,
    pub(crate) answer: tokio::task::JoinHandle<Result<AttachmentReport, Problem>>,
}

impl Upload {
    /// The rest of it arrives too; whether anybody takes it is another matter.
    pub(crate) async fn finish(self) -> Result<AttachmentReport, Problem> {
        for _ in 0..2 {
            drop(self.chunks.send(Ok(Bytes::from(vec![7; PART]))).await);
        }
        drop(self.chunks);
        self.answer.await.unwrap()
    }
}

async fn answer<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, Problem> {
    try_answer(request).await.unwrap()
}

async fn try_answer<T: DeserializeOwned>(request: RequestBuilder) -> Option<Result<T, Problem>> {
    let response = request.send().await.ok()?;
    let is_answer = response.status().is_success();
    let text = response.text().await.ok()?;
    Some(if is_answer { Ok(serde_json::from_str(&text).unwrap()) } else { Err(serde_json::from_str(&text).unwrap()) })
}

/// A message to save as an activity of these contacts.
pub(crate) fn message(contacts: &[&str], files: &[&str]) -> SaveMessage {
    let address = EmailAddress::parse("ada.lovelace@example.org").unwrap();
    let contact = |id: &&str| TargetContact {
        id: ContactId((*id).to_owned()),
        address: Some(address.clone()),
        name: String::new(),
    };
    SaveMessage {
        save: SaveId(uuid::Uuid::new_v4().to_string()),
        save_as: SaveAs::Activity { activity_type: ActivityTypeId("EMAIL".to_owned()) },
        contacts: contacts.iter().map(contact).collect(),
        message: MessageToSave {
            message_id: "<1@example.org>".to_owned(),
            subject: "Dues for 2026".to_owned(),
            html: "<p>Dear all</p>".to_owned(),
            text: "Dear all".to_owned(),
            sent_ms: Some(1_767_225_600_000),
            received_ms: None,
            utc_offset_minutes: 60,
            from: Some(address.clone()),
            recipients: Vec::new(),
            note: String::new(),
        },
        facts: MessageFacts {
            message_id: "<1@example.org>".to_owned(),
            subject: "Dues for 2026".to_owned(),
            sent_ms: Some(1_767_225_600_000),
            from: Some(address),
            ..MessageFacts::default()
        },
        attachments: files
            .iter()
            .map(|name| SavedAttachment { name: AttachmentName::new(name), content_type: "application/pdf".to_owned() })
            .collect(),
        fields: vec![],
        again: true,
        resumes: false,
    }
}
