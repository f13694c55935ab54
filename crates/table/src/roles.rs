//! What a column says of the rows, when it is no feature.

use std::collections::HashMap;

use crate::cell::BadCells;
use crate::encoding::{numbers_of, seconds_of};
use crate::{Cells, Rows, TableError};

impl Rows<'_> {
    /// How much each row counts, which a column says.
    ///
    /// # Errors
    /// [`TableError::UnknownColumn`]; [`TableError::Weights`] for cells that are no finite numbers of
    /// at least 0, [`TableError::NoWeight`] if all are 0.
    pub fn weights(&self, column: &str) -> Result<Vec<f64>, TableError> {
        let position = self.table().position(column)?;
        let weights = numbers_of(position, &self.table().columns()[position], self)?;
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
                Err(TableError::NotTimes(bad)) => Err(TableError::Order(bad)),
                seconds => seconds,
            },
        }
    }
}
