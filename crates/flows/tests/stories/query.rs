//! One query: its prompts, its rows, its export.

use crate::queries::query;
use crate::world::{problem, signed_in, signed_out};
use api::{
    Column, ColumnKind, ContactId, Problem, ProblemCode, Prompt, PromptValue, QueryForm, QueryPage, QueryRow, RunQuery,
};
use flows::{
    AnswerFault, App, Chosen, ComposeEvent, Effect, Event, Export, Face, Insertion, MessageKey, Opening, QueryEffect,
    QueryEvent, Running, Sheet, SheetId, Shelf, Trouble,
};

pub(crate) fn prompt(name: &str, kind: ColumnKind) -> Prompt {
    Prompt {
        name: name.to_owned(),
        label: name.to_owned(),
        kind,
        required: false,
        several: false,
        max_chars: None,
        choices: vec![],
        values: vec![],
    }
}

fn answer(name: &str, values: &[&str]) -> PromptValue {
    PromptValue { name: name.to_owned(), values: values.iter().map(|value| (*value).to_owned()).collect() }
}

fn form(version: &str, prompts: Vec<Prompt>) -> QueryForm {
    QueryForm { query: query("Members"), prompts, columns: vec![], version: version.to_owned(), problem: None }
}

pub(crate) fn page(offset: u32, rows: u32, total: u64) -> QueryPage {
    let column = |caption: &str, kind| Column { caption: caption.to_owned(), kind };
    let row = |number: u32| QueryRow {
        contact: Some(ContactId((1000 + number).to_string())),
        opted_out: None,
        values: vec![Some(format!("Person {number}")), Some(format!("person{number}@example.org"))],
    };
    QueryPage {
        columns: vec![column("Full Name", ColumnKind::Text), column("Email", ColumnKind::Email)],
        rows: (offset..offset + rows).map(row).collect(),
        total: Some(total),
        next: (u64::from(offset + rows) < total).then_some(offset + rows),
        email_column: Some(1),
        name_columns: vec![0],
        sorted_by: vec![],
    }
}

fn opened(app: &mut App, prompts: Vec<Prompt>) -> (SheetId, Vec<Effect>) {
    app.update(Event::SheetOpened(Opening::Query(query("Members"))));
    let (id, _) = app.sheets.top().expect("a sheet");
    let effects = app.update(Event::Query(id, QueryEvent::Described(1, Ok(form("v1", prompts)))));
    (id, effects)
}

/// A query whose first page of so many rows is shown.
pub(crate) fn shown(app: &mut App, total: u64) -> SheetId {
    let (id, _) = opened(app, vec![]);
    let rows = u32::try_from(total.min(100)).expect("a page");
    app.update(Event::Query(id, QueryEvent::Answered(2, 0, Ok(page(0, rows, total)))));
    id
}

/// A query whose one page of ten rows is shown, made different first.
pub(crate) fn with_page(app: &mut App, change: impl FnOnce(&mut QueryPage)) -> SheetId {
    let (id, _) = opened(app, vec![]);
    let mut answer = page(0, 10, 10);
    change(&mut answer);
    app.update(Event::Query(id, QueryEvent::Answered(2, 0, Ok(answer))));
    id
}

pub(crate) fn running(app: &App) -> &Running {
    match app.sheets.top() {
        Some((_, Sheet::Query(running))) => running,
        other => panic!("no query: {other:?}"),
    }
}

fn runs(effects: &[Effect]) -> Vec<(u32, RunQuery)> {
    let run = |effect: &Effect| match effect {
        Effect::Query(_, QueryEffect::Run(asked, call)) => Some((*asked, call.clone())),
        _ => None,
    };
    effects.iter().filter_map(run).collect()
}

#[test]
fn a_query_that_asks_nothing_runs_at_once() {
    let mut app = signed_in();
    let (_, effects) = opened(&mut app, vec![]);
    let [(_, call)] = &runs(&effects)[..] else { panic!("not run: {effects:?}") };
    assert_eq!((call.offset, call.limit, call.version.as_str()), (0, Running::PAGE, "v1"));
    assert_eq!(running(&app).face, Face::Rows);
}

#[test]
fn a_query_that_cannot_be_run_is_not_run() {
    let mut app = signed_in();
    app.update(Event::SheetOpened(Opening::Query(query("Members"))));
    let (id, _) = app.sheets.top().expect("a sheet");
    let closed = QueryForm { problem: Some(Problem::new(ProblemCode::QueryNotOffered)), ..form("v1", vec![]) };
    assert!(app.update(Event::Query(id, QueryEvent::Described(1, Ok(closed)))).is_empty());
    assert!(app.update(Event::Query(id, QueryEvent::RunAsked(vec![]))).is_empty());
}

