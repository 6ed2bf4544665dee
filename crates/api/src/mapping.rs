//! Which part of a message goes into which field of a record: templates of tokens, filled alike in the pane, where the
//! person sees it, and in the server, which has the last word.
//!
//! A template is text with tokens in braces, `{Subject}`; the words are those of iMIS's own Options (`imis.md §14.3`).

use crate::{FieldKind, FormField, LocalTime};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// A field that a message is put into.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappedField {
    /// The field.
    pub field: FormField,
    /// What it is filled with, see [`fill`].
    pub template: String,
}

/// A part of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    /// The subject, as the person left it.
    Subject,
    /// The body as text.
    Body,
    /// The body as HTML.
    BodyHtml,
    /// The sender's address.
    Sender,
    /// The addresses in To and Cc.
    Recipients,
    /// When it was sent, or the time that the person gave.
    SentOn,
    /// When the mailbox got it.
    ReceivedOn,
    /// The names of the attachments that go along.
    AttachmentNames,
    /// The Internet Message-ID.
    MessageId,
    /// The note that the person wrote with it.
    Note,
    /// Who saves it.
    User,
}

impl Token {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Subject,
        Self::Body,
        Self::BodyHtml,
        Self::Sender,
        Self::Recipients,
        Self::SentOn,
        Self::ReceivedOn,
        Self::AttachmentNames,
        Self::MessageId,
        Self::Note,
        Self::User,
    ];

    /// Its name, as it stands between the braces.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Subject => "Subject",
            Self::Body => "Body",
            Self::BodyHtml => "BodyHtml",
            Self::Sender => "Sender",
            Self::Recipients => "Recipients",
            Self::SentOn => "SentOn",
            Self::ReceivedOn => "ReceivedOn",
            Self::AttachmentNames => "AttachmentNames",
            Self::MessageId => "MessageId",
            Self::Note => "Note",
            Self::User => "User",
        }
    }

    /// Whether it is a time.
    pub const fn is_time(self) -> bool {
        matches!(self, Self::SentOn | Self::ReceivedOn)
    }

    /// Whether it is the body, which Outlook has to be asked for.
    pub const fn is_body(self) -> bool {
        matches!(self, Self::Body | Self::BodyHtml)
    }

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|token| token.name().eq_ignore_ascii_case(name))
    }
}

/// A piece of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Text as it stands.
    Text(&'a str),
    /// A part of the message.
    Token(Token),
    /// A name between braces that is no token.
    Unknown(&'a str),
}

/// The pieces of a template. A brace that is not closed is text.
pub fn pieces(template: &str) -> Vec<Piece<'_>> {
    let mut pieces = vec![];
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, next)) = after.split_once('}') else { break };
        if !before.is_empty() {
            pieces.push(Piece::Text(before));
        }
        pieces.push(Token::named(name.trim()).map_or(Piece::Unknown(name), Piece::Token));
        rest = next;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    pieces
}

/// Whether a template holds such a token.
pub fn holds(template: &str, wanted: fn(Token) -> bool) -> bool {
    pieces(template).iter().any(|piece| matches!(piece, Piece::Token(token) if wanted(*token)))
}

/// Fills a template. Text around an empty token stays; white space at the ends does not, so that `{Note} {Subject}`
/// without a note is the subject alone.
pub fn fill<'a>(template: &str, value: &dyn Fn(Token) -> Cow<'a, str>) -> String {
    let mut text = String::new();
    for piece in pieces(template) {
        match piece {
            Piece::Text(plain) => text.push_str(plain),
            Piece::Token(token) => text.push_str(&value(token)),
            Piece::Unknown(_) => {}
        }
    }
    text.trim().to_owned()
}

/// A filled text as its field takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fitted {
    /// The value.
    pub value: String,
    /// Whether it had to be shortened.
    pub shortened: bool,
}

