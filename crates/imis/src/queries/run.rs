//! Running a query at whichever service the site has, with values that are values whatever stands in them.

use super::{
    QueryDoor,
    form::{BETWEEN, QueryForm, QueryPrompt},
    layout::{QueryColumn, written},
};
use crate::{
    Acting, Error, ErrorKind, Operation,
    exchange::{Failed, beside, not_understood},
    wire,
};
use std::fmt;

/// Longest value, in characters (`security.md §5.2`).
const VALUE_MAX_CHARS: usize = 200;
/// Longest query string, in bytes as encoded: IIS takes 2048, and answers 404 to more.
const QUERY_MAX_BYTES: usize = 2000;
/// Names that `/api/query` keeps for itself (`imis.md §4.4`, `§8.1`).
const RESERVED: [&str; 6] = ["queryname", "querypath", "limit", "offset", "orderby", "phrase"];

/// The answer to one prompt: by its place, so that two prompts on one property are two.
#[derive(Clone, PartialEq, Eq)]
pub struct QueryValue {
    /// The prompt's place in [`QueryForm::prompts`].
    pub prompt: usize,
    /// The values.
    pub values: Vec<String>,
}

impl fmt::Debug for QueryValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueryValue").field("prompt", &self.prompt).finish_non_exhaustive()
    }
}

/// A page of rows.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct QueryPage {
    /// The columns.
    pub columns: Vec<QueryColumn>,
    /// The rows: a value for each column.
    pub rows: Vec<Vec<Option<String>>>,
    /// How many rows there are in all, where iMIS says so.
    pub total: Option<u64>,
    /// Where the next page begins.
    pub next: Option<u64>,
}

impl fmt::Debug for QueryPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueryPage").field("rows", &self.rows.len()).finish_non_exhaustive()
    }
}

/// By which name `/api/query` is told a prompt's value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Naming {
    /// Its caption, which is a Search Label as a rule.
    Caption,
    /// The property, whatever its caption.
    Property,
}

impl Acting {
    /// Runs a query and gives a page of its rows, in the order its author chose.
    pub async fn run_query(
        &self,
        path: &str,
        form: &QueryForm,
        values: &[QueryValue],
        offset: u64,
        limit: u64,
    ) -> Result<QueryPage, Error> {
        let said = said(form, values)?;
        let place = [("limit", limit.to_string()), ("offset", offset.to_string())];
        let place = place.map(|(name, value)| (name.to_owned(), value));
        let first = self.client.query_door();
        let outcome = match self.run_at(first, path, form, &said, &place).await {
            Err(failed) if failed.error.kind == ErrorKind::NotOffered => {
                let other = match first {
                    QueryDoor::Query => QueryDoor::Iqa,
                    QueryDoor::Iqa => QueryDoor::Query,
                };
                let outcome = self.run_at(other, path, form, &said, &place).await;
                if outcome.as_ref().err().is_none_or(|failed| failed.error.kind != ErrorKind::NotOffered) {
                    self.client.learn_query_door(other);
                }
                outcome
            }
            outcome => outcome,
        };
        let rows = outcome?;
        if rows.next.is_some_and(|next| next <= offset) {
            // It would give the same rows for ever.
            return Err(not_understood(Operation::RunQuery).into());
        }
        let (columns, names) = form.layout.fit(&rows.items);
        let row = |row: wire::Row| row_values(&row, &columns, &names);
        Ok(QueryPage { rows: rows.items.into_iter().map(row).collect(), columns, total: rows.total, next: rows.next })
    }

    async fn run_at(
        &self,
        door: QueryDoor,
        path: &str,
        form: &QueryForm,
        said: &[Option<String>],
        place: &[(String, String)],
    ) -> Result<wire::Rows, Failed> {
        match door {
            QueryDoor::Iqa => {
                // By place: one for each prompt, empty ones too.
                let value = |said: &Option<String>| ("Parameter".to_owned(), said.clone().unwrap_or_default());
                let pairs = said.iter().map(value).collect();
                self.rows("iqa", path, pairs, place).await
            }
            QueryDoor::Query => self.run_named(path, &form.prompts, said, place).await,
        }
    }

    /// Whether a caption is a Search Label is told nowhere: a site that does not know one says so, and is told the
    /// property's name instead; all of them where it does not say which.
    async fn run_named(
        &self,
        path: &str,
        prompts: &[QueryPrompt],
        said: &[Option<String>],
        place: &[(String, String)],
    ) -> Result<wire::Rows, Failed> {
        let mut naming = vec![Naming::Caption; prompts.len()];
        let mut pairs = named(prompts, said, &naming)?;
        let mut first = None;
        loop {
            let failed = match self.rows("query", path, pairs.clone(), place).await {
                Err(failed) if matches!(failed.error.kind, ErrorKind::Refused { status: 400, .. }) => failed,
                Err(failed) => return Err(first.filter(|_| refused(&failed)).unwrap_or(failed)),
                Ok(rows) => return Ok(rows),
            };
            rename(prompts, said, &failed, &mut naming);
            let again = named(prompts, said, &naming)?;
            let first_failed = first.get_or_insert(failed);
            if again == pairs {
                let error = first_failed.error.clone();
                return Err(Failed::before(error));
            }
            pairs = again;
        }
    }

