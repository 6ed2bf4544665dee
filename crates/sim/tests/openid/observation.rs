//! Everything a relying party gets to see of the provider on one whole way, from discovery to signing out.
//!
//! Invariant: what differs from run to run by chance is replaced by what it is; all else stays as it came.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use axum::{Form, Router, extract::State, http::StatusCode, routing::post};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use jsonwebtoken::{Algorithm, DecodingKey};
use reqwest::{Response, header};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use sim::openid::{Fault, Running, Settings};
use url::Url;

use super::relying_party::{NONCE, PASSWORD, Party, SIGNED_OUT, STATE, client, field, opened};

/// Longer than any right answer.
const LONG: usize = 64 * 1024;
/// How late a late answer is.
const LATE: Duration = Duration::from_secs(2);

/// Paths to values.
pub(crate) type Observed = BTreeMap<String, String>;

type Posted = Arc<Mutex<Vec<String>>>;

/// A client's back-channel logout URI, and what was posted there.
pub(crate) async fn listener() -> (String, Posted) {
    async fn heard(State(posted): State<Posted>, Form(form): Form<BTreeMap<String, String>>) -> StatusCode {
        posted.lock().unwrap().push(form["logout_token"].clone());
        StatusCode::OK
    }
    let posted = Posted::default();
    let router = Router::new().route("/logout", post(heard)).with_state(Arc::clone(&posted));
    let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let uri = format!("http://{}/logout", socket.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(socket, router).await });
    (uri, posted)
}

/// Goes the whole way with this fault.
pub(crate) async fn observed(fault: Option<Fault>) -> Observed {
    let op = sim::openid::start(Settings { slow: LATE, ..Settings::default() }).await.unwrap();
    let (uri, posted) = listener().await;
    op.register_client(client().backchannel(&uri));
    op.set_fault(fault);
    let mut seen = Map::new();
    way(&Party::of(&op), &posted, &mut seen).await;
    seen.insert("trapped".into(), json!(op.trap_hits()));
    let mut flat = Observed::new();
    flatten("", &Normal::of(&op).value(Value::Object(seen)), &mut flat);
    flat
}

