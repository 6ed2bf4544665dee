//! `/token`, who a token belongs to, and what the owner may do (imis.md §3, §16).

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use sim::imis::{Edition, Settings};

use crate::site::{Site, activity, ids};

fn execute(entity: &str, operation: &str, parameter: &str) -> Value {
    execute_with(entity, operation, &[parameter])
}

fn execute_with(entity: &str, operation: &str, parameters: &[&str]) -> Value {
    let parameters: Vec<Value> =
        parameters.iter().map(|text| json!({ "$type": "System.String", "$value": text })).collect();
    json!({
        "$type": "Asi.Soa.Core.DataContracts.GenericExecuteRequest, Asi.Contracts",
        "OperationName": operation,
        "EntityTypeName": entity,
        "Parameters": {
            "$type": "System.Collections.ObjectModel.Collection`1[[System.Object, mscorlib]], mscorlib",
            "$values": parameters,
        },
    })
}

/// imis.md §3.1.
#[tokio::test]
async fn a_good_password_gives_a_token_and_the_stored_user_name() {
    let site = Site::start().await;
    let form = [("Grant_type", "password"), ("Username", "staff1"), ("PASSWORD", "Passw0rd!")];
    let reply = site.ask_token(&form).await;
    let body = reply.json();
    assert_eq!(reply.status, 200);
    assert_eq!(body["userName"], "STAFF1");
    assert_eq!(body["token_type"], "bearer");
    assert_eq!(body["expires_in"], 3599);
    assert!(body[".expires"].as_str().is_some_and(|text| text.ends_with("GMT")));
    assert!(body.get("refresh_token").is_none(), "assumed absent");
}

/// imis.md §3.1: 400 and not 401, and another code for another grant.
#[tokio::test]
async fn refusals_of_the_token_endpoint_are_status_400_with_a_code() {
    let site = Site::start().await;
    for (user, password) in [("STAFF1", "wrong"), ("NOBODY", "Passw0rd!"), ("DISABLED1", "Passw0rd!")] {
        let form = [("grant_type", "password"), ("username", user), ("password", password)];
        let reply = site.ask_token(&form).await;
        assert_eq!((reply.status, &reply.json()["error"]), (400, &json!("invalid_grant")), "{user}");
        assert!(reply.json()["error_description"].is_string());
    }
    let reply = site.ask_token(&[("grant_type", "magic")]).await;
    assert_eq!((reply.status, &reply.json()["error"]), (400, &json!("unsupported_grant_type")));
}

/// imis.md §3.1: locked after five, and then the right password does not help.
#[tokio::test]
async fn five_bad_passwords_lock_the_account() {
    let site = Site::start().await;
    let try_with = |password: &'static str| {
        let site = &site;
        async move {
            site.ask_token(&[("grant_type", "password"), ("username", "STAFF1"), ("password", password)]).await.status
        }
    };
    for _ in 0..4 {
        assert_eq!(try_with("wrong").await, 400);
    }
    assert_eq!(try_with("Passw0rd!").await, 200, "four are forgiven");
    for _ in 0..5 {
        assert_eq!(try_with("wrong").await, 400);
    }
    assert_eq!(try_with("Passw0rd!").await, 400, "five are not");
    site.running.unlock_user("STAFF1");
    assert_eq!(try_with("Passw0rd!").await, 200);
}

/// imis.md §1 fact 3 and §3.3.
#[tokio::test]
async fn a_new_token_kills_the_users_previous_one_and_no_one_elses() {
    let site = Site::start().await;
    let (first, other) = (site.token("STAFF1").await, site.token("MANAGER").await);
    let second = site.token("STAFF1").await;
    let refused = site.get(&first, "Party/101").await;
    assert_eq!(refused.status, 401);
    assert_eq!(
        refused.json(),
        json!({
            "$type": "System.Web.Http.HttpError, System.Web.Http",
            "Message": "Authorization has been denied for this request.",
        })
    );
    assert_eq!(site.get(&second, "Party/101").await.status, 200);
    assert_eq!(site.get(&other, "Party/101").await.status, 200);

    let site = Site::of(Settings { single_token_per_user: false, ..Settings::default() }).await;
    let (first, second) = (site.token("STAFF1").await, site.token("STAFF1").await);
    assert_eq!(site.get(&first, "Party/101").await.status, 200);
    assert_eq!(site.get(&second, "Party/101").await.status, 200);
}

