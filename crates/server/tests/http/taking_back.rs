//! Taking a save back: at once or later, one's own or a colleague's, whatever happens on the way.

use crate::ledger::{COLLEAGUE, LEASE, entry, forget_the_ledger, fresh, in_2017, look, upload};
use crate::saves::{activity, all_saved};
use crate::world::{Person, World, answer, code};
use api::{
    LedgerEntry, LedgerState, MessageFacts, Problem, ProblemCode, RecordOutcome, RemoveSave, SaveAs, SaveMessage,
    SaveRemoved,
};
use sim::imis::{Change, Edition, Effect, Fault, Settings, Stored};
use std::time::Duration;

/// Everything that a save can write.
const KINDS: [&str; 6] = [
    "CommunicationLog",
    "CommunicationLogRecipient",
    "CommunicationLogAttachment",
    "Activity",
    "LegacyActivityAttachment",
    "ContactInteraction",
];

/// What was written in iMIS and is still there.
fn there(world: &World) -> Vec<String> {
    let mut there: Vec<String> = Vec::new();
    for entry in world.imis.ledger().entries() {
        let name = format!("{}:{}", entry.entity, entry.id);
        match entry.change {
            Change::Created if KINDS.contains(&&*entry.entity) => there.push(name),
            Change::Deleted => there.retain(|known| *known != name),
            _ => {}
        }
    }
    there
}

async fn take_back(person: &Person<'_>, facts: &MessageFacts, reason: &str) -> Result<SaveRemoved, Problem> {
    let entry = entry(person, facts).await;
    person.call(&RemoveSave { entry: entry.id.unwrap(), reason: reason.to_owned() }).await
}

async fn saved(person: &Person<'_>, save_as: SaveAs, files: &[&str]) -> SaveMessage {
    let ask = fresh(save_as, "<1@example.org>", files);
    assert!(all_saved(&person.call(&ask).await.unwrap()));
    for index in 0..files.len() {
        assert!(upload(person, &ask, index).await.complete());
    }
    ask
}

#[tokio::test]
async fn a_save_is_taken_back_with_its_files_and_the_message_may_be_saved_anew() {
    for (edition, save_as, files) in [
        (Edition::Ems, SaveAs::Interaction, &["a.pdf", "b.pdf"][..]),
        (Edition::Ems, activity(), &["a.pdf", "b.pdf"]),
        (Edition::Imis2017, activity(), &["a.pdf"]),
        (Edition::Imis2017, SaveAs::Interaction, &[]),
    ] {
        let world = World::with(Settings { edition, ..Settings::default() }, |_| {}).await;
        let (person, colleague) = (world.sign_in().await, world.sign_in_as(COLLEAGUE).await);
        let ask = saved(&person, save_as.clone(), files).await;
        let first = there(&world);
        assert!(!first.is_empty());
        world.pass(Duration::from_secs(5));
        let removed = take_back(&person, &ask.facts, "").await.unwrap();
        assert_eq!((removed.left, removed.entry.state), (Vec::new(), LedgerState::Removed));
        assert_eq!(there(&world), [""; 0], "{edition:?} {save_as:?}");
        let told = entry(&colleague, &ask.facts).await;
        let removal = told.removed.unwrap();
        assert_eq!((told.state, told.may_remove, removal.at_ms), (LedgerState::Removed, false, world.now_ms()));
        assert_eq!(removal.by, told.by);
        assert!(told.to.iter().all(|to| to.record.is_none() && !to.name.is_empty()));

        let again = saved(&colleague, save_as, files).await;
        let second = there(&world);
        assert_eq!(second.len(), first.len());
        assert!(second.iter().all(|record| !first.contains(record)), "written anew");
        let states: Vec<_> = look(&person, &again.facts).await.saves.iter().map(|save| save.state).collect();
        assert_eq!(states, [LedgerState::Saved, LedgerState::Removed]);
    }
}

#[tokio::test]
async fn whoever_saved_it_saves_it_anew_after_taking_it_back() {
    let world = World::new().await;
    let person = world.sign_in().await;
    let ask = saved(&person, activity(), &[]).await;
    take_back(&person, &ask.facts, "").await.unwrap();
    assert_eq!(code(person.call(&ask).await), ProblemCode::Conflict, "that save is over");
    assert_eq!(there(&world), [""; 0]);
    let report = person.call(&fresh(activity(), "<1@example.org>", &[])).await.unwrap();
    assert!(all_saved(&report));
    let RecordOutcome::Saved { record } = &report.records[0].outcome else { panic!("{report:?}") };
    assert!(there(&world).contains(&record.0));
}

