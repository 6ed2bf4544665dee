//! What the pane says: the texts of `locales/`, and how each trouble is put to people.
//!
//! `build.rs` makes a function of every text; one that nobody uses is dead code, and refused.

use crate::format;
use api::{Problem, ProblemCode};
use flows::{BarLine, DialogTrouble, Trouble, Unsendable};

#[deny(dead_code)]
mod texts {
    include!(concat!(env!("OUT_DIR"), "/texts.rs"));
}

pub(crate) use texts::*;

/// What the bar above a saved message says.
pub(crate) fn bar(line: &BarLine) -> String {
    let day = format::day(line.at_ms);
    match (line.mine, line.by.trim()) {
        (true, _) => bar_mine(&day),
        (false, "") => bar_somebody(&day),
        (false, by) => bar_by(by, &day),
    }
}

/// Why an attachment cannot go.
pub(crate) fn unsendable(why: Unsendable) -> String {
    match why {
        Unsendable::TooLarge { max_bytes } => attachment_too_large(&format::size(max_bytes)),
        Unsendable::CloudLink => attachment_cloud().to_owned(),
        Unsendable::TypeForbidden => attachment_forbidden().to_owned(),
        Unsendable::NoPlace => attachment_no_place().to_owned(),
    }
}

/// What the person can do about a trouble from where they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Remedy {
    /// The same again may work.
    TryAgain,
    /// The page must be loaded anew.
    Reload,
    /// Nothing here; the advice says who can.
    Nothing,
}

/// A trouble in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TroubleWords {
    /// What happened.
    pub(crate) title: &'static str,
    /// What to do now.
    pub(crate) advice: String,
    /// What can be done at once.
    pub(crate) remedy: Remedy,
    /// What finds it in the server's log.
    pub(crate) reference: Option<String>,
}

/// Puts a trouble in words.
pub(crate) fn trouble(trouble: &Trouble) -> TroubleWords {
    use Remedy::{Nothing, TryAgain};
    let (title, advice, remedy) = match trouble {
        Trouble::Server(problem) => return of_server(problem),
        Trouble::Offline => (trouble_offline(), trouble_offline_advice(), TryAgain),
        Trouble::NoAnswer => (trouble_silent(), trouble_silent_advice(), TryAgain),
        Trouble::MessageClosed => (trouble_closed(), trouble_closed_advice(), TryAgain),
        Trouble::OutlookSilent => (trouble_outlook_silent(), trouble_outlook_silent_advice(), TryAgain),
        Trouble::OutlookFull => (trouble_outlook_full(), trouble_outlook_full_advice(), Nothing),
        Trouble::Dialog(trouble) => return of_dialog(*trouble),
        Trouble::OutlookUnable => (trouble_outlook_unable(), trouble_outlook_unable_advice(), Nothing),
        Trouble::OutlookRefused(code) => {
            let advice = trouble_outlook_refused_advice(&code.to_string());
            return TroubleWords { title: trouble_outlook_refused(), advice, remedy: TryAgain, reference: None };
        }
    };
    TroubleWords { title, advice: advice.to_owned(), remedy, reference: None }
}

fn of_dialog(trouble: DialogTrouble) -> TroubleWords {
    let other = |code: i32| (trouble_window(), trouble_outlook_refused_advice(&code.to_string()));
    let (title, advice) = match trouble {
        DialogTrouble::Blocked => (trouble_window(), trouble_window_blocked().to_owned()),
        DialogTrouble::Ignored => (trouble_window_ignored(), trouble_window_ignored_advice().to_owned()),
        DialogTrouble::AlreadyOpen => (trouble_window_open(), trouble_window_open_advice().to_owned()),
        DialogTrouble::Address => (trouble_window(), trouble_window_address().to_owned()),
        DialogTrouble::Unable => (trouble_outlook_unable(), trouble_outlook_unable_advice().to_owned()),
        DialogTrouble::Other(code) => other(code),
    };
    TroubleWords { title, advice, remedy: Remedy::Nothing, reference: None }
}

