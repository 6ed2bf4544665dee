//! The ledger: who saved which message, told to everybody who asks, and nothing saved twice by two people.

use crate::saves::{activity, all_saved, message, told_to_wait};
use crate::world::{Person, World, answer, code};
use api::{
    AttachmentReport, ContactId, Duplicates, EmailAddress, GetMe, LedgerEntry, LedgerState, LookUpSaved, MessageFacts,
    ProblemCode, RecordId, SaveAs, SaveMessage, SavedMessage,
};
use server::config::{Key, Keyring};
use sim::imis::{Edition, Effect, Fault, Settings};
use std::time::Duration;

pub(crate) const COLLEAGUE: &str = "STAFF1";
/// As long as the lease of a server that was killed.
pub(crate) const LEASE: Duration = Duration::from_secs(61);

/// A message of this id to somebody, saved without a word about doubles.
pub(crate) fn fresh(save_as: SaveAs, id: &str, files: &[&str]) -> SaveMessage {
    let mut ask = message(save_as, &["101", "107"], files);
    id.clone_into(&mut ask.message.message_id);
    id.clone_into(&mut ask.facts.message_id);
    ask.facts.recipients = vec![EmailAddress::parse("info@example.org").unwrap()];
    ask.again = false;
    ask
}

pub(crate) fn looking(facts: &MessageFacts) -> LookUpSaved {
    LookUpSaved { messages: vec![facts.clone()], ask_imis: false, utc_offset_minutes: 0 }
}

pub(crate) async fn look(person: &Person<'_>, facts: &MessageFacts) -> SavedMessage {
    person.call(&looking(facts)).await.unwrap().messages.remove(0)
}

/// The only save of a message.
pub(crate) async fn entry(person: &Person<'_>, facts: &MessageFacts) -> LedgerEntry {
    let mut saves = look(person, facts).await.saves;
    assert_eq!(saves.len(), 1, "{saves:?}");
    saves.remove(0)
}

pub(crate) async fn upload(person: &Person<'_>, ask: &SaveMessage, index: usize) -> AttachmentReport {
    answer(person.put(&ask.save, index).body("content")).await.unwrap()
}

fn created(world: &World, entity: &str) -> usize {
    world.imis.ledger().created(entity).len()
}

pub(crate) fn in_2017() -> Settings {
    Settings { edition: Edition::Imis2017, communication_log: false, ..Settings::default() }
}

#[tokio::test]
async fn everybody_learns_who_saved_a_message_when_as_what_and_to_whom() {
    let world = World::new().await;
    let (person, colleague) = (world.sign_in_as(COLLEAGUE).await, world.sign_in().await);
    let name = person.call(&GetMe).await.unwrap().name;
    let ask = fresh(SaveAs::Interaction, "<1@example.org>", &["a.pdf"]);
    assert!(look(&colleague, &ask.facts).await.saves.is_empty());
    let report = person.call(&ask).await.unwrap();
    assert!(all_saved(&report));
    assert!(upload(&person, &ask, 0).await.complete());

    let told = entry(&colleague, &ask.facts).await;
    assert_eq!((&*told.by, told.mine, told.at_ms), (&*name, false, world.now_ms()));
    assert_eq!((&*told.saved_as, told.attachments, told.state), ("Interaction", 1, LedgerState::Saved));
    let to: Vec<_> = told.to.iter().map(|to| (&*to.contact.0, &*to.name, to.record.clone())).collect();
    let record = Some(RecordId(format!("CommunicationLog:{}", world.imis.ledger().created("CommunicationLog")[0].id)));
    assert_eq!(to, [("101", "Contact 101", record.clone()), ("107", "Contact 107", record)]);
    assert!(told.may_remove, "the colleague is an administrator");
    assert_eq!(told.removed, None);
    let own = entry(&person, &ask.facts).await;
    assert!(own.mine && own.may_remove && own.id == told.id);
}

#[tokio::test]
async fn an_activity_is_called_by_its_type() {
    for settings in [Settings::default(), in_2017()] {
        let world = World::with(settings, |_| {}).await;
        let person = world.sign_in().await;
        let targets = person.call(&api::GetSaveTargets).await.unwrap();
        let kind = targets.activity_types.into_iter().find(|kind| kind.id.0 == "EMAIL").unwrap();
        let ask = fresh(activity(), "<1@example.org>", &[]);
        assert!(all_saved(&person.call(&ask).await.unwrap()));
        assert_eq!(entry(&person, &ask.facts).await.saved_as, kind.description);
    }
}

