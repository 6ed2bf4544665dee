//! The parts of the pane that are fetched when they are first needed, so that an opened message waits for its own
//! part alone.
//!
//! With the feature `split`, which `cargo xtask pane` sets, each of these functions and all that only they use goes
//! into a file of its own; without it, as `trunk` builds, they are there from the start. What a part needs of the
//! pane stays in the pane.

use crate::dispatch::Dispatch;
use crate::parts::{block, pressed, spinner, trouble_notice};
use crate::runner::{Runner, pause};
use crate::{views, words};
use api::Whose;
use flows::{Effect, Event, ManyEffect, SheetLogic, Trouble};
use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;
use leptos::prelude::*;
use leptos::wasm_split::SplitLoaderError;
use std::fmt;
use wasm_bindgen_futures::spawn_local;

/// The part could not be fetched.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NotFetched;

impl fmt::Display for NotFetched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a part of the pane could not be fetched")
    }
}

impl From<SplitLoaderError> for NotFetched {
    fn from(_: SplitLoaderError) -> Self {
        Self
    }
}

/// Declares a function as part of a chunk, and one that fetches it. It becomes asynchronous, as it may have to be
/// fetched first.
macro_rules! part_of {
    ($chunk:ident, $fetch:ident, fn $name:ident($($argument:ident: $kind:ty),*) -> $result:ty $body:block) => {
        #[cfg(feature = "split")]
        #[leptos::wasm_split::wasm_split(
            $chunk, wasm_split_path = leptos::wasm_split, fallible, preload($fetch)
        )]
        fn $name($($argument: $kind),*) -> Result<$result, NotFetched> {
            let part = $body;
            Ok(part)
        }

        #[cfg(not(feature = "split"))]
        async fn $fetch() -> Result<(), SplitLoaderError> {
            Ok(())
        }

        #[cfg(not(feature = "split"))]
        async fn $name($($argument: $kind),*) -> Result<$result, NotFetched> {
            $fetch().await?;
            let part = $body;
            Ok(part)
        }
    };
}

/// An effect under way.
type Underway = LocalBoxFuture<'static, Option<Event>>;

part_of! { sheets, fetch_sheet, fn draw_sheet() -> AnyView { views::sheet().into_any() } }
part_of! { sheets, fetch_sender, fn draw_sender() -> AnyView { views::sender() } }
part_of! { sheets, fetch_writing, fn draw_writing() -> AnyView { views::message_in_writing() } }
part_of! { sheets, fetch_sheet_logic, fn sheet_logic() -> SheetLogic { SheetLogic::whole() } }
part_of! { sheets, fetch_sheet_effect,
    fn begin_sheet_effect(runner: &'static Runner, effect: Effect, dispatch: Dispatch) -> Underway {
        runner.carry_out_for_sheets(effect, dispatch).boxed_local()
    }
}

part_of! { entrance, fetch_sign_in, fn draw_sign_in() -> AnyView { views::sign_in().into_any() } }
part_of! { entrance, fetch_confirm, fn draw_confirm() -> AnyView { views::confirm().into_any() } }
part_of! { entrance, fetch_desk, fn draw_desk(whose: Whose) -> AnyView { views::desk(whose).into_any() } }
part_of! { entrance, fetch_entrance_effect,
    fn begin_entrance_effect(runner: &'static Runner, effect: Effect, dispatch: Dispatch) -> Underway {
        runner.carry_out_for_entrance(effect, dispatch).boxed_local()
    }
}

part_of! { saving, fetch_save_form, fn draw_save_form() -> AnyView { views::save_form().into_any() } }
part_of! { saving, fetch_save_panel, fn draw_save_panel() -> AnyView { views::save_panel().into_any() } }
part_of! { saving, fetch_saved_entries, fn draw_saved_entries() -> AnyView { views::saved_entries().into_any() } }
part_of! { saving, fetch_save_again, fn draw_save_again() -> AnyView { views::save_again().into_any() } }
part_of! { saving, fetch_other_saves, fn draw_other_saves() -> AnyView { views::other_saves().into_any() } }
part_of! { saving, fetch_waiting_list, fn draw_waiting_list() -> AnyView { views::waiting_list() } }
part_of! { saving, fetch_saving_effect,
    fn begin_saving_effect(runner: &'static Runner, effect: Effect, dispatch: Dispatch) -> Underway {
        runner.carry_out_for_saving(effect, dispatch).boxed_local()
    }
}

part_of! { many, fetch_many, fn draw_many() -> AnyView { views::many().into_any() } }
part_of! { many, fetch_many_foot, fn draw_many_foot() -> AnyView { views::many_foot().into_any() } }
part_of! { many, fetch_many_effect,
    fn begin_many_effect(runner: &'static Runner, effect: ManyEffect) -> Underway {
        runner.carry_out_for_many(effect).boxed_local()
    }
}

/// The topmost sheet.
pub(crate) fn sheet() -> AnyView {
    fetched(|| fetch_sheet().boxed_local(), || draw_sheet().boxed_local())
}

/// The sender's card.
pub(crate) fn sender() -> AnyView {
    fetched(|| fetch_sender().boxed_local(), || draw_sender().boxed_local())
}

/// The screen where a message is being written.
pub(crate) fn message_in_writing() -> AnyView {
    fetched(|| fetch_writing().boxed_local(), || draw_writing().boxed_local())
}

