//! Whether the open message can be saved as it stands, and if not, what is missing.
//!
//! It repeats, in words for people, what `flows` will refuse; it allows nothing by itself.

use crate::words;
use flows::{App, Lookup, OpenMail, SaveKind, Standing, Targets, Twice};

/// What is missing before the message can be saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Readiness {
    /// Nothing; so many contacts, so many shared addresses left out until their contact is chosen.
    Ready {
        /// Contacts it goes to.
        contacts: usize,
        /// Addresses that belong to several contacts, none of them chosen.
        unsettled: usize,
    },
    /// It is saved already, and the site saves a message once.
    Held,
    /// It is being saved among many.
    WithOthers,
    /// People are being looked up.
    LookingUp,
    /// Nobody is settled, and some could not be looked up; the people's section says so itself.
    NotLookedUp,
    /// What the site offers is being asked.
    AskingTargets,
    /// What the site offers could not be asked; the form says so itself.
    TargetsFailed,
    /// The account may not write anything.
    NotAllowed,
    /// The chosen kind is not offered.
    NoKind,
    /// Nobody is in iMIS.
    Nobody,
    /// Nobody is settled, but somebody could be.
    Choose,
    /// Everybody is left out or switched off.
    AllLeftOut,
    /// The date that was typed is none.
    WrongDate,
    /// A field holds what it does not take.
    WrongField,
    /// More than the site takes at once.
    TooMany {
        /// The most it takes.
        limit: usize,
    },
}

impl Readiness {
    /// How the open message stands.
    pub(crate) fn of(app: &App, mail: &OpenMail) -> Self {
        let targets = match &app.targets {
            Targets::Loading => return Self::AskingTargets,
            Targets::Failed(_) => return Self::TargetsFailed,
            Targets::Known(targets) => targets,
        };
        if targets.interaction.is_none() && targets.activity_types.is_empty() && targets.tables.is_empty() {
            return Self::NotAllowed;
        }
        if app.is_saved_with_others() {
            return Self::WithOthers;
        }
        if app.twice() == Twice::Held {
            return Self::Held;
        }
        let people = &mail.people;
        let kept = || people.shown().filter(|entry| !entry.removed);
        let unsettled = kept().filter(|entry| entry.needs_choice()).count();
        // What is gone on with goes to its own contacts, and takes the words that stand here for those it lacks.
        let rest = app.rest();
        let contacts = rest.as_ref().map_or_else(|| people.targets().len(), |rest| rest.contacts.len());
        let unsettled = if rest.is_some() { 0 } else { unsettled };
        let draft = rest.as_ref().map_or(&mail.draft, |rest| &rest.draft);
        let matched = people.entries.iter().any(|entry| matches!(entry.standing, Standing::Matched { .. }));
        match contacts {
            _ if people.lookup == Lookup::Searching => Self::LookingUp,
            0 if unsettled > 0 => Self::Choose,
            0 if kept().any(|entry| entry.standing == Standing::NotAsked) => Self::NotLookedUp,
            0 if matched => Self::AllLeftOut,
            0 => Self::Nobody,
            _ if contacts > targets.contacts_max => Self::TooMany { limit: targets.contacts_max },
            _ if draft.save_as(targets).is_none() => Self::NoKind,
            _ if draft.at_is_wrong() => Self::WrongDate,
            // Who saves makes no field wrong.
            _ if draft.wrong_field(&mail.message, targets, "").is_some() => Self::WrongField,
            _ => Self::Ready { contacts, unsettled },
        }
    }

    /// Whether saving can begin.
    pub(crate) const fn is_ready(self) -> bool {
        matches!(self, Self::Ready { .. })
    }

    /// What to say beside the button.
    pub(crate) fn words(self) -> String {
        match self {
            Self::Ready { unsettled: 0, .. } | Self::TargetsFailed => String::new(),
            Self::Ready { unsettled, .. } => words::save_some_unsettled(unsettled),
            Self::Held => words::again_held().to_owned(),
            Self::WithOthers => words::save_with_others().to_owned(),
            Self::LookingUp => words::save_wait_people().to_owned(),
            Self::NotLookedUp => words::save_not_looked_up().to_owned(),
            Self::AskingTargets => words::save_wait_targets().to_owned(),
            Self::NotAllowed => words::save_not_allowed().to_owned(),
            Self::WrongDate => words::save_wrong_date().to_owned(),
            Self::WrongField => words::save_wrong_field().to_owned(),
            Self::NoKind => words::save_no_kind().to_owned(),
            Self::Nobody => words::save_nobody().to_owned(),
            Self::Choose => words::save_choose().to_owned(),
            Self::AllLeftOut => words::save_all_left_out().to_owned(),
            Self::TooMany { limit } => words::save_too_many(&limit.to_string()),
        }
    }
}

/// Which way the button says it will save.
pub(crate) const fn button(kind: SaveKind) -> fn() -> &'static str {
    match kind {
        SaveKind::Interaction => words::save_as_interaction,
        SaveKind::Activity => words::save_as_activity,
        SaveKind::Table => words::save_as_row,
    }
}

#[cfg(test)]
mod tests {
    use super::Readiness;
    use api::{
        Bootstrap, Contact, ContactId, ContactKind, EmailAddress, InteractionStore, LedgerEntry, LedgerState, Match,
        MatchReason, Matches, Me, SaveId, SaveTargets, SavedMessage, SavedMessages, SavedTo, Site, SiteName,
        Unfinished,
    };
    use flows::{App, Correspondent, DraftEdit, Event, Message, MessageKey, Role, SavedEvent};

    const ADDRESS: &str = "ada@engine.example";

