//! Client applications, the Single Sign-On page and the refresh-token grant (imis.md §3.2, §3.3, §12).

use std::time::Duration;

use reqwest::StatusCode;
use sim::imis::{
    CLIENT_SECRET, Certificate, ClientApplication, Event, Grant, HeadRequest, Neighbour, OpenerPolicy, PageHeaders,
    Posts, ReferrerPolicy, RefreshUse, Replacement, Settings, Way, people::PASSWORD,
};

use crate::{
    browsing::{Application, Browser, Shown},
    site::{Reply, Site},
};

const CLIENT: &str = "OutlookSso";

/// A site that hands over to an application answering 200.
async fn ready(settings: Settings) -> (Site, Application) {
    let (site, application) = (Site::of(settings).await, Application::answering(200).await);
    site.running.register_application(ClientApplication::new(CLIENT).redirecting_to(application.url.clone()));
    (site, application)
}

async fn hand_over(site: &Site, user: &str) -> Shown {
    let browser = Browser::new();
    browser.sign_in(&site.running, user, PASSWORD).await;
    browser.go(site.running.sign_on_page(CLIENT)).await
}

async fn redeem(site: &Site, token: &str) -> Reply {
    redeem_as(site, (CLIENT, CLIENT_SECRET), token).await
}

async fn redeem_as(site: &Site, (id, secret): (&str, &str), token: &str) -> Reply {
    let form =
        [("grant_type", "refresh_token"), ("client_id", id), ("client_secret", secret), ("refresh_token", token)];
    site.ask_token(&form).await
}

fn refused_with(reply: &Reply) -> String {
    assert_eq!(reply.status, 400, "{}", reply.text);
    assert!(reply.json()["error_description"].is_string());
    reply.json()["error"].as_str().expect("a code").to_owned()
}

/// imis.md §12.2 steps 1 to 3.
#[tokio::test]
async fn somebody_not_signed_in_signs_in_first_and_is_then_handed_over() {
    let (site, application) = ready(Settings::default()).await;
    let browser = Browser::new();
    let form = browser.go(site.running.sign_on_page(CLIENT)).await;
    assert_eq!((form.url.path(), form.status), ("/SignIn.aspx", StatusCode::OK));
    assert_eq!(application.arrivals.lock().expect("arrivals").len(), 0, "not before somebody is signed in");

    let back = browser.post(form.url, &[("username", "staff1"), ("password", PASSWORD)]).await;
    assert!(back.header("set-cookie").contains("HttpOnly"));
    let page = browser.go(back.location()).await;
    assert_eq!(page.attribute("<form method=post action=\""), application.url.as_str().replace('&', "&amp;"));
    assert!(page.refresh_token().starts_with("CANARY-RT-"));
    assert!(page.text.contains("<button>") && page.text.contains(".submit()"));

    let reply = redeem(&site, page.refresh_token()).await;
    assert_eq!((reply.status, reply.json()["userName"].as_str()), (200, Some("STAFF1")));
    assert!(reply.json().get("refresh_token").is_none());
    let token = reply.json()["access_token"].as_str().expect("a token").to_owned();
    assert!(token.starts_with("CANARY-AT-"));
    assert_eq!(site.get(&token, "User?UserName=STAFF1").await.json()["TotalCount"], 1);

    let ledger = site.running.ledger();
    assert_eq!((ledger.token_calls(), ledger.hand_overs()), (1, 1));
    assert_eq!(
        ledger.events(),
        [
            Event::SignedIn { user: "STAFF1".into(), way: Way::Password },
            Event::Checked { client_id: CLIENT.into(), status: Some(200) },
            Event::HandedOver { user: "STAFF1".into(), client_id: CLIENT.into() },
            Event::TokenIssued { grant: Grant::RefreshToken, user: "STAFF1".into() },
        ]
    );
}

