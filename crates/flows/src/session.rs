//! Who is at the pane: signing in by form or window, staying, leaving, and coming back after a session ended
//! by itself.

use crate::passage::{self, Passage, Start, Step, Turn};
use crate::{App, BeginOrder, Effect, Event, KeptFor, Place, Prompt, SavePhase, Targets, Trouble};
use api::{Bootstrap, Me, SignIn, SignInMethod, Standing};
use std::fmt;

/// What the person typed.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// iMIS user name.
    pub user_name: String,
    /// Password.
    pub password: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(…)")
    }
}

/// Why nobody is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Departure {
    /// Nobody was yet.
    New,
    /// The person signed out.
    SignedOut,
    /// The session ended by itself; what was being done goes on after sign-in.
    Ended,
}

/// Ending the provider's session too, after signing out here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Farewell {
    /// There is none to end, or it was done.
    None,
    /// A window would do it, from this path.
    Offered(String),
    /// It is open.
    Open,
}

/// What the sign-in screen waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The person chooses a way in.
    Choosing,
    /// User name and password are at the server.
    Checking,
    /// A window does it.
    Window(Passage),
}

/// The sign-in screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInForm {
    /// What the server offers.
    pub bootstrap: Bootstrap,
    /// Place of the chosen site in it.
    pub site: usize,
    /// The name tried last, so that it need not be typed again.
    pub user_name: String,
    /// What is waited for.
    pub stage: Stage,
    /// Why the last try failed.
    pub trouble: Option<Trouble>,
    /// Why this screen is shown.
    pub departure: Departure,
    /// Whether the provider's session is to end too.
    pub farewell: Farewell,
}

impl SignInForm {
    fn new(bootstrap: Bootstrap, departure: Departure) -> Self {
        Self {
            bootstrap,
            site: 0,
            user_name: String::new(),
            stage: Stage::Choosing,
            trouble: None,
            departure,
            farewell: Farewell::None,
        }
    }

    /// The chosen site.
    pub fn chosen(&self) -> Option<&api::Site> {
        self.bootstrap.sites.get(self.site)
    }

    fn offers(&self, method: SignInMethod) -> bool {
        self.chosen().is_some_and(|site| site.methods.contains(&method) || site.administrator_methods.contains(&method))
    }

    /// Starts a try; `None` if one is running or something is missing.
    fn submit(&mut self, credentials: Credentials) -> Option<SignIn> {
        let site = self.chosen()?.name.clone();
        credentials.user_name.trim().clone_into(&mut self.user_name);
        if self.stage != Stage::Choosing || self.user_name.is_empty() || credentials.password.is_empty() {
            return None;
        }
        self.stage = Stage::Checking;
        self.trouble = None;
        Some(SignIn { site, user_name: self.user_name.clone(), password: credentials.password })
    }

    fn fail(&mut self, trouble: Option<Trouble>) {
        self.stage = Stage::Choosing;
        self.trouble = trouble;
    }

    /// Moves the passage of this try, if it is still the one.
    fn turn(&mut self, attempt: u32, act: impl FnOnce(&mut Passage) -> Turn) -> Vec<Effect> {
        let Stage::Window(passage) = &mut self.stage else { return vec![] };
        if passage.attempt != attempt {
            return vec![];
        }
        let turn = act(passage);
        self.take(turn)
    }

    fn take(&mut self, turn: Turn) -> Vec<Effect> {
        match turn {
            Turn::On(effects) => return effects,
            Turn::OnWith(trouble) => self.trouble = Some(trouble),
            Turn::Over(trouble) => {
                self.fail(trouble);
                return vec![Effect::CloseDialog];
            }
        }
        vec![]
    }
}

/// A session that the person must confirm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirmation {
    /// Who iMIS says it is.
    pub me: Me,
    /// Whether the server is being told.
    pub asked: Asked,
}

/// How a request of the person's stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Not made yet.
    NotYet,
    /// Made.
    Waiting,
    /// It did not work.
    Failed(Trouble),
}

/// Who is at the pane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Session {
    /// Asking the server what it offers and whether the kept session lives.
    Starting,
    /// The server could not be asked.
    Unreachable(Trouble),
    /// Nobody; the sign-in screen.
    SignedOut(SignInForm),
    /// This person, if they say so.
    Unconfirmed(Confirmation),
    /// This person.
    SignedIn(Me),
}

/// Whether the line that says who signed in is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Welcome {
    /// It is.
    Shown,
    /// It was read, or nobody new came.
    Over,
}

