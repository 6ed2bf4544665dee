//! The cookies of the dialog's window, read strictly and written whole.

use super::secret::{Pass, PassKey};
use axum::http::header::{self, HeaderMap, HeaderValue};

/// The cookie of that name, if there is exactly one and it is of our making.
pub(super) fn read(headers: &HeaderMap, pass: Pass) -> Option<PassKey> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut values = pairs.filter(|(name, _)| *name == pass.cookie()).map(|(_, value)| value);
    match (values.next(), values.next()) {
        (Some(value), None) => PassKey::parse(value, pass),
        _ => None,
    }
}

/// Gives the window its cookie. iMIS's answer is a POST from another site, so the
/// first must be sent across sites (`security.md §3.1`); the others need not.
pub(super) fn set(key: &PassKey, pass: Pass) -> HeaderValue {
    let (same_site, seconds) = match pass {
        Pass::Flow => ("None", 600),
        Pass::Done => ("Lax", 60),
        Pass::Left => ("Lax", 600),
    };
    line(pass, &key.value(), same_site, seconds)
}

/// Takes it away.
pub(super) fn clear(pass: Pass) -> HeaderValue {
    line(pass, "", if pass == Pass::Flow { "None" } else { "Lax" }, 0)
}

fn line(pass: Pass, value: &str, same_site: &str, seconds: u32) -> HeaderValue {
    let name = pass.cookie();
    let text = format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite={same_site}; Max-Age={seconds}");
    HeaderValue::try_from(text).expect("base64url is fit for a header")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::secret::FlowKey;

    fn headers(lines: &[String]) -> HeaderMap {
        lines.iter().map(|line| (header::COOKIE, HeaderValue::try_from(line).unwrap())).collect()
    }

    #[test]
    fn exactly_one_cookie_of_the_name_is_taken() {
        let key = PassKey::new(&FlowKey::new(), Pass::Flow);
        let good = format!("__Host-flow={}", key.value());
        let is_read =
            |lines: &[String]| read(&headers(lines), Pass::Flow).is_some_and(|read| read.is(Some(key.hash())));
        assert!(is_read(std::slice::from_ref(&good)));
        assert!(is_read(&[format!("a=b; {good};c=d")]));
        assert!(is_read(&["a=b".to_owned(), good.clone()]));
        assert!(!is_read(&[format!("{good}; {good}")]), "twice");
        assert!(!is_read(&[good.clone(), "__Host-flow=x".to_owned()]), "planted beside it");
        assert!(!is_read(&[good.replace("__Host-", "")]), "without the prefix that guards it");
        assert!(!is_read(&[good.replace("__Host-flow", "__Host-done")]));
        assert!(!is_read(&[]));
    }

    #[test]
    fn what_is_given_out_stays_with_this_host_over_tls() {
        let key = PassKey::new(&FlowKey::new(), Pass::Flow);
        let text = set(&key, Pass::Flow);
        assert_eq!(
            text.to_str().unwrap(),
            format!("__Host-flow={}; Path=/; Secure; HttpOnly; SameSite=None; Max-Age=600", key.value())
        );
        assert_eq!(
            clear(Pass::Done).to_str().unwrap(),
            "__Host-done=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0"
        );
    }
}
