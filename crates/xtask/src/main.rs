//! Chores: `cargo xtask <chore>`.
//!
//! Everything here runs on a developer's machine or in CI and is no part of
//! what is installed. It knows none of the product's crates.
#![expect(clippy::print_stdout, reason = "results go to the person who started the chore")]
#![expect(clippy::print_stderr, reason = "progress goes beside the results")]

mod bench;
mod checks;
mod demo;
mod dev;
mod pane;
mod run;
mod stage;
mod tidy;
mod tools;
mod version;
mod workspace;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use bench::Form;
use demo::Browser;
use pane::Effort;
use workspace::Workspace;

/// Chores of this repository.
#[derive(Parser)]
#[command(bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Build the pane into target/pane.
    Pane {
        /// Build quickly; the result is large.
        #[arg(long)]
        dev: bool,
    },
    /// Start everything on this machine and open the pane beside a stand-in Outlook.
    Demo {
        /// Show the .eml files of this folder.
        #[arg(long)]
        mail: Option<PathBuf>,
        /// Print the addresses only.
        #[arg(long)]
        no_browser: bool,
        /// The server's port.
        #[arg(long, default_value_t = 8443)]
        port: u16,
    },
    /// Run every test, those in the browser included.
    Test,
    /// Live reload with trunk.
    Dev,
    /// All that CI runs.
    Ci,
    /// Check the rules of the house.
    Tidy,
    /// Measure sizes and times against the budgets.
    Bench {
        /// Which figures; all when none is named.
        names: Vec<String>,
        /// A line of JSON each.
        #[arg(long)]
        json: bool,
    },
    /// List what this machine has and lacks.
    Doctor,
    /// Write the stylesheet for trunk.
    #[command(hide = true)]
    Style,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run_chore(arguments.chore, &Workspace::current()) {
        Ok(code) => code,
        Err(problem) => {
            eprintln!("xtask: {problem:#}");
            ExitCode::FAILURE
        }
    }
}

fn run_chore(chore: Chore, workspace: &Workspace) -> Result<ExitCode> {
    match chore {
        Chore::Pane { dev } => pane::build(workspace, if dev { Effort::Quick } else { Effort::Release })?,
        Chore::Demo { mail, no_browser, port } => {
            let browser = if no_browser { Browser::Never } else { Browser::IfPossible };
            demo::run(workspace, demo::Options { mail, browser, port })?;
        }
        Chore::Test => checks::test(workspace)?,
        Chore::Dev => dev::serve(workspace)?,
        Chore::Ci => checks::ci(workspace)?,
        Chore::Tidy => tidy::check(workspace)?,
        Chore::Bench { names, json } => {
            bench::measure(workspace, &names, if json { Form::Json } else { Form::Table })?;
        }
        Chore::Style => dev::style(workspace)?,
        Chore::Doctor => {
            if !tools::doctor(workspace) {
                return Ok(ExitCode::FAILURE);
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
