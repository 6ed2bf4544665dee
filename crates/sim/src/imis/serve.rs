//! From sockets to calls: the accept loop, the path prefix, bodies and their limit, faults, and the record of requests.
//!
//! Connections are served one by one rather than through a framework, because some faults have to cut them.

use std::{
    future::poll_fn,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header, request::Parts, response},
};
use futures_util::{StreamExt, stream};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
};

use super::{
    World, accounts,
    answer::{Answer, Complaint, Outcome},
    api::{self, Call},
    faults::{Effect, Moment, Stored},
    ledger::Seen,
    page, token,
    website::{self, Visit},
    wire::Dialect,
};

/// The connection is to be closed without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection is cut")]
pub(super) struct Cut;

/// Serves until the task is aborted; its connections end with it.
pub(super) async fn accept(mut listener: TcpListener, address: SocketAddr, world: Arc<World>) {
    let mut connections = JoinSet::new();
    let mut away = world.away.subscribe();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                // A client that was gone before it was served is none of the site's business.
                let Ok((stream, _)) = accepted else { continue };
                connections.spawn(connection(stream, Arc::clone(&world)));
            }
            () = until(&mut away, true) => {
                // Bound and not listened on, the address refuses connections and is nobody else's.
                let kept = super::socket(address).expect("the address is the site's own");
                drop(listener);
                until(&mut away, false).await;
                listener = super::listen(address).expect("the address is the site's own");
                drop(kept);
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

/// Waits until the site is away, or is not.
async fn until(away: &mut watch::Receiver<bool>, wanted: bool) {
    // Who could no longer say it is gone together with the site.
    let _said = away.wait_for(|away| *away == wanted).await;
}

/// Serves a connection until its client leaves, or the site does.
async fn connection(stream: TcpStream, world: Arc<World>) {
    let mut away = world.away.subscribe();
    let (cut, last) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let service = {
        let (cut, last) = (Arc::clone(&cut), Arc::clone(&last));
        service_fn(move |request| {
            let (world, cut, last) = (Arc::clone(&world), Arc::clone(&cut), Arc::clone(&last));
            Box::pin(async move {
                let served = serve(&world, request, &last).await;
                cut.fetch_or(served.is_err(), Relaxed);
                served
            })
        })
    };
    let mut serving = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    let gone = async {
        until(&mut away, true).await;
        if last.load(Relaxed) {
            std::future::pending::<()>().await;
        }
    };
    // Errors here are the client's leaving or a fault's doing.
    let cut_off = tokio::select! {
        _ended = poll_fn(|context| serving.poll_without_shutdown(context)) => cut.load(Relaxed),
        () = gone => true,
    };
    let stream = serving.into_parts().io.into_inner();
    if cut_off {
        // Closed like this, the connection is reset. One that is gone already is as good.
        let _reset = stream.set_zero_linger();
    }
}

/// Where a path leads.
enum Route {
    Token,
    /// Segments after `/api/`, decoded.
    Api(Vec<String>),
    /// A page that people see; the last part of its path, decoded.
    Page(String),
    Admin(Admin),
    Ledger,
    LedgerJson,
    Nothing,
}

/// What can be done to the site from outside while it runs as a program; none of it is a part of iMIS.
#[derive(Clone, Copy)]
enum Admin {
    /// "Purge System Cache".
    Purge,
    /// The user in the query is disabled.
    Disable,
    /// And enabled again.
    Enable,
}

impl Admin {
    fn from_word(word: &str) -> Option<Self> {
        Some(match word.to_ascii_lowercase().as_str() {
            "purge" => Self::Purge,
            "disable" => Self::Disable,
            "enable" => Self::Enable,
            _ => return None,
        })
    }

    fn perform(self, world: &World, query: &str) -> Answer {
        let user = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "user");
        let user = user.map_or(String::new(), |(_, user)| user.into_owned());
        let mut accounts = world.accounts();
        let done = match self {
            Self::Purge => {
                accounts.purge();
                true
            }
            Self::Disable => accounts.change(&user, |user| user.disabled = true),
            Self::Enable => accounts.change(&user, |user| user.disabled = false),
        };
        if done { Answer::text(StatusCode::NO_CONTENT, "") } else { Answer::not_found("There is no such user.") }
    }
}

