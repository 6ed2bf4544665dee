//! Turns `locales/en/`, a file a story, into one function a text, so that a missing text does not compile and an unused
//! one is refused as dead code. No i18n crate: plain text with `{names}` is all the pane needs, and it costs
//! no bytes; a second language makes each function choose, and no caller changes.

use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

const LOCALE: &str = "locales/en";

fn main() {
    println!("cargo:rerun-if-changed={LOCALE}");
    let mut texts: Map<String, Value> = Map::new();
    for file in fs::read_dir(LOCALE).expect("the locale's folder stands beside Cargo.toml") {
        let path = file.expect("the folder can be listed").path();
        println!("cargo:rerun-if-changed={}", path.display());
        let json = fs::read_to_string(&path).expect("a locale file can be read");
        let story: Map<String, Value> = serde_json::from_str(&json).expect("a locale file is one flat JSON object");
        for (key, text) in story {
            assert!(texts.insert(key.clone(), text).is_none(), "{key}: there twice");
        }
    }
    let mut code = String::new();
    for (key, text) in &texts {
        code.push_str(&function(key, text));
    }
    let folder = env::var("OUT_DIR").expect("cargo sets OUT_DIR");
    fs::write(Path::new(&folder).join("texts.rs"), code).expect("cargo's own folder can be written");
}

fn function(key: &str, text: &Value) -> String {
    match text {
        Value::String(text) if names(text).is_empty() => {
            format!("pub(crate) fn {key}() -> &'static str {{ {text:?} }}\n")
        }
        Value::String(text) => {
            format!("pub(crate) fn {key}({}) -> String {{ {} }}\n", parameters(&names(text)), concatenation(text))
        }
        Value::Object(forms) => plural(key, &form(key, forms, "one"), &form(key, forms, "other")),
        _ => panic!("{key}: a text, or an object of `one` and `other`"),
    }
}

fn form(key: &str, forms: &Map<String, Value>, name: &str) -> String {
    forms.get(name).and_then(Value::as_str).unwrap_or_else(|| panic!("{key}: lacks `{name}`")).to_owned()
}

/// A text that depends on a number, which is its first parameter, `count`.
fn plural(key: &str, one: &str, other: &str) -> String {
    let mut all = names(one);
    all.extend(names(other));
    all.remove("count");
    let separator = if all.is_empty() { "" } else { ", " };
    format!(
        "pub(crate) fn {key}(number: usize{separator}{}) -> String {{ let count = number.to_string(); \
         let count = count.as_str(); if count == \"1\" {{ {} }} else {{ {} }} }}\n",
        parameters(&all),
        concatenation(one),
        concatenation(other),
    )
}

fn parameters(names: &BTreeSet<&str>) -> String {
    names.iter().map(|name| format!("{name}: &str")).collect::<Vec<_>>().join(", ")
}

/// The names in braces.
fn names(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).map(|rest| rest.split('}').next().unwrap_or_default()).collect()
}

fn concatenation(text: &str) -> String {
    let mut pieces = String::new();
    for (place, part) in text.split('{').enumerate() {
        let (name, rest) =
            if place == 0 { (None, part) } else { part.split_once('}').map_or((None, part), |(n, r)| (Some(n), r)) };
        if let Some(name) = name {
            let _ = write!(pieces, "{name}, ");
        }
        if !rest.is_empty() {
            let _ = write!(pieces, "{rest:?}, ");
        }
    }
    format!("[{pieces}].concat()")
}
