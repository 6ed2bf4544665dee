//! iMIS keeps local times without a zone (`imis.md §4.2`).

use time::OffsetDateTime;
use time::macros::format_description;

/// A time as iMIS writes it, such as `2026-05-10T08:00:00`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalTime(String);

impl LocalTime {
    /// The local time at a moment: milliseconds since 1970 (UTC), and minutes to
    /// add for the place. `None` outside the years 1 to 9999.
    pub fn at(milliseconds: i64, utc_offset_minutes: i32) -> Option<Self> {
        let local = milliseconds.checked_add(i64::from(utc_offset_minutes) * 60_000)?;
        let moment = OffsetDateTime::from_unix_timestamp(local.div_euclid(1000)).ok()?;
        let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]");
        (1..=9999).contains(&moment.year()).then(|| moment.format(format).map(Self).ok())?
    }

    /// As iMIS writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_decides_the_hour_and_the_day() {
        let midnight_utc = 1_767_225_600_000; // 2026-01-01T00:00:00Z
        assert_eq!(LocalTime::at(midnight_utc, -60).unwrap().as_str(), "2025-12-31T23:00:00");
        assert_eq!(LocalTime::at(midnight_utc, 330).unwrap().as_str(), "2026-01-01T05:30:00");
        assert_eq!(LocalTime::at(i64::MAX, 0), None);
    }
}
