//! A message being written: where people are put, what is put into its text, and what came of it. Nothing of this
//! shows while no message is being written.

use super::sending;
use crate::dispatch::dispatch;
use crate::parts::{block, sends, spinner, trouble_notice};
use crate::values;
use crate::words;
use api::{CollectRecipients, Column, ColumnKind, Contact, ContactId, QueryRow};
use flows::{ComposeEvent, Event, FillStage, Filling, Inserting, Insertion, Tally, Target};
use leptos::prelude::*;

/// The field's name, as Outlook has it.
pub(super) fn field_name(target: Target) -> &'static str {
    match target {
        Target::To => words::compose_to(),
        Target::Cc => words::compose_cc(),
        Target::Bcc => words::compose_bcc(),
    }
}

/// The screen in place of a message.
pub(crate) fn message_in_writing() -> AnyView {
    view! {
        <div class="view-empty">
            <span class="icon icon--mail" aria-hidden="true"></span>
            <h2>{words::compose_title()}</h2>
            <p>{words::compose_text()}</p>
        </div>
        {outcome()}
        {sending::wish()}
    }
    .into_any()
}

/// Buttons that put a contact into To, Cc or Bcc; what comes of it, [`outcome`] tells.
pub(super) fn recipient_buttons(contact: &Contact) -> AnyView {
    let composing = dispatch().project(|app| app.compose.message.is_some());
    let (id, name) = (contact.id.clone(), contact.name.clone());
    block(move || {
        composing.get().then(|| {
            let one = |target: Target| {
                let event = ComposeEvent::FillAsked(target, vec![id.clone()]);
                view! {
                    <button type="button" class="part-button" on:click=sends(Event::Compose(event))>
                        {field_name(target)}
                    </button>
                }
            };
            let buttons: Vec<_> = Target::ALL.into_iter().map(one).collect();
            view! { <div class="view-into" role="group" aria-label=words::compose_into(&name)>{buttons}</div> }
        })
    })
}

/// The same on the contact's own sheet, with the button that puts its facts into the message, and what came of it.
pub(super) fn for_contact(contact: &ContactId) -> AnyView {
    let id = contact.clone();
    let known = dispatch().project(move |app| {
        app.compose.message.as_ref()?;
        app.cards.get(&id).map(|known| known.contact.clone())
    });
    block(move || {
        known.get().map(|contact| {
            let event = Event::Compose(ComposeEvent::InsertAsked(facts(&contact)));
            view! {
                <section class="view-section" aria-label=words::compose_into(&contact.name)>
                    <div class="part-actions">
                        {recipient_buttons(&contact)}
                        <button type="button" class="part-button" on:click=sends(event)>
                            {words::compose_insert_facts()}
                        </button>
                    </div>
                    {outcome()}
                </section>
            }
        })
    })
}

/// What came of putting people or text into the message.
pub(super) fn outcome() -> AnyView {
    let dispatch = dispatch();
    let fillings = dispatch.project(|app| app.compose.fillings().cloned().collect::<Vec<_>>());
    let inserting = dispatch.project(|app| app.compose.inserting.clone());
    view! {
        <div class="view-outcome" role="status">
            {block(move || fillings.get().iter().map(filled).collect::<Vec<_>>())}
            {block(move || inserting.get().map(|inserting| match inserting {
                Inserting::Running => spinner(words::compose_inserting()).into_any(),
                Inserting::Done => view! { <p>{words::compose_inserted()}</p> }.into_any(),
                Inserting::Failed(trouble) => trouble_notice(&trouble, None).into_any(),
            }))}
        </div>
    }
    .into_any()
}

fn filled(filling: &Filling) -> AnyView {
    let field = field_name(filling.target);
    let trouble = match &filling.stage {
        FillStage::Collecting => return spinner(words::compose_collecting()).into_any(),
        FillStage::Looking => return spinner(words::compose_looking()).into_any(),
        FillStage::Adding => return view! { <p>{words::compose_adding(field)}</p> }.into_any(),
        FillStage::Done => None,
        FillStage::Failed(trouble) => Some(trouble_notice(trouble, None)),
    };
    let lines: Vec<_> = tally(&filling.tally, field).into_iter().map(|line| view! { <p>{line}</p> }).collect();
    view! { {trouble} {lines} }.into_any()
}

