//! Signing in and out, and everything that ends a session.

use crate::world::{PASSWORD, STAFF, World, answer, code, sign_in};
use api::{GetMe, GetSaveTargets, Problem, ProblemCode, SignOut};
use server::config::RememberCredentials;
use sim::imis::{Effect, Fault, Settings};
use std::time::Duration;

#[tokio::test]
async fn whoever_signs_in_is_known_until_they_sign_out() {
    let world = World::new().await;
    let person = world.sign_in().await;
    let me = person.call(&GetMe).await.unwrap();
    assert_eq!((me.user_name.as_str(), me.contact.0.as_str()), (STAFF, "191"));
    assert_eq!(me.expires_ms, world.now_ms() + 24 * 60 * 60 * 1000);
    person.call(&SignOut).await.unwrap();
    assert_eq!(code(person.call(&GetMe).await), ProblemCode::SignedOut);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_are_answered_alike() {
    let world = World::new().await;
    let wrong = world.try_sign_in(STAFF, "wrong").await.unwrap_err();
    let unknown = world.try_sign_in("NOBODY", "wrong").await.unwrap_err();
    assert_eq!(wrong, Problem::new(ProblemCode::WrongCredentials));
    assert_eq!(unknown, wrong);
}

#[tokio::test]
async fn the_fourth_guess_never_reaches_imis() {
    let world = World::new().await;
    for name in [STAFF, "manager", " Manager "] {
        assert_eq!(code(world.try_sign_in(name, "wrong").await), ProblemCode::WrongCredentials);
    }
    let before = world.imis.ledger().requests().len();
    let locked = world.try_sign_in(STAFF, PASSWORD).await.unwrap_err();
    assert_eq!((locked.code, locked.retry_after_s), (ProblemCode::LockedOut, Some(901)));
    assert_eq!(world.imis.ledger().requests().len(), before);
    assert!(world.try_sign_in("STAFF1", PASSWORD).await.is_ok(), "others are not locked out");
    world.pass(Duration::from_mins(15));
    assert!(world.try_sign_in(STAFF, PASSWORD).await.is_ok());
}

#[tokio::test]
async fn the_lock_out_survives_a_restart() {
    let mut world = World::new().await;
    for _ in 0..3 {
        assert_eq!(code(world.try_sign_in(STAFF, "wrong").await), ProblemCode::WrongCredentials);
    }
    world.restart().await;
    assert_eq!(code(world.try_sign_in(STAFF, PASSWORD).await), ProblemCode::LockedOut);
}

#[tokio::test]
async fn a_right_password_makes_the_wrong_ones_forgotten() {
    let world = World::new().await;
    for _ in 0..3 {
        assert_eq!(code(world.try_sign_in(STAFF, "wrong").await), ProblemCode::WrongCredentials);
        assert_eq!(code(world.try_sign_in(STAFF, "wrong").await), ProblemCode::WrongCredentials);
        assert!(world.try_sign_in(STAFF, PASSWORD).await.is_ok());
    }
}

#[tokio::test]
async fn many_from_one_address_are_slowed_down() {
    let world = World::with(Settings::default(), |config| config.limits.sign_ins_per_address = 2).await;
    for name in ["NOBODY1", "NOBODY2"] {
        assert!(world.try_sign_in(STAFF, PASSWORD).await.is_ok(), "who knows the password is not counted");
        assert_eq!(code(world.try_sign_in(name, "wrong").await), ProblemCode::WrongCredentials);
    }
    assert_eq!(code(world.try_sign_in(STAFF, PASSWORD).await), ProblemCode::Busy);
}

#[tokio::test]
async fn who_may_not_use_it_is_told_why() {
    let world = World::new().await;
    assert_eq!(code(world.try_sign_in("STAFF2", PASSWORD).await), ProblemCode::NoRemoteService);
    assert_eq!(code(world.try_sign_in("MEMBER1", PASSWORD).await), ProblemCode::Forbidden);
}

#[tokio::test]
async fn a_missing_name_site_or_password_is_named() {
    let world = World::new().await;
    for (ask, field) in [
        (sign_in("", PASSWORD), "user_name"),
        (sign_in("a\u{0}b", PASSWORD), "user_name"),
        (sign_in(STAFF, ""), "password"),
        (api::SignIn { site: api::SiteName("other".to_owned()), ..sign_in(STAFF, PASSWORD) }, "site"),
    ] {
        let problem = answer::<api::SignedIn>(world.call(&ask)).await.unwrap_err();
        assert_eq!((problem.code, problem.field.as_deref()), (ProblemCode::Invalid, Some(field)));
    }
    assert!(world.imis.ledger().requests().is_empty());
}

#[tokio::test]
async fn an_altered_foreign_or_expired_token_is_signed_out() {
    let world = World::new().await;
    let person = world.sign_in().await;
    let letter = if person.token[50..].starts_with('A') { 'B' } else { 'A' };
    let altered = format!("{}{letter}{}", &person.token[..50], &person.token[51..]);
    let other = World::with(Settings::default(), |config| {
        config.keyring = server::config::Keyring::new(server::config::Key::new([8; 32]), Vec::new());
    })
    .await;
    let foreign = other.sign_in().await.token;
    for token in ["", "x", "ia1_", altered.as_str(), foreign.as_str(), &person.token[4..]] {
        assert_eq!(code(world.person(token).call(&GetMe).await), ProblemCode::SignedOut, "{token}");
    }
    world.pass(Duration::from_hours(24) - Duration::from_millis(1));
    assert!(person.call(&GetMe).await.is_ok());
    world.pass(Duration::from_millis(1));
    assert_eq!(code(person.call(&GetMe).await), ProblemCode::SignedOut);
}

#[tokio::test]
async fn a_restart_signs_nobody_out() {
    let mut world = World::new().await;
    let token = world.sign_in().await.token;
    world.restart().await;
    let person = world.person(&token);
    assert!(person.call(&GetMe).await.is_ok());
    assert!(person.call(&GetSaveTargets).await.is_ok(), "the sealed password renews iMIS's token");
}

#[tokio::test]
async fn a_forgotten_password_ends_the_session_with_imis_s_token() {
    let world =
        World::with(Settings::default(), |config| config.sites[0].remember = RememberCredentials::Forgotten).await;
    let person = world.sign_in().await;
    assert!(person.call(&GetSaveTargets).await.is_ok());
    world.imis.purge_cache();
    let addresses = vec![api::EmailAddress::parse("ada.lovelace@example.org").unwrap()];
    assert_eq!(code(person.call(&api::MatchContacts { addresses }).await), ProblemCode::SignedOut);
    assert_eq!(code(person.call(&GetMe).await), ProblemCode::SignedOut, "the session is gone, not only the call");
}

#[tokio::test]
async fn disabling_a_user_in_imis_ends_the_session() {
    let world = World::new().await;
    let person = world.sign_in().await;
    world.imis.disable_user(STAFF);
    world.imis.purge_cache();
    let addresses = vec![api::EmailAddress::parse("ada.lovelace@example.org").unwrap()];
    assert_eq!(code(person.call(&api::MatchContacts { addresses }).await), ProblemCode::SignedOut);
    assert_eq!(code(person.call(&GetMe).await), ProblemCode::SignedOut);
    let tokens = world.imis.ledger().requests().iter().filter(|seen| seen.path.ends_with("token")).count();
    assert_eq!(tokens, 2, "one sign-in and one renewal, never a second");
}

#[tokio::test]
async fn an_imis_in_trouble_is_named_and_costs_no_try() {
    let world = World::new().await;
    for _ in 0..4 {
        world.imis.faults().add(Fault::once(Effect::Html).on("POST", "token"));
        assert_eq!(code(world.try_sign_in(STAFF, PASSWORD).await), ProblemCode::ImisNotUnderstood);
    }
    assert!(world.try_sign_in(STAFF, PASSWORD).await.is_ok());
}

#[tokio::test]
async fn a_lost_store_refuses_sign_ins_and_the_server_lives_on() {
    let world = World::new().await;
    // The table of attempts goes away under the running server.
    let file = format!("sqlite://{}", world.data().join("imis-outlook.sqlite").display());
    let pool = sqlx::SqlitePool::connect(&file).await.unwrap();
    sqlx::query("ALTER TABLE sign_in_attempt RENAME TO gone").execute(&pool).await.unwrap();
    sqlx::query("ALTER TABLE seen_once RENAME TO gone_too").execute(&pool).await.unwrap();
    let problem = world.try_sign_in(STAFF, PASSWORD).await.unwrap_err();
    assert_eq!(problem.code, ProblemCode::StoreUnavailable);
    assert!(problem.reference.is_some());
    assert!(world.imis.ledger().requests().is_empty(), "iMIS was not asked");
    assert_eq!(world.request(reqwest::Method::GET, "/readyz").send().await.unwrap().status(), 503);
    assert_eq!(world.request(reqwest::Method::GET, "/healthz").send().await.unwrap().status(), 200);
    sqlx::query("ALTER TABLE gone RENAME TO sign_in_attempt").execute(&pool).await.unwrap();
    sqlx::query("ALTER TABLE gone_too RENAME TO seen_once").execute(&pool).await.unwrap();
    assert!(world.try_sign_in(STAFF, PASSWORD).await.is_ok());
}

#[tokio::test]
async fn neither_password_nor_name_of_the_person_rests_in_the_data_folder() {
    let mut world = World::new().await;
    world.sign_in().await;
    world.stop().await;
    for file in std::fs::read_dir(world.data()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        for secret in [PASSWORD, "Rivera"] {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret}");
        }
    }
}

