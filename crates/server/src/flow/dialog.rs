//! Answers to the dialog's window: on to the next page, or no further.
//!
//! Whatever ends a sign-in here is written down once, takes its row and its
//! cookies away, and is told to the pane where there is one.

use super::cookie;
use super::row::Held;
use super::secret::Pass;
use super::state::Flow;
use crate::app::App;
use crate::audit::{self, Entry, Event};
use crate::failure;
use crate::guard::one;
use crate::pages::{self, Trouble};
use crate::store::StoreError;
use api::{DialogMessage, FlowId};
use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use url::Url;

/// A dialog that goes no further; nothing of a sign-in was touched.
#[derive(Debug)]
pub(crate) struct Stopped(Trouble, Option<FlowId>);

impl Stopped {
    /// Somebody who has nothing to do with any sign-in.
    pub(super) fn stranger(trouble: Trouble) -> Self {
        Self(trouble, None)
    }

    /// A dialog of this sign-in.
    pub(super) fn of(trouble: Trouble, flow: FlowId) -> Self {
        Self(trouble, Some(flow))
    }
}

impl From<StoreError> for Stopped {
    fn from(error: StoreError) -> Self {
        tracing::error!(error = failure::chain(&error), "the store does not work");
        Self(Trouble::Store, None)
    }
}

impl From<Stopped> for Response {
    fn from(Stopped(trouble, flow): Stopped) -> Self {
        let message = flow.map(|flow| DialogMessage { v: 1, flow, code: None, problem: Some(trouble.problem()) });
        pages::refused(trouble, message.as_ref())
    }
}

/// On to another page. Always by GET: a browser would send a form again after 307.
pub(super) fn go(to: &str, cookies: impl IntoIterator<Item = HeaderValue>) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    headers.insert(header::LOCATION, HeaderValue::try_from(to).expect("an address is fit for a header"));
    for cookie in cookies {
        headers.append(header::SET_COOKIE, cookie);
    }
    response
}

/// On to another site, as the configuration or the provider's description names it.
pub(super) fn go_out(to: &Url, cookies: impl IntoIterator<Item = HeaderValue>) -> Response {
    go(to.as_str(), cookies)
}

/// Ends a sign-in that cannot go on: one line in the audit log, no row, no cookies.
pub(super) async fn refuse(app: &App, held: &Held<Flow>, trouble: Trouble, reason: &'static str) -> Response {
    if let Err(error) = held.take(app).await {
        // Its time ends it.
        tracing::warn!(error = failure::chain(&error), "failed to forget a refused sign-in");
    }
    let event = Event::FlowRefused { method: held.it.method, reason };
    audit::note(app, Entry::new(event).site(&held.it.site)).await;
    tracing::info!(site = held.it.site.0, reason, "refused a sign-in");
    let mut response = Response::from(Stopped::of(trouble, held.key.id()));
    for pass in [Pass::Flow, Pass::Done] {
        response.headers_mut().append(header::SET_COOKIE, cookie::clear(pass));
    }
    response
}

/// Only a window of its own may pass here: no frame, no script, nothing fetched
/// ahead. Browsers that say nothing are taken at their cookies' word.
pub(super) fn require_window(headers: &HeaderMap) -> Result<(), Stopped> {
    let says = |name: &str, wanted: &str| !headers.contains_key(name) || one(headers, name) == Some(wanted);
    let ahead = headers.contains_key("sec-purpose") || headers.contains_key("purpose");
    if says("sec-fetch-mode", "navigate") && says("sec-fetch-dest", "document") && !ahead {
        Ok(())
    } else {
        Err(Stopped::stranger(Trouble::NoWindow))
    }
}

/// The query as it was sent.
pub(super) fn query(uri: &Uri) -> &str {
    uri.query().unwrap_or_default()
}
