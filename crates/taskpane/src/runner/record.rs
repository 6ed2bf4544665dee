//! Opening and removing records, and handing their attachments to the browser.

use super::{Runner, download};
use api::RecordAttachment;
use flows::{RecordEffect, RecordEvent};

/// Carries out one effect.
pub(super) async fn carry_out(runner: &'static Runner, effect: RecordEffect) -> Option<RecordEvent> {
    let server = &runner.server;
    Some(match effect {
        RecordEffect::Fetch(call) => RecordEvent::Answered(server.call(&call).await.map(Box::new)),
        RecordEffect::Remove(call) => RecordEvent::Removed(server.call(&call).await),
        RecordEffect::Download { contact, record, attachment, name } => {
            let wanted = RecordAttachment { id: attachment, name };
            let path = wanted.path(&record, &contact);
            let answer = download::hand_over(server, &path, wanted.name.as_str()).await;
            RecordEvent::Downloaded(wanted.id, answer)
        }
    })
}
