//! A hundred selected messages: what there is to save of them, and then until the last one is in iMIS.

use crate::report::Report;
use sim::outlook::MailSource;
use std::time::{Duration, Instant};
use tests::pane::Pane;
use tests::until::GLANCE;
use tests::world::{Plan, World};

pub(crate) const NAMES: [&str; 2] = ["bulk_100_mails_look_s", "bulk_100_mails_s"];

/// After this it is no longer waited for: however slow the machine, ten times the budget is no figure any more.
const LONGEST: Duration = Duration::from_mins(10);

/// iMIS answers in 50 ms; every fourth message has an attachment, every tenth is written by nobody that iMIS knows.
pub(crate) async fn hundred(report: &mut Report) {
    let imis = sim::imis::Settings { latency: Duration::from_millis(50), ..Default::default() };
    let world = World::of(Plan { imis, mail: MailSource::Season(100), ..Plan::default() }).await;
    let pane = world.signed_in().await;
    let select = "document.querySelector('[data-key=question-001]').click(); \
        document.querySelector('[data-key=question-100]') \
            .dispatchEvent(new MouseEvent('click', { bubbles: true, shiftKey: true }))";
    let begun = Instant::now();
    pane.in_outlook(select, vec![]).await;
    report.at_most(NAMES[0], seconds_until(&pane, "93 new, 7 nobody matches", begun).await, "s", 60.0);
    let begun = Instant::now();
    pane.press("Save 93 messages as interactions").await;
    // What a hundred would take at this pace.
    let took = seconds_until(&pane, "93 messages saved", begun).await * 100.0 / 93.0;
    report.at_most(NAMES[1], took, "s", 60.0);
}

/// Seconds until the pane says so; infinitely many, and what it says instead, if it does not.
async fn seconds_until(pane: &Pane, text: &str, since: Instant) -> f64 {
    let mut said = String::new();
    while since.elapsed() < LONGEST {
        said = pane.displayed().await.unwrap_or(said);
        if said.contains(text) {
            return since.elapsed().as_secs_f64();
        }
        tokio::time::sleep(GLANCE).await;
    }
    println!("no “{text}”; the pane says: {said}");
    f64::INFINITY
}
