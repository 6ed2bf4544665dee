//! Everything the stories happen in: iMIS, Outlook and the server, each a real program on loopback.

use crate::browser::{Browser, Wiring};
use crate::certified::Certified;
use crate::pane::Pane;
use crate::ways::{self, Ways};
use server::config::{ContactSettings, Key, Keyring, PublicUrl, RememberCredentials, Site};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// The host the add-in is served under; the browser maps it to loopback.
pub const ADDIN_HOST: &str = "addin.example.test";

/// The password of every seeded person.
pub const PASSWORD: &str = "Passw0rd!";

/// The page of a contact in iMIS.
pub const PROFILE: &str = "https://staff.example.test/Profile.aspx";

/// What a world is made of, before it starts.
#[derive(Debug)]
pub struct Plan {
    /// The stand-in iMIS.
    pub imis: sim::imis::Settings,
    /// The mails of the stand-in Outlook.
    pub mail: sim::outlook::MailSource,
    /// Light or dark.
    pub theme: sim::outlook::Theme,
    /// Largest attachment, in bytes.
    pub attachment_max_bytes: u64,
    /// Whether a session may sign in again by itself.
    pub remember: RememberCredentials,
    /// How people sign in.
    pub ways: Ways,
    /// What the site settles about contacts.
    pub contacts: ContactSettings,
    /// The query whose columns the cards show.
    pub card_query: Option<&'static str>,
    /// The site's options, as a text of settings.
    pub options: &'static str,
    /// How long iMIS may take over a page of a query.
    pub imis_query: Duration,
    /// What becomes of a message that was saved already.
    pub duplicates: api::Duplicates,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            imis: sim::imis::Settings::default(),
            mail: sim::outlook::MailSource::Ours,
            theme: sim::outlook::Theme::Light,
            attachment_max_bytes: 22 * 1024 * 1024,
            remember: RememberCredentials::Sealed,
            ways: Ways::Credentials,
            contacts: ContactSettings {
                profile_url: Some(PROFILE.parse().expect("a constant address")),
                ..ContactSettings::default()
            },
            card_query: None,
            options: "",
            imis_query: Duration::from_mins(1),
            duplicates: api::Duplicates::Warned,
        }
    }
}

/// A world that runs until it is dropped.
#[derive(Debug)]
pub struct World {
    /// iMIS.
    pub imis: sim::imis::Running,
    /// The organisation's OpenID provider; the server knows of it in [`Ways::OpenId`].
    pub provider: sim::openid::Running,
    /// Outlook, and the hosts of Microsoft's script.
    pub outlook: sim::outlook::Running,
    /// The product.
    pub server: server::Running,
    config: server::Config,
    wiring: Wiring,
    folder: Folder,
    ahead_ms: Arc<AtomicI64>,
    _certified: Option<Certified>,
}

