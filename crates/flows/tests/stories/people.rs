//! Who is on the message.

use crate::world::{address, found, mail, matches, message, problem, signed_in, signed_out};
use api::{ContactId, DomainMatch, Kept, Match, Matches, Matching, ProblemCode};
use flows::{App, Effect, Event, Lookup, Memory, PeopleEffect, PeopleEvent, Role, Session, Standing};

/// A message just opened, and what is asked about its people.
fn open(people: &[(Role, &str)]) -> (App, Vec<Effect>) {
    let mut app = signed_in();
    let mut effects = app.update(Event::MessageOpened(message(1, people)));
    // Who saved it, and what its headers say, are other stories.
    effects.retain(|effect| !matches!(effect, Effect::Saved(_) | Effect::ReadHeaders(_)));
    (app, effects)
}

fn targets(app: &App) -> Vec<String> {
    mail(app).people.targets().into_iter().map(|(target, _)| target.id.0).collect()
}

#[test]
fn everybody_but_the_mailbox_itself_is_looked_up_once() {
    let (app, effects) = open(&[
        (Role::From, "Ada@example.org"),
        (Role::To, "staff@association.example"),
        (Role::To, "grace@example.org"),
        (Role::Cc, "ada@example.org"),
    ]);
    let expected = vec![address("ada@example.org"), address("grace@example.org")];
    assert_eq!(effects, vec![Effect::Match(message(1, &[]).key, expected)]);
    assert_eq!(mail(&app).people.entries[0].roles, vec![Role::From, Role::Cc]);
}

#[test]
fn an_answer_for_the_previous_message_is_dropped() {
    let (mut app, _) = open(&[(Role::From, "ada@example.org")]);
    app.update(Event::MessageOpened(message(2, &[(Role::From, "grace@example.org")])));
    let late = matches(vec![found("ada@example.org", "101", "Ada")]);
    app.update(Event::Matched(message(1, &[]).key, vec![address("ada@example.org")], Ok(late)));
    assert_eq!(mail(&app).people.lookup, Lookup::Searching);
    assert_eq!(mail(&app).people.entries[0].standing, Standing::Searching);
}

#[test]
fn an_answer_for_an_earlier_opening_of_the_same_message_is_dropped() {
    let (mut app, _) = open(&[(Role::From, "ada@example.org")]);
    let mut again = message(1, &[(Role::From, "ada@example.org")]);
    again.key.opening = 2;
    app.update(Event::MessageOpened(again));
    let late = matches(vec![found("ada@example.org", "101", "Ada")]);
    app.update(Event::Matched(message(1, &[]).key, vec![address("ada@example.org")], Ok(late)));
    assert_eq!(mail(&app).people.lookup, Lookup::Searching);
}

#[test]
fn two_contacts_on_one_address_must_be_chosen_between() {
    let (mut app, _) = open(&[(Role::From, "office@harbour.example")]);
    let office = address("office@harbour.example");
    let both = vec![found("office@harbour.example", "105", "Ruth"), found("office@harbour.example", "106", "Tom")];
    app.update(Event::Matched(message(1, &[]).key, vec![office.clone()], Ok(matches(both))));
    assert!(mail(&app).people.entries[0].needs_choice());
    assert!(targets(&app).is_empty());
    app.update(Event::ContactChosen(office, ContactId("106".to_owned())));
    assert_eq!(targets(&app), vec!["106"]);
}

#[test]
fn one_contact_with_two_addresses_is_saved_to_once() {
    let (mut app, _) = open(&[(Role::From, "grace@home.example"), (Role::To, "grace@acme.example")]);
    let both = vec![found("grace@home.example", "107", "Grace"), found("grace@acme.example", "107", "Grace")];
    let asked = vec![address("grace@home.example"), address("grace@acme.example")];
    app.update(Event::Matched(message(1, &[]).key, asked, Ok(matches(both))));
    assert_eq!(targets(&app), vec!["107"]);
}

#[test]
fn those_not_in_imis_are_counted() {
    let (mut app, _) = open(&[(Role::From, "ada@example.org"), (Role::To, "stranger@unknown.example")]);
    let asked = vec![address("ada@example.org"), address("stranger@unknown.example")];
    let answer = matches(vec![found("ada@example.org", "101", "Ada")]);
    app.update(Event::Matched(message(1, &[]).key, asked, Ok(answer)));
    assert_eq!(mail(&app).people.not_in_imis(), (1, 2));
}

