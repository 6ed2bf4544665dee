//! What a card says, a row a fact, as plain values: label, value, what is copied, and where it leads.
//!
//! Invariant: nothing leads anywhere but to a web address, a mail, a telephone, or a contact; what iMIS holds is not
//! trusted to be what it says.

use crate::{format, words};
use api::{Card, CardAddress, CardColumns, Column, ColumnKind, Contact, ContactKind, EmailAddress, LocalTime};

/// One fact.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Row {
    /// What it is.
    pub(super) label: String,
    /// As it is shown; may have several lines.
    pub(super) value: String,
    /// As it is copied; empty for what nobody would.
    pub(super) copied: String,
    /// Where it leads outside the pane.
    pub(super) href: Option<String>,
    /// The contact it leads to.
    pub(super) opens: Option<Contact>,
}

impl Row {
    fn new(label: impl Into<String>, value: impl Into<String>) -> Self {
        let value = value.into();
        Self { label: label.into(), copied: value.clone(), value, ..Self::default() }
    }

    fn leading_to(self, href: Option<String>) -> Self {
        Self { href, ..self }
    }
}

/// The facts that a list knows, until the card is there.
pub(super) fn of_contact(contact: &Contact) -> Vec<Row> {
    let mut rows = who(contact);
    rows.extend(contact.organisation.as_ref().map(|name| Row::new(words::card_organisation(), name.clone())));
    rows.extend(contact.city.as_ref().map(|city| Row::new(words::card_address(), city.clone())));
    rows.extend(contact.email.as_ref().map(|email| mail(words::card_email().to_owned(), email)));
    rows.extend(contact.phone.as_ref().map(|number| call(words::card_phone(), number)));
    rows
}

/// Number, job, and how they stand with the association.
fn who(contact: &Contact) -> Vec<Row> {
    let mut rows = vec![Row::new(words::card_id(), contact.id.0.clone())];
    let more = [
        (words::card_job(), &contact.title),
        (words::card_member_type(), &contact.member_type),
        (words::card_status(), &contact.status),
    ];
    let filled = |value: &Option<String>| value.clone().filter(|text| !text.trim().is_empty());
    rows.extend(more.into_iter().filter_map(|(label, value)| Some(Row::new(label, filled(value)?))));
    rows
}

/// All facts of a card.
pub(super) fn of_card(card: &Card) -> Vec<Row> {
    let contact = &card.contact;
    let mut rows = who(contact);
    rows.extend(card.paid_through.as_ref().map(paid));
    rows.extend(organisation(card));
    for email in &card.emails {
        let kind = email.kind.trim();
        let label = if kind.is_empty() { words::card_email().to_owned() } else { words::card_email_kind(kind) };
        rows.push(mail(label, &email.address));
    }
    for phone in &card.phones {
        let kind = phone.kind.trim();
        rows.push(call(if kind.is_empty() { words::card_phone() } else { kind }, &phone.number));
    }
    rows.extend(card.addresses.iter().filter_map(address));
    let website = card.website.as_ref();
    rows.extend(website.map(|site| Row::new(words::card_web(), bare(site)).leading_to(web(site)).copying(site)));
    rows
}

impl Row {
    fn copying(self, text: &str) -> Self {
        Self { copied: text.to_owned(), ..self }
    }
}

/// The columns that have a value.
pub(super) fn of_columns(columns: &CardColumns) -> Vec<Row> {
    let mut rows = vec![];
    for (column, value) in columns.columns.iter().zip(&columns.values) {
        if let Some(value) = value.as_deref().filter(|value| !value.trim().is_empty()) {
            rows.push(cell(column, value));
        }
    }
    rows
}

fn cell(column: &Column, value: &str) -> Row {
    let caption = column.caption.clone();
    match column.kind {
        ColumnKind::Link => Row::new(caption, bare(value)).leading_to(web(value)).copying(value),
        ColumnKind::Email => match EmailAddress::parse(value) {
            Ok(address) => mail(caption, &address),
            Err(_) => Row::new(caption, value),
        },
        ColumnKind::Flag if value == "true" => Row::new(caption, words::card_yes()),
        ColumnKind::Flag if value == "false" => Row::new(caption, words::card_no()),
        // Grouped and rounded, a number is no longer what somebody would look for.
        ColumnKind::Number | ColumnKind::Money => Row::new(caption, format::value(column.kind, value)).copying(value),
        kind => Row::new(caption, format::value(kind, value)),
    }
}

