//! The open message: its heading, its people, and saving it.

use super::{people, saved};
use crate::chunks;
use crate::dispatch::dispatch;
use crate::parts::{block, told};
use crate::{format, words};
use flows::{App, Role};
use leptos::prelude::*;

/// Subject, sender and moment.
fn summary(app: &App) -> (String, String) {
    let Some(mail) = app.open_mail() else { return (String::new(), String::new()) };
    let message = &mail.message;
    let sender = message.correspondents.iter().find(|person| person.role == Role::From);
    let sender = sender.map(|person| if person.name.is_empty() { &person.address } else { &person.name });
    let mut line = sender.map(|name| words::sent_by(name)).unwrap_or_default();
    if let Some(sent_ms) = message.sent_ms {
        if !line.is_empty() {
            line.push_str(" · ");
        }
        line.push_str(&format::moment(sent_ms));
    }
    (subject(&message.subject).to_owned(), line)
}

/// A subject as it is shown.
pub(super) fn subject(subject: &str) -> &str {
    if subject.trim().is_empty() { words::no_subject() } else { subject }
}

/// The open message.
pub(super) fn mail() -> impl IntoView {
    let dispatch = dispatch();
    let summary = dispatch.project(summary);
    let saving = dispatch.project(|app| app.save_of_open_mail().is_some());
    view! {
        <div class="view-mail">
            <h2 class="view-mail-subject">{told(move || summary.get().0)}</h2>
            <p class="quiet">{told(move || summary.get().1)}</p>
        </div>
        {saved::saved()}
        {chunks::sender()}
        {people::people()}
        {block(move || if saving.get() { chunks::save_panel() } else { chunks::save_form() })}
    }
}
