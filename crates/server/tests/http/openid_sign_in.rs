//! Signing in at the organisation's OpenID provider and, in the same window, at
//! iMIS (`imis.md §13`, `security.md §1.2`).

use crate::dialog::{self, CLIENT_ID, From, Pane, Shown, Window, handed};
use crate::single_sign_on::audited;
use crate::world::{PASSWORD, STAFF, START_MS, World, code};
use api::{GetMe, GetSaveTargets, ProblemCode, SignInMethod};
use futures_util::StreamExt as _;
use reqwest::{Method, StatusCode};
use secrecy::SecretString;
use server::Config;
use server::config::{OpenIdConnect, OpenIdMode, ProviderType, StaffClaim};
use sim::imis::Settings;
use sim::openid::{ClaimsIn, Client, Endpoint, Fault, Running, Stage, User, Verdict};
use std::time::Duration;
use url::Url;

pub(crate) const CLIENT: &str = "outlook";

/// A world with a provider beside iMIS.
pub(crate) struct Organisation {
    pub(crate) op: Running,
    pub(crate) world: World,
}

impl Organisation {
    pub(crate) async fn new() -> Self {
        Self::with(OpenIdMode::Test, |_| {}).await
    }

    pub(crate) async fn with(mode: OpenIdMode, change: impl FnOnce(&mut Config)) -> Self {
        // Userinfo is always wanted, so whoever asks it after a refusal is seen.
        let settings = sim::openid::Settings { claims: ClaimsIn::UserInfo, ..sim::openid::Settings::default() };
        let op = sim::openid::start(settings).await.unwrap();
        let now_ms =
            i64::try_from(std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis());
        op.turn_clock((START_MS - now_ms.unwrap()) / 1000);
        let (issuer, well_known) = (op.issuer(), op.discovery_url());
        let world = dialog::world_with(Settings::default(), |config| {
            config.sites[0].openid_connect = Some(OpenIdConnect {
                mode,
                provider_type: ProviderType::Other,
                name: "Association".to_owned(),
                client_id: CLIENT.to_owned(),
                client_secret: SecretString::from(Client::new(CLIENT, "").secret),
                well_known_url: well_known,
                authority_url: issuer,
                external_id_claim_type: "external_id".to_owned(),
                set_login_hint: true,
                staff_claim: Some(StaffClaim { claim_type: "roles".to_owned(), value: "staff".to_owned() }),
                endpoint_hosts: Vec::new(),
                allow_private: false,
                sign_out_at_provider: true,
            });
            change(config);
        })
        .await;
        let at = |path: &str| format!("{}/auth/live/{path}", world.url);
        let client = Client::new(CLIENT, &at("openid"));
        op.register_client(client.post_logout(&at("signed-out")).backchannel(&at("openid/logout")));
        Self { op, world }
    }

    pub(crate) async fn begin(&self) -> Pane<'_> {
        Pane::begin(&self.world, SignInMethod::OpenIdConnect).await
    }

    /// To iMIS's page with the form, or to wherever the provider's answer ends.
    pub(crate) async fn at_provider(&self, window: &Window, pane: &Pane<'_>, user: &str) -> Shown {
        let sheet = window.go(&pane.start()).await;
        if sheet.text.contains("name=\"interaction\"") { window.type_in(&sheet, user, PASSWORD).await } else { sheet }
    }

    /// The whole way.
    pub(crate) async fn pass(&self, window: &Window, pane: &Pane<'_>, user: &str, imis_user: &str) -> Shown {
        let sheet = self.at_provider(window, pane, user).await;
        if !sheet.status.is_success() {
            return sheet;
        }
        let form = window.at_imis(sheet, imis_user).await;
        let landed = window.hand_over(&form).await;
        window.follow(landed).await
    }

    pub(crate) async fn sign_in(&self, window: &Window, user: &str) -> (Pane<'_>, api::SignedIn) {
        let pane = self.begin().await;
        let message = self.pass(window, &pane, user, user).await.message();
        let signed_in = pane.redeem(&message.code.unwrap()).await.unwrap();
        (pane, signed_in)
    }

    /// Lines of the audit log about `event`.
    pub(crate) async fn audit(&self, event: &str) -> Vec<serde_json::Value> {
        audited(&self.world, event).await
    }
}

