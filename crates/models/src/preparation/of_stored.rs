use std::ops::Range;

use densely_data::{StoredDatasetWriter, Target};
use densely_layers::Kind;
use densely_preprocess::{Pipeline, PreprocessError, Transform, TransformKinds, constant_features};
use densely_table::{Encoding, Rows, StoredRows, StoredTable, TargetColumns};
use densely_tensor::{Mat, MatRef, Real, Scalar, ShapeError, Threads, column, first_non_finite};

use super::panel::panel;
use super::{Fitted, Preparation, check_positive, target_scale, too_far_apart};
use crate::ModelError;

/// Rows that are prepared together.
const ROWS: usize = 1 << 13;

impl Preparation {
    /// [`fit_rows`](Self::fit_rows) to rows of a table on the disk, with the same bits. The numbers of so many bytes of
    /// `memory` are in it at a time, and those of one feature at least: eight bytes for each row, and as many again for what
    /// sorts them, as `robust` does.
    ///
    /// With `log_targets` real ones are learnt as their [logarithms](Self::with_log_targets).
    ///
    /// # Errors
    /// As [`fit_with`](Self::fit_with); [`PreprocessError::Together`] for what learns of all features together, as PCA
    /// does; [`ModelError::Table`] if the disk fails.
    #[allow(clippy::too_many_arguments, reason = "those of `fit_rows`, and what is of the disk")]
    pub fn fit_stored(
        kinds: impl IntoIterator<Item: Into<Kind>>,
        encoding: &Encoding,
        rows: &StoredRows<'_>,
        target: &TargetColumns,
        log_targets: bool,
        known: &TransformKinds,
        memory: usize,
        threads: &Threads,
    ) -> Result<Self, ModelError> {
        let kinds: Vec<Kind> = kinds.into_iter().map(Into::into).collect();
        for kind in &kinds {
            if !known.are_featurewise([kind.clone()])? {
                return Err(PreprocessError::Together { kind: kind.clone() }.into());
            }
        }
        let most = (memory / (size_of::<f64>() * rows.len().max(1))).max(1);
        let (width, mut first) = (encoding.width(), 0);
        let (mut constants, mut pipelines) = (Vec::new(), Vec::new());
        let mut failed = None;
        while first < width {
            let features = first..(first + most).min(width);
            let mut x = gather(encoding, rows, features.clone(), threads)?;
            match fit(&kinds, &mut x, features.len(), known, threads) {
                Ok((own, pipeline)) => {
                    constants.extend(own.into_iter().map(|(i, value)| (first + i, value)));
                    pipelines.push(pipeline);
                }
                Err(error) => {
                    failed = Some(shifted(error, first));
                    break;
                }
            }
            first = features.end;
        }
        let fitted = match failed {
            Some(error) => Err(error),
            None => known.joined(kinds, &pipelines).map(|pipeline| (constants, pipeline)),
        };
        let name = target.name();
        let Some(mut values) = values(rows, target)? else {
            let names = target.classes().unwrap_or_default();
            return Self::of_fitted(encoding.clone(), name, names, None, fitted);
        };
        let names = target.columns();
        if log_targets {
            let raw = MatRef::from_column_major_slice(&values, names.len(), rows.len());
            check_positive(raw, names, densely_data::Place::Example)?;
            values.iter_mut().for_each(|value| *value = Real::ln(*value));
        }
        let values = MatRef::from_column_major_slice(&values, names.len(), rows.len());
        if let Some((output, example)) = first_non_finite(values).filter(|_| log_targets) {
            let prepared = values[(output, example)];
            return Err(ModelError::OutOfRange {
                place: densely_data::Place::Example(example),
                column: names[output].clone(),
                value: Real::exp(prepared),
                prepared,
                scalar: f64::NAME,
            });
        }
        let preparation = Self::of_fitted(encoding.clone(), name, names, Some(values), fitted)?;
        if !log_targets {
            return Ok(preparation);
        }
        let scale = target_scale(values).map_err(|error| too_far_apart(error, names))?;
        preparation.of_log_targets(scale)
    }

