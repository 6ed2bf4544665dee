//! Searching contacts as one types.

use super::site;
use crate::app::App;
use crate::failure::Failure;
use crate::session::Session;
use crate::to_api;
use api::{ContactKind, FoundContacts, ProblemCode, SearchContacts};
use imis::{Acting, ContactSearch, ErrorKind, Inactive, OnlyKind, Searched};

/// Searches; what a part of the search failed at is missing and said so.
pub(crate) async fn run(app: &App, session: &Session, asked: SearchContacts) -> Result<FoundContacts, Failure> {
    check(&asked)?;
    let _turn = app.reads.take(session)?;
    let acting = session.acting(app)?;
    let search = ContactSearch {
        text: &asked.text,
        only: asked.kind.map(|kind| match kind {
            ContactKind::Person => OnlyKind::People,
            ContactKind::Organisation => OnlyKind::Organisations,
        }),
        inactive: if asked.inactive { Inactive::Included } else { Inactive::LeftOut },
        most: SearchContacts::MAX,
    };
    let path = site(app, session)?.contacts.search_query.as_deref();
    let searched = session.while_alive(Box::pin(search_by_either(&acting, path, &search))).await?;
    if let Some(error) = &searched.error {
        let failure = session.end_if_out(app, Failure::imis(error)).await;
        if searched.failed || failure.problem.code == ProblemCode::SignedOut {
            return Err(failure);
        }
    }
    Ok(FoundContacts {
        contacts: searched.contacts.into_iter().map(to_api::contact).collect(),
        more: searched.more,
        partial: searched.error.is_some(),
    })
}

/// Searches by the site's query where it has one. While that cannot be run, iMIS's own search stands in for it, and
/// the answer says that something is missing.
async fn search_by_either(acting: &Acting, query: Option<&str>, search: &ContactSearch<'_>) -> Searched {
    let Some(path) = query else { return acting.search_contacts(search).await };
    match acting.search_by_query(path, search).await {
        Ok(searched) => searched,
        Err(error) if error.kind == ErrorKind::Unauthorized => {
            Searched { error: Some(error), failed: true, ..Searched::default() }
        }
        // The query does not ask for such a thing: an e-mail, where it must have a name.
        Err(error) if matches!(error.kind, ErrorKind::Refused { status: 0, .. }) => {
            acting.search_contacts(search).await
        }
        Err(error) => {
            tracing::warn!(operation = %error.operation, "the site's search query cannot be run");
            let searched = acting.search_contacts(search).await;
            Searched { error: searched.error.or(Some(error)), ..searched }
        }
    }
}

/// A text worth a search: an iMIS ID may be short, anything else not.
fn check(asked: &SearchContacts) -> Result<(), Failure> {
    let text = asked.text.trim();
    let letters = text.chars().filter(|c| !c.is_whitespace()).count();
    let is_key = letters > 0 && text.bytes().all(|byte| byte.is_ascii_digit());
    let long_enough = letters >= SearchContacts::TEXT_MIN || is_key;
    if long_enough && asked.text.chars().count() <= SearchContacts::TEXT_MAX {
        Ok(())
    } else {
        Err(Failure::invalid("text"))
    }
}
