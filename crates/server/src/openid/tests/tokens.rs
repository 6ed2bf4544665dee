//! ID tokens: each check, one at a time, against a token that is right otherwise.

use super::hand_made::{CLIENT, ISSUER, NOW_MS, NOW_S, Signer, claims, expected, message, object, with, without};
use crate::openid::claims::{self, check_id_token};
use crate::openid::error::OpenIdError;
use crate::openid::jws::{Algorithm, Compact, Kind};
use crate::openid::keys::KeySet;
use crate::openid::numeric_date::milliseconds;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Number, Value, json};
use sha2::{Digest as _, Sha256};
use url::Url;

fn check(claims: Value) -> Result<String, OpenIdError> {
    check_id_token(&object(claims), &expected())
}

fn header() -> Value {
    json!({ "typ": "JWT", "alg": "ES256", "kid": "one" })
}

fn read(token: &str) -> Result<Compact<'_>, OpenIdError> {
    Compact::read(token, Kind::Identity)
}

fn verify(token: &str, jwks: Value) -> Result<claims::Object, OpenIdError> {
    read(token)?.verify(&key_set(&jwks), Algorithm::Es256)
}

fn key_set(jwks: &Value) -> KeySet {
    KeySet::of(Url::parse(ISSUER).unwrap(), NOW_MS, jwks.as_array().unwrap())
}

#[test]
fn a_right_token_says_who_it_is() {
    assert_eq!(check(claims()), Ok("248289761001".to_owned()));
    let one = Signer::new("one");
    assert_eq!(verify(&one.sign(&header(), &claims()), json!([one.jwk])), Ok(object(claims())));
}

#[test]
fn each_claim_that_is_missing_is_missed() {
    for (name, error) in [
        ("iss", OpenIdError::IssuerMissing),
        ("aud", OpenIdError::AudienceMissing),
        ("exp", OpenIdError::ExpiryMissing),
        ("iat", OpenIdError::IssuedAtMissing),
        ("nonce", OpenIdError::NonceMissing),
        ("sub", OpenIdError::SubjectMissing),
    ] {
        assert_eq!(check(without(claims(), name)), Err(error), "{name}");
    }
}

#[test]
fn each_claim_that_is_wrong_is_refused() {
    let slash = json!(format!("{ISSUER}/"));
    for (name, value, error) in [
        ("iss", slash, OpenIdError::IssuerMismatch),
        ("iss", json!("HTTPS://login.example.org"), OpenIdError::IssuerMismatch),
        ("iss", json!(""), OpenIdError::IssuerMismatch),
        ("iss", json!([ISSUER]), OpenIdError::IssuerMismatch),
        ("azp", json!("other"), OpenIdError::AuthorizedParty),
        ("azp", Value::Null, OpenIdError::AuthorizedParty),
        ("nonce", json!("another-nonce"), OpenIdError::NonceMismatch),
        ("nonce", json!(""), OpenIdError::NonceMismatch),
        ("nonce", json!([super::hand_made::NONCE]), OpenIdError::NonceMismatch),
        ("sub", json!(""), OpenIdError::SubjectMalformed),
        ("sub", json!("a".repeat(256)), OpenIdError::SubjectMalformed),
        ("sub", json!("jürgen"), OpenIdError::SubjectMalformed),
        ("sub", json!(7), OpenIdError::SubjectMalformed),
        ("sub", Value::Null, OpenIdError::SubjectMalformed),
    ] {
        assert_eq!(check(with(claims(), name, value.clone())), Err(error), "{name}: {value}");
    }
    assert!(check(with(claims(), "sub", json!("a".repeat(255)))).is_ok());
}

#[test]
fn the_audience_is_this_client_and_nobody_else() {
    let aud = |value: Value| check(with(claims(), "aud", value)).map(drop);
    assert_eq!(aud(json!([CLIENT])), Ok(()));
    for value in [
        json!("other"),
        json!([]),
        json!(["other"]),
        json!([CLIENT, "other"]),
        json!({ CLIENT: 1 }),
        json!(7),
        Value::Null,
    ] {
        assert_eq!(aud(value.clone()), Err(OpenIdError::AudienceMismatch), "{value}");
    }
    let several = with(claims(), "aud", json!([CLIENT, CLIENT]));
    assert_eq!(check(several.clone()).map(drop), Err(OpenIdError::AuthorizedParty));
    assert_eq!(check(with(several, "azp", json!(CLIENT))).map(drop), Ok(()));
    let strange = with(with(claims(), "aud", json!([CLIENT, "other"])), "azp", json!(CLIENT));
    assert_eq!(check(strange).map(drop), Err(OpenIdError::AudienceMismatch));
}

