//! Adding contacts, and changing one from a signature.

use crate::world::{address, contact, found, mail, matches, me, message, problem, signed_in, signed_out};
use api::{
    AddId, Card, Contact, ContactField, ContactId, ContactKind, ContactOptions, FieldProblem, FoundContacts,
    LikelyContact, LikelyContacts, Likeness, MatchReason, Phone, Problem, ProblemCode,
};
use flows::signature::Whence;
use flows::{
    AddEffect, AddEvent, AddPhase, Adding, Adds, App, Became, Blank, ComparePhase, Comparison, Correspondent, Effect,
    Event, Fault, Opening, Role, Sheet, SheetId, Standing, Trouble,
};

pub(crate) const BODY: &str = "Dear Hannah,\n\nplease add me.\n\nKind regards\nDr. Vera Stone\nHead of Research\nStone & Sons Ltd\n\
                    Tel. +44 20 7946 0123\nMobile +44 7700 900123\n14 Mill Lane, London W1G 9QX\n";

fn options(may_add: bool, may_change: bool) -> ContactOptions {
    let phone_kinds = ["Mobile", "_Work Phone", "_Home Phone", "_Fax"].map(str::to_owned).to_vec();
    ContactOptions { may_add, may_change, phone_kinds, organisations_by_domain: true }
}

/// A message from Vera, who is not in iMIS, to two more who are not, and to Ada, who is.
pub(crate) fn with_strangers(may_add: bool) -> App {
    let mut app = signed_in();
    app.update(Event::ContactOptionsAnswered(Ok(options(may_add, true))));
    let people = [
        (Role::From, "vera@stone.example"),
        (Role::To, "ada@example.org"),
        (Role::To, "tim.reed@reed.example"),
        (Role::Cc, "max@max.example"),
    ];
    let mut opened = message(1, &people);
    opened.correspondents[0] = Correspondent { name: "Stone, Vera".to_owned(), ..opened.correspondents[0].clone() };
    let key = opened.key.clone();
    app.update(Event::MessageOpened(opened));
    let asked = people.iter().map(|(_, text)| address(text)).collect();
    app.update(Event::Matched(key, asked, Ok(matches(vec![found("ada@example.org", "101", "Ada Lovelace")]))));
    app
}

pub(crate) fn adding(app: &App) -> (SheetId, &Adding) {
    match app.sheets.top() {
        Some((id, Sheet::Add(adding))) => (id, adding),
        other => panic!("{other:?}"),
    }
}

pub(crate) fn adds(app: &App) -> &Adds {
    adding(app).1.adds().expect("it is for adding")
}

fn comparison(app: &App) -> &Comparison {
    adding(app).1.comparison().expect("it is for comparing")
}

pub(crate) fn tell(app: &mut App, event: AddEvent) -> Vec<AddEffect> {
    let id = adding(app).0;
    let effects = app.update(Event::Add(id, event));
    effects
        .into_iter()
        .filter_map(|effect| if let Effect::Add(_, effect) = effect { Some(effect) } else { None })
        .collect()
}

pub(crate) fn nobody() -> LikelyContacts {
    LikelyContacts::default()
}

/// Vera's form, filled from her signature, with nobody like her in iMIS.
pub(crate) fn at_the_form() -> App {
    let mut app = with_strangers(true);
    app.update(Event::SheetOpened(Opening::Add(Some(address("vera@stone.example")))));
    tell(&mut app, AddEvent::BodyRead(0, Ok(BODY.to_owned())));
    tell(&mut app, AddEvent::LikelyAnswered(0, Ok(nobody())));
    app
}

fn id(text: &str) -> AddId {
    AddId(text.to_owned())
}

fn vera() -> Contact {
    Contact { email: Some(address("vera@stone.example")), ..contact("500", "Vera Stone") }
}

fn standing(app: &App, at: &str) -> Standing {
    let entry = mail(app).people.entries.iter().find(|entry| entry.address == address(at));
    entry.expect("on the message").standing.clone()
}

