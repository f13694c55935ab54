use jiff::civil::{Date, DateTime, Time};
use jiff::{Timestamp, tz::TimeZone};

/// The day that a time of the day is of.
const DAY: Date = Date::constant(1970, 1, 1);

/// What the times of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TimeForm {
    /// Dates, with or without a time of the day.
    Date,
    /// Times of the day alone.
    Clock,
}

/// Texts as times, and the form of most of them.
pub(crate) fn times_of<'a>(
    texts: impl Iterator<Item = &'a str>,
) -> (TimeForm, Vec<Option<(TimeForm, DateTime)>>) {
    let times: Vec<_> = texts.map(time_of).collect();
    let count = |of| times.iter().flatten().filter(|(form, _)| *form == of).count();
    let clocks = count(TimeForm::Clock) > count(TimeForm::Date);
    (if clocks { TimeForm::Clock } else { TimeForm::Date }, times)
}

/// A date or a time of the day, and which of them.
pub(crate) fn time_of(text: &str) -> Option<(TimeForm, DateTime)> {
    let date = date_of_text(text).map(|date| (TimeForm::Date, date));
    date.or_else(|| Some((TimeForm::Clock, clock_of(text)?)))
}

/// A date, or a date and a time of the day, as ISO 8601 writes them, or a date of eight digits; one with an offset in
/// universal time.
fn date_of_text(text: &str) -> Option<DateTime> {
    // Four digits of a year begin it; what else there is takes no time then.
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    match (digits, text.as_bytes().get(digits)) {
        (4, Some(b'-')) => date_and_time_of(text),
        (8, None) => text.parse().ok().and_then(date_of),
        _ => None,
    }
}

/// A time of the day, as 06:43, 6:43 and 06:43:30.5. It knows nothing of offsets.
fn clock_of(text: &str) -> Option<DateTime> {
    let is_part = |byte: u8| byte.is_ascii_digit() || matches!(byte, b':' | b'.');
    if !text.bytes().all(is_part) {
        return None;
    }
    let padded = match text.as_bytes().get(1) {
        Some(b':') => format!("0{text}").parse::<Time>(),
        _ if text.as_bytes().get(2) == Some(&b':') => text.parse(),
        _ => return None,
    };
    padded.ok().map(|time| DAY.to_datetime(time))
}

fn date_and_time_of(text: &str) -> Option<DateTime> {
    let has_offset = text.get(10..).is_some_and(|rest| rest.contains(['Z', 'z', '+', '-']));
    match has_offset {
        true => text.parse::<Timestamp>().ok().map(|time| TimeZone::UTC.to_datetime(time)),
        false => text.parse().ok(),
    }
}

/// The date of the years 1900 to 2100 that a number of eight digits is, as 20240229, or the last there is, 99991231.
pub(crate) fn date_of(number: f64) -> Option<DateTime> {
    const LAST: f64 = 99_991_231.0;
    let is_usual = (19_000_101.0..=21_001_231.0).contains(&number) && number.fract() == 0.0;
    if !is_usual && number != LAST {
        return None;
    }
    let number = number as i32;
    let [year, month, day] = [number / 10_000, number / 100 % 100, number % 100];
    let date = Date::new(year as i16, month as i8, day as i8).ok()?;
    Some(date.to_datetime(Time::midnight()))
}

#[cfg(test)]
mod tests {
    use jiff::civil::datetime;

    use super::*;

    #[test]
    fn dates_and_times_of_iso_8601_are_read() {
        for (text, expected) in [
            ("2024-02-29", datetime(2024, 2, 29, 0, 0, 0, 0)),
            ("2024-02-29T13:05", datetime(2024, 2, 29, 13, 5, 0, 0)),
            ("2024-02-29 13:05:06.5", datetime(2024, 2, 29, 13, 5, 6, 500_000_000)),
            ("2024-02-29T23:30:00-01:00", datetime(2024, 3, 1, 0, 30, 0, 0)),
            ("2024-02-29 13:05:06Z", datetime(2024, 2, 29, 13, 5, 6, 0)),
            ("06:43", datetime(1970, 1, 1, 6, 43, 0, 0)),
            ("6:43", datetime(1970, 1, 1, 6, 43, 0, 0)),
            ("23:59:30", datetime(1970, 1, 1, 23, 59, 30, 0)),
            ("20240229", datetime(2024, 2, 29, 0, 0, 0, 0)),
        ] {
            assert_eq!(time_of(text).map(|(_, time)| time), Some(expected), "{text}");
        }
        let no_times = [
            "2023-02-29",
            "2024",
            "29.02.2024",
            "2024-2-9",
            "",
            "2024-02-29T25:00",
            "noon",
            "24:10",
            "06:6",
            "06:60",
            "06:43+02:00",
            "06:43Z",
            "T06:43",
            "06:43 am",
            "12:",
            "12",
            "20230229",
            "020240228",
        ];
        for text in no_times {
            assert_eq!(time_of(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_of_eight_digits_are_dates() {
        for (number, expected) in [
            (20_240_229.0, datetime(2024, 2, 29, 0, 0, 0, 0)),
            (19_000_101.0, datetime(1900, 1, 1, 0, 0, 0, 0)),
            (21_001_231.0, datetime(2100, 12, 31, 0, 0, 0, 0)),
            (99_991_231.0, datetime(9999, 12, 31, 0, 0, 0, 0)),
        ] {
            assert_eq!(date_of(number), Some(expected), "{number}");
        }
        let no_dates = [
            20_230_229.0,
            20_240_229.5,
            20_241_301.0,
            20_240_100.0,
            18_991_231.0,
            2_024.0,
            f64::NAN,
        ];
        for number in no_dates {
            assert_eq!(date_of(number), None, "{number}");
        }
    }
}
