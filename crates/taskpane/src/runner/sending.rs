//! Saving after sending: the wish on a draft, what is noted of messages, and what is settled.
//!
//! Two write notes: the send handler (`server/src/pages/send.js`), of what it saw leave, into the mailbox's settings and
//! into the browser's storage; and the pane, of wishes and of what is settled, into the browser's storage alone, since
//! whoever writes a mailbox's settings writes all of them as it knew them last. Where the pane writes the settings for
//! another reason, [`keep_notes`] puts both lists together first.

use super::{compose, outlook, session};
use crate::dispatch::Dispatch;
use api::{ActivityTypeId, EmailAddress, SaveId, TableId};
use flows::{Event, Message, MessageKey, Role, SendAbility, SendWish, SendingEffect, SendingEvent, SentNote, Target};
use flows::{Trouble, save_in_headers};
use leptos::prelude::window;
use office::item::Item;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::cmp::Reverse;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::StorageEvent;

/// What both write; the pane's own lists stand behind the same name.
const NOTED: &str = "imis-sent";
const WISHED: &str = "-wished";
const SETTLED: &str = "-settled";
/// With the draft, for the handler.
const WISH: &str = "imis-save";
/// So many of each list are kept.
const MOST: usize = 100;
/// So long is the list in the mailbox's settings, which hold 32 KB in all; the handler keeps to the same.
const MOST_NOTED_CHARS: usize = 24_000;

/// A note as it is written.
#[derive(Serialize, Deserialize)]
struct Written {
    save: String,
    at: i64,
    subject: String,
    to: Vec<String>,
    bcc: Vec<String>,
    count: usize,
    wish: Option<WrittenWish>,
}

#[derive(Serialize, Deserialize)]
struct WrittenWish {
    activity: Option<String>,
    table: Option<String>,
    without: Vec<String>,
}

/// Carries out one effect.
pub(super) async fn carry_out(effect: SendingEffect, dispatch: Dispatch) -> Option<SendingEvent> {
    match effect {
        SendingEffect::Follow => {
            follow(dispatch);
            Some(noted())
        }
        SendingEffect::Look(key) => {
            let item = compose::draft(&key).ok()?;
            // Where Outlook has no such event, people are read when the wish is put.
            let changed = move || dispatch.send(Event::Sending(SendingEvent::Changed));
            let _ = item.on_recipients_changed(changed).await;
            let save = item.draft_header(flows::SAVE_HEADER).await.ok()??;
            Some(SendingEvent::Found(key, SaveId(save)))
        }
        SendingEffect::Read(key) => {
            let message = read(&key).await;
            Some(SendingEvent::Read(key, message))
        }
        SendingEffect::Put(number, key, note) => Some(SendingEvent::Put(number, put(&key, &note).await)),
        SendingEffect::TakeOff(number, key, save) => {
            keep_wishes(|wishes| wishes.retain(|wish| wish.save != save.0));
            let taken =
                async { compose::draft(&key)?.take_off_header(flows::SAVE_HEADER).await.map_err(outlook::trouble) };
            Some(SendingEvent::Put(number, taken.await))
        }
        SendingEffect::ReadHeaders(key) => {
            let item = Item::current().filter(|item| item.key().opening() == key.opening)?;
            let headers = item.internet_headers().await.ok()?;
            save_in_headers(&headers).map(|save| SendingEvent::Headed(key, save))
        }
        SendingEffect::Settle(save) => {
            keep_wishes(|wishes| wishes.retain(|wish| wish.save != save.0));
            let mut settled = settled();
            settled.insert(0, save.0);
            settled.truncate(MOST);
            write(SETTLED, &settled);
            None
        }
    }
}

/// Tells whenever another page of this browser notes something.
fn follow(dispatch: Dispatch) {
    let name = name("");
    let heard = Closure::<dyn Fn(StorageEvent)>::new(move |event: StorageEvent| {
        if event.key().is_some_and(|key| key.starts_with(&name)) {
            dispatch.send(Event::Sending(noted()));
        }
    });
    // A window that takes no listener reads the notes when it is opened again.
    let _ = window().add_event_listener_with_callback("storage", heard.into_js_value().unchecked_ref());
}

