//! Saving a message after it was sent.

use crate::saved::{entry, says};
use crate::world::{address, found, id, matches, message, signed_in, the_save};
use api::{ActivityTypeId, EmailAddress, LedgerState, SaveAs};
use flows::{
    App, ComposeEvent, Effect, Event, Message, MessageKey, Role, SaveKind, SavedEffect, SavedEvent, SendAbility,
    SendWish, SendingEffect, SendingEvent, SentNote, WishStage,
};

const SENT_MS: i64 = 1_700_000_000_000;
const PEOPLE: [(Role, &str); 3] =
    [(Role::From, "staff@association.example"), (Role::To, "ada@example.org"), (Role::Cc, "bo@example.org")];

fn sending(app: &mut App, event: SendingEvent) -> Vec<Effect> {
    app.update(Event::Sending(event))
}

fn draft() -> MessageKey {
    MessageKey { item_id: String::new(), opening: 7 }
}

fn written() -> Message {
    Message { key: draft(), outgoing: true, sent_ms: None, message_id: String::new(), ..message(7, &PEOPLE) }
}

/// The copy in Sent Items, with an id that nobody has seen before.
fn sent(opening: u32) -> Message {
    Message { outgoing: true, sent_ms: Some(SENT_MS), ..message(opening, &PEOPLE) }
}

fn note(save: &str, wish: Option<SendWish>) -> SentNote {
    SentNote {
        save: id(save),
        at_ms: SENT_MS - 2_000,
        sent: true,
        subject: "Renewal".to_owned(),
        to: vec!["ada@example.org".to_owned(), "bo@example.org".to_owned()],
        count: 2,
        bcc: vec!["eve@example.org".to_owned()],
        wish,
    }
}

fn plain() -> SendWish {
    SendWish { activity: None, table: None, without: vec![] }
}

fn noted(app: &mut App, notes: Vec<SentNote>) -> Vec<Effect> {
    sending(app, SendingEvent::Noted(SendAbility::Handler, notes))
}

/// iMIS answers whatever was asked: a contact for each address.
fn everybody_is_found(app: &mut App, effects: &[Effect]) -> Vec<Effect> {
    let mut more = vec![];
    for effect in effects {
        if let Effect::Match(key, addresses) = effect {
            let one = |address: &EmailAddress| {
                let number = address.as_str().len().to_string();
                found(address.as_str(), &[&number, address.as_str()].concat(), "Somebody")
            };
            let answer = matches(addresses.iter().map(one).collect());
            more.extend(app.update(Event::Matched(key.clone(), addresses.clone(), Ok(answer))));
        }
    }
    more
}

fn writing() -> App {
    let mut app = signed_in();
    noted(&mut app, vec![]);
    app.update(Event::Compose(ComposeEvent::Opened(draft())));
    app
}

fn put(effects: &[Effect]) -> Option<(u32, SentNote)> {
    effects.iter().find_map(|effect| match effect {
        Effect::Sending(SendingEffect::Put(number, _, note)) => Some((*number, (**note).clone())),
        _ => None,
    })
}

fn settles(effects: &[Effect], save: &str) -> bool {
    effects.contains(&Effect::Sending(SendingEffect::Settle(id(save))))
}

#[test]
fn a_wish_is_put_on_the_draft_and_follows_what_the_person_settles() {
    let mut app = writing();
    let effects = sending(&mut app, SendingEvent::Wanted(id("s")));
    assert_eq!(effects, [Effect::Sending(SendingEffect::Read(draft()))]);
    let effects = sending(&mut app, SendingEvent::Read(draft(), Ok(written())));
    let (number, first) = put(&effects).expect("the wish is put");
    assert_eq!((first.save.clone(), first.sent, first.count), (id("s"), false, 2));
    assert_eq!(first.wish, Some(plain()));
    everybody_is_found(&mut app, &effects);
    sending(&mut app, SendingEvent::Put(number, Ok(())));
    assert_eq!(app.sending.wished.as_ref().map(|wished| wished.stage.clone()), Some(WishStage::Put));
    app.update(Event::PersonRemoved(address("bo@example.org")));
    let effects = app.update(Event::KindChosen(SaveKind::Activity));
    let (_, second) = put(&effects).expect("it is put anew");
    let wish = SendWish {
        activity: Some(ActivityTypeId("EMAIL".to_owned())),
        table: None,
        without: vec![address("bo@example.org")],
    };
    assert_eq!(second.wish, Some(wish));
    let effects = sending(&mut app, SendingEvent::Unwanted);
    assert!(matches!(effects[..], [Effect::Sending(SendingEffect::TakeOff(..))]), "{effects:?}");
    assert!(app.sending.wished.is_none() && app.sending.notes.is_empty() && app.mail.is_none());
}

