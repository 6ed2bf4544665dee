//! Is this Outlook, and which? Asked once, before anything else of the crate.
//!
//! The page loads Microsoft's script by an asynchronous tag, and its start-up script leaves a promise of
//! true or false, `window.officeLoaded`, for whether the tag loaded. A blocked script is a normal state.

use js_sys::Promise;
use wasm_bindgen::{JsCast, JsValue};

use crate::callback::{Answer, settled};
use crate::{limits, sys};

/// Where the pane finds itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Host {
    /// In Outlook, ready to be asked.
    Outlook(Outlook),
    /// Somewhere else, or Outlook does not answer.
    NotInOutlook(NotInOutlook),
}

/// The Outlook around the pane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlook {
    /// The family of clients it belongs to.
    pub platform: Platform,
    /// The client's own name, such as `newOutlookWindows`, when it gives one.
    pub client_name: Option<String>,
    /// The client's own version, when it gives one.
    pub client_version: Option<String>,
}

/// Families of Outlook clients, as `Office.onReady` names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Platform {
    /// Outlook on the web, and the new Outlook for Windows.
    Web,
    /// Classic Outlook for Windows.
    Windows,
    /// Outlook for Mac.
    Mac,
    /// Outlook on an iPhone or iPad.
    Ios,
    /// Outlook on Android.
    Android,
    /// A family named by a word unknown here.
    Other,
}

impl Platform {
    fn from_word(word: &str) -> Self {
        match word {
            "OfficeOnline" => Self::Web,
            "PC" | "Universal" => Self::Windows,
            "Mac" => Self::Mac,
            "iOS" => Self::Ios,
            "Android" => Self::Android,
            _ => Self::Other,
        }
    }
}

/// Why there is no Outlook to talk to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NotInOutlook {
    /// Microsoft's script did not load: blocked, or no network.
    ScriptMissing,
    /// The script runs, and says that nothing is around it: a plain browser tab.
    NoHost,
    /// Another Office program.
    OtherHost,
    /// No answer within [`limits::READY`].
    NoAnswer,
}

/// Waits for Microsoft's script and for Office, within [`limits::READY`] for each of the two.
pub async fn ready() -> Host {
    match wait_for_office().await {
        Ok(outlook) => Host::Outlook(outlook),
        Err(reason) => Host::NotInOutlook(reason),
    }
}

async fn wait_for_office() -> Result<Outlook, NotInOutlook> {
    let page = sys::page();
    if let Ok(loaded) = page.office_loaded().dyn_into::<Promise>()
        && matches!(settled(&loaded, limits::READY).await, Answer::TimedOut)
    {
        return Err(NotInOutlook::NoAnswer);
    }
    let office = page.office().ok_or(NotInOutlook::ScriptMissing)?;
    let ready = office.on_ready().map_err(|_| NotInOutlook::ScriptMissing)?;
    let Answer::Called(host) = settled(&ready, limits::READY).await else {
        return Err(NotInOutlook::NoAnswer);
    };
    match sys::text(&host, "host").as_deref() {
        Some("Outlook") => Ok(outlook(&host)),
        Some(_) => Err(NotInOutlook::OtherHost),
        None => Err(NotInOutlook::NoHost),
    }
}

fn outlook(host: &JsValue) -> Outlook {
    let platform = sys::text(host, "platform").map_or(Platform::Other, |word| Platform::from_word(&word));
    let client = sys::mailbox().map_or(JsValue::UNDEFINED, |mailbox| sys::field(&mailbox, "diagnostics"));
    Outlook { platform, client_name: sys::text(&client, "hostName"), client_version: sys::text(&client, "hostVersion") }
}

/// Whether this Outlook offers a requirement set, such as `("Mailbox", "1.8")`.
pub fn supports(set: &str, version: &str) -> bool {
    sys::context()
        .and_then(|context| context.requirements().ok().flatten())
        .and_then(|requirements| requirements.is_set_supported(set, version).ok())
        .is_some_and(|answer| answer.is_truthy())
}

#[cfg(test)]
mod tests {
    use super::Platform;

    #[test]
    fn platforms_are_known_by_the_words_office_uses() {
        assert_eq!(Platform::from_word("OfficeOnline"), Platform::Web);
        assert_eq!(Platform::from_word("PC"), Platform::Windows);
        assert_eq!(Platform::from_word("Teapot"), Platform::Other);
    }
}
