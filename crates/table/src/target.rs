use std::collections::{HashMap, HashSet};

use densely_data::{Target, Task};
use densely_tensor::{Mat, try_zeros};

use crate::cell::BadCells;
use crate::encoding::numbers_of;
use crate::parsed::{self, canonical};
use crate::schema::{are_truths, date_of, is_date, is_formatted, time_of, truth_of};
use crate::{Cells, Column, Rows, Table, TableError};

/// What there is to predict, by the columns of a table: classes of one, or the numbers of one or
/// several.
///
/// ```
/// use densely_table::{Rows, Table, TargetColumns};
///
/// let table = Table::from_reader("size,kind\n2,pear\n3,?\n1,apple\n".as_bytes())?;
/// let target = TargetColumns::infer(&table, &["kind"], None)?;
/// assert_eq!(target.classes().unwrap(), ["apple", "pear"]);
///
/// // Rows without a target are left out.
/// let (rows, read) = target.read(&Rows::all(&table))?;
/// assert_eq!((rows, read.labels().unwrap()), (vec![0, 2], &[1, 0][..]));
/// # Ok::<(), densely_table::TableError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetColumns {
    columns: Vec<String>,
    classes: Option<Vec<String>>,
}

/// Whole numbers with more distinct values than this are quantities rather than classes.
const MOST_INTEGER_CLASSES: usize = 20;

impl TargetColumns {
    /// Of the columns of these names; several are numbers. Unless it is said, the target tells what
    /// is to be learnt: numbers if there are some that are not whole, or more than 20 different ones;
    /// classes otherwise.
    ///
    /// Classes are sorted: by value if all are numbers, otherwise by character. Numbers of the same
    /// value (`1`, `1.0`, `1e0`) are the same class; `007` is text.
    ///
    /// # Errors
    /// [`TableError::UnknownColumn`]; [`TableError::OneClass`] for classes of which there is one,
    /// [`TableError::ManyClasses`] or [`TableError::FormattedTarget`] if more than half of the rows have one
    /// of their own and no task was given, [`TableError::NoTargets`] if there are gaps only, [`TableError::NotANumber`] if one of
    /// several targets is text, [`TableError::SeveralOfClasses`] if they are numbers that are to be classes, [`TableError::NoLabels`] for labels as `1e400` and `1e-400`, which `f64` does not hold.
    pub fn infer(
        table: &Table,
        names: &[impl AsRef<str>],
        task: Option<Task>,
    ) -> Result<Self, TableError> {
        let columns = names.iter().map(|name| table.column(name.as_ref()));
        let columns = columns.collect::<Result<Vec<_>, _>>()?;
        if let Some(empty) = columns.iter().find(|column| column.gaps() == column.len()) {
            return Err(TableError::NoTargets(empty.name().to_owned()));
        }
        let names: Vec<String> = columns.iter().map(|column| column.name().to_owned()).collect();
        let is_told = task.is_none();
        let task = match (task, &columns[..]) {
            (None, [column]) => suggested(column),
            (Some(task), [_]) => task,
            (_, columns) => {
                let text = columns.iter().find(|column| matches!(column.cells(), Cells::Texts(_)));
                match (task, text) {
                    (_, Some(text)) => return Err(TableError::NotANumber(text.name().to_owned())),
                    (Some(Task::Classification), _) => {
                        return Err(TableError::SeveralOfClasses(names));
                    }
                    (_, None) => Task::Regression,
                }
            }
        };
        match task {
            Task::Regression => {
                if is_told {
                    columns.iter().try_for_each(|column| check_no_dates(column))?;
                }
                Ok(Self { columns: names, classes: None })
            }
            Task::Classification => {
                check_labels(table, columns[0])?;
                let classes = classes(columns[0]);
                check_told(columns[0], &classes, is_told)?;
                if let [class] = &classes[..] {
                    let (target, class) = (columns[0].name().to_owned(), class.clone());
                    let gaps = columns[0].gap_words();
                    return Err(TableError::OneClass { target, class, gaps });
                }
                Ok(Self { columns: names, classes: Some(classes) })
            }
        }
    }

    /// Of a column with these classes.
    pub fn of_classes(column: impl Into<String>, classes: Vec<String>) -> Self {
        Self { columns: vec![column.into()], classes: Some(classes) }
    }