#[test]
fn switching_a_role_off_and_on_brings_back_whom_one_removed() {
    let (mut app, _) = open(&[(Role::From, "ada@example.org"), (Role::Cc, "grace@example.org")]);
    let asked = vec![address("ada@example.org"), address("grace@example.org")];
    let answer = matches(vec![found("ada@example.org", "101", "Ada"), found("grace@example.org", "107", "Grace")]);
    app.update(Event::Matched(message(1, &[]).key, asked, Ok(answer)));
    app.update(Event::PersonRemoved(address("grace@example.org")));
    assert_eq!(targets(&app), vec!["101"]);
    app.update(Event::RoleToggled(Role::Cc));
    assert_eq!(mail(&app).people.shown().count(), 1);
    app.update(Event::RoleToggled(Role::Cc));
    assert_eq!(targets(&app), vec!["101", "107"]);
}

#[test]
fn a_removed_person_can_be_put_back() {
    let (mut app, _) = open(&[(Role::From, "ada@example.org")]);
    let answer = matches(vec![found("ada@example.org", "101", "Ada")]);
    app.update(Event::Matched(message(1, &[]).key, vec![address("ada@example.org")], Ok(answer)));
    app.update(Event::PersonRemoved(address("ada@example.org")));
    assert!(targets(&app).is_empty());
    app.update(Event::PersonRestored(address("ada@example.org")));
    assert_eq!(targets(&app), vec!["101"]);
}

#[test]
fn six_hundred_addresses_are_asked_for_in_two_calls_and_both_are_awaited() {
    let names: Vec<String> = (0..600).map(|number| format!("p{number}@example.org")).collect();
    let people: Vec<(Role, &str)> = names.iter().map(|name| (Role::To, name.as_str())).collect();
    let (mut app, effects) = open(&people);
    let [Effect::Match(key, first), Effect::Match(_, second)] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!((first.len(), second.len()), (500, 100));
    app.update(Event::Matched(key.clone(), first.clone(), Ok(Matches::default())));
    assert_eq!(mail(&app).people.lookup, Lookup::Searching);
    app.update(Event::Matched(key.clone(), second.clone(), Ok(Matches::default())));
    assert_eq!(mail(&app).people.lookup, Lookup::Done);
}

#[test]
fn a_failed_look_up_is_asked_again_only_for_those_not_known() {
    let (mut app, _) = open(&[(Role::From, "ada@example.org"), (Role::To, "grace@example.org")]);
    let answer = Matches {
        found: vec![found("ada@example.org", "101", "Ada")],
        failed: vec![address("grace@example.org")],
        ..Matches::default()
    };
    let asked = vec![address("ada@example.org"), address("grace@example.org")];
    app.update(Event::Matched(message(1, &[]).key, asked, Ok(answer)));
    let again = app.update(Event::MatchAgainAsked);
    assert_eq!(again, vec![Effect::Match(message(1, &[]).key, vec![address("grace@example.org")])]);
}

#[test]
fn an_unreachable_imis_is_said_and_can_be_asked_again() {
    let (mut app, effects) = open(&[(Role::From, "ada@example.org")]);
    let down = problem(ProblemCode::ImisUnavailable);
    app.update(Event::Matched(message(1, &[]).key, vec![address("ada@example.org")], Err(down.clone())));
    assert_eq!(mail(&app).people.lookup, Lookup::Failed(down));
    assert_eq!(app.update(Event::MatchAgainAsked), effects);
}

#[test]
fn a_message_without_a_readable_address_asks_nothing() {
    let (app, effects) = open(&[(Role::From, "not an address")]);
    assert!(effects.is_empty());
    assert_eq!(mail(&app).people.lookup, Lookup::Done);
    assert_eq!(mail(&app).people.unreadable, 1);
}

#[test]
fn a_session_that_ended_shows_the_door_and_the_look_up_goes_on_after_it() {
    let (mut app, _) = open(&[(Role::From, "ada@example.org")]);
    let ended = app.update(Event::Matched(message(1, &[]).key, vec![address("ada@example.org")], Err(signed_out())));
    assert_eq!(ended, vec![Effect::ForgetSession]);
    assert!(matches!(app.session, Session::SignedOut(_)));
    let back = app.update(Event::SignInAnswered(Ok(crate::world::me("ada"))));
    assert!(back.contains(&Effect::Match(message(1, &[]).key, vec![address("ada@example.org")])));
}

