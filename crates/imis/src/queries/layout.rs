//! The columns of a query: their headings, their kinds, and cells written by their kind.
//!
//! A definition of EMS names columns as rows do. Older ones do not (`imis.md §8.2`), so there the rows name the
//! columns and the definition, where it fits, their kinds.

use crate::wire::{Cell, Definition, Property, Row};

/// What the values of a column or a prompt are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellKind {
    /// Text as it stands.
    Text,
    /// A decimal number with `.`.
    Number,
    /// Likewise, money.
    Money,
    /// `2026-05-10`.
    Date,
    /// `2026-05-10T08:00:00`.
    DateTime,
    /// `true` or `false`.
    Flag,
    /// A web address.
    Link,
    /// An e-mail address.
    Email,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryColumn {
    /// Its heading.
    pub caption: String,
    /// What its values are.
    pub kind: CellKind,
}

impl QueryColumn {
    fn is_called(&self, names: &[&str]) -> bool {
        names.contains(&plain(&self.caption).as_str())
    }

    /// Which column holds contacts' keys: queries for this product must have one called ID (`imis.md §14.2`).
    pub fn contact(columns: &[Self]) -> Option<usize> {
        let exact = columns.iter().position(|column| column.is_called(&["id"]));
        exact.or_else(|| columns.iter().position(|column| column.is_called(&["imisid", "contactid", "partyid"])))
    }

    /// Which column says that somebody wants no e-mail; headings and values are assumed.
    pub fn opt_out(columns: &[Self]) -> Option<usize> {
        const NAMES: [&str; 8] =
            ["noemail", "noemails", "donotemail", "optout", "emailoptout", "optedout", "unsubscribed", "excludeemail"];
        columns.iter().position(|column| column.is_called(&NAMES))
    }

    /// Which column holds e-mail addresses: its heading has "Email" in it (`imis.md §14.2`).
    pub fn email(columns: &[Self]) -> Option<usize> {
        let opt_out = Self::opt_out(columns);
        columns.iter().enumerate().position(|(place, column)| {
            let named = plain(&column.caption).contains("email");
            named && Some(place) != opt_out && matches!(column.kind, CellKind::Text | CellKind::Email)
        })
    }

    /// Which columns make up somebody's name.
    pub fn name(columns: &[Self]) -> Vec<usize> {
        let find = |names: &[&str]| columns.iter().position(|column| column.is_called(names));
        match find(&["fullname"]).or_else(|| find(&["name", "contactname", "displayname"])) {
            Some(place) => vec![place],
            None => [find(&["firstname"]), find(&["lastname"])].into_iter().flatten().collect(),
        }
    }
}

