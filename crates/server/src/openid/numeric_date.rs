//! Dates in tokens (RFC 7519 §2). Every JSON value has an answer, and none
//! overflows: what is no date of this or the next centuries is refused.

use serde_json::Value;

/// The last millisecond taken: the end of the year 9999.
const LAST_MS: f64 = 253_402_300_799_999.0;

/// Milliseconds since 1970, or nothing where the value is no date.
pub(super) fn milliseconds(value: &Value) -> Option<i64> {
    let number = value.as_number()?;
    let milliseconds = number.as_f64()? * 1000.0;
    if !(0.0..=LAST_MS).contains(&milliseconds) {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the range was looked at, and a part of a millisecond is nothing"
    )]
    Some(milliseconds.floor() as i64)
}
