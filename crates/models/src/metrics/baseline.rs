use densely_data::{Dataset, StoredDataset, Target};
use densely_preprocess::is_constant;
use densely_tensor::{Mat, Scalar};

use super::{RegressionScores, mean};
use crate::ModelError;

/// What can be had without a model: by always saying the most frequent class of the training data, or
/// the mean of each target in them. With the same data twice, it is the best that one answer for all could have: the
/// means then have an R² of 0.
///
/// ```
/// use densely_data::Target;
/// use densely_models::metrics::Baseline;
///
/// let names = vec!["a".into(), "b".into()];
/// let train = Target::Classes { labels: vec![0, 1, 1], names: names.clone() };
/// let test = Target::Classes { labels: vec![1, 1, 1, 0], names };
/// assert_eq!(Baseline::new(&train, &test)?, Baseline::Class { class: 1, accuracy: 0.75 });
/// # Ok::<(), densely_models::ModelError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub enum Baseline {
    /// Of classes.
    Class {
        /// The most frequent one in the training data; of several, the first.
        class: usize,
        /// The share of the other data that are of it.
        accuracy: f64,
    },
    /// Of real values: the scores of the means of the training data, for each output.
    Mean(RegressionScores),
}

impl Baseline {
    /// From training data, on others.
    ///
    /// # Errors
    /// If one are classes and the others real values, or they have other outputs.
    pub fn new(train: &Target<f64>, data: &Target<f64>) -> Result<Self, ModelError> {
        match (train, data) {
            (Target::Classes { labels: train, names }, Target::Classes { labels, .. }) => {
                let mut counts = vec![0_usize; names.len()];
                train.iter().for_each(|&label| counts[label] += 1);
                let class = most_frequent(&counts);
                let right = labels.iter().filter(|&&label| label == class).count();
                Ok(Self::Class { class, accuracy: right as f64 / labels.len() as f64 })
            }
            (Target::Values { values: train, .. }, Target::Values { values, .. }) => {
                let mean = |k: usize| {
                    let row: Vec<f64> = train.row(k).iter().copied().collect();
                    // That of a constant is not rounded.
                    row.first().copied().filter(|_| is_constant(&row)).unwrap_or_else(|| mean(&row))
                };
                let means: Vec<f64> = (0..train.nrows()).map(mean).collect();
                let predicted = Mat::from_fn(train.nrows(), values.ncols(), |k, _| means[k]);
                Ok(Self::Mean(RegressionScores::new(values.as_ref(), predicted.as_ref())?))
            }
            (Target::Classes { .. }, Target::Values { .. }) => {
                Err(ModelError::Targets { expected: "classes", actual: "real values" })
            }
            (Target::Values { .. }, Target::Classes { .. }) => {
                Err(ModelError::Targets { expected: "real values", actual: "classes" })
            }
        }
    }

    /// The same of data on the disk, whose real targets in the units to judge by are `values` of a block.
    pub(crate) fn stored<T: Scalar>(
        train: &StoredDataset<T>,
        data: &StoredDataset<T>,
        values: impl Fn(&Dataset<T>) -> Result<Option<Mat<f64>>, ModelError>,
    ) -> Result<Self, ModelError> {
        let (mut counts, mut means) = (vec![0_usize; train.outputs()], vec![0.0; train.outputs()]);
        for block in 0..train.blocks() {
            let block = train.block(block)?;
            block.labels().into_iter().flatten().for_each(|&label| counts[label] += 1);
            for (k, mean) in means.iter_mut().enumerate() {
                let Some(values) = values(&block)? else { break };
                let row = values.row(k);
                *mean += row.iter().map(|value| value / train.len() as f64).sum::<f64>();
            }
        }
        let (class, mut right, mut scores) = (most_frequent(&counts), 0, None);
        for block in 0..data.blocks() {
            let block = data.block(block)?;
            right += block.labels().into_iter().flatten().filter(|&&label| label == class).count();
            if let Some(values) = values(&block)? {
                let predicted = Mat::from_fn(means.len(), values.ncols(), |k, _| means[k]);
                let more = RegressionScores::new(values.as_ref(), predicted.as_ref())?;
                scores = Some(match scores {
                    None => more,
                    Some(so_far) => RegressionScores::and(&so_far, &more),
                });
            }
        }
        Ok(match scores {
            None => Self::Class { class, accuracy: right as f64 / data.len() as f64 },
            Some(scores) => Self::Mean(scores),
        })
    }
}

/// The most frequent class; of several, the first.
fn most_frequent(counts: &[usize]) -> usize {
    let most = counts.iter().enumerate().rev().max_by_key(|&(_, count)| count);
    most.map_or(0, |(class, _)| class)
}
