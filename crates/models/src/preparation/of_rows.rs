use std::ops::Range;
use std::sync::Mutex;

use densely_data::{Dataset, Target};
use densely_layers::Kind;
use densely_preprocess::{PreprocessError, Transform, TransformKinds};
use densely_table::{EncodedRows, TargetColumns};
use densely_tensor::{Buffer, Mat, Scalar, Threads, try_zeros};

use super::{Fitted, Preparation, fitted, panels};
use crate::ModelError;

/// Examples of so many numbers are fitted to at a time, about: some features of all of them.
pub(super) const GROUP: usize = 1 << 20;

/// An example takes a cache line at least, so fewer features than fill it take as much memory and as long.
pub(super) const LINE: usize = 64 / size_of::<f64>();

impl Preparation {
    /// [`fit`](Self::fit) to the rows of a table, whose numbers are not all in memory at once if each
    /// transformation [learns of each feature by
    /// itself](densely_preprocess::TransformKind::FEATUREWISE). It has the same bits, at any number of threads.
    ///
    /// `read` is what [`TargetColumns::read`] says of these rows.
    ///
    /// # Errors
    /// As [`fit_with`](Self::fit_with).
    ///
    /// ```
    /// use densely_models::Preparation;
    /// use densely_preprocess::TransformKinds;
    /// use densely_table::{
    ///     Encoding, EncodingOptions, Rows, Schema, SchemaOptions, Table, TargetColumns,
    /// };
    /// use densely_tensor::Threads;
    ///
    /// let table = Table::from_reader("size,kind,y\n2,pear,0.5\n3,apple,1.5\n4,pear,2.5\n".as_bytes())?;
    /// let (all, threads) = (Rows::all(&table), Threads::single());
    /// let target = TargetColumns::infer(&table, &["y"], None)?;
    /// let (kept, read) = target.read(&all)?;
    /// let rows = Rows::of(&table, &kept);
    /// let schema = Schema::infer(&rows, &SchemaOptions::new().target("y"))?;
    /// let encoding = Encoding::fit(&schema, &rows, &EncodingOptions::new())?;
    ///
    /// let encoded = encoding.rows(&rows, &threads)?;
    /// let known = TransformKinds::new();
    /// let preparation = Preparation::fit_rows(["center"], &encoded, &target, &read, &known, &threads)?;
    /// let prepared = preparation.rows::<f32>(&encoded, &read, None, &threads)?;
    /// assert_eq!(prepared.x()[(0, 2)], 1.0);
    ///
    /// let raw = encoding.examples(&rows, read, &target)?;
    /// assert_eq!(Preparation::fit(["center"], &raw)?.with_encoding(encoding)?, preparation);
    /// # Ok::<(), densely_models::ModelError>(())
    /// ```
    pub fn fit_rows(
        kinds: impl IntoIterator<Item: Into<Kind>>,
        encoded: &EncodedRows<'_>,
        target: &TargetColumns,
        read: &Target<f64>,
        known: &TransformKinds,
        threads: &Threads,
    ) -> Result<Self, ModelError> {
        let fitted = fitted_rows(kinds, encoded, known, threads)?;
        let encoding = encoded.encoding().clone();
        Self::of_fitted(encoding, target.name(), read.names(), read.values(), fitted)
    }

    /// [`fit_rows`](Self::fit_rows) of features alone: what is made prepares [`inputs`](Self::inputs),
    /// and has neither the name of a target nor outputs.
    ///
    /// # Errors
    /// As [`fit_with`](Self::fit_with).
    ///
    /// ```
    /// use densely_models::Preparation;
    /// use densely_preprocess::TransformKinds;
    /// use densely_table::{Encoding, EncodingOptions, Rows, Schema, SchemaOptions, Table};
    /// use densely_tensor::{Threads, mat};
    ///
    /// let table = Table::from_reader("size,kind\n2,pear\n3,apple\n4,pear\n".as_bytes())?;
    /// let (rows, threads) = (Rows::all(&table), Threads::single());
    /// let schema = Schema::infer(&rows, &SchemaOptions::new().drop("kind"))?;
    /// let encoding = Encoding::fit(&schema, &rows, &EncodingOptions::new())?;
    /// let encoded = encoding.rows(&rows, &threads)?;
    /// let known = TransformKinds::new();
    /// let preparation = Preparation::fit_features(["center"], &encoded, &known, &threads)?;
    /// assert_eq!(preparation.input_names(), ["size"]);
    /// let x = preparation.features(&rows)?;
    /// assert_eq!(preparation.inputs::<f64>(x.as_ref())?, mat![[-1.0, 0.0, 1.0]]);
    /// # Ok::<(), densely_models::ModelError>(())
    /// ```
    pub fn fit_features(
        kinds: impl IntoIterator<Item: Into<Kind>>,
        encoded: &EncodedRows<'_>,
        known: &TransformKinds,
        threads: &Threads,
    ) -> Result<Self, ModelError> {
        let fitted = fitted_rows(kinds, encoded, known, threads)?;
        Self::of_fitted(encoded.encoding().clone(), String::new(), &[], None, fitted)
    }

