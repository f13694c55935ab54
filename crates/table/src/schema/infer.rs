use std::collections::HashSet;
use std::convert::Infallible;

use super::options::needed;
use super::truth::are_truths;
use super::{ColumnKind, ColumnSchema, LeftOut, Schema, SchemaOptions, date_of, time_of, times_of};
use crate::parsed::number;
use crate::{Cells, Column, Naming, Rows, TableError, Texts};

/// Text is numbers with mistakes if at least this share is numbers.
const NUMBERS: f64 = 0.5;

/// Text is times with mistakes if at least this share of the different ones is times.
const TIMES: f64 = 0.9;

/// ... and these are more than so many.
const FEW: usize = 20;

/// Rows from which on it is no accident that all values are different.
const MANY_ROWS: usize = 50;

pub(super) fn schema(rows: &Rows<'_>, options: &SchemaOptions) -> Result<Schema, TableError> {
    let table = rows.table();
    check_names(options, |name| table.position(name))?;
    let is_target = |column: &&Column| options.targets.iter().any(|name| name == column.name());
    let features = table.columns().iter().filter(|column| !is_target(column));
    schema_of(features.map(|column| column_schema(column, rows, options)).collect())
}

/// Whether what is known of columns fits those that there are.
pub(crate) fn check_names(
    options: &SchemaOptions,
    position: impl Fn(&str) -> Result<usize, TableError>,
) -> Result<(), TableError> {
    options.names().try_for_each(|name| match position(name) {
        // Both are.
        Err(TableError::DuplicateColumn(name)) if options.drop.contains(&name) => Ok(()),
        position => position.map(drop),
    })?;
    let roles = options.roles.iter().map(|(column, role)| (column, role.as_str()));
    let roles = roles.chain(options.drop.iter().map(|column| (column, "column to leave out")));
    for (column, role) in roles {
        if options.targets.contains(column) {
            let (column, role) = (column.clone(), role.to_owned());
            return Err(TableError::TwoRoles { column, role });
        }
    }
    Ok(())
}

/// Of columns of which some are features.
pub(crate) fn schema_of(columns: Vec<ColumnSchema>) -> Result<Schema, TableError> {
    if columns.iter().all(|column| column.left_out.is_some()) {
        let columns = columns.iter().map(ColumnSchema::to_string).collect();
        return Err(TableError::NoFeatures { columns });
    }
    Ok(Schema::new(columns))
}

pub(crate) fn column_schema(
    column: &Column,
    rows: &Rows<'_>,
    options: &SchemaOptions,
) -> ColumnSchema {
    let Ok(schema) =
        column_schema_with(column.name(), options, &InMemory { column, rows, options });
    schema
}

/// What tells of a column what it is.
pub(crate) trait ColumnEvidence {
    type Error;

    /// What it is.
    fn kind(&self) -> Result<ColumnKind, Self::Error>;

    /// Whether there is no value, or one and no gap.
    fn one_value(&self) -> Result<Option<LeftOut>, Self::Error>;

    /// Why a column of this kind is no feature unless it is wanted.
    fn no_feature(&self, kind: ColumnKind) -> Result<Option<LeftOut>, Self::Error>;

    /// Why nothing can be learnt from its values as categories, wanted or not.
    fn rare(&self) -> Option<LeftOut>;
}

