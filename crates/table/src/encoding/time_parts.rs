use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::NumberEncoder;
use crate::TableError;

/// How times are encoded.
#[derive(Debug, Clone, PartialEq)]
pub struct TimeEncoder {
    /// The first in the training part, in seconds since 1970 in universal time.
    pub origin: f64,
    /// What is taken of a time, each with what stands for a gap.
    pub parts: Vec<(TimePart, f64)>,
    /// Whether one more number says which are gaps: 1 for one.
    pub indicator: bool,
}

/// A number that a time has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimePart {
    /// The year.
    Year,
    /// The month, from 1.
    Month,
    /// The day of the week, from 1 for Monday.
    Weekday,
    /// The hour, from 0, with minutes and seconds as its fraction.
    Hour,
    /// The seconds since the first time in the training part.
    Seconds,
}

impl TimePart {
    /// All there are.
    pub const ALL: [Self; 5] = [Self::Year, Self::Month, Self::Weekday, Self::Hour, Self::Seconds];

    /// What it is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Year => "year",
            Self::Month => "month",
            Self::Weekday => "weekday",
            Self::Hour => "hour",
            Self::Seconds => "seconds",
        }
    }

    /// That of a time, with an origin in seconds since 1970.
    pub(super) fn of(self, time: DateTime, origin: f64) -> f64 {
        match self {
            Self::Year => time.year().into(),
            Self::Month => time.month().into(),
            Self::Weekday => time.weekday().to_monday_one_offset().into(),
            Self::Hour => {
                f64::from(time.hour())
                    + f64::from(time.minute()) / 60.0
                    + f64::from(time.second()) / 3600.0
            }
            Self::Seconds => seconds(time) - origin,
        }
    }
}

/// Seconds since 1970, of a time that is taken to be universal.
pub(super) fn seconds(time: DateTime) -> f64 {
    // Times are of the years -9999 to 9999, which is less than this library has.
    let zoned = time.to_zoned(TimeZone::UTC);
    zoned.map_or(f64::NAN, |zoned| {
        let timestamp = zoned.timestamp();
        timestamp.as_second() as f64 + f64::from(timestamp.subsec_nanosecond()) / 1e9
    })
}

impl TimeEncoder {
    /// The median of the times in the training part, as ISO 8601 writes it: a date alone where the hours do not
    /// matter. The first, where all are the same.
    ///
    /// ```
    /// use densely_table::{TimeEncoder, TimePart};
    ///
    /// let parts = vec![(TimePart::Month, 2.0), (TimePart::Seconds, 3.0 * 86_400.0)];
    /// let encoder = TimeEncoder { origin: 1_709_164_800.0, parts, indicator: false };
    /// assert_eq!(encoder.median(), "2024-03-03");
    /// ```
    #[must_use]
    pub fn median(&self) -> String {
        let part = |wanted| self.parts.iter().find(|(part, _)| *part == wanted);
        let since = part(TimePart::Seconds).map_or(0.0, |&(_, seconds)| seconds);
        // Where there is no such time, 1970.
        let time = Timestamp::from_second((self.origin + since) as i64).unwrap_or_default();
        let time = TimeZone::UTC.to_datetime(time);
        match part(TimePart::Hour) {
            Some(_) => time.to_string(),
            None => time.date().to_string(),
        }
    }

    pub(super) fn width(&self) -> usize {
        self.parts.len() + usize::from(self.indicator)
    }

    pub(super) fn write(&self, time: Option<DateTime>, out: &mut [f64]) {
        for (&(part, fill), out) in self.parts.iter().zip(out.iter_mut()) {
            let number = time.map_or(f64::NAN, |time| part.of(time, self.origin));
            NumberEncoder { fill: Some(fill), indicator: false }
                .write(number, std::slice::from_mut(out));
        }
        if self.indicator {
            out[self.parts.len()] = f64::from(u8::from(time.is_none()));
        }
    }
}

impl FromStr for TimePart {
    type Err = TableError;

    fn from_str(text: &str) -> Result<Self, TableError> {
        let found = Self::ALL.into_iter().find(|part| part.name() == text);
        found.ok_or_else(|| TableError::UnknownTimePart(text.to_owned()))
    }
}

impl fmt::Display for TimePart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