    /// The rows of a table as a model takes them: what [`dataset`](Self::dataset) makes of all their numbers, which are
    /// never in memory at once.
    ///
    /// `encoded` is by [the encoding](Self::encoding) of this, `read` what [`TargetColumns::read`] says of these rows,
    /// and `weights` has one for each.
    ///
    /// # Errors
    /// As [`dataset`](Self::dataset).
    pub fn rows<T: Scalar>(
        &self,
        encoded: &EncodedRows<'_>,
        read: &Target<f64>,
        weights: Option<&[f64]>,
        threads: &Threads,
    ) -> Result<Dataset<T>, ModelError> {
        let (rows, features) = (encoded.rows(), self.feature_names.len());
        self.check_encoding(encoded.encoding())?;
        let outputs = self.pipeline.out_features();
        let mut inputs = try_zeros("Preparation", "the inputs", outputs, rows.len())?;
        let prepared = threads.map_each(panels(inputs.as_mut(), features), |_, (first, to)| {
            let mut x = Mat::zeros(features, to.ncols());
            encoded.write(first, x.as_mut());
            self.prepare_panel(x.as_ref(), to, |example| rows.place(first + example))
        });
        prepared.into_iter().collect::<Result<(), _>>()?;
        let places = (0..rows.len()).map(|i| rows.place(i)).collect();
        self.with_targets(inputs, read, weights, Some(places))
    }
}

/// Fits transformations to rows; the error of fitting knows features by their numbers.
fn fitted_rows(
    kinds: impl IntoIterator<Item: Into<Kind>>,
    encoded: &EncodedRows<'_>,
    known: &TransformKinds,
    threads: &Threads,
) -> Result<Result<Fitted, PreprocessError>, ModelError> {
    let kinds: Vec<Kind> = kinds.into_iter().map(Into::into).collect();
    let by_groups = match known.are_featurewise(kinds.iter().cloned())? {
        true => fit_groups(&kinds, encoded, known, threads)?,
        false => None,
    };
    // All together, also where something is wrong, so that there is one way to say what.
    Ok(match by_groups {
        Some(fitted) => Ok(fitted),
        None => {
            let x = encoded.columns(0..encoded.encoding().encoders().len())?;
            fitted(kinds, x.as_ref(), known)
        }
    })
}

/// Fits to some features at a time; `None` where that is an error.
fn fit_groups(
    kinds: &[Kind],
    encoded: &EncodedRows<'_>,
    known: &TransformKinds,
    threads: &Threads,
) -> Result<Option<Fitted>, ModelError> {
    let groups = groups(encoded);
    let widths = groups.iter().map(|(_, columns)| encoded.width(columns.clone()));
    let widest = widths.max().unwrap_or_default();
    // The memory of groups that are done, which suits all.
    let buffers = Mutex::new(Vec::<Buffer<f64>>::new());
    let fitted = threads.map(groups.len(), |i| {
        let (_, columns) = groups[i].clone();
        let mut buffer = buffers.lock().ok()?.pop().unwrap_or_default();
        buffer.reserve("Preparation", "some features", widest, encoded.rows().len()).ok()?;
        let x = encoded.columns_in(columns, &mut buffer).ok()?;
        let fitted = fitted(kinds.iter().cloned(), x, known).ok();
        buffers.lock().ok()?.push(buffer);
        fitted
    });
    let Some(fitted) = fitted.into_iter().collect::<Option<Vec<Fitted>>>() else {
        return Ok(None);
    };
    let firsts = groups.iter().map(|(first, _)| *first);
    Ok(Some(joined(kinds, firsts.zip(fitted), known)?))
}

/// What was fitted to groups of features, each with its first one, as it would have been to all.
pub(super) fn joined(
    kinds: &[Kind],
    groups: impl IntoIterator<Item = (usize, Fitted)>,
    known: &TransformKinds,
) -> Result<Fitted, PreprocessError> {
    let (mut constants, mut pipelines) = (Vec::new(), Vec::new());
    for (first, (of_group, pipeline)) in groups {
        constants.extend(of_group.into_iter().map(|(feature, value)| (first + feature, value)));
        pipelines.push(pipeline);
    }
    Ok((constants, known.joined(kinds.iter().cloned(), &pipelines)?))
}

/// The columns that go into a group, and the first feature that comes of them.
fn groups(encoded: &EncodedRows<'_>) -> Vec<(usize, Range<usize>)> {
    let most = (GROUP / encoded.rows().len()).max(LINE);
    let (mut groups, mut feature): (Vec<(usize, Range<usize>)>, _) = (Vec::new(), 0);
    for (column, encoder) in encoded.encoding().encoders().iter().enumerate() {
        let width = encoder.encoder.width();
        match groups.last_mut() {
            Some((first, columns)) if feature + width - *first <= most => columns.end = column + 1,
            _ => groups.push((feature, column..column + 1)),
        }
        feature += width;
    }
    groups
}
