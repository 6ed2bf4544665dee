//! `cargo xtask pane`: the one builder of the pane.
//!
//! What it writes to `target/pane` is what a server serves and nothing else:
//! every name below `assets` carries the hash of its content, the page runs no
//! inline script, and everything the page loads from us has an integrity hash.

mod bindgen;
mod compress;
mod glue;
mod page;
mod styles;

use std::fs::{self, File};
use std::path::Path;

use anyhow::{Context, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256, Sha384};

use crate::run::step;
use crate::tools::{Need, set_up};
use crate::workspace::Workspace;

pub(crate) use styles::collect as collect_styles;

/// How long the build may take for a smaller pane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effort {
    /// As it is installed: optimised for size.
    Release,
    /// For the next minute: quick to build, large.
    Quick,
}

/// A file below `assets`, named by its content.
struct Asset {
    path: String,
    integrity: String,
}

/// The page's own parts.
struct Assets {
    style: Asset,
    boot: Asset,
    script: Asset,
    loader: Asset,
    wasm: Asset,
}

/// Builds the pane into `target/pane`.
pub(crate) fn build(workspace: &Workspace, effort: Effort) -> Result<()> {
    set_up(workspace, Need::Pane)?;
    // One at a time: two would write into the same folder. Freed with the file.
    let turn = File::create(workspace.target("pane.lock"))?;
    turn.lock()?;
    // Built beside and moved in whole: a server never sees half a pane.
    let fresh = workspace.target("pane.new");
    clear(&fresh)?;
    fs::create_dir_all(fresh.join("assets"))?;

    let built = bindgen::build(workspace, effort)?;
    let (script, loader) = store_code(&fresh, &built)?;
    let assets = Assets {
        style: store(&fresh, "style", "css", collect_styles(workspace)?.as_bytes())?,
        boot: store(&fresh, "boot", "js", &read(&workspace.path("crates/taskpane/boot.js"))?)?,
        script,
        loader,
        wasm: store(&fresh, "taskpane", "wasm", &built.wasm)?,
    };
    for (path, text) in &built.snippets {
        let file = fresh.join("assets/snippets").join(path);
        fs::create_dir_all(file.parent().context("a snippet has a folder")?)?;
        fs::write(file, text)?;
    }
    let html = fs::read_to_string(workspace.path("crates/taskpane/index.html"))?;
    fs::write(fresh.join("index.html"), page::fill(&html, &assets)?)?;
    copy_icons(&workspace.path("static/icons"), &fresh.join("icons"))?;
    fs::copy(workspace.path("manifest.xml"), fresh.join("manifest.xml")).context("manifest.xml")?;

    let sizes = step("compress", || compress::folder(&fresh, effort))?;
    let place = workspace.pane();
    clear(&place)?;
    fs::rename(&fresh, &place)?;
    compress::print_table(&sizes);
    eprintln!("The pane is in {}.", place.display());
    Ok(())
}

/// Stores chunks, loader and glue. Loader and glue name each other, so the loader's name is made from what both
/// are before they do.
fn store_code(folder: &Path, built: &bindgen::Built) -> Result<(Asset, Asset)> {
    let mut loader = built.loader.clone();
    for (name, content) in &built.chunks {
        let stem = name.trim_end_matches(".wasm");
        let asset = store(folder, stem, "wasm", content)?;
        let address = format!("new URL(\"./{name}\", import.meta.url)");
        if !loader.contains(&address) {
            bail!("the loader does not fetch {name}");
        }
        let stored = asset.path.trim_start_matches("assets/");
        let fetched = format!("new URL(\"./{stored}\", import.meta.url), {{ integrity: \"{}\" }}", asset.integrity);
        loader = loader.replace(&address, &fetched);
    }
    let unnamed = [loader.as_bytes(), built.script.as_bytes()].concat();
    let loader_path = hashed("loader", "js", &unnamed);
    let beside = |path: &str| format!("./{}", path.trim_start_matches("assets/"));
    // The glue's imports alone: the module goes on asking for the loader by its first name.
    let named = |address: &str| format!(" from \"{address}\"");
    let glue = built.script.replace(&named(bindgen::LOADER), &named(&beside(&loader_path)));
    let script = store(folder, "taskpane", "js", glue.as_bytes())?;
    let loader = loader.replace(bindgen::SCRIPT, &beside(&script.path));
    fs::write(folder.join(&loader_path), &loader)?;
    Ok((script, Asset { path: loader_path, integrity: integrity(loader.as_bytes()) }))
}

fn hashed(stem: &str, extension: &str, content: &[u8]) -> String {
    let digest = Sha256::digest(content);
    let hash = digest.iter().take(8).fold(String::new(), |hash, byte| format!("{hash}{byte:02x}"));
    format!("assets/{stem}-{hash}.{extension}")
}

fn integrity(content: &[u8]) -> String {
    format!("sha384-{}", STANDARD.encode(Sha384::digest(content)))
}

fn store(folder: &Path, stem: &str, extension: &str, content: &[u8]) -> Result<Asset> {
    let path = hashed(stem, extension, content);
    fs::write(folder.join(&path), content)?;
    Ok(Asset { path, integrity: integrity(content) })
}

fn copy_icons(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).with_context(|| from.display().to_string())? {
        let entry = entry?;
        if entry.path().extension().is_some_and(|extension| extension == "png" || extension == "svg") {
            fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

fn clear(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(problem) if problem.kind() != std::io::ErrorKind::NotFound => {
            Err(problem).with_context(|| folder.display().to_string())
        }
        _ => Ok(()),
    }
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| path.display().to_string())
}
