//! The one version that must agree between the pane and its tools.

/// wasm-bindgen's, in the pane, in the library xtask binds with and in the
/// command that Trunk sees; `cargo xtask tidy` compares it with the lock file.
pub(crate) const WASM_BINDGEN: &str = "0.2.130";
