//! Stands in for the `wasm-bindgen` command under Trunk, so that `trunk serve`
//! binds with the very library that `cargo xtask pane` uses and nobody installs
//! another. It knows the flags Trunk gives and refuses others.
#![expect(clippy::print_stdout, reason = "Trunk reads the version from what is printed")]

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Parser;
use wasm_bindgen_cli_support::Bindgen;

#[path = "../version.rs"]
mod version;

#[derive(Parser)]
#[command(name = "wasm-bindgen", disable_version_flag = true)]
#[expect(clippy::struct_excessive_bools, reason = "they are another program's flags")]
struct Arguments {
    #[arg(long, short = 'V')]
    version: bool,
    #[arg(long, default_value = "web")]
    target: String,
    #[arg(long, default_value = ".")]
    out_dir: PathBuf,
    #[arg(long)]
    out_name: Option<String>,
    #[arg(long)]
    no_typescript: bool,
    #[arg(long)]
    debug: bool,
    #[arg(long)]
    keep_debug: bool,
    #[arg(long)]
    no_demangle: bool,
    input: Option<PathBuf>,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    if arguments.version {
        println!("wasm-bindgen {}", version::WASM_BINDGEN);
        return Ok(());
    }
    let Some(input) = arguments.input else { bail!("no module was given") };
    if arguments.target != "web" {
        bail!("only the target `web` is made here, not `{}`", arguments.target);
    }
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(input)
        .web(true)?
        .typescript(!arguments.no_typescript)
        .debug(arguments.debug)
        .keep_debug(arguments.keep_debug)
        .demangle(!arguments.no_demangle);
    if let Some(name) = &arguments.out_name {
        bindgen.out_name(name);
    }
    bindgen.generate(arguments.out_dir)
}
