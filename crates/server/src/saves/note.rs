//! The note that a person writes with a message, where a record has one body for both: before the message, in a block
//! of its own that nobody takes for the message.

use api::SaveMessage;
use std::borrow::Cow;

/// What parts the note from the message in text.
const LINE: &str = "----------------------------------------";

/// The body as text, with the note before it.
pub(super) fn in_text<'a>(ask: &SaveMessage, body: Cow<'a, str>) -> Cow<'a, str> {
    match ask.message.note.trim() {
        "" => body,
        note => Cow::Owned(format!("Note:\n{note}\n{LINE}\n\n{body}")),
    }
}

/// The body as HTML, with the note before it: inside `<body>` where there is one.
pub(super) fn in_html(ask: &SaveMessage) -> Cow<'_, str> {
    let html = &*ask.message.html;
    let note = ask.message.note.trim();
    if note.is_empty() {
        return Cow::Borrowed(html);
    }
    let lines: Vec<String> = note.lines().map(escaped).collect();
    let block = format!(
        "<div class=\"imis-outlook-note\" style=\"border-left:3px solid #0f6cbd;padding:4px 8px;margin:0 0 16px\">\
         <p style=\"margin:0\"><strong>Note</strong></p><p style=\"margin:0\">{}</p></div>",
        lines.join("<br>")
    );
    let place = body_start(html);
    Cow::Owned([&html[..place], &block, &html[place..]].concat())
}

/// Where the body's content begins: behind `<body …>`, or at the start. The tag is looked for as text, so one in a
/// comment before it could be taken for it; the note then stands there, where it does no harm.
fn body_start(html: &str) -> usize {
    let lower = html.to_ascii_lowercase();
    let start = lower.match_indices("<body").find(|(place, tag)| {
        lower[place + tag.len()..].starts_with(|letter: char| letter == '>' || letter.is_ascii_whitespace())
    });
    start.and_then(|(place, _)| Some(place + lower[place..].find('>')? + 1)).unwrap_or(0)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::{body_start, escaped};

    #[test]
    fn the_note_stands_inside_the_body_and_is_no_markup() {
        assert_eq!(body_start("<html><BODY class=\"a\">x"), "<html><BODY class=\"a\">".len());
        assert_eq!(body_start("<p>x</p>"), 0);
        assert_eq!(body_start("<bodyguard>x"), 0);
        assert_eq!(escaped("a <b> & \"c\""), "a &lt;b&gt; &amp; &quot;c&quot;");
    }
}
