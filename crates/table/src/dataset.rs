use densely_data::{Dataset, Target};

use crate::{Encoding, Rows, TableError, TargetColumns};

impl Encoding {
    /// The examples of a table to learn from, or to evaluate on: those of the rows that have a target.
    /// Each knows its row.
    ///
    /// # Shapes
    /// [`width`](Self::width) x rows with a target.
    ///
    /// # Errors
    /// Those of [`encode`](Self::encode) and [`TargetColumns::read`].
    ///
    /// ```
    /// use densely_table::{
    ///     Encoding, EncodingOptions, Rows, Schema, SchemaOptions, Table, TargetColumns,
    /// };
    ///
    /// let table = Table::from_reader("size,kind,y\n2,pear,0.5\n3,apple,1.5\n4,pear,NA\n5,apple,2.5\n".as_bytes())?;
    /// let (rows, target) = (Rows::all(&table), TargetColumns::infer(&table, &["y"], None)?);
    /// let schema = Schema::infer(&rows, &SchemaOptions::new().target("y"))?;
    /// let encoding = Encoding::fit(&schema, &rows, &EncodingOptions::new())?;
    /// let dataset = encoding.dataset(&rows, &target)?;
    /// assert_eq!((dataset.len(), dataset.features(), dataset.target_name()), (3, 3, "y"));
    /// assert_eq!(dataset.place(1).to_string(), "row 2 (line 3)");
    /// # Ok::<(), densely_table::TableError>(())
    /// ```
    pub fn dataset(
        &self,
        rows: &Rows<'_>,
        target: &TargetColumns,
    ) -> Result<Dataset<f64>, TableError> {
        let (kept, read) = target.read(rows)?;
        self.examples(&Rows::of(rows.table(), &kept), read, target)
    }

    /// The examples of rows whose targets were [read](TargetColumns::read) already.
    ///
    /// # Errors
    /// Those of [`encode`](Self::encode), and [`TableError::Data`] for another number of targets than
    /// of rows.
    pub fn examples(
        &self,
        rows: &Rows<'_>,
        read: Target<f64>,
        target: &TargetColumns,
    ) -> Result<Dataset<f64>, TableError> {
        let x = self.encode(rows)?;
        let names = read.names().to_vec();
        let dataset = match read {
            Target::Classes { labels, .. } => Dataset::classification(x, labels, names.len())?,
            Target::Values { values, .. } => Dataset::regression(x, values)?,
        };
        let places = (0..rows.len()).map(|i| rows.place(i)).collect();
        Ok(dataset
            .with_output_names(names)?
            .with_feature_names(self.feature_names_out())?
            .with_target_name(target.name())
            .with_places(places)?)
    }
}
