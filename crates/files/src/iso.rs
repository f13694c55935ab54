use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;
use jiff::{Timestamp, ToSpan};

/// A date, by its days since 1970.
pub(crate) fn date(days: i64) -> Option<String> {
    let span = jiff::Span::new().try_days(days).ok()?;
    Date::constant(1970, 1, 1).checked_add(span).ok().map(|date| date.to_string())
}

/// A time of the day, by its nanoseconds since midnight.
pub(crate) fn time(nanoseconds: i64) -> Option<String> {
    let midnight = (0..86_400_000_000_000).contains(&nanoseconds).then(Time::midnight)?;
    midnight.checked_add(nanoseconds.nanoseconds()).ok().map(|time| time.to_string())
}

/// A point in time, by its nanoseconds since 1970.
pub(crate) fn timestamp(nanoseconds: i128, universal: bool) -> Option<String> {
    let time: DateTime = Offset::UTC.to_datetime(Timestamp::from_nanosecond(nanoseconds).ok()?);
    Some(if universal { format!("{time}Z") } else { time.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_as_iso_8601_has_them() {
        assert_eq!(date(0).as_deref(), Some("1970-01-01"));
        assert_eq!(date(-1).as_deref(), Some("1969-12-31"));
        assert_eq!(date(19_782).as_deref(), Some("2024-02-29"));
        assert_eq!(date(i64::MAX), None);
        assert_eq!(time(0).as_deref(), Some("00:00:00"));
        assert_eq!(time(45_296_000_000_000).as_deref(), Some("12:34:56"));
        assert_eq!(time(45_296_120_000_000).as_deref(), Some("12:34:56.12"));
        assert_eq!(time(86_400_000_000_000), None);
        assert_eq!(time(-1), None);
        assert_eq!(timestamp(-500_000_000, false).as_deref(), Some("1969-12-31T23:59:59.5"));
        assert_eq!(timestamp(0, true).as_deref(), Some("1970-01-01T00:00:00Z"));
        assert_eq!(timestamp(i128::MAX, true), None);
    }
}
