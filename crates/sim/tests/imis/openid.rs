//! The OpenID Connect module with a provider of the organisation (imis.md §13).

use reqwest::StatusCode;
use sim::{
    imis::{ClientApplication, Event, LoginHint, OpenIdMode, OpenIdModule, Public, StaffClaim, Way, people::PASSWORD},
    openid::{Client, Fault, User},
};
use url::Url;

use crate::{
    browsing::{Application, Browser, Shown},
    site::Site,
};

const CLIENT: &str = "imis";

struct World {
    site: Site,
    provider: sim::openid::Running,
    module: OpenIdModule,
}

impl World {
    async fn new(mode: OpenIdMode) -> Self {
        let site = Site::start().await;
        let provider = sim::openid::start(sim::openid::Settings::default()).await.expect("the provider starts");
        let client = Client::new(CLIENT, site.running.openid_redirect_url().as_str());
        let module = OpenIdModule { mode, ..OpenIdModule::new(&provider.issuer(), CLIENT, &client.secret) };
        provider.register_client(client);
        site.running.configure_openid(module.clone());
        Self { site, provider, module }
    }

    fn address(&self, path: &str) -> Url {
        self.site.running.url().join(path).expect("an address")
    }

    /// From the page with the e-mail box to wherever the provider sends the person back to.
    async fn sign_in(&self, browser: &Browser, name: &str) -> Shown {
        let page = self.at_the_provider(browser, name).await;
        browser.go(self.pass(browser, &page, name).await).await
    }

    async fn at_the_provider(&self, browser: &Browser, name: &str) -> Shown {
        let form = browser.go(self.address("SignIn.aspx")).await;
        let email = format!("{name}@association.example");
        browser.go(browser.post(form.url, &[("email", &email)]).await.location()).await
    }

    /// Fills in the provider's form; the address it leads back to.
    async fn pass(&self, browser: &Browser, page: &Shown, name: &str) -> Url {
        let action = page.url.join(page.attribute("<form method=\"post\" action=\"")).expect("an address");
        let interaction = page.attribute("name=\"interaction\" value=\"");
        let form = [("interaction", interaction), ("username", name), ("password", PASSWORD)];
        browser.post(action, &form).await.location()
    }
}

/// imis.md §13: only an e-mail box, the hint to the provider, and matching by primary e-mail the first time.
#[tokio::test]
async fn the_first_sign_in_finds_the_user_by_primary_email_and_stores_the_external_id() {
    let world = World::new(OpenIdMode::Enabled).await;
    let browser = Browser::new();
    let form = browser.go(world.address("SignIn.aspx")).await;
    assert!(form.text.contains("type=email") && !form.text.contains("type=password"), "{}", form.text);
    let page = browser.post(form.url, &[("email", "hannah.weiss@association.example")]).await;
    let asked: Vec<(String, String)> = page.location().query_pairs().into_owned().collect();
    assert!(asked.contains(&("login_hint".into(), "hannah.weiss@association.example".into())));

    let home = world.sign_in(&browser, "STAFF1").await;
    assert!(home.text.contains("Hannah Weiss (STAFF1)"), "{}", home.text);
    assert_eq!(world.site.running.external_id("STAFF1").as_deref(), Some("directory-192"));
    assert_eq!(
        world.site.running.ledger().events(),
        [
            Event::ExternalIdStored { user: "STAFF1".into() },
            Event::SignedIn { user: "STAFF1".into(), way: Way::OpenId },
        ]
    );
}

/// imis.md §13: afterwards the external ID decides, whatever the address says.
#[tokio::test]
async fn a_filled_external_id_decides_before_the_address() {
    let world = World::new(OpenIdMode::Enabled).await;
    world.site.running.set_external_id("READER1", "directory-192");
    let home = world.sign_in(&Browser::new(), "STAFF1").await;
    assert!(home.text.contains("Hannah Weiss (READER1)"), "with the names of the directory: {}", home.text);

    world.site.running.set_external_id("READER1", "");
    world.site.running.set_external_id("STAFF1", "somebody-else");
    let refused = world.sign_in(&Browser::new(), "STAFF1").await;
    assert!(refused.text.contains("<p role=alert>"), "the address alone does not give somebody's account");
}

/// imis.md §13: an account is made, whose name is the address; `RemoteService` is not among its roles.
#[tokio::test]
async fn somebody_unknown_gets_an_account_with_the_address_as_name() {
    let world = World::new(OpenIdMode::Enabled).await;
    let full_name = "Nina Neu".to_owned();
    world.provider.put_user(User { full_name, external_id: Some("directory-9".into()), ..User::new("nina") });
    let home = world.sign_in(&Browser::new(), "nina").await;
    assert!(home.text.contains("Nina Neu (nina@association.example)"), "{}", home.text);
    let manager = world.site.token("MANAGER").await;
    let user = world.site.get(&manager, "User?UserName=nina@association.example").await.json();
    let user = &user["Items"]["$values"][0];
    assert_eq!((user["ExternalId"].as_str(), user["Party"]["Name"].as_str()), (Some("directory-9"), Some("Nina Neu")));
    assert!(!user["Roles"].to_string().contains("RemoteService"));
    let found = world.site.get(&manager, "Party?Email=nina@association.example").await.json();
    assert_eq!(found["TotalCount"], 1);
    world.sign_in(&Browser::new(), "nina").await;
    let events = world.site.running.ledger().events();
    assert_eq!(events.iter().filter(|event| matches!(event, Event::AccountCreated { .. })).count(), 1);
}

