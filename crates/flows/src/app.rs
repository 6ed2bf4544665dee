//! The whole pane: who is at it, which message is open, what is being saved.

use crate::{
    Attachment, Body, Credentials, Departure, Draft, Message, MessageKey, People, Role, Save, SaveKind, Session,
    SignInForm, Trouble,
};
use api::{
    ActivityTypeId, AttachmentReport, Bootstrap, ContactId, EmailAddress, Matches, Me, SaveId, SaveMessage, SaveReport,
    SaveTargets, SignIn,
};
use std::sync::Arc;

/// Where the pane runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Not known yet.
    Unknown,
    /// In Outlook.
    Outlook,
    /// In a plain browser window.
    Elsewhere,
}

/// What the site offers to save to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Targets {
    /// Being asked.
    Loading,
    /// Known.
    Known(SaveTargets),
    /// Could not be asked.
    Failed(Trouble),
}

/// The open message and what the person has made of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenMail {
    /// The message.
    pub message: Message,
    /// The people on it.
    pub people: People,
    /// What is about to be saved.
    pub draft: Draft,
}

/// The pane's state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct App {
    /// Where it runs.
    pub place: Place,
    /// Who is at it.
    pub session: Session,
    /// The open message; an error if Outlook would not give it; `None` if none is open.
    pub mail: Option<Result<OpenMail, Trouble>>,
    /// What the site offers to save to.
    pub targets: Targets,
    /// Saves, newest first, until dismissed.
    pub saves: Vec<Save>,
    bootstrap: Option<Bootstrap>,
    own: Option<EmailAddress>,
    last_user: Option<Me>,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Outlook is there; the mailbox has this address.
    OutlookReady(Option<EmailAddress>),
    /// There is no Outlook around the page.
    OutsideOutlook,
    /// The server said what it offers.
    Bootstrapped(Result<Bootstrap, Trouble>),
    /// The kept session was looked at: `None` if there is none.
    SessionRestored(Option<Result<Me, Trouble>>),
    /// Try again to reach the server.
    RestartAsked,
    /// A site was chosen, by its place in the list.
    SiteChosen(usize),
    /// The form was sent.
    SignInAsked(Credentials),
    /// The server answered it.
    SignInAnswered(Result<Me, Trouble>),
    /// The person signs out.
    SignOutAsked,
    /// A message was opened.
    MessageOpened(Message),
    /// A message was opened that Outlook would not give.
    MessageUnreadable(Trouble),
    /// No message is open.
    MessageClosed,
    /// iMIS answered who has these addresses.
    Matched(MessageKey, Vec<EmailAddress>, Result<Matches, Trouble>),
    /// Look the people up again.
    MatchAgainAsked,
    /// The server answered what may be saved to.
    TargetsAnswered(Result<SaveTargets, Trouble>),
    /// Ask again.
    TargetsAgainAsked,
    /// From, To or Cc was switched.
    RoleToggled(Role),
    /// Somebody was taken off the list.
    PersonRemoved(EmailAddress),
    /// Somebody was put back.
    PersonRestored(EmailAddress),
    /// It was settled whom an address means.
    ContactChosen(EmailAddress, ContactId),
    /// Interaction or activity was chosen.
    KindChosen(SaveKind),
    /// An activity type was chosen.
    ActivityTypeChosen(ActivityTypeId),
    /// An attachment was ticked or unticked.
    AttachmentToggled(usize),
    /// Save, under this new id.
    SaveAsked(SaveId),
    /// Outlook gave the body.
    BodyRead(SaveId, Result<Body, Trouble>),
    /// The server answered the save.
    Written(SaveId, Result<SaveReport, Trouble>),
    /// Outlook gave an attachment of so many bytes.
    AttachmentRead(SaveId, usize, Result<u64, Trouble>),
    /// So many bytes of an attachment have gone up.
    UploadMoved(SaveId, usize, u64),
    /// An upload was answered.
    Uploaded(SaveId, usize, Result<AttachmentReport, Trouble>),
    /// The category was set, or not.
    Marked(SaveId, Result<(), Trouble>),
    /// Try again what failed.
    RetryAsked(SaveId),
    /// The result has been read.
    SaveDismissed(SaveId),
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Ask the server what it offers → [`Event::Bootstrapped`].
    FetchBootstrap,
    /// Look for a kept session and ask who it is → [`Event::SessionRestored`].
    RestoreSession,
    /// Sign in, keep the token → [`Event::SignInAnswered`].
    SignIn(SignIn),
    /// End the session and forget the token; nothing is waited for.
    SignOut,
    /// Forget the token.
    ForgetSession,
    /// Look addresses up → [`Event::Matched`].
    Match(MessageKey, Vec<EmailAddress>),
    /// Ask what may be saved to → [`Event::TargetsAnswered`].
    FetchTargets,
    /// Read the body of the open message → [`Event::BodyRead`].
    ReadBody {
        /// For this save.
        save: SaveId,
        /// Of this message, if it is open still.
        key: MessageKey,
    },
    /// Write the records → [`Event::Written`].
    Write(Arc<SaveMessage>),
    /// Read an attachment and hold its content → [`Event::AttachmentRead`].
    ReadAttachment {
        /// For this save.
        save: SaveId,
        /// Its place in the save.
        index: usize,
        /// Of this message, if it is open still.
        key: MessageKey,
        /// The attachment.
        attachment: Attachment,
    },
    /// Send a held content up → [`Event::UploadMoved`], [`Event::Uploaded`].
    Upload {
        /// Of this save.
        save: SaveId,
        /// Its place in the save.
        index: usize,
        /// Media type.
        content_type: String,
    },
    /// Let a held content go.
    DropContent {
        /// Of this save.
        save: SaveId,
        /// Its place in the save.
        index: usize,
    },
    /// Set the category → [`Event::Marked`].
    MarkMessage {
        /// For this save.
        save: SaveId,
        /// On this message, if it is open still.
        key: MessageKey,
    },
}

