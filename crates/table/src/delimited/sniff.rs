//! What the dialect of a text is, told from its first rows.

use densely_parts::shortened;

use super::rows::line_breaks;
use super::sample::{Row, Sample};
use super::{Dialect, Separator, TextOptions};
use crate::parsed::parse_text;
use crate::{Missing, Naming, TableError};

/// A dialect, and what follows from it for the beginning of the text.
pub(super) struct Found {
    pub(super) dialect: Dialect,
    pub(super) columns: Vec<String>,
    /// The bytes before the first row of data.
    pub(super) skip: usize,
}

/// The separators that are looked for.
const CANDIDATES: [Separator; 5] = [
    Separator::Byte(b','),
    Separator::Byte(b';'),
    Separator::Byte(b'\t'),
    Separator::Byte(b'|'),
    Separator::Spaces,
];

/// Titles are at most so many lines.
const MOST_TITLES: usize = 50;

pub(super) fn sniff(
    head: &[u8],
    whole: bool,
    options: &TextOptions,
    extension: Option<Separator>,
) -> Result<Found, TableError> {
    let comments = has_comments(head);
    let sample = |separator| Sample::new(head, whole, separator, comments);
    let sample = match options.separator.or(extension) {
        Some(separator) => sample(separator),
        None => best(CANDIDATES.map(sample)),
    };
    if sample.rows.is_empty() {
        return Err(TableError::Empty);
    }
    let decimal = options.decimal.unwrap_or_else(|| decimal(&sample));
    // One row of another width, as of a file of one row, is no title.
    let is_title = |row: &&Row| {
        let is_other = !is_long(row, &sample) && !is_short(row, &sample);
        let is_padded =
            sample.width > 2 && row.cells.iter().filter(|cell| !cell.is_empty()).count() < 2;
        sample.width > 1 && ((!sample.is_regular(row) && is_other) || is_padded)
    };
    let titles = sample.rows.iter().take(MOST_TITLES).take_while(is_title).count();
    let titles = if titles < sample.rows.len() { titles } else { 0 };
    let (mut first, rest) = sample.rows[titles..].split_first().expect("there is a row");
    let (above, start) = (commented_header(head, first, &sample), first.start);
    let header = match (options.header, &above) {
        (Some(header), _) => header,
        (None, Some(_)) => true,
        (None, None) => is_header(first, rest, &sample, decimal, options),
    };
    let skip = match (header, &above) {
        (false, _) | (true, Some(_)) => first.start,
        (true, None) => row_end(head, first.start, sample.separator),
    };
    if let Some(row) = &above {
        first = row;
    }
    if let Some(column) = first.not_utf8.filter(|_| header) {
        // A header among comments is above the first row.
        let line = line_breaks(&head[..start]) + usize::from(above.is_none());
        return Err(TableError::NotUtf8 {
            line,
            column: shortened(&named(column, &first.cells[column])),
        });
    }
    let mut names =
        if header { first.cells.clone() } else { vec![String::new(); sample.width.max(1)] };
    let row_names = header && is_short(first, &sample) && !all_end_empty(&sample);
    if row_names {
        // As R writes names of rows, which have no name themselves: of all rows, or it is a mistake in some.
        let mut rows = sample.rows.iter().filter(|row| row.start >= skip);
        if rows.clone().any(|row| row.cells.len() == names.len())
            && let Some(long) = rows.find(|row| row.cells.len() > names.len())
        {
            let (line, expected) = (line_breaks(&head[..long.start]) + 1, names.len());
            return Err(TableError::RaggedRow { line, expected, actual: long.cells.len() });
        }
        names.insert(0, String::new());
    }
    let columns = names.iter().enumerate().map(|(i, cell)| named(i, cell)).collect();
    let (separator, comments) = (sample.separator, sample.comments);
    let header_is_told = options.header.is_none();
    let numbers = (header && above.is_none()).then(|| numbers_of(first)).flatten();
    let dialect = Dialect {
        separator,
        decimal,
        header,
        titles,
        comments,
        row_names,
        header_is_told,
        numbers,
    };
    Ok(Found { dialect, columns, skip })
}

/// The name of a column: by its position, if it has none.
fn named(i: usize, cell: &str) -> String {
    if cell.is_empty() { Naming::unnamed(i + 1) } else { cell.to_owned() }
}

/// Whether lines that begin with `#` are comments: the first does, and not all do, as where the name of a
/// column and its cells begin so.
fn has_comments(head: &[u8]) -> bool {
    let mut lines =
        head.split(|byte| matches!(byte, b'\r' | b'\n')).filter(|line| !line.is_empty());
    first_line(head).starts_with(b"#") && lines.any(|line| !line.starts_with(b"#"))
}

fn first_line(head: &[u8]) -> &[u8] {
    let start = head.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(head.len());
    &head[start..]
}

/// Where the row ends that begins there, with its line break.
fn row_end(head: &[u8], start: usize, separator: Separator) -> usize {
    let (mut end, mut rows) = (head.len(), 0);
    let _: Result<(), ()> = super::rows::try_for_each(&head[start..], separator, true, |at, _| {
        rows += 1;
        if rows == 1 {
            return Ok(());
        }
        end = start + at;
        Err(())
    });
    end
}