#[test]
fn the_form_is_filled_from_the_senders_signature_and_says_where_each_field_was_found() {
    let mut app = with_strangers(true);
    let effects = app.update(Event::SheetOpened(Opening::Add(Some(address("vera@stone.example")))));
    assert!(matches!(effects.as_slice(), [Effect::Add(_, AddEffect::ReadBody(0, _))]));
    let effects = tell(&mut app, AddEvent::BodyRead(0, Ok(BODY.to_owned())));
    let [AddEffect::FindLikely(0, call)] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(call.contact.person.last, "Stone");
    assert_eq!(call.contact.organisation_name, "Stone & Sons Ltd");
    tell(&mut app, AddEvent::LikelyAnswered(0, Ok(nobody())));
    let form = &adds(&app).form;
    assert_eq!(adds(&app).phase, AddPhase::Filling);
    let expected = [
        (Blank::Prefix, "Dr."),
        (Blank::First, "Vera"),
        (Blank::Last, "Stone"),
        (Blank::Title, "Head of Research"),
        (Blank::Email, "vera@stone.example"),
        (Blank::PhoneKind(0), "_Work Phone"),
        (Blank::PhoneNumber(0), "+44 20 7946 0123"),
        (Blank::PhoneKind(1), "Mobile"),
        (Blank::Street, "14 Mill Lane"),
        (Blank::City, "London"),
        (Blank::PostalCode, "W1G 9QX"),
    ];
    for (blank, text) in expected {
        assert_eq!(form.text(blank), text, "{blank:?}");
    }
    assert_eq!(form.from(Blank::Title), Some(&Whence::Line("Head of Research".to_owned())));
    tell(&mut app, AddEvent::Typed(Blank::Title, "Director".to_owned()));
    assert_eq!(adds(&app).form.from(Blank::Title), None, "what somebody typed was found nowhere");
}

#[test]
fn a_person_without_the_right_opens_no_form() {
    let mut app = with_strangers(false);
    assert!(!app.may_add());
    assert_eq!(app.update(Event::SheetOpened(Opening::Add(Some(address("vera@stone.example"))))), vec![]);
    assert_eq!(app.update(Event::SheetOpened(Opening::AddAll)), vec![]);
    assert_eq!(app.sheets.height(), 0);
    let mut unknown = signed_in();
    assert_eq!(unknown.update(Event::SheetOpened(Opening::Add(None))), vec![], "nor as long as nobody knows");
}

#[test]
fn likely_contacts_come_first_and_one_that_is_used_is_whom_the_message_means() {
    let mut app = with_strangers(true);
    app.update(Event::SheetOpened(Opening::Add(Some(address("vera@stone.example")))));
    tell(&mut app, AddEvent::BodyRead(0, Ok(BODY.to_owned())));
    let likely = LikelyContact { contact: contact("300", "Vera Stone"), because: vec![Likeness::Name] };
    let answer = LikelyContacts { contacts: vec![likely], ..nobody() };
    tell(&mut app, AddEvent::LikelyAnswered(0, Ok(answer)));
    assert_eq!(adds(&app).phase, AddPhase::Choosing);
    tell(&mut app, AddEvent::UseAsked(ContactId("300".to_owned())));
    assert!(matches!(adds(&app).became.as_slice(), [Became::Used(_)]));
    let Standing::Matched { candidates, .. } = standing(&app, "vera@stone.example") else { panic!("not matched") };
    assert_eq!((candidates[0].contact.id.0.as_str(), candidates[0].reason), ("300", MatchReason::Chosen));
}

#[test]
fn whoever_was_added_is_matched_on_the_message() {
    let mut app = at_the_form();
    let effects = tell(&mut app, AddEvent::SendAsked(id("a1")));
    let [AddEffect::Add(0, call)] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!((call.add.0.as_str(), call.contact.title.as_str()), ("a1", "Head of Research"));
    tell(&mut app, AddEvent::Added(0, Ok(vera())));
    assert_eq!(adds(&app).phase, AddPhase::Done);
    let Standing::Matched { candidates, .. } = standing(&app, "vera@stone.example") else { panic!("not matched") };
    assert_eq!(candidates[0].reason, MatchReason::PrimaryEmail);
    assert_eq!(mail(&app).people.not_in_imis(), (2, 4));
}

