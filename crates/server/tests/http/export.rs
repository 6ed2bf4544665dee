//! All rows of a query as a file.

use crate::queries::{BROKEN_PAGES, EDITIONS, describe, run, world};
use crate::world::{Person, World, read};
use api::{ExportQuery, ProblemCode, QueryForm, RunQuery, SignOut};
use futures_util::StreamExt as _;
use reqwest::{Method, Response};
use sim::imis::{BITING_CELLS, Edition, Effect, Fault, LARGE_QUERY_ROWS, Settings, Stored};
use std::time::Duration;

const LARGE: &str = "Everybody there is";

async fn export(person: &Person<'_>, form: &QueryForm, answers: &[(&str, &[&str])]) -> Response {
    let RunQuery { query, version, values, .. } = run(form, answers);
    let ask = ExportQuery { query, version, values };
    person.world.request(Method::POST, ExportQuery::PATH).bearer_auth(&person.token).json(&ask).send().await.unwrap()
}

fn cells(file: &[u8]) -> Vec<Vec<String>> {
    let rest = file.strip_prefix("\u{feff}".as_bytes()).unwrap();
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(rest);
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

/// Whether a spreadsheet may take a cell for a formula.
fn is_formula(cell: &str) -> bool {
    let unseen = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '\u{feff}' | '\u{200e}' | '"');
    cell.trim_start_matches(unseen).starts_with(['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'])
}

/// The first line that the audit log has of an export, once it has one.
async fn audited(world: &World) -> serde_json::Value {
    let mut tick = tokio::time::interval(Duration::from_millis(20));
    let found = tokio::time::timeout(Duration::from_secs(20), async {
        loop {
            tick.tick().await;
            let line = world.audit().await.into_iter().find(|line| line["event"] == "query_exported");
            if let Some(line) = line {
                return line;
            }
        }
    });
    found.await.unwrap()
}

#[tokio::test]
async fn a_file_opens_as_the_text_that_was_there() {
    for edition in EDITIONS {
        let world = world(edition).await;
        let person = world.sign_in_as("STAFF1").await;
        let form = describe(&person, "Cells that bite").await;
        let answer = export(&person, &form, &[]).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "text/csv; charset=utf-8");
        assert_eq!(answer.headers()[ExportQuery::ROWS_HEADER], BITING_CELLS.len().to_string());
        let file = answer.bytes().await.unwrap();
        let rows = cells(&file);
        assert_eq!(rows[0], ["ID", "Full Name", "Cell", "'=Caption"]);
        assert_eq!(rows.len(), BITING_CELLS.len() + 1);
        for (row, cell) in rows[1..].iter().zip(BITING_CELLS) {
            assert_eq!(row[2].replace('\'', ""), cell.replace('\'', ""), "nothing but apostrophes are added");
            assert!(!is_formula(&row[2]), "{row:?}");
        }
        assert!(String::from_utf8_lossy(&file).contains("\r\n"));
        let line = audited(&world).await;
        assert_eq!((line["rows"].as_u64(), &line["outcome"]), (Some(BITING_CELLS.len() as u64), &"complete".into()));
        assert!(!line.to_string().contains("HYPERLINK"), "{line}");
    }
}

#[tokio::test]
async fn a_spreadsheet_that_parts_cells_elsewhere_finds_no_formula_either() {
    let world = world(Edition::Ems).await;
    let person = world.sign_in_as("STAFF1").await;
    let form = describe(&person, "Cells that bite").await;
    let file = export(&person, &form, &[]).await.bytes().await.unwrap();
    for separator in [b';', b'\t', b'|'] {
        for quoting in [true, false] {
            let mut reader = csv::ReaderBuilder::new();
            let reader = reader.has_headers(false).flexible(true).delimiter(separator).quoting(quoting);
            for row in reader.from_reader(&file[..]).records() {
                let row = row.unwrap();
                assert!(!row.iter().any(is_formula), "at {}: {row:?}", char::from(separator));
            }
        }
    }
}

#[tokio::test]
async fn all_pages_of_what_was_asked_for_are_in_the_file() {
    for edition in EDITIONS {
        let settings = Settings { edition, max_limit: 40, ..Settings::default() };
        let world = World::with(settings, |_| {}).await;
        let person = world.sign_in_as("STAFF1").await;
        let form = describe(&person, "Members").await;
        let page = person.call(&RunQuery { limit: 500, ..run(&form, &[("Member type", &["REG"])]) }).await.unwrap();
        let file = export(&person, &form, &[("Member type", &["REG"])]).await.bytes().await.unwrap();
        let rows = cells(&file);
        assert_eq!(rows.len() as u64, page.total.unwrap() + 1);
        assert!(rows[1..].iter().all(|row| row[3] == "REG"));
        let ids: std::collections::HashSet<_> = rows[1..].iter().map(|row| &row[0]).collect();
        assert_eq!(ids.len(), rows.len() - 1, "each once");
        let negative = rows[1..].iter().filter(|row| row[5].starts_with('-')).count();
        assert!(negative > 0, "a number below zero is a number");
    }
}