/// Of a column that is wanted, as a feature or otherwise, less is asked; it still is no feature without several
/// values.
pub(crate) fn column_schema_with<E: ColumnEvidence>(
    name: &str,
    options: &SchemaOptions,
    evidence: &E,
) -> Result<ColumnSchema, E::Error> {
    let given = options.kind_of(name);
    let kind = match given.map_or_else(|| evidence.kind(), Ok)? {
        // What is to be kept of text are its values.
        ColumnKind::Text if given.is_none() && options.is_kept(name) => ColumnKind::Category,
        kind => kind,
    };
    let left_out = if options.drop.iter().any(|dropped| dropped == name) {
        Some(LeftOut::Dropped)
    } else if let Some(role) = options.role_of(name).filter(|_| !options.is_kept(name)) {
        Some(LeftOut::Role(role.to_owned()))
    } else if let Some(reason) = evidence.one_value()? {
        Some(reason)
    } else if kind == ColumnKind::Text {
        Some(LeftOut::Text)
    } else if given.is_some() {
        None
    } else if options.is_kept(name) {
        if kind == ColumnKind::Category { evidence.rare() } else { None }
    } else {
        evidence.no_feature(kind)?
    };
    Ok(ColumnSchema { name: name.to_owned(), kind, left_out })
}

/// A column in memory.
struct InMemory<'a> {
    column: &'a Column,
    rows: &'a Rows<'a>,
    options: &'a SchemaOptions,
}

impl ColumnEvidence for InMemory<'_> {
    type Error = Infallible;

    fn kind(&self) -> Result<ColumnKind, Infallible> {
        Ok(kind(self.column, self.rows))
    }

    fn one_value(&self) -> Result<Option<LeftOut>, Infallible> {
        let Self { column, rows, .. } = self;
        // A number, or the code of a text.
        let value = |row| match column.cells() {
            Cells::Numbers(numbers) => Some(numbers.get(row)).filter(|number| !number.is_nan()),
            Cells::Texts(texts) => texts.code(row).map(|code| code as f64),
        };
        let all = |visit: &mut dyn FnMut(usize, Option<f64>) -> bool| {
            rows.iter().all(|row| visit(row, value(row)));
            Ok(())
        };
        one_value_of(all, |row, _| column.text(row).unwrap_or_default().into_owned())
    }

    fn no_feature(&self, kind: ColumnKind) -> Result<Option<LeftOut>, Infallible> {
        let Self { column, rows, options } = self;
        match (column.cells(), kind) {
            (Cells::Numbers(numbers), ColumnKind::Number) => {
                identifier(column.name(), rows.table().rows(), |visit| {
                    rows.iter().all(|row| visit(row, numbers.get(row)));
                    Ok(())
                })
            }
            (Cells::Texts(texts), ColumnKind::Category) => {
                let needed = needed(options.rare, rows.len());
                let often = Often::count(texts, rows);
                let identifier = often.distinct == often.filled && often.distinct >= MANY_ROWS;
                let identifier =
                    identifier.then_some(LeftOut::Identifier { distinct: often.distinct });
                Ok(formatted(texts).or(identifier).or_else(|| often.rare(needed)))
            }
            _ => Ok(None),
        }
    }

    fn rare(&self) -> Option<LeftOut> {
        let Cells::Texts(texts) = self.column.cells() else { return None };
        let needed = needed(self.options.rare, self.rows.len());
        let often = Often::count(texts, self.rows);
        // Of many gaps it can be learnt which there are.
        let gaps = self.rows.len() - often.filled;
        often.rare(needed).filter(|_| gaps < needed)
    }
}

/// What a column is. That is asked of all cells there are: what stands in one is a matter of
/// the file, not of what is learnt.
fn kind(column: &Column, rows: &Rows<'_>) -> ColumnKind {
    match column.cells() {
        Cells::Numbers(numbers) => {
            let Ok(kind) = kind_of_numbers(column.name(), |visit| {
                (0..column.len()).all(|row| visit(row, numbers.get(row)));
                Ok::<_, Infallible>(())
            });
            kind
        }
        Cells::Texts(texts) => text_kind(texts, rows),
    }
}