    /// Of columns of numbers.
    #[must_use]
    pub fn of_values(columns: Vec<String>) -> Self {
        Self { columns, classes: None }
    }

    /// The names of the columns.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The names of the classes; `None` for numbers.
    #[must_use]
    pub fn classes(&self) -> Option<&[String]> {
        self.classes.as_deref()
    }

    /// The name of what is predicted.
    #[must_use]
    pub fn name(&self) -> String {
        self.columns.join(", ")
    }

    /// Whether all numbers are above 0, as their logarithms need it; a gap is none.
    ///
    /// # Errors
    /// [`TableError::NotPositive`], and those of [`read`](Self::read).
    pub fn check_positive(&self, rows: &Rows<'_>) -> Result<(), TableError> {
        for name in &self.columns {
            let position = rows.table().position(name)?;
            let numbers = numbers_of(position, &rows.table().columns()[position], rows);
            let numbers = numbers.map_err(of_target)?;
            if let Some(bad) = BadCells::find(rows, position, |row| numbers.get(row) <= 0.0) {
                return Err(TableError::NotPositive(bad));
            }
        }
        Ok(())
    }

    /// Those of the rows that have a target, and their targets.
    ///
    /// # Errors
    /// [`TableError::UnknownColumn`], [`TableError::UnknownClass`], [`TableError::TargetNotNumbers`],
    /// [`TableError::NotFinite`], and [`TableError::NoTargets`] if no row has one.
    pub fn read(&self, rows: &Rows<'_>) -> Result<(Vec<usize>, Target<f64>), TableError> {
        let table = rows.table();
        let positions = self.columns.iter().map(|name| table.position(name));
        let positions = positions.collect::<Result<Vec<_>, _>>()?;
        match &self.classes {
            Some(classes) => labels(rows, positions[0], classes),
            None => values(rows, &positions, &self.columns),
        }
    }
}

/// Whether labels that are numbers are all told apart by them: not beyond the largest, nor below those of full
/// precision.
fn check_labels(table: &Table, column: &Column) -> Result<(), TableError> {
    let is_lost = |number: f64| number.is_infinite() || number.is_subnormal();
    let (position, rows) = (table.position(column.name())?, Rows::all(table));
    let bad = match column.cells() {
        Cells::Numbers(numbers) => BadCells::find(&rows, position, |row| is_lost(numbers.get(row))),
        Cells::Texts(texts) => {
            // An infinity among words is one.
            let is_lost = |text| number(text).is_some_and(f64::is_subnormal);
            let lost: Vec<bool> = texts.values().map(is_lost).collect();
            BadCells::find(&rows, position, |row| texts.code(row).is_some_and(|code| lost[code]))
        }
    };
    bad.map_or(Ok(()), |bad| Err(TableError::NoLabels(bad)))
}

/// Numbers that were told from the cells are not all dates, of which no mean is one.
fn check_no_dates(column: &Column) -> Result<(), TableError> {
    let (mut first, mut are_dates) = (None, true);
    each_number(column, |number| {
        first.get_or_insert(number);
        are_dates = date_of(number).is_some();
        are_dates
    });
    match first {
        Some(first) if are_dates => {
            let (target, class) = (column.name().to_owned(), canonical(first));
            Err(TableError::TimeTarget { target, class })
        }
        _ => Ok(()),
    }
}

/// Rows from which on it is no accident that nearly every one has a class of its own.
const MANY_ROWS: usize = 20;

/// Classes that look like numbers, at least: fewer may be ranges, as 18-24.
const MANY_NUMBERS: usize = 50;

/// Classes that were told from the cells are fewer than half of the rows, and no numbers or times.
fn check_told(column: &Column, classes: &[String], is_told: bool) -> Result<(), TableError> {
    let rows = column.len() - column.gaps();
    let are_many = 2 * classes.len() > rows;
    if !is_told || rows < MANY_ROWS || !(are_many || classes.len() > MANY_NUMBERS) {
        return Ok(());
    }
    let are_nearly_all = |is: &dyn Fn(&str) -> bool| {
        10 * classes.iter().filter(|class| is(class)).count() >= 9 * classes.len()
    };
    let (target, class) = (column.name().to_owned(), classes[0].clone());
    if are_nearly_all(&|class| is_date(class) || time_of(class).is_some()) {
        return Err(TableError::TimeTarget { target, class });
    }
    match are_nearly_all(&is_formatted) {
        true => Err(TableError::FormattedTarget { target, class }),
        false if are_many => Err(TableError::ManyClasses { target, classes: classes.len(), rows }),
        false => Ok(()),
    }
}