#[test]
fn what_is_wished_for_last_stands_first_among_what_waits() {
    let mut app = writing();
    noted(&mut app, vec![note("before", Some(plain()))]);
    sending(&mut app, SendingEvent::Wanted(id("s")));
    let effects = sending(&mut app, SendingEvent::Read(draft(), Ok(written())));
    everybody_is_found(&mut app, &effects);
    app.update(Event::MessageClosed);
    assert_eq!(app.waiting().map(|note| note.save.clone()).collect::<Vec<_>>(), [id("s"), id("before")]);
}

#[test]
fn who_is_put_on_the_draft_later_is_looked_up_and_what_was_settled_stays() {
    let mut app = writing();
    sending(&mut app, SendingEvent::Wanted(id("s")));
    let effects = sending(&mut app, SendingEvent::Read(draft(), Ok(written())));
    everybody_is_found(&mut app, &effects);
    app.update(Event::PersonRemoved(address("ada@example.org")));
    let effects = sending(&mut app, SendingEvent::Changed);
    assert_eq!(effects, [Effect::Sending(SendingEffect::Read(draft()))]);
    let mut people = PEOPLE.to_vec();
    people.push((Role::Bcc, "new@example.org"));
    let more = Message { correspondents: message(7, &people).correspondents, ..written() };
    let effects = sending(&mut app, SendingEvent::Read(draft(), Ok(more)));
    assert!(effects.contains(&Effect::Match(draft(), vec![address("new@example.org")])), "{effects:?}");
    let (_, note) = put(&effects).expect("the note knows them");
    assert_eq!(note.bcc, ["new@example.org"]);
    assert_eq!(note.wish.expect("a wish").without, [address("ada@example.org")]);
}

#[test]
fn a_draft_that_lay_has_its_wish_still() {
    let mut app = signed_in();
    let mut wish =
        note("s", Some(SendWish { activity: Some(ActivityTypeId("CALL".to_owned())), table: None, without: vec![] }));
    wish.sent = false;
    noted(&mut app, vec![wish]);
    let effects = app.update(Event::Compose(ComposeEvent::Opened(draft())));
    assert_eq!(effects, [Effect::Sending(SendingEffect::Look(draft()))]);
    sending(&mut app, SendingEvent::Found(draft(), id("s")));
    let effects = sending(&mut app, SendingEvent::Read(draft(), Ok(written())));
    let (_, again) = put(&effects).expect("it is put anew");
    assert_eq!(again.wish.expect("a wish").activity, Some(ActivityTypeId("CALL".to_owned())));
}

#[test]
fn a_sent_message_is_known_again_whatever_its_id_and_saved_by_itself_to_everybody_bcc_included() {
    let mut app = signed_in();
    noted(&mut app, vec![note("s", Some(plain()))]);
    let effects = app.update(Event::MessageOpened(sent(1)));
    let effects = everybody_is_found(&mut app, &effects);
    assert!(
        effects.iter().any(|effect| matches!(effect, Effect::ReadBody { save, .. } if *save == id("s"))),
        "{effects:?}"
    );
    let save = the_save(&app);
    assert_eq!(save.save_as, SaveAs::Interaction);
    let addresses: Vec<_> = save.records.iter().filter_map(|(target, _, _)| target.address.clone()).collect();
    assert_eq!(addresses, [address("ada@example.org"), address("bo@example.org"), address("eve@example.org")]);
}

