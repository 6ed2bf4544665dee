//! The token of one user, and the one who fetches it for all who wait.
//!
//! For one user one token is fetched at a time; how is [`crate::journey`]'s.

use crate::{
    AccessToken, Client, Error, ErrorKind, KeptToken, Operation, Renewal, RenewalKeeper, UserName, client::locked,
    grant::NewToken, journey::Journey,
};
use futures_util::{
    FutureExt,
    future::{BoxFuture, Shared},
};
use secrecy::{ExposeSecret, SecretString};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

/// How many refresh tokens are remembered as spent, and as replaced.
const MEMORY: usize = 32;

/// How often a caller may find that the token others fetched does not serve.
const ROUNDS: usize = 8;

/// A request for a token that is under way, shared by all who wait for it.
#[derive(Clone)]
struct Flight {
    number: u64,
    means: Means,
    outcome: Shared<BoxFuture<'static, Result<AccessToken, Error>>>,
}

/// What a renewal would offer.
#[derive(Clone)]
enum Means {
    Nothing,
    Password(SecretString),
    RefreshToken(SecretString),
}

impl Means {
    fn of(renewal: &Renewal) -> Self {
        match renewal {
            Renewal::Credentials(credentials) => Self::Password(credentials.password.clone()),
            Renewal::RefreshToken { token, .. } => Self::RefreshToken(token.clone()),
            Renewal::Nothing => Self::Nothing,
        }
    }

    fn are(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Nothing, Self::Nothing) => true,
            (Self::Password(one), Self::Password(two)) | (Self::RefreshToken(one), Self::RefreshToken(two)) => {
                same(one, two)
            }
            _ => false,
        }
    }
}

pub(crate) fn same(one: &SecretString, two: &SecretString) -> bool {
    one.expose_secret() == two.expose_secret()
}

pub(crate) struct Held {
    pub(crate) kept: KeptToken,
    /// When iMIS last accepted it.
    pub(crate) accepted_ms: Option<i64>,
    /// From when it is better replaced, while what renews it lives.
    pub(crate) early_ms: Option<i64>,
}

/// A token that could not be brought home yet.
#[derive(Clone)]
pub(crate) struct Homeless {
    pub(crate) kept: KeptToken,
    /// What was at home when it was fetched.
    pub(crate) instead_of: Option<AccessToken>,
}

/// A refresh token that iMIS gave for another.
#[derive(Clone)]
pub(crate) struct Replacement {
    pub(crate) former: SecretString,
    pub(crate) token: SecretString,
    /// Who has yet to keep it.
    pub(crate) keeper: Option<Arc<dyn RenewalKeeper>>,
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) held: Option<Held>,
    pub(crate) homeless: Option<Homeless>,
    flight: Option<Flight>,
    flights: u64,
    pub(crate) refused_password: Option<SecretString>,
    pub(crate) spent: VecDeque<SecretString>,
    pub(crate) replaced: VecDeque<Replacement>,
    pub(crate) forgotten: bool,
}

impl State {
    fn usable(&self, dead: Option<&AccessToken>, now_ms: i64) -> Option<AccessToken> {
        let held = self.held.as_ref().filter(|held| usable(&held.kept, dead, now_ms))?;
        // What is not at home yet is nobody's.
        let homeless = self.homeless.as_ref().is_some_and(|homeless| homeless.kept.token.is(&held.kept.token));
        (!homeless).then(|| held.kept.token.clone())
    }

    pub(crate) fn hold(&mut self, kept: KeptToken, accepted_ms: Option<i64>) {
        let known = self.held.as_ref().is_some_and(|held| held.kept.token.is(&kept.token));
        if !known {
            self.held = Some(Held { kept, accepted_ms, early_ms: None });
        }
    }

    /// Whether now is the time to replace a token that is still good; true once for each.
    fn early(&mut self, renewal: &Renewal, now_ms: i64) -> bool {
        let renewable = matches!(renewal, Renewal::RefreshToken { .. }) && self.flight.is_none();
        let due = |held: &&mut Held| renewable && held.early_ms.is_some_and(|early_ms| early_ms <= now_ms);
        self.held.as_mut().filter(due).is_some_and(|held| held.early_ms.take().is_some())
    }
}

pub(crate) fn usable(kept: &KeptToken, dead: Option<&AccessToken>, now_ms: i64) -> bool {
    kept.ends_ms > now_ms && !dead.is_some_and(|dead| dead.is(&kept.token))
}

pub(crate) fn remember<T>(list: &mut VecDeque<T>, entry: T) {
    if list.len() == MEMORY {
        list.pop_front();
    }
    list.push_back(entry);
}

