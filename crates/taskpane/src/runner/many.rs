//! Many messages at once: what Outlook and the server are asked for.

use super::{Runner, outlook};
use crate::dispatch::Dispatch;
use api::{LookUpSaved, MatchContacts, SaveId};
use flows::{Attachment, Body, ChosenMail, Event, ManyEffect, ManyEvent, ReadMail, Selected, Trouble, Whole};
use futures_util::future::join_all;
use office::item::Item;
use office::{loaded, mailbox};
use wasm_bindgen_futures::spawn_local;

impl Runner {
    /// Asks Outlook which messages are selected, where it tells; an answer to any question but the last is dropped.
    pub(super) fn look_at_selection(&'static self, dispatch: Dispatch) {
        if !mailbox::selection_offered() {
            return;
        }
        let question = self.selections.get().wrapping_add(1);
        self.selections.set(question);
        spawn_local(async move {
            let answer = mailbox::chosen_items().await.map(selected).map_err(outlook::trouble);
            if self.selections.get() == question {
                dispatch.send(Event::Many(ManyEvent::Selected(answer)));
            }
        });
    }
}

fn selected(items: Vec<mailbox::ChosenItem>) -> Selected {
    let items = items.into_iter().map(|item| ChosenMail {
        item_id: item.item_id,
        subject: item.subject,
        message_id: item.internet_message_id.unwrap_or_default(),
        conversation: item.conversation_id.unwrap_or_default(),
        is_draft: item.is_draft,
    });
    Selected { items: items.collect(), readable: loaded::offered() }
}

/// Carries out one effect.
pub(super) async fn carry_out(runner: &'static Runner, effect: ManyEffect) -> Option<Event> {
    Some(match effect {
        ManyEffect::AskSelection => return None,
        ManyEffect::Read(plan, item_id) => {
            let answer = loaded::with(&item_id, read).await.map_err(outlook::trouble).flatten();
            Event::Many(ManyEvent::Read(plan, item_id, answer))
        }
        ManyEffect::Match(plan, addresses) => {
            let call = MatchContacts { addresses };
            let answer = runner.server.call(&call).await;
            Event::Many(ManyEvent::Matched(plan, call.addresses, answer))
        }
        ManyEffect::LookUp(plan, items, messages) => {
            // iMIS would be asked for each of them; what it has besides the ledger, a save finds by itself.
            let utc_offset_minutes = outlook::utc_offset_minutes(None);
            let answer = runner.server.call(&LookUpSaved { messages, ask_imis: false, utc_offset_minutes }).await;
            Event::Many(ManyEvent::Looked(plan, items, answer))
        }
        ManyEffect::ReadWhole(save, item_id, wanted) => {
            let whole = whole(runner, &save, &item_id, &wanted).await;
            Event::Many(ManyEvent::Whole(save, whole))
        }
        ManyEffect::Mark(save, item_id) => {
            let marked = loaded::with(&item_id, async |item| outlook::mark_item(&item).await).await;
            Event::Marked(save, marked.map_err(outlook::trouble).flatten())
        }
    })
}

async fn read(item: Item) -> Result<ReadMail, Trouble> {
    let message = outlook::message(item.summary().map_err(outlook::trouble)?, false);
    Ok(ReadMail { message, headers: outlook::headers_of(&item).await })
}

/// Body and attachments of one message; what is read is held for its uploads.
async fn whole(runner: &'static Runner, save: &SaveId, item_id: &str, wanted: &[(usize, Attachment)]) -> Whole {
    let read = async |item: Item| {
        let body = outlook::body_of(&item).await;
        let item = &item;
        let hold = |(place, attachment): &(usize, Attachment)| {
            let (place, attachment) = (*place, attachment.clone());
            async move {
                let content = outlook::content_of(item, &attachment).await;
                let held = |bytes: Vec<u8>| runner.uploads.hold(save, place, &bytes).ok_or(Trouble::OutlookUnable);
                (place, content.and_then(held))
            }
        };
        // As many at once as Outlook takes; the others wait their turn there.
        let attachments = join_all(wanted.iter().map(hold)).await;
        (body, attachments)
    };
    let failed = |trouble: &Trouble| wanted.iter().map(|(place, _)| (*place, Err(trouble.clone()))).collect();
    let (body, attachments): (Result<Body, Trouble>, _) = match loaded::with(item_id, read).await {
        Ok(read) => read,
        Err(error) => {
            let trouble = outlook::trouble(error);
            let attachments = failed(&trouble);
            (Err(trouble), attachments)
        }
    };
    Whole { body, attachments }
}
