//! `cargo xtask test` and `cargo xtask ci`: everything that must hold.
//!
//! Cargo's own flags are never changed, so that all chores share one build.

use anyhow::{Result, bail};

use crate::pane::{self, Effort};
use crate::run::{cargo, run, step};
use crate::tidy;
use crate::tools::{Need, set_up};
use crate::workspace::Workspace;

/// Every test, those in the browser included.
pub(crate) fn test(workspace: &Workspace) -> Result<()> {
    step("set up", || set_up(workspace, Need::BrowserTests))?;
    step("pane", || pane::build(workspace, Effort::Release))?;
    // The chores' own tests reuse the build that is running now. All others
    // come last, so that cargo's summary closes the output.
    let chores = step("test the chores", || {
        run(cargo(workspace).args(["test", "--quiet", "--profile", "quick", "--package", "xtask", "--no-fail-fast"]))
    });
    let product = step("test the product", || {
        run(cargo(workspace).args(["test", "--workspace", "--exclude", "xtask", "--no-fail-fast"]))
    });
    for failed in [&chores, &product].into_iter().filter_map(|result| result.as_ref().err()) {
        println!("{failed:#}");
    }
    if chores.is_err() || product.is_err() {
        bail!("not every test passed");
    }
    Ok(())
}

/// All that CI runs, cheapest first.
pub(crate) fn ci(workspace: &Workspace) -> Result<()> {
    step("format", || run(cargo(workspace).args(["fmt", "--all", "--check"])))?;
    step("tidy", || tidy::check(workspace))?;
    step("set up", || set_up(workspace, Need::BrowserTests))?;
    step("lint", || {
        run(cargo(workspace).args(["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"]))
    })?;
    step("lint for the browser", || {
        run(cargo(workspace).args(["clippy", "--quiet", "--package", "office", "--package", "taskpane"]).args([
            "--target",
            "wasm32-unknown-unknown",
            "--",
            "-D",
            "warnings",
        ]))
    })?;
    step("documentation", || {
        run(cargo(workspace).args(["doc", "--quiet", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings"))
    })?;
    step("test", || test(workspace))
}
