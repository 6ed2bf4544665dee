//! A token is renewed, and what becomes of the one before it.

use crate::dialog;
use crate::key_binding::{BrowserKey, bound};
use crate::world::{PASSWORD, STAFF, World, answer, code, sign_in};
use api::{Call as _, GetMe, GetSaveTargets, Me, Problem, ProblemCode, RenewSession, SignedIn};
use secrecy::SecretString;
use server::config::{Credentials, Key, Keyring, OpenIdConnect, OpenIdMode, ProviderType, RememberCredentials};
use sim::imis::{Effect, Fault, Settings};
use std::collections::HashSet;
use std::time::Duration;

const HOUR: Duration = Duration::from_hours(1);
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

async fn renew(world: &World, token: &str) -> Result<SignedIn, Problem> {
    world.person(token).call(&RenewSession).await
}

async fn me(world: &World, token: &str) -> Result<Me, Problem> {
    world.person(token).call(&GetMe).await
}

#[tokio::test]
async fn a_token_is_renewed_in_its_last_hours_and_says_when() {
    let world = World::new().await;
    let first = world.try_sign_in(STAFF, PASSWORD).await.unwrap();
    assert_eq!(first.me.expires_ms, world.now_ms() + DAY_MS);
    assert_eq!(first.me.renew_from_ms, first.me.expires_ms - 2 * 60 * 60 * 1000);
    assert_eq!(first.me.ends_ms, world.now_ms() + 7 * DAY_MS);
    world.pass(22 * HOUR);
    let second = renew(&world, &first.token.0).await.unwrap();
    assert_ne!(second.token, first.token);
    assert_eq!((second.me.expires_ms, second.me.ends_ms), (world.now_ms() + DAY_MS, first.me.ends_ms));
    world.pass(3 * HOUR);
    assert_eq!(me(&world, &second.token.0).await.unwrap(), second.me, "it lives when the first has ended");
    assert_eq!(world.audited("session_renewed").await, 1);
}

#[tokio::test]
async fn a_lost_answer_of_a_renewal_costs_nothing() {
    let world = World::new().await;
    let first = world.sign_in().await.token;
    let second = renew(&world, &first).await.unwrap();
    world.pass(Duration::from_secs(59));
    assert_eq!(renew(&world, &first).await.unwrap(), second, "the same token again");
    assert!(me(&world, &first).await.is_ok(), "what is on its way with the former token arrives");
    assert!(me(&world, &second.token.0).await.is_ok());
    assert_eq!(world.audited("session_renewed").await, 1);
}

#[tokio::test]
async fn sixty_four_renewals_at_once_are_one() {
    let world = World::new().await;
    let first = world.sign_in().await.token;
    let renewals = (0..64).map(|_| renew(&world, &first));
    let tokens = futures_util::future::join_all(renewals).await;
    let tokens: HashSet<String> = tokens.into_iter().map(|renewed| renewed.unwrap().token.0).collect();
    assert_eq!(tokens.len(), 1);
    assert!(me(&world, tokens.iter().next().unwrap()).await.is_ok());
    assert_eq!(world.audited("session_renewed").await, 1);
}

#[tokio::test]
async fn renewing_with_a_token_whose_successor_is_in_use_ends_the_session() {
    let world = World::new().await;
    let first = world.sign_in().await.token;
    let second = renew(&world, &first).await.unwrap().token.0;
    assert!(me(&world, &second).await.is_ok());
    assert!(me(&world, &first).await.is_ok(), "what was on its way is no theft");
    assert_eq!(code(renew(&world, &first).await), ProblemCode::SignedOut);
    assert_eq!(code(me(&world, &second).await), ProblemCode::SignedOut, "whoever has it, owner or thief");
    assert_eq!(world.audited("token_reused").await, 1);
}

#[tokio::test]
async fn a_former_token_used_late_ends_the_session() {
    let world = World::new().await;
    let first = world.sign_in().await.token;
    let second = renew(&world, &first).await.unwrap().token.0;
    world.pass(Duration::from_mins(1));
    assert_eq!(code(me(&world, &first).await), ProblemCode::SignedOut);
    assert_eq!(code(me(&world, &second).await), ProblemCode::SignedOut);
    assert_eq!(world.audited("token_reused").await, 1);
}

