//! The attachments of a record.

use super::opened::of;
use crate::dispatch::dispatch;
use crate::parts::{block, holds, icon, sends, spinner, trouble_line};
use crate::words;
use api::{RecordAttachment, RecordInFull};
use flows::{Download, Event, RecordEvent, SheetId};
use leptos::prelude::*;

/// The list, if there are any.
pub(super) fn files(id: SheetId, full: &RecordInFull) -> impl IntoView + use<> {
    let rows: Vec<_> = full.attachments.iter().map(|attachment| row(id, attachment)).collect();
    (!rows.is_empty()).then(|| {
        view! {
            <h3 class="view-record-part">{words::record_files()}</h3>
            <ul class="view-files">{rows}</ul>
        }
    })
}

/// One attachment: the button stays, and says below it how far it is.
fn row(id: SheetId, attachment: &RecordAttachment) -> impl IntoView + use<> {
    let key = attachment.id.clone();
    let download = of(dispatch(), id, move |open| open.download(&key).cloned());
    let name = attachment.name.as_str().to_owned();
    let ask = sends(Event::Record(id, RecordEvent::DownloadAsked(attachment.id.clone())));
    let busy = move || download.with(|download| *download == Some(Download::Running));
    view! {
        <li>
            <button type="button" class="part-button part-button--subtle view-file" aria-disabled=holds(busy)
                aria-label=words::record_download(&name) on:click=ask>
                {icon("icon icon--download")} <span>{name.clone()}</span>
            </button>
            <div role="status">
                {block(move || match download.get()? {
                    Download::Running => Some(spinner(words::record_file_running()).into_any()),
                    Download::Done => Some(view! { <p class="quiet">{words::record_file_done()}</p> }.into_any()),
                    Download::Failed(trouble) => {
                        Some(view! { <p class="part-error">{trouble_line(&trouble)}</p> }.into_any())
                    }
                })}
            </div>
        </li>
    }
}
