//! A contact in a list that was searched for: opening it, and adding it to the save.

use super::{compose, finder, person};
use crate::dispatch::{Dispatch, dispatch};
use crate::parts::{avatar, block, keep_focus, pressed};
use crate::words;
use api::{Contact, ContactId};
use flows::{Event, PeopleEvent, SheetId, Targets};
use leptos::prelude::*;

/// Which contacts the open message would be saved to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct OnSave {
    /// Whether a message is open that the person may save.
    is_open: bool,
    found: Vec<ContactId>,
    added: Vec<ContactId>,
}

/// How a contact stands to the save.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// There is no message to save.
    NoMessage,
    /// It could be added.
    Off,
    /// The person added it.
    Added,
    /// It is on the message itself.
    Found,
}

impl OnSave {
    /// How this contact stands.
    pub(super) fn standing(&self, contact: &ContactId) -> Standing {
        match self.is_open {
            false => Standing::NoMessage,
            true if self.added.contains(contact) => Standing::Added,
            true if self.found.contains(contact) => Standing::Found,
            true => Standing::Off,
        }
    }
}

/// What of the state that takes.
pub(super) fn on_save(dispatch: Dispatch) -> Memo<OnSave> {
    dispatch.project(|app| {
        let allowed = match &app.targets {
            Targets::Known(targets) => targets.interaction.is_some() || !targets.activity_types.is_empty(),
            Targets::Loading | Targets::Failed(_) => true,
        };
        let Some(mail) = app.open_mail().filter(|_| allowed) else { return OnSave::default() };
        let added = mail.people.added.iter().map(|contact| contact.id.clone()).collect();
        let found = mail.people.targets().into_iter().map(|(target, _)| target.id).collect();
        OnSave { is_open: true, found, added }
    })
}

/// Which control of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    /// Opens the contact.
    Open,
    /// Adds it.
    Add,
}

const ROW: &str = "find-row-";
const ADD: &str = "find-add-";

/// The id of the row at a place.
pub(super) fn row(place: usize) -> String {
    [ROW, &place.to_string()].concat()
}

/// The id of what adds the contact there.
pub(super) fn adder(place: usize) -> String {
    [ADD, &place.to_string()].concat()
}

/// The place that an id stands for.
pub(super) fn place(id: &str) -> Option<(Column, usize)> {
    let number = |prefix: &str| id.strip_prefix(prefix)?.parse().ok();
    number(ROW).map(|place| (Column::Open, place)).or_else(|| number(ADD).map(|place| (Column::Add, place)))
}

/// A row.
pub(super) fn hit(id: SheetId, place: usize, contact: &Contact, save: Memo<OnSave>) -> AnyView {
    let dispatch = dispatch();
    let opened = contact.clone();
    let adds = contact.clone();
    let open = move || finder::open(dispatch, id, opened.clone());
    view! {
        <li class="find-row">
            <button type="button" id=row(place) class="find-open" on:click=pressed(open)>
                {avatar(&contact.name, contact.kind)}
                <span class="view-person-body">
                    <span class="view-person-name">{contact.name.clone()}</span>
                    {person::facts(contact)}
                    <span class="quiet">{under(contact)}</span>
                </span>
            </button>
            {block(move || add(place, &adds, save.with(|save| save.standing(&adds.id))))}
            {compose::recipient_buttons(contact)}
        </li>
    }
    .into_any()
}

/// ID and e-mail.
fn under(contact: &Contact) -> String {
    let id = words::contact_id(&contact.id.0);
    match &contact.email {
        Some(email) => [&id, " · ", email.as_str()].concat(),
        None => id,
    }
}

fn add(place: usize, contact: &Contact, standing: Standing) -> Option<AnyView> {
    let dispatch = dispatch();
    let (event, label, class) = match standing {
        Standing::NoMessage => return None,
        Standing::Off => (PeopleEvent::Added(contact.clone()), words::add_to_save(&contact.name), "icon icon--add"),
        Standing::Added => {
            (PeopleEvent::Dropped(contact.id.clone()), words::added_to_save(&contact.name), "icon icon--check")
        }
        Standing::Found => {
            let label = words::on_save(&contact.name);
            return Some(
                view! { <span class="find-on-save icon icon--check" role="img" title=label.clone() aria-label=label></span> }
                    .into_any(),
            );
        }
    };
    let act = move || {
        dispatch.send(Event::People(event.clone()));
        keep_focus(adder(place));
    };
    Some(
        view! {
            <button type="button" id=adder(place) class="part-button part-button--subtle part-button--icon find-add"
                aria-label=label.clone() title=label on:click=pressed(act)>
                <span class=class aria-hidden="true"></span>
            </button>
        }
        .into_any(),
    )
}

#[cfg(test)]
mod tests {
    use super::{Column, adder, place, row};

    #[test]
    fn a_place_is_read_back_from_its_id() {
        assert_eq!(place(&row(7)), Some((Column::Open, 7)));
        assert_eq!(place(&adder(0)), Some((Column::Add, 0)));
        assert_eq!(place("find-text"), None);
    }
}
