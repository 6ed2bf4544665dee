//! Logout tokens: each check, one at a time (`security.md §1.2`, K23).

use super::hand_made::{CLIENT, ISSUER, NOW_MS, NOW_S, claims, object, with, without};
use crate::openid::error::OpenIdError;
use crate::openid::jws::{Compact, Kind};
use crate::openid::logout::LogoutNotice;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

fn notice() -> Value {
    json!({
        "iss": ISSUER, "aud": CLIENT, "iat": NOW_S, "exp": NOW_S + 120, "jti": "once",
        "sub": "ann", "sid": "session", "events": { EVENT: {} },
    })
}

fn read(claims: Value) -> Result<LogoutNotice, OpenIdError> {
    LogoutNotice::read(&object(claims), ISSUER, CLIENT, NOW_MS)
}

#[test]
fn a_right_notice_says_whose_sessions_end() {
    let read_one = read(notice()).unwrap();
    assert_eq!((read_one.subject.as_deref(), read_one.session.as_deref()), (Some("ann"), Some("session")));
    assert_eq!((read_one.jti.as_str(), read_one.expires_ms), ("once", (NOW_S + 180) * 1000));
    assert_eq!(read(without(notice(), "sid")).unwrap().session, None);
    assert_eq!(read(without(notice(), "sub")).unwrap().subject, None);
}

#[test]
fn each_fault_of_a_notice_is_found() {
    for (claims, error) in [
        (with(notice(), "iss", json!("https://evil.test")), OpenIdError::IssuerMismatch),
        (without(notice(), "iss"), OpenIdError::IssuerMissing),
        (with(notice(), "aud", json!("other")), OpenIdError::AudienceMismatch),
        (with(notice(), "aud", json!([CLIENT, "other"])), OpenIdError::AudienceMismatch),
        (without(notice(), "iat"), OpenIdError::IssuedAtMissing),
        (with(notice(), "iat", json!(NOW_S - 3600)), OpenIdError::IssuedTooEarly),
        (with(notice(), "iat", json!(NOW_S + 3600)), OpenIdError::IssuedInFuture),
        (without(notice(), "exp"), OpenIdError::ExpiryMissing),
        (with(notice(), "exp", json!(NOW_S - 3600)), OpenIdError::Expired),
        (without(notice(), "jti"), OpenIdError::LogoutIdMissing),
        (with(notice(), "jti", json!("")), OpenIdError::LogoutIdMissing),
        (with(notice(), "jti", json!(7)), OpenIdError::LogoutIdMissing),
        (without(notice(), "events"), OpenIdError::LogoutEventMissing),
        (with(notice(), "events", json!({})), OpenIdError::LogoutEventMissing),
        (with(notice(), "events", json!([EVENT])), OpenIdError::LogoutEventMissing),
        (with(notice(), "events", json!({ EVENT: true })), OpenIdError::LogoutEventMissing),
        (with(notice(), "events", json!({ "http://other.test": {} })), OpenIdError::LogoutEventMissing),
        (with(notice(), "nonce", json!("any")), OpenIdError::LogoutNonce),
        (with(notice(), "nonce", Value::Null), OpenIdError::LogoutNonce),
        (without(without(notice(), "sub"), "sid"), OpenIdError::LogoutNobody),
        (with(notice(), "sub", json!(7)), OpenIdError::SubjectMalformed),
        (claims(), OpenIdError::LogoutEventMissing),
    ] {
        assert_eq!(read(claims.clone()), Err(error), "{claims}");
    }
}

#[test]
fn a_token_of_another_type_is_no_notice() {
    let read = |header: Value| {
        let token = format!("{}.e30.e30", URL_SAFE_NO_PAD.encode(header.to_string()));
        Compact::read(&token, Kind::Logout).map(drop)
    };
    assert_eq!(read(json!({ "alg": "RS256", "typ": "logout+jwt" })), Ok(()));
    // That type is only recommended (Back-Channel Logout 1.0 §2.4), and many providers say what any token is.
    for kind in ["JWT", "jwt", "application/logout+jwt"] {
        assert_eq!(read(json!({ "alg": "RS256", "typ": kind })), Ok(()), "{kind}");
    }
    assert_eq!(read(json!({ "alg": "RS256" })), Ok(()));
    for kind in ["at+jwt", "dpop+jwt", ""] {
        assert_eq!(read(json!({ "alg": "RS256", "typ": kind })), Err(OpenIdError::Type), "{kind}");
    }
    assert_eq!(read(json!({ "alg": "none", "typ": "logout+jwt" })), Err(OpenIdError::Algorithm));
}