#[test]
fn what_lacks_a_name_or_has_a_wrong_address_is_not_sent() {
    let mut app = at_the_form();
    tell(&mut app, AddEvent::Typed(Blank::Last, " ".to_owned()));
    tell(&mut app, AddEvent::Typed(Blank::Email, "vera@stone".to_owned()));
    assert_eq!(tell(&mut app, AddEvent::SendAsked(id("a1"))), vec![]);
    let form = &adds(&app).form;
    assert_eq!(form.fault(ContactField::LastName), Some(&Fault::Missing));
    assert_eq!(form.fault(ContactField::Email), Some(&Fault::NoAddress));
    tell(&mut app, AddEvent::Typed(Blank::Last, "Stone".to_owned()));
    assert_eq!(adds(&app).form.fault(ContactField::LastName), None, "a fault goes as soon as one types");
}

#[test]
fn what_imis_says_of_a_field_stands_at_it() {
    let mut app = at_the_form();
    tell(&mut app, AddEvent::SendAsked(id("a1")));
    let told = FieldProblem { field: "title".to_owned(), message: "Title is too long".to_owned() };
    let refusal = Problem { fields: vec![told], ..Problem::new(ProblemCode::Invalid) };
    tell(&mut app, AddEvent::Added(0, Err(Trouble::Server(refusal))));
    assert_eq!(adds(&app).phase, AddPhase::Filling);
    assert_eq!(adds(&app).form.fault(ContactField::Title), Some(&Fault::Imis("Title is too long".to_owned())));
    assert_eq!(adds(&app).trouble, None, "it is told once");
    assert_eq!(adds(&app).form.text(Blank::Title), "Head of Research", "nothing is lost");
}

#[test]
fn an_unknown_outcome_is_tried_again_as_it_was_under_the_same_id() {
    let mut app = at_the_form();
    let first = tell(&mut app, AddEvent::SendAsked(id("a1")));
    tell(&mut app, AddEvent::Added(0, Err(problem(ProblemCode::Unknown))));
    assert!(matches!(adds(&app).phase, AddPhase::Unsure(_)));
    assert_eq!(tell(&mut app, AddEvent::SendAsked(id("a2"))), vec![], "another is not begun");
    tell(&mut app, AddEvent::Typed(Blank::Title, "Other".to_owned()));
    assert_eq!(tell(&mut app, AddEvent::RetryAsked), first);
}

#[test]
fn a_half_filled_form_is_there_after_a_sign_in() {
    let mut app = at_the_form();
    tell(&mut app, AddEvent::Typed(Blank::Title, "Director".to_owned()));
    let sheet = adding(&app).0;
    app.update(Event::Add(sheet, AddEvent::OrganisationTyped("Stone".to_owned())));
    app.update(Event::Add(sheet, AddEvent::OrganisationWaited(1)));
    let ended = app.update(Event::Add(sheet, AddEvent::OrganisationsAnswered(1, Err(signed_out()))));
    assert!(ended.contains(&Effect::ForgetSession));
    app.update(Event::SignInAnswered(Ok(me("ada"))));
    assert_eq!(adds(&app).form.text(Blank::Title), "Director");
    assert_eq!(adds(&app).phase, AddPhase::Filling);
}

#[test]
fn an_adding_that_the_sessions_end_cut_off_goes_on_after_the_sign_in_under_the_same_id() {
    let mut app = at_the_form();
    let sent = tell(&mut app, AddEvent::SendAsked(id("a1")));
    tell(&mut app, AddEvent::Added(0, Err(signed_out())));
    let effects = app.update(Event::SignInAnswered(Ok(me("ada"))));
    let again = Effect::Add(adding(&app).0, sent[0].clone());
    assert!(effects.contains(&again), "{effects:?}");
}

