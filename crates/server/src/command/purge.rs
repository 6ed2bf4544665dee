//! `imis-outlook purge`: ends sessions.

use super::{Place, Refused};
use crate::audit::{self, Entry, Event};
use crate::store::Scope;
use crate::token::RowKey;
use crate::{Config, session};
use api::SessionId;
use clap::{ArgGroup, Args};
use std::io::{BufRead as _, IsTerminal as _, Write as _};

/// How many sessions are counted before they are ended.
const COUNTED: i64 = 100_000;

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("whose").required(true).multiple(true)))]
pub(super) struct Asked {
    /// This session, as `imis-outlook sessions` names it.
    #[arg(long, group = "whose", conflicts_with_all = ["user", "site", "everybody"])]
    session: Option<String>,
    /// This user's at the site.
    #[arg(long, group = "whose", requires = "site", conflicts_with = "everybody")]
    user: Option<String>,
    /// Everybody's at this site; with --user, only theirs.
    #[arg(long, group = "whose", conflicts_with = "everybody")]
    site: Option<String>,
    /// Everybody's at every site.
    #[arg(long, group = "whose")]
    everybody: bool,
    /// Do not ask.
    #[arg(long)]
    yes: bool,
}

pub(super) async fn run(config: Config, asked: Asked) -> Result<String, Refused> {
    let place = Place::open(config).await?;
    let (scope, word, whose) = match (&asked.session, &asked.user, &asked.site) {
        (Some(id), ..) => {
            let unknown = || Refused("a session is named as `imis-outlook sessions` prints it".to_owned());
            (Scope::Session(RowKey::of_id(&SessionId(id.clone())).ok_or_else(unknown)?), "session", None)
        }
        (None, Some(user), Some(site)) => {
            let user_name = session::user_key(user);
            (Scope::User { site: place.site(site)?, user_name: user_name.clone() }, "user", Some(user_name))
        }
        (None, None, Some(site)) => (Scope::Site(place.site(site)?), "site", asked.site.clone()),
        (None, ..) if asked.everybody => (Scope::Everybody, "everybody", None),
        (None, ..) => return Err(Refused("say whose sessions".to_owned())),
    };
    if !asked.yes {
        confirm(&place, &scope).await?;
    }
    let now_ms = place.clock.now_ms();
    let ended = place.store.end_sessions(&scope, None, now_ms).await.map_err(Refused::because)?;
    let event = Event::SessionsEnded { by: "command line".to_owned(), scope: word, whose, count: ended.keys };
    let noted = audit::write(&*place.store, &place.config.keyring, now_ms, Entry::new(event)).await;
    noted.map_err(Refused::because)?;
    Ok(format!("ended {}\n", count(ended.keys)))
}

fn count(sessions: i64) -> String {
    if sessions == 1 { "1 session".to_owned() } else { format!("{sessions} sessions") }
}

/// Asks whoever sits at the terminal; without one, `--yes` must say it.
async fn confirm(place: &Place, scope: &Scope) -> Result<(), Refused> {
    if !std::io::stdin().is_terminal() {
        return Err(Refused("nobody is there to ask: say --yes".to_owned()));
    }
    let rows = place.store.sessions(scope, "", place.clock.now_ms(), COUNTED).await.map_err(Refused::because)?;
    let rows = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    let mut stderr = std::io::stderr();
    write!(stderr, "End {}? [y/N] ", count(rows)).and_then(|()| stderr.flush()).map_err(Refused::because)?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer).map_err(Refused::because)?;
    if answer.trim().eq_ignore_ascii_case("y") { Ok(()) } else { Err(Refused("nothing was ended".to_owned())) }
}
