//! The mailbox: which item is open, whose mailbox it is, and when another item is opened.

use std::cell::RefCell;

use js_sys::{Array, Promise};
use wasm_bindgen::{JsCast, JsValue};

use crate::callback::{call, settled};
use crate::error::{ErrorKind, OfficeError, Operation};
use crate::event::{self, EventKind};
use crate::{limits, sys};

pub use crate::event::Subscription;

/// Which opening of which item: two openings of one mail have two keys, and so have two unsaved drafts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ItemKey {
    opening: u32,
    id: Option<String>,
}

impl ItemKey {
    /// The running number of the opening, for logs and list keys.
    pub const fn opening(&self) -> u32 {
        self.opening
    }

    /// The key of an item that is loaded and not open: openings count from 1.
    pub(crate) const fn of_loaded(id: String) -> Self {
        Self { opening: 0, id: Some(id) }
    }

    pub(crate) const fn is_loaded(&self) -> bool {
        self.opening == 0
    }

    /// The item's id in Exchange's form; none for an unsaved draft.
    pub fn item_id(&self) -> Option<&str> {
        self.id.as_deref()
    }
}

/// The opening seen last, to which the next look is compared.
#[derive(Default)]
struct Openings {
    number: u32,
    id: Option<String>,
}

impl Openings {
    /// The key of an item with this id. An id never seen before means that a change was not told of.
    fn key(&mut self, id: Option<String>) -> ItemKey {
        if self.number == 0 || self.id != id {
            self.next(id.clone());
        }
        ItemKey { opening: self.number, id }
    }

    fn next(&mut self, id: Option<String>) {
        self.number = self.number.wrapping_add(1);
        self.id = id;
    }
}

thread_local! {
    static OPENINGS: RefCell<Openings> = RefCell::default();
}

/// The key of the open item; none when no item is open.
pub fn current_item() -> Option<ItemKey> {
    open_item().map(|(_, key)| key)
}

/// The open item, to be used before the next `.await`, and its key.
pub(crate) fn open_item() -> Option<(sys::OpenItem, ItemKey)> {
    let item = sys::mailbox()?.item().ok().flatten()?;
    let id = sys::text(&item, "itemId");
    let key = OPENINGS.with_borrow_mut(|openings| openings.key(id));
    Some((item, key))
}

/// Office told of a change: the next key is another, even for the same item.
pub(crate) fn another_item_was_opened() {
    let id =
        sys::mailbox().and_then(|mailbox| mailbox.item().ok().flatten()).and_then(|item| sys::text(&item, "itemId"));
    OPENINGS.with_borrow_mut(|openings| openings.next(id));
}

/// Calls `handler` with the key of the item now open whenever a pinned pane is shown another one (Mailbox
/// 1.5), until the guard is dropped.
///
/// The page's start-up script has asked Outlook for that already (`window.itemsFollowed`), so that nothing that is
/// opened while the pane loads is missed.
pub async fn on_item_changed(mut handler: impl FnMut(Option<ItemKey>) + 'static) -> Result<Subscription, OfficeError> {
    if let Ok(followed) = sys::page().items_followed().dyn_into::<Promise>() {
        // Registered twice at once, Outlook would tell everything twice.
        settled(&followed, limits::SMALL).await;
    }
    event::subscribe(Operation::Subscribe, EventKind::Item, move || handler(current_item())).await
}

/// Calls `handler` whenever other mails are chosen in the list (Mailbox 1.13), until the guard is dropped.
pub async fn on_selection_changed(handler: impl FnMut() + 'static) -> Result<Subscription, OfficeError> {
    event::subscribe(Operation::Subscribe, EventKind::Selection, handler).await
}

/// Whose mailbox it is.
#[derive(Clone, PartialEq, Eq)]
pub struct UserProfile {
    /// The person's name.
    pub display_name: String,
    /// The mailbox's address.
    pub email_address: String,
    /// What keeps the mailbox; none before Mailbox 1.6.
    pub account: Option<AccountKind>,
    /// The time zone Outlook shows times in, by its Windows name.
    pub time_zone: Option<String>,
}

impl std::fmt::Debug for UserProfile {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("UserProfile").field("account", &self.account).finish_non_exhaustive()
    }
}

