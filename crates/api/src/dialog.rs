//! Signing in through a dialog: begun by the pane, finished by the pane, and
//! between the two nothing but a short code passes through the browser
//! (`security.md §3.2`).

use crate::{Call, EmailAddress, ProblemCode, SessionToken, SignInMethod, SignedIn, SiteName, Verb};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Names one sign-in under way. Unguessable; known to the pane and its dialog.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FlowId(pub String);

impl fmt::Debug for FlowId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FlowId(…)")
    }
}

/// Begins a sign-in. A `DPoP` proof on this request binds the session to its key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BeginSignIn {
    /// Which iMIS.
    pub site: SiteName,
    /// How; one that goes through a dialog.
    pub method: SignInMethod,
    /// SHA-256 of the verifier, as base64url without padding (43 letters).
    pub challenge: String,
    /// The mailbox's address: the OpenID provider's login hint, and a help against the wrong person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mailbox: Option<EmailAddress>,
}

impl Call for BeginSignIn {
    type Response = SignInBegun;
    const VERB: Verb = Verb::Post;
    const PATH: &'static str = "/api/auth/flows";
}

/// A sign-in has begun; its dialog may be opened once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInBegun {
    /// Names it.
    pub flow: FlowId,
    /// The path of the dialog's first page, on this server.
    pub start_path: String,
    /// Seconds until it is over.
    pub expires_in_s: u32,
}

/// What the dialog tells the pane through Office, as JSON.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DialogMessage {
    /// 1.
    pub v: u32,
    /// The sign-in it belongs to.
    pub flow: FlowId,
    /// The single-use code, when it worked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Why not, when it did not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<ProblemCode>,
}

impl fmt::Debug for DialogMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DialogMessage").field("problem", &self.problem).finish_non_exhaustive()
    }
}

/// Turns a code into a session: the one the dialog sent (43 letters) or the one
/// the person typed ([`TYPED_CODE_LETTERS`], where the dialog lost its opener).
/// The `DPoP` proof must be of the key that began.
#[derive(Clone, Serialize, Deserialize)]
pub struct Redeem {
    /// The sign-in.
    pub flow: FlowId,
    /// The code.
    pub code: String,
    /// What hashes to the challenge, as base64url without padding.
    pub verifier: String,
    /// The token of the session that this one takes the place of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub former: Option<SessionToken>,
}

/// Letters of the code that a person types: Crockford's alphabet, case ignored.
pub const TYPED_CODE_LETTERS: usize = 8;

impl fmt::Debug for Redeem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Redeem(…)")
    }
}

impl Call for Redeem {
    type Response = SignedIn;
    const VERB: Verb = Verb::Post;
    const PATH: &'static str = "/api/auth/redeem";
}