/// imis.md §3.3: tokens die of age and of the cache being purged.
#[tokio::test]
async fn tokens_die_of_age_and_of_a_purge() {
    let site = Site::of(Settings { token_ttl: Duration::ZERO, ..Settings::default() }).await;
    let token = site.token("STAFF1").await;
    assert_eq!(site.get(&token, "Party/101").await.status, 401);

    let site = Site::start().await;
    let token = site.token("STAFF1").await;
    site.running.disable_user("STAFF1");
    assert_eq!(site.get(&token, "Party/101").await.status, 200, "a living token outlives disabling");
    assert_eq!(site.outside(Method::POST, "/_admin/purge").await.0, 204);
    assert_eq!(site.get(&token, "Party/101").await.status, 401);
    assert_eq!(site.running.living_tokens(), 0);
}

/// imis.md §1 fact 10, §17: the token is issued, the API refuses it.
#[tokio::test]
async fn without_the_remote_service_role_the_api_refuses_the_token() {
    let site = Site::start().await;
    let token = site.token("STAFF2").await;
    assert_eq!(site.get(&token, "Party/101").await.status, 401);
    let site = Site::of(Settings { remote_service_required: false, ..Settings::default() }).await;
    let token = site.token("STAFF2").await;
    assert_eq!(site.get(&token, "Party/101").await.status, 200);
}

/// imis.md §3.5: the own record only, unless `SysAdmin`; roles and `IsAnonymous` are always there.
#[tokio::test]
async fn users_see_their_own_record_and_administrators_all() {
    let site = Site::start().await;
    let (staff, manager) = (site.token("STAFF1").await, site.token("MANAGER").await);
    let page = site.get(&staff, "User?UserName=staff1").await.json();
    let user = &page["Items"]["$values"][0];
    assert_eq!((&user["UserName"], &user["UserId"]), (&json!("STAFF1"), &json!("192")));
    assert_eq!(user["Party"]["Name"], "Hannah Weiss");
    assert_eq!(user["IsAnonymous"], false);
    assert!(user["Roles"]["$values"].as_array().expect("roles").contains(&json!("RemoteService")));
    assert!(user.get("IsDisable").is_none());
    assert_eq!(site.get(&staff, "User?UserName=MANAGER").await.json()["TotalCount"], 0);
    assert_eq!(site.get(&manager, "User?UserName=DISABLED1").await.json()["Items"]["$values"][0]["IsDisable"], true);
}

/// imis.md §4.6, §3.5: an envelope on EMS, and a miss is 200 with a null result.
#[tokio::test]
async fn named_operations_answer_in_an_envelope_on_ems() {
    let site = Site::start().await;
    let token = site.token("STAFF1").await;
    let reply = site.post(&token, "UserSecurity/_execute", &execute("UserSecurity", "GetUserRoles", "staff1")).await;
    let roles = reply.json();
    assert_eq!((reply.status, &roles["IsSuccessStatusCode"]), (200, &json!(true)));
    assert_eq!(roles["Result"]["$values"][0]["RoleName"], "IsStaff");
    let others = execute("UserSecurity", "GetUserRoles", "MANAGER");
    assert_eq!(site.post(&token, "UserSecurity/_execute", &others).await.status, 403);
    let found = site.post(&token, "User/_execute", &execute("User", "FindByUserName", "STAFF1")).await.json();
    assert_eq!(found["Result"]["UserName"], "STAFF1");
    let miss = site.post(&token, "User/_execute", &execute("User", "FindByUserName", "NOBODY")).await;
    assert_eq!((miss.status, miss.json()["Result"].is_null()), (200, true));
    assert_eq!(miss.json()["Message"], "NotFound");
    assert_eq!(site.get(&token, "UserSecurity").await.status, 501);
    let mut bare = execute("User", "FindByUserName", "STAFF1");
    bare["Parameters"] = json!(["STAFF1"]);
    assert_eq!(site.post(&token, "User/_execute", &bare).await.status, 500, "a bare array cannot be bound");
}

/// imis.md §3.5, §13: seen over REST alone, once it is filled.
#[tokio::test]
async fn an_external_id_is_shown_found_and_set_over_rest() {
    let site = Site::start().await;
    let (staff, manager) = (site.token("STAFF1").await, site.token("MANAGER").await);
    let own = site.get(&staff, "User?UserName=STAFF1").await.json();
    assert!(own["Items"]["$values"][0].get("ExternalId").is_none());
    site.running.set_external_id("STAFF1", "dir-192");
    let own = site.get(&staff, "User?UserName=STAFF1").await.json();
    assert_eq!(own["Items"]["$values"][0]["ExternalId"], "dir-192");

    let door = "UserSecurity/_execute";
    let find = execute("UserSecurity", "FindByExternalId", "dir-192");
    assert_eq!(site.post(&manager, door, &find).await.json()["Result"]["UserName"], "STAFF1");
    assert_eq!(site.post(&site.token("READER1").await, door, &find).await.status, 403);
    let none = execute("UserSecurity", "FindByExternalId", "");
    assert!(site.post(&manager, door, &none).await.json()["Result"].is_null(), "nobody is found by nothing");
    let set = execute_with("UserSecurity", "UpdateExternalId", &["READER1", "dir-194"]);
    assert_eq!(site.post(&staff, door, &set).await.status, 403);
    assert_eq!(site.post(&manager, door, &set).await.status, 200);
    assert_eq!(site.running.external_id("READER1").as_deref(), Some("dir-194"));
}

