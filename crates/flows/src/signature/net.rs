//! E-mails, web addresses, and the labels before them.

use super::lists;
use super::text::{begins, plain, trimmed};
use api::EmailAddress;

/// What stands around an address without being part of it.
fn stripped(word: &str) -> &str {
    word.trim_matches(|c: char| {
        c.is_whitespace()
            || matches!(c, '<' | '>' | '(' | ')' | '[' | ']' | ',' | ';' | '"' | '\'' | '“' | '”' | '|' | '!')
    })
    .trim_end_matches(['.', ':'])
}

/// The text without its e-mails, and those.
pub(super) fn take_emails(segment: &str) -> (String, Vec<EmailAddress>) {
    if !segment.contains('@') {
        return (segment.to_owned(), vec![]);
    }
    let mut emails = vec![];
    let mut rest = vec![];
    for word in segment.split_whitespace() {
        match word.contains('@').then(|| email(word)).flatten() {
            Some((label, email)) => {
                rest.extend(label);
                emails.push(email);
            }
            None => rest.push(word.to_owned()),
        }
    }
    (rest.join(" "), emails)
}

/// An e-mail, with a label that sticks to it: "E:ada@example.org", "mailto:ada@example.org".
fn email(word: &str) -> Option<(Option<String>, EmailAddress)> {
    let word = stripped(word);
    let (label, address) = match word.rsplit_once(':') {
        Some((label, address)) => (Some([label, ":"].concat()), address),
        None => (None, word),
    };
    let email = EmailAddress::parse(stripped(address)).ok()?;
    let domain = email.domain();
    let whole = domain.contains('.') && !domain.starts_with('.') && !domain.ends_with('.') && !domain.contains('/');
    (whole && !email.as_str().starts_with('@')).then_some((label, email))
}

/// The text without its web addresses, and the first that leads to a site.
pub(super) fn take_website(segment: &str, address: Option<&EmailAddress>) -> (String, Option<String>) {
    let labelled = segment.split_once(':').is_some_and(|(label, _)| is_label(&plain(label)));
    let mut site = None;
    let mut rest = vec![];
    for word in segment.split_whitespace() {
        let bare = stripped(word);
        let bare = bare.strip_prefix("URL:").unwrap_or(bare);
        if is_site(bare, labelled, address) {
            if site.is_none() && !is_social_host(bare) {
                site = Some(bare.trim_end_matches('/').to_owned());
            }
        } else {
            rest.push(word);
        }
    }
    (rest.join(" "), site)
}

fn is_site(word: &str, labelled: bool, address: Option<&EmailAddress>) -> bool {
    let lower = word.to_lowercase();
    if lower.starts_with("http://") || lower.starts_with("https://") {
        return lower.len() > 10;
    }
    let host = lower.split('/').next().unwrap_or_default();
    let parts: Vec<&str> = host.split('.').collect();
    let named = parts.len() >= 2
        && parts.iter().all(|part| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '-'))
        && parts.last().is_some_and(|top| top.len() >= 2 && top.chars().all(char::is_alphabetic));
    if !named {
        return false;
    }
    let ours =
        address.is_some_and(|address| address.domain() == host || host.ends_with(&[".", address.domain()].concat()));
    host.starts_with("www.") || ours || (labelled && !word.contains(char::is_uppercase)) || usual_top(&parts)
}

/// A host without `www.` is one where it ends as most do and begins as no abbreviation does.
fn usual_top(parts: &[&str]) -> bool {
    const TOPS: [&str; 32] = [
        "com", "org", "net", "eu", "de", "at", "ch", "fr", "es", "it", "nl", "be", "uk", "us", "ca", "pl", "cz", "sk",
        "se", "dk", "no", "fi", "pt", "ie", "io", "info", "gov", "edu", "int", "au", "test", "health",
    ];
    let first = parts.first().map_or(0, |first| first.chars().count());
    parts.last().is_some_and(|top| TOPS.contains(top)) && first >= 4
}

fn is_social_host(word: &str) -> bool {
    let words = plain(word);
    [
        "linkedin",
        "twitter",
        "facebook",
        "instagram",
        "xing",
        "youtube",
        "x com",
        "bsky",
        "calendly",
        "zoom",
        "goo gl",
        "maps",
        "tiktok",
    ]
    .iter()
    .any(|host| super::text::has_words(&words, host))
}

/// Whether these words are a label and nothing else.
pub(super) fn is_label(plain: &str) -> bool {
    lists::LABELS.has(plain)
}

/// What is left once labels at both ends are gone.
pub(super) fn without_labels(text: &str) -> String {
    let mut text = trimmed(text);
    while let Some((label, rest)) = text.split_once(':') {
        let label = plain(label);
        if label.is_empty() || is_label(&label) || super::phone::kind(&label).is_some() {
            text = trimmed(rest);
        } else {
            break;
        }
    }
    let words = plain(text);
    if is_label(&words) || super::phone::kind(&words).is_some() || begins(&words, "mailto") {
        return String::new();
    }
    let last = text.rsplit(char::is_whitespace).next().unwrap_or_default();
    if last.ends_with(':') && is_label(&plain(last)) {
        text = trimmed(&text[..text.len() - last.len()]);
    }
    text.trim_matches(|c: char| matches!(c, '(' | ')') && (text.contains('(') != text.contains(')'))).trim().to_owned()
}