/// The task that a target suggests.
fn suggested(column: &Column) -> Task {
    let (mut distinct, mut is_whole) = (HashSet::new(), true);
    each_number(column, |number| {
        is_whole &= number.fract() == 0.0;
        distinct.insert((number + 0.0).to_bits());
        is_whole && distinct.len() <= MOST_INTEGER_CLASSES
    });
    match is_whole && distinct.len() <= MOST_INTEGER_CLASSES {
        true => Task::Classification,
        false => Task::Regression,
    }
}

/// Each number among the cells, or their distinct texts, as long as `visit` asks for more.
fn each_number(column: &Column, mut visit: impl FnMut(f64) -> bool) {
    match column.cells() {
        Cells::Numbers(numbers) => {
            let numbers = (0..numbers.len()).map(|row| numbers.get(row));
            let _ = numbers.filter(|number| !number.is_nan()).all(visit);
        }
        Cells::Texts(texts) => {
            let _ = texts.values().filter_map(number).all(&mut visit);
        }
    }
}

/// The number that a text is, as programs write one: without thousands set apart.
fn number(text: &str) -> Option<f64> {
    parsed::number(text).filter(|_| text.parse::<f64>().is_ok())
}

/// The classes of a column, sorted.
fn classes(column: &Column) -> Vec<String> {
    let mut classes: Vec<String> = match column.cells() {
        Cells::Texts(texts) => texts.values().map(str::to_owned).collect(),
        Cells::Numbers(numbers) => {
            let numbers = (0..numbers.len()).map(|row| numbers.get(row));
            let distinct: HashSet<u64> =
                numbers.filter(|n| !n.is_nan()).map(|number| (number + 0.0).to_bits()).collect();
            distinct.into_iter().map(|bits| canonical(f64::from_bits(bits))).collect()
        }
    };
    let numbers: Option<Vec<f64>> = classes.iter().map(|class| number(class)).collect();
    match numbers {
        Some(numbers) => {
            let mut both: Vec<_> = numbers.into_iter().zip(classes).collect();
            both.sort_by(|(a, _), (b, _)| a.total_cmp(b));
            both.into_iter().map(|(_, class)| class).collect()
        }
        None => {
            classes.sort_unstable();
            classes
        }
    }
}

/// A class as cells have it: models of others may spell a number otherwise.
fn label(class: &str) -> String {
    number(class).map_or_else(|| class.to_owned(), canonical)
}

fn labels(
    rows: &Rows<'_>,
    position: usize,
    classes: &[String],
) -> Result<(Vec<usize>, Target<f64>), TableError> {
    let column = &rows.table().columns()[position];
    let names = || classes.iter().enumerate().map(|(class, name)| (name, class));
    let by_name: HashMap<&str, usize> =
        names().map(|(name, class)| (name.as_str(), class)).collect();
    let by_label: HashMap<String, usize> =
        names().map(|(name, class)| (label(name), class)).collect();
    // Of truth values, others may write other words.
    let truth = |text: &str| match classes {
        [a, b] if are_truths(a, b) => {
            let truth = truth_of(text)?;
            classes.iter().position(|class| truth_of(class) == Some(truth))
        }
        _ => None,
    };
    // A text that looks like a number has its own name where it is a class.
    let class = |text: &str| {
        let class = by_name.get(text).or_else(|| by_label.get(&label(text))).copied();
        class.or_else(|| truth(text))
    };
    let unknown = |i: usize| TableError::UnknownClass {
        cell: rows.cell(i, position),
        classes: classes.to_vec(),
    };
    let (mut kept, mut labels) = (Vec::new(), Vec::new());
    // The class of each distinct text.
    let of_texts: Option<Vec<Option<usize>>> = match column.cells() {
        Cells::Texts(texts) => Some(texts.values().map(class).collect()),
        Cells::Numbers(_) => None,
    };
    for i in 0..rows.len() {
        let row = rows.row(i);
        let found = match (column.cells(), &of_texts) {
            (Cells::Texts(texts), Some(of_texts)) => match texts.code(row) {
                None => continue,
                Some(code) => of_texts[code],
            },
            _ => match column.text(row) {
                None => continue,
                Some(text) => class(&text),
            },
        };
        labels.push(found.ok_or_else(|| unknown(i))?);
        kept.push(row);
    }
    some(&kept, column.name())?;
    Ok((kept, Target::Classes { labels, names: classes.to_vec() }))
}