    /// Writes rows of a table on the disk, in several parts, as a model takes them: what [`rows`](Self::rows) makes of
    /// them. Each of them has a target.
    ///
    /// # Errors
    /// As [`dataset`](Self::dataset); [`ModelError::Table`] and [`ModelError::Data`] if a disk fails.
    pub fn store<T: Scalar>(
        &self,
        table: &StoredTable,
        target: &TargetColumns,
        parts: &mut [(StoredRows<'_>, StoredDatasetWriter<T>)],
        threads: &Threads,
    ) -> Result<(), ModelError> {
        let names = self.encoding.feature_names_in().chain(target.columns().iter().map(|s| &**s));
        let positions = names.map(|name| table.position(name)).collect::<Result<Vec<_>, _>>()?;
        for chunk in 0..table.chunks().len() {
            let read = table.chunk(chunk, &positions)?;
            for (rows, writer) in &mut *parts {
                let own = rows.in_chunk(chunk);
                let mut rest = &own[..];
                while !rest.is_empty() {
                    let (some, others) = rest.split_at(panel(rest.len(), 1).min(ROWS));
                    let some = Rows::of(&read, some);
                    let (_, targets) = target.read(&some)?;
                    let encoded = self.encoding.rows(&some, threads)?;
                    writer.push(&self.rows::<T>(&encoded, &targets, None, threads)?)?;
                    rest = others;
                }
            }
        }
        Ok(())
    }
}

/// These features of all rows: a column for each, without anything between.
fn gather(
    encoding: &Encoding,
    rows: &StoredRows<'_>,
    features: Range<usize>,
    threads: &Threads,
) -> Result<Vec<f64>, ModelError> {
    // The columns that these come from, and the first feature of them.
    let (mut columns, mut start, mut end) = (0..0, 0, 0);
    for (column, encoder) in encoding.encoders().iter().enumerate() {
        let width = encoder.encoder.width();
        if end + width <= features.start {
            (columns, start) = (column + 1..column + 1, end + width);
        } else if end < features.end {
            columns.end = column + 1;
        }
        end += width;
    }
    let sub = encoding.of_columns(columns);
    let table = rows.table();
    let positions = sub.feature_names_in().map(|name| table.position(name));
    let positions = positions.collect::<Result<Vec<_>, _>>()?;
    let bytes = (size_of::<f64>() * features.len()) as u128 * rows.len() as u128;
    ShapeError::expect_memory("Preparation", "the features that are fitted to", bytes)?;
    let mut x = Vec::with_capacity(features.len() * rows.len());
    let within = features.start - start..features.end - start;
    let mut panel = Mat::zeros(sub.width(), ROWS);
    for chunk in 0..table.chunks().len() {
        let own = rows.in_chunk(chunk);
        if own.is_empty() {
            continue;
        }
        let part = table.chunk(chunk, &positions)?;
        let encoded = sub.rows(&Rows::of(&part, &own), threads)?;
        for first in (0..own.len()).step_by(ROWS) {
            let n = ROWS.min(own.len() - first);
            encoded.write(first, panel.as_mut().subcols_mut(0, n));
            (0..n).for_each(|j| x.extend(&column(panel.as_ref(), j)[within.clone()]));
        }
    }
    Ok(x)
}

/// Fits to some features, each by itself, in the memory that they are in.
fn fit(
    kinds: &[Kind],
    x: &mut [f64],
    features: usize,
    known: &TransformKinds,
    threads: &Threads,
) -> Result<Fitted, PreprocessError> {
    let examples = x.len() / features;
    let view = |x: &[f64]| -> Result<_, PreprocessError> {
        constant_features(MatRef::from_column_major_slice(x, features, examples))
    };
    let constants = view(x)?;
    for &(feature, value) in &constants {
        x.iter_mut().skip(feature).step_by(features).for_each(|number| *number = value);
    }
    let mut steps = Vec::new();
    for (step, kind) in kinds.iter().enumerate() {
        let whole = MatRef::from_column_major_slice(&*x, features, examples);
        let fitted = known.fit([kind.clone()], whole, &Threads::single());
        let fitted = fitted.map_err(|error| numbered(error, step))?;
        if step + 1 < kinds.len() {
            for panel in x.chunks_mut(ROWS * features) {
                let columns = panel.len() / features;
                let before = MatRef::from_column_major_slice(&*panel, features, columns);
                let after = fitted.transform_on(before, threads)?;
                for (j, to) in panel.chunks_exact_mut(features).enumerate() {
                    to.copy_from_slice(column(after.as_ref(), j));
                }
            }
        }
        steps.extend(fitted.steps().iter().cloned());
    }
    Ok((constants, Pipeline::new(steps)?))
}

/// An error of one step, as one of several says it.
fn numbered(error: PreprocessError, step: usize) -> PreprocessError {
    match error {
        PreprocessError::Step { kind, source, .. } => PreprocessError::Step { step, kind, source },
        error => error,
    }
}

/// An error of some features, as one of all says it.
fn shifted(error: PreprocessError, by: usize) -> PreprocessError {
    match error {
        PreprocessError::Overflow { feature } => {
            PreprocessError::Overflow { feature: feature + by }
        }
        PreprocessError::Step { step, kind, source } => {
            PreprocessError::Step { step, kind, source: Box::new(shifted(*source, by)) }
        }
        error => error,
    }
}

/// The real targets, one example after the other; `None` for classes.
fn values(rows: &StoredRows<'_>, target: &TargetColumns) -> Result<Option<Vec<f64>>, ModelError> {
    if target.classes().is_some() {
        return Ok(None);
    }
    let outputs = target.columns().len();
    let bytes = (size_of::<f64>() * outputs) as u128 * rows.len() as u128;
    ShapeError::expect_memory("Preparation", "the targets", bytes)?;
    let mut all = Vec::with_capacity(outputs * rows.len());
    target.read_stored(rows, |_, read| {
        if let Target::Values { values, .. } = read {
            (0..values.ncols()).for_each(|j| all.extend(column(values.as_ref(), j)));
        }
        Ok::<_, ModelError>(())
    })?;
    Ok(Some(all))
}
