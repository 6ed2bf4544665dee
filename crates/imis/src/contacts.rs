//! Finding contacts by their e-mail addresses, in one wave of calls.

use crate::{
    Acting, Error, ErrorKind, Operation, PartyId,
    client::{ListFilter, equals},
    wire,
};
use futures_util::{FutureExt, StreamExt, future::BoxFuture, stream};
use std::fmt;

/// A contact, with the facts that tell it from another on the same address.
#[derive(Clone, PartialEq, Eq)]
pub struct Contact {
    /// Its key.
    pub id: PartyId,
    /// Whether it is an organisation rather than a person.
    pub is_organisation: bool,
    /// Full name.
    pub name: String,
    /// Primary e-mail.
    pub primary_email: Option<String>,
    /// All other e-mails.
    pub other_emails: Vec<String>,
    /// The organisation a person belongs to.
    pub organisation: Option<String>,
    /// Its key (`PrimaryOrganization`, `imis.md §5.2`).
    pub organisation_id: Option<PartyId>,
    /// Title there.
    pub title: Option<String>,
    /// City.
    pub city: Option<String>,
    /// Phone.
    pub phone: Option<String>,
    /// Member type as the site calls it, or its code.
    pub member_type: Option<String>,
    /// Status as the site words it.
    pub status: Option<String>,
    /// Active and not marked for deletion.
    pub active: bool,
}

impl Contact {
    /// An active person of whom nothing but the name is known.
    pub(crate) fn named(id: PartyId, name: &str) -> Self {
        Self {
            id,
            is_organisation: false,
            name: name.to_owned(),
            primary_email: None,
            other_emails: Vec::new(),
            organisation: None,
            organisation_id: None,
            title: None,
            city: None,
            phone: None,
            member_type: None,
            status: None,
            active: true,
        }
    }
}

impl fmt::Debug for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contact").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Which of a contact's e-mails matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EmailMatch {
    /// The primary one.
    Primary,
    /// Another one.
    Other,
}

/// One contact found for one address.
#[derive(Clone, PartialEq, Eq)]
pub struct ContactMatch {
    /// The address as it was asked for.
    pub address: String,
    /// The contact.
    pub contact: Contact,
    /// Which of its e-mails matched.
    pub email: EmailMatch,
}

impl fmt::Debug for ContactMatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ContactMatch")
            .field("contact", &self.contact)
            .field("email", &self.email)
            .finish_non_exhaustive()
    }
}

/// What a search found.
#[derive(Clone, Default)]
pub struct Found {
    /// All matches, in the order of the addresses.
    pub matches: Vec<ContactMatch>,
    /// Addresses that could not be asked for; the rest is complete.
    pub failed: Vec<String>,
    /// Why they could not; [`crate::ErrorKind::Unauthorized`] before any other reason.
    pub error: Option<Error>,
}

impl fmt::Debug for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Found")
            .field("matches", &self.matches.len())
            .field("failed", &self.failed.len())
            .field("error", &self.error)
            .finish()
    }
}

/// Longest list of addresses for one `in:` filter, in bytes as encoded: IIS takes
/// 2048 for the whole query.
const LIST_MAX_BYTES: usize = 1500;

/// What asking for one address brought.
type Outcome = Result<Vec<ContactMatch>, Error>;

impl Acting {
    /// Finds the contacts of these addresses. A few addresses take the time of
    /// one call: each is asked for at once. Many are asked for by lists (`in:`)
    /// where the site understands them, which is tried with an address that is
    /// known to be there.
    pub async fn find_by_addresses(&self, addresses: &[&str]) -> Found {
        let (first, rest) = addresses.split_at(addresses.len().min(self.client.limits().wave));
        let mut outcomes = self.find_each(first).await;
        if !rest.is_empty() {
            let known = outcomes.iter().flatten().flatten().next().map(|found| found.address.clone());
            outcomes.extend(self.find_many(rest, known.as_deref()).await);
        }
        gather(addresses, outcomes)
    }

    /// One call an address, so many at once.
    async fn find_each(&self, addresses: &[&str]) -> Vec<Outcome> {
        let call = |address| async move {
            let filter = equals(Operation::FindContacts, "email", address)?;
            Ok(owners(&self.parties(filter).await?, address))
        };
        // Boxed one by one: a lazy map of borrows hides that the search may move between threads.
        let calls: Vec<BoxFuture<'_, Outcome>> = addresses.iter().map(|address| call(*address).boxed()).collect();
        stream::iter(calls).buffered(self.client.limits().wave).collect().await
    }