impl Route {
    fn of(prefix: &str, path: &str) -> Self {
        let segments: Vec<String> = path.split('/').filter(|one| !one.is_empty()).map(decode).collect();
        let same = |one: &String, other: &str| one.eq_ignore_ascii_case(other);
        // The pages of the stand-in itself are at the root; those of iMIS are under the prefix alone.
        match &segments[..] {
            [one] if same(one, "_ledger") => return Self::Ledger,
            [one] if same(one, "_ledger.json") => return Self::LedgerJson,
            [one, two] if same(one, "_admin") => return Admin::from_word(two).map_or(Self::Nothing, Self::Admin),
            _ => {}
        }
        let prefix: Vec<&str> = prefix.split('/').filter(|one| !one.is_empty()).collect();
        let under = segments.len() >= prefix.len() && prefix.iter().zip(&segments).all(|(one, two)| same(two, one));
        match if under { &segments[prefix.len()..] } else { &[] } {
            [token] if same(token, "token") => return Self::Token,
            [api, rest @ ..] if same(api, "api") && !rest.is_empty() => return Self::Api(rest.to_vec()),
            _ => {}
        }
        // The prefix is the API's; pages are found with and without it.
        match if under { &segments[prefix.len()..] } else { &segments[..] } {
            [] => Self::Page(String::new()),
            [page] if website::is_page(page) => Self::Page(page.clone()),
            _ => Self::Nothing,
        }
    }

    /// What faults are matched with.
    fn entity(&self) -> &str {
        match self {
            Self::Token => "token",
            Self::Api(segments) => &segments[0],
            Self::Page(name) => name,
            _ => "",
        }
    }
}

fn decode(segment: &str) -> String {
    // `form_urlencoded` would turn a plus into a space, which in a path it is not.
    url::form_urlencoded::parse(segment.replace('+', "%2B").as_bytes())
        .next()
        .map(|(key, value)| if value.is_empty() { key.into_owned() } else { format!("{key}={value}") })
        .unwrap_or_default()
}

/// The path as the reference writes it, whatever the site's prefix.
fn without_prefix<'a>(prefix: &str, path: &'a str) -> &'a str {
    let length = match prefix.trim_matches('/').len() {
        0 => 0,
        length => length + 1,
    };
    path.get(length..).filter(|rest| rest.starts_with('/')).unwrap_or(path)
}

/// Puts a request on record when its handling ends, however it ends.
struct Watch<'a> {
    world: &'a World,
    seen: Option<Seen>,
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        if let Some(mut seen) = self.seen.take() {
            seen.end = Instant::now();
            self.world.ledger.saw(seen);
        }
    }
}

async fn serve(world: &Arc<World>, request: Request<Incoming>, last: &AtomicBool) -> Result<Response<Body>, Cut> {
    let (head, body) = request.into_parts();
    let route = Route::of(&world.settings.path_prefix, head.uri.path());
    let body = Body::new(body);
    match route {
        Route::Ledger => return Ok(page::html(world).into_response()),
        Route::LedgerJson => return Ok(page::json(world).into_response()),
        Route::Admin(admin) if head.method == Method::POST => {
            return Ok(admin.perform(world, head.uri.query().unwrap_or_default()).into_response());
        }
        Route::Nothing | Route::Admin(_) => {
            return Ok(
                Answer::html(StatusCode::NOT_FOUND, "<h2>404 - File or directory not found.</h2>").into_response()
            );
        }
        Route::Token | Route::Api(_) | Route::Page(_) => {}
    }
    let now = Instant::now();
    let mut watch = Watch {
        world,
        seen: Some(Seen {
            method: head.method.to_string(),
            path: without_prefix(&world.settings.path_prefix, head.uri.path()).to_owned(),
            query: head.uri.query().unwrap_or_default().to_owned(),
            start: now,
            end: now,
            status: 0,
        }),
    };
    let response = with_faults(world, route, head, body, last).await?;
    if let Some(seen) = &mut watch.seen {
        seen.status = response.status().as_u16();
    }
    Ok(response)
}