#[test]
fn a_token_is_taken_only_in_its_time() {
    for (name, value, verdict) in [
        ("exp", json!(NOW_S - 59), Ok(())),
        ("exp", json!(NOW_S - 61), Err(OpenIdError::Expired)),
        ("exp", json!(NOW_S + 9 * 365 * 86400), Ok(())),
        ("exp", json!(NOW_S + 11 * 365 * 86400), Err(OpenIdError::ExpiryTooFar)),
        ("exp", json!(1e300), Err(OpenIdError::ExpiryMalformed)),
        ("exp", json!(i64::MAX), Err(OpenIdError::ExpiryMalformed)),
        ("exp", json!(u64::MAX), Err(OpenIdError::ExpiryMalformed)),
        ("exp", json!(-1), Err(OpenIdError::ExpiryMalformed)),
        ("exp", json!("1800000300"), Err(OpenIdError::ExpiryMalformed)),
        ("exp", Value::Null, Err(OpenIdError::ExpiryMalformed)),
        ("exp", json!(1_800_000_300.75), Ok(())),
        ("exp", json!(0), Err(OpenIdError::Expired)),
        ("iat", json!(NOW_S - 599), Ok(())),
        ("iat", json!(NOW_S - 601), Err(OpenIdError::IssuedTooEarly)),
        ("iat", json!(NOW_S + 60), Ok(())),
        ("iat", json!(NOW_S + 62), Err(OpenIdError::IssuedInFuture)),
        ("iat", json!(true), Err(OpenIdError::IssuedAtMalformed)),
        ("iat", json!(-1e300), Err(OpenIdError::IssuedAtMalformed)),
        ("nbf", json!(NOW_S + 60), Ok(())),
        ("nbf", json!(NOW_S + 62), Err(OpenIdError::NotYetValid)),
        ("nbf", json!("soon"), Err(OpenIdError::NotBeforeMalformed)),
    ] {
        assert_eq!(check(with(claims(), name, value.clone())).map(drop), verdict, "{name}: {value}");
    }
}

#[test]
fn every_number_has_an_answer_as_a_date() {
    for (value, answer) in [
        (json!(0), Some(0)),
        (json!(-0.0), Some(0)),
        (json!(1.5), Some(1500)),
        (json!(2_147_483_648_i64), Some(2_147_483_648_000)),
        (json!(253_402_300_799_i64), Some(253_402_300_799_000)),
        (json!(253_402_300_800_i64), None),
        (json!(1e300), None),
        (json!(f64::MAX), None),
        (json!(-0.001), None),
        (json!(i64::MIN), None),
        (json!(u64::MAX), None),
        (json!("0"), None),
        (json!([0]), None),
    ] {
        assert_eq!(milliseconds(&value), answer, "{value}");
    }
    for _ in 0..100_000 {
        let bits = u64::from_ne_bytes(crate::seal::random());
        let float = Number::from_f64(f64::from_bits(bits)).map_or(Value::Null, Value::Number);
        for value in [float, json!(bits), json!(bits.cast_signed())] {
            let date = milliseconds(&value);
            assert!(date.is_none_or(|date| (0..=253_402_300_799_999).contains(&date)), "{value}: {date:?}");
            check(with(claims(), "exp", value)).map(drop).unwrap_or_default();
        }
    }
}

#[test]
fn the_access_token_is_the_one_the_id_token_was_made_for() {
    let half = URL_SAFE_NO_PAD.encode(&Sha256::digest("access")[..16]);
    let whole = URL_SAFE_NO_PAD.encode(Sha256::digest("access"));
    let other = URL_SAFE_NO_PAD.encode(&Sha256::digest("another")[..16]);
    assert!(check(with(claims(), "at_hash", json!(half))).is_ok());
    for value in [json!(whole), json!(other), json!(""), json!(7), Value::Null] {
        assert_eq!(check(with(claims(), "at_hash", value.clone())), Err(OpenIdError::AccessTokenHash), "{value}");
    }
}

