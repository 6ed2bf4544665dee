//! The server is killed in the middle of a save, at every request it makes of iMIS and between the moves of its
//! journal, and started anew: the same save, tried again, ends with everything in iMIS exactly once
//! (`security.md §6.5`).
//!
//! Moments are counted in requests and in moves of the journal, never in time; the time in which iMIS could still be at
//! what was sent is let pass in the store. The random ones are made of a number,
//! which is printed when one fails: `PROOF_SEED=…` runs that one alone, `PROOF_SEEDS=…` so many.

use crate::fleet::{Fleet, STAFF, message};
use crate::postgres;
use crate::witness::once_each;
use api::{ProblemCode, RecordOutcome, SaveAs, SaveId, SaveMessage};
use sim::imis::{Effect, Fault, Gate, Moment, Stored};
use std::time::{Duration, Instant};

const CONTACTS: [&str; 3] = ["101", "102", "107"];
const FILES: [&str; 3] = ["a.pdf", "b.pdf", "c.pdf"];
/// As long as nothing of this may take.
const BOUND: Duration = Duration::from_mins(1);

/// When the server dies.
#[derive(Clone, Copy, Debug)]
enum Death {
    /// At the request to iMIS that so many came before.
    Request(u32, Moment),
    /// When the journal has moved so often: a step that is sent counts one, one that is done two.
    Journal(i64),
}

/// A server on a store, and somebody who saves.
struct Desk {
    fleet: Fleet,
    token: String,
    store: Store,
    save_as: SaveAs,
}

/// What the server keeps, for whoever turns its times.
enum Store {
    File(sqlx::SqlitePool),
    Database(sqlx::PgPool),
}

impl Store {
    async fn run(&self, sql: &'static str) {
        match self {
            Self::File(file) => drop(sqlx::query(sql).execute(file).await.unwrap()),
            Self::Database(database) => drop(sqlx::query(sql).execute(database).await.unwrap()),
        }
    }

    /// How often the journal of a save has moved.
    async fn moves(&self, save: &SaveId) -> i64 {
        let sql = "SELECT CAST(coalesce(sum(CASE WHEN state LIKE 'sent%' THEN 1 ELSE 2 END), 0) AS BIGINT) FROM step \
                   WHERE save = $1";
        match self {
            Self::File(file) => sqlx::query_scalar(sql).bind(&save.0).fetch_one(file).await.unwrap(),
            Self::Database(database) => sqlx::query_scalar(sql).bind(&save.0).fetch_one(database).await.unwrap(),
        }
    }
}

/// A message to save, with what its files hold.
struct Mail {
    ask: SaveMessage,
    files: Vec<Vec<u8>>,
}

impl Desk {
    async fn new(save_as: SaveAs) -> Self {
        let fleet = Fleet::alone().await;
        let store = Store::File(fleet.file().await);
        Self { token: fleet.sign_in(0, STAFF).await, fleet, store, save_as }
    }

    async fn on_postgres(save_as: SaveAs) -> Self {
        let url = postgres::database();
        let fleet = Fleet::alone_on_database(&url).await;
        let store = Store::Database(sqlx::PgPool::connect(&url).await.unwrap());
        Self { token: fleet.sign_in(0, STAFF).await, fleet, store, save_as }
    }

    fn mail(&self) -> Mail {
        let mut ask = message(&CONTACTS, &FILES);
        ask.save_as = self.save_as.clone();
        ask.message.message_id = format!("<{}@example.org>", ask.save.0);
        let files = FILES.iter().map(|name| format!("{name} of {}", ask.save.0).repeat(500).into_bytes()).collect();
        Mail { ask, files }
    }

    /// Saves as the pane does: the records, then the files side by side. Whether all of it was said to be there.
    async fn save(&self, mail: &Mail) -> bool {
        let Some(answer) = self.fleet.try_call(0, &self.token, &mail.ask).await else { return false };
        let Some(report) = tried(answer) else { return false };
        let saved = |record: &api::Record| matches!(record.outcome, RecordOutcome::Saved { .. });
        let put = |(index, content): (usize, &Vec<u8>)| {
            self.fleet.try_upload(0, &self.token, &mail.ask.save, (index, content.clone()))
        };
        let answers = futures_util::future::join_all(mail.files.iter().enumerate().map(put)).await;
        let whole = answers
            .into_iter()
            .all(|answer| answer.and_then(tried).is_some_and(|report: api::AttachmentReport| report.complete()));
        whole && report.records.iter().all(saved)
    }

    /// Lets the server die at its moment; whether that came before the save was over.
    async fn save_until(&mut self, mail: &Mail, death: Death) -> bool {
        let dies = async {
            match death {
                Death::Request(before, moment) => {
                    let gate = Gate::default();
                    let held = Effect::Held(moment, gate.clone());
                    self.fleet.imis.faults().add(Fault::once(held).after(before));
                    gate.reached().await;
                    Some(gate)
                }
                Death::Journal(moves) => {
                    self.moved(&mail.ask.save, moves).await;
                    None
                }
            }
        };
        let (held, dead) = tokio::select! {
            _ = self.save(mail) => (None, false),
            held = dies => (held, true),
        };
        if dead {
            self.fleet.servers[0].kill().await;
        }
        if let (Some(gate), Death::Request(_, Moment::Unstoppable)) = (held, death) {
            gate.open();
            gate.happened().await;
        }
        self.fleet.imis.faults().clear();
        dead
    }

