//! Pieces of screens. They know no story: texts and events come in from outside.

mod avatar;
mod button;
mod copy;
mod disclosure;
mod heading;
mod notice;

pub(crate) use avatar::avatar;
pub(crate) use button::{
    at_escape, button, focus, heard, keep_at_fault, keep_focus, keep_keyboard, moves, pressed, sends, toggle,
};
pub(crate) use copy::copy_button;
pub(crate) use disclosure::disclosure;
pub(crate) use heading::{heading, named, subheading};
pub(crate) use notice::{notice, trouble_line, trouble_notice};

use leptos::prelude::*;

/// A part of a view that is drawn anew when what it reads changes.
///
/// Boxed, as is [`told`], so that all of them are compiled as one: each kind of its own costs kilobytes.
pub(crate) fn block<V: IntoView + 'static>(draw: impl Fn() -> V + Send + Sync + 'static) -> AnyView {
    let draw: Box<dyn Fn() -> AnyView + Send + Sync> = Box::new(move || draw().into_any());
    draw.into_any()
}

/// A text, or an attribute's value, that follows what it reads.
pub(crate) fn told<T: Into<String>>(say: impl Fn() -> T + Send + Sync + 'static) -> Signal<String> {
    derived(Box::new(move || say().into()))
}

fn derived(say: Box<dyn Fn() -> String + Send + Sync>) -> Signal<String> {
    Signal::derive(say)
}

/// The same for what is either true or false.
pub(crate) fn holds(test: impl Fn() -> bool + Send + Sync + 'static) -> Signal<String> {
    told(move || if test() { "true" } else { "false" })
}

/// A picture from the style sheet. It says nothing aloud: words stand beside it.
pub(crate) fn icon(class: &'static str) -> impl IntoView {
    view! { <span class=class aria-hidden="true"></span> }
}

/// Something is on its way. Shows only when it takes longer than a blink.
pub(crate) fn spinner(label: &'static str) -> impl IntoView {
    view! { <p class="part-spinner"><span class="part-spinner-ring" aria-hidden="true"></span>{label}</p> }
}