/// A folder of this world's own, removed with it.
#[derive(Debug)]
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl World {
    /// The usual world: EMS edition, our mails.
    pub async fn start() -> Self {
        Self::of(Plan::default()).await
    }

    /// A world to plan.
    ///
    /// # Panics
    /// If a part does not start; for the pane or Microsoft's script missing, `cargo xtask test` makes both.
    pub async fn of(plan: Plan) -> Self {
        let folder = Folder(std::env::temp_dir().join(format!("imis-outlook-{}", uuid::Uuid::new_v4())));
        std::fs::create_dir_all(&folder.0).expect("a temporary folder can be made");
        let certificate = sim::tls::Certificate::for_world().expect("a certificate can be made");
        let (chain, key) = (folder.0.join("certificate.pem"), folder.0.join("key.pem"));
        std::fs::write(&chain, certificate.certificate_pem()).expect("the folder can be written");
        std::fs::write(&key, certificate.key_pem()).expect("the folder can be written");

        let imis = sim::imis::start(plan.imis).await.expect("iMIS starts");
        let provider = sim::openid::start(sim::openid::Settings::default()).await.expect("the provider starts");
        let mut site = Site::new("live", "Institute of Examples", imis.url());
        let certified = ways::certified(plan.ways).await;
        ways::configure(&mut site, plan.ways, &imis, &provider, certified.as_ref());
        site.contacts = plan.contacts;
        site.card_query = plan.card_query.map(str::to_owned);
        site.remember = plan.remember;
        site.duplicates = plan.duplicates;
        site.attachment_max_bytes = plan.attachment_max_bytes;
        let site = site.with_options(plan.options).expect("a plan's options are sound");
        let public_url = PublicUrl::parse(&format!("https://{ADDIN_HOST}")).expect("a constant address");
        let keyring = Keyring::new(Key::new([7; 32]), vec![]);
        let mut config = server::Config::new(public_url, keyring, vec![site]);
        config.listen = ([127, 0, 0, 1], 0).into();
        config.tls = Some(server::config::TlsFiles { certificate: chain, key });
        config.limits.imis_query = plan.imis_query;
        config.pane = target().join("pane");
        config.data = folder.0.join("data");
        let ahead_ms = Arc::new(AtomicI64::new(0));
        let server = server::start(config.clone(), clock(&ahead_ms)).await.expect("the server starts");
        ways::introduce(&imis, server.addr(), &certificate);

        let addin = format!("https://{ADDIN_HOST}/").parse().expect("a constant address");
        let mut settings = sim::outlook::Settings::new(addin, certificate.clone());
        settings.library = sim::outlook::Library::Folder(target().join("tools/node_modules/@microsoft/office-js/dist"));
        settings.launch = Some(launch());
        settings.mail = plan.mail;
        settings.theme = plan.theme;
        let outlook = sim::outlook::start(settings).await.expect("Outlook starts");
        let wiring = Wiring {
            hosts: vec![
                (ADDIN_HOST.to_owned(), server.addr().port()),
                ("outlook.office.com".to_owned(), outlook.address().port()),
                ("appsforoffice.microsoft.com".to_owned(), outlook.address().port()),
                ("ajax.aspnetcdn.com".to_owned(), outlook.address().port()),
            ],
            spki: certificate.spki_sha256(),
        };
        Self { imis, provider, outlook, server, config, wiring, folder, ahead_ms, _certified: certified }
    }

    /// Turns the server's clock on; [`Pane::minutes_pass`] turns a pane's.
    pub fn turn_clock(&self, minutes: i64) {
        self.ahead_ms.fetch_add(minutes * 60_000, Ordering::SeqCst);
    }

    /// What happens while nobody listens at the server's address; after it the server is there again.
    pub async fn while_the_server_is_away<T>(mut self, meanwhile: impl AsyncFnOnce() -> T) -> (Self, T) {
        let config = server::Config { listen: self.server.addr(), ..self.config.clone() };
        self.server.stop().await;
        let told = meanwhile().await;
        self.server = server::start(config, clock(&self.ahead_ms)).await.expect("the server starts again");
        (self, told)
    }

    /// A browser that knows this world, with further flags.
    pub async fn browser_with(&self, flags: &[&str]) -> Browser {
        Browser::start_with(&self.wiring, flags).await
    }

    /// A browser that knows this world.
    pub async fn browser(&self) -> Browser {
        Browser::start(&self.wiring).await
    }

    /// A browser that opens windows at a click alone, as people's own do.
    pub async fn browser_blocking_popups(&self) -> Browser {
        Browser::start_blocking_popups(&self.wiring).await
    }

    /// A browser whose frames of other sites may keep nothing: reading their storage throws
    /// (`office-js.md` §2, third row).
    pub async fn browser_without_storage(&self) -> Browser {
        self.browser_with(&["--test-third-party-cookie-phaseout", "--disable-features=ThirdPartyStoragePartitioning"])
            .await
    }

    /// A browser that draws Outlook and the pane in one process: slowing one slows both, and chromedriver
    /// can tell the names of what is in the pane (across processes it finds no such element).
    pub async fn one_process_browser(&self) -> Browser {
        Browser::start_with(
            &self.wiring,
            &["--disable-site-isolation-trials", "--disable-features=IsolateOrigins,site-per-process"],
        )
        .await
    }

    /// Opens Outlook with the pane beside it, nobody signed in.
    pub async fn pane(&self) -> Pane {
        Pane::open(self.browser().await, self.outlook.url()).await
    }

    /// Opens the pane and signs in as an ordinary member of staff.
    pub async fn signed_in(&self) -> Pane {
        self.signed_in_as("STAFF1").await
    }

    /// Opens the pane in a browser of this person's own, beside the mailbox that everybody shares, and signs in.
    pub async fn signed_in_as(&self, user_name: &str) -> Pane {
        let pane = self.pane().await;
        pane.sign_in(user_name, PASSWORD).await;
        pane
    }

    /// Where the server keeps its database.
    pub fn data(&self) -> PathBuf {
        self.folder.0.join("data")
    }
}

/// A clock that is so far ahead.
fn clock(ahead_ms: &Arc<AtomicI64>) -> server::Clock {
    let (system, ahead) = (server::Clock::system(), ahead_ms.clone());
    server::Clock::new(move || system.now_ms() + ahead.load(Ordering::SeqCst))
}

/// What Outlook runs when a message is sent, as our manifest says, on the host that the add-in has here.
fn launch() -> sim::outlook::Launch {
    let manifest = include_str!("../../manifest.xml");
    let behind = |text: &'static str, mark: &str| {
        text.split_once(mark).unwrap_or_else(|| panic!("the manifest has no {mark}")).1
    };
    let value = |text: &'static str| text.split('"').next().expect("a value ends");
    let event = behind(manifest, "Type=\"OnMessageSend\" FunctionName=\"");
    let page = value(behind(event, "<SourceLocation resid=\""));
    let path = value(behind(event, &format!("<bt:Url id=\"{page}\" DefaultValue=\"https://localhost:8443")));
    let page = format!("https://{ADDIN_HOST}{path}").parse().expect("an address");
    sim::outlook::Launch { page, function: value(event).to_owned() }
}

/// A time that a fault may take without being noticed as a hang.
pub const A_WHILE: Duration = Duration::from_millis(800);

/// Cargo's target folder.
pub fn target() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../target"))
}

/// Messages that this project did not write: the samples of Python's own e-mail tests.
pub fn foreign_mails() -> PathBuf {
    const ASK: &str = "import os, test; print(os.path.join(os.path.dirname(test.__file__), 'test_email', 'data'))";
    let answer = std::process::Command::new("python3").args(["-c", ASK]).output().expect("python3 is installed");
    let folder = PathBuf::from(String::from_utf8_lossy(&answer.stdout).trim());
    assert!(folder.is_dir(), "Python has come without its own tests (Debian: apt-get install libpython3-testsuite)");
    folder
}
