//! The frame of the pane: which screen shows, and the two live regions beside it.

use crate::dispatch::Dispatch;
use crate::parts::block;
use crate::{chunks, live, tab, views};
use api::Whose;
use flows::{App, Place, Session};
use leptos::prelude::*;

/// The screens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Screen {
    Starting,
    Outside,
    Unreachable,
    SignIn,
    Confirm,
    Main,
    Sheet,
    Desk(Whose),
}

fn screen(app: &App) -> Screen {
    match (&app.place, &app.session) {
        (Place::Elsewhere, _) => Screen::Outside,
        (_, Session::Starting) => Screen::Starting,
        (_, Session::Unreachable(_)) => Screen::Unreachable,
        (_, Session::SignedOut(_)) => Screen::SignIn,
        (_, Session::Unconfirmed(_)) => Screen::Confirm,
        (_, Session::SignedIn(_)) => match &app.desk {
            _ if app.sheets.top().is_some() || app.awaits_sheet() => Screen::Sheet,
            Some(desk) => Screen::Desk(desk.asked.whose),
            None => Screen::Main,
        },
    }
}

/// Draws the pane in place of the page's static shell.
pub(crate) fn mount() {
    tab::keep_within();
    mount_to_body(pane);
    if let Some(shell) = document().get_element_by_id("shell") {
        shell.remove();
    }
}

fn pane() -> impl IntoView {
    let dispatch = Dispatch::start();
    provide_context(dispatch);
    let screen = dispatch.project(screen);
    let polite: Signal<String> = dispatch.project(live::polite).into();
    let assertive: Signal<String> = dispatch.project(live::assertive).into();
    view! {
        {block(move || match screen.get() {
            Screen::Starting => views::starting().into_any(),
            Screen::Outside => views::outside().into_any(),
            Screen::Unreachable => views::unreachable().into_any(),
            Screen::SignIn => chunks::sign_in(),
            Screen::Confirm => chunks::confirm(),
            Screen::Main => views::main_screen().into_any(),
            Screen::Sheet => chunks::sheet(),
            Screen::Desk(whose) => chunks::desk(whose),
        })}
        <div class="visually-hidden" role="status">{polite}</div>
        <div class="visually-hidden" role="alert">{assertive}</div>
    }
}

#[cfg(test)]
mod tests {
    use super::{App, Screen, screen};
    use flows::{Event, Trouble};

    #[test]
    fn outside_outlook_nothing_else_is_shown() {
        let (mut app, _) = App::start();
        assert_eq!(screen(&app), Screen::Starting);
        app.update(Event::Bootstrapped(Err(Trouble::Offline)));
        assert_eq!(screen(&app), Screen::Unreachable);
        app.update(Event::OutsideOutlook);
        assert_eq!(screen(&app), Screen::Outside);
    }
}
