//! From Rust to a module and its glue: cargo, wasm-bindgen, wasm-opt.
//!
//! wasm-bindgen runs as a library, so its version is the lock file's and nobody
//! installs a tool of the right version by hand.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use super::{Effort, clear, glue, read};
use crate::run::{cargo, run, step};
use crate::tools::wasm_opt;
use crate::workspace::Workspace;

/// What rustc lets itself use for wasm32 today; wasm-opt must know where the
/// module itself does not say so.
const FEATURES: [&str; 7] = [
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// The pane's code.
pub(super) struct Built {
    /// The glue, an ES module.
    pub(super) script: String,
    /// The module.
    pub(super) wasm: Vec<u8>,
    /// Scripts that crates bring along, by path below `snippets`.
    pub(super) snippets: BTreeMap<String, String>,
}

/// Compiles, binds and optimises the pane.
pub(super) fn build(workspace: &Workspace, effort: Effort) -> Result<Built> {
    let (profile, folder) = match effort {
        Effort::Release => ("small", "small"),
        Effort::Quick => ("dev", "debug"),
    };
    step("compile the pane", || {
        run(cargo(workspace).args(["build", "--quiet", "--package", "taskpane", "--bin", "taskpane"]).args([
            "--target",
            "wasm32-unknown-unknown",
            "--profile",
            profile,
        ]))
    })?;
    let compiled = workspace.target("wasm32-unknown-unknown").join(folder).join("taskpane.wasm");
    let bound = workspace.target("pane.bound");
    clear(&bound)?;
    step("bind", || bind(&compiled, &bound))?;
    let module = bound.join("taskpane_bg.wasm");
    if effort == Effort::Release {
        match wasm_opt(workspace) {
            Some(program) => step("optimise", || {
                run(Command::new(program).arg("-Oz").args(FEATURES).arg(&module).arg("-o").arg(&module))
            })?,
            None => eprintln!("wasm-opt is missing and skipped: the pane will be some 7 % larger."),
        }
    }
    Ok(Built {
        script: glue::without_comments(&fs::read_to_string(bound.join("taskpane.js"))?),
        wasm: read(&module)?,
        snippets: snippets(&bound.join("snippets"))?,
    })
}

fn bind(compiled: &Path, bound: &Path) -> Result<()> {
    Bindgen::new()
        .input_path(compiled)
        .web(true)?
        .typescript(false)
        .remove_producers_section(true)
        .omit_default_module_path(true)
        .generate(bound)
        .context("wasm-bindgen")
}

fn snippets(folder: &Path) -> Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    let mut waiting = vec![folder.to_path_buf()];
    while let Some(next) = waiting.pop() {
        let Ok(entries) = fs::read_dir(&next) else { continue };
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                let name = path.strip_prefix(folder)?.to_string_lossy().into_owned();
                found.insert(name, fs::read_to_string(&path)?);
            }
        }
    }
    Ok(found)
}
