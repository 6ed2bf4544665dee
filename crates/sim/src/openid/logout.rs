//! Signing out: at the relying party's wish through the browser, and by logout tokens behind it.
//!
//! Invariant: after signing out the browser is sent to no address that is not registered for the client.

use std::time::Duration;

use axum::http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};
use url::Url;

use super::{
    Client, Fault,
    answer::{self, Answer},
    authorize::slashed,
    id_token,
    keys::{Damage, Seal, object},
    page, random,
    serve::Call,
    world::{Grant, State, World},
};

/// How long a client has for its answer to a logout token.
const PATIENCE: Duration = Duration::from_secs(10);

/// The event of a logout token (OpenID Connect Back-Channel Logout 2.4).
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// What a client answered to a logout token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogoutAnswer {
    /// The client.
    pub client: String,
    /// The token as sent.
    pub token: String,
    /// HTTP status, 0 when there was no answer; of the second posting when the token was sent twice.
    pub status: u16,
    /// What the first posting was answered with when there were two.
    pub first_status: Option<u16>,
    /// The `Cache-Control` header of the answer.
    pub cache_control: Option<String>,
    /// Body of the answer.
    pub body: String,
}

/// A logout token on its way.
#[derive(Debug)]
pub(super) struct Notice {
    client: Client,
    uri: String,
    token: String,
    fault: Option<Fault>,
}

impl State {
    /// Ends all sessions of a user; what the clients are to be told.
    pub(super) fn end_sessions_of(&mut self, issuer: &str, user: &str) -> Vec<Notice> {
        let theirs = |session: &super::world::Session| session.user.eq_ignore_ascii_case(user);
        let cookies: Vec<String> =
            self.sessions.iter().filter(|(_, session)| theirs(session)).map(|(cookie, _)| cookie.clone()).collect();
        cookies.iter().flat_map(|cookie| self.end_session(issuer, cookie)).collect()
    }

    /// Ends one session; what its clients are to be told.
    fn end_session(&mut self, issuer: &str, cookie: &str) -> Vec<Notice> {
        let Some(session) = self.sessions.remove(cookie) else { return Vec::new() };
        let of_client = |client: &String| {
            let mut grants = self.grants.iter().rev();
            grants.find(|grant| grant.sid == session.sid && grant.client == *client)
        };
        let grants = session.clients.iter().filter_map(of_client);
        let notices = grants.filter_map(|grant| self.notice(issuer, grant)).collect();
        self.end_grants(&session.sid);
        notices
    }

    /// What a client is to be told about a user who signed in there.
    pub(super) fn notice_of(&self, issuer: &str, client: &str, user: &str) -> Option<Notice> {
        let mut grants = self.grants.iter().rev();
        let grant = grants.find(|grant| grant.client == client && grant.user.eq_ignore_ascii_case(user))?;
        self.notice(issuer, grant)
    }

    /// A notice with this text for a token.
    pub(super) fn notice_with(&self, client: &str, token: String) -> Option<Notice> {
        let client = self.client(client)?.clone();
        let uri = client.backchannel_logout_uri.clone()?;
        Some(Notice { client, uri, token, fault: None })
    }

    fn notice(&self, issuer: &str, grant: &Grant) -> Option<Notice> {
        let client = self.client(&grant.client)?.clone();
        let uri = client.backchannel_logout_uri.clone()?;
        let fault = self.fault(Some(&client.id));
        let token = logout_token(self, issuer, grant, &client, fault)?;
        Some(Notice { client, uri, token, fault })
    }
}

