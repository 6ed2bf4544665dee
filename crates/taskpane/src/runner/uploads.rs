//! Attachments on their way: held as the browser's own blobs, outside the wasm's memory, and sent raw.

use super::server::{self, Header, Server};
use api::{AttachmentReport, SaveId};
use flows::Trouble;
use js_sys::{Array, Date, Promise, Uint8Array};
use std::cell::RefCell;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, ProgressEvent, XmlHttpRequest};

/// Progress is told this often at most.
const BETWEEN_MS: f64 = 200.0;
/// The time of any upload, and the slowest line it is granted more time for.
const LIMIT_MS: f64 = 150_000.0;
const SLOWEST_BYTES_PER_MS: f64 = 100.0;

/// The contents read from Outlook and not yet let go.
#[derive(Default)]
pub(super) struct Uploads {
    held: RefCell<Vec<(SaveId, usize, Blob)>>,
}

impl Uploads {
    /// Takes a content over; answers its size.
    pub(super) fn hold(&self, save: &SaveId, index: usize, bytes: &[u8]) -> Option<u64> {
        let parts = Array::of1(&Uint8Array::new_from_slice(bytes));
        let blob = Blob::new_with_u8_array_sequence(&parts).ok()?;
        self.drop_content(save, index);
        self.held.borrow_mut().push((save.clone(), index, blob));
        u64::try_from(bytes.len()).ok()
    }

    /// Lets a content go.
    pub(super) fn drop_content(&self, save: &SaveId, index: usize) {
        self.held.borrow_mut().retain(|(of, place, _)| of != save || *place != index);
    }

    /// Sends a content, telling how many bytes are gone from time to time.
    pub(super) async fn send(
        &self,
        server: &Server,
        save: &SaveId,
        index: usize,
        content_type: &str,
        moved: impl Fn(u64) + 'static,
    ) -> Result<AttachmentReport, Trouble> {
        let find = |(of, place, _): &&(SaveId, usize, Blob)| of == save && *place == index;
        let blob = self.held.borrow().iter().find(find).map(|(_, _, blob)| blob.clone());
        // Contents are let go when the message they came from is: reading again is the way on.
        let blob = blob.ok_or(Trouble::MessageClosed)?;
        let path = AttachmentReport::path(save, index);
        let headers = server.proof("PUT", &path).await;
        let request = start(&path, headers, content_type, &blob).map_err(|_| Trouble::Offline)?;
        let watch = watch(moved);
        if let Ok(upload) = request.upload() {
            upload.set_onprogress(Some(watch.as_ref().unchecked_ref()));
        }
        let ended = Promise::new(&mut |resolve, _| {
            request.set_onload(Some(&resolve));
            request.set_onerror(Some(&resolve));
            request.set_ontimeout(Some(&resolve));
            // A refusal to start is told by no event.
            if request.send_with_opt_blob(Some(&blob)).is_err() {
                let _ = resolve.call0(&JsValue::UNDEFINED);
            }
        });
        let event = JsFuture::from(ended).await.unwrap_or(JsValue::UNDEFINED);
        let kind = event.dyn_ref::<ProgressEvent>().map(|event| event.type_()).unwrap_or_default();
        match kind.as_str() {
            "load" => {}
            "timeout" => return Err(Trouble::NoAnswer),
            _ => return Err(Trouble::Offline),
        }
        let text = request.response_text().ok().flatten().unwrap_or_default();
        server::parse(&server::settle(request.status().unwrap_or_default(), text)?)
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates; a limit of days is none")]
fn start(path: &str, headers: Vec<Header>, content_type: &str, blob: &Blob) -> Result<XmlHttpRequest, JsValue> {
    let request = XmlHttpRequest::new()?;
    request.open("PUT", path)?;
    request.set_timeout((LIMIT_MS + blob.size() / SLOWEST_BYTES_PER_MS) as u32);
    request.set_request_header(api::VERSION_HEADER, api::VERSION)?;
    request.set_request_header("content-type", content_type)?;
    for (name, value) in headers {
        request.set_request_header(name, &value)?;
    }
    Ok(request)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates; counts of bytes")]
fn watch(moved: impl Fn(u64) + 'static) -> Closure<dyn FnMut(ProgressEvent)> {
    let mut told_ms = 0.0;
    Closure::new(move |event: ProgressEvent| {
        let now_ms = Date::now();
        if now_ms - told_ms >= BETWEEN_MS {
            told_ms = now_ms;
            moved(event.loaded() as u64);
        }
    })
}
