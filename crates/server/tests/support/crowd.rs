//! Hundreds of people at once, each doing a bit of everything, and each reading in every answer whose it is.
//!
//! Every clerk of the stand-in iMIS has a marker that stands in all that is theirs: name, address, favourites, what they
//! wrote and what they answered to queries. An answer with anybody else's marker in it went to the wrong person.

#[path = "crowd/deeds.rs"]
mod deeds;

use api::{Call, Problem, ProblemCode, SignIn, SignedIn, SiteName, Verb};
use reqwest::{Client, Method, RequestBuilder};
use serde::de::DeserializeOwned;
use sim::imis::{Clerk, Clerks};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The clerks of a site, by its name in the configuration.
pub(crate) type Site = (&'static str, Clerks);

/// When everybody goes home, whichever comes first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Until {
    /// So many deeds each.
    pub(crate) deeds: usize,
    /// So much time.
    pub(crate) time: Duration,
}

/// What everybody saw together.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// How long each call took.
    pub(crate) times: Vec<Duration>,
    /// The answers that held what is another's.
    pub(crate) foreign: Vec<String>,
    /// The answers that lacked what is the person's own.
    pub(crate) lacking: Vec<String>,
    /// The answers that were refusals, by route and reason; being asked to wait is none.
    pub(crate) refused: BTreeMap<String, usize>,
    /// How often somebody was asked to wait.
    pub(crate) waits: usize,
    /// The routes that were taken, as the router writes them.
    pub(crate) routes: BTreeSet<&'static str>,
}

impl Tally {
    fn add(&mut self, other: Self) {
        self.times.extend(other.times);
        self.foreign.extend(other.foreign);
        self.lacking.extend(other.lacking);
        for (reason, count) in other.refused {
            *self.refused.entry(reason).or_default() += count;
        }
        self.waits += other.waits;
        self.routes.extend(other.routes);
    }

    /// The time that ninety-nine of a hundred calls took at most.
    pub(crate) fn p99(&self) -> Duration {
        let mut times = self.times.clone();
        times.sort_unstable();
        times.get(times.len() * 99 / 100).copied().unwrap_or_default()
    }
}

/// Somebody at work.
struct Person {
    http: Client,
    url: Arc<str>,
    site: &'static str,
    clerk: Clerk,
    /// The one beside them, whose things are asked for too.
    neighbour: Clerk,
    token: String,
    tally: Tally,
    /// Goes on by [`Person::random`].
    state: u64,
    mine: deeds::Mine,
}

/// Everybody signs in, then everybody works at once.
pub(crate) async fn work(url: &str, sites: &[Site], until: Until) -> (Tally, Duration) {
    let http = Client::builder().no_proxy().build().expect("a client");
    let mut coming = tokio::task::JoinSet::new();
    for (site, clerks) in sites {
        let all: Vec<Clerk> = clerks.all().collect();
        for (index, clerk) in all.iter().enumerate() {
            let mut person = Person {
                http: http.clone(),
                url: Arc::from(url),
                site,
                clerk: clerk.clone(),
                neighbour: all[(index + 1) % all.len()].clone(),
                token: String::new(),
                tally: Tally::default(),
                state: u64::from(clerk.party) << 8 | site.len() as u64,
                mine: deeds::Mine::default(),
            };
            coming.spawn(async move {
                person.sign_in().await;
                person
            });
        }
    }
    let people = coming.join_all().await;
    let begun = Instant::now();
    let mut working = tokio::task::JoinSet::new();
    for mut person in people {
        working.spawn(async move {
            for done in 0..until.deeds {
                if begun.elapsed() >= until.time {
                    break;
                }
                person.do_something(done).await;
            }
            person.tally
        });
    }
    let mut all = Tally::default();
    for tally in working.join_all().await {
        all.add(tally);
    }
    (all, begun.elapsed())
}

/// What was written at a site in somebody's name and is another's.
pub(crate) fn misattributed(ledger: &sim::imis::Ledger, clerks: Clerks) -> Vec<String> {
    let all: BTreeMap<String, Clerk> = clerks.all().map(|clerk| (clerk.user_name.clone(), clerk)).collect();
    let entries = ledger.entries();
    assert!(!entries.is_empty(), "something was written");
    let wrong = entries.iter().filter_map(|entry| {
        let Some(clerk) = all.get(&entry.user.to_uppercase()) else {
            return Some(format!("{} by {}", entry.entity, entry.user));
        };
        let file = entry.file.as_ref().map(|file| String::from_utf8_lossy(&file.head).into_owned()).unwrap_or_default();
        stranger(&format!("{} {file}", entry.stored), clerk)
    });
    wrong.collect()
}

