//! What a column says of the rows, when it is no feature.

use std::collections::HashMap;
use std::hash::Hash;

use crate::cell::BadCells;
use crate::encoding::{numbers_of, seconds_of};
use crate::parsed::number;
use crate::{Cells, Column, Rows, TableError};

impl Rows<'_> {
    /// How much each row counts, which a column says.
    ///
    /// # Errors
    /// [`TableError::UnknownColumn`]; [`TableError::Weights`] for cells that are no finite numbers of
    /// at least 0, [`TableError::NoWeight`] if all are 0.
    pub fn weights(&self, column: &str) -> Result<Vec<f64>, TableError> {
        let position = self.table().position(column)?;
        let weights = numbers_of(position, &self.table().columns()[position], self);
        let weights = weights.map_err(|error| match error {
            TableError::NotNumbers(bad) | TableError::NotFinite(bad) => TableError::Weights(bad),
            error => error,
        })?;
        // A gap is none.
        let is_bad = |row| weights.get(row).is_nan() || weights.get(row) < 0.0;
        match BadCells::find(self, position, is_bad) {
            Some(bad) => Err(TableError::Weights(bad)),
            None if self.iter().all(|row| weights.get(row) == 0.0) => {
                Err(TableError::NoWeight(column.to_owned()))
            }
            None => Ok(self.iter().map(|row| weights.get(row)).collect()),
        }
    }

    /// The group of each row, which a column says: rows of equal cells are of one group, and rows of equal times, as `20240229`
    /// and `2024-02-29` are, in a column of times.
    ///
    /// # Errors
    /// [`TableError::UnknownColumn`]; [`TableError::Groups`] for gaps.
    pub fn groups(&self, column: &str) -> Result<Vec<usize>, TableError> {
        let position = self.table().position(column)?;
        let column = &self.table().columns()[position];
        if let Some(gaps) = BadCells::find(self, position, |row| column.text(row).is_none()) {
            return Err(TableError::Groups(gaps));
        }
        let times = match column.cells() {
            Cells::Texts(_) => seconds_of(position, column, self).ok(),
            Cells::Numbers(_) => None,
        };
        Ok(match times {
            Some(times) => numbered(times.into_iter().map(f64::to_bits)),
            None => numbered(self.iter().map(|row| column.text(row))),
        })
    }

    /// Numbers in the order of the rows' times or numbers, which a column says.
    ///
    /// # Errors
    /// [`TableError::UnknownColumn`]; [`TableError::Order`] for gaps and for cells that are neither
    /// numbers nor times, [`TableError::NotFinite`].
    pub fn order(&self, column: &str) -> Result<Vec<f64>, TableError> {
        let position = self.table().position(column)?;
        let column = &self.table().columns()[position];
        let is_gap = |row| column.text(row).is_none();
        if let Some(gaps) = BadCells::find(self, position, is_gap) {
            return Err(TableError::Order(gaps));
        }
        match column.cells() {
            Cells::Numbers(_) => {
                let numbers = numbers_of(position, column, self)?;
                Ok(self.iter().map(|row| numbers.get(row)).collect())
            }
            Cells::Texts(_) => match seconds_of(position, column, self) {
                Err(TableError::NotTimes(bad) | TableError::NotClocks(bad)) => {
                    Err(TableError::Order(numbers_but_for(self, position, column).unwrap_or(bad)))
                }
                seconds => seconds,
            },
        }
    }
}

/// Equal keys have equal numbers, in the order in which they come.
fn numbered<K: Hash + Eq>(keys: impl Iterator<Item = K>) -> Vec<usize> {
    let mut numbers = HashMap::new();
    let number = |key| {
        let next = numbers.len();
        *numbers.entry(key).or_insert(next)
    };
    keys.map(number).collect()
}

/// The cells that are no numbers, where most are.
fn numbers_but_for(rows: &Rows<'_>, position: usize, column: &Column) -> Option<Box<BadCells>> {
    let is_other = |row| column.text(row).and_then(|text| number(&text)).is_none();
    BadCells::find(rows, position, is_other).filter(|bad| 2 * bad.count < rows.len())
}

#[cfg(test)]
mod tests {
    use crate::{Column, Rows, Table, TableError};

    #[test]
    fn rows_of_one_day_are_a_group_however_it_is_written() {
        let groups = |cells: &[&str]| {
            let cells = cells.iter().map(|&cell| cell.to_owned());
            let table = Table::from_columns(vec![Column::of_cells("day", cells)]).unwrap();
            Rows::all(&table).groups("day").unwrap()
        };
        let days = ["20240229", "2024-03-01", "2024-02-29", "2024-03-01T00:00", "20240301"];
        assert_eq!(groups(&days), [0, 1, 0, 1, 1]);
        assert_eq!(groups(&["6:43", "06:43", "06:44"]), [0, 0, 1]);
        assert_eq!(groups(&["20240229", "20240301", "20240229"]), [0, 1, 0]);
        // What is no column of times is compared as it is written.
        assert_eq!(groups(&["20240229", "2024-02-29", "home"]), [0, 1, 2]);
        assert_eq!(groups(&["a", "b", "a"]), [0, 1, 0]);
    }

    #[test]
    fn the_cell_that_orders_no_row_is_named_and_not_all_others() {
        for (usual, bad) in
            [(&|i: usize| i.to_string() as String, "soon"), (&|i: usize| format!("{i}.5"), "1,5")]
                as [(&dyn Fn(usize) -> String, &str); 2]
        {
            let cells = (0..40).map(|i| if i == 25 { bad.to_owned() } else { usual(i) });
            let table = Table::from_columns(vec![Column::of_cells("day", cells)]).unwrap();
            let error = Rows::all(&table).order("day").unwrap_err();
            let TableError::Order(cells) = &error else { panic!("{error}") };
            assert_eq!((cells.count, cells.first[0].text.as_deref()), (1, Some(bad)));
        }
        let days = (0..28)
            .map(|i| if i == 5 { "soon".to_owned() } else { format!("2024-01-{:02}", i + 1) });
        let table = Table::from_columns(vec![Column::of_cells("day", days)]).unwrap();
        let error = Rows::all(&table).order("day").unwrap_err().to_string();
        assert!(
            error.starts_with("column `day`: `soon` in row 6: expected a number or a date"),
            "{error}"
        );
    }
}
