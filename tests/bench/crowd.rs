//! Five hundred people of two sites at work for a minute: how often anybody got what is another's, which is never, and how
//! much was done meanwhile.

#[path = "../../crates/server/tests/support/crowd.rs"]
mod at_work;

use crate::process::{Server, temporary_folder};
use crate::report::Report;
use at_work::{Site, Until, misattributed};
use sim::imis::{Clerks, Edition, Settings};
use std::time::Duration;

pub(crate) const NAMES: [&str; 4] =
    ["foreign_answers_500_users", "calls_per_second_500_users", "p99_500_users_ms", "asked_to_wait_500_users"];

const NORTH: Site = ("live", Clerks { count: 250, word: "north" });
const SOUTH: Site = ("south", Clerks { count: 250, word: "south" });
const WORK: Duration = Duration::from_mins(1);

/// Everybody does a bit of everything, and every answer is read.
pub(crate) async fn five_hundred(report: &mut Report) {
    let settings = |edition, site: Site| Settings { edition, clerks: site.1, ..Settings::default() };
    let north = sim::imis::start(settings(Edition::Ems, NORTH)).await.expect("iMIS starts");
    let south = sim::imis::start(settings(Edition::Imis2017, SOUTH)).await.expect("iMIS starts");
    let folder = temporary_folder();
    let more = format!(
        "[sites.south]\ntitle = \"South\"\nurl = \"{}\"\ncredentials = {{ enabled = true, remember = true }}\n\
         [limits]\nsign_ins_per_address = 100000\nexports_max = 500\nuploads_max = 500\ndownloads_max = 500\n",
        south.url()
    );
    let (server, _) = Server::start_with(&folder, north.url().as_str(), &more).await;
    let (tally, took) = at_work::work(&server.url, &[NORTH, SOUTH], Until { deeds: usize::MAX, time: WORK }).await;
    let mut foreign = tally.foreign.clone();
    foreign.extend(misattributed(north.ledger(), NORTH.1));
    foreign.extend(misattributed(south.ledger(), SOUTH.1));
    for one in foreign.iter().chain(&tally.lacking).take(10) {
        println!("{one}");
    }
    for (reason, count) in &tally.refused {
        println!("refused: {reason}, {count} times");
    }
    let count = |number: usize| u32::try_from(number).map_or(f64::MAX, f64::from);
    report.at_most(NAMES[0], count(foreign.len() + tally.lacking.len()), "answers", 0.0);
    report.information(NAMES[1], count(tally.times.len()) / took.as_secs_f64(), "a second");
    report.information(NAMES[2], tally.p99().as_secs_f64() * 1000.0, "ms");
    report.information(NAMES[3], count(tally.waits), "calls");
    let _ = std::fs::remove_dir_all(folder);
}
