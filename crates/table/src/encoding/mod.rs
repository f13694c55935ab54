//! From a table to numbers.

mod category;
mod encoded_rows;
mod encoder;
mod fit;
mod impute;
mod number;
mod options;
mod parts;
mod time_parts;

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use densely_tensor::{Mat, Threads};

pub use category::CategoryEncoder;
pub use encoded_rows::{EncodedRows, FarCells};
pub(crate) use encoder::numbers as numbers_of;
pub use encoder::{ColumnEncoder, Encoder};
pub(crate) use fit::{encoder as encoder_of, number_encoder, seconds_of};
pub use impute::Impute;
pub use number::NumberEncoder;
pub use options::EncodingOptions;
pub use time_parts::{TimeEncoder, TimePart};

use crate::{ColumnSchema, Rows, Schema, Table, TableError};

/// How the columns of a table become numbers: fitted on the training part, and the same for all
/// tables to come, whatever the order of their columns.
///
/// - A **number** is itself; a gap has the median of the training part, and where there were
///   gaps enough to learn from, one more number says which are: 1 for a gap.
/// - A **truth value** is 0 or 1, with gaps as for numbers.
/// - A **category** is a column for each value, of which one is 1: for each that is frequent enough,
///   one for all others together, and one for gaps if they are. A value that was not seen
///   in training is one of the others, or 0 everywhere if there were none.
/// - A **time** is year, month, day of the week, hour and the seconds since the first in the
///   training part, as far as they differ in it.
///
/// ```
/// use densely_table::{Encoding, EncodingOptions, Rows, Schema, SchemaOptions, Table};
///
/// let table = Table::from_reader("size,kind\n2,pear\nNA,apple\n4,pear\n8,\nNA,apple\n6,\n".as_bytes())?;
/// let rows = Rows::all(&table);
/// let schema = Schema::infer(&rows, &SchemaOptions::new())?;
/// let encoding = Encoding::fit(&schema, &rows, &EncodingOptions::new())?;
/// let names = encoding.feature_names_out();
/// assert_eq!(names, ["size", "size is missing", "kind = apple", "kind = pear", "kind is missing"]);
///
/// let new = Table::from_reader("kind,size\npear,NA\nplum,1\n".as_bytes())?;
/// let x = encoding.encode(&Rows::all(&new))?;
/// assert_eq!(x.col_as_slice(0), [5.0, 1.0, 0.0, 1.0, 0.0]);
/// assert_eq!(x.col_as_slice(1), [1.0, 0.0, 0.0, 0.0, 0.0]);
/// # Ok::<(), densely_table::TableError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Encoding {
    schema: Schema,
    encoders: Vec<ColumnEncoder>,
}

impl Encoding {
    /// Fits the encoding of the features of a schema to the training part of a table.
    ///
    /// # Errors
    /// [`TableError::MissingColumns`], and for cells that are not of the kind of their column
    /// [`TableError::NotNumbers`], [`TableError::NotFinite`], [`TableError::NotTruths`] or
    /// [`TableError::NotTimes`].
    pub fn fit(
        schema: &Schema,
        rows: &Rows<'_>,
        options: &EncodingOptions,
    ) -> Result<Self, TableError> {
        Self::fit_on(schema, rows, options, &Threads::single())
    }

    /// [`fit`](Self::fit), with the columns shared among these threads.
    ///
    /// # Errors
    /// As [`fit`](Self::fit).
    pub fn fit_on(
        schema: &Schema,
        rows: &Rows<'_>,
        options: &EncodingOptions,
        threads: &Threads,
    ) -> Result<Self, TableError> {
        let names: Vec<&str> = schema.features().map(|column| column.name.as_str()).collect();
        let positions = positions(rows.table(), names.iter().copied())?;
        let columns: Vec<_> = schema.features().collect();
        let fit = |i: usize| fit::encoder(columns[i], rows, positions[i], options);
        let encoders = threads.map(columns.len(), fit).into_iter().collect::<Result<_, _>>()?;
        Ok(Self { schema: schema.clone(), encoders })
    }

    /// From its parts: an encoder for each feature of the schema, in order.
    ///
    /// # Errors
    /// [`TableError::Encoders`] if they are for other columns.
    pub fn from_parts(schema: Schema, encoders: Vec<ColumnEncoder>) -> Result<Self, TableError> {
        let names: Vec<&str> = schema.features().map(|column| column.name.as_str()).collect();
        let is_same = names.iter().eq(encoders.iter().map(|encoder| &encoder.column));
        if !is_same || encoders.iter().any(|encoder| encoder.encoder.width() == 0) {
            let expected = names.iter().map(ToString::to_string).collect();
            let actual = encoders.into_iter().map(|encoder| encoder.column).collect();
            return Err(TableError::Encoders { expected, actual });
        }
        Ok(Self { schema, encoders })
    }