#[test]
fn everybody_who_is_missing_is_added_one_after_another_and_may_be_skipped() {
    let mut app = with_strangers(true);
    assert_eq!(mail(&app).people.addable(), 3);
    app.update(Event::SheetOpened(Opening::AddAll));
    tell(&mut app, AddEvent::BodyRead(0, Ok(BODY.to_owned())));
    tell(&mut app, AddEvent::LikelyAnswered(0, Ok(nobody())));
    tell(&mut app, AddEvent::SendAsked(id("a1")));
    let next = tell(&mut app, AddEvent::Added(0, Ok(vera())));
    // The signature is the sender's; of the others the header alone speaks.
    let [AddEffect::FindLikely(1, call)] = next.as_slice() else { panic!("{next:?}") };
    assert_eq!((call.contact.person.first.as_str(), call.contact.person.last.as_str()), ("Tim", "Reed"));
    assert!(call.contact.phones.is_empty());
    tell(&mut app, AddEvent::LikelyAnswered(0, Err(problem(ProblemCode::Busy))));
    assert_eq!(adds(&app).phase, AddPhase::Looking, "an answer for the former turn is late");
    tell(&mut app, AddEvent::LikelyAnswered(1, Ok(nobody())));
    tell(&mut app, AddEvent::Skipped);
    assert_eq!(adds(&app).turn(), 2);
    tell(&mut app, AddEvent::LikelyAnswered(2, Ok(nobody())));
    tell(&mut app, AddEvent::Skipped);
    assert_eq!(adds(&app).phase, AddPhase::Done);
    assert_eq!(mail(&app).people.not_in_imis(), (2, 4));
}

#[test]
fn a_name_that_was_changed_is_looked_for_before_it_is_added() {
    let mut app = at_the_form();
    tell(&mut app, AddEvent::Typed(Blank::First, "Wera".to_owned()));
    let effects = tell(&mut app, AddEvent::SendAsked(id("a1")));
    assert!(matches!(effects.as_slice(), [AddEffect::FindLikely(0, _)]), "{effects:?}");
    let effects = tell(&mut app, AddEvent::LikelyAnswered(0, Ok(nobody())));
    assert!(matches!(effects.as_slice(), [AddEffect::Add(0, call)] if call.contact.person.first == "Wera"));
}

#[test]
fn an_organisation_is_looked_for_and_linked_and_late_answers_are_dropped() {
    let mut app = at_the_form();
    let organisation = |number: &str, name: &str| Contact { kind: ContactKind::Organisation, ..contact(number, name) };
    tell(&mut app, AddEvent::OrganisationTyped("Sto".to_owned()));
    tell(&mut app, AddEvent::OrganisationTyped("Stone".to_owned()));
    assert_eq!(tell(&mut app, AddEvent::OrganisationWaited(1)), vec![]);
    let effects = tell(&mut app, AddEvent::OrganisationWaited(2));
    let [AddEffect::Search(2, call)] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(call.kind, Some(ContactKind::Organisation));
    let late = FoundContacts { contacts: vec![organisation("9", "Late")], ..FoundContacts::default() };
    tell(&mut app, AddEvent::OrganisationsAnswered(1, Ok(late)));
    assert!(!matches!(adds(&app).form.search.hits, flows::Ahead::Found(_)));
    tell(&mut app, AddEvent::OrganisationLinked(organisation("201", "Stone & Sons")));
    let effects = tell(&mut app, AddEvent::SendAsked(id("a1")));
    let [AddEffect::Add(_, call)] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(call.contact.organisation, Some(ContactId("201".to_owned())));
}

#[test]
fn the_one_organisation_of_the_signatures_name_is_linked_by_itself() {
    let mut app = with_strangers(true);
    app.update(Event::SheetOpened(Opening::Add(Some(address("vera@stone.example")))));
    tell(&mut app, AddEvent::BodyRead(0, Ok(BODY.to_owned())));
    let same = Contact { kind: ContactKind::Organisation, ..contact("201", "Stone & Sons Ltd.") };
    let other = Contact { kind: ContactKind::Organisation, ..contact("202", "Stone Age") };
    tell(
        &mut app,
        AddEvent::LikelyAnswered(0, Ok(LikelyContacts { organisations: vec![other, same.clone()], ..nobody() })),
    );
    assert_eq!(adds(&app).form.organisation, Some(same));
}