impl App {
    /// The state at the start, and what is to be done first.
    pub fn start() -> (Self, Vec<Effect>) {
        let app = Self {
            place: Place::Unknown,
            session: Session::Starting,
            mail: None,
            targets: Targets::Loading,
            saves: vec![],
            bootstrap: None,
            own: None,
            last_user: None,
        };
        (app, vec![Effect::FetchBootstrap])
    }

    /// Moves the pane on.
    pub fn update(&mut self, event: Event) -> Vec<Effect> {
        let mut effects = match event {
            Event::OutlookReady(_)
            | Event::OutsideOutlook
            | Event::MessageOpened(_)
            | Event::MessageUnreadable(_)
            | Event::MessageClosed => self.outlook_event(event),
            Event::Bootstrapped(_)
            | Event::SessionRestored(_)
            | Event::RestartAsked
            | Event::SiteChosen(_)
            | Event::SignInAsked(_)
            | Event::SignInAnswered(_)
            | Event::SignOutAsked => self.session_event(event),
            Event::SaveAsked(id) => self.save(id),
            Event::BodyRead(..)
            | Event::Written(..)
            | Event::AttachmentRead(..)
            | Event::UploadMoved(..)
            | Event::Uploaded(..)
            | Event::Marked(..)
            | Event::RetryAsked(_)
            | Event::SaveDismissed(_) => self.save_event(event),
            other => self.mail_event(other),
        };
        let open = self.open_key().cloned();
        effects.extend(self.saves.iter_mut().filter_map(|save| save.mark(open.as_ref())));
        effects
    }

    /// The open message, if Outlook gave it.
    pub fn open_mail(&self) -> Option<&OpenMail> {
        self.mail.as_ref()?.as_ref().ok()
    }

    /// The newest save of the open message.
    pub fn save_of_open_mail(&self) -> Option<&Save> {
        let key = self.open_key()?;
        self.saves.iter().find(|save| save.message.key.item_id == key.item_id)
    }

    fn open_key(&self) -> Option<&MessageKey> {
        self.open_mail().map(|mail| &mail.message.key)
    }

    fn outlook_event(&mut self, event: Event) -> Vec<Effect> {
        match event {
            Event::OutlookReady(own) => {
                self.place = Place::Outlook;
                self.own = own;
            }
            Event::OutsideOutlook => self.place = Place::Elsewhere,
            Event::MessageUnreadable(trouble) => self.mail = Some(Err(trouble)),
            Event::MessageOpened(message) => {
                let mut draft = Draft::of(&message);
                if let Targets::Known(targets) = &self.targets {
                    draft.fit(targets);
                }
                self.saves.iter_mut().for_each(|save| save.reopened(&message.key));
                let people = People::of(&message, self.own.as_ref());
                self.mail = Some(Ok(OpenMail { message, people, draft }));
                return self.look_up();
            }
            _ => self.mail = None,
        }
        vec![]
    }

