//! What a 401 means (`imis.md §4.5`): a token that has died, a person whom iMIS takes no more, or, on sites that say
//! 401 where 403 is expected, something that this person may not do.

use crate::{
    AccessToken, Acting, Error, ErrorKind, Operation,
    client::{PROVEN, locked},
    exchange::{Answer, Failed, refusal},
    user::Admission,
    wire,
};
use std::{
    collections::HashMap,
    sync::Mutex,
    time::{Duration, Instant},
};

/// How long it is remembered that iMIS answers an operation so.
const REMEMBERED: Duration = Duration::from_mins(10);

/// The operations that iMIS answered with 401 though it took the token.
#[derive(Default)]
pub(crate) struct Refusals(Mutex<HashMap<Operation, Instant>>);

impl Refusals {
    pub(crate) fn remember(&self, operation: Operation) {
        locked(&self.0).insert(operation, Instant::now());
    }

    fn knows(&self, operation: Operation) -> bool {
        locked(&self.0).get(&operation).is_some_and(|since| since.elapsed() < REMEMBERED)
    }
}

impl Acting {
    /// Whether a 401 has nothing to do with the token: iMIS answered this operation so before, and takes the token
    /// still. To renew it would end a good one for nothing.
    pub(crate) async fn is_beside_the_token(&self, operation: Operation, token: &AccessToken) -> Result<bool, Failed> {
        Ok(self.person().refusals.knows(operation) && self.is_taken(operation, token).await?)
    }

    /// What a second 401 is, with a token just renewed: not permitted, unless iMIS does not take the person at all.
    pub(crate) async fn refused_again(&self, operation: Operation, token: &AccessToken, answer: &Answer) -> Failed {
        let person = self.person();
        let admitted = match operation {
            // Whoever asks who they are and is not told is not taken.
            Operation::ReadUser => Ok(false),
            _ if person.token.proven_within(PROVEN, self.client.now_ms()) => Ok(true),
            _ => self.is_taken(operation, token).await,
        };
        match admitted {
            Ok(true) => {
                person.refusals.remember(operation);
                not_permitted(operation, answer)
            }
            Ok(false) => refusal(operation, answer),
            Err(failed) => failed,
        }
    }

    /// Whether iMIS takes the person by this token: then it says who they are.
    async fn is_taken(&self, operation: Operation, token: &AccessToken) -> Result<bool, Failed> {
        match Box::pin(self.client.read_user_once(operation, token, &self.user)).await {
            Ok(Some(record)) if record.admission(self.client.now_ms()) == Admission::Granted => {
                self.person().token.accepted(token, self.client.now_ms());
                Ok(true)
            }
            Ok(_) => Err(Failed::before(Error::new(operation, ErrorKind::Disabled))),
            Err(failed) if failed.error.kind == ErrorKind::Unauthorized => Ok(false),
            Err(failed) => Err(Failed::before(failed.error)),
        }
    }
}

/// A 401 as the 403 that it stands for.
pub(crate) fn not_permitted(operation: Operation, answer: &Answer) -> Failed {
    let mut failed = refusal(operation, answer);
    failed.error.kind = ErrorKind::Forbidden { message: wire::complaint(&answer.body).0 };
    failed
}
