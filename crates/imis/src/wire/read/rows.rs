//! The rows of queries (`imis.md §8.1`), read in the order of their members, which is the order of the columns.

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor},
};
use std::{borrow::Cow, fmt};

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell {
    /// Nothing.
    Empty,
    /// Text, and whether iMIS says that it is a moment.
    Text {
        /// The text as it stands.
        text: String,
        /// Whether it is wrapped as a moment.
        moment: bool,
    },
    /// A number as JSON writes it.
    Number(String),
    /// A flag.
    Flag(bool),
}

/// A row: names and cells, in the order of the columns.
pub(crate) type Row = Vec<(String, Cell)>;

/// A page of rows.
pub(crate) struct Rows {
    pub(crate) items: Vec<Row>,
    pub(crate) total: Option<u64>,
    pub(crate) next: Option<u64>,
}

/// Reads a page of either service (`imis.md §8.1`): generic entities, or flat objects. What neither holds rows nor
/// counts them is no page, and one with more behind it says where (`imis.md §4.3`).
pub(crate) fn rows(body: &[u8]) -> Option<Rows> {
    let page: Ordered<'_> = serde_json::from_slice(body).ok()?;
    let total = page.member("TotalCount").and_then(Ordered::number);
    let more = page.member("HasNext").and_then(Ordered::flag);
    let next = page.member("NextOffset").and_then(Ordered::number).filter(|next| *next > 0);
    let next = match (more, next) {
        (Some(true), None) => return None,
        (Some(false), _) => None,
        (_, next) => next,
    };
    let items = match &page {
        Ordered::List(items) => items.as_slice(),
        Ordered::Object(_) => match page.member("Items").or_else(|| page.member("$values")) {
            None | Some(Ordered::Null) => total.map(|_| &[][..])?,
            Some(items) => items.elements()?,
        },
        _ => return None,
    };
    Some(Rows { items: items.iter().map(row).collect::<Option<_>>()?, total, next })
}

fn row(item: &Ordered<'_>) -> Option<Row> {
    let Ordered::Object(members) = item else { return None };
    let generic = item.member("$type").and_then(Ordered::text).is_some_and(|name| name.contains("GenericEntityData"));
    if !generic {
        let columns = members.iter().filter(|(name, _)| !name.starts_with('$'));
        return Some(columns.map(|(name, value)| (name.clone().into_owned(), cell(value))).collect());
    }
    let properties = item.member("Properties").and_then(Ordered::elements).unwrap_or_default();
    let pairs = properties.iter().filter_map(|property| {
        let name = property.member("Name")?.text()?;
        // The number of the row comes first; a column of that name would come later.
        Some((name.to_owned(), property.member("Value").map_or(Cell::Empty, cell)))
    });
    let mut row: Row = pairs.collect();
    if row.first().is_some_and(|(name, _)| name == "ResultRow") {
        row.remove(0);
    }
    Some(row)
}

fn cell(value: &Ordered<'_>) -> Cell {
    let moment = value.member("$type").and_then(Ordered::text).is_some_and(|name| name.starts_with("System.DateTime"));
    match value.unwrapped() {
        Ordered::Text(text) if text.is_empty() => Cell::Empty,
        Ordered::Text(text) => Cell::Text { text: text.clone().into_owned(), moment },
        Ordered::Number(number) => Cell::Number(number.to_string()),
        Ordered::Flag(flag) => Cell::Flag(*flag),
        Ordered::Null | Ordered::List(_) | Ordered::Object(_) => Cell::Empty,
    }
}