#[test]
fn what_was_answered_last_time_stands_in_the_fields() {
    let mut app = signed_in();
    let remembered = Prompt { values: vec!["smith".to_owned()], ..prompt("Last name", ColumnKind::Text) };
    let (_, effects) = opened(&mut app, vec![remembered]);
    assert!(effects.is_empty());
    assert_eq!(running(&app).answers, [answer("Last name", &["smith"])]);
}

#[test]
fn answers_that_cannot_be_are_told_beside_their_fields_and_nothing_is_run() {
    let mut app = signed_in();
    let required = Prompt { required: true, ..prompt("Last name", ColumnKind::Text) };
    let short = Prompt { max_chars: Some(3), ..prompt("Code", ColumnKind::Text) };
    let (id, _) =
        opened(&mut app, vec![required, prompt("Age", ColumnKind::Number), prompt("Since", ColumnKind::Date), short]);
    let given = vec![
        answer("Last name", &["  "]),
        answer("Age", &["1,5"]),
        answer("Since", &["May"]),
        answer("Code", &["ABCD"]),
    ];
    let effects = app.update(Event::Query(id, QueryEvent::RunAsked(given)));
    assert!(effects.is_empty());
    let faults: Vec<AnswerFault> = running(&app).faults.iter().map(|(_, fault)| *fault).collect();
    let expected = [AnswerFault::Missing, AnswerFault::NotANumber, AnswerFault::NotADate, AnswerFault::TooLong(3)];
    assert_eq!(faults, expected);
}

#[test]
fn answers_go_as_the_wire_has_them_with_nothing_for_what_is_left_empty() {
    let mut app = signed_in();
    let several = Prompt { several: true, ..prompt("Types", ColumnKind::Text) };
    let (id, _) =
        opened(&mut app, vec![prompt("Since", ColumnKind::DateTime), several, prompt("Last name", ColumnKind::Text)]);
    let given = vec![answer("Since", &["2026-05-10T08:00"]), answer("Types", &["REG", "", "STU"])];
    let effects = app.update(Event::Query(id, QueryEvent::RunAsked(given)));
    let [(_, call)] = &runs(&effects)[..] else { panic!("not run: {effects:?}") };
    let expected =
        [answer("Since", &["2026-05-10T08:00:00"]), answer("Types", &["REG", "STU"]), answer("Last name", &[])];
    assert_eq!(call.values, expected);
}

#[test]
fn of_a_hundred_thousand_rows_one_page_is_held() {
    let mut app = signed_in();
    let id = shown(&mut app, 100_000);
    for number in 0..20_u32 {
        let rows = &running(&app).rows;
        let after = rows.after().expect("there is more");
        let effects = app.update(Event::Query(id, QueryEvent::PageAsked(after)));
        let [(asked, call)] = &runs(&effects)[..] else { panic!("no page asked: {effects:?}") };
        assert_eq!(call.offset, (number + 1) * 100);
        app.update(Event::Query(id, QueryEvent::Answered(*asked, call.offset, Ok(page(call.offset, 100, 100_000)))));
    }
    let rows = &running(&app).rows;
    let (offset, page) = rows.page.as_ref().expect("a page");
    assert_eq!((*offset, page.rows.len(), rows.total), (2000, 100, Some(100_000)));
    assert_eq!(rows.before(), Some(1900));
}

#[test]
fn a_row_is_gone_to_by_its_number_and_never_past_the_end() {
    let mut app = signed_in();
    let id = shown(&mut app, 100_000);
    let effects = app.update(Event::Query(id, QueryEvent::PageAsked(54_321)));
    assert_eq!(runs(&effects)[0].1.offset, 54_300);
    let effects = app.update(Event::Query(id, QueryEvent::PageAsked(u32::MAX)));
    assert_eq!(runs(&effects)[0].1.offset, 99_900);
}

#[test]
fn a_page_that_comes_after_another_was_asked_for_is_dropped() {
    let mut app = signed_in();
    let id = shown(&mut app, 1000);
    app.update(Event::Query(id, QueryEvent::PageAsked(100)));
    app.update(Event::Query(id, QueryEvent::PageAsked(0)));
    app.update(Event::Query(id, QueryEvent::Answered(3, 100, Ok(page(100, 100, 1000)))));
    assert_eq!(running(&app).rows.asking, Some(0));
    assert_eq!(running(&app).rows.page.as_ref().map(|(offset, _)| *offset), Some(0));
}

