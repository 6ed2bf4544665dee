//! The line Outlook shows above the mail.

use wasm_bindgen::JsValue;

use crate::error::{ErrorKind, OfficeError, Operation};
use crate::item::Item;
use crate::{limits, sys};

/// Outlook takes no longer text (`office-js.md` §3).
pub const LONGEST: usize = 150;

/// What kind of line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Notice<'a> {
    /// Something is under way.
    Progress(&'a str),
    /// Something went wrong.
    Error(&'a str),
    /// Something to know, until another item is opened; with a picture of the manifest's (its `resid`), which this
    /// kind must have.
    Information {
        /// What there is to know.
        message: &'a str,
        /// The picture.
        icon: &'a str,
    },
}

impl Item {
    /// Shows a line above the item, in place of the one shown under the same key (at most 32 letters).
    pub async fn show_notice(&self, key: &str, notice: Notice<'_>) -> Result<(), OfficeError> {
        let details = js_sys::Object::new();
        let (kind, message) = match notice {
            Notice::Progress(message) => ("progressIndicator", message),
            Notice::Error(message) => ("errorMessage", message),
            Notice::Information { message, icon } => {
                sys::put(&details, "icon", &JsValue::from_str(icon));
                sys::put(&details, "persistent", &JsValue::FALSE);
                ("informationalMessage", message)
            }
        };
        sys::put(&details, "type", &JsValue::from_str(kind));
        sys::put(&details, "message", &JsValue::from_str(shortened(message)));
        self.ask(Operation::ShowNotice, limits::SMALL, |item, callback| {
            let notices = item.notification_messages()?.ok_or(ErrorKind::Unsupported)?;
            Ok(notices.replace_async(key, &details, callback)?)
        })
        .await
        .map(drop)
    }

    /// Takes the line away; one that is not there is no error.
    pub async fn hide_notice(&self, key: &str) -> Result<(), OfficeError> {
        let hidden = self
            .ask(Operation::ShowNotice, limits::SMALL, |item, callback| {
                let notices = item.notification_messages()?.ok_or(ErrorKind::Unsupported)?;
                Ok(notices.remove_async(key, callback)?)
            })
            .await;
        match hidden {
            Err(error) if error.kind != ErrorKind::NotThere => Err(error),
            _ => Ok(()),
        }
    }
}

fn shortened(message: &str) -> &str {
    message.char_indices().nth(LONGEST).map_or(message, |(end, _)| &message[..end])
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, shortened};

    #[test]
    fn a_long_notice_is_cut_between_letters() {
        let long = "é".repeat(LONGEST + 1);
        assert_eq!(shortened(&long).chars().count(), LONGEST);
        assert_eq!(shortened("short"), "short");
    }
}
