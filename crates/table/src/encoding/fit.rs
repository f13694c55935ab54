use std::collections::HashMap;

use super::encoder::{NumbersOf, numbers, times, truths};
use super::time_parts::seconds;
use super::{
    CategoryEncoder, ColumnEncoder, Encoder, EncodingOptions, Impute, NumberEncoder, TimeEncoder,
    TimePart,
};
use crate::schema::{TimeForm, needed};
use crate::{Cells, Column, ColumnKind, ColumnSchema, Rows, TableError};

/// The encoder of a feature, fitted to these rows.
pub(crate) fn encoder(
    schema: &ColumnSchema,
    rows: &Rows<'_>,
    position: usize,
    options: &EncodingOptions,
) -> Result<ColumnEncoder, TableError> {
    let column = &rows.table().columns()[position];
    let needed = needed(options.rare, rows.len());
    let encoder = match schema.kind {
        ColumnKind::Number => {
            Encoder::Number(number(&numbers(position, column, rows)?, rows, options.impute, needed))
        }
        ColumnKind::Boolean => {
            let truths = truths(position, column, rows)?;
            let encoder = number(&truths, rows, Impute::MostFrequent, needed);
            Encoder::Boolean(NumberEncoder { range: None, ..encoder })
        }
        ColumnKind::Category | ColumnKind::Text => {
            Encoder::Category(category(column, rows, options.categories, needed))
        }
        ColumnKind::Time => Encoder::Time(time(position, column, rows, needed)?),
    };
    Ok(ColumnEncoder { column: schema.name.clone(), encoder })
}

fn number(
    numbers: &NumbersOf<'_>,
    rows: &Rows<'_>,
    impute: Impute,
    needed: usize,
) -> NumberEncoder {
    let values = rows.iter().map(|row| numbers.get(row)).filter(|number| !number.is_nan());
    number_encoder(values.collect(), rows.len(), impute, needed)
}

/// Of the values there are in so many rows.
pub(crate) fn number_encoder(
    mut values: Vec<f64>,
    rows: usize,
    impute: Impute,
    needed: usize,
) -> NumberEncoder {
    let indicator = is_told(rows - values.len(), needed);
    let range = range(values.iter().copied());
    // A column that was said to be a feature may have no value.
    let fill = if values.is_empty() { 0.0 } else { impute.of(&mut values) };
    NumberEncoder { fill: Some(fill), indicator, range }
}

/// The smallest and the largest of some numbers.
fn range(mut numbers: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    let first = numbers.next()?;
    let wider =
        |(smallest, largest): (f64, f64), number| (smallest.min(number), largest.max(number));
    Some(numbers.fold((first, first), wider))
}

/// Whether so many gaps are enough to learn from.
fn is_told(gaps: usize, needed: usize) -> bool {
    gaps > 0 && gaps >= needed
}

fn category(column: &Column, rows: &Rows<'_>, most: usize, needed: usize) -> CategoryEncoder {
    let (counts, gaps) = counts(column, rows);
    let distinct = counts.len();
    let mut frequent: Vec<_> = counts.into_iter().filter(|&(_, count)| count >= needed).collect();
    // The most frequent, and of equally frequent ones the first by its text.
    frequent.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    frequent.truncate(most);
    let mut values: Vec<String> = frequent.into_iter().map(|(value, _)| value).collect();
    values.sort_unstable();
    let missing = is_told(gaps, needed);
    let other = values.len() < distinct || (gaps > 0 && !missing);
    CategoryEncoder { values, other, missing }
}

/// How often each text comes, and how many gaps there are.
fn counts(column: &Column, rows: &Rows<'_>) -> (HashMap<String, usize>, usize) {
    let mut gaps = 0;
    match column.cells() {
        Cells::Texts(texts) => {
            let mut counts = vec![0_usize; texts.distinct()];
            for row in rows.iter() {
                match texts.code(row) {
                    None => gaps += 1,
                    Some(code) => counts[code] += 1,
                }
            }
            let seen = texts.values().zip(counts).filter(|&(_, count)| count > 0);
            (seen.map(|(value, count)| (value.to_owned(), count)).collect(), gaps)
        }
        Cells::Numbers(_) => {
            let mut counts = HashMap::new();
            for row in rows.iter() {
                match column.text(row) {
                    None => gaps += 1,
                    Some(text) => *counts.entry(text.into_owned()).or_insert(0) += 1,
                }
            }
            (counts, gaps)
        }
    }
}

fn time(
    position: usize,
    column: &Column,
    rows: &Rows<'_>,
    needed: usize,
) -> Result<TimeEncoder, TableError> {
    let (form, times) = times(position, column, rows, None)?;
    let all = || rows.iter().filter_map(|row| times.get(row));
    let range = range(all().map(seconds));
    let origin = range.map_or(0.0, |(first, _)| first);
    let (mut parts, mut count) = (Vec::new(), 0);
    let of_form = match form {
        TimeForm::Date => &TimePart::ALL[..],
        TimeForm::Clock => &[TimePart::Hour],
    };
    for &part in of_form {
        let mut values: Vec<f64> = all().map(|time| part.of(time, origin)).collect();
        count = values.len();
        let differ = values.windows(2).any(|pair| pair[0] != pair[1]);
        if differ || form == TimeForm::Clock {
            parts.push((part, Impute::Median.of(&mut values)));
        }
    }
    let indicator = is_told(rows.len() - count, needed);
    if parts.is_empty() && !indicator {
        parts.push((TimePart::Seconds, 0.0));
    }
    Ok(TimeEncoder { origin, parts, indicator, range })
}

/// Seconds of the times of a column without gaps.
pub(crate) fn seconds_of(
    position: usize,
    column: &Column,
    rows: &Rows<'_>,
) -> Result<Vec<f64>, TableError> {
    let (_, times) = times(position, column, rows, None)?;
    Ok(rows.iter().map(|row| times.any(row).map_or(f64::NAN, seconds)).collect())
}
