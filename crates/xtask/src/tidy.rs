//! `cargo xtask tidy`: the rules of the house that the compiler does not know.
//!
//! A rule takes plain values and answers with sentences, one a fault, so that
//! each can be shown a broken input. Reading the checkout happens here alone.

mod layers;
mod locales;
mod manifest;
mod source;
mod top_level;
mod versions;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use cargo_metadata::{CargoOpt, Metadata, MetadataCommand};

use crate::version::WASM_BINDGEN;
use crate::workspace::Workspace;

/// Checks every rule, then fails with all faults at once.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    let metadata = MetadataCommand::new()
        .manifest_path(workspace.path("Cargo.toml"))
        .no_deps()
        .features(CargoOpt::AllFeatures)
        .exec()
        .context("cargo metadata")?;
    let mut faults = layers::faults(&layers::members(&metadata));
    faults.extend(check_sources(workspace)?);
    faults.extend(top_level::faults(&names_in(workspace.root())?));
    faults.extend(check_versions(workspace, &metadata)?);
    faults.extend(check_locales(workspace)?);
    faults.extend(check_manifest(workspace, &metadata)?);
    if faults.is_empty() {
        println!("Tidy.");
        return Ok(());
    }
    for fault in &faults {
        println!("{fault}");
    }
    bail!("{} against the rules of the house", count(faults.len(), "fault"));
}

fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

fn check_sources(workspace: &Workspace) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    for folder in ["crates", "tests"] {
        for file in files_below(&workspace.path(folder), "rs")? {
            let text = read(&file)?;
            let name = file.strip_prefix(workspace.root())?.to_string_lossy().replace('\\', "/");
            faults.extend(source::faults(&name, &text));
        }
    }
    Ok(faults)
}

fn check_versions(workspace: &Workspace, metadata: &Metadata) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    for package in &metadata.packages {
        faults.extend(versions::inherited(&package.name, &read(package.manifest_path.as_std_path())?));
    }
    faults.extend(versions::bindgen(&read(&workspace.path("Cargo.lock"))?, WASM_BINDGEN));
    let boot = read(&workspace.path("crates/taskpane/boot.js"))?;
    faults.extend(versions::vocabulary(&read(&workspace.path("crates/api/src/lib.rs"))?, &boot));
    Ok(faults)
}

fn check_locales(workspace: &Workspace) -> Result<Vec<String>> {
    let mut files = Vec::new();
    let folder = workspace.path("crates/taskpane/locales");
    for file in files_below(&folder, "json")? {
        let name = file.strip_prefix(&folder)?.to_string_lossy().into_owned();
        files.push((name, read(&file)?));
    }
    Ok(locales::faults(&files))
}

fn check_manifest(workspace: &Workspace, metadata: &Metadata) -> Result<Vec<String>> {
    let icons = files_below(&workspace.path("static/icons"), "png")?
        .into_iter()
        .map(|file| {
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            Ok((name, fs::read(&file)?))
        })
        .collect::<Result<Vec<_>>>()?;
    let version = metadata.packages.first().map(|package| package.version.to_string()).unwrap_or_default();
    Ok(manifest::faults(&read(&workspace.path("manifest.xml"))?, &icons, &version))
}

fn names_in(folder: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    Ok(names)
}

fn files_below(folder: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut waiting = vec![folder.to_path_buf()];
    while let Some(next) = waiting.pop() {
        if !next.is_dir() {
            continue;
        }
        for entry in fs::read_dir(&next)? {
            let path = entry?.path();
            if path.is_dir() {
                waiting.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| file.display().to_string())
}