#[tokio::test]
async fn a_wrong_password_counts_even_when_its_answer_is_lost_or_strange() {
    for effect in [Effect::ResetAfterStore, Effect::Unauthorized, Effect::Truncated] {
        let world = World::new().await;
        for _ in 0..3 {
            world.imis.faults().add(Fault::once(effect.clone()).on("POST", "token"));
            assert!(world.try_sign_in(STAFF, "wrong").await.is_err());
        }
        assert_eq!(code(world.try_sign_in(STAFF, "wrong").await), ProblemCode::LockedOut, "{effect:?}");
    }
}

#[tokio::test]
async fn a_right_password_that_imis_cannot_look_up_costs_no_try() {
    let world = World::new().await;
    for _ in 0..4 {
        world.imis.faults().add(Fault::once(Effect::RequestTimeout).on("GET", "User").times(3));
        assert_eq!(code(world.try_sign_in(STAFF, PASSWORD).await), ProblemCode::ImisUnavailable);
    }
}

#[tokio::test]
async fn one_house_of_addresses_counts_as_one() {
    let world = World::with(Settings::default(), |config| {
        config.limits.sign_ins_per_address = 1;
        config.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
    })
    .await;
    for (address, expected) in [
        ("2001:db8:1:2::1", ProblemCode::WrongCredentials),
        ("2001:db8:1:2:ffff::9", ProblemCode::Busy),
        ("2001:db8:1:3::1", ProblemCode::WrongCredentials),
        ("192.0.2.1", ProblemCode::WrongCredentials),
        ("192.0.2.2", ProblemCode::WrongCredentials),
    ] {
        let name = format!("NOBODY-{address}");
        let request = world.call(&sign_in(&name, "wrong")).header("x-forwarded-for", address);
        assert_eq!(code(answer::<api::SignedIn>(request).await), expected, "{address}");
    }
}

