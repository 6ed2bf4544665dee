//! `imis-outlook sessions`: who is signed in.

use super::{Place, Refused};
use crate::store::{Scope, SessionRow};
use crate::{Config, audit, session};
use clap::Args;
use std::fmt::Write as _;

/// Most sessions in one list.
const MOST: usize = 10_000;

#[derive(Debug, Args)]
pub(super) struct Asked {
    /// Only of this site.
    #[arg(long)]
    site: Option<String>,
    /// Only of user names that contain this.
    #[arg(long)]
    user: Option<String>,
}

pub(super) async fn run(config: Config, asked: Asked) -> Result<String, Refused> {
    let place = Place::open(config).await?;
    let scope = match &asked.site {
        Some(site) => Scope::Site(place.site(site)?),
        None => Scope::Everybody,
    };
    let like = session::user_key(asked.user.as_deref().unwrap_or_default());
    let most = i64::try_from(MOST).unwrap_or(i64::MAX) + 1;
    let rows = place.store.sessions(&scope, &like, place.clock.now_ms(), most).await.map_err(Refused::because)?;
    let more = rows.len() > MOST;
    let mut text = table(&rows[..rows.len().min(MOST)]);
    if more {
        writeln!(text, "… and more: narrow it down with --site and --user").expect("a string takes it");
    }
    Ok(text)
}

fn table(rows: &[SessionRow]) -> String {
    let head = ["session", "site", "user", "signed in by", "with", "begun", "last used", "ends", "key-bound"];
    let mut lines = vec![head.map(ToOwned::to_owned)];
    lines.extend(rows.iter().map(|row| {
        [
            row.key.id().0,
            row.site.clone(),
            row.user_name.clone(),
            row.method.clone(),
            row.client.clone(),
            audit::time_text(row.begun_ms),
            audit::time_text(row.seen_ms),
            audit::time_text(row.expires_ms),
            if row.thumbprint.is_some() { "yes" } else { "no" }.to_owned(),
        ]
    }));
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let line = |line: &[String; 9]| {
        let cells = line.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
    };
    lines.iter().map(line).collect()
}
