//! The rows of a query: what stands in each cell, made when it is asked for.

use std::borrow::Cow;

use super::{Query, Source, catalogue::BITING_CELLS};
use crate::imis::{parties::Parties, party::Party, people::Standing, seed::COMMUNICATION_TYPES};

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    Nothing,
    Text(String),
    Whole(i64),
    /// In hundredths.
    Decimal(i64),
    Moment(String),
    Flag(bool),
}

impl Cell {
    fn text(text: &str) -> Self {
        if text.is_empty() { Self::Nothing } else { Self::Text(text.to_owned()) }
    }

    /// As filters compare it.
    pub(super) fn plain(&self) -> Vec<Cow<'static, str>> {
        let text = match self {
            Self::Nothing => return Vec::new(),
            Self::Text(text) | Self::Moment(text) => text.clone(),
            Self::Whole(number) => number.to_string(),
            Self::Decimal(hundredths) => decimal(*hundredths),
            Self::Flag(flag) => flag.to_string(),
        };
        vec![Cow::Owned(text)]
    }

    /// As rows are sorted: numbers by their size.
    pub(super) fn rank(&self) -> (i64, String) {
        match self {
            Self::Nothing => (i64::MIN, String::new()),
            Self::Whole(number) | Self::Decimal(number) => (*number, String::new()),
            Self::Flag(flag) => (i64::from(*flag), String::new()),
            Self::Text(text) | Self::Moment(text) => (0, text.to_lowercase()),
        }
    }
}

/// A decimal number as JSON writes it.
pub(super) fn decimal(hundredths: i64) -> String {
    let sign = if hundredths < 0 { "-" } else { "" };
    let (whole, rest) = (hundredths.abs() / 100, hundredths.abs() % 100);
    if rest == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{rest:02}") }
}

/// A row, before anything of it is made.
#[derive(Debug, Clone, Copy)]
pub(super) enum Row<'a> {
    Contact(&'a Party),
    Made(u32),
    Biting(usize),
}

impl<'a> Row<'a> {
    /// All rows of a query, in no particular order.
    pub(super) fn all(query: &Query, parties: &'a Parties, own: &str) -> Box<dyn Iterator<Item = Self> + 'a> {
        match query.source {
            Source::Contacts => Box::new(parties.everybody().iter().map(Self::Contact)),
            Source::Myself => Box::new(parties.get(own).into_iter().map(Self::Contact)),
            Source::Made(count) => Box::new((0..count).map(Self::Made)),
            Source::Biting => Box::new((0..BITING_CELLS.len()).map(Self::Biting)),
        }
    }

    pub(super) fn cell(self, property: &str) -> Cell {
        match self {
            Self::Contact(party) => of_contact(party, property),
            Self::Made(number) => made(number, property),
            Self::Biting(place) => match property {
                "Id" => Cell::Text((place + 101).to_string()),
                "FullName" => Cell::Text(format!("Cell {place}")),
                _ => Cell::Text(BITING_CELLS[place].to_owned()),
            },
        }
    }
}

fn number(party: &Party) -> i64 {
    party.id.parse().unwrap_or(0)
}

fn of_contact(party: &Party, property: &str) -> Cell {
    let id = number(party);
    let organization = party.organization.as_ref().map_or("", |(_, name)| name.as_ref());
    match property {
        "Id" => Cell::text(&party.id),
        "FullName" => Cell::text(&party.name()),
        "First" => Cell::text(&party.first),
        "Last" | "LastName" => Cell::text(&party.last),
        "Email" => party.emails.first().map_or(Cell::Nothing, |email| Cell::text(&email.address)),
        "Organization" => Cell::text(organization),
        "City" => Cell::text(party.city()),
        "CustomerTypeCode" => Cell::text(&party.member_type),
        "Status" => Cell::text(match party.standing {
            Standing::Active => "Active",
            Standing::Inactive => "Inactive",
            Standing::Suspended => "Suspended",
            Standing::MarkedForDelete => "Marked for delete",
        }),
        "IsActive" => Cell::Flag(party.standing == Standing::Active),
        "NoEmail" => {
            let email = COMMUNICATION_TYPES[0].0;
            Cell::Flag(party.opted_out.iter().any(|one| one.eq_ignore_ascii_case(email)))
        }
        "WorkEmail" if id % 10 == 4 => Cell::Nothing,
        "WorkEmail" => Cell::Text(format!("{id}@work.example")),
        "OptedOut" => Cell::Flag(id % 3 == 0),
        "OptedOutWord" => Cell::text(if id % 3 == 0 { "Yes" } else { "" }),
        "PaidThrough" if party.paid_through.is_some() => {
            Cell::Moment(party.paid_through.unwrap_or_default().to_owned())
        }
        "PaidThrough" if party.is_organization || id % 5 == 0 => Cell::Nothing,
        "PaidThrough" => Cell::Moment(format!("{}-{:02}-28T00:00:00", 2025 + id % 3, id % 12 + 1)),
        "JoinDate" => Cell::Moment(format!("{}-{:02}-01T00:00:00", 2001 + id % 20, id % 12 + 1)),
        // Some were paid too much.
        "Balance" if id % 8 == 7 => Cell::Decimal(-12_345),
        "Balance" => Cell::Decimal(id % 4 * 12_345),
        "Committees" => Cell::Whole(id % 3),
        "UpdatedOn" => Cell::Moment(party.updated_on.clone()),
        "Website" if id % 2 == 1 => Cell::Text(format!("https://www.example.org/people/{id}")),
        "Website" if id % 10 == 0 => Cell::Text("javascript:alert(1)".to_owned()),
        "SearchText" => {
            let addresses: Vec<&str> = party.emails.iter().map(|email| email.address.as_ref()).collect();
            let addresses = addresses.join(" ");
            Cell::Text(format!("{} {} {organization} {addresses}", party.id, party.name()))
        }
        _ => Cell::Nothing,
    }
}

fn made(number: u32, property: &str) -> Cell {
    let at = i64::from(number);
    match property {
        "Id" => Cell::Text((100_000 + number).to_string()),
        "FullName" => Cell::Text(format!("Member Number {number}")),
        // Every fiftieth has the address of the one before, and every seventieth none.
        "Email" if number % 70 == 69 => Cell::Nothing,
        "Email" if number % 50 == 49 => Cell::Text(format!("Member{}@Large.example", number - 1)),
        "Email" => Cell::Text(format!("member{number}@large.example")),
        "JoinDate" => Cell::Moment(format!("{}-{:02}-15T00:00:00", 1990 + at % 35, at % 12 + 1)),
        "Balance" => Cell::Decimal(at % 1000 * 25),
        "Note" => Cell::Text(format!("=Note {number}, \"as written\"")),
        _ => Cell::Nothing,
    }
}
