//! The file of keys that `imis-outlook keys` writes and a running server follows.
//! Readable by the server's own account alone; a retired key leaves nothing in it
//! but what checks the audit log.

use super::{AuditKey, Key, KeyId, Keyring};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use figment::Figment;
use figment::providers::{Format as _, Toml};
use serde::Deserialize;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use time::OffsetDateTime;
use zeroize::Zeroizing;

/// How long what a key sealed may be in use after it stopped sealing: a token's
/// life and the grace after it.
const IN_USE_MS: i64 = crate::session::LIFE_MS + crate::session::GRACE_MS;

/// A file of keys that cannot be used, or not like this.
#[derive(Debug, thiserror::Error)]
pub enum KeyringFileError {
    /// Missing, or not ours.
    #[error("cannot be read or written: {0}")]
    Io(io::ErrorKind),
    /// Somebody else could read the keys.
    #[error("can be read by others: allow its owner alone (0600)")]
    NotPrivate,
    /// Not a file of keys.
    #[error("is not a file of keys: {0}")]
    Form(&'static str),
    /// No key of that name.
    #[error("has no key {0}")]
    Unknown(KeyId),
    /// The key in use cannot be retired.
    #[error("key {0} is in use: activate another first")]
    Active(KeyId),
    /// What it sealed may still be in use.
    #[error("key {0} may still open tokens until {1}; with --now they end")]
    InUse(KeyId, OffsetDateTime),
    /// It is gone.
    #[error("key {0} is retired")]
    Retired(KeyId),
}

impl From<io::Error> for KeyringFileError {
    fn from(error: io::Error) -> Self {
        Self::Io(error.kind())
    }
}

/// What a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum KeyState {
    /// Opens already, so that every server knows it before it seals.
    Standby,
    /// Seals and opens.
    Active,
    /// Opens what it sealed.
    Retiring,
    /// Opens nothing; checks the audit log.
    Retired,
}

impl KeyState {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Standby => "standby",
            Self::Active => "active",
            Self::Retiring => "retiring",
            Self::Retired => "retired",
        }
    }
}

/// A key in the file.
#[derive(Clone, Debug)]
pub(crate) struct KeyEntry {
    pub(crate) kid: KeyId,
    pub(crate) created: OffsetDateTime,
    pub(crate) state: KeyState,
    /// Since when it is in this state.
    pub(crate) since: OffsetDateTime,
    material: Material,
}

#[derive(Clone, Debug)]
enum Material {
    Key(Key),
    Audit(AuditKey),
}

