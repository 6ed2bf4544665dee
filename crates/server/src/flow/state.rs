//! What a sign-in in a dialog goes through, as one machine that does nothing
//! itself: begun, at the provider, at iMIS, landing, landed, coded, gone
//! (`security.md §3.2`).
//!
//! Every step is taken once and in this order; whoever asks for another is out
//! of turn. The store's compare-and-set makes "once" true for all instances.

use super::secret::{Challenge, Code, CodeKind, FlowKey, Pass, PassKey};
use crate::openid::Asked;
use api::{SignInMethod, SiteName, Standing};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroize as _;

/// How long a sign-in may take.
pub(crate) const FLOW_MS: i64 = 600_000;
/// How long the code that the dialog sends is good.
const SENT_MS: i64 = 90_000;
/// How long the code that a person types is good.
const TYPED_MS: i64 = 120_000;
/// Wrong codes, keys and verifiers after which a sign-in is over.
const TRIES: u8 = 5;

/// A step that is not next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the sign-in is at another step")]
pub(crate) struct OutOfTurn;

/// A sign-in under way, as its row keeps it sealed.
#[derive(Serialize, Deserialize)]
pub(crate) struct Flow {
    pub(crate) site: SiteName,
    pub(crate) method: SignInMethod,
    #[serde(serialize_with = "as_text", deserialize_with = "from_text")]
    challenge: [u8; 32],
    /// Of the key that began, where there is one.
    pub(crate) thumbprint: Option<String>,
    /// The mailbox's address, for the provider's login hint.
    pub(crate) mailbox: Option<String>,
    pub(crate) begun_ms: i64,
    /// The latest revocation then: a later one that covers whom this becomes is too much.
    pub(crate) revocations_seen: i64,
    /// What counts it, until it comes to something.
    #[serde(default)]
    pub(crate) counted: Option<Counted>,
    /// Of the cookie of the dialog's window.
    #[serde(default, serialize_with = "as_text_or_none", deserialize_with = "from_text_or_none")]
    window: Option<[u8; 32]>,
    /// Of the cookie that opens the last page.
    #[serde(default, serialize_with = "as_text_or_none", deserialize_with = "from_text_or_none")]
    last: Option<[u8; 32]>,
    state: State,
}

/// An attempt of the network that began a sign-in.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Counted {
    #[serde(serialize_with = "as_text", deserialize_with = "from_text")]
    pub(crate) bucket: [u8; 32],
    pub(crate) number: i64,
}

#[derive(Serialize, Deserialize)]
enum State {
    /// The pane has begun; the dialog was not opened yet.
    Begun,
    /// The dialog is at the OpenID provider.
    AtProvider(Asked),
    /// The provider has answered, and its answer is being looked at.
    Answered,
    /// The dialog is at iMIS; who it is going to be is known where the provider has said so.
    AtImis(Option<Identified>),
    /// iMIS has handed over, and is being asked to whom.
    Landing,
    /// iMIS has said who it is.
    Landed(Box<Person>),
    /// The last page was shown, codes in it.
    Coded(Box<Coded>),
}

#[derive(Serialize, Deserialize)]
struct Coded {
    person: Person,
    #[serde(serialize_with = "as_text", deserialize_with = "from_text")]
    sent: [u8; 32],
    #[serde(serialize_with = "as_text", deserialize_with = "from_text")]
    typed: [u8; 32],
    at_ms: i64,
    wrong: u8,
}

/// Whom the provider has signed in.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct Identified {
    /// The claim that names the iMIS user.
    pub(crate) external_id: Option<String>,
    /// The e-mail claim, unless the provider says that it was never verified.
    pub(crate) email: Option<String>,
    /// Issuer and subject, hashed.
    #[serde(serialize_with = "as_text", deserialize_with = "from_text")]
    pub(crate) subject: [u8; 32],
    /// Issuer and the provider's session, hashed.
    #[serde(default, serialize_with = "as_text_or_none", deserialize_with = "from_text_or_none")]
    pub(crate) session: Option<[u8; 32]>,
    /// The ID token, where signing out goes on at the provider.
    pub(crate) id_token: Option<String>,
}

/// Whom iMIS has handed over.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Person {
    pub(crate) user_name: String,
    /// What iMIS gave to sign in again with.
    pub(crate) refresh_token: Option<String>,
    pub(crate) standing: Standing,
    pub(crate) identified: Option<Identified>,
}

impl Drop for Person {
    fn drop(&mut self) {
        self.refresh_token.zeroize();
    }
}

