//! What the pane says when iMIS fails in the middle of a save, and that trying again ends with everything there once;
//! each fault at each write is `crates/server/tests/http/faults.rs`.

use sim::imis::{Edition, Effect, Entry, Fault, Settings};
use std::fmt::Write as _;
use std::path::PathBuf;
use tests::pane::Pane;
use tests::world::{PASSWORD, Plan, World};

const PEOPLE: [&str; 3] = ["ada.lovelace@example.org", "jose.nunez@example.org", "zoe.brandt@example.net"];
const FILES: [&str; 3] = ["one.pdf", "two.csv", "three.png"];
const UNKNOWN: &str =
    "We don't know yet whether this was saved. Try again: what is in iMIS already is not written twice.";
const COMING: &str = "We don't know yet whether this was saved. iMIS may still be storing it. Try again in 3 minutes. \
                      Nothing is written twice.";
const BUSY: &str = "Too many requests. Try again in 1 second.";
const FORBIDDEN: &str = "Your iMIS account may not do this.";
const ENDED: &str = "Your session ended. Sign in to go on; nothing is lost.";
const UNREACHABLE: &str = "We couldn't reach iMIS. Try again in a few minutes.";

/// What goes wrong at a write, and what is said of it.
enum Trouble {
    Once(Effect, &'static str),
    /// Nobody listens at iMIS's address.
    Away,
    /// iMIS takes the person no more.
    NotTaken,
}

fn once_each() -> Vec<Trouble> {
    vec![
        Trouble::Once(Effect::ResetAfterStore, COMING),
        Trouble::Once(Effect::Html, UNKNOWN),
        Trouble::Once(Effect::TooManyRequests { retry_after: Some(1) }, BUSY),
        Trouble::Once(Effect::Refused, FORBIDDEN),
    ]
}

/// So many mails to three people with three attachments, each found by its number.
fn mails(count: usize) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("imis-outlook-troubles-{}", uuid::Uuid::new_v4()));
    std::fs::create_dir_all(&folder).expect("a temporary folder can be made");
    for number in 0..count {
        let mut mail = format!(
            "From: {}\r\nTo: {}\r\nSubject: {}\r\nMessage-ID: <{number}.trouble@example.org>\r\n\
             Date: Fri, 20 Nov 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\n\
             Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n\
             --b\r\nContent-Type: text/plain\r\n\r\nHello\r\n",
            PEOPLE[0],
            PEOPLE[1..].join(", "),
            subject(number),
        );
        for file in FILES {
            let _ = write!(mail, "--b\r\nContent-Disposition: attachment; filename=\"{file}\"\r\n\r\nin {file}\r\n");
        }
        mail += "--b--\r\n";
        std::fs::write(folder.join(format!("{number}.eml")), mail).expect("it can be written");
    }
    folder
}

fn subject(number: usize) -> String {
    format!("Trouble {number}.")
}

/// Somebody who saves mail after mail while iMIS is in trouble.
struct Story {
    world: World,
    pane: Pane,
    folder: PathBuf,
    next: usize,
}

impl Drop for Story {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Story {
    async fn begin(imis: Settings) -> Self {
        let folder = mails(16);
        let mail = sim::outlook::MailSource::Folder(folder.clone());
        let world = World::of(Plan { imis, mail, ..Plan::default() }).await;
        let pane = world.signed_in().await;
        Self { world, pane, folder, next: 0 }
    }

    /// One mail more: the trouble strikes at this write, is told in these words, and goes.
    async fn saves(&mut self, button: &str, entity: &str, heading: &str, trouble: &Trouble) {
        let number = self.next;
        self.next += 1;
        self.pane.open_message(&subject(number)).await;
        self.pane.sees("To 3 contacts").await;
        if button == "Save as activity" {
            self.pane.choose("Activity").await;
            self.pane.choose_option("Activity type", "CALL").await;
        }
        let faults = self.world.imis.faults();
        match trouble {
            Trouble::Once(effect, _) => faults.add(Fault::once(effect.clone()).on("POST", entity)),
            Trouble::Away => self.world.imis.go_away(),
            Trouble::NotTaken => {
                for (method, entity) in [("POST", entity), ("GET", "User")] {
                    faults.add(Fault::once(Effect::Unauthorized).on(method, entity).always());
                }
            }
        }
        self.pane.press(button).await;
        match trouble {
            Trouble::Once(_, said) => self.is_told(heading, said).await,
            Trouble::Away => self.is_told(heading, UNREACHABLE).await,
            Trouble::NotTaken => self.signs_in_again(entity).await,
        }
        self.pane.headed("Saved to iMIS").await;
        self.pane.no_longer_sees("not saved").await;
        self.witness(number, button);
        self.pane.press("Close").await;
    }

