//! Contacts as people work with them: matched, searched, shown, kept at hand, added and changed.
//!
//! iMIS decides what somebody sees and may write; nothing here widens that.

pub(crate) mod adding;
pub(crate) mod card;
pub(crate) mod changing;
pub(crate) mod domains;
mod form;
pub(crate) mod kept;
pub(crate) mod likely;
pub(crate) mod matching;
pub(crate) mod roles;
pub(crate) mod search;

use crate::app::App;
use crate::config::Site;
use crate::failure::Failure;
use crate::session::Session;
use api::{ContactId, ProblemCode};
use imis::PartyId;

/// A key of a contact that came from a browser: it goes into addresses at iMIS, so it must look like one
/// (`security.md §5.2`).
pub(crate) fn party_id(id: &ContactId, field: &str) -> Result<PartyId, Failure> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if (1..=64).contains(&id.0.len()) && id.0.bytes().all(plain) {
        Ok(PartyId::new(&id.0))
    } else {
        Err(Failure::invalid(field))
    }
}

/// The settings of the person's site.
pub(crate) fn site<'a>(app: &'a App, session: &Session) -> Result<&'a Site, Failure> {
    app.config.site(&session.me.site).ok_or(Failure::new(ProblemCode::SignedOut))
}
