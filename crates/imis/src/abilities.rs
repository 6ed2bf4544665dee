//! What a site offers to a person, found out in one wave of calls and kept.

use crate::{
    Acting, ActivityForm, ActivityType, Error, ErrorKind, InteractionType, Operation, activities, exchange::Failed,
    wire,
};
use futures_util::join;
use reqwest::RequestBuilder;
use serde_json::Value;
use std::{sync::Arc, time::Instant};

/// The product line (`imis.md §2`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Edition {
    /// iMIS 2017 (20.2): neither `UserSecurity` nor `/api/query`.
    Imis2017,
    /// iMIS EMS (20.3 and later).
    Ems,
}

/// The type and action that a saved message is given as a contact interaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InteractionDefaults {
    /// `InteractionTypeCode`.
    pub type_code: String,
    /// `InteractionActionCode`.
    pub action_code: String,
}

/// What a person sees of the communication log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogSeen {
    /// Its entries.
    Readable,
    /// Nothing: the site has none, or keeps it from them.
    Hidden,
}

/// What can be done here by this person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Abilities {
    /// The product line.
    pub edition: Edition,
    /// Whether communication-log entries may be written.
    pub communication_log: bool,
    /// Whether there is a communication log for them to read.
    pub log: LogSeen,
    /// Whether contact interactions may be written, and as what.
    pub contact_interaction: Option<InteractionDefaults>,
    /// The activity types that may be written; empty where none may.
    pub activity_types: Vec<ActivityType>,
    /// Every activity type of the site with its prompts, iMIS's own included, whether or not it may be written.
    pub activity_forms: Vec<ActivityForm>,
    /// Every type of contact interaction, whether or not it may be given.
    pub interaction_types: Vec<InteractionType>,
    /// Whether contact interactions may be written, as far as the site tells.
    pub writes_interactions: bool,
    /// Whether activities may be written, as far as the site tells.
    pub writes_activities: bool,
}

/// What one question brought.
enum Probe {
    /// An answer.
    Yes(Value),
    /// A clear no.
    No,
    /// Neither; this time it counts as no.
    Unclear(Error),
}

impl Acting {
    /// What can be done here; asked in one wave and kept for a while.
    pub async fn abilities(&self) -> Result<Arc<Abilities>, Error> {
        let person = self.person();
        // Whoever comes meanwhile waits for the same answer.
        let mut kept = person.abilities.lock().await;
        let lifetime = self.client.limits().abilities_lifetime;
        if let Some((since, abilities)) = kept.as_ref().filter(|(since, _)| since.elapsed() < lifetime) {
            tracing::trace!(age_s = since.elapsed().as_secs(), "abilities are known");
            return Ok(Arc::clone(abilities));
        }
        let (abilities, clear) = Box::pin(self.probe()).await?;
        let abilities = Arc::new(abilities);
        *kept = clear.then(|| (Instant::now(), Arc::clone(&abilities)));
        Ok(abilities)
    }

    /// Asks everything at once, and says whether every answer was clear.
    async fn probe(&self) -> Result<(Abilities, bool), Error> {
        let wave = join!(
            self.ask("CommunicationLog", 1),
            self.may_create("CommunicationLog"),
            self.ask("InteractionType", 500),
            self.may_create("ContactInteraction"),
            self.ask("LegacyActivityType", 500),
            self.may_create("Activity"),
            self.ask_roles(),
        );
        let (log, log_create, interaction_types, interaction_create, activity_types, activity_create, roles) = wave;
        let probes =
            [&log, &log_create, &interaction_types, &interaction_create, &activity_types, &activity_create, &roles];
        let unclear = probes.iter().filter_map(|probe| match probe {
            Probe::Unclear(error) => Some(error),
            Probe::Yes(_) | Probe::No => None,
        });
        let clear = unclear.clone().count() == 0;
        for (index, error) in unclear.enumerate() {
            // To guess here could send an interaction to the wrong store.
            let lost =
                !matches!(error.kind, ErrorKind::ServerError | ErrorKind::NotUnderstood | ErrorKind::Unauthorized);
            if lost || index + 1 == probes.len() {
                return Err(error.clone());
            }
        }
        let (interaction_types, activity_types) = (items(interaction_types), items(activity_types));
        let writes_interactions = permitted(&interaction_create) != Some(false);
        let writes_activities = permitted(&activity_create) != Some(false);
        let abilities = Abilities {
            edition: if matches!(roles, Probe::No) { Edition::Imis2017 } else { Edition::Ems },
            log: if matches!(log, Probe::Yes(_)) { LogSeen::Readable } else { LogSeen::Hidden },
            communication_log: matches!(log, Probe::Yes(_)) && permitted(&log_create) == Some(true),
            contact_interaction: interaction_defaults(&interaction_types).filter(|_| writes_interactions),
            activity_forms: activities::forms(&activity_types),
            activity_types: if writes_activities { activities::offered(&activity_types) } else { Vec::new() },
            interaction_types: interaction_types.iter().filter_map(wire::interaction_type_in_full).collect(),
            writes_interactions,
            writes_activities,
        };
        Ok((abilities, clear))
    }

