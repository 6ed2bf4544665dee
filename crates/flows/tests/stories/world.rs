//! A small world to tell stories in: people, messages, a site, and an app that has come far enough.

use api::{
    ActivityType, ActivityTypeId, AttachmentName, Bootstrap, Contact, ContactId, ContactKind, EmailAddress,
    InteractionStore, Match, MatchReason, Matches, Me, Problem, ProblemCode, SaveId, SaveTargets, SignInMethod, Site,
    SiteName,
};
use flows::{
    App, Attachment, AttachmentKind, Correspondent, Effect, Event, Message, MessageKey, OpenMail, Role, Save, Trouble,
};

pub(crate) const MEGABYTE: u64 = 1024 * 1024;

pub(crate) fn address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).expect("a story's address")
}

pub(crate) fn id(text: &str) -> SaveId {
    SaveId(text.to_owned())
}

pub(crate) fn contact(number: &str, name: &str) -> Contact {
    Contact::of_name(ContactId(number.to_owned()), ContactKind::Person, name.to_owned())
}

pub(crate) fn found(at: &str, number: &str, name: &str) -> Match {
    Match { address: address(at), reason: MatchReason::PrimaryEmail, contact: contact(number, name), remembered: false }
}

pub(crate) fn matches(found: Vec<Match>) -> Matches {
    Matches { found, ..Matches::default() }
}

pub(crate) fn message(opening: u32, people: &[(Role, &str)]) -> Message {
    Message {
        key: MessageKey { item_id: format!("item-{opening}"), opening },
        subject: "Renewal".to_owned(),
        correspondents: people
            .iter()
            .map(|(role, address)| Correspondent { name: String::new(), address: (*address).to_owned(), role: *role })
            .collect(),
        attachments: vec![],
        message_id: format!("<{opening}@example.org>"),
        conversation: String::new(),
        outgoing: false,
        received_ms: None,
        references: vec![],
        sent_ms: Some(1_700_000_000_000),
        utc_offset_minutes: 60,
    }
}

pub(crate) fn file(name: &str, size_bytes: u64) -> Attachment {
    Attachment {
        id: format!("att-{name}"),
        name: AttachmentName::new(name),
        content_type: "application/pdf".to_owned(),
        size_bytes,
        kind: AttachmentKind::File,
        inline: false,
    }
}

pub(crate) fn me(user_name: &str) -> Me {
    Me {
        site: SiteName("live".to_owned()),
        user_name: user_name.to_owned(),
        name: user_name.to_owned(),
        contact: ContactId("1".to_owned()),
        method: SignInMethod::Credentials,
        administrator: false,
        standing: api::Standing::Full,
        expires_ms: i64::MAX,
        renew_from_ms: i64::MAX,
        ends_ms: i64::MAX,
    }
}

pub(crate) fn me_by(user_name: &str, method: SignInMethod) -> Me {
    Me { method, ..me(user_name) }
}

pub(crate) fn targets() -> SaveTargets {
    let kind =
        |id: &str| ActivityType { id: ActivityTypeId(id.to_owned()), description: id.to_lowercase(), fields: vec![] };
    SaveTargets {
        interaction: Some(InteractionStore::CommunicationLog),
        activity_types: vec![kind("CALL"), kind("EMAIL")],
        tables: vec![],
        interaction_types: vec![],
        attachment_types: api::AttachmentTypes::default(),
        attachment_max_bytes: 22 * MEGABYTE,
        contacts_max: 50,
        duplicates: api::Duplicates::Warned,
    }
}

pub(crate) fn bootstrap() -> Bootstrap {
    Bootstrap {
        sites: vec![Site {
            name: SiteName("live".to_owned()),
            title: "Live".to_owned(),
            methods: vec![SignInMethod::Credentials],
            administrator_methods: vec![],
            provider: None,
        }],
        public_url: "https://addin.example".to_owned(),
    }
}

/// A site whose way in goes through a window.
pub(crate) fn dialog_site() -> Bootstrap {
    let mut bootstrap = bootstrap();
    for site in &mut bootstrap.sites {
        site.methods = vec![SignInMethod::SingleSignOn];
        site.administrator_methods = vec![SignInMethod::Credentials];
    }
    bootstrap
}

pub(crate) fn problem(code: ProblemCode) -> Trouble {
    Trouble::Server(Problem::new(code))
}

pub(crate) fn signed_out() -> Trouble {
    problem(ProblemCode::SignedOut)
}

/// An app in Outlook with nobody signed in.
pub(crate) fn at_the_door() -> App {
    at_the_door_of(bootstrap())
}

/// The same at a server that offers this.
pub(crate) fn at_the_door_of(bootstrap: Bootstrap) -> App {
    let (mut app, _) = App::start();
    app.update(Event::OutlookReady(Some(address("staff@association.example"))));
    app.update(Event::Bootstrapped(Ok(bootstrap)));
    app.update(Event::SessionRestored(None));
    app
}

/// An app with `ada` signed in and the site's offers known.
pub(crate) fn signed_in() -> App {
    let mut app = at_the_door();
    app.update(Event::SignInAnswered(Ok(me("ada"))));
    app.update(Event::TargetsAnswered(Ok(targets())));
    app
}

/// An app with a message open whose people are known: one contact for each address.
pub(crate) fn with_matched(message: Message) -> App {
    let mut app = signed_in();
    let everybody: Vec<EmailAddress> = Role::ALL.into_iter().flat_map(|role| message.addresses(role)).collect();
    let key = message.key.clone();
    app.update(Event::MessageOpened(message));
    let answer = everybody
        .iter()
        .enumerate()
        .map(|(number, address)| found(address.as_str(), &(101 + number).to_string(), "Somebody"))
        .collect();
    app.update(Event::Matched(key, everybody, Ok(matches(answer))));
    app
}

pub(crate) fn mail(app: &App) -> &OpenMail {
    app.open_mail().expect("a message is open")
}

pub(crate) fn the_save(app: &App) -> &Save {
    app.saves.first().expect("a save was begun")
}

pub(crate) fn writes(effects: &[Effect]) -> usize {
    effects.iter().filter(|effect| matches!(effect, Effect::Save(_))).count()
}
