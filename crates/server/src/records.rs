//! What was done with a contact: told, opened, written, changed and removed.
//!
//! A record is named by the pane, so it is shown or touched only after iMIS said, under the person's own rights, that
//! it is the contact's.

mod change;
mod file;
mod forms;
mod ids;
mod remove;
mod show;
mod timeline;
mod values;
mod write;

pub(crate) use change::change;
pub(crate) use file::file;
pub(crate) use forms::get as forms;
pub(crate) use ids::{key, record as name};
pub(crate) use remove::remove;
pub(crate) use show::get;
pub(crate) use timeline::page;
pub(crate) use values::spelt;
pub(crate) use write::run as write;

use crate::app::App;
use crate::failure::Failure;
use crate::saves::{self, Turn};
use crate::session::Session;
use crate::store::SaveKey;
use api::ProblemCode;
use imis::RecordKey;

/// Whether a field takes this text.
pub(crate) fn is_value(field: &api::FormField, text: &str) -> bool {
    spelt(field, text).is_some_and(|value| !value.is_empty())
}

/// What iMIS did not do; the session ends where iMIS no longer takes the person.
async fn failed(app: &App, session: &Session, error: &imis::Error) -> Failure {
    session.end_if_out(app, Failure::imis(error)).await
}

/// The turn for a record: nobody else at the site changes or removes it meanwhile.
async fn turn(app: &App, session: &Session, key: &RecordKey) -> Result<Turn, Failure> {
    let record = ids::record(key.store, &key.key).0.to_lowercase();
    let key = SaveKey { user_name: String::new(), ..saves::key(session, &record) };
    app.running.begin_change(app, session, &key).await
}

/// How a write ended, in one word.
pub(crate) fn outcome(failure: Option<&Failure>, done: &'static str) -> &'static str {
    match failure.map(|failure| failure.problem.code) {
        None => done,
        Some(ProblemCode::Conflict) => "conflict",
        Some(ProblemCode::SignedOut) => "signed_out",
        Some(ProblemCode::Unknown) => "unknown",
        Some(_) => "failed",
    }
}
