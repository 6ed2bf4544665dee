//! Carries out effects. The only place that starts anything asynchronous; what comes of it returns as an event.

mod add;
mod addresses;
mod base64url;
mod card;
mod clock;
mod compose;
mod download;
mod find;
mod keys;
mod locks;
mod many;
mod outlook;
mod people;
mod queries;
mod query;
mod record;
mod saved;
mod sending;
mod server;
mod session;
mod timeline;
mod uploads;
mod wait;
mod windows;
mod write;

pub(crate) use wait::pause;

use crate::chunks;
use crate::dispatch::Dispatch;
use crate::theme;
use api::{
    AddId, ConfirmSession, EmailAddress, EndSessions, GetContactOptions, GetMe, GetSaveTargets, MatchContacts, Me,
    Redeem, SaveId, SignInBegun,
};
use flows::{BeginOrder, Code, DialogTrouble, Effect, Event, ManyEffect, Prompt, SavedEffect, SavedEvent, Trouble};
use leptos::prelude::window;
use office::Host;
use std::cell::{Cell, RefCell};
use wasm_bindgen_futures::spawn_local;

/// All that effects need, for the page's whole life.
#[derive(Default)]
pub(crate) struct Runner {
    server: server::Server,
    uploads: uploads::Uploads,
    windows: windows::Windows,
    alarm: clock::Alarm,
    exports: query::Exports,
    /// How often Outlook was asked what is selected.
    selections: Cell<u32>,
    watches: saved::Watches,
    /// Dropping one ends its listening.
    subscriptions: RefCell<Vec<office::mailbox::Subscription>>,
}

/// A new save's name.
pub(crate) fn new_save_id() -> Option<SaveId> {
    Some(SaveId(window().crypto().ok()?.random_uuid()))
}

/// A new adding's name.
pub(crate) fn new_add_id() -> Option<AddId> {
    Some(AddId(window().crypto().ok()?.random_uuid()))
}

impl Runner {
    /// Finds out where the pane is, and follows what is open from then on.
    pub(crate) fn listen(&'static self, dispatch: Dispatch) {
        spawn_local(async move {
            if !matches!(office::ready().await, Host::Outlook(_)) {
                return dispatch.send(Event::OutsideOutlook);
            }
            self.server.session.follow(move |kept| dispatch.send(Event::KeptChanged(kept)));
            self.wake_when_seen(dispatch);
            theme::show(office::theme::current().as_ref());
            dispatch.send(Event::Saved(SavedEvent::MarksRead(outlook::marks())));
            let own = office::mailbox::user_profile();
            let own = own.and_then(|profile| EmailAddress::parse(&profile.email_address).ok());
            dispatch.send(Event::OutlookReady(own));
            dispatch.send(outlook::look());
            let seen = office::mailbox::current_item();
            let changed = move |_| {
                dispatch.send(outlook::look());
                self.look_at_selection(dispatch);
            };
            let changed = office::mailbox::on_item_changed(changed).await;
            // Where panes cannot be pinned, there is nothing to follow.
            self.subscriptions.borrow_mut().extend(changed);
            if office::mailbox::current_item() != seen {
                dispatch.send(outlook::look());
            }
            if office::mailbox::selection_offered() {
                let told = office::mailbox::on_selection_changed(move || self.look_at_selection(dispatch)).await;
                self.subscriptions.borrow_mut().extend(told);
                self.look_at_selection(dispatch);
            }
            let themes = office::theme::on_changed(|theme| theme::show(theme.as_ref())).await;
            self.subscriptions.borrow_mut().extend(themes);
        });
    }

    /// Carries out one effect; what comes of it is sent as an event.
    pub(crate) fn run(&'static self, effect: Effect, dispatch: Dispatch) {
        match effect {
            Effect::SignOut => {
                let kept = self.server.session.current();
                self.server.session.leave();
                if let Some(kept) = kept {
                    spawn_local(async move { dispatch.send(Event::SignedOut(self.server.sign_out(kept).await)) });
                }
            }
            Effect::CloseDialog => self.windows.close(),
            Effect::WakeAt(at_ms) => self.wake_at(at_ms, dispatch),
            Effect::ForgetSession => self.server.session.forget(),
            Effect::Saved(SavedEffect::StopWatching) => self.watches.stop(),
            Effect::DropContent { save, index } => self.uploads.drop_content(&save, index),
            Effect::Many(ManyEffect::AskSelection) => self.look_at_selection(dispatch),
            other => {
                let asked_as = self.server.session.current().filter(|_| other.is_in_session());
                spawn_local(async move {
                    let event = self.carry_out(other, dispatch).await;
                    // What was asked as one person neither ends another's session nor shows them anything.
                    if let Some(event) = event
                        && !asked_as.is_some_and(|kept| self.server.session.is_anothers(&kept))
                    {
                        dispatch.send(event);
                    }
                });
            }
        }
    }