#[test]
fn a_query_changed_meanwhile_is_described_anew_and_waits_with_the_answers_that_still_fit() {
    let mut app = signed_in();
    let (id, _) = opened(&mut app, vec![prompt("Last name", ColumnKind::Text), prompt("Gone", ColumnKind::Text)]);
    let given = vec![answer("Last name", &["smith"]), answer("Gone", &["x"])];
    app.update(Event::Query(id, QueryEvent::RunAsked(given)));
    let effects = app.update(Event::Query(id, QueryEvent::Answered(2, 0, Err(problem(ProblemCode::Conflict)))));
    assert!(matches!(effects[..], [Effect::Query(_, QueryEffect::Describe(3, _))]), "{effects:?}");
    let anew = form("v2", vec![prompt("Last name", ColumnKind::Text)]);
    assert!(app.update(Event::Query(id, QueryEvent::Described(3, Ok(anew)))).is_empty());
    let running = running(&app);
    assert!(running.changed);
    assert_eq!((running.face, &running.answers[..]), (Face::Prompts, &[answer("Last name", &["smith"])][..]));
}

#[test]
fn a_page_that_failed_is_asked_for_again_and_the_page_before_it_stays() {
    let mut app = signed_in();
    let id = shown(&mut app, 1000);
    app.update(Event::Query(id, QueryEvent::PageAsked(100)));
    app.update(Event::Query(id, QueryEvent::Answered(3, 100, Err(problem(ProblemCode::TooSlow)))));
    assert_eq!(running(&app).rows.trouble, Some(problem(ProblemCode::TooSlow)));
    assert!(running(&app).rows.page.is_some());
    let effects = app.update(Event::Query(id, QueryEvent::AgainAsked));
    assert_eq!(runs(&effects)[0].1.offset, 100);
}

#[test]
fn a_page_lost_with_the_session_is_asked_for_by_the_next_one() {
    let mut app = signed_in();
    let id = shown(&mut app, 1000);
    app.update(Event::Query(id, QueryEvent::PageAsked(100)));
    app.update(Event::Query(id, QueryEvent::Answered(3, 100, Err(signed_out()))));
    let effects = app.update(Event::SignInAnswered(Ok(crate::world::me("ada"))));
    assert_eq!(runs(&effects).first().map(|(_, call)| call.offset), Some(100));
}

#[test]
fn a_row_without_an_e_mail_can_be_chosen_too_and_a_page_is_chosen_at_once() {
    let mut app = signed_in();
    let (id, _) = opened(&mut app, vec![]);
    let mut answer = page(0, 3, 3);
    answer.rows[1].values[1] = None;
    app.update(Event::Query(id, QueryEvent::Answered(2, 0, Ok(answer))));
    app.update(Event::Query(id, QueryEvent::RowTicked(1)));
    assert_eq!(running(&app).chosen_count(), Some(1));
    app.update(Event::Query(id, QueryEvent::PageTicked));
    assert_eq!(running(&app).chosen_count(), Some(3));
    app.update(Event::Query(id, QueryEvent::RowTicked(0)));
    assert_eq!(running(&app).chosen_count(), Some(2));
    app.update(Event::Query(id, QueryEvent::AllTicked));
    assert_eq!((&running(&app).chosen, running(&app).chosen_count()), (&Chosen::All, Some(3)));
}

#[test]
fn an_export_counts_its_rows_and_is_stopped_with_its_sheet() {
    let mut app = signed_in();
    let id = shown(&mut app, 100_000);
    let effects = app.update(Event::Query(id, QueryEvent::ExportAsked));
    let [Effect::Query(_, QueryEffect::Export(number, call, file))] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!((call.version.as_str(), file.as_str()), ("v1", "Members.csv"));
    app.update(Event::Query(id, QueryEvent::ExportMoved(*number, 12_300)));
    assert_eq!(running(&app).export, Export::Running(12_300));
    let effects = app.update(Event::SheetClosed);
    assert_eq!(effects, [Effect::Query(id, QueryEffect::CancelExport(*number))]);
}