#[tokio::test]
async fn what_somebody_saved_is_saved_again_only_by_who_says_so() {
    let world = World::new().await;
    let (person, colleague) = (world.sign_in().await, world.sign_in_as(COLLEAGUE).await);
    let first = fresh(activity(), "<1@example.org>", &[]);
    assert!(all_saved(&person.call(&first).await.unwrap()));
    assert!(all_saved(&person.call(&first).await.unwrap()), "the same save is no other");
    for who in [&person, &colleague] {
        assert_eq!(code(who.call(&fresh(activity(), "<1@example.org>", &[])).await), ProblemCode::AlreadySaved);
    }
    assert_eq!(created(&world, "Activity"), 2);
    assert!(all_saved(&colleague.call(&fresh(activity(), "<2@example.org>", &[])).await.unwrap()), "another message");
    world.pass(Duration::from_secs(1));
    let mut again = fresh(activity(), "<1@example.org>", &[]);
    assert_eq!(code(colleague.call(&again).await), ProblemCode::AlreadySaved);
    again.again = true;
    assert!(all_saved(&colleague.call(&again).await.unwrap()), "under the same id, having been asked");
    let saves = look(&person, &first.facts).await.saves;
    assert_eq!(saves.iter().map(|save| save.mine).collect::<Vec<_>>(), [false, true], "newest first");
}

#[tokio::test]
async fn where_doubles_are_refused_nobody_saves_one() {
    let world = World::with(Settings::default(), |config| config.sites[0].duplicates = Duplicates::Refused).await;
    let (person, colleague) = (world.sign_in().await, world.sign_in_as(COLLEAGUE).await);
    assert_eq!(person.call(&api::GetSaveTargets).await.unwrap().duplicates, Duplicates::Refused);
    let first = fresh(activity(), "<1@example.org>", &[]);
    assert!(all_saved(&person.call(&first).await.unwrap()));
    let again = SaveMessage { again: true, ..fresh(activity(), "<1@example.org>", &[]) };
    assert_eq!(code(colleague.call(&again).await), ProblemCode::AlreadySaved);
    assert!(all_saved(&person.call(&first).await.unwrap()), "its own retry");
    assert_eq!(created(&world, "Activity"), 2);
}

