//! All rows of a query as a file, page after page: one page in memory, the next fetched when this one is taken.
//!
//! It stops when the person has gone, when the session ends, and when the query changes under it; a file that broke
//! off shows that, for its answer has no end.

use super::room::Turn;
use super::{Prepared, csv, prepare};
use crate::app::App;
use crate::audit::{self, Entry, Event};
use crate::failure::Failure;
use crate::request;
use crate::session::Session;
use api::{ExportQuery, RunQuery};
use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use std::io;
use std::time::Duration;
use tokio::sync::mpsc;

/// Longest wait for a person to take a page.
const TAKEN_WITHIN: Duration = Duration::from_mins(2);

/// An export that has begun.
pub(crate) struct Export {
    /// How many rows there will be, where iMIS says so.
    pub(crate) total: Option<u64>,
    /// The file.
    pub(crate) body: Body,
}

/// Why an export ended early.
#[derive(Debug, thiserror::Error)]
#[error("the export broke off")]
struct BrokenOff;

/// What is written by and by.
struct Writing {
    app: App,
    session: Session,
    prepared: Prepared,
    sender: mpsc::Sender<io::Result<Bytes>>,
    rows: u64,
    _turn: Turn,
}

/// Begins an export: with the first page at hand, so that what is wrong is told as a problem.
pub(crate) async fn begin(app: &App, session: &Session, asked: &ExportQuery) -> Result<Export, Failure> {
    let turn = app.exports.take(&session.me.site.0, &session.user_key())?;
    let prepared = prepare(app, session, asked.into()).await?;
    let first = prepared.page(app, session, 0, RunQuery::PAGE_MAX.into()).await?;
    let total = first.total;
    let (sender, receiver) = mpsc::channel(1);
    let writing = Writing { app: app.clone(), session: session.clone(), prepared, sender, rows: 0, _turn: turn };
    tokio::spawn(request::within(request::current(), writing.run(first)));
    let chunks = stream::unfold(receiver, |mut receiver| async move { Some((receiver.recv().await?, receiver)) });
    Ok(Export { total, body: Body::from_stream(chunks) })
}

impl Writing {
    async fn run(mut self, first: imis::QueryPage) {
        let outcome = self.write(first).await;
        if outcome == Err("failed") || outcome == Err("signed_out") || outcome == Err("changed") {
            // Without an end, so that nobody takes it for all.
            let _ = self.sender.send(Err(io::Error::other(BrokenOff))).await;
        }
        let outcome = outcome.err().unwrap_or("complete");
        let query = self.prepared.place().path.clone();
        let event = Event::QueryExported { query, rows: self.rows, outcome };
        audit::note(&self.app, Entry::new(event).of(&self.session)).await;
    }

    async fn write(&mut self, mut page: imis::QueryPage) -> Result<(), &'static str> {
        let columns = page.columns.clone();
        self.hand(csv::head(&columns)).await?;
        let mut captions_of_none = false;
        loop {
            // An empty page may not know its columns.
            let same = page.rows.is_empty() || page.columns == columns || captions_of_none;
            if !same {
                return Err("changed");
            }
            captions_of_none = false;
            let count = page.rows.len() as u64;
            if count > 0 {
                self.hand(csv::rows(&columns, &page.rows)).await?;
            }
            self.rows += count;
            let Some(next) = page.next else { return Ok(()) };
            drop(page);
            let fetched = self.prepared.page(&self.app, &self.session, next, RunQuery::PAGE_MAX.into()).await;
            page = fetched.map_err(|failure| match failure.problem.code {
                api::ProblemCode::SignedOut => "signed_out",
                _ => "failed",
            })?;
        }
    }

    /// Hands bytes on once there is room for them; nobody there, or nobody taking them, ends it.
    async fn hand(&self, bytes: Result<Bytes, ::csv::Error>) -> Result<(), &'static str> {
        let bytes = bytes.map_err(|_| "failed")?;
        let sent = tokio::time::timeout(TAKEN_WITHIN, self.sender.send(Ok(bytes)));
        let sent = self.session.while_alive(sent).await.map_err(|_| "signed_out")?;
        match sent {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err("left"),
            Err(_) => Err("failed"),
        }
    }
}
