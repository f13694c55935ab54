use std::collections::{BTreeSet, HashMap};

use densely_data::Place;

use crate::parsed::canonical;
use crate::{Cells, Numbers, Rows};

/// A number of a column that is far from all others there: as -999, 9999 and 1e20 are, where they stand for what is
/// missing.
///
/// It is the smallest or the largest, and frequent: five times as far from the others as these are spread, or as far as that and
/// the only number that comes again and again; or so large, however rare, that the others are alike beside it.
///
/// ```
/// use densely_table::{Rows, StandIn, Table};
///
/// let cell = |row: usize| if row % 20 == 7 { "-1e34".to_owned() } else { (row % 31).to_string() };
/// let text: String = (0..60).map(|row| cell(row) + "\n").collect();
/// let table = Table::from_reader(format!("depth\n{text}").as_bytes())?;
/// let found = StandIn::find(&Rows::all(&table), 0).expect("it stands apart");
/// assert_eq!((found.text(), found.count, found.drowns), ("-1e34".to_owned(), 3, true));
/// assert_eq!(found.place.to_string(), "row 8 (line 9)");
/// # Ok::<(), densely_table::TableError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct StandIn {
    /// The name of the column.
    pub column: String,
    /// The number.
    pub value: f64,
    /// The first row that has it.
    pub place: Place,
    /// How many rows have it.
    pub count: usize,
    /// Of how many that have a number.
    pub of: usize,
    /// Whether the others are alike beside it, in seven digits.
    pub drowns: bool,
}

/// Numbers from which on one of them can be said to stand apart.
const NUMBERS: usize = 30;

/// The part of the numbers that it is, at least, and how many.
const OFTEN: f64 = 0.01;
const TIMES: usize = 5;

/// Different numbers that the others are, at least: codes are often far apart.
const DISTINCT: usize = 10;

/// How many times as far from the nearest of the others it is as these are spread.
const GAP: f64 = 5.0;

/// The same where it comes at least so many times as often as any other.
const ALONE_GAP: f64 = 1.0;
const ALONE: usize = 5;

/// The same where the others are alike beside it.
const DROWNING: f64 = 1e7;

/// What the numbers of a column are like, by one look at each.
struct Seen {
    count: usize,
    /// The smallest and the next to it.
    smallest: [f64; 2],
    /// The largest and the next to it.
    largest: [f64; 2],
}

impl Seen {
    fn of(numbers: &Numbers, rows: &Rows<'_>, scaled: impl Fn(f64) -> f64 + Copy) -> Self {
        let mut count = 0;
        let (mut smallest, mut largest) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
        // A gap is NaN, which is less and more than nothing.
        numbers.each(rows.iter(), |number| {
            let number = scaled(number);
            count += usize::from(!number.is_nan());
            if number < smallest[1] && number != smallest[0] {
                smallest[1] = number.max(smallest[0]);
                smallest[0] = number.min(smallest[0]);
            }
            if number > largest[1] && number != largest[0] {
                largest[1] = number.min(largest[0]);
                largest[0] = number.max(largest[0]);
            }
        });
        Self { count, smallest, largest }
    }

    /// The smallest or the largest, if it is far from the others, and how far it is from the nearest of them, and how far
    /// these are spread.
    fn apart(&self) -> Option<(f64, f64, f64)> {
        let ([smallest, second], [largest, last]) = (self.smallest, self.largest);
        let ends = [
            (smallest, second - smallest, largest - second),
            (largest, largest - last, last - smallest),
        ];
        let far = |least: f64| ends.into_iter().find(|(_, gap, spread)| *gap > least * spread);
        far(GAP).or_else(|| far(ALONE_GAP))
    }
}

impl StandIn {
    /// That of the numbers of a column in these rows, if there is one.
    ///
    /// # Panics
    /// If the table has not so many columns.
    #[must_use]
    pub fn find(rows: &Rows<'_>, column: usize) -> Option<Self> {
        Self::find_by(rows, column, |number| number)
    }

    /// That of the logarithms of the numbers, which are learnt instead of them: 1e-9 may be far from these alone.
    ///
    /// # Panics
    /// If the table has not so many columns.
    #[must_use]
    pub fn find_in_logarithms(rows: &Rows<'_>, column: usize) -> Option<Self> {
        Self::find_by(rows, column, f64::ln)
    }

    fn find_by(rows: &Rows<'_>, column: usize, scaled: impl Fn(f64) -> f64 + Copy) -> Option<Self> {
        let column = &rows.table().columns()[column];
        let Cells::Numbers(cells) = column.cells() else { return None };
        let seen = Seen::of(cells, rows, scaled);
        let (all, differ) = (seen.largest[0] - seen.smallest[0], seen.smallest[1].is_finite());
        if seen.count < NUMBERS || !all.is_finite() || !differ {
            return None;
        }
        let (value, gap, spread) = seen.apart()?;
        let numbers =
            || rows.iter().map(|row| scaled(cells.get(row))).filter(|number| !number.is_nan());
        let (count, of) = (numbers().filter(|&number| number == value).count(), seen.count);
        let drowns = spread > 0.0 && gap > DROWNING * spread;
        let is_often = count >= TIMES && count as f64 >= OFTEN * of as f64;
        let are_others_many = || are_many(numbers().filter(|&number| number != value));
        let is_far = gap > GAP * spread || is_often && comes_alone(numbers(), value, count);
        if !(drowns || is_far && is_often && are_others_many()) {
            return None;
        }
        let first = (0..rows.len()).find(|&i| scaled(cells.get(rows.row(i))) == value)?;
        let value = cells.get(rows.row(first));
        let (column, place) = (column.name().to_owned(), rows.place(first));
        Some(Self { column, value, place, count, of, drowns })
    }

