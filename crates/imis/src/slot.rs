//! Who fetches a new token when one has died.
//!
//! For one user one token is fetched at a time, here and on every other instance
//! (`imis.md §1` fact 3; `security.md §4.2`). What was fetched is at home before
//! anybody who waits for it wakes. What iMIS refused, and a refresh token that
//! may have been spent, is not offered again.

use crate::{
    AccessToken, Client, Error, ErrorKind, KeepError, KeptToken, Operation, Renewal, RenewalKeeper, UserName,
    client::locked,
    grant::{NewToken, NoToken, Redeemed},
    home,
    user::Admission,
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

fn same(one: &SecretString, two: &SecretString) -> bool {
    one.expose_secret() == two.expose_secret()
}

struct Held {
    kept: KeptToken,
    /// When iMIS last accepted it.
    accepted_ms: Option<i64>,
}

/// A token that could not be brought home yet.
#[derive(Clone)]
struct Homeless {
    kept: KeptToken,
    /// What was at home when it was fetched.
    instead_of: Option<AccessToken>,
}

/// A refresh token that iMIS gave for another.
#[derive(Clone)]
struct Replacement {
    former: SecretString,
    token: SecretString,
    /// Who has yet to keep it.
    keeper: Option<Arc<dyn RenewalKeeper>>,
}

#[derive(Default)]
struct State {
    held: Option<Held>,
    homeless: Option<Homeless>,
    flight: Option<Flight>,
    flights: u64,
    refused_password: Option<SecretString>,
    spent: VecDeque<SecretString>,
    replaced: VecDeque<Replacement>,
    forgotten: bool,
}

impl State {
    fn usable(&self, dead: Option<&AccessToken>, now_ms: i64) -> Option<AccessToken> {
        let held = self.held.as_ref().filter(|held| usable(&held.kept, dead, now_ms))?;
        // What is not at home yet is nobody's.
        let homeless = self.homeless.as_ref().is_some_and(|homeless| homeless.kept.token.is(&held.kept.token));
        (!homeless).then(|| held.kept.token.clone())
    }

    fn hold(&mut self, kept: KeptToken, accepted_ms: Option<i64>) {
        let known = self.held.as_ref().is_some_and(|held| held.kept.token.is(&kept.token));
        if !known {
            self.held = Some(Held { kept, accepted_ms });
        }
    }
}

fn usable(kept: &KeptToken, dead: Option<&AccessToken>, now_ms: i64) -> bool {
    kept.ends_ms > now_ms && !dead.is_some_and(|dead| dead.is(&kept.token))
}

fn remember<T>(list: &mut VecDeque<T>, entry: T) {
    if list.len() == MEMORY {
        list.pop_front();
    }
    list.push_back(entry);
}

fn signed_out() -> Error {
    Error::new(Operation::SignIn, ErrorKind::Unauthorized)
}

/// The token of one user.
pub(crate) struct TokenSlot {
    user: UserName,
    state: Mutex<State>,
}

impl TokenSlot {
    pub(crate) fn new(user: UserName) -> Self {
        Self { user, state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        locked(&self.state)
    }

    /// Takes up a token that is at home and that iMIS just accepted.
    pub(crate) fn adopt(&self, kept: KeptToken, now_ms: i64) {
        let mut state = self.state();
        state.held = Some(Held { kept, accepted_ms: Some(now_ms) });
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

/// One way to a token: what is at home, or what iMIS gives.
struct Journey {
    slot: Arc<TokenSlot>,
    client: Client,
    renewal: Renewal,
    dead: Option<AccessToken>,
}

impl Journey {
    async fn go(&self) -> Result<AccessToken, Error> {
        let settled = {
            let state = self.slot.state();
            state.homeless.is_none() && state.replaced.iter().all(|replacement| replacement.keeper.is_none())
        };
        if settled && let Some(token) = self.from_home(self.load().await?) {
            return Ok(token);
        }
        // Nothing that is done under the lease is ever repeated, so it is held
        // for no longer than a few calls take.
        let _lease = self.client.lease_token(&self.slot.user).await?;
        self.hand_out_replacements().await?;
        let at_home = self.load().await?;
        if let Some(token) = self.bring_home(at_home.as_ref()).await? {
            return Ok(token);
        }
        let instead_of = at_home.as_ref().map(|kept| kept.token.clone());
        if let Some(token) = self.from_home(at_home) {
            return Ok(token);
        }
        let new = self.renew().await?;
        self.keep(new, instead_of).await
    }

    async fn load(&self) -> Result<Option<KeptToken>, Error> {
        self.client.load_token(&self.slot.user).await
    }

    /// The token at home, if it is good.
    fn from_home(&self, at_home: Option<KeptToken>) -> Option<AccessToken> {
        let kept = at_home.filter(|kept| usable(kept, self.dead.as_ref(), self.client.now_ms()))?;
        let token = kept.token.clone();
        self.slot.state().hold(kept, None);
        Some(token)
    }

    /// Hands out what could not be handed out before.
    async fn hand_out_replacements(&self) -> Result<(), Error> {
        let waiting: Vec<Replacement> =
            self.slot.state().replaced.iter().filter(|replacement| replacement.keeper.is_some()).cloned().collect();
        for replacement in waiting {
            let Some(keeper) = &replacement.keeper else { continue };
            let time = self.client.limits().home;
            let kept = tokio::time::timeout(time, keeper.replaced(replacement.token.clone())).await;
            match kept.unwrap_or_else(|_| Err(KeepError::Unavailable(home::too_slow()))) {
                // The token serves the user's other sessions.
                Ok(()) | Err(KeepError::Gone) => {}
                Err(KeepError::Unavailable(error)) => return Err(home::unavailable(error)),
            }
            for known in &mut self.slot.state().replaced {
                if same(&known.token, &replacement.token) {
                    known.keeper = None;
                }
            }
        }
        Ok(())
    }

    /// Brings home what could not be brought home before, unless somebody else
    /// fetched another token since.
    async fn bring_home(&self, at_home: Option<&KeptToken>) -> Result<Option<AccessToken>, Error> {
        let Some(homeless) = self.slot.state().homeless.clone() else { return Ok(None) };
        let unchanged = match (at_home, &homeless.instead_of) {
            (None, None) => true,
            (Some(kept), Some(former)) => kept.token.is(former),
            _ => false,
        };
        if !unchanged || !usable(&homeless.kept, self.dead.as_ref(), self.client.now_ms()) {
            self.slot.state().homeless = None;
            return Ok(None);
        }
        self.client.keep_token(&self.slot.user, &homeless.kept).await?;
        self.slot.state().homeless = None;
        Ok(Some(homeless.kept.token))
    }

    /// Asks iMIS, once.
    async fn renew(&self) -> Result<NewToken, Error> {
        let granted = match &self.renewal {
            Renewal::Nothing => return Err(signed_out()),
            Renewal::Credentials(credentials) => {
                let refused = self.slot.state().refused_password.clone();
                if refused.is_some_and(|refused| same(&refused, &credentials.password)) {
                    return Err(signed_out());
                }
                self.client.grant_by_password(credentials).await
            }
            Renewal::RefreshToken { application, token, keeper } => {
                let token = self.latest(token)?;
                let granted = self.client.grant_by_refresh_token(application, &token).await;
                self.note(&token, keeper, &granted);
                granted
            }
        };
        match granted {
            Ok(new) => self.admit(new).await,
            Err(NoToken::Refused { .. }) => {
                self.refuse_password();
                Err(signed_out())
            }
            Err(NoToken::Application) => Err(Error::new(Operation::SignIn, ErrorKind::ApplicationRefused)),
            // Perhaps spent: the person must pass through iMIS again.
            Err(NoToken::Upstream { redeemed: Redeemed::Perhaps, .. })
                if matches!(self.renewal, Renewal::RefreshToken { .. }) =>
            {
                Err(signed_out())
            }
            Err(NoToken::Upstream { error, .. }) => Err(error),
        }
    }

    /// The refresh token that came of this one, unless it is spent.
    fn latest(&self, token: &SecretString) -> Result<SecretString, Error> {
        let state = self.slot.state();
        let mut latest = token.clone();
        for replacement in &state.replaced {
            if same(&replacement.former, &latest) {
                latest = replacement.token.clone();
            }
        }
        let spent = state.spent.iter().any(|spent| same(spent, &latest));
        if spent { Err(signed_out()) } else { Ok(latest) }
    }

    /// Remembers what became of a refresh token.
    fn note(&self, token: &SecretString, keeper: &Arc<dyn RenewalKeeper>, granted: &Result<NewToken, NoToken>) {
        let mut state = self.slot.state();
        match granted {
            Ok(NewToken { refresh_token: Some(new), .. }) if !same(new, token) => {
                let (former, keeper) = (token.clone(), Some(Arc::clone(keeper)));
                remember(&mut state.replaced, Replacement { former, token: new.clone(), keeper });
            }
            Err(NoToken::Refused { .. } | NoToken::Upstream { redeemed: Redeemed::Perhaps, .. }) => {
                remember(&mut state.spent, token.clone());
            }
            Ok(_) | Err(NoToken::Application | NoToken::Upstream { redeemed: Redeemed::No, .. }) => {}
        }
    }

    fn refuse_password(&self) {
        if let Renewal::Credentials(credentials) = &self.renewal {
            self.slot.state().refused_password = Some(credentials.password.clone());
        }
    }

    /// Makes sure that the token is this user's, and the user still admitted
    /// (`security.md §1.3` K12, K33).
    async fn admit(&self, new: NewToken) -> Result<NewToken, Error> {
        let named = new.user_name.as_deref().map(UserName::new);
        let by_name = matches!(self.renewal, Renewal::Credentials(_));
        if !named.map_or(by_name, |name| name == self.slot.user) {
            return Err(Error::new(Operation::SignIn, ErrorKind::NotUnderstood));
        }
        match self.client.read_user_once(Operation::ReadUser, &new.token, &self.slot.user).await {
            Ok(Some(record)) if record.admission(self.client.now_ms()) == Admission::Granted => Ok(new),
            Ok(_) => {
                self.refuse_password();
                Err(Error::new(Operation::SignIn, ErrorKind::Disabled))
            }
            // Whatever is wrong, the call at hand will meet it too.
            Err(failed) => {
                tracing::debug!(error = %failed.error, "failed to read the user after renewing the token");
                Ok(new)
            }
        }
    }

    /// Keeps a token, and what replaces the refresh token it was bought with,
    /// before anybody uses it.
    async fn keep(&self, new: NewToken, instead_of: Option<AccessToken>) -> Result<AccessToken, Error> {
        let now_ms = self.client.now_ms();
        let kept = new.kept(now_ms);
        {
            let mut state = self.slot.state();
            if state.forgotten {
                return Err(signed_out());
            }
            state.refused_password = None;
            state.homeless = Some(Homeless { kept: kept.clone(), instead_of });
            state.held = Some(Held { kept: kept.clone(), accepted_ms: Some(now_ms) });
        }
        self.hand_out_replacements().await?;
        self.client.keep_token(&self.slot.user, &kept).await?;
        let mut state = self.slot.state();
        state.homeless = None;
        Ok(new.token)
    }
}
