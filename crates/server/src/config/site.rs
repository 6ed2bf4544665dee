//! One iMIS system.

use api::{SignInMethod, SiteName};
use url::Url;

/// Settings of one iMIS system.
#[derive(Clone, Debug)]
pub struct Site {
    /// Short name, as in the manifest.
    pub name: SiteName,
    /// What people call it.
    pub title: String,
    /// Where iMIS is: the address of the whole site, below which `/api` and `/token` are.
    pub url: Url,
    /// Ways to sign in, best first.
    pub methods: Vec<SignInMethod>,
    /// Whether a session may sign in again by itself.
    pub remember: RememberCredentials,
    /// Largest attachment taken, in bytes: iMIS takes base64 in JSON, and about
    /// 30 MB a request (`DESIGN.md §8`).
    pub attachment_max_bytes: u64,
    /// Most contacts in one save.
    pub contacts_max: usize,
    /// Which activity types people may save to.
    pub activity_types: ActivityTypes,
}

/// What becomes of the password after sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RememberCredentials {
    /// Kept sealed, so that only the person's own token opens it; the session lasts its 24 hours.
    Sealed,
    /// Forgotten; the session ends when iMIS's token does.
    Forgotten,
}

/// Which activity types are offered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActivityTypes {
    /// Only these, in this order; empty means every type that iMIS has.
    pub offered: Vec<String>,
    /// Never these.
    pub hidden: Vec<String>,
}

impl Site {
    /// A site with the usual settings.
    pub fn new(name: &str, title: &str, url: Url) -> Self {
        Self {
            name: SiteName(name.to_owned()),
            title: title.to_owned(),
            url,
            methods: vec![SignInMethod::Credentials],
            remember: RememberCredentials::Forgotten,
            attachment_max_bytes: 22 * 1024 * 1024,
            contacts_max: 50,
            activity_types: ActivityTypes::default(),
        }
    }
}
