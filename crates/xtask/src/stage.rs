//! The stand-in world and the server, as programs that run until somebody stops
//! them: what `demo` and `dev` share.
//!
//! Every program started here is ended by its own process id, whichever way the
//! chore ends.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, ToSocketAddrs as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::run::{cargo, run};
use crate::tools::office_js;
use crate::workspace::Workspace;

/// How long a program may take until it listens.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long a program may take to end once it was asked to.
const GRACE: Duration = Duration::from_secs(3);

/// How often to look whether something has happened.
const GLANCE: Duration = Duration::from_millis(50);

/// Where office.js comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum OfficeJs {
    /// Microsoft's own host, as in production.
    Cdn,
    /// The npm package, served under Microsoft's name by the stand-in Outlook.
    Package(PathBuf),
}

impl OfficeJs {
    /// The CDN where it answers, else the package.
    pub(crate) fn choose(workspace: &Workspace) -> Result<Self> {
        if reaches("appsforoffice.microsoft.com:443") {
            return Ok(Self::Cdn);
        }
        let folder = office_js(workspace)
            .context("Microsoft's host cannot be reached and the npm package is not installed: no office.js")?;
        println!("Microsoft's host cannot be reached: office.js comes from the npm package.");
        Ok(Self::Package(folder))
    }
}

/// The client application of the stand-in iMIS, and its page.
const APPLICATION: &str = "OutlookSso";
const APPLICATION_SECRET: &str = "a secret of this demo alone";
/// The stand-in iMIS and the server as clients of the stand-in provider.
const SITE_CLIENT: &str = "imis";
const SERVER_CLIENT: &str = "outlook";
const CLIENT_SECRET: &str = "another secret of this demo alone";

/// A port that nobody listens on at the moment.
fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("there is no free port")?;
    Ok(listener.local_addr()?.port())
}

fn reaches(host: &str) -> bool {
    host.to_socket_addrs()
        .ok()
        .and_then(|mut addresses| addresses.next())
        .is_some_and(|address| TcpStream::connect_timeout(&address, Duration::from_secs(2)).is_ok())
}

/// Programs that run beside us.
#[derive(Default)]
pub(crate) struct Stage {
    running: Vec<(&'static str, Child)>,
}

impl Stage {
    /// Starts a program and keeps it until the stage is dropped.
    pub(crate) fn start(&mut self, name: &'static str, command: &mut Command) -> Result<&mut Child> {
        let child = command.stdin(Stdio::null()).spawn().with_context(|| format!("cannot start {name}"))?;
        self.running.push((name, child));
        Ok(&mut self.running.last_mut().context("one was just added")?.1)
    }

    /// Starts a program and waits until it prints a line with this beginning; returns the rest of the line.
    fn start_and_read(&mut self, name: &'static str, command: &mut Command, beginning: &'static str) -> Result<String> {
        let child = self.start(name, command.stdout(Stdio::piped()))?;
        let output = child.stdout.take().context("stdout is piped")?;
        let (send, receive) = mpsc::channel();
        thread::spawn(move || {
            // Read to the end whoever listens: a full pipe would stop the program.
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if let Some(rest) = line.strip_prefix(beginning) {
                    drop(send.send(rest.trim().to_owned()));
                }
            }
        });
        receive.recv_timeout(PATIENCE).with_context(|| format!("{name} did not say where it listens"))
    }

    /// The first program that has ended, if any.
    pub(crate) fn ended(&mut self) -> Option<&'static str> {
        self.running.iter_mut().find_map(|(name, child)| matches!(child.try_wait(), Ok(Some(_))).then_some(*name))
    }

    /// Waits until something accepts connections there.
    pub(crate) fn wait_for(&mut self, address: SocketAddr) -> Result<()> {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if let Some(name) = self.ended() {
                bail!("{name} has ended");
            }
            if TcpStream::connect_timeout(&address, GLANCE).is_ok() {
                return Ok(());
            }
            thread::sleep(GLANCE);
        }
        bail!("nothing listens on {address}")
    }

    /// Waits for Ctrl-C, or for the end of a program nothing works without.
    pub(crate) fn wait_to_be_stopped(&mut self, until_ends: &[&str]) -> Result<()> {
        let (send, receive) = mpsc::channel();
        ctrlc::set_handler(move || {
            // A second Ctrl-C finds nobody listening, which is no fault.
            let _unheard = send.send(());
        })?;
        loop {
            if receive.recv_timeout(Duration::from_millis(300)).is_ok() {
                return Ok(());
            }
            match self.ended() {
                None => {}
                Some(name) if until_ends.contains(&name) => return Ok(()),
                Some(name) => bail!("{name} has ended"),
            }
        }
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        for (_, child) in &self.running {
            // Asked first: a server then finishes what it is writing.
            drop(Command::new("kill").arg(child.id().to_string()).stderr(Stdio::null()).status());
        }
        let begun = Instant::now();
        for (_, child) in &mut self.running {
            while begun.elapsed() < GRACE && matches!(child.try_wait(), Ok(None)) {
                thread::sleep(GLANCE);
            }
            drop(child.kill());
            drop(child.wait());
        }
    }
}

