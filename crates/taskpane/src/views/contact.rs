//! A contact: its card, and its timeline below.

use super::{adding, card, compose, timeline};
use api::ContactId;
use leptos::prelude::*;

/// The sheet.
pub(super) fn contact(contact: &ContactId) -> impl IntoView {
    view! {
        {card::card(contact)}
        {adding::compare_button(contact)}
        {compose::for_contact(contact)}
        {timeline::timeline(contact)}
    }
}