    async fn moved(&self, save: &SaveId, moves: i64) {
        let mut again = tokio::time::interval(Duration::from_millis(1));
        loop {
            again.tick().await;
            if self.store.moves(save).await >= moves {
                return;
            }
        }
    }

    /// Another server in the place of the dead one, when the dead one's turns have run out.
    async fn go_on(&mut self) {
        self.store.run("UPDATE lease SET until_ms = 0").await;
        self.fleet.servers[0] = self.fleet.one_more().await;
    }

    /// The person tries until everything is there, and waits in between until iMIS is done with what was sent.
    async fn finish(&self, mail: &Mail) -> Result<(), String> {
        let begun = Instant::now();
        while !self.save(mail).await {
            self.store.run("UPDATE step SET until_ms = 1 WHERE until_ms > 0").await;
            if begun.elapsed() > BOUND {
                return Err("it never ends".to_owned());
            }
        }
        once_each(self.fleet.imis.ledger(), &mail.ask, &mail.files)
    }
}

/// The answer, unless the person is to try again.
fn tried<T>(answer: Result<T, api::Problem>) -> Option<T> {
    let problem = match answer {
        Ok(answer) => return Some(answer),
        Err(problem) => problem,
    };
    let again = [ProblemCode::Unknown, ProblemCode::Busy, ProblemCode::ImisUnavailable, ProblemCode::NotFound];
    assert!(again.contains(&problem.code), "{problem:?}");
    None
}

/// Kills it at every request of a save, before it has happened, although it happens, and when it has.
async fn at_every_request(save_as: SaveAs, at_least: u32) {
    let mut desk = Desk::new(save_as).await;
    for moment in [Moment::Arrived, Moment::Unstoppable, Moment::Stored] {
        let mut requests = 0;
        loop {
            let (mail, death) = (desk.mail(), Death::Request(requests, moment));
            let died = desk.save_until(&mail, death).await;
            if died {
                desk.go_on().await;
            }
            assert_eq!(desk.finish(&mail).await, Ok(()), "{death:?}");
            if !died {
                break;
            }
            requests += 1;
        }
        assert!(requests >= at_least, "{requests} requests make no save");
    }
}

/// Draws from a number, the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        u32::try_from((mixed ^ (mixed >> 31)) % u64::from(bound)).unwrap()
    }

    fn death(&mut self) -> Death {
        let moment = [Moment::Arrived, Moment::Unstoppable, Moment::Stored][self.below(3) as usize];
        if self.below(2) == 0 { Death::Request(self.below(14), moment) } else { Death::Journal(self.below(24).into()) }
    }

    /// What else goes wrong at some request.
    fn trouble(&mut self) -> Fault {
        let effects = [
            Effect::ServerError { stored: Stored::Yes },
            Effect::ServerError { stored: Stored::No },
            Effect::ResetAfterStore,
            Effect::ResetBeforeStore,
            Effect::Truncated,
            Effect::TooManyRequests { retry_after: None },
            Effect::Unauthorized,
            Effect::Html,
        ];
        let effect = effects[self.below(effects.len().try_into().unwrap()) as usize].clone();
        let mut fault = Fault::once(effect).after(self.below(8));
        fault.method = Some("POST".to_owned());
        fault
    }
}

/// Kills it up to three times during one save, while other things go wrong as well.
async fn at_random(mut desk: Desk, from: u64, count: u64) {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let seeds = match number("PROOF_SEED") {
        Some(seed) => seed..seed + 1,
        None => from..from + number("PROOF_SEEDS").unwrap_or(count),
    };
    for seed in seeds {
        let mut dice = Dice(seed);
        let mail = desk.mail();
        let mut deaths = Vec::new();
        for _ in 0..=dice.below(3) {
            if dice.below(2) == 0 {
                desk.fleet.imis.faults().add(dice.trouble());
            }
            let death = dice.death();
            deaths.push(death);
            if desk.save_until(&mail, death).await {
                desk.go_on().await;
            }
        }
        assert_eq!(desk.finish(&mail).await, Ok(()), "PROOF_SEED={seed}: {deaths:?}");
    }
}

fn activity() -> SaveAs {
    message(&[], &[]).save_as
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_killed_at_any_request_of_an_interaction_leaves_it_once() {
    at_every_request(SaveAs::Interaction, 7).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_killed_at_any_request_of_activities_leaves_them_once() {
    at_every_request(activity(), 12).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_killed_again_and_again_at_random_leaves_an_interaction_once() {
    at_random(Desk::new(SaveAs::Interaction).await, 0, 10).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_killed_again_and_again_at_random_leaves_activities_once() {
    at_random(Desk::new(activity()).await, 1000, 10).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_database_a_killed_server_leaves_an_interaction_once() {
    at_random(Desk::on_postgres(SaveAs::Interaction).await, 2000, 4).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_database_a_killed_server_leaves_activities_once() {
    at_random(Desk::on_postgres(activity()).await, 3000, 4).await;
}
