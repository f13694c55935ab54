//! Tables from sheets of Excel and `OpenDocument`.

mod cell;
mod grid;
mod guard;

use calamine::{Data, Ods, Reader, Xlsx};
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
                while let Some(cell) = cells.next_cell_with_formula_metadata().map_err(damaged)? {
                    let value = Cell::from(&cell.value);
                    let value = if cell.formula.is_some() { value.of_formula() } else { value };
                    grid.push(cell.pos, &value)?;
                }
                Ok(grid)
            })
        }
        Workbook::Ods => {
            let mut book = Ods::new(input).map_err(damaged)?;
            let names = book.sheet_names();
            first(names, sheet, |name| {
                let range = book.worksheet_range(name).map_err(damaged)?;
                let formulas = book.worksheet_formula(name).map_err(damaged)?;
                let at = |start: Option<(u32, u32)>, row: usize, column: usize| {
                    let (top, left) = start.unwrap_or_default();
                    (top + row as u32, left + column as u32)
                };
                let values = range
                    .used_cells()
                    .map(|(row, column, cell)| (at(range.start(), row, column), Cell::from(cell)));
                let uncomputed = formulas.used_cells().filter_map(|(row, column, _)| {
                    let at = at(formulas.start(), row, column);
                    let has_value = range.get_value(at).is_some_and(|value| *value != Data::Empty);
                    (!has_value).then_some((at, Cell::Uncomputed))
                });
                let mut cells: Vec<_> = values.chain(uncomputed).collect();
                cells.sort_by_key(|&(at, _)| at);
                let mut grid = grid();
                for (at, cell) in &cells {
                    grid.push(*at, cell)?;
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