fn of_server(problem: &Problem) -> TroubleWords {
    use Remedy::{Nothing, Reload, TryAgain};
    let (title, advice, remedy) = match problem.code {
        ProblemCode::SignedOut | ProblemCode::TokenOutdated => (trouble_session(), trouble_session_advice(), Nothing),
        ProblemCode::WrongCredentials => (trouble_credentials(), trouble_credentials_advice(), Nothing),
        ProblemCode::LockedOut => (trouble_locked(), "", Nothing),
        ProblemCode::AccountDisabled => (trouble_disabled(), trouble_disabled_advice(), Nothing),
        ProblemCode::NoRemoteService => (trouble_role(), trouble_role_advice(), Nothing),
        ProblemCode::Forbidden => (trouble_forbidden(), trouble_forbidden_advice(), Nothing),
        ProblemCode::NotFound => (trouble_missing(), trouble_missing_advice(), TryAgain),
        ProblemCode::Invalid => (trouble_invalid(), trouble_invalid_advice(), Nothing),
        ProblemCode::TooLarge => (trouble_large(), trouble_large_advice(), Nothing),
        ProblemCode::AlreadySaved => (trouble_already_saved(), trouble_already_saved_advice(), Nothing),
        ProblemCode::Conflict => (trouble_conflict(), trouble_conflict_advice(), TryAgain),
        ProblemCode::Busy => (trouble_busy(), "", TryAgain),
        ProblemCode::ImisRefused => (trouble_refused(), trouble_refused_advice(), TryAgain),
        ProblemCode::QueryNotOffered => (trouble_query_closed(), trouble_query_closed_advice(), Nothing),
        ProblemCode::TooSlow => (trouble_slow(), trouble_slow_advice(), TryAgain),
        ProblemCode::ImisUnavailable => (trouble_imis(), trouble_imis_advice(), TryAgain),
        ProblemCode::ImisNotUnderstood => (trouble_imis_strange(), trouble_imis_strange_advice(), TryAgain),
        ProblemCode::Unknown => (trouble_unknown(), trouble_unknown_advice(), TryAgain),
        ProblemCode::StoreUnavailable => (trouble_store(), trouble_store_advice(), TryAgain),
        ProblemCode::PaneOutdated => (trouble_outdated(), trouble_outdated_advice(), Reload),
        ProblemCode::ConfirmFirst => (trouble_confirm(), trouble_confirm_advice(), Nothing),
        ProblemCode::SignInOver => (trouble_sign_in_over(), trouble_sign_in_over_advice(), Nothing),
        ProblemCode::WrongCode => (trouble_code(), trouble_code_advice(), Nothing),
        ProblemCode::IdentityMismatch => (trouble_identity(), trouble_identity_advice(), Nothing),
        ProblemCode::NotStaff => (trouble_staff(), trouble_staff_advice(), Nothing),
        ProblemCode::AdministratorsOnly => (trouble_administrators(), trouble_administrators_advice(), Nothing),
        ProblemCode::SignInRefused => (trouble_sign_in_refused(), trouble_sign_in_refused_advice(), Nothing),
        ProblemCode::Internal => (trouble_internal(), trouble_internal_advice(), TryAgain),
    };
    let advice = match (&problem.detail, problem.code) {
        (Some(reason), ProblemCode::ImisRefused) => trouble_refused_because(reason),
        (_, ProblemCode::LockedOut | ProblemCode::Busy) => wait(problem.retry_after_s),
        (_, ProblemCode::Unknown) if problem.retry_after_s.is_some() => {
            trouble_unknown_coming(&wait(problem.retry_after_s))
        }
        (Some(reason), ProblemCode::Invalid) => reason.clone(),
        (None, ProblemCode::Invalid) if !problem.fields.is_empty() => {
            let said = problem.fields.iter().map(|field| [&*field.field, ": ", &field.message].concat());
            said.collect::<Vec<_>>().join(" ")
        }
        _ => advice.to_owned(),
    };
    TroubleWords { title, advice, remedy, reference: problem.reference.clone() }
}

fn wait(seconds: Option<u32>) -> String {
    match seconds {
        Some(seconds @ 1..=90) => trouble_wait_seconds(seconds as usize),
        Some(seconds @ 91..) => trouble_wait_minutes(seconds.div_ceil(60) as usize),
        None | Some(0) => trouble_wait().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Remedy, trouble, trouble_refused_because, wait};
    use api::{Problem, ProblemCode};
    use flows::Trouble;

    #[test]
    fn a_short_wait_is_told_in_seconds_and_a_long_one_in_minutes() {
        assert_eq!(wait(Some(1)), "Try again in 1 second.");
        assert_eq!(wait(Some(90)), "Try again in 90 seconds.");
        assert_eq!(wait(Some(91)), "Try again in 2 minutes.");
        assert_eq!(wait(None), "Try again in a moment.");
    }

    #[test]
    fn of_what_imis_may_still_store_one_hears_when_to_try_again() {
        let said = |retry_after_s| {
            let problem = Problem { retry_after_s, ..Problem::new(ProblemCode::Unknown) };
            trouble(&Trouble::Server(problem)).advice
        };
        assert_eq!(said(Some(150)), "iMIS may still be storing it. Try again in 3 minutes. Nothing is written twice.");
        assert_eq!(said(None), "Try again: what is in iMIS already is not written twice.");
    }

    #[test]
    fn a_refusal_of_imis_is_told_in_its_own_words() {
        let detail = Some("Activity type is not active".to_owned());
        let problem = Problem { detail, ..Problem::new(ProblemCode::ImisRefused) };
        assert_eq!(trouble(&Trouble::Server(problem)).advice, trouble_refused_because("Activity type is not active"));
    }

    #[test]
    fn wrong_credentials_may_be_a_locked_or_disabled_account_too() {
        // Which of them it is, the server tells nobody.
        let words = trouble(&Trouble::Server(Problem::new(ProblemCode::WrongCredentials)));
        assert!(words.title.contains("or the account is locked or disabled"), "{}", words.title);
    }

    #[test]
    fn an_outdated_pane_is_to_be_reloaded() {
        let outdated = Trouble::Server(Problem::new(ProblemCode::PaneOutdated));
        assert_eq!(trouble(&outdated).remedy, Remedy::Reload);
    }
}
