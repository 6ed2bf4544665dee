//! Tokens that several instances share, and a home that does not always work.

use crate::{World, credentials};
use futures_util::{FutureExt, future::BoxFuture, future::join_all};
use imis::{
    Client, ErrorKind, HomeError, KeptToken, Lease, Limits, MemoryHome, Renewal, SignInError, TokenHome, UserName,
};
use sim::imis::{Effect, Fault, Settings, people::PASSWORD};
use std::{
    collections::VecDeque,
    io,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

const ADA: &str = "ada.lovelace@example.org";

/// What a home does instead of its work.
#[derive(Clone, Copy)]
enum Trouble {
    None,
    Fails,
    Hangs,
}

/// A home in trouble.
#[derive(Default)]
struct Flapping {
    home: Arc<MemoryHome>,
    load: Mutex<VecDeque<Trouble>>,
    keep: Mutex<VecDeque<Trouble>>,
    lease: Mutex<VecDeque<Trouble>>,
    /// Done before the next lease is given.
    before_lease: Mutex<Option<BoxFuture<'static, ()>>>,
    leases: Arc<AtomicUsize>,
}

async fn suffer(trouble: &Mutex<VecDeque<Trouble>>) -> Result<(), HomeError> {
    let next = trouble.lock().unwrap().pop_front().unwrap_or(Trouble::None);
    match next {
        Trouble::None => Ok(()),
        Trouble::Fails => Err(HomeError::new(io::Error::other("down"))),
        Trouble::Hangs => std::future::pending().await,
    }
}

impl TokenHome for Flapping {
    fn load<'a>(&'a self, user: &'a UserName) -> BoxFuture<'a, Result<Option<KeptToken>, HomeError>> {
        async {
            suffer(&self.load).await?;
            self.home.load(user).await
        }
        .boxed()
    }

    fn keep<'a>(&'a self, user: &'a UserName, token: &'a KeptToken) -> BoxFuture<'a, Result<(), HomeError>> {
        async {
            suffer(&self.keep).await?;
            self.home.keep(user, token).await
        }
        .boxed()
    }

    fn forget<'a>(&'a self, user: &'a UserName) -> BoxFuture<'a, Result<(), HomeError>> {
        self.home.forget(user)
    }

    fn lease<'a>(&'a self, user: &'a UserName, at_least: Duration) -> BoxFuture<'a, Result<Lease, HomeError>> {
        async move {
            let before = self.before_lease.lock().unwrap().take();
            if let Some(before) = before {
                before.await;
            }
            suffer(&self.lease).await?;
            let lease = self.home.lease(user, at_least).await?;
            let leases = Arc::clone(&self.leases);
            leases.fetch_add(1, Ordering::SeqCst);
            Ok(Lease::new(move || {
                leases.fetch_sub(1, Ordering::SeqCst);
                drop(lease);
            }))
        }
        .boxed()
    }
}

async fn look(client: &Client) -> Result<(), ErrorKind> {
    let acting = client.acting_as(UserName::new("STAFF1"), Renewal::Credentials(credentials("STAFF1", PASSWORD)));
    acting.find_by_addresses(&[ADA]).await.error.map_or(Ok(()), |error| Err(error.kind))
}

/// Fifty calls at once, none of which may be stuck.
async fn fifty(client: &Client) -> Vec<Result<(), ErrorKind>> {
    let calls = join_all((0..50).map(|_| look(client)));
    tokio::time::timeout(Duration::from_secs(20), calls).await.unwrap()
}

async fn flapping() -> (World, Arc<Flapping>, Client) {
    let world = World::new(Settings { latency: Duration::from_millis(5), ..Settings::default() }).await;
    let home = Arc::new(Flapping::default());
    let limits = Limits { home: Duration::from_millis(200), ..Limits::default() };
    let client = world.client_with(Arc::clone(&home) as _, limits);
    (world, home, client)
}

#[tokio::test]
async fn a_home_that_flaps_costs_one_token_and_leaves_nobody_stuck() {
    let (world, home, client) = flapping().await;
    home.keep.lock().unwrap().extend([Trouble::Fails, Trouble::Hangs]);
    assert_eq!(fifty(&client).await, vec![Err(ErrorKind::HomeUnavailable); 50]);
    assert_eq!(look(&client).await, Err(ErrorKind::HomeUnavailable));
    // It works again: what was fetched is brought home, not fetched anew.
    assert_eq!(fifty(&client).await, vec![Ok(()); 50]);
    assert_eq!((world.asked("POST /token"), home.leases.load(Ordering::SeqCst)), (1, 0));
    assert!(home.home.load(&UserName::new("STAFF1")).await.unwrap().is_some());
}

#[tokio::test]
async fn what_another_instance_fetched_meanwhile_is_better_than_what_found_no_home() {
    let (world, home, client) = flapping().await;
    home.keep.lock().unwrap().push_back(Trouble::Fails);
    assert_eq!(look(&client).await, Err(ErrorKind::HomeUnavailable));
    let other = world.client_with(Arc::clone(&home.home) as _, Limits::default());
    assert_eq!(look(&other).await, Ok(()));
    world.site.ledger().forget_requests();
    assert_eq!((look(&client).await, look(&other).await), (Ok(()), Ok(())));
    assert_eq!(world.asked("POST /token"), 0);
}

