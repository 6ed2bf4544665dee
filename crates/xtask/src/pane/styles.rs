//! The stylesheet: `static/css` in one file.
//!
//! Order matters in CSS, so it is fixed: tokens, base, parts, views, then the
//! rest by name.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::workspace::Workspace;

const FIRST: [&str; 4] = ["tokens.css", "base.css", "parts.css", "views.css"];

/// All stylesheets, in order.
pub(crate) fn collect(workspace: &Workspace) -> Result<String> {
    let folder = workspace.path("static/css");
    let mut names = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if Path::new(&name).extension().is_some_and(|extension| extension == "css") {
            names.push(name);
        }
    }
    let mut all = String::new();
    for name in in_order(names) {
        all.push_str(&fs::read_to_string(folder.join(name))?);
        all.push('\n');
    }
    Ok(without_comments(&all))
}

fn in_order(mut names: Vec<String>) -> Vec<String> {
    names.sort_by_key(|name| (FIRST.iter().position(|first| first == name).unwrap_or(FIRST.len()), name.clone()));
    names
}

/// Drops comments and indentation. Quoted text is copied as it stands.
fn without_comments(css: &str) -> String {
    let mut kept = String::with_capacity(css.len());
    let mut rest = css;
    while let Some(at) = rest.find(['"', '\'', '/']) {
        let (before, here) = rest.split_at(at);
        kept.push_str(before);
        let end = if let Some(comment) = here.strip_prefix("/*") {
            comment.find("*/").map_or(here.len(), |end| end + 4)
        } else if here.starts_with('/') {
            kept.push('/');
            1
        } else {
            let end = end_of_string(here);
            kept.push_str(&here[..end]);
            end
        };
        rest = &here[end..];
    }
    kept.push_str(rest);
    let lines: Vec<&str> = kept.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join("\n")
}

fn end_of_string(text: &str) -> usize {
    let mut characters = text.char_indices();
    let quote = characters.next().map(|(_, quote)| quote);
    let mut escaped = false;
    for (at, character) in characters {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if Some(character) == quote => return at + character.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::{in_order, without_comments};

    #[test]
    fn tokens_come_first_and_strangers_last() {
        let names = ["apple.css", "views.css", "base.css", "tokens.css", "zebra.css", "parts.css"];
        let ordered = in_order(names.map(str::to_owned).to_vec());
        assert_eq!(ordered, ["tokens.css", "base.css", "parts.css", "views.css", "apple.css", "zebra.css"]);
    }

    #[test]
    fn comments_go_but_quoted_ones_stay() {
        let css = "/* a */\n.x::before {\n  content: \"/* b */\"; /* c */\n  width: calc(1px / 2);\n}\n";
        assert_eq!(without_comments(css), ".x::before {\ncontent: \"/* b */\";\nwidth: calc(1px / 2);\n}");
    }

    #[test]
    fn an_escaped_quote_does_not_end_a_string() {
        assert_eq!(without_comments("a { content: '\\'/* b */' }"), "a { content: '\\'/* b */' }");
    }
}
