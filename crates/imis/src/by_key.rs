//! Contacts by their keys, many at once.

use crate::{
    Acting, Contact, Error, ErrorKind, Operation, PartyId,
    client::{ListFilter, equals},
    wire,
};
use futures_util::{FutureExt as _, StreamExt as _, future::BoxFuture, stream};
use std::collections::HashMap;

/// Longest list of keys in one filter, in bytes.
const LIST_MAX_BYTES: usize = 1200;

impl Acting {
    /// Those of these contacts that the person may see, in the order asked for. By lists where the site
    /// understands them, else one by one; the time of one call.
    pub async fn contacts_by_keys(&self, keys: &[PartyId]) -> Result<Vec<Contact>, Error> {
        let mut found: HashMap<PartyId, Contact> = HashMap::new();
        let lists = chunks(keys);
        let mut rest: Vec<&PartyId> = Vec::new();
        let listed: Vec<_> = if self.client.list_filter() == ListFilter::Fails {
            Vec::new()
        } else {
            let calls: Vec<BoxFuture<'_, _>> = lists.iter().map(|list| self.list_of(list).boxed()).collect();
            stream::iter(calls).buffered(self.client.limits().wave).collect().await
        };
        for outcome in listed {
            match outcome {
                Ok(contacts) => found.extend(contacts.into_iter().map(|contact| (contact.id.clone(), contact))),
                Err(error) if matches!(error.kind, ErrorKind::Refused { .. } | ErrorKind::ServerError) => {}
                Err(error) => return Err(error),
            }
        }
        // Nobody at all: perhaps the site does not understand lists.
        if found.is_empty() {
            rest.extend(keys);
        }
        let calls: Vec<BoxFuture<'_, _>> = rest.into_iter().map(|key| self.one_of(key).boxed()).collect();
        let ones: Vec<_> = stream::iter(calls).buffered(self.client.limits().wave).collect().await;
        for one in ones {
            found.extend(one?.map(|contact| (contact.id.clone(), contact)));
        }
        Ok(keys.iter().filter_map(|key| found.remove(key)).collect())
    }

    async fn list_of(&self, keys: &[PartyId]) -> Result<Vec<Contact>, Error> {
        let operation = Operation::FindContacts;
        let mut texts = Vec::new();
        for key in keys {
            equals(operation, "Id", key.as_str())?;
            texts.push(key.as_str());
        }
        let rows = self.list(operation, "Party", &[("Id".to_owned(), format!("in:{}", texts.join("|")))], 2).await?;
        // A site that ignored the filter must not bring strangers in.
        let known = |contact: &Contact| keys.contains(&contact.id);
        Ok(rows.iter().filter_map(wire::contact).filter(known).collect())
    }

    async fn one_of(&self, key: &PartyId) -> Result<Option<Contact>, Error> {
        let operation = Operation::ReadContact;
        match self.read(operation, || self.client.get(&["api", "Party", key.as_str()])).await {
            Ok(party) => Ok(wire::contact(&party).filter(|contact| contact.id == *key)),
            Err(failed) => match failed.error.kind {
                ErrorKind::NotFound | ErrorKind::Forbidden { .. } | ErrorKind::Refused { .. } => Ok(None),
                _ => Err(failed.error),
            },
        }
    }
}

/// Cuts keys into lists that fit into one query.
fn chunks(keys: &[PartyId]) -> Vec<&[PartyId]> {
    let mut chunks = Vec::new();
    let (mut start, mut bytes) = (0, 0);
    for (index, key) in keys.iter().enumerate() {
        let cost = 3 + key.as_str().len();
        if bytes + cost > LIST_MAX_BYTES && index > start {
            chunks.push(&keys[start..index]);
            (start, bytes) = (index, 0);
        }
        bytes += cost;
    }
    if start < keys.len() {
        chunks.push(&keys[start..]);
    }
    chunks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_is_lost_between_the_lists() {
        let keys: Vec<PartyId> = (0..300).map(|key| PartyId::new(format!("key-{key}"))).collect();
        let chunks = chunks(&keys);
        assert_eq!(chunks.concat(), keys);
        assert!(chunks.len() > 1);
        assert!(super::chunks(&[]).is_empty());
    }
}