/// Whether the pane may sign in again by itself. Once: only a session that was renewed or stood for a while
/// allows it anew, or one that dies at birth would open windows for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Automatic {
    Ready,
    Spent,
    /// The person ended the session; not even one that stood comes back.
    Waived,
}

/// How long a session stands before it has proved good.
const PROVEN_MS: i64 = 5 * 60_000;

impl App {
    pub(crate) fn session_event(&mut self, event: Event) -> Vec<Effect> {
        match event {
            Event::Bootstrapped(Ok(bootstrap)) => {
                self.bootstrap = Some(bootstrap);
                vec![Effect::RestoreSession]
            }
            Event::SessionRestored(answer) => self.restored(answer),
            Event::Bootstrapped(Err(trouble)) => {
                self.session = Session::Unreachable(trouble);
                vec![]
            }
            Event::RestartAsked => {
                self.session = Session::Starting;
                vec![Effect::FetchBootstrap]
            }
            Event::KeptChanged(kept) => self.kept_changed(kept),
            Event::TimeRead(now_ms) => {
                self.now_ms = now_ms;
                vec![]
            }
            Event::ConfirmAsked | Event::Confirmed(_) => self.confirm_event(event),
            Event::WelcomeRead => {
                self.welcome = Welcome::Over;
                vec![]
            }
            Event::Woke(now_ms) => match &self.session {
                Session::SignedIn(me) => self.renewal.woke(me, now_ms).into_iter().collect(),
                _ => vec![],
            },
            Event::Renewed(answer, now_ms) => self.renewed(answer, now_ms),
            Event::SignOutAsked => self.leave(),
            Event::Redeemed(attempt, answer) => self.redeemed(attempt, answer),
            other => self.form_event(other),
        }
    }

    /// The session in use here is another already: where it is somebody else's, nothing of the former person
    /// may be pressed until the server has said who it is.
    fn kept_changed(&mut self, kept: KeptFor) -> Vec<Effect> {
        let here = matches!(self.session, Session::SignedIn(_) | Session::Unconfirmed(_));
        let mut effects = vec![];
        match &self.session {
            Session::Starting | Session::Unreachable(_) => return effects,
            _ if here && kept == KeptFor::AnotherPerson => {
                effects.extend(self.forget_person());
                self.session = Session::Starting;
            }
            _ => {}
        }
        effects.push(Effect::RestoreSession);
        effects
    }

    fn restored(&mut self, answer: Option<Result<Me, Trouble>>) -> Vec<Effect> {
        let here = matches!(self.session, Session::SignedIn(_) | Session::Unconfirmed(_));
        match answer {
            Some(Ok(me)) => self.arrive(me),
            Some(Err(trouble)) if here => self.notice_end(Some(&trouble)),
            Some(Err(_)) if matches!(self.session, Session::SignedOut(_)) => vec![],
            Some(Err(trouble)) if trouble.is_signed_out() => {
                let mut effects = vec![Effect::ForgetSession];
                effects.extend(self.depart(Departure::Ended));
                effects
            }
            Some(Err(trouble)) => {
                self.session = Session::Unreachable(trouble);
                vec![]
            }
            // Another pane of this browser signed out.
            None if here => {
                let mut effects = self.forget_person();
                effects.extend(self.depart(Departure::SignedOut));
                effects
            }
            None if matches!(self.session, Session::SignedOut(_)) => vec![],
            None => self.depart(Departure::New),
        }
    }

    fn leave(&mut self) -> Vec<Effect> {
        let mut effects = vec![Effect::SignOut];
        effects.extend(self.forget_person());
        effects.extend(self.depart(Departure::SignedOut));
        effects
    }

    fn confirm_event(&mut self, event: Event) -> Vec<Effect> {
        let Session::Unconfirmed(confirmation) = &mut self.session else { return vec![] };
        match event {
            Event::ConfirmAsked if confirmation.asked != Asked::Waiting => {
                confirmation.asked = Asked::Waiting;
                vec![Effect::Confirm]
            }
            Event::Confirmed(Ok(me)) if same_person(&confirmation.me, &me) => self.arrive(me),
            Event::Confirmed(Err(trouble)) if trouble.is_signed_out() => self.notice_end(Some(&trouble)),
            Event::Confirmed(Err(trouble)) => {
                confirmation.asked = Asked::Failed(trouble);
                vec![]
            }
            _ => vec![],
        }
    }

