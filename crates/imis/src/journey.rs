//! Who fetches a new token when one has died.
//!
//! For one user one token is fetched at a time, here and on every other instance
//! (`imis.md §1` fact 3; `security.md §4.2`). What was fetched is at home before
//! anybody who waits for it wakes. What iMIS refused, and a refresh token that
//! may have been spent, is not offered again.

use crate::{
    AccessToken, Client, Error, ErrorKind, KeepError, KeptToken, Operation, Renewal, RenewalKeeper, UserName,
    grant::{NewToken, NoToken, Redeemed},
    home,
    slot::{Held, Homeless, Replacement, TokenSlot, remember, same, signed_out, usable},
    user::Admission,
};
use secrecy::SecretString;
use std::sync::Arc;

/// One way to a token: what is at home, or what iMIS gives.
pub(crate) struct Journey {
    pub(crate) slot: Arc<TokenSlot>,
    pub(crate) client: Client,
    pub(crate) renewal: Renewal,
    pub(crate) dead: Option<AccessToken>,
}

/// Whether iMIS accepted a new token already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Proof {
    Given,
    Wanting,
}

impl Journey {
    pub(crate) async fn go(&self) -> Result<AccessToken, Error> {
        let settled = {
            let state = self.slot.state();
            state.homeless.is_none() && state.replaced.iter().all(|replacement| replacement.keeper.is_none())
        };
        if settled && let Some(token) = self.taken_from_home(self.load().await?) {
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
        if let Some(token) = self.taken_from_home(at_home) {
            return Ok(token);
        }
        let (new, proof) = self.renew().await?;
        self.keep(new, proof, instead_of).await
    }

    async fn load(&self) -> Result<Option<KeptToken>, Error> {
        self.client.load_token(&self.slot.user).await
    }

    /// The token at home, if it is good.
    fn taken_from_home(&self, at_home: Option<KeptToken>) -> Option<AccessToken> {
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
    async fn renew(&self) -> Result<(NewToken, Proof), Error> {
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
    async fn admit(&self, new: NewToken) -> Result<(NewToken, Proof), Error> {
        let named = new.user_name.as_deref().map(UserName::new);
        let by_name = matches!(self.renewal, Renewal::Credentials(_));
        if !named.map_or(by_name, |name| name == self.slot.user) {
            return Err(Error::new(Operation::SignIn, ErrorKind::NotUnderstood));
        }
        let read = self.client.read_user_once(Operation::ReadUser, &new.token, &self.slot.user);
        match tokio::time::timeout(self.client.limits().home, read).await {
            Ok(Ok(Some(record))) if record.admission(self.client.now_ms()) == Admission::Granted => {
                Ok((new, Proof::Given))
            }
            Ok(Ok(_)) => {
                self.refuse_password();
                Err(Error::new(Operation::SignIn, ErrorKind::Disabled))
            }
            // Whatever is wrong, the call at hand will meet it too.
            Ok(Err(_)) | Err(_) => {
                tracing::debug!("failed to read the user after renewing the token");
                Ok((new, Proof::Wanting))
            }
        }
    }

    /// Keeps a token, and what replaces the refresh token it was bought with,
    /// before anybody uses it.
    async fn keep(&self, new: NewToken, proof: Proof, instead_of: Option<AccessToken>) -> Result<AccessToken, Error> {
        let now_ms = self.client.now_ms();
        let accepted_ms = (proof == Proof::Given).then_some(now_ms);
        let kept = new.kept(now_ms);
        {
            let mut state = self.slot.state();
            if state.forgotten {
                return Err(signed_out());
            }
            state.refused_password = None;
            state.homeless = Some(Homeless { kept: kept.clone(), instead_of });
            state.held = Some(Held { kept: kept.clone(), accepted_ms, early_ms: new.early_ms(now_ms) });
        }
        self.hand_out_replacements().await?;
        self.client.keep_token(&self.slot.user, &kept).await?;
        let forgotten = {
            let mut state = self.slot.state();
            state.homeless = None;
            state.forgotten
        };
        if forgotten {
            self.client.forget_token(&self.slot.user).await?;
            return Err(signed_out());
        }
        Ok(new.token)
    }
}