#[test]
fn the_wish_is_followed() {
    let mut app = signed_in();
    let wish = SendWish {
        activity: Some(ActivityTypeId("CALL".to_owned())),
        table: None,
        without: vec![address("bo@example.org")],
    };
    noted(&mut app, vec![note("s", Some(wish))]);
    let effects = app.update(Event::MessageOpened(sent(1)));
    everybody_is_found(&mut app, &effects);
    let save = the_save(&app);
    assert_eq!(save.save_as, SaveAs::Activity { activity_type: ActivityTypeId("CALL".to_owned()) });
    assert_eq!(save.records.len(), 2);
}

#[test]
fn other_messages_are_not_taken_for_it() {
    for other in [
        Message { outgoing: false, ..sent(1) },
        Message { subject: "RE: Renewal".to_owned(), ..sent(1) },
        Message { sent_ms: Some(SENT_MS - 3_600_000), ..sent(1) },
        Message { sent_ms: Some(SENT_MS + 5 * 86_400_000), ..sent(1) },
        Message { sent_ms: None, ..sent(1) },
        Message { correspondents: message(1, &PEOPLE[..2]).correspondents, ..sent(1) },
    ] {
        let mut app = signed_in();
        noted(&mut app, vec![note("s", Some(plain()))]);
        let effects = app.update(Event::MessageOpened(other.clone()));
        everybody_is_found(&mut app, &effects);
        assert!(app.saves.is_empty(), "{} was saved", other.subject);
    }
}

#[test]
fn a_subject_that_was_changed_on_the_way_is_made_up_for_by_the_header() {
    let mut app = signed_in();
    noted(&mut app, vec![note("s", Some(plain()))]);
    let changed = Message { subject: "[Public] Renewal".to_owned(), ..sent(1) };
    let key = changed.key.clone();
    let effects = app.update(Event::MessageOpened(changed));
    assert!(effects.contains(&Effect::Sending(SendingEffect::ReadHeaders(key.clone()))), "{effects:?}");
    everybody_is_found(&mut app, &effects);
    let headers = "Subject: [Public] Renewal\r\nX-iMIS-Outlook-Save: s\r\nDate: today";
    let save = flows::save_in_headers(headers).expect("the header names it");
    let effects = sending(&mut app, SendingEvent::Headed(key, save));
    everybody_is_found(&mut app, &effects);
    assert_eq!(the_save(&app).id, id("s"));
}

#[test]
fn where_somebody_has_to_be_chosen_it_waits_for_the_person() {
    let mut app = signed_in();
    noted(&mut app, vec![note("s", Some(plain()))]);
    let effects = app.update(Event::MessageOpened(sent(1)));
    let key = app.open_mail().expect("a message is open").message.key.clone();
    let asked: Vec<EmailAddress> = effects
        .iter()
        .filter_map(|effect| if let Effect::Match(_, asked) = effect { Some(asked.clone()) } else { None })
        .flatten()
        .collect();
    let two = vec![found("ada@example.org", "1", "Ada"), found("ada@example.org", "2", "Ada too")];
    app.update(Event::Matched(key, asked, Ok(matches(two))));
    assert!(app.saves.is_empty());
    app.update(Event::ContactChosen(address("ada@example.org"), api::ContactId("2".to_owned())));
    assert_eq!(the_save(&app).records[0].0.id.0, "2");
}

#[test]
fn a_note_without_a_wish_waits_for_the_person() {
    let mut app = signed_in();
    noted(&mut app, vec![note("s", None)]);
    let effects = app.update(Event::MessageOpened(sent(1)));
    everybody_is_found(&mut app, &effects);
    assert!(app.saves.is_empty());
    assert!(app.sending.recognised.is_some());
}

