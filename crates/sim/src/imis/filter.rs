//! Filters, paging and sorting in a query string (imis.md §4.3, §4.4).
//!
//! A property that the entity does not have is refused; comparison ignores case, as the stock collation does.

use std::{borrow::Cow, cmp::Ordering};

use time::{PrimitiveDateTime, Time, UtcOffset, format_description::well_known::Rfc3339, macros::format_description};
use url::form_urlencoded;

use super::{answer::Answer, collation::Collation, wire::Window};

/// The page size when none is asked for.
const USUAL_LIMIT: usize = 100;

/// How the values of a property compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
    Flag,
    Date,
}

/// A property that can be filtered and sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Property {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    LessThan,
    LessThanOrEqual,
    Equal,
    GreaterThanOrEqual,
    GreaterThan,
    StartsWith,
    Contains,
    EndsWith,
    Between,
    IsEmpty,
    IsTrue,
    IsFalse,
    NotEqual,
    NotContain,
    NotEmpty,
    In,
    NotIn,
}

impl Operation {
    /// `<=` is missing on purpose: the builds of the reference do not know it.
    fn from_word(word: &str) -> Option<Self> {
        Some(match word.to_ascii_lowercase().as_str() {
            "lt" | "<" => Self::LessThan,
            "le" => Self::LessThanOrEqual,
            "eq" | "==" => Self::Equal,
            "ge" | ">=" => Self::GreaterThanOrEqual,
            "gt" | ">" => Self::GreaterThan,
            "startswith" => Self::StartsWith,
            "contains" => Self::Contains,
            "endswith" => Self::EndsWith,
            "between" => Self::Between,
            "isempty" | "empty" => Self::IsEmpty,
            "istrue" | "true" => Self::IsTrue,
            "isfalse" | "false" => Self::IsFalse,
            "ne" | "!=" => Self::NotEqual,
            "notcontain" | "!contain" => Self::NotContain,
            "notempty" | "!empty" => Self::NotEmpty,
            "in" => Self::In,
            "notin" | "!in" => Self::NotIn,
            _ => return None,
        })
    }
}

/// One `Property=op:value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Criterion {
    pub(super) property: Property,
    pub(super) operation: Operation,
    /// As they are compared.
    pub(super) values: Vec<String>,
    collation: Collation,
}

impl Criterion {
    fn parse(property: Property, raw: &str) -> Result<Self, Answer> {
        Self::parse_with(property, raw, Operation::Equal)
    }

    /// The same where another operation than equality is meant unless the value says otherwise, as a query's own
    /// filters do. That an operator in the value wins is assumed (imis.md §8.1: it may be there).
    pub(super) fn parse_with(property: Property, raw: &str, usual: Operation) -> Result<Self, Answer> {
        let mut pieces = raw.split('|');
        let first = pieces.next().unwrap_or_default();
        let (operation, first) = match first.split_once(':') {
            Some((word, rest)) => Operation::from_word(word).map_or((usual, first), |operation| (operation, rest)),
            None => (usual, first),
        };
        let values: Vec<String> = std::iter::once(first).chain(pieces).map(str::to_lowercase).collect();
        let criterion = Self { property, operation, values, collation: Collation::default() };
        criterion.check()?;
        Ok(criterion)
    }

    fn check(&self) -> Result<(), Answer> {
        use Operation::{IsEmpty, IsFalse, IsTrue, NotEmpty};
        let fault = || Answer::bad_request("ArgumentFault: Value does not fall within the expected range.");
        if matches!(self.operation, IsEmpty | NotEmpty | IsTrue | IsFalse) {
            return Ok(());
        }
        if self.operation == Operation::Between && self.values.len() != 2 {
            return Err(fault());
        }
        let readable = self.values.iter().all(|value| match self.property.kind {
            Kind::Text => true,
            Kind::Number => value.parse::<f64>().is_ok(),
            Kind::Flag => flag(value).is_some(),
            Kind::Date => moment(value).is_some(),
        });
        if readable { Ok(()) } else { Err(fault()) }
    }

    /// The first value, in lower case.
    pub(super) fn value(&self) -> &str {
        self.values.first().map_or("", String::as_str)
    }

