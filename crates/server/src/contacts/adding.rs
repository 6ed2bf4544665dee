//! Adding a contact so that it is in iMIS exactly once, as a save does with its records.
//!
//! Before it is sent, who is there already is noted; what is unknown afterwards is looked for among those
//! who were not, before anything is sent again (`security.md §5.3`). What became of it stands in the journal of saves.

use super::{form, roles};
use crate::app::App;
use crate::audit::{self, Entry, Event};
use crate::failure::Failure;
use crate::saves::journal::{Journal, Outcome, in_doubt};
use crate::saves::plan;
use crate::saves::{Settling, Stop};
use crate::seal::{self, Purpose};
use crate::session::Session;
use crate::store::{SaveKey, SaveRow};
use crate::{saves, to_api};
use api::{AddContact, Contact, ContactField, ProblemCode};
use imis::{Acting, ContactAction, PartyId, Standing, WriteError};
use sha2::{Digest as _, Sha256};

/// The one step of an adding.
const STEP: &str = "contact";
/// What a contact's key starts with, as a record.
const CONTACT: &str = "Contact:";

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
    let (new, organisation) = form::read(&asked.contact)?;
    let plain = serde_json::to_vec(&asked.contact).map_err(|error| Failure::internal(&error))?;
    let fingerprint = Sha256::digest(&plain).to_vec();
    // No save has such a name, since they are all UUIDs.
    let key = saves::key(session, &format!("contact:{}", asked.add.0));
    let known = app.store.save(&key).await.map_err(|error| Failure::store(&error))?;
    if known.is_some_and(|row| row.fingerprint != fingerprint) {
        return Err(Failure::new(ProblemCode::Conflict));
    }
    let added = attempt(app, session, &asked.add.0, (&key, fingerprint), (new, organisation)).await;
    match added {
        Ok(contact) => Ok(contact),
        Err(failure) => {
            let failure = saves::in_doubt(app, &key, form::in_our_words(failure)).await;
            Err(session.end_if_out(app, failure).await)
        }
    }
}

/// One try, if this person may and nobody else is at it.
async fn attempt(
    app: &App,
    session: &Session,
    add: &str,
    (key, fingerprint): (&SaveKey, Vec<u8>),
    (new, organisation): (imis::NewContact, Option<PartyId>),
) -> Result<Contact, Failure> {
    let acting = session.acting(app)?;
    roles::demand(app, session, &acting, ContactAction::Add).await?;
    let turn = app.running.begin(app, session, key, STEP).await?;
    let added = match of_organisation(session, &acting, new, organisation).await {
        Ok(new) => Attempt { app, session, acting: &acting, key, fingerprint, new }.run(turn.stop()).await,
        Err(failure) => Err(failure),
    };
    turn.end(app).await;
    let outcome = saves::outcome_word(added.as_ref().err(), 1, 1);
    let contact = added.as_ref().map(|contact| contact.id.0.clone()).ok();
    let event = Event::ContactAdded { add: add.to_owned(), outcome, contact };
    audit::note(app, Entry::new(event).of(session)).await;
    added
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
    key: &'a SaveKey,
    /// Of what was asked, so that one name is not used for two contacts.
    fingerprint: Vec<u8>,
    new: imis::NewContact,
}

