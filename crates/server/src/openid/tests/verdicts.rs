//! Every fault of the stand-in provider, and what is made of it
//! (`security.md §1.2` to `§1.4`; A1 to A20, A24 to A48, A50, A52).

use super::table;
use super::world::{Prompt, World, is_about};
use crate::openid::{ErrorKind, OpenIdError, Provider};
use sim::openid::{Endpoint, Fault, Stage, Verdict};
use url::Url;

/// What came of one fault.
struct Outcome {
    verdict: Verdict,
    reason: String,
    sign_ins: usize,
}

impl Outcome {
    fn of<T>(result: Result<T, OpenIdError>, sign_ins: usize) -> Self {
        match result {
            Ok(_) => Self { verdict: Verdict::Accept, reason: String::new(), sign_ins },
            Err(error) => Self { verdict: Verdict::Refuse, reason: error.code().to_owned(), sign_ins },
        }
    }
}

/// Where the table's word is not ours, and why.
const fn exception(fault: Fault) -> Option<&'static str> {
    match fault {
        // How long ago a person signed in at their provider is the provider's to judge: no max_age is asked.
        Fault::AuthTimeOld => Some("no max_age is asked"),
        _ => None,
    }
}

/// What must stop an answer without end, rather than whatever it would come to.
const fn bound(fault: Fault) -> Option<&'static str> {
    match fault {
        Fault::TokenEndless | Fault::DiscoveryHuge | Fault::JwksHuge | Fault::UserInfoEndless | Fault::IdTokenHuge => {
            Some("too_large")
        }
        Fault::TokenSlow => Some("too_slow"),
        _ => None,
    }
}

/// Signs in twice, as far as it goes: some faults show only the second time.
async fn sign_in(world: &mut World, fault: Fault) -> Outcome {
    world.op.set_fault(Some(fault));
    for sign_ins in 1..=2 {
        match world.sign_in().await {
            Ok(identity) if identity.external_id.is_none() && identity.address().is_none() => {
                return Outcome { verdict: Verdict::Refuse, reason: "names nobody".to_owned(), sign_ins };
            }
            Ok(_) => {}
            refused => return Outcome::of(refused, sign_ins),
        }
    }
    Outcome { verdict: Verdict::Accept, reason: String::new(), sign_ins: 2 }
}

async fn log_out(world: &mut World, fault: Fault) -> Outcome {
    let identity = world.sign_in().await.unwrap();
    world.op.set_fault(Some(fault));
    let token = world.logout_token().await;
    let notice = world.provider.read_logout_token(&token).await;
    match notice {
        Ok(notice) if !is_about(&notice, &identity) => {
            Outcome { verdict: Verdict::Refuse, reason: "names no session (store)".to_owned(), sign_ins: 1 }
        }
        Ok(first) if fault == Fault::LogoutReplay => {
            // The caller keeps the ids until they could not come again; that one is the same is for it to see.
            let second = world.provider.read_logout_token(&token).await.unwrap();
            assert!(second.jti == first.jti && second.expires_ms == first.expires_ms);
            Outcome { verdict: Verdict::Refuse, reason: "jti seen before (store)".to_owned(), sign_ins: 1 }
        }
        result => Outcome::of(result, 1),
    }
}

async fn sign_out(world: &mut World, fault: Fault) -> Outcome {
    let identity = world.sign_in().await.unwrap();
    world.op.set_fault(Some(fault));
    let back = Url::parse("http://127.0.0.1:9/auth/main/signed-out").unwrap();
    let hint = secrecy::ExposeSecret::expose_secret(&identity.id_token);
    let url = world.provider.end_session(Some(hint), &back, "the-state").await.unwrap();
    let query = super::browser::Browser::new(&back).bring_home(&url, &[]).await;
    Outcome::of(Provider::signed_out(&query, "the-state"), 1)
}

#[tokio::test]
async fn every_fault_of_a_provider_meets_the_verdict_that_the_standards_want() {
    let heading = ["fault", "expected", "verdict", "our reason", "token", "userinfo", "keys", "traps"];
    let mut rows = vec![heading.map(str::to_owned).to_vec()];
    let mut wrong = Vec::new();
    for fault in Fault::all().iter().copied() {
        let mut world = World::new().await;
        let outcome = match fault.stage() {
            // No refresh token is asked for: see `renewal`.
            Stage::Refresh => continue,
            Stage::BackChannelLogout => log_out(&mut world, fault).await,
            Stage::SignOut => sign_out(&mut world, fault).await,
            _ => sign_in(&mut world, fault).await,
        };
        let calls = |endpoint| world.asked_at(endpoint);
        let (tokens, userinfo, keys) = (calls(Endpoint::Token), calls(Endpoint::UserInfo), calls(Endpoint::Keys));
        let traps = world.op.trap_hits();
        let expected = if exception(fault).is_some() { Verdict::Accept } else { fault.expected() };
        let reason = exception(fault).unwrap_or(&outcome.reason);
        let numbers = [tokens, userinfo, keys, traps].map(|number| number.to_string());
        let words = [fault.name(), word(fault.expected()), word(outcome.verdict), reason].map(str::to_owned);
        rows.push(words.into_iter().chain(numbers).collect());
        let accepted = if outcome.verdict == Verdict::Accept { outcome.sign_ins } else { outcome.sign_ins - 1 };
        let after_refusal = match fault.stage() {
            Stage::UserInfo | Stage::Identity | Stage::BackChannelLogout | Stage::SignOut => outcome.sign_ins,
            _ => accepted,
        };
        let is_right = outcome.verdict == expected
            && userinfo == after_refusal
            && tokens <= outcome.sign_ins
            && keys <= 3
            && bound(fault).is_none_or(|wanted| outcome.reason == wanted)
            && traps == 0;
        if !is_right {
            wrong.push(fault.name());
        }
    }
    table::print("What is made of each fault of an OpenID provider", &rows);
    assert!(wrong.is_empty(), "{wrong:?}");
}

const fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Accept => "accept",
        Verdict::Refuse => "refuse",
    }
}

#[tokio::test]
async fn a_code_is_used_once_and_the_secret_goes_as_the_standard_writes_it() {
    let mut world = World::new().await;
    let (query, asked) = world.bring_home(Prompt::Usual).await.unwrap();
    let identity = world.provider.finish(&query, &asked).await.unwrap();
    assert_eq!((identity.external_id.is_some(), identity.staff, identity.session.is_some()), (true, true, true));
    assert_eq!(world.provider.finish(&query, &asked).await.unwrap_err(), OpenIdError::CodeRefused);
    let asked_for = world.op.ledger().at(Endpoint::Authorization)[0].clone();
    assert_eq!(asked_for.field("code_challenge_method"), Some("S256"));
    assert_eq!(asked_for.field("scope"), Some("openid email profile"));
    assert_eq!(asked_for.field("login_hint"), Some("staff1@association.example"));
    let exchanged = world.op.ledger().at(Endpoint::Token)[0].clone();
    assert!(exchanged.authorization.unwrap().starts_with("Basic "));
    assert!(!exchanged.fields.iter().any(|(name, _)| name == "client_secret"));
}

#[tokio::test]
async fn an_answer_of_one_sign_in_is_nothing_to_another() {
    let mut world = World::new().await;
    let (query, asked) = world.bring_home(Prompt::Usual).await.unwrap();
    let (other_query, other) = world.bring_home(Prompt::Usual).await.unwrap();
    assert_ne!(asked.state, other.state);
    assert_eq!(world.provider.finish(&query, &other).await.unwrap_err(), OpenIdError::StateMismatch);
    // Even with the state swapped in, the code does not fit the verifier.
    let swapped = query.replace(&asked.state, &other.state);
    assert_eq!(world.provider.finish(&swapped, &other).await.unwrap_err(), OpenIdError::CodeRefused);
    world.provider.finish(&other_query, &other).await.unwrap();
    assert_eq!(world.asked_at(Endpoint::UserInfo), 1);
}

/// A21 to A23: no refresh token is asked for; a session goes on by passing the provider again.
mod renewal {
    use super::*;

    #[tokio::test]
    async fn who_passes_the_provider_again_unasked_is_the_same_person() {
        let mut world = World::new().await;
        let former = world.sign_in().await.unwrap();
        let (query, asked) = world.bring_home(Prompt::Nothing).await.unwrap();
        let again = world.provider.finish(&query, &asked).await.unwrap();
        assert_eq!((again.issuer, again.subject), (former.issuer, former.subject));
        let seen = world.op.ledger().seen();
        assert_eq!(world.asked_at(Endpoint::SignIn), 1);
        assert!(!seen.iter().any(|seen| seen.field("grant_type") == Some("refresh_token")));
        assert!(!seen.iter().any(|seen| seen.field("scope").is_some_and(|scope| scope.contains("offline"))));
    }

    #[tokio::test]
    async fn another_issuer_is_refused_and_another_subject_is_another_person() {
        let mut world = World::new().await;
        let former = world.sign_in().await.unwrap();
        world.op.set_fault(Some(Fault::InvalidIss));
        let (query, asked) = world.bring_home(Prompt::Nothing).await.unwrap();
        assert_eq!(world.provider.finish(&query, &asked).await.unwrap_err(), OpenIdError::IssuerMismatch);
        world.op.set_fault(None);
        let mut users = sim::openid::User::of_the_story();
        let user = users.iter_mut().find(|user| user.name == "STAFF1").unwrap();
        user.sub = "subject-of-somebody-new".to_owned();
        world.op.put_user(user.clone());
        let (query, asked) = world.bring_home(Prompt::Nothing).await.unwrap();
        let again = world.provider.finish(&query, &asked).await.unwrap();
        // Somebody else by the only name that counts, whatever else is the same.
        assert_eq!(again.email, former.email);
        assert_ne!(again.subject, former.subject);
    }

    #[tokio::test]
    async fn who_is_no_longer_signed_in_there_must_be_asked() {
        let mut world = World::new().await;
        world.sign_in().await.unwrap();
        world.op.disable_user("STAFF1");
        let (query, asked) = world.bring_home(Prompt::Nothing).await.unwrap();
        let error = world.provider.finish(&query, &asked).await.unwrap_err();
        assert_eq!((error, error.kind()), (OpenIdError::InteractionNeeded, ErrorKind::PersonNeeded));
        assert_eq!(world.asked_at(Endpoint::Token), 1);
    }
}