/// What became of people, in sentences.
fn tally(tally: &Tally, field: &str) -> Vec<String> {
    let count = |number: u32| values::count(number.into());
    let mut lines = vec![words::compose_added(&count(tally.added), field)];
    let reasons = [
        (tally.repeated, words::compose_twice(&count(tally.repeated))),
        (tally.without_address, words::compose_addressless(&count(tally.without_address))),
        (tally.opted_out, words::compose_opted_out(tally.opted_out as usize)),
        (tally.no_room, words::compose_no_room(&count(tally.no_room))),
    ];
    let reasons: Vec<String> = reasons.into_iter().filter(|(number, _)| *number > 0).map(|(_, text)| text).collect();
    if !reasons.is_empty() {
        lines.push(words::compose_left_out(&reasons.join(", ")));
    }
    if tally.more {
        lines.push(words::compose_more(&values::count(CollectRecipients::MAX as u64)));
    }
    lines
}

/// Rows as a table; in a message of plain text, a line each with tabs between.
pub(super) fn table(columns: &[Column], rows: &[QueryRow]) -> Insertion {
    let heads: Vec<String> = columns.iter().map(|column| column.caption.clone()).collect();
    let told = |row: &QueryRow| -> Vec<String> {
        let value = |(at, column): (usize, &Column)| {
            row.values.get(at).and_then(Option::as_deref).map_or_else(String::new, |text| told(column.kind, text))
        };
        columns.iter().enumerate().map(value).collect()
    };
    let lines: Vec<Vec<String>> = rows.iter().map(told).collect();
    grid(&heads, &lines)
}

fn told(kind: ColumnKind, text: &str) -> String {
    values::value(kind, text)
}

fn grid(heads: &[String], lines: &[Vec<String>]) -> Insertion {
    // Attributes of old: mail programs know them, and drop style sheets.
    let mut html = "<table border=\"1\" cellpadding=\"4\" cellspacing=\"0\"><thead>".to_owned();
    line_of(&mut html, "th", heads);
    html.push_str("</thead><tbody>");
    for line in lines {
        line_of(&mut html, "td", line);
    }
    html.push_str("</tbody></table><br>");
    let flat =
        |line: &[String]| line.iter().map(|text| text.replace(['\t', '\n', '\r'], " ")).collect::<Vec<_>>().join("\t");
    let mut text = flat(heads);
    for line in lines {
        text.push('\n');
        text.push_str(&flat(line));
    }
    text.push('\n');
    Insertion { html, text }
}

fn line_of(html: &mut String, cell: &str, line: &[String]) {
    html.push_str("<tr>");
    for text in line {
        for piece in ["<", cell, ">", &escaped(text), "</", cell, ">"] {
            html.push_str(piece);
        }
    }
    html.push_str("</tr>");
}

/// Text as HTML that says nothing but it.
fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            '\n' => html.push_str("<br>"),
            '\r' => {}
            other => html.push(other),
        }
    }
    html
}

/// A contact's facts, a line each.
fn facts(contact: &Contact) -> Insertion {
    let filled = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let work: Vec<String> =
        [&contact.title, &contact.organisation, &contact.city].into_iter().filter_map(filled).collect();
    let mut lines = vec![contact.name.clone()];
    lines.extend((!work.is_empty()).then(|| work.join(", ")));
    lines.extend(contact.email.as_ref().map(|address| address.as_str().to_owned()));
    lines.extend(filled(&contact.phone).map(|phone| words::compose_phone(&phone)));
    lines.extend(filled(&contact.member_type));
    lines.push(words::compose_id(&contact.id.0));
    let text = lines.join("\n");
    Insertion { html: ["<p>", &escaped(&text), "</p>"].concat(), text: text + "\n" }
}

#[cfg(test)]
mod tests {
    use super::{escaped, grid};

    fn line(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn whatever_a_row_says_it_is_text_in_the_message() {
        assert_eq!(escaped("<img src=x onerror='a()'>&\"\n"), "&lt;img src=x onerror=&#39;a()&#39;&gt;&amp;&quot;<br>");
        let made = grid(&line(&["Name"]), &[line(&["<script>"])]);
        assert!(made.html.contains("<td>&lt;script&gt;</td>"), "{}", made.html);
    }

    #[test]
    fn in_plain_text_a_row_stays_a_line() {
        let made = grid(&line(&["Name", "Note"]), &[line(&["Ada", "two\nlines\tand a tab"])]);
        assert_eq!(made.text, "Name\tNote\nAda\ttwo lines and a tab\n");
    }
}