/// As far as it goes.
async fn way(party: &Party<'_>, posted: &Posted, seen: &mut Map<String, Value>) -> Option<()> {
    let discovery = summary(party.http.get(party.op.discovery_url()).send().await.unwrap()).await;
    seen.insert("discovery".into(), discovery.clone());
    let endpoint = |name: &str| discovery["body"][name].as_str();
    let keys = summary(party.http.get(endpoint("jwks_uri").filter(|url| near(url))?).send().await.unwrap()).await;
    seen.insert("keys".into(), named(keys));

    let page = party.authorize(&[]).await;
    let back = party.type_in(page, "STAFF1", PASSWORD).await;
    let to = Url::parse(back.headers()[header::LOCATION].to_str().unwrap()).unwrap();
    let fields: Vec<(String, String)> = to.query_pairs().into_owned().collect();
    seen.insert("callback".into(), gathered(&fields));
    let code = field(&fields, "code")?.to_owned();

    endpoint("token_endpoint").filter(|url| near(url))?;
    let start = Instant::now();
    let mut token = summary(party.redeem(&code).await).await;
    token["late"] = json!(start.elapsed() >= LATE);
    let access = token["body"]["access_token"].as_str().unwrap_or_default().to_owned();
    let first = token["body"].as_object_mut().and_then(|body| body.remove("id_token"));
    let refresh = token["body"]["refresh_token"].as_str().map(str::to_owned);
    seen.insert("token".into(), token);
    seen.insert("id".into(), self::token(party, first.clone(), &access).await);

    if !access.is_empty() {
        let mut person = summary(party.userinfo(&access).await).await;
        if let Some([header, claims]) = person["body"].as_str().and_then(opened) {
            person["body"] = claims.into();
            person["header"] = header.into();
        }
        seen.insert("userinfo".into(), person);
    }
    let mut again = summary(party.refresh(&refresh?).await).await;
    let access = again["body"]["access_token"].as_str().unwrap_or_default().to_owned();
    let second = again["body"].as_object_mut().and_then(|body| body.remove("id_token"));
    seen.insert("refresh".into(), json!({ "status": again["status"], "body": again["body"] }));
    seen.insert("refreshed".into(), self::token(party, second, &access).await);

    let told = party.op.send_logout_token("server", "STAFF1").await.unwrap();
    let mut logout = self::token(party, Some(told.token.into()), "").await;
    logout["times"] = json!(posted.lock().unwrap().len());
    seen.insert("logout".into(), logout);

    let hint = first?.as_str()?.to_owned();
    let query = [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", SIGNED_OUT), ("state", STATE)];
    // The longest of the tokens does not fit into an address.
    let request = party.http.post(endpoint("end_session_endpoint")?).form(&query);
    let out = party.browse(request).await;
    let to = out.headers().get(header::LOCATION).and_then(|to| Url::parse(to.to_str().ok()?).ok());
    let fields: Vec<_> = to.map(|to| to.query_pairs().into_owned().collect()).unwrap_or_default();
    seen.insert("signed_out".into(), gathered(&fields));
    Some(())
}

/// A key set by the names and types of its keys; that they are whole is seen by the signatures.
fn named(mut summary: Value) -> Value {
    if let Some(keys) = summary["body"]["keys"].as_array() {
        let of_key = |key: &Value| {
            let word = |name: &str| key[name].as_str().unwrap_or("-").to_owned();
            format!("{} {}", word("kty"), kid(&word("kid")))
        };
        summary["body"] = keys.iter().map(of_key).collect::<Vec<_>>().join(", ").into();
    }
    summary
}

/// The name of a key without what is by chance in it.
fn kid(name: &str) -> String {
    let words = if name.starts_with("rsa-") || name.starts_with("ec-") { 2 } else { 1 };
    name.split('-').take(words).collect::<Vec<_>>().join("-")
}

/// Whether an address is on this machine.
fn near(url: &str) -> bool {
    !url.contains("elsewhere.test")
}

/// Fields by name; those that come twice with a comma between.
fn gathered(fields: &[(String, String)]) -> Value {
    let mut map = Map::new();
    for (name, value) in fields {
        let value = match map.get(name).and_then(Value::as_str) {
            Some(former) => format!("{former},{value}"),
            None => value.clone(),
        };
        map.insert(name.clone(), value.into());
    }
    Value::Object(map)
}

async fn summary(mut response: Response) -> Value {
    let status = response.status().as_u16();
    let header =
        |name: header::HeaderName| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    let (kind, to) = (header(header::CONTENT_TYPE), header(header::LOCATION));
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.unwrap() {
        body.extend_from_slice(&chunk);
        if body.len() > 2 * 1024 * 1024 {
            break;
        }
    }
    let text = String::from_utf8_lossy(&body).into_owned();
    let body: Value = serde_json::from_slice(&body).unwrap_or_else(|_| {
        json!(match text {
            _ if text.len() > LONG => "endless".to_owned(),
            _ if text.starts_with("<!doctype") => "a page".to_owned(),
            _ if text.starts_with('{') => "broken".to_owned(),
            other => other,
        })
    });
    let body = match body["error"].as_str() {
        Some(error) => json!(format!("error {error}")),
        None => body,
    };
    let mut summary = json!({ "status": status, "type": kind, "body": body });
    if let Some(to) = to {
        summary["to"] = to.into();
    }
    summary
}

/// What can be seen of a token.
async fn token(party: &Party<'_>, token: Option<Value>, access: &str) -> Value {
    let Some(Value::String(token)) = token else { return json!("none") };
    let Some([header, mut claims]) = opened(&token) else {
        return json!(if token.contains('.') { "unreadable" } else { "no token" });
    };
    if let Some(hash) = claims.get("at_hash") {
        let right = json!(URL_SAFE_NO_PAD.encode(&Sha256::digest(access)[..16]));
        let hash = if *hash == right { "right" } else { "wrong" };
        claims.insert("at_hash".into(), hash.into());
    }
    json!({ "header": header, "claims": claims, "signature": signature(party, &token).await })
}

/// Whose signature it is.
async fn signature(party: &Party<'_>, token: &str) -> &'static str {
    let keys = party.endpoint("jwks_uri").await;
    let keys: Value = party.http.get(keys).send().await.unwrap().json().await.unwrap_or_default();
    let published = keys["keys"].as_array().cloned().unwrap_or_default();
    let pieces: Vec<&str> = token.split('.').collect();
    let [head, claims, signature] = pieces[..] else { return "none" };
    if signature.is_empty() {
        return "none";
    }
    let message = format!("{head}.{claims}");
    let fits = |key: &DecodingKey, algorithm| {
        jsonwebtoken::crypto::verify(signature, message.as_bytes(), key, algorithm).unwrap_or(false)
    };
    let secret = DecodingKey::from_secret(party.client.secret.as_bytes());
    if fits(&secret, Algorithm::HS256) {
        return "mac of client secret";
    }
    let of_jwk = |jwk: &Value| DecodingKey::from_jwk(&serde_json::from_value(jwk.clone()).ok()?).ok();
    for jwk in &published {
        let Some(key) = of_jwk(jwk) else { continue };
        let (algorithm, name) =
            if jwk["kty"] == "RSA" { (Algorithm::RS256, "published RSA") } else { (Algorithm::ES256, "published EC") };
        if fits(&key, algorithm) {
            return name;
        }
        if jwk["kty"] == "RSA" && fits(&DecodingKey::from_secret(pem(jwk).as_bytes()), Algorithm::HS256) {
            return "mac of published key";
        }
    }
    match of_jwk(&strange_jwk(party).await) {
        Some(key) if fits(&key, Algorithm::RS256) => "strange RSA",
        _ if published.is_empty() => "unknown",
        _ => "damaged",
    }
}

/// The forger's key, which all providers of a process share; this one's ledger is not to count the question.
async fn strange_jwk(party: &Party<'_>) -> Value {
    let other = sim::openid::start(Settings::default()).await.unwrap();
    let trap = format!("{}/trap/keys", other.issuer());
    let set: Value = party.http.get(trap).send().await.unwrap().json().await.unwrap();
    set["keys"][0].clone()
}

/// An RSA key of 2048 bits in PEM: a head that is the same for all, the modulus, and 65537.
fn pem(jwk: &Value) -> String {
    let mut rest = URL_SAFE_NO_PAD.decode(jwk["n"].as_str().unwrap()).unwrap();
    rest.extend([2, 3, 1, 0, 1]);
    let text = format!("MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA{}", STANDARD.encode(rest));
    let lines: Vec<String> =
        text.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line).into_owned()).collect();
    format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join("\n"))
}