/// One cell more than columns, and empty: separators are at the ends of lines.
fn is_long(row: &Row, sample: &Sample) -> bool {
    row.cells.len() == sample.width + 1 && row.cells.last().is_some_and(String::is_empty)
}

/// One cell less than the others: their last is empty, or their first has no name.
fn is_short(row: &Row, sample: &Sample) -> bool {
    row.cells.len() + 1 == sample.width && (sample.width > 2 || all_end_empty(sample))
}

fn all_end_empty(sample: &Sample) -> bool {
    sample.regular().all(|row| row.cells.last().is_some_and(String::is_empty))
}

/// That by which most rows have the same number of cells, which hold no other separators.
fn best(samples: [Sample; 5]) -> Sample {
    let score = |sample: &Sample| {
        let fits =
            |row: &&Row| sample.is_regular(row) || is_long(row, sample) || is_short(row, sample);
        let (rows, regular) = (sample.rows.len().max(1), sample.rows.iter().filter(fits).count());
        let cells = || sample.regular().flat_map(|row| &row.cells);
        let clean = cells().filter(|cell| is_clean(cell, sample.separator)).count();
        // A header that another separator cuts as it cuts all rows is no title.
        let first = if sample.rows.first().is_some_and(|row| fits(&row)) { 1.0 } else { 0.4 };
        first * regular as f64 / rows as f64 * clean as f64 / cells().count().max(1) as f64
    };
    let mut best: Option<(f64, Sample)> = None;
    for sample in samples {
        let score = if sample.width > 1 { score(&sample) } else { 0.0 };
        let is_better = match &best {
            None => true,
            // Words are separated by spaces in any text; a table has numbers, too, and nothing else
            // between cells.
            Some((other, _)) if sample.separator == Separator::Spaces => {
                score > 0.9 && *other < 0.5 && has_numbers(&sample)
            }
            Some((other, best)) => {
                score > other + 1e-9 || (score > other - 1e-9 && sample.width > best.width)
            }
        };
        if is_better {
            best = Some((score, sample));
        }
    }
    best.expect("there are candidates").1
}

/// Whether a column is all numbers, but for the first row.
fn has_numbers(sample: &Sample) -> bool {
    let rows: Vec<&Row> = sample.regular().skip(1).collect();
    let is_one = |row: &&Row, column: usize| is_number(&row.cells[column], b'.');
    let all =
        |column| rows.iter().all(|row| is_one(row, column) || is_with_comma(&row.cells[column]));
    !rows.is_empty() && (0..sample.width).any(all)
}

/// Whether a cell holds no character that separates cells elsewhere; commas may be of decimals.
fn is_clean(cell: &str, separator: Separator) -> bool {
    let others = [';', '\t', '|'];
    let own = match separator {
        Separator::Byte(byte) => char::from(byte),
        Separator::Spaces => '\t',
    };
    let comma_is_decimal = own != ',' && is_with_comma(cell);
    !others.iter().any(|&other| other != own && cell.contains(other))
        && (own == ',' || !cell.contains(',') || comma_is_decimal)
}

/// A number with a comma before its decimals.
fn is_with_comma(cell: &str) -> bool {
    cell.contains(',') && is_number(cell, b',')
}

fn is_number(cell: &str, decimal: u8) -> bool {
    parse_text(cell, decimal, &Missing::default()).number().is_some()
}

/// A comma, if there are numbers with one and none with a point.
fn decimal(sample: &Sample) -> u8 {
    if sample.separator == Separator::Byte(b',') {
        return b'.';
    }
    let cells = || sample.regular().flat_map(|row| &row.cells);
    let with_commas = cells().filter(|cell| is_with_comma(cell)).count();
    let with_points = cells().filter(|cell| cell.contains('.') && is_number(cell, b'.')).count();
    // `1,234` may be a thousand and some.
    let are_thousands = cells().filter(|cell| is_with_comma(cell)).all(|cell| {
        let (whole, rest) = cell.split_once(',').expect("it has a comma");
        rest.len() == 3 && whole.trim_start_matches(['-', '+']) != "0"
    });
    if with_commas > with_points && !are_thousands { b',' } else { b'.' }
}

/// A comment right above the first row that names its columns.
fn commented_header(head: &[u8], first: &Row, sample: &Sample) -> Option<Row> {
    if !sample.comments || sample.width < 2 {
        return None;
    }
    let above = &head[..first.start];
    let end = above.iter().rposition(|byte| !matches!(byte, b'\r' | b'\n'))? + 1;
    let start = above[..end].iter().rposition(|byte| matches!(byte, b'\r' | b'\n'));
    let line = &above[start.map_or(0, |at| at + 1)..end];
    let named = line.strip_prefix(b"#")?;
    let mut row = Sample::new(named, true, sample.separator, false).rows.into_iter().next()?;
    // Then `#` is the name of the first column.
    if let Some(first) = row.cells.first_mut().filter(|first| first.is_empty()) {
        "#".clone_into(first);
    }
    let is_one = row.cells.len() == sample.width
        && row.cells.iter().all(|cell| !cell.is_empty() && !is_number(cell, b'.'));
    is_one.then_some(row)
}

