//! Each fault makes what a relying party sees differ from the right answers in exactly the named way.

use std::collections::BTreeSet;

use sim::openid::{Client, Fault, Stage, Verdict};

use super::{
    observation::{Observed, observed},
    relying_party::{Party, client, provider},
};

/// What differs: `path: value`, with `-` for a whole branch that is missing.
///
/// Parts that one of the two did not reach are no difference. Both ID tokens, that of the sign-in and that of the
/// refresh, are one where they differ in the same way.
fn differences(right: &Observed, other: &Observed) -> Vec<String> {
    let part = |path: &str| path.split('/').next().unwrap().to_owned();
    let parts = |seen: &Observed| seen.keys().map(|path| part(path)).collect::<BTreeSet<_>>();
    let both: BTreeSet<String> = parts(right).intersection(&parts(other)).cloned().collect();
    let mut differing = BTreeSet::new();
    for path in right.keys().chain(other.keys()).filter(|path| both.contains(&part(path))) {
        match (right.get(path), other.get(path)) {
            (former, Some(value)) if former != Some(value) => drop(differing.insert(format!("{path}: {value}"))),
            (Some(_), None) => drop(missing(other, path).map(|branch| differing.insert(format!("{branch}: -")))),
            _ => {}
        }
    }
    let tokens: Vec<String> = differing.iter().filter_map(|one| one.strip_prefix("id").map(str::to_owned)).collect();
    for token in tokens {
        if differing.remove(&format!("refreshed{token}")) {
            differing.remove(&format!("id{token}"));
            differing.insert(format!("tokens{token}"));
        }
    }
    differing.into_iter().collect()
}

/// The largest branch around this path of which nothing is left; none where something else stands in its place.
fn missing(other: &Observed, path: &str) -> Option<String> {
    let mut branch = String::new();
    for name in path.split('/') {
        branch = if branch.is_empty() { name.to_owned() } else { format!("{branch}/{name}") };
        if other.contains_key(&branch) {
            return None;
        }
        if !other.keys().any(|left| left.starts_with(&format!("{branch}/"))) {
            break;
        }
    }
    Some(branch)
}

