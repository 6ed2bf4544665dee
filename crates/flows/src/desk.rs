//! Seeing and ending sessions: one's own, and for system administrators everybody's.

use crate::session::Automatic;
use crate::{App, Effect, Event, Session, Trouble};
use api::{EndScope, ListSessions, Sessions, Whose};

/// A list of sessions, with what is being done about them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Desk {
    /// Which are asked for.
    pub asked: ListSessions,
    /// What the server answered.
    pub list: Listed,
    /// What is being ended.
    pub ending: Ending,
}

/// What is known of the sessions asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listed {
    /// Being asked.
    Loading,
    /// These.
    Known(Sessions),
    /// Could not be asked.
    Failed(Trouble),
}

/// How ending sessions stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Nothing is being ended.
    Nothing,
    /// The person is asked whether they mean it.
    Asked(EndScope),
    /// The server is asked.
    Running(EndScope),
    /// So many ended.
    Done(u64),
    /// It did not work.
    Failed(Trouble),
}

impl Desk {
    fn open(whose: Whose) -> Self {
        let asked = ListSessions { whose, user_name: String::new() };
        Self { asked, list: Listed::Loading, ending: Ending::Nothing }
    }

    pub(crate) fn load(&mut self) -> Effect {
        self.list = Listed::Loading;
        Effect::ListSessions(self.asked.clone())
    }

    /// Whether the session that asks may be among those that end.
    fn ends_itself(&self, user_name: &str) -> bool {
        match &self.ending {
            Ending::Running(EndScope::MyOthers) => false,
            Ending::Running(EndScope::User(ended)) => ended.eq_ignore_ascii_case(user_name),
            Ending::Running(EndScope::Session(id)) => match &self.list {
                Listed::Known(known) => known.sessions.iter().any(|session| session.current && session.id == *id),
                Listed::Loading | Listed::Failed(_) => true,
            },
            _ => true,
        }
    }

    fn run(&mut self, scope: EndScope) -> Vec<Effect> {
        self.ending = Ending::Running(scope.clone());
        vec![Effect::EndSessions(scope)]
    }
}

impl App {
    pub(crate) fn desk_event(&mut self, event: Event) -> Vec<Effect> {
        let Session::SignedIn(me) = &self.session else { return vec![] };
        if let Event::DeskOpened(whose) = event {
            if whose == Whose::Everybodys && !me.administrator {
                return vec![];
            }
            let desk = self.desk.insert(Desk::open(whose));
            return vec![desk.load()];
        }
        let Some(desk) = &mut self.desk else { return vec![] };
        match event {
            Event::DeskClosed => self.desk = None,
            Event::SessionsAsked(user_name) => {
                user_name.trim().clone_into(&mut desk.asked.user_name);
                return vec![desk.load()];
            }
            Event::SessionsListed(asked, answer) if asked == desk.asked => {
                let trouble = answer.as_ref().err().cloned();
                desk.list = match answer {
                    Ok(sessions) => Listed::Known(sessions),
                    Err(trouble) => Listed::Failed(trouble),
                };
                return self.notice_end(trouble.as_ref());
            }
            Event::EndAsked(_) | Event::EndConfirmed if matches!(desk.ending, Ending::Running(_)) => {}
            // What is one's own needs no second question: signing in again is all it costs.
            Event::EndAsked(scope) if desk.asked.whose == Whose::Mine => return desk.run(scope),
            Event::EndAsked(scope) => desk.ending = Ending::Asked(scope),
            Event::EndCancelled => desk.ending = Ending::Nothing,
            Event::EndConfirmed => {
                if let Ending::Asked(scope) = desk.ending.clone() {
                    return desk.run(scope);
                }
            }
            Event::SessionsEnded(Ok(ended)) => {
                if desk.ends_itself(&me.user_name) {
                    // Who ends their own session is not signed in again by itself.
                    self.automatic = Automatic::Waived;
                }
                desk.ending = Ending::Done(ended.count);
                return vec![desk.load()];
            }
            Event::SessionsEnded(Err(trouble)) => {
                desk.ending = Ending::Failed(trouble.clone());
                return self.notice_end(Some(&trouble));
            }
            _ => {}
        }
        vec![]
    }
}
