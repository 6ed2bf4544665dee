//! Measurements against the budgets (`DESIGN.md §11`), printed, never asserted.
//!
//! `cargo xtask bench` builds the pane and the server, then runs this. Times are
//! medians; where there is a direct way, its time in the same run stands beside.

#![expect(clippy::print_stdout, reason = "printing is what it is for")]

mod crowd;
mod export;
mod in_browser;
mod many;
mod peers;
mod process;
mod queries;
mod report;
mod rush;
mod saves;
mod search;
mod sessions;

use report::Report;

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let json = arguments.iter().any(|argument| argument == "--json");
    let names: Vec<String> = arguments.into_iter().filter(|argument| !argument.starts_with("--")).collect();
    let mut report = Report::new(json, names);
    if report.wants(&in_browser::START) {
        in_browser::first_control(&mut report).await;
    }
    if report.wants(&in_browser::MAIL) {
        in_browser::matches_and_waves(&mut report).await;
    }
    if report.wants(&many::NAMES) {
        many::hundred(&mut report).await;
    }
    if report.wants(&search::NAMES) {
        search::among_many(&mut report).await;
    }
    if report.wants(&process::NAMES) {
        process::memory_and_start(&mut report).await;
    }
    if report.wants_any_of(&saves::NAMES[..1]) {
        saves::waves(&mut report).await;
    }
    if report.wants_any_of(&saves::NAMES[1..2]) {
        saves::acknowledged(&mut report).await;
    }
    if report.wants_any_of(&saves::NAMES[2..]) {
        saves::attachments(&mut report).await;
    }
    if report.wants(&export::NAMES) {
        export::large_query(&mut report).await;
    }
    if report.wants(&sessions::NAMES) {
        sessions::requests_and_renewals(&mut report).await;
    }
    if report.wants(&[sessions::PURGE]) {
        sessions::purge(&mut report).await;
    }
    if report.wants(&queries::NAMES) {
        queries::memory(&mut report).await;
    }
    if report.wants(&rush::NAMES) {
        rush::in_the_morning(&mut report).await;
    }
    if report.wants(&crowd::NAMES) {
        crowd::five_hundred(&mut report).await;
    }
    if report.wants(&peers::NAMES) {
        peers::side_by_side(&mut report).await;
    }
}