    fn session_event(&mut self, event: Event) -> Vec<Effect> {
        match event {
            Event::Bootstrapped(Ok(bootstrap)) => {
                self.bootstrap = Some(bootstrap);
                vec![Effect::RestoreSession]
            }
            Event::SessionRestored(None) => self.depart(Departure::New),
            Event::SessionRestored(Some(Ok(me))) => self.arrive(me),
            Event::SessionRestored(Some(Err(trouble))) if trouble.is_signed_out() => {
                let mut effects = vec![Effect::ForgetSession];
                effects.extend(self.depart(Departure::Ended));
                effects
            }
            Event::Bootstrapped(Err(trouble)) | Event::SessionRestored(Some(Err(trouble))) => {
                self.session = Session::Unreachable(trouble);
                vec![]
            }
            Event::RestartAsked => {
                self.session = Session::Starting;
                vec![Effect::FetchBootstrap]
            }
            Event::SignOutAsked => {
                let mut effects = vec![Effect::SignOut];
                effects.extend(self.forget_person());
                effects.extend(self.depart(Departure::SignedOut));
                effects
            }
            other => self.form_event(other),
        }
    }

    fn form_event(&mut self, event: Event) -> Vec<Effect> {
        let Session::SignedOut(form) = &mut self.session else { return vec![] };
        match event {
            Event::SiteChosen(index) if index < form.bootstrap.sites.len() && !form.busy => form.site = index,
            Event::SignInAsked(credentials) => {
                return form.submit(credentials).map(Effect::SignIn).into_iter().collect();
            }
            Event::SignInAnswered(Ok(me)) => return self.arrive(me),
            Event::SignInAnswered(Err(trouble)) => {
                form.busy = false;
                form.trouble = Some(trouble);
            }
            _ => {}
        }
        vec![]
    }

    fn arrive(&mut self, me: Me) -> Vec<Effect> {
        let same = self.last_user.as_ref().is_none_or(|last| last.user_name == me.user_name && last.site == me.site);
        let mut effects = if same { vec![] } else { self.forget_person() };
        self.last_user = Some(me.clone());
        self.session = Session::SignedIn(me);
        self.targets = Targets::Loading;
        effects.push(Effect::FetchTargets);
        effects.extend(self.look_up());
        let open = self.open_key().cloned();
        for save in self.saves.iter_mut().filter(|save| save.phase == crate::SavePhase::Paused) {
            effects.extend(save.go_on(open.as_ref()));
        }
        effects
    }

    /// Nothing of one person's work or contacts is left for the next.
    fn forget_person(&mut self) -> Vec<Effect> {
        self.last_user = None;
        if let Some(Ok(mail)) = &mut self.mail {
            mail.people.forget();
        }
        std::mem::take(&mut self.saves).iter().flat_map(Save::let_go).collect()
    }

    fn depart(&mut self, departure: Departure) -> Vec<Effect> {
        let Some(bootstrap) = self.bootstrap.clone() else { return vec![] };
        let mut form = SignInForm::new(bootstrap, departure);
        if departure == Departure::Ended
            && let Some(last) = &self.last_user
        {
            form.user_name.clone_from(&last.user_name);
            form.site = form.bootstrap.sites.iter().position(|site| site.name == last.site).unwrap_or_default();
        }
        self.session = Session::SignedOut(form);
        vec![]
    }

    /// Any answer may say that the session has ended; what was begun waits.
    fn notice_end(&mut self, trouble: Option<&Trouble>) -> Vec<Effect> {
        if matches!(self.session, Session::SignedIn(_)) && trouble.is_some_and(Trouble::is_signed_out) {
            let mut effects = vec![Effect::ForgetSession];
            effects.extend(self.depart(Departure::Ended));
            return effects;
        }
        vec![]
    }

    fn look_up(&mut self) -> Vec<Effect> {
        if !matches!(self.session, Session::SignedIn(_)) {
            return vec![];
        }
        let Some(Ok(mail)) = &mut self.mail else { return vec![] };
        let key = mail.message.key.clone();
        mail.people.search().into_iter().map(|addresses| Effect::Match(key.clone(), addresses)).collect()
    }