#[tokio::test]
async fn a_late_file_of_a_save_that_was_taken_back_is_not_written() {
    let world = World::new().await;
    let person = world.sign_in().await;
    let ask = fresh(activity(), "<1@example.org>", &["a.pdf"]);
    assert!(all_saved(&person.call(&ask).await.unwrap()));
    take_back(&person, &ask.facts, "").await.unwrap();
    let late = answer::<()>(person.put(&ask.save, 0).body("content")).await;
    assert_eq!(late.unwrap_err().code, ProblemCode::NotFound);
    assert_eq!(there(&world), [""; 0]);
}

#[tokio::test]
async fn a_colleague_s_save_is_taken_back_by_who_may_with_a_reason() {
    let world = World::new().await;
    let (person, manager) = (world.sign_in_as(COLLEAGUE).await, world.sign_in().await);
    let ask = saved(&person, activity(), &[]).await;
    let stranger = world.sign_in_as("STAFF3").await;
    assert!(!entry(&stranger, &ask.facts).await.may_remove);
    assert_eq!(code(take_back(&stranger, &ask.facts, "mine").await), ProblemCode::Forbidden);
    let silent = take_back(&manager, &ask.facts, " \n ").await.unwrap_err();
    assert_eq!((silent.code, silent.field.as_deref()), (ProblemCode::Invalid, Some("reason")));
    assert_eq!(code(take_back(&manager, &ask.facts, &"x".repeat(201)).await), ProblemCode::Invalid);
    assert_eq!(there(&world).len(), 2);
    take_back(&manager, &ask.facts, "Saved to\nthe wrong people").await.unwrap();
    let told = entry(&person, &ask.facts).await;
    assert_eq!(told.removed.unwrap().reason, "Saved to the wrong people");
    assert!(there(&world).is_empty());
    let lines: Vec<_> = world.audit().await.into_iter().filter(|line| line["event"] == "save_removed").collect();
    assert_eq!(lines.len(), 1);
    assert_eq!(
        (&lines[0]["user"], &lines[0]["whose"], &lines[0]["outcome"]),
        (&"manager".into(), &"staff1".into(), &"removed".into())
    );
    assert_eq!(lines[0]["save"], *ask.save.0);
    assert_eq!(world.audited("refused").await, 1);
}

#[tokio::test]
async fn the_site_says_which_roles_take_back_what_others_saved() {
    for (roles, may) in [(vec!["Nobody", "isstaff"], true), (vec!["Nobody"], false), (Vec::new(), false)] {
        let roles: Vec<String> = roles.into_iter().map(str::to_owned).collect();
        let world = World::with(Settings::default(), |config| config.sites[0].remove_others_roles = roles).await;
        let (person, colleague) = (world.sign_in_as(COLLEAGUE).await, world.sign_in().await);
        let ask = saved(&person, activity(), &[]).await;
        assert_eq!(entry(&colleague, &ask.facts).await.may_remove, may);
        let taken = take_back(&colleague, &ask.facts, "double").await;
        assert_eq!(taken.err().map(|problem| problem.code), (!may).then_some(ProblemCode::Forbidden));
        assert_eq!(there(&world).is_empty(), may);
    }
}

#[tokio::test]
async fn what_imis_does_not_let_go_is_left_and_told() {
    let world = World::new().await;
    let person = world.sign_in().await;
    let ask = saved(&person, activity(), &[]).await;
    world.imis.faults().add(Fault::once(Effect::Refused).on("DELETE", "Activity"));
    let removed = take_back(&person, &ask.facts, "").await.unwrap();
    let kept = there(&world);
    assert_eq!((removed.left.len(), kept.len(), removed.entry.state), (1, 1, LedgerState::PartlyRemoved));
    assert_eq!(removed.left[0].record.0, kept[0]);
    assert_eq!(removed.left[0].problem.code, ProblemCode::Forbidden);
    let records: Vec<_> = removed.entry.to.iter().filter_map(|to| to.record.clone()).collect();
    assert_eq!(records, [removed.left[0].record.clone()]);
    assert_eq!(code(person.call(&fresh(activity(), "<1@example.org>", &[])).await), ProblemCode::AlreadySaved);
    let removed = take_back(&person, &ask.facts, "").await.unwrap();
    assert_eq!((removed.left, removed.entry.state), (Vec::new(), LedgerState::Removed));
    assert!(there(&world).is_empty());
}

#[tokio::test]
async fn a_save_of_which_nothing_may_be_removed_stays_what_it_was() {
    let world = World::new().await;
    let person = world.sign_in().await;
    let ask = saved(&person, activity(), &[]).await;
    world.imis.faults().add(Fault::once(Effect::Refused).on("DELETE", "Activity").times(2));
    let removed = take_back(&person, &ask.facts, "").await.unwrap();
    assert_eq!((removed.left.len(), removed.entry.state, removed.entry.removed), (2, LedgerState::Saved, None));
}

