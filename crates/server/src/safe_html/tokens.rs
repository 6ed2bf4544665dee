//! HTML read as tokens and written again: allowed tags alone, well nested, bounded in number, depth and time.
//!
//! A body can be made so that a parser takes for ever over it: tags in tags by the hundred thousand, or one tag with
//! as many attributes. What is written here cannot.

use super::attributes;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use std::cell::RefCell;
use std::time::{Duration, Instant};

/// Most tags of a body.
const TAGS_MAX: usize = 100_000;
/// Deepest tag; those further in are left out, their words stay.
const DEPTH_MAX: usize = 200;
/// Read in one step; between steps the time is looked at.
const STEP_BYTES: usize = 16 * 1024;
/// Longest time for a body, which no mail that people write comes near.
const TIME_MAX: Duration = Duration::from_secs(3);

/// Allowed tags that have an end and stand within a line.
const INLINE: [&str; 29] = [
    "a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "del", "dfn", "em", "font", "i", "ins", "kbd", "mark", "q",
    "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var",
];
/// Allowed tags without an end.
const VOID: [&str; 5] = ["br", "col", "hr", "img", "wbr"];
/// Allowed tags that make up tables.
const TABLE: [&str; 9] = ["caption", "colgroup", "table", "tbody", "td", "tfoot", "th", "thead", "tr"];
/// Every allowed tag.
pub(super) const NAMES: [&str; 72] = [
    "a",
    "abbr",
    "b",
    "bdi",
    "bdo",
    "big",
    "cite",
    "code",
    "del",
    "dfn",
    "em",
    "font",
    "i",
    "ins",
    "kbd",
    "mark",
    "q",
    "s",
    "samp",
    "small",
    "span",
    "strike",
    "strong",
    "sub",
    "sup",
    "time",
    "tt",
    "u",
    "var",
    "br",
    "col",
    "hr",
    "img",
    "wbr",
    "caption",
    "colgroup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "address",
    "article",
    "blockquote",
    "center",
    "dd",
    "div",
    "dl",
    "dt",
    "figcaption",
    "figure",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "li",
    "main",
    "nav",
    "ol",
    "p",
    "pre",
    "rp",
    "rt",
    "ruby",
    "section",
    "ul",
];
/// Elements whose content nobody is meant to read.
const UNREAD: [&str; 6] = ["iframe", "noembed", "noframes", "script", "style", "title"];

/// Whether HTML has this tag, allowed or not.
pub(super) fn is_known(name: &str) -> bool {
    const OTHERS: [&str; 14] = [
        "body", "button", "embed", "form", "head", "html", "input", "link", "math", "meta", "object", "svg",
        "template", "textarea",
    ];
    NAMES.contains(&name) || UNREAD.contains(&name) || OTHERS.contains(&name)
}

/// Whether a tag marks a few words, and no more.
pub(super) fn marks_words(name: &str) -> bool {
    NAMES.into_iter().take_while(|known| *known != "br").any(|known| known == name)
}

/// A body written again.
pub(super) struct Written {
    pub(super) html: String,
    pub(super) blocked_images: u32,
    /// Whether its end was left out.
    pub(super) cut: bool,
}

/// Which tags are written.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Keep {
    #[default]
    Allowed,
    Words,
}

/// Writes a body again.
pub(super) fn rewrite(html: &str) -> Written {
    write(html, Keep::Allowed)
}

/// Nothing but the words of a body.
pub(super) fn words(html: &str) -> String {
    write(html, Keep::Words).html
}

fn write(html: &str, keep: Keep) -> Written {
    let writer = Writer(RefCell::new(State { keep, ..State::default() }));
    let tokenizer = Tokenizer::new(writer, TokenizerOpts::default());
    let begun = Instant::now();
    let input = BufferQueue::default();
    let mut rest = html;
    while !rest.is_empty() && !tokenizer.sink.0.borrow().cut {
        let mut end = rest.len().min(STEP_BYTES);
        while !rest.is_char_boundary(end) {
            end -= 1;
        }
        let (step, after) = rest.split_at(end);
        rest = after;
        input.push_back(StrTendril::from(step));
        // Without scripts the tokenizer never stops before the end of its input.
        let _done = tokenizer.feed(&input);
        if begun.elapsed() > TIME_MAX {
            tokenizer.sink.0.borrow_mut().cut = true;
        }
    }
    if !tokenizer.sink.0.borrow().cut {
        tokenizer.end();
    }
    let mut state = tokenizer.sink.0.into_inner();
    state.close_to(0);
    Written { html: state.out, blocked_images: state.blocked_images, cut: state.cut }
}

#[derive(Default)]
struct State {
    keep: Keep,
    out: String,
    /// The tags that are open.
    open: Vec<&'static str>,
    /// The element whose content is left out.
    unread: Option<&'static str>,
    tags: usize,
    blocked_images: u32,
    cut: bool,
}

struct Writer(RefCell<State>);

