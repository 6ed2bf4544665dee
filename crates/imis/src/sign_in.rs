//! Signing in, by password or by iMIS's hand-over.
//!
//! What the person brings is offered once, whatever happens; the fresh token is
//! kept only for a user whom iMIS admits.

use crate::{
    Client, ClientApplication, Credentials, Error, ErrorKind, Operation, SignInError, User, UserName,
    exchange::Failed,
    grant::{self, NewToken},
    user::{Admission, UserRecord},
};
use secrecy::SecretString;

/// What a sign-in gives. The access token stays in the client.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// Who it is.
    pub user: User,
    /// What renews it in place of the refresh token that was redeemed, if iMIS sent one.
    pub refresh_token: Option<SecretString>,
}

impl Client {
    /// Signs in: a token, the user, and whether the API may be used.
    /// The password is tried once (`imis.md §3.1`: five failures lock the account).
    pub async fn sign_in(&self, credentials: &Credentials) -> Result<SignedIn, SignInError> {
        let new = self.grant_by_password(credentials).await.map_err(grant::password_refused)?;
        let name = new.user_name.as_deref().map_or_else(|| credentials.user_name.clone(), UserName::new);
        self.begin(new, &name).await
    }

    /// Signs in whom iMIS handed over with a refresh token, which is redeemed
    /// once (`imis.md §12.2`: it may be good for one use). Who it is, only iMIS's
    /// answer says.
    pub async fn sign_in_by_hand_over(
        &self,
        application: &ClientApplication,
        refresh_token: SecretString,
    ) -> Result<SignedIn, SignInError> {
        let granted = self.grant_by_refresh_token(application, &refresh_token).await;
        let new = granted.map_err(grant::hand_over_refused)?;
        let nameless = || SignInError::Upstream(Error::new(Operation::SignIn, ErrorKind::NotUnderstood));
        let name = new.user_name.as_deref().map(UserName::new).ok_or_else(nameless)?;
        self.begin(new, &name).await
    }

    /// Reads the user with the fresh token, and keeps the token.
    async fn begin(&self, new: NewToken, name: &UserName) -> Result<SignedIn, SignInError> {
        let read = self.repeating(|| self.settle(&new, name)).await;
        let record = read.map_err(|failed| match failed.error.kind {
            // A fresh token that may not even read its own user (`imis.md §17`).
            ErrorKind::Unauthorized | ErrorKind::Forbidden { .. } => SignInError::NoRemoteService,
            _ => SignInError::Upstream(failed.error),
        })?;
        match record.admission(self.now_ms()) {
            Admission::Granted => Ok(SignedIn { user: record.user, refresh_token: new.refresh_token }),
            Admission::Disabled => Err(SignInError::Disabled { message: None }),
            Admission::NotStaff => Err(SignInError::NotStaff),
        }
    }

    /// Reads the user once and keeps the token, while nobody else fetches one.
    async fn settle(&self, new: &NewToken, name: &UserName) -> Result<UserRecord, Failed> {
        let _lease = self.lease_token(name).await.map_err(Failed::before)?;
        let reading = tokio::time::timeout(self.limits().read, self.read_with_living_token(new, name));
        let too_slow = || Failed::before(Error::new(Operation::ReadUser, ErrorKind::Timeout));
        let (record, living) = reading.await.map_err(|_| too_slow())??;
        let now_ms = self.now_ms();
        if living == Living::New && record.admission(now_ms) == Admission::Granted {
            let kept = new.kept(now_ms);
            self.keep_token(name, &kept).await.map_err(Failed::before)?;
            self.person(name).token.adopt(new, kept, now_ms);
        }
        Ok(record)
    }

    /// Reads the user with the fresh token, or with the one that somebody else
    /// fetched in between: then that is the living one.
    async fn read_with_living_token(&self, new: &NewToken, name: &UserName) -> Result<(UserRecord, Living), Failed> {
        let operation = Operation::ReadUser;
        let failed = match self.read_user_once(operation, &new.token, name).await {
            Ok(Some(record)) => return Ok((record, Living::New)),
            Ok(None) => return Err(Failed::before(Error::new(operation, ErrorKind::NotFound))),
            Err(failed) if failed.error.kind == ErrorKind::Unauthorized => failed,
            Err(failed) => return Err(failed),
        };
        let at_home = self.load_token(name).await.map_err(Failed::before)?;
        let Some(later) = at_home.filter(|kept| !kept.token.is(&new.token)) else { return Err(failed) };
        // Should that one be dead as well, the first answer stands.
        match self.read_user_once(operation, &later.token, name).await {
            Ok(Some(record)) => Ok((record, Living::AtHome)),
            _ => Err(failed),
        }
    }
}

/// Which of a user's tokens iMIS accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Living {
    New,
    AtHome,
}
