//! Tokens that die early, and what renews them.

use crate::{APPLICATION, World, application, credentials};
use bytes::Bytes;
use futures_util::{FutureExt, future::BoxFuture, future::join_all, stream};
use imis::{
    Acting, Client, Clock, Content, ErrorKind, HomeError, KeepError, Limits, MemoryHome, NewLog, Renewal,
    RenewalKeeper, UserName, WriteError,
};
use secrecy::{ExposeSecret, SecretString};
use sim::imis::{Effect, Event, Fault, Grant, RefreshUse, Replacement, Settings, Stored, people::PASSWORD};
use std::{
    io,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};
use tokio::sync::Semaphore;

const ADA: &str = "ada.lovelace@example.org";

/// Keeps replacements in memory, as often as it has leave to.
pub(crate) struct Keeper {
    pub(crate) kept: Mutex<Vec<SecretString>>,
    /// Somebody waits for leave.
    asked: Arc<Semaphore>,
    leave: Arc<Semaphore>,
    failures: Mutex<Vec<KeepError>>,
}

impl Keeper {
    fn with_leave(times: usize) -> Arc<Self> {
        let (asked, leave) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(times)));
        Arc::new(Self { kept: Mutex::default(), asked, leave, failures: Mutex::default() })
    }

    pub(crate) fn new() -> Arc<Self> {
        Self::with_leave(1000)
    }
}

/// What the client sees of it.
struct Door(Arc<Keeper>);

impl RenewalKeeper for Door {
    fn replaced(&self, token: SecretString) -> BoxFuture<'static, Result<(), KeepError>> {
        let keeper = Arc::clone(&self.0);
        async move {
            keeper.asked.add_permits(1);
            keeper.leave.acquire().await.unwrap().forget();
            if let Some(failure) = keeper.failures.lock().unwrap().pop() {
                return Err(failure);
            }
            keeper.kept.lock().unwrap().push(token);
            Ok(())
        }
        .boxed()
    }
}

fn renewal(token: &SecretString, keeper: &Arc<Keeper>) -> Renewal {
    let keeper = Arc::new(Door(Arc::clone(keeper)));
    Renewal::RefreshToken { application: application(), token: token.clone(), keeper }
}

/// Somebody who signed in by hand-over and renews by what iMIS gave.
async fn handed_over(world: &World, client: &Client, keeper: &Arc<Keeper>) -> Acting {
    let token = world.hand_over("STAFF1").await;
    let signed_in = client.sign_in_by_hand_over(&application(), token.clone()).await.unwrap();
    world.site.ledger().forget_requests();
    let token = signed_in.refresh_token.unwrap_or(token);
    client.acting_as(UserName::new("STAFF1"), renewal(&token, keeper))
}

fn replacing() -> Settings {
    Settings { refresh_replacement: Replacement::Sent, ..Settings::default() }
}

async fn look(acting: &Acting) -> Result<(), ErrorKind> {
    acting.find_by_addresses(&[ADA]).await.error.map_or(Ok(()), |error| Err(error.kind))
}

fn log(key: &str) -> NewLog<'_> {
    NewLog { subject: "s", html: "", text: "", message_key: key }
}

fn content() -> Content {
    Content::new(5, stream::iter([io::Result::Ok(Bytes::from_static(b"hello"))]))
}

#[tokio::test]
async fn whatever_renews_it_a_token_that_died_early_does_no_harm() {
    for refresh_use in [RefreshUse::Once, RefreshUse::Reusable] {
        let replacement = if refresh_use == RefreshUse::Once { Replacement::Sent } else { Replacement::Absent };
        let world = World::new(Settings { refresh_use, refresh_replacement: replacement, ..Settings::default() }).await;
        let by_token = handed_over(&world, &world.client, &Keeper::new()).await;
        let by_password = world.acting("STAFF1");
        for (way, acting) in [("refresh token", &by_token), ("password", &by_password)] {
            let entry = acting.write_log(&log("<before@x>")).await.unwrap();
            world.sign_in_elsewhere("STAFF1").await;
            assert_eq!(look(acting).await, Ok(()), "a read, {way}");
            world.sign_in_elsewhere("STAFF1").await;
            let key = format!("<{way}{refresh_use:?}@x>");
            acting.write_log(&log(&key)).await.unwrap();
            assert_eq!(acting.find_logs(&key).await.unwrap().len(), 1, "a write, {way}");
            world.sign_in_elsewhere("STAFF1").await;
            // The content can be sent once only, so the caller is asked for it again.
            let again = acting.attach_to_log(&entry, "a.txt", "text/plain", content()).await.unwrap_err();
            assert!(
                matches!(&again, WriteError::Refused(error) if matches!(error.kind, ErrorKind::Busy { .. })),
                "an upload, {way}: {again:?}"
            );
            acting.attach_to_log(&entry, "a.txt", "text/plain", content()).await.unwrap();
            assert_eq!((acting.log_attachments(&entry).await.unwrap().len(), world.asked("POST /token")), (1, 1));
        }
    }
}

