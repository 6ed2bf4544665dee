//! Who may take back what colleagues saved: whoever has one of the site's roles for it.

use crate::app::App;
use crate::audit::{self, Entry, Event};
use crate::failure::Failure;
use crate::options;
use crate::session::Session;
use api::ProblemCode;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long roles are believed for what is only shown; before anything is removed they are asked for anew.
const BELIEVED: Duration = Duration::from_mins(5);
/// People whose roles are remembered.
const PEOPLE_MAX: usize = 10_000;

/// Whose: site and user.
type Whose = (String, String);

/// Who may, as iMIS said a moment ago.
#[derive(Debug, Default)]
pub(crate) struct Known(Mutex<HashMap<Whose, (Instant, bool)>>);

/// Whether this person may, as far as can be shown; nobody is told of a failure to find out.
pub(super) async fn may_be_shown(app: &App, session: &Session) -> bool {
    let whose = (session.me.site.0.clone(), session.user_key());
    let known = {
        let known = app.may_remove.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&whose).filter(|(at, _)| at.elapsed() < BELIEVED).map(|(_, may)| *may)
    };
    match known {
        Some(may) => may,
        None => ask(app, session).await.unwrap_or(false),
    }
}

/// Refuses whoever may not.
pub(super) async fn demand(app: &App, session: &Session) -> Result<(), Failure> {
    if ask(app, session).await? {
        return Ok(());
    }
    audit::note(app, Entry::new(Event::Refused { action: "remove_save" }).of(session)).await;
    Err(Failure::new(ProblemCode::Forbidden))
}

/// Asks iMIS for the roles as they are now.
async fn ask(app: &App, session: &Session) -> Result<bool, Failure> {
    let site = options::site_of(app, session).await?;
    let wanted = &site.remove_others_roles;
    let may = if wanted.is_empty() {
        false
    } else {
        let acting = session.acting(app)?;
        match session.while_alive(Box::pin(acting.whoami())).await? {
            Ok(user) => wanted.iter().any(|wanted| user.roles.iter().any(|held| held.eq_ignore_ascii_case(wanted))),
            Err(error) => return Err(session.end_if_out(app, Failure::imis(&error)).await),
        }
    };
    let mut known = app.may_remove.0.lock().unwrap_or_else(PoisonError::into_inner);
    if known.len() >= PEOPLE_MAX {
        known.clear();
    }
    known.insert((session.me.site.0.clone(), session.user_key()), (Instant::now(), may));
    drop(known);
    Ok(may)
}