#[tokio::test]
async fn the_provider_s_person_goes_on_to_imis_and_is_signed_in() {
    let organisation = Organisation::new().await;
    let window = Window::new();
    let pane = organisation.begin().await;
    let first = window.open(&pane.start()).await;
    let asked: Vec<(String, String)> = first.location().query_pairs().into_owned().collect();
    let hint = ("login_hint".to_owned(), "hannah.weiss@association.example".to_owned());
    assert!(asked.contains(&hint) && asked.contains(&("code_challenge_method".to_owned(), "S256".to_owned())));
    let sheet = window.follow(first).await;
    let sheet = window.type_in(&sheet, "STAFF1", PASSWORD).await;
    let form = window.at_imis(sheet, "STAFF1").await;
    let landed = window.hand_over(&form).await;
    let message = window.follow(landed).await.message();
    let signed_in = pane.redeem(&message.code.unwrap()).await.unwrap();
    assert_eq!((signed_in.me.user_name.as_str(), signed_in.me.method), ("STAFF1", SignInMethod::OpenIdConnect));
    assert_eq!(pane.ask(&GetMe, &signed_in.token.0).await.unwrap(), signed_in.me);
    assert_eq!(organisation.audit("session_begun").await.len(), 1);
}

#[tokio::test]
async fn the_second_time_nobody_is_asked_anything() {
    let organisation = Organisation::new().await;
    let window = Window::new();
    organisation.sign_in(&window, "STAFF1").await;
    let pane = organisation.begin().await;
    let sheet = window.go(&pane.start()).await;
    let landed = window.hand_over(&sheet).await;
    assert!(window.follow(landed).await.message().code.is_some());
}

#[tokio::test]
async fn two_different_people_are_nobody() {
    let organisation = Organisation::new().await;
    for (external, expected) in [("", None), ("directory-192", Some("external_id_differs"))] {
        organisation.world.imis.set_external_id("READER1", external);
        let pane = organisation.begin().await;
        let last = organisation.pass(&Window::new(), &pane, "MANAGER", "READER1").await;
        assert_eq!(last.status, StatusCode::FORBIDDEN);
        assert_eq!(last.message().problem, Some(ProblemCode::IdentityMismatch));
        assert!(last.text.contains("external_id_claim_type"), "words for the administrator");
        let reason = &organisation.audit("flow_refused").await.pop().unwrap()["reason"];
        assert_eq!(reason, expected.unwrap_or("email_differs"));
        assert_eq!(code(pane.redeem(&"A".repeat(43)).await), ProblemCode::SignInOver);
    }
    assert!(organisation.audit("session_begun").await.is_empty());
}

#[tokio::test]
async fn the_external_id_finds_whose_address_is_another() {
    let organisation = Organisation::new().await;
    organisation.world.imis.set_external_id("STAFF1", &sim::openid::settings::external_id(191));
    let pane = organisation.begin().await;
    let last = organisation.pass(&Window::new(), &pane, "MANAGER", "STAFF1").await;
    assert!(last.message().code.is_some(), "iMIS says that the manager's external id is this user's");
}

#[tokio::test]
async fn whoever_the_provider_does_not_call_staff_never_gets_to_imis() {
    let organisation = Organisation::new().await;
    organisation.op.put_user(User { roles: vec!["guest".to_owned()], ..organisation_user("STAFF1") });
    let pane = organisation.begin().await;
    let last = organisation.at_provider(&Window::new(), &pane, "STAFF1").await;
    assert_eq!((last.status, last.message().problem), (StatusCode::FORBIDDEN, Some(ProblemCode::NotStaff)));
    assert!(organisation.world.imis.ledger().requests().is_empty());
}

fn organisation_user(name: &str) -> User {
    User::of_the_story().into_iter().find(|user| user.name == name).unwrap()
}

