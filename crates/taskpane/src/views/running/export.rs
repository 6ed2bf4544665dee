//! Taking all rows down as a file.

use super::{of, running_of, trouble_of};
use crate::dispatch::Dispatch;
use crate::parts::{block, button, keep_focus, pressed};
use crate::values;
use crate::words;
use flows::{Event, Export, QueryEvent, SheetId};
use leptos::prelude::*;

const BUTTON: &str = "query-export";

/// The button, or how far it is.
pub(super) fn export(dispatch: Dispatch, id: SheetId) -> impl IntoView {
    let state = of(dispatch, id, |running| Some(running.export.clone()));
    let send = move |event: QueryEvent| {
        move || {
            dispatch.send(Event::Query(id, event.clone()));
            keep_focus(BUTTON.to_owned());
        }
    };
    let start = move || {
        view! {
            <button type="button" id=BUTTON class="part-button" on:click=pressed(send(QueryEvent::ExportAsked))>
                {words::query_export()}
            </button>
        }
    };
    let running = of(dispatch, id, |running| matches!(running.export, Export::Running(_)));
    view! {
        <section class="view-export" aria-label=words::query_export()>
            {block(move || if running.get() {
                view! {
                    {block(move || state.get().map(|export| progress(dispatch, id, &export)))}
                    <button type="button" id=BUTTON class="part-button" on:click=pressed(send(QueryEvent::ExportCancelled))>
                        {words::query_export_stop()}
                    </button>
                }
                .into_any()
            } else {
                start().into_any()
            })}
            <div role="status">{block(move || state.get().map(|export| outcome(id, &export)))}</div>
        </section>
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of rows are far below 2^53")]
fn progress(dispatch: Dispatch, id: SheetId, export: &Export) -> AnyView {
    let Export::Running(done) = export else { return ().into_any() };
    let all = dispatch.look(|app| running_of(app, id).and_then(|running| running.rows.total));
    let told = all.map_or_else(
        || words::query_exporting_open(&values::count(*done)),
        |all| words::query_exporting(&values::count(all), &values::count(*done)),
    );
    let value = all.map(|all| if all == 0 { 1.0 } else { *done as f64 / all as f64 });
    view! {
        <div class="view-export-progress">
            <p>{told}</p>
            <progress class="part-progress" aria-label=words::query_export_progress() value=value.map(|value| value.to_string())></progress>
        </div>
    }
    .into_any()
}

fn outcome(id: SheetId, export: &Export) -> AnyView {
    match export {
        Export::No | Export::Running(_) => ().into_any(),
        Export::Done(rows) => {
            let number = usize::try_from(*rows).unwrap_or(usize::MAX);
            view! { <p>{words::query_exported(number, &values::count(*rows))}</p> }.into_any()
        }
        Export::Failed(trouble) => view! {
            <p class="part-error">{words::query_export_failed()}</p>
            {trouble_of(trouble, None)}
            {button(words::try_again(), Event::Query(id, QueryEvent::ExportAsked))}
        }
        .into_any(),
    }
}
