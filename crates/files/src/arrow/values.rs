use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Date64Type, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type,
    DurationMicrosecondType, DurationMillisecondType, DurationNanosecondType, DurationSecondType,
    Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    Time32MillisecondType, Time32SecondType, Time64MicrosecondType, Time64NanosecondType,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, downcast_dictionary_array};
use arrow_schema::{DataType, TimeUnit};
use densely_table::ColumnBuilder;

use crate::whole::{decimal, decimal_of_digits, push_signed, push_unsigned};
use crate::{Reason, iso};

/// What a column holds, if that is no number and no text.
pub(super) fn refused(of: &DataType) -> Option<String> {
    let name = match of {
        DataType::Dictionary(_, values) => {
            return match **values {
                DataType::Dictionary(..) | DataType::Null => Some("values of values".to_owned()),
                ref values => refused(values),
            };
        }
        DataType::Binary
        | DataType::FixedSizeBinary(_)
        | DataType::LargeBinary
        | DataType::BinaryView => "bytes",
        DataType::List(_)
        | DataType::FixedSizeList(..)
        | DataType::LargeList(_)
        | DataType::ListView(_)
        | DataType::LargeListView(_) => "lists",
        DataType::Struct(_) => "several fields",
        DataType::Map(..) => "maps",
        DataType::Union(..) => "one type or another",
        DataType::Interval(_) => "intervals of months and days",
        DataType::RunEndEncoded(..) => "runs",
        _ => return None,
    };
    Some(name.to_owned())
}

/// Adds the rows of an array to a column of this name. If nobody needs it, what can be no cell and all behind it are gaps.
pub(super) fn push(
    array: &dyn Array,
    name: &str,
    is_needed: bool,
    to: &mut ColumnBuilder,
) -> Result<(), Reason> {
    let row = to.len();
    let pushed = match array.data_type() {
        DataType::Null => {
            (0..array.len()).for_each(|_| to.push_gap());
            Ok(())
        }
        DataType::Dictionary(..) => downcast_dictionary_array!(
            array => push_places(array.values().as_ref(), &mut array.keys_iter(), to),
            _ => Err(0),
        ),
        _ => push_places(array, &mut (0..array.len()).map(Some), to),
    };
    if !is_needed {
        while to.len() < row + array.len() {
            to.push_gap();
        }
        return Ok(());
    }
    pushed.map_err(|place| Reason::Cell {
        place: format!("row {}", row + place + 1),
        column: Some(name.to_owned()),
        expected: "a time between the years -9999 and 9999".to_owned(),
        found: "another".to_owned(),
    })
}

