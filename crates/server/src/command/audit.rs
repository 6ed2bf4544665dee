//! `imis-outlook audit`: reads the audit log, and checks that nobody changed it.

use super::{Place, Refused};
use crate::audit::{self, End, Verdict};
use crate::{Config, session};
use clap::{Args, Subcommand};
use time::OffsetDateTime;
use time::format_description::well_known::{Iso8601, Rfc3339};

/// Lines read at once.
const PAGE: i64 = 1000;

#[derive(Debug, Args)]
pub(super) struct Asked {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Print the lines, as JSON.
    Show {
        /// Only from this day or time on, such as 2026-01-31 or 2026-01-31T12:00:00Z.
        #[arg(long, value_parser = time)]
        since: Option<OffsetDateTime>,
        /// Only of this user.
        #[arg(long)]
        user: Option<String>,
    },
    /// Check all lines; print their number and the last one's hash. Keep that
    /// elsewhere: with it, the next check sees lines cut off at the end.
    Verify {
        /// What an earlier check printed.
        #[arg(long, value_name = "NUMBER:HASH")]
        expect: Option<End>,
    },
}

fn time(text: &str) -> Result<OffsetDateTime, &'static str> {
    let time = OffsetDateTime::parse(text, &Rfc3339).ok();
    let day = || Some(time::Date::parse(text, &Iso8601::DATE).ok()?.midnight().assume_utc());
    time.or_else(day).ok_or("must be a day or a time, such as 2026-01-31 or 2026-01-31T12:00:00Z")
}

pub(super) async fn run(config: Config, asked: Asked) -> Result<String, Refused> {
    let place = Place::open(config).await?;
    match asked.what {
        What::Show { since, user } => show(&place, since, user.as_deref()).await,
        What::Verify { expect } => verify(&place, expect.as_ref()).await,
    }
}

async fn show(place: &Place, since: Option<OffsetDateTime>, user: Option<&str>) -> Result<String, Refused> {
    let since_ms = since.map_or(i128::MIN, |since| since.unix_timestamp_nanos() / 1_000_000);
    let user = user.map(session::user_key);
    let of_user = |text: &str| {
        let line: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
        user.as_deref().is_none_or(|user| [&line["user"], &line["whose"], &line["by"]].iter().any(|name| *name == user))
    };
    let (mut text, mut after) = (String::new(), 0);
    loop {
        let lines = place.store.audit_lines(after, PAGE).await.map_err(Refused::because)?;
        let Some(last) = lines.last() else { return Ok(text) };
        after = last.number;
        for line in lines.iter().filter(|line| i128::from(line.at_ms) >= since_ms && of_user(&line.text)) {
            text.push_str(&line.text);
            text.push('\n');
        }
    }
}

async fn verify(place: &Place, expect: Option<&End>) -> Result<String, Refused> {
    let verdict = audit::verify(&*place.store, &place.config.keyring, expect).await.map_err(Refused::because)?;
    match verdict {
        Verdict::Whole(None) => Ok("0 lines\n".to_owned()),
        Verdict::Whole(Some(end)) => Ok(format!("{} lines, as they were written\n{end}\n", end.number)),
        Verdict::Broken { number, how } => Err(Refused(format!("line {number} {how}"))),
    }
}
