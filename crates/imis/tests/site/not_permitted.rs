//! A 401 where 403 is expected (`imis.md §4.5`): what one may not do ends nobody's session and wastes no token.

use crate::World;
use futures_util::future::join_all;
use imis::{Acting, ErrorKind};
use sim::imis::{Effect, Fault, Settings};

/// Somebody at a site that answers 401 to whoever may not read contacts.
async fn without_contacts() -> (World, Acting) {
    let world = World::new(Settings::default()).await;
    let acting = world.signed_in("STAFF1").await;
    world.site.faults().add(Fault::once(Effect::Unauthorized).on("GET", "Party").always());
    (world, acting)
}

async fn look(acting: &Acting) -> Option<ErrorKind> {
    acting.find_by_addresses(&["ada.lovelace@example.org"]).await.error.map(|error| error.kind)
}

fn is_forbidden(kind: Option<&ErrorKind>) -> bool {
    matches!(kind, Some(ErrorKind::Forbidden { message: Some(_) }))
}

#[tokio::test]
async fn a_second_401_means_not_permitted() {
    let (world, acting) = without_contacts().await;
    let refused = look(&acting).await;
    assert!(is_forbidden(refused.as_ref()), "{refused:?}");
    assert_eq!((world.asked("GET /api/Party"), world.asked("POST /token")), (2, 1));
    acting.whoami().await.unwrap();
}

#[tokio::test]
async fn what_is_known_as_not_permitted_wastes_no_token() {
    let (world, acting) = without_contacts().await;
    look(&acting).await;
    for _ in 0..3 {
        assert!(is_forbidden(look(&acting).await.as_ref()));
    }
    assert_eq!((world.asked("GET /api/Party"), world.asked("POST /token")), (5, 1));
    world.site.purge_cache();
    assert!(is_forbidden(look(&acting).await.as_ref()));
    assert_eq!(world.asked("POST /token"), 2, "a dead token is renewed all the same");
    world.site.faults().clear();
    assert_eq!(look(&acting).await, None, "what is permitted again works at once");
}

#[tokio::test]
async fn many_refusals_at_once_renew_once() {
    let (world, acting) = without_contacts().await;
    let refused = join_all((0..20).map(|_| look(&acting))).await;
    assert!(refused.iter().all(|kind| is_forbidden(kind.as_ref())), "{refused:?}");
    assert_eq!(world.asked("POST /token"), 1);
}

#[tokio::test]
async fn whoever_is_taken_no_more_is_out_under_a_new_token_too() {
    let world = World::new(Settings::default()).await;
    let acting = world.signed_in("STAFF1").await;
    world.site.remove_role("STAFF1", "RemoteService");
    for _ in 0..2 {
        assert_eq!(look(&acting).await, Some(ErrorKind::Unauthorized));
    }
    assert_eq!(acting.whoami().await.unwrap_err().kind, ErrorKind::Unauthorized);
}

#[tokio::test]
async fn whoever_is_disabled_where_401_means_not_permitted_is_out() {
    let (world, acting) = without_contacts().await;
    assert!(is_forbidden(look(&acting).await.as_ref()));
    world.site.disable_user("STAFF1");
    assert_eq!(look(&acting).await, Some(ErrorKind::Disabled), "by what iMIS says of the account");
    world.site.purge_cache();
    assert_eq!(look(&acting).await, Some(ErrorKind::Unauthorized), "by the token");
}

#[tokio::test]
async fn a_site_that_cannot_say_who_somebody_is_signs_nobody_out() {
    let (world, acting) = without_contacts().await;
    world.site.faults().add(Fault::once(Effect::Unavailable).on("GET", "User").always());
    let refused = look(&acting).await;
    assert!(matches!(refused, Some(ErrorKind::Busy { .. })), "{refused:?}");
    world.site.faults().clear();
    assert_eq!(look(&acting).await, None);
}