#[tokio::test]
async fn where_the_provider_is_for_everybody_other_ways_let_administrators_in_alone() {
    let organisation = Organisation::with(OpenIdMode::Enabled, |_| {}).await;
    let world = &organisation.world;
    let bootstrap: api::Bootstrap = crate::world::answer(world.call(&api::GetBootstrap)).await.unwrap();
    let site = &bootstrap.sites[0];
    assert_eq!(site.methods, [SignInMethod::OpenIdConnect]);
    assert_eq!(site.administrator_methods, [SignInMethod::SingleSignOn, SignInMethod::Credentials]);
    assert_eq!(site.provider.as_deref(), Some("Association"));
    let pane = Pane::single_sign_on(world).await;
    let last = Window::new().pass(&pane, "STAFF1").await;
    assert_eq!(last.message().problem, Some(ProblemCode::AdministratorsOnly));
    let pane = Pane::single_sign_on(world).await;
    let message = Window::new().pass(&pane, STAFF).await.message();
    assert!(pane.redeem(&message.code.unwrap()).await.unwrap().me.administrator);
    let pane = Pane::single_sign_on(world).await;
    let right = Window::new().pass(&pane, STAFF).await.message().code.unwrap();
    world.imis.remove_role(STAFF, "SysAdmin");
    world.imis.grant_role(STAFF, "IsStaff");
    assert_eq!(code(pane.redeem(&right).await), ProblemCode::AdministratorsOnly, "no longer one");
    organisation.sign_in(&Window::new(), "STAFF1").await;
}

#[tokio::test]
async fn a_refused_password_takes_nothing_from_who_is_signed_in() {
    let organisation = Organisation::with(OpenIdMode::Enabled, |_| {}).await;
    let (pane, signed_in) = organisation.sign_in(&Window::new(), "STAFF1").await;
    assert_eq!(code(organisation.world.try_sign_in("STAFF1", PASSWORD).await), ProblemCode::AdministratorsOnly);
    assert!(pane.ask(&GetSaveTargets, &signed_in.token.0).await.is_ok());
}

// What iMIS gave goes with the sign-in it was given for: another one that counts on it is begun again.
#[tokio::test]
async fn a_sign_in_that_is_refused_at_the_end_leaves_no_token_behind() {
    let organisation = Organisation::with(OpenIdMode::Enabled, |_| {}).await;
    let world = &organisation.world;
    let (refused, other) = (Pane::single_sign_on(world).await, Pane::single_sign_on(world).await);
    let first = Window::new().pass(&refused, STAFF).await.message().code.unwrap();
    let second = Window::new().pass(&other, STAFF).await.message().code.unwrap();
    world.imis.remove_role(STAFF, "SysAdmin");
    world.imis.grant_role(STAFF, "IsStaff");
    assert_eq!(code(refused.redeem(&first).await), ProblemCode::AdministratorsOnly);
    world.imis.grant_role(STAFF, "SysAdmin");
    assert_eq!(code(other.redeem(&second).await), ProblemCode::SignInOver);
    let (refused, other) = (Pane::single_sign_on(world).await, Pane::single_sign_on(world).await);
    Window::new().pass(&refused, STAFF).await;
    let second = Window::new().pass(&other, STAFF).await.message().code.unwrap();
    for _ in 0..5 {
        assert!(refused.redeem(&"A".repeat(43)).await.is_err());
    }
    assert_eq!(code(other.redeem(&second).await), ProblemCode::SignInOver, "nor one that was guessed at");
}

#[tokio::test]
async fn who_has_an_external_id_in_imis_needs_the_claim() {
    let organisation = Organisation::new().await;
    organisation.world.imis.set_external_id("STAFF1", &sim::openid::settings::external_id(192));
    organisation.op.set_fault(Some(Fault::ExternalIdMissing));
    let pane = organisation.begin().await;
    let last = organisation.pass(&Window::new(), &pane, "STAFF1", "STAFF1").await;
    assert_eq!(last.message().problem, Some(ProblemCode::IdentityMismatch), "the addresses are the same");
    assert_eq!(organisation.audit("flow_refused").await.pop().unwrap()["reason"], "external_id_missing");
}

