//! MNIST as a dataset.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use densely::prelude::*;
use densely::table::Cells;
use densely_files::ReadOptions;

/// The images whose file's name begins so, with their labels.
pub fn read(folder: &Path, prefix: &str) -> Result<Dataset<f32>, Box<dyn Error>> {
    let labels = find(folder, prefix, "labels")?;
    let table = ReadOptions::new().labels(labels).read(find(folder, prefix, "images")?)?;
    let mut columns = Vec::with_capacity(table.columns().len());
    for column in table.columns() {
        let Cells::Numbers(numbers) = column.cells() else {
            return Err(format!("{} is not of numbers", column.name()).into());
        };
        columns.push(numbers);
    }
    let pixels = columns.len() - 1;
    let x = Mat::from_fn(pixels, table.rows(), |i, j| columns[i].get(j) as f32 / 255.0);
    let labels = (0..table.rows()).map(|row| columns[pixels].get(row) as usize).collect();
    Ok(Dataset::classification(x, labels, 10)?)
}

fn find(folder: &Path, prefix: &str, what: &str) -> Result<PathBuf, Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with(prefix) && name.contains(what) {
            return Ok(path);
        }
    }
    Err(format!("{} has no file {prefix}…{what}…", folder.display()).into())
}
