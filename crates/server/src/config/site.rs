//! One iMIS system.

use super::contacts::ContactSettings;
use super::saving::{Mappings, Table};
use super::sign_in::{OpenIdConnect, OpenIdMode, SingleSignOn};
use api::{AttachmentTypes, Duplicates, SignInMethod, SiteName};
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
    /// Whose certificates it may show beside those of the public authorities: many a site on premises has one of the
    /// organisation's own.
    pub authorities: imis::Authorities,
    /// iMIS's own single sign-on, where it is set up.
    pub single_sign_on: Option<SingleSignOn>,
    /// The organisation's OpenID provider, where there is one; needs [`Site::single_sign_on`] too.
    pub openid_connect: Option<OpenIdConnect>,
    /// Whether iMIS user name and password may be typed into the pane.
    pub credentials: Credentials,
    /// Whether a session may sign in again by itself.
    pub remember: RememberCredentials,
    /// Largest attachment taken, in bytes: iMIS takes base64 in JSON, and about
    /// 30 MB a request (`DESIGN.md §8`).
    pub attachment_max_bytes: u64,
    /// Most contacts in one save.
    pub contacts_max: usize,
    /// What becomes of a message that was saved already.
    pub duplicates: Duplicates,
    /// Who may take back what others saved: whoever has one of these roles. Empty means nobody.
    pub remove_others_roles: Vec<String>,
    /// Path of the query whose columns a contact's card shows; its only prompt is the contact's ID.
    pub card_query: Option<String>,
    /// Which files may go along with a message.
    pub attachment_types: AttachmentTypes,
    /// Which activity types people may save to.
    pub activity_types: ActivityTypes,
    /// Which part of a message goes into which column of an activity, where it is not the usual one.
    pub mappings: Mappings,
    /// The tables of the site that messages may be saved to.
    pub tables: Vec<Table>,
    /// What is settled about contacts.
    pub contacts: ContactSettings,
}

/// Whether the pane asks for a user name and a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credentials {
    /// It does not.
    Off,
    /// It offers to.
    Offered,
}

/// What becomes of the password after sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RememberCredentials {
    /// Kept sealed, so that only the person's own token opens it; the session lasts its 24 hours.
    Sealed,
    /// Forgotten; the session ends when iMIS's token does.
    Forgotten,
}

/// Whom a way to sign in lets in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admits {
    /// All staff.
    Everybody,
    /// System administrators alone: the organisation's provider is for everybody else.
    Administrators,
    /// Nobody: it is not set up.
    Nobody,
}

/// Which activity types are offered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActivityTypes {
    /// Only these, in this order; empty means every type that iMIS has.
    pub offered: Vec<String>,
    /// Never these.
    pub hidden: Vec<String>,
}

/// The ways in, as they are offered where everything is set up.
const BEST_FIRST: [SignInMethod; 3] =
    [SignInMethod::SingleSignOn, SignInMethod::OpenIdConnect, SignInMethod::Credentials];

/// Contacts that a message is saved to at most, unless the site says otherwise.
pub(crate) const CONTACTS_MAX: usize = 50;

impl Site {
    /// A site with the usual settings, and no way to sign in yet.
    pub fn new(name: &str, title: &str, url: Url) -> Self {
        Self {
            name: SiteName(name.to_owned()),
            title: title.to_owned(),
            url,
            authorities: imis::Authorities::default(),
            single_sign_on: None,
            openid_connect: None,
            credentials: Credentials::Off,
            remember: RememberCredentials::Forgotten,
            attachment_max_bytes: 22 * 1024 * 1024,
            contacts_max: CONTACTS_MAX,
            duplicates: Duplicates::default(),
            remove_others_roles: vec!["SysAdmin".to_owned()],
            card_query: None,
            attachment_types: AttachmentTypes::default(),
            activity_types: ActivityTypes::default(),
            mappings: Mappings::default(),
            tables: Vec::new(),
            contacts: ContactSettings::default(),
        }
    }

    /// The website that people see, where [`Site::url`] is its address too: an older site has its API apart, below
    /// `/asi.scheduler_imis` or the like (`imis.md §2`).
    pub fn website(&self) -> Option<&Url> {
        let mut segments = self.url.path_segments()?;
        let is_api = |segment: &str| segment.to_lowercase().replace('.', "").starts_with("asischeduler");
        (!segments.any(is_api)).then_some(&self.url)
    }

    /// Whom a way in lets in (`imis.md §13`, "OIDC authentication").
    pub fn admits(&self, method: SignInMethod) -> Admits {
        let mode = self.openid_connect.as_ref().map_or(OpenIdMode::Disabled, |openid| openid.mode);
        let is_set_up = match method {
            SignInMethod::SingleSignOn => self.single_sign_on.is_some(),
            SignInMethod::OpenIdConnect => mode != OpenIdMode::Disabled && self.single_sign_on.is_some(),
            SignInMethod::Credentials => self.credentials == Credentials::Offered,
        };
        match (is_set_up, mode, method) {
            (false, _, _) => Admits::Nobody,
            (true, OpenIdMode::Enabled, SignInMethod::SingleSignOn | SignInMethod::Credentials) => {
                Admits::Administrators
            }
            (true, _, _) => Admits::Everybody,
        }
    }

    /// The ways in for some, best first.
    pub fn methods(&self, whom: Admits) -> Vec<SignInMethod> {
        BEST_FIRST.into_iter().filter(|method| self.admits(*method) == whom).collect()
    }

    /// What the provider is called, where it is offered.
    pub fn provider_name(&self) -> Option<String> {
        let offered = self.admits(SignInMethod::OpenIdConnect) != Admits::Nobody;
        self.openid_connect.as_ref().filter(|_| offered).map(|openid| openid.name.clone())
    }

    /// The paths of ours that belong to this site's sign-in.
    pub fn paths(&self) -> SitePaths<'_> {
        SitePaths(&self.name)
    }
}

/// Where iMIS and the provider send browsers and logout tokens to.
#[derive(Clone, Copy, Debug)]
pub struct SitePaths<'a>(&'a SiteName);

impl SitePaths<'_> {
    /// "Login redirect URL" of the client application.
    pub fn imis(self) -> String {
        format!("/auth/{}/imis", self.0.0)
    }

    /// The redirect URI at the provider.
    pub fn openid(self) -> String {
        format!("/auth/{}/openid", self.0.0)
    }

    /// The back-channel logout URI at the provider.
    pub fn openid_logout(self) -> String {
        format!("/auth/{}/openid/logout", self.0.0)
    }

    /// The post-logout redirect URI at the provider.
    pub fn signed_out(self) -> String {
        format!("/auth/{}/signed-out", self.0.0)
    }
}
