//! The ways to sign in at a site, with the names that iMIS's and Cloud SSO's
//! own screens give the settings (`imis.md §12.1`, `§13`).

use secrecy::SecretString;
use url::Url;

/// iMIS single sign-on by client application (Settings > Contacts > Client applications).
#[derive(Clone, Debug)]
pub struct SingleSignOn {
    /// "Client ID".
    pub client_id: String,
    /// "Client secret".
    pub client_secret: SecretString,
    /// The page with the Single Sign-On content item.
    pub page_url: Url,
    /// Whether an answer without an origin is taken, and confirmed by the person
    /// (`security.md §3.2`).
    pub null_origin: NullOrigin,
    /// What may be done with a refresh token after it was used once; not known of
    /// every iMIS (`imis.md §12.3`).
    pub refresh_tokens: RefreshTokens,
}

/// What becomes of a hand-over whose browser names no origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NullOrigin {
    /// Refused, with words for the administrator.
    Refused,
    /// Taken; the session does nothing until the person has confirmed who they are.
    Confirmed,
}

/// How often iMIS takes a refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefreshTokens {
    /// Once; only a replacement that iMIS sends along is kept.
    Once,
    /// Until its lifetime ends.
    Reusable,
}

/// OpenID Connect (Settings > Contacts > OpenID Connect).
#[derive(Clone, Debug)]
pub struct OpenIdConnect {
    /// "OIDC authentication".
    pub mode: OpenIdMode,
    /// "Type".
    pub provider_type: ProviderType,
    /// "Name": what the button says.
    pub name: String,
    /// "Client ID".
    pub client_id: String,
    /// "Client Secret".
    pub client_secret: SecretString,
    /// "Well-Known URL": the discovery document.
    pub well_known_url: Url,
    /// "Authority URL": the issuer, letter for letter.
    pub authority_url: String,
    /// "External ID claim type": the claim that names the iMIS user.
    pub external_id_claim_type: String,
    /// "Set login hint": whether the mailbox's address is passed on.
    pub set_login_hint: bool,
    /// "User authentication > Claim type / value": who is staff; everybody where there is none.
    pub staff_claim: Option<StaffClaim>,
    /// Hosts beside the issuer's own on which its keys and endpoints may be.
    pub endpoint_hosts: Vec<String>,
    /// Whether the provider may be on a private network.
    pub allow_private: bool,
    /// Whether signing out here signs out at the provider too.
    pub sign_out_at_provider: bool,
}

/// The claim that tells staff from others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffClaim {
    /// Its name.
    pub claim_type: String,
    /// The value it has, or holds among others.
    pub value: String,
}

/// "OIDC authentication".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenIdMode {
    /// Not offered.
    Disabled,
    /// Offered beside the others.
    Test,
    /// The only way but for system administrators.
    Enabled,
}

/// "Type".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProviderType {
    /// Microsoft Entra ID.
    EntraId,
    /// Okta, and Cloud SSO, which iMIS sets up as Okta.
    Okta,
    /// Any other.
    Other,
}