/// The file.
#[derive(Clone, Debug, Default)]
pub(crate) struct KeyringFile {
    pub(crate) keys: Vec<KeyEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WireFile {
    #[serde(default)]
    keys: Vec<WireKey>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WireKey {
    kid: String,
    created: String,
    state: KeyState,
    since: String,
    key: Option<String>,
    audit: Option<String>,
}

impl WireKey {
    fn read(self) -> Result<KeyEntry, KeyringFileError> {
        let form = KeyringFileError::Form;
        let kid = self.kid.parse().map_err(|_| form("a `kid` is eight hexadecimal digits"))?;
        let time = |text: &str| {
            OffsetDateTime::parse(text, &time::format_description::well_known::Rfc3339)
                .map_err(|_| form("a time is like 2026-01-31T12:00:00Z"))
        };
        let material = match (self.state, self.key, self.audit) {
            (KeyState::Retired, None, Some(audit)) => {
                let bytes = STANDARD.decode(audit).ok().and_then(|bytes| bytes.try_into().ok());
                Material::Audit(AuditKey::new(bytes.ok_or(form("`audit` is not 32 bytes in base64"))?))
            }
            (KeyState::Standby | KeyState::Active | KeyState::Retiring, Some(key), None) => {
                let key = Key::parse(&key).map_err(|_| form("a `key` is not 32 random bytes in base64"))?;
                if key.id() != kid {
                    return Err(form("a `kid` is not the name of its key"));
                }
                Material::Key(key)
            }
            _ => return Err(form("a retired key has `audit`, any other has `key`")),
        };
        Ok(KeyEntry { kid, created: time(&self.created)?, state: self.state, since: time(&self.since)?, material })
    }
}

impl KeyringFile {
    /// Reads a file of keys.
    pub(crate) fn read(path: &Path) -> Result<Self, KeyringFileError> {
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            if std::fs::metadata(path)?.permissions().mode() & 0o007 != 0 {
                return Err(KeyringFileError::NotPrivate);
            }
        }
        let text = Zeroizing::new(std::fs::read_to_string(path)?);
        let wire: WireFile = Figment::from(Toml::string(&text))
            .extract()
            // What is said of a fault could quote a key.
            .map_err(|_| KeyringFileError::Form("it has other fields than `imis-outlook keys` writes"))?;
        let keys = wire.keys.into_iter().map(WireKey::read).collect::<Result<Vec<_>, _>>()?;
        let active = keys.iter().filter(|key| key.state == KeyState::Active).count();
        if active != 1 {
            return Err(KeyringFileError::Form("exactly one key is active"));
        }
        Ok(Self { keys })
    }

    /// The keys as a server uses them.
    pub(crate) fn ring(&self) -> Result<Keyring, KeyringFileError> {
        let mut active = None;
        let (mut others, mut retired) = (Vec::new(), Vec::new());
        for entry in &self.keys {
            match &entry.material {
                Material::Key(key) if entry.state == KeyState::Active => active = Some(key.clone()),
                Material::Key(key) => others.push(key.clone()),
                Material::Audit(key) => retired.push((entry.kid, key.clone())),
            }
        }
        let active = active.ok_or(KeyringFileError::Form("exactly one key is active"))?;
        Ok(Keyring::with_retired(active, others, retired))
    }

    /// Adds a fresh key: in use at once where it is the first, else on standby.
    pub(crate) fn add(&mut self, key: Key, now: OffsetDateTime) -> KeyId {
        let first = !self.keys.iter().any(|key| key.state == KeyState::Active);
        let state = if first { KeyState::Active } else { KeyState::Standby };
        let kid = key.id();
        self.keys.push(KeyEntry { kid, created: now, state, since: now, material: Material::Key(key) });
        kid
    }

    /// Seals with this key from now on; the one before goes on opening.
    pub(crate) fn activate(&mut self, kid: KeyId, now: OffsetDateTime) -> Result<(), KeyringFileError> {
        let state = self.keys.iter().find(|key| key.kid == kid).ok_or(KeyringFileError::Unknown(kid))?.state;
        match state {
            KeyState::Active => return Ok(()),
            KeyState::Retired => return Err(KeyringFileError::Retired(kid)),
            KeyState::Standby | KeyState::Retiring => {}
        }
        for key in &mut self.keys {
            if key.kid == kid {
                (key.state, key.since) = (KeyState::Active, now);
            } else if key.state == KeyState::Active {
                (key.state, key.since) = (KeyState::Retiring, now);
            }
        }
        Ok(())
    }

    /// Lets a key open nothing any more.
    pub(crate) fn retire(&mut self, kid: KeyId, now: OffsetDateTime, when: Retire) -> Result<(), KeyringFileError> {
        let entry = self.keys.iter_mut().find(|key| key.kid == kid).ok_or(KeyringFileError::Unknown(kid))?;
        let free = match entry.state {
            KeyState::Active => return Err(KeyringFileError::Active(kid)),
            KeyState::Standby | KeyState::Retired => entry.since,
            KeyState::Retiring => entry.since + time::Duration::milliseconds(IN_USE_MS),
        };
        if when == Retire::WhenUnused && now < free {
            return Err(KeyringFileError::InUse(kid, free));
        }
        if let Material::Key(key) = &entry.material {
            entry.material = Material::Audit(crate::seal::audit_key(key));
            (entry.state, entry.since) = (KeyState::Retired, now);
        }
        Ok(())
    }

    /// Writes the file in one move, for its owner alone.
    pub(crate) fn write(&self, path: &Path) -> Result<(), KeyringFileError> {
        let mut name = path.as_os_str().to_owned();
        name.push(".new");
        let new = PathBuf::from(name);
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        // One that a crash left behind.
        drop(std::fs::remove_file(&new));
        let mut file = options.open(&new)?;
        file.write_all(self.text().as_bytes())?;
        file.sync_all()?;
        Ok(std::fs::rename(&new, path)?)
    }

    fn text(&self) -> Zeroizing<String> {
        let time = |time: OffsetDateTime| {
            time.format(&time::format_description::well_known::Rfc3339).expect("a time of this age has this form")
        };
        let mut text = Zeroizing::new(
            "# The keys of iMIS for Outlook: secret. Changed by `imis-outlook keys`; a running server follows.\n"
                .to_owned(),
        );
        for key in &self.keys {
            let (name, bytes) = match &key.material {
                Material::Key(key) => ("key", key.expose()),
                Material::Audit(key) => ("audit", key.expose()),
            };
            write!(
                text,
                "\n[[keys]]\nkid = \"{}\"\ncreated = \"{}\"\nstate = \"{}\"\nsince = \"{}\"\n{name} = \"{}\"\n",
                key.kid,
                time(key.created),
                key.state.word(),
                time(key.since),
                *Zeroizing::new(STANDARD.encode(bytes)),
            )
            .expect("writing to a string has no failure");
        }
        text
    }
}

/// Whether to wait until nothing needs the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Retire {
    WhenUnused,
    Now,
}

#[cfg(test)]
mod tests;