fn noted() -> SendingEvent {
    let ability = if office::ready::supports("Mailbox", "1.12") {
        SendAbility::Handler
    } else if office::ready::supports("Mailbox", "1.8") {
        SendAbility::Headers
    } else {
        SendAbility::Nothing
    };
    SendingEvent::Noted(ability, notes())
}

/// Everything noted and not settled, newest first.
fn notes() -> Vec<SentNote> {
    let settled = settled();
    let wishes: Vec<Written> = kept(WISHED);
    let there: Option<Vec<Written>> = office::settings::get(NOTED).and_then(|text| serde_json::from_str(&text).ok());
    let mut notes: Vec<SentNote> = vec![];
    let left = kept("").into_iter().chain(there.unwrap_or_default()).map(|note| (note, true));
    for (written, sent) in left.chain(wishes.into_iter().map(|wish| (wish, false))) {
        if settled.contains(&written.save) {
            continue;
        }
        let note = note(written, sent);
        match notes.iter_mut().find(|known| known.save == note.save) {
            // The handler may not have been told everything in time.
            Some(known) if known.count == 0 || known.subject.is_empty() => {
                let (at_ms, wish) = (known.at_ms, known.wish.take().or(note.wish.clone()));
                *known = SentNote { at_ms, wish, sent: known.sent, ..note };
            }
            Some(known) => known.wish = known.wish.take().or(note.wish),
            None => notes.push(note),
        }
    }
    notes.sort_by_key(|note| Reverse(note.at_ms));
    notes.truncate(MOST);
    notes
}

/// Puts what the send handler noted since this page was opened, here or as far as the mailbox was read then on another
/// computer, into the settings that are about to be written.
pub(super) fn keep_notes() {
    let there = office::settings::get(NOTED);
    let there: Option<Vec<Value>> = there.and_then(|text| serde_json::from_str(&text).ok());
    let noted = together(kept(""), there.unwrap_or_default(), &settled());
    // What does not fit stays where it was read.
    let _ = match noted {
        Some(text) => office::settings::set(NOTED, &text),
        None => office::settings::remove(NOTED),
    };
}

/// Both lists as one, the newest first, as the send handler writes it: without what is settled, and as long as there is
/// room for. Nothing where nothing is left.
fn together(here: Vec<Value>, there: Vec<Value>, settled: &[String]) -> Option<String> {
    let mut known = settled.to_vec();
    let mut noted = here;
    noted.extend(there);
    // What both have is told in full here, as the browser's storage is always the latest.
    noted.retain(|note| {
        let save = note["save"].as_str().unwrap_or_default().to_owned();
        let new = !save.is_empty() && !known.contains(&save);
        known.push(save);
        new
    });
    noted.sort_by_key(|note| Reverse(note["at"].as_i64()));
    loop {
        let text = serde_json::to_string(&noted).ok().filter(|_| !noted.is_empty())?;
        if noted.len() == 1 || text.encode_utf16().count() <= MOST_NOTED_CHARS {
            return Some(text);
        }
        noted.pop();
    }
}

fn note(written: Written, sent: bool) -> SentNote {
    let wish = written.wish.map(|wish| SendWish {
        activity: wish.activity.map(ActivityTypeId),
        table: wish.table.map(TableId),
        without: wish.without.iter().filter_map(|address| EmailAddress::parse(address).ok()).collect(),
    });
    let Written { save, at, subject, to, bcc, count, .. } = written;
    SentNote { save: SaveId(save), at_ms: at, sent, subject, to, count, bcc, wish }
}

fn written(note: &SentNote) -> Written {
    Written {
        save: note.save.0.clone(),
        at: note.at_ms,
        subject: note.subject.clone(),
        to: note.to.clone(),
        bcc: note.bcc.clone(),
        count: note.count,
        wish: note.wish.as_ref().map(written_wish),
    }
}

fn written_wish(wish: &SendWish) -> WrittenWish {
    let without = wish.without.iter().map(|address| address.as_str().to_owned()).collect();
    let activity = wish.activity.as_ref().map(|activity| activity.0.clone());
    WrittenWish { activity, table: wish.table.as_ref().map(|table| table.0.clone()), without }
}

