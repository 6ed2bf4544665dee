//! The authorization endpoint and the provider's sign-in page.
//!
//! Invariant: the browser is sent to no address but one that is registered for the client that asks; without PKCE by
//! S256 nothing is issued.

use axum::http::{HeaderValue, StatusCode, header};
use url::Url;

use super::{
    Fault,
    answer::{self, Answer},
    page, random,
    serve::Call,
    world::{Code, Grant, Session, State, World},
};

/// How the browser brings the answer back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Query,
    FormPost,
}

/// An authorization request that passed.
#[derive(Debug, Clone)]
pub(super) struct Request {
    client: String,
    redirect_uri: String,
    state: Option<String>,
    nonce: Option<String>,
    scopes: Vec<String>,
    challenge: String,
    mode: Mode,
    login_hint: String,
}

/// Whether the person is asked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Prompt {
    /// Only where there is no session.
    WhenNeeded,
    /// Never.
    None,
    /// In any case.
    Again,
}

/// An error for the relying party (RFC 6749 4.1.2.1, OpenID Connect Core 3.1.2.6).
type Complaint = (&'static str, &'static str);

/// GET or POST of the authorization endpoint.
pub(super) fn authorize(world: &World, call: &Call) -> Answer {
    let mut state = world.state();
    let request = match addressed(&state, call) {
        Ok(request) => request,
        Err(sentence) => return answer::html(StatusCode::BAD_REQUEST, page::message("This cannot go on", sentence)),
    };
    if state.fault(Some(&request.client)) == Some(Fault::SigningKeyRotation) {
        state.rotate();
    }
    let (request, prompt, max_age) = match examined(call, request.clone()) {
        Ok(examined) => examined,
        Err(complaint) => return complain(world, &state, &request, complaint),
    };
    let now = state.now();
    let fresh = |session: &Session| max_age.is_none_or(|age| now - session.auth_time < age);
    let cookie = call.cookie(&world.cookie());
    let session = cookie.and_then(|cookie| Some((cookie.clone(), state.sessions.get(&cookie)?.clone())));
    let session = session.filter(|(_, session)| state.user(&session.user).is_some() && fresh(session));
    match (session, prompt) {
        (Some((cookie, _)), Prompt::WhenNeeded | Prompt::None) => issue(world, &mut state, &cookie, &request),
        (None, Prompt::None) => complain(world, &state, &request, ("login_required", "nobody is signed in")),
        (None, Prompt::WhenNeeded) | (_, Prompt::Again) => ask(world, &mut state, request, None),
    }
}

/// POST of the sign-in page.
pub(super) fn sign_in(world: &World, call: &Call) -> Answer {
    let mut state = world.state();
    let Some(request) = call.field("interaction").and_then(|id| state.pending.remove(id)) else {
        let sentence = "The sign-in was too long ago. Please start again where you came from.";
        return answer::html(StatusCode::BAD_REQUEST, page::message("This cannot go on", sentence));
    };
    if call.field("cancel").is_some() {
        return complain(world, &state, &request, ("access_denied", "the person did not want to"));
    }
    let name = call.field("username").unwrap_or_default().trim().to_owned();
    let by_email = state.users.iter().find(|user| user.email.as_deref().is_some_and(|e| e.eq_ignore_ascii_case(&name)));
    let name = by_email.map_or(name, |user| user.name.clone());
    let password = call.field("password").unwrap_or_default();
    let Some(user) = state.user(&name).filter(|user| user.password == password).map(|user| user.name.clone()) else {
        let request = Request { login_hint: name, ..request };
        return ask(world, &mut state, request, Some("The user name or the password is not right."));
    };
    let old = call.cookie(&world.cookie()).and_then(|old| state.sessions.remove(&old));
    let cookie = state.begin(&user, old);
    let mut answer = issue(world, &mut state, &cookie, &request);
    let set = format!("{}={cookie}; Path={}; HttpOnly; SameSite=Lax", world.cookie(), slashed(&world.path));
    answer.headers_mut().insert(header::SET_COOKIE, HeaderValue::from_str(&set).expect("a cookie is ASCII"));
    answer
}

/// A cookie's path; the root where there is none.
pub(super) fn slashed(path: &str) -> &str {
    if path.is_empty() { "/" } else { path }
}

