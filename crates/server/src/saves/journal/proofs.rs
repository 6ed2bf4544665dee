//! The proof that a save is never lost and never twice: whatever iMIS answers, wherever a server dies or loses its
//! turn, whoever saves the same message meanwhile, and however late iMIS stores what was sent, within the time that is
//! assumed of it ([`crate::saves::settling`]): the last tries, with everything in health and the waits that are told,
//! end with exactly one record for each save and contact, and each of the save's files once on each of its records
//! (`security.md §6.3`, P8).
//!
//! Each world is made of one number, which is printed when it fails: `PROOF_SEED=… cargo test` runs that one alone.

mod memory;

use self::memory::Memory;
use super::{Journal, Look, Outcome, Task};
use crate::config::{Config, Key, Keyring, PublicUrl};
use crate::failure::Failure;
use crate::saves::plan::{self, Kind};
use crate::saves::running::Stop;
use crate::saves::settling::Settling;
use crate::store::{Answer, SaveKey, Step, Steps, Try};
use futures_util::future::{BoxFuture, OptionFuture, join_all};
use imis::{Clock, Error, ErrorKind, Operation, Standing, WriteError};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Longest that iMIS is at a request.
const WRITE_MS: i64 = 120_000;
const UPLOAD_MS: i64 = 300_000;

/// Draws by name: what is drawn depends on the world and the name alone, not on who draws first.
#[derive(Clone, Copy)]
struct Seed(u64);

impl Seed {
    fn draw(self, name: &str, below: u64) -> u64 {
        let named = name
            .bytes()
            .fold(self.0 ^ 0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        let mixed = (named ^ (named >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % below
    }

    fn chance(self, name: &str, of_ten: u64) -> bool {
        self.draw(name, 10) < of_ten
    }
}

/// A row of the site.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Row {
    id: String,
    /// The contact and what kind of record; every save of the message leaves the same there.
    step: String,
}

/// The site: what it once stores it keeps.
#[derive(Default)]
struct Imis {
    rows: Mutex<Vec<Row>>,
    /// What time it is.
    now_ms: Arc<AtomicI64>,
    /// Requests that nobody waits for, and when it gets to them.
    on_their_way: Mutex<Vec<(String, i64)>>,
    tries: Mutex<BTreeMap<String, u32>>,
    ids: AtomicU32,
    /// Whether it refuses what it has already.
    refuses_a_second: bool,
}

impl Imis {
    fn store(&self, step: &str) -> String {
        let id = format!("{step}#{}", self.ids.fetch_add(1, Ordering::Relaxed));
        self.rows.lock().unwrap().push(Row { id: id.clone(), step: step.to_owned() });
        id
    }

    fn found(&self, step: &str) -> Vec<String> {
        let rows = self.rows.lock().unwrap();
        rows.iter().filter(|row| row.step == step).map(|row| row.id.clone()).collect()
    }

    fn now_ms(&self) -> i64 {
        self.now_ms.load(Ordering::Relaxed)
    }

    fn pass(&self, ms: i64) {
        self.now_ms.fetch_add(ms, Ordering::Relaxed);
        let now_ms = self.now_ms();
        let mut due = Vec::new();
        self.on_their_way.lock().unwrap().retain(|(step, at_ms)| {
            due.extend((*at_ms <= now_ms).then(|| step.clone()));
            *at_ms > now_ms
        });
        for step in due {
            if !self.refuses_a_second || self.found(&step).is_empty() {
                self.store(&step);
            }
        }
    }
}

/// One try of one server: when it dies, and when it loses its turn, counted in steps it takes.
struct Life {
    seed: Seed,
    name: String,
    steps: AtomicU32,
    dies_at: Option<u32>,
    loses_at: Option<u32>,
    dead: CancellationToken,
    stop: Stop,
    settling: Settling,
}

impl Life {
    fn new(world: &World, name: &str, dies_at: Option<u32>, loses_at: Option<u32>) -> Arc<Self> {
        let (steps, dead, stop) = (AtomicU32::new(0), CancellationToken::new(), Stop::for_tests());
        // Its clock is its own, within what is assumed of clocks.
        let ahead_ms = world.draw_ms(&format!("{name} clock"), WRITE_MS / 8);
        let now_ms = world.imis.now_ms.clone();
        let clock = Clock::new(move || now_ms.load(Ordering::Relaxed) + ahead_ms);
        let ms = |ms: i64| Duration::from_millis(ms.unsigned_abs());
        let settling = Settling::new(clock, ms(WRITE_MS), ms(UPLOAD_MS));
        Arc::new(Self { seed: world.seed, name: name.to_owned(), steps, dies_at, loses_at, dead, stop, settling })
    }

    /// Stands before and after everything that others can see.
    async fn step(&self) {
        let step = self.steps.fetch_add(1, Ordering::Relaxed) + 1;
        for _ in 0..self.seed.draw(&format!("{} pause {step}", self.name), 3) {
            tokio::task::yield_now().await;
        }
        if self.loses_at == Some(step) {
            self.stop.lose_for_tests();
            tokio::task::yield_now().await;
        }
        if self.dies_at == Some(step) {
            self.dead.cancel();
            std::future::pending::<()>().await;
        }
    }
}

/// A store through the eyes of a server that may die at each of its moves.
struct Seen {
    store: Arc<dyn Steps>,
    life: Arc<Life>,
}

impl Seen {
    fn moved<'a, T: Send + 'a>(&'a self, work: Answer<'a, T>) -> Answer<'a, T> {
        Box::pin(async move {
            self.life.step().await;
            let answer = work.await;
            self.life.step().await;
            answer
        })
    }
}

impl Steps for Seen {
    fn steps<'a>(&'a self, key: &'a SaveKey) -> Answer<'a, Vec<Step>> {
        self.moved(self.store.steps(key))
    }