/// Replaces what is by chance.
struct Normal {
    issuer: String,
    port: String,
    now: f64,
}

impl Normal {
    fn of(op: &Running) -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64();
        Self { issuer: op.issuer(), port: format!(":{}", op.address().port()), now }
    }

    fn value(&self, value: Value) -> Value {
        match value {
            Value::Object(map) => {
                map.into_iter().map(|(name, value)| (name.clone(), self.member(&name, value))).collect()
            }
            Value::Array(list) => list.into_iter().map(|value| self.value(value)).collect(),
            Value::String(text) => self.text(&text).into(),
            other => other,
        }
    }

    fn member(&self, name: &str, value: Value) -> Value {
        match (name, &value) {
            ("iat" | "exp" | "nbf" | "auth_time", Value::Number(at)) => self.time(at.as_f64().unwrap()).into(),
            ("n" | "x" | "y" | "jti" | "sid", Value::String(text)) if text != "sid-of-nobody" => json!("some"),
            ("kid", Value::String(name)) => kid(name).into(),
            ("exp", Value::String(_)) => json!("a text"),
            ("nonce" | "state", Value::String(text)) if text != NONCE && !text.contains(STATE) => json!("other"),
            ("access_token" | "JWT", Value::String(_)) => json!("some"),
            ("jwks_uri", Value::String(uri)) if uri.contains("/jwks/") => json!("ISSUER/jwks/some"),
            _ => self.value(value),
        }
    }

    /// A time by its distance from now; a test takes less than the half of a minute.
    #[expect(clippy::cast_possible_truncation, reason = "times beyond an i64 are not near now")]
    fn time(&self, at: f64) -> String {
        let distance = at - self.now;
        if distance.abs() > 1e8 {
            return if at > 1e15 { format!("{at:e}") } else { at.to_string() };
        }
        let fraction = if at.fract() == 0.0 { "" } else { " and a fraction" };
        format!("now {:+} min{fraction}", (distance / 60.0).round() as i64)
    }

    fn text(&self, text: &str) -> String {
        if text.len() > 200 {
            return "long".into();
        }
        let text = text.replace(&self.issuer, "ISSUER").replace(&self.port, ":PORT");
        match text.split_once("CANARY-") {
            Some(("", secret)) => format!("{} {}", &secret[..2], secret.matches("CANARY-").count() + 1),
            _ => text,
        }
    }
}

fn flatten(path: &str, value: &Value, flat: &mut Observed) {
    let at = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") };
    match value {
        Value::Object(map) if !map.is_empty() => map.iter().for_each(|(name, value)| flatten(&at(name), value, flat)),
        Value::Array(list) if !list.is_empty() => {
            list.iter().enumerate().for_each(|(index, value)| flatten(&at(&index.to_string()), value, flat));
        }
        Value::String(text) => drop(flat.insert(path.to_owned(), text.clone())),
        other => drop(flat.insert(path.to_owned(), other.to_string())),
    }
}
