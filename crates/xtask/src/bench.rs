//! `cargo xtask bench`: sizes and times against the budgets (DESIGN.md §11).
//!
//! Figures are read, not asserted: it ends well whatever it finds. Sizes are
//! measured here, times by the package `tests`, which may know the product.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::json;

use crate::pane::{self, Effort};
use crate::run::{cargo, run};
use crate::tools::{Need, set_up};
use crate::workspace::Workspace;

/// How the figures are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// For people.
    Table,
    /// For programs, a line each.
    Json,
}

/// Parts of the pane that an open message does not wait for: it shows who is on it and how to save it before
/// they come. The sender's card is in the first of them.
const BEHIND: [&str; 3] = ["split_sheets-", "split_entrance-", "split_many-"];

const SIZES: [&str; 2] = ["first_screen_brotli_bytes", "everything_brotli_bytes"];

/// Measures what is named, or all.
pub(crate) fn measure(workspace: &Workspace, names: &[String], form: Form) -> Result<()> {
    pane::build(workspace, Effort::Release)?;
    let wanted = |name: &str| names.is_empty() || names.iter().any(|asked| asked == name);
    for (name, value, budget) in sizes(workspace)? {
        if wanted(name) {
            println!("{}", line(form, name, value, budget));
        }
    }
    let only_sizes = !names.is_empty() && names.iter().all(|name| SIZES.contains(&name.as_str()));
    if only_sizes || !workspace.path("tests/bench/main.rs").is_file() {
        return Ok(());
    }
    set_up(workspace, Need::Bench)?;
    run(cargo(workspace).args(["build", "--quiet", "--release", "--package", "server", "--bin", "imis-outlook"]))?;
    let mut command = cargo(workspace);
    // The pane's figures are taken with the server and the stand-in iMIS in the measuring process.
    command.args(["run", "--quiet", "--release", "--package", "tests", "--bin", "bench", "--"]).args(names);
    if form == Form::Json {
        command.arg("--json");
    }
    if let Err(problem) = run(&mut command) {
        println!("{problem:#}");
    }
    Ok(())
}

/// What a person's first sight of the pane costs, without Microsoft's library.
fn sizes(workspace: &Workspace) -> Result<[(&'static str, u64, u64); 2]> {
    let pane = workspace.pane();
    let html = fs::metadata(pane.join("index.html.br")).context("index.html.br")?.len();
    let assets = html + total(&pane.join("assets"), &["br"], |_| true)?;
    let first = html + total(&pane.join("assets"), &["br"], |name| !BEHIND.iter().any(|part| name.starts_with(part)))?;
    let everything = assets + total(&pane.join("icons"), &["br", "png"], |_| true)?;
    Ok([(SIZES[0], first, 150 * 1024), (SIZES[1], everything, 300 * 1024)])
}

/// The bytes in a folder's files of these kinds and names.
fn total(folder: &Path, extensions: &[&str], counts: impl Fn(&str) -> bool) -> Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let entry = entry?;
        let path = entry.path();
        if counts(&entry.file_name().to_string_lossy())
            && path.extension().is_some_and(|found| extensions.iter().any(|wanted| found == *wanted))
        {
            bytes += entry.metadata()?.len();
        }
    }
    Ok(bytes)
}

/// The same forms as the package `tests` uses, so that they make one table.
fn line(form: Form, name: &str, value: u64, budget: u64) -> String {
    let ok = value <= budget;
    match form {
        Form::Json => json!({ "name": name, "value": value, "unit": "bytes", "budget": budget, "ok": ok }).to_string(),
        Form::Table => {
            let verdict = if ok { "ok" } else { "OVER" };
            format!("{name:<44} {value:>12} {:<9} budget {budget:>10}  {verdict}", "bytes")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Form, line};

    #[test]
    fn a_figure_above_its_budget_says_so() {
        assert!(line(Form::Table, "x", 11, 10).ends_with("OVER"));
        assert!(line(Form::Table, "x", 10, 10).ends_with("ok"));
        assert_eq!(line(Form::Json, "x", 11, 10), r#"{"budget":10,"name":"x","ok":false,"unit":"bytes","value":11}"#);
    }
}
