//! Values of a form's fields: read strictly, shown in the one spelling that they are read in.

use super::ids;
use crate::failure::Failure;
use api::{FieldKind, FieldValue, FormField, RecordForm};
use std::collections::HashSet;
use time::macros::format_description;
use time::{Date, PrimitiveDateTime, Time};

/// Longest decimal number.
const NUMBER_MAX: usize = 20;

/// The values that are filled, in iMIS's spelling, in the order of the form. Lengths are iMIS's to judge.
pub(super) fn filled(form: &RecordForm, values: &[FieldValue]) -> Result<Vec<(String, String)>, Failure> {
    let given = all(form, values)?;
    for field in &form.fields {
        let is_filled = given.iter().any(|(name, value)| *name == field.name && !value.trim().is_empty());
        if field.required && !is_filled {
            return Err(Failure::invalid(&field.name));
        }
    }
    Ok(given.into_iter().filter(|(_, value)| !value.is_empty()).collect())
}

/// Every value that is given, empty ones too.
pub(super) fn all(form: &RecordForm, values: &[FieldValue]) -> Result<Vec<(String, String)>, Failure> {
    let names: HashSet<&str> = values.iter().map(|value| &*value.name).collect();
    let stranger = values.iter().find(|value| !form.fields.iter().any(|field| field.name == value.name));
    if names.len() != values.len() || stranger.is_some() {
        return Err(Failure::invalid("values"));
    }
    let mut read = Vec::new();
    for field in &form.fields {
        let Some(given) = values.iter().find(|value| value.name == field.name) else { continue };
        let value = spelt(field, &given.value).ok_or_else(|| Failure::invalid(&field.name))?;
        read.push((field.name.clone(), value));
    }
    Ok(read)
}

/// A value in iMIS's spelling; `None` if it is not of its kind.
pub(crate) fn spelt(field: &FormField, value: &str) -> Option<String> {
    let trimmed = value.trim();
    if trimmed.is_empty() {
        return Some(String::new());
    }
    match field.kind {
        FieldKind::Text => (!value.contains(char::is_control)).then(|| trimmed.to_owned()),
        FieldKind::LongText => {
            let odd = |letter: char| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t');
            (!value.contains(odd)).then(|| value.trim_end().to_owned())
        }
        FieldKind::Date | FieldKind::DateTime => ids::local(moment(trimmed)?).map(|local| local.0),
        FieldKind::Amount | FieldKind::Number => number(trimmed),
        FieldKind::Contact => ids::is_key(trimmed).then(|| trimmed.to_owned()),
    }
}

/// A local date, or date and time.
pub(super) fn moment(text: &str) -> Option<PrimitiveDateTime> {
    let (day, time) = text.split_once('T').unwrap_or((text, "00:00:00"));
    let day = Date::parse(day, format_description!("[year]-[month]-[day]")).ok()?;
    let time = time.split('.').next()?;
    let time = Time::parse(time, format_description!("[hour]:[minute]:[second]"))
        .or_else(|_| Time::parse(time, format_description!("[hour]:[minute]")))
        .ok()?;
    // What SQL Server's `datetime` begins with (`imis.md §6.1`).
    (1753..=9999).contains(&day.year()).then_some(PrimitiveDateTime::new(day, time))
}

/// A decimal number with digits on both sides of its point, if it has one.
fn number(text: &str) -> Option<String> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit());
    let leading = whole.len() > 1 && whole.starts_with('0');
    (text.len() <= NUMBER_MAX && all_digits(whole) && all_digits(part) && !leading).then(|| text.to_owned())
}

/// A value of iMIS's as the form shows it.
pub(super) fn shown(kind: FieldKind, value: &str) -> String {
    match kind {
        FieldKind::Date => value.split('T').next().unwrap_or_default().to_owned(),
        FieldKind::DateTime => value.split('.').next().unwrap_or_default().to_owned(),
        FieldKind::Amount | FieldKind::Number => match value.split_once('.') {
            Some((whole, part)) if part.bytes().all(|digit| digit == b'0') => whole.to_owned(),
            _ => value.to_owned(),
        },
        FieldKind::Text | FieldKind::LongText | FieldKind::Contact => value.to_owned(),
    }
}

/// Whether two values mean the same.
pub(super) fn is_same(kind: FieldKind, one: &str, other: &str) -> bool {
    let number = |text: &str| text.trim().parse::<f64>().ok();
    let lines = |text: &str| text.trim().replace("\r\n", "\n");
    match kind {
        FieldKind::Amount | FieldKind::Number if !one.is_empty() && !other.is_empty() => {
            number(one).zip(number(other)).is_some_and(|(one, other)| (one - other).abs() < 0.000_05)
        }
        FieldKind::Date | FieldKind::DateTime => moment(one.trim()) == moment(other.trim()),
        _ => lines(one) == lines(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_times_are_read_strictly() {
        for (text, good) in [
            ("12.50", true),
            ("-3", true),
            ("0.5", true),
            ("1e9", false),
            ("12,50", false),
            ("1.", false),
            ("07", false),
        ] {
            assert_eq!(number(text).is_some(), good, "{text}");
        }
        for (text, good) in [
            ("2026-05-10", true),
            ("2026-05-10T08:00", true),
            ("2026-05-10T08:00:00", true),
            ("2026-02-30", false),
            ("0001-01-01", false),
            ("10.5.2026", false),
        ] {
            assert_eq!(moment(text).is_some(), good, "{text}");
        }
    }

    #[test]
    fn the_same_value_in_another_spelling_is_the_same() {
        assert!(is_same(FieldKind::Amount, "12.50", "12.5"));
        assert!(is_same(FieldKind::Date, "2026-05-10", "2026-05-10T00:00:00"));
        assert!(is_same(FieldKind::LongText, "a\r\nb", "a\nb\n"));
        assert!(!is_same(FieldKind::Amount, "", "0"));
        assert!(!is_same(FieldKind::Text, "a", "A"));
    }
}
