//! What is read aloud without being looked at: results politely, trouble at once.
//!
//! The sign-in form announces its own errors; they are not repeated here.

use crate::views::saved_aloud;
use crate::words;
use flows::{App, Lookup, Save, SavePhase, Session, Summary, Targets, Undo};

/// Results.
pub(crate) fn polite(app: &App) -> String {
    let (Session::SignedIn(_), Some(mail)) = (&app.session, app.open_mail()) else { return String::new() };
    match app.save_of_open_mail() {
        Some(save) if save.is_running() => words::saving().to_owned(),
        Some(save) if app.undo_of(&save.id) == Some(&Undo::Done) => words::undo_done_text().to_owned(),
        Some(save) if app.left_of(save) == Summary::All => {
            let offered = matches!(app.undo_of(&save.id), Some(Undo::Offered { .. }));
            let hint = if offered { words::undo_hint() } else { "" };
            [words::saved(), ". ", hint].concat().trim_end().to_owned()
        }
        // What changes under the eyes is said alone.
        None if app.saved.changed => saved_aloud(app).unwrap_or_default(),
        None if mail.people.lookup == Lookup::Done => {
            let (missing, all) = mail.people.not_in_imis();
            let mut text = words::people_found(mail.people.targets().len());
            if missing > 0 {
                text.push(' ');
                text.push_str(&words::people_missing(&all.to_string(), &missing.to_string()));
            }
            if let Some(saved) = saved_aloud(app) {
                text.push(' ');
                text.push_str(&saved);
            }
            text
        }
        Some(_) | None => String::new(),
    }
}

/// Trouble.
pub(crate) fn assertive(app: &App) -> String {
    let trouble = match (&app.session, app.open_mail()) {
        (Session::Unreachable(trouble), _) => Some(trouble),
        (Session::SignedIn(_), Some(mail)) => match (&mail.people.lookup, &app.targets) {
            (Lookup::Failed(trouble), _) | (_, Targets::Failed(trouble)) => Some(trouble),
            _ => None,
        },
        _ => None,
    };
    let lacking = |save: &&Save| save.phase == SavePhase::Finished && save.summary() != Summary::All;
    match (trouble, app.save_of_open_mail().filter(lacking)) {
        (_, Some(save)) => standing(app, save).to_owned(),
        (Some(trouble), None) => words::trouble(trouble).title.to_owned(),
        (None, None) => String::new(),
    }
}

/// How the save of the open message stands: the title of its panel.
pub(crate) fn standing(app: &App, save: &Save) -> &'static str {
    match (save.phase, save.summary()) {
        _ if app.undo_of(&save.id) == Some(&Undo::Done) => words::undo_done(),
        _ if app.is_taken_in_part(save) => words::saved_partly(),
        // The faster one was oneself.
        _ if save.is_repeated() && app.rest().is_some() => words::saved_partly(),
        (SavePhase::Finished, Summary::Nothing) if save.is_repeated() => words::again_faster(),
        (SavePhase::Finished, Summary::All) => words::saved(),
        (SavePhase::Finished, Summary::Partly | Summary::Nothing) if save.stopped => words::saved_stopped(),
        (SavePhase::Finished, Summary::Partly) => words::saved_partly(),
        (SavePhase::Finished, Summary::Nothing) => words::saved_not(),
        (SavePhase::Paused, _) => words::saving_paused(),
        (SavePhase::Reading | SavePhase::Writing | SavePhase::Attaching, _) => words::saving(),
    }
}
