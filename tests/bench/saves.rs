//! Saving: how often iMIS is asked, how soon the person hears of it, and what large attachments cost on their way,
//! beside the same without a server in between.

use crate::process::{Server, temporary_folder};
use crate::report::{Report, median};
use api::{
    AttachmentName, AttachmentReport, Call, ContactId, MessageFacts, MessageToSave, RecordOutcome, SaveAs, SaveId,
    SaveMessage, SavedAttachment, SignIn, SignedIn, SiteName, TargetContact,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sim::imis::{Clerk, Clerks, Running, Settings};
use std::fs;
use std::time::{Duration, Instant};
use tests::world::PASSWORD;
use tokio::task::JoinSet;

pub(crate) const NAMES: [&str; 3] = ["save_waves", "save_acknowledged", "attachment"];

const MEBIBYTE: usize = 1024 * 1024;
/// Uploads going up at the same time, as the pane sends them.
const AT_ONCE: usize = 3;
/// Whom messages are saved to: as many as a message is saved to at most.
pub(crate) const CONTACTS: Clerks = Clerks { count: 50, word: "saved" };
const ROUNDS: usize = 3;

/// Waves and requests as a save grows. iMIS is slow here, so that what is counted is what waits for what, and not how
/// busy the machine is.
pub(crate) async fn waves(report: &mut Report) {
    let latency = Duration::from_millis(300);
    let imis =
        sim::imis::start(Settings { latency, clerks: CONTACTS, ..Settings::default() }).await.expect("iMIS starts");
    let folder = temporary_folder();
    let (server, _) = Server::start(&folder, imis.url().as_str()).await;
    let person = Person::sign_in(&server.url).await;
    // What the site can do is asked once for everybody.
    person.save(SaveAs::Interaction, 1, &[b""]).await;
    for (kind, save_as) in [("interaction", SaveAs::Interaction), ("activity", activity())] {
        for contacts in [1, 5, 20, 50] {
            for files in [0, 1, 3, 10] {
                imis.ledger().forget_requests();
                let content = [b"a".as_slice(); 10];
                person.save(save_as.clone(), contacts, &content[..files]).await;
                let (waves, requests) = (imis.ledger().waves().len(), imis.ledger().requests().len());
                let (most, least) = match save_as {
                    SaveAs::Interaction => (2, 1 + contacts + files),
                    _ => (1, contacts * (1 + files)),
                };
                let name = format!("{}_{kind}_{contacts}_contacts_{files}_files", NAMES[0]);
                report.at_most(&name, figure(waves), "waves", figure(most + files.div_ceil(AT_ONCE)));
                report.at_most(&format!("{name}_requests"), figure(requests), "requests", figure(least));
            }
        }
    }
    let _ = fs::remove_dir_all(folder);
}

/// How soon a save is acknowledged.
pub(crate) async fn acknowledged(report: &mut Report) {
    let latency = Duration::from_millis(50);
    let imis =
        sim::imis::start(Settings { latency, clerks: CONTACTS, ..Settings::default() }).await.expect("iMIS starts");
    let folder = temporary_folder();
    let (server, _) = Server::start(&folder, imis.url().as_str()).await;
    let person = Person::sign_in(&server.url).await;
    person.save(SaveAs::Interaction, 1, &[]).await;
    let (mut acknowledged, mut calls) = (vec![], vec![]);
    for _ in 0..=2 * ROUNDS {
        acknowledged.push(person.save(SaveAs::Interaction, 5, &[]).await);
        let token = token(&imis).await;
        let begun = Instant::now();
        let asked = reqwest::Client::new().get(address(&imis, "Party?limit=1")).bearer_auth(token).send().await;
        asked.expect("iMIS answers").bytes().await.expect("to the end");
        calls.push(milliseconds(begun));
    }
    let (acknowledged, call) = (median(acknowledged), median(calls));
    report.at_most(&format!("{}_ms", NAMES[1]), acknowledged, "ms", 300.0);
    // An entry and then its lines: iMIS cannot be asked for both at once.
    report.at_most(&format!("{}_calls", NAMES[1]), acknowledged / call, "× call", 3.0);
    let _ = fs::remove_dir_all(folder);
}

/// Memory and time of attachments through the server, and straight to iMIS.
pub(crate) async fn attachments(report: &mut Report) {
    let settings = Settings {
        request_body_max: 256 * MEBIBYTE as u64,
        files_kept_max: 0,
        clerks: CONTACTS,
        ..Settings::default()
    };
    let imis = sim::imis::start(settings).await.expect("iMIS starts");
    let folder = temporary_folder();
    let (server, _) = Server::start(&folder, imis.url().as_str()).await;
    let person = Person::sign_in(&server.url).await;
    person.save(SaveAs::Interaction, 1, &[b"warm"]).await;
    for (mebibytes, save_as, records, to) in [
        (1, SaveAs::Interaction, 1, ""),
        (25, SaveAs::Interaction, 1, ""),
        (100, SaveAs::Interaction, 1, ""),
        (150, SaveAs::Interaction, 1, ""),
        (25, activity(), 1, "_to_1_activity"),
        (25, activity(), 5, "_to_5_activities"),
    ] {
        // Never given back: who sends it does not copy it.
        let content: &'static [u8] = vec![42; mebibytes * MEBIBYTE].leak();
        let (mut through, mut direct, mut more) = (vec![], vec![], vec![]);
        for _ in 0..ROUNDS {
            server.forget_peak();
            let before = server.memory("VmRSS");
            let save = person.records(save_as.clone(), records, 1).await;
            let begun = Instant::now();
            person.upload(&save, 0, content).await;
            through.push(begun.elapsed().as_secs_f64());
            more.push(server.memory("VmHWM") - before);
            direct.push(directly(&imis, content, records).await);
        }
        let (through, direct) = (median(through), median(direct));
        let name = |what: &str| format!("{}_{mebibytes}_mib{to}_{what}", NAMES[2]);
        report.at_most(&name("memory"), more.into_iter().fold(0.0, f64::max), "MiB more", 16.0);
        report.information(&name("throughput"), f64::from(u32::try_from(mebibytes).unwrap_or(0)) / through, "MiB/s");
        report.at_most(&name("time"), through / direct, "× direct", 2.0);
    }
    let _ = fs::remove_dir_all(folder);
}

pub(crate) struct Person {
    http: reqwest::Client,
    url: String,
    token: String,
}

impl Person {
    pub(crate) async fn sign_in(url: &str) -> Self {
        let http = reqwest::Client::new();
        let (site, user_name) = (SiteName("live".to_owned()), "STAFF1".to_owned());
        let sign_in = SignIn { site, user_name, password: PASSWORD.to_owned() };
        let post = http.post(format!("{url}{}", SignIn::PATH)).header(api::VERSION_HEADER, api::VERSION);
        let answer = post.json(&sign_in).send().await.expect("the server answers");
        let signed_in: SignedIn = answer.json().await.expect("a session begins");
        Self { http, url: url.to_owned(), token: signed_in.token.0 }
    }

    fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.url));
        request.header(api::VERSION_HEADER, api::VERSION).bearer_auth(&self.token)
    }

    /// Saves a message as the pane does; how long the records took, in milliseconds.
    async fn save(&self, save_as: SaveAs, contacts: usize, files: &[&[u8]]) -> f64 {
        let begun = Instant::now();
        let save = self.records(save_as, contacts, files.len()).await;
        let took = milliseconds(begun);
        for (round, files) in files.chunks(AT_ONCE).enumerate() {
            let mut uploads = JoinSet::new();
            for (place, content) in files.iter().enumerate() {
                let path = AttachmentReport::path(&save, round * AT_ONCE + place);
                let put = self.request(reqwest::Method::PUT, &path).body(content.to_vec());
                uploads.spawn(async move { whole(put).await });
            }
            uploads.join_all().await;
        }
        took
    }

    pub(crate) async fn records(&self, save_as: SaveAs, contacts: usize, files: usize) -> SaveId {
        let message = message(save_as, contacts, files);
        let answer = self.request(reqwest::Method::POST, SaveMessage::PATH).json(&message).send().await;
        let report: api::SaveReport = answer.expect("the server answers").json().await.expect("a report");
        let saved = |record: &api::Record| matches!(record.outcome, RecordOutcome::Saved { .. });
        assert!(report.records.iter().all(saved), "{report:?}");
        message.save
    }

    pub(crate) async fn upload(&self, save: &SaveId, index: usize, content: &'static [u8]) {
        whole(self.request(reqwest::Method::PUT, &AttachmentReport::path(save, index)).body(content)).await;
    }
}

