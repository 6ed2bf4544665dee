//! Every fault of iMIS at every write of a save (`security.md §6.5`): the answer says the right thing within a bounded
//! time, and when the person has tried again, everything is in iMIS exactly once.

use crate::saves::{self, activity, all_saved, message};
use crate::uploads;
use crate::witness::once_each;
use crate::world::{Person, World, answer};
use api::{AttachmentOutcome, AttachmentReport, GetSaveTargets, Problem, ProblemCode, RecordOutcome, SaveAs};
use api::{SaveMessage, SaveReport};
use futures_util::StreamExt as _;
use futures_util::stream;
use sim::imis::{Edition, Effect, Fault, Settings, Stored};
use sim::tls::Certificate;
use std::time::{Duration, Instant};

/// No answer may take longer, where iMIS has 0.7 s for a write; generous, as others may use this machine.
const BOUND: Duration = Duration::from_secs(20);

/// Where it strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Write {
    Log,
    Line,
    LogFile,
    Activity,
    ActivityFile,
    Interaction,
}

impl Write {
    const fn entity(self) -> &'static str {
        match self {
            Self::Log => "CommunicationLog",
            Self::Line => "CommunicationLogRecipient",
            Self::LogFile => "CommunicationLogAttachment",
            Self::Activity => "Activity",
            Self::ActivityFile => "LegacyActivityAttachment",
            Self::Interaction => "ContactInteraction",
        }
    }

    const fn is_file(self) -> bool {
        matches!(self, Self::LogFile | Self::ActivityFile)
    }

    fn save_as(self) -> SaveAs {
        match self {
            Self::Activity | Self::ActivityFile => activity(),
            Self::Log | Self::Line | Self::LogFile | Self::Interaction => SaveAs::Interaction,
        }
    }
}

/// What goes wrong.
#[derive(Clone, Debug)]
enum Trouble {
    /// Nobody listens at the site's address.
    ConnectRefused,
    /// Somebody else does, or the certificate is of an authority that nobody here trusts.
    WrongCertificate,
    /// This, once.
    Once(Effect),
    /// 401 to this write as long as it lasts: not permitted.
    NotPermitted,
    /// 401 to everything as long as it lasts: iMIS takes the person no more.
    NotTaken,
}

/// The rows of `security.md §6.5`.
fn troubles() -> Vec<Trouble> {
    use Trouble::{ConnectRefused, NotPermitted, NotTaken, WrongCertificate};
    let mut all = vec![ConnectRefused, WrongCertificate, NotPermitted, NotTaken];
    let effects = [
        Effect::ResetBeforeStore,
        Effect::ResetAfterStore,
        Effect::Trickle(Duration::from_secs(1)),
        Effect::Truncated,
        Effect::Html,
        Effect::SignInPage,
        Effect::Unauthorized,
        Effect::TooManyRequests { retry_after: Some(1) },
        Effect::ServerError { stored: Stored::Yes },
        Effect::ServerError { stored: Stored::No },
        Effect::Unavailable,
        Effect::DoubledHeaders,
        Effect::Flood(100 * 1024 * 1024),
        Effect::HangForever,
    ];
    all.extend(effects.map(Trouble::Once));
    all
}

/// What the person hears, try after try, while the trouble lasts; nothing where they notice nothing.
fn heard(trouble: &Trouble, write: Write) -> Vec<Vec<ProblemCode>> {
    use ProblemCode::{Busy, Forbidden, ImisUnavailable, SignedOut, Unknown};
    match trouble {
        // The lines follow the entry on a connection that may not be known to be gone yet.
        Trouble::ConnectRefused if write == Write::Line => vec![vec![ImisUnavailable, Unknown]],
        Trouble::ConnectRefused | Trouble::WrongCertificate => vec![vec![ImisUnavailable]],
        // A file cannot be sent twice by the server: it is asked for once more.
        Trouble::NotPermitted if write.is_file() => vec![vec![Busy], vec![Forbidden]],
        Trouble::NotPermitted => vec![vec![Forbidden]],
        Trouble::NotTaken if write.is_file() => vec![vec![Busy], vec![SignedOut]],
        Trouble::NotTaken => vec![vec![SignedOut]],
        Trouble::Once(Effect::Unauthorized) if write.is_file() => vec![vec![Busy]],
        Trouble::Once(Effect::Unauthorized | Effect::DoubledHeaders) => vec![],
        Trouble::Once(Effect::TooManyRequests { .. }) => vec![vec![Busy]],
        Trouble::Once(_) => vec![vec![Unknown]],
    }
}