    fn renewed(&mut self, answer: Result<Me, Trouble>, now_ms: i64) -> Vec<Effect> {
        match answer {
            Ok(me) if matches!(&self.session, Session::SignedIn(here) if same_person(here, &me)) => {
                if self.automatic == Automatic::Spent {
                    self.automatic = Automatic::Ready;
                }
                let mut effects = self.arrive(me.clone());
                effects.retain(|effect| !matches!(effect, Effect::WakeAt(_)));
                effects.extend(self.renewal.renewed(&me, now_ms));
                effects
            }
            Ok(_) => vec![],
            Err(trouble) if trouble.is_signed_out() => self.notice_end(Some(&trouble)),
            Err(trouble) => self.renewal.failed(&trouble, now_ms).into_iter().collect(),
        }
    }

    fn form_event(&mut self, event: Event) -> Vec<Effect> {
        let own = self.own_origin();
        let Session::SignedOut(form) = &mut self.session else { return vec![] };
        match event {
            Event::SiteChosen(index) if index < form.bootstrap.sites.len() && form.stage == Stage::Choosing => {
                form.site = index;
                form.trouble = None;
            }
            Event::SignInAsked(credentials) => {
                return form.submit(credentials).map(Effect::SignIn).into_iter().collect();
            }
            Event::SignInAnswered(Ok(me)) => return self.arrive(me),
            Event::SignInAnswered(Err(trouble)) if form.stage == Stage::Checking => form.fail(Some(trouble)),
            Event::WindowAsked(method) => return self.pass(method, Start::Person),
            Event::SignInBegun(attempt, Ok(begun)) => {
                return form.turn(attempt, |passage| passage.begun(begun.flow, begun.start_path));
            }
            Event::SignInBegun(attempt, Err(trouble)) => {
                return form.turn(attempt, |_| Turn::Over(Some(trouble)));
            }
            Event::DialogOpened(_, Ok(())) if form.farewell != Farewell::None => form.farewell = Farewell::Open,
            Event::DialogOpened(..) if form.farewell != Farewell::None => {}
            Event::DialogSaid(..) | Event::DialogClosed(_) if form.farewell != Farewell::None => {
                form.farewell = Farewell::None;
                return vec![Effect::CloseDialog];
            }
            Event::DialogOpened(attempt, answer) => return form.turn(attempt, |passage| passage.opened(answer)),
            Event::DialogSaid(attempt, message, origin) => {
                return form.turn(attempt, |passage| passage.said(message, origin.as_deref(), &own));
            }
            Event::DialogClosed(attempt) => {
                return form.turn(attempt, |passage| {
                    passage.closed();
                    Turn::On(vec![])
                });
            }
            Event::CodeTyped(text) => {
                form.trouble = None;
                if let Stage::Window(passage) = &mut form.stage {
                    let turn = passage.typed(&text);
                    return form.take(turn);
                }
            }
            Event::WindowCancelled => {
                let gone = matches!(&form.stage, Stage::Window(passage) if !matches!(passage.step, Step::Redeeming(_)));
                return if gone { form.take(Turn::Over(None)) } else { vec![] };
            }
            Event::SignedOut(Some(path)) if form.stage == Stage::Choosing => {
                form.farewell = Farewell::Offered(path);
                return self.farewell(Prompt::Open);
            }
            Event::FarewellAsked => return self.farewell(Prompt::Ask),
            _ => {}
        }
        vec![]
    }

    fn redeemed(&mut self, attempt: u32, answer: Result<Me, Trouble>) -> Vec<Effect> {
        let Session::SignedOut(form) = &mut self.session else {
            // Another pane of this browser was quicker; the token that is kept now is this one's.
            return answer.map(|me| self.arrive(me)).unwrap_or_default();
        };
        let Stage::Window(passage) = &form.stage else { return vec![] };
        if passage.attempt != attempt {
            return vec![];
        }
        match answer {
            Ok(me) => {
                let same = self.last_user.as_ref().is_some_and(|last| same_person(last, &me));
                let expected = me.standing == Standing::Unconfirmed || (same && passage.start == Start::Itself);
                let effects = self.arrive(me);
                self.welcome = if expected { Welcome::Over } else { Welcome::Shown };
                effects
            }
            Err(trouble) => form.turn(attempt, |passage| passage.refused(trouble)),
        }
    }

    fn farewell(&mut self, prompt: Prompt) -> Vec<Effect> {
        let Session::SignedOut(SignInForm { farewell: Farewell::Offered(path), .. }) = &self.session else {
            return vec![];
        };
        let path = path.clone();
        self.attempts += 1;
        vec![Effect::OpenDialog { attempt: self.attempts, path, prompt }]
    }