#[tokio::test]
async fn of_two_people_who_save_a_message_at_the_same_moment_one_does() {
    for settings in [Settings::default(), in_2017()] {
        for save_as in [SaveAs::Interaction, activity()] {
            let world = World::with(Settings { latency: Duration::from_millis(20), ..settings.clone() }, |_| {}).await;
            let other = world.another().await;
            let (person, colleague) = (world.sign_in().await, world.sign_in_as(COLLEAGUE).await);
            for round in 1..=5 {
                let id = format!("<{round}@example.org>");
                let (mine, theirs) = (fresh(save_as.clone(), &id, &[]), fresh(save_as.clone(), &id, &[]));
                let elsewhere = world.http.post(format!("{}/api/saves", other.url())).json(&theirs);
                let elsewhere = elsewhere.header(api::VERSION_HEADER, api::VERSION).bearer_auth(&colleague.token);
                let (mine, theirs) = tokio::join!(person.call(&mine), answer::<api::SaveReport>(elsewhere));
                let (saved, refused): (Vec<_>, Vec<_>) = [mine, theirs].into_iter().partition(Result::is_ok);
                assert_eq!(saved.len(), 1, "{refused:?}");
                assert!(all_saved(saved[0].as_ref().unwrap()));
                assert_eq!(refused[0].as_ref().unwrap_err().code, ProblemCode::AlreadySaved);
                let written =
                    ["CommunicationLog", "ContactInteraction", "Activity"].map(|entity| created(&world, entity));
                let each = if written[0] > 0 { 1 } else { 2 };
                assert_eq!(written.iter().sum::<usize>(), round * each, "{written:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_save_of_which_nothing_was_written_is_in_nobody_s_way_and_others_are_in_its_own() {
    let world = World::new().await;
    let (person, colleague) = (world.sign_in().await, world.sign_in_as(COLLEAGUE).await);
    person.call(&api::GetSaveTargets).await.unwrap();
    world.imis.faults().add(Fault::once(Effect::Refused).on("POST", "Activity").times(2));
    let ask = fresh(activity(), "<1@example.org>", &[]);
    assert!(!all_saved(&person.call(&ask).await.unwrap()));
    assert!(look(&colleague, &ask.facts).await.saves.is_empty());
    let theirs = fresh(activity(), "<1@example.org>", &[]);
    assert!(all_saved(&colleague.call(&theirs).await.unwrap()));
    assert_eq!(code(person.call(&ask).await), ProblemCode::AlreadySaved, "the colleague was faster than the retry");
    assert_eq!(created(&world, "Activity"), 2);
    let again = SaveMessage { again: true, ..ask };
    assert!(all_saved(&person.call(&again).await.unwrap()), "under the same id, having been asked");
    assert_eq!(created(&world, "Activity"), 4);
}

#[tokio::test]
async fn a_save_is_told_of_as_it_stands() {
    let world = World::new().await;
    let person = world.sign_in().await;
    person.call(&api::GetSaveTargets).await.unwrap();
    let ask = fresh(activity(), "<1@example.org>", &["a.pdf", "b.pdf"]);
    assert!(all_saved(&person.call(&ask).await.unwrap()));
    let now = async || {
        let entry = entry(&person, &ask.facts).await;
        (entry.state, entry.attachments)
    };
    assert_eq!(now().await, (LedgerState::Saving, 0), "its files are awaited");
    upload(&person, &ask, 0).await;
    assert_eq!(now().await, (LedgerState::Saving, 1));
    world.imis.faults().add(Fault::once(Effect::Refused).on("POST", "LegacyActivityAttachment"));
    assert!(!upload(&person, &ask, 1).await.complete());
    assert_eq!(now().await, (LedgerState::Partly, 1));
    assert!(upload(&person, &ask, 1).await.complete());
    assert_eq!(now().await, (LedgerState::Saved, 2));

    world.imis.faults().add(Fault::once(Effect::Refused).on("POST", "Activity"));
    let half = fresh(activity(), "<2@example.org>", &[]);
    assert!(!all_saved(&person.call(&half).await.unwrap()));
    let told = entry(&person, &half.facts).await;
    assert_eq!(told.state, LedgerState::Partly);
    assert_eq!(told.to.iter().filter(|to| to.record.is_some()).count(), 1);
}

#[tokio::test]
async fn a_save_that_nobody_is_at_any_more_is_told_of_as_partly_saved() {
    let world = World::new().await;
    let (person, colleague) = (world.sign_in().await, world.sign_in_as(COLLEAGUE).await);
    let ask = fresh(activity(), "<1@example.org>", &["a.pdf"]);
    assert!(all_saved(&person.call(&ask).await.unwrap()));
    world.pass(LEASE);
    assert_eq!(entry(&colleague, &ask.facts).await.state, LedgerState::Partly);
    assert!(upload(&person, &ask, 0).await.complete(), "it may go on");
    assert_eq!(entry(&colleague, &ask.facts).await.state, LedgerState::Saved);
}

#[tokio::test]
async fn a_save_that_died_is_in_the_way_while_it_may_come_and_its_own_retry_goes_on() {
    let world = World::with(Settings::default(), |config| config.limits.imis_write = Duration::from_mins(2)).await;
    let (person, colleague) = (world.sign_in().await, world.sign_in_as(COLLEAGUE).await);
    person.call(&api::GetSaveTargets).await.unwrap();
    let dead = async |id: &str| {
        // Nobody ever learns what became of its writes.
        let never = Fault::once(Effect::ResetBeforeStore).on("POST", "Activity");
        world.imis.faults().add(never.times(2));
        let ask = fresh(activity(), id, &[]);
        let report = person.call(&ask).await.unwrap();
        assert!(!all_saved(&report));
        (ask, told_to_wait(&report))
    };
    let (mine, wait) = dead("<1@example.org>").await;
    let theirs = fresh(activity(), "<1@example.org>", &[]);
    assert_eq!(code(colleague.call(&theirs).await), ProblemCode::AlreadySaved);
    world.wait(wait);
    assert!(all_saved(&person.call(&mine).await.unwrap()), "its own retry is in nobody's way");

    let (mine, wait) = dead("<2@example.org>").await;
    let theirs = fresh(activity(), "<2@example.org>", &[]);
    world.pass(LEASE);
    assert_eq!(entry(&colleague, &mine.facts).await.state, LedgerState::Saving, "iMIS may be at it still");
    assert_eq!(code(colleague.call(&theirs).await), ProblemCode::AlreadySaved);
    world.wait(wait);
    assert!(look(&colleague, &mine.facts).await.saves.is_empty());
    assert!(all_saved(&colleague.call(&theirs).await.unwrap()));
}

#[tokio::test]
async fn the_sender_s_copy_under_another_id_is_the_same_message() {
    let world = World::new().await;
    let (person, colleague) = (world.sign_in().await, world.sign_in_as(COLLEAGUE).await);
    let received = fresh(activity(), "<sent@example.org>", &[]);
    assert!(all_saved(&person.call(&received).await.unwrap()));
    let mut own = fresh(activity(), "<local@example.org>", &[]);
    own.facts.outgoing = true;
    own.facts.sent_ms = own.facts.sent_ms.map(|at| at - 4_000);
    assert_eq!(entry(&colleague, &own.facts).await.id, entry(&person, &received.facts).await.id);
    assert_eq!(code(colleague.call(&own).await), ProblemCode::AlreadySaved);
    own.facts.sent_ms = own.facts.sent_ms.map(|at| at - 3_600_000);
    assert!(look(&colleague, &own.facts).await.saves.is_empty(), "sent an hour before");
    own.facts.outgoing = false;
    assert!(all_saved(&colleague.call(&own).await.unwrap()));
}

#[tokio::test]
async fn what_was_edited_before_saving_does_not_make_it_another_message() {
    let world = World::new().await;
    let person = world.sign_in().await;
    let mut edited = fresh(activity(), "", &[]);
    "Another subject".clone_into(&mut edited.message.subject);
    edited.message.sent_ms = Some(0);
    assert!(all_saved(&person.call(&edited).await.unwrap()));
    assert_eq!(code(person.call(&fresh(activity(), "", &[])).await), ProblemCode::AlreadySaved);
}

#[tokio::test]
async fn a_conversation_counts_what_is_saved_of_it() {
    let world = World::new().await;
    let (person, colleague) = (world.sign_in().await, world.sign_in_as(COLLEAGUE).await);
    let of = |id: &str, references: &[&str]| {
        let mut ask = fresh(activity(), id, &[]);
        "c0ffee".clone_into(&mut ask.facts.conversation);
        ask.facts.references = references.iter().map(|id| (*id).to_owned()).collect();
        ask
    };
    for id in ["<1@example.org>", "<2@example.org>", "<beside@example.org>"] {
        person.call(&of(id, &[])).await.unwrap();
    }
    let counted = async |facts: &MessageFacts| {
        look(&colleague, facts).await.conversation.map(|conversation| (conversation.saved, conversation.known))
    };
    let four = of("<4@example.org>", &["<1@example.org>", "<2@example.org>", "<3@example.org>"]);
    assert_eq!(counted(&four.facts).await, Some((3, 5)));
    colleague.call(&four).await.unwrap();
    assert_eq!(counted(&four.facts).await, Some((4, 5)));
    assert_eq!(look(&colleague, &four.facts).await.saves.len(), 1, "those beside it are other messages");
    let mut alone = fresh(activity(), "<alone@example.org>", &[]);
    assert_eq!(counted(&alone.facts).await, None);
    "d00d".clone_into(&mut alone.facts.conversation);
    assert_eq!(counted(&alone.facts).await, None, "the only one that is known");
    alone.facts.references = vec!["<1@example.org>".to_owned()];
    assert_eq!(counted(&alone.facts).await, Some((1, 2)), "known by what it refers to");
}

#[tokio::test]
async fn a_hundred_messages_are_looked_for_at_once_and_no_more() {
    let world = World::new().await;
    let person = world.sign_in().await;
    let ids: Vec<String> = (0..100).map(|i| format!("<{i}@example.org>")).collect();
    for i in [3, 97] {
        person.call(&fresh(activity(), &ids[i], &[])).await.unwrap();
    }
    let facts = |id: &String| {
        let mut facts = fresh(activity(), id, &[]).facts;
        facts.recipients =
            (0..200).map(|i| EmailAddress::parse(&format!("somebody{i}@example.org")).unwrap()).collect();
        facts
    };
    let mut ask = LookUpSaved { messages: ids.iter().map(facts).collect(), ask_imis: false, utc_offset_minutes: 0 };
    world.imis.ledger().forget_requests();
    let saved = person.call(&ask).await.unwrap().messages;
    let found: Vec<usize> = (0..100).filter(|i| !saved[*i].saves.is_empty()).collect();
    assert_eq!(found, [3, 97]);
    assert!(world.imis.ledger().requests().is_empty(), "iMIS is not asked");
    ask.messages.push(facts(&"<101@example.org>".to_owned()));
    for messages in [ask.messages, Vec::new()] {
        let problem = person.call(&LookUpSaved { messages, ..looking(&MessageFacts::default()) }).await.unwrap_err();
        assert_eq!((problem.code, problem.field.as_deref()), (ProblemCode::Invalid, Some("messages")));
    }
}

#[tokio::test]
async fn what_is_too_long_for_any_message_is_refused() {
    let world = World::new().await;
    let person = world.sign_in().await;
    let long = MessageFacts { message_id: "x".repeat(5000), ..MessageFacts::default() };
    assert_eq!(code(person.call(&looking(&long)).await), ProblemCode::Invalid);
    let mut ask = fresh(activity(), "<1@example.org>", &[]);
    ask.facts = long;
    assert_eq!(code(person.call(&ask).await), ProblemCode::Invalid);
    assert_eq!(created(&world, "Activity"), 0);
}

/// As it was before there was a ledger, or after it was lost.
pub(crate) async fn forget_the_ledger(world: &World) {
    for sql in ["DELETE FROM ledger", "DELETE FROM step", "DELETE FROM save"] {
        sqlx::query(sql).execute(&world.database().await).await.unwrap();
    }
}

#[tokio::test]
async fn what_only_imis_knows_of_is_found_there() {
    for settings in [Settings::default(), in_2017()] {
        let world = World::with(settings, |_| {}).await;
        let person = world.sign_in().await;
        let (entry, act) =
            (fresh(SaveAs::Interaction, "<1@example.org>", &[]), fresh(activity(), "<2@example.org>", &[]));
        for ask in [&entry, &act] {
            assert!(all_saved(&person.call(ask).await.unwrap()));
        }
        let asking = |facts: &MessageFacts| LookUpSaved { ask_imis: true, utc_offset_minutes: 60, ..looking(facts) };
        world.imis.ledger().forget_requests();
        assert!(person.call(&asking(&act.facts)).await.unwrap().messages[0].saves[0].id.is_some());
        assert!(world.imis.ledger().requests().is_empty(), "what the ledger knows iMIS is not asked for");
        forget_the_ledger(&world).await;
        let colleague = world.sign_in_as(COLLEAGUE).await;
        let told = colleague.call(&asking(&act.facts)).await.unwrap().messages.remove(0);
        assert_eq!((told.imis, told.saves.len()), (None, 1));
        let save = &told.saves[0];
        assert_eq!((save.id.clone(), save.may_remove, save.state), (None, false, LedgerState::Saved));
        assert_eq!(save.at_ms, act.facts.sent_ms.unwrap(), "the activity's own date, in the person's zone");
        let mut contacts: Vec<ContactId> = save.to.iter().map(|to| to.contact.clone()).collect();
        contacts.sort();
        assert_eq!(contacts, [ContactId("101".to_owned()), ContactId("107".to_owned())]);
        let told = colleague.call(&asking(&entry.facts)).await.unwrap().messages.remove(0);
        let save = &told.saves[0];
        assert_eq!((&*save.saved_as, save.to.iter().all(|to| to.record.is_some())), ("Interaction", true));
        let contacts: usize = told.saves.iter().map(|save| save.to.len()).sum();
        assert_eq!(contacts, 2);
        assert!(told.saves.iter().all(|save| save.by == "MANAGER" && !save.mine), "{told:?}");
        assert!(!person.call(&asking(&entry.facts)).await.unwrap().messages[0].saves.is_empty());
        assert!(look(&colleague, &entry.facts).await.saves.is_empty(), "not asked");
        let stranger = fresh(activity(), "<3@example.org>", &[]).facts;
        assert_eq!(colleague.call(&asking(&stranger)).await.unwrap().messages, [SavedMessage::default()]);
    }
}

#[tokio::test]
async fn who_may_not_see_what_is_there_saves_once_more_all_the_same() {
    let world = World::new().await;
    let person = world.sign_in().await;
    assert!(all_saved(&person.call(&fresh(activity(), "<1@example.org>", &[])).await.unwrap()));
    let again = SaveMessage { again: true, ..fresh(activity(), "<1@example.org>", &[]) };
    let failing = Effect::ServerError { stored: sim::imis::Stored::No };
    world.imis.faults().add(Fault::once(failing).on("GET", "Activity").always());
    assert_eq!(code(person.call(&again).await), ProblemCode::ImisUnavailable, "it may show it later");
    world.imis.faults().clear();
    world.imis.faults().add(Fault::once(Effect::Refused).on("GET", "Activity").always());
    assert!(all_saved(&person.call(&again).await.unwrap()));
    assert_eq!(created(&world, "Activity"), 4);
}

#[tokio::test]
async fn where_imis_cannot_be_asked_the_answer_says_so_and_is_one_all_the_same() {
    let world = World::new().await;
    let person = world.sign_in().await;
    person.call(&api::GetSaveTargets).await.unwrap();
    for entity in ["CommunicationLog", "Activity"] {
        world
            .imis
            .faults()
            .add(Fault::once(Effect::ServerError { stored: sim::imis::Stored::No }).on("GET", entity).always());
    }
    let facts = fresh(activity(), "<1@example.org>", &[]).facts;
    let told = person.call(&LookUpSaved { ask_imis: true, ..looking(&facts) }).await.unwrap().messages.remove(0);
    assert_eq!(told.imis.map(|problem| problem.code), Some(ProblemCode::ImisUnavailable));
    assert!(told.saves.is_empty());
}

#[tokio::test]
async fn nothing_of_a_message_or_of_people_can_be_read_in_the_ledger() {
    let world = World::new().await;
    let person = world.sign_in().await;
    let mut ask = fresh(activity(), "<telling-id@example.org>", &[]);
    "c0ffee".clone_into(&mut ask.facts.conversation);
    person.call(&ask).await.unwrap();
    let mut all = Vec::new();
    for column in ["sealed", "message", "facts", "conversation"] {
        let sql = format!("SELECT {column} FROM ledger");
        let bytes = sqlx::query_scalar::<_, Vec<u8>>(sqlx::AssertSqlSafe(sql));
        let bytes = bytes.fetch_one(&world.database().await).await.unwrap();
        assert!(column == "sealed" || bytes.len() == 32);
        all.extend(bytes);
    }
    for telling in ["telling-id", "Dues", "Contact 101", "ada.lovelace", "info@", "c0ffee", "Activity:"] {
        assert!(!all.windows(telling.len()).any(|part| part == telling.as_bytes()), "{telling}");
    }
}

#[tokio::test]
async fn the_ledger_goes_with_the_server_s_keys() {
    let mut world = World::new().await;
    let ask = fresh(activity(), "<1@example.org>", &[]);
    let token = world.sign_in().await.token;
    world.person(&token).call(&ask).await.unwrap();
    let (former, next) = (Key::parse(crate::world::KEY).unwrap(), Key::new([7; 32]));
    world.config.keyring = Keyring::new(next.clone(), vec![former.clone()]);
    world.restart().await;
    assert!(entry(&world.person(&token), &ask.facts).await.mine, "by the former key");
    let database = world.database().await;
    let former_rows = async || {
        let count = sqlx::query_scalar::<_, i64>("SELECT count(*) FROM ledger WHERE key_id = ?");
        count.bind(former.id().0.to_vec()).fetch_one(&database).await.unwrap()
    };
    let begun = std::time::Instant::now();
    while former_rows().await > 0 {
        assert!(begun.elapsed() < Duration::from_secs(10), "they keep the former key");
    }
    world.config.keyring = Keyring::new(next, Vec::new());
    world.restart().await;
    let person = world.sign_in().await;
    assert!(entry(&person, &ask.facts).await.mine, "by the key in use, the former being gone");
}