fn office() -> (App, Vec<Effect>) {
    let (mut app, _) = open(&[(Role::From, "office@harbour.example")]);
    let both = vec![found("office@harbour.example", "105", "Ruth"), found("office@harbour.example", "106", "Tom")];
    let asked = vec![address("office@harbour.example")];
    app.update(Event::Matched(message(1, &[]).key, asked, Ok(matches(both))));
    let effects = app.update(Event::ContactChosen(address("office@harbour.example"), ContactId("106".to_owned())));
    (app, effects)
}

fn remember(contact: Option<&str>) -> Effect {
    let contact = contact.map(|number| ContactId(number.to_owned()));
    Effect::People(PeopleEffect::Remember(message(1, &[]).key, address("office@harbour.example"), contact))
}

fn remembered(contact: Option<&str>, answer: Result<Kept, flows::Trouble>) -> Event {
    let contact = contact.map(|number| ContactId(number.to_owned()));
    let office = address("office@harbour.example");
    Event::People(PeopleEvent::ChoiceAnswered(message(1, &[]).key, office, contact, answer))
}

#[test]
fn a_choice_is_kept_for_everybody_at_the_site() {
    let (mut app, effects) = office();
    assert!(effects.contains(&remember(Some("106"))), "{effects:?}");
    assert_eq!(mail(&app).people.entries[0].memory, Memory::Writing);
    app.update(remembered(Some("106"), Ok(Kept {})));
    assert_eq!(mail(&app).people.entries[0].memory, Memory::Kept);
}

#[test]
fn a_choice_that_could_not_be_kept_stands_for_this_message() {
    let (mut app, _) = office();
    let full = problem(ProblemCode::StoreUnavailable);
    app.update(remembered(Some("106"), Err(full.clone())));
    assert_eq!(mail(&app).people.entries[0].memory, Memory::Failed(full));
    assert_eq!(targets(&app), vec!["106"]);
}

#[test]
fn the_answer_to_the_first_of_two_choices_says_nothing_of_the_second() {
    let (mut app, _) = office();
    app.update(Event::ContactChosen(address("office@harbour.example"), ContactId("105".to_owned())));
    app.update(remembered(Some("106"), Ok(Kept {})));
    assert_eq!(mail(&app).people.entries[0].memory, Memory::Writing);
}

#[test]
fn a_remembered_choice_settles_whom_the_address_means() {
    let (mut app, _) = open(&[(Role::From, "office@harbour.example")]);
    let tom = Match { remembered: true, ..found("office@harbour.example", "106", "Tom") };
    let both = vec![found("office@harbour.example", "105", "Ruth"), tom];
    let asked = vec![address("office@harbour.example")];
    app.update(Event::Matched(message(1, &[]).key, asked, Ok(matches(both))));
    assert_eq!(targets(&app), vec!["106"]);
    assert_eq!(mail(&app).people.entries[0].memory, Memory::Kept);
    let effects = app.update(Event::ContactChosen(address("office@harbour.example"), ContactId("106".to_owned())));
    assert!(effects.is_empty(), "it is remembered already");
    let effects = app.update(Event::People(PeopleEvent::ChoiceForgotten(address("office@harbour.example"))));
    assert_eq!(effects, vec![remember(None)]);
}

#[test]
fn addresses_of_ones_own_are_not_listed_and_counted_nowhere() {
    let (mut app, _) = open(&[(Role::From, "ada@example.org"), (Role::To, "members@association.example")]);
    let own = vec![address("members@association.example")];
    let answer = Matches { own, ..matches(vec![found("ada@example.org", "101", "Ada")]) };
    let asked = vec![address("ada@example.org"), address("members@association.example")];
    app.update(Event::Matched(message(1, &[]).key, asked, Ok(answer)));
    assert_eq!(mail(&app).people.shown().count(), 1);
    assert_eq!(mail(&app).people.not_in_imis(), (0, 1));
}

