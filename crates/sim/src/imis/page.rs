//! The ledger for human eyes at `/_ledger`, and for programs at `/_ledger.json`.
//!
//! Everything that was written is foreign text here and is shown as text, never as markup.

use std::fmt::Write as _;

use axum::http::StatusCode;
use serde_json::Value;

use super::{
    World,
    answer::Answer,
    ledger::{Entry, StoredFile},
};

const STYLE: &str = "\
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}\
body{max-width:60rem;margin:2rem auto;padding:0 1rem}\
article{border:1px solid color-mix(in srgb,currentColor 20%,transparent);border-radius:.5rem;\
padding:.75rem 1rem;margin:0 0 1rem}\
h2{font-size:1rem;margin:0}\
p{margin:.25rem 0;opacity:.75}\
dl{display:grid;grid-template-columns:minmax(8rem,max-content) 1fr;gap:.125rem 1rem;margin:.5rem 0 0}\
dt{opacity:.75}\
dd{margin:0;overflow-wrap:anywhere;white-space:pre-wrap;max-height:16rem;overflow:auto}";

/// The entries as JSON, oldest first.
pub(super) fn json(world: &World) -> Answer {
    match serde_json::to_value(world.ledger.entries()) {
        Ok(entries) => Answer::ok(&entries),
        Err(_) => Answer::server_error(),
    }
}

/// The entries as a page, newest first.
pub(super) fn html(world: &World) -> Answer {
    let entries = world.ledger.entries();
    let mut page = format!(
        "<!DOCTYPE html><html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width\">\
         <title>iMIS ledger</title><style>{STYLE}</style><h1>What was written to iMIS</h1>"
    );
    if entries.is_empty() {
        page.push_str("<p>Nothing yet. Save a message in Outlook and load this page again.</p>");
    }
    for entry in entries.iter().rev() {
        article(&mut page, entry, world);
    }
    Answer::html(StatusCode::OK, page)
}

fn article(page: &mut String, entry: &Entry, world: &World) {
    let time = entry.at.time();
    // Writing to a string cannot fail.
    let _ok = write!(
        page,
        "<article><h2>{} {} {:?}</h2><p>{} at {:02}:{:02}:{:02} UTC{}</p><dl>",
        escape(&entry.entity),
        escape(&entry.id),
        entry.change,
        escape(&entry.user),
        time.hour(),
        time.minute(),
        time.second(),
        contact(entry, world).map(|name| format!(" for {}", escape(&name))).unwrap_or_default(),
    );
    if let Value::Object(fields) = &entry.stored {
        for (name, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let _ok = write!(page, "<dt>{}</dt><dd>{}</dd>", escape(name), escape(&value));
        }
    }
    if let Some(file) = &entry.file {
        let _ok = write!(page, "<dt>File</dt><dd>{}</dd>", escape(&describe(file)));
    }
    page.push_str("</dl></article>");
}

fn describe(file: &StoredFile) -> String {
    format!("{}, {} bytes, SHA-256 {}", file.name, file.length, file.sha256)
}

fn contact(entry: &Entry, world: &World) -> Option<String> {
    let id = ["ID", "PartyId", "Party.PartyId"].into_iter().find_map(|name| entry.stored.get(name)?.as_str())?;
    Some(world.parties().get(id)?.name())
}

pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}
