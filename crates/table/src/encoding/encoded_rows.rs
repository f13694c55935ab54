use std::fmt;
use std::ops::Range;

use densely_tensor::{Buffer, Mat, MatMut, MatRef, ShapeError, Threads, column_mut, try_zeros};

use super::encoder::Bound;
use super::{Encoding, positions};
use crate::{Rows, TableError};

/// Rows that have been checked, and become numbers when they are asked for: all of them, some at a
/// time, or those of some columns. So not all numbers have to be in memory at once.
pub struct EncodedRows<'a> {
    encoding: &'a Encoding,
    bound: Vec<Bound<'a>>,
    rows: Rows<'a>,
}

/// Rows that are encoded together, so that what is written of them is in a cache.
const PANEL: usize = 128;

impl Encoding {
    /// The rows, to be encoded in parts.
    ///
    /// # Errors
    /// Those of [`encode`](Self::encode) but for memory.
    ///
    /// ```
    /// use densely_table::{Encoding, EncodingOptions, Rows, Schema, SchemaOptions, Table};
    /// use densely_tensor::{Mat, Threads};
    ///
    /// let table = Table::from_reader("a,b\n1,0.5\n2,2.5\n3,1.5\n".as_bytes())?;
    /// let (rows, threads) = (Rows::all(&table), Threads::single());
    /// let schema = Schema::infer(&rows, &SchemaOptions::new().keep("a"))?;
    /// let encoding = Encoding::fit(&schema, &rows, &EncodingOptions::new())?;
    /// let encoded = encoding.rows(&rows, &threads)?;
    /// let mut last = Mat::zeros(2, 2);
    /// encoded.write(1, last.as_mut());
    /// assert_eq!(last, densely_tensor::mat![[2.0, 3.0], [2.5, 1.5]]);
    /// assert_eq!(encoded.columns(1..2)?, densely_tensor::mat![[0.5, 2.5, 1.5]]);
    /// # Ok::<(), densely_table::TableError>(())
    /// ```
    pub fn rows<'a>(
        &'a self,
        rows: &Rows<'a>,
        threads: &Threads,
    ) -> Result<EncodedRows<'a>, TableError> {
        // Mostly there are these columns, and no other: that is told sooner than where each of them is.
        let positions = match rows.table().names().eq(self.feature_names_in()) {
            true => (0..self.encoders.len()).collect(),
            false => positions(rows.table(), self.feature_names_in())?,
        };
        ShapeError::expect_some("Encoding", "rows", rows.len())?;
        let bound = threads.map(positions.len(), |i| {
            let column = &rows.table().columns()[positions[i]];
            self.encoders[i].bind(positions[i], column, rows)
        });
        let bound = bound.into_iter().collect::<Result<_, _>>()?;
        Ok(EncodedRows { encoding: self, bound, rows: *rows })
    }
}