pub(crate) fn signed_out() -> Error {
    Error::new(Operation::SignIn, ErrorKind::Unauthorized)
}

/// The token of one user.
pub(crate) struct TokenSlot {
    pub(crate) user: UserName,
    state: Mutex<State>,
}

impl TokenSlot {
    pub(crate) fn new(user: UserName) -> Self {
        Self { user, state: Mutex::default() }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        locked(&self.state)
    }

    /// Takes up a token that is at home and that iMIS just accepted.
    pub(crate) fn adopt(&self, new: &NewToken, kept: KeptToken, now_ms: i64) {
        let mut state = self.state();
        state.held = Some(Held { kept, accepted_ms: Some(now_ms), early_ms: new.early_ms(now_ms) });
        state.homeless = None;
        state.refused_password = None;
    }

    /// Notes that the person is gone: what is under way will be kept nowhere.
    pub(crate) fn abandon(&self) {
        self.state().forgotten = true;
    }

    /// Notes that iMIS accepted this token.
    pub(crate) fn accepted(&self, token: &AccessToken, now_ms: i64) {
        if let Some(held) = self.state().held.as_mut().filter(|held| held.kept.token.is(token)) {
            held.accepted_ms = Some(now_ms);
        }
    }

    /// Whether iMIS accepted the token that is held within this time.
    pub(crate) fn proven_within(&self, time: Duration, now_ms: i64) -> bool {
        let time_ms = i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
        self.state().held.as_ref().is_some_and(|held| {
            held.kept.ends_ms > now_ms
                && held.accepted_ms.is_some_and(|accepted_ms| now_ms.saturating_sub(accepted_ms) < time_ms)
        })
    }

    /// A token to use: the one that is held unless it is `dead`, else a new one.
    /// Who finds that the others' means of renewal failed tries the own, once.
    pub(crate) async fn token(
        self: &Arc<Self>,
        client: &Client,
        renewal: &Renewal,
        dead: Option<&AccessToken>,
    ) -> Result<AccessToken, Error> {
        let early = {
            let mut state = self.state();
            let token = state.usable(dead, client.now_ms());
            match token {
                Some(token) if state.early(renewal, client.now_ms()) => {
                    Some((self.take_off(&mut state, client, renewal, Some(&token)), token))
                }
                Some(token) => return Ok(token),
                None => None,
            }
        };
        if let Some((flight, token)) = early {
            return match flight.outcome.await {
                // It was too early to do without the one that is still good.
                Err(error) if error.kind != ErrorKind::Disabled => Ok(token),
                outcome => outcome,
            };
        }
        let means = Means::of(renewal);
        let mut last = Err(signed_out());
        for _ in 0..ROUNDS {
            let (flight, leads) = {
                let mut state = self.state();
                if let Some(token) = state.usable(dead, client.now_ms()) {
                    return Ok(token);
                }
                match &state.flight {
                    Some(flight) => (flight.clone(), false),
                    None => (self.take_off(&mut state, client, renewal, dead), true),
                }
            };
            last = flight.outcome.await;
            let serves = match &last {
                Ok(token) => !dead.is_some_and(|dead| dead.is(token)),
                Err(error) => !about_the_means(&error.kind) || flight.means.are(&means),
            };
            if leads || serves {
                break;
            }
        }
        last
    }

    /// Starts fetching a token in a task of its own: whoever asked first may go
    /// away without taking the others' answer along.
    fn take_off(
        self: &Arc<Self>,
        state: &mut State,
        client: &Client,
        renewal: &Renewal,
        dead: Option<&AccessToken>,
    ) -> Flight {
        state.flights += 1;
        let number = state.flights;
        let journey =
            Journey { slot: Arc::clone(self), client: client.clone(), renewal: renewal.clone(), dead: dead.cloned() };
        let slot = Arc::clone(self);
        let task = tokio::spawn(async move {
            let outcome = journey.go().await;
            journey.slot.landed(number);
            outcome
        });
        let outcome = task.map(move |landed| {
            landed.unwrap_or_else(|_| {
                slot.landed(number);
                Err(Error::new(Operation::SignIn, ErrorKind::Unreachable))
            })
        });
        let flight = Flight { number, means: Means::of(renewal), outcome: outcome.boxed().shared() };
        state.flight = Some(flight.clone());
        flight
    }

    fn landed(&self, number: u64) {
        let mut state = self.state();
        if state.flight.as_ref().is_some_and(|flight| flight.number == number) {
            state.flight = None;
        }
    }
}

/// Whether another way to renew might do better.
const fn about_the_means(kind: &ErrorKind) -> bool {
    matches!(kind, ErrorKind::Unauthorized | ErrorKind::ApplicationRefused)
}