/// Signing in.
pub(crate) fn sign_in() -> AnyView {
    fetched(|| fetch_sign_in().boxed_local(), || draw_sign_in().boxed_local())
}

/// Confirming who one is.
pub(crate) fn confirm() -> AnyView {
    fetched(|| fetch_confirm().boxed_local(), || draw_confirm().boxed_local())
}

/// Sessions.
pub(crate) fn desk(whose: Whose) -> AnyView {
    fetched(|| fetch_desk().boxed_local(), move || draw_desk(whose).boxed_local())
}

/// The details of saving the open message.
pub(crate) fn save_form() -> AnyView {
    fetched(|| fetch_save_form().boxed_local(), || draw_save_form().boxed_local())
}

/// The save of the open message.
pub(crate) fn save_panel() -> AnyView {
    fetched(|| fetch_save_panel().boxed_local(), || draw_save_panel().boxed_local())
}

/// The saves of the open message in full.
pub(crate) fn saved_entries() -> AnyView {
    fetched(|| fetch_saved_entries().boxed_local(), || draw_saved_entries().boxed_local())
}

/// The question whether to save the open message once more.
pub(crate) fn save_again() -> AnyView {
    fetched(|| fetch_save_again().boxed_local(), || draw_save_again().boxed_local())
}

/// Saves of other messages.
pub(crate) fn other_saves() -> AnyView {
    fetched(|| fetch_other_saves().boxed_local(), || draw_other_saves().boxed_local())
}

/// Many messages at once, in place of the open one or on a sheet.
pub(crate) fn many() -> AnyView {
    fetched(|| fetch_many().boxed_local(), || draw_many().boxed_local())
}

/// What stands of them at the foot of the pane.
pub(crate) fn many_foot() -> AnyView {
    fetched(|| fetch_many_foot().boxed_local(), || draw_many_foot().boxed_local())
}

/// An effect of many messages.
pub(crate) async fn many_effect(runner: &'static Runner, effect: ManyEffect) -> Option<Event> {
    until_there(|| fetch_many_effect().boxed_local()).await;
    begin_many_effect(runner, effect).await.ok()?.await
}

/// Messages that were sent and are not saved yet.
pub(crate) fn waiting_list() -> AnyView {
    fetched(|| fetch_waiting_list().boxed_local(), || draw_waiting_list().boxed_local())
}

/// An effect of a sheet.
pub(crate) async fn sheet_effect(runner: &'static Runner, effect: Effect, dispatch: Dispatch) -> Option<Event> {
    until_there(|| fetch_sheet_effect().boxed_local()).await;
    begin_sheet_effect(runner, effect, dispatch).await.ok()?.await
}

/// An effect of signing in, or of sessions.
pub(crate) async fn entrance_effect(runner: &'static Runner, effect: Effect, dispatch: Dispatch) -> Option<Event> {
    until_there(|| fetch_entrance_effect().boxed_local()).await;
    begin_entrance_effect(runner, effect, dispatch).await.ok()?.await
}

/// An effect of a save.
pub(crate) async fn saving_effect(runner: &'static Runner, effect: Effect, dispatch: Dispatch) -> Option<Event> {
    until_there(|| fetch_saving_effect().boxed_local()).await;
    begin_saving_effect(runner, effect, dispatch).await.ok()?.await
}

/// Fetches what will be wanted next, while nothing else is.
pub(crate) fn look_ahead(dispatch: Dispatch) {
    spawn_local(async move {
        until_there(|| fetch_sheet_logic().boxed_local()).await;
        if let Ok(logic) = sheet_logic().await {
            dispatch.sheets_arrived(logic);
        }
        // Whoever needs it tries again.
        drop(fetch_saving_effect().await);
    });
}

/// How long to wait before a part is tried again, in milliseconds.
const AGAIN_MS: i32 = 2_000;

/// What is to be done waits for its part; the screen that asked for it is in the same part, and says so.
async fn until_there(fetch: fn() -> Fetching) {
    while fetch().await.is_err() {
        pause(AGAIN_MS).await;
    }
}

/// How the fetching of a part stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fetch {
    Waiting,
    Here,
    Failed,
}

type Fetching = LocalBoxFuture<'static, Result<(), SplitLoaderError>>;
type Drawing = LocalBoxFuture<'static, Result<AnyView, NotFetched>>;

/// Draws a part when it is there.
fn fetched(fetch: fn() -> Fetching, draw: impl Fn() -> Drawing + Send + Sync + 'static) -> AnyView {
    let state = RwSignal::new(Fetch::Waiting);
    let start = move || {
        spawn_local(async move {
            let here = if fetch().await.is_ok() { Fetch::Here } else { Fetch::Failed };
            // The screen may have gone meanwhile.
            let _ = state.try_set(here);
        });
    };
    start();
    let again = move || {
        state.set(Fetch::Waiting);
        start();
    };
    block(move || match state.get() {
        Fetch::Waiting => spinner(words::fetching()).into_any(),
        // It is there, so there is nothing to wait for.
        Fetch::Here => draw().now_or_never().and_then(Result::ok).into_any(),
        Fetch::Failed => view! {
            <div class="view-main">
                {trouble_notice(&Trouble::Offline, None)}
                <button type="button" class="part-button" on:click=pressed(again)>{words::try_again()}</button>
            </div>
        }
        .into_any(),
    })
}