    /// The same of some of the columns that go in.
    ///
    /// # Panics
    /// If there are not so many.
    #[must_use]
    pub fn of_columns(&self, columns: Range<usize>) -> Self {
        let encoders = self.encoders[columns].to_vec();
        let is_own =
            |column: &&ColumnSchema| encoders.iter().any(|encoder| encoder.column == column.name);
        let columns = self.schema.features().filter(is_own).cloned().collect();
        Self { schema: Schema::new(columns).with_missing(self.schema.missing().clone()), encoders }
    }

    /// Of numbers without gaps, each as it is.
    #[must_use]
    pub fn of_numbers<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Self {
        encoder::of_numbers(names.into_iter().map(Into::into).collect())
    }

    /// What the columns are.
    #[must_use]
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// How each feature of the schema becomes numbers, in order.
    #[must_use]
    pub fn encoders(&self) -> &[ColumnEncoder] {
        &self.encoders
    }

    /// The names of the columns that go in, in order.
    pub fn feature_names_in(&self) -> impl Iterator<Item = &str> {
        self.encoders.iter().map(|encoder| encoder.column.as_str())
    }

    /// The names of the numbers that come out, in order; one that would come twice has a number.
    #[must_use]
    pub fn feature_names_out(&self) -> Vec<String> {
        let mut seen = HashSet::new();
        // The name of a category may be that of a column.
        let unique = |name: String| {
            let numbered = (2..).map(|i| format!("{name} ({i})"));
            let mut names = [name.clone()].into_iter().chain(numbered);
            names.find(|name| seen.insert(name.clone())).unwrap_or(name)
        };
        self.encoders.iter().flat_map(ColumnEncoder::names_out).map(unique).collect()
    }

    /// The index, among the columns that go in, of that which each number comes from.
    #[must_use]
    pub fn sources(&self) -> Vec<usize> {
        let encoders = self.encoders.iter().enumerate();
        encoders.flat_map(|(i, encoder)| std::iter::repeat_n(i, encoder.encoder.width())).collect()
    }

    /// How many numbers come out.
    #[must_use]
    pub fn width(&self) -> usize {
        self.encoders.iter().map(|encoder| encoder.encoder.width()).sum()
    }

    /// The rows as numbers.
    ///
    /// # Shapes
    /// [`width`](Self::width) x rows.
    ///
    /// # Errors
    /// [`TableError::Shape`] for more than there is memory for; those of [`fit`](Self::fit).
    pub fn encode(&self, rows: &Rows<'_>) -> Result<Mat<f64>, TableError> {
        self.rows(rows, &Threads::single())?.columns(0..self.encoders.len())
    }
}

/// The positions of columns.
///
/// # Errors
/// If some are missing, with the names that are most like them, or if several have one of the names.
pub(crate) fn positions<'a>(
    table: &Table,
    names: impl Iterator<Item = &'a str>,
) -> Result<Vec<usize>, TableError> {
    positions_of(table.names(), names)
}

/// The same among columns of these names.
pub(crate) fn positions_of<'a, 'b>(
    table: impl Iterator<Item = &'b str> + Clone,
    names: impl Iterator<Item = &'a str>,
) -> Result<Vec<usize>, TableError> {
    // `None` for a name that several columns have.
    let mut by_name: HashMap<&str, Option<usize>> = HashMap::new();
    for (position, name) in table.clone().enumerate() {
        by_name.entry(name).and_modify(|found| *found = None).or_insert(Some(position));
    }
    let (mut found, mut missing) = (Vec::new(), Vec::new());
    let names: Vec<&str> = names.collect();
    for &name in &names {
        match by_name.get(name) {
            Some(&Some(position)) => found.push(position),
            Some(None) => return Err(TableError::DuplicateColumn(name.to_owned())),
            None => missing.push(name.to_owned()),
        }
    }
    if missing.is_empty() {
        return Ok(found);
    }
    // A column that is asked for, too, is itself.
    let asked: HashSet<&str> = names.into_iter().collect();
    let others = table.clone().filter(|name| !asked.contains(name));
    let nearest = densely_parts::nearest(&missing[0], others).map(str::to_owned);
    Err(TableError::MissingColumns {
        missing,
        nearest,
        columns: table.map(str::to_owned).collect(),
    })
}