#[tokio::test]
async fn without_its_home_no_token_is_asked_for() {
    let (world, home, client) = flapping().await;
    let unavailable = vec![Err(ErrorKind::HomeUnavailable); 50];
    for trouble in [Trouble::Fails, Trouble::Hangs] {
        home.load.lock().unwrap().extend([trouble; 50]);
        assert_eq!(fifty(&client).await, unavailable, "no load");
        home.load.lock().unwrap().clear();
        home.lease.lock().unwrap().extend([Trouble::Fails; 50]);
        assert_eq!(fifty(&client).await, unavailable, "no lease");
        home.lease.lock().unwrap().clear();
        home.load.lock().unwrap().extend([[Trouble::None, trouble]; 50].concat());
        assert_eq!(fifty(&client).await, unavailable, "no second load, under the lease");
        home.load.lock().unwrap().clear();
        assert_eq!((world.asked("POST /token"), home.leases.load(Ordering::SeqCst)), (0, 0));
    }
    assert_eq!(fifty(&client).await, vec![Ok(()); 50]);
}

#[tokio::test]
async fn a_sign_in_whose_token_finds_no_home_is_none() {
    let (world, home, client) = flapping().await;
    home.keep.lock().unwrap().push_back(Trouble::Fails);
    let refused = client.sign_in(&credentials("STAFF1", PASSWORD)).await.unwrap_err();
    assert!(
        matches!(&refused, SignInError::Upstream(error) if error.kind == ErrorKind::HomeUnavailable),
        "{refused:?}"
    );
    assert_eq!(world.asked("POST /token"), 1);
}

#[tokio::test]
async fn no_lease_is_held_while_waiting_to_ask_again() {
    let (world, home, client) = flapping().await;
    let busy = Effect::TooManyRequests { retry_after: Some(1) };
    world.site.faults().add(Fault::once(busy).on("GET", "User"));
    let (staff, credentials) = (UserName::new("STAFF1"), credentials("STAFF1", PASSWORD));
    let sign_in = client.sign_in(&credentials);
    let other = async {
        while world.site.faults().waiting() > 0 {
            tokio::task::yield_now().await;
        }
        let lease = home.home.lease(&staff, Duration::from_secs(1));
        tokio::time::timeout(Duration::from_millis(700), lease).await.is_ok()
    };
    let (signed_in, given) = tokio::join!(sign_in, other);
    signed_in.unwrap();
    assert!(given, "the lease was held during the pause");
}

#[tokio::test]
async fn who_signs_in_while_another_instance_renews_uses_the_living_token() {
    let (world, home, client) = flapping().await;
    let other = world.client_with(Arc::clone(&home.home) as _, Limits::default());
    let renewal = async move { assert_eq!(look(&other).await, Ok(())) };
    *home.before_lease.lock().unwrap() = Some(renewal.boxed());
    client.sign_in(&credentials("STAFF1", PASSWORD)).await.unwrap();
    let acting = client.acting_as(UserName::new("STAFF1"), Renewal::Nothing);
    assert!(acting.find_by_addresses(&[ADA]).await.error.is_none());
    assert_eq!((world.asked("POST /token"), world.site.living_tokens()), (2, 1));
}

#[tokio::test]
async fn a_sign_in_on_one_instance_serves_the_other() {
    let (world, home, client) = flapping().await;
    let other = world.client_with(Arc::clone(&home) as _, Limits::default());
    client.sign_in(&credentials("STAFF1", PASSWORD)).await.unwrap();
    let acting = other.acting_as(UserName::new("staff1 "), Renewal::Nothing);
    assert!(acting.find_by_addresses(&[ADA]).await.error.is_none());
    assert_eq!(world.asked("POST /token"), 1);
}

#[tokio::test]
async fn who_is_forgotten_has_no_token_anywhere() {
    let (world, home, client) = flapping().await;
    let staff = UserName::new("STAFF1");
    client.sign_in(&credentials("STAFF1", PASSWORD)).await.unwrap();
    client.forget(&staff).await.unwrap();
    assert!(home.home.load(&staff).await.unwrap().is_none());
    let found = client.acting_as(staff, Renewal::Nothing).find_by_addresses(&[ADA]).await;
    assert_eq!(found.error.unwrap().kind, ErrorKind::Unauthorized);
    assert_eq!(world.asked("POST /token"), 1);
}

#[tokio::test]
async fn what_is_under_way_for_somebody_who_is_forgotten_is_kept_nowhere() {
    let (world, home, client) = flapping().await;
    let staff = UserName::new("STAFF1");
    world.site.faults().add(Fault::once(Effect::Latency(Duration::from_millis(200))).on("POST", "token"));
    let forget = async {
        while world.site.faults().waiting() > 0 {
            tokio::task::yield_now().await;
        }
        client.forget(&staff).await.unwrap();
    };
    let (looked, ()) = tokio::join!(look(&client), forget);
    assert_eq!(looked, Err(ErrorKind::Unauthorized));
    assert!(home.home.load(&staff).await.unwrap().is_none());
}