/// The first marker or user name in a text that is not the clerk's own.
fn stranger(text: &str, clerk: &Clerk) -> Option<String> {
    let text = text.to_lowercase();
    let own = [clerk.marker.clone(), clerk.user_name.to_lowercase()];
    for word in ["north", "south", "clerk"] {
        for (at, _) in text.match_indices(word) {
            let Some(marker) = text.get(at..at + word.len() + 4) else { continue };
            let is_one = marker[word.len()..].bytes().all(|letter| letter.is_ascii_digit());
            if is_one && !own.iter().any(|own| own == marker) {
                return Some(format!("{marker} before {}", clerk.marker));
            }
        }
    }
    None
}

impl Person {
    async fn sign_in(&mut self) {
        let sign_in = SignIn {
            site: SiteName(self.site.to_owned()),
            user_name: self.clerk.user_name.clone(),
            password: sim::imis::people::PASSWORD.to_owned(),
        };
        let request = self.request(Method::POST, SignIn::PATH).json(&sign_in);
        let answer = request.send().await.expect("the server answers");
        let status = answer.status();
        let text = answer.text().await.expect("to the end");
        assert!(status.is_success(), "{status} {text}");
        let signed_in: SignedIn = serde_json::from_str(&text).expect("a session begins");
        self.look("sign-in", &text, Whose::Own);
        self.token = signed_in.token.0;
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request =
            self.http.request(method, format!("{}{path}", self.url)).header(api::VERSION_HEADER, api::VERSION);
        if self.token.is_empty() { request } else { request.bearer_auth(&self.token) }
    }

    /// The next number below another; the same ones in every run.
    fn random(&mut self, below: usize) -> usize {
        self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.state >> 33).unwrap_or(0) % below
    }

    /// Notes an answer that is another's, or is nobody's though it should be the person's.
    fn look(&mut self, route: &str, text: &str, whose: Whose) {
        if let Some(stranger) = stranger(text, &self.clerk) {
            self.tally.foreign.push(format!("{route}: {stranger}"));
        }
        let lower = text.to_lowercase();
        let own = lower.contains(&self.clerk.marker) || lower.contains(&self.clerk.user_name.to_lowercase());
        if whose == Whose::Own && !own {
            self.tally.lacking.push(format!("{route}: {}", self.clerk.marker));
        }
    }

    /// Sends it and looks at what comes; `None` for a refusal.
    async fn send(&mut self, route: &'static str, request: RequestBuilder, whose: Whose) -> Option<String> {
        let text = self.send_unread(route, request).await?;
        self.look(route, &text, whose);
        Some(text)
    }

    /// Sends it; a refusal is looked at, all else is for the caller.
    async fn send_unread(&mut self, route: &'static str, request: RequestBuilder) -> Option<String> {
        let begun = Instant::now();
        let answer = request.send().await.expect("the server answers");
        let status = answer.status();
        let text = answer.text().await.expect("to the end");
        self.tally.times.push(begun.elapsed());
        self.tally.routes.insert(route);
        if status.is_success() {
            return Some(text);
        }
        self.look(route, &text, Whose::Anybody);
        match serde_json::from_str::<Problem>(&text) {
            // Too much at once for the store is a wait too: it takes nothing that it cannot keep.
            Ok(problem) if [ProblemCode::Busy, ProblemCode::StoreUnavailable].contains(&problem.code) => {
                self.tally.waits += 1;
            }
            Ok(problem) => *self.tally.refused.entry(format!("{route} {:?}", problem.code)).or_default() += 1,
            Err(_) => *self.tally.refused.entry(format!("{route} {status}")).or_default() += 1,
        }
        None
    }

    async fn call<C: Call>(&mut self, call: &C, whose: Whose) -> Option<C::Response>
    where
        C::Response: DeserializeOwned,
    {
        let request = match C::VERB {
            Verb::Get => self.request(Method::GET, C::PATH),
            Verb::Post => self.request(Method::POST, C::PATH).json(call),
            Verb::Delete => self.request(Method::DELETE, C::PATH),
        };
        let text = self.send(C::PATH, request, whose).await?;
        Some(serde_json::from_str(&text).expect("the answer that was asked for"))
    }
}

/// What must be in an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    /// The person's marker.
    Own,
    /// Nobody else's.
    Anybody,
}
