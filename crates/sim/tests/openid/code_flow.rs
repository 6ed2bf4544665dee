//! Signing in by authorization code, and what is refused.

use reqwest::{StatusCode, header};
use serde_json::{Value, json};
use sim::openid::{ClaimsIn, Endpoint, Fault, RefreshTokens, Settings, Signing};

use super::relying_party::{
    NONCE, PASSWORD, Party, REDIRECT, STATE, VERIFIER, attribute, field, landed, opened, provider, provider_with,
};

#[tokio::test]
async fn a_person_signs_in_and_the_client_learns_who_it_is() {
    let op = provider().await;
    let party = Party::of(&op);
    let fields = party.sign_in(&[]).await;
    assert_eq!(field(&fields, "state"), Some(STATE));
    assert_eq!(field(&fields, "iss"), Some(op.issuer().as_str()));
    let code = field(&fields, "code").unwrap();
    assert!(code.starts_with("CANARY-OC-"));

    let answer = party.redeem(code).await;
    assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-store");
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(answer["token_type"], "Bearer");
    assert!(answer["access_token"].as_str().unwrap().starts_with("CANARY-OA-"));
    assert!(answer["refresh_token"].as_str().unwrap().starts_with("CANARY-OR-"));

    let claims = party.verified(answer["id_token"].as_str().unwrap()).await.unwrap();
    assert_eq!(claims["iss"], op.issuer());
    assert_eq!(claims["aud"], "server");
    assert_eq!(claims["sub"], "subject-of-staff1");
    assert_eq!(claims["nonce"], NONCE);
    assert_eq!(claims["external_id"], "directory-192");

    let person: Value = party.userinfo(answer["access_token"].as_str().unwrap()).await.json().await.unwrap();
    assert_eq!(
        person,
        json!({
            "sub": "subject-of-staff1",
            "name": "Hannah Weiss",
            "preferred_username": "STAFF1",
            "email": "hannah.weiss@association.example",
            "email_verified": true,
            "external_id": "directory-192",
            "roles": ["staff"],
        })
    );
    assert_eq!(op.trap_hits(), 0);
    let redeemed = &op.ledger().at(Endpoint::Token)[0];
    assert_eq!(redeemed.field("code_verifier"), Some(VERIFIER));
    assert_eq!(redeemed.client.as_deref(), Some("server"));
    assert_eq!(redeemed.status, 200);
}

