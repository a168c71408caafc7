//! The clock, read once per operation.

use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// Seconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

/// The moment this operation begins: `SOURCE_DATE_EPOCH` where it is set (reproducible-builds.org),
/// else the system clock.
#[expect(clippy::disallowed_methods, reason = "the one owner of the clock")]
pub fn now() -> Timestamp {
    let pinned = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|text| text.parse().ok());
    Timestamp(pinned.unwrap_or_else(|| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
    }))
}

impl Timestamp {
    /// `2026-11-21`, in UTC.
    pub fn date(self) -> String {
        let (year, month, day) = civil(self.0.div_euclid(86_400));
        format!("{year:04}-{month:02}-{day:02}")
    }

    /// `2026-11-21 14:03 UTC`.
    pub fn minute(self) -> String {
        let second = self.0.rem_euclid(86_400);
        format!("{} {:02}:{:02} UTC", self.date(), second / 3600, second % 3600 / 60)
    }
}

impl Timestamp {
    /// Reads what [`Self::minute`] writes; `None` for anything else.
    pub fn of_minute(text: &str) -> Option<Self> {
        let number = |at: std::ops::Range<usize>| text.get(at)?.parse::<i64>().ok();
        let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
        let read =
            Self(days(year, month, day) * 86_400 + number(11..13)? * 3600 + number(14..16)? * 60);
        (read.minute() == text).then_some(read)
    }
}

/// Year, month, day of the proleptic Gregorian calendar as days since 1970-01-01 (the same source,
/// `days_from_civil`).
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let shifted_month = (month + 9) % 12;
    let day_of_year = (153 * shifted_month + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// Days since 1970-01-01 as year, month, day of the proleptic Gregorian calendar
/// (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`).
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (seconds, expected) in [
            (0, "1970-01-01 00:00 UTC"),
            (951_782_399, "2000-02-28 23:59 UTC"),
            (951_782_400, "2000-02-29 00:00 UTC"),
            (1_795_269_780, "2026-11-21 14:03 UTC"),
            (-1, "1969-12-31 23:59 UTC"),
        ] {
            assert_eq!(Timestamp(seconds).minute(), expected);
            let read = Timestamp::of_minute(expected).unwrap();
            assert_eq!(read.0, seconds - seconds.rem_euclid(60));
        }
        for text in ["", "2026-11-21", "2026-02-30 14:03 UTC", "2026-11-21 14:03 CET", "é"] {
            assert_eq!(Timestamp::of_minute(text), None, "{text}");
        }
    }
}