#[tokio::test]
async fn a_save_of_which_the_files_are_gone_is_told_of_as_removed_in_part() {
    for (save_as, entity) in [(SaveAs::Interaction, "CommunicationLog"), (activity(), "Activity")] {
        let world = World::new().await;
        let person = world.sign_in().await;
        let ask = saved(&person, save_as, &["a.pdf"]).await;
        let refused = Fault::once(Effect::Refused).on("DELETE", entity);
        world.imis.faults().add(refused.times(if entity == "Activity" { 2 } else { 1 }));
        let removed = take_back(&person, &ask.facts, "").await.unwrap();
        assert!(there(&world).iter().all(|record| record.starts_with(&format!("{entity}:"))), "{entity}");
        assert_eq!((removed.left.len(), removed.entry.state), (2, LedgerState::PartlyRemoved), "{entity}");
        assert_eq!(entry(&person, &ask.facts).await.state, LedgerState::PartlyRemoved, "{entity}");
        let removed = take_back(&person, &ask.facts, "").await.unwrap();
        assert_eq!((removed.left, removed.entry.state), (Vec::new(), LedgerState::Removed), "{entity}");
        assert_eq!(there(&world), [""; 0], "{entity}");
    }
}

/// Whatever happens to a removal on its way, the next one ends it.
async fn survives(save_as: SaveAs, entity: &str, effect: Effect, restart: bool) {
    let mut world = World::with(Settings::default(), |config| {
        config.limits.imis_write = Duration::from_millis(700);
    })
    .await;
    let name = format!("{entity} {effect:?} restart {restart}");
    let token = world.sign_in().await.token;
    let ask = saved(&world.person(&token), save_as, &["a.pdf"]).await;
    world.imis.faults().add(Fault::once(effect).on("DELETE", entity));
    let mut removed = take_back(&world.person(&token), &ask.facts, "").await;
    assert_eq!(world.imis.faults().waiting(), 0, "{name}: the fault struck");
    for _ in 0..3 {
        if removed.as_ref().is_ok_and(|removed| removed.left.is_empty()) {
            break;
        }
        if restart {
            world.restart().await;
        }
        removed = take_back(&world.person(&token), &ask.facts, "").await;
    }
    let removed = removed.unwrap();
    assert_eq!((removed.left, removed.entry.state), (Vec::new(), LedgerState::Removed), "{name}");
    assert_eq!(there(&world), [""; 0], "{name}");
    let states: Vec<_> = look(&world.person(&token), &ask.facts).await.saves;
    assert_eq!(states.iter().map(|save| save.state).collect::<Vec<_>>(), [LedgerState::Removed], "{name}");
}

#[tokio::test]
async fn no_fault_at_a_removal_leaves_anything_behind() {
    let effects = [
        Effect::ServerError { stored: Stored::Yes },
        Effect::ServerError { stored: Stored::No },
        Effect::ResetAfterStore,
        Effect::ResetBeforeStore,
        Effect::TooManyRequests { retry_after: Some(1) },
        Effect::Unauthorized,
        Effect::Unavailable,
        Effect::Html,
        Effect::HangForever,
    ];
    for (place, effect) in effects.into_iter().enumerate() {
        let restart = place % 2 == 0;
        for entity in ["CommunicationLog", "CommunicationLogRecipient", "CommunicationLogAttachment"] {
            survives(SaveAs::Interaction, entity, effect.clone(), restart).await;
        }
        for entity in ["Activity", "LegacyActivityAttachment"] {
            survives(activity(), entity, effect.clone(), !restart).await;
        }
    }
}

#[tokio::test]
async fn a_record_that_nobody_knew_of_is_found_and_removed_too() {
    for save_as in [SaveAs::Interaction, activity()] {
        let world = World::new().await;
        let person = world.sign_in().await;
        person.call(&api::GetSaveTargets).await.unwrap();
        let entity = if save_as == SaveAs::Interaction { "CommunicationLog" } else { "Activity" };
        world.imis.faults().add(Fault::once(Effect::ServerError { stored: Stored::Yes }).on("POST", entity));
        let ask = fresh(save_as, "<1@example.org>", &[]);
        assert!(!all_saved(&person.call(&ask).await.unwrap()));
        assert!(!there(&world).is_empty());
        take_back(&person, &ask.facts, "").await.unwrap();
        assert_eq!(there(&world), [""; 0], "{entity}");
    }
}