// S14, K7: the ways in and the sites of one browser do not mix.
#[tokio::test]
async fn an_answer_of_one_way_in_is_none_for_the_other() {
    let organisation = Organisation::new().await;
    let world = &organisation.world;
    // iMIS hands over before the provider was asked.
    let pane = organisation.begin().await;
    let window = Window::new();
    window.open(&pane.start()).await;
    let sheet = window.at_imis(window.go(&world.imis.sign_on_page(CLIENT_ID)).await, "STAFF1").await;
    assert_eq!(window.hand_over(&sheet).await.status, StatusCode::CONFLICT);
    // The provider answers a sign-in that goes by iMIS alone.
    let pane = Pane::single_sign_on(world).await;
    let window = Window::new();
    window.open(&pane.start()).await;
    let answer = Url::parse(&world.url).unwrap().join("/auth/live/openid?code=x&state=y").unwrap();
    assert_eq!(window.open(&answer).await.status, StatusCode::FORBIDDEN);
    assert_eq!(world.imis.ledger().token_calls(), 0);
    assert_eq!(organisation.op.ledger().count(Endpoint::Token), 0);
}

#[tokio::test]
async fn the_provider_s_answer_works_once_and_in_its_own_window() {
    let organisation = Organisation::new().await;
    let pane = organisation.begin().await;
    let (window, thief) = (Window::new(), Window::new());
    let sheet = window.go(&pane.start()).await;
    let origin = sheet.url.origin().ascii_serialization();
    let form = [
        ("interaction", sheet.attribute("name=\"interaction\" value=\"")),
        ("username", "STAFF1".to_owned()),
        ("password", PASSWORD.to_owned()),
    ];
    let to = sheet.url.join(&sheet.attribute("action=\"")).unwrap();
    let request = window.request(Method::POST, &to, From::Here).header("origin", origin).form(&form);
    let mut shown = window.send(request).await;
    while !shown.location().path().starts_with("/auth/live/openid") {
        shown = window.open(&shown.location()).await;
    }
    let answer = shown.location();
    assert_eq!(thief.open(&answer).await.status, StatusCode::FORBIDDEN, "without the cookie");
    let frame = window.request(Method::GET, &answer, From::Here).build().unwrap();
    let cookie = frame.headers()["cookie"].clone();
    let frame = reqwest::Client::new().get(answer.clone()).header("cookie", cookie);
    let frame = frame.header("sec-fetch-mode", "navigate").header("sec-fetch-dest", "iframe");
    assert_eq!(window.send(frame).await.status, StatusCode::FORBIDDEN, "in a frame");
    assert_eq!(organisation.op.ledger().count(Endpoint::Token), 0);
    let on = window.open(&answer).await;
    assert_eq!(on.status, StatusCode::SEE_OTHER);
    assert_eq!(on.location(), organisation.world.imis.sign_on_page(CLIENT_ID));
    assert_eq!(window.open(&answer).await.status, StatusCode::CONFLICT, "again");
    assert_eq!(organisation.op.ledger().count(Endpoint::Token), 1);
}

// Anybody's page can send this window anywhere: what does not know the state is not the provider.
#[tokio::test]
async fn an_answer_that_nobody_asked_for_disturbs_no_sign_in() {
    let organisation = Organisation::new().await;
    let pane = organisation.begin().await;
    let window = Window::new();
    let sheet = window.go(&pane.start()).await;
    let back = Url::parse(&organisation.world.url).unwrap().join("/auth/live/openid").unwrap();
    let long = format!("state={}", "x".repeat(20_000));
    for query in ["", "state=", "state=x", "code=x&state=y", "error=access_denied&state=x", "state=x&state=y", &long] {
        let mut stray = back.clone();
        stray.set_query(Some(query));
        let shown = window.open(&stray).await;
        assert_eq!(shown.status, StatusCode::FORBIDDEN, "{query}");
        assert!(!shown.has_message() && shown.cookies().is_empty(), "{query}");
    }
    assert!(organisation.audit("flow_refused").await.is_empty());
    let sheet = window.type_in(&sheet, "STAFF1", PASSWORD).await;
    let form = window.at_imis(sheet, "STAFF1").await;
    let landed = window.hand_over(&form).await;
    let right = window.follow(landed).await.message().code.unwrap();
    assert!(pane.redeem(&right).await.is_ok());
}

