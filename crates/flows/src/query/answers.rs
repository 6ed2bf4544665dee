//! Answers to a query's prompts, checked before they are sent: what iMIS would refuse is told beside its field.

use api::{ColumnKind, Prompt, PromptValue};

/// What is wrong with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerFault {
    /// It must be answered.
    Missing,
    /// No number.
    NotANumber,
    /// No date.
    NotADate,
    /// Longer than so many characters.
    TooLong(u32),
    /// More than so many values.
    TooMany(u32),
}

/// The answers as they are sent, one for each prompt, and what is wrong with them.
pub(super) fn check(prompts: &[Prompt], given: Vec<PromptValue>) -> (Vec<PromptValue>, Vec<(String, AnswerFault)>) {
    let mut faults = vec![];
    let answers = prompts.iter().map(|prompt| {
        let values = given.iter().find(|answer| answer.name == prompt.name).map_or(&[][..], |answer| &answer.values);
        let tidy = |value: &String| tidy(prompt.kind, value);
        let values: Vec<String> = values.iter().filter_map(tidy).collect();
        if let Some(fault) = fault(prompt, &values) {
            faults.push((prompt.name.clone(), fault));
        }
        PromptValue { name: prompt.name.clone(), values }
    });
    let answers = answers.collect();
    (answers, faults)
}

/// A value as [`ColumnKind`] writes it; none if nothing is left of it.
fn tidy(kind: ColumnKind, value: &str) -> Option<String> {
    let value = value.trim();
    if value.is_empty() {
        return None;
    }
    // Browsers leave the seconds out where there are none.
    let lacks_seconds = kind == ColumnKind::DateTime && value.len() == "2026-05-10T08:00".len();
    Some(if lacks_seconds { [value, ":00"].concat() } else { value.to_owned() })
}

fn fault(prompt: &Prompt, values: &[String]) -> Option<AnswerFault> {
    if values.is_empty() {
        return prompt.required.then_some(AnswerFault::Missing);
    }
    let most = if prompt.several { PromptValue::MAX_VALUES } else { 1 };
    if values.len() > most {
        return Some(AnswerFault::TooMany(u32::try_from(most).unwrap_or(u32::MAX)));
    }
    let ours = u32::try_from(PromptValue::MAX_CHARS).unwrap_or(u32::MAX);
    let longest = prompt.max_chars.filter(|chars| *chars > 0).map_or(ours, |chars| chars.min(ours));
    if values.iter().any(|value| value.chars().count() > longest as usize) {
        return Some(AnswerFault::TooLong(longest));
    }
    let reads = |test: fn(&str) -> bool| values.iter().all(|value| test(value));
    match prompt.kind {
        // A choice is what the list says, whatever its kind.
        _ if !prompt.choices.is_empty() => None,
        ColumnKind::Number | ColumnKind::Money if !reads(is_number) => Some(AnswerFault::NotANumber),
        ColumnKind::Date | ColumnKind::DateTime if !reads(is_date) => Some(AnswerFault::NotADate),
        _ => None,
    }
}

/// Digits with at most one point, as the wire has them: a comma means one thing here and another there.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let all = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    all(whole) && all(part)
}

/// A date as browsers write it, with or without a time; whether there is such a day, iMIS knows.
fn is_date(text: &str) -> bool {
    let (date, time) = text.split_once('T').unwrap_or((text, "00:00:00"));
    let shaped = |text: &str, shape: &str| {
        text.len() == shape.len()
            && text
                .bytes()
                .zip(shape.bytes())
                .all(|(byte, shape)| if shape == b'0' { byte.is_ascii_digit() } else { byte == shape })
    };
    shaped(date, "0000-00-00") && shaped(time, "00:00:00")
}