/// Whether iMIS may still be at a write of unknown outcome.
fn may_come(trouble: &Trouble) -> bool {
    use Effect::{HangForever, ResetAfterStore, ResetBeforeStore, Unavailable};
    let under_way = |effect: &Effect| matches!(effect, HangForever | ResetAfterStore | ResetBeforeStore | Unavailable);
    match trouble {
        Trouble::ConnectRefused => true,
        Trouble::Once(effect) => under_way(effect),
        Trouble::WrongCertificate | Trouble::NotPermitted | Trouble::NotTaken => false,
    }
}

/// What the person heard, how long they are to wait, and whether everything is there.
#[derive(Default)]
struct Heard {
    codes: Vec<ProblemCode>,
    wait: Option<u32>,
    whole: bool,
}

/// A save before iMIS, with everything that must come to be in it.
struct Case {
    world: World,
    token: String,
    ask: SaveMessage,
    files: Vec<Vec<u8>>,
    /// The site's own, where it is in TLS.
    certificate: Option<Certificate>,
    name: String,
}

impl Case {
    async fn new(trouble: &Trouble, write: Write) -> Self {
        let certificate = matches!(trouble, Trouble::WrongCertificate).then(certificate);
        let usual = Settings { certificate: certificate.clone(), ..Settings::default() };
        let settings = match write {
            Write::Interaction => Settings { edition: Edition::Imis2017, communication_log: false, ..usual },
            _ => usual,
        };
        let world = World::with(settings, |config| {
            if let Some(own) = &certificate {
                config.sites[0].authorities = imis::Authorities::from_pem(own.certificate_pem().as_bytes()).unwrap();
            }
            config.limits.imis_write = Duration::from_millis(700);
            config.limits.upload_total = Duration::from_millis(1500);
        })
        .await;
        let files: &[&str] = if write == Write::Interaction { &[] } else { &["a.pdf", "b.pdf", "c.pdf"] };
        let ask = message(write.save_as(), &["101", "102", "107"], files);
        let files = files.iter().map(|name| name.repeat(40_000).into_bytes()).collect();
        let token = world.sign_in().await.token;
        world.person(&token).call(&GetSaveTargets).await.unwrap();
        Self { world, token, ask, files, certificate, name: format!("{trouble:?} at {write:?}") }
    }

    fn person(&self) -> Person<'_> {
        self.world.person(&self.token)
    }

    async fn arm(&self, trouble: &Trouble, write: Write) {
        let faults = self.world.imis.faults();
        let refused =
            |method: &str, entity: &str| faults.add(Fault::once(Effect::Unauthorized).on(method, entity).always());
        match trouble {
            Trouble::ConnectRefused if write == Write::Line => {
                faults.add(Fault::once(Effect::AnswerAndLeave).on("POST", "CommunicationLog"));
            }
            Trouble::ConnectRefused => self.world.imis.go_away(),
            Trouble::WrongCertificate => {
                if write == Write::Line {
                    // The entry is there, and none of its lines.
                    let busy = Effect::TooManyRequests { retry_after: None };
                    faults.add(Fault::once(busy).on("POST", write.entity()).always());
                    assert!(!self.save().await.whole);
                    faults.clear();
                }
                self.world.imis.show(&certificate());
            }
            Trouble::Once(effect) => faults.add(Fault::once(effect.clone()).on("POST", write.entity())),
            Trouble::NotPermitted => refused("POST", write.entity()),
            Trouble::NotTaken => {
                refused("POST", write.entity());
                refused("GET", "User");
            }
        }
    }

    async fn disarm(&mut self, heard: &[ProblemCode]) {
        self.world.imis.faults().clear();
        self.world.imis.come_back().await;
        if let Some(own) = &self.certificate {
            self.world.imis.show(own);
        }
        if heard.contains(&ProblemCode::SignedOut) {
            self.token = self.world.sign_in().await.token;
        }
    }

    /// Runs it within the bound.
    async fn bounded<T>(&self, work: impl Future<Output = T>) -> T {
        let begun = Instant::now();
        let done = tokio::time::timeout(BOUND, work).await;
        done.unwrap_or_else(|_| panic!("{}: no answer after {:?}", self.name, begun.elapsed()))
    }

    async fn save(&self) -> Heard {
        let answered = self.bounded(self.person().call(&self.ask)).await;
        let wait = answered.as_ref().map_or_else(|problem| problem.retry_after_s, saves::told_to_wait);
        Heard { codes: codes_of_records(&answered), wait, whole: answered.is_ok_and(|report| all_saved(&report)) }
    }

    async fn upload(&self, index: usize) -> Heard {
        let put = self.person().put(&self.ask.save, index).body(self.files[index].clone());
        let answered: Result<AttachmentReport, Problem> = self.bounded(answer(put)).await;
        let wait = answered.as_ref().map_or_else(|problem| problem.retry_after_s, uploads::told_to_wait);
        Heard { codes: codes_of_files(&answered), wait, whole: answered.is_ok_and(|report| report.complete()) }
    }

    /// The trouble is there; the person tries while it lasts, and once more when it is over.
    async fn through(&mut self, trouble: &Trouble, write: Write, act: impl AsyncFn(&Self) -> Heard) {
        self.arm(trouble, write).await;
        let mut last = Heard::default();
        let expected = heard(trouble, write);
        if expected.is_empty() {
            let Heard { codes, whole, .. } = act(self).await;
            assert!(whole, "{}: {codes:?}", self.name);
        }
        for expected in expected {
            last = act(self).await;
            let codes = &last.codes;
            assert!(!last.whole && !codes.is_empty(), "{}: it struck", self.name);
            assert!(codes.iter().all(|code| expected.contains(code)), "{}: {codes:?}, not {expected:?}", self.name);
        }
        if matches!(trouble, Trouble::Once(_)) {
            assert_eq!(self.world.imis.faults().waiting(), 0, "{}: it struck", self.name);
        }
        // Of an answer that is cut short the head may be lost too, and a file that trickles is given up by whichever of
        // two limits comes first.
        let either = match trouble {
            Trouble::Once(Effect::Truncated) => true,
            Trouble::Once(Effect::Trickle(_)) => write.is_file(),
            _ => false,
        };
        if last.codes.contains(&ProblemCode::Unknown) && !either {
            assert_eq!(last.wait.is_some(), may_come(trouble), "{}: {:?}", self.name, last.wait);
        }
        self.disarm(&last.codes).await;
        self.world.wait(last.wait);
        let Heard { codes, whole, .. } = act(self).await;
        assert!(whole, "{}: {codes:?} once it is over", self.name);
    }
}

