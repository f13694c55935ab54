use std::collections::HashMap;
use std::ops::Range;

use densely_tensor::{MatMut, ReborrowMut, column_mut};
use jiff::civil::DateTime;

use super::number::{is_far, is_outside};
use super::time_parts::seconds;
use super::{CategoryEncoder, Encoding, NumberEncoder, TimeEncoder};
use crate::cell::BadCells;
use crate::parsed::{canonical, number};
use crate::schema::{TimeForm, date_of, times_of, truth_of};
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
            Encoder::Time(encoder) => {
                let (_, times) = times(position, column, rows, Some(encoder.form()))?;
                Ok(Bound::Time(encoder, times))
            }
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

/// Rows from which on it is no accident that most of their numbers are outside of all that were seen in training.
const SEVERAL: usize = 20;

impl NumbersOf<'_> {
    fn each(&self, rows: impl Iterator<Item = usize>, mut visit: impl FnMut(f64)) {
        match self {
            Self::Own(numbers) => numbers.each(rows, visit),
            Self::Of(..) => rows.for_each(|row| visit(self.get(row))),
        }
    }

    fn gaps(&self, rows: &Rows<'_>) -> usize {
        if let Self::Own(numbers) = self
            && numbers.gaps() == 0
        {
            return 0;
        }
        let mut gaps = 0;
        self.each(rows.iter(), |number| gaps += usize::from(number.is_nan()));
        gaps
    }

    /// Whether one of these numbers is outside of a range.
    fn leave(&self, rows: &Rows<'_>, range: (f64, f64)) -> bool {
        let mut outside = 0;
        self.each(rows.iter(), |number| outside += usize::from(is_outside(number, range)));
        outside > 0
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
    /// Writes those of some rows into the columns of `out`, below so many of its rows.
    pub(super) fn write_rows(
        &self,
        rows: impl Iterator<Item = usize>,
        top: usize,
        mut out: MatMut<'_, f64>,
    ) {
        match self {
            // How the numbers are stored is asked once.
            Self::Number(encoder, numbers) => {
                let mut i = 0;
                numbers.each(rows, |number| {
                    encoder.write(number, &mut column_mut(out.rb_mut(), i)[top..]);
                    i += 1;
                });
            }
            _ => rows.enumerate().for_each(|(i, row)| {
                self.write(row, &mut column_mut(out.rb_mut(), i)[top..]);
            }),
        }
    }

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
            Self::Number(encoder, numbers) if !encoder.indicator => numbers.gaps(rows),
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

    /// In how many of these rows is a number or a time that is far from those of the training part, or, of several rows,
    /// outside of these in most; and the first of these rows, with the range of the training part, as text. Times that come
    /// after those of training are as they should be.
    pub(super) fn far(&self, rows: &Rows<'_>) -> Option<(usize, usize, [String; 2])> {
        let (found, range) = match self {
            Self::Number(encoder, numbers) => {
                // Mostly there is none, which is told sooner than which it is.
                let range = encoder.range.filter(|&range| numbers.leave(rows, range))?;
                let [outside, far] = outside(rows, range, |row| Some(numbers.get(row)));
                // In other units, smaller ones, most are outside, but not far.
                let are_most = |&(count, _): &_| rows.len() >= SEVERAL && 2 * count > rows.len();
                (far.or(outside.filter(are_most)), [range.0, range.1].map(canonical))
            }
            Self::Time(encoder, times) => {
                let range = encoder.range?;
                let [_, far] = outside(rows, range, |row| times.get(row).map(seconds));
                (far, [range.0, range.1].map(|seconds| encoder.text_of(seconds)))
            }
            Self::Category(..) => return None,
        };
        let (count, first) = found?;
        Some((count, first, range))
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

/// In how many rows a number is outside of a range, and the first of them; and the same of those that are far from it.
fn outside(
    rows: &Rows<'_>,
    range: (f64, f64),
    number: impl Fn(usize) -> Option<f64>,
) -> [Option<(usize, usize)>; 2] {
    let mut found = [None; 2];
    for row in rows.iter() {
        let Some(number) = number(row).filter(|&number| is_outside(number, range)) else {
            continue;
        };
        for found in &mut found[..1 + usize::from(is_far(number, range))] {
            let (count, _) = found.get_or_insert((0, row));
            *count += 1;
        }
    }
    found
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

/// The times of a column.
pub(super) enum Times<'a> {
    /// Those of the distinct texts.
    Of(&'a Texts, Vec<Option<DateTime>>),
    /// Dates of eight digits.
    Numbers(&'a Numbers),
}

/// Days of this year stand for an end that is not known yet.
const OPEN: i16 = 9999;

impl Times<'_> {
    /// The time in a row; none for a gap, as an open end is.
    pub(super) fn get(&self, row: usize) -> Option<DateTime> {
        self.any(row).filter(|time| time.year() != OPEN)
    }

    /// The same, of an open end the time that stands for it.
    pub(super) fn any(&self, row: usize) -> Option<DateTime> {
        match self {
            Self::Of(texts, times) => texts.code(row).and_then(|code| times[code]),
            Self::Numbers(numbers) => date_of(numbers.get(row)),
        }
    }
}

/// The times of a column, and their form: the one that is given, or that of most.
pub(super) fn times<'a>(
    position: usize,
    column: &'a Column,
    rows: &Rows<'_>,
    form: Option<TimeForm>,
) -> Result<(TimeForm, Times<'a>), TableError> {
    let (form, bad) = match column.cells() {
        Cells::Numbers(numbers) => {
            let form = form.unwrap_or(TimeForm::Date);
            let is_date = |number| form == TimeForm::Date && date_of(number).is_some();
            let is_bad = |number: f64| !number.is_nan() && !is_date(number);
            match BadCells::find(rows, position, |row| is_bad(numbers.get(row))) {
                None => return Ok((form, Times::Numbers(numbers))),
                Some(bad) => (form, bad),
            }
        }
        Cells::Texts(texts) => {
            let (of_most, times) = times_of(texts.values());
            let form = form.unwrap_or(of_most);
            let of_form = |time: Option<(TimeForm, _)>| time.filter(|(own, _)| *own == form);
            let times: Vec<_> = times.into_iter().map(|time| Some(of_form(time)?.1)).collect();
            let is_bad = |row| texts.code(row).is_some_and(|code| times[code].is_none());
            match BadCells::find(rows, position, is_bad) {
                None => return Ok((form, Times::Of(texts, times))),
                Some(bad) => (form, bad),
            }
        }
    };
    Err(match form {
        TimeForm::Date => TableError::NotTimes(bad),
        TimeForm::Clock => TableError::NotClocks(bad),
    })
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
    let plain = Encoder::Number(NumberEncoder::default());
    let encoder = |column| ColumnEncoder { column, encoder: plain.clone() };
    Encoding { schema, encoders: names.into_iter().map(encoder).collect() }
}