/// Everything as lines of text.
pub(super) fn as_text(card: &Card, columns: Option<&CardColumns>) -> String {
    let mut rows = vec![Row::new(words::card_name(), card.contact.name.clone())];
    rows.extend((!card.marks.is_empty()).then(|| Row::new(words::card_marks(), card.marks.join(", "))));
    rows.extend(of_card(card));
    rows.extend(columns.map(of_columns).unwrap_or_default());
    let mut text = String::new();
    for row in rows.iter().filter(|row| !row.copied.is_empty()) {
        text.push_str(&row.label);
        text.push_str(": ");
        text.push_str(&row.copied.replace('\n', ", "));
        text.push('\n');
    }
    text
}

fn paid(until: &LocalTime) -> Row {
    let date = format::time(until);
    let value = if format::is_past(until) { words::card_past(&date) } else { date };
    Row::new(words::card_paid_through(), value)
}

fn organisation(card: &Card) -> Option<Row> {
    let name = card.contact.organisation.clone().filter(|name| !name.trim().is_empty())?;
    let id = card.organisation_id.clone();
    let opens = id.map(|id| Contact::of_name(id, ContactKind::Organisation, name.clone()));
    Some(Row { opens, ..Row::new(words::card_organisation(), name) })
}

fn address(address: &CardAddress) -> Option<Row> {
    let postal = &address.postal;
    let place = joined(&[&postal.city, &postal.region, &postal.postal_code], ", ");
    let mut lines: Vec<&str> = postal.lines.iter().map(String::as_str).collect();
    lines.extend([place.as_str(), postal.country.as_str()]);
    let text = joined(&lines, "\n");
    let purpose = address.purpose.trim();
    (!text.is_empty()).then(|| Row::new(if purpose.is_empty() { words::card_address() } else { purpose }, text))
}

fn joined(parts: &[impl AsRef<str>], between: &str) -> String {
    let filled: Vec<&str> = parts.iter().map(|part| part.as_ref().trim()).filter(|part| !part.is_empty()).collect();
    filled.join(between)
}

fn mail(label: String, address: &EmailAddress) -> Row {
    let text = address.as_str();
    Row::new(label, text).leading_to(Some(format::mail_to(text)))
}

fn call(label: &str, number: &str) -> Row {
    let dialled: String = number.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
    Row::new(label, number).leading_to((!dialled.is_empty()).then(|| ["tel:", &dialled].concat()))
}

/// A web address, if it is one.
pub(super) fn web(text: &str) -> Option<String> {
    let lower = text.trim_start().to_ascii_lowercase();
    (lower.starts_with("https://") || lower.starts_with("http://")).then(|| text.trim().to_owned())
}

/// The same without what everybody knows.
fn bare(text: &str) -> String {
    let rest = text.trim();
    let rest = rest.strip_prefix("https://").or_else(|| rest.strip_prefix("http://")).unwrap_or(rest);
    rest.trim_end_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use super::{address, bare, call, web};
    use api::{CardAddress, PostalAddress};

    #[test]
    fn only_web_addresses_lead_anywhere() {
        assert_eq!(web("https://www.acme.example/"), Some("https://www.acme.example/".to_owned()));
        for text in ["javascript:alert(1)", "data:text/html,x", "//acme.example", "acme.example", "ftp://a"] {
            assert_eq!(web(text), None, "{text}");
        }
        assert_eq!(bare("https://www.acme.example/"), "www.acme.example");
    }

    #[test]
    fn a_number_is_dialled_without_what_people_write_between_its_digits() {
        assert_eq!(call("Work", "+44 (0)20 5550-0101").href.as_deref(), Some("tel:+4402055500101"));
        assert_eq!(call("Work", "on request").href, None);
    }

    #[test]
    fn an_address_is_what_it_has_and_none_without_anything() {
        let postal = PostalAddress {
            lines: vec!["1 Byron Street".to_owned(), " ".to_owned()],
            city: "London".to_owned(),
            postal_code: "SW1".to_owned(),
            country: "United Kingdom".to_owned(),
            ..PostalAddress::default()
        };
        let row = address(&CardAddress { purpose: String::new(), postal }).expect("it has lines");
        assert_eq!(row.value, "1 Byron Street\nLondon, SW1\nUnited Kingdom");
        assert!(address(&CardAddress { purpose: "Home".to_owned(), postal: PostalAddress::default() }).is_none());
    }
}