impl Drop for Identified {
    fn drop(&mut self) {
        self.id_token.zeroize();
    }
}

/// Where the dialog goes from its first page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whither {
    Provider,
    Imis,
}

/// What the pane brings to end a sign-in.
pub(crate) struct Offer<'a> {
    pub(crate) code: &'a Code,
    pub(crate) verifier: &'a str,
    /// Of the key that signed the request.
    pub(crate) thumbprint: Option<&'a str>,
}

/// Why an offer is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The code is another, and there are tries left.
    WrongCode,
    /// The verifier or the key is another, and there are tries left.
    WrongPane,
    /// There is nothing to redeem: not yet, too late, or too many tries.
    Over,
}

impl Flow {
    /// A new one.
    pub(crate) fn begin(
        site: SiteName,
        method: SignInMethod,
        challenge: Challenge,
        thumbprint: Option<String>,
        mailbox: Option<String>,
        now_ms: i64,
        revocations_seen: i64,
    ) -> Self {
        let challenge = challenge.0;
        let (window, last, state) = (None, None, State::Begun);
        let counted = None;
        Self {
            site,
            method,
            challenge,
            thumbprint,
            mailbox,
            begun_ms: now_ms,
            revocations_seen,
            counted,
            window,
            last,
            state,
        }
    }

    /// The hash of the cookie that was given out.
    pub(crate) fn cookie(&self, pass: Pass) -> Option<[u8; 32]> {
        match pass {
            Pass::Flow => self.window,
            Pass::Done => self.last,
            Pass::Left => None,
        }
    }

    /// Gives a cookie out.
    pub(crate) fn give(&mut self, pass: &PassKey) {
        match pass.pass() {
            Pass::Flow => self.window = Some(pass.hash()),
            Pass::Done => self.last = Some(pass.hash()),
            Pass::Left => {}
        }
    }

    /// When it is over, whatever its state.
    pub(crate) fn ends_ms(&self) -> i64 {
        self.begun_ms.saturating_add(FLOW_MS)
    }

    /// Where its first page leads to.
    pub(crate) fn whither(&self) -> Result<Whither, OutOfTurn> {
        match (&self.state, self.method) {
            (State::Begun, SignInMethod::OpenIdConnect) => Ok(Whither::Provider),
            (State::Begun, SignInMethod::SingleSignOn) => Ok(Whither::Imis),
            _ => Err(OutOfTurn),
        }
    }

    /// The dialog goes to the provider.
    pub(crate) fn send_to_provider(&mut self, asked: Asked) -> Result<(), OutOfTurn> {
        if self.whither() != Ok(Whither::Provider) {
            return Err(OutOfTurn);
        }
        self.state = State::AtProvider(asked);
        Ok(())
    }

    /// The dialog goes straight to iMIS.
    pub(crate) fn send_to_imis(&mut self) -> Result<(), OutOfTurn> {
        if self.whither() != Ok(Whither::Imis) {
            return Err(OutOfTurn);
        }
        self.state = State::AtImis(None);
        Ok(())
    }

    /// What the provider was asked, where its answer is next.
    pub(crate) fn asked(&self) -> Result<&Asked, OutOfTurn> {
        match &self.state {
            State::AtProvider(asked) => Ok(asked),
            _ => Err(OutOfTurn),
        }
    }

    /// What the provider was asked, once: from here on its answer is being looked at.
    pub(crate) fn answered_by_provider(&mut self) -> Result<Asked, OutOfTurn> {
        match std::mem::replace(&mut self.state, State::Answered) {
            State::AtProvider(asked) => Ok(asked),
            other => {
                self.state = other;
                Err(OutOfTurn)
            }
        }
    }

    /// The provider has said who it is; the dialog goes on to iMIS. Follows
    /// [`Flow::answered_by_provider`] alone.
    pub(crate) fn identified(&mut self, identified: Identified) -> Result<(), OutOfTurn> {
        if !matches!(self.state, State::Answered) {
            return Err(OutOfTurn);
        }
        self.state = State::AtImis(Some(identified));
        Ok(())
    }

    /// iMIS has handed over: whom the provider had named, if it was asked. From
    /// here on nobody else can hand over to this sign-in.
    pub(crate) fn land(&mut self) -> Result<Option<Identified>, OutOfTurn> {
        match std::mem::replace(&mut self.state, State::Landing) {
            State::AtImis(identified) => Ok(identified),
            other => {
                self.state = other;
                Err(OutOfTurn)
            }
        }
    }