/// The stand-ins, once they listen.
pub(crate) struct World {
    /// Where the stand-in iMIS is.
    pub(crate) imis: String,
    /// The issuer of the stand-in OpenID provider.
    pub(crate) provider: String,
    /// Where the page that plays Outlook listens.
    pub(crate) outlook: SocketAddr,
    /// Certificate, key and fingerprint that the browser is to trust.
    pub(crate) certificate: PathBuf,
    /// Where the pane gets Microsoft's library.
    pub(crate) library: OfficeJs,
}

impl World {
    /// Builds and starts the stand-ins for a pane at `pane`.
    pub(crate) fn start(workspace: &Workspace, stage: &mut Stage, pane: &str, mail: Option<&Path>) -> Result<Self> {
        let sim = workspace.target("debug/sim");
        let certificate = workspace.target("demo/certificate");
        let library = OfficeJs::choose(workspace)?;
        // Each names the other, so both ports are known before either starts.
        let (imis_port, provider_port) = (free_port()?, free_port()?);
        let site = format!("http://{}:{imis_port}/", Ipv4Addr::LOCALHOST);
        let server = pane.trim_end_matches('/');
        let provider = stage.start_and_read(
            "the stand-in OpenID provider",
            Command::new(&sim)
                .args(["openid", "--port", &provider_port.to_string()])
                .args(["--client", &format!("{SITE_CLIENT}={site}")])
                .args(["--client", &format!("{SERVER_CLIENT}={server}/auth/live/openid")])
                .args(["--post-logout", &format!("{SERVER_CLIENT}={server}/auth/live/signed-out")])
                .args(["--secret", &format!("{SITE_CLIENT}={CLIENT_SECRET}")])
                .args(["--secret", &format!("{SERVER_CLIENT}={CLIENT_SECRET}")]),
            "The OpenID provider listens on ",
        )?;
        let imis = stage.start_and_read(
            "the stand-in iMIS",
            Command::new(&sim)
                .args(["imis", "--port", &imis_port.to_string()])
                .args(["--client-id", APPLICATION, "--client-secret", APPLICATION_SECRET])
                .args(["--login-redirect-url", &format!("{server}/auth/live/imis")])
                .arg("--trust")
                .arg(certificate.join("certificate.pem"))
                .args(["--openid-authority", &provider, "--openid-mode", "test"])
                .args(["--openid-client-id", SITE_CLIENT, "--openid-client-secret", CLIENT_SECRET]),
            "iMIS listens on ",
        )?;
        let mut command = Command::new(&sim);
        command.args(["outlook", "--port", "0", "--addin", pane]).arg("--certificate-folder").arg(&certificate);
        command.args(["--send-page", &format!("{server}/send.html")]);
        if let OfficeJs::Package(folder) = &library {
            command.arg("--library").arg(folder);
        }
        if let Some(mail) = mail {
            command.arg("--mail").arg(mail);
        }
        let outlook = stage.start_and_read("the stand-in Outlook", &mut command, "Outlook listens on ")?;
        let outlook = outlook.parse().with_context(|| format!("`{outlook}` is not an address"))?;
        Ok(Self { imis, provider, outlook, certificate, library })
    }

    /// What was written to the stand-in iMIS.
    pub(crate) fn ledger(&self) -> String {
        format!("{}_ledger", self.imis)
    }

    /// The flags with which a Chromium finds the stand-ins under Microsoft's names and trusts them alone.
    pub(crate) fn browser_flags(&self) -> Result<[String; 2]> {
        let mut hosts = vec!["outlook.office.com"];
        if self.library != OfficeJs::Cdn {
            hosts.extend(["appsforoffice.microsoft.com", "ajax.aspnetcdn.com"]);
        }
        let rules: Vec<String> = hosts.iter().map(|host| format!("MAP {host}:443 {}", self.outlook)).collect();
        let fingerprint = fs::read_to_string(self.certificate.join("spki.txt"))?;
        Ok([
            format!("--host-resolver-rules={}", rules.join(",")),
            format!("--ignore-certificate-errors-spki-list={}", fingerprint.trim()),
        ])
    }
}

