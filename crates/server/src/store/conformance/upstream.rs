//! Tokens that instances share, and that no backup holds.

use super::*;

kept_by_both!(
    a_token_for_imis_is_kept_until_it_ends,
    tokens_for_imis_go_with_the_last_session,
    another_process_that_ends_sessions_takes_the_tokens,
);

fn token(text: &str) -> UpstreamRow {
    UpstreamRow { sealed: text.as_bytes().to_vec(), ends_ms: 1_000 }
}

async fn there(store: &Sql, user_name: &str) -> bool {
    store.upstream("live", user_name).await.unwrap().is_some()
}

async fn a_token_for_imis_is_kept_until_it_ends(place: Place) {
    let store = place.open().await;
    assert!(!there(&store, "ada").await);
    store.keep_upstream("live", "ada", token("one")).await.unwrap();
    store.keep_upstream("live", "ada", token("two")).await.unwrap();
    assert_eq!(store.upstream("live", "ada").await.unwrap(), Some(token("two")));
    assert_eq!(store.upstream("test", "ada").await.unwrap(), None);
    store.tidy(999, 0, 0).await.unwrap();
    assert!(there(&store, "ada").await);
    store.tidy(1_000, 0, 0).await.unwrap();
    assert!(!there(&store, "ada").await);
    store.keep_upstream("live", "ada", token("three")).await.unwrap();
    store.forget_upstream("live", "ada").await.unwrap();
    assert!(!there(&store, "ada").await);
}

async fn tokens_for_imis_go_with_the_last_session(place: Place) {
    let store = place.open().await;
    let all = [("a1", "ada"), ("a2", "ada"), ("b1", "bob"), ("c1", "cyd")];
    for (name, user_name) in all {
        assert!(store.add_session(session(name, user_name), 0).await.unwrap());
        store.keep_upstream("live", user_name, token("t")).await.unwrap();
    }
    store.keep_upstream("test", "ada", token("t")).await.unwrap();
    store.end_sessions(&Scope::Session(key("a1")), None, 1).await.unwrap();
    assert!(there(&store, "ada").await, "one session is left");
    store.end_sessions(&user("ada"), Some(key("a2")), 1).await.unwrap();
    assert!(there(&store, "ada").await, "the session that stays needs it");
    store.end_sessions(&Scope::Session(key("a2")), None, 2).await.unwrap();
    assert!(!there(&store, "ada").await);
    store.end_sessions(&user("bob"), None, 3).await.unwrap();
    assert!(!there(&store, "bob").await && there(&store, "cyd").await);
    store.end_sessions(&Scope::Site("live".to_owned()), None, 4).await.unwrap();
    assert!(!there(&store, "cyd").await);
    assert!(store.upstream("test", "ada").await.unwrap().is_some());
    store.end_sessions(&Scope::Everybody, None, 5).await.unwrap();
    assert!(store.upstream("test", "ada").await.unwrap().is_none());
}

async fn another_process_that_ends_sessions_takes_the_tokens(place: Place) {
    let (here, there_too) = (place.open().await, place.open().await);
    assert!(here.add_session(session("a", "ada"), 0).await.unwrap());
    there_too.keep_upstream("live", "ada", token("t")).await.unwrap();
    there_too.keep_upstream("live", "bob", token("t")).await.unwrap();
    here.end_sessions(&user("ada"), None, 1).await.unwrap();
    // Whoever waits for revocations reads them.
    assert_eq!(there_too.revocations(0).await.unwrap().len(), 1);
    assert!(!there(&there_too, "ada").await && there(&there_too, "bob").await);
}
