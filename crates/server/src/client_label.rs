//! Where a session is, roughly: "Edge on Windows". Two words out of fixed lists;
//! nothing else of what the browser says about itself is kept.

use crate::guard::one;
use axum::http::HeaderMap;

/// The first that fits counts: nearly all claim to be several.
const BROWSERS: [(&str, &str); 10] = [
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("Edge/", "Edge"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
    ("AppleWebKit/", "Safari"),
];
const SYSTEMS: [(&str, &str); 6] = [
    ("Windows", "Windows"),
    ("iPhone", "iOS"),
    ("iPad", "iOS"),
    ("Macintosh", "macOS"),
    ("Android", "Android"),
    ("Linux", "Linux"),
];

/// The browser and its system; empty where the request names neither.
pub(crate) fn of(headers: &HeaderMap) -> String {
    let agent = one(headers, "user-agent").unwrap_or_default();
    let first =
        |names: &[(&str, &'static str)]| names.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name);
    match (first(&BROWSERS), first(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn label(agent: &'static str) -> String {
        of(&HeaderMap::from_iter([(axum::http::header::USER_AGENT, HeaderValue::from_static(agent))]))
    }

    #[test]
    fn a_browser_is_told_by_two_words_and_no_more() {
        let edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
                    Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0";
        assert_eq!(label(edge), "Edge on Windows");
        assert_eq!(
            label("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)"),
            "Safari on macOS"
        );
        assert_eq!(label("Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0"), "Firefox on Linux");
        assert_eq!(label("<script>CANARY</script>"), "");
        assert_eq!(of(&HeaderMap::new()), "");
    }
}
