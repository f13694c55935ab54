use ::parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use ::parquet::data_type::{ByteArray, DataType, FixedLenByteArray, Int96};
use densely_table::ColumnBuilder;
use half::f16;

use super::meaning::Meaning;
use super::{Chosen, FORMAT, damaged};
use crate::whole::{decimal, push_signed, push_unsigned};
use crate::{Reason, iso};

/// Values that are decoded together.
const BATCH: usize = 4096;

/// Adds the rows of a group, of which there are so many, to a column.
pub(super) fn read_group(
    reader: ColumnReader,
    column: &Chosen<'_>,
    meaning: Meaning,
    rows: usize,
    to: &mut ColumnBuilder,
) -> Result<(), Reason> {
    let group = Group { column, meaning, rows };
    match reader {
        ColumnReader::BoolColumnReader(reader) => group.read(reader, to, |&value, to| {
            to.push_bool(value);
            Some(())
        }),
        ColumnReader::Int32ColumnReader(reader) => group.read(reader, to, |&value, to| {
            match meaning {
                Meaning::Unsigned => push_unsigned(value.cast_unsigned().into(), to),
                _ => push_whole(value.into(), meaning, to)?,
            }
            Some(())
        }),
        ColumnReader::Int64ColumnReader(reader) => group.read(reader, to, |&value, to| {
            match meaning {
                Meaning::Unsigned => push_unsigned(value.cast_unsigned(), to),
                _ => push_whole(value, meaning, to)?,
            }
            Some(())
        }),
        ColumnReader::Int96ColumnReader(reader) => group.read(reader, to, |value, to| {
            to.push_text(&iso::timestamp(nanoseconds(value), false)?);
            Some(())
        }),
        ColumnReader::FloatColumnReader(reader) => group.read(reader, to, |&value, to| {
            to.push_number(value.into());
            Some(())
        }),
        ColumnReader::DoubleColumnReader(reader) => group.read(reader, to, |&value, to| {
            to.push_number(value);
            Some(())
        }),
        ColumnReader::ByteArrayColumnReader(reader) => {
            group.read(reader, to, |value: &ByteArray, to| push_bytes(value.data(), meaning, to))
        }
        ColumnReader::FixedLenByteArrayColumnReader(reader) => {
            let push =
                |value: &FixedLenByteArray, to: &mut _| push_bytes(value.data(), meaning, to);
            group.read(reader, to, push)
        }
    }
}

struct Group<'a> {
    column: &'a Chosen<'a>,
    meaning: Meaning,
    rows: usize,
}

impl Group<'_> {
    /// `push` says nothing if a value is none.
    fn read<T: DataType>(
        &self,
        mut reader: ColumnReaderImpl<T>,
        to: &mut ColumnBuilder,
        mut push: impl FnMut(&T::T, &mut ColumnBuilder) -> Option<()>,
    ) -> Result<(), Reason> {
        let most = self.column.of.max_def_level();
        let (mut levels, mut values) = (Vec::new(), Vec::new());
        let mut left = self.rows;
        while left > 0 {
            levels.clear();
            values.clear();
            let defined = (most > 0).then_some(&mut levels);
            let (records, _, _) = reader
                .read_records(BATCH.min(left), defined, None, &mut values)
                .map_err(damaged)?;
            if records == 0 || records > left {
                return Err(self.damaged(to.len()));
            }
            left -= records;
            let mut values = values.iter();
            for row in 0..records {
                if levels.get(row).is_some_and(|&level| level < most) {
                    to.push_gap();
                    continue;
                }
                let value = values.next().ok_or_else(|| self.damaged(to.len()))?;
                match push(value, to) {
                    Some(()) => {}
                    None if !self.column.is_needed => to.push_gap(),
                    None => return Err(self.value(to.len())),
                }
            }
        }
        Ok(())
    }

    fn damaged(&self, rows: usize) -> Reason {
        let detail = format!("column `{}` ends after {rows} rows", self.column.name);
        Reason::damaged(FORMAT, detail)
    }

    fn value(&self, row: usize) -> Reason {
        let (expected, found) = match self.meaning {
            Meaning::Text => ("text in UTF-8", "other bytes"),
            Meaning::Decimal(_) => ("a decimal of 16 bytes at most", "more"),
            _ => ("a time between the years -9999 and 9999", "another"),
        };
        Reason::Cell {
            place: format!("row {}", row + 1),
            column: Some(self.column.name.to_owned()),
            expected: expected.to_owned(),
            found: found.to_owned(),
        }
    }
}

fn push_whole(value: i64, meaning: Meaning, to: &mut ColumnBuilder) -> Option<()> {
    let nano = |per_second: u32| i128::from(value) * i128::from(1_000_000_000 / per_second);
    match meaning {
        Meaning::Decimal(scale) => to.push_number(decimal(value.into(), scale.into())),
        Meaning::Date => to.push_text(&iso::date(value)?),
        Meaning::Time(per_second) => {
            to.push_text(&iso::time(i64::try_from(nano(per_second)).ok()?)?);
        }
        Meaning::Timestamp { per_second, universal } => {
            to.push_text(&iso::timestamp(nano(per_second), universal)?);
        }
        _ => push_signed(value, to),
    }
    Some(())
}

fn push_bytes(bytes: &[u8], meaning: Meaning, to: &mut ColumnBuilder) -> Option<()> {
    match meaning {
        Meaning::Decimal(scale) => {
            // From the largest byte on, with a sign.
            let first = bytes.first().map_or(0, |&byte| i128::from(byte.cast_signed() >> 7));
            (bytes.len() <= 16).then_some(())?;
            let whole = bytes.iter().fold(first, |whole, &byte| (whole << 8) | i128::from(byte));
            to.push_number(decimal(whole, scale.into()));
        }
        Meaning::Half => {
            let bits = bytes.try_into().ok()?;
            to.push_number(f16::from_le_bytes(bits).into());
        }
        Meaning::Uuid => {
            let hexadecimal: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            to.push_text(&hexadecimal);
        }
        _ => to.push_text(std::str::from_utf8(bytes).ok()?),
    }
    Some(())
}

/// Of the old type for times: nanoseconds of the day, and the Julian day.
fn nanoseconds(value: &Int96) -> i128 {
    const JULIAN_1970: i128 = 2_440_588;
    let [low, high, day] = value.data() else { return i128::MAX };
    let of_day = (i128::from(*high) << 32) | i128::from(*low);
    (i128::from(*day) - JULIAN_1970) * 86_400_000_000_000 + of_day
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_of_bytes_have_a_sign() {
        for (bytes, expected) in
            [(&[0xff][..], -0.1), (&[0x00, 0x80], 12.8), (&[0xff, 0x7f], -12.9), (&[], 0.0)]
        {
            let mut column = ColumnBuilder::new();
            push_bytes(bytes, Meaning::Decimal(1), &mut column).unwrap();
            assert_eq!(column.finish("x").text(0).unwrap(), expected.to_string());
        }
    }
}
