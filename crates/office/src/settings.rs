//! Roaming settings: a few words that travel with the mailbox, 32 KB in all. No secrets belong here.

use crate::callback::call;
use crate::error::{ErrorKind, OfficeError, Operation};
use crate::{limits, sys};

/// The text kept under a name; none when there is none or it is no text.
pub fn get(name: &str) -> Option<String> {
    settings()?.get(name).ok()?.as_string()
}

/// Puts a text under a name, here only; [`save`] sends it to the mailbox.
pub fn set(name: &str, value: &str) -> Result<(), OfficeError> {
    let settings = settings().ok_or(error(ErrorKind::Unsupported))?;
    settings.set(name, value).map_err(|_| error(ErrorKind::Refused))
}

/// Removes a name, here only; [`save`] tells the mailbox.
pub fn remove(name: &str) -> Result<(), OfficeError> {
    let settings = settings().ok_or(error(ErrorKind::Unsupported))?;
    settings.remove(name).map_err(|_| error(ErrorKind::Refused))
}

/// Sends all settings to the mailbox.
pub async fn save() -> Result<(), OfficeError> {
    call(Operation::SaveSettings, limits::SMALL, |callback| {
        let settings = settings().ok_or(ErrorKind::Unsupported)?;
        Ok(settings.save_async(callback)?)
    })
    .await
    .map(drop)
}

fn settings() -> Option<sys::RoamingSettings> {
    sys::context()?.roaming_settings().ok().flatten()
}

const fn error(kind: ErrorKind) -> OfficeError {
    OfficeError::new(Operation::SaveSettings, kind)
}
