//! What the chores need on the machine: found, listed, and fetched where that
//! can be done without asking.
//!
//! Versions are written here once. Nothing here knows a registry's address:
//! npm, rustup and apt have their own settings.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use crate::run::{answer, on_path, run};
use crate::workspace::Workspace;

/// Node packages, exact: Microsoft's library for the stand-in Outlook, wasm-opt, and
/// a certified OpenID provider for the tests.
const NODE_PACKAGES: [(&str, &str); 3] =
    [("@microsoft/office-js", "1.1.110"), ("binaryen", "132.0.0"), ("oidc-provider", "9.13.3")];

/// What the server is measured beside, and what loads them: Debian's packages, each with a file of it.
const PEERS: [(&str, &str); 4] = [
    ("nginx-light", "/usr/sbin/nginx"),
    ("apache2", "/usr/sbin/apache2"),
    ("libapache2-mod-auth-openidc", "/usr/lib/apache2/modules/mod_auth_openidc.so"),
    ("wrk", "/usr/bin/wrk"),
];

/// The last Trunk that builds with this repository's compiler.
pub(crate) const TRUNK: &str = "cargo install trunk --version 0.21.14 --locked --no-default-features --features rustls";

const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// How much a chore asks of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// Building the pane.
    Pane,
    /// The pane beside a stand-in Outlook, looked at by a person.
    Demo,
    /// The pane beside a stand-in Outlook, driven by tests, and every database that the server may have.
    BrowserTests,
    /// The same, measured beside other servers.
    Bench,
}

/// One line of `doctor`.
struct Finding {
    name: &'static str,
    found: Option<String>,
    remedy: &'static str,
}

/// Fetches what `need` lacks; says in one sentence what a person must fetch.
pub(crate) fn set_up(workspace: &Workspace, need: Need) -> Result<()> {
    wasm_target()?;
    if !on_path("cc") {
        bail!("a C compiler is missing: install gcc or clang (Debian: apt-get install build-essential)");
    }
    node_packages(workspace)?;
    match need {
        Need::Pane => {}
        Need::Demo => {
            if let Err(problem) = browser(&["chromium"]) {
                eprintln!("{problem:#}");
            }
        }
        Need::Bench => {
            set_up(workspace, Need::BrowserTests)?;
            let peers = PEERS.iter().filter(|(_, file)| !Path::new(file).is_file()).map(|(package, _)| *package);
            let missing: Vec<&str> = peers.collect();
            // Without them there is a table with fewer lines.
            if !missing.is_empty()
                && let Err(problem) = install(&missing)
            {
                eprintln!("{problem:#}");
            }
        }
        Need::BrowserTests => {
            browser(&["chromium", "chromium-driver"])?;
            if postgres().is_none() {
                install(&["postgresql"])?;
            }
        }
    }
    Ok(())
}

/// Lists what is there and how to get what is not; true when nothing needed is missing.
pub(crate) fn doctor(workspace: &Workspace) -> bool {
    let mut complete = true;
    for finding in findings(workspace) {
        if let Some(found) = finding.found {
            println!("there    {:<24} {found}", finding.name);
            continue;
        }
        let optional = finding.remedy.starts_with("optional");
        complete &= optional;
        println!("{:<8} {:<24} {}", if optional { "absent" } else { "MISSING" }, finding.name, finding.remedy);
    }
    complete
}

/// A Chromium-family browser, if there is one.
pub(crate) fn chromium() -> Option<&'static str> {
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge"]
        .into_iter()
        .find(|name| on_path(name))
}

/// Microsoft's library as the npm package ships it, if installed.
pub(crate) fn office_js(workspace: &Workspace) -> Option<PathBuf> {
    Some(workspace.node_package("@microsoft/office-js/dist")).filter(|folder| folder.join("office.js").is_file())
}

/// The certified OpenID provider, if installed.
fn openid_provider(workspace: &Workspace) -> Option<PathBuf> {
    Some(workspace.node_package("oidc-provider")).filter(|folder| folder.join("lib/index.js").is_file())
}

/// The wasm-opt to use: the pinned one, else any on the `PATH`.
pub(crate) fn wasm_opt(workspace: &Workspace) -> Option<PathBuf> {
    let pinned = workspace.node_package("binaryen/bin/wasm-opt");
    if pinned.is_file() && on_path("node") {
        return Some(pinned);
    }
    on_path("wasm-opt").then(|| "wasm-opt".into())
}

/// `PostgreSQL`'s own programs, which Debian keeps off the `PATH`, by version.
fn postgres() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = versions.map(|version| version.path().join("bin")).collect();
    folders.sort();
    folders.extend(std::env::var_os("PATH").iter().flat_map(std::env::split_paths));
    let complete = |folder: &PathBuf| ["initdb", "pg_ctl", "postgres"].iter().all(|name| folder.join(name).is_file());
    folders.into_iter().rfind(complete)
}