#[tokio::test]
async fn a_purged_site_takes_the_password_again_but_no_refresh_token() {
    let world = World::new(replacing()).await;
    let by_token = handed_over(&world, &world.client, &Keeper::new()).await;
    world.site.purge_cache();
    assert_eq!(look(&by_token).await, Err(ErrorKind::Unauthorized));
    assert_eq!(look(&world.acting("STAFF1")).await, Ok(()));
}

#[tokio::test]
async fn one_refresh_serves_fifty_callers_on_two_instances() {
    let world = World::new(Settings { latency: Duration::from_millis(10), ..replacing() }).await;
    let home = Arc::new(MemoryHome::default());
    let clients = [1, 2].map(|_| world.client_with(Arc::clone(&home) as _, Limits::default()));
    let keeper = Keeper::new();
    let first = handed_over(&world, &clients[0], &keeper).await;
    let token = world.hand_over("STAFF1").await;
    let second = clients[1].acting_as(UserName::new("staff1"), renewal(&token, &keeper));
    assert_eq!((look(&first).await, look(&second).await), (Ok(()), Ok(())));
    world.sign_in_elsewhere("STAFF1").await;
    let calls = (0..50).map(|number| look(if number % 2 == 0 { &first } else { &second }));
    assert_eq!(join_all(calls).await, vec![Ok(()); 50]);
    assert_eq!((world.asked("POST /token"), keeper.kept.lock().unwrap().len()), (1, 1));
}

#[tokio::test]
async fn a_replacement_is_kept_before_anybody_uses_what_it_came_with() {
    let world = World::new(replacing()).await;
    let keeper = Keeper::with_leave(0);
    let acting = handed_over(&world, &world.client, &keeper).await;
    world.sign_in_elsewhere("STAFF1").await;
    let good = || {
        world.site.ledger().requests().iter().filter(|seen| seen.path.ends_with("/Party") && seen.status == 200).count()
    };
    let calls = join_all((0..10).map(|_| look(&acting)));
    let watch = async {
        keeper.asked.acquire().await.unwrap().forget();
        let before = (good(), world.asked("POST /token"), keeper.kept.lock().unwrap().len());
        keeper.leave.add_permits(1);
        before
    };
    let both = async { tokio::join!(calls, watch) };
    let (looked, before) = tokio::time::timeout(Duration::from_secs(20), both).await.unwrap();
    assert_eq!((looked, before), (vec![Ok(()); 10], (0, 1, 0)));
    // And what was kept is what iMIS takes next.
    let kept = keeper.kept.lock().unwrap().pop().unwrap();
    world.client.sign_in_by_hand_over(&application(), kept).await.unwrap();
}

#[tokio::test]
async fn a_replacement_that_could_not_be_kept_is_offered_again_before_the_next_call() {
    let world = World::new(replacing()).await;
    let keeper = Keeper::new();
    let acting = handed_over(&world, &world.client, &keeper).await;
    world.sign_in_elsewhere("STAFF1").await;
    let down = || KeepError::Unavailable(HomeError::new(io::Error::other("down")));
    keeper.failures.lock().unwrap().extend([down(), down()]);
    for _ in 0..2 {
        assert_eq!(look(&acting).await, Err(ErrorKind::HomeUnavailable));
    }
    assert_eq!(look(&acting).await, Ok(()));
    assert_eq!((world.asked("POST /token"), keeper.kept.lock().unwrap().len()), (1, 1));
}

#[tokio::test]
async fn a_session_that_has_ended_does_not_hinder_the_others() {
    let world = World::new(replacing()).await;
    let keeper = Keeper::new();
    let acting = handed_over(&world, &world.client, &keeper).await;
    world.sign_in_elsewhere("STAFF1").await;
    keeper.failures.lock().unwrap().push(KeepError::Gone);
    assert_eq!(look(&acting).await, Ok(()));
}

