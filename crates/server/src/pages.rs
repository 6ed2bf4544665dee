//! The pages of the dialog's window, and the page that Outlook opens unseen when a
//! message is sent. They are static: the one thing that differs from answer to
//! answer beside fixed words stands in attributes and text, escaped. No script and
//! no style is written into them.

mod trouble;

pub(crate) use trouble::Trouble;

use api::DialogMessage;
use axum::http::StatusCode;
use axum::http::header::{self, HeaderValue};
use axum::response::{IntoResponse as _, Response};
use std::fmt::Write as _;

const STYLE: &str = include_str!("pages/dialog.css");
const SCRIPT: &str = include_str!("pages/dialog.js");
const SEND_PAGE: &str = include_str!("pages/send.html");
const SEND_SCRIPT: &str = include_str!("pages/send.js");
/// Microsoft's library, which alone reaches the pane.
const OFFICE: &str = "https://appsforoffice.microsoft.com/lib/1/hosted/office.js";

/// What a page is about.
#[derive(Clone, Copy)]
enum Tone {
    Good,
    Bad,
}

/// `GET /auth/assets/dialog.css`.
pub(crate) async fn style() -> Response {
    file("text/css; charset=utf-8", STYLE)
}

/// `GET /auth/assets/dialog.js`.
pub(crate) async fn script() -> Response {
    file("text/javascript; charset=utf-8", SCRIPT)
}

/// `GET /send.html`: where Outlook runs the send handler in a page.
pub(crate) async fn send_page() -> Response {
    kept_file("text/html; charset=utf-8", SEND_PAGE)
}

/// `GET /send.js`: the send handler, which classic Outlook for Windows runs by itself.
pub(crate) async fn send_script() -> Response {
    kept_file("text/javascript; charset=utf-8", SEND_SCRIPT)
}

/// Kept by the browser for an hour, so that a message being sent seldom waits for this server.
fn kept_file(content_type: &'static str, content: &'static str) -> Response {
    let headers = [(header::CONTENT_TYPE, content_type), (header::CACHE_CONTROL, "public, max-age=3600")];
    (headers, content).into_response()
}

fn file(content_type: &'static str, content: &'static str) -> Response {
    let headers = [(header::CONTENT_TYPE, content_type), (header::CACHE_CONTROL, "no-cache")];
    (headers, content).into_response()
}

/// Signed in: tells the pane, and after a moment shows the code to type instead.
pub(crate) fn done(message: &DialogMessage, typed: &str) -> Response {
    let typed = escaped(typed);
    let spelt = typed.chars().map(|letter| if letter == '-' { ' ' } else { letter });
    let spelt = spelt.fold(String::new(), |text, letter| format!("{text}{letter} "));
    let body = format!(
        "<h1>You are signed in</h1>\
         <p role=\"status\" data-waiting>Going back to Outlook. This window closes by itself.</p>\
         <section data-typed hidden aria-labelledby=\"by-hand\">\
         <h2 id=\"by-hand\" tabindex=\"-1\">This window cannot reach Outlook by itself</h2>\
         <p>Type this code into the pane beside your mail, then close this window. It works once, for two minutes.</p>\
         <p class=\"code\" translate=\"no\"><span aria-hidden=\"true\">{typed}</span>\
         <span class=\"spoken\">{spelt}</span></p>\
         <p>Nobody from your organisation or from iMIS will ever ask you for this code.</p>\
         </section>"
    );
    page(StatusCode::OK, "Signed in", Tone::Good, &body, Some(message))
}

/// Signed out at the provider too.
pub(crate) fn signed_out(message: &DialogMessage) -> Response {
    let body = "<h1>You are signed out</h1>\
        <p role=\"status\">You are signed out here and at your organisation's sign-in. You can close this window.</p>";
    page(StatusCode::OK, "Signed out", Tone::Good, body, Some(message))
}