    async fn ask(&self, entity: &str, limit: u32) -> Probe {
        self.told(|| self.client.get(&["api", entity]).query(&[("limit", limit)])).await
    }

    /// Only EMS has `UserSecurity` (`imis.md §3.5`); what it says does not matter here.
    async fn ask_roles(&self) -> Probe {
        match self.told(|| self.client.roles_request(&self.user)).await {
            Probe::Unclear(error) if matches!(error.kind, ErrorKind::NotUnderstood) => Probe::Yes(Value::Null),
            probe => probe,
        }
    }

    /// `POST _haspermission/Create` reads, whatever its verb (`imis.md §3.5`).
    async fn may_create(&self, entity: &str) -> Probe {
        self.told(|| self.client.post(&["api", entity, "_haspermission", "Create"]).body("")).await
    }

    /// The answer to one question. A fault is asked about once more: what passes must not count as a no, or an
    /// interaction could go to the wrong store.
    async fn told(&self, request: impl Fn() -> RequestBuilder) -> Probe {
        let mut once_more = true;
        loop {
            let probe = sort(self.read(Operation::ReadAbilities, &request).await);
            let passes = |error: &Error| matches!(error.kind, ErrorKind::ServerError | ErrorKind::NotUnderstood);
            match &probe {
                Probe::Unclear(error) if once_more && passes(error) => once_more = false,
                Probe::Yes(_) | Probe::No | Probe::Unclear(_) => return probe,
            }
        }
    }
}

fn sort(answer: Result<Value, Failed>) -> Probe {
    match answer {
        Ok(value) => Probe::Yes(value),
        Err(failed) => match failed.error.kind {
            ErrorKind::Forbidden { .. } | ErrorKind::NotFound | ErrorKind::NotOffered | ErrorKind::Refused { .. } => {
                Probe::No
            }
            _ => Probe::Unclear(failed.error),
        },
    }
}

/// A permission, where the site told it. The rest is seen when it is tried.
fn permitted(probe: &Probe) -> Option<bool> {
    match probe {
        Probe::Yes(value) => wire::boolean(value),
        Probe::No | Probe::Unclear(_) => None,
    }
}

fn items(probe: Probe) -> Vec<Value> {
    match probe {
        Probe::Yes(value) => wire::page(value).map(|(items, _)| items).unwrap_or_default(),
        Probe::No | Probe::Unclear(_) => Vec::new(),
    }
}

/// The assignable type that is most about e-mail (`imis.md §7.1`: codes are the
/// site's own), with an action of its.
fn interaction_defaults(types: &[Value]) -> Option<InteractionDefaults> {
    let rank = |code: &str| match code.to_uppercase() {
        code if code == "EMAIL" => 0,
        code if code.contains("MAIL") => 1,
        _ => 2,
    };
    let action_rank = |code: &str| match code.to_uppercase() {
        code if code.contains("RECEIVE") => 0,
        code if code.contains("SEN") || code.contains("MAIL") => 1,
        _ => 2,
    };
    let usable = types.iter().filter_map(wire::interaction_type).filter_map(|(type_code, actions)| {
        let action_code = actions.into_iter().min_by_key(|code| action_rank(code))?;
        Some(InteractionDefaults { type_code, action_code })
    });
    usable.min_by_key(|defaults| rank(&defaults.type_code))
}
