//! Columns that are called after numbers, which some formats count from 0 and others from 1.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use densely::prelude::{Schema, Table};
use densely::table::{Column, Missing, Naming};

use super::tell;
use crate::error::CliError;

/// What a format that counts from 0 begins with, and one that counts from 1.
const ZERO: &str = "x0";
const ONE: &str = "x1";

/// What is known of the table that a model was trained on.
pub(super) struct Known<'a> {
    pub(super) schema: &'a Schema,
    pub(super) targets: &'a [String],
}

impl Known<'_> {
    fn names(&self) -> HashSet<&str> {
        let columns = self.schema.columns().iter().map(|column| &column.name);
        columns.chain(self.targets).map(String::as_str).collect()
    }

    /// A table with zeros for what a sparse file never mentions of what is needed.
    ///
    /// # Errors
    /// If its columns are counted from another number than those of the model.
    pub(super) fn table<'n>(
        &self,
        path: &Path,
        table: Table,
        needed: impl Iterator<Item = &'n str>,
        missing: Option<&Missing>,
    ) -> Result<Table, CliError> {
        let has_header = table.dialect().is_none_or(|dialect| dialect.header);
        if table.naming() == Naming::Given && has_header {
            return Ok(table);
        }
        let (known, of_table) = (self.names(), table.names().collect::<HashSet<_>>());
        let from_one = known.contains(ONE) && !known.contains(ZERO);
        let other = |column, model| {
            Err(CliError::OtherNumbers { path: path.to_owned(), table: column, model })
        };
        match table.naming() {
            Naming::Positions if from_one && of_table.contains(ZERO) => return other(ZERO, ONE),
            Naming::Positions | Naming::Given => tell_unknown(path, &table, &known),
            _ if known.contains(ZERO) && !of_table.contains(ZERO) => {
                // Where what is predicted has a number, too, there are no indices.
                if self.targets.iter().any(|target| Naming::index(target).is_some()) {
                    return other(ONE, ZERO);
                }
                tell_other_numbers(path, "no index 0", ZERO);
            }
            _ if from_one && of_table.contains(ZERO) => tell_other_numbers(path, "an index 0", ONE),
            _ => {}
        }
        with_left_out(path, table, needed, missing)
    }
}

/// Files that are to be one table: a sparse one has zeros for what others have and it never mentions.
pub(super) fn together(
    paths: &[PathBuf],
    tables: Vec<Table>,
    missing: Option<&Missing>,
) -> Result<Vec<Table>, CliError> {
    // Those of an array are counted from 0, whatever indices are.
    let of_all = tables.iter().filter(|table| table.naming() != Naming::Positions);
    let names: HashSet<String> = of_all.flat_map(Table::names).map(str::to_owned).collect();
    let with = |(path, table): (&PathBuf, Table)| {
        let is_sparse = table.naming() == Naming::Indices;
        if is_sparse && names.contains(ZERO) && table.column(ZERO).is_err() {
            let note = format!(
                "it has no index 0, as others have, so that `{ZERO}` is 0 in it: if it counts from 1, write its indices \
                 one lower"
            );
            tell(path, &note);
        }
        with_left_out(path, table, names.iter().map(String::as_str), missing)
    };
    paths.iter().zip(tables).map(with).collect()
}

fn with_left_out<'n>(
    path: &Path,
    table: Table,
    names: impl Iterator<Item = &'n str>,
    missing: Option<&Missing>,
) -> Result<Table, CliError> {
    let with = |table: Table| {
        let columns = table.left_out(names)?.into_iter();
        let columns = columns.map(|column| match missing {
            Some(missing) => column.with_missing(missing),
            None => column,
        });
        table.with_indices(columns.collect::<Vec<Column>>())
    };
    with(table).map_err(CliError::table(path))
}

fn tell_other_numbers(path: &Path, has: &str, first: &str) {
    let note = format!(
        "it has {has}, and the columns of the model begin with `{first}`: if one counts from 0 what the other counts from \
         1, each is taken for the one beside it"
    );
    tell(path, &note);
}

/// Whether this is the name of a column that has none of its own, but is told by where it is.
fn is_position(name: &str) -> bool {
    Naming::index(name).is_some() || Naming::is_unnamed(name)
}

/// Says which columns without names the model was not trained with: the others may be elsewhere, then.
fn tell_unknown(path: &Path, table: &Table, known: &HashSet<&str>) {
    let is_unknown = |column: &&Column| {
        let (name, is_empty) = (column.name(), column.gaps() == column.len());
        is_position(name) && !known.contains(name) && !is_empty
    };
    let mut unknown = table.columns().iter().filter(is_unknown).map(Column::name);
    // A model of other names has nothing to do with these.
    if let (Some(first), true) = (unknown.next(), known.iter().any(|name| is_position(name))) {
        let and_more = match unknown.count() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let note = format!(
            "the model was trained without a column `{first}`{and_more}: as these have no names, they are told by where \
             they are, so see whether the others are where they were"
        );
        tell(path, &note);
    }
}
