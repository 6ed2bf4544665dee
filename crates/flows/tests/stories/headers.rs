//! What a message's own headers tell of it.

use crate::world::{id, mail, message, signed_in, with_matched};
use flows::{Body, Effect, Event, Headers, Role};

fn sent(ms: i64) -> Headers {
    Headers { sent_ms: Some(ms), references: vec!["<first@example.org>".to_owned()] }
}

#[test]
fn headers_are_read_once_an_opening_and_give_the_true_time_and_what_is_answered() {
    let mut app = signed_in();
    let mut opened = message(1, &[(Role::From, "ada@example.org")]);
    opened.received_ms = opened.sent_ms;
    let key = opened.key.clone();
    let asked = app.update(Event::MessageOpened(opened));
    assert!(asked.contains(&Effect::ReadHeaders(key.clone())));
    assert!(!app.update(Event::MatchAgainAsked).contains(&Effect::ReadHeaders(key.clone())));
    app.update(Event::HeadersRead(key.clone(), sent(1_699_990_000_000), 120));
    let known = &mail(&app).message;
    assert_eq!((known.sent_ms, known.utc_offset_minutes), (Some(1_699_990_000_000), 120));
    assert_eq!(known.references, ["<first@example.org>"]);
}

#[test]
fn a_sender_s_clock_that_is_days_ahead_is_not_believed_and_late_headers_of_another_message_are_dropped() {
    let mut app = with_matched(message(1, &[(Role::From, "ada@example.org")]));
    let key = mail(&app).message.key.clone();
    let arrived = mail(&app).message.sent_ms;
    app.update(Event::MessageOpened(flows::Message { received_ms: arrived, ..mail(&app).message.clone() }));
    app.update(Event::HeadersRead(key.clone(), sent(arrived.unwrap_or_default() + 3 * 86_400_000), 0));
    assert_eq!(mail(&app).message.sent_ms, arrived);
    app.update(Event::MessageOpened(message(2, &[(Role::From, "ada@example.org")])));
    app.update(Event::HeadersRead(key, sent(5), 0));
    assert_eq!(mail(&app).message.sent_ms, message(2, &[]).sent_ms);
    assert!(mail(&app).message.references.is_empty());
}

#[test]
fn headers_that_come_while_the_body_is_read_are_in_the_save_and_later_ones_do_not_change_it() {
    let mut app = with_matched(message(1, &[(Role::From, "ada@example.org")]));
    let key = mail(&app).message.key.clone();
    app.update(Event::SaveAsked(id("save-1")));
    app.update(Event::HeadersRead(key.clone(), sent(1_699_990_000_000), 0));
    let body = Body { html: String::new(), text: String::new() };
    let effects = app.update(Event::BodyRead(id("save-1"), Ok(body)));
    let Some(Effect::Save(asked)) = effects.iter().find(|effect| matches!(effect, Effect::Save(_))) else {
        panic!("{effects:?}")
    };
    assert_eq!(asked.facts.sent_ms, Some(1_699_990_000_000));
    assert_eq!(asked.facts.references, ["<first@example.org>"]);
    app.update(Event::HeadersRead(key, sent(7), 0));
    assert_eq!(app.saves[0].message.sent_ms, Some(1_699_990_000_000));
}
