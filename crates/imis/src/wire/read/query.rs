//! What iMIS says of queries: documents and definitions (`imis.md §8`), by name.

use super::{bare, entries, flag, list, member, number, scalar, text, tidy};
use serde_json::Value;

/// The last `StatusCode` that is no failure (`imis.md §4.6`).
const WARNING: u64 = 1;
/// A `StatusCode` that is no number.
const UNREADABLE: u64 = u64::MAX;

/// The outcome of an `_execute`, in its envelope or bare (`imis.md §4.6`).
pub(crate) enum Executed {
    /// A result.
    Found(Value),
    /// No such thing.
    Missing,
    /// The person may not.
    Forbidden,
    /// It took too long.
    Timeout,
    /// Refused for another reason.
    Refused(Option<String>),
}

/// Reads the answer of an `_execute`. In an envelope that is no success nothing is found, whatever stands in it; a
/// `false` or 0 is left out (`imis.md §4.2`).
pub(crate) fn executed(mut answer: Value) -> Executed {
    let told = |name| member(&answer, name).is_some();
    let enveloped = super::class(&answer).starts_with("ServiceResponse")
        || ["IsSuccessStatusCode", "StatusCode", "Result"].into_iter().any(told);
    if !enveloped {
        return if answer.is_null() { Executed::Missing } else { Executed::Found(answer) };
    }
    let status = if told("StatusCode") { number(&answer, "StatusCode").unwrap_or(UNREADABLE) } else { 0 };
    let success = member(&answer, "IsSuccessStatusCode").and_then(super::boolean).unwrap_or(status <= WARNING);
    let message = text(&answer, "Message").map(|message| tidy(&message));
    let result = answer.as_object_mut().and_then(|object| {
        let key = object.keys().find(|key| key.eq_ignore_ascii_case("Result"))?.clone();
        object.remove(&key).filter(|result| !result.is_null())
    });
    match (result.filter(|_| success), status) {
        (Some(result), _) => Executed::Found(result),
        (None, 3) => Executed::Forbidden,
        (None, 11) => Executed::Timeout,
        (None, 0 | 5) => Executed::Missing,
        (None, _) if message.as_deref() == Some("NotFound") => Executed::Missing,
        (None, _) => Executed::Refused(message),
    }
}

/// A folder or a query, as `DocumentSummaryData` tells of it.
pub(crate) struct Document {
    pub(crate) id: Option<String>,
    pub(crate) type_id: String,
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) description: Option<String>,
    pub(crate) system: bool,
}

/// Reads documents, one or a list; none where it is neither.
pub(crate) fn documents(value: &Value) -> Option<Vec<Document>> {
    let one = |value: &Value| {
        Some(Document {
            id: text(value, "DocumentId"),
            type_id: text(value, "DocumentTypeId")?,
            name: text(value, "Name")?,
            path: text(value, "Path")?,
            description: text(value, "Description"),
            system: flag(value, "IsSystem"),
        })
    };
    if let Some(all) = entries(value) {
        return Some(all.iter().filter_map(one).collect());
    }
    // An empty list may be left out.
    let empty = value.as_object().is_some_and(|members| members.keys().all(|name| name.starts_with('$')));
    if empty { Some(Vec::new()) } else { one(value).map(|document| vec![document]) }
}

/// A prompt, as `CriteriaData` tells of it.
pub(crate) struct Criterion {
    pub(crate) property: String,
    pub(crate) prompt: Option<String>,
    /// `OperationData` (`imis.md §4.4`).
    pub(crate) operation: Option<u64>,
    pub(crate) required: bool,
    pub(crate) several: bool,
    pub(crate) values: Vec<String>,
}

/// A column, as `QueryPropertyData` tells of it.
pub(crate) struct Property {
    pub(crate) name: Option<String>,
    pub(crate) path: Option<String>,
    pub(crate) alias: Option<String>,
    pub(crate) caption: Option<String>,
    pub(crate) format: String,
    pub(crate) link: bool,
    pub(crate) type_name: Option<String>,
}

