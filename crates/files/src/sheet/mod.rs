//! Tables from sheets of Excel and `OpenDocument`.

mod cell;
mod grid;
mod guard;

use calamine::{Ods, Reader, Xlsx};
use densely_table::Table;

use self::cell::Cell;
use self::grid::Grid;
use self::guard::{Workbook, check};
use crate::caught::caught;
use crate::columns::Columns;
use crate::input::Input;
use crate::{Limits, Reason};

const FORMAT: &str = "workbook";

/// Reads a sheet: that of this name, or the first with anything in it.
///
/// Its first row with anything in it names the columns. Empty rows are passed over.
pub(crate) fn read(
    mut input: Input,
    sheet: Option<&str>,
    columns: &Columns,
    limits: Limits,
) -> Result<Table, Reason> {
    let len = input.len();
    let kind = check(&mut input, limits)?;
    let grid = || Grid::new(len, columns, limits);
    let table = || match kind {
        Workbook::Xlsx => {
            let mut book = Xlsx::new(input).map_err(damaged)?;
            let names = book.sheet_names();
            first(names, sheet, |name| {
                let mut cells = book.worksheet_cells_reader(name).map_err(damaged)?;
                let mut grid = grid();
                while let Some(cell) = cells.next_cell().map_err(damaged)? {
                    grid.push(cell.get_position(), &Cell::from(cell.get_value()))?;
                }
                Ok(grid)
            })
        }
        Workbook::Ods => {
            let mut book = Ods::new(input).map_err(damaged)?;
            let names = book.sheet_names();
            first(names, sheet, |name| {
                let range = book.worksheet_range(name).map_err(damaged)?;
                let (top, left) = range.start().unwrap_or_default();
                let mut grid = grid();
                for (row, column, cell) in range.used_cells() {
                    grid.push((top + row as u32, left + column as u32), &Cell::from(cell))?;
                }
                Ok(grid)
            })
        }
    };
    caught(FORMAT, "parts of", table)
}

fn first<'c>(
    names: Vec<String>,
    chosen: Option<&str>,
    mut read: impl FnMut(&str) -> Result<Grid<'c>, Reason>,
) -> Result<Table, Reason> {
    if let Some(name) = chosen {
        if names.iter().any(|known| known == name) {
            return read(name)?.finish();
        }
        return Err(Reason::unknown("sheet", name, names));
    }
    for name in &names {
        let grid = read(name)?;
        if !grid.is_empty() {
            return grid.finish();
        }
    }
    Err(Reason::damaged(FORMAT, "there is nothing in its sheets"))
}

fn damaged(error: impl std::fmt::Display) -> Reason {
    Reason::damaged(FORMAT, error.to_string())
}