#[test]
fn a_header_that_says_anything_strange_is_refused() {
    let one = Signer::new("one");
    for (header, error) in [
        (with(header(), "alg", json!("none")), OpenIdError::Algorithm),
        (with(header(), "alg", json!("nOnE")), OpenIdError::Algorithm),
        (with(header(), "alg", json!("")), OpenIdError::Algorithm),
        (with(header(), "alg", json!("HS256")), OpenIdError::Algorithm),
        (with(header(), "alg", json!("RS1")), OpenIdError::Algorithm),
        (with(header(), "alg", json!("es256")), OpenIdError::Algorithm),
        (with(header(), "alg", json!(["ES256"])), OpenIdError::Form),
        (without(header(), "alg"), OpenIdError::Algorithm),
        (with(header(), "crit", json!(["exp"])), OpenIdError::Critical),
        (with(header(), "crit", json!([])), OpenIdError::Critical),
        (with(header(), "typ", json!("at+jwt")), OpenIdError::Type),
        (with(header(), "typ", json!("logout+jwt")), OpenIdError::Type),
        (with(header(), "typ", json!("dpop+jwt")), OpenIdError::Type),
        (with(header(), "typ", json!(7)), OpenIdError::Form),
        (with(header(), "kid", json!(7)), OpenIdError::Form),
        (with(header(), "kid", json!("two")), OpenIdError::KeyUnknown),
    ] {
        let verdict = verify(&one.sign(&header, &claims()), json!([one.jwk]));
        assert_eq!(verdict, Err(error), "{header}");
    }
    assert!(verify(&one.sign(&without(header(), "typ"), &claims()), json!([one.jwk])).is_ok());
}

#[test]
fn an_algorithm_is_taken_only_where_the_provider_uses_it() {
    let one = Signer::new("one");
    let token = one.sign(&header(), &claims());
    let token = read(&token).unwrap();
    assert_eq!(token.algorithm(&[Algorithm::Rs256, Algorithm::Es256]), Ok(Algorithm::Es256));
    assert_eq!(token.algorithm(&[Algorithm::Rs256, Algorithm::Ps256]), Err(OpenIdError::Algorithm));
}

