//! From iMIS's types to the pane's, by hand.

use crate::config::{ActivityTypes, Site, Table, activity_fields};
use api::{ActivityType, ActivityTypeId, Contact, ContactId, ContactKind, EmailAddress, TableTarget};
use api::{InteractionStore, InteractionType, Match, MatchReason, Matches, SaveTargets};

/// A contact. An e-mail that is none is left out.
pub(crate) fn contact(contact: imis::Contact) -> Contact {
    Contact {
        id: ContactId(contact.id.as_str().to_owned()),
        kind: if contact.is_organisation { ContactKind::Organisation } else { ContactKind::Person },
        name: contact.name,
        email: contact.primary_email.and_then(|email| EmailAddress::parse(&email).ok()),
        organisation: contact.organisation,
        organisation_id: contact.organisation_id.map(|id| ContactId(id.as_str().to_owned())),
        title: contact.title,
        city: contact.city,
        phone: contact.phone,
        member_type: contact.member_type,
        status: contact.status,
        active: contact.active,
    }
}

/// What a search found; active contacts first.
pub(crate) fn matches(found: imis::Found) -> Matches {
    let reason = |email| match email {
        imis::EmailMatch::Primary => MatchReason::PrimaryEmail,
        imis::EmailMatch::Other => MatchReason::OtherEmail,
    };
    let entry = |found: imis::ContactMatch| {
        let address = EmailAddress::parse(&found.address).ok()?;
        Some(Match { address, reason: reason(found.email), contact: contact(found.contact), remembered: false })
    };
    let mut entries: Vec<Match> = found.matches.into_iter().filter_map(entry).collect();
    entries.sort_by_key(|entry| !entry.contact.active);
    let failed = found.failed.iter().filter_map(|address| EmailAddress::parse(address).ok()).collect();
    Matches { found: entries, failed, ..Matches::default() }
}

/// Where this person may save.
pub(crate) fn save_targets(abilities: &imis::Abilities, site: &Site) -> SaveTargets {
    SaveTargets {
        interaction: interaction_store(abilities),
        activity_types: mapped_types(abilities, site),
        tables: site.tables.iter().map(table).collect(),
        interaction_types: interaction_types(abilities),
        attachment_max_bytes: site.attachment_max_bytes,
        attachment_types: site.attachment_types.clone(),
        contacts_max: site.contacts_max,
        duplicates: site.duplicates,
    }
}

/// The types offered, with where the parts of a message go.
fn mapped_types(abilities: &imis::Abilities, site: &Site) -> Vec<ActivityType> {
    let types = activity_types(&abilities.activity_types, &site.activity_types);
    let form = |id: &str| abilities.activity_forms.iter().find(|form| form.id == id);
    let mapped =
        |kind: ActivityType| ActivityType { fields: activity_fields(site, form(&kind.id.0), &kind.id.0), ..kind };
    types.into_iter().map(mapped).collect()
}

fn table(table: &Table) -> TableTarget {
    TableTarget { id: table.id.clone(), title: table.title.clone(), fields: table.fields.clone() }
}

/// Where an interaction goes: the communication log where it is to be had.
pub(crate) fn interaction_store(abilities: &imis::Abilities) -> Option<InteractionStore> {
    if abilities.communication_log {
        Some(InteractionStore::CommunicationLog)
    } else {
        abilities.contact_interaction.as_ref().map(|_| InteractionStore::ContactInteraction)
    }
}

/// The types of contact interaction that a message may be given, the usual one first; none where messages go to the
/// communication log.
pub(crate) fn interaction_types(abilities: &imis::Abilities) -> Vec<InteractionType> {
    let Some(usual) = &abilities.contact_interaction else { return Vec::new() };
    if interaction_store(abilities) != Some(InteractionStore::ContactInteraction) {
        return Vec::new();
    }
    let offered = abilities.interaction_types.iter().filter(|kind| kind.assignable && !kind.actions.is_empty());
    let mut types: Vec<InteractionType> = offered
        .map(|kind| {
            let words = |(code, words): &(String, String)| {
                (code.clone(), if words.is_empty() { code.clone() } else { words.clone() })
            };
            let mut actions: Vec<(String, String)> = kind.actions.iter().map(words).collect();
            if kind.code == usual.type_code {
                actions.sort_by_key(|(code, _)| *code != usual.action_code);
            }
            InteractionType { code: kind.code.clone(), title: kind.description.clone(), actions }
        })
        .collect();
    types.sort_by_key(|kind| kind.code != usual.type_code);
    types
}

/// The types that the site's settings leave.
pub(crate) fn activity_types(all: &[imis::ActivityType], settings: &ActivityTypes) -> Vec<ActivityType> {
    let place = |names: &[String], id: &str| names.iter().position(|name| name.eq_ignore_ascii_case(id));
    let is_hidden = |id: &str| place(&settings.hidden, id).is_some();
    let rank = |id: &str| place(&settings.offered, id);
    let mut types: Vec<&imis::ActivityType> = all
        .iter()
        .filter(|kind| !is_hidden(&kind.id) && !imis::is_system_activity_type(&kind.id))
        .filter(|kind| settings.offered.is_empty() || rank(&kind.id).is_some())
        .collect();
    types.sort_by_key(|kind| rank(&kind.id));
    let to_api = |kind: &imis::ActivityType| ActivityType {
        id: ActivityTypeId(kind.id.clone()),
        description: kind.description.clone(),
        fields: Vec::new(),
    };
    types.into_iter().map(to_api).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(settings: &ActivityTypes) -> Vec<String> {
        let kind = |id: &str| imis::ActivityType { id: id.to_owned(), description: String::new() };
        let all = [kind("CALL"), kind("EMAIL"), kind("VISIT")];
        activity_types(&all, settings).into_iter().map(|kind| kind.id.0).collect()
    }

    #[test]
    fn the_site_decides_which_types_are_offered_and_in_which_order() {
        assert_eq!(kinds(&ActivityTypes::default()), ["CALL", "EMAIL", "VISIT"]);
        let offered = vec!["visit".to_owned(), "CALL".to_owned(), "GONE".to_owned()];
        assert_eq!(kinds(&ActivityTypes { offered, hidden: Vec::new() }), ["VISIT", "CALL"]);
        assert_eq!(kinds(&ActivityTypes { offered: Vec::new(), hidden: vec!["Email".to_owned()] }), ["CALL", "VISIT"]);
    }
}
