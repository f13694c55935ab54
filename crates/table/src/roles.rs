//! What a column says of the rows, when it is no feature.

use std::collections::HashMap;

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

    /// The group of each row, which a column says: rows of equal cells are of one group.
    ///
    /// # Errors
    /// [`TableError::UnknownColumn`]; [`TableError::Groups`] for gaps.
    pub fn groups(&self, column: &str) -> Result<Vec<usize>, TableError> {
        let position = self.table().position(column)?;
        let column = &self.table().columns()[position];
        if let Some(gaps) = BadCells::find(self, position, |row| column.text(row).is_none()) {
            return Err(TableError::Groups(gaps));
        }
        let mut groups = HashMap::new();
        let group = |row| {
            let next = groups.len();
            *groups.entry(column.text(row)).or_insert(next)
        };
        Ok(self.iter().map(group).collect())
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
                Err(TableError::NotTimes(bad)) => {
                    Err(TableError::Order(numbers_but_for(self, position, column).unwrap_or(bad)))
                }
                seconds => seconds,
            },
        }
    }
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
