//! The whole pane: who is at it, which message is open, what is being saved.

use crate::renewal::Renewal;
use crate::session::Automatic;
use crate::{
    CardEvent, Cards, Compose, ComposeEvent, Desk, Draft, Effect, Event, MayChange, Message, MessageKey, People, Save,
    Session, SheetLogic, Sheets, Timelines, Trouble, Welcome,
};
use api::{Bootstrap, ContactId, EmailAddress, Me, SaveId, SaveTargets};

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
    /// The sessions being looked at, in place of the message.
    pub desk: Option<Desk>,
    /// What stands in front of the message.
    pub sheets: Sheets,
    /// Contacts in full.
    pub cards: Cards,
    /// What was done with contacts.
    pub timelines: Timelines,
    /// The message being written, if one is.
    pub compose: Compose,
    /// Whether the line that says who signed in is shown.
    pub welcome: Welcome,
    /// What the person may do with contacts.
    pub may_change: MayChange,
    pub(crate) sheet_logic: Option<SheetLogic>,
    pub(crate) awaiting: Vec<Event>,
    pub(crate) sender: Option<ContactId>,
    pub(crate) bootstrap: Option<Bootstrap>,
    pub(crate) own: Option<EmailAddress>,
    pub(crate) last_user: Option<Me>,
    pub(crate) renewal: Renewal,
    pub(crate) automatic: Automatic,
    pub(crate) now_ms: i64,
    pub(crate) arrived_ms: i64,
    pub(crate) attempts: u32,
}

impl App {
    /// The state at the start, and what is to be done first.
    pub fn start() -> (Self, Vec<Effect>) {
        let (mut app, mut effects) = Self::start_without_sheets();
        effects.extend(app.sheets_arrived(SheetLogic::whole()));
        (app, effects)
    }

    /// The same where what moves the sheets comes later, by [`App::sheets_arrived`].
    pub fn start_without_sheets() -> (Self, Vec<Effect>) {
        let app = Self {
            place: Place::Unknown,
            session: Session::Starting,
            mail: None,
            targets: Targets::Loading,
            saves: vec![],
            desk: None,
            sheets: Sheets::default(),
            sheet_logic: None,
            awaiting: vec![],
            sender: None,
            cards: Cards::default(),
            timelines: Timelines::default(),
            compose: Compose::default(),
            welcome: Welcome::Over,
            may_change: MayChange::default(),
            bootstrap: None,
            own: None,
            last_user: None,
            renewal: Renewal::Idle,
            automatic: Automatic::Ready,
            now_ms: 0,
            arrived_ms: 0,
            attempts: 0,
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
            | Event::MessageClosed
            | Event::Compose(ComposeEvent::Opened(_)) => self.outlook_event(event),
            Event::Bootstrapped(_)
            | Event::SessionRestored(_)
            | Event::RestartAsked
            | Event::SiteChosen(_)
            | Event::SignInAsked(_)
            | Event::SignInAnswered(_)
            | Event::WindowAsked(_)
            | Event::SignInBegun(..)
            | Event::DialogOpened(..)
            | Event::DialogSaid(..)
            | Event::DialogClosed(_)
            | Event::CodeTyped(_)
            | Event::WindowCancelled
            | Event::Redeemed(..)
            | Event::ConfirmAsked
            | Event::Confirmed(_)
            | Event::WelcomeRead
            | Event::Woke(_)
            | Event::Renewed(..)
            | Event::KeptChanged(_)
            | Event::TimeRead(_)
            | Event::SignedOut(_)
            | Event::FarewellAsked
            | Event::SignOutAsked => self.session_event(event),
            Event::DeskOpened(_)
            | Event::DeskClosed
            | Event::SessionsAsked(_)
            | Event::SessionsListed(..)
            | Event::EndAsked(_)
            | Event::EndConfirmed
            | Event::EndCancelled
            | Event::SessionsEnded(_) => self.desk_event(event),
            Event::SaveAsked(id) => self.save(id),
            Event::BodyRead(..)
            | Event::Written(..)
            | Event::AttachmentRead(..)
            | Event::UploadMoved(..)
            | Event::Uploaded(..)
            | Event::Marked(..)
            | Event::RetryAsked(_)
            | Event::SaveDismissed(_) => self.save_event(event),
            Event::SheetClosed | Event::SheetsClosed if self.sheet_logic.is_none() => {
                self.awaiting.clear();
                vec![]
            }
            Event::SheetOpened(_)
            | Event::SheetClosed
            | Event::SheetsClosed
            | Event::SheetsResumed
            | Event::Find(..)
            | Event::Record(..)
            | Event::Write(..)
            | Event::Add(..)
            | Event::Queries(..)
            | Event::Query(..)
            | Event::Addresses(..)
            | Event::Card(_)
            | Event::Timeline(_)
            | Event::Compose(_) => self.follow(event),
            Event::People(event) => self.people_event(event),
            Event::ContactChosen(address, contact) => self.choose_contact(address, contact),
            other => self.mail_event(other),
        };
        effects.extend(self.notice_sender());
        let open = self.open_key().cloned();
        effects.extend(self.saves.iter_mut().filter_map(|save| save.mark(open.as_ref())));
        effects
    }

