//! Running queries, and taking their rows down.
//!
//! A file on its way is held as the browser's own blobs, outside the wasm's memory, whatever its size; it is handed
//! to the person only when its last byte is here.

use super::Runner;
use super::download::keep;
use super::wait::{Missed, within};
use crate::dispatch::Dispatch;
use api::ExportQuery;
use flows::{Event, QueriesEffect, QueryEffect, QueryEvent, SheetId, Trouble};
use js_sys::{Array, Date, Reflect, Uint8Array};
use std::cell::RefCell;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{AbortController, Blob, BlobPropertyBag, ReadableStreamDefaultReader, Response};

/// So long a file may stand still.
const STILL_MS: i32 = 90_000;
/// Progress is told this often at most.
const BETWEEN_MS: f64 = 200.0;
/// So many bytes are gathered before the browser takes them over.
const PIECE_BYTES: u32 = 512 * 1024;
/// So many are looked at at a time.
const LOOK_BYTES: u32 = 32 * 1024;

/// The files on their way.
#[derive(Default)]
pub(super) struct Exports {
    running: RefCell<Vec<(SheetId, u32, AbortController)>>,
}

impl Exports {
    fn begin(&self, id: SheetId, number: u32) -> Result<AbortController, Trouble> {
        let abort = AbortController::new().map_err(offline)?;
        self.running.borrow_mut().push((id, number, abort.clone()));
        Ok(abort)
    }

    /// Ends one, whether or not it is complete.
    fn end(&self, id: SheetId, number: u32) {
        self.running.borrow_mut().retain(|(sheet, other, abort)| {
            let other = (*sheet, *other) != (id, number);
            if !other {
                abort.abort();
            }
            other
        });
    }
}

/// Carries out one effect.
pub(super) async fn carry_out(
    runner: &'static Runner,
    id: SheetId,
    effect: QueryEffect,
    dispatch: Dispatch,
) -> Option<QueryEvent> {
    let server = &runner.server;
    Some(match effect {
        QueryEffect::Describe(asked, call) => QueryEvent::Described(asked, server.call(&call).await),
        QueryEffect::Run(asked, call) => {
            let offset = call.offset;
            QueryEvent::Answered(asked, offset, server.call(&call).await)
        }
        QueryEffect::Keep(query) => {
            let kept = server.call(&QueriesEffect::keep(&query)).await.map(drop);
            QueryEvent::Starred(query, kept)
        }
        QueryEffect::Export(number, call, file) => {
            let moved = move |rows| dispatch.send(Event::Query(id, QueryEvent::ExportMoved(number, rows)));
            let answer = match runner.exports.begin(id, number) {
                Ok(abort) => export(runner, &call, &file, &abort, &moved).await,
                Err(trouble) => Err(trouble),
            };
            runner.exports.end(id, number);
            QueryEvent::Exported(number, answer)
        }
        QueryEffect::CancelExport(number) => {
            runner.exports.end(id, number);
            return None;
        }
    })
}

async fn export(
    runner: &'static Runner,
    call: &ExportQuery,
    file: &str,
    abort: &AbortController,
    moved: &dyn Fn(u64),
) -> Result<u64, Trouble> {
    let response: Response = runner.server.open(ExportQuery::PATH, call, abort).await?;
    let reader: ReadableStreamDefaultReader =
        response.body().ok_or(Trouble::OutlookUnable)?.get_reader().unchecked_into();
    let mut taken = Taken::default();
    let mut told_ms = Date::now();
    loop {
        let piece = within(STILL_MS, &reader.read()).await.map_err(|missed| match missed {
            Missed::Late => Trouble::NoAnswer,
            Missed::Refused => Trouble::Offline,
        })?;
        if field(&piece, "done").is_truthy() {
            break;
        }
        taken.take(field(&piece, "value").unchecked_into()).map_err(offline)?;
        if Date::now() - told_ms >= BETWEEN_MS {
            told_ms = Date::now();
            moved(taken.rows.count());
        }
    }
    let rows = taken.rows.count();
    keep(&taken.file().map_err(offline)?, file).map_err(offline)?;
    Ok(rows)
}

fn field(of: &JsValue, name: &str) -> JsValue {
    Reflect::get(of, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

fn offline(_: JsValue) -> Trouble {
    Trouble::Offline
}

/// What is here of a file.
#[derive(Default)]
struct Taken {
    rows: RowCount,
    pieces: Array,
    bytes: u32,
    blobs: Array,
    look: Vec<u8>,
}

impl Taken {
    fn take(&mut self, piece: Uint8Array) -> Result<(), JsValue> {
        let length = piece.length();
        let mut start = 0;
        while start < length {
            let end = length.min(start.saturating_add(LOOK_BYTES));
            self.look.resize((end - start) as usize, 0);
            piece.subarray(start, end).copy_to(&mut self.look);
            self.rows.feed(&self.look);
            start = end;
        }
        self.pieces.push(&piece);
        self.bytes += length;
        if self.bytes >= PIECE_BYTES { self.hand_on() } else { Ok(()) }
    }

    /// Gives what was gathered to the browser.
    fn hand_on(&mut self) -> Result<(), JsValue> {
        self.blobs.push(Blob::new_with_u8_array_sequence(&self.pieces)?.as_ref());
        self.pieces = Array::new();
        self.bytes = 0;
        Ok(())
    }

    fn file(mut self) -> Result<Blob, JsValue> {
        self.hand_on()?;
        let kind = BlobPropertyBag::new();
        kind.set_type("text/csv;charset=utf-8");
        Blob::new_with_blob_sequence_and_options(&self.blobs, &kind)
    }
}

/// Counts the rows of a CSV file as it comes: ends of lines that no quotes hold, the headings' line left out.
#[derive(Default)]
struct RowCount {
    quoted: bool,
    lines: u64,
    /// Whether a line has begun that has not ended.
    begun: bool,
}

impl RowCount {
    fn feed(&mut self, bytes: &[u8]) {
        for byte in bytes {
            match byte {
                // A doubled quote closes and opens again.
                b'"' => self.quoted = !self.quoted,
                b'\n' if !self.quoted => {
                    self.lines += 1;
                    self.begun = false;
                    continue;
                }
                _ => {}
            }
            self.begun = true;
        }
    }

    fn count(&self) -> u64 {
        (self.lines + u64::from(self.begun)).saturating_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::RowCount;

    fn rows(pieces: &[&str]) -> u64 {
        let mut count = RowCount::default();
        for piece in pieces {
            count.feed(piece.as_bytes());
        }
        count.count()
    }

    #[test]
    fn rows_are_counted_without_their_headings_wherever_the_file_is_cut() {
        assert_eq!(rows(&[""]), 0);
        assert_eq!(rows(&["\u{feff}ID,Name\r\n"]), 0);
        assert_eq!(rows(&["ID,Name\r\n1,Ada\r\n2,Gra", "ce\r\n"]), 2);
        assert_eq!(rows(&["ID,Name\r", "\n1,Ada\r\n2,Grace"]), 2);
    }

    #[test]
    fn an_end_of_line_inside_quotes_ends_no_row() {
        assert_eq!(rows(&["ID,Note\r\n1,\"two\r\nlines, and \"\"quotes\"\"\r\n\"\r\n", "2,x\r\n"]), 2);
    }
}
