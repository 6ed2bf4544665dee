//! Contacts: the people of a message, searching, cards. Each route reads one body and hands it on.

use crate::app::App;
use crate::body;
use crate::contacts::{adding, card, changing, kept, likely, matching, roles, search};
use crate::failure::Failure;
use crate::guard::SignedIn;
use api::{
    Card, Contact, ContactOptions, FoundContacts, Kept, KeptContacts, LikelyContacts, MatchContacts, Matches, Picture,
    SettledAddresses,
};
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use serde::de::DeserializeOwned;
use std::collections::HashSet;

type Answer<T> = Result<Json<T>, Failure>;

async fn read<T: DeserializeOwned + Send + 'static>(app: &App, headers: &HeaderMap, body: Body) -> Result<T, Failure> {
    let limits = &app.config.limits;
    body::json(headers, body, limits.json_max_bytes, limits).await
}

/// `POST /api/contacts/match`.
pub(crate) async fn find(
    State(app): State<App>,
    SignedIn(session): SignedIn,
    headers: HeaderMap,
    body: Body,
) -> Answer<Matches> {
    let asked: MatchContacts = read(&app, &headers, body).await?;
    let unique: HashSet<_> = asked.addresses.iter().collect();
    if asked.addresses.len() > MatchContacts::MAX || unique.len() != asked.addresses.len() {
        return Err(Failure::invalid("addresses"));
    }
    matching::run(&app, &session, asked).await.map(Json)
}

/// A route that reads a request and hands it to what answers it.
macro_rules! routes {
    ($($(#[$doc:meta])* $route:ident => $answers:path, $answer:ty;)*) => {$(
        $(#[$doc])*
        pub(crate) async fn $route(
            State(app): State<App>,
            SignedIn(session): SignedIn,
            headers: HeaderMap,
            body: Body,
        ) -> Answer<$answer> {
            let asked = read(&app, &headers, body).await?;
            $answers(&app, &session, asked).await.map(Json)
        }
    )*};
}

routes! {
    /// `POST /api/contacts/search`.
    find_by_words => search::run, FoundContacts;
    /// `POST /api/contacts/card`.
    show_card => card::show, Card;
    /// `POST /api/contacts/picture`.
    show_picture => card::picture, Picture;
    /// `POST /api/contacts/keep`.
    keep => kept::keep, Kept;
    /// `POST /api/contacts/likely`.
    find_likely => likely::find, LikelyContacts;
    /// `POST /api/contacts/add`.
    add => adding::add, Contact;
    /// `POST /api/contacts/update`.
    update => changing::update, Card;
    /// `POST /api/contacts/choice`.
    choose => matching::choose, Kept;
    /// `POST /api/contacts/addresses`.
    settle_address => matching::settle, Kept;
}

/// `GET /api/contacts/kept`.
pub(crate) async fn show_kept(State(app): State<App>, SignedIn(session): SignedIn) -> Answer<KeptContacts> {
    kept::show(&app, &session).await.map(Json)
}

/// `GET /api/contacts/addresses`.
pub(crate) async fn show_addresses(State(app): State<App>, SignedIn(session): SignedIn) -> Answer<SettledAddresses> {
    matching::settled(&app, &session).await.map(Json)
}

/// `GET /api/contacts/options`.
pub(crate) async fn options(State(app): State<App>, SignedIn(session): SignedIn) -> Answer<ContactOptions> {
    roles::options(&app, &session).await.map(Json)
}