    /// The card on the message is that of its sender, whoever that is found to be.
    fn notice_sender(&mut self) -> Vec<Effect> {
        let here = matches!(self.session, Session::SignedIn(_));
        let sender = self.open_mail().and_then(|mail| mail.people.sender()).filter(|_| here).map(|met| met.id.clone());
        if sender == self.sender {
            return vec![];
        }
        self.sender = sender;
        self.follow(Event::Card(CardEvent::SenderChanged))
    }

    /// The open message, if Outlook gave it.
    pub fn open_mail(&self) -> Option<&OpenMail> {
        self.mail.as_ref()?.as_ref().ok()
    }

    /// What is known of a site.
    pub fn site(&self, name: &api::SiteName) -> Option<&api::Site> {
        self.bootstrap.as_ref()?.sites.iter().find(|site| site.name == *name)
    }

    /// The newest save of the open message.
    pub fn save_of_open_mail(&self) -> Option<&Save> {
        let key = self.open_key()?;
        self.saves.iter().find(|save| save.message.key.item_id == key.item_id)
    }

    pub(crate) fn open_key(&self) -> Option<&MessageKey> {
        self.open_mail().map(|mail| &mail.message.key)
    }

    fn outlook_event(&mut self, event: Event) -> Vec<Effect> {
        if !matches!(event, Event::OutlookReady(_) | Event::OutsideOutlook) {
            self.compose.leave();
        }
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
            Event::Compose(ComposeEvent::Opened(key)) => {
                self.mail = None;
                self.compose.message = Some(key);
            }
            _ => self.mail = None,
        }
        vec![]
    }

    pub(crate) fn look_up(&mut self) -> Vec<Effect> {
        if !matches!(self.session, Session::SignedIn(_)) {
            return vec![];
        }
        let Some(Ok(mail)) = &mut self.mail else { return vec![] };
        let key = mail.message.key.clone();
        let mut effects: Vec<_> =
            mail.people.search().into_iter().map(|addresses| Effect::Match(key.clone(), addresses)).collect();
        if self.targets != Targets::Loading {
            effects.extend(self.want_options());
        }
        effects
    }

    fn mail_event(&mut self, event: Event) -> Vec<Effect> {
        match event {
            Event::Matched(key, asked, answer) => {
                // What comes after the session's end is asked anew by the next one.
                let here = matches!(self.session, Session::SignedIn(_));
                let effects = self.notice_end(answer.as_ref().err());
                if let Some(Ok(mail)) = &mut self.mail
                    && here
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
                return self.want_options();
            }
            Event::TargetsAnswered(Err(trouble)) => {
                let effects = self.notice_end(Some(&trouble));
                self.targets = Targets::Failed(trouble);
                return effects;
            }
            Event::ContactOptionsAnswered(answer) => return self.options_answered(answer),
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
        let (save, mut effects) =
            Save::begin(id, (me.user_name.clone(), self.now_ms), message, save_as, contacts, attachments);
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
