//! A contact in full: what is known is shown at once, the rest arrives in one wave, and is refreshed behind.

use crate::world::{address, contact, found, matches, me, message, problem, signed_in, signed_out};
use api::{
    Card, CardColumns, Contact, ContactId, ContactKind, KeepAs, KeepContact, Kept, KeptContacts, Picture, ProblemCode,
};
use flows::{App, CardEffect, CardEvent, Effect, Event, Opening, Role};

const MINUTE_MS: i64 = 60_000;

fn id(number: &str) -> ContactId {
    ContactId(number.to_owned())
}

fn card(contact: Contact) -> Card {
    Card {
        contact,
        person: None,
        organisation_id: None,
        emails: vec![],
        phones: vec![],
        addresses: vec![],
        website: None,
        marks: vec![],
        no_email: false,
        paid_through: None,
        profile_url: None,
        updated_by: None,
        updated_at: None,
    }
}

/// The waves in which parts of cards are asked for, by part.
fn asked(effects: &[Effect]) -> Vec<(&'static str, u32)> {
    let part = |effect: &Effect| match effect {
        Effect::Card(CardEffect::Card(wave, _)) => Some(("card", *wave)),
        Effect::Card(CardEffect::Columns(wave, _)) => Some(("columns", *wave)),
        Effect::Card(CardEffect::Picture(wave, _)) => Some(("picture", *wave)),
        _ => None,
    };
    effects.iter().filter_map(part).collect()
}

fn open(app: &mut App, number: &str) -> Vec<Effect> {
    app.update(Event::SheetOpened(Opening::Contact(contact(number, "Ada"))))
}

/// Answers all three parts of a wave.
fn answer(app: &mut App, number: &str, wave: u32, name: &str) {
    app.update(Event::Card(CardEvent::CardAnswered(id(number), wave, Ok(Box::new(card(contact(number, name)))))));
    app.update(Event::Card(CardEvent::ColumnsAnswered(id(number), wave, Ok(CardColumns::default()))));
    app.update(Event::Card(CardEvent::PictureAnswered(id(number), wave, Ok(Picture::default()))));
}

fn at(minutes: i64, app: &mut App) {
    app.update(Event::TimeRead(minutes * MINUTE_MS));
}

#[test]
fn the_three_parts_are_asked_for_in_one_wave_the_essential_ones_first() {
    let mut app = signed_in();
    let parts: Vec<_> = asked(&open(&mut app, "101")).into_iter().map(|(part, _)| part).collect();
    assert_eq!(parts, ["card", "columns", "picture"]);
    let known = app.cards.get(&id("101")).expect("the card is there");
    assert_eq!(known.contact.name, "Ada", "what the list knew is shown meanwhile");
    assert!(known.card.is_awaited());
}

#[test]
fn a_card_is_fresh_for_ten_minutes_and_then_refreshed_behind_what_is_shown() {
    let mut app = signed_in();
    at(1, &mut app);
    let (_, wave) = asked(&open(&mut app, "101"))[0];
    answer(&mut app, "101", wave, "Ada Lovelace");
    app.update(Event::SheetClosed);
    at(10, &mut app);
    assert!(asked(&open(&mut app, "101")).is_empty());
    app.update(Event::SheetClosed);
    at(12, &mut app);
    assert_eq!(asked(&open(&mut app, "101")).len(), 3);
    let known = app.cards.get(&id("101")).expect("it stays");
    assert!(known.card.asking && !known.card.is_awaited());
    assert_eq!(known.contact.name, "Ada Lovelace");
}

#[test]
fn a_late_answer_of_an_earlier_wave_is_dropped() {
    let mut app = signed_in();
    let (_, early) = asked(&open(&mut app, "101"))[0];
    let (_, late) = asked(&app.update(Event::Card(CardEvent::AgainAsked(id("101")))))[0];
    answer(&mut app, "101", late, "New name");
    answer(&mut app, "101", early, "Old name");
    assert_eq!(app.cards.get(&id("101")).expect("it is there").contact.name, "New name");
}

