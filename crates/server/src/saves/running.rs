//! What is being written at this moment, so that nothing is written twice at
//! once: not by this server, not by another on the same store.

use crate::app::App;
use crate::clock::Clock;
use crate::seal;
use crate::store::{SaveKey, SharedStore, StoreError};
use sha2::{Digest as _, Sha256};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How long a part stays taken when its server is gone. Whoever comes then looks
/// before they write.
const LASTS_MS: i64 = 10_000;
/// How often a turn is prolonged; sooner again where the store did not take it.
const PROLONG_EVERY: Duration = Duration::from_secs(3);
const PROLONG_AGAIN: Duration = Duration::from_millis(500);

/// The turn for a part of a save. Over with [`Turn::end`]; where nobody gets to
/// that, soon after it is dropped.
#[derive(Debug)]
pub(crate) struct Turn(Option<Held>);

struct Held {
    store: SharedStore,
    name: [u8; 32],
    holder: [u8; 16],
    over: CancellationToken,
    prolonging: JoinHandle<()>,
}

impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Held(…)")
    }
}

impl Turn {
    /// Takes the turn for a part of a save; `None` while somebody has it.
    pub(crate) async fn begin(app: &App, key: &SaveKey, part: &str) -> Result<Option<Self>, StoreError> {
        Self::take(&app.store, &app.clock, name(key, part)).await
    }

    async fn take(store: &SharedStore, clock: &Clock, name: [u8; 32]) -> Result<Option<Self>, StoreError> {
        let holder = seal::random();
        let now_ms = clock.now_ms();
        if !store.lease(name, holder, now_ms, now_ms.saturating_add(LASTS_MS)).await? {
            return Ok(None);
        }
        let over = CancellationToken::new();
        let prolonging = prolong(store.clone(), clock.clone(), name, holder, over.clone());
        let prolonging = tokio::spawn(prolonging);
        Ok(Some(Self(Some(Held { store: store.clone(), name, holder, over, prolonging }))))
    }

    /// Gives it back, before anybody is answered.
    pub(crate) async fn end(mut self) {
        if let Some(held) = self.0.take() {
            held.give_back().await;
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let (Some(held), Ok(runtime)) = (self.0.take(), Handle::try_current()) {
            runtime.spawn(held.give_back());
        }
    }
}

impl Held {
    async fn give_back(self) {
        self.over.cancel();
        // Nothing prolongs it after it was given back.
        if self.prolonging.await.is_err() {
            tracing::warn!("the turn of a save was no longer prolonged");
        }
        if let Err(error) = self.store.release(self.name, self.holder).await {
            tracing::warn!(error = crate::failure::chain(&error), "failed to give back the turn of a save");
        }
    }
}

async fn prolong(store: SharedStore, clock: Clock, name: [u8; 32], holder: [u8; 16], over: CancellationToken) {
    let mut wait = PROLONG_EVERY;
    while over.run_until_cancelled(tokio::time::sleep(wait)).await.is_some() {
        let now_ms = clock.now_ms();
        wait = match store.lease(name, holder, now_ms, now_ms.saturating_add(LASTS_MS)).await {
            Ok(true) => PROLONG_EVERY,
            Ok(false) => {
                tracing::warn!("another server took the turn of a save");
                PROLONG_EVERY
            }
            Err(error) => {
                tracing::warn!(error = crate::failure::chain(&error), "failed to prolong the turn of a save");
                PROLONG_AGAIN
            }
        };
    }
}

fn name(key: &SaveKey, part: &str) -> [u8; 32] {
    let mut hash = Sha256::new().chain_update("save");
    for text in [&key.site, &key.user_name, &key.save, part] {
        hash = hash.chain_update([0]).chain_update(text);
    }
    hash.finalize().into()
}
