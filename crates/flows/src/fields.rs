//! What a person types into a form's field, and what goes to the server: dates, amounts and numbers are written
//! one way here and another there.

use api::{FieldKind, FormField, LocalTime};

/// Where and when the person writes: their time, and how their language writes numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HereAndNow {
    /// Their local time, to the second.
    pub now: LocalTime,
    /// Minutes to add to UTC for it.
    pub utc_offset_minutes: i32,
    /// What parts a number's fraction.
    pub decimal: char,
    /// What parts a number's thousands.
    pub group: char,
}

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// It must be filled.
    Missing,
    /// It is longer than this many characters.
    TooLong(u32),
    /// It is no number as the person's language writes them.
    NotANumber,
    /// It is no date.
    NotADate,
    /// It is no contact's id.
    NotAnId,
    /// iMIS says so, in these words.
    Imis(String),
}

/// Most digits of a number: iMIS's widest column has as many (`imis.md §6.1`).
const DIGITS_MAX: usize = 15;

/// What goes to the server for what was typed.
pub(crate) fn canonical(field: &FormField, typed: &str, here: &HereAndNow) -> Result<String, Wrong> {
    let text = typed.trim();
    if text.is_empty() {
        return if field.required { Err(Wrong::Missing) } else { Ok(String::new()) };
    }
    match field.kind {
        FieldKind::Text | FieldKind::LongText => match field.max_chars {
            Some(most) if text.chars().count() > most as usize => Err(Wrong::TooLong(most)),
            _ => Ok(text.to_owned()),
        },
        FieldKind::Date => date(text).map(str::to_owned).ok_or(Wrong::NotADate),
        FieldKind::DateTime => moment(text).ok_or(Wrong::NotADate),
        FieldKind::Amount | FieldKind::Number => number(text, here).ok_or(Wrong::NotANumber),
        FieldKind::Contact => {
            if is_id(text) {
                Ok(text.to_owned())
            } else {
                Err(Wrong::NotAnId)
            }
        }
    }
}

/// How a value of the server stands in the field.
pub(crate) fn typed(kind: FieldKind, value: &str, here: &HereAndNow) -> String {
    match kind {
        FieldKind::Amount | FieldKind::Number => value.replace('.', here.decimal.encode_utf8(&mut [0; 4])),
        FieldKind::Date => value.get(..10).unwrap_or(value).to_owned(),
        _ => value.to_owned(),
    }
}