#[test]
fn what_is_whole_waits_no_more_and_what_failed_waits_on() {
    for (answer, waits) in [(true, false), (false, true)] {
        let mut app = signed_in();
        noted(&mut app, vec![note("s", Some(plain()))]);
        let effects = app.update(Event::MessageOpened(sent(1)));
        everybody_is_found(&mut app, &effects);
        let body = flows::Body { html: String::new(), text: String::new() };
        let effects = app.update(Event::BodyRead(id("s"), Ok(body)));
        let Some(Effect::Save(request)) = effects.iter().find(|effect| matches!(effect, Effect::Save(_))) else {
            panic!("{effects:?}")
        };
        let outcome = |contact: &api::TargetContact| api::Record {
            contact: contact.id.clone(),
            outcome: if answer {
                api::RecordOutcome::Saved { record: api::RecordId("r".to_owned()) }
            } else {
                api::RecordOutcome::Failed { problem: api::Problem::new(api::ProblemCode::Internal) }
            },
        };
        let records = request.contacts.iter().map(outcome).collect();
        let report = api::SaveReport { save: id("s"), records, attachments: vec![] };
        let effects = app.update(Event::Written(id("s"), Ok(report)));
        assert_eq!(settles(&effects, "s"), !waits, "{effects:?}");
        assert_eq!(app.waiting().count(), usize::from(waits));
    }
}

#[test]
fn of_two_that_wait_the_second_is_saved_although_the_one_open_before_it_is_whole() {
    let mut app = signed_in();
    let other = SentNote { subject: "Dinner".to_owned(), ..note("t", Some(plain())) };
    noted(&mut app, vec![note("s", Some(plain())), other]);
    let effects = app.update(Event::MessageOpened(sent(1)));
    everybody_is_found(&mut app, &effects);
    let asked = effects.iter().find_map(|effect| match effect {
        Effect::Saved(SavedEffect::Pause(number, _)) => Some(*number),
        _ => None,
    });
    let effects = app.update(Event::Saved(SavedEvent::Paused(asked.expect("it is asked for"))));
    let [Effect::Saved(SavedEffect::LookUp(number, _))] = effects[..] else { panic!("{effects:?}") };
    let whole = says(1, vec![entry("a", "ada", LedgerState::Saved)]);
    assert!(settles(&app.update(Event::Saved(SavedEvent::LookedUp(number, Ok(whole)))), "s"));

    let effects = app.update(Event::MessageOpened(Message { subject: "Dinner".to_owned(), ..sent(2) }));
    assert!(!settles(&effects, "t"), "{effects:?}");
    everybody_is_found(&mut app, &effects);
    assert_eq!(the_save(&app).id, id("t"));
    assert_eq!(app.waiting().map(|note| note.save.clone()).collect::<Vec<_>>(), [id("t")]);
}

#[test]
fn what_is_given_up_is_forgotten() {
    let mut app = signed_in();
    noted(&mut app, vec![note("s", Some(plain())), note("t", Some(plain()))]);
    let effects = sending(&mut app, SendingEvent::Forgotten(id("s")));
    assert!(settles(&effects, "s"));
    assert_eq!(app.waiting().map(|note| note.save.clone()).collect::<Vec<_>>(), [id("t")]);
}

#[test]
fn a_wish_for_a_message_that_nobody_saw_leave_is_listed_for_a_month_and_known_again_all_the_same() {
    let mut app = signed_in();
    let mut wish = note("s", Some(plain()));
    (wish.sent, wish.at_ms) = (false, SENT_MS - 3 * 86_400_000);
    noted(&mut app, vec![wish]);
    app.update(Event::TimeRead(SENT_MS));
    assert_eq!(app.waiting().filter(|note| !note.sent).count(), 1);
    app.update(Event::TimeRead(SENT_MS + 40 * 86_400_000));
    assert_eq!(app.waiting().count(), 0);
    let effects = app.update(Event::MessageOpened(sent(1)));
    everybody_is_found(&mut app, &effects);
    assert_eq!(the_save(&app).id, id("s"));
}

#[test]
fn a_draft_is_never_saved() {
    let mut app = writing();
    sending(&mut app, SendingEvent::Wanted(id("s")));
    let effects = sending(&mut app, SendingEvent::Read(draft(), Ok(written())));
    everybody_is_found(&mut app, &effects);
    let effects = app.update(Event::SaveAsked(id("t")));
    assert!(app.saves.is_empty() && effects.is_empty(), "{effects:?}");
}
