//! Signing in through a window (`security.md §3.2`): begun here, finished here, and what the window says is
//! believed only from our own origin, for this very try, and once.

use crate::{Effect, Prompt, Trouble};
use api::{DialogMessage, FlowId, Problem, ProblemCode, SignInMethod, TYPED_CODE_LETTERS};
use std::fmt;

/// A code on its way to become a session. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Code(pub String);

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(…)")
    }
}

/// The version of the window's words that is understood.
const VERSION: u32 = 1;

/// Who began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// The person.
    Person,
    /// The pane, after a session ended by itself.
    Itself,
}

/// Whether the window is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// It is.
    Open,
    /// It was closed, or a page in it cut the tie to the pane: then it may show a code to type.
    Gone,
}

/// How far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The server is asked.
    Beginning,
    /// The window is to open.
    Opening(Prompt),
    /// The person signs in there.
    Waiting(Window),
    /// The code is at the server; the window was so when it went.
    Redeeming(Window),
}

/// One try to sign in through a window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    /// How.
    pub method: SignInMethod,
    /// Who began.
    pub start: Start,
    /// How far it has come.
    pub step: Step,
    pub(crate) attempt: u32,
    flow: Option<FlowId>,
    path: String,
}

/// What comes of an event.
pub(crate) enum Turn {
    /// The passage goes on.
    On(Vec<Effect>),
    /// It goes on, and this is to be told.
    OnWith(Trouble),
    /// It is over without a session.
    Over(Option<Trouble>),
}

impl Passage {
    pub(crate) const fn new(attempt: u32, method: SignInMethod, start: Start) -> Self {
        Self { method, start, step: Step::Beginning, attempt, flow: None, path: String::new() }
    }

    pub(crate) fn begun(&mut self, flow: FlowId, path: String) -> Turn {
        self.flow = Some(flow);
        self.path = path;
        self.open(Prompt::Open)
    }

    fn open(&mut self, prompt: Prompt) -> Turn {
        self.step = Step::Opening(prompt);
        Turn::On(vec![Effect::OpenDialog { attempt: self.attempt, path: self.path.clone(), prompt }])
    }

    /// A browser that lets no window open by itself lets one open at a click on Outlook's own question; without
    /// the person there is nobody to click.
    pub(crate) fn opened(&mut self, answer: Result<(), crate::DialogTrouble>) -> Turn {
        let prompt = match self.step {
            Step::Opening(prompt) => prompt,
            // It opened, and could then not show its page.
            Step::Waiting(Window::Open) if answer.is_err() => Prompt::Ask,
            _ => return Turn::On(vec![]),
        };
        match (answer, prompt, self.start) {
            (Ok(()), _, _) => {
                self.step = Step::Waiting(Window::Open);
                Turn::On(vec![])
            }
            (Err(trouble), Prompt::Open, Start::Person) if trouble.is_blocked() => self.open(Prompt::Ask),
            (Err(trouble), _, Start::Itself) if trouble.is_blocked() => Turn::Over(None),
            (Err(trouble), _, _) => Turn::Over(Some(Trouble::Dialog(trouble))),
        }
    }

    /// Whatever does not belong to this passage is not even answered with an error.
    pub(crate) fn said(&mut self, message: DialogMessage, origin: Option<&str>, own: &str) -> Turn {
        let listening = matches!(self.step, Step::Opening(_) | Step::Waiting(_));
        let from_us = origin.is_none_or(|origin| origin == own);
        if !listening || !from_us || message.v != VERSION || self.flow.as_ref() != Some(&message.flow) {
            return Turn::On(vec![]);
        }
        match (message.code, message.problem) {
            (_, Some(problem)) => Turn::Over(Some(Trouble::Server(Problem::new(problem)))),
            (Some(code), None) if !code.is_empty() => {
                let effects = self.redeem(Window::Gone, Code(code));
                Turn::On([vec![Effect::CloseDialog], effects].concat())
            }
            (_, None) => Turn::On(vec![]),
        }
    }

    pub(crate) fn closed(&mut self) {
        if matches!(self.step, Step::Opening(_) | Step::Waiting(_)) {
            self.step = Step::Waiting(Window::Gone);
        }
        if let Step::Redeeming(window) = &mut self.step {
            *window = Window::Gone;
        }
    }

    pub(crate) fn typed(&mut self, typed: &Code) -> Turn {
        let Step::Waiting(window) = self.step else { return Turn::On(vec![]) };
        match typed_code(&typed.0) {
            Some(code) => Turn::On(self.redeem(window, code)),
            None => Turn::OnWith(Trouble::Server(Problem::new(ProblemCode::WrongCode))),
        }
    }

    fn redeem(&mut self, window: Window, code: Code) -> Vec<Effect> {
        let Some(flow) = self.flow.clone() else { return vec![] };
        self.step = Step::Redeeming(window);
        vec![Effect::Redeem { attempt: self.attempt, flow, code }]
    }

    /// A code typed wrong may be typed again; what went wrong on the way may be sent again. All else is over.
    pub(crate) fn refused(&mut self, trouble: Trouble) -> Turn {
        let Step::Redeeming(window) = self.step else { return Turn::On(vec![]) };
        if trouble.is_code(ProblemCode::WrongCode) || trouble.may_pass() {
            self.step = Step::Waiting(window);
            return Turn::OnWith(trouble);
        }
        Turn::Over(Some(trouble))
    }
}

/// A code as a person types it, made right: Crockford's alphabet forgives case, `O` for `0`, `I` and `L` for
/// `1`, and marks between the letters. `None` if it cannot be one.
pub fn typed_code(text: &str) -> Option<Code> {
    let mut code = String::new();
    for letter in text.chars().filter(|letter| !matches!(letter, '-' | '–' | '_' | '.') && !letter.is_whitespace()) {
        code.push(match letter.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            'U' => return None,
            letter if letter.is_ascii_alphanumeric() => letter,
            _ => return None,
        });
    }
    (code.len() == TYPED_CODE_LETTERS).then_some(Code(code))
}

/// The origin of our own server's address: what comes before its path.
pub(crate) fn origin(public_url: &str) -> &str {
    let host = public_url.find("://").map_or(0, |place| place + 3);
    let end = public_url.get(host..).and_then(|rest| rest.find('/')).map_or(public_url.len(), |place| host + place);
    public_url.get(..end).unwrap_or(public_url)
}
