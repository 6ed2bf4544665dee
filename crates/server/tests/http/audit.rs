//! The audit log, and what happens when somebody changes it.

use crate::command::{complained, said};
use crate::saves::{activity, all_saved, message};
use crate::world::{STAFF, World, answer};
use api::{AttachmentReport, ProblemCode, RenewSession, SignOut};

/// Everything that happens to a person on a day.
async fn a_day(world: &World) {
    assert_eq!(world.try_sign_in(STAFF, "wrong").await.unwrap_err().code, ProblemCode::WrongCredentials);
    let person = world.sign_in().await;
    let ask = message(activity(), &["101"], &["a.pdf"]);
    assert!(all_saved(&person.call(&ask).await.unwrap()));
    let report: AttachmentReport = answer(person.put(&ask.save, 0).body("file")).await.unwrap();
    assert!(report.complete());
    let renewed = person.call(&RenewSession).await.unwrap();
    world.person(&renewed.token.0).call(&SignOut).await.unwrap();
    for _ in 0..4 {
        assert!(world.try_sign_in("NOBODY", "wrong").await.is_err());
    }
}

#[tokio::test]
async fn what_happens_stands_in_the_audit_log_with_who_and_where() {
    let world = World::new().await;
    a_day(&world).await;
    let lines = world.audit().await;
    let events: Vec<_> = lines.iter().map(|line| line["event"].as_str().unwrap()).collect();
    let expected = [
        "started",
        "flow_refused",
        "session_begun",
        "save_begun",
        "save_ended",
        "save_begun",
        "save_ended",
        "session_renewed",
        "signed_out",
        "flow_refused",
        "flow_refused",
        "flow_refused",
        "locked_out",
    ];
    assert_eq!(events, expected);
    for line in &lines[1..] {
        assert_eq!(line["address"], "127.0.0.1", "{line}");
        assert!(line["request"].is_string() && line["site"] == "live", "{line}");
    }
    let saved = &lines[4];
    assert_eq!((&saved["user"], &saved["outcome"]), (&"manager".into(), &"saved".into()));
    assert_eq!(saved["records"].as_array().unwrap().len(), 1);
    assert_eq!(saved["session"].as_str().unwrap().len(), 8);
}

#[tokio::test]
async fn a_whole_log_verifies_and_a_changed_one_names_the_line() {
    let mut world = World::new().await;
    a_day(&world).await;
    world.stop().await;
    let verified = said(&world.program(&["audit", "verify"]).await);
    let (first, end) = verified.trim_end().split_once('\n').unwrap();
    assert_eq!(first, "13 lines, as they were written");
    assert!(world.program(&["audit", "verify", "--expect", end]).await.status.success());

    let database = world.database().await;
    let keep = "CREATE TABLE kept AS SELECT * FROM audit";
    sqlx::query(keep).execute(&database).await.unwrap();
    for (change, complaint) in [
        ("UPDATE audit SET text = replace(text, 'manager', 'mallory') WHERE number = 3", "line 3 does not fit"),
        ("UPDATE audit SET at_ms = at_ms + 1 WHERE number = 5", "line 5 has another time"),
        ("UPDATE audit SET hash = randomblob(32) WHERE number = 4", "line 4 does not fit"),
        ("DELETE FROM audit WHERE number = 7", "line 7 is missing"),
        ("DELETE FROM audit WHERE number = 1", "line 1 is missing"),
        ("UPDATE audit SET text = (SELECT text FROM kept WHERE number = 5) WHERE number = 3", "line 3 does not fit"),
        ("UPDATE audit SET text = replace(text, 'kid', 'dik') WHERE number = 2", "line 2 does not name its key"),
        ("UPDATE audit SET text = 'x' WHERE number = 2", "line 2 is not a line"),
    ] {
        sqlx::query(change).execute(&database).await.unwrap();
        let said = complained(&world.program(&["audit", "verify"]).await);
        assert!(said.contains(complaint), "{change}: {said}");
        sqlx::query("DELETE FROM audit").execute(&database).await.unwrap();
        sqlx::query("INSERT INTO audit SELECT * FROM kept").execute(&database).await.unwrap();
    }

    sqlx::query("DELETE FROM audit WHERE number > 10").execute(&database).await.unwrap();
    assert!(world.program(&["audit", "verify"]).await.status.success(), "nobody knows how long it was");
    let cut = complained(&world.program(&["audit", "verify", "--expect", end]).await);
    assert!(cut.contains("line 11 is missing: the end was cut off"), "{cut}");
}

#[tokio::test]
async fn a_log_made_anew_without_the_key_does_not_verify() {
    let mut world = World::new().await;
    a_day(&world).await;
    world.stop().await;
    // Somebody with the database writes the whole chain anew with a key of their own.
    let key = "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";
    let forged = World::with(sim::imis::Settings::default(), |config| {
        config.keyring = server::config::Keyring::new(server::config::Key::parse(key).unwrap(), Vec::new());
    })
    .await;
    forged.sign_in_as("STAFF1").await;
    let lines: Vec<(i64, i64, String, Vec<u8>)> =
        sqlx::query_as("SELECT * FROM audit").fetch_all(&forged.database().await).await.unwrap();
    let database = world.database().await;
    sqlx::query("DELETE FROM audit").execute(&database).await.unwrap();
    for (number, at_ms, text, hash) in lines {
        let insert = sqlx::query("INSERT INTO audit VALUES (?, ?, ?, ?)");
        insert.bind(number).bind(at_ms).bind(text).bind(hash).execute(&database).await.unwrap();
    }
    let said = complained(&world.program(&["audit", "verify"]).await);
    assert!(said.contains("line 1 was made with a key that is not on the ring"), "{said}");
}
