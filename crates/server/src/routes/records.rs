//! What was done with a contact: timelines, records and their files.

use crate::app::App;
use crate::body;
use crate::failure::Failure;
use crate::guard::SignedIn;
use crate::records;
use api::{
    ChangeRecord, ContactId, GetRecord, GetTimeline, ProblemCode, RecordForms, RecordId, RecordInFull, RemoveRecord,
    Removed, SaveReport, Timeline, WriteRecord,
};
use axum::Json;
use axum::body::Body;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;

async fn read<T: DeserializeOwned + Send + 'static>(app: &App, headers: &HeaderMap, body: Body) -> Result<T, Failure> {
    body::json(headers, body, app.config.limits.json_max_bytes, &app.config.limits).await
}

/// `POST /api/contacts/timeline`.
pub(crate) async fn timeline(
    State(app): State<App>,
    SignedIn(session): SignedIn,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Timeline>, Failure> {
    let ask: GetTimeline = read(&app, &headers, body).await?;
    records::page(&app, &session, &ask).await.map(Json)
}

/// `POST /api/records/get`.
pub(crate) async fn get(
    State(app): State<App>,
    SignedIn(session): SignedIn,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<RecordInFull>, Failure> {
    let ask: GetRecord = read(&app, &headers, body).await?;
    records::get(&app, &session, &ask).await.map(Json)
}

/// Whose record a file is of.
#[derive(Deserialize)]
pub(crate) struct Whose {
    contact: ContactId,
}

/// `GET /api/records/{record}/attachments/{id}?contact=…`.
pub(crate) async fn file(
    State(app): State<App>,
    SignedIn(session): SignedIn,
    path: Result<Path<(String, String)>, PathRejection>,
    whose: Result<Query<Whose>, QueryRejection>,
) -> Result<Response, Failure> {
    let Path((record, id)) = path.map_err(|_| Failure::new(ProblemCode::NotFound))?;
    let Query(whose) = whose.map_err(|_| Failure::invalid("contact"))?;
    records::file(&app, &session, &RecordId(record), &id, &whose.contact).await
}

/// `GET /api/record-forms`.
pub(crate) async fn forms(State(app): State<App>, SignedIn(session): SignedIn) -> Result<Json<RecordForms>, Failure> {
    records::forms(&app, &session).await.map(Json)
}

/// `POST /api/records/write`. Once begun it is finished, even if nobody waits for the answer.
pub(crate) async fn write(
    State(app): State<App>,
    SignedIn(session): SignedIn,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<SaveReport>, Failure> {
    let ask: Arc<WriteRecord> = Arc::new(read(&app, &headers, body).await?);
    let work = {
        let app = app.clone();
        async move { records::write(&app, &session, &ask).await }
    };
    app.finish(work).await.map_err(|error| Failure::internal(&error))?.map(Json)
}

/// `POST /api/records/change`. Likewise.
pub(crate) async fn change(
    State(app): State<App>,
    SignedIn(session): SignedIn,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<RecordInFull>, Failure> {
    let ask: ChangeRecord = read(&app, &headers, body).await?;
    let work = {
        let app = app.clone();
        async move { records::change(&app, &session, &ask).await }
    };
    app.finish(work).await.map_err(|error| Failure::internal(&error))?.map(Json)
}

/// `POST /api/records/remove`. Likewise.
pub(crate) async fn remove(
    State(app): State<App>,
    SignedIn(session): SignedIn,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Removed>, Failure> {
    let ask: RemoveRecord = read(&app, &headers, body).await?;
    let work = {
        let app = app.clone();
        async move { records::remove(&app, &session, &ask).await }
    };
    app.finish(work).await.map_err(|error| Failure::internal(&error))?.map(Json)
}
