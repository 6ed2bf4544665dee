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
use api::{EmailAddress, GetMe, GetSaveTargets, MatchContacts, SaveId, SaveMessage};
use flows::{Effect, Event, Trouble};
use leptos::prelude::window;
use office::Host;
use std::cell::RefCell;
use std::sync::Arc;
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

    /// Carries out one effect.
    pub(crate) fn run(&'static self, effect: Effect, dispatch: Dispatch) {
        match effect {
            Effect::FetchBootstrap => spawn_local(async move {
                dispatch.send(Event::Bootstrapped(self.server.bootstrap().await));
            }),
            Effect::RestoreSession => spawn_local(async move {
                let me = match self.server.session.restore().await {
                    Some(_) => Some(self.server.call(&GetMe).await),
                    None => None,
                };
                dispatch.send(Event::SessionRestored(me));
            }),
            Effect::SignIn(sign_in) => spawn_local(async move {
                let answer = self.server.sign_in(&sign_in).await;
                dispatch.send(Event::SignInAnswered(answer.map(|signed_in| signed_in.me)));
            }),
            Effect::SignOut => {
                if let Some(kept) = self.server.session.current() {
                    spawn_local(self.server.sign_out(kept));
                }
                self.server.session.forget();
            }
            Effect::ForgetSession => self.server.session.forget(),
            Effect::Match(key, addresses) => spawn_local(async move {
                let call = MatchContacts { addresses };
                let answer = self.server.call(&call).await;
                dispatch.send(Event::Matched(key, call.addresses, answer));
            }),
            Effect::FetchTargets => spawn_local(async move {
                dispatch.send(Event::TargetsAnswered(self.server.call(&GetSaveTargets).await));
            }),
            Effect::ReadBody { save, key } => spawn_local(async move {
                dispatch.send(Event::BodyRead(save, outlook::body(&key).await));
            }),
            Effect::Write(message) => self.write(message, dispatch),
            Effect::ReadAttachment { save, index, key, attachment } => spawn_local(async move {
                let read = outlook::content(&key, &attachment).await;
                let size = read.and_then(|bytes| self.uploads.hold(&save, index, &bytes).ok_or(Trouble::OutlookUnable));
                dispatch.send(Event::AttachmentRead(save, index, size));
            }),
            Effect::Upload { save, index, content_type } => self.upload(save, index, content_type, dispatch),
            Effect::DropContent { save, index } => self.uploads.drop_content(&save, index),
            Effect::MarkMessage { save, key } => spawn_local(async move {
                dispatch.send(Event::Marked(save, outlook::mark(&key).await));
            }),
        }
    }

    fn write(&'static self, message: Arc<SaveMessage>, dispatch: Dispatch) {
        spawn_local(async move {
            let answer = self.server.call(&*message).await;
            dispatch.send(Event::Written(message.save.clone(), answer));
        });
    }

    fn upload(&'static self, save: SaveId, index: usize, content_type: String, dispatch: Dispatch) {
        spawn_local(async move {
            let moving = save.clone();
            let moved = move |bytes| dispatch.send(Event::UploadMoved(moving.clone(), index, bytes));
            let answer = self.uploads.send(&self.server, &save, index, &content_type, moved).await;
            dispatch.send(Event::Uploaded(save, index, answer));
        });
    }
}
