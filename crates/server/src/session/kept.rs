//! What a session's row keeps sealed. The first byte tells the version: a row of
//! another version means signing in again, nothing worse.

use super::user_key;
use crate::app::App;
use crate::failure::Failure;
use crate::store::SessionRow;
use crate::token::Ticket;
use api::Me;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// The version of what is sealed.
const VERSION: u8 = 2;

/// How a session gets new tokens from iMIS.
#[derive(Clone, Debug)]
pub(crate) enum KeptRenewal {
    /// Not at all: it ends with its token at iMIS.
    Nothing,
    /// With the password, where the site lets it be remembered.
    Password(SecretString),
    /// With iMIS's refresh token.
    RefreshToken(SecretString),
}

/// A session at the OpenID provider.
pub(crate) struct AtProvider {
    /// From [`provider_subject`].
    pub(crate) subject: [u8; 32],
    /// From [`provider_session`], where the provider names sessions.
    pub(crate) session: Option<[u8; 32]>,
    /// Goes back to the provider when the person signs out.
    pub(crate) id_token: Option<SecretString>,
}

/// The name of a provider's subject in the store, which is not the subject.
pub(crate) fn provider_subject(issuer: &str, subject: &str) -> [u8; 32] {
    hash("subject", issuer, subject)
}

/// The name of a provider's session (`sid`) in the store.
pub(crate) fn provider_session(issuer: &str, session: &str) -> [u8; 32] {
    hash("session", issuer, session)
}

fn hash(kind: &str, issuer: &str, name: &str) -> [u8; 32] {
    let parts = [kind, issuer, name].into_iter();
    let hash = parts.fold(Sha256::new(), |hash, part| hash.chain_update(part).chain_update([0]));
    hash.finalize().into()
}

/// The sealed part of a row.
#[derive(Clone)]
pub(super) struct Kept {
    pub(super) me: Me,
    pub(super) renewal: KeptRenewal,
    /// Of the key it is bound to: whoever can write the store cannot unbind it.
    pub(super) thumbprint: Option<String>,
    /// Whose it is at the provider: whoever can write the store cannot take it out of their logout.
    pub(super) subject: Option<[u8; 32]>,
    pub(super) provider_session: Option<[u8; 32]>,
    /// Until when the token before this one works.
    pub(super) former_until_ms: i64,
    pub(super) id_token: Option<SecretString>,
}

#[derive(Serialize, Deserialize)]
struct Wire<'a> {
    me: Me,
    renewal: WireRenewal<'a>,
    thumbprint: Option<String>,
    subject: Option<[u8; 32]>,
    provider_session: Option<[u8; 32]>,
    former_until_ms: i64,
    id_token: Option<std::borrow::Cow<'a, str>>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum WireRenewal<'a> {
    Nothing,
    Password(std::borrow::Cow<'a, str>),
    RefreshToken(std::borrow::Cow<'a, str>),
}

impl Kept {
    /// Sealed, for a row that opens with this ticket.
    pub(super) fn seal(&self, app: &App, ticket: &Ticket) -> Result<Vec<u8>, Failure> {
        let renewal = match &self.renewal {
            KeptRenewal::Nothing => WireRenewal::Nothing,
            KeptRenewal::Password(password) => WireRenewal::Password(password.expose_secret().into()),
            KeptRenewal::RefreshToken(token) => WireRenewal::RefreshToken(token.expose_secret().into()),
        };
        let wire = Wire {
            me: self.me.clone(),
            renewal,
            thumbprint: self.thumbprint.clone(),
            subject: self.subject,
            provider_session: self.provider_session,
            former_until_ms: self.former_until_ms,
            id_token: self.id_token.as_ref().map(|token| token.expose_secret().into()),
        };
        let mut plain = Zeroizing::new(vec![VERSION]);
        serde_json::to_writer(&mut *plain, &wire).map_err(|error| Failure::internal(&error))?;
        Ok(ticket.seal_row(&app.config.keyring, &plain))
    }

    /// Reads what was sealed; `None` of another version, or of another row than this.
    pub(super) fn read(plain: &[u8], row: &SessionRow) -> Option<Self> {
        let (&VERSION, json) = plain.split_first()? else { return None };
        let wire: Wire<'_> = serde_json::from_slice(json).ok()?;
        if !wire.is_of(row) {
            return None;
        }
        let secret = |text: std::borrow::Cow<'_, str>| SecretString::from(text.into_owned());
        let renewal = match wire.renewal {
            WireRenewal::Nothing => KeptRenewal::Nothing,
            WireRenewal::Password(password) => KeptRenewal::Password(secret(password)),
            WireRenewal::RefreshToken(token) => KeptRenewal::RefreshToken(secret(token)),
        };
        Some(Self {
            me: wire.me,
            renewal,
            thumbprint: wire.thumbprint,
            subject: wire.subject,
            provider_session: wire.provider_session,
            former_until_ms: wire.former_until_ms,
            id_token: wire.id_token.map(secret),
        })
    }
}

impl Wire<'_> {
    /// Whether the plain columns say the same. Whoever can write the store can neither unbind a
    /// session nor prolong it, nor put it out of reach of who ends sessions by site, user or provider.
    fn is_of(&self, row: &SessionRow) -> bool {
        self.thumbprint == row.thumbprint
            && self.me.ends_ms == row.ends_ms
            && self.me.site.0 == row.site
            && user_key(&self.me.user_name) == row.user_name
            && self.subject == row.subject
            && self.provider_session == row.provider_session
            && self.former_until_ms == row.former_until_ms
    }
}
