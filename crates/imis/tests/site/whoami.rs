//! Who somebody is by now.

use crate::{World, raw};
use imis::ErrorKind;
use sim::imis::{Edition, Effect, Fault, Settings};

#[tokio::test]
async fn roles_are_as_they_are_now_on_both_editions() {
    for edition in [Edition::Ems, Edition::Imis2017] {
        let world = World::new(Settings { edition, ..Settings::default() }).await;
        let acting = world.signed_in("STAFF1").await;
        assert!(!acting.whoami().await.unwrap().is_administrator());
        world.site.grant_role("STAFF1", "sysADMIN");
        let user = acting.whoami().await.unwrap();
        assert!(user.is_administrator());
        assert_eq!((user.name.as_str(), world.asked("POST /token")), ("Hannah Weiss", 0));
    }
}

#[tokio::test]
async fn who_was_disabled_or_left_the_staff_is_told_so() {
    let world = World::new(Settings::default()).await;
    let acting = world.signed_in("STAFF1").await;
    world.site.remove_role("STAFF1", "IsStaff");
    assert_eq!(acting.whoami().await.unwrap_err().kind, ErrorKind::Disabled);
    world.site.grant_role("STAFF1", "IsStaff");
    acting.whoami().await.unwrap();
    world.site.disable_user("STAFF1");
    assert_eq!(acting.whoami().await.unwrap_err().kind, ErrorKind::Disabled);
}

#[tokio::test]
async fn a_dead_token_is_renewed_once_before_the_answer_counts() {
    let world = World::new(Settings::default()).await;
    let acting = world.signed_in("STAFF1").await;
    world.site.purge_cache();
    acting.whoami().await.unwrap();
    assert_eq!(world.asked("POST /token"), 1);
    world.site.purge_cache();
    world.site.disable_user("STAFF1");
    assert_eq!(acting.whoami().await.unwrap_err().kind, ErrorKind::Unauthorized);
}

#[tokio::test]
async fn a_site_out_of_reach_is_no_reason_to_refuse_anybody() {
    let world = World::new(Settings::default()).await;
    let acting = world.signed_in("STAFF1").await;
    world.site.faults().add(Fault::once(Effect::Unavailable).on("GET", "User").always());
    assert!(matches!(acting.whoami().await.unwrap_err().kind, ErrorKind::Busy { .. }));
    world.site.faults().clear();
    acting.whoami().await.unwrap();
}

#[tokio::test]
async fn roles_that_the_user_does_not_carry_are_asked_for() {
    let bare = r#"{"Items":[{"UserName":"STAFF","UserId":"1","Roles":{"$values":[]}}]}"#;
    let roles = r#"{"Result":{"$values":[{"RoleName":"SysAdmin"}]},"IsSuccessStatusCode":true}"#;
    let (listener, acting) = raw::site().await;
    let site = async {
        raw::grant(&listener).await;
        raw::answer(&listener, bare, 0).await;
        raw::answer(&listener, roles, 0).await.0
    };
    let (user, asked) = tokio::join!(acting.whoami(), site);
    assert!(user.unwrap().is_administrator());
    assert!(asked.starts_with("post /api/usersecurity/_execute "), "{asked}");
}

#[tokio::test]
async fn an_answer_about_somebody_else_makes_nobody_somebody_else() {
    let other = r#"{"Items":[{"UserName":"MANAGER","UserId":"1","Roles":["SysAdmin"]}]}"#;
    let (listener, acting) = raw::site().await;
    let site = async {
        raw::grant(&listener).await;
        raw::answer(&listener, other, 0).await;
    };
    let (user, ()) = tokio::join!(acting.whoami(), site);
    assert_eq!(user.unwrap_err().kind, ErrorKind::Disabled);
}

#[tokio::test]
async fn a_token_of_somebody_else_is_used_by_nobody() {
    let (listener, acting) = raw::site().await;
    let site = raw::answer(&listener, r#"{"access_token":"t","expires_in":3600,"userName":"MANAGER"}"#, 0);
    let (user, _) = tokio::join!(acting.whoami(), site);
    assert_eq!(user.unwrap_err().kind, ErrorKind::NotUnderstood);
}
