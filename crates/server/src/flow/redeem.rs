//! `POST /api/auth/redeem`: the pane ends the sign-in it began. What fits in
//! every respect is taken from the store by exactly one, iMIS is asked once more
//! who that is, and a new session begins.

use super::begin::uncount;
use super::let_go::let_go;
use super::row::{self, Held};
use super::secret::{Code, FlowKey};
use super::signed_by;
use super::state::{Flow, Identified, Offer, Person, Refusal};
use crate::app::App;
use crate::audit::{self, Entry, Event};
use crate::client_label;
use crate::config::Admits;
use crate::dpop::Thumbprint;
use crate::failure::Failure;
use crate::session::{self, AtProvider, Beginning, KeptRenewal};
use api::{Call as _, ProblemCode, Redeem, SignedIn};
use axum::http::HeaderMap;
use imis::{Renewal, UserName};
use secrecy::SecretString;

/// How often a row that changes meanwhile is read again before giving up.
const TRIES: usize = 8;
/// Longest verifier looked at.
const VERIFIER_MAX_BYTES: usize = 128;

/// Ends a sign-in with a session.
pub(crate) async fn redeem(app: &App, headers: &HeaderMap, ask: Redeem) -> Result<SignedIn, Failure> {
    let over = || Failure::new(ProblemCode::SignInOver);
    let key = FlowKey::parse(&ask.flow.0).ok_or_else(over)?;
    let code = Code::parse(&ask.code).ok_or_else(|| Failure::new(ProblemCode::WrongCode))?;
    if ask.verifier.len() > VERIFIER_MAX_BYTES {
        return Err(Failure::invalid("verifier"));
    }
    let store = |error: &_| Failure::store(error);
    let mut held = row::find::<Flow>(app, key.clone()).await.map_err(|error| store(&error))?.ok_or_else(over)?;
    // Without codes no try is counted, so nothing is remembered or written down either.
    if !held.it.has_codes() {
        return Err(over());
    }
    let signer = match &held.it.thumbprint {
        Some(owner) => signed_by(app, headers, Redeem::PATH, Thumbprint(owner.clone()))?,
        None => None,
    };
    for _ in 0..TRIES {
        let offer =
            Offer { code: &code, verifier: &ask.verifier, thumbprint: signer.as_ref().map(|signer| signer.0.as_str()) };
        match held.it.redeem(&held.key, &offer, app.clock.now_ms()) {
            Ok(person) => {
                if !held.take(app).await.map_err(|error| store(&error))? {
                    // Either another has redeemed it, or a wrong try was counted meanwhile.
                    held = again(app, &key).await?;
                    continue;
                }
                let begun = begin(app, headers, &ask, &held.it, &person).await;
                match &begun {
                    Ok(_) => uncount(app, &held.it).await,
                    Err(_) => let_go(app, &held.it.site, &UserName::new(&person.user_name)).await,
                }
                return begun;
            }
            Err(refusal) => {
                if count(app, &mut held, refusal).await? {
                    return Err(refused(app, &held.it, refusal).await);
                }
                held = again(app, &key).await?;
            }
        }
    }
    Err(Failure::wait(ProblemCode::Busy, 1))
}

async fn again(app: &App, key: &FlowKey) -> Result<Held<Flow>, Failure> {
    let held = row::find::<Flow>(app, key.clone()).await.map_err(|error| Failure::store(&error))?;
    held.ok_or_else(|| Failure::new(ProblemCode::SignInOver))
}

/// Writes a wrong try down; `false` when the row changed meanwhile.
async fn count(app: &App, held: &mut Held<Flow>, refusal: Refusal) -> Result<bool, Failure> {
    let counted = match refusal {
        Refusal::WrongCode | Refusal::WrongPane => held.keep(app).await,
        Refusal::Over if held.it.has_codes() => held.take(app).await,
        Refusal::Over => Ok(true),
    };
    counted.map_err(|error| Failure::store(&error))
}

async fn refused(app: &App, flow: &Flow, refusal: Refusal) -> Failure {
    let (code, reason) = match refusal {
        Refusal::WrongCode => (ProblemCode::WrongCode, "wrong_code"),
        Refusal::WrongPane => (ProblemCode::SignInRefused, "wrong_pane"),
        Refusal::Over => (ProblemCode::SignInOver, "too_late_or_too_often"),
    };
    if let (Refusal::Over, Some(user_name)) = (refusal, flow.user_name()) {
        let_go(app, &flow.site, &UserName::new(user_name)).await;
    }
    note(app, flow, reason).await;
    Failure::new(code)
}

async fn note(app: &App, flow: &Flow, reason: &'static str) {
    audit::note(app, Entry::new(Event::FlowRefused { method: flow.method, reason }).site(&flow.site)).await;
}

/// The row is gone; whoever it was for comes in now or not at all.
async fn begin(
    app: &App,
    headers: &HeaderMap,
    ask: &Redeem,
    flow: &Flow,
    person: &Person,
) -> Result<SignedIn, Failure> {
    let over = || Failure::new(ProblemCode::SignInOver);
    let (Some(site), Some(client)) = (app.config.site(&flow.site), app.clients.get(&flow.site)) else {
        return Err(over());
    };
    let acting = client.acting_as(UserName::new(&person.user_name), Renewal::Nothing);
    let user = match acting.whoami().await {
        Ok(user) => user,
        Err(error) => {
            note(app, flow, "refused_by_imis").await;
            let failure = Failure::imis(&error);
            return Err(if failure.problem.code == ProblemCode::SignedOut { disabled(&error) } else { failure });
        }
    };
    let may = match site.admits(flow.method) {
        Admits::Everybody => true,
        Admits::Administrators => user.is_administrator(),
        Admits::Nobody => false,
    };
    if !may {
        note(app, flow, "administrators_only").await;
        return Err(Failure::new(ProblemCode::AdministratorsOnly));
    }
    let renewal = match &person.refresh_token {
        Some(token) => KeptRenewal::RefreshToken(SecretString::from(token.clone())),
        None => KeptRenewal::Nothing,
    };
    let bound_to = flow.thumbprint.clone().map(Thumbprint);
    let beginning = Beginning {
        me: session::me(flow.site.clone(), &user, flow.method),
        renewal,
        bound_to: bound_to.clone(),
        revocations_seen: flow.revocations_seen,
        provider: person.identified.as_ref().map(at_provider),
        client: client_label::of(headers),
        standing: person.standing,
    };
    let signed_in = session::begin(app, beginning).await?;
    // Only now: with a person's last session goes their token at iMIS, also the one just got.
    if let Some(former) = &ask.former
        && let Err(failure) = session::replace(app, former, bound_to.as_ref()).await
    {
        // It ends by itself; the new one is the person's all the same.
        tracing::warn!(code = ?failure.problem.code, "failed to end the session that a new one takes the place of");
    }
    Ok(signed_in)
}

/// Between the hand-over and now the person was disabled, or iMIS's tokens were purged.
fn disabled(error: &imis::Error) -> Failure {
    match error.kind {
        imis::ErrorKind::Disabled => Failure::new(ProblemCode::AccountDisabled),
        _ => Failure::new(ProblemCode::SignInOver),
    }
}

fn at_provider(identified: &Identified) -> AtProvider {
    AtProvider {
        subject: identified.subject,
        session: identified.session,
        id_token: identified.id_token.clone().map(SecretString::from),
    }
}