/// What went wrong, and what to do; the pane is told as well where there is one.
pub(crate) fn refused(trouble: Trouble, message: Option<&DialogMessage>) -> Response {
    let words = trouble.words();
    let mut body = format!(
        "<div role=\"alert\"><h1>{}</h1><p>{}</p></div><p>{}</p>",
        escaped(words.title),
        escaped(words.what),
        escaped(words.next)
    );
    if let Some(administrator) = words.administrator {
        write!(body, "<details><summary>For administrators</summary><p>{}</p></details>", escaped(administrator))
            .expect("writing to a string has no failure");
    }
    page(trouble.status(), words.title, Tone::Bad, &body, message)
}

fn page(status: StatusCode, title: &str, tone: Tone, body: &str, message: Option<&DialogMessage>) -> Response {
    let tone = match tone {
        Tone::Good => "good",
        Tone::Bad => "bad",
    };
    // Only a page that has something to tell needs who carries it.
    let (message, scripts) = match message {
        None => (String::new(), String::new()),
        Some(message) => {
            let json = serde_json::to_string(message).expect("a message has nothing that JSON lacks");
            let scripts = format!(
                "<script src=\"/auth/assets/dialog.js\" defer></script><script id=\"office-js\" src=\"{OFFICE}\" async></script>"
            );
            (format!(" data-message=\"{}\"", escaped(&json)), scripts)
        }
    };
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>{} – iMIS for Outlook</title>\
         <link rel=\"icon\" href=\"data:,\"><link rel=\"stylesheet\" href=\"/auth/assets/dialog.css\">{scripts}</head>\
         <body><main class=\"{tone}\"{message}><p class=\"product\">iMIS for Outlook</p>{body}</main></body></html>\n",
        escaped(title)
    );
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (status, headers, html).into_response()
}

/// Text as it may stand in an element or a quoted attribute.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            letter => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::{FlowId, ProblemCode};

    async fn html(response: Response) -> String {
        let bytes = axum::body::to_bytes(response.into_body(), 64 * 1024).await.unwrap();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    #[tokio::test]
    async fn nothing_in_a_message_gets_out_of_its_attribute() {
        for hostile in [
            "\"><script>alert(1)</script>",
            "' onload='x",
            "</main>",
            "&quot;",
            "<!--",
            "\u{2028}",
            "]]>",
            "\\\"",
            "\" data-message=\"",
            "\0",
            "javascript:alert(1)",
        ] {
            let message =
                DialogMessage { v: 1, flow: FlowId(hostile.to_owned()), code: Some(hostile.to_owned()), problem: None };
            let html = html(done(&message, hostile)).await;
            let (_, rest) = html.split_once(" data-message=\"").unwrap();
            let (attribute, rest) = rest.split_once("\">").unwrap();
            assert!(!attribute.contains(['<', '>', '"', '\'']), "{attribute}");
            let read = attribute.replace("&quot;", "\"").replace("&#39;", "'").replace("&lt;", "<");
            let read = read.replace("&gt;", ">").replace("&amp;", "&");
            assert_eq!(serde_json::from_str::<DialogMessage>(&read).unwrap(), message);
            assert_eq!(html.matches("<script").count(), 2, "{html}");
            assert_eq!(rest.matches("data-message=\"").count(), 0);
        }
    }

    #[tokio::test]
    async fn every_trouble_has_words_a_status_and_a_problem_of_its_own_kind() {
        for trouble in Trouble::ALL {
            let words = trouble.words();
            assert!(!words.title.is_empty() && words.what.ends_with('.') && words.next.ends_with('.'), "{trouble:?}");
            assert!(trouble.status().is_client_error() || trouble.status().is_server_error(), "{trouble:?}");
            let html = html(refused(trouble, None)).await;
            assert!(html.contains("role=\"alert\"") && html.matches("<h1>").count() == 1, "{trouble:?}");
            assert!(!html.contains("<script") && !html.contains("style="), "{trouble:?}");
            assert_ne!(trouble.problem(), ProblemCode::Internal);
        }
    }
}
