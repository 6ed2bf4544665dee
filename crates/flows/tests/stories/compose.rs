//! A message being written.

use crate::query::{running, shown, with_page};
use crate::world::{address, message, problem, signed_in, signed_out};
use api::{ChosenRow, ContactId, ProblemCode, Recipient, Recipients};
use flows::{
    App, ComposeEffect, ComposeEvent, Effect, Event, Fields, FillStage, Filling, Inserting, Insertion, MessageKey,
    QueryEffect, QueryEvent, Role, Tally, Target, Trouble,
};

fn draft(opening: u32) -> MessageKey {
    MessageKey { item_id: String::new(), opening }
}

fn writing() -> App {
    let mut app = signed_in();
    app.update(Event::Compose(ComposeEvent::Opened(draft(7))));
    app
}

fn people(numbers: std::ops::Range<u32>) -> Vec<Recipient> {
    numbers
        .map(|number| Recipient { name: String::new(), address: address(&format!("p{number}@example.org")) })
        .collect()
}

fn fields(there: &[(Target, &str)]) -> Fields {
    Fields { people: there.iter().map(|(target, text)| (*target, address(text))).collect(), most: 500 }
}

fn filling(app: &App) -> &Filling {
    app.compose.filling.as_ref().expect("people are on their way")
}

fn contacts() -> Vec<ContactId> {
    vec![ContactId("101".to_owned())]
}

fn collected(app: &mut App, people: Vec<Recipient>) {
    app.update(Event::Compose(ComposeEvent::FillAsked(Target::Bcc, contacts())));
    let answer = Recipients { people, opted_out: 3, without_address: 1, ..Recipients::default() };
    app.update(Event::Compose(ComposeEvent::Collected(1, Ok(answer))));
}

fn batches(app: &mut App, first: Vec<Effect>) -> Vec<usize> {
    let (mut sizes, mut effects) = (vec![], first);
    while let [Effect::Compose(ComposeEffect::Add(number, _, _, batch))] = &effects[..] {
        sizes.push(batch.len());
        effects = app.update(Event::Compose(ComposeEvent::Added(*number, Ok(()))));
    }
    sizes
}

#[test]
fn whoever_is_there_already_is_left_out_and_counted() {
    let mut app = writing();
    collected(&mut app, people(0..50));
    let there = fields(&[(Target::To, "p0@example.org"), (Target::Cc, "P1@Example.org")]);
    let effects = app.update(Event::Compose(ComposeEvent::Looked(1, Ok(there))));
    assert_eq!(batches(&mut app, effects), [48]);
    let expected = Tally { added: 48, repeated: 2, without_address: 1, opted_out: 3, ..Tally::default() };
    assert_eq!((&filling(&app).stage, filling(&app).tally), (&FillStage::Done, expected));
}

#[test]
fn outlook_is_given_a_hundred_at_a_time_and_no_more_than_fit() {
    let mut app = writing();
    collected(&mut app, people(0..600));
    let there = fields(&[(Target::Bcc, "one@example.org"), (Target::To, "two@example.org")]);
    let effects = app.update(Event::Compose(ComposeEvent::Looked(1, Ok(there))));
    assert_eq!(batches(&mut app, effects), [100, 100, 100, 100, 99]);
    assert_eq!((filling(&app).tally.added, filling(&app).tally.no_room), (499, 101));
}

#[test]
fn when_outlook_says_that_it_is_full_the_rest_is_counted() {
    let mut app = writing();
    collected(&mut app, people(0..250));
    app.update(Event::Compose(ComposeEvent::Looked(1, Ok(fields(&[])))));
    app.update(Event::Compose(ComposeEvent::Added(1, Ok(()))));
    app.update(Event::Compose(ComposeEvent::Added(1, Err(Trouble::OutlookFull))));
    assert_eq!(filling(&app).stage, FillStage::Done);
    assert_eq!((filling(&app).tally.added, filling(&app).tally.no_room), (100, 150));
}

#[test]
fn what_broke_off_tells_how_many_are_in() {
    let mut app = writing();
    collected(&mut app, people(0..250));
    app.update(Event::Compose(ComposeEvent::Looked(1, Ok(fields(&[])))));
    app.update(Event::Compose(ComposeEvent::Added(1, Ok(()))));
    app.update(Event::Compose(ComposeEvent::Added(1, Err(Trouble::OutlookSilent))));
    assert_eq!(filling(&app).stage, FillStage::Failed(Trouble::OutlookSilent));
    assert_eq!(filling(&app).tally.added, 100);
}