#[test]
fn an_export_that_broke_off_is_told_and_one_that_was_stopped_is_not() {
    let mut app = signed_in();
    let id = shown(&mut app, 100_000);
    app.update(Event::Query(id, QueryEvent::ExportAsked));
    app.update(Event::Query(id, QueryEvent::ExportCancelled));
    app.update(Event::Query(id, QueryEvent::Exported(1, Err(Trouble::Offline))));
    assert_eq!(running(&app).export, Export::No);
    app.update(Event::Query(id, QueryEvent::ExportAsked));
    app.update(Event::Query(id, QueryEvent::Exported(1, Ok(5))));
    assert_eq!(running(&app).export, Export::Running(0));
    app.update(Event::Query(id, QueryEvent::Exported(2, Err(Trouble::Offline))));
    assert_eq!(running(&app).export, Export::Failed(Trouble::Offline));
}

#[test]
fn a_description_that_failed_is_asked_for_again() {
    let mut app = signed_in();
    app.update(Event::SheetOpened(Opening::Query(query("Members"))));
    let (id, _) = app.sheets.top().expect("a sheet");
    app.update(Event::Query(id, QueryEvent::Described(1, Err(problem(ProblemCode::Forbidden)))));
    assert_eq!(running(&app).form, Shelf::Failed(problem(ProblemCode::Forbidden)));
    let effects = app.update(Event::Query(id, QueryEvent::AgainAsked));
    assert!(matches!(effects[..], [Effect::Query(_, QueryEffect::Describe(2, _))]), "{effects:?}");
}

fn export_of(effects: &[Effect]) -> u32 {
    let [Effect::Query(_, QueryEffect::Export(number, ..))] = effects else { panic!("no export: {effects:?}") };
    *number
}

#[test]
fn another_run_stops_an_export_and_says_nothing_of_the_one_before() {
    let mut app = signed_in();
    let (id, _) = opened(&mut app, vec![prompt("Last name", ColumnKind::Text)]);
    let mut asked = 1;
    for ends in [false, true] {
        app.update(Event::Query(id, QueryEvent::RunAsked(vec![answer("Last name", &["smith"])])));
        asked += 1;
        app.update(Event::Query(id, QueryEvent::Answered(asked, 0, Ok(page(0, 100, 100_000)))));
        let number = export_of(&app.update(Event::Query(id, QueryEvent::ExportAsked)));
        if ends {
            app.update(Event::Query(id, QueryEvent::Exported(number, Ok(100_000))));
        }
        let effects = app.update(Event::Query(id, QueryEvent::RunAsked(vec![answer("Last name", &["miller"])])));
        asked += 1;
        let stopped = effects.contains(&Effect::Query(id, QueryEffect::CancelExport(number)));
        assert_eq!((stopped, runs(&effects).len()), (!ends, 1), "{effects:?}");
        // A file of the old answers that comes all the same is nobody's.
        app.update(Event::Query(id, QueryEvent::Exported(number, Ok(7))));
        assert_eq!(running(&app).export, Export::No);
    }
}

#[test]
fn a_query_that_changed_takes_its_export_with_it() {
    let mut app = signed_in();
    let id = shown(&mut app, 100_000);
    let number = export_of(&app.update(Event::Query(id, QueryEvent::ExportAsked)));
    app.update(Event::Query(id, QueryEvent::PageAsked(100)));
    let effects = app.update(Event::Query(id, QueryEvent::Answered(3, 100, Err(problem(ProblemCode::Conflict)))));
    assert!(effects.contains(&Effect::Query(id, QueryEffect::CancelExport(number))), "{effects:?}");
    assert_eq!(running(&app).export, Export::No);
}

#[test]
fn from_a_page_past_the_end_the_way_leads_back_to_the_rows() {
    let mut app = signed_in();
    let id = shown(&mut app, 1000);
    let open = |offset, rows| QueryPage { total: None, next: None, ..page(offset, rows, 0) };
    let (other, _) = opened(&mut app, vec![]);
    assert_ne!(id, other);
    app.update(Event::Query(other, QueryEvent::Answered(2, 0, Ok(open(0, 100)))));
    app.update(Event::Query(other, QueryEvent::PageAsked(9_998)));
    app.update(Event::Query(other, QueryEvent::Answered(3, 9_900, Ok(open(9_900, 0)))));
    assert_eq!(running(&app).rows.before(), Some(0));
}

#[test]
fn what_is_typed_into_a_query_is_there_after_signing_in_again() {
    let mut app = signed_in();
    let (id, _) = opened(&mut app, vec![prompt("Last name", ColumnKind::Text)]);
    let typed = vec![answer("Last name", &["lovel"])];
    app.update(Event::Query(id, QueryEvent::Typed(typed.clone())));
    app.update(Event::Query(id, QueryEvent::Starred(query("Members"), Err(signed_out()))));
    app.update(Event::SignInAnswered(Ok(crate::world::me("ada"))));
    assert_eq!(running(&app).shown_answers(), typed);
    // What was not run is not what the rows of a page are asked with.
    assert_eq!(running(&app).answers, [answer("Last name", &[])]);
}

