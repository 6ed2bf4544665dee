//! The server as a process of its own: how soon it is ready, and what it holds in memory.

use crate::report::{Report, median};
use crate::saves::{CONTACTS, Person};
use base64::Engine as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;
use tests::world::target;

pub(crate) const NAMES: [&str; 3] = ["start_to_ready_ms", "idle_memory_mib", "memory_100mb_attachment_mib"];

const MEBIBYTE: usize = 1024 * 1024;
const LARGE: usize = 100 * MEBIBYTE;

pub(crate) struct Server {
    process: Child,
    pub(crate) url: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Server {
    /// Starts the built program and says how long it took until it was ready.
    pub(crate) async fn start(folder: &Path, imis: &str) -> (Self, f64) {
        Self::start_with(folder, imis, "").await
    }

    /// Likewise, with more sections at the end of its configuration.
    pub(crate) async fn start_with(folder: &Path, imis: &str, more: &str) -> (Self, f64) {
        let port =
            std::net::TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a port").port();
        let url = format!("http://127.0.0.1:{port}");
        let pane = target().join("pane");
        let key = base64::engine::general_purpose::STANDARD.encode(uuid::Uuid::new_v4().as_bytes().repeat(2));
        let configuration = format!(
            "public_url = \"{url}\"\nlisten = \"127.0.0.1:{port}\"\npane = \"{pane}\"\ndata = \"{data}\"\nkey = \"{key}\"\n\
             [sites.live]\ntitle = \"Bench\"\nurl = \"{imis}\"\nattachment_max_bytes = {max}\ncredentials = {{ enabled = true, remember = true }}\n{more}",
            pane = pane.display(),
            data = folder.join("data").display(),
            max = 150 * MEBIBYTE,
        );
        let file = folder.join("imis-outlook.toml");
        fs::write(&file, configuration).expect("the folder can be written");
        let begun = Instant::now();
        let process = Command::new(binary())
            .args(["serve", "--config"])
            .arg(file)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("`cargo xtask bench` has built the server");
        let client = reqwest::Client::new();
        while client.get(format!("{url}/readyz")).send().await.is_err() {
            tokio::task::yield_now().await;
        }
        (Self { process, url }, begun.elapsed().as_secs_f64() * 1000.0)
    }

    /// Lets the kernel count the largest memory anew.
    pub(crate) fn forget_peak(&self) {
        fs::write(format!("/proc/{}/clear_refs", self.process.id()), "5").expect("Linux lets the owner");
    }

    /// A line of the kernel's account of the process, in MiB.
    pub(crate) fn memory(&self, line: &str) -> f64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id())).expect("Linux tells");
        let kibibytes = status
            .lines()
            .find_map(|text| text.strip_prefix(line)?.split_whitespace().nth(1)?.parse::<f64>().ok())
            .expect("the line is there");
        kibibytes / 1024.0
    }
}

pub(crate) fn binary() -> PathBuf {
    target().join("release/imis-outlook")
}

/// A folder to be removed afterwards.
pub(crate) fn temporary_folder() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("imis-outlook-bench-{}", uuid::Uuid::new_v4()));
    fs::create_dir_all(&folder).expect("a temporary folder can be made");
    folder
}

/// Starts, idles, and passes 100 MB through.
pub(crate) async fn memory_and_start(report: &mut Report) {
    let settings = sim::imis::Settings { request_body_max: 2 * LARGE as u64, clerks: CONTACTS, ..Default::default() };
    let imis = sim::imis::start(settings).await.expect("iMIS starts");
    let folder = temporary_folder();
    let mut times = vec![];
    for _ in 0..5 {
        times.push(Server::start(&folder, imis.url().as_str()).await.1);
    }
    report.at_most(NAMES[0], median(times), "ms", 100.0);

    let (server, _) = Server::start(&folder, imis.url().as_str()).await;
    report.at_most(NAMES[1], server.memory("VmRSS"), "MiB", 30.0);
    let before = server.memory("VmRSS");
    upload(&server.url).await;
    report.at_most(NAMES[2], server.memory("VmHWM") - before, "MiB more", 16.0);
    let files = imis.ledger().created("CommunicationLogAttachment");
    assert_eq!(files[0].file.as_ref().map(|file| file.length), Some(LARGE as u64), "it has arrived");
    let _ = fs::remove_dir_all(folder);
}

/// Saves a message with one large attachment, as the pane does.
async fn upload(url: &str) {
    let person = Person::sign_in(url).await;
    let save = person.records(api::SaveAs::Interaction, 1, 1).await;
    person.upload(&save, 0, vec![42; LARGE].leak()).await;
}
