//! What the database takes for the same text (imis.md §4.4, §18.11).
//!
//! Case never matters. Whether accents do is a matter of the site's collation; that they do is assumed.

use std::borrow::Cow;

use icu_normalizer::DecomposingNormalizerBorrowed;

/// How texts compare.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Collation {
    /// `é` is not `e`.
    #[default]
    AccentSensitive,
    /// `é` is `e`; letters that are not a letter with a mark, such as `ł` and `ø`, stay what they are.
    AccentInsensitive,
}

impl Collation {
    /// The text as it is compared.
    pub(super) fn fold(self, text: &str) -> Cow<'_, str> {
        match self {
            _ if text.is_ascii() => lower(text),
            Self::AccentSensitive => text.to_lowercase().into(),
            Self::AccentInsensitive => {
                let decomposed = DecomposingNormalizerBorrowed::new_nfd().normalize(text);
                let bare: String = decomposed.chars().filter(|one| !is_mark(*one)).collect();
                bare.to_lowercase().into()
            }
        }
    }
}

fn lower(text: &str) -> Cow<'_, str> {
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) { text.to_ascii_lowercase().into() } else { text.into() }
}

/// The block of combining marks that Latin letters are written with.
fn is_mark(one: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&one)
}
