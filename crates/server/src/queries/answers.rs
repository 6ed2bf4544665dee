//! What a query asks, and what the pane answers: checked against the query as it is now.

use super::kind;
use crate::failure::Failure;
use api::{Choice, ProblemCode, Prompt, PromptValue, QueryId};
use std::collections::HashSet;

/// What the pane wants run, whatever for.
pub(crate) struct Asked<'a> {
    pub(crate) query: &'a QueryId,
    pub(crate) version: &'a str,
    pub(crate) values: &'a [PromptValue],
}

impl<'a> From<&'a api::RunQuery> for Asked<'a> {
    fn from(run: &'a api::RunQuery) -> Self {
        Self { query: &run.query, version: &run.version, values: &run.values }
    }
}

impl<'a> From<&'a api::ExportQuery> for Asked<'a> {
    fn from(export: &'a api::ExportQuery) -> Self {
        Self { query: &export.query, version: &export.version, values: &export.values }
    }
}

/// Names a prompt: its place tells two on one property apart, and its property notices another query.
fn name(place: usize, prompt: &imis::QueryPrompt) -> String {
    format!("{place}.{}", prompt.property())
}

/// The prompts for the pane, filled in with the last answers, else with the query's own.
pub(super) fn prompts(form: &imis::QueryForm, remembered: &[PromptValue]) -> Vec<Prompt> {
    let prompt = |(place, prompt): (usize, &imis::QueryPrompt)| {
        let name = name(place, prompt);
        let last = remembered.iter().find(|value| value.name == name).map(|value| value.values.clone());
        let offered =
            |value: &String| prompt.choices.is_empty() || prompt.choices.iter().any(|(choice, _)| choice == value);
        Prompt {
            label: prompt.label().to_owned(),
            kind: kind(prompt.kind),
            required: prompt.required,
            several: prompt.several,
            max_chars: prompt.max_chars,
            choices: prompt
                .choices
                .iter()
                .map(|(value, label)| Choice { value: value.clone(), label: label.clone() })
                .collect(),
            values: last.unwrap_or_else(|| prompt.values.clone()).into_iter().filter(offered).collect(),
            name,
        }
    };
    form.prompts.iter().enumerate().map(prompt).collect()
}

/// Refuses answers of a size that no prompt takes, before iMIS is asked anything.
pub(super) fn check_sizes(values: &[PromptValue]) -> Result<(), Failure> {
    let names: HashSet<&str> = values.iter().map(|value| value.name.as_str()).collect();
    if names.len() != values.len() || values.len() > PromptValue::MAX_VALUES {
        return Err(Failure::invalid("values"));
    }
    let sayable = |text: &String| {
        text.chars().count() <= PromptValue::MAX_CHARS && !text.contains('|') && !text.chars().any(char::is_control)
    };
    match values.iter().find(|value| value.values.len() > PromptValue::MAX_VALUES || !value.values.iter().all(sayable))
    {
        Some(bad) if bad.name.len() <= PromptValue::MAX_CHARS => Err(Failure::invalid(&bad.name)),
        Some(_) => Err(Failure::invalid("values")),
        None => Ok(()),
    }
}

/// The answers by the place of their prompt. A name that the query does not have, and a required prompt without
/// answer, are refused here.
pub(super) fn values(form: &imis::QueryForm, values: &[PromptValue]) -> Result<Vec<imis::QueryValue>, Failure> {
    let names: Vec<String> = form.prompts.iter().enumerate().map(|(place, prompt)| name(place, prompt)).collect();
    let mut answers = Vec::new();
    for value in values {
        let place = names.iter().position(|name| *name == value.name).ok_or_else(|| Failure::invalid("values"))?;
        let given = value.values.iter().filter(|value| !value.is_empty()).cloned().collect();
        answers.push(imis::QueryValue { prompt: place, values: given });
    }
    for (place, prompt) in form.prompts.iter().enumerate().filter(|(_, prompt)| prompt.required) {
        if !answers.iter().any(|answer| answer.prompt == place && !answer.values.is_empty()) {
            return Err(Failure::invalid(&name(place, prompt)));
        }
    }
    Ok(answers)
}

/// Names the prompt at fault as the pane knows it.
pub(super) fn at_fault(form: &imis::QueryForm, mut failure: Failure) -> Failure {
    if failure.problem.code == ProblemCode::Invalid {
        let mut prompts = form.prompts.iter().enumerate();
        let field = failure.problem.field.take();
        let prompt = prompts.find(|(_, prompt)| Some(prompt.label()) == field.as_deref());
        failure.problem.field = prompt.map(|(place, prompt)| name(place, prompt)).or(field);
    }
    failure
}