impl TokenSink for Writer {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut state = self.0.borrow_mut();
        if state.cut {
            return TokenSinkResult::Continue;
        }
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => return state.start(&tag),
            Token::TagToken(tag) => state.end(&tag.name),
            Token::CharacterTokens(text) if state.unread.is_none() => state.text(&text),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl State {
    fn text(&mut self, text: &str) {
        for letter in text.chars() {
            match letter {
                '&' => self.out.push_str("&amp;"),
                '<' => self.out.push_str("&lt;"),
                '>' => self.out.push_str("&gt;"),
                '"' => self.out.push_str("&quot;"),
                '\n' | '\t' => self.out.push(letter),
                letter if letter.is_control() => {}
                letter => self.out.push(letter),
            }
        }
    }

    fn start(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        self.tags += 1;
        if self.tags > TAGS_MAX {
            self.cut = true;
            return TokenSinkResult::Continue;
        }
        if let Some(unread) = UNREAD.into_iter().find(|name| *name == &*tag.name) {
            self.unread = Some(unread);
            return TokenSinkResult::RawData(match unread {
                "script" => RawKind::ScriptData,
                "title" => RawKind::Rcdata,
                _ => RawKind::Rawtext,
            });
        }
        if self.keep == Keep::Words {
            return TokenSinkResult::Continue;
        }
        match NAMES.into_iter().find(|name| *name == &*tag.name) {
            Some(name) => self.allowed(name, tag),
            // Their content is text, whatever it looks like.
            None if &*tag.name == "textarea" => return TokenSinkResult::RawData(RawKind::Rcdata),
            None if &*tag.name == "xmp" => return TokenSinkResult::RawData(RawKind::Rawtext),
            None => {}
        }
        TokenSinkResult::Continue
    }

    fn allowed(&mut self, name: &'static str, tag: &Tag) {
        let has_end = !VOID.contains(&name);
        self.close_implied(name);
        // A link in a link is none, for every browser.
        let nested_link = name == "a" && self.open.contains(&"a");
        if nested_link || (has_end && self.open.len() >= DEPTH_MAX) {
            return;
        }
        let attributes = tag.attrs.iter().filter_map(|attribute| {
            let local = &*attribute.name.local;
            Some((local, attributes::allowed(name, local, &attribute.value)?))
        });
        let attributes: Vec<(&str, String)> = attributes.collect();
        if name == "img" && !attributes.iter().any(|(name, _)| *name == "src") {
            self.blocked_images = self.blocked_images.saturating_add(1);
            return;
        }
        self.out.push('<');
        self.out.push_str(name);
        for (name, value) in attributes {
            self.out.push(' ');
            self.out.push_str(name);
            self.out.push_str("=\"");
            self.text(&value);
            self.out.push('"');
        }
        self.out.push('>');
        if name == "pre" {
            // The first line break after it is swallowed when it is read.
            self.out.push('\n');
        }
        if has_end {
            self.open.push(name);
        }
    }

    /// Ends what a start tag ends by standing there.
    fn close_implied(&mut self, name: &str) {
        let ended: &[&str] = match name {
            "p" => &["p"],
            "li" => &["li"],
            "dd" | "dt" => &["dd", "dt"],
            "td" | "th" => &["td", "th"],
            "tr" => &["td", "th", "tr"],
            "tbody" | "thead" | "tfoot" => &["td", "th", "tr", "tbody", "thead", "tfoot"],
            _ => &[],
        };
        while self.open.last().is_some_and(|last| ended.contains(last)) {
            self.close_to(self.open.len() - 1);
        }
    }

    fn end(&mut self, name: &str) {
        if self.unread.take_if(|unread| *unread == name).is_some() || self.unread.is_some() {
            return;
        }
        // An end reaches its start past what cannot hold it back: words in a line do not end a block, and nothing
        // but a part of a table ends a cell.
        let holds = |open: &str| match name {
            name if INLINE.contains(&name) => !INLINE.contains(&open),
            "table" => false,
            name if TABLE.contains(&name) => open == "table",
            _ => ["table", "td", "th", "caption"].contains(&open),
        };
        for place in (0..self.open.len()).rev() {
            if self.open[place] == name {
                return self.close_to(place);
            }
            if holds(self.open[place]) {
                return;
            }
        }
    }

    /// Ends everything that is open from this place on.
    fn close_to(&mut self, place: usize) {
        for name in self.open.drain(place..).rev() {
            self.out.push_str("</");
            self.out.push_str(name);
            self.out.push('>');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_allowed_tag_is_of_one_kind() {
        for name in INLINE.iter().chain(&VOID).chain(&TABLE) {
            assert_eq!(NAMES.iter().filter(|known| known == &name).count(), 1, "{name}");
        }
    }

    #[test]
    fn what_is_written_is_well_nested() {
        let written = |html| rewrite(html).html;
        assert_eq!(written("<p>a<p>b"), "<p>a</p><p>b</p>");
        assert_eq!(written("<div><span>a</div>b</span>"), "<div><span>a</span></div>b");
        assert_eq!(
            written("<b>x<table><tr><td>1</b><td>2</table>"),
            "<b>x<table><tr><td>1</td><td>2</td></tr></table></b>"
        );
        assert_eq!(written("<a>x<a>y</a>z</a>"), "<a>xy</a>z");
    }
}