    /// iMIS has said who it is. Follows [`Flow::land`] alone.
    pub(crate) fn landed(&mut self, person: Person) -> Result<(), OutOfTurn> {
        let named_by_provider = person.identified.is_some() == (self.method == SignInMethod::OpenIdConnect);
        if !matches!(self.state, State::Landing) || !named_by_provider {
            return Err(OutOfTurn);
        }
        self.state = State::Landed(Box::new(person));
        Ok(())
    }

    /// Gives out the two codes, once.
    pub(crate) fn give_codes(&mut self, key: &FlowKey, now_ms: i64) -> Result<(Code, Code), OutOfTurn> {
        match std::mem::replace(&mut self.state, State::Landing) {
            State::Landed(person) => {
                let (sent, typed) = (Code::to_send(), Code::to_type());
                let (sent_hash, typed_hash) = (sent.hash(key), typed.hash(key));
                let coded = Coded { person: *person, sent: sent_hash, typed: typed_hash, at_ms: now_ms, wrong: 0 };
                self.state = State::Coded(Box::new(coded));
                Ok((sent, typed))
            }
            other => {
                self.state = other;
                Err(OutOfTurn)
            }
        }
    }

    /// Whether there is something to redeem.
    pub(crate) fn has_codes(&self) -> bool {
        matches!(self.state, State::Coded(_))
    }

    /// Whom iMIS has named, where there is something to redeem.
    pub(crate) fn user_name(&self) -> Option<&str> {
        match &self.state {
            State::Coded(coded) => Some(&coded.person.user_name),
            _ => None,
        }
    }

    /// Looks at an offer. Who it is, where everything fits; then the row must be
    /// taken. On a refusal the row must be kept as it is now, so that tries
    /// count; but for [`Refusal::Over`], where it must go or was never there.
    pub(crate) fn redeem(&mut self, key: &FlowKey, offer: &Offer<'_>, now_ms: i64) -> Result<Person, Refusal> {
        let challenge = Challenge(self.challenge);
        let key_fits = match (&self.thumbprint, offer.thumbprint) {
            (Some(begun), Some(now)) => bool::from(begun.as_bytes().ct_eq(now.as_bytes())),
            (Some(_), None) => false,
            (None, _) => true,
        };
        let pane_fits = challenge.is_of(offer.verifier) & key_fits;
        let State::Coded(coded) = &mut self.state else { return Err(Refusal::Over) };
        let (kept, life_ms) = match offer.code.kind {
            CodeKind::Sent => (coded.sent, SENT_MS),
            CodeKind::Typed => (coded.typed, TYPED_MS),
        };
        let in_time = (0..life_ms).contains(&now_ms.saturating_sub(coded.at_ms));
        if !in_time || coded.wrong >= TRIES {
            return Err(Refusal::Over);
        }
        let code_fits = bool::from(kept.ct_eq(&offer.code.hash(key)));
        if pane_fits && code_fits {
            return Ok(coded.person.clone());
        }
        coded.wrong += 1;
        match (coded.wrong >= TRIES, pane_fits) {
            (true, _) => Err(Refusal::Over),
            (false, false) => Err(Refusal::WrongPane),
            (false, true) => Err(Refusal::WrongCode),
        }
    }
}

fn as_text<S: Serializer>(bytes: &[u8; 32], to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&URL_SAFE_NO_PAD.encode(bytes))
}

fn from_text<'de, D: Deserializer<'de>>(from: D) -> Result<[u8; 32], D::Error> {
    let text = std::borrow::Cow::<str>::deserialize(from)?;
    let bytes = URL_SAFE_NO_PAD.decode(text.as_bytes()).ok().and_then(|bytes| bytes.try_into().ok());
    bytes.ok_or_else(|| serde::de::Error::custom("not 32 bytes"))
}

#[expect(clippy::ref_option, reason = "serde calls it so")]
fn as_text_or_none<S: Serializer>(bytes: &Option<[u8; 32]>, to: S) -> Result<S::Ok, S::Error> {
    match bytes {
        Some(bytes) => to.serialize_some(&URL_SAFE_NO_PAD.encode(bytes)),
        None => to.serialize_none(),
    }
}

fn from_text_or_none<'de, D: Deserializer<'de>>(from: D) -> Result<Option<[u8; 32]>, D::Error> {
    #[derive(Deserialize)]
    struct Bytes(#[serde(deserialize_with = "from_text")] [u8; 32]);
    Ok(Option::<Bytes>::deserialize(from)?.map(|bytes| bytes.0))
}

#[cfg(test)]
mod tests;
