//! The names and codes of a sign-in under way. All are random and made here;
//! the store has their hashes only, each made for one use, so that none of them
//! can stand in for another.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use std::fmt;
use subtle::ConstantTimeEq as _;
use zeroize::{Zeroize as _, ZeroizeOnDrop};

use crate::seal;
use api::{FlowId, TYPED_CODE_LETTERS};

/// Letters of 32 bytes as base64url without padding.
const LETTERS: usize = 43;
/// Crockford's alphabet: nothing in it is mistaken for something else.
const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Names a sign-in and, with the server's key, opens its row.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct FlowKey([u8; 32]);

impl fmt::Debug for FlowKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FlowKey(…)")
    }
}

impl FlowKey {
    /// A new one.
    pub(crate) fn new() -> Self {
        Self(seal::random())
    }

    /// Reads the one spelling that a key has.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        decode(text).map(Self)
    }

    /// As the pane and its dialog know it.
    pub(crate) fn id(&self) -> FlowId {
        FlowId(URL_SAFE_NO_PAD.encode(self.0))
    }

    /// Where its row is.
    pub(crate) fn row(&self) -> [u8; 32] {
        hash("flow", &self.0)
    }

    /// What its row is sealed under.
    pub(crate) fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

/// The cookies of the dialog's window. None is worth anything where another is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pass {
    /// From the dialog's first page to iMIS's answer.
    Flow,
    /// From iMIS's answer to the last page.
    Done,
    /// From here to the provider's page for signing out, and back.
    Left,
}

impl Pass {
    /// The cookie's name; the prefix keeps every other host from setting it.
    pub(crate) const fn cookie(self) -> &'static str {
        match self {
            Self::Flow => "__Host-flow",
            Self::Done => "__Host-done",
            Self::Left => "__Host-left",
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Flow => "flow cookie",
            Self::Done => "done cookie",
            Self::Left => "left cookie",
        }
    }
}

/// What such a cookie holds: whose sign-in it is, and 32 random bytes.
pub(crate) struct PassKey {
    pub(crate) flow: FlowKey,
    random: [u8; 32],
    pass: Pass,
}

impl PassKey {
    /// A new one for this sign-in.
    pub(crate) fn new(flow: &FlowKey, pass: Pass) -> Self {
        Self { flow: flow.clone(), random: seal::random(), pass }
    }

    /// Reads a cookie's value.
    pub(crate) fn parse(value: &str, pass: Pass) -> Option<Self> {
        let (flow, random) = value.is_char_boundary(LETTERS).then(|| value.split_at(LETTERS))?;
        Some(Self { flow: FlowKey::parse(flow)?, random: decode(random)?, pass })
    }

    /// Which cookie it is.
    pub(crate) fn pass(&self) -> Pass {
        self.pass
    }

    /// The cookie's value.
    pub(crate) fn value(&self) -> String {
        format!("{}{}", self.flow.id().0, URL_SAFE_NO_PAD.encode(self.random))
    }

    /// What the row keeps of it.
    pub(crate) fn hash(&self) -> [u8; 32] {
        hash(self.pass.label(), &[self.flow.0, self.random].concat())
    }

    /// Whether it is the one that the row was given.
    pub(crate) fn is(&self, kept: Option<[u8; 32]>) -> bool {
        kept.is_some_and(|kept| bool::from(kept.ct_eq(&self.hash())))
    }
}

/// A code that ends a sign-in: the one the dialog sends, or the one a person types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CodeKind {
    Sent,
    Typed,
}

impl CodeKind {
    const fn label(self) -> &'static str {
        match self {
            Self::Sent => "sent code",
            Self::Typed => "typed code",
        }
    }
}

/// A code in the clear: on its way to the page, or come back from the pane.
#[derive(ZeroizeOnDrop)]
pub(crate) struct Code {
    text: String,
    #[zeroize(skip)]
    pub(crate) kind: CodeKind,
}

impl Code {
    /// 256 random bits, for the dialog to send.
    pub(crate) fn to_send() -> Self {
        let mut bytes: [u8; 32] = seal::random();
        let text = URL_SAFE_NO_PAD.encode(bytes);
        bytes.zeroize();
        Self { text, kind: CodeKind::Sent }
    }

    /// 40 random bits, for a person to type.
    pub(crate) fn to_type() -> Self {
        let bytes: [u8; TYPED_CODE_LETTERS] = seal::random();
        // 256 is a multiple of 32, so each letter is as likely as another.
        let text = bytes.iter().map(|byte| char::from(CROCKFORD[usize::from(byte % 32)])).collect();
        Self { text, kind: CodeKind::Typed }
    }

