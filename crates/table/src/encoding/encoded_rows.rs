use std::fmt;
use std::ops::Range;

use densely_tensor::{
    Buffer, Mat, MatMut, MatRef, ReborrowMut, ShapeError, Threads, column_mut, try_zeros,
};

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

/// Cells of a column with a number or a time that is [far](crate::NumberEncoder::is_far) from those of the training part.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FarCells<'a> {
    /// The name of the column.
    pub column: &'a str,
    /// In how many rows there is one.
    pub count: usize,
    /// The first row of the table that has one.
    pub row: usize,
    /// What is there.
    pub cell: String,
    /// The smallest and the largest of the training part.
    pub range: [String; 2],
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

    /// For each column in which at least a twentieth of the rows has a gap, and training had hardly one, so that a gap is taken for
    /// what is usual there, or of categories for one that was rare or not there: its name, and how many they are.
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

    /// The columns in which some rows have a number or a time that is [far](crate::NumberEncoder::is_far) from those of the
    /// training part, or, of at least 20, most rows a number outside of these, so that what a network makes of them is a guess.
    ///
    /// ```
    /// use densely_table::{Encoding, EncodingOptions, Rows, Schema, SchemaOptions, Table};
    /// use densely_tensor::Threads;
    ///
    /// let read = |text: &str| Table::from_reader(text.as_bytes());
    /// let table = read("metres,y\n1.5,1\n1.8,2\n2,3\n")?;
    /// let rows = Rows::all(&table);
    /// let schema = Schema::infer(&rows, &SchemaOptions::new().target("y"))?;
    /// let encoding = Encoding::fit(&schema, &rows, &EncodingOptions::new())?;
    /// let (new, threads) = (read("metres,y\n1.5,1\n180,2\n170,3\n")?, Threads::single());
    /// let far = encoding.rows(&Rows::all(&new), &threads)?.far_cells(&threads);
    /// assert_eq!((far[0].column, far[0].count, far[0].row, far[0].cell.as_str()), ("metres", 2, 1, "180"));
    /// assert_eq!(far[0].range, ["1.5", "2"]);
    /// # Ok::<(), densely_table::TableError>(())
    /// ```
    #[must_use]
    pub fn far_cells(&self, threads: &Threads) -> Vec<FarCells<'a>> {
        let far = threads.map(self.bound.len(), |i| {
            let (count, row, range) = self.bound[i].far(&self.rows)?;
            let column = self.encoding.encoders[i].column.as_str();
            let cell = self.rows.table().column(column).ok()?.text(row)?.into_owned();
            Some(FarCells { column, count, row, cell, range })
        });
        far.into_iter().flatten().collect()
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

    /// The same, with the rows shared among these threads.
    ///
    /// # Panics
    /// As [`write`](Self::write).
    pub fn write_on(&self, first: usize, out: MatMut<'_, f64>, threads: &Threads) {
        threads.panels(out, 8 * PANEL, |start, out| self.write(first + start, out));
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

    /// Some of the numbers of all rows, in a buffer, which is used again from call to call.
    ///
    /// # Shapes
    /// As many numbers as `features` x rows.
    ///
    /// # Errors
    /// [`TableError::Shape`] for more than there is memory for.
    ///
    /// # Panics
    /// If there are not so many features.
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
    /// assert_eq!(encoded.features_in(0..1, &mut buffer)?, mat![[1.0, 2.0]]);
    /// assert_eq!(encoded.features_in(1..2, &mut buffer)?, mat![[0.5, 2.5]]);
    /// # Ok::<(), densely_table::TableError>(())
    /// ```
    pub fn features_in<'b>(
        &self,
        features: Range<usize>,
        buffer: &'b mut Buffer<f64>,
    ) -> Result<MatRef<'b, f64>, TableError> {
        let (width, rows) = (features.len(), self.rows.len());
        assert!(features.end <= self.encoding.width(), "{features:?} of all features");
        buffer.reserve("Encoding", "the numbers", width, rows)?;
        let mut out = buffer.view_mut(width, rows);
        // The columns that these features are of: the part that is asked for, where it goes, and room for all of a cell.
        let (mut parts, mut first) = (Vec::new(), 0);
        for (column, bound) in self.bound.iter().enumerate() {
            let own = first..first + self.width(column..column + 1);
            first = own.end;
            let (start, end) = (features.start.max(own.start), features.end.min(own.end));
            if start < end {
                let part = start - own.start..end - own.start;
                parts.push((bound, part, start - features.start, vec![0.0; own.len()]));
            }
        }
        for start in (0..rows).step_by(PANEL) {
            let end = rows.min(start + PANEL);
            for (bound, part, top, all) in &mut parts {
                if part.len() == all.len() {
                    let rows = (start..end).map(|i| self.rows.row(i));
                    bound.write_rows(rows, *top, out.rb_mut().subcols_mut(start, end - start));
                    continue;
                }
                for i in start..end {
                    let out = &mut column_mut(out.as_mut(), i)[*top..*top + part.len()];
                    bound.write_part(self.rows.row(i), part.clone(), all, out);
                }
            }
        }
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

    /// The columns of categories, of those that go in, and the features that each becomes: of these one is 1, or none.
    ///
    /// ```
    /// use densely_table::{Encoding, EncodingOptions, Rows, Schema, SchemaOptions, Table};
    /// use densely_tensor::{Mat, Threads};
    ///
    /// let text = "size,kind\n2,pear\n3,apple\n4,pear\n5,fig\n6,fig\n";
    /// let table = Table::from_reader(text.as_bytes())?;
    /// let (rows, threads) = (Rows::all(&table), Threads::single());
    /// let schema = Schema::infer(&rows, &SchemaOptions::new())?;
    /// let encoding = Encoding::fit(&schema, &rows, &EncodingOptions::new().rare(1))?;
    /// let encoded = encoding.rows(&rows, &threads)?;
    /// assert_eq!(encoded.category_columns(), [(1, 1..4)]);
    /// let mut categories = [0; 3];
    /// encoded.write_categories(&[1], 2, &mut categories);
    /// assert_eq!(encoding.feature_names_out()[1..], ["kind = apple", "kind = fig", "kind = pear"]);
    /// assert_eq!(categories, [2, 1, 1]);
    /// let mut sizes = Mat::zeros(1, 3);
    /// encoded.write_columns([0], 2, sizes.as_mut());
    /// assert_eq!(sizes, densely_tensor::mat![[4.0, 5.0, 6.0]]);
    /// # Ok::<(), densely_table::TableError>(())
    /// ```
    #[must_use]
    pub fn category_columns(&self) -> Vec<(usize, Range<usize>)> {
        let (mut columns, mut feature) = (Vec::new(), 0);
        for (column, bound) in self.bound.iter().enumerate() {
            let features = feature..feature + self.width(column..column + 1);
            feature = features.end;
            if let Bound::Category(..) = bound {
                columns.push((column, features));
            }
        }
        columns
    }

    /// Writes which feature of each of these columns is 1 in some rows, from the `first` on, counted from the column's own
    /// first one: [`u16::MAX`] if none is. Those of a row lie together.
    ///
    /// # Panics
    /// If a column is not one of [categories](Self::category_columns), has more features than `u16` can count, or
    /// there are not so many rows.
    pub fn write_categories(&self, columns: &[usize], first: usize, out: &mut [u16]) {
        for (i, out) in out.chunks_mut(columns.len().max(1)).enumerate() {
            let row = self.rows.row(first + i);
            for (out, &column) in out.iter_mut().zip(columns) {
                let Bound::Category(encoder, categories) = &self.bound[column] else {
                    panic!("column {column} is not one of categories");
                };
                let one = categories.one(encoder, row);
                *out = one.map_or(u16::MAX, |one| u16::try_from(one).expect("it fits"));
            }
        }
    }

    /// Writes the numbers that these columns become in as many rows as `out` has columns, from the `first` on.
    ///
    /// # Shapes
    /// `out`: the [widths](Self::width) of the columns x some rows.
    ///
    /// # Panics
    /// If it has another height, or there are not so many columns or rows.
    pub fn write_columns(
        &self,
        columns: impl IntoIterator<Item = usize, IntoIter: Clone>,
        first: usize,
        mut out: MatMut<'_, f64>,
    ) {
        let (columns, count) = (columns.into_iter(), out.ncols());
        let width: usize = columns.clone().map(|column| self.width(column..column + 1)).sum();
        assert_eq!(out.nrows(), width, "numbers of each row");
        assert!(first + count <= self.rows.len(), "{count} of {} rows", self.rows.len());
        for start in (0..count).step_by(PANEL) {
            let end = (start + PANEL).min(count);
            let mut top = 0;
            for column in columns.clone() {
                let rows = (start..end).map(|i| self.rows.row(first + i));
                let out = out.rb_mut().subcols_mut(start, end - start);
                self.bound[column].write_rows(rows, top, out);
                top += self.width(column..column + 1);
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

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;
    use crate::{EncodingOptions, Schema, SchemaOptions, Table};

    #[test]
    fn any_features_are_those_of_all() {
        let mut text = "a,kind,when,flag,place\n".to_owned();
        for i in 0..PANEL + 70 {
            let a = if i % 9 == 2 { String::new() } else { i.to_string() };
            let kind = if i % 11 == 4 { String::new() } else { format!("k{}", i % 6) };
            let (day, flag, place) = (1 + i % 28, i % 2 == 0, i * i % 13);
            writeln!(text, "{a},{kind},2024-0{}-{day:02},{flag},p{place}", 1 + i % 9).unwrap();
        }
        let table = Table::from_reader(text.as_bytes()).unwrap();
        let some: Vec<usize> = (0..PANEL + 70).filter(|i| i % 10 > 0).collect();
        let rows = Rows::of(&table, &some);
        let options = SchemaOptions::new().keep("a");
        let schema = Schema::infer(&rows, &options).unwrap();
        let encoding = Encoding::fit(&schema, &rows, &EncodingOptions::new()).unwrap();
        let (all, width) = (encoding.encode(&rows).unwrap(), encoding.width());
        let encoded = encoding.rows(&rows, &Threads::single()).unwrap();
        let mut buffer = Buffer::new();
        for first in 0..width {
            for end in first + 1..=width {
                let part = encoded.features_in(first..end, &mut buffer).unwrap();
                assert_eq!(part, all.subrows(first, end - first), "{first}..{end}");
            }
        }
        let columns = encoded.category_columns();
        assert_eq!(columns.iter().map(|(column, _)| *column).collect::<Vec<_>>(), [1, 4]);
        let mut ones = vec![0; 2 * rows.len()];
        encoded.write_categories(&[1, 4], 0, &mut ones);
        for (j, ones) in ones.chunks(2).enumerate() {
            for ((_, features), one) in columns.iter().zip(ones) {
                let of = |i: usize| f64::from(u8::from(i == usize::from(*one)));
                assert!((0..features.len()).all(|i| all[(features.start + i, j)] == of(i)));
            }
        }
    }
}
