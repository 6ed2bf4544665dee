//! What the page asks its server for, and the choice between the three hosts.
//!
//! Invariant: attachments and bodies leave only when they are asked for, one at a time; a body
//! shown in the page comes with a policy that lets nothing run and nothing be loaded from elsewhere.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Path, Query, State as Shared};
use axum::http::{Request, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use tower::ServiceExt as _;

use super::mail::{Attachment, Mail};
use super::mailbox::Mailbox;
use super::sent::Outgoing;
use super::{Library, Settings, library};

const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     connect-src 'self'; frame-src 'self' https:; base-uri 'none'; form-action 'none'";
/// For a mail's own HTML: styles and its own pictures, nothing else.
const BODY_POLICY: &str = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; \
     base-uri 'none'; form-action 'none'";

/// How a mail without styles of its own looks; the mail's own win.
const BODY_STYLE: &str = "<style>:where(body) { font: 14px/1.45 \"Segoe UI\", system-ui, sans-serif; }</style>";

const FILES: [(&str, &str, &str); 11] = [
    ("page.css", "text/css; charset=utf-8", include_str!("../../outlook/page.css")),
    ("main.js", SCRIPT, include_str!("../../outlook/main.js")),
    ("store.js", SCRIPT, include_str!("../../outlook/store.js")),
    ("view.js", SCRIPT, include_str!("../../outlook/view.js")),
    ("pane.js", SCRIPT, include_str!("../../outlook/pane.js")),
    ("channel.js", SCRIPT, include_str!("../../outlook/channel.js")),
    ("methods.js", SCRIPT, include_str!("../../outlook/methods.js")),
    ("dialog.js", SCRIPT, include_str!("../../outlook/dialog.js")),
    ("draft.js", SCRIPT, include_str!("../../outlook/draft.js")),
    ("sending.js", SCRIPT, include_str!("../../outlook/sending.js")),
    ("icon.svg", "image/svg+xml", include_str!("../../outlook/icon.svg")),
];
/// A message with attachments of 35 MB, which Exchange lets pass, in base64.
const LARGEST_SENT: usize = 64 * 1024 * 1024;
const SCRIPT: &str = "text/javascript; charset=utf-8";
const PAGE: &str = include_str!("../../outlook/index.html");

/// A message shown above a mail on the add-in's behalf.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Notification {
    /// The add-in's own name for it.
    pub key: String,
    /// The library's number for informational, progress, error or insight.
    #[serde(rename = "type")]
    pub kind: serde_json::Value,
    /// What it says.
    pub message: String,
    /// Icon, persistence and actions, as given.
    #[serde(flatten)]
    pub rest: BTreeMap<String, serde_json::Value>,
}

/// What has been stored for one mail.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct MessageState {
    /// In the order they were set.
    pub categories: Vec<String>,
    /// In the order they were added.
    pub notifications: Vec<Notification>,
    /// The add-in's own properties of this mail.
    pub custom_properties: BTreeMap<String, serde_json::Value>,
}

/// A category of the mailbox's list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Category {
    /// What a mail's category refers to.
    pub display_name: String,
    /// `Preset0` to `Preset24`, or `None`.
    pub color: String,
}

/// Everything the add-in had Outlook store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct State {
    /// By the mail's key; a mail nothing was stored for is absent.
    pub messages: BTreeMap<String, MessageState>,
    /// The roaming settings, each value as JSON text.
    pub settings: BTreeMap<String, serde_json::Value>,
    /// The mailbox's list of categories.
    pub categories: Vec<Category>,
}

impl Default for State {
    fn default() -> Self {
        let preset = |name: &str, color: &str| Category { display_name: name.to_owned(), color: color.to_owned() };
        Self {
            messages: BTreeMap::new(),
            settings: BTreeMap::new(),
            categories: vec![preset("Red category", "Preset0"), preset("Blue category", "Preset7")],
        }
    }
}

/// All the server holds.
#[derive(Debug)]
pub(super) struct World {
    settings: Settings,
    pub(super) mailbox: Mailbox,
    /// Newest last.
    sent: Mutex<Vec<Mail>>,
    state: Mutex<State>,
}