/// imis.md §3.5, §17.
#[tokio::test]
async fn roles_come_and_go_and_passwords_are_validated_over_rest() {
    let site = Site::start().await;
    let staff = site.token("STAFF1").await;
    site.running.grant_role("STAFF1", "SysAdmin");
    site.running.remove_role("STAFF1", "IsStaff");
    let own = site.get(&staff, "User?UserName=STAFF1").await.json();
    let roles = &own["Items"]["$values"][0]["Roles"]["$values"];
    assert_eq!(roles, &json!(["RemoteService", "AuthenticatedUser", "Everyone", "SysAdmin"]));
    for (password, right) in [("Passw0rd!", true), ("wrong", false)] {
        let ask = execute_with("UserSecurity", "ValidateUser", &["READER1", password]);
        assert_eq!(site.post(&staff, "UserSecurity/_execute", &ask).await.json()["Result"], right);
    }
}

/// imis.md §3.5, §4.6, §4.3, §7.2: what 2017 does otherwise.
#[tokio::test]
async fn the_2017_edition_is_bare_older_and_without_the_log() {
    let site = Site::of(Settings { edition: Edition::Imis2017, ..Settings::default() }).await;
    let token = site.token("STAFF1").await;
    let roles = site.post(&token, "UserSecurity/_execute", &execute("UserSecurity", "GetUserRoles", "STAFF1")).await;
    assert_eq!(roles.status, 501);
    assert_eq!(roles.text, "There is no service defined for UserSecurity");
    let found = site.post(&token, "User/_execute", &execute("User", "FindByUserName", "STAFF1")).await.json();
    assert_eq!(found["UserName"], "STAFF1");
    let miss = site.post(&token, "User/_execute", &execute("User", "FindByUserName", "NOBODY")).await;
    assert_eq!((miss.status, miss.text.as_str()), (200, "null"));
    let page = site.get(&token, "Party?limit=1").await.json();
    assert_eq!(page["IsSynchronized"], false);
    assert!(page["Items"]["$values"][0]["$type"].as_str().expect("a type").ends_with("Membership.Contracts"));
    assert_eq!(site.post(&token, "CommunicationLog", &crate::site::log("x")).await.status, 501);
    assert_eq!(site.get(&token, "CommunicationLog?limit=1").await.status, 200);
}

/// imis.md §16: level 1 reads, 3 creates, 4 deletes.
#[tokio::test]
async fn levels_decide_about_reading_and_writing() {
    let site = Site::start().await;
    let (reader, staff) = (site.token("READER1").await, site.token("STAFF1").await);
    let call = activity(&[("PartyId", json!("101")), ("ACTIVITY_TYPE", json!("CALL"))]);
    assert_eq!(site.get(&reader, "Activity").await.status, 200);
    assert_eq!(site.post(&reader, "Activity", &call).await.status, 403);
    let created = site.post(&staff, "Activity", &call).await.json();
    let id = created["Identity"]["IdentityElements"]["$values"][0].as_str().expect("an id").to_owned();
    assert_eq!(site.delete(&reader, &format!("Activity/{id}")).await.status, 403);
    for (token, action, allowed) in
        [(&reader, "Read", true), (&reader, "Create", false), (&staff, "Create", true), (&staff, "Delete", true)]
    {
        let reply = site.post(token, &format!("Activity/_haspermission/{action}"), &json!(null)).await;
        assert_eq!((reply.status, reply.json()), (200, json!(allowed)), "{action}");
    }
}

/// imis.md §16: a public user sees little of others and nothing of their records.
#[tokio::test]
async fn a_public_user_sees_a_glimpse_of_other_contacts() {
    let site = Site::start().await;
    let token = site.token("MEMBER1").await;
    let other = site.get(&token, "Party/101").await.json();
    assert_eq!((&other["Name"], &other["Email"]), (&json!("Ms. Ada Lovelace"), &json!("ada.lovelace@example.org")));
    assert!(other.get("AdditionalAttributes").is_none() && other.get("Status").is_none());
    assert!(
        site.get(&token, "Party/195").await.json().get("AdditionalAttributes").is_some(),
        "the own record is whole"
    );
    assert_eq!(site.get(&token, "Activity").await.status, 403);
    assert_eq!(ids(&site.get(&token, "Party?Email=ada.lovelace@example.org").await.json()), ["101"]);
}
