//! The ledger: who saved which message, waiting for changes of it, taking a save back.

use crate::app::App;
use crate::failure::Failure;
use crate::guard::SignedIn;
use crate::{body, ledger};
use api::{LookUpSaved, RemoveSave, SaveRemoved, SavedMessages, WatchSaved};
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use serde::de::DeserializeOwned;

/// Longest question: a hundred messages to many people each.
const QUESTION_MAX_BYTES: usize = 2 * 1024 * 1024;

async fn question<T: DeserializeOwned + Send + 'static>(
    app: &App,
    headers: &HeaderMap,
    body: Body,
) -> Result<T, Failure> {
    body::json(headers, body, QUESTION_MAX_BYTES, &app.config.limits).await
}

/// `POST /api/saved/look`.
pub(crate) async fn look(
    State(app): State<App>,
    SignedIn(session): SignedIn,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<SavedMessages>, Failure> {
    let _turn = app.reads.take(&session)?;
    let ask: LookUpSaved = question(&app, &headers, body).await?;
    ledger::look(&app, &session, &ask).await.map(Json)
}

/// `POST /api/saved/watch`.
pub(crate) async fn watch(
    State(app): State<App>,
    SignedIn(session): SignedIn,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<SavedMessages>, Failure> {
    let ask: WatchSaved = question(&app, &headers, body).await?;
    ledger::watch(&app, &session, &ask).await.map(Json)
}

/// `POST /api/saved/remove`. Once begun it is finished, even if nobody waits for the answer.
pub(crate) async fn remove(
    State(app): State<App>,
    SignedIn(session): SignedIn,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<SaveRemoved>, Failure> {
    let ask: RemoveSave = body::json(&headers, body, app.config.limits.json_max_bytes, &app.config.limits).await?;
    let work = {
        let app = app.clone();
        async move { ledger::remove(&app, &session, &ask).await }
    };
    app.finish(work).await.map_err(|error| Failure::internal(&error))?.map(Json)
}
