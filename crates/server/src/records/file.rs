//! A file of a record, on its way down.
//!
//! iMIS answers a file as base64 within JSON, whole, and none larger than the site takes is read. It has a place until
//! its last byte is taken: so many files are in memory at once, and so many of one person's.

use super::ids;
use crate::app::App;
use crate::failure::Failure;
use crate::handed::{self, Giver};
use crate::request;
use crate::room::Turn;
use crate::session::Session;
use api::{AttachmentName, ContactId, ProblemCode, RecordId};
use axum::body::Body;
use axum::http::header::{self, HeaderValue};
use axum::response::Response;
use bytes::Bytes;
use futures_util::join;
use imis::AttachmentId;
use std::fmt::Write as _;

/// What JSON adds to a file, at most.
const AROUND_BYTES: usize = 64 * 1024;
/// How much is handed on at a time.
const PIECE_BYTES: usize = 64 * 1024;
/// Types that a browser may know the file by. Everything else is bytes, and all of it is downloaded, never shown.
const TYPES: [(&str, &str); 7] = [
    ("pdf", "application/pdf"),
    ("png", "image/png"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("gif", "image/gif"),
    ("webp", "image/webp"),
    ("txt", "text/plain; charset=utf-8"),
];

/// Answers a file of a record of a contact.
pub(crate) async fn file(
    app: &App,
    session: &Session,
    record: &RecordId,
    id: &str,
    contact: &ContactId,
) -> Result<Response, Failure> {
    let (key, party) = (ids::key(record)?, ids::contact(contact)?);
    if !ids::is_key(id) {
        return Err(Failure::invalid("attachment"));
    }
    let site = app.config.site(&session.me.site).ok_or(Failure::new(ProblemCode::SignedOut))?;
    let turn = app.downloads.take(session)?;
    let max = usize::try_from(site.attachment_max_bytes.saturating_mul(4) / 3).unwrap_or(usize::MAX);
    let acting = session.acting(app)?;
    let id = AttachmentId::new(id);
    let work =
        async { join!(acting.record(&party, &key), acting.record_file(&key, &id, max.saturating_add(AROUND_BYTES))) };
    let (record, file) = session.while_alive(Box::pin(work)).await?;
    let file = match (record, file) {
        (Ok(_), Ok(file)) => file,
        (Err(error), _) | (_, Err(error)) => return Err(super::failed(app, session, &error).await),
    };
    let (giver, body) = handed::body();
    let length = file.bytes.len();
    let handing = hand(app.clone(), session.clone(), giver, file.bytes, turn);
    tokio::spawn(request::within(request::current(), handing));
    Ok(answer(&AttachmentName::new(&file.name), length, body))
}

/// Hands a file on as it is taken, for as long as the session lives and the person takes it in time.
async fn hand(app: App, session: Session, giver: Giver, bytes: Vec<u8>, _turn: Turn) {
    let handing = async {
        for piece in bytes.chunks(PIECE_BYTES) {
            // A copy: what lies in a socket must not keep the whole file.
            giver.give(Some(Bytes::copy_from_slice(piece))).await?;
        }
        giver.give(None).await
    };
    let handed = session.while_alive(tokio::time::timeout(app.config.limits.download_total, handing)).await;
    if matches!(handed, Ok(Err(_))) {
        tracing::info!("a file was not taken in time");
    }
}

fn answer(name: &AttachmentName, length: usize, body: Body) -> Response {
    let extension = name.as_str().rsplit_once('.').map_or("", |(_, extension)| extension).to_ascii_lowercase();
    let kind = TYPES.iter().find(|(known, _)| *known == extension).map_or("application/octet-stream", |(_, kind)| kind);
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    let plain = HeaderValue::from_static("attachment");
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_str(&disposition(name)).unwrap_or(plain));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// `Content-Disposition` with the name twice (RFC 6266): in ASCII for the oldest readers, and in full (RFC 8187).
fn disposition(name: &AttachmentName) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, ' ' | '.' | '-' | '_' | '(' | ')');
    let ascii: String = name.as_str().chars().map(|letter| if plain(letter) { letter } else { '_' }).collect();
    let mut full = String::new();
    for byte in name.as_str().bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_') {
            full.push(char::from(byte));
        } else {
            write!(full, "%{byte:02X}").expect("writing to a string has no failure");
        }
    }
    format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{full}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_in_the_header_without_breaking_it() {
        let of = |name| disposition(&AttachmentName::new(name));
        assert_eq!(of("a.pdf"), "attachment; filename=\"a.pdf\"; filename*=UTF-8''a.pdf");
        assert_eq!(
            of("é\"; x=\r\n1.pdf"),
            "attachment; filename=\"___ x_1.pdf\"; filename*=UTF-8''%C3%A9_%3B%20x%3D1.pdf"
        );
        assert!(of("..\\..\\etc/passwd").contains("filename=\"passwd\""));
    }
}
