//! What servers share, so that nobody notices which of them answers.

use crate::fleet::{ADMINISTRATOR, Fleet, PASSWORD, STAFF, message};
use api::{
    EmailAddress, LookUpSaved, MatchContacts, ProblemCode, RecordOutcome, RenewSession, SaveMessage, SaveReport,
    WatchSaved,
};
use futures_util::future::{join_all, try_join_all};
use std::time::{Duration, Instant};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_loss_of_any_server_loses_no_session() {
    let mut fleet = Fleet::on_postgres().await;
    let mut tokens = Vec::new();
    for server in 0..3 {
        tokens.push(fleet.sign_in(server, STAFF).await);
    }
    for lost in 0..3 {
        fleet.servers[lost].kill().await;
        for server in (0..3).filter(|server| *server != lost) {
            for token in &tokens {
                assert!(fleet.lives(server, token).await, "without server {lost}, at server {server}");
            }
        }
        fleet.replace(lost).await;
        for token in &tokens {
            assert!(fleet.lives(lost, token).await, "the one in its place");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_servers_fetch_one_new_token_from_imis() {
    let fleet = Fleet::on_postgres().await;
    let token = fleet.sign_in(0, STAFF).await;
    let ask = MatchContacts { addresses: vec![EmailAddress::parse("ada.lovelace@example.org").unwrap()] };
    let everywhere = || join_all((0..24).map(|i| fleet.call(i % 3, &token, &ask)));
    assert!(everywhere().await.iter().all(Result::is_ok));
    let before = fleet.imis.ledger().token_calls();
    assert_eq!(before, 1, "the others use the token of the sign-in");
    for round in 1..=3 {
        fleet.imis.age_tokens(Duration::from_hours(2));
        let answers = everywhere().await;
        assert!(answers.iter().all(Result::is_ok), "{answers:?}");
        assert_eq!(fleet.imis.ledger().token_calls(), before + round);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn renewing_at_two_servers_at_once_gives_the_same_new_token() {
    let fleet = Fleet::on_postgres().await;
    for _ in 0..5 {
        let token = fleet.sign_in(0, STAFF).await;
        let renewals = (0..12).map(|i| fleet.call(i % 3, &token, &RenewSession));
        let renewed = try_join_all(renewals).await.unwrap();
        let new = &renewed[0].token;
        assert!(renewed.iter().all(|renewed| renewed.token == *new) && new.0 != token);
        for server in 0..3 {
            assert!(fleet.lives(server, &new.0).await);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_passwords_count_wherever_they_are_tried() {
    let fleet = Fleet::on_postgres().await;
    let tries = join_all((0..9).map(|i| fleet.try_sign_in(i % 3, STAFF, "wrong"))).await;
    let code = |code| tries.iter().filter(|tried| tried.as_ref().unwrap_err().code == code).count();
    assert_eq!((code(ProblemCode::WrongCredentials), code(ProblemCode::LockedOut)), (3, 6));
    assert_eq!(fleet.imis.ledger().token_calls(), 3, "iMIS locks an account at the fifth");
    for server in 0..3 {
        let locked = fleet.try_sign_in(server, STAFF, PASSWORD).await.unwrap_err();
        assert_eq!(locked.code, ProblemCode::LockedOut);
    }
    fleet.sign_in(1, ADMINISTRATOR).await;
}

/// Saves, again while somebody else is at it, as the pane does.
async fn save_until_done(fleet: &Fleet, server: usize, token: &str, ask: &api::SaveMessage) -> SaveReport {
    let begun = Instant::now();
    let mut again = tokio::time::interval(Duration::from_millis(100));
    loop {
        again.tick().await;
        match fleet.call(server, token, ask).await {
            Ok(report) => return report,
            Err(problem) => {
                assert_eq!(problem.code, ProblemCode::Conflict, "{problem:?}");
                assert!(begun.elapsed() < Duration::from_secs(20), "never its turn");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_save_at_two_servers_is_written_once() {
    let fleet = Fleet::on_postgres().await;
    let token = fleet.sign_in(0, STAFF).await;
    for round in 1..=5 {
        let ask = message(&["101", "107"], &[]);
        let saves = join_all((0..6).map(|i| save_until_done(&fleet, i % 3, &token, &ask))).await;
        for report in &saves {
            assert!(report.records.iter().all(|record| matches!(record.outcome, RecordOutcome::Saved { .. })));
            assert_eq!(report.records, saves[0].records, "all tell of the same records");
        }
        assert_eq!(fleet.created("Activity"), round * 2);
    }
}

/// A message that nobody has saved, by its id.
fn fresh(id: &str) -> SaveMessage {
    let mut ask = message(&["101"], &[]);
    id.clone_into(&mut ask.message.message_id);
    id.clone_into(&mut ask.facts.message_id);
    ask.again = false;
    ask
}

/// Two people at two servers: one of them saves it, and whoever waits at another knows within two seconds.
async fn one_save_for_two_people(fleet: Fleet) {
    let last = fleet.servers.len() - 1;
    let (mine, theirs) = (fleet.sign_in(0, STAFF).await, fleet.sign_in(last, ADMINISTRATOR).await);
    for round in 1..=10 {
        let id = format!("<{round}@example.org>");
        let (one, other) = (fresh(&id), fresh(&id));
        let look = LookUpSaved { messages: vec![one.facts.clone()], ask_imis: false, utc_offset_minutes: 0 };
        let version = fleet.call(last, &theirs, &look).await.unwrap().version;
        let watch = WatchSaved { messages: look.messages.clone(), version };
        let begun = Instant::now();
        let (told, one, other) = tokio::join!(
            fleet.call(last, &theirs, &watch),
            fleet.call(0, &mine, &one),
            fleet.call(last, &theirs, &other)
        );
        assert_eq!(told.unwrap().messages[0].saves.len(), 1);
        assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
        let (saved, refused): (Vec<_>, Vec<_>) = [one, other].into_iter().partition(Result::is_ok);
        assert_eq!((saved.len(), refused[0].as_ref().unwrap_err().code), (1, ProblemCode::AlreadySaved));
        assert_eq!(fleet.created("Activity"), round * 2 - 1);
        // What one server wrote wakes whoever waits at another.
        let version = fleet.call(last, &theirs, &look).await.unwrap().version;
        let watch = WatchSaved { version, ..watch };
        let again = SaveMessage { again: true, ..fresh(&format!("<again-{round}@example.org>")) };
        let again = SaveMessage { facts: look.messages[0].clone(), ..again };
        let begun = Instant::now();
        let (told, saved) = tokio::join!(fleet.call(last, &theirs, &watch), fleet.call(0, &mine, &again));
        assert!(matches!(saved.unwrap().records[0].outcome, RecordOutcome::Saved { .. }));
        assert_eq!(told.unwrap().messages[0].saves.len(), 2);
        assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_people_at_two_servers_one_saves_a_message_and_the_other_knows() {
    one_save_for_two_people(Fleet::on_postgres().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_people_at_two_servers_on_a_file_one_saves_a_message_and_the_other_knows() {
    one_save_for_two_people(Fleet::on_a_file().await).await;
}