/// imis.md §12.1 "Skip server endpoint validation", §17.
#[tokio::test]
async fn the_redirect_url_has_to_answer_head_unless_that_is_skipped() {
    let site = Site::start().await;
    let deaf = Application::answering(405).await;
    let record = ClientApplication::new(CLIENT).redirecting_to(deaf.url.clone());
    site.running.register_application(record.clone());
    let page = hand_over(&site, "STAFF1").await;
    assert!(page.text.contains("<p role=alert>") && !page.text.contains("refresh_token"), "{}", page.text);
    let methods: Vec<String> =
        deaf.arrivals.lock().expect("arrivals").iter().map(|(method, ..)| method.to_string()).collect();
    assert_eq!(methods, ["HEAD"]);
    assert_eq!(site.running.living_refresh_tokens(), 0);

    site.running.register_application(ClientApplication { head_request: HeadRequest::Skipped, ..record.clone() });
    assert!(hand_over(&site, "STAFF1").await.refresh_token().starts_with("CANARY-RT-"));
    assert_eq!(deaf.arrivals.lock().expect("arrivals").len(), 1);

    site.running.register_application(ClientApplication { redirect_login_uri: None, ..record });
    assert!(hand_over(&site, "STAFF1").await.text.contains("<p role=alert>"));
}

/// imis.md §12.1: iMIS looks at an `https` endpoint too, and trusts only certificates it knows.
#[tokio::test]
async fn the_look_at_the_redirect_url_wants_a_certificate_it_trusts() {
    let certificate = sim::tls::Certificate::for_world().expect("a certificate");
    let router = axum::Router::new().fallback(|| async { "" });
    let server = sim::tls::serve(router, &certificate, 0).expect("a server");
    let site = Site::start().await;
    let url = "https://addin.example.test/auth/live/imis".parse().expect("an address");
    site.running.register_application(ClientApplication::new(CLIENT).redirecting_to(url));
    let stranger = Neighbour { host: "addin.example.test".into(), address: Some(server.address()), certificate: None };
    site.running.introduce(stranger.clone());
    assert!(hand_over(&site, "STAFF1").await.text.contains("<p role=alert>"));
    let known = Certificate::Pem(certificate.certificate_pem().to_owned());
    site.running.introduce(Neighbour { certificate: Some(known), ..stranger });
    assert!(hand_over(&site, "STAFF1").await.refresh_token().starts_with("CANARY-RT-"));
}

/// security.md §3.1's rows for iMIS: a form by either kind of script, or a 307 that makes the browser post again.
#[tokio::test]
async fn the_refresh_token_travels_by_form_or_by_a_307() {
    let (site, application) = ready(Settings::default()).await;
    let record = ClientApplication::new(CLIENT).redirecting_to(application.url.clone());
    site.running.register_application(ClientApplication { posts: Posts::ExternalScript, ..record.clone() });
    let page = hand_over(&site, "STAFF1").await;
    let script = page.url.join(page.attribute("<script src=\"")).expect("an address");
    assert!(Browser::new().open(script).await.text.contains(".submit()"));

    site.running.register_application(ClientApplication { posts: Posts::Redirect307, ..record });
    let browser = Browser::new();
    browser.sign_in(&site.running, "STAFF1", PASSWORD).await;
    let page = browser.go(site.running.sign_on_page(CLIENT)).await;
    let action = page.url.join(page.attribute("<form method=post action=\"")).expect("an address");
    assert_eq!(action, site.running.sign_on_page(CLIENT));
    let reply = browser.post(action, &[("refresh_token", page.refresh_token())]).await;
    assert_eq!((reply.status.as_u16(), reply.location()), (307, application.url.clone()));
}

/// security.md §1: what makes browsers say `Origin: null`, and what cuts a dialog from its opener.
#[tokio::test]
async fn pages_can_be_sent_with_policies() {
    let (site, _application) = ready(Settings::default()).await;
    let page = hand_over(&site, "STAFF1").await;
    assert_eq!((page.header("referrer-policy"), page.header("cross-origin-opener-policy")), ("", ""));
    let headers = PageHeaders { referrer: ReferrerPolicy::NoReferrer, opener: OpenerPolicy::SameOrigin };
    site.running.send_with_pages(headers);
    let page = hand_over(&site, "STAFF1").await;
    assert_eq!(
        (page.header("referrer-policy"), page.header("cross-origin-opener-policy")),
        ("no-referrer", "same-origin")
    );
}