/// What a column of numbers is. `all` calls `visit(row, number)` for each as long as it asks for more.
pub(crate) fn kind_of_numbers<E>(
    name: &str,
    all: impl FnOnce(&mut dyn FnMut(usize, f64) -> bool) -> Result<(), E>,
) -> Result<ColumnKind, E> {
    if is_postal(name) {
        return Ok(ColumnKind::Category);
    }
    if is_identifier(name) {
        return Ok(ColumnKind::Number);
    }
    let (mut dates, mut are_dates) = (0, true);
    all(&mut |_, number| {
        are_dates = number.is_nan() || date_of(number).is_some();
        dates += usize::from(!number.is_nan());
        are_dates
    })?;
    Ok(if are_dates && dates > 0 { ColumnKind::Time } else { ColumnKind::Number })
}

fn text_kind(texts: &Texts, rows: &Rows<'_>) -> ColumnKind {
    if texts.distinct() == 2 && are_truths(texts.value(0), texts.value(1)) {
        return ColumnKind::Boolean;
    }
    let (form, times) = times_of(texts.values());
    let times = times.iter().flatten().filter(|(own, _)| *own == form).count();
    if times > 0 && times as f64 >= TIMES * texts.distinct() as f64 {
        return ColumnKind::Time;
    }
    if are_numbers_with_mistakes(texts, rows) {
        return ColumnKind::Number;
    }
    if are_sentences(texts) { ColumnKind::Text } else { ColumnKind::Category }
}

/// Whether most are numbers, and what is none is no code either, as `007` is.
fn are_numbers_with_mistakes(texts: &Texts, rows: &Rows<'_>) -> bool {
    let is_number = |text: &str| number(text).is_some();
    let is_code = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let are_numbers: Vec<bool> = texts.values().map(is_number).collect();
    let distinct = are_numbers.iter().filter(|&&is| is).count();
    if distinct <= FEW || texts.values().any(|text| is_code(text) && !is_number(text)) {
        return false;
    }
    let codes = || rows.iter().filter_map(|row| texts.code(row));
    let numbers = codes().filter(|&code| are_numbers[code]).count();
    numbers as f64 >= NUMBERS * codes().count() as f64
}

/// Whether most texts are of several words and hardly any comes twice.
fn are_sentences(texts: &Texts) -> bool {
    const WORDS: usize = 5;
    let filled = texts.len() - texts.gaps();
    let long = texts.values().filter(|text| text.split_whitespace().count() >= WORDS).count();
    2 * long > texts.distinct() && 2 * texts.distinct() > filled
}

/// Whether numbers of this name are of places.
fn is_postal(name: &str) -> bool {
    let plain: String = name.chars().filter(|c| c.is_alphanumeric()).collect();
    let plain = plain.to_lowercase();
    ["zip", "zipcode", "postalcode", "postcode", "plz", "fips"].contains(&plain.as_str())
}

/// Whether a column has no name of its own, as one that numbers rows often has.
fn is_unnamed(name: &str) -> bool {
    name.starts_with("Unnamed: ") || is_level(name) || Naming::is_unnamed(name)
}

/// Whether pandas has given the name, to an index that has none.
fn is_level(name: &str) -> bool {
    name.starts_with("__index_level_") && name.ends_with("__")
}

/// Whether a column of this name may well number rows, or identify them.
fn is_identifier(name: &str) -> bool {
    let plain = name.to_lowercase();
    let words = ["id", "index", "idx", "row", "rownames", "rownum", "uuid", "guid", "#"];
    let ends = ["_id", " id", "-id", ".id", "_no", "_nr"];
    let is_camel = |end: &str| {
        let before = name.strip_suffix(end).and_then(|rest| rest.chars().next_back());
        before.is_some_and(|before| before.is_lowercase())
    };
    is_level(name)
        || words.contains(&plain.as_str())
        || ends.iter().any(|end| plain.ends_with(end))
        || is_camel("Id")
        || is_camel("ID")
}