/// `2026-05-10`, by its shape; whether there is such a day, the browser's field has seen to.
fn date(text: &str) -> Option<&str> {
    let shaped = text.len() == 10
        && text.bytes().enumerate().all(|(place, byte)| match place {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    shaped.then_some(text)
}

/// `2026-05-10T08:00:00`; browsers leave the seconds out where they are nought.
fn moment(text: &str) -> Option<String> {
    let (day, time) = text.split_once('T')?;
    date(day)?;
    let parts: Vec<&str> = time.split(':').collect();
    let two = |part: &&str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    match parts.as_slice() {
        [hour, minute] if two(hour) && two(minute) => Some([text, ":00"].concat()),
        [hour, minute, second] if two(hour) && two(minute) && two(second) => Some(text.to_owned()),
        _ => None,
    }
}

/// A number in the person's own writing, made `1234.50`. What could be read in two ways is refused: a separator
/// that stands where thousands do not end is taken for neither.
fn number(text: &str, here: &HereAndNow) -> Option<String> {
    let (sign, text) = match text.strip_prefix(['-', '−']) {
        Some(rest) => ("-", rest.trim_start()),
        None => ("", text),
    };
    let (whole, fraction) = match text.split_once(here.decimal) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    let is_separator = |letter: char| letter == here.group || letter.is_whitespace() || letter == '’' || letter == '\'';
    let groups: Vec<&str> = whole.split(is_separator).collect();
    let grouped = match groups.as_slice() {
        [_] => true,
        [first, middle @ .., last] => {
            let (shortest, longest) = (1, 3);
            (shortest..=longest).contains(&first.len())
                && middle.iter().all(|group| (2..=3).contains(&group.len()))
                && last.len() == 3
        }
        [] => false,
    };
    let whole: String = groups.concat();
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let fraction_holds = fraction.is_none_or(digits);
    let length = whole.len() + fraction.map_or(0, str::len);
    if !grouped || !digits(&whole) || !fraction_holds || length > DIGITS_MAX {
        return None;
    }
    Some(match fraction {
        Some(fraction) => [sign, &whole, ".", fraction].concat(),
        None => [sign, &whole].concat(),
    })
}

fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::{HereAndNow, Wrong, canonical, typed};
    use api::{FieldKind, FormField, LocalTime};

    fn here(decimal: char, group: char) -> HereAndNow {
        HereAndNow { now: LocalTime("2026-05-10T08:00:00".to_owned()), utc_offset_minutes: 0, decimal, group }
    }

    fn read(kind: FieldKind, text: &str, here: &HereAndNow) -> Result<String, Wrong> {
        let field = FormField { name: "X".to_owned(), label: String::new(), kind, max_chars: Some(5), required: false };
        canonical(&field, text, here)
    }

    #[test]
    fn an_amount_is_read_as_its_language_writes_it() {
        let (english, german, french) = (here('.', ','), here(',', '.'), here(',', '\u{202f}'));
        for (here, text, means) in [
            (&english, "1,234.50", "1234.50"),
            (&english, "1234.5", "1234.5"),
            (&english, "12,34,567.5", "1234567.5"),
            (&german, "1.234,50", "1234.50"),
            (&german, "12,5", "12.5"),
            (&french, "1 234,50", "1234.50"),
            (&french, "-0,5", "-0.5"),
            (&french, "−7", "-7"),
        ] {
            assert_eq!(read(FieldKind::Amount, text, here), Ok(means.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_could_mean_two_amounts_is_refused() {
        let (english, german) = (here('.', ','), here(',', '.'));
        for (here, text) in [
            (&german, "12.50"),
            (&english, "12,5"),
            (&english, "1,2345"),
            (&english, "1.2.3"),
            (&english, "a dozen"),
            (&english, "."),
            (&english, "1,"),
            (&english, "1e9"),
            (&english, "1234567890123456"),
        ] {
            assert_eq!(read(FieldKind::Number, text, here), Err(Wrong::NotANumber), "{text}");
        }
    }

    #[test]
    fn dates_are_days_and_moments_have_seconds() {
        let here = here('.', ',');
        assert_eq!(read(FieldKind::Date, "2026-05-10", &here), Ok("2026-05-10".to_owned()));
        assert_eq!(read(FieldKind::Date, "10/05/2026", &here), Err(Wrong::NotADate));
        assert_eq!(read(FieldKind::DateTime, "2026-05-10T08:00", &here), Ok("2026-05-10T08:00:00".to_owned()));
        assert_eq!(read(FieldKind::DateTime, "2026-05-10T8", &here), Err(Wrong::NotADate));
    }

    #[test]
    fn letters_are_counted_as_people_count_them() {
        let here = here('.', ',');
        assert_eq!(read(FieldKind::Text, "Åéîõü", &here), Ok("Åéîõü".to_owned()));
        assert_eq!(read(FieldKind::Text, "Åéîõüx", &here), Err(Wrong::TooLong(5)));
    }

    #[test]
    fn an_id_is_nothing_that_could_be_a_path() {
        let here = here('.', ',');
        assert_eq!(read(FieldKind::Contact, "../101", &here), Err(Wrong::NotAnId));
        assert_eq!(read(FieldKind::Contact, "101", &here), Ok("101".to_owned()));
    }

    #[test]
    fn a_value_of_the_server_stands_in_the_field_as_its_language_writes_it() {
        assert_eq!(typed(FieldKind::Amount, "12.50", &here(',', '.')), "12,50");
        assert_eq!(typed(FieldKind::Date, "2026-05-10T00:00:00", &here(',', '.')), "2026-05-10");
    }
}