#[tokio::test]
async fn a_hundred_thousand_rows_come_to_the_end() {
    for edition in EDITIONS {
        let world = world(edition).await;
        let person = world.sign_in_as("STAFF1").await;
        let form = describe(&person, LARGE).await;
        let mut body = export(&person, &form, &[]).await.bytes_stream();
        let (mut lines, mut last) = (0_u32, Vec::new());
        while let Some(chunk) = body.next().await {
            let chunk = chunk.unwrap();
            lines += u32::try_from(chunk.split(|byte| *byte == b'\n').count() - 1).unwrap();
            last.extend_from_slice(&chunk);
            last.drain(..last.len().saturating_sub(1000));
        }
        assert_eq!(lines, LARGE_QUERY_ROWS + 1);
        assert!(String::from_utf8_lossy(&last).contains("'=Note 99999"), "a formula in the last row is text too");
        assert_eq!(audited(&world).await["rows"], LARGE_QUERY_ROWS);
    }
}

#[tokio::test]
async fn what_is_wrong_is_said_before_the_file_begins() {
    for edition in EDITIONS {
        let world = world(edition).await;
        let person = world.sign_in_as("STAFF1").await;
        for (name, code) in
            [("Not for programs", ProblemCode::QueryNotOffered), ("Find contacts", ProblemCode::Invalid)]
        {
            let form = describe(&person, name).await;
            let answer = export(&person, &form, &[]).await;
            assert_eq!(read::<()>(answer).await.unwrap_err().code, code, "{name}");
        }
        let form = describe(&person, "Names only").await;
        world.imis.drop_query_column("$/Outlook/Names only", "City");
        let answer = export(&person, &form, &[]).await;
        assert_eq!(read::<()>(answer).await.unwrap_err().code, ProblemCode::Conflict);
    }
}

#[tokio::test]
async fn an_export_that_breaks_off_has_no_end() {
    let world = world(Edition::Ems).await;
    let person = world.sign_in_as("STAFF1").await;
    let form = describe(&person, LARGE).await;
    world
        .imis
        .faults()
        .add(Fault::once(Effect::ServerError { stored: Stored::No }).on("GET", "query").after(3).always());
    let answer = export(&person, &form, &[]).await;
    assert_eq!(answer.status(), 200);
    assert!(answer.bytes().await.is_err(), "nobody takes it for all");
    assert_eq!(audited(&world).await["outcome"], "failed");
}

#[tokio::test]
async fn an_export_stops_when_the_query_changes_under_it() {
    let world = world(Edition::Ems).await;
    let person = world.sign_in_as("STAFF1").await;
    let form = describe(&person, LARGE).await;
    let answer = export(&person, &form, &[]).await;
    world.imis.drop_query_column("$/Outlook/Everybody there is", "Note");
    assert!(answer.bytes().await.is_err());
    assert_eq!(audited(&world).await["outcome"], "changed");
}

#[tokio::test]
async fn an_export_stops_with_the_session_and_when_the_person_has_gone() {
    let world = world(Edition::Ems).await;
    let person = world.sign_in_as("STAFF1").await;
    let form = describe(&person, LARGE).await;
    let answer = export(&person, &form, &[]).await;
    person.call(&SignOut).await.unwrap();
    assert!(answer.bytes().await.is_err());
    let line = audited(&world).await;
    assert_eq!(line["outcome"], "signed_out");
    assert!(line["rows"].as_u64().unwrap() < u64::from(LARGE_QUERY_ROWS));

    let world = crate::queries::world(Edition::Ems).await;
    let person = world.sign_in_as("STAFF1").await;
    let form = describe(&person, LARGE).await;
    drop(export(&person, &form, &[]).await);
    assert_eq!(audited(&world).await["outcome"], "left");
}

#[tokio::test]
async fn so_many_exports_at_once_and_no_more() {
    let world = World::with(Settings::default(), |config| config.limits.exports_per_person = 1).await;
    let person = world.sign_in_as("STAFF1").await;
    let form = describe(&person, LARGE).await;
    let first = export(&person, &form, &[]).await;
    let second = read::<()>(export(&person, &form, &[]).await).await.unwrap_err();
    assert_eq!(second.code, ProblemCode::Busy);
    let other = world.sign_in_as("MANAGER").await;
    let theirs = describe(&other, "Names only").await;
    assert_eq!(export(&other, &theirs, &[]).await.status(), 200, "others have room of their own");
    drop(first);
}

#[tokio::test]
async fn what_ends_the_rows_before_they_are_all_there_ends_no_file() {
    for page in BROKEN_PAGES {
        let world = world(Edition::Ems).await;
        let person = world.sign_in_as("STAFF1").await;
        let form = describe(&person, LARGE).await;
        world.imis.faults().add(Fault::once(Effect::Json((*page).to_owned())).on("GET", "query").after(3));
        let answer = export(&person, &form, &[]).await;
        assert!(answer.bytes().await.is_err(), "{page}");
        assert_eq!(audited(&world).await["outcome"], "failed", "{page}");
    }
}

#[tokio::test]
async fn an_export_that_takes_too_long_breaks_off() {
    let latency = Duration::from_millis(50);
    let world = World::with(Settings { latency, ..Settings::default() }, |config| {
        config.limits.export_total = latency * 8;
    })
    .await;
    let person = world.sign_in_as("STAFF1").await;
    let form = describe(&person, LARGE).await;
    let answer = export(&person, &form, &[]).await;
    assert!(answer.bytes().await.is_err(), "nobody takes it for all");
    assert_eq!(audited(&world).await["outcome"], "too_long");
}