/// Whether there is no value, or one and no gap. `all` calls `visit(row, value)` for each cell as long as it asks
/// for more; `text` is that of a value.
pub(crate) fn one_value_of<E>(
    all: impl FnOnce(&mut dyn FnMut(usize, Option<f64>) -> bool) -> Result<(), E>,
    text: impl FnOnce(usize, f64) -> String,
) -> Result<Option<LeftOut>, E> {
    let (mut first, mut gaps, mut several) = (None, false, false);
    all(&mut |row, value| {
        match (value, first) {
            (None, _) => gaps = true,
            (Some(value), None) => first = Some((row, value)),
            (Some(value), Some((_, other))) => several = other != value,
        }
        !several
    })?;
    Ok(match first {
        _ if several => None,
        None => Some(LeftOut::Empty),
        Some(_) if gaps => None,
        Some((row, value)) => Some(LeftOut::Constant(text(row, value))),
    })
}

/// Whether whole numbers are all different, and number the rows or identify them, of which the name of
/// the column has to speak: years count, too. `all` calls `visit(row, number)` for each as long as it asks for
/// more; of so many `table_rows` they are some.
pub(crate) fn identifier<E>(
    name: &str,
    table_rows: usize,
    all: impl Fn(&mut dyn FnMut(usize, f64) -> bool) -> Result<(), E>,
) -> Result<Option<LeftOut>, E> {
    let (is_unnamed, is_identifier) = (is_unnamed(name), is_identifier(name));
    if !is_unnamed && !is_identifier {
        return Ok(None);
    }
    let (mut distinct, mut is_whole, mut rises) = (0, true, true);
    let (mut first, mut follows) = (None, true);
    let (mut smallest, mut largest) = (f64::INFINITY, f64::NEG_INFINITY);
    all(&mut |row, number| {
        is_whole = number.fract() == 0.0 && number.is_finite();
        let offset = number - row as f64;
        follows &= *first.get_or_insert(offset) == offset;
        rises &= number > largest;
        (smallest, largest) = (smallest.min(number), largest.max(number));
        distinct += 1;
        is_whole
    })?;
    // Numbers that rise are different.
    if !is_whole || !(rises || all_different(all)?) {
        return Ok(None);
    }
    let is_dense = (largest - smallest) < 2.0 * table_rows as f64;
    let numbers_rows = follows || (distinct >= MANY_ROWS && is_dense);
    Ok(if numbers_rows {
        Some(LeftOut::RowNumbers)
    } else if is_identifier && distinct >= MANY_ROWS {
        Some(LeftOut::Identifier { distinct })
    } else {
        None
    })
}

/// Whether no number comes twice: most that do come twice soon.
fn all_different<E>(
    all: impl Fn(&mut dyn FnMut(usize, f64) -> bool) -> Result<(), E>,
) -> Result<bool, E> {
    const SOON: usize = 1 << 16;
    let (mut seen, mut twice) = (HashSet::new(), false);
    all(&mut |_, number| {
        twice = !seen.insert(number.to_bits());
        !twice && seen.len() < SOON
    })?;
    if twice || seen.len() < SOON {
        return Ok(!twice);
    }
    drop(seen);
    let mut numbers = Vec::new();
    all(&mut |_, number| {
        numbers.push(number);
        true
    })?;
    numbers.sort_unstable_by(f64::total_cmp);
    Ok(numbers.windows(2).all(|pair| pair[0] != pair[1]))
}

/// Whether nearly all texts are numbers with something around them: a unit, a currency, or thousands that are
/// set apart.
fn formatted(texts: &Texts) -> Option<LeftOut> {
    if texts.distinct() <= FEW {
        return None;
    }
    let is_formatted = |text: &&str| is_formatted(text) || is_date(text);
    // Most may be numbers as they should be, beside a few that are not.
    let found = texts.values().filter(is_formatted).count();
    let example = texts.values().find(|text| is_formatted(text) && number(text).is_none())?;
    (10 * found >= 9 * texts.distinct()).then(|| LeftOut::Formatted(example.to_owned()))
}

