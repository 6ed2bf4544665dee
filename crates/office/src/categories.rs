//! What an item is marked with. Categories are added to those it has; nothing here replaces them.

use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};

use crate::callback::call;
use crate::error::{ErrorKind, OfficeError, Operation};
use crate::item::Item;
use crate::{limits, sys};

/// A category's name, as the person sees it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CategoryName(String);

impl CategoryName {
    /// A name; Outlook refuses an empty one and one above 255 letters.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The name itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One of Outlook's 25 colours, counted from 0 (red); used only when the category is new to the mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Preset(u8);

impl Preset {
    /// Outlook's blue.
    pub const BLUE: Self = Self(7);

    /// The preset of this number; none above 24.
    pub const fn new(number: u8) -> Option<Self> {
        if number < 25 { Some(Self(number)) } else { None }
    }
}

/// How the wish to mark an item ended, where nothing broke.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Marked {
    /// It is marked now.
    Added,
    /// It was already.
    AlreadyMarked,
    /// The mailbox does not know the category, and we may not make it known.
    UnknownCategory,
    /// This Outlook, this item or this folder does not allow it.
    NotAllowed,
}

impl Item {
    /// The names of the item's categories (Mailbox 1.8).
    pub async fn categories(&self) -> Result<Vec<CategoryName>, OfficeError> {
        let answer = self
            .ask(Operation::ReadCategories, limits::SMALL, |item, callback| {
                let categories = item.categories()?.ok_or(ErrorKind::Unsupported)?;
                Ok(categories.get_async(callback)?)
            })
            .await?;
        // No categories at all is told as null.
        let Some(list) = answer.dyn_ref::<Array>() else { return Ok(Vec::new()) };
        Ok(list.iter().filter_map(|entry| sys::text(&entry, "displayName").map(CategoryName)).collect())
    }

    /// Marks the item with one more category, which is made known to the mailbox first when need be and
    /// permitted (`masterCategories` asks for read/write mailbox).
    pub async fn add_category(&self, name: &CategoryName, colour: Preset) -> Result<Marked, OfficeError> {
        match self.categories().await {
            Ok(has) if has.contains(name) => return Ok(Marked::AlreadyMarked),
            Ok(_) => {}
            Err(error) => return unless_forbidden(error),
        }
        match self.try_add(name).await {
            Err(error) if error.kind == ErrorKind::UnknownCategory => {}
            Err(error) => return unless_forbidden(error),
            Ok(()) => return Ok(Marked::Added),
        }
        match make_known(name, colour).await {
            Ok(()) => {}
            Err(error) if error.kind == ErrorKind::AlreadyThere => {}
            Err(error) if is_forbidden(error.kind) => return Ok(Marked::UnknownCategory),
            Err(error) => return Err(error),
        }
        match self.try_add(name).await {
            Err(error) if error.kind == ErrorKind::UnknownCategory => Ok(Marked::UnknownCategory),
            Err(error) => unless_forbidden(error),
            Ok(()) => Ok(Marked::Added),
        }
    }

    /// Takes a category off the item; one it does not have is no error.
    pub async fn remove_category(&self, name: &CategoryName) -> Result<(), OfficeError> {
        let names = Array::of1(&JsValue::from_str(name.as_str()));
        self.ask(Operation::RemoveCategory, limits::SMALL, |item, callback| {
            let categories = item.categories()?.ok_or(ErrorKind::Unsupported)?;
            Ok(categories.remove_async(&names, callback)?)
        })
        .await
        .map(drop)
    }

    async fn try_add(&self, name: &CategoryName) -> Result<(), OfficeError> {
        let names = Array::of1(&JsValue::from_str(name.as_str()));
        self.ask(Operation::AddCategory, limits::SMALL, |item, callback| {
            let categories = item.categories()?.ok_or(ErrorKind::Unsupported)?;
            Ok(categories.add_async(&names, callback)?)
        })
        .await
        .map(drop)
    }
}

async fn make_known(name: &CategoryName, colour: Preset) -> Result<(), OfficeError> {
    let category = js_sys::Object::new();
    sys::put(&category, "displayName", &JsValue::from_str(name.as_str()));
    let preset = ["Preset", colour.0.to_string().as_str()].concat();
    sys::put(&category, "color", &JsValue::from_str(&preset));
    let list = Array::of1(&category);
    call(Operation::AddCategory, limits::SMALL, |callback| {
        let mailbox = sys::mailbox().ok_or(ErrorKind::Unsupported)?;
        let known = mailbox.master_categories()?.ok_or(ErrorKind::Unsupported)?;
        Ok(known.add_async(&list, callback)?)
    })
    .await
    .map(drop)
}

fn unless_forbidden(error: OfficeError) -> Result<Marked, OfficeError> {
    if is_forbidden(error.kind) { Ok(Marked::NotAllowed) } else { Err(error) }
}

const fn is_forbidden(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::NotPermitted | ErrorKind::Refused | ErrorKind::Unsupported)
}

#[cfg(test)]
mod tests {
    use super::{ErrorKind, Marked, OfficeError, Operation, Preset, unless_forbidden};

    #[test]
    fn a_missing_permission_is_an_outcome_and_a_lost_answer_an_error() {
        let error = |kind| OfficeError::new(Operation::AddCategory, kind);
        assert_eq!(unless_forbidden(error(ErrorKind::NotPermitted)), Ok(Marked::NotAllowed));
        assert_eq!(unless_forbidden(error(ErrorKind::Refused)), Ok(Marked::NotAllowed));
        assert_eq!(unless_forbidden(error(ErrorKind::Timeout)), Err(error(ErrorKind::Timeout)));
    }

    #[test]
    fn outlook_has_25_colours() {
        assert!(Preset::new(24).is_some());
        assert!(Preset::new(25).is_none());
    }
}
