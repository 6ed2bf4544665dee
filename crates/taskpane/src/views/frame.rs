//! The body of a record in a frame without rights: no script, no form, no request, whatever got past the server's
//! cleaning (`security.md §5.2`). Links open outside.
//!
//! The frame inherits the pane's own policy. Of styles that lets one pass, ours, which the server names by its hash;
//! those of the body are without effect.

use crate::words;
use leptos::prelude::*;

/// What the frame may do by its own word: nothing but show text, pictures that came with it, and our style.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/// The frame's only style. The server's policy holds its hash (`server/src/headers.rs`).
const STYLE: &str = include_str!("frame.css");

/// The frame.
pub(super) fn frame(html: &str) -> impl IntoView + use<> {
    let page = [
        "<!doctype html><html><head><meta charset=\"utf-8\"><meta http-equiv=\"Content-Security-Policy\" content=\"",
        POLICY,
        "\"><meta name=\"referrer\" content=\"no-referrer\"><base target=\"_blank\"><style>",
        STYLE,
        "</style></head><body>",
        html,
        "</body></html>",
    ]
    .concat();
    let class = ["view-frame ", size(html)].concat();
    view! {
        <iframe class=class title=words::record_body() srcdoc=page referrerpolicy="no-referrer"
            sandbox="allow-popups allow-popups-to-escape-sandbox"></iframe>
    }
}

/// How high it is: a frame without rights cannot tell, so its text is measured roughly.
fn size(html: &str) -> &'static str {
    let mut letters = 0_usize;
    let mut inside = false;
    for letter in html.chars() {
        match letter {
            '<' => inside = true,
            '>' => inside = false,
            _ if !inside => letters += 1,
            _ => {}
        }
    }
    let lines: usize = ["<p", "<br", "<tr", "<li", "<h"].iter().map(|tag| html.matches(tag).count()).sum();
    match letters + lines * 40 + html.matches("<img").count() * 400 {
        0..=160 => "view-frame--short",
        161..=700 => "view-frame--medium",
        _ => "view-frame--long",
    }
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn a_frame_is_as_high_as_its_text_is_long() {
        assert_eq!(size("<p>Thank you!</p>"), "view-frame--short");
        assert_eq!(size(&["<p>", &"word ".repeat(60), "</p>"].concat()), "view-frame--medium");
        assert_eq!(size(&"<tr><td>1</td></tr>".repeat(40)), "view-frame--long");
        assert_eq!(size(&["<a href=\"", &"x".repeat(900), "\">Here</a>"].concat()), "view-frame--short");
    }
}
