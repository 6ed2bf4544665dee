//! What is known of some people of the stories beyond their row in the table.
//!
//! The table stays short that way; who is not named here has what the table says and nothing else.

use super::super::{
    party::{Address, Email, Party, Phone, Text},
    seed::COMMUNICATION_TYPES,
};

/// Completes one of them.
pub(super) fn add(party: &mut Party) {
    match party.id.as_str() {
        "101" => {
            party.website = "https://ada.example.org".into();
            party.phones.push(phone("+44 7700 900101", "Mobile"));
            party.paid_through = Some("2026-12-31T00:00:00");
            home(party, &["12 St James's Square", "Flat 3"], "SW1Y 4JH", "London");
        }
        "107" => {
            party.phones.push(phone("+1 703 555 1107", "Mobile"));
            home(party, &["2500 Wilson Boulevard"], "22201", "VA");
        }
        "112" => party.opted_out = vec![COMMUNICATION_TYPES[1].0.into()],
        "119" => {
            party.informal = "Thea".into();
            party.designation = "FRSE".into();
            party.birth_date = Some("1964-04-05T00:00:00".to_owned());
            party.gender = "F".into();
            party.phones.push(phone("+44 7700 900119", "Mobile"));
            party.paid_through = Some("2027-06-30T00:00:00");
            home(party, &["4 Royal Terrace"], "EH7 5AB", "Scotland");
        }
        "123" => party.opted_out = COMMUNICATION_TYPES.iter().map(|(id, ..)| (*id).into()).collect(),
        "124" => many(party),
        "200" => {
            party.website = "https://www.acme.example".into();
            home(party, &["1 Main St"], "78701", "TX");
        }
        "201" => party.website = "https://www.harbour.example".into(),
        "202" => party.website = "https://www.federation.example".into(),
        _ => {}
    }
}

fn phone(number: &'static str, kind: &'static str) -> Phone {
    Phone { number: number.into(), kind: kind.into() }
}

fn home(party: &mut Party, lines: &[&'static str], postal_code: &'static str, region: &'static str) {
    if let Some(address) = party.addresses.first_mut() {
        address.lines = lines.iter().map(|&line| Text::from(line)).collect();
        address.postal_code = postal_code.into();
        address.region = region.into();
    }
}

/// Several of everything.
fn many(party: &mut Party) {
    party.middle = "Quincy".into();
    party.suffix = "Jr.".into();
    party.website = "https://manifold.example/about".into();
    let kinds = ["_Primary", "Other", "Other", "Home", "Assistant", "Other"];
    for (Email { kind, .. }, known) in party.emails.iter_mut().zip(kinds) {
        *kind = known.into();
    }
    party.phones.extend([
        phone("+44 113 555 1124", "_Home Phone"),
        phone("+44 7700 900124", "Mobile"),
        phone("+44 113 555 2124", "_Fax"),
        phone("+44 113 555 3124", "Boat"),
    ]);
    home(party, &["7 Park Row", "Second Floor"], "LS1 5HD", "West Yorkshire");
    let more =
        |id: &str, purpose: &'static str, lines: &[&'static str], city: &'static str, postal_code: &'static str| {
            Address {
                id: id.to_owned(),
                purpose: purpose.into(),
                lines: lines.iter().map(|&line| Text::from(line)).collect(),
                city: city.into(),
                region: Text::default(),
                postal_code: postal_code.into(),
                country: "GB".into(),
            }
        };
    party.addresses.push(more("6124", "Billing", &["Manifold & Sons", "PO Box 9"], "Leeds", "LS1 9ZZ"));
    party.addresses.push(more("7124", "Home", &["The Old Mill"], "Ilkley", "LS29 8AA"));
}
