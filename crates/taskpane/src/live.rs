//! What is read aloud without being looked at: results politely, trouble at once.
//!
//! The sign-in form announces its own errors; they are not repeated here.

use crate::words;
use flows::{App, Lookup, Save, SavePhase, Session, Summary, Targets};

/// Results.
pub(crate) fn polite(app: &App) -> String {
    let (Session::SignedIn(_), Some(mail)) = (&app.session, app.open_mail()) else { return String::new() };
    match app.save_of_open_mail() {
        Some(save) if save.is_running() => words::saving().to_owned(),
        Some(save) if save.summary() == Summary::All => words::saved().to_owned(),
        None if mail.people.lookup == Lookup::Done => {
            let (missing, all) = mail.people.not_in_imis();
            let mut text = words::people_found(mail.people.targets().len());
            if missing > 0 {
                text.push(' ');
                text.push_str(&words::people_missing(&all.to_string(), &missing.to_string()));
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
    let save = app.save_of_open_mail().filter(|save| save.phase == SavePhase::Finished);
    match (trouble, save.map(Save::summary)) {
        (_, Some(Summary::Partly)) => words::saved_partly().to_owned(),
        (_, Some(Summary::Nothing)) => words::saved_not().to_owned(),
        (Some(trouble), _) => words::trouble(trouble).title.to_owned(),
        (None, _) => String::new(),
    }
}
