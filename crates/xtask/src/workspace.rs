//! Where things are in this checkout.
//!
//! Every path that a chore touches is made here, so that a chore works from any
//! folder and writes nowhere but below `target`.

use std::path::{Path, PathBuf};

/// The checkout: the folder of the root `Cargo.toml`.
#[derive(Clone, Debug)]
pub(crate) struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// The checkout this program was built in, or the one cargo runs it for.
    pub(crate) fn current() -> Self {
        let here =
            std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
        let root = here.ancestors().nth(2).map_or_else(|| here.clone(), Path::to_path_buf);
        Self { root }
    }

    /// A path below the checkout.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// The checkout itself.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Cargo's target folder, which may lie elsewhere.
    pub(crate) fn target(&self, relative: &str) -> PathBuf {
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| self.root.join("target"), PathBuf::from).join(relative)
    }

    /// The built pane.
    pub(crate) fn pane(&self) -> PathBuf {
        self.target("pane")
    }

    /// A file of a Node package installed for this checkout.
    pub(crate) fn node_package(&self, relative: &str) -> PathBuf {
        self.target("tools/node_modules").join(relative)
    }
}
