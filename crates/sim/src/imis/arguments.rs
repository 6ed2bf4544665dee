//! The command line of `sim imis`.
//!
//! Invariant: without arguments it is the site of the stories.

use std::{io::Write as _, time::Duration};

use clap::Args;

use super::{Edition, People, Settings};

/// Plays an iMIS site with a seeded database.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The port on 127.0.0.1.
    #[arg(long, default_value_t = 8400)]
    port: u16,
    /// The product line.
    #[arg(long, value_enum, default_value_t = Edition::Ems)]
    edition: Edition,
    /// How many contacts there are at least; those of the stories are always there.
    #[arg(long, default_value_t = 0)]
    people: u32,
    /// The path before `/token` and `/api`.
    #[arg(long, default_value = "")]
    path_prefix: String,
    /// How many seconds a token lives.
    #[arg(long, default_value_t = 3599)]
    token_seconds: u64,
    /// The longest request body in bytes.
    #[arg(long, default_value_t = 30 * 1024 * 1024)]
    request_body_max: u64,
    /// Milliseconds added to every answer.
    #[arg(long, default_value_t = 0)]
    latency: u64,
    /// The communication log cannot be had over REST.
    #[arg(long)]
    no_communication_log: bool,
}

impl Arguments {
    /// The settings these arguments mean.
    pub fn settings(self) -> Settings {
        Settings {
            edition: self.edition,
            path_prefix: self.path_prefix,
            token_ttl: Duration::from_secs(self.token_seconds),
            communication_log: !self.no_communication_log,
            latency: Duration::from_millis(self.latency),
            people: if self.people == 0 { People::Story } else { People::Generated(self.people) },
            request_body_max: self.request_body_max,
            port: self.port,
            ..Settings::default()
        }
    }
}

/// Starts the site, says where it is and who may sign in, and runs until interrupted.
pub async fn run(arguments: Arguments) -> std::io::Result<()> {
    let running = super::start(arguments.settings()).await?;
    let mut out = std::io::stdout();
    writeln!(out, "iMIS listens on {}", running.url())?;
    writeln!(out, "What is written to it: http://{}/_ledger", running.address())?;
    let users: Vec<&str> = super::people::SIGN_INS.iter().map(|sign_in| sign_in.1).collect();
    writeln!(out, "Users: {}; password: {}", users.join(", "), super::people::PASSWORD)?;
    tokio::signal::ctrl_c().await
}
