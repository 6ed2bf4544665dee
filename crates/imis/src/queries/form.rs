//! What a query asks and answers, put together from whatever the site tells (`imis.md §8.2`).

use super::{
    layout::{CellKind, Layout, QueryColumn, prompt_kind},
    missing,
};
use crate::{
    Acting, Error, ErrorKind, Operation,
    exchange::not_understood,
    wire::{self, Criterion, Definition, Parameter},
};
use futures_util::join;
use std::fmt::Write as _;

/// Something that a query asks before it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryPrompt {
    /// The property it filters by, its source in front where the definition says so.
    pub(super) property: String,
    /// What the site's people read beside it, and often its name for `/api/query`.
    pub(super) caption: Option<String>,
    /// `OperationData` (`imis.md §4.4`), where that is told.
    pub(super) operation: Option<u64>,
    /// What it takes.
    pub kind: CellKind,
    /// Whether it must be answered.
    pub required: bool,
    /// Whether it takes several values.
    pub several: bool,
    /// Longest value, in characters.
    pub max_chars: Option<u32>,
    /// Values to choose from, with their labels.
    pub choices: Vec<(String, String)>,
    /// What is filled in at first.
    pub values: Vec<String>,
}

/// `OperationData`: between two values.
pub(super) const BETWEEN: u64 = 9;

impl QueryPrompt {
    /// The property it filters by.
    pub fn property(&self) -> &str {
        &self.property
    }

    /// What people call it.
    pub fn label(&self) -> &str {
        self.caption.as_deref().unwrap_or_else(|| self.bare())
    }

    /// The property without its source.
    pub(super) fn bare(&self) -> &str {
        self.property.rsplit('.').next().unwrap_or_default()
    }

    fn of_criterion(criterion: Criterion) -> Self {
        Self {
            several: criterion.several || criterion.operation == Some(BETWEEN),
            property: criterion.property,
            caption: criterion.prompt,
            operation: criterion.operation,
            kind: CellKind::Text,
            required: criterion.required,
            max_chars: None,
            choices: Vec::new(),
            values: criterion.values,
        }
    }

    fn of_parameter(parameter: Parameter) -> Self {
        let mut prompt = Self {
            property: parameter.property.clone(),
            caption: parameter.prompt.clone(),
            operation: None,
            kind: CellKind::Text,
            required: parameter.required,
            several: parameter.several,
            max_chars: None,
            choices: Vec::new(),
            values: Vec::new(),
        };
        prompt.learn(parameter);
        prompt
    }

    /// Adds what the definition does not tell.
    fn learn(&mut self, parameter: Parameter) {
        self.kind = prompt_kind(parameter.type_name.as_deref());
        self.max_chars = parameter.max_length.and_then(|length| u32::try_from(length).ok());
        self.choices = parameter.choices;
        if self.values.is_empty() {
            self.values = parameter.values;
        }
    }
}

/// How the rows are sorted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuerySort {
    /// The column's heading.
    pub caption: String,
    /// Whether the largest comes first.
    pub descending: bool,
}

/// What a query asks and answers.
#[derive(Clone, Debug, Default)]
pub struct QueryForm {
    /// What it asks, in its order.
    pub prompts: Vec<QueryPrompt>,
    /// Its columns, where they are known before it runs.
    pub columns: Vec<QueryColumn>,
    /// Whether it is "Available via the REST API", where that is told.
    pub open: Option<bool>,
    pub(super) layout: Layout,
    /// Which columns it is sorted by, and whether the largest comes first.
    sort: Vec<(usize, bool)>,
    fingerprint: String,
}

impl QueryForm {
    /// How its rows are sorted, as far as the columns of a page of them tell.
    pub fn sorted_by(&self, columns: &[QueryColumn]) -> Vec<QuerySort> {
        // The rows have the columns of the definition in its order (`imis.md §8.1`), whatever it calls them.
        let columns = columns.get(..self.layout.width()).filter(|_| columns.len() == self.layout.width());
        let one = |(place, descending): &(usize, bool)| {
            Some(QuerySort { caption: columns?.get(*place)?.caption.clone(), descending: *descending })
        };
        // Sorted by what is not known first is not sorted by what is known next.
        self.sort.iter().map_while(one).collect()
    }