#[tokio::test]
async fn a_token_of_two_renewals_ago_ends_the_session() {
    let world = World::new().await;
    let first = world.sign_in().await.token;
    let second = renew(&world, &first).await.unwrap().token.0;
    let third = renew(&world, &second).await.unwrap().token.0;
    assert_eq!(code(renew(&world, &first).await), ProblemCode::SignedOut);
    assert_eq!(code(me(&world, &third).await), ProblemCode::SignedOut);
}

#[tokio::test]
async fn where_a_key_is_needed_a_former_token_is_outdated_and_the_session_goes_on() {
    let world = World::new().await;
    let browser = BrowserKey::new();
    let first = bound(&world, &browser).await.token.0;
    let with_key = |method: &'static str, path: &'static str, token: &str| {
        let proof = browser.proof(&world, method, path, Some(token));
        let request = world.request(method.parse().unwrap(), path);
        request.header("authorization", format!("DPoP {token}")).header("dpop", proof)
    };
    let renewed: SignedIn = answer(with_key("POST", RenewSession::PATH, &first)).await.unwrap();
    assert!(renewed.key_bound);
    let second = renewed.token.0;
    assert!(answer::<Me>(with_key("GET", GetMe::PATH, &second)).await.is_ok());
    let again = answer::<SignedIn>(with_key("POST", RenewSession::PATH, &first)).await;
    assert_eq!(code(again), ProblemCode::TokenOutdated, "another window was faster");
    world.pass(Duration::from_mins(2));
    assert_eq!(code(answer::<Me>(with_key("GET", GetMe::PATH, &first)).await), ProblemCode::TokenOutdated);
    assert!(answer::<Me>(with_key("GET", GetMe::PATH, &second)).await.is_ok());
    assert_eq!(world.audited("token_reused").await, 2);
    // Without the key it is not even looked at, so a thief ends nothing.
    assert_eq!(code(me(&world, &first).await), ProblemCode::SignedOut);
    assert_eq!(code(renew(&world, &first).await), ProblemCode::SignedOut);
    assert!(answer::<Me>(with_key("GET", GetMe::PATH, &second)).await.is_ok());
    assert_eq!(world.audited("token_reused").await, 2);
}

#[tokio::test]
async fn an_expired_token_renews_for_twelve_hours_and_does_nothing_else() {
    let world = World::new().await;
    let (too_late, late) = (world.sign_in().await.token, world.sign_in().await.token);
    // The second began a millisecond later.
    world.pass(36 * HOUR);
    world.set_back(Duration::from_millis(1));
    assert_eq!(code(renew(&world, &too_late).await), ProblemCode::SignedOut);
    assert_eq!(code(me(&world, &late).await), ProblemCode::SignedOut);
    let renewed = renew(&world, &late).await.unwrap();
    assert!(me(&world, &renewed.token.0).await.is_ok());
}

#[tokio::test]
async fn a_session_ends_in_the_end_however_often_it_is_renewed() {
    let world = World::with(Settings::default(), |config| config.session_days = 2).await;
    let first = world.try_sign_in(STAFF, PASSWORD).await.unwrap();
    world.pass(23 * HOUR);
    let second = renew(&world, &first.token.0).await.unwrap();
    assert_eq!(second.me.expires_ms, world.now_ms() + DAY_MS);
    world.pass(23 * HOUR);
    let last = renew(&world, &second.token.0).await.unwrap();
    assert_eq!((last.me.expires_ms, last.me.renew_from_ms), (first.me.ends_ms, first.me.ends_ms));
    world.pass(2 * HOUR);
    assert_eq!(code(me(&world, &last.token.0).await), ProblemCode::SignedOut);
    assert_eq!(code(renew(&world, &last.token.0).await), ProblemCode::SignedOut);
}