/// Adds what stands in these places of an array, or says which of them holds what is none.
fn push_places(
    array: &dyn Array,
    places: &mut dyn Iterator<Item = Option<usize>>,
    to: &mut ColumnBuilder,
) -> Result<(), usize> {
    /// Goes over the places; says what is pushed of a value in which row.
    macro_rules! each {
        ($array:expr, |$value:ident, $to:ident, $row:ident| $push:expr) => {{
            let array = $array;
            for ($row, place) in places.enumerate() {
                match place.filter(|&place| array.is_valid(place)) {
                    None => to.push_gap(),
                    Some(place) => {
                        let ($value, $to) = (array.value(place), &mut *to);
                        $push;
                    }
                }
            }
            Ok(())
        }};
    }
    macro_rules! numbers {
        ($type:ty) => {
            each!(array.as_primitive::<$type>(), |value, to, _row| to.push_number(value.into()))
        };
    }
    macro_rules! whole {
        ($type:ty, $push:ident) => {
            each!(array.as_primitive::<$type>(), |value, to, _row| $push(value.into(), to))
        };
    }
    macro_rules! texts {
        ($type:ty, $text:expr) => {
            each!(array.as_primitive::<$type>(), |value, to, row| {
                let text: String = $text(value).ok_or(row)?;
                to.push_text(&text);
            })
        };
    }
    macro_rules! decimals {
        ($type:ty, $scale:expr) => {{
            let scale = i64::from(*$scale);
            each!(array.as_primitive::<$type>(), |value, to, _row| to
                .push_number(decimal(value.into(), scale)))
        }};
    }
    const DAY: i64 = 86_400_000;
    match array.data_type() {
        DataType::Boolean => each!(array.as_boolean(), |value, to, _row| to.push_bool(value)),
        DataType::Int8 => whole!(Int8Type, push_signed),
        DataType::Int16 => whole!(Int16Type, push_signed),
        DataType::Int32 => whole!(Int32Type, push_signed),
        DataType::Int64 => whole!(Int64Type, push_signed),
        DataType::UInt8 => whole!(UInt8Type, push_unsigned),
        DataType::UInt16 => whole!(UInt16Type, push_unsigned),
        DataType::UInt32 => whole!(UInt32Type, push_unsigned),
        DataType::UInt64 => whole!(UInt64Type, push_unsigned),
        DataType::Float16 => numbers!(Float16Type),
        DataType::Float32 => numbers!(Float32Type),
        DataType::Float64 => numbers!(Float64Type),
        DataType::Decimal32(_, scale) => decimals!(Decimal32Type, scale),
        DataType::Decimal64(_, scale) => decimals!(Decimal64Type, scale),
        DataType::Decimal128(_, scale) => decimals!(Decimal128Type, scale),
        DataType::Decimal256(_, scale) => {
            let scale = i64::from(*scale);
            each!(array.as_primitive::<Decimal256Type>(), |value, to, _row| to
                .push_number(decimal_of_digits(&value.to_string(), scale)))
        }
        DataType::Utf8 => each!(array.as_string::<i32>(), |value, to, _row| to.push_text(value)),
        DataType::LargeUtf8 => {
            each!(array.as_string::<i64>(), |value, to, _row| to.push_text(value))
        }
        DataType::Utf8View => each!(array.as_string_view(), |value, to, _row| to.push_text(value)),
        DataType::Date32 => texts!(Date32Type, |days: i32| iso::date(days.into())),
        DataType::Date64 => texts!(Date64Type, |ms: i64| iso::date(ms.div_euclid(DAY))),
        DataType::Time32(TimeUnit::Second) => texts!(Time32SecondType, |value| of_day(value, 9)),
        DataType::Time32(_) => texts!(Time32MillisecondType, |value| of_day(value, 6)),
        DataType::Time64(TimeUnit::Microsecond) => {
            texts!(Time64MicrosecondType, |value| of_day(value, 3))
        }
        DataType::Time64(_) => texts!(Time64NanosecondType, |value| of_day(value, 0)),
        DataType::Timestamp(unit, zone) => {
            let since = |value: i64, digits: u32| {
                iso::timestamp(i128::from(value) * 10_i128.pow(digits), zone.is_some())
            };
            match unit {
                TimeUnit::Second => texts!(TimestampSecondType, |value| since(value, 9)),
                TimeUnit::Millisecond => texts!(TimestampMillisecondType, |value| since(value, 6)),
                TimeUnit::Microsecond => texts!(TimestampMicrosecondType, |value| since(value, 3)),
                TimeUnit::Nanosecond => texts!(TimestampNanosecondType, |value| since(value, 0)),
            }
        }
        // In seconds.
        DataType::Duration(unit) => match unit {
            TimeUnit::Second => decimals!(DurationSecondType, &0_i8),
            TimeUnit::Millisecond => decimals!(DurationMillisecondType, &3_i8),
            TimeUnit::Microsecond => decimals!(DurationMicrosecondType, &6_i8),
            TimeUnit::Nanosecond => decimals!(DurationNanosecondType, &9_i8),
        },
        _ => Err(0),
    }
}

/// A time of the day in units of so many digits of nanoseconds.
fn of_day(value: impl Into<i64>, digits: u32) -> Option<String> {
    iso::time(value.into().checked_mul(10_i64.pow(digits))?)
}