/// How the server is reached.
pub(crate) enum Front {
    /// It does TLS itself, under its public address.
    Tls,
    /// Something else does and passes its calls on.
    Behind,
}

/// Builds the server and the stand-ins.
pub(crate) fn compile(workspace: &Workspace) -> Result<()> {
    run(cargo(workspace).args([
        "build",
        "--quiet",
        "--package",
        "server",
        "--bin",
        "imis-outlook",
        "--package",
        "sim",
        "--bin",
        "sim",
    ]))
}

/// Writes a configuration for the stand-ins and starts the server with it.
pub(crate) fn start_server(
    workspace: &Workspace,
    stage: &mut Stage,
    world: &World,
    public_url: &str,
    listen: SocketAddr,
    front: Front,
) -> Result<()> {
    let folder = workspace.target("demo");
    fs::create_dir_all(&folder)?;
    let file = folder.join("imis-outlook.toml");
    fs::write(&file, configuration(workspace, world, public_url, listen, front)?)?;
    let log = File::create(folder.join("server.log"))?;
    let mut command = Command::new(workspace.target("debug/imis-outlook"));
    command.arg("serve").arg("--config").arg(&file).stdout(log.try_clone()?).stderr(log);
    stage.start("the server", &mut command)?;
    stage.wait_for(listen).with_context(|| {
        let log = fs::read_to_string(folder.join("server.log")).unwrap_or_default();
        format!("the server did not start: {}", log.trim())
    })
}

fn configuration(
    workspace: &Workspace,
    world: &World,
    public_url: &str,
    listen: SocketAddr,
    front: Front,
) -> Result<String> {
    let below = |relative: &str| quoted(&workspace.target(relative).to_string_lossy());
    let mut lines = vec![
        format!("public_url = {}", quoted(public_url)),
        format!("listen = {}", quoted(&listen.to_string())),
        format!("pane = {}", below("pane")),
        format!("data = {}", below("demo/store")),
        format!("key_file = {}", quoted(&key_file(workspace)?.to_string_lossy())),
        format!("frame_ancestors.extra = [{}]", quoted(&format!("https://localhost:{}", world.outlook.port()))),
        String::from("[sites.live]"),
        String::from("title = \"Institute of Examples\""),
        format!("url = {}", quoted(&world.imis)),
        String::from("credentials = { enabled = true, remember = true }"),
        format!("profile_url = {}", quoted(&format!("{}Party.aspx", world.imis))),
        format!("card_query = {}", quoted("$/Outlook/Contact card")),
        String::from("[sites.live.single_sign_on]"),
        format!("client_id = {}", quoted(APPLICATION)),
        format!("client_secret = {}", quoted(APPLICATION_SECRET)),
        format!("page_url = {}", quoted(&format!("{}{APPLICATION}.aspx", world.imis))),
        String::from("[sites.live.openid_connect]"),
        String::from("mode = \"test\""),
        String::from("type = \"Other\""),
        String::from("name = \"the stand-in provider\""),
        format!("client_id = {}", quoted(SERVER_CLIENT)),
        format!("client_secret = {}", quoted(CLIENT_SECRET)),
        format!("well_known_url = {}", quoted(&format!("{}/.well-known/openid-configuration", world.provider))),
        format!("authority_url = {}", quoted(&world.provider)),
        String::from("external_id_claim_type = \"external_id\""),
        String::from("set_login_hint = true"),
    ];
    if let Front::Tls = front {
        lines.extend([
            String::from("[tls]"),
            format!("certificate = {}", quoted(&world.certificate.join("certificate.pem").to_string_lossy())),
            format!("key = {}", quoted(&world.certificate.join("key.pem").to_string_lossy())),
        ]);
    }
    Ok(lines.join("\n") + "\n")
}

/// The server's key, made once and kept, so that a sign-in outlives the demo.
fn key_file(workspace: &Workspace) -> Result<PathBuf> {
    let file = workspace.target("demo/key");
    if !file.is_file() {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|problem| anyhow::anyhow!("no random bytes: {problem}"))?;
        fs::write(&file, STANDARD.encode(bytes))?;
    }
    Ok(file)
}

/// A TOML basic string; JSON's escapes are a part of TOML's.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