/// What each fault changes, in the notation of [`differences`].
const NAMED: &[(Fault, &[&str])] = &[
    (Fault::Correct, &[]),
    (Fault::InvalidIss, &["tokens/claims/iss: ISSUER/other"]),
    (Fault::MissingSub, &["tokens/claims/sub: -"]),
    (Fault::InvalidAud, &["tokens/claims/aud: another-client"]),
    (Fault::MissingIat, &["tokens/claims/iat: -"]),
    (Fault::KidAbsentSingleJwks, &["keys/body: RSA rsa-0", "tokens/header/kid: -"]),
    (Fault::KidAbsentMultipleJwks, &["keys/body: RSA second, RSA rsa-0, EC ec-0", "tokens/header/kid: -"]),
    (Fault::IdTokenSigRs256, &[]),
    (Fault::IdTokenSigNone, &["tokens/header/alg: none", "tokens/signature: none"]),
    (Fault::InvalidSigRs256, &["tokens/signature: damaged"]),
    (Fault::UserInfoInvalidSub, &["userinfo/body/sub: subject-of-nobody"]),
    (Fault::NonceInvalid, &["id/claims/nonce: other"]),
    (
        Fault::ScopeUserInfoClaims,
        &[
            "tokens/claims/email: -",
            "tokens/claims/email_verified: -",
            "tokens/claims/external_id: -",
            "tokens/claims/name: -",
            "tokens/claims/preferred_username: -",
            "tokens/claims/roles: -",
        ],
    ),
    (Fault::ClientSecretBasic, &["discovery/body/token_endpoint_auth_methods_supported/1: -"]),
    (
        Fault::DiscoveryOpenIdConfig,
        &[
            "discovery/body/authorization_endpoint: ISSUER/moved/authorize",
            "discovery/body/end_session_endpoint: ISSUER/moved/logout",
            "discovery/body/jwks_uri: ISSUER/moved/jwks",
            "discovery/body/token_endpoint: ISSUER/moved/token",
            "discovery/body/userinfo_endpoint: ISSUER/moved/userinfo",
        ],
    ),
    (Fault::DiscoveryJwksUriKeys, &["discovery/body/jwks_uri: ISSUER/jwks/some"]),
    (Fault::DiscoveryIssuerMismatch, &["discovery/body/issuer: ISSUER/other"]),
    (
        Fault::SigningKeyRotationJustBeforeSigning,
        &["id/header/kid: rsa-1", "logout/header/kid: rsa-2", "refreshed/header/kid: rsa-2"],
    ),
    (Fault::SigningKeyRotation, &["logout/header/kid: rsa-1", "tokens/header/kid: rsa-1"]),
    (Fault::RefreshToken, &[]),
    (Fault::RefreshTokenInvalidIssuer, &["refreshed/claims/iss: ISSUER/other"]),
    (Fault::RefreshTokenInvalidSub, &["refreshed/claims/sub: subject-of-nobody"]),
    (Fault::RefreshTokenRefused, &["refresh/body: error invalid_grant", "refresh/status: 400", "refreshed: none"]),
    (Fault::LogoutGood, &[]),
    (Fault::LogoutAlgNone, &["logout/header/alg: none", "logout/signature: none"]),
    (Fault::LogoutNoEvent, &["logout/claims/events: -"]),
    (Fault::LogoutWithNonce, &["logout/claims/nonce: other"]),
    (Fault::LogoutWrongAlg, &["logout/header/alg: HS256", "logout/signature: mac of client secret"]),
    (Fault::LogoutWrongAud, &["logout/claims/aud: another-client"]),
    (
        Fault::LogoutWrongEvent,
        &[
            "logout/claims/events/http://schemas.openid.net/event/backchannel-logout-other: {}",
            "logout/claims/events/http://schemas.openid.net/event/backchannel-logout: -",
        ],
    ),
    (Fault::LogoutWrongIss, &["logout/claims/iss: ISSUER/other"]),
    (Fault::LogoutMissingIat, &["logout/claims/iat: -"]),
    (Fault::LogoutMissingJti, &["logout/claims/jti: -"]),
    (Fault::LogoutReplay, &["logout/times: 2"]),
    (Fault::LogoutExpired, &["logout/claims/exp: now -60 min", "logout/claims/iat: now -62 min"]),
    (Fault::LogoutWrongSub, &["logout/claims/sub: subject-of-nobody"]),
    (Fault::LogoutWrongSid, &["logout/claims/sid: sid-of-nobody"]),
    (Fault::LogoutNoSubjectNoSession, &["logout/claims/sid: -", "logout/claims/sub: -"]),
    (Fault::LogoutBadSignature, &["logout/signature: damaged"]),
    (
        Fault::LogoutIsIdToken,
        &[
            "logout/claims/auth_time: now +0 min",
            "logout/claims/events: -",
            "logout/claims/jti: -",
            "logout/claims/nonce: nonce-of-these-tests",
            "logout/header/typ: JWT",
        ],
    ),
    (Fault::SignOutGood, &[]),
    (Fault::SignOutOtherState, &["signed_out/state: other"]),
    (Fault::SignOutNoState, &["signed_out: {}"]),
    (Fault::InvalidSigHs256, &["tokens/header/alg: HS256", "tokens/signature: mac of published key"]),
    (Fault::Hs256WithClientSecret, &["tokens/header/alg: HS256", "tokens/signature: mac of client secret"]),
    (
        Fault::InvalidSigEs256,
        &[
            "discovery/body/id_token_signing_alg_values_supported/1: ES256",
            "tokens/header/alg: ES256",
            "tokens/header/kid: ec-0",
            "tokens/signature: damaged",
        ],
    ),
    (Fault::MissingAud, &["tokens/claims/aud: -"]),
    (
        Fault::AggregatedClaims,
        &["tokens/claims/_claim_names/shoe_size: source", "tokens/claims/_claim_sources/source/JWT: some"],
    ),
    (
        Fault::DistributedClaims,
        &[
            "tokens/claims/_claim_names/shoe_size: source",
            "tokens/claims/_claim_sources/source/access_token: some",
            "tokens/claims/_claim_sources/source/endpoint: ISSUER/trap/claims",
        ],
    ),
    (Fault::InvalidState, &["callback/state: other"]),
    (Fault::MissingState, &["callback/state: -"]),
    (Fault::InvalidResponseIss, &["callback/iss: ISSUER/other"]),
    (Fault::RemoveResponseIss, &["callback/iss: -"]),
    (Fault::EmptyResponseIss, &["callback/iss: "]),
    (Fault::MissingExp, &["tokens/claims/exp: -"]),
    (Fault::ExpiredExp, &["tokens/claims/exp: now -60 min"]),
    (Fault::MissingIss, &["tokens/claims/iss: -"]),
    (Fault::MissingNonce, &["id/claims/nonce: -"]),
    (
        Fault::SecondaryAud,
        &["tokens/claims/aud/0: server", "tokens/claims/aud/1: another-client", "tokens/claims/aud: -"],
    ),
    (Fault::WrongAzp, &["tokens/claims/azp: another-client"]),
    (Fault::NullAlg, &["tokens/header/alg: "]),
    (Fault::MissingAlg, &["tokens/header/alg: -"]),
    (Fault::AlgNoneOddCase, &["tokens/header/alg: nOnE", "tokens/signature: none"]),
    (Fault::AlternateAlg, &["tokens/header/alg: ES256", "tokens/header/kid: ec-0", "tokens/signature: published EC"]),
    (Fault::AudAsArray, &["tokens/claims/aud/0: server", "tokens/claims/aud: -"]),
    (Fault::TokenTypeCase, &["refresh/body/token_type: bEARER", "token/body/token_type: bEARER"]),
    (Fault::NoExpiresIn, &["refresh/body/expires_in: -", "token/body/expires_in: -"]),
    (Fault::NotYetValid, &["tokens/claims/nbf: now +60 min"]),
    (Fault::IatInFuture, &["tokens/claims/iat: now +60 min"]),
    (Fault::UnknownCrit, &["tokens/header/crit/0: urn:example:unknown", "tokens/header/urn:example:unknown: true"]),
    (Fault::IatWeekInPast, &["tokens/claims/iat: now -10080 min"]),
    (Fault::ExpHuge, &["tokens/claims/exp: 1e300"]),
    (Fault::ExpFraction, &["tokens/claims/exp: now +5 min and a fraction"]),
    (Fault::Exp2038, &["tokens/claims/exp: 2147483648"]),
    (Fault::ExpNegative, &["tokens/claims/exp: -1"]),
    (Fault::ExpText, &["tokens/claims/exp: a text"]),
    (Fault::AtHashInvalid, &["tokens/claims/at_hash: wrong"]),
    (Fault::RogueKeySameKid, &["tokens/signature: strange RSA"]),
    (
        Fault::JwkHeader,
        &[
            "tokens/header/jwk/alg: RS256",
            "tokens/header/jwk/e: AQAB",
            "tokens/header/jwk/kty: RSA",
            "tokens/header/jwk/n: some",
            "tokens/header/jwk/use: sig",
            "tokens/signature: strange RSA",
        ],
    ),
    (
        Fault::JkuHeader,
        &["tokens/header/jku: ISSUER/trap/keys", "tokens/header/kid: strange", "tokens/signature: strange RSA"],
    ),
    (Fault::UnknownKid, &["tokens/header/kid: unknown"]),
    (Fault::IdTokenMissing, &["tokens: none"]),
    (Fault::IdTokenNotJwt, &["tokens: no token"]),
    (Fault::IdTokenHuge, &["tokens/claims/padding: long"]),
    (Fault::IdTokenDeep, &["tokens: unreadable"]),
    (Fault::SubEmpty, &["tokens/claims/sub: "]),
    (Fault::SubLong, &["tokens/claims/sub: long"]),
    (Fault::SubNumber, &["tokens/claims/sub: 4711"]),
    (Fault::AuthTimeOld, &["tokens/claims/auth_time: now -1440 min"]),
    (Fault::TokenHtml, &["id: none", "token/body: a page", "token/type: text/html; charset=utf-8"]),
    (
        Fault::TokenRedirect,
        &["id: none", "token/body: ", "token/status: 307", "token/to: ISSUER/trap/token", "token/type: text/plain"],
    ),
    (Fault::TokenServerError, &["id: none", "token/body: error server_error", "token/status: 500"]),
    (Fault::TokenSlow, &["token/late: true"]),
    (Fault::TokenEndless, &["id: none", "token/body: endless"]),
    (Fault::TokenTruncated, &["id: none", "token/body: broken"]),
    (Fault::TokenOtherType, &["refresh/body/token_type: carrier-pigeon", "token/body/token_type: carrier-pigeon"]),
    (
        Fault::AccessTokenMissing,
        &["refresh/body/access_token: -", "token/body/access_token: -", "tokens/claims/at_hash: -"],
    ),
    (Fault::InvalidGrant, &["id: none", "token/body: error invalid_grant", "token/status: 400"]),
    (Fault::InvalidClient, &["id: none", "token/body: error invalid_client", "token/status: 401"]),
    (Fault::DiscoveryElsewhere, &["discovery/body/token_endpoint: http://op.elsewhere.test:PORT/op/token"]),
    (Fault::JwksElsewhere, &["discovery/body/jwks_uri: http://keys.elsewhere.test:PORT/op/jwks"]),
    (Fault::DiscoveryDown, &["discovery/body: error temporarily_unavailable", "discovery/status: 503"]),
    (Fault::DiscoveryHtml, &["discovery/body: a page", "discovery/type: text/html; charset=utf-8"]),
    (Fault::DiscoveryHuge, &["discovery/body: endless"]),
    (
        Fault::DiscoveryRedirect,
        &[
            "discovery/body: ",
            "discovery/status: 307",
            "discovery/to: ISSUER/trap/discovery",
            "discovery/type: text/plain",
        ],
    ),
    (Fault::JwksHuge, &["keys/body: endless", "logout/signature: unknown", "tokens/signature: unknown"]),
    (
        Fault::JwksDown,
        &[
            "keys/body: error temporarily_unavailable",
            "keys/status: 503",
            "logout/signature: unknown",
            "tokens/signature: unknown",
        ],
    ),
    (Fault::JwksEmpty, &["keys/body: ", "logout/signature: unknown", "tokens/signature: unknown"]),
    (Fault::JwksWeak, &["keys/body: AKP later, OKP sealing, oct secret, - nothing, RSA rsa-0, EC ec-0"]),
    (Fault::DuplicateState, &["callback/state: state-of-these-tests,state-of-these-tests"]),
    (Fault::DuplicateCode, &["callback/code: OC 2"]),
    (Fault::DuplicateIss, &["callback/iss: ISSUER,ISSUER"]),
    (Fault::CodeMissing, &["callback/code: -"]),
    (Fault::CodeOther, &["id: none", "token/body: error invalid_grant", "token/status: 400"]),
    (
        Fault::AccessDenied,
        &["callback/code: -", "callback/error: access_denied", "callback/error_description: the person may not"],
    ),
    (
        Fault::LoginRequired,
        &["callback/code: -", "callback/error: login_required", "callback/error_description: nobody is signed in"],
    ),
    (
        Fault::ServerErrorResponse,
        &["callback/code: -", "callback/error: server_error", "callback/error_description: something broke"],
    ),
    (
        Fault::TemporarilyUnavailable,
        &["callback/code: -", "callback/error: temporarily_unavailable", "callback/error_description: no time"],
    ),
    (
        Fault::InvalidRequestResponse,
        &["callback/code: -", "callback/error: invalid_request", "callback/error_description: this was not understood"],
    ),
    (
        Fault::ErrorHostileDescription,
        &[
            "callback/code: -",
            "callback/error: access_denied",
            "callback/error_description: <script>alert(1)</script>\"'\u{1b}[31m\r\nSet-Cookie: a=b\u{202e}",
        ],
    ),
    (Fault::ErrorAndCode, &["callback/error: server_error"]),
    (Fault::UserInfoMissingSub, &["userinfo/body/sub: -"]),
    (
        Fault::UserInfoSigned,
        &[
            "userinfo/body/aud: server",
            "userinfo/body/iss: ISSUER",
            "userinfo/header/alg: RS256",
            "userinfo/header/kid: rsa-0",
            "userinfo/type: application/jwt",
        ],
    ),
    (Fault::UserInfoServerError, &["userinfo/body: error server_error", "userinfo/status: 500"]),
    (Fault::UserInfoHtml, &["userinfo/body: a page", "userinfo/type: text/html; charset=utf-8"]),
    (Fault::UserInfoEndless, &["userinfo/body: endless"]),
    (Fault::ExternalIdMissing, &["tokens/claims/external_id: -", "userinfo/body/external_id: -"]),
    (
        Fault::EmailSeveralAts,
        &[
            "tokens/claims/email: hannah.weiss@association.example@elsewhere.example",
            "tokens/claims/external_id: -",
            "userinfo/body/email: hannah.weiss@association.example@elsewhere.example",
            "userinfo/body/external_id: -",
        ],
    ),
    (
        Fault::EmailList,
        &[
            "tokens/claims/email: hannah.weiss@association.example,somebody@elsewhere.example",
            "tokens/claims/external_id: -",
            "userinfo/body/email: hannah.weiss@association.example,somebody@elsewhere.example",
            "userinfo/body/external_id: -",
        ],
    ),
    (
        Fault::EmailUpperCase,
        &[
            "tokens/claims/email: HANNAH.WEISS@ASSOCIATION.EXAMPLE",
            "tokens/claims/external_id: -",
            "userinfo/body/email: HANNAH.WEISS@ASSOCIATION.EXAMPLE",
            "userinfo/body/external_id: -",
        ],
    ),
    (
        Fault::EmailUnverified,
        &[
            "tokens/claims/email_verified: false",
            "tokens/claims/external_id: -",
            "userinfo/body/email_verified: false",
            "userinfo/body/external_id: -",
        ],
    ),
    (
        Fault::EmailMissing,
        &[
            "tokens/claims/email: -",
            "tokens/claims/email_verified: -",
            "tokens/claims/external_id: -",
            "userinfo/body/email: -",
            "userinfo/body/email_verified: -",
            "userinfo/body/external_id: -",
        ],
    ),
    (
        Fault::ExternalIdList,
        &[
            "tokens/claims/external_id/0: directory-192",
            "tokens/claims/external_id/1: somebody-else",
            "tokens/claims/external_id: -",
            "userinfo/body/external_id/0: directory-192",
            "userinfo/body/external_id/1: somebody-else",
            "userinfo/body/external_id: -",
        ],
    ),
];