#[test]
fn what_is_no_token_is_refused_whatever_its_form() {
    let one = Signer::new("one");
    let right = one.sign(&header(), &claims());
    let twice = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","alg":"ES256"}"#);
    let deep = URL_SAFE_NO_PAD.encode(format!(r#"{{"alg":{}"#, "[".repeat(10_000)));
    for text in [
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        "...".to_owned(),
        format!("{right}."),
        format!(".{right}"),
        format!("{right}.{right}"),
        right.replace('.', ""),
        right.replacen('.', "=.", 1),
        format!("{twice}.e30.e30"),
        format!("{deep}.e30.e30"),
        "W10.e30.e30".to_owned(),
        "a".repeat(1_000_000),
    ] {
        assert_eq!(read(&text).map(drop), Err(OpenIdError::Form), "{text:.40}");
    }
}

#[test]
fn claims_that_are_there_twice_are_refused() {
    let twice = br#"{"sub":"one","sub":"two"}"#;
    assert_eq!(claims::object(twice), None);
    assert!(claims::object(br#"{"sub":"one","x":{"sub":"two"}}"#).is_some());
}

#[test]
fn a_signature_that_does_not_fit_is_refused() {
    let (one, rogue) = (Signer::new("one"), Signer::new("one"));
    let token = one.sign(&header(), &claims());
    let (text, signature) = token.rsplit_once('.').unwrap();
    let jwks = || json!([one.jwk]);
    let changed = message(&header(), &with(claims(), "sub", json!("somebody-else")));
    let mut damaged = URL_SAFE_NO_PAD.decode(signature).unwrap();
    damaged[7] ^= 1;
    for bad in [
        format!("{text}."),
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(&damaged)),
        format!("{text}.{}", URL_SAFE_NO_PAD.encode([0; 64])),
        format!("{changed}.{signature}"),
        rogue.sign(&header(), &claims()),
    ] {
        assert_eq!(verify(&bad, jwks()), Err(OpenIdError::Signature));
    }
    // A key that the token brings along is no key.
    let brought = with(header(), "jwk", rogue.jwk.clone());
    assert_eq!(verify(&rogue.sign(&brought, &claims()), jwks()), Err(OpenIdError::Signature));
    let pointed = with(header(), "jku", json!("https://evil.test/keys"));
    assert_eq!(verify(&rogue.sign(&pointed, &claims()), jwks()), Err(OpenIdError::Signature));
}

#[test]
fn a_token_without_a_key_id_is_taken_only_where_there_is_one_key() {
    let (one, two) = (Signer::new("one"), Signer::new("two"));
    let token = one.sign(&without(header(), "kid"), &claims());
    assert!(verify(&token, json!([one.jwk])).is_ok());
    assert_eq!(verify(&token, json!([one.jwk, two.jwk])), Err(OpenIdError::KeyAmbiguous));
    assert_eq!(verify(&token, json!([])), Err(OpenIdError::KeyUnknown));
    // Keys for something else do not count.
    let for_encryption = with(two.jwk, "use", json!("enc"));
    assert!(verify(&token, json!([one.jwk, for_encryption, { "kty": "OKP", "crv": "Ed25519", "x": "AA" }, 7])).is_ok());
    // One name for two keys names none.
    let twin = Signer::new("one");
    assert_eq!(verify(&one.sign(&header(), &claims()), json!([one.jwk, twin.jwk])), Err(OpenIdError::KeyAmbiguous));
}

#[test]
fn a_key_is_used_only_for_what_it_is_for() {
    let one = Signer::new("one");
    let token = one.sign(&header(), &claims());
    for (name, value) in [
        ("use", json!("enc")),
        ("use", Value::Null),
        ("key_ops", json!(["sign"])),
        ("key_ops", json!("verify")),
        ("alg", json!("ES384")),
        ("alg", json!(7)),
        ("kty", json!("RSA")),
        ("kty", json!("oct")),
        ("crv", json!("P-384")),
        ("kid", json!("other")),
        // Whose private part is published signs for everybody.
        ("d", json!("AA")),
    ] {
        let jwk = with(one.jwk.clone(), name, value.clone());
        assert_eq!(verify(&token, json!([jwk])), Err(OpenIdError::KeyUnknown), "{name}: {value}");
    }
    for name in ["use", "alg"] {
        assert!(verify(&token, json!([without(one.jwk.clone(), name)])).is_ok(), "without {name}");
    }
    assert!(verify(&token, json!([with(one.jwk.clone(), "key_ops", json!(["verify"]))])).is_ok());
}

#[test]
fn a_short_rsa_key_is_no_key() {
    let rsa = |bytes: usize| json!([{ "kty": "RSA", "n": URL_SAFE_NO_PAD.encode(vec![0xc1; bytes]), "e": "AQAB" }]);
    let choose = |jwks: Value| key_set(&jwks).choose(None, Algorithm::Rs256).map(drop);
    assert_eq!(choose(rsa(128)), Err(OpenIdError::KeyUnknown));
    assert_eq!(choose(rsa(256)), Ok(()));
    let padded =
        json!([{ "kty": "RSA", "n": URL_SAFE_NO_PAD.encode([vec![0; 128], vec![0xc1; 128]].concat()), "e": "AQAB" }]);
    assert_eq!(choose(padded), Err(OpenIdError::KeyUnknown));
    assert_eq!(key_set(&rsa(256)).choose(None, Algorithm::Es256).map(drop), Err(OpenIdError::KeyUnknown));
}

#[test]
fn the_clock_at_its_ends_breaks_nothing() {
    for now_ms in [i64::MIN, -1, 0, i64::MAX] {
        let expected = claims::Expected { now_ms, ..expected() };
        assert!(check_id_token(&object(claims()), &expected).is_err(), "{now_ms}");
    }
    assert_eq!(claims::check_times(&object(claims()), NOW_MS), Ok((NOW_S + 360) * 1000));
}