/// What stands as error in an answer of the token endpoint.
async fn error(answer: reqwest::Response, status: StatusCode) -> String {
    assert_eq!(answer.status(), status);
    let answer: Value = answer.json().await.unwrap();
    answer["error"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_second_pass_is_silent() {
    let op = provider().await;
    let party = Party::of(&op);
    party.sign_in(&[]).await;
    let silent = landed(&party.authorize(&[("prompt", "none")]).await);
    assert!(field(&silent, "code").is_some());
    let silent = landed(&party.authorize(&[]).await);
    assert!(field(&silent, "code").is_some());
    assert_eq!(op.ledger().count(Endpoint::SignIn), 1);
}

#[tokio::test]
async fn nobody_is_asked_where_nobody_may_be_asked() {
    let op = provider().await;
    let party = Party::of(&op);
    let back = landed(&party.authorize(&[("prompt", "none")]).await);
    assert_eq!(field(&back, "error"), Some("login_required"));
    assert_eq!(field(&back, "state"), Some(STATE));
    assert_eq!(field(&back, "iss"), Some(op.issuer().as_str()));
    // OpenID Foundation suite, form-post-error.
    let query = [("prompt", "none"), ("max_age", "0"), ("response_mode", "form_post")];
    let page = party.authorize(&query).await;
    assert_eq!(page.status(), StatusCode::OK);
    let page = page.text().await.unwrap();
    assert_eq!(attribute(&page, "action=\""), REDIRECT);
    assert_eq!(attribute(&page, "name=\"error\" value=\""), "login_required");
}

#[tokio::test]
async fn the_person_is_asked_again_for_prompt_login_and_after_max_age() {
    let op = provider().await;
    let party = Party::of(&op);
    party.sign_in(&[]).await;
    assert_eq!(party.authorize(&[("prompt", "login")]).await.status(), StatusCode::OK);
    assert_eq!(party.authorize(&[("max_age", "300")]).await.status(), StatusCode::SEE_OTHER);
    op.turn_clock(301);
    assert_eq!(party.authorize(&[("max_age", "300")]).await.status(), StatusCode::OK);
    let sid = |token: &Value| opened(token["id_token"].as_str().unwrap()).unwrap()[1]["sid"].clone();
    let code = |fields| field(&fields, "code").unwrap().to_owned();
    let first: Value = party.redeem(&code(landed(&party.authorize(&[]).await))).await.json().await.unwrap();
    let again: Value = party.redeem(&code(party.sign_in(&[("prompt", "login")]).await)).await.json().await.unwrap();
    assert_eq!(sid(&first), sid(&again), "the same person's session goes on");
    assert_eq!(op.living_sessions(), 1);
}

#[tokio::test]
async fn the_sign_in_page_knows_the_hint_and_says_what_went_wrong() {
    let op = provider().await;
    let party = Party::of(&op);
    let page = party.authorize(&[("login_hint", "\"><b>hannah")]).await.text().await.unwrap();
    assert!(page.contains("value=\"&quot;&gt;&lt;b&gt;hannah\""));
    assert!(page.contains("<label for=\"username\">") && page.contains("<label for=\"password\">"));
    let page = party.authorize(&[]).await;
    let page = party.type_in(page, "STAFF1", "wrong").await;
    let text = page.text().await.unwrap();
    assert!(text.contains("role=\"alert\""));
    assert_eq!(op.living_sessions(), 0);
    // By the e-mail address too, in any case.
    let page = party.authorize(&[]).await;
    let back = party.type_in(page, "Hannah.Weiss@Association.Example", PASSWORD).await;
    assert!(field(&landed(&back), "code").is_some());
}

#[tokio::test]
async fn who_cancels_goes_back_with_access_denied() {
    let op = provider().await;
    let party = Party::of(&op);
    let page = party.authorize(&[]).await.text().await.unwrap();
    let interaction = attribute(&page, "name=\"interaction\" value=\"");
    let form = [("interaction", interaction.as_str()), ("cancel", "yes")];
    let to = format!("{}/sign-in", op.issuer());
    let back = landed(&party.browse(party.http.post(&to).form(&form)).await);
    assert_eq!(field(&back, "error"), Some("access_denied"));
    // The page is good for one answer.
    assert_eq!(party.browse(party.http.post(&to).form(&form)).await.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn the_browser_is_sent_to_no_address_that_is_not_registered() {
    let op = provider().await;
    let party = Party::of(&op);
    for other in [
        ("redirect_uri", "http://127.0.0.1:9/elsewhere"),
        ("redirect_uri", "http://127.0.0.1:9/auth/cgs/openid/"),
        ("redirect_uri", ""),
        ("client_id", "nobody"),
    ] {
        let answer = party.authorize(&[other]).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{other:?}");
        assert!(answer.headers().get(header::LOCATION).is_none());
    }
    let twice = party.authorization(&[]).await.query(&[("state", "another")]);
    assert_eq!(party.browse(twice).await.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_request_that_is_not_right_goes_back_with_the_error_of_the_standard() {
    let op = provider().await;
    let party = Party::of(&op);
    for (other, error) in [
        (&[("code_challenge", "")][..], "invalid_request"),
        (&[("code_challenge_method", "plain")], "invalid_request"),
        (&[("code_challenge_method", "")], "invalid_request"),
        (&[("response_type", "code id_token")], "unsupported_response_type"),
        (&[("response_type", "")], "invalid_request"),
        (&[("scope", "profile")], "invalid_scope"),
        (&[("response_mode", "fragment")], "invalid_request"),
        (&[("prompt", "none login")], "invalid_request"),
        (&[("max_age", "soon")], "invalid_request"),
        (&[("request", "e30.e30.")], "request_not_supported"),
        (&[("request_uri", "https://elsewhere.test/")], "request_uri_not_supported"),
    ] {
        let back = landed(&party.authorize(other).await);
        assert_eq!(field(&back, "error"), Some(error), "{other:?}");
        assert_eq!(field(&back, "code"), None);
    }
}

#[tokio::test]
async fn a_code_is_worth_nothing_without_its_verifier_redirect_uri_client_and_time() {
    let op = provider().await;
    let party = Party::of(&op);
    op.register_client(sim::openid::Client::new("other", REDIRECT));
    let other = Party::with(&op, sim::openid::Client::new("other", REDIRECT));
    let wrong = "another-verifier-that-is-long-enough-too-0123456789";
    for (name, value) in [
        ("code_verifier", wrong),
        ("code_verifier", ""),
        ("redirect_uri", "http://127.0.0.1:9/elsewhere"),
        ("redirect_uri", ""),
        ("code", "CANARY-OC-never-issued"),
    ] {
        let code = field(&party.sign_in(&[("prompt", "login")]).await, "code").unwrap().to_owned();
        let mut fields = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
        ];
        fields.iter_mut().filter(|(own, _)| *own == name).for_each(|own| own.1 = value);
        assert_eq!(error(party.token(&fields).await, StatusCode::BAD_REQUEST).await, "invalid_grant", "{name}={value}");
    }
    let code = field(&party.sign_in(&[("prompt", "login")]).await, "code").unwrap().to_owned();
    assert_eq!(error(other.redeem(&code).await, StatusCode::BAD_REQUEST).await, "invalid_grant");
    op.turn_clock(61);
    assert_eq!(error(party.redeem(&code).await, StatusCode::BAD_REQUEST).await, "invalid_grant");
}

#[tokio::test]
async fn a_code_that_comes_twice_takes_back_what_was_issued() {
    let op = provider().await;
    let party = Party::of(&op);
    let code = field(&party.sign_in(&[]).await, "code").unwrap().to_owned();
    let tokens: Value = party.redeem(&code).await.json().await.unwrap();
    let access = tokens["access_token"].as_str().unwrap();
    assert_eq!(party.userinfo(access).await.status(), StatusCode::OK);
    assert_eq!(error(party.redeem(&code).await, StatusCode::BAD_REQUEST).await, "invalid_grant");
    let refused = party.userinfo(access).await;
    assert!(refused.headers()[header::WWW_AUTHENTICATE].to_str().unwrap().contains("invalid_token"));
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    let refresh = tokens["refresh_token"].as_str().unwrap();
    assert_eq!(error(party.refresh(refresh).await, StatusCode::BAD_REQUEST).await, "invalid_grant");
}

#[tokio::test]
async fn refresh_tokens_rotate_and_a_spent_one_ends_them_all() {
    let op = provider().await;
    let party = Party::of(&op);
    let tokens = party.tokens().await;
    let first = tokens["refresh_token"].as_str().unwrap();
    let second: Value = party.refresh(first).await.json().await.unwrap();
    let claims = party.verified(second["id_token"].as_str().unwrap()).await.unwrap();
    assert_eq!(claims["sub"], "subject-of-staff1");
    assert_eq!(claims.get("nonce"), None);
    let second = second["refresh_token"].as_str().unwrap();
    assert_ne!(first, second);
    let third: Value = party.refresh(second).await.json().await.unwrap();
    assert_eq!(error(party.refresh(first).await, StatusCode::BAD_REQUEST).await, "invalid_grant");
    let third = third["refresh_token"].as_str().unwrap();
    assert_eq!(error(party.refresh(third).await, StatusCode::BAD_REQUEST).await, "invalid_grant");
}

#[tokio::test]
async fn a_disabled_user_gets_nothing_new() {
    let op = provider().await;
    let party = Party::of(&op);
    let tokens = party.tokens().await;
    op.disable_user("staff1");
    let refresh = tokens["refresh_token"].as_str().unwrap();
    assert_eq!(error(party.refresh(refresh).await, StatusCode::BAD_REQUEST).await, "invalid_grant");
    let back = landed(&party.authorize(&[("prompt", "none")]).await);
    assert_eq!(field(&back, "error"), Some("login_required"));
}

#[tokio::test]
async fn the_client_proves_its_secret_by_one_way_of_two() {
    let op = provider().await;
    let party = Party::of(&op);
    let endpoint = party.endpoint("token_endpoint").await;
    let code = field(&party.sign_in(&[]).await, "code").unwrap().to_owned();
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
    ];
    let (id, secret) = (party.client.id.as_str(), party.client.secret.as_str());
    let own = [("client_id", id), ("client_secret", secret)];
    // Not encoded, the plus and the percent sign of the secret are other letters (RFC 6749 2.3.1).
    let raw = party.http.post(&endpoint).form(&form).basic_auth(id, Some(secret)).send().await.unwrap();
    assert!(raw.headers().contains_key(header::WWW_AUTHENTICATE));
    assert_eq!(error(raw, StatusCode::UNAUTHORIZED).await, "invalid_client");
    let none = party.http.post(&endpoint).form(&form).send().await.unwrap();
    assert_eq!(error(none, StatusCode::UNAUTHORIZED).await, "invalid_client");
    let both = party.http.post(&endpoint).form(&[&form[..], &own].concat()).basic_auth(id, Some("x")).send();
    assert_eq!(error(both.await.unwrap(), StatusCode::BAD_REQUEST).await, "invalid_request");
    let wrong = [("client_id", id), ("client_secret", "wrong")];
    let wrong = party.http.post(&endpoint).form(&[&form[..], &wrong].concat()).send().await.unwrap();
    assert_eq!(error(wrong, StatusCode::UNAUTHORIZED).await, "invalid_client");
    op.set_fault(Some(Fault::ClientSecretBasic));
    let basic_only = party.http.post(&endpoint).form(&[&form[..], &own].concat()).send().await.unwrap();
    assert_eq!(error(basic_only, StatusCode::UNAUTHORIZED).await, "invalid_client");
    op.set_fault(None);
    let post = party.http.post(&endpoint).form(&[&form[..], &own].concat()).send().await.unwrap();
    assert_eq!(post.status(), StatusCode::OK);
}

#[tokio::test]
async fn userinfo_takes_the_token_in_the_form_too_and_no_other() {
    let op = provider().await;
    let party = Party::of(&op);
    let tokens = party.tokens().await;
    let endpoint = party.endpoint("userinfo_endpoint").await;
    let access = tokens["access_token"].as_str().unwrap();
    let form = [("access_token", access)];
    assert_eq!(party.http.post(&endpoint).form(&form).send().await.unwrap().status(), StatusCode::OK);
    let query = party.http.get(&endpoint).query(&form).send().await.unwrap();
    assert_eq!(query.status(), StatusCode::UNAUTHORIZED);
    for other in [tokens["id_token"].as_str().unwrap(), tokens["refresh_token"].as_str().unwrap(), ""] {
        assert_eq!(party.userinfo(other).await.status(), StatusCode::UNAUTHORIZED);
    }
    op.turn_clock(601);
    assert_eq!(party.userinfo(access).await.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn claims_are_told_by_scope_and_where_the_settings_say() {
    let op = provider_with(Settings { claims: ClaimsIn::UserInfo, ..Settings::default() }).await;
    let party = Party::of(&op);
    let code = field(&party.sign_in(&[("scope", "openid email")]).await, "code").unwrap().to_owned();
    let tokens: Value = party.redeem(&code).await.json().await.unwrap();
    assert_eq!(tokens.get("refresh_token"), None, "offline_access was not asked for");
    let claims = party.verified(tokens["id_token"].as_str().unwrap()).await.unwrap();
    assert_eq!(claims.get("email"), None);
    let person: Value = party.userinfo(tokens["access_token"].as_str().unwrap()).await.json().await.unwrap();
    assert_eq!(person["email"], "hannah.weiss@association.example");
    assert_eq!(person.get("name"), None);
}

#[tokio::test]
async fn es256_and_unasked_refresh_tokens_can_be_had() {
    let settings = Settings { signing: Signing::Es256, refresh_tokens: RefreshTokens::Always, ..Settings::default() };
    let op = provider_with(settings).await;
    let party = Party::of(&op);
    let code = field(&party.sign_in(&[("scope", "openid")]).await, "code").unwrap().to_owned();
    let tokens: Value = party.redeem(&code).await.json().await.unwrap();
    assert!(tokens["refresh_token"].is_string());
    let token = tokens["id_token"].as_str().unwrap();
    assert_eq!(opened(token).unwrap()[0]["alg"], "ES256");
    assert!(party.verified(token).await.is_some());
    let advertised = party.discovery().await["id_token_signing_alg_values_supported"].clone();
    assert_eq!(advertised, json!(["RS256", "ES256"]));
}

#[tokio::test]
async fn after_a_rotation_the_old_keys_are_gone_and_the_new_ones_sign() {
    let op = provider().await;
    let party = Party::of(&op);
    let before = party.tokens().await;
    let before = before["id_token"].as_str().unwrap();
    assert!(party.verified(before).await.is_some());
    op.rotate_keys();
    assert!(party.verified(before).await.is_none());
    let after = landed(&party.authorize(&[]).await);
    let after: Value = party.redeem(field(&after, "code").unwrap()).await.json().await.unwrap();
    assert!(party.verified(after["id_token"].as_str().unwrap()).await.is_some());
}

#[tokio::test]
async fn a_provider_that_is_dropped_answers_no_more() {
    let op = provider().await;
    let party_url = op.discovery_url();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    assert_eq!(http.get(party_url.clone()).send().await.unwrap().status(), StatusCode::OK);
    drop(op);
    tokio::task::yield_now().await;
    assert!(http.get(party_url).send().await.is_err());
}
