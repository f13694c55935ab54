//! A table from a folder that has a folder of images for each class.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};

use densely_table::{ColumnBuilder, Table};
use image::{ColorType, DynamicImage, ImageReader, Limits as ImageLimits};

use crate::{Limits, Reason};

/// The pixels of each image, row by row, from 0 to 255, as columns `x0`, `x1` and so on, and the name
/// of its folder as `label`. Folders and files come in the order of their names.
pub(crate) fn read(folder: &Path, limits: Limits) -> Result<Table, Reason> {
    let mut rows = Rows { limits, ..Rows::default() };
    for class in sorted(folder)? {
        if !class.is_dir() {
            return Err(wrong(
                &class,
                "expected a folder of images, which is called after their class",
            ));
        }
        let name = class.file_name().unwrap_or_default().to_str();
        let label =
            name.ok_or_else(|| wrong(&class, "its name is not UTF-8: rename it"))?.to_owned();
        for path in sorted(&class)? {
            rows.push(&path, &label)?;
        }
    }
    let columns = rows.pixels.into_iter().enumerate();
    let mut columns: Vec<_> = columns.map(|(i, cells)| cells.finish(format!("x{i}"))).collect();
    columns.push(rows.labels.finish("label"));
    Ok(Table::from_columns(columns)?)
}

/// What is in a folder, but for what is hidden.
fn sorted(folder: &Path) -> Result<Vec<PathBuf>, Reason> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if !entry.file_name().as_encoded_bytes().starts_with(b".") {
            paths.push(entry.path());
        }
    }
    paths.sort();
    Ok(paths)
}

fn wrong(path: &Path, problem: impl Into<String>) -> Reason {
    Reason::Image { path: path.to_owned(), problem: problem.into() }
}

#[derive(Default)]
struct Rows {
    pixels: Vec<ColumnBuilder>,
    labels: ColumnBuilder,
    /// Width, height and channels of the first.
    shape: Option<(u32, u32, u8)>,
    bytes: u64,
    limits: Limits,
}

impl Rows {
    fn push(&mut self, path: &Path, label: &str) -> Result<(), Reason> {
        let file = File::open(path)?;
        self.bytes += file.metadata()?.len();
        let reader = ImageReader::new(BufReader::new(file)).with_guessed_format()?;
        let image = self.decoded(reader).map_err(|error| wrong(path, error))?;
        let (shape, samples) = samples(image).map_err(|error| wrong(path, error))?;
        if self.shape.is_none() {
            self.pixels = samples.iter().map(|_| ColumnBuilder::new()).collect();
        }
        let expected = *self.shape.get_or_insert(shape);
        if shape != expected {
            let text = |(width, height, channels)| format!("{width} x {height} x {channels}");
            let problem = format!(
                "expected {}, as the first image has, got {}; make them all alike",
                text(expected),
                text(shape)
            );
            return Err(wrong(path, problem));
        }
        for (cells, sample) in self.pixels.iter_mut().zip(samples) {
            cells.push_number(sample.into());
        }
        self.labels.push_text(label);
        self.limits.check_table(self.bytes, self.labels.len() as u64, self.pixels.len() as u64)
    }

    fn decoded(&self, mut reader: ImageReader<BufReader<File>>) -> Result<DynamicImage, String> {
        let mut limits = ImageLimits::default();
        // What the limits let any file hold.
        limits.max_alloc = Some(crate::limits::FREE);
        reader.limits(limits);
        reader.decode().map_err(|error| error.to_string())
    }
}

/// Width, height and channels, and what there is of them.
type Samples = ((u32, u32, u8), Vec<u8>);

fn samples(image: DynamicImage) -> Result<Samples, String> {
    let (width, height) = (image.width(), image.height());
    Ok(match image.color() {
        ColorType::L8 | ColorType::La8 => ((width, height, 1), image.into_luma8().into_raw()),
        ColorType::Rgb8 | ColorType::Rgba8 => ((width, height, 3), image.into_rgb8().into_raw()),
        other => {
            return Err(format!(
                "expected channels of 8 bits, got {other:?}; convert it to 8 bits"
            ));
        }
    })
}