fn findings(workspace: &Workspace) -> Vec<Finding> {
    let first_line =
        |program: &str| answer(program, &["--version"]).and_then(|text| text.lines().next().map(Into::into));
    vec![
        Finding {
            name: "rustc",
            found: first_line("rustc"),
            remedy: "install rustup, then: rustup toolchain install stable",
        },
        Finding {
            name: "wasm32 target",
            found: has_wasm_target().then(|| WASM_TARGET.to_owned()),
            remedy: "rustup target add wasm32-unknown-unknown (done by pane, test and demo)",
        },
        Finding { name: "C compiler", found: first_line("cc"), remedy: "Debian: apt-get install build-essential" },
        Finding { name: "node", found: first_line("node"), remedy: "Debian: apt-get install nodejs npm" },
        Finding { name: "npm", found: first_line("npm"), remedy: "Debian: apt-get install nodejs npm" },
        Finding {
            name: "Chromium",
            found: chromium().and_then(first_line),
            remedy: "Debian: apt-get install chromium (done by test and demo as root)",
        },
        Finding {
            name: "chromedriver",
            found: first_line("chromedriver"),
            remedy: "Debian: apt-get install chromium-driver (done by test as root)",
        },
        Finding {
            name: "PostgreSQL",
            found: postgres().map(|folder| folder.display().to_string()),
            remedy: "Debian: apt-get install postgresql (done by test as root)",
        },
        Finding {
            name: "office.js",
            found: office_js(workspace).map(|path| path.display().to_string()),
            remedy: "npm package @microsoft/office-js (fetched by pane, test and demo)",
        },
        Finding {
            name: "wasm-opt",
            found: wasm_opt(workspace).map(|path| path.display().to_string()),
            remedy: "npm package binaryen (fetched by pane, test and demo)",
        },
        Finding {
            name: "OpenID provider",
            found: openid_provider(workspace).map(|path| path.display().to_string()),
            remedy: "npm package oidc-provider (fetched by pane, test and demo)",
        },
        Finding {
            name: "trunk",
            found: first_line("trunk"),
            remedy: "optional, for `cargo xtask dev` alone: see its message",
        },
    ]
}

fn has_wasm_target() -> bool {
    // The installed standard library is the fact; rustup is only one way to it.
    answer("rustc", &["--print", "target-libdir", "--target", WASM_TARGET])
        .is_some_and(|folder| PathBuf::from(folder).is_dir())
}

fn wasm_target() -> Result<()> {
    if has_wasm_target() {
        return Ok(());
    }
    if !on_path("rustup") {
        bail!(
            "the compiler has no standard library for {WASM_TARGET}: install rustup, or your system's package for it"
        );
    }
    eprintln!("Adding the wasm target.");
    run(Command::new("rustup").args(["target", "add", WASM_TARGET]))
}

fn node_packages(workspace: &Workspace) -> Result<()> {
    let installed = |(name, version): &(&str, &str)| {
        std::fs::read_to_string(workspace.node_package(name).join("package.json"))
            .ok()
            .and_then(|text| serde_json::from_str::<serde_json::Value>(&text).ok())
            .is_some_and(|package| package["version"] == *version)
    };
    if NODE_PACKAGES.iter().all(installed) {
        return Ok(());
    }
    if !on_path("npm") {
        eprintln!(
            "npm is missing, so wasm-opt is skipped and the stand-in Outlook has no office.js (Debian: apt-get install nodejs npm)."
        );
        return Ok(());
    }
    eprintln!("Fetching the Node packages.");
    let tools = workspace.target("tools");
    std::fs::create_dir_all(&tools)?;
    run(Command::new("npm")
        .args(["install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error", "--prefix"])
        .arg(&tools)
        .args(NODE_PACKAGES.map(|(name, version)| format!("{name}@{version}")))
        .stdout(Stdio::null()))
}

fn browser(packages: &[&str]) -> Result<()> {
    let missing: Vec<&str> = packages
        .iter()
        .copied()
        .filter(|package| match *package {
            "chromium" => chromium().is_none(),
            _ => !on_path("chromedriver"),
        })
        .collect();
    if missing.is_empty() { Ok(()) } else { install(&missing) }
}

/// Installs Debian packages, where we may.
fn install(missing: &[&str]) -> Result<()> {
    let advice = format!("{} missing: as root, apt-get install {}", missing.join(" and "), missing.join(" "));
    let is_root = answer("id", &["-u"]).as_deref() == Some("0");
    if !is_root || !on_path("apt-get") {
        bail!(advice);
    }
    eprintln!("Installing {}.", missing.join(" and "));
    run(Command::new("apt-get").args(["update", "-qq"]))?;
    run(Command::new("apt-get").args(["install", "-y", "-qq"]).args(missing).env("DEBIAN_FRONTEND", "noninteractive"))
}