#[test]
fn a_text_that_outlook_does_not_give_leaves_what_the_header_tells() {
    let mut app = with_strangers(true);
    app.update(Event::SheetOpened(Opening::Add(Some(address("vera@stone.example")))));
    tell(&mut app, AddEvent::BodyRead(0, Err(Trouble::MessageClosed)));
    tell(&mut app, AddEvent::LikelyAnswered(0, Err(problem(ProblemCode::ImisUnavailable))));
    assert!(adds(&app).unread);
    assert_eq!(adds(&app).unlooked, Some(problem(ProblemCode::ImisUnavailable)));
    assert_eq!(adds(&app).form.text(Blank::First), "Vera");
}

#[test]
fn phones_come_and_go_and_keep_their_kinds() {
    let mut app = at_the_form();
    tell(&mut app, AddEvent::PhoneRemoved(0));
    assert_eq!(adds(&app).form.text(Blank::PhoneNumber(0)), "+44 7700 900123");
    tell(&mut app, AddEvent::PhoneAdded);
    assert_eq!(adds(&app).form.text(Blank::PhoneKind(1)), "_Work Phone", "the first kind that is free");
    tell(&mut app, AddEvent::Typed(Blank::PhoneNumber(1), "none".to_owned()));
    assert_eq!(tell(&mut app, AddEvent::SendAsked(id("a1"))), vec![]);
    assert_eq!(adds(&app).form.fault(ContactField::Phone), Some(&Fault::NoNumber));
}

fn card(title: &str, phones: &[(&str, &str)]) -> Box<Card> {
    let phone = |(kind, number): &(&str, &str)| Phone { kind: (*kind).to_owned(), number: (*number).to_owned() };
    Box::new(Card {
        contact: Contact { title: Some(title.to_owned()), ..contact("101", "Ada Lovelace") },
        person: None,
        organisation_id: None,
        emails: vec![],
        phones: phones.iter().map(phone).collect(),
        addresses: vec![],
        website: None,
        marks: vec![],
        no_email: false,
        paid_through: None,
        profile_url: None,
        updated_by: None,
        updated_at: None,
    })
}

/// Ada's message, her card and her signature side by side.
fn compared() -> App {
    let mut app = signed_in();
    app.update(Event::ContactOptionsAnswered(Ok(options(true, true))));
    let opened = message(1, &[(Role::From, "ada@example.org")]);
    let key = opened.key.clone();
    app.update(Event::MessageOpened(opened));
    let answer = matches(vec![found("ada@example.org", "101", "Ada Lovelace")]);
    app.update(Event::Matched(key, vec![address("ada@example.org")], Ok(answer)));
    app.update(Event::SheetOpened(Opening::Compare(contact("101", "Ada Lovelace"))));
    let body = "Kind regards\nAda Lovelace\nHead of Engines\nTel. 020 7946 0101\nMobile +44 7700 900101\n";
    tell(&mut app, AddEvent::BodyRead(0, Ok(body.to_owned())));
    let card = card("Analyst", &[("_Work Phone", "+44 20 7946 0101")]);
    tell(&mut app, AddEvent::CardAnswered(Ok(card)));
    app
}

#[test]
fn card_and_signature_are_compared_and_the_same_number_written_otherwise_is_the_same() {
    let app = compared();
    let found: Vec<_> = comparison(&app)
        .differences
        .iter()
        .map(|difference| {
            (difference.field, difference.in_imis.as_str(), difference.in_signature.as_str(), difference.ticked)
        })
        .collect();
    let title = (ContactField::Title, "Analyst", "Head of Engines", false);
    let mobile = (ContactField::Phone, "", "+44 7700 900101", true);
    assert_eq!(found, vec![title, mobile], "what is there is not overwritten unless somebody ticks it");
}

