//! Signing in, asking who that is, signing out.

use crate::app::App;
use crate::audit::{self, Entry, Event};
use crate::config::{Admits, KeyBinding, RememberCredentials};
use crate::dpop::{Expected, Thumbprint};
use crate::failure::Failure;
use crate::guard::{Present, one};
use crate::session::{self, Beginning, KeptRenewal};
use crate::store::{Attempt, Bucket};
use crate::{body, client_label, flow, request};
use api::{Call as _, Me, ProblemCode, SignIn, SignInMethod, Standing};
use axum::Json;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use imis::{Credentials, ErrorKind, Operation, SignInError, UserName};
use secrecy::SecretString;
use sha2::{Digest as _, Sha256};
use std::time::Duration;

/// Longest user name and password taken, in bytes.
const USER_NAME_MAX_BYTES: usize = 256;
const PASSWORD_MAX_BYTES: usize = 1024;

/// `POST /api/session`.
///
/// Whatever comes of it takes the same time, and nobody learns from the answer
/// whether a name exists, is locked or disabled (`security.md §5.2`).
pub(crate) async fn sign_in(
    State(app): State<App>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<api::SignedIn>, Failure> {
    let begun = tokio::time::Instant::now();
    let limits = &app.config.limits;
    let asked: SignIn = body::json(&headers, body, limits.json_max_bytes, limits).await?;
    let answer = enter(&app, &headers, asked).await;
    if answer.is_err() {
        even_out(begun, limits.sign_in_floor).await;
    }
    answer.map(Json)
}

/// Waits until the next full step of time since then: how long iMIS took shows nothing.
async fn even_out(begun: tokio::time::Instant, step: Duration) {
    let step_ms = step.as_millis().max(1);
    let steps = begun.elapsed().as_millis() / step_ms + 1;
    let until = u64::try_from(steps * step_ms).map_or(step, Duration::from_millis);
    tokio::time::sleep_until(begun + until).await;
}

async fn enter(app: &App, headers: &HeaderMap, asked: SignIn) -> Result<api::SignedIn, Failure> {
    let SignIn { site, user_name, password } = asked;
    let password = SecretString::from(password);
    let user_name = user_name.trim().to_owned();
    let (Some(settings), Some(client)) = (app.config.site(&site), app.clients.get(&site)) else {
        return Err(Failure::invalid("site"));
    };
    let admits = settings.admits(SignInMethod::Credentials);
    if admits == Admits::Nobody {
        return Err(Failure::new(ProblemCode::Forbidden));
    }
    check_shape(&user_name, &password)?;
    let (counted, bound_to) = count_try(app, headers, &site, &user_name).await?;
    let entry = |event| Entry::new(event).user(&site, &user_name);
    // Whoever is signed out from here on is not let in.
    let revocations_seen = app.store.latest_revocation().await.map_err(|error| Failure::store(&error))?;
    let credentials = Credentials { user_name: UserName::new(&user_name), password };
    let signed_in = match client.sign_in(&credentials).await {
        Ok(signed_in) => signed_in,
        Err(error) => {
            if !counts(&error) {
                counted.take_back(app).await;
            }
            tracing::info!(site = site.0, reason = %error, "refused a sign-in");
            let refused = Event::FlowRefused { method: SignInMethod::Credentials, reason: reason(&error) };
            audit::note(app, entry(refused)).await;
            return Err(uniform(Failure::sign_in(&error)));
        }
    };
    counted.succeeded(app).await;
    let me = session::me(site.clone(), &signed_in.user, SignInMethod::Credentials);
    if admits == Admits::Administrators && !me.administrator {
        flow::let_go(app, &site, &signed_in.user.user_name).await;
        let refused = Event::FlowRefused { method: SignInMethod::Credentials, reason: "administrators_only" };
        audit::note(app, entry(refused)).await;
        return Err(Failure::new(ProblemCode::AdministratorsOnly));
    }
    let renewal = match settings.remember {
        RememberCredentials::Sealed => KeptRenewal::Password(credentials.password),
        RememberCredentials::Forgotten => KeptRenewal::Nothing,
    };
    let beginning = Beginning {
        me,
        renewal,
        bound_to,
        revocations_seen,
        provider: None,
        client: client_label::of(headers),
        standing: Standing::Full,
    };
    session::begin(app, beginning).await
}

/// What a try was counted under, and as which number there.
struct Counted {
    user: (Bucket, i64),
    address: (Bucket, i64),
    site: (Bucket, i64),
}

impl Counted {
    /// It was no try: nobody looked at the password.
    async fn take_back(self, app: &App) {
        for (bucket, number) in [self.user, self.address, self.site] {
            forget(app.store.forget_attempt(bucket, number).await);
        }
    }

    /// The password was right, so the wrong ones before it are forgotten.
    async fn succeeded(self, app: &App) {
        forget(app.store.forget_attempts(self.user.0).await);
        // An office behind one address is many people: only failures count.
        for (bucket, number) in [self.address, self.site] {
            forget(app.store.forget_attempt(bucket, number).await);
        }
    }
}

/// Counts a try everywhere it may be one too many; answers whose key signed it, too.
async fn count_try(
    app: &App,
    headers: &HeaderMap,
    site: &api::SiteName,
    user_name: &str,
) -> Result<(Counted, Option<Thumbprint>), Failure> {
    let limits = &app.config.limits;
    let address = address_bucket();
    let from_here = count(app, address, limits.sign_ins_per_address, ProblemCode::Busy).await?;
    // Proofs are remembered, so nobody brings more of them than tries.
    let bound_to = key_of(app, headers)?;
    let whole_site = bucket("site", site, "");
    let at_site = count(app, whole_site, limits.sign_ins_per_site, ProblemCode::Busy).await?;
    let user = bucket("user", site, &alike(&session::user_key(user_name)));
    let number = match count(app, user, limits.sign_in_tries, ProblemCode::LockedOut).await {
        Ok(number) => number,
        Err(failure) => {
            if failure.problem.code == ProblemCode::LockedOut {
                audit::note(app, Entry::new(Event::LockedOut).user(site, user_name)).await;
            }
            return Err(failure);
        }
    };
    let counted = Counted { user: (user, number), address: (address, from_here), site: (whole_site, at_site) };
    Ok((counted, bound_to))
}

/// `GET /api/session`.
pub(crate) async fn show(Present(session): Present) -> Json<Me> {
    Json(session.me)
}

/// `POST /api/session/renew`.
pub(crate) async fn renew(State(app): State<App>, request: Request) -> Result<Json<api::SignedIn>, Failure> {
    let (parts, _) = request.into_parts();
    session::renew(&app, parts.method.as_str(), parts.uri.path(), &parts.headers).await.map(Json)
}

/// `POST /api/session/confirm`.
pub(crate) async fn confirm(State(app): State<App>, Present(session): Present) -> Result<Json<Me>, Failure> {
    session::confirm(&app, &session).await.map(Json)
}

/// `DELETE /api/session`.
pub(crate) async fn sign_out(
    State(app): State<App>,
    Present(session): Present,
) -> Result<Json<api::SignedOut>, Failure> {
    session.end(&app, "by_the_person").await?;
    Ok(Json(api::SignedOut { continue_at: flow::logout_link(&app, &session).await }))
}

/// Why iMIS let nobody in, for the audit log alone.
const fn reason(error: &SignInError) -> &'static str {
    match error {
        SignInError::WrongCredentials { .. } => "wrong_credentials",
        SignInError::Locked { .. } => "locked",
        SignInError::Disabled { .. } => "disabled",
        SignInError::NoRemoteService => "no_remote_service",
        SignInError::NotStaff => "not_staff",
        SignInError::ApplicationRefused => "application_refused",
        SignInError::HandOverRefused { .. } => "hand_over_refused",
        SignInError::Upstream(_) => "imis_in_trouble",
    }
}

