//! From Rust to modules and their glue: cargo, wasm-split, wasm-bindgen, wasm-opt.
//!
//! wasm-split and wasm-bindgen run as libraries, so their versions are the lock
//! file's and nobody installs a tool of the right version by hand.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, anyhow};
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

/// What the linker must keep for the split: where each function and datum is used.
const KEEP_RELOCATIONS: &str = r#"target.wasm32-unknown-unknown.rustflags=["-Clink-arg=--emit-relocs"]"#;

/// Name of the glue, as the loader names it before it is stored.
pub(super) const SCRIPT: &str = "./taskpane.js";
/// Name of the loader, as the glue names it before it is stored.
pub(super) const LOADER: &str = "./loader.js";

/// The pane's code.
pub(super) struct Built {
    /// The glue, an ES module, which imports the loader.
    pub(super) script: String,
    /// An ES module that fetches chunks when they are needed.
    pub(super) loader: String,
    /// The module that is there from the start.
    pub(super) wasm: Vec<u8>,
    /// The chunks, by the name that the loader gives them.
    pub(super) chunks: BTreeMap<String, Vec<u8>>,
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
        let mut command = cargo(workspace);
        command.args(["build", "--quiet", "--package", "taskpane", "--bin", "taskpane", "--features", "split"]);
        command.args(["--target", "wasm32-unknown-unknown", "--profile", profile, "--config", KEEP_RELOCATIONS]);
        run(&mut command)
    })?;
    let compiled = workspace.target("wasm32-unknown-unknown").join(folder).join("taskpane.wasm");
    let bound = workspace.target("pane.bound");
    clear(&bound)?;
    fs::create_dir_all(&bound)?;
    let parts = step("split", || split(&compiled, &bound))?;
    step("bind", || bind(&bound.join("taskpane.wasm"), &bound))?;
    let module = bound.join("taskpane_bg.wasm");
    if effort == Effort::Release {
        match wasm_opt(workspace) {
            Some(program) => step("optimise", || {
                for module in parts.iter().chain([&module]) {
                    run(Command::new(&program).arg("-Oz").args(FEATURES).arg(module).arg("-o").arg(module))?;
                }
                Ok(())
            })?,
            None => eprintln!("wasm-opt is missing and skipped: the pane will be some 7 % larger."),
        }
    }
    let mut chunks = BTreeMap::new();
    for part in &parts {
        let name = part.file_name().context("a chunk has a name")?.to_string_lossy().into_owned();
        chunks.insert(name, read(part)?);
    }
    Ok(Built {
        script: glue::without_comments(&fs::read_to_string(bound.join("taskpane.js"))?),
        loader: glue::without_comments(&fs::read_to_string(bound.join(LOADER))?),
        wasm: read(&module)?,
        chunks,
        snippets: snippets(&bound.join("snippets"))?,
    })
}

/// Takes the chunks out of the module; what is left is bound. The linker's bookkeeping stays behind.
fn split(compiled: &Path, bound: &Path) -> Result<Vec<PathBuf>> {
    let input = read(compiled)?;
    let main = bound.join("taskpane.wasm");
    let mut options = wasm_split_cli_support::Options::new(&input);
    options.output_dir = bound;
    options.main_out_path = &main;
    options.main_module = SCRIPT;
    options.link_name = LOADER;
    let split = wasm_split_cli_support::transform(options).map_err(|problem| anyhow!("wasm-split: {problem:?}"))?;
    Ok(split.split_modules)
}

fn bind(compiled: &Path, bound: &Path) -> Result<()> {
    Bindgen::new()
        .input_path(compiled)
        .web(true)?
        .typescript(false)
        // The chunks need what the module would otherwise keep to itself.
        .keep_lld_exports(true)
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