    /// The time by the server's clock.
    pub(crate) fn now_ms(&self) -> i64 {
        self.server.now_ms()
    }

    /// Who the kept session is of; asked again where somebody else's took its place meanwhile.
    async fn restore(&self) -> Option<Result<Me, Trouble>> {
        loop {
            let kept = self.server.session.restore().await?;
            let answer = self.server.call(&GetMe).await;
            if self.server.session.is_still_of(&kept) {
                return Some(answer);
            }
        }
    }

    /// The effects that take time. One future for those of a chunk: each of its own would cost kilobytes.
    async fn carry_out(&'static self, effect: Effect, dispatch: Dispatch) -> Option<Event> {
        let server = &self.server;
        Some(match effect {
            Effect::FetchBootstrap => Event::Bootstrapped(server.bootstrap().await),
            Effect::RestoreSession => Event::SessionRestored(self.restore().await),
            Effect::Renew => {
                let answer = server.renew().await;
                Event::Renewed(answer, server.now_ms())
            }
            Effect::Match(key, addresses) => {
                let call = MatchContacts { addresses };
                let answer = server.call(&call).await;
                Event::Matched(key, call.addresses, answer)
            }
            Effect::FetchTargets => Event::TargetsAnswered(server.call(&GetSaveTargets).await),
            Effect::FetchContactOptions => Event::ContactOptionsAnswered(server.call(&GetContactOptions).await),
            Effect::People(effect) => Event::People(people::carry_out(self, effect).await),
            Effect::Saved(
                effect @ (SavedEffect::LookUp(..)
                | SavedEffect::Watch(..)
                | SavedEffect::Pause(..)
                | SavedEffect::Tick(_)),
            ) => Event::Saved(saved::carry_out(self, effect).await?),
            Effect::Find(..)
            | Effect::Record(..)
            | Effect::Write(..)
            | Effect::Add(..)
            | Effect::Queries(..)
            | Effect::Query(..)
            | Effect::Addresses(..)
            | Effect::Card(_)
            | Effect::Timeline(_)
            | Effect::Compose(_) => return chunks::sheet_effect(self, effect, dispatch).await,
            Effect::SignIn(_)
            | Effect::BeginSignIn(..)
            | Effect::OpenDialog { .. }
            | Effect::Redeem { .. }
            | Effect::Confirm
            | Effect::ListSessions(_)
            | Effect::EndSessions(_) => return chunks::entrance_effect(self, effect, dispatch).await,
            Effect::ReadHeaders(_)
            | Effect::ReadBody { .. }
            | Effect::Save(_)
            | Effect::ReadAttachment { .. }
            | Effect::Upload { .. }
            | Effect::Sending(_)
            | Effect::Saved(_)
            | Effect::MarkMessage { .. } => return chunks::saving_effect(self, effect, dispatch).await,
            Effect::Many(effect) => return chunks::many_effect(self, effect).await,
            Effect::SignOut
            | Effect::ForgetSession
            | Effect::CloseDialog
            | Effect::WakeAt(_)
            | Effect::DropContent { .. } => return None,
        })
    }

    /// The effects of signing in and of sessions, which are fetched with their screens.
    pub(crate) async fn carry_out_for_entrance(&'static self, effect: Effect, dispatch: Dispatch) -> Option<Event> {
        let server = &self.server;
        Some(match effect {
            Effect::SignIn(sign_in) => Event::SignInAnswered(server.sign_in(&sign_in).await),
            Effect::BeginSignIn(attempt, order) => Event::SignInBegun(attempt, self.begin(attempt, order).await),
            Effect::OpenDialog { attempt, path, prompt } => {
                Event::DialogOpened(attempt, self.open(attempt, &path, prompt, dispatch).await)
            }
            Effect::Redeem { attempt, flow, code: Code(code) } => {
                let verifier = self.windows.verifier(attempt).unwrap_or_default();
                let former = server.session.current().map(|kept| kept.token);
                Event::Redeemed(attempt, server.sign_in(&Redeem { flow, code, verifier, former }).await)
            }
            Effect::Confirm => Event::Confirmed(server.call(&ConfirmSession).await),
            Effect::ListSessions(asked) => {
                let answer = server.call(&asked).await;
                Event::SessionsListed(asked, answer)
            }
            Effect::EndSessions(scope) => Event::SessionsEnded(server.call(&EndSessions { scope }).await),
            _ => return None,
        })
    }