impl World {
    pub(super) fn new(settings: Settings, mailbox: Mailbox) -> Self {
        Self { settings, mailbox, sent: Mutex::default(), state: Mutex::new(State::default()) }
    }

    pub(super) fn library(&self) -> &Library {
        &self.settings.library
    }

    pub(super) fn spki_sha256(&self) -> String {
        self.settings.certificate.spki_sha256()
    }

    pub(super) fn state(&self) -> State {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn sent(&self) -> MutexGuard<'_, Vec<Mail>> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// The three hosts behind one port.
pub(super) fn router(world: &Arc<World>) -> Router {
    let (page, library, ajax) =
        (page_host(world), library::library_host(&world.settings.library), library::ajax_host());
    Router::new().fallback(move |request: Request<Body>| {
        let router = match host(&request) {
            "appsforoffice.microsoft.com" => library.clone(),
            "ajax.aspnetcdn.com" => ajax.clone(),
            _ => page.clone(),
        };
        async move { router.oneshot(request).await }
    })
}

/// The host asked for, from the address (HTTP/2) or the header, without its port.
fn host(request: &Request<Body>) -> &str {
    let header = || request.headers().get(header::HOST).and_then(|value| value.to_str().ok());
    let named = request.uri().host().or_else(header).unwrap_or_default();
    named.split(':').next().unwrap_or_default()
}

fn page_host(world: &Arc<World>) -> Router {
    Router::new()
        .route("/_world", get(describe))
        .route("/_sent", post(send).layer(DefaultBodyLimit::max(LARGEST_SENT)))
        .route("/_mail/{key}/body", get(body))
        .route("/_mail/{key}/view", get(view))
        .route("/_mail/{key}/headers", get(headers))
        .route("/_mail/{key}/file", get(whole))
        .route("/_mail/{key}/attachments/{index}", get(attachment))
        .route("/_mail/{key}/files/{index}", get(file))
        .route("/_state", get(state))
        .route("/_state/messages/{key}", put(put_message))
        .route("/_state/settings", put(put_settings))
        .route("/_state/categories", put(put_categories))
        .route("/_page/{file}", get(page_file))
        .route("/", get(page))
        .route("/mail/", get(page))
        .with_state(Arc::clone(world))
}

async fn page() -> impl IntoResponse {
    ([(header::CONTENT_SECURITY_POLICY, PAGE_POLICY)], Html(PAGE))
}

async fn page_file(Path(name): Path<String>) -> Response {
    match FILES.iter().find(|(file, _, _)| *file == name) {
        Some((_, kind, text)) => ([(header::CONTENT_TYPE, *kind)], *text).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn describe(Shared(world): Shared<Arc<World>>) -> impl IntoResponse {
    let launch = world.settings.launch.as_ref();
    let launch = launch.map(|launch| serde_json::json!({ "page": launch.page.as_str(), "function": launch.function }));
    Json(serde_json::json!({
        "addinUrl": world.settings.addin_url.as_str(),
        "locale": world.settings.locale,
        "theme": world.settings.theme,
        "user": world.settings.user,
        "launch": launch,
        "mailbox": world.mailbox,
        "sent": world.sent().iter().rev().collect::<Vec<_>>(),
        "state": world.state(),
    }))
}

/// Takes a message that leaves, and answers what lies in Sent Items then.
async fn send(Shared(world): Shared<Arc<World>>, Json(message): Json<Outgoing>) -> Result<Response, StatusCode> {
    let mut sent = world.sent();
    let mail = message.deliver(sent.len() + 1, &world.settings.user).map_err(|_| StatusCode::BAD_REQUEST)?;
    let answer = Json(&mail).into_response();
    sent.push(mail);
    Ok(answer)
}

/// Looks at a mail by its key, or answers that there is none.
fn with<T>(world: &World, key: &str, look: impl FnOnce(&Mail) -> T) -> Result<T, StatusCode> {
    if let Some(mail) = world.mailbox.mail(key) {
        return Ok(look(mail));
    }
    world.sent().iter().find(|mail| mail.key == key).map(look).ok_or(StatusCode::NOT_FOUND)
}

fn with_attachment<T>(
    world: &World,
    key: &str,
    index: usize,
    look: impl FnOnce(&Mail, &Attachment) -> T,
) -> Result<T, StatusCode> {
    with(world, key, |mail| mail.attachments.get(index).map(|attachment| look(mail, attachment)))?
        .ok_or(StatusCode::NOT_FOUND)
}

#[derive(Deserialize)]
struct BodyQuery {
    format: BodyFormat,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum BodyFormat {
    Text,
    Html,
}

async fn body(
    Shared(world): Shared<Arc<World>>,
    Path(key): Path<String>,
    Query(query): Query<BodyQuery>,
) -> Result<String, StatusCode> {
    with(&world, &key, |mail| match query.format {
        BodyFormat::Text => mail.text(),
        BodyFormat::Html => mail.html(),
    })
}

/// The body as the reading pane shows it: pictures of the mail itself by their own address.
async fn view(Shared(world): Shared<Arc<World>>, Path(key): Path<String>) -> Result<Response, StatusCode> {
    let html = with(&world, &key, |mail| {
        let mut html = format!("{BODY_STYLE}{}", mail.html());
        for (index, attachment) in mail.attachments.iter().enumerate() {
            if let Some(id) = &attachment.content_id {
                html = html.replace(&format!("cid:{id}"), &format!("files/{index}"));
            }
        }
        html
    })?;
    Ok(([(header::CONTENT_SECURITY_POLICY, BODY_POLICY)], Html(html)).into_response())
}

async fn whole(Shared(world): Shared<Arc<World>>, Path(key): Path<String>) -> Result<String, StatusCode> {
    with(&world, &key, Mail::as_file)
}

async fn headers(Shared(world): Shared<Arc<World>>, Path(key): Path<String>) -> Result<String, StatusCode> {
    with(&world, &key, Mail::headers)
}

async fn attachment(
    Shared(world): Shared<Arc<World>>,
    Path((key, index)): Path<(String, usize)>,
) -> Result<Response, StatusCode> {
    with_attachment(&world, &key, index, |mail, attachment| Json(mail.attachment_content(attachment)).into_response())
}

/// The bytes of an attachment; pictures may be shown, all else is downloaded.
async fn file(
    Shared(world): Shared<Arc<World>>,
    Path((key, index)): Path<(String, usize)>,
) -> Result<Response, StatusCode> {
    with_attachment(&world, &key, index, |mail, attachment| {
        let picture = matches!(attachment.content_type.as_str(), "image/png" | "image/jpeg" | "image/gif");
        let kind = if picture { attachment.content_type.as_str() } else { "application/octet-stream" };
        let shown = if picture { "inline" } else { "attachment" };
        let guard = (header::X_CONTENT_TYPE_OPTIONS, "nosniff");
        let headers = [(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, shown), guard];
        (headers, mail.attachment_bytes(attachment)).into_response()
    })
}

async fn state(Shared(world): Shared<Arc<World>>) -> Json<State> {
    Json(world.state())
}

async fn put_message(
    Shared(world): Shared<Arc<World>>,
    Path(key): Path<String>,
    Json(message): Json<MessageState>,
) -> Result<StatusCode, StatusCode> {
    with(&world, &key, |_| ())?;
    world.change(|state| {
        state.messages.insert(key, message);
    });
    Ok(StatusCode::NO_CONTENT)
}

async fn put_settings(
    Shared(world): Shared<Arc<World>>,
    Json(settings): Json<BTreeMap<String, serde_json::Value>>,
) -> StatusCode {
    world.change(|state| state.settings = settings);
    StatusCode::NO_CONTENT
}

async fn put_categories(Shared(world): Shared<Arc<World>>, Json(categories): Json<Vec<Category>>) -> StatusCode {
    world.change(|state| state.categories = categories);
    StatusCode::NO_CONTENT
}