async fn whole(put: reqwest::RequestBuilder) {
    let report: AttachmentReport = put.send().await.expect("the server answers").json().await.expect("a report");
    assert!(report.complete(), "{report:?}");
}

fn activity() -> SaveAs {
    SaveAs::Activity { activity_type: api::ActivityTypeId("EMAIL".to_owned()) }
}

fn message(save_as: SaveAs, contacts: usize, files: usize) -> SaveMessage {
    let save = SaveId(uuid::Uuid::new_v4().to_string());
    let message_id = format!("<{}@example.org>", save.0);
    let contact =
        |clerk: Clerk| TargetContact { id: ContactId(clerk.party.to_string()), address: None, name: String::new() };
    let file = |number: usize| SavedAttachment {
        name: AttachmentName::new(&format!("{number}.bin")),
        content_type: "application/octet-stream".to_owned(),
    };
    SaveMessage {
        save,
        save_as,
        contacts: CONTACTS.all().take(contacts).map(contact).collect(),
        message: MessageToSave {
            message_id: message_id.clone(),
            subject: "Dues".to_owned(),
            html: "<p>Hello</p>".to_owned(),
            text: "Hello".to_owned(),
            sent_ms: None,
            received_ms: None,
            utc_offset_minutes: 0,
            from: None,
            recipients: vec![],
            note: String::new(),
        },
        facts: MessageFacts { message_id, ..MessageFacts::default() },
        attachments: (0..files).map(file).collect(),
        fields: vec![],
        again: false,
        resumes: false,
    }
}