/// The request as far as it tells where an answer may go; until then the browser goes nowhere.
fn addressed(state: &State, call: &Call) -> Result<Request, &'static str> {
    if call.has_duplicates() {
        return Err("A parameter came twice.");
    }
    let field = |name: &str| call.field(name).filter(|value| !value.is_empty()).map(str::to_owned);
    let client = field("client_id").ok_or("No client asks.")?;
    let client = state.client(&client).ok_or("The client that asks is not known.")?;
    let redirect_uri = field("redirect_uri").ok_or("No redirect URI was given.")?;
    if !client.redirect_uris.contains(&redirect_uri) || Url::parse(&redirect_uri).is_err() {
        return Err("The redirect URI is not registered.");
    }
    let mode = if field("response_mode").as_deref() == Some("form_post") { Mode::FormPost } else { Mode::Query };
    Ok(Request {
        client: client.id.clone(),
        redirect_uri,
        state: field("state"),
        nonce: field("nonce"),
        scopes: field("scope").unwrap_or_default().split_ascii_whitespace().map(str::to_owned).collect(),
        challenge: field("code_challenge").unwrap_or_default(),
        mode,
        login_hint: field("login_hint").unwrap_or_default(),
    })
}

/// The rest of the request.
fn examined(call: &Call, request: Request) -> Result<(Request, Prompt, Option<i64>), Complaint> {
    let field = |name: &str| call.field(name).filter(|value| !value.is_empty());
    if field("request").is_some() {
        return Err(("request_not_supported", "request objects are not taken"));
    }
    if field("request_uri").is_some() {
        return Err(("request_uri_not_supported", "request objects are not fetched"));
    }
    match field("response_type") {
        Some("code") => {}
        Some(_) => return Err(("unsupported_response_type", "the response type is not code")),
        None => return Err(("invalid_request", "there is no response type")),
    }
    if !matches!(field("response_mode"), None | Some("query" | "form_post")) {
        return Err(("invalid_request", "the response mode is neither query nor form_post"));
    }
    if !request.scopes.iter().any(|scope| scope == "openid") {
        return Err(("invalid_scope", "the scope lacks openid"));
    }
    let base64 = |letter: u8| letter.is_ascii_alphanumeric() || letter == b'-' || letter == b'_';
    // A SHA-256 in base64 has 43 letters (RFC 7636 4.2).
    if request.challenge.len() != 43 || !request.challenge.bytes().all(base64) {
        return Err(("invalid_request", "there is no code challenge"));
    }
    if field("code_challenge_method") != Some("S256") {
        return Err(("invalid_request", "the code challenge method is not S256"));
    }
    let max_age = match field("max_age").map(str::parse::<i64>) {
        Some(Ok(age)) if age >= 0 => Some(age),
        None => None,
        Some(_) => return Err(("invalid_request", "max_age is not a number of seconds")),
    };
    let prompts: Vec<&str> = field("prompt").unwrap_or_default().split_ascii_whitespace().collect();
    let prompt = match prompts[..] {
        ["none"] => Prompt::None,
        _ if prompts.contains(&"none") => return Err(("invalid_request", "the prompt none stands alone")),
        _ if prompts.contains(&"login") || prompts.contains(&"select_account") => Prompt::Again,
        _ => Prompt::WhenNeeded,
    };
    Ok((request, prompt, max_age))
}

/// Shows the sign-in page.
fn ask(world: &World, state: &mut State, request: Request, trouble: Option<&str>) -> Answer {
    let interaction = random(18);
    let names: Vec<String> = state.users.iter().filter(|user| !user.disabled).map(|user| user.name.clone()).collect();
    let shown = page::sign_in(&page::SignIn {
        action: &format!("{}/sign-in", world.path),
        interaction: &interaction,
        client: &request.client,
        name: &request.login_hint,
        names: &names,
        trouble,
    });
    state.pending.insert(interaction, request);
    answer::html(StatusCode::OK, shown)
}