/// A logout token (OpenID Connect Back-Channel Logout 2.4), right or wrong.
fn logout_token(state: &State, issuer: &str, grant: &Grant, client: &Client, fault: Option<Fault>) -> Option<String> {
    let sub = state.users.iter().find(|user| user.name.eq_ignore_ascii_case(&grant.user))?.sub.clone();
    let now = state.now();
    let (mut header, mut seal) = id_token::header(state);
    header.insert("typ".to_owned(), json!("logout+jwt"));
    let mut claims = object(json!({
        "iss": issuer,
        "sub": sub,
        "aud": client.id,
        "iat": now,
        "exp": now + 120,
        "jti": random(16),
        "events": { EVENT: {} },
        "sid": grant.sid,
    }));
    let mut damage = Damage::None;
    let mut set = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    match fault {
        Some(Fault::LogoutAlgNone) => {
            header.insert("alg".to_owned(), json!("none"));
            seal = Seal::Nobody;
        }
        Some(Fault::LogoutWrongAlg) => {
            header.insert("alg".to_owned(), json!("HS256"));
            seal = Seal::Mac(&client.secret);
        }
        Some(Fault::LogoutBadSignature) => damage = Damage::Turned,
        Some(Fault::LogoutWithNonce) => drop(set("nonce", json!(random(16)))),
        Some(Fault::LogoutWrongAud) => drop(set("aud", json!("another-client"))),
        Some(Fault::LogoutWrongEvent) => drop(set("events", json!({ format!("{EVENT}-other"): {} }))),
        Some(Fault::LogoutWrongIss) => drop(set("iss", json!(format!("{issuer}/other")))),
        Some(Fault::LogoutExpired) => {
            set("iat", json!(now - 3720));
            set("exp", json!(now - 3600));
        }
        Some(Fault::LogoutWrongSub) => drop(set("sub", json!("subject-of-nobody"))),
        Some(Fault::LogoutWrongSid) => drop(set("sid", json!("sid-of-nobody"))),
        Some(Fault::LogoutNoEvent) => drop(claims.remove("events")),
        Some(Fault::LogoutMissingIat) => drop(claims.remove("iat")),
        Some(Fault::LogoutMissingJti) => drop(claims.remove("jti")),
        Some(Fault::LogoutNoSubjectNoSession) => {
            claims.remove("sub");
            claims.remove("sid");
        }
        Some(Fault::LogoutIsIdToken) => {
            header.insert("typ".to_owned(), json!("JWT"));
            claims.remove("events");
            claims.remove("jti");
            claims.insert("auth_time".to_owned(), json!(grant.auth_time));
            claims.extend(grant.nonce.clone().map(|nonce| ("nonce".to_owned(), json!(nonce))));
        }
        _ => {}
    }
    Some(state.keys.seal(&Value::Object(header).to_string(), &Value::Object(claims).to_string(), seal, damage))
}

/// Posts the tokens and gathers what came back.
pub(super) async fn deliver(notices: Vec<Notice>) -> Vec<LogoutAnswer> {
    let mut answers = Vec::new();
    for notice in notices {
        let mut answer = post(&notice).await;
        if notice.fault == Some(Fault::LogoutReplay) {
            let first = answer.status;
            answer = LogoutAnswer { first_status: Some(first), ..post(&notice).await };
        }
        answers.push(answer);
    }
    answers
}

async fn post(notice: &Notice) -> LogoutAnswer {
    let mut answer = LogoutAnswer {
        client: notice.client.id.clone(),
        token: notice.token.clone(),
        status: 0,
        first_status: None,
        cache_control: None,
        body: String::new(),
    };
    // The certificates of this world are made for the occasion, so nobody vouches for them.
    let mut client = reqwest::Client::builder()
        .tls_danger_accept_invalid_certs(true)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .timeout(PATIENCE);
    let host = Url::parse(&notice.uri).ok().and_then(|uri| uri.host_str().map(str::to_owned));
    if let (Some(host), Some(address)) = (host, notice.client.backchannel_address) {
        client = client.resolve(&host, address);
    }
    let Ok(client) = client.build() else { return answer };
    let form = [("logout_token", notice.token.as_str())];
    if let Ok(response) = client.post(&notice.uri).form(&form).send().await {
        answer.status = response.status().as_u16();
        let cache = response.headers().get(header::CACHE_CONTROL).and_then(|value| value.to_str().ok());
        answer.cache_control = cache.map(str::to_owned);
        answer.body = response.text().await.unwrap_or_default();
    }
    answer
}

