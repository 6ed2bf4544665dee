//! Fills the database: the people of the stories first, then as many others as are asked for.
//!
//! The same number always gives the same people; nothing here is random.

use std::borrow::Cow;

use super::{
    People,
    parties::Party,
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

/// A contact key: the id in the shape of a GUID, so that it is the same in every run.
fn uniform_id(id: u32) -> String {
    format!("{:08X}-B188-42E8-AE48-{:012X}", id.wrapping_mul(2_654_435_761), u64::from(id) * 7_919)
}

fn from_story(row: &StoryPerson) -> Party {
    let organization = STORY
        .iter()
        .find(|other| row.organization != 0 && other.id == row.organization)
        .map(|other| (other.id.to_string(), Cow::Borrowed(other.last)));
    Party {
        id: row.id.to_string(),
        uniform_id: uniform_id(row.id),
        prefix: row.prefix.into(),
        first: row.first.into(),
        last: row.last.into(),
        title: row.title.into(),
        organization,
        emails: row.emails.iter().map(|&email| email.into()).collect(),
        phone: row.phone.into(),
        city: row.place.0.into(),
        country: row.place.1,
        member_type: row.member_type,
        standing: row.standing,
        is_organization: row.is_organization(),
        updated_on: "2026-02-03T10:11:12".to_owned(),
    }
}

fn from_sign_in(
    &(id, user, first, last, email): &(u32, &'static str, &'static str, &'static str, &'static str),
) -> Party {
    Party {
        id: id.to_string(),
        uniform_id: uniform_id(id),
        prefix: "".into(),
        first: first.into(),
        last: last.into(),
        title: "".into(),
        organization: None,
        emails: vec![email.into()],
        phone: "".into(),
        city: "Wien".into(),
        country: "AT",
        member_type: if user == "MEMBER1" { "REG" } else { "STAFF" },
        standing: Standing::Active,
        is_organization: false,
        updated_on: "2026-01-02T03:04:05".to_owned(),
    }
}

/// Somebody who came by the OpenID Connect module, of whom nothing else is known (imis.md §13).
pub(super) fn newcomer(id: u32, (first, last): (&str, &str), email: &str) -> Party {
    Party {
        id: id.to_string(),
        uniform_id: uniform_id(id),
        prefix: "".into(),
        first: first.to_owned().into(),
        last: last.to_owned().into(),
        title: "".into(),
        organization: None,
        emails: vec![email.to_owned().into()],
        phone: "".into(),
        city: "".into(),
        country: "",
        member_type: "STAFF",
        standing: Standing::Active,
        is_organization: false,
        updated_on: "2026-02-03T10:11:12".to_owned(),
    }
}

fn pick<T: Copy>(list: &[T], number: u32) -> T {
    list[number as usize % list.len()]
}

fn generated(id: u32) -> Party {
    // The lists have coprime lengths and each is walked at its own pace, so neighbours differ in everything.
    let (city, country) = pick(PLACES, id / 3);
    let title = pick(TITLES, id / 2);
    Party {
        id: id.to_string(),
        uniform_id: uniform_id(id),
        prefix: "".into(),
        first: pick(FIRST, id).into(),
        last: pick(LAST, id).into(),
        title: title.into(),
        organization: (!title.is_empty()).then(|| ("200".to_owned(), "Acme Institute".into())),
        emails: vec![format!("contact{id}@members.example").into()],
        phone: format!("+43 1 555 {id:05}").into(),
        city: city.into(),
        country,
        member_type: pick(MEMBER_TYPES, id),
        standing: if id.is_multiple_of(41) { Standing::Inactive } else { Standing::Active },
        is_organization: false,
        updated_on: format!("2025-{:02}-{:02}T08:00:00", id % 12 + 1, id % 28 + 1),
    }
}
