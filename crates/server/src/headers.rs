//! The headers of every answer, errors included (`security.md §5.1`).
//!
//! Decided here alone, from the path and the type of the answer. No opener policy
//! anywhere: Office's dialogs need their opener; and no frame options on the pane,
//! which Outlook frames (`security.md §0`).

use crate::config::Config;
use axum::extract::{Request, State};
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use std::sync::Arc;

/// Where Outlook on the web frames panes from, as Microsoft documents it
/// (`security.md §5.1`).
const OUTLOOK: [&str; 6] = [
    "https://outlook.live.com",
    "https://outlook.office.com",
    "https://outlook.office365.com",
    "https://outlook-sdf.office.com",
    "https://outlook-sdf.office365.com",
    "https://outlook.cloud.microsoft",
];

const API_POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; sandbox");
const ASSET_POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
/// The pages of the dialog: fixed, with nothing in them but our script and Microsoft's.
const DIALOG_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self' https://appsforoffice.microsoft.com https://ajax.aspnetcdn.com; \
     style-src 'self'; img-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'none'",
);
const PERMISSIONS: HeaderValue = HeaderValue::from_static(
    "camera=(), microphone=(), geolocation=(), display-capture=(), usb=(), clipboard-write=(self)",
);
const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// The hash of the one style that stands in a page: that of the frame in which the pane shows a body
/// (`taskpane/src/views/frame.css`). The frame inherits this policy, and styles of the body's own stay without effect.
const FRAME_STYLE: &str = "'sha256-QMduvz/szKfuClF/kr3Im646mmZJ7amhYCDuKClOGkY='";

/// The headers that depend on the configuration.
#[derive(Clone, Debug)]
pub(crate) struct Headers {
    page_policy: HeaderValue,
    transport: Option<HeaderValue>,
}

impl Headers {
    /// For this configuration.
    pub(crate) fn new(config: &Config) -> Arc<Self> {
        let extra = config.frame_ancestors_extra.iter().map(String::as_str);
        let ancestors: Vec<&str> = OUTLOOK.into_iter().chain(extra).collect();
        let policy = format!(
            "default-src 'none'; \
             script-src 'self' 'wasm-unsafe-eval' https://appsforoffice.microsoft.com https://ajax.aspnetcdn.com; \
             style-src 'self' {FRAME_STYLE}; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; \
             frame-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors {}",
            ancestors.join(" ")
        );
        // On the loopback it would turn every other server of this machine to https.
        let transport = config.public_url.is_on_a_network() && config.public_url.is_https();
        Arc::new(Self {
            page_policy: HeaderValue::try_from(policy).unwrap_or(API_POLICY),
            transport: transport.then_some(HeaderValue::from_static("max-age=63072000; includeSubDomains")),
        })
    }

    fn set(&self, path: &str, headers: &mut HeaderMap) {
        let page = headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
        let api = path == "/api" || path.starts_with("/api/");
        let dialog = path == "/auth" || path.starts_with("/auth/");
        let policy = match (page, api) {
            (true, _) if dialog => DIALOG_POLICY,
            (true, _) => self.page_policy.clone(),
            (false, true) => API_POLICY,
            (false, false) => ASSET_POLICY,
        };
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        // A dialog's address names its sign-in, which is nobody else's business.
        let referrer = if dialog { "no-referrer" } else { "strict-origin-when-cross-origin" };
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static(referrer));
        if dialog {
            headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
        }
        headers.insert(PERMISSIONS_POLICY, PERMISSIONS);
        // Outlook itself shows the icons of the manifest.
        let resource = if path.starts_with("/icons/") { "cross-origin" } else { "same-origin" };
        headers.insert(RESOURCE_POLICY, HeaderValue::from_static(resource));
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
        if let Some(transport) = &self.transport {
            headers.insert(header::STRICT_TRANSPORT_SECURITY, transport.clone());
        }
    }
}

/// Puts the headers on every answer.
pub(crate) async fn put(State(headers): State<Arc<Headers>>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let mut response = next.run(request).await;
    headers.set(&path, response.headers_mut());
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Key, Keyring, PublicUrl};

    fn headers(path: &str, content_type: &'static str, public_url: &str) -> HeaderMap {
        let ring = Keyring::new(Key::new([1; 32]), Vec::new());
        let mut config = Config::new(PublicUrl::parse(public_url).unwrap(), ring, Vec::new());
        config.frame_ancestors_extra = vec!["https://owa.example.org".to_owned()];
        let mut map = HeaderMap::new();
        map.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        Headers::new(&config).set(path, &mut map);
        map
    }

    fn policy(map: &HeaderMap) -> &str {
        map[header::CONTENT_SECURITY_POLICY].to_str().unwrap()
    }

    #[test]
    fn the_page_runs_wasm_and_office_js_and_is_framed_by_outlook_alone() {
        let page = headers("/", "text/html; charset=utf-8", "https://a.example");
        let policy = policy(&page);
        assert!(policy.contains("script-src 'self' 'wasm-unsafe-eval' https://appsforoffice.microsoft.com"));
        assert!(policy.contains("frame-ancestors https://outlook.live.com"));
        assert!(policy.ends_with(" https://outlook.cloud.microsoft https://owa.example.org"));
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"));
        assert!(!page.contains_key(header::X_FRAME_OPTIONS));
        assert!(!page.contains_key("cross-origin-opener-policy"));
    }

    #[test]
    fn an_answer_of_the_api_is_never_kept_and_never_framed() {
        let answer = headers("/api/session", "application/json", "https://a.example");
        assert_eq!(answer[header::CACHE_CONTROL], "no-store");
        assert!(policy(&answer).contains("frame-ancestors 'none'; sandbox"));
        assert_eq!(answer[RESOURCE_POLICY], "same-origin");
    }

    #[test]
    fn a_page_of_the_dialog_keeps_its_opener_and_is_never_framed() {
        let page = headers("/auth/done", "text/html; charset=utf-8", "https://a.example");
        assert_eq!(page[header::X_FRAME_OPTIONS], "DENY");
        assert_eq!(page[header::REFERRER_POLICY], "no-referrer");
        assert!(!page.contains_key("cross-origin-opener-policy"));
        let policy = policy(&page);
        assert!(policy.contains("frame-ancestors 'none'") && policy.contains("form-action 'none'"));
        assert!(!policy.contains("wasm-unsafe-eval") && !policy.contains("unsafe-inline"));
        let other = headers("/authors", "text/html", "https://a.example");
        assert!(!other.contains_key(header::X_FRAME_OPTIONS), "only what is below /auth");
    }

    #[test]
    fn icons_may_be_shown_by_outlook() {
        assert_eq!(headers("/icons/80.png", "image/png", "https://a.example")[RESOURCE_POLICY], "cross-origin");
    }

    #[test]
    fn only_a_server_on_a_network_asks_for_https_for_ever() {
        let asks = |url| headers("/", "text/html", url).contains_key(header::STRICT_TRANSPORT_SECURITY);
        assert!(asks("https://a.example"));
        assert!(!asks("https://localhost:3000"));
        assert!(!asks("http://localhost:3000"));
    }
}