#[tokio::test]
async fn each_replacement_buys_the_next_even_for_who_still_holds_the_first() {
    let world = World::new(replacing()).await;
    let keeper = Keeper::new();
    let acting = handed_over(&world, &world.client, &keeper).await;
    for round in 1..=3 {
        world.sign_in_elsewhere("STAFF1").await;
        assert_eq!(look(&acting).await, Ok(()), "round {round}");
        assert_eq!(keeper.kept.lock().unwrap().len(), round);
    }
    let kept = keeper.kept.lock().unwrap();
    assert!(kept[0].expose_secret() != kept[1].expose_secret());
}

#[tokio::test]
async fn a_refresh_token_whose_answer_was_lost_is_not_offered_again() {
    for effect in [
        Effect::ResetAfterStore,
        Effect::ResetBeforeStore,
        Effect::Truncated,
        Effect::ServerError { stored: Stored::Yes },
        Effect::Html,
        Effect::RequestTimeout,
    ] {
        let world = World::new(replacing()).await;
        let acting = handed_over(&world, &world.client, &Keeper::new()).await;
        world.sign_in_elsewhere("STAFF1").await;
        world.site.faults().add(Fault::once(effect.clone()).on("POST", "token"));
        for _ in 0..3 {
            assert_eq!(look(&acting).await, Err(ErrorKind::Unauthorized), "{effect:?}");
        }
        assert_eq!(world.asked("POST /token"), 1, "{effect:?}");
    }
}

#[tokio::test]
async fn a_refresh_token_that_imis_was_too_busy_for_serves_later() {
    for effect in [Effect::Unavailable, Effect::TooManyRequests { retry_after: None }] {
        let world = World::new(replacing()).await;
        let acting = handed_over(&world, &world.client, &Keeper::new()).await;
        world.sign_in_elsewhere("STAFF1").await;
        world.site.faults().add(Fault::once(effect.clone()).on("POST", "token"));
        assert!(matches!(look(&acting).await, Err(ErrorKind::Busy { .. })), "{effect:?}");
        assert_eq!(look(&acting).await, Ok(()), "{effect:?}");
    }
}

#[tokio::test]
async fn a_refused_refresh_token_is_not_offered_again() {
    let world = World::new(Settings::default()).await;
    let acting = handed_over(&world, &world.client, &Keeper::new()).await;
    world.sign_in_elsewhere("STAFF1").await;
    for _ in 0..4 {
        assert_eq!(look(&acting).await, Err(ErrorKind::Unauthorized));
    }
    assert_eq!(world.asked("POST /token"), 1);
}

#[tokio::test]
async fn a_client_application_that_imis_no_longer_knows_is_no_reason_to_sign_anybody_out() {
    let world = World::new(replacing()).await;
    let acting = handed_over(&world, &world.client, &Keeper::new()).await;
    world.sign_in_elsewhere("STAFF1").await;
    let mut changed = sim::imis::ClientApplication::new(APPLICATION);
    changed.client_secret = "another".into();
    world.site.register_application(changed);
    assert_eq!(look(&acting).await, Err(ErrorKind::ApplicationRefused));
    world.site.register_application(sim::imis::ClientApplication::new(APPLICATION));
    assert_eq!(look(&acting).await, Ok(()));
}

#[tokio::test]
async fn one_window_that_cannot_renew_leaves_it_to_another() {
    let world = World::new(Settings { latency: Duration::from_millis(10), ..Settings::default() }).await;
    let spent = handed_over(&world, &world.client, &Keeper::new()).await;
    let able = world.acting("STAFF1");
    world.sign_in_elsewhere("STAFF1").await;
    let calls = (0..20).map(|number| look(if number % 2 == 0 { &spent } else { &able }));
    let looked = join_all(calls).await;
    assert!(looked.iter().skip(1).step_by(2).all(Result::is_ok), "{looked:?}");
    assert_eq!(world.asked("POST /token"), 2);
    assert_eq!(look(&spent).await, Ok(()));
}

#[tokio::test]
async fn who_is_no_longer_staff_is_out_with_the_next_token() {
    let world = World::new(replacing()).await;
    let by_token = handed_over(&world, &world.client, &Keeper::new()).await;
    for acting in [by_token, world.acting("STAFF1")] {
        world.sign_in_elsewhere("STAFF1").await;
        world.site.remove_role("STAFF1", "IsStaff");
        assert_eq!(look(&acting).await, Err(ErrorKind::Disabled));
        world.site.grant_role("STAFF1", "IsStaff");
    }
}