/// What is read of `IqaQueryDefinitionData`.
pub(crate) struct Definition {
    pub(crate) criteria: Vec<Criterion>,
    /// In the order of display.
    pub(crate) properties: Vec<Property>,
    /// A property's name, and whether the largest comes first.
    pub(crate) sort: Vec<(String, bool)>,
    /// "Available via the REST API", where that is told.
    pub(crate) open: Option<bool>,
}

/// Reads a definition: of what an object must have to be one, old builds leave out some (`imis.md §8.2`).
pub(crate) fn definition(value: &Value) -> Option<Definition> {
    ["QueryDefinitionId", "Path", "Properties", "Sources"].iter().find_map(|name| member(value, name))?;
    let criterion = |value: &Value| {
        Some(Criterion {
            property: text(value, "PropertyName")?,
            prompt: text(value, "Prompt"),
            operation: number(value, "Operation"),
            required: flag(value, "IsRequired"),
            several: flag(value, "AllowMultiple"),
            values: list(value, "Values").filter_map(scalar).collect(),
        })
    };
    let mut properties: Vec<(u64, Property)> = list(value, "Properties")
        .map(|value| {
            let property = Property {
                name: text(value, "Name"),
                path: text(value, "PropertyName"),
                alias: text(value, "Alias"),
                caption: text(value, "Caption"),
                format: text(value, "DisplayFormat").unwrap_or_default(),
                link: text(value, "Link").is_some(),
                type_name: text(value, "DataTypeName"),
            };
            (number(value, "DisplayOrder").unwrap_or(0), property)
        })
        .collect();
    properties.sort_by_key(|(order, _)| *order);
    Some(Definition {
        criteria: list(value, "Parameters").filter_map(criterion).collect(),
        properties: properties.into_iter().map(|(_, property)| property).collect(),
        sort: list(value, "SortFields").filter_map(sort_field).collect(),
        open: member(value, "IsAvailableToREST").and_then(super::boolean),
    })
}

/// A sort field. That 1 is descending is assumed; its word is known.
fn sort_field(value: &Value) -> Option<(String, bool)> {
    let descending = match member(value, "SortOrder") {
        Some(Value::Number(number)) => number.as_u64() == Some(1),
        Some(Value::String(word)) => word.eq_ignore_ascii_case("Descending"),
        _ => false,
    };
    Some((text(value, "PropertyName")?, descending))
}

/// A prompt, as `QueryParameterDefinitionData` tells of it.
pub(crate) struct Parameter {
    pub(crate) property: String,
    pub(crate) prompt: Option<String>,
    pub(crate) required: bool,
    pub(crate) several: bool,
    pub(crate) max_length: Option<u64>,
    pub(crate) type_name: Option<String>,
    pub(crate) values: Vec<String>,
    /// Values to choose from, with their labels.
    pub(crate) choices: Vec<(String, String)>,
}

/// Reads the prompts of a query, from a page or a list.
pub(crate) fn parameters(answer: Value) -> Option<Vec<Parameter>> {
    let one = |value: &Value| {
        Some(Parameter {
            property: text(value, "PropertyName")?,
            prompt: text(value, "Prompt"),
            required: flag(value, "IsRequired"),
            several: flag(value, "AllowMultiple"),
            max_length: number(value, "MaxLength").filter(|length| *length > 0),
            type_name: text(value, "PropertyTypeName"),
            values: member(value, "Value").map(scalars).unwrap_or_default(),
            choices: member(value, "ValueList").map(choices).unwrap_or_default(),
        })
    };
    let (items, _) = super::page(answer)?;
    Some(items.iter().filter_map(one).collect())
}

fn scalars(value: &Value) -> Vec<String> {
    match entries(value) {
        Some(all) => all.iter().filter_map(scalar).collect(),
        None => scalar(value).into_iter().collect(),
    }
}

