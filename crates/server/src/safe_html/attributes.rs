//! Which attributes may stand, and with which values. Everything that is allowed comes out in one spelling.

use url::Url;

/// What every link is given.
pub(super) const REL: &str = "noopener noreferrer";
/// Where every link opens.
pub(super) const TARGET: &str = "_blank";
/// Attributes of any tag.
pub(super) const EVERYWHERE: [&str; 3] = ["dir", "lang", "style"];
/// Style properties that change how text looks where it stands, and nothing else.
pub(super) const STYLES: [&str; 7] =
    ["color", "background-color", "font-weight", "font-style", "text-align", "text-decoration", "vertical-align"];

/// Longest address of a link.
const LINK_MAX_BYTES: usize = 8 * 1024;
/// Longest words in an attribute.
const WORDS_MAX_BYTES: usize = 1000;
/// Longest picture, decoded.
const IMAGE_MAX_BYTES: usize = 1024 * 1024;
/// Widest and highest cell, in columns and rows.
const SPAN_MAX: u32 = 100;
/// What a picture may be. No SVG: it is a document.
const IMAGES: [&str; 5] = ["png", "jpeg", "jpg", "gif", "webp"];

/// The attributes of a tag, beyond [`EVERYWHERE`].
pub(super) fn of(tag: &str) -> &'static [&'static str] {
    match tag {
        "a" => &["href"],
        "img" => &["src", "alt", "width", "height"],
        "td" | "th" => &["colspan", "rowspan", "align", "valign", "width", "bgcolor"],
        "table" => &["border", "cellpadding", "cellspacing", "width", "align", "bgcolor"],
        "tr" | "tbody" | "thead" | "tfoot" => &["align", "valign", "bgcolor"],
        "col" | "colgroup" => &["span", "width"],
        "p" | "div" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => &["align"],
        "ol" => &["start", "type"],
        "li" => &["value"],
        "font" => &["color", "size"],
        _ => &[],
    }
}

/// The value that may stand, if any may.
pub(super) fn allowed(tag: &str, name: &str, value: &str) -> Option<String> {
    // What is set on links here is let through when it is seen again.
    match (tag, name) {
        ("a", "rel") => return (value == REL).then(|| value.to_owned()),
        ("a", "target") => return (value == TARGET).then(|| value.to_owned()),
        _ => {}
    }
    if !of(tag).contains(&name) && !EVERYWHERE.contains(&name) {
        return None;
    }
    match name {
        "href" => link(value),
        "src" => image(value),
        "style" => style(value),
        "alt" => Some(words(value)),
        "dir" => one_of(value, &["ltr", "rtl", "auto"]),
        "lang" => plain(value, 35, "-"),
        "align" => one_of(value, &["left", "right", "center", "justify"]),
        "valign" => one_of(value, &["top", "middle", "bottom", "baseline"]),
        "colspan" | "rowspan" | "span" => number(value, 1, SPAN_MAX),
        "border" | "cellpadding" | "cellspacing" => number(value, 0, 40),
        "start" | "value" => number(value, 0, 99_999),
        "type" => ["1", "a", "A", "i", "I"].contains(&value).then(|| value.to_owned()),
        "size" => plain(value, 3, "+-"),
        "bgcolor" | "color" => plain(value, 30, "#"),
        "width" | "height" => length(value),
        _ => None,
    }
}

/// A link that a browser opens as a page or a new mail.
fn link(value: &str) -> Option<String> {
    if value.len() > LINK_MAX_BYTES {
        return None;
    }
    let url = Url::parse(value).ok()?;
    matches!(url.scheme(), "http" | "https" | "mailto").then(|| url.to_string())
}

/// A picture that the body brings along.
fn image(value: &str) -> Option<String> {
    if value.len() > IMAGE_MAX_BYTES / 3 * 4 + 1024 {
        return None;
    }
    let text: String = value.chars().filter(|letter| !letter.is_ascii_whitespace()).collect();
    let (head, data) = text.split_once(',')?;
    let head = head.to_ascii_lowercase();
    let kind = head.strip_prefix("data:image/")?.strip_suffix(";base64")?;
    let is_base64 = |letter: u8| letter.is_ascii_alphanumeric() || matches!(letter, b'+' | b'/' | b'=');
    let fits = data.len() / 4 * 3 <= IMAGE_MAX_BYTES;
    let good = IMAGES.contains(&kind) && !data.is_empty() && fits && data.bytes().all(is_base64);
    good.then(|| format!("data:image/{kind};base64,{data}"))
}

fn words(value: &str) -> String {
    let mut end = value.len().min(WORDS_MAX_BYTES);
    while !value.is_char_boundary(end) {
        end -= 1;
    }
    value[..end].chars().filter(|letter| !letter.is_control()).collect()
}

fn one_of(value: &str, words: &[&str]) -> Option<String> {
    let value = value.trim().to_ascii_lowercase();
    words.contains(&&*value).then_some(value)
}

/// Letters, digits and a few marks.
fn plain(value: &str, most: usize, marks: &str) -> Option<String> {
    let value = value.trim();
    let good = |letter: char| letter.is_ascii_alphanumeric() || marks.contains(letter);
    ((1..=most).contains(&value.len()) && value.chars().all(good)).then(|| value.to_owned())
}

fn number(value: &str, least: u32, most: u32) -> Option<String> {
    let number: u32 = value.trim().parse().ok()?;
    (number >= least).then(|| number.min(most).to_string())
}

/// Pixels or a share.
fn length(value: &str) -> Option<String> {
    let value = value.trim();
    let digits = value.strip_suffix('%').unwrap_or(value);
    let good = (1..=4).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit());
    good.then(|| value.to_owned())
}

/// The properties that may stand, with plain values: words, numbers and colours.
fn style(value: &str) -> Option<String> {
    if value.len() > 4 * WORDS_MAX_BYTES {
        return None;
    }
    let declaration = |declaration: &str| {
        let (name, value) = declaration.split_once(':')?;
        let name = name.trim().to_ascii_lowercase();
        let value = value.trim().to_ascii_lowercase();
        let value = value.strip_suffix("!important").unwrap_or(&value).trim_end();
        (STYLES.contains(&&*name) && is_plain_style(value)).then(|| format!("{name}:{value}"))
    };
    let kept: Vec<String> = value.split(';').filter_map(declaration).collect();
    (!kept.is_empty()).then(|| kept.join(";"))
}

fn is_plain_style(value: &str) -> bool {
    let colour = ["rgb(", "rgba(", "hsl(", "hsla("].iter().find_map(|name| value.strip_prefix(name)?.strip_suffix(')'));
    let plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '#' | '%' | '.' | ',' | ' ' | '-');
    (1..=64).contains(&value.len()) && colour.unwrap_or(value).chars().all(plain)
}
