//! Times without a zone and numbers as people write them, in Outlook's language.
//!
//! A time of iMIS is shown as it stands (`imis.md §4.2`): it is told to the browser as one of UTC, and written as one.

use super::language;
use api::{ColumnKind, LocalTime};
use flows::HereAndNow;
use js_sys::{Date, Number, Object, Reflect};
use wasm_bindgen::JsValue;

/// A day, and its time where it has one other than midnight.
pub(crate) fn time(time: &LocalTime) -> String {
    let midnight = time.0.get(10..).is_none_or(|rest| rest.is_empty() || rest.starts_with("T00:00:00"));
    let wanted: &[_] =
        if midnight { &[("dateStyle", "medium")] } else { &[("dateStyle", "medium"), ("timeStyle", "short")] };
    written(&time.0, wanted)
}

/// A month with its year, given as `2026-05`.
pub(crate) fn month(month: &str) -> String {
    written(&[month, "-01"].concat(), &[("month", "long"), ("year", "numeric")])
}

/// A value as its kind is written; what cannot be read stays as it is.
pub(crate) fn value(kind: ColumnKind, value: &str) -> String {
    match kind {
        ColumnKind::Date | ColumnKind::DateTime => time(&LocalTime(value.to_owned())),
        ColumnKind::Number | ColumnKind::Money => number(value, if kind == ColumnKind::Money { 2.0 } else { 0.0 }),
        ColumnKind::Text | ColumnKind::Flag | ColumnKind::Link | ColumnKind::Email => value.to_owned(),
    }
}

fn number(value: &str, digits: f64) -> String {
    // Longer than this a number is a key, or more exact than the browser counts.
    let Some(read) = Some(value).filter(|value| value.len() <= 15).and_then(|value| value.parse::<f64>().ok()) else {
        return value.to_owned();
    };
    let options = Object::new();
    set(&options, "minimumFractionDigits", digits.into());
    // As many as iMIS keeps (imis.md §6.1).
    set(&options, "maximumFractionDigits", 4.0.into());
    js_sys::Intl::NumberFormat::new(&js_sys::Array::of1(&language().into()), &options)
        .format()
        .call1(&JsValue::UNDEFINED, &JsValue::from_f64(read))
        .ok()
        .and_then(|text| text.as_string())
        .unwrap_or_else(|| value.to_owned())
}

fn written(time: &str, wanted: &[(&str, &str)]) -> String {
    // A day alone is read as UTC by itself; a time needs the letter.
    let utc = if time.len() > 10 { [time, "Z"].concat() } else { time.to_owned() };
    let date = Date::new(&JsValue::from_str(&utc));
    if date.get_time().is_nan() {
        return time.to_owned();
    }
    let options = Object::new();
    set(&options, "timeZone", "UTC".into());
    for (name, value) in wanted {
        set(&options, name, (*value).into());
    }
    date.to_locale_string(&language(), &options).into()
}

fn set(options: &Object, name: &str, value: JsValue) {
    // A plain object of our own refuses no property.
    let _ = Reflect::set(options, &name.into(), &value);
}

/// The person's own time, and how their language parts numbers.
#[expect(clippy::cast_possible_truncation, reason = "an offset is less than a day of minutes")]
pub(crate) fn here_and_now() -> HereAndNow {
    let now = Date::new_0();
    let offset = -(now.get_timezone_offset() as i32);
    let local = Date::new(&JsValue::from_f64(now.get_time() + f64::from(offset) * 60_000.0));
    let text: String = local.to_iso_string().into();
    let sample: String = Number::from(1_234_567.5).to_locale_string(&language()).into();
    let (decimal, group) = marks(&sample);
    HereAndNow { now: LocalTime(text.chars().take(19).collect()), utc_offset_minutes: offset, decimal, group }
}

/// What parts fraction and thousands in 1234567.5 as it is written somewhere.
fn marks(sample: &str) -> (char, char) {
    let mut marks = sample.chars().filter(|letter| !letter.is_ascii_digit());
    match (marks.next(), marks.next_back()) {
        (Some(group), Some(decimal)) if sample.bytes().any(|byte| byte.is_ascii_digit()) => (decimal, group),
        // No thousands are parted.
        (Some(decimal), None) => (decimal, '\u{a0}'),
        _ => ('.', ','),
    }
}

#[cfg(test)]
mod tests {
    use super::marks;

    #[test]
    fn a_language_shows_how_it_parts_numbers() {
        assert_eq!(marks("1,234,567.5"), ('.', ','));
        assert_eq!(marks("1.234.567,5"), (',', '.'));
        assert_eq!(marks("12,34,567.5"), ('.', ','));
        assert_eq!(marks("1\u{202f}234\u{202f}567,5"), (',', '\u{202f}'));
        assert_eq!(marks("1234567,5"), (',', '\u{a0}'));
        assert_eq!(marks("١٬٢٣٤٬٥٦٧٫٥"), ('.', ','));
    }
}