#[test]
fn an_answer_for_another_message_puts_nobody_into_this_one() {
    let mut app = writing();
    app.update(Event::Compose(ComposeEvent::FillAsked(Target::To, contacts())));
    app.update(Event::Compose(ComposeEvent::Opened(draft(8))));
    let late = Recipients { people: people(0..1), ..Recipients::default() };
    assert!(app.update(Event::Compose(ComposeEvent::Collected(1, Ok(late)))).is_empty());
    let effects = app.update(Event::Compose(ComposeEvent::FillAsked(Target::To, contacts())));
    assert!(matches!(effects[..], [Effect::Compose(ComposeEffect::Collect(2, _))]), "{effects:?}");
}

#[test]
fn while_no_message_is_written_nobody_is_put_anywhere() {
    let mut app = writing();
    app.update(Event::MessageOpened(message(1, &[(Role::From, "ada@example.org")])));
    assert!(app.compose.message.is_none());
    assert!(app.update(Event::Compose(ComposeEvent::FillAsked(Target::To, contacts()))).is_empty());
}

#[test]
fn many_chosen_rows_of_a_query_go_into_bcc() {
    let mut app = writing();
    let id = shown(&mut app, 10);
    app.update(Event::Query(id, QueryEvent::RowTicked(3)));
    assert_eq!(running(&app).target(), Target::To);
    app.update(Event::Query(id, QueryEvent::PageTicked));
    assert_eq!(running(&app).target(), Target::Bcc);
    let effects = app.update(Event::Query(id, QueryEvent::FillAsked));
    let [Effect::Compose(ComposeEffect::Collect(_, call))] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!((call.rows.len(), call.contacts.len(), &call.query), (10, 0, &None));
}

#[test]
fn a_chosen_row_goes_with_what_the_query_says_of_it() {
    let mut app = writing();
    let id = with_page(&mut app, |page| {
        page.rows[1].opted_out = Some(true);
        page.rows[2].contact = None;
    });
    for row in 1..3 {
        app.update(Event::Query(id, QueryEvent::RowTicked(row)));
    }
    let effects = app.update(Event::Query(id, QueryEvent::FillAsked));
    let [Effect::Compose(ComposeEffect::Collect(_, call))] = &effects[..] else { panic!("{effects:?}") };
    let row = |number: u32, contact: Option<&str>, opted_out| ChosenRow {
        contact: contact.map(|id| ContactId(id.to_owned())),
        name: format!("Person {number}"),
        email: Some(format!("person{number}@example.org")),
        opted_out,
    };
    assert_eq!(call.rows, [row(1, Some("1001"), Some(true)), row(2, None, None)]);
}

#[test]
fn all_rows_of_a_query_are_collected_by_the_server() {
    let mut app = writing();
    let id = shown(&mut app, 100_000);
    app.update(Event::Query(id, QueryEvent::AllTicked));
    let effects = app.update(Event::Query(id, QueryEvent::FillAsked));
    let [Effect::Compose(ComposeEffect::Collect(_, call))] = &effects[..] else { panic!("{effects:?}") };
    let run = call.query.as_ref().expect("the query is named");
    assert_eq!((run.version.as_str(), call.contacts.len()), ("v1", 0));
}

#[test]
fn a_query_that_changed_before_all_its_rows_were_taken_is_described_anew() {
    let mut app = writing();
    let id = shown(&mut app, 100_000);
    app.update(Event::Query(id, QueryEvent::AllTicked));
    let effects = app.update(Event::Query(id, QueryEvent::FillAsked));
    let [Effect::Compose(ComposeEffect::Collect(number, _))] = &effects[..] else { panic!("{effects:?}") };
    let conflict = Err(problem(ProblemCode::Conflict));
    let effects = app.update(Event::Compose(ComposeEvent::Collected(*number, conflict)));
    assert!(matches!(effects[..], [Effect::Query(sheet, QueryEffect::Describe(..))] if sheet == id), "{effects:?}");
    assert!(running(&app).changed);
}

#[test]
fn a_session_that_ends_under_it_asks_to_sign_in_and_keeps_the_message() {
    let mut app = writing();
    app.update(Event::Compose(ComposeEvent::FillAsked(Target::To, contacts())));
    let effects = app.update(Event::Compose(ComposeEvent::Collected(1, Err(signed_out()))));
    assert!(effects.contains(&Effect::ForgetSession));
    app.update(Event::SignInAnswered(Ok(crate::world::me("grace"))));
    assert_eq!(app.compose.message, Some(draft(7)));
    assert_eq!(app.compose.filling, None);
}

