//! Files on their way down: fetched with the session's proof, kept as the browser's own blob outside the wasm's
//! memory, and handed over under a name.

use super::server::{self, Server};
use super::wait::{Missed, within};
use api::{Problem, ProblemCode};
use flows::Trouble;
use leptos::prelude::{document, window};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{AbortController, Blob, Headers, HtmlElement, RequestCache, RequestInit, Response, Url};

/// The time of any file.
const LIMIT_MS: i32 = 300_000;
/// The browser has begun to write the file by then.
const KEEP_ADDRESS_MS: i32 = 60_000;

/// Fetches what a path answers, and has the browser keep it.
pub(super) async fn hand_over(server: &Server, path: &str, name: &str) -> Result<(), Trouble> {
    if !path.bytes().all(is_plain) {
        return Err(Trouble::Server(Problem::new(ProblemCode::Internal)));
    }
    let used = server.session.current();
    let mut answer = fetch(server, path).await;
    if server.may_repeat(&answer, used.as_ref()) {
        answer = fetch(server, path).await;
    }
    keep(&answer?, name).map_err(|_| Trouble::OutlookUnable)
}

/// What a path of ours consists of; anything else came from elsewhere, and goes nowhere.
const fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b':' | b'-' | b'_' | b'?' | b'=')
}

async fn fetch(server: &Server, path: &str) -> Result<Blob, Trouble> {
    let abort = AbortController::new().map_err(offline)?;
    let init = RequestInit::new();
    init.set_cache(RequestCache::NoStore);
    init.set_signal(Some(&abort.signal()));
    let headers = Headers::new().map_err(offline)?;
    headers.set(api::VERSION_HEADER, api::VERSION).map_err(offline)?;
    // A proof names the path without its query (RFC 9449 §4.2).
    for (header, value) in server.proof("GET", path.split('?').next().unwrap_or_default()).await {
        headers.set(header, &value).map_err(offline)?;
    }
    init.set_headers(&headers);
    let answer = receive(path, &init).await;
    if answer == Err(Trouble::NoAnswer) {
        abort.abort();
    }
    answer
}

async fn receive(path: &str, init: &RequestInit) -> Result<Blob, Trouble> {
    let response = within(LIMIT_MS, &window().fetch_with_str_and_init(path, init)).await.map_err(missed)?;
    let response: Response = response.unchecked_into();
    if !response.ok() {
        let text = within(LIMIT_MS, &response.text().map_err(offline)?).await.map_err(missed)?;
        server::settle(response.status(), text.as_string().unwrap_or_default())?;
    }
    let blob = within(LIMIT_MS, &response.blob().map_err(offline)?).await.map_err(missed)?;
    Ok(blob.unchecked_into())
}

/// Has the browser keep a file, as if a link to it had been pressed.
pub(super) fn keep(blob: &Blob, name: &str) -> Result<(), JsValue> {
    let address = Url::create_object_url_with_blob(blob)?;
    let link: HtmlElement = document().create_element("a")?.unchecked_into();
    link.set_attribute("href", &address)?;
    link.set_attribute("download", name)?;
    link.click();
    let forget = Closure::once_into_js(move || drop(Url::revoke_object_url(&address)));
    // Without a timer the address lives as long as the page.
    let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(forget.unchecked_ref(), KEEP_ADDRESS_MS);
    Ok(())
}

fn offline(_: JsValue) -> Trouble {
    Trouble::Offline
}

fn missed(missed: Missed) -> Trouble {
    match missed {
        Missed::Late => Trouble::NoAnswer,
        Missed::Refused => Trouble::Offline,
    }
}
