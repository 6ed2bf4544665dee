//! Reads a tree of settings and notes every fault on the way instead of
//! stopping at the first: missing, of the wrong kind, unknown.

use super::Fault;
use figment::value::{Dict, Value};
use std::cell::RefCell;
use std::path::{Path, PathBuf};

/// The faults found so far; sections share it.
#[derive(Debug, Default)]
pub(super) struct Faults(RefCell<Vec<Fault>>);

impl Faults {
    pub(super) fn add(&self, setting: impl Into<String>, what: impl Into<String>) {
        self.0.borrow_mut().push(Fault { setting: setting.into(), what: what.into() });
    }

    pub(super) fn into_inner(self) -> Vec<Fault> {
        self.0.into_inner()
    }
}

/// One table of settings. What is never asked for is unknown: see [`Section::finish`].
pub(super) struct Section<'a> {
    path: String,
    left: Dict,
    faults: &'a Faults,
}

impl<'a> Section<'a> {
    pub(super) fn root(left: Dict, faults: &'a Faults) -> Self {
        Self { path: String::new(), left, faults }
    }

    /// The full name of a setting in this table.
    pub(super) fn name(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    pub(super) fn fault(&self, key: &str, what: impl Into<String>) {
        self.faults.add(self.name(key), what);
    }

    /// The table of that name, empty when it is not there.
    pub(super) fn section(&mut self, key: &str) -> Section<'a> {
        let left = match self.left.remove(key) {
            None => Dict::new(),
            Some(Value::Dict(_, dict)) => dict,
            Some(_) => {
                self.fault(key, "must be a table");
                Dict::new()
            }
        };
        Section { path: self.name(key), left, faults: self.faults }
    }

    /// Whether a setting is given at all.
    pub(super) fn has(&self, key: &str) -> bool {
        self.left.contains_key(key)
    }

    /// The names of what is left in this table.
    pub(super) fn keys(&self) -> Vec<String> {
        self.left.keys().cloned().collect()
    }

    /// A text, read by `parse`, which says what it must be.
    pub(super) fn parsed<T, E: ToString>(&mut self, key: &str, parse: impl FnOnce(&str) -> Result<T, E>) -> Option<T> {
        let text = self.text(key)?;
        parse(&text).map_err(|error| self.fault(key, error.to_string())).ok()
    }

    pub(super) fn text(&mut self, key: &str) -> Option<String> {
        match self.left.remove(key)? {
            Value::String(_, text) if !text.trim().is_empty() => Some(text),
            Value::Char(_, letter) => Some(letter.to_string()),
            _ => {
                self.fault(key, "must be text");
                None
            }
        }
    }

    /// A text that may be empty, or look like a number or a switch.
    pub(super) fn any_text(&mut self, key: &str) -> Option<String> {
        match self.left.get(key) {
            Some(Value::String(_, text)) if text.trim().is_empty() => {
                self.left.remove(key);
                Some(String::new())
            }
            _ => self.word(key),
        }
    }

    /// Whether a setting is a table.
    pub(super) fn is_table(&self, key: &str) -> bool {
        matches!(self.left.get(key), Some(Value::Dict(..)))
    }

    /// A text that may look like a number or a switch, such as a claim's value.
    pub(super) fn word(&mut self, key: &str) -> Option<String> {
        match self.left.get(key) {
            Some(Value::Num(_, number)) => {
                let whole = number.to_i128().map(|number| number.to_string());
                let text = whole.or_else(|| number.to_u128().map(|number| number.to_string()));
                if text.is_some() {
                    self.left.remove(key);
                    return text;
                }
            }
            Some(Value::Bool(_, on)) => {
                let text = on.to_string();
                self.left.remove(key);
                return Some(text);
            }
            _ => {}
        }
        self.text(key)
    }

    pub(super) fn path(&mut self, key: &str) -> Option<PathBuf> {
        self.text(key).map(PathBuf::from)
    }

    pub(super) fn switch(&mut self, key: &str) -> Option<bool> {
        let value = self.left.remove(key)?;
        let on = value.to_bool();
        if on.is_none() {
            self.fault(key, "must be true or false");
        }
        on
    }

    /// A whole number from `least` to `most`.
    pub(super) fn number(&mut self, key: &str, least: u64, most: u64) -> Option<u64> {
        let number = match self.left.remove(key)? {
            Value::Num(_, number) => {
                let signed = number.to_i128().and_then(|number| u64::try_from(number).ok());
                signed.or_else(|| number.to_u128().and_then(|number| u64::try_from(number).ok()))
            }
            _ => None,
        };
        let number = number.filter(|number| (least..=most).contains(number));
        if number.is_none() {
            self.fault(key, format!("must be a whole number from {least} to {most}"));
        }
        number
    }

    pub(super) fn texts(&mut self, key: &str) -> Option<Vec<String>> {
        let Value::Array(_, values) = self.left.remove(key)? else {
            self.fault(key, "must be a list of texts");
            return None;
        };
        let texts: Option<Vec<String>> = values.into_iter().map(Value::into_string).collect();
        if texts.is_none() {
            self.fault(key, "must be a list of texts");
        }
        texts
    }

    /// A secret: the value itself, or a file with nothing else in it; never both.
    pub(super) fn secret(&mut self, key: &str) -> Option<String> {
        let file_key = format!("{key}_file");
        let value = self.text(key);
        let file = self.path(&file_key);
        match (value, file) {
            (Some(_), Some(_)) => {
                self.fault(key, format!("must be given here or as `{file_key}`, not both"));
                None
            }
            (Some(value), None) => Some(value),
            (None, Some(file)) => self.read(&file_key, &file),
            (None, None) => None,
        }
    }

    /// What stands in a file.
    pub(super) fn file(&mut self, key: &str) -> Option<String> {
        let file = self.path(key)?;
        self.read(key, &file)
    }

    fn read(&self, key: &str, file: &Path) -> Option<String> {
        match std::fs::read_to_string(file) {
            Ok(text) => Some(text.trim().to_owned()),
            Err(error) => {
                self.fault(key, format!("cannot be read: {}", error.kind()));
                None
            }
        }
    }

    /// Whatever was not asked for is a mistake of spelling: say so.
    pub(super) fn finish(self) {
        for key in self.left.keys() {
            self.fault(key, "is not a setting");
        }
    }
}
