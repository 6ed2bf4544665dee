//! From sockets to calls: the accept loop, the routes, forms, and the record of requests.
//!
//! Connections are served one by one, so that they end with the provider.

use std::{collections::HashSet, sync::Arc, time::Instant};

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, Method, Request, Response, StatusCode, header},
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpListener, task::JoinSet};
use url::form_urlencoded;

use super::{
    answer::{self, Answer},
    authorize, discovery,
    ledger::{Endpoint, Seen},
    logout, page, person, token,
    world::World,
};

/// The longest form; the longest ID token of the faults fits.
const FORM_MAX: usize = 4 * 1024 * 1024;

/// Serves until the task is aborted; its connections end with it.
pub(super) async fn accept(listener: TcpListener, world: Arc<World>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                // A client that was gone before it was served is none of the provider's business.
                let Ok((stream, _)) = accepted else { continue };
                let world = Arc::clone(&world);
                connections.spawn(async move {
                    let service = service_fn(move |request| {
                        let world = Arc::clone(&world);
                        async move { Ok::<_, std::convert::Infallible>(serve(&world, request).await) }
                    });
                    // Errors here are the client's leaving.
                    let _ended = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
                });
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

/// A request that is to be answered.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) method: Method,
    path: String,
    endpoint: Endpoint,
    query: Vec<(String, String)>,
    form: Vec<(String, String)>,
    headers: HeaderMap,
}

impl Call {
    /// The first field of this name, from the form or else the query string.
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        let mut fields = self.form.iter().chain(&self.query);
        fields.find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    /// The first field of this name in the form; secrets have no business in an address.
    pub(super) fn posted(&self, name: &str) -> Option<&str> {
        self.form.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    /// Whether a field came twice.
    pub(super) fn has_duplicates(&self) -> bool {
        let mut names = HashSet::new();
        !self.query.iter().chain(&self.form).all(|(name, _)| names.insert(name))
    }

    /// All fields.
    pub(super) fn fields(&self) -> Vec<(String, String)> {
        self.query.iter().chain(&self.form).cloned().collect()
    }

    /// A header in letters.
    pub(super) fn header(&self, name: header::HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The value of a cookie.
    pub(super) fn cookie(&self, name: &str) -> Option<String> {
        let cookies = self.header(header::COOKIE)?;
        let mut pairs = cookies.split(';').filter_map(|pair| pair.trim().split_once('='));
        pairs.find(|(cookie, _)| *cookie == name).map(|(_, value)| value.to_owned())
    }
}

/// Where a path leads.
fn endpoint(world: &World, path: &str) -> Endpoint {
    let Some(path) = path.strip_prefix(&world.path) else { return Endpoint::Elsewhere };
    // Under which addresses the endpoints are is the discovery document's to say; these are the same ones twice.
    let path = path.strip_prefix("/moved").unwrap_or(path);
    match path {
        "/.well-known/openid-configuration" => Endpoint::Discovery,
        "/authorize" => Endpoint::Authorization,
        "/sign-in" => Endpoint::SignIn,
        "/token" => Endpoint::Token,
        "/userinfo" => Endpoint::UserInfo,
        "/logout" => Endpoint::EndSession,
        "/jwks" => Endpoint::Keys,
        _ if path.starts_with("/jwks/") => Endpoint::Keys,
        _ if path.starts_with("/trap/") => Endpoint::Trap,
        _ => Endpoint::Elsewhere,
    }
}

async fn serve(world: &World, request: Request<Incoming>) -> Response<Body> {
    let at = Instant::now();
    let (head, body) = request.into_parts();
    let form = axum::body::to_bytes(Body::new(body), FORM_MAX).await.unwrap_or_default();
    let path = head.uri.path().to_owned();
    let call = Call {
        endpoint: endpoint(world, &path),
        query: pairs(head.uri.query().unwrap_or_default().as_bytes()),
        form: form_fields(&head.headers, &form),
        method: head.method,
        path,
        headers: head.headers,
    };
    let (client, answer) = answered(world, &call).await;
    world.ledger.note(Seen {
        endpoint: call.endpoint,
        method: call.method.to_string(),
        path: call.path.clone(),
        fields: call.fields(),
        authorization: call.header(header::AUTHORIZATION).map(str::to_owned),
        user_agent: call.header(header::USER_AGENT).map(str::to_owned),
        client,
        at,
        status: answer.status().as_u16(),
    });
    answer
}

fn pairs(text: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(text).map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

fn form_fields(headers: &HeaderMap, body: &Bytes) -> Vec<(String, String)> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let form = kind.split(';').next().unwrap_or_default().trim();
    if form.eq_ignore_ascii_case("application/x-www-form-urlencoded") { pairs(body) } else { Vec::new() }
}

/// The answer, and the client that the request belongs to.
async fn answered(world: &World, call: &Call) -> (Option<String>, Answer) {
    let named = || call.field("client_id").map(str::to_owned);
    match (call.endpoint, &call.method) {
        (Endpoint::Discovery, &Method::GET) => (None, discovery::document(world, &world.state())),
        (Endpoint::Keys, &Method::GET) => (None, discovery::keys(&world.state())),
        (Endpoint::Authorization, &Method::GET | &Method::POST) => (named(), authorize::authorize(world, call)),
        (Endpoint::SignIn, &Method::POST) => (None, authorize::sign_in(world, call)),
        (Endpoint::Token, &Method::POST) => token::token(world, call).await,
        (Endpoint::UserInfo, &Method::GET | &Method::POST) => person::userinfo(world, call),
        (Endpoint::EndSession, &Method::GET | &Method::POST) => logout::end_session(world, call).await,
        (Endpoint::Trap, _) => (None, discovery::trap()),
        (Endpoint::Elsewhere, _) => {
            (None, answer::html(StatusCode::NOT_FOUND, page::message("Not found", "There is nothing here.")))
        }
        _ => (None, answer::error(StatusCode::METHOD_NOT_ALLOWED, "invalid_request", "the method is not taken")),
    }
}