/// Why the browser is sent nowhere.
const UNKNOWN: &str = "The address to go on to is not registered.";

/// A wish to sign out that passed.
struct Wish {
    hint: Option<Grant>,
    client: Option<String>,
    to: Option<Url>,
}

/// GET or POST of the end session endpoint (OpenID Connect RP-Initiated Logout 2).
pub(super) async fn end_session(world: &World, call: &Call) -> (Option<String>, Answer) {
    let wish = match wish(&world.state(), call) {
        Ok(wish) => wish,
        Err(sentence) => {
            return (None, answer::html(StatusCode::BAD_REQUEST, page::message("This cannot go on", sentence)));
        }
    };
    if wish.hint.is_none() && call.posted("confirm").is_none() {
        let action = format!("{}/logout", world.path);
        return (wish.client, answer::html(StatusCode::OK, page::confirm_sign_out(&action, &call.fields())));
    }
    let (notices, answer) = signed_out(world, call, &wish);
    deliver(notices).await;
    (wish.client, answer)
}

/// What is wished, or why it is not done.
fn wish(state: &State, call: &Call) -> Result<Wish, &'static str> {
    if call.has_duplicates() {
        return Err("A parameter came twice.");
    }
    let hint = match call.field("id_token_hint") {
        Some(token) => {
            let grant = state.id_tokens.get(token).ok_or("The ID token is not from here.")?;
            Some(state.grants[*grant].clone())
        }
        None => None,
    };
    let named = call.field("client_id").map(str::to_owned);
    let client = hint.as_ref().map(|grant| grant.client.clone()).or_else(|| named.clone());
    if named.is_some() && named != client {
        return Err("The ID token is another client's.");
    }
    let to = match call.field("post_logout_redirect_uri") {
        Some(to) => {
            let registered = client.as_deref().and_then(|client| state.client(client)).ok_or(UNKNOWN)?;
            let to = registered.post_logout_redirect_uris.iter().find(|uri| *uri == to).ok_or(UNKNOWN)?;
            Some(Url::parse(to).map_err(|_| UNKNOWN)?)
        }
        None => None,
    };
    Ok(Wish { hint, client, to })
}

/// Ends the session; what the clients are to be told, and where the browser goes.
fn signed_out(world: &World, call: &Call, wish: &Wish) -> (Vec<Notice>, Answer) {
    let mut state = world.state();
    // The hint says which session it is about; the cookie may be another's by now.
    let cookie = match &wish.hint {
        Some(grant) => state.sessions.iter().find(|(_, session)| session.sid == grant.sid).map(|(c, _)| c.clone()),
        None => call.cookie(&world.cookie()),
    };
    let notices = cookie.map(|cookie| state.end_session(&world.issuer, &cookie)).unwrap_or_default();
    let fault = state.fault(wish.client.as_deref());
    let mut answer = match wish.to.clone() {
        Some(to) => answer::redirect(StatusCode::SEE_OTHER, with_state(to, call.field("state"), fault).as_str()),
        None => answer::html(StatusCode::OK, page::message("You are signed out", "You can close this window.")),
    };
    let clear = format!("{}=; Path={}; Max-Age=0; HttpOnly; SameSite=Lax", world.cookie(), slashed(&world.path));
    answer.headers_mut().insert(header::SET_COOKIE, HeaderValue::from_str(&clear).expect("a cookie is ASCII"));
    (notices, answer)
}

fn with_state(mut to: Url, state: Option<&str>, fault: Option<Fault>) -> Url {
    let state = match fault {
        Some(Fault::SignOutOtherState) => Some(random(16)),
        Some(Fault::SignOutNoState) => None,
        _ => state.map(str::to_owned),
    };
    if let Some(state) = state {
        to.query_pairs_mut().append_pair("state", &state);
    }
    to
}