    /// Whether a row with these values of the property passes. A property may have several values, as `Email` has;
    /// one that fits is enough, and a negative operation wants none that fits.
    pub(super) fn accepts(&self, held: &[Cow<'_, str>]) -> bool {
        use Operation as O;
        let any = |test: &dyn Fn(&str) -> bool| held.iter().any(|one| test(&self.collation.fold(one)));
        let order = |one: &str, value: &str| compare(self.property.kind, one, value);
        let equal = |one: &str, value: &str| order(one, value) == Some(Ordering::Equal);
        let value = self.value();
        match self.operation {
            O::LessThan => any(&|one| order(one, value) == Some(Ordering::Less)),
            O::LessThanOrEqual => any(&|one| matches!(order(one, value), Some(Ordering::Less | Ordering::Equal))),
            O::Equal => any(&|one| equal(one, value)),
            O::GreaterThanOrEqual => any(&|one| matches!(order(one, value), Some(Ordering::Greater | Ordering::Equal))),
            O::GreaterThan => any(&|one| order(one, value) == Some(Ordering::Greater)),
            O::StartsWith => any(&|one| one.starts_with(value)),
            O::Contains => any(&|one| one.contains(value)),
            O::EndsWith => any(&|one| one.ends_with(value)),
            O::Between => any(&|one| {
                let upper = self.values.get(1).map_or("", String::as_str);
                matches!(order(one, value), Some(Ordering::Greater | Ordering::Equal))
                    && matches!(order(one, upper), Some(Ordering::Less | Ordering::Equal))
            }),
            O::IsEmpty => held.iter().all(|one| one.is_empty()),
            O::NotEmpty => held.iter().any(|one| !one.is_empty()),
            O::IsTrue => held.iter().any(|one| flag(one) == Some(true)),
            // An absent boolean is false (imis.md §4.2).
            O::IsFalse => held.iter().all(|one| flag(one) != Some(true)),
            O::NotEqual => !any(&|one| equal(one, value)),
            O::NotContain => !any(&|one| one.contains(value)),
            O::In => any(&|one| self.values.iter().any(|value| equal(one, value))),
            O::NotIn => !any(&|one| self.values.iter().any(|value| equal(one, value))),
        }
    }
}

fn flag(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

fn compare(kind: Kind, one: &str, other: &str) -> Option<Ordering> {
    match kind {
        Kind::Text => Some(one.cmp(other)),
        Kind::Number => one.parse::<f64>().ok()?.partial_cmp(&other.parse::<f64>().ok()?),
        Kind::Flag => Some(flag(one)?.cmp(&flag(other)?)),
        Kind::Date => Some(moment(one)?.cmp(&moment(other)?)),
    }
}

/// Reads a date as the platform writes it, local time without zone; the site's local time is UTC, so a zone is
/// turned into that (imis.md §4.2).
pub(super) fn moment(text: &str) -> Option<PrimitiveDateTime> {
    let text = text.trim().to_ascii_uppercase();
    if text.len() == 10 {
        let date = time::Date::parse(&text, format_description!("[year]-[month]-[day]")).ok()?;
        return Some(date.with_time(Time::MIDNIGHT));
    }
    if let Ok(zoned) = time::OffsetDateTime::parse(&text, &Rfc3339) {
        let utc = zoned.to_offset(UtcOffset::UTC);
        return Some(PrimitiveDateTime::new(utc.date(), utc.time()));
    }
    let local = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second][optional [.[subsecond]]]");
    PrimitiveDateTime::parse(&text, local).ok()
}

/// Writes a date as the platform does.
pub(super) fn written(moment: PrimitiveDateTime) -> String {
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]");
    moment.format(format).expect("the format has only parts that every moment has")
}

/// The site's clock, to the second.
pub(super) fn now() -> String {
    let now = time::OffsetDateTime::now_utc();
    written(PrimitiveDateTime::new(now.date(), now.time()))
}

/// A parsed query string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Find {
    pub(super) criteria: Vec<Criterion>,
    /// Property, and whether the order is descending.
    pub(super) order: Vec<(Property, bool)>,
    pub(super) offset: usize,
    pub(super) limit: usize,
    /// `Phrase`, in lower case; never read for operators.
    pub(super) phrase: Option<String>,
    /// `EntityId`: the same as an id in the path.
    pub(super) entity_id: Option<String>,
}

