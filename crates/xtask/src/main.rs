//! Chores: `cargo xtask <chore>`.
//!
//! Everything here runs on a developer's machine or in CI and is no part of
//! what is installed. It knows none of the product's crates.
#![expect(clippy::print_stdout, reason = "a chore talks to the person who started it")]

mod pane;
mod run;
mod tools;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

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
    /// List what this machine has and lacks.
    Doctor,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run_chore(arguments.chore, &Workspace::current()) {
        Ok(code) => code,
        Err(problem) => {
            println!("xtask: {problem:#}");
            ExitCode::FAILURE
        }
    }
}

fn run_chore(chore: Chore, workspace: &Workspace) -> Result<ExitCode> {
    match chore {
        Chore::Pane { dev } => pane::build(workspace, if dev { Effort::Quick } else { Effort::Release })?,
        Chore::Doctor => {
            if !tools::doctor(workspace) {
                return Ok(ExitCode::FAILURE);
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