    fn set_steps<'a>(&'a self, key: &'a SaveKey, by: Try, steps: Vec<Step>) -> Answer<'a, Vec<String>> {
        self.moved(self.store.set_steps(key, by, steps))
    }

    fn claim<'a>(&'a self, key: &'a SaveKey, step: &'a str, records: Vec<String>) -> Answer<'a, Option<String>> {
        self.moved(self.store.claim(key, step, records))
    }
}

/// What becomes of a write.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Answered,
    StoredAndLost(Standing),
    Refused,
    Lost(Standing),
    /// Nobody hears of it, and it is stored so much later.
    Late(i64),
}

/// A server with the site, the store and the number that decides.
#[derive(Clone)]
struct World {
    seed: Seed,
    imis: Arc<Imis>,
    store: Arc<dyn Steps>,
    contacts: u64,
    files: usize,
    /// Whether nobody else is at anything while a step is taken.
    alone: bool,
    /// Tries under way.
    busy: Arc<AtomicU32>,
}

fn refused() -> WriteError {
    WriteError::Refused(Error::new(Operation::WriteActivity, ErrorKind::Forbidden { message: None }))
}

fn lost(standing: Standing) -> WriteError {
    WriteError::Unknown(Error::new(Operation::WriteActivity, ErrorKind::Unreachable), standing)
}

impl World {
    fn new(seed: Seed, saves: usize, store: Arc<dyn Steps>) -> Self {
        let refuses_a_second = saves == 1 && seed.chance("a strict site", 4);
        let imis = Arc::new(Imis { refuses_a_second, ..Imis::default() });
        let contacts = 1 + seed.draw("contacts", 3);
        let files = usize::try_from(seed.draw("files", 4)).unwrap();
        let alone = saves == 1 && contacts == 1 && files == 0;
        Self { seed, imis, store, contacts, files, alone, busy: Arc::default() }
    }

    fn draw_ms(&self, name: &str, most: i64) -> i64 {
        i64::try_from(self.seed.draw(name, most.unsigned_abs() + 1)).unwrap()
    }

    fn steps(&self) -> Vec<String> {
        (0..self.contacts).map(|contact| format!("activity:{contact}")).collect()
    }

    fn fate(&self, save: &str, step: &str, healthy: bool) -> Fate {
        let name = format!("{save} {step}");
        let mut tries = self.imis.tries.lock().unwrap();
        let count = tries.entry(name.clone()).or_default();
        *count += 1;
        let over = self.seed.chance(&format!("{name} over {count}"), 4);
        let standing = if over { Standing::Over } else { Standing::UnderWay };
        let late_ms = self.draw_ms(&format!("{name} how late {count}"), WRITE_MS);
        match self.seed.draw(&format!("{name} fate {count}"), 10) {
            _ if healthy => Fate::Answered,
            0..=2 => Fate::Answered,
            3 => Fate::StoredAndLost(standing),
            4..=5 => Fate::Refused,
            6 => Fate::Lost(standing),
            _ => Fate::Late(late_ms),
        }
    }