    /// Begins to sign in through a window.
    fn pass(&mut self, method: SignInMethod, start: Start) -> Vec<Effect> {
        let Session::SignedOut(form) = &mut self.session else { return vec![] };
        if form.stage != Stage::Choosing || !method.in_dialog() || !form.offers(method) {
            return vec![];
        }
        let Some(site) = form.chosen().map(|site| site.name.clone()) else { return vec![] };
        self.attempts += 1;
        form.trouble = None;
        form.farewell = Farewell::None;
        form.stage = Stage::Window(Passage::new(self.attempts, method, start));
        let order = BeginOrder { site, method, mailbox: self.own.clone() };
        vec![Effect::CloseDialog, Effect::BeginSignIn(self.attempts, order)]
    }

    fn own_origin(&self) -> String {
        self.bootstrap.as_ref().map(|known| passage::origin(&known.public_url).to_owned()).unwrap_or_default()
    }

    /// A session is there: a new one, the kept one, or the same with new times.
    fn arrive(&mut self, me: Me) -> Vec<Effect> {
        let same = self.last_user.as_ref().is_none_or(|last| same_person(last, &me));
        let mut effects = if same { vec![] } else { self.forget_person() };
        if let Session::SignedOut(SignInForm { stage: Stage::Window(_), .. }) = &self.session {
            effects.push(Effect::CloseDialog);
        }
        if me.standing == Standing::Unconfirmed {
            self.last_user = Some(me.clone());
            self.session = Session::Unconfirmed(Confirmation { me, asked: Asked::NotYet });
            return effects;
        }
        effects.extend(self.renewal.reset(&me));
        let goes_on = same && matches!(self.session, Session::SignedIn(_));
        self.last_user = Some(me.clone());
        self.session = Session::SignedIn(me);
        if goes_on {
            return effects;
        }
        if self.automatic == Automatic::Waived {
            self.automatic = Automatic::Spent;
        }
        self.arrived_ms = self.now_ms;
        self.targets = Targets::Loading;
        self.may_change = crate::MayChange::default();
        effects.push(Effect::FetchTargets);
        effects.extend(self.look_up());
        effects.extend(self.desk.as_mut().map(crate::Desk::load));
        effects.extend(self.follow(Event::SheetsResumed));
        let open = self.open_key().cloned();
        for save in self.saves.iter_mut().filter(|save| save.phase == SavePhase::Paused) {
            effects.extend(save.go_on(open.as_ref()));
        }
        effects
    }

    /// Nothing of one person's work or contacts is left for the next.
    fn forget_person(&mut self) -> Vec<Effect> {
        self.last_user = None;
        self.desk = None;
        let mut effects = self.close_sheets();
        self.awaiting.clear();
        self.cards = crate::Cards::default();
        self.sender = None;
        self.timelines = crate::Timelines::default();
        self.may_change = crate::MayChange::default();
        self.compose.forget();
        self.saved.forget();
        self.welcome = Welcome::Over;
        if let Some(Ok(mail)) = &mut self.mail {
            mail.people.forget();
            mail.draft = crate::Draft::of(&mail.message);
        }
        self.drafts.clear();
        effects.extend(self.many.forget());
        effects.extend(std::mem::take(&mut self.saves).iter().flat_map(crate::Save::let_go));
        effects
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
    pub(crate) fn notice_end(&mut self, trouble: Option<&Trouble>) -> Vec<Effect> {
        let me = match &self.session {
            Session::SignedIn(me) => me.clone(),
            Session::Unconfirmed(confirmation) => confirmation.me.clone(),
            _ => return vec![],
        };
        let Some(trouble) = trouble else { return vec![] };
        if trouble.is_code(api::ProblemCode::ConfirmFirst) {
            self.session = Session::Unconfirmed(Confirmation { me, asked: Asked::NotYet });
            return vec![];
        }
        if !trouble.is_signed_out() {
            return vec![];
        }
        let mut effects = vec![Effect::ForgetSession];
        effects.extend(self.depart(Departure::Ended));
        let stood = self.now_ms.saturating_sub(self.arrived_ms) >= PROVEN_MS;
        let may = self.automatic == Automatic::Ready || (self.automatic == Automatic::Spent && stood);
        if may && self.place == Place::Outlook && me.method.in_dialog() {
            self.automatic = Automatic::Spent;
            effects.extend(self.pass(me.method, Start::Itself));
        }
        effects
    }
}

fn same_person(one: &Me, other: &Me) -> bool {
    one.user_name == other.user_name && one.site == other.site
}