    fn contact(id: &str) -> Match {
        Match {
            remembered: false,
            address: EmailAddress::parse(ADDRESS).unwrap(),
            reason: MatchReason::PrimaryEmail,
            contact: Contact::of_name(ContactId(id.to_owned()), ContactKind::Person, "Ada Lovelace".to_owned()),
        }
    }

    fn pane(contacts_max: usize) -> (App, MessageKey) {
        let site = Site {
            name: SiteName("live".to_owned()),
            title: "Live".to_owned(),
            methods: vec![],
            administrator_methods: vec![],
            provider: None,
        };
        let me = Me {
            site: site.name.clone(),
            user_name: "grace".to_owned(),
            name: "Grace Hopper".to_owned(),
            contact: ContactId("1".to_owned()),
            method: api::SignInMethod::Credentials,
            administrator: false,
            standing: api::Standing::Full,
            expires_ms: i64::MAX,
            renew_from_ms: i64::MAX,
            ends_ms: i64::MAX,
        };
        let key = MessageKey { item_id: "a".to_owned(), opening: 1 };
        let message = Message {
            key: key.clone(),
            subject: String::new(),
            correspondents: vec![Correspondent { name: String::new(), address: ADDRESS.to_owned(), role: Role::From }],
            attachments: vec![],
            message_id: String::new(),
            conversation: String::new(),
            outgoing: false,
            sent_ms: None,
            received_ms: None,
            references: vec![],
            utc_offset_minutes: 0,
        };
        let targets = SaveTargets {
            interaction: Some(InteractionStore::CommunicationLog),
            activity_types: vec![],
            tables: vec![],
            interaction_types: vec![],
            attachment_types: api::AttachmentTypes::default(),
            attachment_max_bytes: 1,
            contacts_max,
            duplicates: api::Duplicates::Warned,
        };
        let (mut app, _) = App::start();
        let public_url = "https://pane.example".to_owned();
        app.update(Event::Bootstrapped(Ok(Bootstrap { sites: vec![site], public_url })));
        app.update(Event::SessionRestored(Some(Ok(me))));
        app.update(Event::OutlookReady(None));
        app.update(Event::MessageOpened(message));
        app.update(Event::TargetsAnswered(Ok(targets)));
        (app, key)
    }

    fn readiness(contacts_max: usize, found: Vec<Match>, then: Option<Event>) -> Readiness {
        let (mut app, key) = pane(contacts_max);
        let asked = vec![EmailAddress::parse(ADDRESS).unwrap()];
        app.update(Event::Matched(key, asked, Ok(Matches { found, ..Matches::default() })));
        if let Some(event) = then {
            app.update(event);
        }
        Readiness::of(&app, app.open_mail().unwrap())
    }

    #[test]
    fn a_message_with_a_known_contact_can_be_saved() {
        assert_eq!(readiness(5, vec![contact("7")], None), Readiness::Ready { contacts: 1, unsettled: 0 });
    }

    #[test]
    fn saving_waits_for_the_look_up() {
        let (app, _) = pane(5);
        assert_eq!(Readiness::of(&app, app.open_mail().unwrap()), Readiness::LookingUp);
    }

    #[test]
    fn people_who_could_not_be_looked_up_are_not_called_strangers() {
        let (mut app, key) = pane(5);
        app.update(Event::Matched(key, vec![EmailAddress::parse(ADDRESS).unwrap()], Err(flows::Trouble::Offline)));
        assert_eq!(Readiness::of(&app, app.open_mail().unwrap()), Readiness::NotLookedUp);
    }

    #[test]
    fn a_shared_address_asks_for_a_choice() {
        assert_eq!(readiness(5, vec![contact("7"), contact("8")], None), Readiness::Choose);
    }

    #[test]
    fn strangers_and_people_left_out_are_told_apart() {
        let removed = Event::PersonRemoved(EmailAddress::parse(ADDRESS).unwrap());
        assert_eq!(readiness(5, vec![], None), Readiness::Nobody);
        assert_eq!(readiness(5, vec![contact("7")], Some(removed)), Readiness::AllLeftOut);
    }

    #[test]
    fn more_contacts_than_the_site_takes_are_too_many() {
        assert_eq!(readiness(0, vec![contact("7")], None), Readiness::TooMany { limit: 0 });
    }

    #[test]
    fn the_rest_of_a_save_waits_for_a_date_that_is_one() {
        let (mut app, key) = pane(5);
        let asked = vec![EmailAddress::parse(ADDRESS).unwrap()];
        app.update(Event::Matched(key, asked, Ok(Matches { found: vec![contact("7")], ..Matches::default() })));
        let to = |id: &str| SavedTo { contact: ContactId(id.to_owned()), name: String::new(), record: None };
        let begun = LedgerEntry {
            id: None,
            by: String::new(),
            mine: true,
            at_ms: 0,
            saved_as: String::new(),
            to: vec![to("7"), to("8")],
            attachments: 0,
            state: LedgerState::Partly,
            may_remove: true,
            removed: None,
            unfinished: Some(Unfinished {
                save: SaveId("begun".to_owned()),
                activity: None,
                table: None,
                interaction: None,
                attachments: vec![],
            }),
        };
        let messages = vec![SavedMessage { saves: vec![begun], ..SavedMessage::default() }];
        let answer = Ok(SavedMessages { messages, version: 1 });
        app.update(Event::Saved(SavedEvent::LookedUp(1, answer)));
        assert_eq!(Readiness::of(&app, app.open_mail().unwrap()), Readiness::Ready { contacts: 2, unsettled: 0 });
        app.update(Event::DraftEdited(DraftEdit::At("soon".to_owned())));
        assert_eq!(Readiness::of(&app, app.open_mail().unwrap()), Readiness::WrongDate);
    }
}