    async fn write(&self, save: &str, step: &str, life: &Life, healthy: bool) -> Result<String, WriteError> {
        life.step().await;
        if self.imis.refuses_a_second && !self.imis.found(step).is_empty() {
            return Err(refused());
        }
        let stored = match self.fate(save, step, healthy) {
            Fate::Answered => Ok(self.imis.store(step)),
            Fate::StoredAndLost(standing) => {
                self.imis.store(step);
                Err(lost(standing))
            }
            Fate::Refused => Err(refused()),
            Fate::Lost(standing) => Err(lost(standing)),
            Fate::Late(ms) => {
                self.imis.on_their_way.lock().unwrap().push((step.to_owned(), self.imis.now_ms() + ms));
                Err(lost(Standing::UnderWay))
            }
        };
        life.step().await;
        stored
    }

    fn look<'a>(&'a self, save: &'a str, step: &'a str, life: &'a Life, healthy: bool) -> Look<'a> {
        Box::pin(async move {
            life.step().await;
            let at = life.steps.load(Ordering::Relaxed);
            let name = format!("{save} {step} {} looks long at {at}", life.name);
            if self.alone && self.seed.chance(&name, 3) {
                self.imis.pass(self.draw_ms(&name, WRITE_MS));
            }
            if !healthy && self.seed.chance(&format!("{save} {step} {} look {at}", life.name), 1) {
                return Err(Error::new(Operation::WriteActivity, ErrorKind::Timeout));
            }
            let found = self.imis.found(step);
            if self.alone && self.seed.chance(&name, 5) {
                self.imis.pass(self.draw_ms(&name, WRITE_MS));
            }
            life.step().await;
            Ok(found)
        })
    }

    /// One try, until its end or the server's.
    async fn attempt(&self, save: &str, life: &Arc<Life>, healthy: bool) -> Option<Result<Vec<Outcome>, Failure>> {
        let key = SaveKey { site: "live".to_owned(), user_name: "ada".to_owned(), save: save.to_owned() };
        let store: Arc<dyn Steps> = Arc::new(Seen { store: self.store.clone(), life: life.clone() });
        let work = async {
            let load = || Journal::load(store.clone(), key.clone(), life.stop.clone(), life.settling.clone());
            let steps = self.steps();
            let tasks = steps.into_iter().map(|step| self.task(save, step, life.clone(), healthy));
            let mut outcomes = load().await?.take(tasks.collect()).await?;
            let kind = Kind::Activity { activity_type: "EMAIL".to_owned(), fields: Vec::new() };
            let uploads = (0..self.files).map(async |file| {
                let mut journal = load().await?;
                let records = journal.records_for_attachments(&kind);
                let steps = records.iter().map(|record| plan::attachment_step(file, record));
                let tasks = steps.map(|step| self.task(save, step, life.clone(), healthy)).collect();
                journal.take_uploads(tasks, (life.step(), life.step()), Duration::MAX).await
            });
            for uploaded in join_all(uploads).await {
                outcomes.extend(uploaded?);
            }
            Ok(outcomes)
        };
        self.busy.fetch_add(1, Ordering::Relaxed);
        let ended = life.dead.run_until_cancelled(work).await;
        self.busy.fetch_sub(1, Ordering::Relaxed);
        ended
    }

    /// Some time passes, if nobody is at anything that must not take so long.
    fn pass(&self, name: &str) {
        if self.busy.load(Ordering::Relaxed) == 0 && self.seed.chance(&format!("{name} later"), 6) {
            self.imis.pass(self.draw_ms(&format!("{name} how much later"), 2 * WRITE_MS));
        }
    }

