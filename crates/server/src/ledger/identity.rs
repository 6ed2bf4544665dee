//! What a message is known again by, and when two messages are one.
//!
//! A Message-ID is proof. Without equal ids it takes all the facts together, and a reason why the ids may differ:
//! classic Outlook gives its sender's copy another id than the one it goes out under (`peers.md §4.1` row 1), and some
//! copies have none. So two messages that were both received under ids of their own are two, however alike they are.

mod subject;

use crate::config::Key;
use crate::seal;
use crate::store::LedgerNames;
use api::{EmailAddress, MessageFacts};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// Furthest that the times of one message lie apart in two copies of the sender's own: both say when it was sent.
/// Somebody who sends another right after it ("with the file this time") takes longer.
const SENT_MS: u64 = 30_000;
/// Likewise, where one copy says when it arrived: whoever keeps this ledger shares a mail system, so it is soon.
const ARRIVED_MS: u64 = 60_000;

/// A hash without a key: good for comparing, and never kept but sealed.
type Digest = [u8; 32];

/// What a message is known again by. Kept sealed only.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Identity {
    /// Of its Message-ID.
    id: Option<Digest>,
    /// Of sender, subject and recipients; `None` where one of them says nothing.
    facts: Option<Digest>,
    /// Of Outlook's id of the conversation.
    conversation: Option<Digest>,
    sent_ms: Option<i64>,
    /// Whether it is the sender's own copy.
    outgoing: bool,
}

impl Identity {
    pub(crate) fn of(facts: &MessageFacts) -> Self {
        let conversation = facts.conversation.trim();
        Self {
            id: id_digest(&facts.message_id),
            facts: facts_digest(facts),
            conversation: (!conversation.is_empty()).then(|| digest("conversation", [conversation])),
            sent_ms: facts.sent_ms,
            outgoing: facts.outgoing,
        }
    }

    /// A message of which only the id is known.
    pub(crate) fn of_id(message_id: &str) -> Option<Self> {
        id_digest(message_id).map(|id| Self { id: Some(id), ..Self::default() })
    }

    /// Whether both are one message, seen in one place or in two.
    pub(crate) fn is(&self, other: &Self) -> bool {
        let both_named = match (&self.id, &other.id) {
            (Some(one), Some(other)) if one == other => return true,
            (Some(_), Some(_)) => true,
            _ => false,
        };
        // Two genuine ids: a system that says the same twice, or a list that does.
        if both_named && !self.outgoing && !other.outgoing {
            return false;
        }
        let (Some(sent), Some(other_sent)) = (self.sent_ms, other.sent_ms) else { return false };
        let window_ms = if self.outgoing && other.outgoing { SENT_MS } else { ARRIVED_MS };
        self.facts.is_some() && self.facts == other.facts && sent.abs_diff(other_sent) < window_ms
    }

    /// Whether both are of one conversation, as Outlook says.
    pub(crate) fn is_beside(&self, other: &Self) -> bool {
        self.conversation.is_some() && self.conversation == other.conversation
    }

    /// Whether it is known to be part of a conversation.
    pub(crate) const fn has_conversation(&self) -> bool {
        self.conversation.is_some()
    }

    /// What it is found by at a site, under one key.
    pub(crate) fn names(&self, key: &Key, site: &str) -> LedgerNames {
        let name = |kind: &str, digest: &Option<Digest>| {
            digest
                .map(|digest| seal::ledger_name(key, &[site.as_bytes(), &[0], kind.as_bytes(), &[0], &digest].concat()))
        };
        LedgerNames {
            message: name("message", &self.id),
            facts: name("facts", &self.facts),
            conversation: name("conversation", &self.conversation),
        }
    }
}

/// Ids are compared without the brackets that some programs leave out; what stands between them is the sender's.
fn id_digest(message_id: &str) -> Option<Digest> {
    let id = message_id.trim().trim_start_matches('<').trim_end_matches('>').trim();
    (!id.is_empty()).then(|| digest("message", [id]))
}

/// Sender, subject and recipients; where one of them is missing the others are no proof of anything.
fn facts_digest(facts: &MessageFacts) -> Option<Digest> {
    let from = facts.from.as_ref()?.as_str();
    let (kind, subject) = subject::normal(&facts.subject);
    let mut recipients: Vec<&str> = facts.recipients.iter().map(EmailAddress::as_str).collect();
    recipients.sort_unstable();
    recipients.dedup();
    if subject.is_empty() || recipients.is_empty() {
        return None;
    }
    let kind = match kind {
        subject::Kind::Own => "own",
        subject::Kind::Reply => "reply",
        subject::Kind::Forward => "forward",
    };
    Some(digest("facts", [from, kind, &subject].into_iter().chain(recipients)))
}

/// Every part with its length, so that none runs into the next.
fn digest<'a>(label: &str, parts: impl IntoIterator<Item = &'a str>) -> Digest {
    let put = |hash: Sha256, part: &str| hash.chain_update((part.len() as u64).to_be_bytes()).chain_update(part);
    let hash = parts.into_iter().fold(put(Sha256::new(), label), put);
    hash.finalize().into()
}

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(super) use tests::corpus;