#[tokio::test]
async fn a_name_in_other_letters_that_look_alike_to_a_database_is_the_same_name() {
    let world = World::new().await;
    for name in ["\u{ff2d}\u{ff21}NAGER", "man\u{200b}ager", "MANAGER"] {
        assert_eq!(code(world.try_sign_in(name, "wrong").await), ProblemCode::WrongCredentials);
    }
    assert_eq!(code(world.try_sign_in(STAFF, PASSWORD).await), ProblemCode::LockedOut);
}

#[tokio::test]
async fn a_locked_a_disabled_and_an_unknown_account_and_a_wrong_password_are_answered_alike_and_in_the_same_time() {
    const STEP: Duration = Duration::from_millis(900);
    let world = World::with(Settings::default(), |config| config.limits.sign_in_floor = STEP).await;
    for (late, name, password) in [(0, STAFF, "wrong"), (120, "NOBODY", "wrong"), (200, "DISABLED1", PASSWORD)] {
        let slow = Fault::once(Effect::Latency(Duration::from_millis(late))).on("POST", "token");
        world.imis.faults().add(slow);
        let begun = std::time::Instant::now();
        let problem = world.try_sign_in(name, password).await.unwrap_err();
        assert_eq!(problem, Problem::new(ProblemCode::WrongCredentials), "{name}");
        let took = begun.elapsed();
        assert!((STEP..STEP * 3 / 2).contains(&took), "{name}: {took:?}");
    }
}

#[tokio::test]
async fn many_who_guess_at_many_names_are_stopped_for_the_whole_site() {
    let world = World::with(Settings::default(), |config| {
        config.limits.sign_ins_per_site = 5;
        config.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
    })
    .await;
    for number in 0..5 {
        let ask = world.call(&sign_in(&format!("NOBODY{number}"), "wrong"));
        let from = ask.header("x-forwarded-for", format!("192.0.2.{number}"));
        assert_eq!(code(answer::<api::SignedIn>(from).await), ProblemCode::WrongCredentials);
    }
    let before = world.imis.ledger().requests().len();
    let another = world.call(&sign_in("NOBODY9", "wrong")).header("x-forwarded-for", "192.0.2.99");
    assert_eq!(code(answer::<api::SignedIn>(another).await), ProblemCode::Busy);
    assert_eq!(world.imis.ledger().requests().len(), before, "iMIS was not asked");
}

#[tokio::test]
async fn an_office_behind_one_address_signs_in_without_end() {
    let world = World::with(Settings::default(), |config| config.limits.sign_ins_per_address = 3).await;
    for _ in 0..20 {
        assert!(world.try_sign_in(STAFF, PASSWORD).await.is_ok());
    }
}

#[tokio::test]
async fn a_clock_that_is_set_back_lets_no_guess_through_and_locks_nobody_out_for_longer() {
    let world = World::new().await;
    world.pass(Duration::from_hours(2));
    for _ in 0..3 {
        assert_eq!(code(world.try_sign_in(STAFF, "wrong").await), ProblemCode::WrongCredentials);
    }
    world.set_back(Duration::from_hours(1));
    let locked = world.try_sign_in(STAFF, PASSWORD).await.unwrap_err();
    assert_eq!(locked.code, ProblemCode::LockedOut);
    assert!(locked.retry_after_s.is_some_and(|seconds| seconds <= 901), "{locked:?}");
}