/// A list of values. The contract says `object`; bare values, pairs under the usual names and a map of labels by
/// value are assumed.
fn choices(value: &Value) -> Vec<(String, String)> {
    if let Some(all) = entries(value) {
        let one = |entry: &Value| {
            if let Some(value) = scalar(entry) {
                return Some((value.clone(), value));
            }
            let value = ["Value", "Code", "Key", "Id"].iter().find_map(|name| text(entry, name))?;
            let label = ["Label", "Text", "Description", "Name"].iter().find_map(|name| text(entry, name));
            Some((value.clone(), label.unwrap_or(value)))
        };
        return all.iter().filter_map(one).collect();
    }
    let pairs = value.as_object().into_iter().flatten().filter(|(name, _)| !name.starts_with('$'));
    pairs.filter_map(|(value, label)| Some((value.clone(), scalar(bare(label))?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(answer: &str) -> &'static str {
        match executed(serde_json::from_str(answer).unwrap()) {
            Executed::Found(_) => "found",
            Executed::Missing => "missing",
            Executed::Forbidden => "forbidden",
            Executed::Timeout => "timeout",
            Executed::Refused(_) => "refused",
        }
    }

    #[test]
    fn an_envelope_is_one_whatever_of_it_is_left_out() {
        for (answer, expected) in [
            (r#"{"$type":"N.ServiceResponse`1[[X]], A","Result":{"Path":"x"}}"#, "found"),
            (r#"{"IsSuccessStatusCode":true,"Result":{"Path":"x"}}"#, "found"),
            (r#"{"IsSuccessStatusCode":true,"StatusCode":1,"Result":{"Path":"x"}}"#, "found"),
            (r#"{"Path":"x"}"#, "found"),
            ("[]", "found"),
            ("null", "missing"),
            (r#"{"$type":"N.ServiceResponse`1[[X]], A"}"#, "missing"),
            (r#"{"StatusCode":"5","Message":"NotFound"}"#, "missing"),
            (r#"{"IsSuccessStatusCode":false,"Result":null,"Message":"NotFound"}"#, "missing"),
            (r#"{"$type":"N.ServiceResponse`1[[X]], A","StatusCode":3}"#, "forbidden"),
            (r#"{"StatusCode":3,"Result":{"Path":"x"}}"#, "forbidden"),
            (r#"{"StatusCode":"11"}"#, "timeout"),
            (r#"{"StatusCode":10,"Result":[]}"#, "refused"),
            (r#"{"StatusCode":"ServiceError","Result":[]}"#, "refused"),
            (r#"{"IsSuccessStatusCode":false,"StatusCode":9,"Result":[]}"#, "refused"),
        ] {
            assert_eq!(outcome(answer), expected, "{answer}");
        }
    }

    #[test]
    fn what_is_no_definition_and_no_document_is_not_taken_for_an_empty_one() {
        for value in [serde_json::json!({ "Message": "no" }), serde_json::json!("text"), serde_json::json!(7)] {
            assert!(definition(&value).is_none() && documents(&value).is_none(), "{value}");
        }
        assert!(definition(&serde_json::json!({ "QueryDefinitionId": "1" })).is_some());
        let empty = [serde_json::json!([]), serde_json::json!({ "$type": "L" })];
        assert!(empty.iter().all(|empty| documents(empty).is_some_and(|documents| documents.is_empty())));
    }

    #[test]
    fn lists_of_values_are_read_in_each_of_their_shapes() {
        let pair = |value: &str, label: &str| (value.to_owned(), label.to_owned());
        for (value, expected) in [
            (r#"["A","B"]"#, [pair("A", "A"), pair("B", "B")]),
            (
                r#"{"$values":[{"Name":"Alpha","Value":"A"},{"Code":"B","Description":"Beta"}]}"#,
                [pair("A", "Alpha"), pair("B", "Beta")],
            ),
            (r#"{"$type":"D","A":"Alpha","B":"Beta"}"#, [pair("A", "Alpha"), pair("B", "Beta")]),
        ] {
            assert_eq!(choices(&serde_json::from_str(value).unwrap()), expected, "{value}");
        }
    }
}
