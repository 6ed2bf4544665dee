//! Carries out effects. The only place that starts anything asynchronous; what comes of it returns as an event.

mod base64url;
mod keys;
mod outlook;
mod server;
mod session;
mod uploads;
mod wait;

use crate::dispatch::Dispatch;
use crate::theme;
use api::{EmailAddress, GetMe, GetSaveTargets, MatchContacts, SaveId};
use flows::{Effect, Event, Trouble};
use leptos::prelude::window;
use office::Host;
use std::cell::RefCell;
use wasm_bindgen_futures::spawn_local;

/// All that effects need, for the page's whole life.
#[derive(Default)]
pub(crate) struct Runner {
    server: server::Server,
    uploads: uploads::Uploads,
    /// Dropping one ends its listening.
    subscriptions: RefCell<Vec<office::mailbox::Subscription>>,
}

/// A new save's name.
pub(crate) fn new_save_id() -> Option<SaveId> {
    Some(SaveId(window().crypto().ok()?.random_uuid()))
}

impl Runner {
    /// Finds out where the pane is, and follows what is open from then on.
    pub(crate) fn listen(&'static self, dispatch: Dispatch) {
        spawn_local(async move {
            if !matches!(office::ready().await, Host::Outlook(_)) {
                return dispatch.send(Event::OutsideOutlook);
            }
            theme::show(office::theme::current().as_ref());
            let own = office::mailbox::user_profile();
            let own = own.and_then(|profile| EmailAddress::parse(&profile.email_address).ok());
            dispatch.send(Event::OutlookReady(own));
            dispatch.send(outlook::look());
            let seen = office::mailbox::current_item();
            let changed = office::mailbox::on_item_changed(move |_| dispatch.send(outlook::look())).await;
            // Where panes cannot be pinned, there is nothing to follow.
            self.subscriptions.borrow_mut().extend(changed);
            if office::mailbox::current_item() != seen {
                dispatch.send(outlook::look());
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
                self.server.session.forget();
                if let Some(kept) = kept {
                    spawn_local(self.server.sign_out(kept));
                }
            }
            Effect::ForgetSession => self.server.session.forget(),
            Effect::DropContent { save, index } => self.uploads.drop_content(&save, index),
            other => spawn_local(async move {
                if let Some(event) = self.carry_out(other, dispatch).await {
                    dispatch.send(event);
                }
            }),
        }
    }

    /// The effects that take time. One future for them all: each of its own would cost kilobytes.
    async fn carry_out(&'static self, effect: Effect, dispatch: Dispatch) -> Option<Event> {
        let server = &self.server;
        Some(match effect {
            Effect::FetchBootstrap => Event::Bootstrapped(server.bootstrap().await),
            Effect::RestoreSession => Event::SessionRestored(match server.session.restore().await {
                Some(_) => Some(server.call(&GetMe).await),
                None => None,
            }),
            Effect::SignIn(sign_in) => {
                Event::SignInAnswered(server.sign_in(&sign_in).await.map(|signed_in| signed_in.me))
            }
            Effect::Match(key, addresses) => {
                let call = MatchContacts { addresses };
                let answer = server.call(&call).await;
                Event::Matched(key, call.addresses, answer)
            }
            Effect::FetchTargets => Event::TargetsAnswered(server.call(&GetSaveTargets).await),
            Effect::ReadBody { save, key } => Event::BodyRead(save, outlook::body(&key).await),
            Effect::Write(message) => Event::Written(message.save.clone(), server.call(&*message).await),
            Effect::ReadAttachment { save, index, key, attachment } => {
                let read = outlook::content(&key, &attachment).await;
                let hold = |bytes: Vec<u8>| self.uploads.hold(&save, index, &bytes).ok_or(Trouble::OutlookUnable);
                let size = read.and_then(hold);
                Event::AttachmentRead(save, index, size)
            }
            Effect::Upload { save, index, content_type } => {
                let moving = save.clone();
                let moved = move |bytes| dispatch.send(Event::UploadMoved(moving.clone(), index, bytes));
                let answer = self.uploads.send(server, &save, index, &content_type, moved).await;
                Event::Uploaded(save, index, answer)
            }
            Effect::MarkMessage { save, key } => Event::Marked(save, outlook::mark(&key).await),
            Effect::SignOut | Effect::ForgetSession | Effect::DropContent { .. } => return None,
        })
    }
}
