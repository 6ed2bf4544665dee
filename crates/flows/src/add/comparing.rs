//! What a contact's card and the sender's signature say differently, and what of it is to be changed.

use super::form::{Fault, field_named, kind_of_site};
use crate::Trouble;
use crate::signature::{Author, Signature, Whence, read, same_number, same_words};
use api::{Card, Contact, ContactChange, ContactField, EmailAddress, UpdateContact};

/// One thing that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What.
    pub field: ContactField,
    /// The kind of phone, for a phone.
    pub phone_kind: String,
    /// What stands in iMIS; empty for nothing.
    pub in_imis: String,
    /// What the signature says.
    pub in_signature: String,
    /// Where it says so.
    pub from: Whence,
    /// Whether it is to be changed.
    pub ticked: bool,
    /// What is wrong with it.
    pub fault: Option<Fault>,
}

/// Where a comparison stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ComparePhase {
    /// Card and signature are on their way.
    Reading,
    /// The card could not be had.
    Failed(Trouble),
    /// The person looks.
    Looking,
    /// The server is asked.
    Sending,
    /// Nobody knows whether it was changed; the same may be sent again.
    Unsure(Trouble),
    /// So many things were changed.
    Done(usize),
}

/// A comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// Of whom.
    pub contact: Contact,
    /// Where it stands.
    pub phase: ComparePhase,
    /// What differs.
    pub differences: Vec<Difference>,
    /// Why it was not changed.
    pub trouble: Option<Trouble>,
    /// Whether the message's text could not be read.
    pub unread: bool,
    /// The sender's name and address.
    author: (String, Option<EmailAddress>),
    pub(crate) signature: Option<Signature>,
    pub(crate) card: Option<Box<Card>>,
}

impl Comparison {
    pub(crate) fn new(contact: Contact, author: (String, Option<EmailAddress>)) -> Self {
        let phase = ComparePhase::Reading;
        let (signature, card) = (None, None);
        Self { contact, phase, differences: vec![], trouble: None, unread: false, author, signature, card }
    }

    /// Reads the signature in the message's text.
    pub(crate) fn read(&mut self, body: &str) {
        let (name, address) = &self.author;
        self.signature = Some(read(body, &Author { name, address: address.as_ref(), own: &[] }));
    }

    /// Compares once both are there. Ticks and faults of before stay.
    pub(crate) fn compare(&mut self, kinds: &[String]) {
        let (Some(signature), Some(card)) = (&self.signature, &self.card) else { return };
        let before = std::mem::take(&mut self.differences);
        self.differences = differences(signature, card, kinds);
        for difference in &mut self.differences {
            let same = |old: &&Difference| old.field == difference.field && old.in_signature == difference.in_signature;
            if let Some(old) = before.iter().find(same) {
                difference.ticked = old.ticked;
                difference.fault.clone_from(&old.fault);
            }
        }
        self.phase = ComparePhase::Looking;
    }

    /// What is to be changed, if anything is.
    pub(crate) fn update(&self) -> Option<UpdateContact> {
        let change = |difference: &Difference| ContactChange {
            field: difference.field,
            phone_kind: difference.phone_kind.clone(),
            from: difference.in_imis.clone(),
            to: difference.in_signature.clone(),
        };
        let changes: Vec<_> = self.differences.iter().filter(|difference| difference.ticked).map(change).collect();
        (!changes.is_empty()).then(|| UpdateContact { contact: self.contact.id.clone(), changes })
    }

    /// It was not changed; whether the card has to be read anew.
    pub(crate) fn refused(&mut self, trouble: &Trouble) -> bool {
        let conflict = trouble.is_code(api::ProblemCode::Conflict);
        let Trouble::Server(problem) = trouble else { return false };
        let named: Vec<_> = problem.fields.iter().filter_map(|told| Some((field_named(&told.field)?, told))).collect();
        let one = problem.field.as_deref().and_then(field_named);
        for difference in self.differences.iter_mut().filter(|difference| difference.ticked) {
            let told = named.iter().find(|(field, _)| *field == difference.field);
            difference.fault = match told {
                _ if conflict
                    && (told.is_some() || one == Some(difference.field) || (named.is_empty() && one.is_none())) =>
                {
                    Some(Fault::Changed)
                }
                Some((_, told)) => Some(Fault::Imis(told.message.clone())),
                None => None,
            };
        }
        self.phase = ComparePhase::Looking;
        conflict
    }
}

fn differences(signature: &Signature, card: &Card, kinds: &[String]) -> Vec<Difference> {
    let mut differences = vec![];
    let mut differs = |field, phone_kind: String, in_imis: &str, in_signature: &str, from: &Whence| {
        differences.push(Difference {
            field,
            phone_kind,
            in_imis: in_imis.to_owned(),
            in_signature: in_signature.to_owned(),
            from: from.clone(),
            // What is there is only overwritten by somebody who says so.
            ticked: in_imis.is_empty(),
            fault: None,
        });
    };
    if let Some(title) = &signature.title {
        let known = card.contact.title.as_deref().unwrap_or_default();
        if !same_words(known, &title.value) {
            differs(ContactField::Title, String::new(), known, &title.value, &title.from);
        }
    }
    let mut taken: Vec<String> = vec![];
    for phone in &signature.phones {
        if card.phones.iter().any(|known| same_number(&known.number, &phone.value.number)) {
            continue;
        }
        let kind = kind_of_site(phone.value.kind, kinds);
        // Of two new numbers of a kind only the first can stand there.
        if taken.contains(&kind) {
            continue;
        }
        let is = |known: &&api::Phone| bare(&known.kind) == bare(&kind);
        let known = card.phones.iter().find(is);
        // Another number of this kind that the signature repeats is right as it is.
        let confirmed =
            |known: &api::Phone| signature.phones.iter().any(|other| same_number(&other.value.number, &known.number));
        if known.is_some_and(confirmed) {
            continue;
        }
        taken.push(kind.clone());
        let in_imis = known.map_or("", |known| known.number.as_str()).to_owned();
        let kind = known.map_or(kind, |known| known.kind.clone());
        differs(ContactField::Phone, kind, &in_imis, &phone.value.number, &phone.from);
    }
    if let Some(site) = &signature.website {
        let known = card.website.as_deref().unwrap_or_default();
        if host(known) != host(&site.value) {
            differs(ContactField::Website, String::new(), known, &site.value, &site.from);
        }
    }
    differences
}

fn bare(kind: &str) -> String {
    kind.trim_start_matches('_').trim().to_lowercase()
}

fn host(site: &str) -> String {
    let site = site.to_lowercase();
    let site = site.trim_start_matches("https://").trim_start_matches("http://").trim_start_matches("www.");
    site.trim_end_matches('/').to_owned()
}