/// What one fault comes to.
async fn meet(fault: Fault) -> Result<(), String> {
    let organisation = Organisation::new().await;
    organisation.op.set_fault(Some(fault));
    let wrong = |what: &str| Err(format!("{}: {what}", fault.name()));
    // Some show only the second time.
    for _ in 0..2 {
        let pane = organisation.begin().await;
        let last = organisation.pass(&Window::new(), &pane, "STAFF1", "STAFF1").await;
        if last.has_message() && last.message().code.is_some() {
            continue;
        }
        if !last.status.is_client_error() && !last.status.is_server_error() {
            return wrong("refused with a page of another status");
        }
        if fault.stage() != Stage::Identity && !organisation.world.imis.ledger().requests().is_empty() {
            return wrong("iMIS was asked");
        }
        if code(pane.redeem(&"A".repeat(43)).await) != ProblemCode::SignInOver {
            return wrong("something is left to redeem");
        }
        if !organisation.audit("session_begun").await.is_empty() {
            return wrong("a session began");
        }
        let lines = organisation.audit("flow_refused").await;
        // Whoever does not know the state may be anybody, and ends no sign-in.
        if matches!(fault, Fault::InvalidState | Fault::MissingState | Fault::DuplicateState) {
            return if lines.is_empty() { Ok(()) } else { wrong("ended by a stranger") };
        }
        if lines.len() != 1 || lines[0]["reason"].as_str().is_none_or(str::is_empty) {
            return wrong("not one line in the audit log");
        }
        if organisation.op.trap_hits() != 0 {
            return wrong("went where it must not");
        }
        return Ok(());
    }
    wrong("was let in")
}

// A1 to A23, A35 to A50 and §1.4, through the doors that browsers have.
#[tokio::test]
async fn no_fault_of_a_provider_lets_anybody_in() {
    let refused = Fault::all().iter().copied().filter(|fault| {
        let in_sign_in = !matches!(fault.stage(), Stage::Refresh | Stage::BackChannelLogout | Stage::SignOut);
        // How long ago somebody signed in at their provider is the provider's to judge: no max_age is asked.
        in_sign_in && fault.expected() == Verdict::Refuse && *fault != Fault::AuthTimeOld
    });
    let faults: Vec<Fault> = refused.collect();
    assert!(faults.len() > 70, "{}", faults.len());
    let met: Vec<Result<(), String>> = futures_util::stream::iter(faults).map(meet).buffer_unordered(8).collect().await;
    let wrong: Vec<String> = met.into_iter().filter_map(Result::err).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn what_is_merely_unusual_is_let_in() {
    for fault in [
        Fault::Correct,
        Fault::KidAbsentSingleJwks,
        Fault::ScopeUserInfoClaims,
        Fault::ClientSecretBasic,
        Fault::DiscoveryOpenIdConfig,
        Fault::SigningKeyRotationJustBeforeSigning,
        Fault::AudAsArray,
        Fault::TokenTypeCase,
        Fault::ExternalIdMissing,
        Fault::EmailUpperCase,
    ] {
        let organisation = Organisation::new().await;
        organisation.op.set_fault(Some(fault));
        organisation.sign_in(&Window::new(), "STAFF1").await;
    }
}

#[tokio::test]
async fn a_provider_that_is_away_is_named_and_lets_the_next_one_try() {
    let organisation = Organisation::new().await;
    organisation.op.set_fault(Some(Fault::DiscoveryDown));
    let pane = organisation.begin().await;
    let last = Window::new().open(&pane.start()).await;
    assert_eq!(last.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(last.message().problem, Some(ProblemCode::SignInRefused));
    organisation.op.set_fault(None);
    organisation.world.pass(Duration::from_mins(5));
    organisation.op.turn_clock(300);
    let window = Window::new();
    let pane = organisation.begin().await;
    let sheet = organisation.at_provider(&window, &pane, "STAFF1").await;
    let (to, _) = handed(&window.at_imis(sheet, "STAFF1").await);
    assert!(to.path().ends_with("/auth/live/imis"));
}