#[test]
fn what_is_ticked_is_changed_with_what_stood_there() {
    let mut app = compared();
    tell(&mut app, AddEvent::DifferenceToggled(0));
    tell(&mut app, AddEvent::DifferenceToggled(1));
    let effects = tell(&mut app, AddEvent::ChangeAsked);
    let [AddEffect::Change(call)] = effects.as_slice() else { panic!("{effects:?}") };
    let changes: Vec<_> = call.changes.iter().map(|change| (change.from.as_str(), change.to.as_str())).collect();
    assert_eq!(changes, vec![("Analyst", "Head of Engines")]);
    tell(&mut app, AddEvent::Changed(Ok(card("Head of Engines", &[]))));
    assert_eq!(comparison(&app).phase, ComparePhase::Done(1));
}

#[test]
fn what_somebody_else_changed_meanwhile_is_said_at_its_field_and_shown_as_it_is_now() {
    let mut app = compared();
    tell(&mut app, AddEvent::DifferenceToggled(0));
    tell(&mut app, AddEvent::ChangeAsked);
    let conflict = Problem { field: Some("title".to_owned()), ..Problem::new(ProblemCode::Conflict) };
    let effects = tell(&mut app, AddEvent::Changed(Err(Trouble::Server(conflict))));
    assert_eq!(effects, vec![AddEffect::FetchCard(ContactId("101".to_owned()))]);
    tell(&mut app, AddEvent::CardAnswered(Ok(card("Countess", &[("_Work Phone", "+44 20 7946 0101")]))));
    let title = &comparison(&app).differences[0];
    assert_eq!((title.in_imis.as_str(), title.fault.as_ref()), ("Countess", Some(&Fault::Changed)));
    assert!(title.ticked);
}

#[test]
fn only_the_senders_contact_can_be_compared_and_only_where_changing_is_allowed() {
    let mut app = with_strangers(true);
    assert!(app.comparable(&ContactId("101".to_owned())).is_none(), "Ada is not the sender");
    assert_eq!(app.update(Event::SheetOpened(Opening::Compare(contact("101", "Ada")))), vec![]);
    let mut app = compared();
    assert!(app.comparable(&ContactId("101".to_owned())).is_some());
    app.update(Event::ContactOptionsAnswered(Ok(options(true, false))));
    assert!(app.comparable(&ContactId("101".to_owned())).is_none());
}

#[test]
fn what_may_be_done_is_asked_once_the_targets_are_known() {
    let mut app = crate::world::at_the_door();
    app.update(Event::SignInAnswered(Ok(me("ada"))));
    let effects = app.update(Event::TargetsAnswered(Ok(crate::world::targets())));
    assert_eq!(effects, vec![Effect::FetchContactOptions]);
    assert!(Effect::FetchContactOptions.is_in_session());
}

#[test]
fn what_may_be_done_is_asked_again_by_the_next_message_where_imis_did_not_say() {
    let mut app = crate::world::at_the_door();
    app.update(Event::SignInAnswered(Ok(me("ada"))));
    assert_eq!(asks_what_may_be_done(&mut app, 1), 0, "it comes after the targets");
    app.update(Event::TargetsAnswered(Ok(crate::world::targets())));
    assert_eq!(asks_what_may_be_done(&mut app, 2), 0, "it is being asked");
    app.update(Event::ContactOptionsAnswered(Err(problem(ProblemCode::ImisUnavailable))));
    assert_eq!(asks_what_may_be_done(&mut app, 3), 1);
    app.update(Event::ContactOptionsAnswered(Ok(options(true, true))));
    assert!(app.may_add());
    assert_eq!(asks_what_may_be_done(&mut app, 4), 0);
}

fn asks_what_may_be_done(app: &mut App, opening: u32) -> usize {
    let effects = app.update(Event::MessageOpened(message(opening, &[(Role::From, "vera@stone.example")])));
    effects.iter().filter(|effect| **effect == Effect::FetchContactOptions).count()
}
