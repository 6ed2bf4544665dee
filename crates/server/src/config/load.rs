//! From a TOML file and `IMIS_OUTLOOK_…` variables to a [`Config`].
//!
//! A variable names a setting by its path, `__` between the parts:
//! `IMIS_OUTLOOK_SITES__LIVE__URL`. It wins over the file.

use super::keyring_file::KeyringFile;
use super::public_url::secure_or_loopback;
use super::reader::{Faults, Section};
use super::{Config, Key, KeyBinding, Keyring, Limits, PublicUrl, Site, TlsFiles, contacts, methods, saving, store};
use figment::Figment;
use figment::providers::{Format as _, Serialized, Toml};
use figment::value::{Dict, Value};
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;
use url::Url;

/// Starts the name of every variable that is read.
const PREFIX: &str = "IMIS_OUTLOOK_";

/// One thing wrong with one setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The setting's full name.
    pub setting: String,
    /// What it must be, or why it cannot be.
    pub what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.setting, self.what)
    }
}

/// A configuration that cannot be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// There is none at all.
    #[error(
        "nothing is configured; three settings are needed: `public_url` (the address people reach this server at), \
         `sites.<name>.url` (where iMIS is) and `key` or `key_file` (32 random bytes in base64); and a way to sign in: \
         `sites.<name>.single_sign_on` with `client_id`, `client_secret` and `page_url` of iMIS's client application"
    )]
    Nothing,
    /// The file named cannot be read.
    #[error("failed to read the configuration file: {0}")]
    File(String),
    /// These settings are wrong.
    #[error("the configuration has faults:{}", list(.0))]
    Faults(Vec<Fault>),
}

fn list(faults: &[Fault]) -> String {
    faults.iter().fold(String::new(), |text, fault| format!("{text}\n  - {fault}"))
}

impl Config {
    /// Reads `file` where there is one, and `variables` over it.
    pub fn load(
        file: Option<&Path>,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let toml = match file {
            None => String::new(),
            Some(file) => std::fs::read_to_string(file)
                .map_err(|error| ConfigError::File(format!("{}: {}", file.display(), error.kind())))?,
        };
        Self::parse(&toml, variables)
    }

    /// The file of keys that is configured, in whatever state the rest is: the
    /// keys come before everything else.
    pub fn keyring_file(
        file: Option<&Path>,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Option<PathBuf>, ConfigError> {
        let toml = match file {
            None => String::new(),
            Some(file) => std::fs::read_to_string(file)
                .map_err(|error| ConfigError::File(format!("{}: {}", file.display(), error.kind())))?,
        };
        Ok(layers(&toml, variables).extract_inner::<PathBuf>("keyring_file").ok())
    }

    /// Reads the text of a configuration file, and `variables` over it.
    pub fn parse(toml: &str, variables: impl IntoIterator<Item = (String, String)>) -> Result<Self, ConfigError> {
        let figment = layers(toml, variables);
        let settings: Dict = figment.extract().map_err(|error| {
            let faults = error.into_iter().map(|error| Fault { setting: "file".to_owned(), what: error.to_string() });
            ConfigError::Faults(faults.collect())
        })?;
        if settings.is_empty() {
            return Err(ConfigError::Nothing);
        }
        let faults = Faults::default();
        let config = read(Section::root(settings, &faults));
        match (config, faults.into_inner()) {
            (Some(config), faults) if faults.is_empty() => Ok(config),
            (_, faults) => Err(ConfigError::Faults(faults)),
        }
    }
}

impl Site {
    /// The site with these options over its settings: a text as a site's section of a settings file, of which an
    /// option that is not there stays as it is.
    pub fn with_options(&self, toml: &str) -> Result<Self, Vec<Fault>> {
        let settings: Dict = Figment::from(Toml::string(toml)).extract().map_err(|error| {
            let faults = error.into_iter().map(|error| Fault { setting: "file".to_owned(), what: error.to_string() });
            faults.collect::<Vec<_>>()
        })?;
        let faults = Faults::default();
        let mut site = self.clone();
        let mut section = Section::root(settings, &faults);
        saving::read(&mut section, &mut site);
        section.finish();
        let faults = faults.into_inner();
        if faults.is_empty() { Ok(site) } else { Err(faults) }
    }

