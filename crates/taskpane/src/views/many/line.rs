//! What is said of one message of the plan.

use crate::parts::trouble_line;
use crate::{format, words};
use api::{ActivityTypeId, Duplicates, EmailAddress, LedgerEntry, LedgerState, SaveTargets};
use flows::{Group, Plan, PlanRow, Role, RowReading, SaveKind, Standing, Targets, Unsendable};

/// A message of the plan as it is shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Line {
    /// Outlook's id of the message.
    pub(super) item_id: String,
    /// Its subject.
    pub(super) subject: String,
    /// Who sent it.
    pub(super) sender: String,
    /// To whom it goes, or why it does not.
    pub(super) about: Vec<String>,
    /// Whether it is to be saved.
    pub(super) ticked: bool,
    /// Whether it can be.
    pub(super) may: bool,
    /// Whether there are details to look at.
    pub(super) has_details: bool,
}

/// Somebody on the message, in its details.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Who {
    /// The address on the message.
    pub(super) address: EmailAddress,
    /// The contact's name.
    pub(super) name: String,
    /// Whether the person left it out.
    pub(super) left_out: bool,
}

/// An address that several contacts share: their ids and names, and which is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shared {
    /// The address.
    pub(super) address: EmailAddress,
    /// The contacts.
    pub(super) contacts: Vec<(String, String)>,
    /// The one that is meant.
    pub(super) chosen: Option<String>,
}

/// The details of a message.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Details {
    /// Outlook's id of the message.
    pub(super) item_id: String,
    /// The contacts it goes to.
    pub(super) who: Vec<Who>,
    /// The addresses that several share.
    pub(super) shared: Vec<Shared>,
    /// The attachments that do not go, with the reason.
    pub(super) staying: Vec<String>,
    /// As what this one is saved, where not like the others.
    pub(super) own_kind: Option<SaveKind>,
    /// The type it is saved as.
    pub(super) activity_type: Option<ActivityTypeId>,
}

/// How a message is shown.
pub(super) fn line(targets: &Targets, plan: &Plan, place: usize) -> Option<Line> {
    let row = plan.rows.get(place)?;
    let offers = match targets {
        Targets::Known(targets) => Some(targets),
        _ => None,
    };
    let people = row.mail().map(|mail| &mail.message.correspondents);
    let sender = people.and_then(|people| people.iter().find(|person| person.role == Role::From));
    let sender = sender.map(|person| if person.name.is_empty() { &person.address } else { &person.name });
    Some(Line {
        item_id: row.chosen.item_id.clone(),
        subject: super::super::mail::subject(&row.chosen.subject).to_owned(),
        sender: sender.cloned().unwrap_or_default(),
        about: about(row, offers),
        ticked: offers.is_some_and(|targets| row.is_ticked(targets)),
        may: offers.is_some_and(|targets| row.may_be_saved(targets)),
        // What is gone on with goes as it was begun: there is nothing to choose.
        has_details: offers.is_none_or(|targets| row.rest(targets).is_none())
            && row.mail().is_some_and(|mail| mail.people.entries.iter().any(is_matched)),
    })
}

fn is_matched(entry: &flows::Entry) -> bool {
    matches!(entry.standing, Standing::Matched { .. })
}

fn about(row: &PlanRow, targets: Option<&SaveTargets>) -> Vec<String> {
    let rest = targets.and_then(|targets| row.rest(targets));
    let contacts = row.contacts(rest.as_ref());
    let mut about = vec![];
    match (row.group(), &row.reading) {
        (Group::Saved, _) if rest.is_some() => about.push(words::many_rest().to_owned()),
        (Group::Saved, _) => {
            about.extend(row.saves.first().map(saved_by));
            if targets.is_some_and(|targets| targets.duplicates == Duplicates::Refused) {
                about.push(words::many_once().to_owned());
            }
        }
        (Group::NotRead, RowReading::Failed(trouble)) => about.push(trouble_line(trouble)),
        (Group::NotRead, RowReading::Draft) => about.push(words::many_draft().to_owned()),
        (Group::NotRead, _) => about.push(words::many_open_it().to_owned()),
        (Group::Nobody, _) => about.push(nobody(row).to_owned()),
        (Group::New | Group::Waiting, _) => {}
    }
    if contacts > 0 {
        about.push(words::save_to(contacts));
    }
    let Some(targets) = targets else { return about };
    if contacts > targets.contacts_max {
        about.push(words::many_too_many(&targets.contacts_max.to_string()));
    }
    let staying = row.staying(targets).len();
    if staying > 0 {
        about.push(words::many_stays(staying));
    }
    about
}

fn saved_by(save: &LedgerEntry) -> String {
    let time = format::moment(save.at_ms);
    match (save.state, save.mine) {
        (LedgerState::Saving, false) => words::many_being_saved(&save.by),
        (LedgerState::Saving, true) => words::saved_by_now(words::saved_you()),
        (LedgerState::Partly, false) => words::many_partly_by(&save.by, &time),
        (LedgerState::Partly, true) => words::many_partly_by(words::saved_you(), &time),
        (_, true) => words::many_saved_by_you(&time),
        (_, false) => words::many_saved_by(&save.by, &time),
    }
}

fn nobody(row: &PlanRow) -> &'static str {
    let entries = row.mail().map(|mail| mail.people.entries.as_slice()).unwrap_or_default();
    if entries.iter().any(flows::Entry::needs_choice) {
        words::many_choose_why()
    } else if entries.iter().any(is_matched) {
        words::many_left_out_why()
    } else {
        words::many_nobody_why()
    }
}

/// What can be looked at and changed of one message.
pub(super) fn details(targets: &Targets, plan: &Plan, place: usize) -> Option<Details> {
    let row = plan.rows.get(place)?;
    let mail = row.mail()?;
    let who = mail.people.shown().filter_map(|entry| {
        let contact = entry.contact()?;
        Some(Who { address: entry.address.clone(), name: contact.name.clone(), left_out: entry.removed })
    });
    let shared = Plan::choices(row).into_iter().map(|(address, contacts)| Shared {
        address: address.clone(),
        contacts: contacts.into_iter().map(|contact| (contact.id.0.clone(), contact.name.clone())).collect(),
        chosen: chosen(mail, address),
    });
    let staying = match targets {
        Targets::Known(targets) => row.staying(targets).into_iter().map(|(name, why)| stays(name, why)).collect(),
        _ => vec![],
    };
    Some(Details {
        item_id: row.chosen.item_id.clone(),
        who: who.collect(),
        shared: shared.collect(),
        staying,
        own_kind: row.own_kind,
        activity_type: plan.choice_of(row).1.cloned(),
    })
}

fn chosen(mail: &flows::OpenMail, address: &EmailAddress) -> Option<String> {
    let entry = mail.people.entries.iter().find(|entry| entry.address == *address)?;
    entry.contact().map(|contact| contact.id.0.clone())
}

fn stays(name: &str, why: Unsendable) -> String {
    [name, ": ", &words::unsendable(why)].concat()
}
