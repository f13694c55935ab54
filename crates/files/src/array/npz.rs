use std::io::Read;

use densely_parts::shortened;
use densely_table::{Column, Table};
use zip::ZipArchive;

use super::npy;
use crate::input::{Input, failed};
use crate::{Limits, Reason};

const FORMAT: &str = "NPZ file";

/// Reads the arrays of an NPZ file as one table: all of them, or those of these names.
pub(crate) fn read(input: Input, chosen: &[String], limits: Limits) -> Result<Table, Reason> {
    let len = input.len();
    let mut archive = ZipArchive::new(input).map_err(damaged)?;
    let known: Vec<String> = archive
        .file_names()
        .filter_map(|file| file.ok()?.strip_suffix(".npy").map(str::to_owned))
        .collect();
    if known.is_empty() {
        return Err(Reason::damaged(FORMAT, "there is no array in it"));
    }
    if let Some(name) = chosen.iter().find(|name| !known.contains(name)) {
        return Err(Reason::unknown("array", name, known.clone()));
    }
    let names = if chosen.is_empty() { &known[..] } else { chosen };
    let mut arrays: Vec<(&String, Vec<Column>)> = Vec::new();
    let mut total = 0_u64;
    for name in names {
        let mut file = archive.by_name(&format!("{name}.npy")).map_err(damaged)?;
        let size = file.size();
        // Before there is made room for what it claims.
        total = total.saturating_add(size);
        limits.check(len, total)?;
        let columns = npy::columns(&mut file, size, Some(name))?;
        // At its end the checksum is compared.
        if file.read(&mut [0]).map_err(|error| failed(error, FORMAT))? > 0 {
            let detail = format!("the array `{}` is longer than it says", shortened(name));
            return Err(Reason::damaged(FORMAT, detail));
        }
        arrays.push((name, columns));
    }
    let rows = |columns: &[Column]| columns.first().map_or(0, Column::len);
    if arrays.iter().any(|(_, columns)| rows(columns) != rows(&arrays[0].1)) {
        let lengths = arrays.iter().map(|(name, columns)| (name.to_string(), rows(columns)));
        return Err(Reason::Lengths(lengths.collect()));
    }
    Ok(Table::from_columns(arrays.into_iter().flat_map(|(_, columns)| columns).collect())?)
}

#[expect(clippy::needless_pass_by_value)]
fn damaged(error: zip::result::ZipError) -> Reason {
    Reason::damaged(FORMAT, error.to_string())
}
