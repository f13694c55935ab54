use jiff::civil::DateTime;
use jiff::{Timestamp, tz::TimeZone};

/// A date, or a date and a time of the day, as ISO 8601 writes them; one with an offset in universal
/// time.
pub(crate) fn time_of(text: &str) -> Option<DateTime> {
    // Four digits of a year begin it; what else there is takes no time then.
    let mut head = text.bytes();
    if !(head.by_ref().take(4).all(|byte| byte.is_ascii_digit()) && head.next() == Some(b'-')) {
        return None;
    }
    let has_offset = text.get(10..).is_some_and(|rest| rest.contains(['Z', 'z', '+', '-']));
    match has_offset {
        true => text.parse::<Timestamp>().ok().map(|time| TimeZone::UTC.to_datetime(time)),
        false => text.parse().ok(),
    }
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
        ] {
            assert_eq!(time_of(text), Some(expected), "{text}");
        }
        for text in ["2023-02-29", "2024", "29.02.2024", "2024-2-9", "", "2024-02-29T25:00", "noon"]
        {
            assert_eq!(time_of(text), None, "{text}");
        }
    }
}