/// Issues a code and sends the browser back with it.
fn issue(world: &World, state: &mut State, cookie: &str, request: &Request) -> Answer {
    let Some(session) = state.sessions.get_mut(cookie) else {
        return complain(world, state, request, ("login_required", "nobody is signed in"));
    };
    session.clients.insert(request.client.clone());
    let grant = Grant {
        client: request.client.clone(),
        user: session.user.clone(),
        sid: session.sid.clone(),
        scopes: request.scopes.clone(),
        nonce: request.nonce.clone(),
        auth_time: session.auth_time,
        revoked: false,
    };
    let code = format!("CANARY-OC-{}", random(24));
    let ttl = i64::try_from(state.settings.code_ttl.as_secs()).unwrap_or(i64::MAX);
    let issued = Code {
        grant: state.grants.len(),
        redirect_uri: request.redirect_uri.clone(),
        challenge: request.challenge.clone(),
        expires: state.now().saturating_add(ttl),
        spent: false,
    };
    state.grants.push(grant);
    state.codes.insert(code.clone(), issued);
    let mut fields = vec![("code".to_owned(), code)];
    attach(world, request, &mut fields);
    send_back(world, state, request, fields)
}

/// Sends the browser back with an error.
fn complain(world: &World, state: &State, request: &Request, (code, description): Complaint) -> Answer {
    let mut fields = vec![("error".into(), code.into()), ("error_description".into(), description.into())];
    attach(world, request, &mut fields);
    send_back(world, state, request, fields)
}

fn attach(world: &World, request: &Request, fields: &mut Vec<(String, String)>) {
    fields.extend(request.state.clone().map(|state| ("state".to_owned(), state)));
    fields.push(("iss".to_owned(), world.issuer.clone()));
}

fn send_back(world: &World, state: &State, request: &Request, mut fields: Vec<(String, String)>) -> Answer {
    if let Some(fault) = state.fault(Some(&request.client)) {
        spoil(world, fault, &mut fields);
    }
    match request.mode {
        Mode::FormPost => answer::html(StatusCode::OK, page::form_post(&request.redirect_uri, &fields)),
        Mode::Query => {
            let mut to = Url::parse(&request.redirect_uri).expect("the redirect URI was parsed before");
            to.query_pairs_mut().extend_pairs(&fields);
            answer::redirect(StatusCode::SEE_OTHER, to.as_str())
        }
    }
}

/// What the faults make of the answer to the browser.
fn spoil(world: &World, fault: Fault, fields: &mut Vec<(String, String)>) {
    let set = |fields: &mut Vec<(String, String)>, name: &str, value: String| {
        fields.iter_mut().filter(|(field, _)| field == name).for_each(|field| field.1.clone_from(&value));
    };
    let twice = |fields: &mut Vec<(String, String)>, name: &str| {
        let again: Vec<_> = fields.iter().filter(|(field, _)| field == name).cloned().collect();
        fields.extend(again);
    };
    let error = |fields: &mut Vec<(String, String)>, code: &str, description: &str| {
        fields.retain(|(field, _)| !matches!(field.as_str(), "code" | "error" | "error_description"));
        fields.insert(0, ("error".into(), code.into()));
        fields.insert(1, ("error_description".into(), description.into()));
    };
    match fault {
        Fault::InvalidState => set(fields, "state", random(16)),
        Fault::MissingState => fields.retain(|(field, _)| field != "state"),
        Fault::InvalidResponseIss => set(fields, "iss", format!("{}/other", world.issuer)),
        Fault::RemoveResponseIss => fields.retain(|(field, _)| field != "iss"),
        Fault::EmptyResponseIss => set(fields, "iss", String::new()),
        Fault::DuplicateState => twice(fields, "state"),
        Fault::DuplicateCode => twice(fields, "code"),
        Fault::DuplicateIss => twice(fields, "iss"),
        Fault::CodeMissing => fields.retain(|(field, _)| field != "code"),
        Fault::CodeOther => set(fields, "code", format!("CANARY-OC-{}", random(24))),
        Fault::AccessDenied => error(fields, "access_denied", "the person may not"),
        Fault::LoginRequired => error(fields, "login_required", "nobody is signed in"),
        Fault::ServerErrorResponse => error(fields, "server_error", "something broke"),
        Fault::TemporarilyUnavailable => error(fields, "temporarily_unavailable", "no time"),
        Fault::InvalidRequestResponse => error(fields, "invalid_request", "this was not understood"),
        Fault::ErrorHostileDescription => {
            error(fields, "access_denied", "<script>alert(1)</script>\"'\u{1b}[31m\r\nSet-Cookie: a=b\u{202e}");
        }
        Fault::ErrorAndCode => fields.insert(0, ("error".into(), "server_error".into())),
        _ => {}
    }
}
