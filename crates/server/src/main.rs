//! The program: arguments, configuration, run.

use clap::{Parser, Subcommand};
use server::{Clock, Config, ConfigError};
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

#[derive(Clone, Copy, Debug, Subcommand)]
enum Command {
    /// Serve until told to stop.
    Serve,
    /// Print the effective configuration, secrets masked, or all that is wrong with it.
    Check,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let usual = Path::new(USUAL_FILE);
    let file = arguments.config.as_deref().or_else(|| usual.exists().then_some(usual));
    let config = match Config::load(file, std::env::vars()) {
        Ok(config) => config,
        Err(error) => return refuse(&error),
    };
    match arguments.command {
        Command::Check => say(&config.to_string()),
        Command::Serve => serve(config),
    }
}

fn say(text: &str) -> ExitCode {
    let said = std::io::stdout().write_all(text.as_bytes());
    if said.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Says on standard error what is wrong; there may be no log yet.
fn complain(text: &str) -> ExitCode {
    // Where even that cannot be written there is nobody to tell.
    drop(writeln!(std::io::stderr(), "imis-outlook: {text}"));
    ExitCode::FAILURE
}

fn refuse(error: &ConfigError) -> ExitCode {
    complain(&error.to_string())
}

fn serve(config: Config) -> ExitCode {
    server::log::start(&config.log);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return complain(&error.to_string()),
    };
    runtime.block_on(async {
        let running = match server::start(config, Clock::system()).await {
            Ok(running) => running,
            Err(error) => {
                let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
                return complain(&format!("{error}: {cause}"));
            }
        };
        told_to_stop().await;
        running.stop().await;
        ExitCode::SUCCESS
    })
}

/// Waits for ctrl-c, or SIGTERM where there is such a thing.
async fn told_to_stop() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            return;
        }
    }
    // Without signals the server runs until its process is ended.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
