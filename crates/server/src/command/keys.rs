//! `imis-outlook keys`: the file of keys. Running servers follow it by themselves,
//! and note the change in the audit log.

use super::Refused;
use crate::ConfigError;
use crate::config::{Key, KeyId, KeyringFile, KeyringFileError, Retire};
use clap::{Args, Subcommand};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

#[derive(Debug, Args)]
pub(super) struct Asked {
    /// The file of keys [default: the setting `keyring_file`].
    #[arg(long)]
    file: Option<PathBuf>,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Show the keys' names and states.
    List,
    /// Add a fresh key: in use at once where it is the first, else on standby.
    New,
    /// Seal with this key from now on; the one before goes on opening.
    Activate {
        /// The key's name, as `keys list` shows it.
        kid: KeyId,
    },
    /// Let a key open nothing any more; what checks the audit log stays.
    Retire {
        /// The key's name, as `keys list` shows it.
        kid: KeyId,
        /// Even if tokens of it are in use: their people sign in again.
        #[arg(long)]
        now: bool,
    },
}

pub(super) fn run(
    asked: Asked,
    configured: impl FnOnce() -> Result<Option<PathBuf>, ConfigError>,
) -> Result<String, Refused> {
    let file = match asked.file {
        Some(file) => file,
        None => configured()?.ok_or_else(|| Refused("say which with --file, or set `keyring_file`".to_owned()))?,
    };
    let now = OffsetDateTime::now_utc().replace_nanosecond(0).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let changed = change(&file, asked.what, now);
    changed.map_err(|error| Refused(format!("{}: {error}", file.display())))
}

fn change(file: &Path, what: What, now: OffsetDateTime) -> Result<String, KeyringFileError> {
    let read = || KeyringFile::read(file);
    let mut keys = match (&what, file.exists()) {
        (What::New, false) => KeyringFile::default(),
        _ => read()?,
    };
    match what {
        What::List => return Ok(list(&keys)),
        What::New => {
            keys.add(Key::new(crate::seal::random()), now);
        }
        What::Activate { kid } => keys.activate(kid, now)?,
        What::Retire { kid, now: at_once } => {
            keys.retire(kid, now, if at_once { Retire::Now } else { Retire::WhenUnused })?;
        }
    }
    keys.write(file)?;
    Ok(list(&keys))
}

fn list(keys: &KeyringFile) -> String {
    let time = |time: OffsetDateTime| time.format(&Rfc3339).unwrap_or_default();
    keys.keys.iter().fold(String::new(), |mut text, key| {
        let (state, since, created) = (key.state.word(), time(key.since), time(key.created));
        writeln!(text, "{}  {state:8}  since {since}  created {created}", key.kid).expect("a string takes it");
        text
    })
}