/// JSON whose members keep their order.
#[derive(Debug)]
enum Ordered<'a> {
    Null,
    Flag(bool),
    Number(serde_json::Number),
    Text(Cow<'a, str>),
    List(Vec<Ordered<'a>>),
    Object(Vec<(Cow<'a, str>, Ordered<'a>)>),
}

impl Ordered<'_> {
    fn member(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, v)| v),
            _ => None,
        }
    }

    fn unwrapped(&self) -> &Self {
        self.member("$value").unwrap_or(self)
    }

    fn elements(&self) -> Option<&[Self]> {
        match self {
            Self::List(items) => Some(items),
            Self::Null => Some(&[]),
            Self::Object(_) => match self.member("$values") {
                Some(Self::List(items)) => Some(items),
                // An empty list may be left out.
                None => Some(&[]),
                Some(_) => None,
            },
            _ => None,
        }
    }

    fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    fn flag(&self) -> Option<bool> {
        match self.unwrapped() {
            Self::Flag(flag) => Some(*flag),
            Self::Text(text) => text.trim().to_ascii_lowercase().parse().ok(),
            _ => None,
        }
    }

    fn number(&self) -> Option<u64> {
        match self.unwrapped() {
            Self::Number(number) => number.as_u64(),
            Self::Text(text) => text.trim().parse().ok(),
            _ => None,
        }
    }
}

impl<'de> Deserialize<'de> for Ordered<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Ordered<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Ordered::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Self::Value, E> {
        Ok(Ordered::Flag(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Ordered::Number(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Ordered::Number(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(serde_json::Number::from_f64(number).map_or(Ordered::Null, Ordered::Number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Ordered::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Ordered::Text(Cow::Borrowed(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Ordered::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some((Key(name), value)) = access.next_entry()? {
            members.push((name, value));
        }
        Ok(Ordered::Object(members))
    }
}

struct Key<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Ordered::deserialize(deserializer)? {
            Ordered::Text(text) => Ok(Self(text)),
            _ => Err(serde::de::Error::custom("a member name is a string")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Cell {
        Cell::Text { text: text.to_owned(), moment: false }
    }

    #[test]
    fn rows_of_both_services_keep_the_order_of_their_columns() {
        let flat = br#"{"$type":"P","Items":[{"$type":"x","Zip":"1","ID":"101","Full Name":"Jane","Sum":{"$type":"System.Decimal","$value":12.5}}],
            "TotalCount":7,"HasNext":true,"NextOffset":1}"#;
        let page = rows(flat).unwrap();
        let row = [
            ("Zip", text("1")),
            ("ID", text("101")),
            ("Full Name", text("Jane")),
            ("Sum", Cell::Number("12.5".to_owned())),
        ];
        assert_eq!(page.items, [row.map(|(name, cell)| (name.to_owned(), cell)).to_vec()]);
        assert_eq!((page.total, page.next), (Some(7), Some(1)));
        let generic = br#"{"Items":{"$type":"L","$values":[{"$type":"Asi.Soa.Core.DataContracts.GenericEntityData, Asi.Contracts",
            "Properties":{"$values":[{"Name":"ResultRow","Value":"1"},{"Name":"Zip","Value":"1"},{"Name":"Email"},
            {"Name":"On","Value":{"$type":"System.DateTime","$value":"2026-05-10T00:00:00"}}]}}]},"HasNext":false,"NextOffset":0}"#;
        let page = rows(generic).unwrap();
        let moment = Cell::Text { text: "2026-05-10T00:00:00".to_owned(), moment: true };
        let row = [("Zip", text("1")), ("Email", Cell::Empty), ("On", moment)];
        assert_eq!(page.items, [row.map(|(name, cell)| (name.to_owned(), cell)).to_vec()]);
        assert_eq!((page.total, page.next), (None, None));
    }

    #[test]
    fn what_is_no_page_is_not_taken_for_an_empty_one() {
        for body in [
            r#""text""#,
            "12",
            "<html>",
            "{}",
            r#"{"Items":7}"#,
            r#"{"Items":[7]}"#,
            r#"{"Items":null}"#,
            r#"{"Message":"Timeout"}"#,
            r#"{"Items":[],"HasNext":true,"NextOffset":0}"#,
            r#"{"Items":[],"HasNext":"True"}"#,
        ] {
            assert!(rows(body.as_bytes()).is_none(), "{body}");
        }
        for body in [r#"{"Items":[]}"#, r#"{"Items":{"$type":"L"}}"#, "[]", r#"{"TotalCount":0,"HasNext":false}"#] {
            assert!(rows(body.as_bytes()).is_some_and(|page| page.items.is_empty() && page.next.is_none()), "{body}");
        }
    }
}