/// imis.md §13: Disabled, Test and Enabled; administrators keep their password.
#[tokio::test]
async fn the_mode_decides_who_may_use_a_password() {
    let world = World::new(OpenIdMode::Disabled).await;
    for (mode, public_users, box_shown, allowed) in [
        (OpenIdMode::Disabled, Public::StaffOnly, false, vec!["MANAGER", "STAFF1", "MEMBER1"]),
        (OpenIdMode::Test, Public::StaffAndPublic, true, vec!["MANAGER", "STAFF1", "MEMBER1"]),
        (OpenIdMode::Enabled, Public::StaffOnly, true, vec!["MANAGER", "MEMBER1"]),
        (OpenIdMode::Enabled, Public::StaffAndPublic, true, vec!["MANAGER"]),
    ] {
        world.site.running.configure_openid(OpenIdModule { mode, public_users, ..world.module.clone() });
        let page = Browser::new().go(world.address("SignIn.aspx")).await;
        assert_eq!(page.text.contains("type=email"), box_shown, "{mode:?}");
        for user in ["MANAGER", "STAFF1", "MEMBER1"] {
            let form = [("username", user), ("password", PASSWORD)];
            let reply = Browser::new().post(world.address("SignIn.aspx?With=Password"), &form).await;
            let passed = if allowed.contains(&user) { StatusCode::FOUND } else { StatusCode::OK };
            assert_eq!(reply.status, passed, "{mode:?} {public_users:?} {user}");
            let form = [("grant_type", "password"), ("username", user), ("password", PASSWORD)];
            let granted = world.site.ask_token(&form).await.status == 200;
            assert_eq!(granted, allowed.contains(&user), "at /token: {mode:?} {public_users:?} {user}");
        }
    }
}

/// imis.md §13, "User authentication" and "Set login hint".
#[tokio::test]
async fn the_staff_claim_decides_who_is_let_in() {
    let world = World::new(OpenIdMode::Enabled).await;
    let staff = Some(StaffClaim { claim_type: "roles".into(), value: "staff".into() });
    let module = OpenIdModule { staff, login_hint: LoginHint::Unset, ..world.module.clone() };
    world.site.running.configure_openid(module.clone());
    let page = world.at_the_provider(&Browser::new(), "STAFF1").await;
    assert!(!page.url.query().unwrap_or_default().contains("login_hint"));
    assert!(world.sign_in(&Browser::new(), "STAFF1").await.text.contains("(STAFF1)"));
    assert!(world.sign_in(&Browser::new(), "MEMBER1").await.text.contains("<p role=alert>"));
    world.site.running.configure_openid(OpenIdModule { public_users: Public::StaffAndPublic, ..module });
    assert!(world.sign_in(&Browser::new(), "MEMBER1").await.text.contains("(MEMBER1)"));
}

/// The way back is bound to the browser that began it, and is gone once.
#[tokio::test]
async fn an_answer_of_the_provider_is_good_once_and_in_its_own_browser() {
    let world = World::new(OpenIdMode::Enabled).await;
    let browser = Browser::new();
    let page = world.at_the_provider(&browser, "STAFF1").await;
    let back = world.pass(&browser, &page, "STAFF1").await;
    let stranger = Browser::new().open(back.clone()).await;
    assert!(stranger.text.contains("<p role=alert>") && stranger.header("set-cookie").is_empty());
    assert!(browser.open(back).await.text.contains("<p role=alert>"), "it was used up");

    let page = world.at_the_provider(&browser, "STAFF1").await;
    assert_eq!(page.url.path(), "/Default.aspx", "the provider still knows the person");
}

/// An ID token that does not hold signs nobody in.
#[tokio::test]
async fn a_bad_id_token_signs_nobody_in() {
    let world = World::new(OpenIdMode::Enabled).await;
    for fault in [
        Fault::InvalidIss,
        Fault::InvalidAud,
        Fault::NonceInvalid,
        Fault::RogueKeySameKid,
        Fault::ExpiredExp,
        Fault::IdTokenSigNone,
    ] {
        world.provider.set_fault(Some(fault));
        let page = world.sign_in(&Browser::new(), "STAFF1").await;
        assert!(page.text.contains("<p role=alert>"), "{fault:?}: {}", page.text);
    }
    world.provider.set_fault(None);
    assert!(world.sign_in(&Browser::new(), "STAFF1").await.text.contains("(STAFF1)"));
}

/// imis.md §13 (c): the hand-over works however the person signs in, and silently while the provider knows them.
#[tokio::test]
async fn the_hand_over_follows_the_provider_without_a_form() {
    let world = World::new(OpenIdMode::Enabled).await;
    let application = Application::answering(200).await;
    let record = ClientApplication::new("OutlookSso").redirecting_to(application.url.clone());
    world.site.running.register_application(record);
    let browser = Browser::new();
    let form = browser.go(world.site.running.sign_on_page("OutlookSso")).await;
    let page = browser.go(browser.post(form.url, &[("email", "")]).await.location()).await;
    let page = browser.go(world.pass(&browser, &page, "STAFF1").await).await;
    assert_eq!(page.url.path(), "/OutlookSso.aspx");
    assert!(page.refresh_token().starts_with("CANARY-RT-"));
    world.site.running.end_browser_sign_ins();
    let form = browser.go(world.site.running.sign_on_page("OutlookSso")).await;
    let page = browser.go(browser.post(form.url, &[("email", "")]).await.location()).await;
    assert!(page.refresh_token().starts_with("CANARY-RT-"), "no form of the provider in between");
}