#[tokio::test]
async fn each_fault_changes_what_its_name_says_and_nothing_else() {
    let right = observed(None).await;
    let faults: Vec<Fault> = NAMED.iter().map(|(fault, _)| *fault).collect();
    assert_eq!(faults, Fault::all());
    for (fault, named) in NAMED {
        assert_eq!(differences(&right, &observed(Some(*fault)).await), *named, "{}", fault.name());
    }
}

#[tokio::test]
async fn nobody_walks_into_the_trap_who_follows_nothing() {
    for fault in [Fault::DistributedClaims, Fault::JkuHeader, Fault::TokenRedirect, Fault::DiscoveryRedirect] {
        let seen = observed(Some(fault)).await;
        assert_eq!(seen["trapped"], "0", "{}", fault.name());
    }
}

#[test]
fn every_fault_has_a_name_of_its_own_and_can_be_asked_for_by_it() {
    for fault in Fault::all() {
        assert_eq!(Fault::named(fault.name()), Some(*fault));
        assert!(fault.sentence().ends_with('.'));
    }
    let count = |stage| Fault::all().iter().filter(|fault| fault.stage() == stage).count();
    assert!(count(Stage::BackChannelLogout) >= 14);
    assert!(Fault::all().iter().filter(|fault| fault.expected() == Verdict::Refuse).count() >= 48);
}