/// Puts the same bytes on an entry of the log without a server in between, so often at the same time; seconds.
async fn directly(imis: &Running, content: &'static [u8], times: usize) -> f64 {
    let logs = imis.ledger().created("CommunicationLog");
    let log = &logs.last().expect("something was saved").id;
    let (token, address) = (token(imis).await, address(imis, "CommunicationLogAttachment"));
    let begun = Instant::now();
    let mut posts = JoinSet::new();
    for _ in 0..times {
        let post = reqwest::Client::new().post(address.clone()).bearer_auth(&token);
        let log = log.clone();
        posts.spawn(async move {
            let class = "Asi.Soa.Communications.DataContracts.CommunicationLogAttachmentData, Asi.Contracts";
            let bytes = json!({ "$type": "System.Byte[], mscorlib", "$value": STANDARD.encode(content) });
            let attachment = json!({
                "$type": class, "CommunicationLogId": log, "Name": "direct.bin",
                "ContentType": "application/octet-stream", "Attachment": bytes,
            });
            let answer = post.json(&attachment).send().await.expect("iMIS answers");
            assert!(answer.status().is_success(), "{}", answer.status());
            answer.bytes().await.expect("to the end");
        });
    }
    posts.join_all().await;
    begun.elapsed().as_secs_f64()
}

/// A token of somebody else's, so that nobody's is ended by it.
async fn token(imis: &Running) -> String {
    let form = [("grant_type", "password"), ("username", "MANAGER"), ("password", PASSWORD)];
    let answer = reqwest::Client::new().post(format!("{}token", imis.url())).form(&form).send().await;
    let token: Value = answer.expect("iMIS answers").json().await.expect("in JSON");
    token["access_token"].as_str().expect("a token").to_owned()
}

fn address(imis: &Running, path: &str) -> String {
    format!("{}api/{path}", imis.url())
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}

fn figure(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::INFINITY, f64::from)
}