#[test]
fn an_address_that_is_never_to_be_matched_is_out_at_once_and_back_when_that_is_taken_back() {
    let (mut app, _) = open(&[(Role::From, "ada@example.org")]);
    let ada = address("ada@example.org");
    let answer = matches(vec![found("ada@example.org", "101", "Ada")]);
    app.update(Event::Matched(message(1, &[]).key, vec![ada.clone()], Ok(answer)));
    app.update(Event::People(PeopleEvent::NeverAsked(ada.clone(), Matching::Never)));
    assert_eq!((targets(&app), mail(&app).people.not_in_imis()), (vec![], (0, 0)));
    let key = message(1, &[]).key;
    app.update(Event::People(PeopleEvent::NeverAnswered(key.clone(), ada.clone(), Matching::Never, Ok(Kept {}))));
    assert_eq!(mail(&app).people.entries[0].standing, Standing::Never);
    app.update(Event::People(PeopleEvent::NeverAsked(ada.clone(), Matching::Always)));
    let back = Event::People(PeopleEvent::NeverAnswered(key.clone(), ada.clone(), Matching::Always, Ok(Kept {})));
    assert_eq!(app.update(back), vec![Effect::Match(key, vec![ada])]);
}

#[test]
fn an_address_that_could_not_be_put_on_the_list_is_looked_up_again() {
    let (mut app, _) = open(&[(Role::From, "ada@example.org")]);
    let (ada, key) = (address("ada@example.org"), message(1, &[]).key);
    app.update(Event::People(PeopleEvent::NeverAsked(ada.clone(), Matching::Never)));
    let full = problem(ProblemCode::StoreUnavailable);
    let answer = PeopleEvent::NeverAnswered(key.clone(), ada.clone(), Matching::Never, Err(full.clone()));
    assert_eq!(app.update(Event::People(answer)), vec![Effect::Match(key, vec![ada])]);
    assert_eq!(mail(&app).people.never_trouble, Some(full));
}

#[test]
fn an_organisation_is_guessed_by_domain_for_those_whom_nobody_is_and_can_be_added() {
    let (mut app, _) = open(&[(Role::From, "stranger@acme.example"), (Role::To, "ada@example.org")]);
    let acme = crate::world::contact("200", "Acme Institute");
    let guess = |domain: &str| DomainMatch { domain: domain.to_owned(), organisations: vec![acme.clone()] };
    let domains = vec![guess("acme.example"), guess("elsewhere.example")];
    let answer = Matches { domains, ..matches(vec![found("ada@example.org", "101", "Ada")]) };
    let asked = vec![address("stranger@acme.example"), address("ada@example.org")];
    app.update(Event::Matched(message(1, &[]).key, asked, Ok(answer)));
    assert_eq!(mail(&app).people.guesses(), vec![("acme.example", &acme)]);
    app.update(Event::People(PeopleEvent::Added(acme)));
    assert_eq!(targets(&app), vec!["101", "200"]);
    assert!(mail(&app).people.guesses().is_empty(), "it is on the save already");
}

#[test]
fn a_late_answer_about_another_message_changes_nothing() {
    let (mut app, _) = office();
    app.update(Event::MessageOpened(message(2, &[(Role::From, "office@harbour.example")])));
    app.update(remembered(Some("106"), Ok(Kept {})));
    assert_eq!(mail(&app).people.entries[0].memory, Memory::None);
}

#[test]
fn the_organisation_of_somebody_on_the_message_is_offered_once_and_saved_to_where_it_is_ticked() {
    let of_acme = |at: &str, number: &str| {
        let mut found = found(at, number, "Somebody");
        found.contact.organisation = Some("Acme".to_owned());
        found.contact.organisation_id = Some(ContactId("200".to_owned()));
        found
    };
    let (mut app, _) = open(&[(Role::From, "ada@example.org"), (Role::Cc, "grace@example.org")]);
    let everybody = vec![address("ada@example.org"), address("grace@example.org")];
    let answer = matches(vec![of_acme("ada@example.org", "101"), of_acme("grace@example.org", "102")]);
    let key = mail(&app).message.key.clone();
    app.update(Event::Matched(key, everybody, Ok(answer)));
    let offered = mail(&app).people.organisations();
    let [(acme, false)] = offered.as_slice() else { panic!("{offered:?}") };
    assert_eq!((&*acme.id.0, &*acme.name), ("200", "Acme"));
    assert_eq!(targets(&app), ["101", "102"], "nobody asked for it");
    app.update(Event::People(PeopleEvent::Added(acme.clone())));
    assert_eq!(targets(&app), ["101", "102", "200"]);
    assert!(mail(&app).people.organisations()[0].1, "it is ticked");
    app.update(Event::PersonRemoved(address("ada@example.org")));
    app.update(Event::PersonRemoved(address("grace@example.org")));
    assert_eq!(mail(&app).people.organisations(), vec![], "it is nobody's any more");
}
