//! A time as iMIS writes it: local, without a zone.

use serde::{Deserialize, Serialize};

/// A local date, or date and time, of the site: `2026-05-10` or `2026-05-10T08:00:00` (`imis.md §4.2`).
///
/// Which zone it is in, nobody can tell from here; it is shown as it stands. Text order is time order.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LocalTime(pub String);

/// Days since 1970 of a day of the calendar; January is 1.
pub const fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    // Years begin in March, so that the odd day is the last.
    let year = if month <= 2 { year - 1 } else { year };
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + of_year - 719_468
}

impl LocalTime {
    /// A time in milliseconds since 1970 (UTC), where the clock is so many minutes ahead of UTC, to the second. Times
    /// that iMIS's calendar has no place for are none: it begins in 1753 (`imis.md §6.1`, `datetime`).
    pub fn of(ms: i64, utc_offset_minutes: i32) -> Option<Self> {
        let seconds = ms.checked_add(i64::from(utc_offset_minutes) * 60_000)?.div_euclid(1000);
        let (day, clock) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        let days = day.checked_add(719_468)?;
        // Eras of 400 years are alike.
        let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month = (5 * of_year + 2) / 153;
        let date = of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        if !(1753..=9999).contains(&year) {
            return None;
        }
        let mut text = year.to_string();
        let parts = [("-", month), ("-", date), ("T", clock / 3600), (":", clock / 60 % 60), (":", clock % 60)];
        for (before, number) in parts {
            text.push_str(before);
            if number < 10 {
                text.push('0');
            }
            text.push_str(&number.to_string());
        }
        Some(Self(text))
    }

    /// The other way: milliseconds since 1970 (UTC) of a time to the minute or the second; none of a date alone.
    pub fn ms(&self, utc_offset_minutes: i32) -> Option<i64> {
        let (date, time) = self.0.split_once('T')?;
        let mut date = date.splitn(3, '-').map(|part| part.parse::<i64>().ok());
        let (year, month, day) = (date.next()??, date.next()??, date.next()??);
        let mut time = time.splitn(3, ':').map(|part| part.parse::<i64>().ok());
        let (hour, minute, second) = (time.next()??, time.next()??, time.next().unwrap_or(Some(0))?);
        let sound = (1753..=9999).contains(&year)
            && (1..=12).contains(&month)
            && (1..=31).contains(&day)
            && (0..24).contains(&hour)
            && (0..60).contains(&minute)
            && (0..60).contains(&second);
        let seconds = days_since_1970(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second;
        sound.then(|| (seconds - i64::from(utc_offset_minutes) * 60) * 1000)
    }
}

#[cfg(test)]
mod tests {
    use super::LocalTime;

    #[test]
    fn a_time_is_that_of_the_place_and_back() {
        let text = |ms, minutes| LocalTime::of(ms, minutes).map(|local| local.0);
        assert_eq!(text(1_767_225_600_000, -60).as_deref(), Some("2025-12-31T23:00:00"));
        assert_eq!(text(1_709_164_799_000, 0).as_deref(), Some("2024-02-28T23:59:59"));
        assert_eq!(text(1_709_164_800_000, 0).as_deref(), Some("2024-02-29T00:00:00"));
        assert_eq!(text(-1, 0).as_deref(), Some("1969-12-31T23:59:59"));
        assert_eq!(text(i64::MAX, 0), None);
        assert_eq!(text(-9_000_000_000_000, 0), None);
        for ms in [1_767_225_600_000, 1_709_164_799_000, -86_400_000, 4_102_444_800_000] {
            assert_eq!(LocalTime::of(ms, 330).and_then(|local| local.ms(330)), Some(ms));
        }
        assert_eq!(LocalTime("2024-02-29T10:05".to_owned()).ms(0), Some(1_709_201_100_000));
        for bad in ["2024-02-29", "T", "2024-13-01T00:00", "2024-01-01T24:00", "x-1-1T0:0"] {
            assert_eq!(LocalTime(bad.to_owned()).ms(0), None, "{bad}");
        }
    }
}
