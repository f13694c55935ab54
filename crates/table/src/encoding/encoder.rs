use std::collections::HashMap;
use std::ops::Range;

use jiff::civil::DateTime;

use super::{CategoryEncoder, Encoding, NumberEncoder, TimeEncoder};
use crate::cell::BadCells;
use crate::parsed::{canonical, number};
use crate::schema::{time_of, truth_of};
use crate::{Cells, Column, ColumnKind, ColumnSchema, Numbers, Rows, Schema, TableError, Texts};

/// How a column becomes numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnEncoder {
    /// The name of the column.
    pub column: String,
    /// What is made of its cells.
    pub encoder: Encoder,
}

/// What is made of cells, by their kind.
#[derive(Debug, Clone, PartialEq)]
pub enum Encoder {
    /// Of numbers.
    Number(NumberEncoder),
    /// Of truth values.
    Boolean(NumberEncoder),
    /// Of categories.
    Category(CategoryEncoder),
    /// Of times.
    Time(TimeEncoder),
}

impl Encoder {
    /// How many numbers are made of a cell.
    #[must_use]
    pub fn width(&self) -> usize {
        match self {
            Self::Number(encoder) | Self::Boolean(encoder) => encoder.width(),
            Self::Category(encoder) => encoder.width(),
            Self::Time(encoder) => encoder.width(),
        }
    }
}

impl ColumnEncoder {
    /// The names of the numbers.
    #[must_use]
    pub fn names_out(&self) -> Vec<String> {
        let column = &self.column;
        let missing = |is: bool| is.then(|| format!("{column} is missing"));
        match &self.encoder {
            Encoder::Number(encoder) | Encoder::Boolean(encoder) => {
                [column.clone()].into_iter().chain(missing(encoder.indicator)).collect()
            }
            Encoder::Category(encoder) => {
                let values = encoder.values.iter().map(|value| format!("{column} = {value}"));
                let other = encoder.other.then(|| format!("{column} is another"));
                values.chain(other).chain(missing(encoder.missing)).collect()
            }
            Encoder::Time(encoder) => {
                let parts = encoder.parts.iter().map(|(part, _)| format!("{column}: {part}"));
                parts.chain(missing(encoder.indicator)).collect()
            }
        }
    }

    /// The encoder for the cells of a column of a table.
    ///
    /// # Errors
    /// For cells that are not of its kind.
    pub(super) fn bind<'a>(
        &'a self,
        position: usize,
        column: &'a Column,
        rows: &Rows<'_>,
    ) -> Result<Bound<'a>, TableError> {
        match &self.encoder {
            Encoder::Number(encoder) => {
                let numbers = numbers(position, column, rows)?;
                if encoder.fill.is_none() {
                    refuse_gaps(position, &numbers, rows)?;
                }
                Ok(Bound::Number(*encoder, numbers))
            }
            Encoder::Boolean(encoder) => {
                Ok(Bound::Number(*encoder, truths(position, column, rows)?))
            }
            Encoder::Category(encoder) => Ok(Bound::Category(encoder, categories(encoder, column))),
            Encoder::Time(encoder) => Ok(Bound::Time(encoder, times(position, column, rows)?)),
        }
    }
}

/// Numbers of a column, as they are or as its texts have them.
pub(crate) enum NumbersOf<'a> {
    Own(&'a Numbers),
    /// Those of the distinct texts.
    Of(&'a Texts, Vec<f64>),
}

impl NumbersOf<'_> {
    #[inline]
    pub(crate) fn get(&self, row: usize) -> f64 {
        match self {
            Self::Own(numbers) => numbers.get(row),
            Self::Of(texts, numbers) => texts.code(row).map_or(f64::NAN, |code| numbers[code]),
        }
    }
}

/// An encoder, and what it needs of a column.
pub(super) enum Bound<'a> {
    Number(NumberEncoder, NumbersOf<'a>),
    Category(&'a CategoryEncoder, Categories<'a>),
    Time(&'a TimeEncoder, Times<'a>),
}

impl Bound<'_> {
    #[inline]
    pub(super) fn write(&self, row: usize, out: &mut [f64]) {
        match self {
            Self::Number(encoder, numbers) => encoder.write(numbers.get(row), out),
            Self::Category(encoder, categories) => {
                out[..encoder.width()].fill(0.0);
                if let Some(one) = categories.one(encoder, row) {
                    out[one] = 1.0;
                }
            }
            Self::Time(encoder, times) => encoder.write(times.get(row), out),
        }
    }
}