    /// The effects of many messages, which are fetched with their screen.
    pub(crate) async fn carry_out_for_many(&'static self, effect: ManyEffect) -> Option<Event> {
        many::carry_out(self, effect).await
    }

    /// The effects of a save, which are fetched with its panel.
    pub(crate) async fn carry_out_for_saving(&'static self, effect: Effect, dispatch: Dispatch) -> Option<Event> {
        let server = &self.server;
        Some(match effect {
            Effect::ReadHeaders(key) => outlook::headers(key).await,
            Effect::ReadBody { save, key } => Event::BodyRead(save, outlook::body(&key).await),
            Effect::Save(message) => Event::Written(message.save.clone(), server.call(&*message).await),
            Effect::ReadAttachment { save, index, key, attachment } => {
                let read = outlook::content(&key, &attachment).await;
                let hold = |bytes: Vec<u8>| self.uploads.hold(&save, index, &bytes).ok_or(Trouble::OutlookUnable);
                let size = read.and_then(hold);
                Event::AttachmentRead(save, index, size)
            }
            Effect::Upload { save, index, content_type } => {
                let moving = save.clone();
                let moved = move |bytes| dispatch.send(Event::UploadMoved(moving.clone(), index, bytes));
                let used = server.session.current();
                let mut answer = self.uploads.send(server, &save, index, &content_type, moved.clone()).await;
                if server.may_repeat(&answer, used.as_ref()) {
                    answer = self.uploads.send(server, &save, index, &content_type, moved).await;
                }
                Event::Uploaded(save, index, answer)
            }
            Effect::Sending(effect) => Event::Sending(sending::carry_out(effect, dispatch).await?),
            Effect::MarkMessage { save, key } => Event::Marked(save, outlook::mark(&key).await),
            Effect::Saved(effect) => Event::Saved(saved::carry_out_later(self, effect).await?),
            _ => return None,
        })
    }

    /// The effects of sheets, which are fetched with them.
    pub(crate) async fn carry_out_for_sheets(&'static self, effect: Effect, dispatch: Dispatch) -> Option<Event> {
        Some(match effect {
            Effect::Find(id, effect) => Event::Find(id, find::carry_out(self, effect).await?),
            Effect::Record(id, effect) => Event::Record(id, record::carry_out(self, effect).await?),
            Effect::Write(id, effect) => Event::Write(id, write::carry_out(self, effect).await?),
            Effect::Add(id, effect) => Event::Add(id, add::carry_out(self, effect).await?),
            Effect::Queries(id, effect) => Event::Queries(id, queries::carry_out(self, effect).await?),
            Effect::Query(id, effect) => Event::Query(id, query::carry_out(self, id, effect, dispatch).await?),
            Effect::Addresses(id, effect) => Event::Addresses(id, addresses::carry_out(self, effect).await),
            Effect::Card(effect) => Event::Card(card::carry_out(self, effect).await?),
            Effect::Timeline(effect) => Event::Timeline(timeline::carry_out(self, effect).await?),
            Effect::Compose(effect) => Event::Compose(compose::carry_out(self, effect).await?),
            _ => return None,
        })
    }

    async fn begin(&self, attempt: u32, order: BeginOrder) -> Result<SignInBegun, Trouble> {
        let challenge = self.windows.challenge(attempt).await.ok_or(Trouble::OutlookUnable)?;
        self.server.call_as_nobody(&order.with_challenge(challenge)).await
    }

    async fn open(
        &'static self,
        attempt: u32,
        path: &str,
        prompt: Prompt,
        dispatch: Dispatch,
    ) -> Result<(), DialogTrouble> {
        let address = self.server.address(path).ok_or(DialogTrouble::Address)?;
        self.windows.open(attempt, &address, prompt, dispatch).await
    }
}
