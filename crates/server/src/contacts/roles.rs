//! Who may add and change contacts: by the site's roles as iMIS has them at this moment, and by iMIS itself.

use super::site;
use crate::app::App;
use crate::audit::{self, Entry, Event};
use crate::config::{ByDomain, ContactSettings};
use crate::failure::Failure;
use crate::session::Session;
use api::{ContactOptions, ProblemCode};
use imis::{Acting, ContactAction, PHONE_KINDS};

fn roles(settings: &ContactSettings, action: ContactAction) -> &[String] {
    match action {
        ContactAction::Add => &settings.add_roles,
        ContactAction::Change => &settings.change_roles,
    }
}

fn has_one(held: &[String], wanted: &[String]) -> bool {
    wanted.iter().any(|wanted| held.iter().any(|held| held.eq_ignore_ascii_case(wanted)))
}

/// Refuses whoever has none of the site's roles for it. Where the site names none, iMIS alone decides.
pub(crate) async fn demand(
    app: &App,
    session: &Session,
    acting: &Acting,
    action: ContactAction,
) -> Result<(), Failure> {
    let wanted = roles(&site(app, session)?.contacts, action);
    if wanted.is_empty() {
        return Ok(());
    }
    match session.while_alive(Box::pin(acting.whoami())).await? {
        Ok(user) if has_one(&user.roles, wanted) => Ok(()),
        Ok(_) => {
            let action = match action {
                ContactAction::Add => "add_contact",
                ContactAction::Change => "change_contact",
            };
            audit::note(app, Entry::new(Event::Refused { action }).of(session)).await;
            Err(Failure::new(ProblemCode::Forbidden))
        }
        Err(error) => Err(session.end_if_out(app, Failure::imis(&error)).await),
    }
}

/// What the person may do with contacts, as far as anybody says before it is tried.
pub(crate) async fn options(app: &App, session: &Session) -> Result<ContactOptions, Failure> {
    let settings = &site(app, session)?.contacts;
    let acting = session.acting(app)?;
    let by_roles = async {
        if settings.add_roles.is_empty() && settings.change_roles.is_empty() {
            Ok(None)
        } else {
            acting.whoami().await.map(Some)
        }
    };
    let asked = async {
        tokio::join!(
            by_roles,
            acting.may_with_contacts(ContactAction::Add),
            acting.may_with_contacts(ContactAction::Change)
        )
    };
    let (user, add, change) = session.while_alive(Box::pin(asked)).await?;
    let user = match user {
        Ok(user) => user,
        Err(error) => return Err(session.end_if_out(app, Failure::imis(&error)).await),
    };
    let may = |action, by_imis: Option<bool>| {
        let wanted = roles(settings, action);
        let by_role = wanted.is_empty() || user.as_ref().is_some_and(|user| has_one(&user.roles, wanted));
        by_role && by_imis != Some(false)
    };
    Ok(ContactOptions {
        may_add: may(ContactAction::Add, add),
        may_change: may(ContactAction::Change, change),
        phone_kinds: PHONE_KINDS.iter().map(|kind| kind.trim_start_matches('_').to_owned()).collect(),
        organisations_by_domain: settings.organisations_by_domain == ByDomain::Guessed,
    })
}
