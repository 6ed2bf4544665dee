//! The built pane, read into memory once at start.
//!
//! A request finds a file by its exact path or not at all, so no path can lead
//! out of the folder.

use axum::body::Body;
use axum::http::header::{self, HeaderMap};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::io;
use std::path::Path;

/// Shown where the pane should be, when it was not built or the folder is wrong.
const NO_PANE: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>iMIS for Outlook</title>\
    <p>The pane is not here yet: this server was started without a built pane. \
    Ask your administrator to set the folder of the pane, and to start the server again.</p></html>\n";

/// All files of the pane, by path.
#[derive(Debug, Default)]
pub(crate) struct Assets(HashMap<String, Asset>);

#[derive(Debug)]
struct Asset {
    content_type: &'static str,
    cache: &'static str,
    etag: HeaderValue,
    plain: Bytes,
    brotli: Option<Bytes>,
    gzip: Option<Bytes>,
}

impl Assets {
    /// Reads the folder; what cannot be read is not served.
    pub(crate) fn read(folder: &Path) -> Self {
        let mut files = HashMap::new();
        if let Err(error) = collect(folder, "", &mut files) {
            tracing::warn!(error = %error.kind(), "failed to read the folder of the pane");
        }
        let mut assets = HashMap::new();
        let names: Vec<String> = files.keys().cloned().collect();
        for path in names {
            let original = path.strip_suffix(".br").or_else(|| path.strip_suffix(".gz"));
            if original.is_some_and(|original| files.contains_key(original)) {
                continue;
            }
            let packed = |suffix: &str| files.get(&format!("{path}.{suffix}")).cloned();
            let asset = Asset::new(&path, files[&path].clone(), packed("br"), packed("gz"));
            assets.insert(path, asset);
        }
        Self(assets)
    }

    /// Whether there is a page at all.
    pub(crate) fn has_page(&self) -> bool {
        self.0.contains_key("/index.html")
    }

    /// Answers a GET or HEAD of `path`.
    pub(crate) fn answer(&self, path: &str, request: &HeaderMap) -> Response {
        let path = if path == "/" { "/index.html" } else { path };
        match self.0.get(path) {
            Some(asset) => asset.answer(request),
            None if path == "/index.html" => {
                let html = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
                (StatusCode::SERVICE_UNAVAILABLE, html, NO_PANE).into_response()
            }
            None => (StatusCode::NOT_FOUND, [(header::CONTENT_TYPE, "text/plain")], "not found\n").into_response(),
        }
    }
}

fn collect(folder: &Path, prefix: &str, files: &mut HashMap<String, Bytes>) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        // Names that are no text, or hidden, are nothing the pane asks for.
        let name = entry.file_name();
        let Some(name) = name.to_str().filter(|name| !name.starts_with('.')) else { continue };
        let path = format!("{prefix}/{name}");
        let kind = entry.file_type()?;
        if kind.is_dir() {
            collect(&entry.path(), &path, files)?;
        } else if kind.is_file() {
            files.insert(path, std::fs::read(entry.path())?.into());
        }
    }
    Ok(())
}

impl Asset {
    fn new(path: &str, plain: Bytes, brotli: Option<Bytes>, gzip: Option<Bytes>) -> Self {
        let digest = URL_SAFE_NO_PAD.encode(&Sha256::digest(&plain)[..12]);
        let cache = if has_hash(path) { "public, max-age=31536000, immutable" } else { "no-cache" };
        Self {
            content_type: content_type(path),
            cache,
            etag: HeaderValue::try_from(format!("W/\"{digest}\"")).expect("base64url is fit for a header"),
            plain,
            brotli,
            gzip,
        }
    }

    fn answer(&self, request: &HeaderMap) -> Response {
        let known = request.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
        let weak = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
        let own = weak(self.etag.to_str().unwrap_or_default());
        let unchanged = known.flat_map(|value| value.split(',')).any(|tag| tag.trim() == "*" || weak(tag) == own);
        let (encoding, body) = self.body(request);
        let mut response =
            if unchanged { StatusCode::NOT_MODIFIED.into_response() } else { Response::new(Body::from(body)) };
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(self.cache));
        headers.insert(header::ETAG, self.etag.clone());
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        if let (Some(encoding), false) = (encoding, unchanged) {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        response
    }

    fn body(&self, request: &HeaderMap) -> (Option<&'static str>, Bytes) {
        let accepted = |encoding: &str| accepts(request, encoding);
        match (&self.brotli, &self.gzip) {
            (Some(brotli), _) if accepted("br") => (Some("br"), brotli.clone()),
            (_, Some(gzip)) if accepted("gzip") => (Some("gzip"), gzip.clone()),
            _ => (None, self.plain.clone()),
        }
    }
}

/// Whether the request names the encoding and does not refuse it with `q=0`.
fn accepts(request: &HeaderMap, encoding: &str) -> bool {
    let values = request.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|item| {
        let (name, weight) = item.split_once(';').unwrap_or((item, ""));
        let refused = weight.trim().strip_prefix("q=").is_some_and(|q| q.parse::<f32>().is_ok_and(|q| q <= 0.0));
        name.trim().eq_ignore_ascii_case(encoding) && !refused
    })
}

/// Whether a name carries the hash of its content: `/assets/pane-0123456789abcdef.js`.
fn has_hash(path: &str) -> bool {
    let Some(name) = path.strip_prefix("/assets/") else { return false };
    let name = name.rsplit('/').next().unwrap_or_default();
    let stem = name.split('.').next().unwrap_or_default();
    let hash = stem.rsplit('-').next().unwrap_or_default();
    stem.contains('-') && hash.len() >= 8 && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "json" => "application/json",
        "xml" => "application/xml",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_name_with_a_hash_below_assets_is_kept_for_ever() {
        assert!(has_hash("/assets/pane-0123456789abcdef.js"));
        assert!(has_hash("/assets/pane_bg-0123456789abcdef.wasm"));
        assert!(!has_hash("/assets/boot.js"));
        assert!(!has_hash("/icons/icon-01234567.png"));
        assert!(!has_hash("/index.html"));
    }

    #[test]
    fn an_encoding_is_used_when_asked_for_and_not_refused() {
        let asked = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(value));
            accepts(&headers, "br")
        };
        assert!(asked("gzip, deflate, br"));
        assert!(asked("br;q=0.5"));
        assert!(!asked("gzip"));
        assert!(!asked("br;q=0"));
        assert!(!accepts(&HeaderMap::new(), "br"));
    }
}