    async fn rows(
        &self,
        service: &str,
        path: &str,
        pairs: Vec<(String, String)>,
        place: &[(String, String)],
    ) -> Result<wire::Rows, Failed> {
        let operation = Operation::RunQuery;
        let name = [("QueryName".to_owned(), path.to_owned())];
        let all: Vec<&(String, String)> = name.iter().chain(&pairs).chain(place).collect();
        if encoded_bytes(&all) > QUERY_MAX_BYTES {
            return Err(Failed::before(Error::refused_here(operation, "values")));
        }
        let request = || self.client.get(&["api", service]).query(&all);
        let body = self.read_bytes(operation, request, self.client.limits().query).await?;
        let rows = beside(body.len(), move || wire::rows(&body)).await;
        rows.flatten().ok_or_else(|| not_understood(operation))
    }
}

const fn refused(failed: &Failed) -> bool {
    matches!(failed.error.kind, ErrorKind::Refused { .. })
}

/// Gives up the caption that a refusal names, or all of them.
fn rename(prompts: &[QueryPrompt], said: &[Option<String>], failed: &Failed, naming: &mut [Naming]) {
    let ErrorKind::Refused { message, .. } = &failed.error.kind else { return };
    let message = message.as_deref().unwrap_or_default();
    let blamed = |place: &usize| {
        let caption = prompts[*place].caption.as_deref().filter(|_| said[*place].is_some());
        naming[*place] == Naming::Caption && caption.is_some_and(|caption| message.contains(caption))
    };
    match (0..prompts.len()).find(blamed) {
        Some(place) => naming[place] = Naming::Property,
        None => naming.fill(Naming::Property),
    }
}

/// At worst, every byte but letters and digits is encoded by three.
fn encoded_bytes(pairs: &[&(String, String)]) -> usize {
    let encoded = |text: &str| text.bytes().map(|byte| if byte.is_ascii_alphanumeric() { 1 } else { 3 }).sum::<usize>();
    pairs.iter().map(|(name, value)| encoded(name) + encoded(value) + 2).sum()
}

fn row_values(row: &wire::Row, columns: &[QueryColumn], names: &[String]) -> Vec<Option<String>> {
    let cells = columns.iter().zip(names).enumerate().map(|(place, (column, name))| {
        // Nearly always they stand in the same order.
        let cell =
            row.get(place).filter(|(found, _)| found == name).or_else(|| row.iter().find(|(found, _)| found == name));
        cell.and_then(|(_, cell)| written(cell, column.kind))
    });
    cells.collect()
}

/// Names and values for `/api/query`; prompts left empty are left out.
fn named(prompts: &[QueryPrompt], said: &[Option<String>], naming: &[Naming]) -> Result<Vec<(String, String)>, Failed> {
    let mut pairs = Vec::new();
    for ((prompt, said), naming) in prompts.iter().zip(said).zip(naming) {
        let Some(said) = said else { continue };
        let alone = prompts.iter().filter(|other| other.bare().eq_ignore_ascii_case(prompt.bare())).count() == 1;
        let usable = |name: &&str| !RESERVED.contains(&name.to_ascii_lowercase().as_str());
        let caption = prompt.caption.as_deref().filter(|_| *naming == Naming::Caption);
        let name = caption.filter(usable).or_else(|| Some(prompt.bare()).filter(usable).filter(|_| alone));
        let name = name.unwrap_or(&prompt.property);
        if !usable(&name) {
            return Err(Failed::before(Error::refused_here(Operation::RunQuery, name)));
        }
        pairs.push((name.to_owned(), said.clone()));
    }
    Ok(pairs)
}

/// What iMIS is told for each prompt.
fn said(form: &QueryForm, values: &[QueryValue]) -> Result<Vec<Option<String>>, Error> {
    let mut said = vec![None; form.prompts.len()];
    for QueryValue { prompt: place, values } in values {
        let Some(prompt) = form.prompts.get(*place) else {
            return Err(Error::refused_here(Operation::RunQuery, "values"));
        };
        said[*place] = say(prompt, values)?;
    }
    Ok(said)
}