/// imis.md §3.2.
#[tokio::test]
async fn a_stranger_or_a_wrong_secret_is_an_invalid_client_and_costs_the_token_nothing() {
    let (site, _application) = ready(Settings::default()).await;
    site.running.register_application(ClientApplication::new("Other"));
    let page = hand_over(&site, "STAFF1").await;
    let token = page.refresh_token();
    for client in [(CLIENT, "wrong"), ("Nobody", CLIENT_SECRET), ("", "")] {
        assert_eq!(refused_with(&redeem_as(&site, client, token).await), "invalid_client");
    }
    let other = redeem_as(&site, ("Other", CLIENT_SECRET), token).await;
    assert_eq!(refused_with(&other), "invalid_grant", "it was handed to another application");
    assert_eq!(refused_with(&redeem(&site, "CANARY-RT-made-up").await), "invalid_grant");
    assert_eq!(redeem(&site, token).await.status, 200);
}

/// imis.md §12.3: both answers to the open question, and §3.2: replaced or not.
#[tokio::test]
async fn refresh_tokens_are_used_once_or_often_and_replaced_or_not() {
    let (site, _application) = ready(Settings::default()).await;
    let page = hand_over(&site, "STAFF1").await;
    assert_eq!(redeem(&site, page.refresh_token()).await.status, 200);
    assert_eq!(refused_with(&redeem(&site, page.refresh_token()).await), "invalid_grant");

    let (site, _application) = ready(Settings { refresh_use: RefreshUse::Reusable, ..Settings::default() }).await;
    let page = hand_over(&site, "STAFF1").await;
    assert_eq!(redeem(&site, page.refresh_token()).await.status, 200);
    assert_eq!(redeem(&site, page.refresh_token()).await.status, 200);

    let settings = Settings { refresh_replacement: Replacement::Sent, ..Settings::default() };
    let (site, _application) = ready(settings).await;
    let page = hand_over(&site, "STAFF1").await;
    let reply = redeem(&site, page.refresh_token()).await.json();
    let next = reply["refresh_token"].as_str().expect("another token");
    assert_ne!(next, page.refresh_token());
    assert_eq!(refused_with(&redeem(&site, page.refresh_token()).await), "invalid_grant");
    assert_eq!(redeem(&site, next).await.status, 200);
}

/// imis.md §12.3: the configured lifetime or an hour, whichever is less; and the purge.
#[tokio::test]
async fn refresh_tokens_end_with_their_lifetime_after_an_hour_or_by_a_purge() {
    let (site, application) = ready(Settings::default()).await;
    let minutes = |count: u64| Duration::from_secs(count * 60);
    let page = hand_over(&site, "STAFF1").await;
    site.running.age_tokens(minutes(29));
    let (late, later) = (page, hand_over(&site, "STAFF1").await);
    site.running.age_tokens(minutes(2));
    assert_eq!(refused_with(&redeem(&site, late.refresh_token()).await), "invalid_grant");
    assert_eq!(redeem(&site, later.refresh_token()).await.status, 200);

    site.running.register_application(ClientApplication {
        refresh_token_lifetime: minutes(600),
        ..ClientApplication::new(CLIENT).redirecting_to(application.url.clone())
    });
    let page = hand_over(&site, "STAFF1").await;
    site.running.age_tokens(minutes(61));
    assert_eq!(refused_with(&redeem(&site, page.refresh_token()).await), "invalid_grant");

    let page = hand_over(&site, "STAFF1").await;
    site.running.purge_cache();
    assert_eq!(refused_with(&redeem(&site, page.refresh_token()).await), "invalid_grant");
}

/// imis.md §1 fact 3 holds for this grant too, and §3.3: access tokens end by the same clock.
#[tokio::test]
async fn an_access_token_by_hand_over_replaces_the_users_other_one_and_ends_in_time() {
    let (site, _application) = ready(Settings::default()).await;
    let first = site.token("STAFF1").await;
    let page = hand_over(&site, "STAFF1").await;
    let reply = redeem(&site, page.refresh_token()).await.json();
    let second = reply["access_token"].as_str().expect("a token");
    assert_eq!(site.get(&first, "Party/101").await.status, 401);
    assert_eq!(site.get(second, "Party/101").await.status, 200);
    site.running.age_tokens(Duration::from_hours(1));
    assert_eq!(site.get(second, "Party/101").await.status, 401);
}

