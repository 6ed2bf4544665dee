//! Sizes, dates and initials as people read them. Numbers are written by the browser, in Outlook's language.

mod local;

pub(crate) use local::{here_and_now, month, time, value};

use crate::words;
use js_sys::{Date, Number, Object, Reflect};
use wasm_bindgen::JsValue;

/// A size as it is shown: whole bytes, or tenths of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Size {
    Bytes(u32),
    KilobyteTenths(u32),
    MegabyteTenths(u32),
}

fn measure(bytes: u64) -> Size {
    let small = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    match bytes {
        0..=999 => Size::Bytes(small(bytes)),
        // Whole kilobytes from ten on: nobody reads the tenth.
        1_000..=9_949 => Size::KilobyteTenths(small((bytes + 50) / 100)),
        9_950..=999_499 => Size::KilobyteTenths(small((bytes + 500) / 1_000 * 10)),
        _ => Size::MegabyteTenths(small((bytes + 50_000) / 100_000)),
    }
}

/// A size in words.
pub(crate) fn size(bytes: u64) -> String {
    match measure(bytes) {
        Size::Bytes(bytes) => words::size_bytes(bytes as usize),
        Size::KilobyteTenths(tenths) => words::size_kilobytes(&tenth(tenths)),
        Size::MegabyteTenths(tenths) => words::size_megabytes(&tenth(tenths)),
    }
}

fn tenth(tenths: u32) -> String {
    Number::from(f64::from(tenths) / 10.0).to_locale_string(&language()).into()
}

/// A moment, with the day of the week left out.
#[expect(clippy::cast_precision_loss, reason = "milliseconds are far below 2^53")]
pub(crate) fn moment(milliseconds: i64) -> String {
    let options = Object::new();
    for (name, value) in [("dateStyle", "medium"), ("timeStyle", "short")] {
        // A plain object of our own refuses no property.
        let _ = Reflect::set(&options, &name.into(), &value.into());
    }
    Date::new(&JsValue::from_f64(milliseconds as f64)).to_locale_string(&language(), &options).into()
}

/// A day as one says it: with its year only where that is not this one.
#[expect(clippy::cast_precision_loss, reason = "milliseconds are far below 2^53")]
pub(crate) fn day(milliseconds: i64) -> String {
    let date = Date::new(&JsValue::from_f64(milliseconds as f64));
    let options = Object::new();
    let year =
        if date.get_full_year() == Date::new_0().get_full_year() { JsValue::UNDEFINED } else { "numeric".into() };
    for (name, value) in [("day", "numeric".into()), ("month", "short".into()), ("year", year)] {
        // A plain object of our own refuses no property.
        let _ = Reflect::set(&options, &name.into(), &value);
    }
    date.to_locale_string(&language(), &options).into()
}

/// Whether a day of iMIS lies before today, by the person's own calendar.
pub(crate) fn is_past(time: &api::LocalTime) -> bool {
    let now = here_and_now().now;
    matches!((time.0.get(..10), now.0.get(..10)), (Some(day), Some(today)) if day < today)
}

/// A text as a part of an address.
pub(crate) fn escaped(text: &str) -> String {
    js_sys::encode_uri_component(text).into()
}

/// A link that writes to an address. Whatever stands in it adds nobody else to the mail, and nothing.
pub(crate) fn mail_to(address: &str) -> String {
    let (local, domain) = address.rsplit_once('@').unwrap_or((address, ""));
    ["mailto:", &escaped(local), "@", &escaped(domain)].concat()
}

pub(crate) fn language() -> String {
    let known = office::locale::display_language().filter(|language| is_language(language));
    known.unwrap_or_else(|| "en".to_owned())
}

/// The browser throws at a tag it cannot read.
fn is_language(tag: &str) -> bool {
    let part = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let first = tag.split('-').next().unwrap_or_default();
    (2..=3).contains(&first.len()) && first.bytes().all(|byte| byte.is_ascii_alphabetic()) && tag.split('-').all(part)
}

/// One or two letters that stand for a name.
pub(crate) fn initials(name: &str) -> String {
    let name = without_prefix(name);
    let letter = |word: &str| word.chars().find(|c| c.is_alphanumeric());
    let mut letters = name.split([' ', '.', '@', '-']).filter_map(letter);
    let first = letters.next();
    let last = name.split('@').next().unwrap_or_default().split([' ', '.', '-']).filter_map(letter).next_back();
    let one_word = !name.trim().contains([' ', '.', '-']);
    first.into_iter().chain(last.filter(|_| !one_word)).flat_map(char::to_uppercase).collect()
}

/// A name without its `Ms.` or `Dr.`; a single letter with a stop is an initial and stays.
fn without_prefix(name: &str) -> &str {
    match name.trim().split_once(' ') {
        Some((word, rest)) if word.ends_with('.') && word.chars().count() > 2 => without_prefix(rest),
        _ => name.trim(),
    }
}

/// The number in a record's key, such as `Activity:1234`; `None` where it is none that people could read out, as the
/// communication log's (`imis.md §7.2`).
pub(crate) fn record_number(key: &str) -> Option<&str> {
    const LONGEST: usize = 12;
    key.rsplit(':').next().filter(|number| (1..=LONGEST).contains(&number.len()))
}

#[cfg(test)]
mod tests {
    use super::{Size, initials, is_language, measure, record_number};

    #[test]
    fn sizes_are_told_as_exactly_as_anybody_reads() {
        assert_eq!(measure(999), Size::Bytes(999));
        assert_eq!(measure(1_240), Size::KilobyteTenths(12));
        assert_eq!(measure(48_600), Size::KilobyteTenths(490));
        assert_eq!(measure(999_499), Size::KilobyteTenths(9_990));
        assert_eq!(measure(999_500), Size::MegabyteTenths(10));
        assert_eq!(measure(22_540_000), Size::MegabyteTenths(225));
    }

    #[test]
    fn initials_are_those_of_the_first_and_the_last_name() {
        assert_eq!(initials("Ada Lovelace"), "AL");
        assert_eq!(initials("Prof. Dr. Ada Lovelace"), "AL");
        assert_eq!(initials("J. R. Tolkien"), "JT");
        assert_eq!(initials("ada king-noel countess of lovelace"), "AL");
        assert_eq!(initials("élise"), "É");
        assert_eq!(initials("grace.hopper@navy.example"), "GH");
        assert_eq!(initials(""), "");
    }

    #[test]
    fn a_record_is_called_by_its_number() {
        assert_eq!(record_number("Activity:4711"), Some("4711"));
        assert_eq!(record_number("4711"), Some("4711"));
        assert_eq!(record_number("CommunicationLog:8cf729f2-a096-418b-b725-c8429700805a"), None);
    }

    #[test]
    fn only_language_tags_reach_the_browser() {
        assert!(is_language("fr-FR"));
        assert!(is_language("zh-Hant-TW"));
        assert!(!is_language("en_GB"));
        assert!(!is_language(""));
    }
}
