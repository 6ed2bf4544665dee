//! Every language says the same things.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// Keys that some language has and another lacks, and files that cannot be read. A language is a folder, with a
/// file for each story.
pub(super) fn faults(files: &[(String, String)]) -> Vec<String> {
    let mut faults = Vec::new();
    let mut languages: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (name, text) in files {
        let language = name.split_once('/').map_or(name.as_str(), |(language, _)| language);
        match serde_json::from_str::<Value>(text) {
            Ok(value) => languages.entry(language).or_default().extend(keys(&value, "")),
            Err(problem) => faults.push(format!("{name}: {problem}")),
        }
    }
    let all: BTreeSet<&String> = languages.values().flatten().collect();
    for (name, keys) in &languages {
        for key in all.iter().filter(|key| !keys.contains(**key)) {
            faults.push(format!("{name}: lacks `{key}`"));
        }
    }
    faults
}

fn keys(value: &Value, path: &str) -> BTreeSet<String> {
    match value {
        Value::Object(fields) => {
            fields.iter().flat_map(|(name, value)| keys(value, &format!("{path}/{name}"))).collect()
        }
        _ => BTreeSet::from([path.to_owned()]),
    }
}

#[cfg(test)]
mod tests {
    use super::faults;

    fn files(french: &str) -> Vec<(String, String)> {
        vec![
            ("en/pane.json".to_owned(), r#"{"a": "x"}"#.to_owned()),
            ("en/find.json".to_owned(), r#"{"b": {"one": "y"}}"#.to_owned()),
            ("fr/pane.json".to_owned(), french.to_owned()),
        ]
    }

    #[test]
    fn languages_with_the_same_keys_are_fine() {
        assert_eq!(faults(&files(r#"{"b": {"one": "w"}, "a": "z"}"#)), [""; 0]);
    }

    #[test]
    fn a_key_that_one_language_lacks_is_found() {
        assert_eq!(faults(&files(r#"{"a": "z", "b": {}}"#)), ["fr: lacks `/b/one`"]);
        assert_eq!(faults(&files(r#"{"a": "z", "b": {"one": "w"}, "c": "v"}"#)), ["en: lacks `/c`"]);
    }

    #[test]
    fn a_file_that_is_not_json_is_found() {
        assert_eq!(faults(&files("{")).len(), 1);
    }
}
