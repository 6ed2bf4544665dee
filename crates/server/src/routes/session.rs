//! Signing in, asking who that is, signing out.

use crate::app::App;
use crate::body;
use crate::config::{Admits, KeyBinding, RememberCredentials};
use crate::dpop::{Expected, Thumbprint};
use crate::failure::Failure;
use crate::guard::{SignedIn, one};
use crate::session;
use crate::store::{Attempt, Bucket};
use api::{Call as _, ContactId, Me, ProblemCode, SignIn, SignInMethod};
use axum::Json;
use axum::body::Body;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, StatusCode};
use imis::{Credentials, ErrorKind, Operation, SignInError, UserName};
use secrecy::SecretString;
use sha2::{Digest as _, Sha256};
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// Longest user name and password taken, in bytes.
const USER_NAME_MAX_BYTES: usize = 256;
const PASSWORD_MAX_BYTES: usize = 1024;

/// `POST /api/session`.
pub(crate) async fn sign_in(
    State(app): State<App>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<api::SignedIn>, Failure> {
    let limits = &app.config.limits;
    let SignIn { site, user_name, password } = body::json(&headers, body, limits.json_max_bytes, limits).await?;
    let password = SecretString::from(password);
    let user_name = user_name.trim().to_owned();
    let (Some(settings), Some(client)) = (app.config.site(&site), app.clients.get(&site)) else {
        return Err(Failure::invalid("site"));
    };
    if settings.admits(SignInMethod::Credentials) == Admits::Nobody {
        return Err(Failure::new(ProblemCode::Forbidden));
    }
    check_shape(&user_name, &password)?;
    let ours = count(&app, address_bucket(&app, peer.ip(), &headers), limits.sign_ins_per_address, ProblemCode::Busy);
    ours.await?;
    // Proofs are remembered, so nobody brings more of them than tries.
    let bound_to = key_of(&app, &headers)?;
    let bucket = user_bucket(&site, &user_name);
    let number = count(&app, bucket, limits.sign_in_tries, ProblemCode::LockedOut).await?;

    let credentials = Credentials { user_name: UserName::new(&user_name), password };
    let signed_in = match client.sign_in(&credentials).await {
        Ok(signed_in) => signed_in,
        Err(error) => {
            if !counts(&error) {
                forget(&app, app.store.forget_attempt(bucket, number).await);
            }
            tracing::info!(site = site.0, reason = %error, "refused a sign-in");
            return Err(Failure::sign_in(&error));
        }
    };
    forget(&app, app.store.forget_attempts(bucket).await);
    let me = Me {
        site,
        user_name: signed_in.user.user_name.as_str().to_owned(),
        name: signed_in.user.name,
        contact: ContactId(signed_in.user.contact.as_str().to_owned()),
        method: SignInMethod::Credentials,
        administrator: signed_in.user.roles.iter().any(|role| role.eq_ignore_ascii_case("SysAdmin")),
        standing: api::Standing::Full,
        expires_ms: app.clock.now_ms().saturating_add(session::LIFE_MS),
        renew_from_ms: app.clock.now_ms().saturating_add(session::LIFE_MS),
        ends_ms: app.clock.now_ms().saturating_add(session::LIFE_MS),
    };
    let kept = (settings.remember == RememberCredentials::Sealed).then_some(&credentials.password);
    let key_bound = bound_to.is_some();
    let token = session::begin(&app, &me, kept, bound_to).await?;
    tracing::info!(site = me.site.0, key_bound, "began a session");
    Ok(Json(api::SignedIn { token, key_bound, me }))
}

/// `GET /api/session`.
pub(crate) async fn show(SignedIn(session): SignedIn) -> Json<Me> {
    Json(session.me)
}

/// `DELETE /api/session`.
pub(crate) async fn sign_out(
    State(app): State<App>,
    SignedIn(session): SignedIn,
) -> Result<Json<api::SignedOut>, Failure> {
    session.end(&app).await?;
    tracing::info!(site = session.me.site.0, "ended a session: signed out");
    Ok(Json(api::SignedOut::default()))
}

/// Whose key signed this sign-in, where keys are wanted.
fn key_of(app: &App, headers: &HeaderMap) -> Result<Option<Thumbprint>, Failure> {
    let refused = || Failure::invalid("dpop").with_status(StatusCode::UNAUTHORIZED);
    match (app.config.key_binding, headers.contains_key("dpop")) {
        (KeyBinding::Off, _) | (KeyBinding::Preferred, false) => Ok(None),
        (KeyBinding::Required, false) => Err(refused()),
        (KeyBinding::Required | KeyBinding::Preferred, true) => {
            let proof = one(headers, "dpop").ok_or_else(refused)?;
            let address = app.config.public_url.join(SignIn::PATH);
            let expected = Expected { method: "POST", address: &address, token: None, now_ms: app.clock.now_ms() };
            let checked = app.proofs.check(proof, expected);
            checked.map(Some).map_err(|error| {
                tracing::info!(reason = %error, "refused a key proof");
                refused()
            })
        }
    }
}

fn check_shape(user_name: &str, password: &SecretString) -> Result<(), Failure> {
    use secrecy::ExposeSecret as _;
    if user_name.is_empty() || user_name.len() > USER_NAME_MAX_BYTES || user_name.contains(char::is_control) {
        return Err(Failure::invalid("user_name"));
    }
    if password.expose_secret().is_empty() || password.expose_secret().len() > PASSWORD_MAX_BYTES {
        return Err(Failure::invalid("password"));
    }
    Ok(())
}

/// Whether a failed sign-in may have counted at iMIS, so that it counts here.
fn counts(error: &SignInError) -> bool {
    match error {
        SignInError::NoRemoteService | SignInError::NotStaff => false,
        // Whatever went wrong later, the password was right.
        SignInError::Upstream(error) if error.operation != Operation::SignIn => false,
        SignInError::Upstream(error) => {
            !matches!(error.kind, ErrorKind::Unreachable | ErrorKind::NotUnderstood | ErrorKind::Busy { .. })
        }
        _ => true,
    }
}

/// Counts an attempt before it is made: a store that cannot count refuses.
async fn count(app: &App, bucket: Bucket, most: u32, code: ProblemCode) -> Result<i64, Failure> {
    let now_ms = app.clock.now_ms();
    let window_ms = i64::try_from(app.config.limits.sign_in_window.as_millis()).unwrap_or(i64::MAX);
    let attempt = app.store.attempt(bucket, now_ms, now_ms.saturating_sub(window_ms), most).await;
    match attempt.map_err(|error| Failure::store(&error))? {
        Attempt::Allowed(number) => Ok(number),
        Attempt::Refused { oldest_ms } => {
            let left_ms = oldest_ms.saturating_add(window_ms).saturating_sub(now_ms);
            Err(Failure::wait(code, u32::try_from(left_ms / 1000 + 1).unwrap_or(u32::MAX)))
        }
    }
}

/// Taking back a count may fail: then the person waits a little longer than needed.
fn forget(_: &App, forgotten: Result<(), crate::store::StoreError>) {
    if let Err(error) = forgotten {
        tracing::warn!(error = crate::failure::chain(&error), "failed to forget a sign-in attempt");
    }
}

fn user_bucket(site: &api::SiteName, user_name: &str) -> Bucket {
    let name = alike(&session::user_key(user_name));
    Bucket(
        Sha256::new()
            .chain_update("user\0")
            .chain_update(&site.0)
            .chain_update([0])
            .chain_update(name)
            .finalize()
            .into(),
    )
}

/// One spelling for names that iMIS's database may take for the same: databases
/// seldom tell wide letters from others, or see what is invisible.
fn alike(name: &str) -> String {
    let seen = |letter: &char| !matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}');
    let narrow = |letter: char| match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter),
        letter => letter,
    };
    let name: String = name.chars().filter(seen).map(narrow).collect();
    name.to_uppercase().to_lowercase()
}

/// Where a request comes from: believed from a header only behind a trusted proxy.
fn address_bucket(app: &App, peer: IpAddr, headers: &HeaderMap) -> Bucket {
    let trusted = |address: &IpAddr| app.config.trusted_proxies.contains(&address.to_canonical());
    let mut address = peer;
    if trusted(&peer) {
        let hops = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
        let hops: Vec<&str> = hops.flat_map(|value| value.split(',')).map(str::trim).collect();
        // From the nearest backwards: the first that is no proxy of ours.
        for hop in hops.iter().rev() {
            let Ok(hop) = hop.parse() else { break };
            address = hop;
            if !trusted(&hop) {
                break;
            }
        }
    }
    // Whoever has one address of version 6 has all of its network of 64 bits.
    let address = match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        address @ IpAddr::V4(_) => address,
    };
    Bucket(Sha256::new().chain_update("address\0").chain_update(address.to_string()).finalize().into())
}