#[test]
fn a_part_that_fails_takes_no_other_along_and_is_asked_again_at_the_next_look() {
    let mut app = signed_in();
    let (_, wave) = asked(&open(&mut app, "101"))[0];
    answer(&mut app, "101", wave, "Ada");
    let down = problem(ProblemCode::ImisUnavailable);
    app.update(Event::SheetClosed);
    at(20, &mut app);
    let (_, wave) = asked(&open(&mut app, "101"))[0];
    app.update(Event::Card(CardEvent::CardAnswered(id("101"), wave, Ok(Box::new(card(contact("101", "Ada")))))));
    app.update(Event::Card(CardEvent::ColumnsAnswered(id("101"), wave, Err(down.clone()))));
    app.update(Event::Card(CardEvent::PictureAnswered(id("101"), wave, Ok(Picture::default()))));
    let known = app.cards.get(&id("101")).expect("it is there");
    assert_eq!((known.columns.trouble.clone(), known.card.trouble.clone()), (Some(down), None));
    assert!(known.columns.value.is_some(), "what was known before stays");
    app.update(Event::SheetClosed);
    assert_eq!(asked(&open(&mut app, "101")).len(), 3);
}

#[test]
fn the_senders_card_is_asked_for_as_soon_as_it_is_known_who_it_is() {
    let mut app = signed_in();
    let people = [(Role::From, "ada@example.org"), (Role::To, "grace@example.org")];
    app.update(Event::MessageOpened(message(1, &people)));
    assert_eq!(app.cards.sender(), None);
    let everybody = vec![address("ada@example.org"), address("grace@example.org")];
    let answer = matches(vec![found("ada@example.org", "101", "Ada"), found("grace@example.org", "107", "Grace")]);
    let effects = app.update(Event::Matched(message(1, &[]).key, everybody, Ok(answer)));
    assert_eq!(asked(&effects).len(), 3);
    assert_eq!(app.cards.sender(), Some(&id("101")));
    let looked = |effect: &Effect| matches!(effect, Effect::Card(CardEffect::Keep(_)));
    assert!(!effects.iter().any(looked), "nobody has looked for them");
}

#[test]
fn the_senders_card_is_that_of_the_one_chosen() {
    let mut app = signed_in();
    app.update(Event::MessageOpened(message(1, &[(Role::From, "office@harbour.example")])));
    let office = address("office@harbour.example");
    let both = vec![found("office@harbour.example", "105", "Ruth"), found("office@harbour.example", "106", "Tom")];
    app.update(Event::Matched(message(1, &[]).key, vec![office.clone()], Ok(matches(both))));
    assert_eq!(app.cards.sender(), None);
    assert_eq!(asked(&app.update(Event::ContactChosen(office.clone(), id("106")))).len(), 3);
    assert_eq!(asked(&app.update(Event::ContactChosen(office, id("105")))).len(), 3);
    assert_eq!(app.cards.sender(), Some(&id("105")));
}

#[test]
fn a_folded_card_asks_nothing_until_it_is_opened() {
    let mut app = signed_in();
    app.update(Event::Card(CardEvent::Folded(true)));
    app.update(Event::MessageOpened(message(1, &[(Role::From, "ada@example.org")])));
    let answer = matches(vec![found("ada@example.org", "101", "Ada")]);
    let effects = app.update(Event::Matched(message(1, &[]).key, vec![address("ada@example.org")], Ok(answer)));
    assert!(asked(&effects).is_empty());
    assert_eq!(asked(&app.update(Event::Card(CardEvent::Folded(false)))).len(), 3);
}

#[test]
fn a_favourite_is_one_at_once_and_no_longer_if_the_server_does_not_keep_it() {
    let mut app = signed_in();
    open(&mut app, "101");
    assert!(app.update(Event::Card(CardEvent::FavouriteToggled(id("101")))).is_empty(), "not before they are known");
    app.update(Event::Card(CardEvent::KeptAnswered(Ok(KeptContacts::default()))));
    let effects = app.update(Event::Card(CardEvent::FavouriteToggled(id("101"))));
    let keep = KeepContact { contact: id("101"), keep: KeepAs::Favourite };
    assert_eq!(effects, vec![Effect::Card(CardEffect::Keep(keep))]);
    assert!(app.cards.kept.is_favourite(&id("101")));
    let full = problem(ProblemCode::StoreUnavailable);
    app.update(Event::Card(CardEvent::Kept(id("101"), KeepAs::Favourite, Err(full.clone()))));
    assert!(!app.cards.kept.is_favourite(&id("101")));
    assert_eq!(app.cards.keep_trouble, Some(full));
}