impl Attempt<'_> {
    async fn run(&self, stop: &Stop) -> Result<Contact, Failure> {
        let before = self.begin().await?;
        let journal = Journal::load(self.app.store.clone(), self.key.clone(), stop.clone(), Settling::of(self.app));
        let mut journal = journal.await?;
        if let Some(record) = journal.done(STEP) {
            return self.there(record).await;
        }
        let open = journal.is_unknown(STEP);
        if open {
            let looked_ms = journal.now_ms();
            if let Some(added) = self.look(&before).await? {
                return Ok(added);
            }
            journal.is_over(STEP, looked_ms).await.map_err(Failure::of)?;
        }
        saves::stopped(self.session, stop)?;
        journal.note_sent(&[STEP.to_owned()]).await?;
        if let Err(failure) = saves::stopped(self.session, stop) {
            let mut unsent = Outcome::unsent();
            journal.note([(STEP.to_owned(), &mut unsent)].into_iter()).await?;
            return Err(failure);
        }
        let Some(written) = stop.until_lost(self.acting.add_contact(&self.new)).await else {
            return Err(Failure::new(ProblemCode::Unknown));
        };
        let error = match written {
            Ok(added) => {
                let mut outcome = Outcome::Done(record(&added));
                journal.note([(STEP.to_owned(), &mut outcome)].into_iter()).await?;
                return match outcome {
                    Outcome::Done(_) => Ok(to_api::contact(added)),
                    // Somebody in doubt about another of the name took it for theirs.
                    Outcome::Refused(problem) | Outcome::Unknown(problem, _) => Err(Failure::of(problem)),
                };
            }
            Err(error) => error,
        };
        if !open && matches!(error, WriteError::Refused(_)) {
            // The name serves for the contact once it is put right.
            self.app.store.forget_save(self.key).await.map_err(|error| Failure::store(&error))?;
            return Err(Failure::write(&error));
        }
        // Some writes are stored and still answered by a fault (`imis.md §4.5`), and what is refused now may be so
        // because an earlier try has just arrived.
        if let Ok(Some(added)) = self.look(&before).await {
            return Ok(added);
        }
        let mut outcome = match Outcome::of(Err(error)) {
            Outcome::Refused(problem) => Outcome::Unknown(in_doubt(problem), Standing::Over),
            outcome => outcome,
        };
        journal.note([(STEP.to_owned(), &mut outcome)].into_iter()).await?;
        match outcome {
            Outcome::Refused(problem) | Outcome::Unknown(problem, _) => Err(Failure::of(problem)),
            Outcome::Done(record) => self.there(&record).await,
        }
    }

    /// Who had the name before the first try, noted for all others.
    async fn begin(&self) -> Result<Vec<String>, Failure> {
        let (store, ring) = (&self.app.store, &self.app.config.keyring);
        let failed = |error| Failure::store(&error);
        let known = store.save(self.key).await.map_err(failed)?;
        if let Some(row) = known {
            return self.known(&row);
        }
        let before = self.all_of_the_name().await?;
        let before: Vec<String> = before.into_iter().map(|contact| contact.id.to_string()).collect();
        let plain = serde_json::to_vec(&before).map_err(|error| Failure::internal(&error))?;
        let sealed = seal::seal(ring, Purpose::Adding, b"", &plan::place(self.key), &plain);
        let row = SaveRow { fingerprint: self.fingerprint.clone(), sealed };
        match store.begin_save(self.key, row, self.app.clock.now_ms()).await.map_err(failed)? {
            None => Ok(before),
            Some(row) => self.known(&row),
        }
    }

    /// What was noted before. With the key gone from the ring the adding cannot go on.
    fn known(&self, row: &SaveRow) -> Result<Vec<String>, Failure> {
        let conflict = || Failure::new(ProblemCode::Conflict);
        if row.fingerprint != self.fingerprint {
            return Err(conflict());
        }
        let ring = &self.app.config.keyring;
        let plain = seal::open(ring, Purpose::Adding, b"", &plan::place(self.key), &row.sealed);
        serde_json::from_slice(&plain.map_err(|_| conflict())?).map_err(|error| Failure::internal(&error))
    }

    async fn all_of_the_name(&self) -> Result<Vec<imis::Contact>, Failure> {
        let found = self.session.while_alive(Box::pin(self.acting.look_for(&self.new))).await?;
        found.map_err(|error| Failure::imis(&error))
    }

    /// Who is there now, was not before, and was added by nobody else here.
    async fn look(&self, before: &[String]) -> Result<Option<Contact>, Failure> {
        let mut found = self.all_of_the_name().await?;
        found.retain(|contact| !before.iter().any(|known| known == contact.id.as_str()));
        let records = found.iter().map(record).collect();
        let claimed = self.app.store.claim(self.key, STEP, records).await.map_err(|error| Failure::store(&error))?;
        let Some(claimed) = claimed else { return Ok(None) };
        match found.into_iter().find(|contact| record(contact) == claimed) {
            Some(contact) => Ok(Some(to_api::contact(contact))),
            None => self.there(&claimed).await.map(Some),
        }
    }

    /// The contact that was added before, as it is now.
    async fn there(&self, record: &str) -> Result<Contact, Failure> {
        let id = PartyId::new(record.strip_prefix(CONTACT).unwrap_or(record));
        let full = self.session.while_alive(Box::pin(self.acting.contact_in_full(&id))).await?;
        full.map(|full| to_api::contact(full.contact)).map_err(|error| Failure::imis(&error))
    }
}

/// A contact as a record.
fn record(contact: &imis::Contact) -> String {
    format!("{CONTACT}{}", contact.id)
}
