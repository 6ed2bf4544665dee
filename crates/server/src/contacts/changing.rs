//! Changing title, phones or website of a contact, if they are what the person saw.

use super::{card, form, party_id, roles, site};
use crate::app::App;
use crate::audit::{self, Entry, Event};
use crate::failure::Failure;
use crate::saves;
use crate::session::Session;
use crate::store::SaveKey;
use api::{Card, ContactChange, ContactField, ProblemCode, UpdateContact};
use imis::{Changed, ContactAction, ContactEdit, Values};

/// Most changes at once.
const CHANGES_MAX: usize = 20;

/// Changes a contact, and shows it as it is then.
pub(crate) async fn update(app: &App, session: &Session, asked: UpdateContact) -> Result<Card, Failure> {
    party_id(&asked.contact, "contact")?;
    if asked.changes.is_empty() || asked.changes.len() > CHANGES_MAX {
        return Err(Failure::invalid("changes"));
    }
    // Once begun it is finished, even if nobody waits for the answer.
    let work = {
        let (app, session) = (app.clone(), session.clone());
        async move { in_turn(&app, &session, &asked).await }
    };
    app.finish(work).await.map_err(|error| Failure::internal(&error))?
}

async fn in_turn(app: &App, session: &Session, asked: &UpdateContact) -> Result<Card, Failure> {
    let id = party_id(&asked.contact, "contact")?;
    let edits = asked.changes.iter().map(edit).collect::<Result<Vec<_>, _>>()?;
    let acting = session.acting(app)?;
    roles::demand(app, session, &acting, ContactAction::Change).await?;
    // Nobody else at the site changes the same contact between reading and writing.
    let key = SaveKey { user_name: String::new(), ..saves::key(session, id.as_str()) };
    let turn = app.running.begin_change(app, session, &key).await?;
    let stop = turn.stop();
    // Reading takes its time; whether the session still is, is asked right before the write.
    let changed = stop.until_lost(acting.change_contact(&id, &edits, || !stop.is_due())).await;
    let stopped = saves::stopped_change(session, stop);
    turn.end(app).await;
    let outcome = match &changed {
        Some(Ok(Changed::Done)) => "saved",
        Some(Ok(Changed::Conflict(_))) => "conflict",
        Some(Ok(Changed::Stopped)) => "stopped",
        Some(Err(_)) | None => "failed",
    };
    let event = Event::ContactChanged { contact: asked.contact.0.clone(), outcome };
    audit::note(app, Entry::new(event).of(session)).await;
    match changed {
        Some(Ok(Changed::Done)) => {}
        Some(Ok(Changed::Stopped)) => return Err(stopped.err().unwrap_or(Failure::wait(ProblemCode::Busy, 1))),
        Some(Ok(Changed::Conflict(place))) => {
            let field = asked.changes.get(place).map(|change| form::name(change.field).to_owned());
            let mut failure = Failure::new(ProblemCode::Conflict);
            failure.problem.field = field;
            return Err(failure);
        }
        Some(Err(error)) => return Err(session.end_if_out(app, form::in_our_words(Failure::write(&error))).await),
        None => return Err(Failure::new(ProblemCode::Unknown)),
    }
    match session.while_alive(Box::pin(acting.contact_in_full(&id))).await? {
        Ok(full) => Ok(card::card(full, site(app, session)?)),
        Err(error) => Err(session.end_if_out(app, Failure::imis(&error)).await),
    }
}

/// A change as iMIS's client takes it; of other fields there are none.
fn edit(change: &ContactChange) -> Result<ContactEdit<'_>, Failure> {
    let fits = [&change.from, &change.to, &change.phone_kind].into_iter().all(|text| form::is_text(text));
    if !fits {
        return Err(form::invalid(change.field));
    }
    let values = Values { from: &change.from, to: &change.to };
    match change.field {
        ContactField::Title => Ok(ContactEdit::Title(values)),
        ContactField::Website => Ok(ContactEdit::Website(values)),
        ContactField::Phone if !change.phone_kind.trim().is_empty() || !change.from.trim().is_empty() => {
            Ok(ContactEdit::Phone { kind: &change.phone_kind, values })
        }
        field => Err(form::invalid(field)),
    }
}