    async fn is_told(&self, heading: &str, said: &str) {
        self.pane.headed(heading).await;
        self.pane.sees(said).await;
        self.pane.sees("Trying again saves only what is missing.").await;
        assert_eq!(self.world.imis.faults().waiting(), 0, "it struck");
        self.world.imis.come_back().await;
        self.pane.press("Try again").await;
    }

    async fn signs_in_again(&self, entity: &str) {
        if entity.ends_with("Attachment") {
            // A file cannot be sent twice by the server, so it asks for it once more; unless a file that went after it
            // has found out already that iMIS takes the person no more.
            if self.pane.sees_one_of(&[ENDED, "Partly saved"]).await != ENDED {
                self.pane.press("Try again").await;
            }
        }
        self.pane.sees(ENDED).await;
        self.world.imis.faults().clear();
        self.pane.fill("Password", PASSWORD).await;
        self.pane.press("Sign in").await;
    }

    /// What iMIS has of a mail: each record once, each file once on each.
    fn witness(&self, number: usize, button: &str) {
        let ledger = self.world.imis.ledger();
        let made = |entity: &Entry| entity.stored.to_string().contains(&format!("<{number}.trouble@example.org>"));
        let of_mail = |entity: &str| ledger.created(entity).into_iter().filter(made).collect::<Vec<_>>();
        let on = |entity: &str, id: &str| {
            let rows = ledger.created(entity).into_iter().filter(|row| row.stored.to_string().contains(id));
            rows.filter_map(|row| row.file).map(|file| file.name).collect::<Vec<_>>()
        };
        if button == "Save as activity" {
            let activities = of_mail("Activity");
            assert_eq!(activities.len(), PEOPLE.len());
            let files = ledger.created("LegacyActivityAttachment");
            for activity in activities {
                let owner = |file: &Entry| {
                    let id = &file.stored["ActivityId"];
                    id.as_str().map_or_else(|| id.to_string(), str::to_owned)
                };
                let own = files.iter().filter(|file| owner(file) == activity.id);
                assert_eq!(own.count(), FILES.len(), "of {}", activity.id);
            }
            return;
        }
        let logs = of_mail("CommunicationLog");
        if let [log] = &logs[..] {
            let mut names = on("CommunicationLogAttachment", &log.id);
            names.sort();
            assert_eq!(names, ["one.pdf", "three.png", "two.csv"]);
            let lines = ledger.created("CommunicationLogRecipient");
            let lines = lines.iter().filter(|line| line.stored.to_string().contains(&log.id));
            assert_eq!(lines.count(), PEOPLE.len());
        } else {
            assert_eq!((logs.len(), of_mail("ContactInteraction").len()), (0, PEOPLE.len()));
        }
    }
}

#[tokio::test]
async fn what_goes_wrong_with_an_interaction_is_said_and_put_right() {
    let mut story = Story::begin(Settings::default()).await;
    let button = "Save as interaction";
    for (entity, heading) in [
        ("CommunicationLog", "Not saved"),
        ("CommunicationLogRecipient", "Partly saved"),
        ("CommunicationLogAttachment", "Partly saved"),
    ] {
        for trouble in once_each() {
            story.saves(button, entity, heading, &trouble).await;
        }
    }
    story.saves(button, "CommunicationLog", "Not saved", &Trouble::Away).await;
    story.saves(button, "CommunicationLog", "", &Trouble::NotTaken).await;
    story.saves(button, "CommunicationLogAttachment", "", &Trouble::NotTaken).await;
}

#[tokio::test]
async fn what_goes_wrong_with_activities_is_said_and_put_right() {
    let mut story = Story::begin(Settings::default()).await;
    let button = "Save as activity";
    for entity in ["Activity", "LegacyActivityAttachment"] {
        for trouble in once_each() {
            story.saves(button, entity, "Partly saved", &trouble).await;
        }
    }
    story.saves(button, "Activity", "Not saved", &Trouble::Away).await;
    story.saves(button, "Activity", "", &Trouble::NotTaken).await;
}

#[tokio::test]
async fn what_goes_wrong_with_contact_interactions_is_said_and_put_right() {
    let settings = Settings { edition: Edition::Imis2017, communication_log: false, ..Settings::default() };
    let mut story = Story::begin(settings).await;
    let button = "Save as interaction";
    for trouble in once_each() {
        story.saves(button, "ContactInteraction", "Partly saved", &trouble).await;
    }
    story.saves(button, "ContactInteraction", "Not saved", &Trouble::Away).await;
    story.saves(button, "ContactInteraction", "", &Trouble::NotTaken).await;
}