impl<'a> EncodedRows<'a> {
    /// How they are encoded.
    #[must_use]
    pub fn encoding(&self) -> &'a Encoding {
        self.encoding
    }

    /// The rows.
    #[must_use]
    pub fn rows(&self) -> Rows<'a> {
        self.rows
    }

    /// For each column in which some rows have a category that has no number of its own, since it was not seen in
    /// training or is rare there: its name, how many they are, and one such category.
    ///
    /// ```
    /// use densely_table::{Encoding, EncodingOptions, Rows, Schema, SchemaOptions, Table};
    /// use densely_tensor::Threads;
    ///
    /// let read = |text: &str| Table::from_reader(text.as_bytes());
    /// let table = read("kind,y\npear,1\napple,2\npear,3\napple,4\n")?;
    /// let rows = Rows::all(&table);
    /// let schema = Schema::infer(&rows, &SchemaOptions::new().target("y"))?;
    /// let encoding = Encoding::fit(&schema, &rows, &EncodingOptions::new())?;
    /// let new = read("kind,y\nfig,1\npear,2\nNA,3\nplum,4\n")?;
    /// let encoded = encoding.rows(&Rows::all(&new), &Threads::single())?;
    /// assert_eq!(encoded.other_categories(), [("kind", 2, "fig".to_owned())]);
    /// # Ok::<(), densely_table::TableError>(())
    /// ```
    #[must_use]
    pub fn other_categories(&self) -> Vec<(&'a str, usize, String)> {
        let columns = self.encoding.feature_names_in().zip(&self.bound);
        let others = columns.filter_map(|(name, bound)| {
            bound.others(&self.rows).map(|(count, first)| (name, count, first))
        });
        others.collect()
    }

    /// For each column of numbers or truth values in which at least a twentieth of the rows has a gap, and training had hardly
    /// one, so that a gap is taken for what is usual there: its name, and how many they are.
    ///
    /// ```
    /// use densely_table::{Encoding, EncodingOptions, Rows, Schema, SchemaOptions, Table};
    /// use densely_tensor::Threads;
    ///
    /// let read = |text: &str| Table::from_reader(text.as_bytes());
    /// let table = read("a,y\n1.5,1\n2.5,2\n2,3\n4,4\n")?;
    /// let rows = Rows::all(&table);
    /// let schema = Schema::infer(&rows, &SchemaOptions::new().target("y"))?;
    /// let encoding = Encoding::fit(&schema, &rows, &EncodingOptions::new())?;
    /// let new = read("a,y\n1.5,1\nNA,2\n")?;
    /// assert_eq!(encoding.rows(&Rows::all(&new), &Threads::single())?.new_gaps(), [("a", 1)]);
    /// # Ok::<(), densely_table::TableError>(())
    /// ```
    #[must_use]
    pub fn new_gaps(&self) -> Vec<(&'a str, usize)> {
        let columns = self.encoding.feature_names_in().zip(&self.bound);
        let gaps = columns.map(|(name, bound)| (name, bound.new_gaps(&self.rows)));
        gaps.filter(|&(_, count)| count > 0 && 20 * count >= self.rows.len()).collect()
    }

    /// Writes the numbers of as many rows as `out` has columns, from the `first` on.
    ///
    /// # Shapes
    /// `out`: [`width`](Encoding::width) x some rows.
    ///
    /// # Panics
    /// If it has another height, or there are not so many rows.
    pub fn write(&self, first: usize, out: MatMut<'_, f64>) {
        self.write_columns(0..self.bound.len(), first, out);
    }

    /// The numbers that these columns, of those that go in, become: of all rows.
    ///
    /// # Shapes
    /// The widths of their encoders x rows.
    ///
    /// # Errors
    /// [`TableError::Shape`] for more than there is memory for.
    ///
    /// # Panics
    /// If there are not so many columns.
    pub fn columns(&self, columns: Range<usize>) -> Result<Mat<f64>, TableError> {
        let mut x =
            try_zeros("Encoding", "the numbers", self.width(columns.clone()), self.rows.len())?;
        self.write_columns(columns, 0, x.as_mut());
        Ok(x)
    }

    /// The same, in a buffer, which is used again from call to call.
    ///
    /// # Shapes
    /// The widths of their encoders x rows.
    ///
    /// # Errors
    /// [`TableError::Shape`] for more than there is memory for.
    ///
    /// # Panics
    /// If there are not so many columns.
    ///
    /// ```
    /// use densely_table::{Encoding, EncodingOptions, Rows, Schema, SchemaOptions, Table};
    /// use densely_tensor::{Buffer, Threads, mat};
    ///
    /// let table = Table::from_reader("a,b\n1,0.5\n2,2.5\n".as_bytes())?;
    /// let (rows, threads) = (Rows::all(&table), Threads::single());
    /// let schema = Schema::infer(&rows, &SchemaOptions::new().keep("a"))?;
    /// let encoding = Encoding::fit(&schema, &rows, &EncodingOptions::new())?;
    /// let (encoded, mut buffer) = (encoding.rows(&rows, &threads)?, Buffer::new());
    /// assert_eq!(encoded.columns_in(0..1, &mut buffer)?, mat![[1.0, 2.0]]);
    /// assert_eq!(encoded.columns_in(1..2, &mut buffer)?, mat![[0.5, 2.5]]);
    /// # Ok::<(), densely_table::TableError>(())
    /// ```
    pub fn columns_in<'b>(
        &self,
        columns: Range<usize>,
        buffer: &'b mut Buffer<f64>,
    ) -> Result<MatRef<'b, f64>, TableError> {
        let (width, rows) = (self.width(columns.clone()), self.rows.len());
        buffer.reserve("Encoding", "the numbers", width, rows)?;
        self.write_columns(columns, 0, buffer.view_mut(width, rows));
        Ok(buffer.view(width, rows))
    }

    /// How many numbers these columns become.
    ///
    /// # Panics
    /// If there are not so many columns.
    #[must_use]
    pub fn width(&self, columns: Range<usize>) -> usize {
        self.encoding.encoders[columns].iter().map(|encoder| encoder.encoder.width()).sum()
    }

    fn write_columns(&self, columns: Range<usize>, first: usize, mut out: MatMut<'_, f64>) {
        let (width, count) = (self.width(columns.clone()), out.ncols());
        assert_eq!(out.nrows(), width, "numbers of each row");
        assert!(first + count <= self.rows.len(), "{count} of {} rows", self.rows.len());
        for start in (0..count).step_by(PANEL) {
            let end = (start + PANEL).min(count);
            let mut top = 0;
            for (encoder, bound) in
                self.encoding.encoders[columns.clone()].iter().zip(&self.bound[columns.clone()])
            {
                for i in start..end {
                    let out = &mut column_mut(out.as_mut(), i)[top..];
                    bound.write(self.rows.row(first + i), out);
                }
                top += encoder.encoder.width();
            }
        }
    }
}

impl fmt::Debug for EncodedRows<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EncodedRows")
            .field("rows", &self.rows.len())
            .field("encoding", self.encoding)
            .finish_non_exhaustive()
    }
}