async fn with_faults(
    world: &Arc<World>,
    route: Route,
    head: Parts,
    body: Body,
    last: &AtomicBool,
) -> Result<Response<Body>, Cut> {
    let effect = world.faults.take(head.method.as_str(), route.entity());
    if effect == Some(Effect::HangForever) {
        std::future::pending::<std::convert::Infallible>().await;
    }
    if effect == Some(Effect::ResetBeforeStore) {
        return Err(Cut);
    }
    let body = receive(world, &head.headers, body).await?;
    let late = if let Some(Effect::Latency(more)) = effect { more } else { Duration::ZERO };
    let late = world.settings.latency + late;
    if !late.is_zero() {
        tokio::time::sleep(late).await;
    }
    if let Some(instead) = effect.as_ref().and_then(|effect| instead(effect, Dialect(world.settings.edition))) {
        return Ok(instead.into_response());
    }
    if let Some(Effect::Held(Moment::Arrived, gate)) = &effect {
        gate.pass().await;
    }
    let answer = match (body, &effect) {
        (None, _) => Answer::too_large(),
        (Some(body), Some(Effect::Held(Moment::Unstoppable, gate))) => {
            let (world, gate) = (Arc::clone(world), gate.clone());
            let handled = tokio::spawn(async move {
                gate.pass().await;
                let answered = answer(&world, &route, &head, &body).await;
                gate.has_happened();
                answered
            });
            handled.await.map_err(|_| Cut)?.unwrap_or_else(|refusal| refusal)
        }
        (Some(body), Some(Effect::ResetAndStoredLater(gate))) => {
            let (world, gate) = (Arc::clone(world), gate.clone());
            tokio::spawn(async move {
                gate.pass().await;
                // Nobody is there to hear how it went; the ledger shows it.
                drop(answer(&world, &route, &head, &body).await);
                gate.has_happened();
            });
            return Err(Cut);
        }
        (Some(body), _) => answer(world, &route, &head, &body).await.unwrap_or_else(|refusal| refusal),
    };
    if !answer.delay.is_zero() {
        tokio::time::sleep(answer.delay).await;
    }
    match effect {
        Some(Effect::ServerError { stored: Stored::Yes }) => Ok(Answer::server_error().into_response()),
        Some(Effect::ResetAfterStore) => Err(Cut),
        Some(Effect::Truncated) => Ok(truncated(answer)),
        Some(Effect::Held(Moment::Stored, gate)) => {
            gate.pass().await;
            Ok(answer.into_response())
        }
        Some(Effect::Trickle(pause)) => Ok(trickled(answer, pause)),
        Some(Effect::Flood(bytes)) => Ok(flooded(answer, bytes)),
        Some(Effect::DoubledHeaders) => Ok(doubled(answer.into_response())),
        Some(Effect::AnswerAndLeave) => {
            last.store(true, Relaxed);
            world.away.send_replace(true);
            let mut response = answer.into_response();
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            Ok(response)
        }
        _ => Ok(answer.into_response()),
    }
}

/// The answer of a fault under which nothing happens.
fn instead(effect: &Effect, dialect: Dialect) -> Option<Answer> {
    Some(match effect {
        Effect::Unauthorized => Answer::unauthorized(),
        Effect::RequestTimeout => Answer::text(StatusCode::REQUEST_TIMEOUT, ""),
        Effect::TooManyRequests { retry_after } => {
            let mut answer = Answer::text(StatusCode::TOO_MANY_REQUESTS, "Too many requests.");
            answer.retry_after = *retry_after;
            answer
        }
        Effect::ServerError { stored: Stored::No } => Answer::server_error(),
        Effect::Unavailable => {
            Answer::html(StatusCode::SERVICE_UNAVAILABLE, "<h2>HTTP Error 503. The service is unavailable.</h2>")
        }
        Effect::Html => Answer::html(StatusCode::OK, "<!DOCTYPE html><html><body><h1>Sign in</h1></body></html>"),
        Effect::Refused => Answer::forbidden(),
        Effect::Invalid { field, message } => {
            let complaint = Complaint { field: field.clone(), value: String::new(), message: message.clone() };
            Answer::invalid(dialect, &[complaint])
        }
        Effect::SignInPage => Answer::redirect(StatusCode::FOUND, "/Asi.Web/iMIS/SignIn.aspx?ReturnUrl=%2fapi"),
        Effect::Redirect(url) => Answer::redirect(StatusCode::TEMPORARY_REDIRECT, url.as_str()),
        Effect::Json(text) => Answer::raw_json(text.clone()),
        _ => return None,
    })
}