    async fn find_many(&self, addresses: &[&str], known: Option<&str>) -> Vec<Outcome> {
        let usable = match self.client.list_filter() {
            ListFilter::Fails => false,
            ListFilter::Untried => known.is_some(),
            ListFilter::Works => true,
        };
        if !usable {
            return self.find_each(addresses).await;
        }
        let chunks = chunks(addresses).into_iter();
        let calls: Vec<BoxFuture<'_, Vec<Outcome>>> =
            chunks.map(|chunk| self.find_chunk(chunk, known).boxed()).collect();
        let width = (self.client.limits().wave / 2).max(1);
        stream::iter(calls).buffered(width).concat().await
    }

    /// One call for many addresses; one each where that turns out not to work.
    async fn find_chunk(&self, addresses: &[&str], known: Option<&str>) -> Vec<Outcome> {
        let sayable = addresses
            .iter()
            .chain(known.iter())
            .all(|address| equals(Operation::FindContacts, "email", address).is_ok());
        if !sayable || self.client.list_filter() == ListFilter::Fails {
            return self.find_each(addresses).await;
        }
        let all: Vec<&str> = addresses.iter().copied().chain(known).collect();
        match self.parties(("email".to_owned(), format!("in:{}", all.join("|")))).await {
            Ok(parties) if known.is_none_or(|known| !owners(&parties, known).is_empty()) => {
                if known.is_some() {
                    self.client.learn_list_filter(ListFilter::Works);
                }
                addresses.iter().map(|address| Ok(owners(&parties, address))).collect()
            }
            Err(error) if !about_the_filter(&error) => addresses.iter().map(|_| Err(error.clone())).collect(),
            Ok(_) | Err(_) => {
                self.client.learn_list_filter(ListFilter::Fails);
                self.find_each(addresses).await
            }
        }
    }

    async fn parties(&self, filter: (String, String)) -> Result<Vec<Contact>, Error> {
        let rows = self.list(Operation::FindContacts, "Party", &[filter], 4).await?;
        Ok(rows.iter().filter_map(wire::contact).collect())
    }
}

/// Whether another spelling of the filter might do better.
const fn about_the_filter(error: &Error) -> bool {
    matches!(
        error.kind,
        ErrorKind::Refused { .. }
            | ErrorKind::NotFound
            | ErrorKind::NotOffered
            | ErrorKind::ServerError
            | ErrorKind::NotUnderstood
            | ErrorKind::TooLarge
    )
}

/// The contacts that have this address. Others in the answer do not count: a
/// site that ignored the filter must not make a stranger a match.
fn owners(contacts: &[Contact], address: &str) -> Vec<ContactMatch> {
    let wanted = address.trim().to_lowercase();
    let is = |email: &String| email.trim().to_lowercase() == wanted;
    let matching = contacts.iter().filter_map(|contact| {
        let email = if contact.primary_email.iter().any(is) {
            EmailMatch::Primary
        } else if contact.other_emails.iter().any(is) {
            EmailMatch::Other
        } else {
            return None;
        };
        Some(ContactMatch { address: address.to_owned(), contact: contact.clone(), email })
    });
    matching.collect()
}

/// Cuts addresses into lists that fit into one query.
fn chunks<'a, 'b>(addresses: &'a [&'b str]) -> Vec<&'a [&'b str]> {
    let mut chunks = Vec::new();
    let (mut start, mut bytes) = (0, 0);
    for (index, address) in addresses.iter().enumerate() {
        // At worst every byte is encoded by three, and so is the `|`.
        let cost = 3 + address.bytes().map(|byte| if byte.is_ascii_alphanumeric() { 1 } else { 3 }).sum::<usize>();
        if bytes + cost > LIST_MAX_BYTES && index > start {
            chunks.push(&addresses[start..index]);
            (start, bytes) = (index, 0);
        }
        bytes += cost;
    }
    chunks.push(&addresses[start..]);
    chunks
}

fn gather(addresses: &[&str], outcomes: Vec<Outcome>) -> Found {
    let mut found = Found::default();
    for (address, outcome) in addresses.iter().zip(outcomes) {
        match outcome {
            Ok(matches) => found.matches.extend(matches),
            Err(error) => {
                found.failed.push((*address).to_owned());
                if found.error.is_none() || error.kind == ErrorKind::Unauthorized {
                    found.error = Some(error);
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_list_is_longer_than_a_query_may_be_and_none_is_lost() {
        let addresses: Vec<String> = (0..200).map(|n| format!("person.number{n}@example.org")).collect();
        let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
        let chunks = chunks(&addresses);
        assert_eq!(chunks.concat(), addresses);
        assert!(chunks.len() > 1 && chunks.iter().all(|chunk| chunk.join("%7C").len() <= LIST_MAX_BYTES));
    }
}