/// One that nobody trusts yet.
fn certificate() -> Certificate {
    Certificate::for_hosts(["127.0.0.1"]).unwrap()
}

fn codes_of_records(answered: &Result<SaveReport, Problem>) -> Vec<ProblemCode> {
    let report = match answered {
        Ok(report) => report,
        Err(problem) => return vec![problem.code],
    };
    let code = |record: &api::Record| match &record.outcome {
        RecordOutcome::Failed { problem } => Some(problem.code),
        RecordOutcome::Saved { .. } => None,
    };
    report.records.iter().filter_map(code).collect()
}

fn codes_of_files(answered: &Result<AttachmentReport, Problem>) -> Vec<ProblemCode> {
    let report = match answered {
        Ok(report) => report,
        Err(problem) => return vec![problem.code],
    };
    let code = |outcome: &AttachmentOutcome| match outcome {
        AttachmentOutcome::Failed { problem } => Some(problem.code),
        AttachmentOutcome::Saved => None,
    };
    report.records.iter().filter_map(|(_, outcome)| code(outcome)).collect()
}

async fn survives(trouble: Trouble, write: Write) {
    let mut case = Case::new(&trouble, write).await;
    if write.is_file() {
        assert!(case.save().await.whole, "{}", case.name);
        assert!(case.upload(0).await.whole, "{}", case.name);
        case.through(&trouble, write, async |case: &Case| case.upload(1).await).await;
        assert!(case.upload(2).await.whole, "{}", case.name);
    } else {
        case.through(&trouble, write, async |case: &Case| case.save().await).await;
        for index in 0..case.files.len() {
            assert!(case.upload(index).await.whole, "{}", case.name);
        }
    }
    assert_eq!(once_each(case.world.imis.ledger(), &case.ask, &case.files), Ok(()), "{}", case.name);
}

/// A few at a time: most of it is waiting.
async fn all_survived(write: Write) {
    const AT_ONCE: usize = 6;
    stream::iter(troubles()).map(|trouble| survives(trouble, write)).buffer_unordered(AT_ONCE).collect::<()>().await;
}

#[tokio::test]
async fn nothing_is_lost_or_doubled_by_a_fault_at_the_entry_of_the_log() {
    all_survived(Write::Log).await;
}

#[tokio::test]
async fn nothing_is_lost_or_doubled_by_a_fault_at_a_line_of_the_log() {
    all_survived(Write::Line).await;
}

#[tokio::test]
async fn nothing_is_lost_or_doubled_by_a_fault_at_a_file_of_the_log() {
    all_survived(Write::LogFile).await;
}

#[tokio::test]
async fn nothing_is_lost_or_doubled_by_a_fault_at_an_activity() {
    all_survived(Write::Activity).await;
}

#[tokio::test]
async fn nothing_is_lost_or_doubled_by_a_fault_at_a_file_of_an_activity() {
    all_survived(Write::ActivityFile).await;
}

#[tokio::test]
async fn nothing_is_lost_or_doubled_by_a_fault_at_a_contact_interaction() {
    all_survived(Write::Interaction).await;
}
