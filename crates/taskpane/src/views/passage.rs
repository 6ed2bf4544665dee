//! While a window signs the person in: what to do there, how to give it up, and where to type its code.

use crate::dispatch::dispatch;
use crate::parts::{block, button, disclosure, heard, pressed, spinner, subheading};
use crate::words;
use flows::{Code, Event, Passage, Prompt, Start, Step, Window};
use leptos::prelude::*;
use web_sys::SubmitEvent;

/// In place of the ways in.
pub(super) fn passage(passage: Memo<Option<Passage>>) -> impl IntoView {
    // What was typed stays when the server says that it is wrong.
    let typed = RwSignal::new(String::new());
    let dispatch = dispatch();
    view! {
        <section class="view-passage" aria-live="polite">
            {block(move || passage.get().map(|passage| match passage.step {
                Step::Beginning | Step::Opening(Prompt::Open) => {
                    let said = match passage.start {
                        Start::Person => words::window_opening(),
                        Start::Itself => words::sign_in_again(),
                    };
                    spinner(said).into_any()
                }
                Step::Opening(Prompt::Ask) => view! { <p>{words::window_ask()}</p> }.into_any(),
                Step::Waiting(Window::Open) => waiting(passage.start, typed).into_any(),
                Step::Waiting(Window::Gone) => {
                    let method = passage.method;
                    let again = move || {
                        dispatch.send(Event::WindowCancelled);
                        dispatch.send_and_move(Event::WindowAsked(method));
                    };
                    view! {
                        {subheading(words::window_gone())}
                        <p>{words::window_gone_advice()}</p>
                        <button type="button" class="part-button part-button--primary part-button--wide" on:click=pressed(again)>
                            {words::window_again()}
                        </button>
                        {code(typed)}
                        {button(words::cancel(), Event::WindowCancelled)}
                    }
                    .into_any()
                }
                Step::Redeeming(_) => spinner(words::sign_in_busy()).into_any(),
            }))}
        </section>
    }
}

fn waiting(start: Start, typed: RwSignal<String>) -> impl IntoView {
    let title = match start {
        Start::Person => words::window_open(),
        Start::Itself => words::sign_in_again(),
    };
    view! {
        {subheading(title)}
        <p>{words::window_open_advice()}</p>
        {button(words::cancel(), Event::WindowCancelled)}
        {disclosure("code", words::window_code(), move || code(typed).into_any())}
    }
}

/// The code of a window that cannot tell it itself.
fn code(typed: RwSignal<String>) -> impl IntoView {
    let dispatch = dispatch();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        dispatch.send(Event::CodeTyped(Code(typed.get_untracked())));
    };
    view! {
        <form class="view-sign-in-form" novalidate on:submit=heard(submit)>
            <div class="part-field">
                <label for="code">{words::window_code_label()}</label>
                <input
                    id="code" class="part-input view-code" type="text" autocomplete="one-time-code"
                    autocapitalize="characters" spellcheck="false" maxlength="16" aria-describedby="sign-in-trouble"
                    value=typed.get_untracked() on:input=move |event| typed.set(event_target_value(&event))
                />
            </div>
            <button type="submit" class="part-button">{words::window_code_use()}</button>
        </form>
    }
}