/// Whether a text is a number for people.
pub(crate) fn is_formatted(text: &str) -> bool {
    let (number, unit) = text.split_once(char::is_alphabetic).map_or((text, 0), |(number, _)| {
        (number, text[number.len()..].trim_end_matches('.').chars().count())
    });
    // A word is set apart from the number before it, and short.
    let is_unit = unit == 0 || (unit <= 4 && number.ends_with([' ', '\u{a0}', '°', '%']));
    let is_part = |c: char| c.is_ascii_digit() || ".,'’ \u{a0}\u{202f}%$€£¥()+-−°".contains(c);
    is_unit && number.chars().any(|c| c.is_ascii_digit()) && number.chars().all(is_part)
}

/// Whether a text is a date, also with a time, that ISO 8601 would write otherwise.
pub(crate) fn is_date(text: &str) -> bool {
    let date = text.split([' ', 'T']).next().unwrap_or_default();
    let is_of = |separator: char| {
        let parts: Vec<&str> = date.split(separator).collect();
        let is_number = |part: &&str| {
            (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
        };
        parts.len() == 3 && parts.iter().all(is_number)
    };
    let is_separated = ['/', '.', '-'].into_iter().any(is_of) && time_of(text).is_none();
    is_month(text) || is_separated || is_compact(text) || is_in_words(text)
}

/// Whether a text is a date with a time without anything between their parts, as `20240622T064300`.
fn is_compact(text: &str) -> bool {
    let is_of = |(date, time): (&str, &str)| {
        let digits = time.trim_end_matches('Z');
        let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        date.len() == 8 && matches!(digits.len(), 4 | 6) && are_digits(date) && are_digits(digits)
    };
    text.split_once('T').is_some_and(is_of)
}

/// Whether a text is a date with the English name of its month, as `22 Jun 2024`, `22-Jun-2024` and `June 22, 2024`.
fn is_in_words(text: &str) -> bool {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let mut parts = text.split([' ', '-', ',', '.']).filter(|part| !part.is_empty());
    let date = [parts.next(), parts.next(), parts.next()];
    let [Some(first), Some(second), Some(year)] = date else { return false };
    let is_month = |part: &str| {
        let part = part.to_ascii_lowercase();
        part.len() >= 3 && MONTHS.iter().any(|month| month.starts_with(&part))
    };
    let is_day = |part: &str| matches!(part.parse(), Ok(1..=31));
    let is_year = year.len() == 4 && year.parse::<u16>().is_ok();
    is_year && (is_day(first) && is_month(second) || is_month(first) && is_day(second))
}

/// Whether a text is a month of a year, as `2023-02`: a date without a day.
pub(crate) fn is_month(text: &str) -> bool {
    let is_of = |(year, month): (&str, &str)| {
        let are_digits = (year.bytes().chain(month.bytes())).all(|byte| byte.is_ascii_digit());
        let is_year = year.len() == 4 && matches!(year.as_bytes()[0], b'1' | b'2');
        are_digits && is_year && matches!(month.parse(), Ok(1..=12)) && month.len() == 2
    };
    text.split_once('-').is_some_and(is_of)
}

/// How often texts come.
struct Often {
    distinct: usize,
    filled: usize,
    /// How often the most frequent one does.
    most: usize,
}

impl Often {
    fn count(texts: &Texts, rows: &Rows<'_>) -> Self {
        let mut counts = vec![0_usize; texts.distinct()];
        rows.iter().filter_map(|row| texts.code(row)).for_each(|code| counts[code] += 1);
        let distinct = counts.iter().filter(|&&count| count > 0).count();
        Self { distinct, filled: counts.iter().sum(), most: counts.into_iter().max().unwrap_or(0) }
    }

    /// Whether none is in as many rows as are needed.
    fn rare(&self, needed: usize) -> Option<LeftOut> {
        (self.most < needed).then_some(LeftOut::Rare { distinct: self.distinct, needed })
    }
}
