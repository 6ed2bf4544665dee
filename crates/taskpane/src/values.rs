//! A query's values as people read them: numbers, dates and words in Outlook's language, by the browser.
//!
//! Times of iMIS have no zone and are shown as they stand: they are read and written as if they were UTC.

use crate::format::language;
use crate::words;
use api::ColumnKind;
use js_sys::{Array, Date, Intl, Object, Reflect};
use wasm_bindgen::JsValue;

/// A value in words; what is not of its column's kind stays as it is.
pub(crate) fn value(kind: ColumnKind, text: &str) -> String {
    let told = match kind {
        ColumnKind::Text | ColumnKind::Link | ColumnKind::Email => None,
        ColumnKind::Number => number(text, &[("maximumFractionDigits", 10)]),
        ColumnKind::Money => number(text, &[("minimumFractionDigits", 2), ("maximumFractionDigits", 2)]),
        ColumnKind::Date => date(text.get(..10).unwrap_or(text), false),
        ColumnKind::DateTime => date(text, text.len() > 10),
        ColumnKind::Flag => flag(text).map(str::to_owned),
    };
    told.unwrap_or_else(|| text.to_owned())
}

fn flag(text: &str) -> Option<&'static str> {
    match text {
        "true" => Some(words::query_yes()),
        "false" => Some(words::query_no()),
        _ => None,
    }
}

/// Whole numbers as they are told.
#[expect(clippy::cast_precision_loss, reason = "counts of rows are far below 2^53")]
pub(crate) fn count(number: u64) -> String {
    written(number as f64, &[]).unwrap_or_else(|| number.to_string())
}

fn number(text: &str, options: &[(&str, u8)]) -> Option<String> {
    // Longer than this a number is a key, or more exact than the browser counts.
    let value: f64 = Some(text).filter(|text| text.len() <= 15)?.parse().ok()?;
    value.is_finite().then(|| written(value, options)).flatten()
}

fn written(value: f64, options: &[(&str, u8)]) -> Option<String> {
    let style = Object::new();
    for (name, digits) in options {
        put(&style, name, &JsValue::from(*digits));
    }
    let format = Intl::NumberFormat::new(&Array::of1(&language().into()), &style).format();
    format.call1(&JsValue::UNDEFINED, &value.into()).ok()?.as_string()
}

fn date(text: &str, with_time: bool) -> Option<String> {
    let moment = if with_time { [text, "Z"].concat() } else { text.to_owned() };
    // A date alone the browser reads as UTC.
    let date = Date::new(&moment.into());
    if date.get_time().is_nan() {
        return None;
    }
    let style = Object::new();
    put(&style, "dateStyle", &"medium".into());
    put(&style, "timeZone", &"UTC".into());
    if with_time {
        put(&style, "timeStyle", &"short".into());
    }
    date.to_locale_string(&language(), &style).as_string()
}

fn put(on: &Object, name: &str, value: &JsValue) {
    // A plain object of our own refuses no property.
    let _ = Reflect::set(on, &name.into(), value);
}

/// An address that may be opened, if it is one.
pub(crate) fn link(text: &str) -> Option<&str> {
    let begins = |start: &str| text.get(..start.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(start));
    (begins("https://") || begins("http://")).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::link;

    #[test]
    fn nothing_but_the_web_is_a_link() {
        assert_eq!(link("https://example.org/a"), Some("https://example.org/a"));
        assert_eq!(link("HTTP://example.org"), Some("HTTP://example.org"));
        assert_eq!(link("javascript:alert(1)"), None);
        assert_eq!(link("httpsé//x"), None);
        assert_eq!(link(""), None);
    }
}