/// A client whose clock turns with the site's.
fn turning(world: &World) -> (Client, impl Fn(Duration)) {
    let now = Arc::new(AtomicI64::new(Clock::system().now_ms()));
    let clock = Clock::new({
        let now = Arc::clone(&now);
        move || now.load(Ordering::Relaxed)
    });
    let turn = move |by: Duration| {
        now.fetch_add(i64::try_from(by.as_millis()).unwrap(), Ordering::Relaxed);
        world.site.age_tokens(by);
    };
    (world.client.with_clock(clock), turn)
}

#[tokio::test]
async fn a_token_is_replaced_before_it_ends() {
    let world = World::new(Settings { refresh_use: RefreshUse::Reusable, ..Settings::default() }).await;
    let (client, turn) = turning(&world);
    let acting = handed_over(&world, &client, &Keeper::new()).await;
    turn(Duration::from_mins(55));
    assert_eq!((look(&acting).await, world.asked("POST /token")), (Ok(()), 0));
    turn(Duration::from_mins(4));
    assert_eq!((look(&acting).await, world.asked("POST /token")), (Ok(()), 1));
    assert!(world.site.ledger().requests().iter().all(|seen| seen.status == 200), "nothing was refused");
    assert!(
        world.site.ledger().events().iter().any(|event| {
            matches!(event, Event::TokenIssued { grant: Grant::RefreshToken, user } if user == "STAFF1")
        })
    );
}

/// Somebody whose refresh tokens live for half as long as the access tokens.
async fn with_short_refresh_tokens(world: &World, client: &Client, keeper: &Arc<Keeper>) -> Acting {
    let token = world.hand_over("STAFF1").await;
    world.site.register_application(sim::imis::ClientApplication::new(APPLICATION));
    let signed_in = client.sign_in_by_hand_over(&application(), token).await.unwrap();
    world.site.ledger().forget_requests();
    client.acting_as(UserName::new("STAFF1"), renewal(&signed_in.refresh_token.unwrap(), keeper))
}

#[tokio::test]
async fn a_refresh_token_that_lives_shorter_than_what_it_buys_is_used_in_time() {
    let world = World::new(replacing()).await;
    let (client, turn) = turning(&world);
    let keeper = Keeper::new();
    let acting = with_short_refresh_tokens(&world, &client, &keeper).await;
    turn(Duration::from_mins(10));
    assert_eq!((look(&acting).await, world.asked("POST /token")), (Ok(()), 0));
    for round in 1..=5 {
        // Ten minutes of the first round are over.
        turn(Duration::from_mins(if round == 1 { 15 } else { 25 }));
        let calls = join_all((0..10).map(|_| look(&acting)));
        assert_eq!((calls.await, world.asked("POST /token")), (vec![Ok(()); 10], round));
        assert_eq!(keeper.kept.lock().unwrap().len(), round);
    }
}

#[tokio::test]
async fn a_renewal_ahead_of_time_that_fails_leaves_the_token_that_is_good() {
    let world = World::new(replacing()).await;
    let (client, turn) = turning(&world);
    let acting = with_short_refresh_tokens(&world, &client, &Keeper::new()).await;
    turn(Duration::from_mins(25));
    world.site.faults().add(Fault::once(Effect::ResetBeforeStore).on("POST", "token"));
    for _ in 0..3 {
        assert_eq!((look(&acting).await, world.asked("POST /token")), (Ok(()), 1));
    }
    turn(Duration::from_mins(35));
    assert_eq!((look(&acting).await, world.asked("POST /token")), (Err(ErrorKind::Unauthorized), 1));
}

#[tokio::test]
async fn a_refused_password_leaves_the_account_unlocked() {
    let world = World::new(Settings::default()).await;
    let acting = world.signed_in("STAFF1").await;
    world.site.change_password("STAFF1", "another");
    world.site.purge_cache();
    let calls = (0..50).map(|_| look(&acting));
    assert_eq!(join_all(calls).await, vec![Err(ErrorKind::Unauthorized); 50]);
    assert_eq!(world.asked("POST /token"), 1);
    world.client.sign_in(&credentials("STAFF1", "another")).await.unwrap();
    assert_eq!(look(&acting).await, Ok(()));
    world.client.sign_in(&credentials("STAFF1", PASSWORD)).await.unwrap_err();
}