    /// The number as short as can be.
    #[must_use]
    pub fn text(&self) -> String {
        /// Characters up to which nobody writes powers of ten.
        const SHORT: usize = 8;
        let scientific = format!("{:e}", self.value);
        let plain = canonical(self.value);
        if plain.len() > SHORT && scientific.len() < plain.len() { scientific } else { plain }
    }
}

/// Whether it comes much more often than any other of these.
fn comes_alone(numbers: impl Iterator<Item = f64>, value: f64, count: usize) -> bool {
    let mut counts = HashMap::new();
    numbers.filter(|&number| number != value).for_each(|number| {
        *counts.entry(number.to_bits()).or_insert(0) += 1;
    });
    counts.into_values().max().is_none_or(|most: usize| count >= ALONE * most)
}

/// Whether enough of these differ.
fn are_many(numbers: impl Iterator<Item = f64>) -> bool {
    let mut distinct = BTreeSet::new();
    let _ = numbers
        .take_while(|number| {
            distinct.insert(number.to_bits());
            distinct.len() < DISTINCT
        })
        .count();
    distinct.len() == DISTINCT
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Column, Table};

    fn found(value: impl Fn(usize) -> f64) -> Option<StandIn> {
        let column = Column::numbers("x", (0..400).map(value).collect());
        StandIn::find(&Rows::all(&Table::from_columns(vec![column]).unwrap()), 0)
    }

    /// From 0 to 9.9.
    fn usual(row: usize) -> f64 {
        (row * 37 % 100) as f64 / 10.0
    }

    #[test]
    fn numbers_that_recur_far_out_are_found_however_large_they_are() {
        for value in [-999.0, 9999.0, 1e8, 1e9, 1e20, 9.96921e36, 1e30, -1e34, 1e300, -1e300] {
            let all = found(|row| if row % 40 == 7 { value } else { usual(row) }).unwrap();
            assert_eq!((all.value, all.count, all.of), (value, 10, 400));
            assert_eq!((all.place, all.drowns), (Place::TableRow(8), value.abs() > 1e7));
            let most = found(|row| if row % 8 == 0 { usual(row / 8) } else { value }).unwrap();
            assert_eq!((most.value, most.count), (value, 350));
            // What is a gap already does not count.
            let gaps = found(|row| match row % 40 {
                7 => value,
                8 => f64::NAN,
                _ => usual(row),
            });
            assert_eq!(gaps.unwrap().of, 390);
        }
    }

    #[test]
    fn a_single_one_is_found_beside_which_the_others_are_alike() {
        let lone = found(|row| if row == 17 { -1e20 } else { usual(row) }).unwrap();
        assert_eq!((lone.value, lone.count, lone.drowns), (-1e20, 1, true));
        assert_eq!(found(|row| if row == 17 { 1e6 } else { usual(row) }), None);
    }

    #[test]
    fn one_that_alone_comes_again_may_be_nearer() {
        let prices = |row: usize| (row as f64 / 80.0).exp();
        let spread = prices(399) - prices(0);
        for value in [-1.1 * spread, -999.0, 3.0 * spread] {
            let of = |often: usize| found(|row| if row % often == 7 { value } else { prices(row) });
            assert_eq!(of(40).map(|of| (of.value, of.count)), Some((value, 10)), "{value}");
            assert_eq!(of(101), None, "{value}");
        }
        // Nor is one that is not as far, or beside others that come as often.
        assert_eq!(found(|row| if row % 40 == 7 { -100.0 } else { prices(row) }), None);
        assert_eq!(found(|row| if row % 40 == 7 { -20.0 } else { usual(row) }), None);
    }

    #[test]
    fn one_near_zero_is_far_from_the_logarithms_alone() {
        let cells = (0..400).map(|row| if row % 40 == 7 { 1e-9 } else { 5e3 + row as f64 });
        let table = Table::from_columns(vec![Column::numbers("x", cells.collect())]).unwrap();
        let rows = Rows::all(&table);
        assert_eq!(StandIn::find(&rows, 0).map(|of| of.value), Some(1e-9));
        let cells = (0..400).map(|row| if row % 40 == 7 { 1e-9 } else { 5.0 + row as f64 });
        let table = Table::from_columns(vec![Column::numbers("x", cells.collect())]).unwrap();
        let rows = Rows::all(&table);
        assert_eq!(StandIn::find(&rows, 0), None);
        let found = StandIn::find_in_logarithms(&rows, 0).unwrap();
        assert_eq!((found.value, found.count), (1e-9, 10));
    }

    #[test]
    fn zeros_codes_tails_and_two_values_are_none() {
        assert_eq!(found(|row| if row % 3 == 0 { 0.0 } else { usual(row).exp() }), None);
        assert_eq!(found(|row| if row % 9 == 0 { 99.0 } else { (row % 4) as f64 }), None);
        assert_eq!(found(|row| if row % 9 == 0 { 1e20 } else { 0.0 }), None);
        assert_eq!(found(|row| (3.0 * (usual(row) - 5.0)).exp()), None);
        assert_eq!(found(|_| 3.0), None);
        assert_eq!(found(|row| if row == 0 { f64::INFINITY } else { usual(row) }), None);
    }

    #[test]
    fn texts_are_as_short_as_can_be() {
        let text = |value: f64| {
            found(|row| if row % 40 == 7 { value } else { usual(row) }).unwrap().text()
        };
        assert_eq!(
            [-999.0, 1e20, 9.96921e36, -99.5].map(text),
            ["-999", "1e20", "9.96921e36", "-99.5"]
        );
    }
}
