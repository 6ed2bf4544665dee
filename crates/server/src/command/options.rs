//! `imis-outlook options`: what of a site's settings stands in the store, over the configuration.

use super::{Place, Refused};
use crate::audit::{self, Entry, Event};
use crate::{Config, options};
use api::SiteName;
use clap::{Args, Subcommand};
use std::io::Read as _;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(super) struct Asked {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Print a site's options as they are in effect.
    Show {
        /// Which site.
        #[arg(long)]
        site: String,
    },
    /// Put options in the place of those in the store; every server goes by them with its next request.
    Set {
        /// Which site.
        #[arg(long)]
        site: String,
        /// A TOML file as a site's section of the configuration; `-` or nothing reads the standard input. An empty
        /// one leaves the configuration alone.
        file: Option<PathBuf>,
    },
}

pub(super) async fn run(config: Config, asked: Asked) -> Result<String, Refused> {
    let place = Place::open(config).await?;
    let (What::Show { site: name } | What::Set { site: name, .. }) = &asked.what;
    let name = SiteName(place.site(name)?);
    let site = place.config.site(&name).ok_or_else(|| Refused(format!("there is no site `{}`", name.0)))?.clone();
    let ring = &place.config.keyring;
    let refused = |faults: Vec<crate::config::Fault>| {
        let lines: Vec<String> = faults.iter().map(|fault| format!("\n  - {fault}")).collect();
        Refused(format!("the options have faults:{}", lines.concat()))
    };
    match asked.what {
        What::Show { .. } => {
            let text = options::read(&place.store, ring, &name).await.map_err(Refused::because)?;
            let source = if text.is_some() { "in the store, over the configuration" } else { "in the configuration" };
            let site = site.with_options(text.as_deref().unwrap_or_default()).map_err(refused)?;
            Ok(format!("# {source}\n{}", site.options_shown()))
        }
        What::Set { file, .. } => {
            let text = given(file)?;
            let now = site.with_options(&text).map_err(refused)?;
            let now_ms = place.clock.now_ms();
            options::write(&place.store, ring, &name, &text, now_ms).await.map_err(Refused::because)?;
            let event = Event::OptionsSet { site: name.0.clone(), by: "command line".to_owned() };
            let noted = audit::write(&*place.store, ring, now_ms, Entry::new(event)).await;
            noted.map_err(Refused::because)?;
            Ok(now.options_shown())
        }
    }
}

fn given(file: Option<PathBuf>) -> Result<String, Refused> {
    let most = options::LONGEST as u64 + 1;
    let mut text = String::new();
    let read = match file.filter(|file| file.as_os_str() != "-") {
        Some(file) => std::fs::File::open(file).and_then(|file| file.take(most).read_to_string(&mut text)),
        None => std::io::stdin().lock().take(most).read_to_string(&mut text),
    };
    read.map_err(Refused::because)?;
    if text.len() > options::LONGEST { Err(Refused("the options are too long".to_owned())) } else { Ok(text) }
}
