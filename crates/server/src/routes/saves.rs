//! Saving a message and its attachments.

use crate::app::App;
use crate::body::{self, Paced};
use crate::failure::Failure;
use crate::guard::SignedIn;
use crate::{attachments, options, saves, session, to_api};
use api::{AttachmentReport, ProblemCode, SaveMessage, SaveReport, SaveTargets};
use axum::Json;
use axum::body::HttpBody as _;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use std::sync::Arc;

/// `GET /api/save-targets`.
pub(crate) async fn targets(State(app): State<App>, SignedIn(session): SignedIn) -> Result<Json<SaveTargets>, Failure> {
    let site = &options::site_of(&app, &session).await?;
    let acting = session.acting(&app)?;
    match session.while_alive(Box::pin(acting.abilities())).await? {
        Ok(abilities) => Ok(Json(to_api::save_targets(&abilities, site))),
        Err(error) => Err(session.end_if_out(&app, Failure::imis(&error)).await),
    }
}

/// `POST /api/saves`. Once begun it is finished, even if nobody waits for the
/// answer. Nothing of a message is kept in memory before there is room for all of it.
pub(crate) async fn save(State(app): State<App>, request: Request) -> Result<Json<SaveReport>, Failure> {
    let (parts, body) = request.into_parts();
    let limits = &app.config.limits;
    let most = limits.message_max_bytes as u64;
    // Whoever does not say how much it is could send all there may be.
    let bytes = body.size_hint().exact().map_or(most, |announced| announced.min(most));
    let begun = async {
        let session = session::find(&app, parts.method.as_str(), parts.uri.path(), &parts.headers).await?;
        let place = app.room.take(&session.me.site.0, &session.user_key(), bytes)?;
        Ok((session, place))
    };
    let (session, place) = match begun.await {
        Ok(begun) => begun,
        Err(failure) => {
            body::drain(body, limits).await;
            return Err(failure);
        }
    };
    let ask: SaveMessage = body::json(&parts.headers, body, limits.message_max_bytes, limits).await?;
    let work = {
        let (app, ask) = (app.clone(), Arc::new(ask));
        async move {
            let report = saves::run(&app, &session, &ask).await;
            drop((ask, place));
            report
        }
    };
    let report = app.finish(work).await.map_err(|error| Failure::internal(&error))??;
    Ok(Json(report))
}

/// `PUT /api/saves/{save}/attachments/{index}`. What is refused is read and
/// dropped first: the pane must get its answer.
pub(crate) async fn attach(
    State(app): State<App>,
    path: Result<Path<(String, String)>, PathRejection>,
    request: Request,
) -> Result<Json<AttachmentReport>, Failure> {
    let (parts, body) = request.into_parts();
    let length = body.size_hint().exact();
    let mut body = Paced::new(body, &app.config.limits);
    // Only whoever is signed in takes room, or anybody could leave none.
    let session = match session::find(&app, parts.method.as_str(), parts.uri.path(), &parts.headers).await {
        Ok(session) => session,
        Err(failure) => {
            body.drain().await;
            return Err(failure);
        }
    };
    let Ok(room) = app.uploads.clone().try_acquire_owned() else {
        body.drain().await;
        return Err(Failure::wait(ProblemCode::Busy, 2));
    };
    let Some(length) = length else {
        body.drain().await;
        return Err(Failure::invalid("content-length").with_status(StatusCode::LENGTH_REQUIRED));
    };
    let named = path.ok().and_then(|Path((save, index))| Some((save, index.parse().ok()?)));
    let Some((save, index)) = named else {
        body.drain().await;
        return Err(Failure::new(ProblemCode::NotFound));
    };
    let work = {
        let (app, session) = (app.clone(), session.clone());
        async move {
            let report = match attachments::prepare(&app, &session, &save, index, length).await {
                Ok(upload) => upload.run(&app, &session, body).await,
                Err(failure) => {
                    body.drain().await;
                    Err(failure)
                }
            };
            drop(room);
            report
        }
    };
    let report = app.finish(work).await.map_err(|error| Failure::internal(&error))??;
    if attachments::is_out(&report) {
        let failure = session.end_if_out(&app, Failure::new(ProblemCode::SignedOut)).await;
        let saved = report.records.iter().any(|(_, outcome)| matches!(outcome, api::AttachmentOutcome::Saved));
        if !saved {
            return Err(failure);
        }
    }
    Ok(Json(report))
}