/// One prompt's values in the filter grammar (`imis.md §4.4`): the operator of the query's own filter always stands
/// in front, so that no beginning of a value is read as one, and what the grammar splits is refused.
fn say(prompt: &QueryPrompt, values: &[String]) -> Result<Option<String>, Error> {
    let refused = || Error::refused_here(Operation::RunQuery, prompt.label());
    let values: Vec<&str> = values.iter().map(String::as_str).filter(|value| !value.is_empty()).collect();
    let sayable = |value: &&str| {
        value.chars().count() <= VALUE_MAX_CHARS && !value.contains('|') && !value.chars().any(char::is_control)
    };
    if !values.iter().all(sayable) {
        return Err(refused());
    }
    let text = match (&values[..], prompt.operation) {
        ([], _) => return Ok(None),
        ([one, two], Some(BETWEEN)) => format!("between:{one}|{two}"),
        (_, Some(BETWEEN)) => return Err(refused()),
        ([value], Some(operation)) => format!("{}:{value}", word(operation)),
        // Without a colon nothing can be read as an operator, and the query's own is used.
        ([value], None) if !value.contains(':') => (*value).to_owned(),
        ([value], None) => format!("eq:{value}"),
        // That several values are said by `in:` is assumed, here alone.
        (several, None | Some(3 | 16)) if prompt.several => format!("in:{}", several.join("|")),
        (several, Some(17)) if prompt.several => format!("notIn:{}", several.join("|")),
        _ => return Err(refused()),
    };
    Ok(Some(text))
}

/// The word of an `OperationData` that takes one value; those without any are said as equality.
const fn word(operation: u64) -> &'static str {
    match operation {
        1 => "lt",
        2 => "le",
        4 => "ge",
        5 => "gt",
        6 => "startsWith",
        7 => "contains",
        8 => "endsWith",
        13 => "ne",
        14 => "notContain",
        16 => "in",
        17 => "notIn",
        _ => "eq",
    }
}

#[cfg(test)]
mod tests {
    use super::super::layout::CellKind;
    use super::*;

    fn prompt(operation: Option<u64>, several: bool) -> QueryPrompt {
        QueryPrompt {
            property: "vBoNetContactData.LastName".to_owned(),
            caption: None,
            operation,
            kind: CellKind::Text,
            required: false,
            several,
            max_chars: None,
            choices: Vec::new(),
            values: Vec::new(),
        }
    }

    fn text(operation: Option<u64>, values: &[&str]) -> Option<String> {
        let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
        say(&prompt(operation, true), &values).unwrap()
    }

    #[test]
    fn every_value_stands_behind_the_querys_own_operator() {
        assert_eq!(text(Some(6), &["contains:x"]).as_deref(), Some("startsWith:contains:x"));
        assert_eq!(text(Some(3), &["10:30"]).as_deref(), Some("eq:10:30"));
        assert_eq!(text(None, &["plain"]).as_deref(), Some("plain"));
        assert_eq!(text(None, &["ne:plain"]).as_deref(), Some("eq:ne:plain"));
        assert_eq!(text(Some(3), &["a", "ne:b"]).as_deref(), Some("in:a|ne:b"));
        assert_eq!(text(Some(9), &["a", "b"]).as_deref(), Some("between:a|b"));
        assert_eq!(text(Some(3), &["", ""]), None);
    }

    #[test]
    fn what_cannot_be_said_is_refused() {
        let long = "x".repeat(201);
        for bad in ["a|b", "a\nb", "a\u{0}b", "a\u{7f}b", long.as_str()] {
            assert!(say(&prompt(Some(3), true), &[bad.to_owned()]).is_err(), "{bad:?}");
        }
        let two = ["a".to_owned(), "b".to_owned()];
        assert!(say(&prompt(Some(3), false), &two).is_err(), "one value is one value");
        assert!(say(&prompt(Some(6), true), &two).is_err(), "no list of beginnings");
        assert!(say(&prompt(Some(9), true), &two[..1]).is_err(), "between one value");
    }

    #[test]
    fn names_are_the_prompts_and_never_those_of_the_service() {
        let said = [Some("eq:x".to_owned()), Some("eq:y".to_owned()), Some("eq:z".to_owned())];
        let mut labelled = prompt(Some(3), false);
        labelled.caption = Some("Limit".to_owned());
        labelled.property = "Contact.Phrase".to_owned();
        let prompts = [prompt(Some(4), false), prompt(Some(2), false), labelled];
        let names = |naming| {
            let pairs = named(&prompts, &said, &[naming; 3]).ok().unwrap();
            pairs.into_iter().map(|(name, _)| name).collect::<Vec<_>>()
        };
        let expected = ["vBoNetContactData.LastName", "vBoNetContactData.LastName", "Contact.Phrase"];
        assert_eq!(names(Naming::Caption), expected);
        assert_eq!(names(Naming::Property), expected);
    }
}
