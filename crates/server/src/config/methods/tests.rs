//! Whatever is missing or contradicts itself is named, all at once, as the screens name it.

use crate::config::{
    Admits, Config, ConfigError, Fault, NullOrigin, OpenIdMode, ProviderType, RefreshTokens, StaffClaim,
};
use api::SignInMethod;

const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const SINGLE_SIGN_ON: &str = "[sites.live.single_sign_on]\nclient_id = \"Outlook\"\n\
    client_secret = \"0123456789abcdef\"\npage_url = \"https://imis.example/Outlook.aspx\"\n";
const OPENID: &str = "[sites.live.openid_connect]\nmode = \"test\"\ntype = \"EntraID\"\nname = \"Contoso\"\n\
    client_id = \"id\"\nclient_secret = \"0123456789abcdef\"\n\
    well_known_url = \"https://login.example/t/.well-known/openid-configuration\"\n\
    authority_url = \"https://login.example/t\"\nexternal_id_claim_type = \"external_id\"\n";

fn load(ways: &str) -> Result<Config, Vec<Fault>> {
    let toml = format!(
        "public_url = \"https://a.example\"\nkey = \"{KEY}\"\n[sites.live]\nurl = \"https://imis.example/asi\"\n{ways}"
    );
    Config::parse(&toml, []).map_err(|error| match error {
        ConfigError::Faults(faults) => faults,
        other => panic!("{other}"),
    })
}

/// The one fault of these settings.
fn fault(ways: &str) -> Fault {
    let faults = load(ways).unwrap_err();
    assert_eq!(faults.len(), 1, "{faults:?}");
    faults.into_iter().next().unwrap()
}

fn both(openid: &str) -> String {
    format!("{SINGLE_SIGN_ON}{openid}")
}

#[test]
fn a_site_without_any_way_in_is_refused_and_told_the_usual_one() {
    for ways in ["", "credentials = { enabled = false }\n", "[sites.live.openid_connect]\nmode = \"disabled\"\n"] {
        let fault = fault(ways);
        assert_eq!(fault.setting, "sites.live.single_sign_on");
        assert!(fault.what.contains("Settings > Contacts > Client applications"), "{}", fault.what);
    }
}

#[test]
fn single_sign_on_is_read_with_its_usual_strictness() {
    let config = load(SINGLE_SIGN_ON).unwrap();
    let site = &config.sites[0];
    assert_eq!(site.methods(Admits::Everybody), [SignInMethod::SingleSignOn]);
    let sign_on = site.single_sign_on.as_ref().unwrap();
    assert_eq!((sign_on.null_origin, sign_on.refresh_tokens), (NullOrigin::Refused, RefreshTokens::Once));
    let opened = format!("{SINGLE_SIGN_ON}accept_null_origin = true\nreusable_refresh_tokens = true\n");
    let config = load(&opened).unwrap();
    let sign_on = config.sites[0].single_sign_on.as_ref().unwrap();
    assert_eq!((sign_on.null_origin, sign_on.refresh_tokens), (NullOrigin::Confirmed, RefreshTokens::Reusable));
}

#[test]
fn every_missing_field_is_named_as_its_screen_names_it() {
    let faults = load("[sites.live.single_sign_on]\n[sites.live.openid_connect]\n").unwrap_err();
    for (setting, field) in [
        ("single_sign_on.client_id", "\"Client ID\""),
        ("single_sign_on.client_secret", "\"Client secret\""),
        ("single_sign_on.page_url", "Single Sign-On"),
        ("openid_connect.mode", "\"OIDC authentication\""),
        ("openid_connect.name", "\"Name\""),
        ("openid_connect.client_id", "\"Client ID\""),
        ("openid_connect.client_secret", "\"Client Secret\""),
        ("openid_connect.well_known_url", "\"Well-Known URL\""),
        ("openid_connect.authority_url", "\"Authority URL\""),
        ("openid_connect.external_id_claim_type", "\"External ID claim type\""),
    ] {
        let setting = format!("sites.live.{setting}");
        let fault = faults.iter().find(|fault| fault.setting == setting);
        let fault = fault.unwrap_or_else(|| panic!("{setting} is missing in {faults:?}"));
        assert!(fault.what.contains(field), "{}", fault.what);
    }
    assert_eq!(faults.len(), 10, "{faults:?}");
}