#[test]
fn what_is_inserted_is_told_even_when_people_are_put_in_meanwhile() {
    let mut app = writing();
    let facts = Insertion { html: "<p>Ada</p>".to_owned(), text: "Ada".to_owned() };
    let effects = app.update(Event::Compose(ComposeEvent::InsertAsked(facts.clone())));
    assert_eq!(effects, [Effect::Compose(ComposeEffect::Insert(1, draft(7), facts))]);
    app.update(Event::Compose(ComposeEvent::FillAsked(Target::To, contacts())));
    app.update(Event::Compose(ComposeEvent::Inserted(1, Err(problem(ProblemCode::Internal)))));
    assert_eq!(app.compose.inserting, Some(Inserting::Failed(problem(ProblemCode::Internal))));
}

/// What was asked of the server, by number and contact.
fn collects(effects: &[Effect]) -> Vec<(u32, &str)> {
    let collect = |effect| match effect {
        &Effect::Compose(ComposeEffect::Collect(number, ref call)) => Some((number, call.contacts[0].0.as_str())),
        _ => None,
    };
    effects.iter().filter_map(collect).collect()
}

fn ask(app: &mut App, target: Target, contact: &str) -> Vec<Effect> {
    app.update(Event::Compose(ComposeEvent::FillAsked(target, vec![ContactId(contact.to_owned())])))
}

/// One person on the way into the message comes in, or does not want to.
fn comes(app: &mut App, number: u32, opted_out: u32) -> Vec<Effect> {
    let people = people(number..number + 1 - opted_out);
    let answer = Recipients { people, opted_out, ..Recipients::default() };
    app.update(Event::Compose(ComposeEvent::Collected(number, Ok(answer))));
    let mut effects = app.update(Event::Compose(ComposeEvent::Looked(number, Ok(fields(&[])))));
    if opted_out == 0 {
        effects = app.update(Event::Compose(ComposeEvent::Added(number, Ok(()))));
    }
    effects
}

#[test]
fn who_is_put_in_while_another_is_under_way_comes_next_and_both_are_told() {
    let mut app = writing();
    assert_eq!(collects(&ask(&mut app, Target::To, "101")), [(1, "101")]);
    assert!(ask(&mut app, Target::Cc, "102").is_empty() && ask(&mut app, Target::To, "103").is_empty());
    assert_eq!(collects(&comes(&mut app, 1, 1)), [(2, "102")]);
    assert_eq!(collects(&comes(&mut app, 2, 0)), [(3, "103")]);
    assert!(comes(&mut app, 3, 0).is_empty());
    let told: Vec<_> = app.compose.fillings().map(|one| (one.target, one.tally.added, one.tally.opted_out)).collect();
    assert_eq!(told, [(Target::To, 0, 1), (Target::Cc, 1, 0), (Target::To, 1, 0)]);
    ask(&mut app, Target::Bcc, "104");
    assert_eq!(app.compose.fillings().count(), 1, "what was told is not told again");
}

#[test]
fn what_fails_for_one_does_not_stop_the_next_unless_the_session_is_over() {
    let mut app = writing();
    ask(&mut app, Target::To, "101");
    ask(&mut app, Target::To, "102");
    let effects = app.update(Event::Compose(ComposeEvent::Collected(1, Err(problem(ProblemCode::Internal)))));
    assert_eq!(collects(&effects), [(2, "102")]);
    ask(&mut app, Target::To, "103");
    let effects = app.update(Event::Compose(ComposeEvent::Collected(2, Err(signed_out()))));
    assert!(collects(&effects).is_empty(), "{effects:?}");
    app.update(Event::SignInAnswered(Ok(crate::world::me("ada"))));
    assert_eq!(collects(&ask(&mut app, Target::To, "104")), [(3, "104")]);
}

#[test]
fn another_message_takes_nobody_who_was_waiting_for_the_one_before() {
    let mut app = writing();
    ask(&mut app, Target::To, "101");
    ask(&mut app, Target::To, "102");
    app.update(Event::Compose(ComposeEvent::Opened(draft(8))));
    assert!(app.update(Event::Compose(ComposeEvent::Collected(1, Err(Trouble::Offline)))).is_empty());
    assert_eq!(app.compose.fillings().count(), 0);
}

#[test]
fn a_second_insertion_waits_for_the_first() {
    let mut app = writing();
    let text = |text: &str| Insertion { html: text.to_owned(), text: text.to_owned() };
    app.update(Event::Compose(ComposeEvent::InsertAsked(text("Ada"))));
    assert!(app.update(Event::Compose(ComposeEvent::InsertAsked(text("Grace")))).is_empty());
    let effects = app.update(Event::Compose(ComposeEvent::Inserted(1, Ok(()))));
    assert_eq!(effects, [Effect::Compose(ComposeEffect::Insert(2, draft(7), text("Grace")))]);
    assert_eq!(app.compose.inserting, Some(Inserting::Running));
    app.update(Event::Compose(ComposeEvent::Inserted(2, Ok(()))));
    assert_eq!(app.compose.inserting, Some(Inserting::Done));
}