#[test]
fn a_list_from_before_a_favourite_was_marked_does_not_take_it_away() {
    let mut app = signed_in();
    open(&mut app, "101");
    app.update(Event::Card(CardEvent::KeptAnswered(Ok(KeptContacts::default()))));
    at(20, &mut app);
    app.update(Event::SheetClosed);
    let effects = open(&mut app, "101");
    assert!(effects.contains(&Effect::Card(CardEffect::FetchKept)), "they are asked for again");
    app.update(Event::Card(CardEvent::FavouriteToggled(id("101"))));
    app.update(Event::Card(CardEvent::KeptAnswered(Ok(KeptContacts::default()))));
    assert!(app.cards.kept.is_favourite(&id("101")));
}

#[test]
fn favourites_stand_by_name() {
    let mut app = signed_in();
    open(&mut app, "101");
    let others = vec![contact("107", "Abel"), contact("108", "Zoe")];
    app.update(Event::Card(CardEvent::KeptAnswered(Ok(KeptContacts { favourites: others, recent: vec![] }))));
    app.update(Event::Card(CardEvent::FavouriteToggled(id("101"))));
    app.update(Event::Card(CardEvent::Kept(id("101"), KeepAs::Favourite, Ok(Kept {}))));
    let kept = app.cards.kept.contacts.value.as_ref().expect("they are known");
    let names: Vec<_> = kept.favourites.iter().map(|contact| contact.name.as_str()).collect();
    assert_eq!(names, ["Abel", "Ada", "Zoe"]);
}

#[test]
fn nothing_of_a_card_is_left_for_somebody_else_who_signs_in() {
    let mut app = signed_in();
    let (_, wave) = asked(&open(&mut app, "101"))[0];
    app.update(Event::SignOutAsked);
    app.update(Event::SignInAnswered(Ok(me("grace"))));
    answer(&mut app, "101", wave, "Ada");
    assert!(app.cards.get(&id("101")).is_none());
}

#[test]
fn a_session_that_ended_asks_for_the_open_card_anew_after_it() {
    let mut app = signed_in();
    let (_, wave) = asked(&open(&mut app, "101"))[0];
    app.update(Event::Card(CardEvent::CardAnswered(id("101"), wave, Err(signed_out()))));
    let back = app.update(Event::SignInAnswered(Ok(me("ada"))));
    assert_eq!(asked(&back).len(), 3);
}

#[test]
fn many_cards_do_not_grow_without_end() {
    let mut app = signed_in();
    for number in 0..200_u32 {
        open(&mut app, &number.to_string());
        app.update(Event::SheetClosed);
    }
    assert!(app.cards.get(&id("199")).is_some());
    assert!(app.cards.get(&id("100")).is_none());
}

#[test]
fn what_a_row_guessed_of_a_contact_gives_way_to_its_card_everywhere() {
    let mut app = signed_in();
    open(&mut app, "101");
    let kept = KeptContacts { favourites: vec![contact("101", "Ada")], recent: vec![contact("101", "Ada")] };
    app.update(Event::Card(CardEvent::KeptAnswered(Ok(kept))));
    let truth = Contact { kind: ContactKind::Organisation, ..contact("101", "Acme Institute") };
    app.update(Event::Card(CardEvent::CardAnswered(id("101"), 1, Ok(Box::new(card(truth.clone()))))));
    let kept = app.cards.kept.contacts.value.as_ref().expect("they came");
    assert_eq!((&kept.recent[..], &kept.favourites[..]), (&[truth.clone()][..], &[truth.clone()][..]));
    assert_eq!(app.timelines.of(&id("101")).and_then(|history| history.who.as_ref()), Some(&truth));
}