impl Bound<'_> {
    /// Some of the numbers of a cell; `all` has room for all.
    pub(super) fn write_part(
        &self,
        row: usize,
        part: Range<usize>,
        all: &mut [f64],
        out: &mut [f64],
    ) {
        match self {
            // There may be many.
            Self::Category(encoder, categories) => {
                out.fill(0.0);
                let one = categories.one(encoder, row).filter(|one| part.contains(one));
                one.into_iter().for_each(|one| out[one - part.start] = 1.0);
            }
            _ => {
                self.write(row, all);
                out.copy_from_slice(&all[part]);
            }
        }
    }
}

/// The number that is 1 for each distinct text.
pub(super) enum Categories<'a> {
    Of(&'a Texts, Vec<Option<usize>>),
    /// Numbers, which are looked up as text.
    Numbers(&'a Numbers, HashMap<&'a str, usize>),
}

impl Categories<'_> {
    pub(super) fn one(&self, encoder: &CategoryEncoder, row: usize) -> Option<usize> {
        match self {
            Self::Of(texts, ones) => match texts.code(row) {
                None => encoder.of_gap(),
                Some(code) => ones[code],
            },
            Self::Numbers(numbers, ones) => match numbers.get(row) {
                gap if gap.is_nan() => encoder.of_gap(),
                number => ones.get(&*canonical(number)).copied().or(encoder.of_others()),
            },
        }
    }
}

impl Bound<'_> {
    /// In how many of these rows is a gap that nothing says is one, of a column in which training had hardly one.
    pub(super) fn new_gaps(&self, rows: &Rows<'_>) -> usize {
        match self {
            Self::Number(encoder, numbers) if !encoder.indicator => {
                rows.iter().filter(|&row| numbers.get(row).is_nan()).count()
            }
            Self::Category(encoder, categories) if !encoder.missing => match categories {
                Categories::Of(texts, _) => {
                    rows.iter().filter(|&row| texts.code(row).is_none()).count()
                }
                Categories::Numbers(numbers, _) => {
                    rows.iter().filter(|&row| numbers.get(row).is_nan()).count()
                }
            },
            Self::Time(encoder, times) if !encoder.indicator => {
                rows.iter().filter(|&row| times.get(row).is_none()).count()
            }
            Self::Number(..) | Self::Category(..) | Self::Time(..) => 0,
        }
    }

    /// In how many of these rows is a category that has no number of its own, and one of them.
    pub(super) fn others(&self, rows: &Rows<'_>) -> Option<(usize, String)> {
        let Self::Category(encoder, categories) = self else { return None };
        let is_other = |one: Option<usize>| one.is_none_or(|one| one >= encoder.values.len());
        let (mut count, mut first) = (0, None);
        let mut add = |text: &dyn Fn() -> String| {
            count += 1;
            first.get_or_insert_with(text);
        };
        match categories {
            Categories::Of(texts, ones) => {
                for code in rows.iter().filter_map(|row| texts.code(row)) {
                    if is_other(ones[code]) {
                        add(&|| texts.value(code).to_owned());
                    }
                }
            }
            Categories::Numbers(numbers, ones) => {
                for number in rows.iter().map(|row| numbers.get(row)).filter(|n| !n.is_nan()) {
                    if !ones.contains_key(&*canonical(number)) {
                        add(&|| canonical(number));
                    }
                }
            }
        }
        first.map(|first| (count, first))
    }
}

fn categories<'a>(encoder: &'a CategoryEncoder, column: &'a Column) -> Categories<'a> {
    let ones: HashMap<&str, usize> = encoder.values.iter().map(String::as_str).zip(0..).collect();
    match column.cells() {
        Cells::Numbers(numbers) => Categories::Numbers(numbers, ones),
        Cells::Texts(texts) => {
            let one = |value: &str| ones.get(value).copied().or(encoder.of_others());
            Categories::Of(texts, texts.values().map(one).collect())
        }
    }
}

/// The times of a column of texts, or of one of gaps alone.
pub(super) struct Times<'a> {
    texts: Option<&'a Texts>,
    times: Vec<Option<DateTime>>,
}

impl Times<'_> {
    pub(super) fn get(&self, row: usize) -> Option<DateTime> {
        self.texts?.code(row).and_then(|code| self.times[code])
    }
}

