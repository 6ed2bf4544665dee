//! Adding a contact so that it is in iMIS exactly once, as a save does with its records.
//!
//! Before it is sent, who is there already is noted; what is unknown afterwards is looked for among those
//! who were not, before anything is sent again (`security.md §5.3`).

use super::{form, roles};
use crate::app::App;
use crate::audit::{self, Entry, Event};
use crate::failure::Failure;
use crate::keepsakes::{Keepsakes, Kind};
use crate::saves::Stop;
use crate::session::Session;
use crate::{saves, to_api};
use api::{AddContact, Contact, ContactField, ContactId, ProblemCode};
use imis::{Acting, ContactAction, PartyId, WriteError};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// What is known of an adding.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Adding {
    /// Of what was asked, so that one name is not used for two contacts.
    fingerprint: Vec<u8>,
    state: State,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
enum State {
    /// About to be written, or written with nobody knowing; these were there before.
    Sent { before: Vec<String> },
    /// It is there.
    Done { contact: ContactId },
}

/// Adds a contact, or finds the one that was added under this name.
pub(crate) async fn add(app: &App, session: &Session, asked: AddContact) -> Result<Contact, Failure> {
    let named = asked.add.0.len() <= 64 && uuid::Uuid::try_parse(&asked.add.0).is_ok();
    if !named {
        return Err(Failure::invalid("add"));
    }
    // Once begun it is finished, even if nobody waits for the answer.
    let work = {
        let (app, session) = (app.clone(), session.clone());
        async move { in_turn(&app, &session, &asked).await }
    };
    app.finish(work).await.map_err(|error| Failure::internal(&error))?
}

async fn in_turn(app: &App, session: &Session, asked: &AddContact) -> Result<Contact, Failure> {
    let acting = session.acting(app)?;
    let (new, organisation) = form::read(&asked.contact)?;
    roles::demand(app, session, &acting, ContactAction::Add).await?;
    let turn = app.running.begin(app, session, &saves::key(session, &asked.add.0), "contact").await?;
    let added = match of_organisation(session, &acting, new, organisation).await {
        Ok(new) => Attempt { app, session, acting: &acting, asked, new }.run(turn.stop()).await,
        Err(failure) => Err(failure),
    };
    turn.end(app).await;
    let outcome = saves::outcome_word(added.as_ref().err(), 1, 1);
    let contact = added.as_ref().map(|contact| contact.id.0.clone()).ok();
    audit::note(app, Entry::new(Event::ContactAdded { add: asked.add.0.clone(), outcome, contact }).of(session)).await;
    match added {
        Ok(contact) => Ok(contact),
        Err(failure) => Err(session.end_if_out(app, form::in_our_words(failure)).await),
    }
}

/// The contact with its organisation, which must be one that the person sees.
async fn of_organisation(
    session: &Session,
    acting: &Acting,
    mut new: imis::NewContact,
    organisation: Option<PartyId>,
) -> Result<imis::NewContact, Failure> {
    let Some(id) = organisation else { return Ok(new) };
    match session.while_alive(Box::pin(acting.contact_in_full(&id))).await? {
        Ok(full) if full.contact.is_organisation => {
            new.organisation = Some((id, full.contact.name));
            Ok(new)
        }
        Ok(_) => Err(form::invalid(ContactField::Organisation)),
        Err(error) => {
            let failure = Failure::imis(&error);
            let gone = matches!(failure.problem.code, ProblemCode::NotFound | ProblemCode::Forbidden);
            Err(if gone { form::invalid(ContactField::Organisation) } else { failure })
        }
    }
}

/// One try to add.
struct Attempt<'a> {
    app: &'a App,
    session: &'a Session,
    acting: &'a Acting,
    asked: &'a AddContact,
    new: imis::NewContact,
}

impl Attempt<'_> {
    async fn run(&self, stop: &Stop) -> Result<Contact, Failure> {
        let journal = Keepsakes::of(self.app, self.session, Kind::Adding);
        let name = self.asked.add.0.as_str();
        let plain = serde_json::to_vec(&self.asked.contact).map_err(|error| Failure::internal(&error))?;
        let fingerprint = Sha256::digest(&plain).to_vec();
        let before = match journal.get::<Adding>(name).await? {
            Some(known) if known.fingerprint != fingerprint => return Err(Failure::new(ProblemCode::Conflict)),
            Some(Adding { state: State::Done { contact }, .. }) => return self.there(&contact).await,
            Some(Adding { state: State::Sent { before }, .. }) => {
                if let Some(added) = self.look(&before).await? {
                    return self.done(&journal, fingerprint, added).await;
                }
                before
            }
            None => {
                let before: Vec<String> =
                    self.all_of_the_name().await?.into_iter().map(|contact| contact.id.to_string()).collect();
                let state = State::Sent { before: before.clone() };
                journal.keep(name, &Adding { fingerprint: fingerprint.clone(), state }).await?;
                before
            }
        };
        saves::stopped(self.session, stop)?;
        let Some(written) = stop.until_lost(self.acting.add_contact(&self.new)).await else {
            return Err(Failure::new(ProblemCode::Unknown));
        };
        match written {
            Ok(added) => self.done(&journal, fingerprint, added).await,
            Err(error @ WriteError::Refused(_)) => {
                journal.let_go(name).await?;
                Err(Failure::write(&error))
            }
            // Some writes are stored and still answered by a fault (`imis.md §4.5`).
            Err(error @ WriteError::Unknown(_)) => match self.look(&before).await {
                Ok(Some(added)) => self.done(&journal, fingerprint, added).await,
                Ok(None) | Err(_) => Err(Failure::write(&error)),
            },
        }
    }

    async fn all_of_the_name(&self) -> Result<Vec<imis::Contact>, Failure> {
        let found = self.session.while_alive(Box::pin(self.acting.look_for(&self.new))).await?;
        found.map_err(|error| Failure::imis(&error))
    }

    /// Who is there now and was not before.
    async fn look(&self, before: &[String]) -> Result<Option<imis::Contact>, Failure> {
        let found = self.all_of_the_name().await?;
        Ok(found.into_iter().find(|contact| !before.iter().any(|known| known == contact.id.as_str())))
    }

    async fn done(
        &self,
        journal: &Keepsakes<'_>,
        fingerprint: Vec<u8>,
        added: imis::Contact,
    ) -> Result<Contact, Failure> {
        let contact = to_api::contact(added);
        let state = State::Done { contact: contact.id.clone() };
        journal.keep(&self.asked.add.0, &Adding { fingerprint, state }).await?;
        Ok(contact)
    }

    /// The contact that was added before, as it is now.
    async fn there(&self, contact: &ContactId) -> Result<Contact, Failure> {
        let full = self.session.while_alive(Box::pin(self.acting.contact_in_full(&PartyId::new(&contact.0)))).await?;
        full.map(|full| to_api::contact(full.contact)).map_err(|error| Failure::imis(&error))
    }
}
