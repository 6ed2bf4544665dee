//! JSON read without copying: strings without escapes stay where they are in the body.
//!
//! An attachment of a hundred megabytes is therefore held once. Members keep their order, because the platform binds
//! a type only when `$type` comes first (imis.md §4.2).

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor},
};
use serde_json::Value;

/// One JSON value.
#[derive(Debug, PartialEq)]
pub(super) enum Lean<'a> {
    Null,
    Flag(bool),
    Number(serde_json::Number),
    Text(Cow<'a, str>),
    List(Vec<Lean<'a>>),
    Object(Vec<(Cow<'a, str>, Lean<'a>)>),
}

impl<'a> Lean<'a> {
    pub(super) fn parse(body: &'a [u8]) -> Result<Self, serde_json::Error> {
        let body = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body);
        serde_json::from_slice(body)
    }

    /// A member, its name's case ignored.
    pub(super) fn member(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, v)| v),
            _ => None,
        }
    }

    /// The elements of a collection, with or without its `$values` wrapper.
    pub(super) fn elements(&self) -> &[Self] {
        match self {
            Self::List(items) => items,
            Self::Object(_) => match self.member("$values") {
                Some(Self::List(items)) => items,
                _ => &[],
            },
            _ => &[],
        }
    }

    /// The value inside a `{"$type", "$value"}` wrapper, or the value itself.
    pub(super) fn unwrapped(&self) -> &Self {
        self.member("$value").unwrap_or(self)
    }

    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The class of the first member when that is `$type`: `Asi.Soa.Core.DataContracts.X` without the assembly.
    pub(super) fn class(&self) -> Option<&str> {
        match self {
            Self::Object(members) => match members.first() {
                Some((key, Self::Text(name))) if key == "$type" => name.split(',').next().map(str::trim),
                _ => None,
            },
            _ => None,
        }
    }

    /// A scalar as an owned JSON value; `None` for a list or an object.
    pub(super) fn scalar(&self) -> Option<Value> {
        match self {
            Self::Null => Some(Value::Null),
            Self::Flag(flag) => Some(Value::Bool(*flag)),
            Self::Number(number) => Some(Value::Number(number.clone())),
            Self::Text(text) => Some(Value::String(text.clone().into_owned())),
            Self::List(_) | Self::Object(_) => None,
        }
    }
}

impl<'de> Deserialize<'de> for Lean<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Lean<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Lean::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Self::Value, E> {
        Ok(Lean::Flag(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Lean::Number(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Lean::Number(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(serde_json::Number::from_f64(number).map_or(Lean::Null, Lean::Number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Lean::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Lean::Text(Cow::Borrowed(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Lean::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some((Key(key), value)) = access.next_entry()? {
            members.push((key, value));
        }
        Ok(Lean::Object(members))
    }
}

struct Key<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Lean::deserialize(deserializer)? {
            Lean::Text(text) => Ok(Self(text)),
            _ => Err(serde::de::Error::custom("a member name is a string")),
        }
    }
}