impl Find {
    pub(super) fn parse(query: &str, most: usize, resolve: impl Fn(&str) -> Option<Property>) -> Result<Self, Answer> {
        let known = |name: &str| {
            resolve(name)
                .ok_or_else(|| Answer::bad_request(format!("ArgumentFault: {name} is not a property of the entity.")))
        };
        let number = |value: &str| {
            value
                .parse::<usize>()
                .map_err(|_| Answer::bad_request("ArgumentFault: Value does not fall within the expected range."))
        };
        let mut find = Self {
            criteria: Vec::new(),
            order: Vec::new(),
            offset: 0,
            limit: USUAL_LIMIT,
            phrase: None,
            entity_id: None,
        };
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match name.to_ascii_lowercase().as_str() {
                "" => {}
                "offset" => find.offset = number(&value)?,
                "limit" => find.limit = number(&value)?,
                "orderby" => {
                    for field in value.split('|') {
                        let (name, direction) = field.split_once(':').unwrap_or((field, "Ascending"));
                        find.order.push((known(name)?, direction.eq_ignore_ascii_case("descending")));
                    }
                }
                "phrase" => find.phrase = Some(value.to_lowercase()),
                "entityid" => find.entity_id = Some(value.into_owned()),
                _ => find.criteria.push(Criterion::parse(known(&name)?, &value)?),
            }
        }
        find.limit = if find.limit == 0 { USUAL_LIMIT } else { find.limit }.min(most);
        Ok(find)
    }

    /// The same query on a database of this collation.
    pub(super) fn under(mut self, collation: Collation) -> Self {
        for criterion in &mut self.criteria {
            criterion.collation = collation;
            for value in &mut criterion.values {
                *value = collation.fold(value).into_owned();
            }
        }
        self.phrase = self.phrase.map(|phrase| collation.fold(&phrase).into_owned());
        self
    }

    /// Whether a filter names this property.
    pub(super) fn names(&self, property: &str) -> bool {
        self.criteria.iter().any(|criterion| criterion.property.name == property)
    }

    /// The one value that the property has to have, if a filter says so.
    pub(super) fn exactly(&self, property: &str) -> Option<&str> {
        let named =
            |criterion: &&Criterion| criterion.property.name == property && criterion.operation == Operation::Equal;
        self.criteria.iter().find(named).map(Criterion::value)
    }

    /// The rows of the page, and where it stands.
    pub(super) fn page<'r, R>(
        &self,
        rows: impl Iterator<Item = &'r R>,
        held: impl Fn(&'r R, &'static str) -> Vec<Cow<'r, str>>,
    ) -> (Vec<&'r R>, Window) {
        let mut found: Vec<&R> = rows
            .filter(|row| self.criteria.iter().all(|criterion| criterion.accepts(&held(row, criterion.property.name))))
            .collect();
        self.sort(&mut found, held);
        let window = Window { offset: self.offset, limit: self.limit, total: found.len() };
        (found.into_iter().skip(self.offset).take(self.limit).collect(), window)
    }

    /// Sorts by the first values of the properties named; what compares equal stays in its order.
    pub(super) fn sort<'r, T: Copy>(&self, found: &mut [T], held: impl Fn(T, &'static str) -> Vec<Cow<'r, str>>) {
        if self.order.is_empty() {
            return;
        }
        let key = |row: T, property: &Property| {
            held(row, property.name).into_iter().next().map(|value| value.to_lowercase()).unwrap_or_default()
        };
        let keys = |&row: &T| (self.order.iter().map(|(property, _)| key(row, property)).collect::<Vec<_>>(), row);
        let mut keyed: Vec<(Vec<String>, T)> = found.iter().map(keys).collect();
        keyed.sort_by(|(one, _), (other, _)| self.rank(one, other));
        for (place, (_, row)) in found.iter_mut().zip(keyed) {
            *place = row;
        }
    }

    fn rank(&self, one: &[String], other: &[String]) -> Ordering {
        let pairs = self.order.iter().zip(one.iter().zip(other));
        pairs
            .map(|((property, descending), (one, other))| {
                let order = compare(property.kind, one, other).unwrap_or_else(|| one.cmp(other));
                if *descending { order.reverse() } else { order }
            })
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    }
}
