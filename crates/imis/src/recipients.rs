//! What is needed of contacts to write to them: a name, an address, and whether they want it.

use crate::{
    Acting, ContactInFull, Error, ErrorKind, Operation, PartyId,
    client::{CommunicationTypes, equals},
    wire,
};
use futures_util::{
    FutureExt, StreamExt, TryStreamExt,
    future::{BoxFuture, try_join_all},
    stream,
};
use std::fmt;

/// Longest list of keys for one `in:` filter, in bytes as encoded: IIS takes 2048 for the whole query.
const LIST_MAX_BYTES: usize = 1500;

/// A contact that a message may go to.
#[derive(Clone, PartialEq, Eq)]
pub struct ContactForMail {
    /// Its key.
    pub id: PartyId,
    /// Full name.
    pub name: String,
    /// Primary e-mail.
    pub email: Option<String>,
    /// Whether a mark forbids e-mail, or may: [`ContactInFull::no_email`] or [`ContactInFull::unnamed_mark`].
    pub no_email: bool,
}

impl fmt::Debug for ContactForMail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ContactForMail").field("id", &self.id).finish_non_exhaustive()
    }
}

impl From<ContactInFull> for ContactForMail {
    fn from(full: ContactInFull) -> Self {
        let ContactInFull { contact, no_email, unnamed_mark, .. } = full;
        Self { id: contact.id, name: contact.name, email: contact.primary_email, no_email: no_email || unnamed_mark }
    }
}

impl Acting {
    /// The contacts of these keys, as far as the person may see them, in no particular order.
    pub async fn contacts_for_mail(&self, ids: &[&str]) -> Result<Vec<ContactForMail>, Error> {
        for id in ids {
            equals(Operation::FindContacts, "PartyId", id)?;
        }
        let types = match self.communication_types().await {
            // Who may not know what a mark means takes any for one against e-mail.
            Err(error) if is_withheld(&error) => CommunicationTypes::default(),
            types => types?,
        };
        let calls: Vec<BoxFuture<'_, Result<Vec<ContactForMail>, Error>>> =
            chunks(ids).into_iter().map(|chunk| self.chunk_for_mail(chunk, &types).boxed()).collect();
        let width = (self.client.limits().wave / 2).max(1);
        stream::iter(calls).buffered(width).try_concat().await
    }

    /// One call for many keys; one each where the site makes nothing of such a list.
    async fn chunk_for_mail(&self, ids: &[&str], types: &CommunicationTypes) -> Result<Vec<ContactForMail>, Error> {
        let filter = ("PartyId".to_owned(), format!("in:{}", ids.join("|")));
        let listed = self.list(Operation::FindContacts, "Party", &[filter], 2).await;
        let listed = match listed {
            Ok(rows) => {
                let found = rows.iter().filter_map(|row| wire::in_full(row, types)).map(ContactForMail::from);
                // Others do not count, should the site have ignored the filter.
                let found: Vec<_> = found.filter(|contact| ids.contains(&contact.id.as_str())).collect();
                if !found.is_empty() || ids.len() == 1 {
                    return Ok(found);
                }
                true
            }
            Err(failed) if matches!(failed.error.kind, ErrorKind::Refused { .. } | ErrorKind::NotFound) => false,
            Err(failed) => return Err(failed.into()),
        };
        let mut found = Vec::new();
        for wave in ids.chunks(self.client.limits().wave.max(1)) {
            let calls = wave.iter().map(|id| self.one_for_mail(id, types).boxed());
            found.extend(try_join_all(calls).await?.into_iter().flatten());
            // Then the list was right: the person is shown none of them.
            if listed && found.is_empty() {
                break;
            }
        }
        Ok(found)
    }

    async fn one_for_mail(&self, id: &str, types: &CommunicationTypes) -> Result<Option<ContactForMail>, Error> {
        match self.contact_with(&PartyId::new(id), types).await {
            Ok(full) => Ok(Some(full.into())),
            Err(error) if matches!(error.kind, ErrorKind::NotFound | ErrorKind::Forbidden { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Whether the person is not to see it, or the site has no such thing.
const fn is_withheld(error: &Error) -> bool {
    matches!(error.kind, ErrorKind::Forbidden { .. } | ErrorKind::NotFound | ErrorKind::NotOffered)
}

/// Cuts keys into lists that fit into one query.
fn chunks<'a, 'b>(ids: &'a [&'b str]) -> Vec<&'a [&'b str]> {
    let mut chunks = Vec::new();
    let (mut start, mut bytes) = (0, 0);
    for (index, id) in ids.iter().enumerate() {
        let cost = 3 + id.bytes().map(|byte| if byte.is_ascii_alphanumeric() { 1 } else { 3 }).sum::<usize>();
        if bytes + cost > LIST_MAX_BYTES && index > start {
            chunks.push(&ids[start..index]);
            (start, bytes) = (index, 0);
        }
        bytes += cost;
    }
    if start < ids.len() {
        chunks.push(&ids[start..]);
    }
    chunks
}
