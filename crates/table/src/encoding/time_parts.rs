use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::{DateTime, Time};
use jiff::tz::TimeZone;

use super::NumberEncoder;
use crate::TableError;
use crate::schema::TimeForm;

/// How times are encoded.
#[derive(Debug, Clone, PartialEq)]
pub struct TimeEncoder {
    /// The first in the training part, in seconds since 1970 in universal time.
    pub origin: f64,
    /// What is taken of a time, each with what stands for a gap.
    pub parts: Vec<(TimePart, f64)>,
    /// Whether one more number says which are gaps: 1 for one.
    pub indicator: bool,
    /// The first and the last in the training part, in seconds since 1970; `None` if these are not known.
    pub range: Option<(f64, f64)>,
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

/// Seconds since 1970, of a time that is taken to be universal: of any, also of 9999-12-31, which no time stamp holds.
pub(super) fn seconds(time: DateTime) -> f64 {
    let since = time.duration_since(DateTime::constant(1970, 1, 1, 0, 0, 0, 0));
    since.as_secs() as f64 + f64::from(since.subsec_nanos()) / 1e9
}

/// The time of so many seconds since 1970; where there is no such time, 1970.
fn time_at(seconds: f64) -> DateTime {
    TimeZone::UTC.to_datetime(Timestamp::from_second(seconds as i64).unwrap_or_default())
}

/// As ISO 8601 writes the time of so many seconds since 1970: a date alone at midnight.
fn text_of(seconds: f64) -> String {
    let time = time_at(seconds);
    if time.time() == Time::midnight() { time.date().to_string() } else { time.to_string() }
}

/// As ISO 8601 writes the time of the day after so many hours.
fn clock_text_of(hours: f64) -> String {
    time_at((3600.0 * hours).round()).time().to_string()
}

impl TimeEncoder {
    /// The median of the times in the training part, as ISO 8601 writes it: a date alone where the hours do not
    /// matter. The first, where all are the same.
    ///
    /// ```
    /// use densely_table::{TimeEncoder, TimePart};
    ///
    /// let parts = vec![(TimePart::Month, 2.0), (TimePart::Seconds, 3.0 * 86_400.0)];
    /// let encoder = TimeEncoder { origin: 1_709_164_800.0, parts, indicator: false, range: None };
    /// assert_eq!(encoder.median(), "2024-03-03");
    /// ```
    #[must_use]
    pub fn median(&self) -> String {
        if let (true, &[(_, hours)]) = (self.is_clock(), &self.parts[..]) {
            return clock_text_of(hours);
        }
        let part = |wanted| self.parts.iter().find(|(part, _)| *part == wanted);
        let since = part(TimePart::Seconds).map_or(0.0, |&(_, seconds)| seconds);
        let time = time_at(self.origin + since);
        match part(TimePart::Hour) {
            Some(_) => time.to_string(),
            None => time.date().to_string(),
        }
    }

    /// Whether it is for times of the day, as 06:43, of which the hour alone is taken. Of dates that differ, the seconds are.
    #[must_use]
    pub fn is_clock(&self) -> bool {
        matches!(self.parts[..], [(TimePart::Hour, _)])
    }

    pub(super) fn form(&self) -> TimeForm {
        if self.is_clock() { TimeForm::Clock } else { TimeForm::Date }
    }

    /// The ends of the range, as the cells of its form are written.
    pub(super) fn text_of(&self, seconds: f64) -> String {
        if self.is_clock() { clock_text_of(seconds / 3600.0) } else { text_of(seconds) }
    }

    pub(super) fn width(&self) -> usize {
        self.parts.len() + usize::from(self.indicator)
    }

    pub(super) fn write(&self, time: Option<DateTime>, out: &mut [f64]) {
        for (&(part, fill), out) in self.parts.iter().zip(out.iter_mut()) {
            let number = time.map_or(f64::NAN, |time| part.of(time, self.origin));
            let encoder = NumberEncoder { fill: Some(fill), ..NumberEncoder::default() };
            encoder.write(number, std::slice::from_mut(out));
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
