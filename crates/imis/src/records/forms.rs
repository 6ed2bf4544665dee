//! What may be written, changed and removed, beyond what [`crate::Abilities`] holds.

use super::RecordKey;
use crate::{Acting, Error, ErrorKind, Operation, exchange::Failed, wire};
use futures_util::join;
use serde_json::Value;

/// A type of contact interaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InteractionType {
    /// Its code.
    pub code: String,
    /// What people call it.
    pub description: String,
    /// Whether people may give it.
    pub assignable: bool,
    /// Its actions: codes, and words where the type has them.
    pub actions: Vec<(String, String)>,
}

/// What is asked only when somebody wants to write.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordExtras {
    /// What people call the actions of contact interactions, by code.
    pub actions: Vec<(String, String)>,
    /// Whether notes may be written.
    pub notes: bool,
}

impl Acting {
    /// The words for actions, and whether notes may be written. What a site does not tell counts as not there.
    pub async fn record_extras(&self) -> Result<RecordExtras, Error> {
        let actions = async {
            let request = || self.client.get(&["api", "InteractionAction"]).query(&[("limit", 500)]);
            self.read(Operation::ReadAbilities, request).await
        };
        let (actions, notes) = join!(actions, self.permission("PartyNote", "Create", None));
        let actions = match actions {
            Ok(answer) => wire::page(answer).map(|(rows, _)| rows).unwrap_or_default(),
            Err(failed) => quiet(failed)?,
        };
        let notes = notes? == Some(true);
        Ok(RecordExtras { actions: actions.iter().filter_map(wire::interaction_action).collect(), notes })
    }

    /// Whether this person may change a record, and whether remove it, where the site tells.
    pub async fn may_change_and_remove(&self, key: &RecordKey) -> Result<(Option<bool>, Option<bool>), Error> {
        let (entity, id) = (key.store.entity(), Some(&*key.key));
        let (change, remove) = join!(self.permission(entity, "Update", id), self.permission(entity, "Delete", id));
        Ok((change?, remove?))
    }

    /// A permission (`imis.md §3.5`); `None` where the site does not tell.
    async fn permission(&self, entity: &str, action: &str, id: Option<&str>) -> Result<Option<bool>, Error> {
        let request = || {
            let request = self.client.post(&["api", entity, "_haspermission", action]).body("");
            if let Some(id) = id { request.query(&[("Id", id)]) } else { request }
        };
        match self.read(Operation::ReadPermission, request).await {
            Ok(answer) => Ok(wire::boolean(&answer)),
            Err(failed) => quiet::<Value>(failed).map(|_| None),
        }
    }
}

/// A site that does not say is a site that does not say; a lost one, or a lost token, is an error.
fn quiet<T: Default>(failed: Failed) -> Result<T, Error> {
    match failed.error.kind {
        ErrorKind::Unauthorized | ErrorKind::Disabled | ErrorKind::Unreachable | ErrorKind::HomeUnavailable => {
            Err(failed.error)
        }
        _ => Ok(T::default()),
    }
}