/// What tells apart names that exist from others is for the audit log, not for guessers.
fn uniform(failure: Failure) -> Failure {
    match failure.problem.code {
        ProblemCode::AccountDisabled => Failure::new(ProblemCode::WrongCredentials),
        _ => failure,
    }
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
            checked.map(Some).map_err(|error| error.failure(refused))
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
            // A clock that was set back must not lock anybody out for longer.
            let left_ms = oldest_ms.saturating_add(window_ms).saturating_sub(now_ms).min(window_ms);
            Err(Failure::wait(code, u32::try_from(left_ms / 1000 + 1).unwrap_or(u32::MAX)))
        }
    }
}

/// Taking back a count may fail: then the person waits a little longer than needed.
fn forget(forgotten: Result<(), crate::store::StoreError>) {
    if let Err(error) = forgotten {
        tracing::warn!(error = crate::failure::chain(&error), "failed to forget a sign-in attempt");
    }
}

fn bucket(kind: &str, site: &api::SiteName, name: &str) -> Bucket {
    let parts = [kind, &site.0].into_iter();
    let hash = parts.fold(Sha256::new(), |hash, part| hash.chain_update(part).chain_update([0]));
    Bucket(hash.chain_update(name).finalize().into())
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

/// Where the request at hand comes from.
pub(crate) fn address_bucket() -> Bucket {
    let address = request::current().and_then(|request| request.address).map(request::network);
    let address = address.map(|address| address.to_string()).unwrap_or_default();
    Bucket(Sha256::new().chain_update("address\0").chain_update(address).finalize().into())
}
