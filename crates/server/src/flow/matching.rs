//! Whether iMIS's user is the provider's person (`imis.md §13`: by the external
//! ID where it is filled, else by the primary e-mail).
//!
//! Assumption: iMIS compares external IDs letter for letter, and addresses
//! without regard to case.

use super::state::Identified;

/// How the two do not fit, in a word for the audit log.
pub(super) fn mismatch(
    identified: &Identified,
    external_id: Option<&str>,
    email: Option<&str>,
) -> Option<&'static str> {
    let filled = |text: Option<&str>| text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    match (filled(identified.external_id.as_deref()), filled(external_id)) {
        (Some(theirs), Some(ours)) => return (theirs != ours).then_some("external_id_differs"),
        (None, Some(_)) => return Some("external_id_missing"),
        // iMIS does not know it yet, as before the first sign-in.
        (_, None) => {}
    }
    match (address(identified.email.as_deref()), address(email)) {
        (Some(theirs), Some(ours)) => (theirs != ours).then_some("email_differs"),
        _ => Some("nothing_to_compare"),
    }
}

/// An address that names one mailbox and nothing else.
fn address(text: Option<&str>) -> Option<String> {
    let text = text?;
    let (local, domain) = text.split_once('@')?;
    let strange = |letter: char| letter.is_control() || letter.is_whitespace() || ",;<>\"()".contains(letter);
    let plain = !local.is_empty() && domain.contains('.') && !domain.contains('@') && !text.contains(strange);
    plain.then(|| text.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn differs(theirs: (Option<&str>, Option<&str>), ours: (Option<&str>, Option<&str>)) -> Option<&'static str> {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let mut identified = Identified::default();
        (identified.external_id, identified.email) = (owned(theirs.0), owned(theirs.1));
        mismatch(&identified, ours.0, ours.1)
    }

    #[test]
    fn the_external_id_decides_where_both_have_one() {
        let (a, b) = (Some("a@x.org"), Some("b@x.org"));
        assert_eq!(differs((Some("7"), a), (Some("7"), b)), None);
        assert_eq!(differs((Some("7"), a), (Some("8"), a)), Some("external_id_differs"));
        assert_eq!(differs((Some("Ab"), a), (Some("ab"), a)), Some("external_id_differs"));
    }

    #[test]
    fn who_has_one_in_imis_comes_in_by_it_alone() {
        let a = Some("a@x.org");
        for missing in [None, Some(""), Some(" ")] {
            assert_eq!(differs((missing, a), (Some("7"), a)), Some("external_id_missing"));
        }
    }

    #[test]
    fn else_the_address_does() {
        let (a, b) = (Some("a@x.org"), Some("b@x.org"));
        assert_eq!(differs((Some("7"), a), (None, Some("A@X.org"))), None);
        assert_eq!(differs((Some(" "), a), (Some(""), a)), None);
        assert_eq!(differs((Some("7"), a), (None, b)), Some("email_differs"));
        assert_eq!(differs((None, None), (None, None)), Some("nothing_to_compare"));
        assert_eq!(differs((None, None), (None, a)), Some("nothing_to_compare"));
    }

    #[test]
    fn an_address_that_could_be_read_as_two_is_none() {
        for strange in [
            "a@x.org@evil.org",
            "a@x.org,b@x.org",
            "<a@x.org>",
            "a b@x.org",
            "a@x.org\n",
            "@x.org",
            "a@localhost",
            "a",
            "\"a@x.org\"@evil.org",
            "a@x.org;b@x.org",
            "",
        ] {
            assert_eq!(differs((None, Some(strange)), (None, Some(strange))), Some("nothing_to_compare"), "{strange}");
        }
    }
}