/// A heading in small letters, without what is between words.
fn plain(caption: &str) -> String {
    caption.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// What a definition says of the columns.
#[derive(Clone, Debug, Default)]
pub(super) struct Layout {
    columns: Vec<Known>,
    /// Whether rows use the names that are known here.
    named: bool,
}

#[derive(Clone, Debug)]
struct Known {
    /// What rows may call it.
    names: Vec<String>,
    heading: String,
    kind: Option<CellKind>,
}

impl Layout {
    pub(super) fn of(definition: &Definition) -> Self {
        let named = definition.properties.iter().any(|property| property.alias.is_some());
        Self { columns: definition.properties.iter().map(Known::of).collect(), named }
    }

    /// The columns as far as they are known before the query runs.
    pub(super) fn columns(&self) -> Vec<QueryColumn> {
        let known = self.columns.iter().filter(|_| self.named);
        known.map(|known| column(&known.heading, known.kind.unwrap_or(CellKind::Text))).collect()
    }

    /// Which column a property of the definition is.
    pub(super) fn place(&self, property: &str) -> Option<usize> {
        self.columns.iter().position(|known| known.is(property))
    }

    /// How many columns the definition has.
    pub(super) const fn width(&self) -> usize {
        self.columns.len()
    }

    /// The columns of these rows, and under which name the rows have each.
    pub(super) fn fit(&self, rows: &[Row]) -> (Vec<QueryColumn>, Vec<String>) {
        let mut names: Vec<&str> = Vec::new();
        for (name, _) in rows.iter().flatten() {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
        let all_known = names.iter().all(|name| self.columns.iter().any(|known| known.is(name)));
        if self.named && all_known {
            let row_name = |known: &Known| {
                let used = names.iter().find(|name| known.is(name));
                used.map_or_else(|| known.heading.clone(), |name| (*name).to_owned())
            };
            return (self.columns(), self.columns.iter().map(row_name).collect());
        }
        let same_count = names.len() == self.columns.len();
        let columns = names.iter().enumerate().map(|(place, name)| {
            let known = self.columns.iter().find(|known| known.is(name));
            let heading = known.map_or_else(|| without_guid(name), |known| known.heading.clone());
            let kind = known.or_else(|| self.columns.get(place).filter(|_| same_count)).and_then(|known| known.kind);
            column(&heading, kind.unwrap_or_else(|| guessed(rows, name)))
        });
        (columns.collect(), names.iter().map(|name| (*name).to_owned()).collect())
    }
}

fn column(heading: &str, kind: CellKind) -> QueryColumn {
    let email = kind == CellKind::Text && plain(heading).contains("email");
    QueryColumn { caption: heading.to_owned(), kind: if email { CellKind::Email } else { kind } }
}

/// The name a GUID stands before (`imis.md §8.2`).
fn without_guid(name: &str) -> String {
    let is_guid = |text: &str| text.len() == 36 && text.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
    match name.split_once('.') {
        Some((guid, rest)) if is_guid(guid) && !rest.is_empty() => rest.to_owned(),
        _ => name.to_owned(),
    }
}

/// What a column without definition holds, by how iMIS wraps its values.
fn guessed(rows: &[Row], name: &str) -> CellKind {
    let cells = rows.iter().flatten().filter(|(column, _)| column == name).map(|(_, cell)| cell);
    match cells.into_iter().find(|cell| **cell != Cell::Empty) {
        Some(Cell::Text { moment: true, .. }) => CellKind::DateTime,
        Some(Cell::Number(_)) => CellKind::Number,
        Some(Cell::Flag(_)) => CellKind::Flag,
        _ => CellKind::Text,
    }
}

impl Known {
    fn of(property: &Property) -> Self {
        let names = [&property.alias, &property.name, &property.path, &property.caption];
        let names: Vec<String> = names.into_iter().flatten().cloned().collect();
        let heading = property.alias.clone().or_else(|| property.caption.clone());
        let heading = heading.or_else(|| names.first().map(|name| without_guid(name))).unwrap_or_default();
        Self { names, heading, kind: kind(property) }
    }

    fn is(&self, name: &str) -> bool {
        self.names.iter().any(|known| known.eq_ignore_ascii_case(name))
    }
}

/// The kind by data type and display format (`imis.md §8.2`). That a decimal number with a fixed number of places is
/// money is assumed: the currency is nowhere told.
fn kind(property: &Property) -> Option<CellKind> {
    let format = property.format.as_str();
    Some(match property.type_name.as_deref()? {
        "Boolean" => CellKind::Flag,
        "DateTime" if matches!(format, "d" | "D") => CellKind::Date,
        "DateTime" => CellKind::DateTime,
        "Decimal" if matches!(format, "N" | "N2" | "F" | "F2") || format.starts_with(['C', 'c']) => CellKind::Money,
        "Decimal" | "Double" | "Single" | "Byte" | "SByte" | "Int16" | "Int32" | "Int64" => CellKind::Number,
        "String" if format == "EMAIL" => CellKind::Email,
        "String" if property.link => CellKind::Link,
        _ => CellKind::Text,
    })
}

/// The kind of a prompt, by the name of its .NET type.
pub(super) fn prompt_kind(type_name: Option<&str>) -> CellKind {
    let name = type_name.unwrap_or_default();
    match name.split(',').next().unwrap_or_default().trim_start_matches("System.") {
        "Boolean" => CellKind::Flag,
        "DateTime" => CellKind::Date,
        "Decimal" | "Double" | "Single" | "Byte" | "SByte" | "Int16" | "Int32" | "Int64" => CellKind::Number,
        _ => CellKind::Text,
    }
}

/// A cell as its column's kind writes it. What does not fit the kind stays as it stands.
pub(super) fn written(cell: &Cell, kind: CellKind) -> Option<String> {
    match (cell, kind) {
        (Cell::Empty, _) => None,
        (Cell::Flag(flag), _) => Some(flag.to_string()),
        (Cell::Number(number), CellKind::Flag) if number == "0" => Some("false".to_owned()),
        (Cell::Number(number), CellKind::Flag) if number == "1" => Some("true".to_owned()),
        (Cell::Number(number), _) => Some(number.clone()),
        (Cell::Text { text, .. }, CellKind::Flag) if matches!(text.as_str(), "True" | "False") => {
            Some(text.to_ascii_lowercase())
        }
        // The beginning of time stands for none.
        (Cell::Text { text, .. }, CellKind::Date | CellKind::DateTime) if text.starts_with("0001-01-01") => None,
        (Cell::Text { text, .. }, CellKind::Date) if is_moment(text) => Some(text[..10].to_owned()),
        // Midnight is how iMIS writes a day, and an older one does not tell such columns from others.
        (Cell::Text { text, .. }, CellKind::DateTime) if is_moment(text) => {
            let moment = text.get(..19).unwrap_or(text);
            Some(moment.strip_suffix("T00:00:00").unwrap_or(moment).to_owned())
        }
        (Cell::Text { text, .. }, _) => Some(text.clone()),
    }
}

/// Whether it begins with a date as iMIS writes one.
fn is_moment(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits =
        |range: std::ops::Range<usize>| bytes.get(range).is_some_and(|part| part.iter().all(u8::is_ascii_digit));
    text.is_ascii()
        && digits(0..4)
        && digits(5..7)
        && digits(8..10)
        && bytes[4] == b'-'
        && bytes[7] == b'-'
        && bytes.get(10).is_none_or(|byte| *byte == b'T')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(captions: &[(&str, CellKind)]) -> Vec<QueryColumn> {
        captions.iter().map(|(caption, kind)| QueryColumn { caption: (*caption).to_owned(), kind: *kind }).collect()
    }

    #[test]
    fn headings_say_who_where_and_who_does_not_want_it() {
        let all = columns(&[
            ("Member ID", CellKind::Text),
            ("No e-mail", CellKind::Flag),
            ("Work E-mail", CellKind::Email),
            ("Last Name", CellKind::Text),
            ("First Name", CellKind::Text),
            ("Contact ID", CellKind::Text),
        ]);
        assert_eq!(QueryColumn::contact(&all), Some(5));
        assert_eq!(QueryColumn::opt_out(&all), Some(1));
        assert_eq!(QueryColumn::email(&all), Some(2));
        assert_eq!(QueryColumn::name(&all), [4, 3]);
        let flags = columns(&[("Has email", CellKind::Flag)]);
        assert_eq!(QueryColumn::email(&flags), None);
    }

    #[test]
    fn cells_are_written_by_their_kind() {
        let text = |text: &str| Cell::Text { text: text.to_owned(), moment: false };
        for (cell, kind, expected) in [
            (text("2026-05-10T08:01:02.123"), CellKind::Date, Some("2026-05-10")),
            (text("2026-05-10T08:01:02.123"), CellKind::DateTime, Some("2026-05-10T08:01:02")),
            (text("2026-05-10T00:00:00.000"), CellKind::DateTime, Some("2026-05-10")),
            (text("2026-05-10"), CellKind::DateTime, Some("2026-05-10")),
            (text("0001-01-01T00:00:00"), CellKind::Date, None),
            (text("some day"), CellKind::Date, Some("some day")),
            (text("ž2026-05-1"), CellKind::Date, Some("ž2026-05-1")),
            (text("True"), CellKind::Flag, Some("true")),
            (Cell::Number("1".to_owned()), CellKind::Flag, Some("true")),
            (Cell::Number("12.5".to_owned()), CellKind::Money, Some("12.5")),
            (Cell::Flag(false), CellKind::Text, Some("false")),
            (text(" as it stands "), CellKind::Text, Some(" as it stands ")),
        ] {
            assert_eq!(written(&cell, kind).as_deref(), expected, "{cell:?}");
        }
    }
}