/// What keeps a mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AccountKind {
    /// An Exchange server of the organisation's own.
    Enterprise,
    /// Microsoft 365 of an organisation.
    Microsoft365,
    /// Outlook.com and the like.
    Personal,
    /// A Gmail account.
    Gmail,
    /// A word unknown here.
    Other,
}

/// The profile of the mailbox's owner; none outside Outlook.
pub fn user_profile() -> Option<UserProfile> {
    let mailbox = sys::mailbox()?;
    let profile = sys::field(&mailbox, "userProfile");
    let account = sys::text(&profile, "accountType").map(|word| match word.as_str() {
        "enterprise" => AccountKind::Enterprise,
        "office365" => AccountKind::Microsoft365,
        "outlookCom" => AccountKind::Personal,
        "gmail" => AccountKind::Gmail,
        _ => AccountKind::Other,
    });
    Some(UserProfile {
        display_name: sys::text(&profile, "displayName").unwrap_or_default(),
        email_address: sys::text(&profile, "emailAddress")?,
        account,
        time_zone: sys::text(&profile, "timeZone"),
    })
}

/// One of several mails chosen in the list.
#[derive(Clone, PartialEq, Eq)]
pub struct ChosenItem {
    /// The item's id in Exchange's form.
    pub item_id: String,
    /// The subject as the list shows it.
    pub subject: String,
    /// The Internet Message-ID; none before Mailbox 1.14, nor where Outlook has not got it yet.
    pub internet_message_id: Option<String>,
    /// The id of the thread; none before Mailbox 1.14.
    pub conversation_id: Option<String>,
    /// Whether it is a mail that is being written.
    pub is_draft: bool,
}

/// Whether this Outlook tells of several chosen mails: it says so (Mailbox 1.13), and its script has the call.
pub fn selection_offered() -> bool {
    has("1.13", "getSelectedItemsAsync")
}

/// Whether this Outlook names a set of the mailbox's calls, and its script has this one of them.
pub(crate) fn has(version: &str, member: &str) -> bool {
    let there = || sys::mailbox().is_some_and(|mailbox| sys::field(&mailbox, member).is_function());
    crate::ready::supports("Mailbox", version) && there()
}

impl std::fmt::Debug for ChosenItem {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("ChosenItem").finish_non_exhaustive()
    }
}

/// The mails chosen in the list, up to 100 (Mailbox 1.13).
pub async fn chosen_items() -> Result<Vec<ChosenItem>, OfficeError> {
    let operation = Operation::ReadSelection;
    let answer = call(operation, limits::SMALL, |callback| {
        let mailbox = sys::mailbox().ok_or(ErrorKind::Unsupported)?;
        Ok(mailbox.get_selected_items_async(callback)?)
    })
    .await?;
    let items: &Array = answer.dyn_ref().ok_or(OfficeError::new(operation, ErrorKind::Unreadable))?;
    Ok(items.iter().filter_map(|item| chosen_item(&item)).collect())
}

fn chosen_item(item: &JsValue) -> Option<ChosenItem> {
    Some(ChosenItem {
        item_id: sys::text(item, "itemId")?,
        subject: sys::text(item, "subject").unwrap_or_default(),
        internet_message_id: sys::text(item, "internetMessageId").filter(|id| !id.is_empty()),
        conversation_id: sys::text(item, "conversationId"),
        is_draft: sys::text(item, "itemMode").is_some_and(|mode| mode.eq_ignore_ascii_case("compose")),
    })
}

#[cfg(test)]
mod tests {
    use super::Openings;

    #[test]
    fn looking_twice_at_one_opening_gives_one_key() {
        let mut openings = Openings::default();
        assert_eq!(openings.key(Some("a".to_owned())), openings.key(Some("a".to_owned())));
    }

    #[test]
    fn another_item_has_another_key_even_when_nobody_told_of_the_change() {
        let mut openings = Openings::default();
        let first = openings.key(Some("a".to_owned()));
        assert_ne!(first, openings.key(Some("b".to_owned())));
        assert_ne!(first, openings.key(Some("a".to_owned())), "the same mail opened again is another opening");
    }

    #[test]
    fn two_unsaved_drafts_are_told_apart_by_the_change_between_them() {
        let mut openings = Openings::default();
        let first = openings.key(None);
        openings.next(None);
        assert_ne!(first, openings.key(None));
    }
}