/// imis.md §3.3, the kill switch: disable or change the password, then purge.
#[tokio::test]
async fn disabling_refuses_new_tokens_and_leaves_the_living_ones_until_the_purge() {
    let (site, _application) = ready(Settings::default()).await;
    let living = site.token("STAFF1").await;
    let page = hand_over(&site, "STAFF1").await;
    site.running.disable_user("STAFF1");
    assert_eq!(refused_with(&redeem(&site, page.refresh_token()).await), "invalid_grant");
    assert_eq!(site.get(&living, "Party/101").await.status, 200);
    site.running.purge_cache();
    assert_eq!(site.get(&living, "Party/101").await.status, 401);
    site.running.enable_user("STAFF1");
    assert_eq!(site.get(&site.token("STAFF1").await, "Party/101").await.status, 200);
}

/// imis.md §3.3, the other half of the kill switch.
#[tokio::test]
async fn another_password_refuses_the_old_one_and_leaves_living_tokens_until_the_purge() {
    let (site, _application) = ready(Settings::default()).await;
    let living = site.token("STAFF1").await;
    let browser = Browser::new();
    browser.sign_in(&site.running, "STAFF1", PASSWORD).await;
    site.running.change_password("STAFF1", "Another1!");
    let with = |password| [("grant_type", "password"), ("username", "STAFF1"), ("password", password)];
    assert_eq!(refused_with(&site.ask_token(&with(PASSWORD)).await), "invalid_grant");
    assert_eq!(site.get(&living, "Party/101").await.status, 200);
    assert!(browser.go(site.running.sign_on_page(CLIENT)).await.text.contains("refresh_token"));
    site.running.purge_cache();
    assert_eq!(site.get(&living, "Party/101").await.status, 401);
    assert_eq!(browser.go(site.running.sign_on_page(CLIENT)).await.url.path(), "/SignIn.aspx");
    assert_eq!(site.ask_token(&with("Another1!")).await.status, 200);
}

/// imis.md §3.1: the form counts to the same lock as the token endpoint.
#[tokio::test]
async fn five_bad_passwords_in_the_form_lock_the_account() {
    let (site, _application) = ready(Settings::default()).await;
    let browser = Browser::new();
    for _ in 0..5 {
        let page = browser.sign_in(&site.running, "STAFF1", "wrong").await;
        assert!(page.text.contains("<p role=alert>") && page.header("set-cookie").is_empty());
    }
    let page = browser.sign_in(&site.running, "STAFF1", PASSWORD).await;
    assert!(page.text.contains("locked") && page.header("set-cookie").is_empty());
    let form = [("grant_type", "password"), ("username", "STAFF1"), ("password", PASSWORD)];
    assert_eq!(refused_with(&site.ask_token(&form).await), "invalid_grant");
}

/// After signing in the form leads nowhere but to the site itself.
#[tokio::test]
async fn signing_in_returns_to_addresses_of_the_site_alone() {
    let (site, _application) = ready(Settings::default()).await;
    for (asked, led) in [
        ("/OutlookSso.aspx", "/OutlookSso.aspx"),
        ("https://evil.example/", "/Default.aspx"),
        ("//evil.example/", "/Default.aspx"),
        ("/\\evil.example/", "/Default.aspx"),
        ("/\t/evil.example/", "/Default.aspx"),
        ("javascript:alert(1)", "/Default.aspx"),
    ] {
        let mut url = site.running.url().join("SignIn.aspx").expect("an address");
        url.query_pairs_mut().append_pair("ReturnUrl", asked);
        let reply = Browser::new().post(url, &[("username", "STAFF1"), ("password", PASSWORD)]).await;
        assert_eq!(reply.location(), site.running.url().join(led).expect("an address"), "{asked}");
    }
}

/// A link alone signs nobody out; the button does.
#[tokio::test]
async fn signing_out_ends_the_hand_over_without_a_form() {
    let (site, _application) =
        ready(Settings { path_prefix: "asi.scheduler_imis".into(), ..Settings::default() }).await;
    let browser = Browser::new();
    browser.sign_in(&site.running, "STAFF1", PASSWORD).await;
    let door = site.running.url().join("SignOut.aspx").expect("an address");
    browser.open(door.clone()).await;
    assert!(browser.go(site.running.sign_on_page(CLIENT)).await.text.contains("refresh_token"));
    browser.post(door, &[]).await;
    let form = browser.go(site.running.sign_on_page(CLIENT)).await;
    assert_eq!(form.url.path(), "/asi.scheduler_imis/SignIn.aspx");
    let mut root = site.running.url();
    root.set_path("/outlooksso.aspx");
    assert_eq!(browser.go(root).await.url.path(), "/SignIn.aspx", "pages are at the root too, whatever their case");
}