#[tokio::test]
async fn a_renewal_reads_the_roles_anew() {
    let world = World::new().await;
    let first = world.try_sign_in(STAFF, PASSWORD).await.unwrap();
    assert!(first.me.administrator);
    world.imis.remove_role(STAFF, "SysAdmin");
    let second = renew(&world, &first.token.0).await.unwrap();
    assert!(!second.me.administrator);
    assert!(!me(&world, &second.token.0).await.unwrap().administrator);
}

#[tokio::test]
async fn whom_imis_no_longer_admits_is_not_renewed() {
    for remember in [RememberCredentials::Sealed, RememberCredentials::Forgotten] {
        for lose in [(|world: &World| world.imis.disable_user(STAFF)) as fn(&World), |world| {
            world.imis.remove_role(STAFF, "RemoteService");
        }] {
            let world = World::with(Settings::default(), |config| config.sites[0].remember = remember).await;
            let token = world.sign_in().await.token;
            lose(&world);
            world.imis.purge_cache();
            assert!(me(&world, &token).await.is_ok(), "until somebody asks iMIS");
            assert!(renew(&world, &token).await.is_err(), "{remember:?}");
        }
    }
}

/// A provider that nobody here asks anything.
fn openid(mode: OpenIdMode) -> OpenIdConnect {
    OpenIdConnect {
        mode,
        provider_type: ProviderType::Other,
        name: "Association".to_owned(),
        client_id: "outlook".to_owned(),
        client_secret: SecretString::from("secret"),
        well_known_url: "https://id.example/.well-known/openid-configuration".parse().unwrap(),
        authority_url: "https://id.example".to_owned(),
        external_id_claim_type: "external_id".to_owned(),
        set_login_hint: false,
        staff_claim: None,
        endpoint_hosts: Vec::new(),
        allow_private: false,
        sign_out_at_provider: false,
    }
}

async fn no_longer_admitted(world: &World) -> usize {
    world.audit().await.iter().filter(|line| line["reason"] == "no_longer_admitted").count()
}

#[tokio::test]
async fn where_only_administrators_still_sign_in_so_only_they_are_renewed() {
    let mut world = dialog::world_with(Settings::default(), |config| {
        config.sites[0].openid_connect = Some(openid(OpenIdMode::Test));
    })
    .await;
    let (manager, staff) = (world.sign_in().await.token, world.sign_in_as("STAFF1").await.token);
    let manager = renew(&world, &manager).await.unwrap().token.0;
    let staff = renew(&world, &staff).await.unwrap().token.0;
    world.config.sites[0].openid_connect = Some(openid(OpenIdMode::Enabled));
    world.restart().await;
    assert_eq!(code(renew(&world, &staff).await), ProblemCode::SignedOut);
    assert_eq!(code(me(&world, &staff).await), ProblemCode::SignedOut, "the session is gone");
    let manager = renew(&world, &manager).await.unwrap().token.0;
    assert_eq!(no_longer_admitted(&world).await, 1);
    world.imis.remove_role(STAFF, "SysAdmin");
    assert_eq!(code(renew(&world, &manager).await), ProblemCode::SignedOut);
    assert_eq!(code(me(&world, &manager).await), ProblemCode::SignedOut);
    assert_eq!(no_longer_admitted(&world).await, 2);
}

#[tokio::test]
async fn a_way_in_that_was_switched_off_renews_nobody() {
    let mut world = dialog::world().await;
    let token = world.sign_in().await.token;
    world.config.sites[0].credentials = Credentials::Off;
    world.restart().await;
    assert_eq!(code(renew(&world, &token).await), ProblemCode::SignedOut);
    assert_eq!(code(me(&world, &token).await), ProblemCode::SignedOut);
    assert_eq!(no_longer_admitted(&world).await, 1);
}