#[tokio::test]
async fn a_fault_for_one_client_leaves_the_others_alone() {
    let op = provider().await;
    op.register_client(Client { id: "imis".into(), ..client() });
    op.set_fault_for("server", Some(Fault::MissingSub));
    let hit = Party::of(&op);
    let spared = Party::with(&op, Client { id: "imis".into(), ..client() });
    for (party, sub) in [(&hit, None), (&spared, Some("subject-of-staff1"))] {
        let tokens = party.tokens().await;
        let claims = party.verified(tokens["id_token"].as_str().unwrap()).await.unwrap();
        assert_eq!(claims.get("sub").and_then(|sub| sub.as_str()), sub);
    }
    op.set_fault_for("server", None);
    let tokens = Party::of(&op).tokens().await;
    assert!(hit.verified(tokens["id_token"].as_str().unwrap()).await.unwrap().contains_key("sub"));
}

#[tokio::test]
async fn who_asks_for_the_keys_meets_any_clients_fault() {
    let op = provider().await;
    op.set_fault_for("server", Some(Fault::JwksDown));
    let party = Party::of(&op);
    let keys = party.endpoint("jwks_uri").await;
    assert_eq!(party.http.get(&keys).send().await.unwrap().status(), 503);
    op.set_fault_for("server", None);
    assert_eq!(party.http.get(&keys).send().await.unwrap().status(), 200);
}