/// The head of an answer with so many bytes of body.
fn head_of(answer: &Answer, length: u64) -> response::Parts {
    let (mut head, ()) = Response::new(()).into_parts();
    head.status = answer.status;
    head.headers.insert(header::CONTENT_LENGTH, length.into());
    head.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    head
}

/// Half of the answer, then the end of the connection.
fn truncated(answer: Answer) -> Response<Body> {
    let head = head_of(&answer, answer.body.len() as u64);
    let half = Bytes::copy_from_slice(&answer.body[..answer.body.len() / 2]);
    Response::from_parts(head, Body::from_stream(stream::iter([Ok(half), Err(Cut)])))
}

/// The answer, byte by byte.
fn trickled(answer: Answer, pause: Duration) -> Response<Body> {
    let head = head_of(&answer, answer.body.len() as u64);
    let bytes = stream::iter(answer.body).then(move |byte| async move {
        tokio::time::sleep(pause).await;
        Ok::<_, Cut>(Bytes::copy_from_slice(&[byte]))
    });
    Response::from_parts(head, Body::from_stream(bytes))
}

/// The answer behind white space, which JSON allows.
fn flooded(answer: Answer, bytes: u64) -> Response<Body> {
    const PART: usize = 64 * 1024;
    let head = head_of(&answer, bytes + answer.body.len() as u64);
    let space = Bytes::from(vec![b' '; PART]);
    let parts = (0..bytes).step_by(PART).map(move |from| {
        let left = usize::try_from(bytes - from).unwrap_or(PART);
        space.slice(..left.min(PART))
    });
    let parts = parts.chain([Bytes::from(answer.body)]).map(Ok::<_, Cut>);
    Response::from_parts(head, Body::from_stream(stream::iter(parts)))
}

/// The answer with each header twice.
fn doubled(mut response: Response<Body>) -> Response<Body> {
    let twice = response.headers().clone();
    for (name, value) in &twice {
        response.headers_mut().append(name, value.clone());
    }
    for (name, value) in [
        (header::CONTENT_TYPE, "text/html"),
        (header::RETRY_AFTER, "1"),
        (header::RETRY_AFTER, "86400"),
        (header::SET_COOKIE, "Asi.Web=1; path=/"),
        (header::SET_COOKIE, "Asi.Web=2; path=/"),
    ] {
        response.headers_mut().append(name, HeaderValue::from_static(value));
    }
    response
}

/// Reads the body into one buffer; `None` when it is over the limit. The rest of a long one is read and dropped, as
/// the web server's kernel driver does, so that the client gets to see the answer.
async fn receive(world: &World, headers: &HeaderMap, body: Body) -> Result<Option<Vec<u8>>, Cut> {
    let most = usize::try_from(world.settings.request_body_max).unwrap_or(usize::MAX);
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    let mut whole = Vec::with_capacity(announced.filter(|length| *length <= most).unwrap_or(0));
    let mut length = 0_usize;
    let mut stream = body.into_data_stream();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| Cut)?;
        length = length.saturating_add(chunk.len());
        if length <= most {
            whole.extend_from_slice(&chunk);
        } else {
            whole = Vec::new();
        }
    }
    Ok((length <= most).then_some(whole))
}

async fn answer(world: &World, route: &Route, head: &Parts, body: &[u8]) -> Outcome {
    let (method, query) = (&head.method, head.uri.query().unwrap_or_default());
    let segments = match route {
        Route::Token if *method == Method::POST => return token::handle(world, body),
        Route::Page(name) => {
            let visit = Visit { method, name, path: head.uri.path(), query, headers: &head.headers, body };
            return website::handle(world, &visit).await;
        }
        Route::Api(segments) => segments,
        _ => return Err(Answer::text(StatusCode::METHOD_NOT_ALLOWED, "")),
    };
    // The API answers no preflight (imis.md §2).
    if *method == Method::OPTIONS {
        return Err(Answer::text(StatusCode::METHOD_NOT_ALLOWED, ""));
    }
    let authorization = head.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let user = accounts::bearer(authorization)
        .and_then(|token| world.accounts().owner(token))
        .ok_or_else(Answer::unauthorized)?;
    // Where this rule bites is not known; this is the assumption of imis.md §17.
    if world.settings.remote_service_required && !user.has("RemoteService") {
        return Err(Answer::unauthorized());
    }
    api::handle(world, &user, &Call { method, segments, query, body })
}