/// Fits a filled text into its field: a line has no breaks, and what is too long ends in `…`. Lengths are counted as
/// iMIS counts them, in UTF-16 units (`imis.md §6.1`).
pub fn fit(field: &FormField, text: &str) -> Fitted {
    let text = match field.kind {
        FieldKind::LongText => {
            text.replace(|letter: char| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t'), "")
        }
        _ => text.split(char::is_control).flat_map(str::split_whitespace).collect::<Vec<_>>().join(" "),
    };
    let most = field.max_chars.map_or(usize::MAX, |most| most as usize);
    if text.encode_utf16().count() <= most {
        return Fitted { value: text, shortened: false };
    }
    let mut units = 0;
    let fits = |letter: &char| {
        units += letter.len_utf16();
        units < most
    };
    let kept: String = text.chars().take_while(fits).collect();
    Fitted { value: [kept.trim_end(), "…"].concat(), shortened: true }
}

/// The parts of a message that templates are filled with.
#[derive(Clone, Default)]
pub struct MessageParts<'a> {
    /// The subject.
    pub subject: &'a str,
    /// The body as text.
    pub text: &'a str,
    /// The body as HTML.
    pub html: &'a str,
    /// The sender's address; empty where there is none.
    pub sender: &'a str,
    /// The addresses in To and Cc.
    pub recipients: String,
    /// When it was sent, local.
    pub sent_on: Option<LocalTime>,
    /// When the mailbox got it, local.
    pub received_on: Option<LocalTime>,
    /// The names of the attachments that go along.
    pub attachment_names: String,
    /// The Internet Message-ID; empty where there is none.
    pub message_id: &'a str,
    /// The person's note.
    pub note: &'a str,
    /// Who saves it.
    pub user: &'a str,
}

impl MessageParts<'_> {
    /// What a template makes of them, of any length. A date takes a time as it goes over the wire; text takes it as
    /// people read it.
    pub fn fill(&self, mapped: &MappedField) -> String {
        let is_date = matches!(mapped.field.kind, FieldKind::Date | FieldKind::DateTime);
        let time = |local: &Option<LocalTime>| {
            let text = local.as_ref().map_or("", |local| local.0.as_str());
            if is_date { text.to_owned() } else { text.get(..16).unwrap_or(text).replace('T', " ") }
        };
        let value = |token: Token| match token {
            Token::Subject => Cow::Borrowed(self.subject),
            Token::Body => Cow::Borrowed(self.text),
            Token::BodyHtml => Cow::Borrowed(self.html),
            Token::Sender => Cow::Borrowed(self.sender),
            Token::Recipients => Cow::Borrowed(self.recipients.as_str()),
            Token::SentOn => Cow::Owned(time(&self.sent_on)),
            Token::ReceivedOn => Cow::Owned(time(&self.received_on)),
            Token::AttachmentNames => Cow::Borrowed(self.attachment_names.as_str()),
            Token::MessageId => Cow::Borrowed(self.message_id),
            Token::Note => Cow::Borrowed(self.note),
            Token::User => Cow::Borrowed(self.user),
        };
        fill(&mapped.template, &value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_filled_and_strange_braces_do_no_harm() {
        let value = |token: Token| match token {
            Token::Subject => Cow::Borrowed("Dues"),
            Token::Note => Cow::Borrowed(""),
            _ => Cow::Owned(token.name().to_lowercase()),
        };
        assert_eq!(fill("{Subject}", &value), "Dues");
        assert_eq!(fill("{note} {SUBJECT}", &value), "Dues");
        assert_eq!(fill("Mail from {Sender}: {Subject}!", &value), "Mail from sender: Dues!");
        assert_eq!(fill("{Nothing}a{b", &value), "a{b");
        assert_eq!(pieces("{Nothing}"), [Piece::Unknown("Nothing")]);
        assert!(holds("x {BodyHtml}", Token::is_body) && !holds("Body", Token::is_body));
    }

    #[test]
    fn what_is_too_long_is_cut_where_letters_end_and_says_so() {
        let field =
            |kind, max_chars| FormField { name: String::new(), label: String::new(), kind, max_chars, required: false };
        let short = fit(&field(FieldKind::Text, Some(5)), "ab\u{1f600}cd");
        assert_eq!(short, Fitted { value: "ab\u{1f600}…".to_owned(), shortened: true });
        assert!(short.value.encode_utf16().count() <= 5);
        let whole = |value: &str| Fitted { value: value.to_owned(), shortened: false };
        assert_eq!(fit(&field(FieldKind::Text, Some(5)), "a\r\n b\u{7}c"), whole("a b c"));
        assert_eq!(fit(&field(FieldKind::LongText, None), "a\n\u{0}b"), whole("a\nb"));
    }
}