    fn mail_event(&mut self, event: Event) -> Vec<Effect> {
        match event {
            Event::Matched(key, asked, answer) => {
                let effects = self.notice_end(answer.as_ref().err());
                if let Some(Ok(mail)) = &mut self.mail
                    && mail.message.key == key
                {
                    mail.people.answered(&asked, answer);
                }
                return effects;
            }
            Event::TargetsAnswered(Ok(targets)) => {
                if let Some(Ok(mail)) = &mut self.mail {
                    mail.draft.fit(&targets);
                }
                self.targets = Targets::Known(targets);
                return vec![];
            }
            Event::TargetsAnswered(Err(trouble)) => {
                let effects = self.notice_end(Some(&trouble));
                self.targets = Targets::Failed(trouble);
                return effects;
            }
            Event::TargetsAgainAsked => {
                self.targets = Targets::Loading;
                return vec![Effect::FetchTargets];
            }
            Event::MatchAgainAsked => return self.look_up(),
            _ => {}
        }
        let Some(Ok(OpenMail { people, draft, .. })) = &mut self.mail else { return vec![] };
        match event {
            Event::RoleToggled(role) => people.toggle(role),
            Event::PersonRemoved(address) => people.set_removed(&address, true),
            Event::PersonRestored(address) => people.set_removed(&address, false),
            Event::ContactChosen(address, contact) => people.choose(&address, &contact),
            Event::KindChosen(kind) => draft.kind = kind,
            Event::ActivityTypeChosen(activity_type) => draft.activity_type = Some(activity_type),
            Event::AttachmentToggled(index) => {
                if let Some(choice) = draft.attachments.get_mut(index) {
                    choice.ticked = !choice.ticked;
                }
            }
            _ => {}
        }
        vec![]
    }

    fn save(&mut self, id: SaveId) -> Vec<Effect> {
        let (Session::SignedIn(me), Targets::Known(targets), Some(mail)) =
            (&self.session, &self.targets, self.open_mail())
        else {
            return vec![];
        };
        let contacts = mail.people.targets();
        let running = self.save_of_open_mail().is_some_and(Save::is_running);
        let Some(save_as) = mail.draft.save_as(targets) else { return vec![] };
        if contacts.is_empty() || contacts.len() > targets.contacts_max || running {
            return vec![];
        }
        let attachments = mail.draft.sendable(targets);
        let message = mail.message.clone();
        let item = message.key.item_id.clone();
        let (save, mut effects) = Save::begin(id, me.user_name.clone(), message, save_as, contacts, attachments);
        let earlier = self.saves.iter().position(|earlier| earlier.message.key.item_id == item);
        effects.extend(earlier.map(|place| self.saves.remove(place)).iter().flat_map(Save::let_go));
        self.saves.insert(0, save);
        effects
    }

    fn save_event(&mut self, event: Event) -> Vec<Effect> {
        let trouble = match &event {
            Event::Written(_, Err(trouble)) | Event::Uploaded(_, _, Err(trouble)) => Some(trouble.clone()),
            _ => None,
        };
        let max_bytes = match &self.targets {
            Targets::Known(targets) => targets.attachment_max_bytes,
            _ => u64::MAX,
        };
        let open = self.open_key().cloned();
        let mut effects = match event {
            Event::BodyRead(id, body) => self.with_save(&id, |save| save.body_read(body)),
            Event::Written(id, answer) => self.with_save(&id, |save| save.written(answer)),
            Event::AttachmentRead(id, index, answer) => {
                self.with_save(&id, |save| save.attachment_read(index, answer, max_bytes))
            }
            Event::UploadMoved(id, index, bytes) => self.with_save(&id, |save| {
                save.upload_moved(index, bytes);
                vec![]
            }),
            Event::Uploaded(id, index, answer) => self.with_save(&id, |save| save.uploaded(index, answer)),
            Event::Marked(id, answer) => self.with_save(&id, |save| {
                save.marked(answer);
                vec![]
            }),
            Event::RetryAsked(id) => self.with_save(&id, |save| save.go_on(open.as_ref())),
            Event::SaveDismissed(id) => self.dismiss(&id),
            _ => vec![],
        };
        effects.extend(self.notice_end(trouble.as_ref()));
        effects
    }

    fn with_save(&mut self, id: &SaveId, act: impl FnOnce(&mut Save) -> Vec<Effect>) -> Vec<Effect> {
        self.saves.iter_mut().find(|save| save.id == *id).map_or_else(Vec::new, act)
    }

    fn dismiss(&mut self, id: &SaveId) -> Vec<Effect> {
        let Some(place) = self.saves.iter().position(|save| save.id == *id && !save.is_running()) else {
            return vec![];
        };
        self.saves.remove(place).let_go()
    }
}
