//! IQA queries, and what is made of their rows.

use crate::app::App;
use crate::failure::Failure;
use crate::guard::SignedIn;
use crate::queries::{self, QueryPlace};
use crate::{body, recipients};
use api::{
    CardColumns, CollectRecipients, DescribeQuery, ExportQuery, GetCardColumns, KeepQuery, Kept, KeptQueries,
    ListQueries, QueryForm, QueryList, QueryPage, Recipients, RunQuery,
};
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::response::{IntoResponse as _, Response};
use serde::de::DeserializeOwned;

async fn read<T: DeserializeOwned + Send + 'static>(app: &App, headers: &HeaderMap, body: Body) -> Result<T, Failure> {
    let limits = &app.config.limits;
    body::json(headers, body, limits.json_max_bytes, limits).await
}

/// `POST /api/queries/list`.
pub(crate) async fn list(
    State(app): State<App>,
    SignedIn(session): SignedIn,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<QueryList>, Failure> {
    let asked: ListQueries = read(&app, &headers, body).await?;
    queries::list(&app, &session, &asked).await.map(Json)
}

/// `GET /api/queries/kept`.
pub(crate) async fn kept(State(app): State<App>, SignedIn(session): SignedIn) -> Result<Json<KeptQueries>, Failure> {
    queries::kept(&app, &session).await.map(Json)
}

/// `POST /api/queries/keep`.
pub(crate) async fn keep(
    State(app): State<App>,
    SignedIn(session): SignedIn,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Kept>, Failure> {
    let asked: KeepQuery = read(&app, &headers, body).await?;
    let Some(place) = QueryPlace::open(&app, &session, &asked.query) else {
        return Err(queries::forged(&app, &session).await);
    };
    queries::keep(&app, &session, &place, asked.favourite).await?;
    Ok(Json(Kept {}))
}

/// `POST /api/queries/describe`.
pub(crate) async fn describe(
    State(app): State<App>,
    SignedIn(session): SignedIn,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<QueryForm>, Failure> {
    let asked: DescribeQuery = read(&app, &headers, body).await?;
    let Some(place) = QueryPlace::open(&app, &session, &asked.query) else {
        return Err(queries::forged(&app, &session).await);
    };
    queries::describe(&app, &session, &place).await.map(Json)
}

/// `POST /api/queries/run`.
pub(crate) async fn run(
    State(app): State<App>,
    SignedIn(session): SignedIn,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<QueryPage>, Failure> {
    let asked: RunQuery = read(&app, &headers, body).await?;
    if !(1..=RunQuery::PAGE_MAX).contains(&asked.limit) {
        return Err(Failure::invalid("limit"));
    }
    let prepared = queries::prepare(&app, &session, (&asked).into()).await?;
    let page = prepared.page(&app, &session, asked.offset.into(), asked.limit.into()).await?;
    if asked.offset == 0 {
        queries::remember(&app, &session, prepared.place(), &asked.values).await;
    }
    Ok(Json(queries::page(&prepared, page)))
}

/// `POST /api/queries/export`.
pub(crate) async fn export(
    State(app): State<App>,
    SignedIn(session): SignedIn,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Failure> {
    let asked: ExportQuery = read(&app, &headers, body).await?;
    let export = queries::begin_export(&app, &session, &asked).await?;
    let mut response = export.body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"query.csv\""));
    if let Some(total) = export.total {
        headers.insert(ExportQuery::ROWS_HEADER, HeaderValue::from(total));
    }
    Ok(response)
}

/// `POST /api/recipients`.
pub(crate) async fn recipients(
    State(app): State<App>,
    SignedIn(session): SignedIn,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Recipients>, Failure> {
    let asked: CollectRecipients = read(&app, &headers, body).await?;
    recipients::collect(&app, &session, &asked).await.map(Json)
}

/// `POST /api/contacts/card-columns`.
pub(crate) async fn card_columns(
    State(app): State<App>,
    SignedIn(session): SignedIn,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<CardColumns>, Failure> {
    let asked: GetCardColumns = read(&app, &headers, body).await?;
    queries::card_columns(&app, &session, &asked.contact).await.map(Json)
}
