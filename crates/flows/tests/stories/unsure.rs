//! What nobody knows: a record or a contact that may be in iMIS is never sent under another id.

use crate::add::{self, adds};
use crate::world::{me, problem, signed_out};
use crate::write::{begun, fill, report, save, sent, tell, writing};
use api::{AddId, FieldProblem, Problem, ProblemCode, WriteRecord};
use flows::{AddEffect, AddEvent, AddPhase, App, Event, SheetId, Trouble, WriteEvent, WritePhase};

/// What the server answers before it looks what became of an id.
const SAYS_NOTHING_OF_IT: [ProblemCode; 6] = [
    ProblemCode::Busy,
    ProblemCode::Conflict,
    ProblemCode::StoreUnavailable,
    ProblemCode::PaneOutdated,
    ProblemCode::ConfirmFirst,
    ProblemCode::Forbidden,
];

/// A record is sent, and the answer is lost.
fn a_lost_record() -> (App, SheetId, Option<WriteRecord>) {
    let (mut app, sheet) = begun();
    fill(&mut app, sheet, &[("DESCRIPTION", "Dues")]);
    let first = sent(&tell(&mut app, sheet, save("one"))).cloned();
    assert!(first.is_some());
    tell(&mut app, sheet, WriteEvent::Written(Err(Trouble::NoAnswer)));
    (app, sheet, first)
}

fn refusal(code: ProblemCode, field: &str) -> Problem {
    let told = FieldProblem { field: field.to_owned(), message: "Not this word.".to_owned() };
    Problem { fields: vec![told], ..Problem::new(code) }
}

#[test]
fn an_answer_that_says_nothing_of_the_first_try_leaves_a_record_in_doubt() {
    for code in SAYS_NOTHING_OF_IT {
        let (mut app, sheet, first) = a_lost_record();
        tell(&mut app, sheet, WriteEvent::RetryAsked);
        tell(&mut app, sheet, WriteEvent::Written(Err(problem(code))));
        assert_eq!(writing(&app, sheet).phase, WritePhase::Unsure(problem(code)));
        assert!(tell(&mut app, sheet, save("two")).is_empty(), "{code:?}");
        assert_eq!(sent(&tell(&mut app, sheet, WriteEvent::RetryAsked)).cloned(), first, "{code:?}");
    }
}

#[test]
fn a_record_whose_session_ended_under_way_is_in_doubt_until_the_server_speaks_of_it() {
    let (mut app, sheet) = begun();
    fill(&mut app, sheet, &[("DESCRIPTION", "Dues")]);
    let first = sent(&tell(&mut app, sheet, save("one"))).cloned();
    tell(&mut app, sheet, WriteEvent::Written(Err(signed_out())));
    app.update(Event::SignInAnswered(Ok(me("ada"))));
    tell(&mut app, sheet, WriteEvent::Written(Err(problem(ProblemCode::Busy))));
    assert!(tell(&mut app, sheet, save("two")).is_empty());
    assert_eq!(sent(&tell(&mut app, sheet, WriteEvent::RetryAsked)).cloned(), first);
}

#[test]
fn what_is_written_for_one_of_two_is_not_sent_anew_when_the_server_is_busy() {
    let (mut app, sheet) = begun();
    tell(&mut app, sheet, WriteEvent::ContactAdded(crate::world::contact("102", "Grace Hopper")));
    fill(&mut app, sheet, &[("DESCRIPTION", "Dues")]);
    tell(&mut app, sheet, save("one"));
    let partly = report(&[("101", Ok("Activity:9")), ("102", Err(ProblemCode::Unknown))]);
    tell(&mut app, sheet, WriteEvent::Written(Ok(partly)));
    tell(&mut app, sheet, WriteEvent::RetryAsked);
    tell(&mut app, sheet, WriteEvent::Written(Err(problem(ProblemCode::Busy))));
    assert!(tell(&mut app, sheet, save("two")).is_empty());
}

#[test]
fn a_record_that_never_arrived_and_is_then_refused_can_be_put_right() {
    let (mut app, sheet, _) = a_lost_record();
    tell(&mut app, sheet, WriteEvent::RetryAsked);
    let refused = Trouble::Server(refusal(ProblemCode::ImisRefused, "DESCRIPTION"));
    tell(&mut app, sheet, WriteEvent::Written(Err(refused)));
    fill(&mut app, sheet, &[("DESCRIPTION", "Other")]);
    let again = tell(&mut app, sheet, save("two"));
    assert_eq!(sent(&again).map(|request| request.save.clone()), Some(crate::world::id("two")));
    // A new try is a first one again.
    tell(&mut app, sheet, WriteEvent::Written(Err(problem(ProblemCode::Busy))));
    assert_eq!(writing(&app, sheet).phase, WritePhase::Filling);
}

/// Vera is sent, and the answer is lost.
fn a_lost_contact() -> (App, Vec<AddEffect>) {
    let mut app = add::at_the_form();
    let first = add::tell(&mut app, AddEvent::SendAsked(AddId("a1".to_owned())));
    assert_eq!(first.len(), 1);
    add::tell(&mut app, AddEvent::Added(0, Err(Trouble::NoAnswer)));
    (app, first)
}

#[test]
fn an_answer_that_says_nothing_of_the_first_try_leaves_a_contact_in_doubt() {
    for code in SAYS_NOTHING_OF_IT {
        let (mut app, first) = a_lost_contact();
        add::tell(&mut app, AddEvent::RetryAsked);
        add::tell(&mut app, AddEvent::Added(0, Err(problem(code))));
        assert_eq!(adds(&app).phase, AddPhase::Unsure(problem(code)));
        let another = add::tell(&mut app, AddEvent::SendAsked(AddId("a2".to_owned())));
        assert_eq!(another, vec![], "{code:?}");
        assert_eq!(add::tell(&mut app, AddEvent::RetryAsked), first, "{code:?}");
    }
}

#[test]
fn a_contact_that_is_being_added_already_was_not_refused() {
    let mut app = add::at_the_form();
    add::tell(&mut app, AddEvent::SendAsked(AddId("a1".to_owned())));
    add::tell(&mut app, AddEvent::Added(0, Err(problem(ProblemCode::Conflict))));
    assert_eq!(adds(&app).phase, AddPhase::Unsure(problem(ProblemCode::Conflict)));
}

#[test]
fn a_contact_whose_session_ended_under_way_is_in_doubt_until_the_server_speaks_of_it() {
    let mut app = add::at_the_form();
    add::tell(&mut app, AddEvent::SendAsked(AddId("a1".to_owned())));
    add::tell(&mut app, AddEvent::Added(0, Err(signed_out())));
    app.update(Event::SignInAnswered(Ok(me("ada"))));
    add::tell(&mut app, AddEvent::Added(0, Err(problem(ProblemCode::Busy))));
    assert_eq!(adds(&app).phase, AddPhase::Unsure(problem(ProblemCode::Busy)));
}

#[test]
fn a_contact_that_never_arrived_and_is_then_refused_is_put_right_and_looked_for_once_more() {
    let (mut app, _) = a_lost_contact();
    add::tell(&mut app, AddEvent::RetryAsked);
    add::tell(&mut app, AddEvent::Added(0, Err(Trouble::Server(refusal(ProblemCode::ImisRefused, "title")))));
    assert_eq!(adds(&app).phase, AddPhase::Filling);
    let effects = add::tell(&mut app, AddEvent::SendAsked(AddId("a2".to_owned())));
    assert!(matches!(effects.as_slice(), [AddEffect::FindLikely(0, _)]), "{effects:?}");
}
