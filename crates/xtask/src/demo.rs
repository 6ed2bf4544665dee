//! `cargo xtask demo`: all of it on this machine, with nothing to set up.
//!
//! Only loopback is listened on, and the browser runs on a profile of its own
//! that trusts this run's certificate and no other.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::Result;

use crate::pane::{self, Effort};
use crate::run::{answer, step};
use crate::stage::{self, Front, Stage, World};
use crate::tools::{Need, chromium, set_up};
use crate::workspace::Workspace;

/// What the person who starts the demo may choose.
pub(crate) struct Options {
    /// A folder of mails instead of ours.
    pub(crate) mail: Option<PathBuf>,
    /// Whether a browser is opened.
    pub(crate) browser: Browser,
    /// The server's port; the manifest names 8443.
    pub(crate) port: u16,
}

/// Whether a browser is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Browser {
    /// Where there is a display and a browser.
    IfPossible,
    /// Never.
    Never,
}

/// Builds, starts and shows everything, until Ctrl-C or until the browser is closed.
pub(crate) fn run(workspace: &Workspace, options: Options) -> Result<()> {
    let begun = Instant::now();
    step("set up", || set_up(workspace, Need::Demo))?;
    step("pane", || pane::build(workspace, Effort::Release))?;
    step("server and stand-ins", || stage::compile(workspace))?;

    let mut stage = Stage::default();
    let public_url = format!("https://localhost:{}", options.port);
    let mail = options.mail.map(std::fs::canonicalize).transpose()?;
    let world = World::start(workspace, &mut stage, &format!("{public_url}/"), mail.as_deref())?;
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, options.port));
    stage::start_server(workspace, &mut stage, &world, &public_url, listen, Front::Tls)?;
    println!("\nEverything runs after {:.0} s.\n", begun.elapsed().as_secs_f64());
    println!("Sign in as STAFF1 with the password Passw0rd!");
    println!("What is written to iMIS: {}", world.ledger());
    let mut until_ends = vec![];
    if options.browser == Browser::IfPossible && open(workspace, &mut stage, &world)? {
        until_ends.push(BROWSER);
        println!("Close the browser, or press Ctrl-C here, to end it all.");
    } else {
        println!("{}", by_hand(&world)?);
        println!("Press Ctrl-C to end it all.");
    }
    stage.wait_to_be_stopped(&until_ends)
}

const BROWSER: &str = "the browser";
const OUTLOOK: &str = "https://outlook.office.com/mail/";

fn open(workspace: &Workspace, stage: &mut Stage, world: &World) -> Result<bool> {
    let display = ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some());
    let Some(program) = chromium().filter(|_| display) else { return Ok(false) };
    let mut profile = std::ffi::OsString::from("--user-data-dir=");
    profile.push(workspace.target("demo/profile"));
    let mut command = Command::new(program);
    command.arg(profile).args(world.browser_flags()?).args(["--no-first-run", "--disable-quic", "--new-window"]);
    if answer("id", &["-u"]).as_deref() == Some("0") {
        println!("Chromium runs without its sandbox, because it is started by root.");
        command.arg("--no-sandbox");
    }
    stage.start(BROWSER, command.arg(OUTLOOK).stdout(Stdio::null()).stderr(Stdio::null()))?;
    Ok(true)
}

/// For a machine without a display, or a person who wants their own browser.
fn by_hand(world: &World) -> Result<String> {
    let [rules, trust] = world.browser_flags()?;
    let address = format!("https://localhost:{}/mail/", world.outlook.port());
    Ok(format!(
        "A Chromium started like this shows it without a warning:\n\n  chromium --user-data-dir=\"$(mktemp -d)\" '{rules}' '{trust}' {OUTLOOK}\n\n\
         Any browser shows {address} after a warning that it does not know the certificate, once for that address and \
         once for the pane's; it must be able to reach Microsoft's host for office.js."
    ))
}
