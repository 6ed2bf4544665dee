//! What a message's signature says of its sender, read without sending it anywhere.
//!
//! Invariant: the time taken grows with the length of the body and no faster. Of the whole body only the lines
//! above the quoted message are looked at, of those only the last, and of each only its beginning.

mod block;
mod lists;
mod name;
mod net;
mod own;
mod phone;
mod postal;
mod text;
mod work;

use api::{EmailAddress, PersonName, PostalAddress};
use std::fmt;

/// Who wrote the message, as its header says.
#[derive(Clone, Copy)]
pub struct Author<'a> {
    /// Display name; may be empty, or an address.
    pub name: &'a str,
    /// Address, if it can be read.
    pub address: Option<&'a EmailAddress>,
    /// Addresses that are the reader's own, and never the author's.
    pub own: &'a [EmailAddress],
}

impl fmt::Debug for Author<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Author(…)")
    }
}

/// Where something was read.
#[derive(Clone, PartialEq, Eq)]
pub enum Whence {
    /// In this line of the signature.
    Line(String),
    /// In the sender's display name.
    Sender,
    /// In the sender's address.
    Address,
}

impl fmt::Debug for Whence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Line(_) => "Line(…)",
            Self::Sender => "Sender",
            Self::Address => "Address",
        })
    }
}

/// Something found, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found<T> {
    /// What.
    pub value: T,
    /// Where.
    pub from: Whence,
}

impl<T> Found<T> {
    fn in_line(value: T, line: &str) -> Self {
        Self { value, from: Whence::Line(line.trim().to_owned()) }
    }
}

/// What a phone number is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhoneKind {
    /// At work; also what says nothing else.
    Work,
    /// A mobile.
    Mobile,
    /// At home.
    Home,
    /// A fax.
    Fax,
}

/// A phone number as the signature writes it, an extension included.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedPhone {
    /// For what.
    pub kind: PhoneKind,
    /// The number.
    pub number: String,
}

impl fmt::Debug for SignedPhone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignedPhone({:?})", self.kind)
    }
}

/// What was found.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Signature {
    /// The sender's name, best from the signature, else from the header.
    pub name: Option<Found<PersonName>>,
    /// Title at the organisation.
    pub title: Option<Found<String>>,
    /// The organisation's name.
    pub organisation: Option<Found<String>>,
    /// Phones, in the order of the signature.
    pub phones: Vec<Found<SignedPhone>>,
    /// E-mails in the signature, the reader's own left out.
    pub emails: Vec<Found<EmailAddress>>,
    /// Web address, with its scheme if it was written with one.
    pub website: Option<Found<String>>,
    /// Postal address.
    pub address: Option<Found<PostalAddress>>,
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signature(…)")
    }
}

/// Reads the signature of a message's latest author from its body as text.
pub fn read(body: &str, author: &Author<'_>) -> Signature {
    let known = name::Known::of(author);
    let parts = own::parts(body);
    let block = parts.iter().find_map(|part| block::find(part, &known)).unwrap_or_default();
    let mut signature = Signature::default();
    let mut texts = take_contacts(&block.lines, author, &mut signature);
    signature.name = name::find(&mut texts, &known, block.spanish);
    signature.address = postal::find(&mut texts);
    let (title, organisation) = work::find(&texts, author, signature.name.is_some());
    signature.title = title;
    signature.organisation = organisation;
    signature
}

/// What is left of a line, or of a part of it, once phones, e-mails and web addresses are taken out.
struct Left {
    /// The words.
    text: String,
    /// The line they stood in.
    line: String,
}

fn take_contacts(lines: &[String], author: &Author<'_>, signature: &mut Signature) -> Vec<Left> {
    let mut texts = vec![];
    let mut label = String::new();
    for line in lines {
        for segment in text::segments(line) {
            let segment = text::without_legal(segment);
            if text::is_social(segment) {
                continue;
            }
            let (rest, emails) = net::take_emails(segment);
            for email in emails.into_iter().filter(|email| !author.own.contains(email)) {
                if signature.emails.iter().all(|found| found.value != email) {
                    signature.emails.push(Found::in_line(email, line));
                }
            }
            let (rest, site) = net::take_website(&rest, author.address);
            if signature.website.is_none() {
                signature.website = site.map(|site| Found::in_line(site, line));
            }
            let (rest, phones) = phone::take(&rest, &label);
            let any = !phones.is_empty();
            for phone in phones {
                let digits = text::digits(&phone.number);
                if signature.phones.iter().all(|found| text::digits(&found.value.number) != digits) {
                    signature.phones.push(Found::in_line(phone, line));
                }
            }
            label = if any { String::new() } else { rest.clone() };
            let left = net::without_labels(&rest);
            if left.chars().filter(|c| c.is_alphanumeric()).count() >= 2 {
                texts.push(Left { text: left, line: line.clone() });
            }
        }
    }
    texts
}

/// Whether two texts are the same words, whatever their accents, case and punctuation.
pub(crate) fn same_words(one: &str, other: &str) -> bool {
    text::plain(one) == text::plain(other)
}

/// Whether two numbers are one, however each is written: with its country or within it.
pub(crate) fn same_number(one: &str, other: &str) -> bool {
    let bare = |number: &str| text::digits(&number.replace("(0)", "")).trim_start_matches('0').to_owned();
    let (one, other) = (bare(one), bare(other));
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    long == short || (short.len() >= 7 && long.ends_with(&short))
}