/// The times of a column.
pub(super) fn times<'a>(
    position: usize,
    column: &'a Column,
    rows: &Rows<'_>,
) -> Result<Times<'a>, TableError> {
    let bad = match column.cells() {
        Cells::Numbers(numbers) => {
            match BadCells::find(rows, position, |row| !numbers.get(row).is_nan()) {
                None => return Ok(Times { texts: None, times: Vec::new() }),
                bad => bad,
            }
        }
        Cells::Texts(texts) => {
            let times: Vec<_> = texts.values().map(time_of).collect();
            let is_bad = |row| texts.code(row).is_some_and(|code| times[code].is_none());
            match BadCells::find(rows, position, is_bad) {
                None => return Ok(Times { texts: Some(texts), times }),
                bad => bad,
            }
        }
    };
    Err(TableError::NotTimes(bad.expect("there are such cells")))
}

/// The numbers of a column; NaN for gaps.
pub(crate) fn numbers<'a>(
    position: usize,
    column: &'a Column,
    rows: &Rows<'_>,
) -> Result<NumbersOf<'a>, TableError> {
    let numbers = match column.cells() {
        Cells::Numbers(numbers) => NumbersOf::Own(numbers),
        Cells::Texts(texts) => {
            // A column of codes may be said to be numbers.
            let number_or_code = |text| number(text).or_else(|| code(text));
            let numbers: Vec<_> = texts.values().map(number_or_code).collect();
            let is_bad = |row| texts.code(row).is_some_and(|code| numbers[code].is_none());
            if let Some(bad) = BadCells::find(rows, position, is_bad) {
                return Err(TableError::NotNumbers(bad));
            }
            let numbers = numbers.into_iter().map(|number| number.unwrap_or(f64::NAN));
            NumbersOf::Of(texts, numbers.collect())
        }
    };
    let infinite = match &numbers {
        NumbersOf::Own(numbers) if numbers.are_finite() => None,
        _ => BadCells::find(rows, position, |row| numbers.get(row).is_infinite()),
    };
    match infinite {
        None => Ok(numbers),
        Some(bad) => Err(TableError::NotFinite(bad)),
    }
}

/// The number that a code is, such as `007`.
fn code(text: &str) -> Option<f64> {
    let is_code = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_code { text.parse().ok() } else { None }
}

/// Truth values as 0 and 1; NaN for gaps.
pub(super) fn truths<'a>(
    position: usize,
    column: &'a Column,
    rows: &Rows<'_>,
) -> Result<NumbersOf<'a>, TableError> {
    let number = |truth: bool| f64::from(u8::from(truth));
    match column.cells() {
        Cells::Numbers(numbers) => {
            let is_bad =
                |row| ![0.0, 1.0].contains(&numbers.get(row)) && !numbers.get(row).is_nan();
            match BadCells::find(rows, position, is_bad) {
                None => Ok(NumbersOf::Own(numbers)),
                Some(bad) => Err(TableError::NotTruths(bad)),
            }
        }
        Cells::Texts(texts) => {
            let truths: Vec<_> = texts.values().map(truth_of).collect();
            let is_bad = |row| texts.code(row).is_some_and(|code| truths[code].is_none());
            if let Some(bad) = BadCells::find(rows, position, is_bad) {
                return Err(TableError::NotTruths(bad));
            }
            let numbers = truths.into_iter().map(|truth| truth.map_or(f64::NAN, number));
            Ok(NumbersOf::Of(texts, numbers.collect()))
        }
    }
}

fn refuse_gaps(
    position: usize,
    numbers: &NumbersOf<'_>,
    rows: &Rows<'_>,
) -> Result<(), TableError> {
    match BadCells::find(rows, position, |row| numbers.get(row).is_nan()) {
        None => Ok(()),
        Some(bad) => Err(TableError::Gaps(bad)),
    }
}

pub(super) fn of_numbers(names: Vec<String>) -> Encoding {
    let column = |name: &String| ColumnSchema {
        name: name.clone(),
        kind: ColumnKind::Number,
        left_out: None,
    };
    let schema = Schema::new(names.iter().map(column).collect());
    let plain = NumberEncoder { fill: None, indicator: false };
    let encoder = |column| ColumnEncoder { column, encoder: Encoder::Number(plain) };
    Encoding { schema, encoders: names.into_iter().map(encoder).collect() }
}