    /// Reads what the pane brings. What a person types may be in small letters,
    /// with a hyphen or spaces, and with the letters that look like digits.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text.len() == LETTERS {
            decode(text)?;
            return Some(Self { text: text.to_owned(), kind: CodeKind::Sent });
        }
        if text.len() > 4 * TYPED_CODE_LETTERS {
            return None;
        }
        let letters = text.chars().filter(|letter| !matches!(letter, ' ' | '-'));
        let text: Option<String> = letters.map(crockford).collect();
        let text = text.filter(|text| text.len() == TYPED_CODE_LETTERS)?;
        Some(Self { text, kind: CodeKind::Typed })
    }

    /// As it is sent.
    pub(crate) fn expose(&self) -> &str {
        &self.text
    }

    /// As it is read by people, in two halves.
    pub(crate) fn grouped(&self) -> String {
        let (first, second) = self.text.split_at(self.text.len() / 2);
        format!("{first}-{second}")
    }

    /// What the row keeps of it.
    pub(crate) fn hash(&self, flow: &FlowKey) -> [u8; 32] {
        hash(self.kind.label(), &[&flow.0, self.text.as_bytes()].concat())
    }
}

fn crockford(letter: char) -> Option<char> {
    let letter = match letter.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    u8::try_from(letter).ok().filter(|letter| CROCKFORD.contains(letter)).map(char::from)
}

/// The hash of the verifier (RFC 7636, S256).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Challenge(pub(crate) [u8; 32]);

impl Challenge {
    /// Reads what the pane begins with.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        decode(text).map(Self)
    }

    /// Whether a verifier is what was hashed. RFC 7636 has its letters and lengths.
    pub(crate) fn is_of(self, verifier: &str) -> bool {
        let letters = |letter: u8| letter.is_ascii_alphanumeric() || matches!(letter, b'-' | b'.' | b'_' | b'~');
        let is_verifier = (LETTERS..=128).contains(&verifier.len()) && verifier.bytes().all(letters);
        let hash: [u8; 32] = Sha256::digest(verifier).into();
        is_verifier & bool::from(hash.ct_eq(&self.0))
    }
}

/// 32 bytes from exactly 43 letters; base64url has one spelling for them.
fn decode(text: &str) -> Option<[u8; 32]> {
    if text.len() != LETTERS {
        return None;
    }
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}

fn hash(label: &str, bytes: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(label).chain_update([0]).chain_update(bytes).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flow_and_its_cookies_read_back_and_stand_for_nothing_else() {
        let flow = FlowKey::new();
        assert_eq!(FlowKey::parse(&flow.id().0), Some(flow.clone()));
        let (mine, done) = (PassKey::new(&flow, Pass::Flow), PassKey::new(&flow, Pass::Done));
        assert_eq!(mine.value().len(), 86);
        assert!(PassKey::parse(&mine.value(), Pass::Flow).unwrap().is(Some(mine.hash())));
        assert!(!PassKey::parse(&mine.value(), Pass::Done).unwrap().is(Some(mine.hash())), "another use");
        assert!(!done.is(Some(mine.hash())));
        assert!(!mine.is(None));
        assert_ne!(flow.row(), mine.hash());
    }

    #[test]
    fn only_the_one_spelling_of_a_name_is_read() {
        let flow = FlowKey::new().id().0;
        let padded = format!("{flow}=");
        // The last letter holds two bits that must be zero.
        let loose = format!("{}{}", &flow[..42], if flow.ends_with('A') { 'B' } else { '_' });
        for text in ["", &flow[..42], &padded, &format!("{flow}A"), &loose, &"é".repeat(22), &"+".repeat(43)] {
            assert!(FlowKey::parse(text).is_none(), "{text}");
            assert!(Challenge::parse(text).is_none(), "{text}");
        }
        for text in ["", "é", &flow, &format!("{flow}{}", &flow[..42]), &format!("{}é{flow}", &flow[..42])] {
            assert!(PassKey::parse(text, Pass::Flow).is_none(), "{text}");
        }
    }

    #[test]
    fn a_typed_code_is_read_however_people_type_it() {
        let flow = FlowKey::new();
        let code = Code::parse("10O1ABCZ").unwrap();
        for text in ["1001abcz", "1001-ABCZ", " ioolabcz ", "1O0I aBcZ", "LoOL-abcz"] {
            let typed = Code::parse(text).unwrap();
            assert_eq!((typed.kind, typed.hash(&flow)), (CodeKind::Typed, code.hash(&flow)), "{text}");
        }
        for text in ["", "1001ABC", "1001ABCZZ", "1001ABCU", "1001ABC!", "1001ABC\u{301}", &"-".repeat(33)] {
            assert!(Code::parse(text).is_none(), "{text}");
        }
        let typed = Code::to_type();
        assert_eq!(typed.grouped().len(), TYPED_CODE_LETTERS + 1);
        assert_eq!(Code::parse(&typed.grouped()).unwrap().hash(&flow), typed.hash(&flow));
        assert_ne!(typed.hash(&flow), typed.hash(&FlowKey::new()), "of another sign-in");
    }

    #[test]
    fn a_challenge_takes_its_verifier_and_no_other() {
        // RFC 7636, appendix B.
        let challenge = Challenge::parse("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM").unwrap();
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert!(challenge.is_of(verifier));
        for other in ["", &verifier[1..], &verifier.to_lowercase(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"] {
            assert!(!challenge.is_of(other), "{other}");
        }
        let short: [u8; 32] = Sha256::digest("short").into();
        assert!(!Challenge(short).is_of("short"), "too short to be random");
    }
}
