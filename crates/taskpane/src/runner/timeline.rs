//! Fetching timelines, and the forms of what may be written on them.

use super::{Runner, wait};
use crate::format;
use api::GetRecordForms;
use flows::{TimelineEffect, TimelineEvent};

/// How long a pause in typing is the end of it.
pub(super) const TYPING_MS: i32 = 300;

/// Carries out one effect.
pub(super) async fn carry_out(runner: &'static Runner, effect: TimelineEffect) -> Option<TimelineEvent> {
    Some(match effect {
        TimelineEffect::Wait(contact, number) => {
            wait::pause(TYPING_MS).await;
            TimelineEvent::Waited(contact, number)
        }
        TimelineEffect::Fetch(number, call) => {
            let answer = runner.server.call(&call).await;
            TimelineEvent::Answered(call.contact, number, answer)
        }
        TimelineEffect::FetchForms => {
            let answer = runner.server.call(&GetRecordForms).await;
            TimelineEvent::FormsAnswered(answer, format::here_and_now())
        }
    })
}
