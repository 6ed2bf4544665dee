//! The stand-in world as a program: `sim imis`, `sim openid`, `sim outlook`.
//!
//! Each part runs until it is interrupted and listens on loopback only.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The outside world on one machine.
#[derive(Debug, Parser)]
#[command(name = "sim")]
struct Command {
    #[command(subcommand)]
    part: Part,
}

#[derive(Debug, Subcommand)]
enum Part {
    Imis(sim::imis::Arguments),
    Openid(sim::openid::Arguments),
    Outlook(sim::outlook::Arguments),
}

type Ended = Result<(), Box<dyn std::error::Error>>;

async fn run(part: Part) -> Ended {
    match part {
        Part::Imis(arguments) => sim::imis::run(arguments).await?,
        Part::Openid(arguments) => sim::openid::run(arguments).await?,
        Part::Outlook(arguments) => sim::outlook::run(arguments).await?,
    }
    Ok(())
}

#[tokio::main]
async fn main() -> ExitCode {
    use std::io::Write as _;

    match run(Command::parse().part).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Where even the complaint cannot be written there is nobody to tell.
            let _unheard = writeln!(std::io::stderr(), "sim: {error}");
            ExitCode::FAILURE
        }
    }
}
