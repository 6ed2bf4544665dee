//! Finding the people of a message.

use crate::app::App;
use crate::failure::Failure;
use crate::guard::SignedIn;
use crate::{body, to_api};
use api::{MatchContacts, Matches};
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use std::collections::HashSet;

/// `POST /api/contacts/match`.
pub(crate) async fn find(
    State(app): State<App>,
    SignedIn(session): SignedIn,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Matches>, Failure> {
    let limits = &app.config.limits;
    let asked: MatchContacts = body::json(&headers, body, limits.json_max_bytes, limits).await?;
    let unique: HashSet<_> = asked.addresses.iter().collect();
    if asked.addresses.len() > MatchContacts::MAX || unique.len() != asked.addresses.len() {
        return Err(Failure::invalid("addresses"));
    }
    if asked.addresses.is_empty() {
        return Ok(Json(Matches::default()));
    }
    let count = asked.addresses.len();
    let acting = session.acting(&app)?;
    let addresses: Vec<&str> = asked.addresses.iter().map(api::EmailAddress::as_str).collect();
    let found = session.while_alive(Box::pin(acting.find_by_addresses(&addresses))).await?;
    if let Some(error) = &found.error {
        let failure = session.end_if_out(&app, Failure::imis(error)).await;
        // With nothing found out there is nothing to show but the reason.
        let nothing = found.failed.len() >= count;
        if nothing || failure.problem.code == api::ProblemCode::SignedOut {
            return Err(failure);
        }
    }
    Ok(Json(to_api::matches(found)))
}