/// Whether the first row names the columns: it does unless it looks like the others.
fn is_header(
    first: &Row,
    rest: &[Row],
    sample: &Sample,
    decimal: u8,
    options: &TextOptions,
) -> bool {
    let is_number = |cell: &str| parse_text(cell, decimal, &options.missing).number().is_some();
    let rest: Vec<&Row> = rest.iter().filter(|row| sample.is_regular(row)).collect();
    let columns = first.cells.len();
    if rest.is_empty() {
        return !first.cells.iter().any(|cell| is_number(cell));
    }
    let consecutive = |row: &Row| is_consecutive(&row.cells);
    let is_name = |row: &Row| {
        consecutive(row)
            && !rest.iter().any(|row| consecutive(row))
            && !is_like(row, &rest, decimal, &options.missing)
    };
    let is_unnamed_first = first.cells[0].is_empty()
        && first.cells[1..].iter().all(|cell| !cell.is_empty())
        && rest.iter().all(|row| !row.cells[0].is_empty());
    if is_name(first) || (columns > 1 && is_unnamed_first) {
        return true;
    }
    let (mut for_header, mut for_data, mut repeated) = (0, 0, 0);
    for (column, cell) in first.cells.iter().enumerate() {
        let below: Vec<&str> =
            rest.iter().filter_map(|row| row.cells.get(column)).map(String::as_str).collect();
        // If it is a header, it says of which column they are.
        let missing = options.missing.of_column(cell);
        let filled = below.iter().filter(|cell| !missing.is_gap(cell)).count();
        let numbers = below.iter().filter(|cell| is_number(cell)).count();
        let recurs = below.iter().any(|other| other == cell);
        let are_repeated = below.len() >= REPEATED && 2 * distinct(&below) <= below.len();
        match (is_number(cell), filled > 0 && numbers == filled) {
            // Among many numbers, a text is hardly one of them.
            (false, true) if !options.missing.is_gap(cell) => {
                for_header += if filled >= MANY { 2 } else { 1 };
            }
            (true, true) => for_data += 1,
            // One of a few words, which come again, or a word that never does.
            (false, false) if are_repeated && recurs => for_data += 2,
            (false, false) if are_repeated && !cell.is_empty() => for_header += 1 + columns,
            _ => {}
        }
        repeated += usize::from(recurs);
    }
    // A text above numbers says more than a number does.
    (for_header > 0 && for_header >= for_data) || (for_data == 0 && repeated < columns)
}

/// Numbers below a text that make a name of it, though the cell beside it is one of a few words.
const MANY: usize = 10;

/// Rows in which words that come again are no accident.
const REPEATED: usize = 4;

fn distinct(cells: &[&str]) -> usize {
    let mut cells = cells.to_vec();
    cells.sort_unstable();
    cells.dedup();
    cells.len()
}

/// Whether there are whole numbers, each of which follows the one before: years, or positions.
fn is_consecutive(cells: &[String]) -> bool {
    const SEVERAL: usize = 3;
    let numbers: Vec<i64> = cells.iter().filter_map(|cell| cell.parse().ok()).collect();
    numbers.len() >= SEVERAL
        && numbers.windows(2).all(|pair| pair[1].checked_sub(1) == Some(pair[0]))
}

/// The cells of a row of whole numbers that follow each other, and nothing else.
fn numbers_of(row: &Row) -> Option<String> {
    let all = row.cells.iter().all(|cell| cell.parse::<i64>().is_ok());
    (all && is_consecutive(&row.cells)).then(|| shortened(&row.cells.join(", ")))
}

/// Whether a row of whole numbers that follow each other is like the rows below: each of its numbers is among those of its
/// column, and each of its texts comes again. What begins at 0 or 1 are positions unless the others are whole, too; what
/// begins elsewhere is data also where it is near to its column.
fn is_like(row: &Row, rest: &[&Row], decimal: u8, missing: &Missing) -> bool {
    let first = row.cells.iter().find_map(|cell| cell.parse::<i64>().ok());
    let are_positions = matches!(first, Some(0 | 1));
    let is_like = |(column, cell): (usize, &String)| {
        let mut below = rest.iter().filter_map(|row| row.cells.get(column));
        let Ok(number) = cell.parse::<i64>() else { return below.any(|other| other == cell) };
        let missing = missing.of_column(cell);
        let mut range = [f64::INFINITY, f64::NEG_INFINITY];
        for cell in below.filter(|cell| !missing.is_gap(cell)) {
            match parse_text(cell, decimal, &missing).number() {
                Some(number) if !are_positions || number.fract() == 0.0 => {
                    range = [range[0].min(number), range[1].max(number)];
                }
                _ => return false,
            }
        }
        let near = if are_positions { 0.0 } else { (range[1] - range[0]).max(1.0) };
        // Of gaps alone, nothing is known.
        range[0] > range[1] || (range[0] - near..=range[1] + near).contains(&(number as f64))
    };
    row.cells.iter().enumerate().all(is_like)
}
