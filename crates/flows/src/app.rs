//! The whole pane: who is at it, which message is open, what is being saved.

use crate::renewal::Renewal;
use crate::session::Automatic;
use crate::{
    CardEvent, Cards, Compose, ComposeEvent, Desk, Draft, Effect, Event, Many, MayChange, Message, MessageKey, People,
    Save, SavedHere, Sending, SendingEffect, Session, SheetLogic, Sheets, Timelines, Trouble, Twice, Undo, Welcome,
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
    pub(crate) headers: HeadersStage,
}

/// How far the reading of the open message's headers has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HeadersStage {
    /// Nobody asked for them.
    Unasked,
    /// Outlook was asked.
    Asked,
    /// It has answered, or will not.
    Over,
}

/// Most messages whose edits are remembered at the same time.
const DRAFTS_MAX: usize = 50;

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
    /// What the person made of messages that were open before, latest first, by Outlook's id.
    pub(crate) drafts: Vec<(String, Draft)>,
    /// Who saved the open message.
    pub saved: SavedHere,
    /// The sessions being looked at, in place of the message.
    pub desk: Option<Desk>,
    /// What stands in front of the message.
    pub sheets: Sheets,
    /// Contacts in full.
    pub cards: Cards,
    /// What was done with contacts.
    pub timelines: Timelines,
    /// Many messages at once.
    pub many: Many,
    /// The message being written, if one is.
    pub compose: Compose,
    /// Messages that are saved after they are sent.
    pub sending: Sending,
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
            drafts: vec![],
            saved: SavedHere::default(),
            desk: None,
            sheets: Sheets::default(),
            sheet_logic: None,
            awaiting: vec![],
            sender: None,
            cards: Cards::default(),
            timelines: Timelines::default(),
            many: Many::default(),
            compose: Compose::default(),
            sending: Sending::default(),
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
            Event::SaveAsked(id) => self.save(id, false),
            Event::Saved(event) => self.saved_event(event),
            Event::BodyRead(..)
            | Event::Written(..)
            | Event::AttachmentRead(..)
            | Event::UploadMoved(..)
            | Event::Uploaded(..)
            | Event::Marked(..)
            | Event::RetryAsked(_)
            | Event::SaveStopped(_)
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
            | Event::Compose(_)
            | Event::Many(_) => self.follow(event),
            Event::People(event) => self.people_event(event),
            Event::Sending(event) => self.sending_event(event),
            Event::ContactChosen(address, contact) => self.choose_contact(address, contact),
            other => self.mail_event(other),
        };
        effects.extend(self.follow_sending());
        effects.extend(self.notice_sender());
        effects.extend(self.follow_saves());
        let open = self.open_key().cloned().filter(|_| self.saved.marks.category);
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

    /// Remembers what the person made of the open message.
    fn put_draft_by(&mut self) {
        let Some(mail) = self.open_mail() else { return };
        let (item, draft) = (mail.message.key.item_id.clone(), mail.draft.clone());
        let mut untouched = Draft::of(&mail.message);
        if let Targets::Known(targets) = &self.targets {
            untouched.fit(targets);
        }
        self.drafts.retain(|(of, _)| *of != item);
        if draft != untouched {
            self.drafts.insert(0, (item, draft));
            self.drafts.truncate(DRAFTS_MAX);
        }
    }

    fn outlook_event(&mut self, event: Event) -> Vec<Effect> {
        self.put_draft_by();
        if !matches!(event, Event::OutlookReady(_) | Event::OutsideOutlook) {
            self.compose.leave();
            self.sending_left();
        }
        match event {
            Event::OutlookReady(own) => {
                self.place = Place::Outlook;
                self.own = own;
                return vec![Effect::Sending(SendingEffect::Follow)];
            }
            Event::OutsideOutlook => self.place = Place::Elsewhere,
            Event::MessageUnreadable(trouble) => self.mail = Some(Err(trouble)),
            Event::MessageOpened(message) => {
                let before = self.drafts.iter().position(|(of, _)| *of == message.key.item_id);
                let before = before.map(|place| self.drafts.remove(place).1);
                let mut draft = before.map_or_else(|| Draft::of(&message), |draft| draft.again(&message));
                if let Targets::Known(targets) = &self.targets {
                    draft.fit(targets);
                }
                self.saves.iter_mut().for_each(|save| save.reopened(&message.key));
                let people = People::of(&message, self.own.as_ref());
                self.mail = Some(Ok(OpenMail { message, people, draft, headers: HeadersStage::Unasked }));
                let mut effects = self.look_up();
                effects.extend(self.recognise());
                return effects;
            }
            Event::Compose(ComposeEvent::Opened(key)) => {
                self.mail = None;
                self.compose.message = Some(key);
                return self.look_for_wish();
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
        if mail.headers == HeadersStage::Unasked {
            mail.headers = HeadersStage::Asked;
            effects.push(Effect::ReadHeaders(key));
        }
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
            Event::HeadersRead(key, headers, utc_offset_minutes) => {
                if let Some(Ok(mail)) = &mut self.mail
                    && mail.message.key == key
                {
                    mail.headers = HeadersStage::Over;
                    mail.message.take_headers(headers, utc_offset_minutes);
                    let known = &mail.message;
                    self.saves.iter_mut().for_each(|save| save.headers_known(known));
                }
                return vec![];
            }
            Event::TargetsAnswered(Ok(targets)) => {
                if let Some(Ok(mail)) = &mut self.mail {
                    mail.draft.fit(&targets);
                }
                self.targets = Targets::Known(targets);
                self.fit_many();
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
        let targets = match &self.targets {
            Targets::Known(targets) => Some(targets),
            _ => None,
        };
        let Some(Ok(OpenMail { people, draft, .. })) = &mut self.mail else { return vec![] };
        match event {
            Event::RoleToggled(role) => people.toggle(role),
            Event::PersonRemoved(address) => people.set_removed(&address, true),
            Event::PersonRestored(address) => people.set_removed(&address, false),
            Event::KindChosen(kind) => draft.kind = kind,
            Event::ActivityTypeChosen(activity_type) => draft.activity_type = Some(activity_type),
            Event::DraftEdited(edit) => {
                if let Some(targets) = targets {
                    draft.edit(edit, targets);
                }
            }
            Event::AttachmentToggled(index) => {
                if let Some(choice) = draft.attachments.get_mut(index) {
                    choice.ticked = !choice.ticked;
                }
            }
            _ => {}
        }
        vec![]
    }

    /// Saves the open message; what was saved before only `again`.
    pub(crate) fn save(&mut self, id: SaveId, again: bool) -> Vec<Effect> {
        let (Session::SignedIn(me), Targets::Known(targets), Some(mail)) =
            (&self.session, &self.targets, self.open_mail())
        else {
            return vec![];
        };
        // A message being written may change, or not be sent.
        if self.compose.message.is_some() {
            return vec![];
        }
        let rest = self.rest().filter(|_| !again);
        let resumes = rest.is_some();
        let (id, draft, contacts) = match rest {
            Some(rest) => (rest.save, rest.draft, rest.contacts),
            None => (id, mail.draft.clone(), mail.people.targets()),
        };
        // Under one name, and of one message, one is at it at a time.
        let item = mail.message.key.item_id.clone();
        let of_it = |save: &Save| save.message.key.item_id == item || save.id == id;
        let running = self.is_saved_with_others() || self.saves.iter().any(|save| of_it(save) && save.is_running());
        let Some(save_as) = draft.save_as(targets) else { return vec![] };
        if contacts.is_empty() || contacts.len() > targets.contacts_max || running {
            return vec![];
        }
        if draft.at_is_wrong() || draft.wrong_field(&mail.message, targets, &me.name).is_some() {
            return vec![];
        }
        match self.twice() {
            Twice::Held => return vec![],
            Twice::Asked if !again => {
                self.saved.asks_again = true;
                return vec![];
            }
            Twice::Asked | Twice::No => {}
        }
        let filled = draft.filling(&mail.message, targets, &me.name);
        let attachments = draft.sendable(targets);
        let message = mail.message.clone();
        let (mut save, mut effects) =
            Save::begin(id, (me.user_name.clone(), self.now_ms), message, (save_as, filled), contacts, attachments);
        let earlier = self.saves.extract_if(.., |earlier| earlier.message.key.item_id == item || earlier.id == save.id);
        effects.extend(earlier.flat_map(|save| save.let_go()));
        effects.extend(self.take_from_run(&save.id));
        (save.again, save.resumes) = (again, resumes);
        self.saves.insert(0, save);
        self.saved.asks_again = false;
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
            Event::Written(ref id, _)
            | Event::UploadMoved(ref id, ..)
            | Event::Uploaded(ref id, ..)
            | Event::Marked(ref id, _)
                if self.many.run.as_ref().is_some_and(|run| run.has(id)) =>
            {
                self.follow(event)
            }
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
            Event::SaveStopped(id) => self.with_save(&id, Save::stop),
            Event::RetryAsked(id) if self.is_undone(&id) => vec![],
            Event::RetryAsked(id) => self.with_save(&id, |save| save.go_on(open.as_ref())),
            Event::SaveDismissed(id) => self.dismiss(&id),
            _ => vec![],
        };
        if trouble.as_ref().is_some_and(|trouble| trouble.is_code(api::ProblemCode::AlreadySaved)) {
            effects.extend(self.ask_saved());
        }
        effects.extend(self.notice_end(trouble.as_ref()));
        effects
    }

    pub(crate) fn with_save(&mut self, id: &SaveId, act: impl FnOnce(&mut Save) -> Vec<Effect>) -> Vec<Effect> {
        self.saves.iter_mut().find(|save| save.id == *id).map_or_else(Vec::new, act)
    }

    fn dismiss(&mut self, id: &SaveId) -> Vec<Effect> {
        let undoing = self.undo_of(id).is_some_and(Undo::holds);
        let place = self.saves.iter().position(|save| save.id == *id && !save.is_running());
        let Some(place) = place.filter(|_| !undoing) else { return vec![] };
        self.saves.remove(place).let_go()
    }
}
