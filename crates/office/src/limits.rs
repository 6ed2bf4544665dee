//! How long each kind of call may take. Office.js itself promises no end: an answer that is lost on the way is
//! never reported (`office-js.md` §1.7), so these are the only ends there are.

use std::time::Duration;

/// The page's script tag and `Office.onReady` together; the page counts as "not in Outlook" after it.
pub const READY: Duration = Duration::from_secs(20);

/// Calls that carry a few words: categories, settings, notices, shared-folder properties.
pub const SMALL: Duration = Duration::from_secs(10);

/// The body of a mail, and its headers.
pub const BODY: Duration = Duration::from_secs(30);

/// Loading a mail that is not open: Outlook may have to fetch it.
pub const LOAD: Duration = Duration::from_secs(30);

/// An attachment of no size, waiting its turn behind others not counted.
pub const ATTACHMENT: Duration = Duration::from_mins(2);

/// Opening a window: the person may first have to answer Outlook's own question.
pub const OPEN_DIALOG: Duration = Duration::from_mins(2);

/// Putting a batch of people into a field: Outlook looks each of them up.
pub const RECIPIENTS: Duration = Duration::from_secs(30);

/// Most people in one call; the script throws at more.
pub const RECIPIENTS_AT_ONCE: usize = 100;

/// Most people in a field: what the script names for Outlook on the web (9012). Assumed for every Outlook; one that
/// takes fewer says so, and the pane tells how many did not fit.
pub const RECIPIENTS_IN_FIELD: usize = 500;

/// Longest name of a recipient; the script throws at 256.
pub(crate) const NAME_CHARS: usize = 120;

/// Most UTF-16 units put into a body at once; the script throws at more.
pub const INSERTED_CHARS: usize = 1_000_000;

/// The slowest line an attachment is granted time for.
const SLOWEST_BYTES_PER_SECOND: u64 = 100 * 1024;

/// How long an attachment of this size may take: [`ATTACHMENT`] and a second for every 100 KiB.
pub fn attachment(size_bytes: u64) -> Duration {
    ATTACHMENT + Duration::from_secs(size_bytes / SLOWEST_BYTES_PER_SECOND)
}

#[cfg(test)]
mod tests {
    use super::{ATTACHMENT, attachment};

    #[test]
    fn a_large_attachment_is_granted_more_time_than_a_small_one() {
        assert_eq!(attachment(0), ATTACHMENT);
        assert_eq!(attachment(30 * 1024 * 1024), ATTACHMENT + std::time::Duration::from_secs(307));
    }
}
