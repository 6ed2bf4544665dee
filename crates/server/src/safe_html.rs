//! Bodies of records made safe to show (`security.md §5.2`).
//!
//! What comes out shows text, tables and pictures that it brings along, and links that open elsewhere; nothing in it
//! runs, asks for anything or reaches out of its frame. It is made twice over: [`tokens`] writes well-nested HTML of
//! allowed tags, bounded in number, depth and time; `ammonia` parses that as a browser would and allows the same again.
//! The result is a fixpoint: made safe once more it stays what it is, so that no parser reads it as something else.

mod attributes;
mod tokens;

use ammonia::{Builder, UrlRelative};
use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::LazyLock;

/// Longest body looked at, in bytes; pictures of its own are in it.
const BODY_MAX_BYTES: usize = 8 * 1024 * 1024;
/// How often a body is made safe until it stays the same.
const ROUNDS: usize = 5;
/// Stands at the end of a body that was cut.
const CUT: &str = "<p><em>The rest is too long to show here.</em></p>";

/// A body that is safe to show in a frame without rights.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SafeHtml {
    pub(crate) html: String,
    /// Pictures left out, because they are somewhere else or too large.
    pub(crate) blocked_images: u32,
}

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut cleaner = Builder::empty();
    let names = tokens::NAMES.iter().copied();
    cleaner
        .tags(names.clone().collect())
        .tag_attributes(names.map(|tag| (tag, attributes::of(tag).iter().copied().collect())).collect())
        .generic_attributes(attributes::EVERYWHERE.into_iter().collect())
        .url_schemes(HashSet::from(["http", "https", "mailto", "data"]))
        .url_relative(UrlRelative::Deny)
        .link_rel(Some(attributes::REL))
        .set_tag_attribute_value("a", "target", attributes::TARGET)
        .filter_style_properties(attributes::STYLES.into_iter().collect())
        .strip_comments(true)
        .attribute_filter(|tag, name, value| attributes::allowed(tag, name, value).map(Cow::Owned));
    cleaner
});

/// Makes a body safe. Takes time for megabytes: not between requests.
pub(crate) fn clean(html: &str) -> SafeHtml {
    let (head, whole) = beginning(html);
    let written = tokens::rewrite(head);
    let mut html = CLEANER.clean(&written.html).to_string();
    if !is_fixed(&mut html) {
        // No browser's mail ends here; words are what is left to trust.
        html = CLEANER.clean(&tokens::words(&written.html)).to_string();
    }
    if !whole || written.cut {
        html.push_str(CUT);
    }
    SafeHtml { html, blocked_images: written.blocked_images }
}

/// Makes it safe again until that changes nothing.
fn is_fixed(html: &mut String) -> bool {
    for _ in 0..ROUNDS {
        let written = tokens::rewrite(html);
        let again = CLEANER.clean(&written.html).to_string();
        if again == *html {
            return true;
        }
        *html = again;
    }
    false
}

/// As much of a body as is looked at, and whether that is all.
fn beginning(html: &str) -> (&str, bool) {
    if html.len() <= BODY_MAX_BYTES {
        return (html, true);
    }
    let mut end = BODY_MAX_BYTES;
    while !html.is_char_boundary(end) {
        end -= 1;
    }
    (&html[..end], false)
}

/// Whether text is meant as HTML: it has tags that HTML has. One that marks a few words counts only where it is
/// closed, since `<b>` and `<i>` stand in plain text too.
pub(crate) fn is_html(text: &str) -> bool {
    let tag = |(place, _): (usize, &str)| {
        let rest = &text[place + 1..];
        let (closes, rest) = rest.strip_prefix('/').map_or((false, rest), |rest| (true, rest));
        let name: String = rest.chars().take(12).take_while(char::is_ascii_alphanumeric).collect();
        // `<a@example.org>` is an address.
        let ends = rest[name.len()..].starts_with(|next: char| next.is_ascii_whitespace() || "/>".contains(next));
        let name = name.to_ascii_lowercase();
        ends && tokens::is_known(&name) && (closes || !tokens::marks_words(&name))
    };
    text.contains('>') && text.match_indices('<').take(1000).any(tag)
}

#[cfg(test)]
mod tests;
