//! Whom the claims name, and who counts as staff.

use super::hand_made::{CLIENT, ISSUER, claims, object, with, without};
use crate::config::{OpenIdConnect, OpenIdMode, ProviderType, StaffClaim};
use crate::openid::error::OpenIdError;
use crate::openid::exchange::Tokens;
use crate::openid::person::{Identity, is_complete};
use serde_json::{Value, json};
use url::Url;

fn settings() -> OpenIdConnect {
    OpenIdConnect {
        mode: OpenIdMode::Test,
        provider_type: ProviderType::Okta,
        name: "Contoso".to_owned(),
        client_id: CLIENT.to_owned(),
        client_secret: "secret".into(),
        well_known_url: Url::parse("https://login.example.org/.well-known/openid-configuration").unwrap(),
        authority_url: ISSUER.to_owned(),
        external_id_claim_type: "external_id".to_owned(),
        set_login_hint: true,
        staff_claim: Some(StaffClaim { claim_type: "staff".to_owned(), value: "1".to_owned() }),
        endpoint_hosts: Vec::new(),
        allow_private: false,
        sign_out_at_provider: true,
    }
}

fn complete() -> Value {
    let claims = with(with(claims(), "external_id", json!("d-7")), "staff", json!("1"));
    with(with(claims, "email", json!("ann@example.org")), "email_verified", json!(true))
}

fn tokens() -> Tokens {
    Tokens { access_token: "access".into(), id_token: "id".into() }
}

fn read(claims: Value, more: Option<Value>) -> Result<Identity, OpenIdError> {
    let more = more.map(object);
    Identity::read(&settings(), tokens(), "ann".to_owned(), &object(claims), more.as_ref())
}

#[test]
fn userinfo_is_asked_only_where_the_id_token_lacks_something() {
    let settings = settings();
    assert!(is_complete(&object(complete()), &settings));
    for name in ["external_id", "email", "staff"] {
        assert!(!is_complete(&object(without(complete(), name)), &settings), "{name}");
        assert!(!is_complete(&object(with(complete(), name, Value::Null)), &settings), "{name}");
    }
    let everybody = OpenIdConnect { staff_claim: None, ..settings };
    assert!(is_complete(&object(without(complete(), "staff")), &everybody));
}

#[test]
fn staff_is_who_has_the_value_or_has_it_among_others() {
    for (value, staff) in [
        (json!("1"), true),
        (json!(1), true),
        (json!(["0", "1"]), true),
        (json!([1]), true),
        (json!("01"), false),
        (json!("11"), false),
        (json!(1.0), false),
        (json!(true), false),
        (json!([["1"]]), false),
        (json!({ "1": 1 }), false),
        (json!([]), false),
        (Value::Null, false),
    ] {
        assert_eq!(read(with(complete(), "staff", value.clone()), None).unwrap().staff, staff, "{value}");
    }
    assert!(!read(without(complete(), "staff"), None).unwrap().staff);
    let everybody = OpenIdConnect { staff_claim: None, ..settings() };
    assert!(Identity::read(&everybody, tokens(), "ann".to_owned(), &object(claims()), None).unwrap().staff);
}

#[test]
fn the_external_id_is_a_text_or_a_whole_number_and_nothing_else() {
    for (value, external_id) in [
        (json!("d-7"), Ok(Some("d-7"))),
        (json!(7), Ok(Some("7"))),
        (json!(""), Ok(None)),
        (Value::Null, Ok(None)),
        (json!(["d-7"]), Err(OpenIdError::ExternalIdMalformed)),
        (json!(["d-7", "d-8"]), Err(OpenIdError::ExternalIdMalformed)),
        (json!(7.5), Err(OpenIdError::ExternalIdMalformed)),
        (json!(true), Err(OpenIdError::ExternalIdMalformed)),
        (json!("d".repeat(321)), Err(OpenIdError::ExternalIdMalformed)),
    ] {
        let identity = read(with(complete(), "external_id", value.clone()), None);
        assert_eq!(
            identity.map(|identity| identity.external_id),
            external_id.map(|id| id.map(str::to_owned)),
            "{value}"
        );
    }
}

#[test]
fn an_address_is_one_address_that_is_not_said_to_be_unverified() {
    for (email, address) in [
        (json!("ann@example.org"), true),
        (json!("a@b@example.org"), false),
        (json!("ann@example.org,eve@evil.test"), false),
        (json!("ann@example.org eve@evil.test"), false),
        (json!("Ann <ann@example.org>"), false),
        (json!("ann@example.org\n"), false),
        (json!("@example.org"), false),
        (json!("ann@"), false),
        (json!(["ann@example.org"]), false),
        (Value::Null, false),
    ] {
        assert_eq!(
            read(with(complete(), "email", email.clone()), None).unwrap().address().is_some(),
            address,
            "{email}"
        );
    }
    for (verified, address) in [
        (json!(true), true),
        (json!("true"), true),
        (json!(false), false),
        (json!("false"), false),
        (json!(1), false),
        (json!("yes"), false),
    ] {
        let claims = with(complete(), "email_verified", verified.clone());
        assert_eq!(read(claims, None).unwrap().address().is_some(), address, "{verified}");
    }
    assert_eq!(read(without(complete(), "email_verified"), None).unwrap().address(), Some("ann@example.org"));
}

#[test]
fn the_id_token_goes_before_userinfo_and_an_address_keeps_its_own_word() {
    let more =
        json!({ "sub": "ann", "external_id": "other", "email": "eve@evil.test", "email_verified": false, "sid": "x" });
    let identity = read(complete(), Some(more.clone())).unwrap();
    assert_eq!(identity.external_id.as_deref(), Some("d-7"));
    assert_eq!(identity.address(), Some("ann@example.org"));
    assert_eq!(identity.session, None);
    // The address is userinfo's, and so is the word on it.
    let identity = read(without(complete(), "email"), Some(more)).unwrap();
    assert_eq!((identity.email.as_deref(), identity.address()), (Some("eve@evil.test"), None));
}

#[test]
fn nothing_personal_and_nothing_secret_is_written_to_a_log() {
    let identity = read(complete(), None).unwrap();
    let text = format!("{identity:?} {:?}", OpenIdError::SubjectMissing);
    assert!(!["ann", "d-7", "access"].iter().any(|word| text.contains(word)), "{text}");
}