#[test]
fn what_is_typed_stays_when_the_query_turns_out_to_be_changed() {
    let mut app = signed_in();
    let (id, _) = opened(&mut app, vec![prompt("Last name", ColumnKind::Text)]);
    app.update(Event::Query(id, QueryEvent::RunAsked(vec![answer("Last name", &["smith"])])));
    app.update(Event::Query(id, QueryEvent::PromptsAsked));
    app.update(Event::Query(id, QueryEvent::Typed(vec![answer("Last name", &["miller"])])));
    app.update(Event::Query(id, QueryEvent::Answered(2, 0, Err(problem(ProblemCode::Conflict)))));
    let anew = form("v2", vec![prompt("Last name", ColumnKind::Text)]);
    app.update(Event::Query(id, QueryEvent::Described(3, Ok(anew))));
    assert_eq!(running(&app).shown_answers(), [answer("Last name", &["miller"])]);
}

#[test]
fn from_the_prompts_the_way_leads_back_to_the_rows_and_their_ticks() {
    let mut app = signed_in();
    let (id, _) = opened(&mut app, vec![prompt("Last name", ColumnKind::Text)]);
    app.update(Event::Query(id, QueryEvent::RowsAsked));
    assert_eq!(running(&app).face, Face::Prompts, "there are no rows yet");
    app.update(Event::Query(id, QueryEvent::RunAsked(vec![answer("Last name", &["smith"])])));
    app.update(Event::Query(id, QueryEvent::Answered(2, 0, Ok(page(0, 3, 3)))));
    app.update(Event::Query(id, QueryEvent::PageTicked));
    app.update(Event::Query(id, QueryEvent::PromptsAsked));
    app.update(Event::Query(id, QueryEvent::Typed(vec![answer("Last name", &["mil"])])));
    assert!(app.update(Event::Query(id, QueryEvent::RowsAsked)).is_empty());
    let running = running(&app);
    assert_eq!((running.face, running.chosen_count()), (Face::Rows, Some(3)));
    assert_eq!(running.shown_answers(), [answer("Last name", &["smith"])]);
}

#[test]
fn leaving_a_query_with_answers_not_run_asks_first() {
    let mut app = signed_in();
    let (id, _) = opened(&mut app, vec![prompt("Last name", ColumnKind::Text)]);
    app.update(Event::Query(id, QueryEvent::Typed(vec![answer("Last name", &["lovel"])])));
    app.update(Event::SheetClosed);
    assert_eq!(running(&app).leaving, Some(flows::Leaving::Back));
    app.update(Event::Query(id, QueryEvent::LeaveCancelled));
    // What was typed is back at what it was: nothing would be lost.
    app.update(Event::Query(id, QueryEvent::Typed(vec![answer("Last name", &[""])])));
    app.update(Event::SheetClosed);
    assert_eq!(app.sheets.height(), 0);
}

#[test]
fn leaving_rows_chosen_one_by_one_asks_until_something_was_done_with_them() {
    let mut app = signed_in();
    app.update(Event::Compose(ComposeEvent::Opened(MessageKey { item_id: String::new(), opening: 7 })));
    let uses = [QueryEvent::FillAsked, QueryEvent::InsertAsked(Insertion { html: String::new(), text: String::new() })];
    for used in uses {
        let id = shown(&mut app, 10);
        app.update(Event::Query(id, QueryEvent::RowTicked(3)));
        app.update(Event::SheetsClosed);
        assert_eq!(running(&app).leaving, Some(flows::Leaving::ToMessage));
        app.update(Event::Query(id, QueryEvent::LeaveCancelled));
        app.update(Event::Query(id, used));
        app.update(Event::SheetsClosed);
        assert_eq!(app.sheets.height(), 0);
    }
    let id = shown(&mut app, 10);
    app.update(Event::Query(id, QueryEvent::RowTicked(3)));
    let number = export_of(&app.update(Event::Query(id, QueryEvent::ExportAsked)));
    app.update(Event::SheetClosed);
    let effects = app.update(Event::Query(id, QueryEvent::LeaveConfirmed));
    assert_eq!(effects, [Effect::Query(id, QueryEffect::CancelExport(number))]);
    assert_eq!(app.sheets.height(), 0);
}