    /// What [`Site::with_options`] reads, as it is written.
    pub fn options_shown(&self) -> String {
        saving::Shown(self).to_string()
    }
}

/// The file, and the variables over it.
fn layers(toml: &str, variables: impl IntoIterator<Item = (String, String)>) -> Figment {
    let mut figment = Figment::from(Toml::string(toml));
    for (name, value) in variables {
        if let Some(path) = name.strip_prefix(PREFIX) {
            let path = path.to_lowercase().replace("__", ".");
            let Ok(value) = value.parse::<Value>();
            figment = figment.merge(Serialized::default(&path, value));
        }
    }
    figment
}

/// `None` only where a fault was noted.
fn read(mut root: Section<'_>) -> Option<Config> {
    let given = root.has("public_url");
    let public_url = root.parsed("public_url", PublicUrl::parse);
    if !given {
        root.fault("public_url", "is needed: the address people reach this server at");
    }
    let keyring = keyring(&mut root);
    let sites = sites(&mut root, public_url.as_ref());
    let usual_url = PublicUrl::parse("http://localhost").expect("a constant");
    let usual_ring = Keyring::new(Key::new([0; 32]), Vec::new());
    let complete = public_url.is_some() && keyring.is_some();
    let (keyring, keyring_file) = keyring.unwrap_or((usual_ring, None));
    let mut config = Config::new(public_url.unwrap_or(usual_url), keyring, sites);
    config.keyring_file = keyring_file;
    if let Some(days) = root.number("session_days", 1, 90) {
        config.session_days = u32::try_from(days).unwrap_or(config.session_days);
    }

    if let Some(listen) = root.parsed("listen", |text| text.parse().map_err(|_| "must be an address and port")) {
        config.listen = listen;
    }
    config.tls = tls(&mut root);
    config.pane = root.path("pane").unwrap_or(config.pane);
    config.data = root.path("data").unwrap_or(config.data);
    config.log = root.text("log").unwrap_or(config.log);
    config.key_binding = key_binding(&mut root).unwrap_or(config.key_binding);
    config.frame_ancestors_extra = frame_ancestors(&mut root);
    for proxy in root.texts("trusted_proxies").unwrap_or_default() {
        match proxy.parse() {
            Ok(address) => config.trusted_proxies.push(address),
            Err(_) => root.fault("trusted_proxies", format!("holds `{proxy}`, which is not an IP address")),
        }
    }
    config.store = store::read(root.section("store"));
    limits(root.section("limits"), &mut config.limits);
    root.finish();
    complete.then_some(config)
}

fn keyring(root: &mut Section<'_>) -> Option<(Keyring, Option<PathBuf>)> {
    let file = root.path("keyring_file");
    let inline = root.has("key") || root.has("key_file");
    if file.is_none() && !inline {
        root.fault("key", "is needed: 32 random bytes in base64, here or in a file named by `key_file`");
    }
    let active = root.secret("key").and_then(|text| key(root, "key", &text));
    let older = root.secret("retiring_keys").unwrap_or_default();
    let older: Vec<Key> = older.split_whitespace().filter_map(|text| key(root, "retiring_keys", text)).collect();
    let Some(file) = file else { return Some((Keyring::new(active?, older), None)) };
    if inline || !older.is_empty() {
        root.fault("keyring_file", "takes the place of `key` and `retiring_keys`: not both");
    }
    match KeyringFile::read(&file).and_then(|read| read.ring()) {
        Ok(ring) => Some((ring, Some(file))),
        Err(error) => {
            root.fault("keyring_file", error.to_string());
            None
        }
    }
}

fn key(root: &Section<'_>, setting: &str, text: &str) -> Option<Key> {
    Key::parse(text).map_err(|error| root.fault(setting, error.to_string())).ok()
}

fn tls(root: &mut Section<'_>) -> Option<TlsFiles> {
    let mut section = root.section("tls");
    let certificate = section.path("certificate");
    let key = section.path("key");
    let files = match (certificate, key) {
        (Some(certificate), Some(key)) => Some(TlsFiles { certificate, key }),
        (None, None) => None,
        (Some(_), None) => {
            section.fault("key", "is needed beside the certificate");
            None
        }
        (None, Some(_)) => {
            section.fault("certificate", "is needed beside the key");
            None
        }
    };
    section.finish();
    files
}

fn key_binding(root: &mut Section<'_>) -> Option<KeyBinding> {
    root.parsed("pop", |text| match text {
        "required" => Ok(KeyBinding::Required),
        "preferred" => Ok(KeyBinding::Preferred),
        "off" => Ok(KeyBinding::Off),
        _ => Err("must be required, preferred or off"),
    })
}

/// Further origins that may frame the pane. A wildcard would let anybody.
fn frame_ancestors(root: &mut Section<'_>) -> Vec<String> {
    let mut section = root.section("frame_ancestors");
    let extra = section.texts("extra").unwrap_or_default();
    for origin in &extra {
        let exact = Url::parse(origin)
            .is_ok_and(|url| url.scheme() == "https" && url.origin().ascii_serialization() == *origin);
        if !exact {
            section
                .fault("extra", format!("holds `{origin}`, which is not an https origin without a slash at its end"));
        }
    }
    section.finish();
    extra
}

fn sites(root: &mut Section<'_>, public_url: Option<&PublicUrl>) -> Vec<Site> {
    let mut section = root.section("sites");
    let names = section.keys();
    if names.is_empty() {
        root.fault("sites", "is needed: at least one `sites.<name>.url`, the address of an iMIS system");
    }
    let mut sites: Vec<Site> = names.iter().filter_map(|name| site(name, &mut section, public_url)).collect();
    if let Some(first) = root.text("default_site") {
        match sites.iter().position(|site| site.name.0 == first) {
            Some(place) => sites[..=place].rotate_right(1),
            None if names.contains(&first) => {}
            None => root.fault("default_site", "is none of the sites"),
        }
    }
    sites
}

fn site(name: &str, sites: &mut Section<'_>, public_url: Option<&PublicUrl>) -> Option<Site> {
    let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    if name.len() > 40 || !name.chars().all(plain) {
        sites.fault(name, "must be named with small letters, digits and hyphens");
    }
    // Paths of ours below /auth.
    if matches!(name, "start" | "done" | "logout" | "assets") {
        sites.fault(name, "must be another name: this one is a part of the server's own addresses");
    }
    let mut section = sites.section(name);
    if !section.has("url") {
        section.fault("url", "is needed: the address of iMIS");
    }
    let url = section.parsed("url", imis_url);
    let title = section.text("title").unwrap_or_else(|| name.to_owned());
    let mut site =
        Site::new(name, &title, url.clone().unwrap_or_else(|| Url::parse("https://none").expect("a constant")));
    if let Some(pem) = section.file("certificates_file") {
        match imis::Authorities::from_pem(pem.as_bytes()) {
            Ok(authorities) => site.authorities = authorities,
            Err(error) => section.fault("certificates_file", error.to_string()),
        }
    }
    methods::read(&mut section, public_url, &mut site);
    saving::read(&mut section, &mut site);
    site.card_query = section.parsed("card_query", contacts::query_path);
    site.contacts = contacts::read(&mut section);
    section.finish();
    url.map(|_| site)
}

fn imis_url(text: &str) -> Result<Url, &'static str> {
    let url = Url::parse(text).map_err(|_| "must be a URL such as https://imis.example.org")?;
    if !secure_or_loopback(&url) {
        return Err("must be https (http is taken on localhost only)");
    }
    if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
        return Err("must be without query and user name");
    }
    Ok(url)
}

