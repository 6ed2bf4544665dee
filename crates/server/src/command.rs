//! The program's commands: arguments in, text out. What changes sessions or keys
//! takes effect in the servers that run at the time.

mod audit;
mod keys;
mod options;
mod purge;
mod serve;
mod sessions;

use crate::store::SharedStore;
use crate::{Clock, Config, ConfigError};
use clap::{Parser, Subcommand};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Where the configuration is looked for when nobody says.
const USUAL_FILE: &str = "imis-outlook.toml";

/// iMIS for Outlook: the server.
#[derive(Debug, Parser)]
#[command(name = "imis-outlook", version)]
struct Arguments {
    /// The configuration file [default: imis-outlook.toml, if there is one].
    #[arg(long, global = true)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve until told to stop.
    Serve,
    /// Print the effective configuration, secrets masked, or all that is wrong with it.
    Check,
    /// List the sessions that are open, the latest used first.
    Sessions(sessions::Asked),
    /// End sessions, on every server within a second, running uploads included.
    Purge(purge::Asked),
    /// Make, use and retire the keys that open tokens.
    Keys(keys::Asked),
    /// Show or set what may be changed of a site's settings while servers run.
    Options(options::Asked),
    /// Read and check the audit log.
    Audit(audit::Asked),
}

/// Why a command did not do what was asked, for whoever asked.
#[derive(Debug)]
struct Refused(String);

impl Refused {
    /// An error with its causes.
    fn because(error: impl std::error::Error + 'static) -> Self {
        Self(crate::failure::chain(&error))
    }
}

impl From<ConfigError> for Refused {
    fn from(error: ConfigError) -> Self {
        Self(error.to_string())
    }
}

/// The whole program: arguments and environment of this process.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments) {
        Ok(text) => {
            let said = std::io::stdout().write_all(text.as_bytes());
            if said.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(Refused(text)) => {
            // Where even that cannot be written there is nobody to tell.
            drop(writeln!(std::io::stderr(), "imis-outlook: {text}"));
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<String, Refused> {
    let usual = Path::new(USUAL_FILE);
    let file = arguments.config.as_deref().or_else(|| usual.exists().then_some(usual));
    let config = || Config::load(file, std::env::vars());
    match arguments.command {
        Command::Check => Ok(config()?.to_string()),
        Command::Serve => {
            let config = config()?;
            crate::log::start(&config.log);
            in_runtime(serve::run(config))
        }
        Command::Sessions(asked) => in_runtime(sessions::run(config()?, asked)),
        Command::Purge(asked) => in_runtime(purge::run(config()?, asked)),
        Command::Keys(asked) => keys::run(asked, || Config::keyring_file(file, std::env::vars())),
        Command::Options(asked) => in_runtime(options::run(config()?, asked)),
        Command::Audit(asked) => in_runtime(audit::run(config()?, asked)),
    }
}

fn in_runtime(work: impl Future<Output = Result<String, Refused>>) -> Result<String, Refused> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Refused::because)?;
    runtime.block_on(work)
}

/// What a command beside the servers works with.
struct Place {
    config: Config,
    store: SharedStore,
    clock: Clock,
}

impl Place {
    async fn open(config: Config) -> Result<Self, Refused> {
        let store = crate::store::open(&config).await.map_err(Refused::because)?;
        Ok(Self { config, store, clock: Clock::system() })
    }

    /// A site of the configuration.
    fn site(&self, name: &str) -> Result<String, Refused> {
        let known = self.config.sites.iter().any(|site| site.name.0 == name);
        if known { Ok(name.to_owned()) } else { Err(Refused(format!("there is no site `{name}`"))) }
    }
}
