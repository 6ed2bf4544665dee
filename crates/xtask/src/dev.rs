//! `cargo xtask dev`: the demo's world around `trunk serve`, for live reload.
//!
//! Trunk runs with the bindgen this repository builds the pane with, put first
//! on its `PATH`; it fetches no tools.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::pane::collect_styles;
use crate::run::{cargo, on_path, run, step};
use crate::stage::{self, Front, Stage, World};
use crate::tools::{Need, TRUNK, set_up};
use crate::workspace::Workspace;

const PANE: u16 = 8443;
/// `Trunk.toml` passes calls on to this port.
const SERVER: u16 = 8080;

/// Starts everything and rebuilds the pane at each change, until Ctrl-C.
pub(crate) fn serve(workspace: &Workspace) -> Result<()> {
    if !on_path("trunk") {
        bail!("trunk is missing, once for this machine: {TRUNK}");
    }
    set_up(workspace, Need::Demo)?;
    step("server and stand-ins", || stage::compile(workspace))?;
    let tools = step("bindgen for trunk", || link_tools(workspace))?;
    style(workspace)?;

    let mut stage = Stage::default();
    let public_url = format!("https://localhost:{PANE}");
    let world = World::start(workspace, &mut stage, &format!("{public_url}/"), None)?;
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, SERVER));
    stage::start_server(workspace, &mut stage, &world, &public_url, listen, Front::Behind)?;
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(tools).chain(std::env::split_paths(&path)))?;
    let mut trunk = std::process::Command::new("trunk");
    trunk
        .current_dir(workspace.root())
        .args(["serve", "--port", &PANE.to_string(), "--tls-cert-path"])
        .arg(world.certificate.join("certificate.pem"))
        .arg("--tls-key-path")
        .arg(world.certificate.join("key.pem"))
        .env("PATH", path);
    stage.start("trunk", &mut trunk)?;
    let [rules, trust] = world.browser_flags()?;
    println!("Sign in as STAFF1 with the password Passw0rd!; what is written to iMIS: {}", world.ledger());
    println!("chromium --user-data-dir=\"$(mktemp -d)\" '{rules}' '{trust}' https://outlook.office.com/mail/");
    println!("Press Ctrl-C to end it all.");
    stage.wait_to_be_stopped(&[])
}

/// Writes the one stylesheet that Trunk's page names; Trunk asks for it before each build.
pub(crate) fn style(workspace: &Workspace) -> Result<()> {
    let folder = workspace.target("trunk-in");
    fs::create_dir_all(&folder)?;
    let file = folder.join("style.css");
    let style = collect_styles(workspace)?;
    // Written only when it differs: Trunk would see a change otherwise.
    if fs::read_to_string(&file).ok().as_ref() != Some(&style) {
        fs::write(file, style)?;
    }
    Ok(())
}

/// A folder with `wasm-bindgen` in it, which is `wbg` under the name Trunk looks for.
fn link_tools(workspace: &Workspace) -> Result<PathBuf> {
    run(cargo(workspace).args(["build", "--quiet", "--profile", "quick", "--package", "xtask", "--bin", "wbg"]))?;
    let folder = workspace.target("tools/bin");
    fs::create_dir_all(&folder)?;
    fs::copy(workspace.target("quick/wbg"), folder.join("wasm-bindgen")).context("wbg")?;
    Ok(folder)
}