/// Puts a wish on the draft: the name where it travels along, the rest where the handler finds it.
async fn put(key: &MessageKey, note: &SentNote) -> Result<(), Trouble> {
    keep_wishes(|wishes| {
        wishes.retain(|wish| wish.save != note.save.0);
        wishes.insert(0, written(note));
        wishes.truncate(MOST);
    });
    let item = compose::draft(key)?;
    let wish = note.wish.as_ref().and_then(|wish| serde_json::to_string(&written_wish(wish)).ok());
    // Outlooks before 1.11 have no place for it; they have no handler that would look.
    let _ = item.keep_with_draft(WISH, &wish.unwrap_or_default()).await;
    item.put_header(flows::SAVE_HEADER, &note.save.0).await.map_err(outlook::trouble)
}

/// The draft as a message that leaves now.
async fn read(key: &MessageKey) -> Result<Message, Trouble> {
    let item = compose::draft(key)?;
    let own = office::mailbox::user_profile();
    let own =
        own.map(|own| flows::Correspondent { name: own.display_name, address: own.email_address, role: Role::From });
    let mut correspondents: Vec<_> = own.into_iter().collect();
    for target in Target::ALL {
        let role = match target {
            Target::To => Role::To,
            Target::Cc => Role::Cc,
            Target::Bcc => Role::Bcc,
        };
        let there = item.recipients(compose::field(target)).await.map_err(outlook::trouble)?;
        correspondents.extend(there.into_iter().map(|person| outlook::correspondent(person, role)));
    }
    Ok(Message {
        key: key.clone(),
        subject: item.draft_subject().await.map_err(outlook::trouble)?,
        correspondents,
        attachments: vec![],
        message_id: String::new(),
        received_ms: None,
        references: vec![],
        conversation: String::new(),
        sent_ms: None,
        utc_offset_minutes: outlook::utc_offset_minutes(None),
        outgoing: true,
    })
}

fn name(list: &str) -> String {
    [&office::locale::partition_key().unwrap_or_default(), NOTED, list].concat()
}

fn kept<T: for<'read> Deserialize<'read>>(list: &str) -> Vec<T> {
    let text = session::for_the_browser().and_then(|storage| storage.get_item(&name(list)).ok().flatten());
    text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

fn write<T: Serialize>(list: &str, entries: &[T]) {
    if let Ok(text) = serde_json::to_string(entries) {
        session::put(session::for_the_browser(), &name(list), &text);
    }
}

fn settled() -> Vec<String> {
    kept(SETTLED)
}

fn keep_wishes(change: impl FnOnce(&mut Vec<Written>)) {
    let mut wishes = kept(WISHED);
    change(&mut wishes);
    write(WISHED, &wishes);
}

#[cfg(test)]
mod tests {
    use super::{MOST_NOTED_CHARS, together};
    use serde_json::{Value, json};

    fn note(save: &str, at: i64, subject: &str) -> Value {
        json!({ "save": save, "at": at, "subject": subject })
    }

    fn saves(text: &str) -> Vec<(String, String)> {
        let notes: Vec<Value> = serde_json::from_str(text).unwrap();
        let part = |note: &Value, name: &str| note[name].as_str().unwrap().to_owned();
        notes.iter().map(|note| (part(note, "save"), part(note, "subject"))).collect()
    }

    #[test]
    fn what_another_computer_noted_stays_and_what_both_have_stands_once_as_it_is_here() {
        let here = vec![note("both", 2, "in full"), note("gone", 4, "")];
        let there = vec![note("theirs", 3, ""), note("both", 2, ""), note("gone", 4, "")];
        let text = together(here, there, &["gone".to_owned()]).unwrap();
        assert_eq!(saves(&text), [("theirs".into(), String::new()), ("both".into(), "in full".into())]);
        assert_eq!(together(vec![note("gone", 4, "")], vec![], &["gone".to_owned()]), None);
    }

    #[test]
    fn the_oldest_notes_give_way_where_there_is_no_room() {
        let long = "ü".repeat(MOST_NOTED_CHARS / 3);
        let there = vec![note("new", 3, &long), note("older", 2, &long), note("oldest", 1, &long)];
        let text = together(vec![], there, &[]).unwrap();
        assert_eq!(saves(&text).into_iter().map(|(save, _)| save).collect::<Vec<_>>(), ["new", "older"]);
        assert!(together(vec![note("alone", 1, &"ü".repeat(MOST_NOTED_CHARS))], vec![], &[]).is_some());
    }
}
