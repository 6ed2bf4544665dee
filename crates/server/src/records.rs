//! What was done with a contact: told, opened, written, changed and removed.
//!
//! A record is named by the pane, so it is shown or touched only after iMIS said, under the person's own rights, that
//! it is the contact's.

mod change;
mod file;
mod forms;
mod ids;
mod show;
mod timeline;
mod values;
mod write;

pub(crate) use change::{change, remove};
pub(crate) use file::file;
pub(crate) use forms::get as forms;
pub(crate) use show::get;
pub(crate) use timeline::page;
pub(crate) use write::run as write;

use crate::app::App;
use crate::failure::Failure;
use crate::session::Session;

/// What iMIS did not do; the session ends where iMIS no longer takes the person.
async fn failed(app: &App, session: &Session, error: &imis::Error) -> Failure {
    session.end_if_out(app, Failure::imis(error)).await
}