fn limits(mut section: Section<'_>, limits: &mut Limits) {
    let mut count = |key: &str, place: &mut u32, most: u64| {
        if let Some(number) = section.number(key, 1, most) {
            *place = u32::try_from(number).unwrap_or(u32::MAX);
        }
    };
    // iMIS locks an account at the fifth wrong password, so ours must come before (`imis.md §1`).
    count("sign_in_tries", &mut limits.sign_in_tries, 4);
    count("sign_ins_per_address", &mut limits.sign_ins_per_address, 1_000_000);
    count("sign_ins_per_site", &mut limits.sign_ins_per_site, 1_000_000);
    if let Some(number) = section.number("sign_in_floor_ms", 1, 10_000) {
        limits.sign_in_floor = Duration::from_millis(number);
    }
    let mut places = |key: &str, place: &mut usize, most: u64| {
        if let Some(number) = section.number(key, 1, most) {
            *place = usize::try_from(number).unwrap_or(*place);
        }
    };
    places("saves_per_person", &mut limits.saves_per_person, 10_000);
    places("uploads_max", &mut limits.uploads_max, 10_000);
    places("exports_max", &mut limits.exports_max, 1000);
    places("exports_per_person", &mut limits.exports_per_person, 1000);
    places("downloads_max", &mut limits.downloads_max, 1000);
    places("downloads_per_person", &mut limits.downloads_per_person, 1000);
    places("reads_per_person", &mut limits.reads_per_person, 1000);
    if let Some(number) = section.number("upload_bytes_per_second", 0, 1_000_000_000) {
        limits.upload_bytes_per_second = number;
    }
    let mut seconds = |key: &str, place: &mut Duration| {
        if let Some(number) = section.number(key, 1, 86_400) {
            *place = Duration::from_secs(number);
        }
    };
    seconds("sign_in_window_s", &mut limits.sign_in_window);
    seconds("upload_silence_s", &mut limits.upload_silence);
    seconds("upload_total_s", &mut limits.upload_total);
    seconds("export_total_s", &mut limits.export_total);
    seconds("download_total_s", &mut limits.download_total);
    seconds("recipients_total_s", &mut limits.recipients_total);
    seconds("head_s", &mut limits.head);
    seconds("drain_s", &mut limits.drain);
    seconds("imis_connect_s", &mut limits.imis_connect);
    seconds("imis_read_s", &mut limits.imis_read);
    seconds("imis_query_s", &mut limits.imis_query);
    seconds("imis_write_s", &mut limits.imis_write);
    section.finish();
}

#[cfg(test)]
mod tests;