fn values(
    rows: &Rows<'_>,
    positions: &[usize],
    names: &[String],
) -> Result<(Vec<usize>, Target<f64>), TableError> {
    let columns = rows.table().columns();
    let numbers = positions.iter().map(|&position| numbers_of(position, &columns[position], rows));
    let numbers = numbers.collect::<Result<Vec<_>, _>>().map_err(of_target)?;
    let has_all = |&row: &usize| numbers.iter().all(|numbers| !numbers.get(row).is_nan());
    let kept: Vec<usize> = rows.iter().filter(has_all).collect();
    some(&kept, &names.join(", "))?;
    let mut values: Mat<f64> = try_zeros("TargetColumns", "the targets", names.len(), kept.len())?;
    for (k, numbers) in numbers.iter().enumerate() {
        for (j, &row) in kept.iter().enumerate() {
            values[(k, j)] = numbers.get(row);
        }
    }
    Ok((kept, Target::Values { values, names: names.to_vec() }))
}

/// The error of cells of a target, which can be neither categories nor left out.
fn of_target(error: TableError) -> TableError {
    match error {
        TableError::NotNumbers(bad) => TableError::TargetNotNumbers(bad),
        error => error,
    }
}

fn some(kept: &[usize], name: &str) -> Result<(), TableError> {
    if kept.is_empty() { Err(TableError::NoTargets(name.to_owned())) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suggested_by<S: AsRef<str>>(cells: impl IntoIterator<Item = S>) -> Task {
        suggested(&Column::of_cells("y", cells))
    }

    #[test]
    fn few_integers_and_texts_are_classes() {
        use Task::{Classification, Regression};
        let integers = |count: i32| (0..count).map(|i| (3 * i - 7).to_string());
        assert_eq!(suggested_by(integers(20)), Classification);
        assert_eq!(suggested_by(integers(20).chain(integers(20))), Classification);
        assert_eq!(suggested_by(integers(21)), Regression);
        let both_zeros = (0..20).map(|i| i.to_string()).chain(["-0".to_owned(), "NA".to_owned()]);
        assert_eq!(suggested_by(both_zeros), Classification);
        assert_eq!(suggested_by(["1.0", "-0", "0", "2e0"]), Classification);
        assert_eq!(suggested_by(["1", "2", "2.5"]), Regression);
        assert_eq!(suggested_by((0..30).map(|i| format!("class {i}"))), Classification);
        assert_eq!(suggested_by(["0.5", "unknown"]), Regression);
        assert_eq!(suggested_by(["0", "1", "unknown"]), Classification);
    }

    #[test]
    fn numbers_sort_by_value_and_texts_by_character() {
        let classes = |cells: &[&str]| classes(&Column::of_cells("y", cells));
        assert_eq!(classes(&["10", "9", "-1", "9"]), ["-1", "9", "10"]);
        assert_eq!(classes(&["10", "9", "b", "B"]), ["10", "9", "B", "b"]);
        assert_eq!(classes(&["1.0", "0", "1", "-0", "0.0"]), ["0", "1"]);
        assert_eq!(classes(&["1.0", "a", "1", "A"]), ["1", "A", "a"]);
        assert_eq!(classes(&["7", "007", "07", "7.0"]), ["007", "07", "7"]);
        // As `f64`, these are one.
        let large = ["9007199254740993", "9007199254740992"];
        assert_eq!(classes(&large), [large[1], large[0]]);
    }

    #[test]
    fn labels_that_no_number_tells_apart_are_refused() {
        let infer = |cells: &[&str]| {
            let table = Table::from_columns(vec![Column::of_cells("y", cells)]).unwrap();
            TargetColumns::infer(&table, &["y"], Some(Task::Classification))
        };
        for bad in ["1e400", "-1e400", "1e-400", "-1e-320"] {
            let error = infer(&["1", bad, "1"]).unwrap_err();
            assert!(
                matches!(&error, TableError::NoLabels(bad) if bad.count == 1),
                "{bad}: {error}"
            );
            assert!(error.to_string().contains("column `y`: "), "{error}");
        }
        assert!(matches!(infer(&["a", "1e-400", "0"]), Err(TableError::NoLabels(_))));
        for good in ["1e300", "1e-300", "0", "inf."] {
            assert!(infer(&["1", good, "1"]).is_ok(), "{good}");
        }
    }

    /// Of such numbers no mean is a date; who wants one can say so.
    #[test]
    fn dates_are_no_numbers_to_predict() {
        let cells: Vec<String> =
            (0..60).map(|i| (20_240_101 + 100 * (i % 12) + i % 28).to_string()).collect();
        let table = Table::from_columns(vec![Column::of_cells("y", &cells)]).unwrap();
        let error = TargetColumns::infer(&table, &["y"], None).unwrap_err();
        assert!(
            matches!(&error, TableError::TimeTarget { class, .. } if class == "20240101"),
            "{error}"
        );
        assert!(TargetColumns::infer(&table, &["y"], Some(Task::Regression)).is_ok());
    }

    /// Also where many rows share each.
    #[test]
    fn numbers_with_a_sign_are_no_classes() {
        let infer = |of: &dyn Fn(usize) -> String| {
            let cells: Vec<String> = (0..400).map(of).collect();
            let table = Table::from_columns(vec![Column::of_cells("y", &cells)]).unwrap();
            TargetColumns::infer(&table, &["y"], None)
        };
        let error = infer(&|i| format!("{}.5%", i % 80)).unwrap_err();
        assert!(matches!(error, TableError::FormattedTarget { .. }), "{error}");
        assert!(infer(&|i| format!("{}-{}", i % 8, i % 8 + 1)).is_ok());
        assert!(infer(&|i| format!("k{}", i % 80)).is_ok());
    }

    #[test]
    fn truth_values_are_the_same_classes_in_other_words() {
        let target = TargetColumns::of_classes("y", vec!["False".into(), "True".into()]);
        let table = Table::from_columns(vec![Column::texts(
            "y",
            ["true", "no", "TRUE", "False"].map(Some),
        )]);
        let (_, read) = target.read(&Rows::all(&table.unwrap())).unwrap();
        assert_eq!(read.labels().unwrap(), [1, 0, 1, 0]);
        let table = Table::from_columns(vec![Column::texts("y", [Some("maybe")])]).unwrap();
        assert!(matches!(target.read(&Rows::all(&table)), Err(TableError::UnknownClass { .. })));
    }

    /// As a file has them whose cells are text, whatever they look like.
    #[test]
    fn texts_that_look_like_numbers_are_found_as_they_are() {
        let column = Column::texts("y", [Some("2.0"), Some("1.0"), Some("1")]);
        let table = Table::from_columns(vec![column]).unwrap();
        let target = TargetColumns::infer(&table, &["y"], None).unwrap();
        let (_, read) = target.read(&Rows::all(&table)).unwrap();
        let names = target.classes().unwrap();
        let labels = read.labels().unwrap().iter().map(|&label| names[label].as_str());
        assert_eq!(labels.collect::<Vec<_>>(), ["2.0", "1.0", "1"]);
    }

    /// Models that were trained before name classes as the first cell spelt them.
    #[test]
    fn a_class_may_be_spelt_otherwise_than_its_cells() {
        let table = Table::from_columns(vec![Column::of_cells("y", ["1", "0.0", "1e0"])]).unwrap();
        let target = TargetColumns::of_classes("y", vec!["0".into(), "1.0".into()]);
        let (_, read) = target.read(&Rows::all(&table)).unwrap();
        assert!(matches!(read, Target::Classes { labels, .. } if labels == [1, 0, 1]));
    }
}
