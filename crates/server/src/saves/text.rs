//! The text of an HTML body, for messages that have no text of their own.
//!
//! What comes out is stored as plain text, so nothing has to be made harmless.

/// Elements whose content nobody reads.
const UNREAD: [&str; 4] = ["head", "script", "style", "title"];
/// Elements that end a line.
const LINES: [&str; 11] = ["br", "p", "div", "tr", "li", "h1", "h2", "h3", "h4", "table", "blockquote"];

/// Strips the tags, keeps the lines.
pub(crate) fn of_html(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        push(&mut text, &rest[..start]);
        rest = &rest[start..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        let Some((tag, after)) = rest[1..].split_once('>') else {
            rest = "";
            break;
        };
        rest = after;
        let closing = tag.starts_with('/');
        let name: String = tag
            .trim_start_matches('/')
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect::<String>()
            .to_lowercase();
        if !closing && UNREAD.contains(&name.as_str()) {
            rest = after_end(rest, &name);
        } else if LINES.contains(&name.as_str()) && !text.ends_with('\n') && !text.is_empty() {
            text.push('\n');
        } else if matches!(name.as_str(), "td" | "th") && closing {
            text.push(' ');
        }
    }
    push(&mut text, rest);
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join("\n")
}

fn after_end<'a>(html: &'a str, name: &str) -> &'a str {
    // Looks no further than the first end, or many such elements would take for ever.
    let mut ends = html.match_indices("</").map(|(place, _)| &html[place + 2..]);
    let is_end = |end: &&str| end.get(..name.len()).is_some_and(|tag| tag.eq_ignore_ascii_case(name));
    ends.find(is_end).and_then(|end| end.split_once('>')).map_or("", |(_, after)| after)
}

/// Adds text between tags: white space is one space, entities are what they mean.
fn push(text: &mut String, raw: &str) {
    let mut rest = raw;
    while let Some(letter) = rest.chars().next() {
        let entity = if letter == '&' { entity(rest) } else { None };
        let (letter, length) = entity.unwrap_or((letter, letter.len_utf8()));
        rest = &rest[length..];
        if letter.is_whitespace() {
            if !text.is_empty() && !text.ends_with([' ', '\n']) {
                text.push(' ');
            }
        } else {
            text.push(letter);
        }
    }
}

fn entity(text: &str) -> Option<(char, usize)> {
    let end = text.char_indices().take(12).find(|(_, letter)| *letter == ';')?.0;
    let name = &text[1..end];
    let letter = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
    };
    Some((letter, end + 1))
}

#[cfg(test)]
mod tests {
    use super::of_html;

    #[test]
    fn tags_go_and_lines_stay() {
        let html = "<html><head><title>x</title><STYLE>p{}</STYLE></head><body><p>Dear&nbsp;Ada,</p>\n<p>1 &lt; 2<br>so<!-- no -->\n it is</p></body>";
        assert_eq!(of_html(html), "Dear Ada,\n1 < 2\nso it is");
    }

    #[test]
    fn broken_html_gives_what_there_is() {
        assert_eq!(of_html("a < b"), "a");
        assert_eq!(of_html("a &unknown; b & c"), "a &unknown; b & c");
        assert_eq!(of_html("<script>alert(1)"), "");
        assert_eq!(of_html("&#233;&#x1F600;"), "é😀");
        assert_eq!(of_html(""), "");
    }

    #[test]
    fn many_elements_nobody_reads_take_no_longer_than_their_length() {
        let html = "<style></STYLE>".repeat(50_000) + "end";
        let begun = std::time::Instant::now();
        assert_eq!(of_html(&html), "end");
        assert!(begun.elapsed() < std::time::Duration::from_secs(2), "{:?}", begun.elapsed());
    }
}
