//! Whoever is signed out is signed out on every server, at once and for good.

use crate::fleet::{ADMINISTRATOR, Fleet, STAFF, message};
use crate::postgres;
use api::{EndScope, EndSessions, ProblemCode};
use sqlx::Connection as _;
use std::time::{Duration, Instant};

const SECOND: Duration = Duration::from_secs(1);
const FILE: &str = "LegacyActivityAttachment";

#[derive(Clone, Copy)]
enum By {
    Http,
    CommandLine,
}

async fn purge(fleet: &Fleet, by: By, administrator: &str) {
    match by {
        By::Http => {
            let scope = EndScope::User(STAFF.to_owned());
            let ended = fleet.call(0, administrator, &EndSessions { scope }).await.unwrap();
            assert!(ended.count > 0);
        }
        By::CommandLine => {
            fleet.command(&["purge", "--site", "live", "--user", STAFF, "--yes"]).await;
        }
    }
}

/// On one server by HTTP, or beside them all by a command: the others refuse the
/// next call, what they are writing stops, and nothing of it comes back.
async fn purged_everywhere(mut fleet: Fleet, by: By) {
    let last = fleet.servers.len() - 1;
    let administrator = fleet.sign_in(0, ADMINISTRATOR).await;
    let mut tokens = Vec::new();
    for server in 0..=last {
        tokens.push(fleet.sign_in(server, STAFF).await);
    }
    let ask = message(&["101"], &["a.pdf"]);
    let saved = fleet.call(last, &tokens[0], &ask).await.unwrap();
    assert!(matches!(saved.records[0].outcome, api::RecordOutcome::Saved { .. }), "{saved:?}");
    let mut upload = fleet.begin_upload(last, &tokens[0], &ask.save).await;

    purge(&fleet, by, &administrator).await;
    let ended = Instant::now();
    for token in &tokens {
        for server in 0..=last {
            assert!(!fleet.lives(server, token).await, "server {server}");
        }
    }
    assert!(ended.elapsed() < SECOND, "{:?}", ended.elapsed());
    // The server hears of it within a second; what comes then is read and dropped.
    drop(tokio::time::timeout(SECOND.saturating_sub(ended.elapsed()), &mut upload.answer).await);
    assert_eq!(upload.finish().await.unwrap_err().code, ProblemCode::SignedOut);
    assert_eq!(fleet.created(FILE), 0);
    assert!(fleet.lives(last, &administrator).await, "nobody else is signed out");

    for server in 0..=last {
        fleet.replace(server).await;
    }
    for token in &tokens {
        assert!(!fleet.lives(last, token).await, "after all of them started anew");
    }
    let again = fleet.sign_in(0, STAFF).await;
    assert!(fleet.upload(last, &again, &ask.save).await.unwrap().complete(), "the same save goes on");
    assert_eq!((fleet.created("Activity"), fleet.created(FILE)), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_administrator_at_one_of_three_servers_signs_a_user_out_of_all() {
    purged_everywhere(Fleet::on_postgres().await, By::Http).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_beside_three_servers_signs_a_user_out_of_all() {
    purged_everywhere(Fleet::on_postgres().await, By::CommandLine).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_administrator_at_one_of_two_servers_on_a_file_signs_a_user_out_of_both() {
    purged_everywhere(Fleet::on_a_file().await, By::Http).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_beside_two_servers_on_a_file_signs_a_user_out_of_both() {
    purged_everywhere(Fleet::on_a_file().await, By::CommandLine).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn among_a_hundred_thousand_sessions_a_user_is_out_within_a_second() {
    let url = postgres::database();
    let fleet = Fleet::on_database(&url).await;
    let administrator = fleet.sign_in(0, ADMINISTRATOR).await;
    let token = fleet.sign_in(1, STAFF).await;
    let mut database = sqlx::PgConnection::connect(&url).await.unwrap();
    // One in a hundred is this user's.
    sqlx::query(
        "INSERT INTO session (row_key, site, user_name, method, client, begun_ms, seen_ms, expires_ms, ends_ms, \
         version, sealed, former_until_ms, current_used) \
         SELECT sha256(i::text::bytea), site, CASE WHEN i % 100 = 0 THEN user_name ELSE 'user' || i END, method, \
         client, begun_ms, seen_ms, expires_ms, ends_ms, version, sealed, former_until_ms, current_used \
         FROM session, generate_series(1, 100000) AS i WHERE user_name = 'staff1'",
    )
    .execute(&mut database)
    .await
    .unwrap();
    let begun = Instant::now();
    let scope = EndScope::User(STAFF.to_owned());
    let ended = fleet.call(0, &administrator, &EndSessions { scope }).await.unwrap();
    assert_eq!(ended.count, 1_001);
    for server in 0..3 {
        assert!(!fleet.lives(server, &token).await);
    }
    assert!(begun.elapsed() < SECOND, "{:?}", begun.elapsed());
}