#[tokio::test]
async fn a_server_that_does_not_know_a_key_yet_takes_nobody_for_a_thief() {
    let mut world = World::new().await;
    let first = world.sign_in().await.token;
    // Another server has the next key in use already.
    let behind = world.config.keyring.clone();
    let known = Key::parse(crate::world::KEY).unwrap();
    world.config.keyring = Keyring::new(Key::new([9; 32]), vec![known]);
    let ahead = world.another().await;
    let renewed =
        world.http.post(format!("{}/api/session/renew", ahead.url())).header(api::VERSION_HEADER, api::VERSION);
    let second: SignedIn = answer(renewed.bearer_auth(&first)).await.unwrap();
    for _ in 0..2 {
        assert_eq!(code(me(&world, &first).await), ProblemCode::SignedOut);
        assert_eq!(code(renew(&world, &first).await), ProblemCode::SignedOut);
        assert_eq!(code(me(&world, &second.token.0).await), ProblemCode::SignedOut);
        world.pass(Duration::from_mins(2));
    }
    assert_eq!(world.audited("token_reused").await, 0);
    let lives = world.http.get(format!("{}/api/session", ahead.url())).header(api::VERSION_HEADER, api::VERSION);
    assert!(
        answer::<Me>(lives.bearer_auth(&second.token.0)).await.is_ok(),
        "the session goes on where the key is known"
    );
    world.config.keyring = behind;
    ahead.stop().await;
}

#[tokio::test]
async fn a_disabled_user_s_session_is_over_at_renewal() {
    let world = World::new().await;
    let token = world.sign_in().await.token;
    world.imis.disable_user(STAFF);
    world.imis.purge_cache();
    assert_eq!(code(renew(&world, &token).await), ProblemCode::SignedOut);
    assert_eq!(code(me(&world, &token).await), ProblemCode::SignedOut, "the session is gone");
}

#[tokio::test]
async fn a_changed_password_ends_the_session_at_renewal() {
    let world = World::new().await;
    let token = world.sign_in().await.token;
    world.imis.change_password(STAFF, "Another-One-7");
    world.imis.purge_cache();
    assert_eq!(code(renew(&world, &token).await), ProblemCode::SignedOut);
    assert_eq!(code(me(&world, &token).await), ProblemCode::SignedOut);
    let tries = world.imis.ledger().requests().iter().filter(|seen| seen.path.ends_with("token")).count();
    assert_eq!(tries, 2, "the password that is wrong now was offered once");
}

#[tokio::test]
async fn an_imis_that_cannot_be_asked_leaves_the_token_as_it_is() {
    let world = World::new().await;
    let token = world.sign_in().await.token;
    world.imis.faults().add(Fault::once(Effect::ResetBeforeStore).on("GET", "User").always());
    assert_eq!(code(renew(&world, &token).await), ProblemCode::ImisUnavailable);
    assert!(me(&world, &token).await.is_ok());
    world.imis.faults().clear();
    assert!(renew(&world, &token).await.is_ok());
}

#[tokio::test]
async fn a_renewed_session_survives_a_restart_and_still_gets_tokens_from_imis() {
    let mut world = World::new().await;
    let first = world.sign_in().await.token;
    let second = renew(&world, &first).await.unwrap().token.0;
    world.restart().await;
    assert!(world.person(&second).call(&GetSaveTargets).await.is_ok(), "the password is in the new row as well");
}

#[tokio::test]
async fn signing_in_again_never_takes_up_the_session_that_is_there() {
    let world = World::new().await;
    let first = world.sign_in().await.token;
    let request = world.call(&sign_in("STAFF1", PASSWORD)).bearer_auth(&first);
    let other: SignedIn = answer(request).await.unwrap();
    assert_ne!(other.token.0, first);
    assert_eq!(me(&world, &first).await.unwrap().user_name, STAFF);
    assert_eq!(me(&world, &other.token.0).await.unwrap().user_name, "STAFF1");
}

#[tokio::test]
async fn a_row_of_another_version_is_a_sign_in_and_not_a_fault() {
    let world = World::new().await;
    let person = world.sign_in().await;
    // A row as another version of the server would leave it: it opens for nobody here.
    sqlx::query("UPDATE session SET sealed = x'00'").execute(&world.database().await).await.unwrap();
    assert_eq!(code(person.call(&GetMe).await), ProblemCode::SignedOut);
}
