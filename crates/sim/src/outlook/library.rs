//! Microsoft's script hosts: the library from the npm package, and our stand-in for `MicrosoftAjax`.
//!
//! Invariant: only files below the given folder are served, unchanged.

use std::path::{Component, Path, PathBuf};

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::Library;

/// The part of MicrosoftAjax.js the library asks for; ours, since the package lacks it (`office-js.md` §1.1). After it
/// come the members that today's library has and the package's has not (§0.3).
const AJAX: &str = concat!(include_str!("../../outlook/ajax.js"), include_str!("../../outlook/newer.js"));

/// `ajax.aspnetcdn.com`.
pub(super) fn ajax_host() -> Router {
    Router::new().route("/ajax/3.5/MicrosoftAjax.js", get(|| async { script(AJAX) }))
}

/// `appsforoffice.microsoft.com`: `/lib/<version>/hosted/<file>`.
pub(super) fn library_host(library: &Library) -> Router {
    match library {
        Library::Folder(folder) => Router::new().fallback(serve_file).with_state(folder.clone()),
        Library::Cdn => Router::new(),
    }
}

async fn serve_file(State(folder): State<PathBuf>, uri: Uri) -> Response {
    let Some(file) = hosted_file(uri.path()) else { return StatusCode::NOT_FOUND.into_response() };
    match read_any_case(&folder, &file).await {
        Some(bytes) => ([(header::CONTENT_TYPE, media_type(&file)), ANY_ORIGIN, ANY_SITE], bytes).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

const ANY_ORIGIN: (header::HeaderName, &str) = (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
const ANY_SITE: (header::HeaderName, &str) =
    (header::HeaderName::from_static("cross-origin-resource-policy"), "cross-origin");

fn script(text: &'static str) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8"), ANY_ORIGIN, ANY_SITE], text)
}

/// The path below `hosted`, if it is one and stays below it.
fn hosted_file(path: &str) -> Option<PathBuf> {
    let (version, file) = path.strip_prefix("/lib/")?.split_once("/hosted/")?;
    let file = Path::new(file);
    let plain = !version.contains('/') && file.components().all(|part| matches!(part, Component::Normal(_)));
    plain.then(|| file.to_owned())
}

/// The package's folders are lower case where the library's own requests are not.
async fn read_any_case(folder: &Path, file: &Path) -> Option<Vec<u8>> {
    if let Ok(bytes) = tokio::fs::read(folder.join(file)).await {
        return Some(bytes);
    }
    tokio::fs::read(folder.join(file.to_string_lossy().to_lowercase())).await.ok()
}

fn media_type(file: &Path) -> &'static str {
    match file.extension().and_then(std::ffi::OsStr::to_str) {
        Some("js") => "text/javascript; charset=utf-8",
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json" | "map") => "application/json",
        Some("png") => "image/png",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_below_hosted_are_named() {
        assert_eq!(
            hosted_file("/lib/1/hosted/en-us/office_strings.js"),
            Some(PathBuf::from("en-us/office_strings.js"))
        );
        assert_eq!(hosted_file("/lib/1.1/hosted/office.js"), Some(PathBuf::from("office.js")));
        assert_eq!(hosted_file("/lib/1/hosted/../../secret"), None);
        assert_eq!(hosted_file("/lib/1/hosted//etc/passwd"), None);
        assert_eq!(hosted_file("/office.js"), None);
    }
}