    fn task<'a>(&'a self, save: &'a str, step: String, life: Arc<Life>, healthy: bool) -> Task<'a> {
        let look = || -> Look<'a> {
            let (step, life) = (step.clone(), life.clone());
            Box::pin(async move { self.look(save, &step, &life, healthy).await })
        };
        let (look_first, look_again) = (look(), look());
        let write: BoxFuture<'a, _> = {
            let step = step.clone();
            Box::pin(async move { self.write(save, &step, &life, healthy).await })
        };
        Task { step, look: look_first, looked_ms: None, look_again, write }
    }

    /// The tries of somebody who waits as long as they are told, with everything in health, until all is there.
    async fn last_tries(&self, save: &str) -> Result<Vec<String>, String> {
        const TRIES: u32 = 4;
        let mut last = None;
        for _ in 0..TRIES {
            let life = Life::new(self, &format!("{save} last"), None, None);
            let answer = self.attempt(save, &life, true).await.ok_or("a healthy server died")?;
            let outcomes = answer.map_err(|failure| format!("{:?}", failure.problem))?;
            let ended: Result<Vec<_>, _> = outcomes.iter().map(Outcome::record).collect();
            match ended {
                Ok(records) => return Ok(records.into_iter().map(str::to_owned).collect()),
                Err(problem) => {
                    last = Some(problem.clone());
                    let wait = outcomes.iter().filter_map(|outcome| outcome.record().err()?.retry_after_s).max();
                    let wait_ms = i64::from(wait.ok_or_else(|| format!("{save}: {problem:?}"))?) * 1000;
                    if wait_ms > UPLOAD_MS + 2 * WRITE_MS {
                        return Err(format!("{save}: {wait_ms} ms to wait"));
                    }
                    self.imis.pass(wait_ms);
                }
            }
        }
        Err(format!("{save}: it never ends: {last:?}"))
    }

    /// A few tries, with all that can go wrong; a turn that is lost is another server's at once.
    async fn tries(&self, save: &str) {
        for round in 0..self.seed.draw(&format!("{save} tries"), 5) {
            let name = format!("{save} {round}");
            let drawn = |what: &str| {
                let name = format!("{name} {what}");
                let at = u32::try_from(self.seed.draw(&format!("{name} at"), 24)).unwrap() + 1;
                self.seed.chance(&name, 4).then_some(at)
            };
            self.pass(&name);
            let life = Life::new(self, &name, drawn("dies"), drawn("loses"));
            let successor = async {
                while !life.stop.is_lost() {
                    tokio::task::yield_now().await;
                }
                // What was on its way has ended by now.
                tokio::task::yield_now().await;
                let heir = Life::new(self, &format!("{name} heir"), drawn("heir dies"), None);
                self.attempt(save, &heir, false).await;
            };
            let over = CancellationToken::new();
            let both = async {
                self.attempt(save, &life, false).await;
                if !life.stop.is_lost() {
                    over.cancel();
                }
            };
            tokio::join!(both, over.run_until_cancelled(successor));
        }
    }
}

/// Runs a world to its end, and says what is wrong with it.
async fn verdict(seed: Seed, store: Arc<dyn Steps>) -> Result<(), String> {
    let saves: &[&str] = if seed.chance("two who save the same", 5) { &["one", "two"] } else { &["one"] };
    let world = World::new(seed, saves.len(), store);
    let second: OptionFuture<_> = saves.get(1).map(|save| world.tries(save)).into();
    tokio::join!(world.tries(saves[0]), second);
    let mut records = Vec::new();
    for save in saves {
        records.extend(world.last_tries(save).await?);
    }
    // Whatever is still on its way is there at last.
    world.imis.pass(2 * WRITE_MS);
    let mut rows: Vec<String> = world.imis.rows.lock().unwrap().iter().map(|row| row.id.clone()).collect();
    let told = format!("told {records:?}");
    records.sort();
    rows.sort();
    if rows == records { Ok(()) } else { Err(format!("{told}, but the site has {rows:?}")) }
}

/// The worlds to run: all of them, or the one that is asked for.
fn seeds(count: u64) -> Vec<Seed> {
    match std::env::var("PROOF_SEED").ok().and_then(|seed| seed.parse().ok()) {
        Some(seed) => vec![Seed(seed)],
        None => (0..count).map(Seed).collect(),
    }
}

#[tokio::test]
async fn whatever_happens_on_the_way_each_record_is_there_exactly_once() {
    for seed in seeds(20_000) {
        let verdict = verdict(seed, Arc::new(Memory::default())).await;
        assert_eq!(verdict, Ok(()), "PROOF_SEED={}", seed.0);
    }
}

#[tokio::test]
async fn likewise_with_a_store_on_disk() {
    let ring = Keyring::new(Key::parse("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").unwrap(), Vec::new());
    let mut config = Config::new(PublicUrl::parse("http://127.0.0.1:0").unwrap(), ring, Vec::new());
    for seed in seeds(60) {
        config.data = std::env::temp_dir().join(format!("imis-outlook-proof-{}", uuid::Uuid::new_v4()));
        let store = crate::store::open(&config).await.unwrap();
        let verdict = verdict(seed, store.clone()).await;
        store.close().await;
        std::fs::remove_dir_all(&config.data).unwrap();
        assert_eq!(verdict, Ok(()), "PROOF_SEED={}", seed.0);
    }
}
