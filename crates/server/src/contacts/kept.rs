//! The contacts somebody has at hand: favourites, and those looked at last.
//!
//! Only their keys are kept. Each time iMIS says anew what they are, and whether the person may see them.

use super::party_id;
use crate::app::App;
use crate::failure::Failure;
use crate::keepsakes::{Keepsakes, Kind};
use crate::session::Session;
use crate::to_api;
use api::{Contact, ContactId, KeepAs, KeepContact, Kept, KeptContacts};
use imis::PartyId;
use std::collections::HashMap;

/// All that are at hand, with fresh facts.
pub(crate) async fn show(app: &App, session: &Session) -> Result<KeptContacts, Failure> {
    let (favourites, recent) =
        (Keepsakes::of(app, session, Kind::FavouriteContact), Keepsakes::of(app, session, Kind::RecentContact));
    let (favourites, recent) = tokio::try_join!(favourites.all::<ContactId>(), recent.all::<ContactId>())?;
    let mut keys: Vec<PartyId> = Vec::new();
    for id in favourites.iter().chain(&recent) {
        let key = party_id(id, "contact")?;
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    if keys.is_empty() {
        return Ok(KeptContacts::default());
    }
    let acting = session.acting(app)?;
    let found = match session.while_alive(Box::pin(acting.contacts_by_keys(&keys))).await? {
        Ok(found) => found,
        Err(error) => return Err(session.end_if_out(app, Failure::imis(&error)).await),
    };
    let found: HashMap<ContactId, Contact> =
        found.into_iter().map(to_api::contact).map(|contact| (contact.id.clone(), contact)).collect();
    let of = |ids: &[ContactId]| ids.iter().filter_map(|id| found.get(id).cloned()).collect::<Vec<_>>();
    let mut favourites = of(&favourites);
    favourites.sort_by_cached_key(|contact| imis::folded(&contact.name));
    Ok(KeptContacts { favourites, recent: of(&recent) })
}

/// Keeps a contact at hand, or no longer.
pub(crate) async fn keep(app: &App, session: &Session, asked: KeepContact) -> Result<Kept, Failure> {
    party_id(&asked.contact, "contact")?;
    let of = |kind| Keepsakes::of(app, session, kind);
    let name = asked.contact.0.as_str();
    match asked.keep {
        KeepAs::Favourite => of(Kind::FavouriteContact).keep(name, &asked.contact).await?,
        KeepAs::NoFavourite => of(Kind::FavouriteContact).let_go(name).await?,
        KeepAs::Recent => of(Kind::RecentContact).keep(name, &asked.contact).await?,
    }
    Ok(Kept {})
}