#[test]
fn a_contradiction_is_refused() {
    let swap = |from: &str, to: &str| both(OPENID).replace(from, to);
    for (ways, setting) in [
        (OPENID.to_owned(), "single_sign_on"),
        (swap("https://imis.example/Outlook", "https://other.example/Outlook"), "single_sign_on.page_url"),
        (swap("https://imis.example/Outlook", "https://imis.example.evil.example/Outlook"), "single_sign_on.page_url"),
        (swap("https://imis.example/Outlook", "http://imis.example/Outlook"), "single_sign_on.page_url"),
        (swap("https://login.example/t\"", "https://other.example/t\""), "openid_connect.well_known_url"),
        (swap("https://login.example/t\"", "http://login.example/t\""), "openid_connect.authority_url"),
        (swap("mode = \"test\"", "mode = \"on\""), "openid_connect.mode"),
        (swap("EntraID", "Google"), "openid_connect.type"),
        (
            format!("{}user_authentication_claim_type = \"staff\"\n", both(OPENID)),
            "openid_connect.user_authentication_claim_value",
        ),
        (
            format!("{}user_authentication_claim_value = 1\n", both(OPENID)),
            "openid_connect.user_authentication_claim_type",
        ),
        (format!("{}staff = 1\n", both(OPENID)), "openid_connect.staff"),
        (format!("credentials = {{ remember = true }}\n{SINGLE_SIGN_ON}"), "credentials.remember"),
        (SINGLE_SIGN_ON.replace("0123456789abcdef", "short"), "single_sign_on.client_secret"),
    ] {
        assert_eq!(fault(&ways).setting, format!("sites.live.{setting}"), "{ways}");
    }
}

#[test]
fn a_redirect_address_that_is_written_down_must_be_ours() {
    let sign_on = |url: &str| format!("{SINGLE_SIGN_ON}login_redirect_url = \"{url}\"\n");
    assert!(load(&sign_on("https://a.example/auth/live/imis")).is_ok());
    let wrong = fault(&sign_on("https://a.example/auth/test/imis"));
    assert_eq!(wrong.setting, "sites.live.single_sign_on.login_redirect_url");
    assert!(wrong.what.contains("https://a.example/auth/live/imis"), "{}", wrong.what);
    let openid = |url: &str| format!("{}redirect_login_url = \"{url}\"\n", both(OPENID));
    assert!(load(&openid("https://a.example/auth/live/openid")).is_ok());
    assert_eq!(fault(&openid("https://a.example/")).setting, "sites.live.openid_connect.redirect_login_url");
}

#[test]
fn a_disabled_provider_leaves_the_others_as_they_are() {
    let config = load(&both("[sites.live.openid_connect]\nmode = \"disabled\"\n")).unwrap();
    assert!(config.sites[0].openid_connect.is_none());
    assert_eq!(config.sites[0].methods(Admits::Everybody), [SignInMethod::SingleSignOn]);
}

#[test]
fn the_mode_decides_who_comes_in_which_way() {
    use SignInMethod::{Credentials, OpenIdConnect, SingleSignOn};
    let ways = format!("credentials.enabled = true\n{}", both(OPENID));
    let test = load(&ways).unwrap();
    assert_eq!(test.sites[0].methods(Admits::Everybody), [SingleSignOn, OpenIdConnect, Credentials]);
    assert!(test.sites[0].methods(Admits::Administrators).is_empty());
    let enabled = load(&ways.replace("\"test\"", "\"enabled\"")).unwrap();
    assert_eq!(enabled.sites[0].methods(Admits::Everybody), [OpenIdConnect]);
    assert_eq!(enabled.sites[0].methods(Admits::Administrators), [SingleSignOn, Credentials]);
}

#[test]
fn the_provider_is_read_whole() {
    let more = "user_authentication_claim_type = \"staff\"\nuser_authentication_claim_value = 1\n\
        set_login_hint = true\nallow_private = true\nsign_out_at_provider = true\nendpoint_hosts = [\"keys.example\"]\n";
    let config = load(&format!("{}{more}", both(OPENID))).unwrap();
    let openid = config.sites[0].openid_connect.as_ref().unwrap();
    assert_eq!((openid.mode, openid.provider_type), (OpenIdMode::Test, ProviderType::EntraId));
    assert_eq!(openid.authority_url, "https://login.example/t", "letter for letter");
    let staff = StaffClaim { claim_type: "staff".to_owned(), value: "1".to_owned() };
    assert_eq!(openid.staff_claim, Some(staff));
    assert!(openid.set_login_hint && openid.allow_private && openid.sign_out_at_provider);
    assert_eq!(openid.endpoint_hosts, ["keys.example"]);
}

#[test]
fn what_is_shown_names_the_addresses_to_copy_hides_the_secrets_and_reads_back() {
    let config = load(&format!("credentials.enabled = true\n{}", both(OPENID))).unwrap();
    let shown = config.to_string();
    for line in [
        "#   \"Login redirect URL\"  https://a.example/auth/live/imis",
        "#   \"Redirect URI\"             https://a.example/auth/live/openid",
        "#   \"Back-channel logout URI\"  https://a.example/auth/live/openid/logout",
        "#   \"Post-logout redirect URI\" https://a.example/auth/live/signed-out",
        "# Ways to sign in, for everybody: iMIS single sign-on, OpenID Connect, credentials",
    ] {
        assert!(shown.contains(line), "{line}\n{shown}");
    }
    assert!(!shown.contains("0123456789abcdef"));
    let again = Config::parse(&shown.replace("********", KEY), []).unwrap();
    assert_eq!(again.to_string(), shown);
}
