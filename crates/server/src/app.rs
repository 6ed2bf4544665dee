//! What all requests share.

use crate::assets::Assets;
use crate::config::Config;
use crate::dpop::Proofs;
use crate::flow::Providers;
use crate::ledger::{self, Watching};
use crate::revoke::Living;
use crate::room::Room;
use crate::store::SharedStore;
use crate::{Clock, request, saves};
use std::collections::HashMap;
use std::num::NonZero;
use std::sync::{Arc, Weak};
use tokio::sync::{Semaphore, mpsc};
use tokio_util::sync::CancellationToken;

/// Searches, timelines and records asked for at once.
const READS_MAX: usize = 2000;
/// Lists of recipients collected at once, and how many of those are one person's.
const RECIPIENTS_MAX: usize = 256;
const RECIPIENTS_PER_PERSON: usize = 2;

/// People who wait for changes of the ledger at once, and how many panes of those are one person's.
const WATCHES_MAX: usize = 4000;
const WATCHES_PER_PERSON: usize = 6;

/// Everything a request may need; copies share it.
#[derive(Clone)]
pub(crate) struct App(Arc<Shared>);

/// The insides of [`App`].
pub(crate) struct Shared {
    pub(crate) config: Config,
    pub(crate) clock: Clock,
    pub(crate) store: SharedStore,
    /// A client for each site.
    pub(crate) clients: HashMap<api::SiteName, imis::Client>,
    /// The OpenID provider of each site that has one.
    pub(crate) providers: Providers,
    pub(crate) proofs: Proofs,
    /// Requests under way, so that they end with their sessions.
    pub(crate) living: Living,
    pub(crate) assets: Assets,
    /// Saves and uploads under way.
    pub(crate) running: saves::Running,
    /// For messages to save.
    pub(crate) room: saves::Room,
    pub(crate) uploads: Arc<Semaphore>,
    pub(crate) exports: Room,
    /// For files on their way to people.
    pub(crate) downloads: Room,
    /// For searches, timelines and records.
    pub(crate) reads: Room,
    /// For collecting people to write to.
    pub(crate) recipients: Room,
    /// For waiting until something changes in the ledger.
    pub(crate) watches: Room,
    /// Who waits so.
    pub(crate) watching: Watching,
    /// Who may take back what others saved.
    pub(crate) may_remove: ledger::KnownRoles,
    /// For making bodies safe: no more at once than there are processors.
    pub(crate) cleaning: Arc<Semaphore>,
    stopping: CancellationToken,
    /// Held by work that goes on when the person has gone.
    work: mpsc::Sender<()>,
}

impl App {
    /// Puts it together; the receiver ends when the last work has.
    pub(crate) fn new(
        config: Config,
        clock: Clock,
        store: SharedStore,
        clients: HashMap<api::SiteName, imis::Client>,
        providers: Providers,
    ) -> (Self, mpsc::Receiver<()>) {
        let (work, ended) = mpsc::channel(1);
        let shared = Shared {
            assets: Assets::read(&config.pane),
            room: saves::Room::new(&config.limits),
            uploads: Arc::new(Semaphore::new(config.limits.uploads_max)),
            exports: Room::new(config.limits.exports_max, config.limits.exports_per_person),
            downloads: Room::new(config.limits.downloads_max, config.limits.downloads_per_person),
            reads: Room::new(READS_MAX, config.limits.reads_per_person),
            recipients: Room::new(RECIPIENTS_MAX, RECIPIENTS_PER_PERSON),
            watches: Room::new(WATCHES_MAX, WATCHES_PER_PERSON),
            watching: Watching::default(),
            may_remove: ledger::KnownRoles::default(),
            cleaning: Arc::new(Semaphore::new(std::thread::available_parallelism().map_or(1, NonZero::get))),
            config,
            clock,
            store,
            clients,
            providers,
            proofs: Proofs::default(),
            living: Living::default(),
            running: saves::Running::default(),
            stopping: CancellationToken::new(),
            work,
        };
        (Self(Arc::new(shared)), ended)
    }

    /// Whether the server is on its way out.
    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.is_cancelled()
    }

    /// Says that the server is on its way out.
    pub(crate) fn begin_to_stop(&self) {
        self.stopping.cancel();
    }

    /// Resolves when it is.
    pub(crate) async fn stopped(&self) {
        self.stopping.cancelled().await;
    }

    /// Does work that must not stop half-way because the person has gone.
    pub(crate) async fn finish<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, tokio::task::JoinError> {
        let held = self.work.clone();
        let task = tokio::spawn(request::within(request::current(), async move {
            let answer = work.await;
            drop(held);
            answer
        }));
        task.await
    }

    /// For what is kept by something that this keeps.
    pub(crate) fn weak(&self) -> WeakApp {
        WeakApp(Arc::downgrade(&self.0))
    }
}

/// [`App`], if it is still there.
#[derive(Clone)]
pub(crate) struct WeakApp(Weak<Shared>);

impl WeakApp {
    /// It, unless the server has ended.
    pub(crate) fn get(&self) -> Option<App> {
        self.0.upgrade().map(App)
    }
}

impl std::ops::Deref for App {
    type Target = Shared;
    fn deref(&self) -> &Shared {
        &self.0
    }
}
