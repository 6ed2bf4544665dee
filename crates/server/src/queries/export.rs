//! All rows of a query as a file, page after page: one page in memory, the next fetched when this one is taken.
//!
//! It stops when the person has gone, when the session ends, and when the query changes under it; a file that broke
//! off shows that, for its answer has no end.

use super::{Counted, Prepared, csv, prepare};
use crate::app::App;
use crate::audit::{self, Entry, Event};
use crate::failure::Failure;
use crate::handed::{self, Giver};
use crate::request;
use crate::room::Turn;
use crate::session::Session;
use api::{ExportQuery, ProblemCode, RunQuery};
use axum::body::Body;
use bytes::Bytes;
use std::time::Duration;

/// Longest wait for a person to take a page.
const TAKEN_WITHIN: Duration = Duration::from_mins(2);

/// Pages between two looks at the definition.
const LOOK_EVERY: u32 = 20;

/// An export that has begun.
pub(crate) struct Export {
    /// How many rows there will be, where iMIS says so.
    pub(crate) total: Option<u64>,
    /// The file.
    pub(crate) body: Body,
}

/// What is written by and by.
struct Writing {
    app: App,
    session: Session,
    prepared: Prepared,
    giver: Giver,
    counted: Counted,
    _turn: Turn,
}

/// Begins an export: with the first page at hand, so that what is wrong is told as a problem.
pub(crate) async fn begin(app: &App, session: &Session, asked: &ExportQuery) -> Result<Export, Failure> {
    let turn = app.exports.take(session)?;
    let prepared = prepare(app, session, asked.into()).await?;
    let first = prepared.page(app, session, 0, RunQuery::PAGE_MAX.into()).await?;
    let total = first.total;
    let (giver, body) = handed::body();
    let counted = Counted::default();
    let writing = Writing { app: app.clone(), session: session.clone(), prepared, giver, counted, _turn: turn };
    tokio::spawn(request::within(request::current(), writing.run(first)));
    Ok(Export { total, body })
}

impl Writing {
    async fn run(mut self, first: imis::QueryPage) {
        let within = self.app.config.limits.export_total;
        let mut outcome = tokio::time::timeout(within, self.write(first)).await.unwrap_or(Err("too_long"));
        if outcome.is_ok() {
            outcome = self.hand(None).await;
        }
        let outcome = outcome.err().unwrap_or("complete");
        let query = self.prepared.place().path.clone();
        let event = Event::QueryExported { query, rows: self.counted.rows, outcome };
        audit::note(&self.app, Entry::new(event).of(&self.session)).await;
    }

    async fn write(&mut self, mut page: imis::QueryPage) -> Result<(), &'static str> {
        let columns = page.columns.clone();
        self.hand(Some(csv::head(&columns).map_err(|_| "failed")?)).await?;
        for number in 1_u32.. {
            // An empty page may not know its columns.
            if !page.rows.is_empty() && page.columns != columns {
                return Err("changed");
            }
            if !page.rows.is_empty() {
                self.hand(Some(csv::rows(&columns, &page.rows).map_err(|_| "failed")?)).await?;
            }
            self.counted.add(&page);
            let next = page.next;
            drop(page);
            // Rows do not always show a change, so the definition is asked now and then, and at the end.
            let look = number.is_multiple_of(LOOK_EVERY) || (next.is_none() && number > 1);
            if look && !self.prepared.is_unchanged(&self.app, &self.session).await.map_err(|failure| word(&failure))? {
                return Err("changed");
            }
            let Some(next) = next else { break };
            let fetched = self.prepared.page(&self.app, &self.session, next, RunQuery::PAGE_MAX.into()).await;
            page = fetched.map_err(|failure| word(&failure))?;
        }
        if self.counted.falls_short() { Err("failed") } else { Ok(()) }
    }

    /// Hands bytes on once there is room for them; nobody there, or nobody taking them, ends it.
    async fn hand(&self, bytes: Option<Bytes>) -> Result<(), &'static str> {
        let sent = tokio::time::timeout(TAKEN_WITHIN, self.giver.give(bytes));
        let sent = self.session.while_alive(sent).await.map_err(|_| "signed_out")?;
        match sent {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err("left"),
            Err(_) => Err("failed"),
        }
    }
}

/// Why an export ended, for the audit log.
fn word(failure: &Failure) -> &'static str {
    match failure.problem.code {
        ProblemCode::SignedOut => "signed_out",
        ProblemCode::QueryNotOffered | ProblemCode::NotFound => "changed",
        _ => "failed",
    }
}
