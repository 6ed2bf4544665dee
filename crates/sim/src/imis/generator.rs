//! Fills the database: the people of the stories first, then as many others as are asked for.
//!
//! The same number always gives the same people; nothing here is random.

mod details;

use std::borrow::Cow;

use super::{
    People,
    party::{Address, Email, Party, Phone, Text},
    people::{SIGN_INS, STORY, Standing, StoryPerson},
};

/// How many contacts the stories have in all.
const STORY_CONTACTS: u32 = 200;

/// Where the ids of those begin.
pub(super) const FIRST_GENERATED: u32 = 301;

const FIRST: &[&str] = &[
    "Anna", "Bruno", "Clara", "David", "Emilia", "Fatima", "Georg", "Hélène", "Igor", "Jana", "Karl", "Leïla", "Marek",
    "Nora", "Olivier", "Paula", "Quentin", "Rosa", "Søren", "Teresa", "Umberto", "Vera", "William", "Xenia", "Yusuf",
    "Zuzana", "Birgit", "Cem", "Dolores",
];
const LAST: &[&str] = &[
    "Abel",
    "Becker",
    "Castro",
    "Dvořák",
    "Eriksson",
    "Fischer",
    "García",
    "Hansen",
    "Ivanov",
    "Jensen",
    "Kowalski",
    "Lefèvre",
    "Müller",
    "Nielsen",
    "Olsen",
    "Petrov",
    "Quist",
    "Rossi",
    "Schmidt",
    "Taylor",
    "Ueda",
    "Visser",
    "Wagner",
    "Young",
    "Zimmermann",
    "Bauer",
    "Conti",
    "Dubois",
    "Evans",
    "Ferreira",
    "Gruber",
];
const PLACES: &[(&str, &str)] = &[
    ("Wien", "AT"),
    ("Berlin", "DE"),
    ("Lyon", "FR"),
    ("Torino", "IT"),
    ("Utrecht", "NL"),
    ("Leeds", "GB"),
    ("Gdańsk", "PL"),
    ("Boston", "US"),
    ("Basel", "CH"),
];
const TITLES: &[&str] = &["", "Secretary", "Treasurer", "Consultant", "", "Head of Programme", "Volunteer"];
const MEMBER_TYPES: &[&str] = &["REG", "REG", "STU", "NM", "REG", "HON"];

/// Everybody in the database, by party id.
pub(super) fn everybody(people: People) -> Vec<Party> {
    let named = STORY.iter().map(from_story).chain(SIGN_INS.iter().map(from_sign_in));
    named.chain((0..generated_count(people)).map(|number| generated(FIRST_GENERATED + number))).collect()
}

/// How many contacts nobody has written down.
pub(super) fn generated_count(people: People) -> u32 {
    let total = match people {
        People::Story => STORY_CONTACTS,
        People::Generated(total) => total.max(STORY_CONTACTS),
    };
    let named = u32::try_from(STORY.len() + SIGN_INS.len()).expect("the tables of the stories are short");
    total.saturating_sub(named)
}

fn from_story(row: &StoryPerson) -> Party {
    let organization = STORY
        .iter()
        .find(|other| row.organization != 0 && other.id == row.organization)
        .map(|other| (other.id.to_string(), Cow::Borrowed(other.last)));
    let mut party = Party {
        prefix: row.prefix.into(),
        first: row.first.into(),
        last: row.last.into(),
        title: row.title.into(),
        organization,
        emails: emails(row.emails.iter().map(|&email| email.into())),
        phones: phones(row.phone.into()),
        addresses: place(row.id, row.place.0, row.place.1),
        member_type: row.member_type.into(),
        standing: row.standing,
        is_organization: row.is_organization(),
        ..Party::new(row.id)
    };
    details::add(&mut party);
    party
}

fn from_sign_in(
    &(id, user, first, last, email): &(u32, &'static str, &'static str, &'static str, &'static str),
) -> Party {
    Party {
        first: first.into(),
        last: last.into(),
        emails: emails([email.into()]),
        addresses: place(id, "Wien", "AT"),
        member_type: if user == "MEMBER1" { "REG" } else { "STAFF" }.into(),
        updated_on: "2026-01-02T03:04:05".to_owned(),
        ..Party::new(id)
    }
}

/// Somebody who came by the OpenID Connect module, of whom nothing else is known (imis.md §13).
pub(super) fn newcomer(id: u32, (first, last): (&str, &str), email: &str) -> Party {
    Party {
        first: first.to_owned().into(),
        last: last.to_owned().into(),
        emails: emails([email.to_owned().into()]),
        member_type: "STAFF".into(),
        ..Party::new(id)
    }
}

/// The first is the primary one.
fn emails(addresses: impl IntoIterator<Item = Text>) -> Vec<Email> {
    let kinds = std::iter::once("_Primary").chain(std::iter::repeat("Other"));
    addresses.into_iter().zip(kinds).map(|(address, kind)| Email { address, kind: kind.into() }).collect()
}

fn phones(number: Text) -> Vec<Phone> {
    if number.is_empty() { Vec::new() } else { vec![Phone { number, kind: "_Work Phone".into() }] }
}

fn place(id: u32, city: &'static str, country: &'static str) -> Vec<Address> {
    if city.is_empty() {
        return Vec::new();
    }
    let (city, country) = (city.into(), country.into());
    vec![Address { id: format!("5{id}"), purpose: "Address".into(), city, country, ..Address::default() }]
}

fn pick<T: Copy>(list: &[T], number: u32) -> T {
    list[number as usize % list.len()]
}

fn generated(id: u32) -> Party {
    // The lists have coprime lengths and each is walked at its own pace, so neighbours differ in everything.
    let (city, country) = pick(PLACES, id / 3);
    let title = pick(TITLES, id / 2);
    Party {
        first: pick(FIRST, id).into(),
        last: pick(LAST, id).into(),
        title: title.into(),
        organization: (!title.is_empty()).then(|| ("200".to_owned(), "Acme Institute".into())),
        emails: emails([format!("contact{id}@members.example").into()]),
        phones: phones(format!("+43 1 555 {id:05}").into()),
        addresses: place(id, city, country),
        member_type: pick(MEMBER_TYPES, id).into(),
        standing: if id.is_multiple_of(41) { Standing::Inactive } else { Standing::Active },
        updated_on: format!("2025-{:02}-{:02}T08:00:00", id % 12 + 1, id % 28 + 1),
        ..Party::new(id)
    }
}