#[tokio::test]
async fn another_save_of_the_same_message_stays() {
    let world = World::new().await;
    let (person, colleague) = (world.sign_in().await, world.sign_in_as(COLLEAGUE).await);
    let theirs = saved(&colleague, activity(), &[]).await;
    let before = there(&world);
    person.call(&api::GetSaveTargets).await.unwrap();
    let again = SaveMessage { again: true, ..fresh(activity(), "<1@example.org>", &[]) };
    world.imis.faults().add(Fault::once(Effect::ResetBeforeStore).on("POST", "Activity"));
    assert!(!all_saved(&person.call(&again).await.unwrap()), "one of its records is in doubt");
    let mine: Vec<LedgerEntry> =
        look(&person, &theirs.facts).await.saves.into_iter().filter(|save| save.mine).collect();
    let taking_back = RemoveSave { entry: mine[0].id.clone().unwrap(), reason: String::new() };
    let problem = person.call(&taking_back).await.unwrap_err();
    assert_eq!(problem.code, ProblemCode::Unknown, "what may still come would stay");
    world.wait(problem.retry_after_s);
    person.call(&taking_back).await.unwrap();
    assert_eq!(there(&world), before, "the colleague's is not taken for one's own");
    assert_eq!(look(&person, &theirs.facts).await.saves.len(), 2);
}

#[tokio::test]
async fn what_was_in_imis_before_the_ledger_is_nobody_s_to_take_back() {
    for (settings, save_as, entity) in [
        (Settings::default(), SaveAs::Interaction, "CommunicationLog"),
        (Settings::default(), activity(), "Activity"),
        (in_2017(), SaveAs::Interaction, "ContactInteraction"),
    ] {
        let world = World::with(settings, |_| {}).await;
        let (person, colleague) = (world.sign_in().await, world.sign_in_as(COLLEAGUE).await);
        saved(&colleague, save_as.clone(), &[]).await;
        let before = there(&world);
        forget_the_ledger(&world).await;
        person.call(&api::GetSaveTargets).await.unwrap();

        // A write without an answer is looked for, and what was there is found.
        let again = SaveMessage { again: true, ..fresh(save_as, "<1@example.org>", &[]) };
        world.imis.faults().add(Fault::once(Effect::ResetBeforeStore).on("POST", entity));
        assert!(!all_saved(&person.call(&again).await.unwrap()), "{entity}");
        world.pass(Duration::from_mins(3));
        assert!(all_saved(&person.call(&again).await.unwrap()), "{entity}");
        assert_eq!(there(&world).len(), 2 * before.len(), "{entity}: not taken for one's own");
        take_back(&person, &again.facts, "").await.unwrap();
        assert_eq!(there(&world), before, "{entity}");
    }
}

#[tokio::test]
async fn nothing_is_taken_back_while_a_file_of_it_goes_up() {
    let world = World::new().await;
    let person = world.sign_in().await;
    let ask = fresh(activity(), "<1@example.org>", &["a.pdf"]);
    assert!(all_saved(&person.call(&ask).await.unwrap()));
    let (rest, body) = tokio::sync::mpsc::channel::<Result<bytes::Bytes, std::io::Error>>(1);
    let body = futures_util::stream::unfold(body, |mut body| async move { body.recv().await.map(|next| (next, body)) });
    let put = person.put(&ask.save, 0).header("content-length", "2").body(reqwest::Body::wrap_stream(body));
    let going_up = tokio::spawn(put.send());
    let taken = async {
        let begun = std::time::Instant::now();
        // The upload has begun as soon as the save cannot be taken back.
        loop {
            rest.send(Ok(bytes::Bytes::from_static(b""))).await.unwrap();
            if world.audited("save_begun").await == 2 {
                break take_back(&person, &ask.facts, "").await;
            }
            assert!(begun.elapsed() < Duration::from_secs(20), "never begun");
        }
    };
    let problem = taken.await.unwrap_err();
    assert_eq!((problem.code, problem.retry_after_s), (ProblemCode::Busy, Some(1)));
    rest.send(Ok(bytes::Bytes::from_static(b"ab"))).await.unwrap();
    drop(rest);
    assert!(going_up.await.unwrap().unwrap().status().is_success());
    take_back(&person, &ask.facts, "").await.unwrap();
    assert!(there(&world).is_empty());
}

#[tokio::test]
async fn what_is_no_entry_of_one_s_site_is_not_there() {
    let world = World::new().await;
    let person = world.sign_in().await;
    for id in ["", "nonsense", "AAAAAAAAAAAAAAAAAAAAAA", "../..", "%"] {
        let remove = RemoveSave { entry: api::LedgerId(id.to_owned()), reason: String::new() };
        assert_eq!(code(person.call(&remove).await), ProblemCode::NotFound, "{id}");
    }
}

#[tokio::test]
async fn a_save_whose_pane_is_gone_can_be_taken_back() {
    let world = World::new().await;
    let person = world.sign_in().await;
    let ask = fresh(activity(), "<1@example.org>", &["a.pdf"]);
    assert!(all_saved(&person.call(&ask).await.unwrap()));
    world.pass(LEASE);
    take_back(&person, &ask.facts, "").await.unwrap();
    assert!(there(&world).is_empty());
}
