//! Signing out through the browser and behind it.

use reqwest::{StatusCode, header};
use sim::openid::{Client, Running};

use super::{
    observation::listener,
    relying_party::{Party, SIGNED_OUT, STATE, client, field, landed, location, opened, provider},
};

/// The end session endpoint with these fields.
async fn end(party: &Party<'_>, fields: &[(&str, &str)]) -> reqwest::Response {
    let endpoint = party.endpoint("end_session_endpoint").await;
    party.browse(party.http.get(endpoint).query(fields)).await
}

async fn id_token(party: &Party<'_>) -> String {
    party.tokens().await["id_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_relying_party_signs_the_person_out_and_gets_the_browser_back() {
    let op = provider().await;
    let party = Party::of(&op);
    let token = id_token(&party).await;
    let fields = [("id_token_hint", token.as_str()), ("post_logout_redirect_uri", SIGNED_OUT), ("state", STATE)];
    let back = location(&end(&party, &fields).await);
    assert_eq!(back.as_str(), format!("{SIGNED_OUT}?state={STATE}"));
    assert_eq!(op.living_sessions(), 0);
    let again = landed(&party.authorize(&[("prompt", "none")]).await);
    assert_eq!(field(&again, "error"), Some("login_required"));
}

#[tokio::test]
async fn an_old_id_token_will_do_even_after_the_keys_changed() {
    let op = provider().await;
    let party = Party::of(&op);
    let token = id_token(&party).await;
    op.rotate_keys();
    op.turn_clock(86_400);
    let out = end(&party, &[("id_token_hint", token.as_str())]).await;
    assert_eq!(out.status(), StatusCode::OK);
    assert_eq!(op.living_sessions(), 0);
}

#[tokio::test]
async fn the_browser_goes_to_no_address_that_is_not_registered() {
    let op = provider().await;
    let party = Party::of(&op);
    let token = id_token(&party).await;
    let hint = ("id_token_hint", token.as_str());
    for fields in [
        &[hint, ("post_logout_redirect_uri", "http://127.0.0.1:9/elsewhere")][..],
        &[hint, ("post_logout_redirect_uri", SIGNED_OUT), ("client_id", "another")],
        &[("post_logout_redirect_uri", SIGNED_OUT)],
        &[("id_token_hint", "e30.e30."), ("post_logout_redirect_uri", SIGNED_OUT)],
        &[hint, ("state", "a"), ("state", "b")],
    ] {
        let out = end(&party, fields).await;
        assert_eq!(out.status(), StatusCode::BAD_REQUEST, "{fields:?}");
        assert!(out.headers().get(header::LOCATION).is_none());
        assert_eq!(op.living_sessions(), 1);
    }
}

#[tokio::test]
async fn without_a_hint_the_person_is_asked_first() {
    let op = provider().await;
    let party = Party::of(&op);
    id_token(&party).await;
    let fields = [("client_id", "server"), ("post_logout_redirect_uri", SIGNED_OUT)];
    let page = end(&party, &fields).await;
    assert_eq!(page.status(), StatusCode::OK);
    assert!(page.text().await.unwrap().contains("id=\"sign-out\""));
    assert_eq!(op.living_sessions(), 1);
    let form = [&fields[..], &[("confirm", "yes")]].concat();
    let endpoint = party.endpoint("end_session_endpoint").await;
    let out = party.browse(party.http.post(endpoint).form(&form)).await;
    assert_eq!(location(&out).as_str(), SIGNED_OUT);
    assert_eq!(op.living_sessions(), 0);
}

/// A provider with a client that listens, and a second one that does not.
async fn told() -> (Running, std::sync::Arc<std::sync::Mutex<Vec<String>>>) {
    let op = provider().await;
    let (uri, posted) = listener().await;
    op.register_client(client().backchannel(&uri));
    op.register_client(Client { id: "deaf".into(), ..client() });
    (op, posted)
}

#[tokio::test]
async fn a_logout_token_is_as_the_standard_wants_it() {
    let (op, posted) = told().await;
    let party = Party::of(&op);
    let sid = opened(&id_token(&party).await).unwrap()[1]["sid"].clone();
    let answers = op.log_out("staff1").await;
    assert_eq!(answers.len(), 1);
    assert_eq!((answers[0].client.as_str(), answers[0].status), ("server", 200));
    assert_eq!(op.living_sessions(), 0);
    let token = posted.lock().unwrap()[0].clone();
    assert_eq!(opened(&token).unwrap()[0]["typ"], "logout+jwt");
    let claims = party.verified(&token).await.unwrap();
    assert_eq!(claims["iss"], op.issuer());
    assert_eq!(claims["aud"], "server");
    assert_eq!(claims["sub"], "subject-of-staff1");
    assert_eq!(claims["sid"], sid);
    assert!(claims["exp"].as_i64() > claims["iat"].as_i64() && claims["jti"].is_string());
    assert!(claims["events"]["http://schemas.openid.net/event/backchannel-logout"].is_object());
    assert!(!claims.contains_key("nonce"));
    assert!(op.log_out("staff1").await.is_empty(), "the session is over");
}

#[tokio::test]
async fn signing_out_through_the_browser_tells_the_clients_too() {
    let (op, posted) = told().await;
    let party = Party::of(&op);
    let token = id_token(&party).await;
    end(&party, &[("id_token_hint", token.as_str())]).await;
    assert_eq!(posted.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn offline_access_outlives_the_session_and_nothing_else_does() {
    let op = provider().await;
    let party = Party::of(&op);
    let offline = party.tokens().await;
    let code = landed(&party.authorize(&[("scope", "openid")]).await);
    let online: serde_json::Value = party.redeem(field(&code, "code").unwrap()).await.json().await.unwrap();
    op.log_out("STAFF1").await;
    let refreshed = party.refresh(offline["refresh_token"].as_str().unwrap()).await;
    assert_eq!(refreshed.status(), StatusCode::OK);
    let person = party.userinfo(online["access_token"].as_str().unwrap()).await;
    assert_eq!(person.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_client_that_cannot_be_reached_has_status_nought() {
    let op = provider().await;
    op.register_client(client().backchannel("http://127.0.0.1:9/nobody"));
    id_token(&Party::of(&op)).await;
    assert_eq!(op.send_logout_token("server", "STAFF1").await.unwrap().status, 0);
    assert_eq!(op.post_logout_token("server", "text").await.unwrap().token, "text");
    assert!(op.send_logout_token("server", "MANAGER").await.is_none());
}