    /// A text that changes when what the query asks or answers does.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    fn of_definition(definition: Definition) -> Self {
        let fingerprint = fingerprint(&definition);
        let layout = Layout::of(&definition);
        let sort =
            definition.sort.iter().map_while(|(property, descending)| Some((layout.place(property)?, *descending)));
        Self {
            sort: sort.collect(),
            columns: layout.columns(),
            prompts: definition.criteria.into_iter().map(QueryPrompt::of_criterion).collect(),
            open: definition.open,
            layout,
            fingerprint,
        }
    }

    fn of_parameters(parameters: Vec<Parameter>) -> Self {
        let mut fingerprint = String::from("parameters");
        for parameter in &parameters {
            let (property, required, several) = (&parameter.property, parameter.required, parameter.several);
            write!(fingerprint, "\n{property:?} {required} {several}").expect("writing to a string has no failure");
        }
        let prompts = parameters.into_iter().map(QueryPrompt::of_parameter).collect();
        Self { prompts, fingerprint, ..Self::default() }
    }

    /// Takes types, lengths and lists from the parameters: the same property in the same order.
    fn learn(&mut self, parameters: Vec<Parameter>) {
        let mut parameters: Vec<Option<Parameter>> = parameters.into_iter().map(Some).collect();
        for prompt in &mut self.prompts {
            let bare = prompt.bare().to_owned();
            let same = |parameter: &Option<Parameter>| {
                let property = parameter.as_ref().and_then(|parameter| parameter.property.rsplit('.').next());
                property.is_some_and(|property| property.eq_ignore_ascii_case(&bare))
            };
            if let Some(parameter) = parameters.iter_mut().find(|parameter| same(parameter)).and_then(Option::take) {
                prompt.learn(parameter);
            }
        }
    }
}

fn fingerprint(definition: &Definition) -> String {
    let mut text = String::from("definition");
    let criteria = definition.criteria.iter().map(|criterion| {
        let Criterion { property, prompt, operation, required, several, .. } = criterion;
        format!("{property:?} {prompt:?} {operation:?} {required} {several}")
    });
    let properties = definition.properties.iter().map(|property| {
        let wire::Property { name, path, alias, caption, format, link, type_name } = property;
        format!("{name:?} {path:?} {alias:?} {caption:?} {format:?} {link} {type_name:?}")
    });
    let sort = definition.sort.iter().map(|field| format!("{field:?}"));
    for line in criteria.chain(properties).chain(sort) {
        text.push('\n');
        text.push_str(&line);
    }
    text
}

impl Acting {
    /// What the query at a path asks and answers: all that can be told, for people to see.
    pub async fn describe_query(&self, path: &str) -> Result<QueryForm, Error> {
        let (definition, parameters) = join!(self.definition(path), self.parameters(path));
        let mut form = match definition? {
            Some(definition) => {
                let mut form = QueryForm::of_definition(definition);
                form.learn(parameters.unwrap_or_default());
                form
            }
            None => QueryForm::of_parameters(parameters?),
        };
        let can_run = form.open != Some(false) && form.prompts.iter().all(|prompt| !prompt.required);
        if form.columns.is_empty() && can_run {
            match self.run_query(path, &form, &[], 0, 1).await {
                Ok(page) => form.columns = page.columns,
                Err(error) if error.kind == ErrorKind::NotFound => form.open = Some(false),
                // Its columns are seen when it is run.
                Err(_) => {}
            }
        }
        Ok(form)
    }

    /// What is needed to run the query at a path, and to see whether it has changed.
    pub async fn query_form(&self, path: &str) -> Result<QueryForm, Error> {
        match self.definition(path).await? {
            Some(definition) => Ok(QueryForm::of_definition(definition)),
            None => Ok(QueryForm::of_parameters(self.parameters(path).await?)),
        }
    }

    /// The definition; `None` where the site or the person's rights do not give any.
    async fn definition(&self, path: &str) -> Result<Option<Definition>, Error> {
        let operation = Operation::DescribeQuery;
        match self.execute(operation, &wire::Execute::definition(path)).await {
            Ok(Some(found)) => {
                let definition = wire::definition(&found).ok_or_else(|| not_understood(operation))?;
                Ok(Some(definition))
            }
            Ok(None) => Err(missing(operation)),
            Err(failed) if withheld(&failed.error) => Ok(None),
            Err(failed) => Err(failed.into()),
        }
    }

    /// The prompts alone: by GET, as the field does, else by `_execute`, as the contract says.
    async fn parameters(&self, path: &str) -> Result<Vec<Parameter>, Error> {
        let operation = Operation::DescribeQuery;
        let filter = [("QueryPath", path), ("limit", "500")];
        let request = || self.client.get(&["api", "QueryParameterDefinition"]).query(&filter);
        let answer = match self.read(operation, request).await {
            Ok(answer) => answer,
            Err(failed) if failed.error.kind == ErrorKind::NotOffered => {
                let found = self.execute(operation, &wire::Execute::query_parameters(path)).await?;
                found.ok_or_else(|| missing(operation))?
            }
            Err(failed) => return Err(failed.into()),
        };
        wire::parameters(answer).ok_or_else(|| not_understood(operation).into())
    }
}

/// Whether another way may still lead to what was asked.
const fn withheld(error: &Error) -> bool {
    matches!(error.kind, ErrorKind::Forbidden { .. } | ErrorKind::NotOffered | ErrorKind::Refused { .. })
}
