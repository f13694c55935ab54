use densely_tensor::{MatRef, Scalar, ShapeError, Threads};

use crate::PreprocessError;
use crate::statistics::feature_mean::FeatureMean;
use crate::statistics::running_mean::RunningMean;
use crate::statistics::squared_deviation::SquaredDeviation;

/// Mean, deviation and range of each feature, of examples that come in chunks: for data
/// larger than memory.
///
/// [`Center`](crate::Center), [`Standardize`](crate::Standardize),
/// [`MinMax`](crate::MinMax) and [`MeanImage`](crate::MeanImage) are made `from_statistics`.
/// Of two parts with `nₐ` and `n_b` examples, means `μₐ` and `μ_b`, and sums of squared
/// deviations `Sₐ` and `S_b`, all examples together have
///
/// `μ = μₐ + n_b / (nₐ + n_b) d`, `S = Sₐ + S_b + nₐ n_b / (nₐ + n_b) d²`, `d = μ_b − μₐ`.
///
/// Means are kept to twice the digits, and what additions round away is added too: however
/// the examples are cut into chunks, results agree with those of `fit` on all of them up to
/// a few units in the last place, around a mean of 1e12 as well as around 0.
///
/// ```
/// use densely_preprocess::{RunningStatistics, Standardize};
/// use densely_tensor::mat;
///
/// let mut statistics = RunningStatistics::new(2)?;
/// for chunk in [mat![[1.0], [10.0]], mat![[3.0], [30.0]]] {
///     statistics.partial_fit(chunk.as_ref())?;
/// }
/// let all = mat![[1.0, 3.0], [10.0, 30.0]];
/// assert_eq!(Standardize::from_statistics(&statistics)?, Standardize::fit(all.as_ref())?);
/// # Ok::<(), densely_preprocess::PreprocessError>(())
/// ```
///
/// Chan, Golub and LeVeque: Updating formulae and a pairwise algorithm for computing
/// sample variances (1979).
#[derive(Debug, Clone)]
pub struct RunningStatistics {
    mean: RunningMean,
    squares: Vec<SquaredDeviation>,
}

impl RunningStatistics {
    /// Of so many features, and no examples yet.
    ///
    /// # Errors
    /// If there are no features, or more than there is memory for.
    pub fn new(features: usize) -> Result<Self, PreprocessError> {
        const OPERATION: &str = "RunningStatistics";
        let bytes = (features as u128) * size_of::<(FeatureMean, SquaredDeviation)>() as u128;
        ShapeError::expect_memory(OPERATION, "the statistics of features", bytes)?;
        let mean = RunningMean::new(OPERATION, features)?;
        Ok(Self { mean, squares: vec![SquaredDeviation::default(); features] })
    }

    /// Adds the examples of a chunk, of which there may be none. A chunk that is refused
    /// changes nothing.
    ///
    /// # Shapes
    /// `chunk`: features x n.
    ///
    /// # Errors
    /// [`PreprocessError::Chunk`] if the chunk has another number of features, a value is
    /// not finite, or values are so far apart that their deviation is not.
    pub fn partial_fit<T: Scalar>(&mut self, chunk: MatRef<'_, T>) -> Result<(), PreprocessError> {
        const OPERATION: &str = "RunningStatistics::partial_fit";
        let of_chunk = self.mean.of_chunk(OPERATION, chunk, &Threads::single());
        let added = of_chunk.and_then(|mean| {
            let squares = SquaredDeviation::of_features(chunk, mean.features());
            self.add(OPERATION, &Self { mean, squares })
        });
        added.map_err(|error| self.mean.in_next_chunk(error))
    }

    /// Adds the examples that another has seen: parts of the data can be read by
    /// different threads or machines. If they are refused, nothing changes.
    ///
    /// ```
    /// use densely_preprocess::{Center, RunningStatistics};
    /// use densely_tensor::mat;
    ///
    /// let (mut left, mut right) = (RunningStatistics::new(1)?, RunningStatistics::new(1)?);
    /// left.partial_fit(mat![[1.0, 2.0]].as_ref())?;
    /// right.partial_fit(mat![[9.0]].as_ref())?;
    /// left.merge(&right)?;
    /// assert_eq!(Center::from_statistics(&left)?.mean(), [4.0]);
    /// # Ok::<(), densely_preprocess::PreprocessError>(())
    /// ```
    ///
    /// # Errors
    /// If the other has another number of features, or values of both are so far apart
    /// that their deviation is not finite.
    pub fn merge(&mut self, other: &Self) -> Result<(), PreprocessError> {
        self.add("RunningStatistics::merge", other)
    }

    fn add(&mut self, operation: &'static str, other: &Self) -> Result<(), PreprocessError> {
        let (mean, between) = self.mean.merged(operation, &other.mean)?;
        let parts = self.squares.iter_mut().zip(&other.squares);
        for ((squares, other), (feature, difference)) in
            parts.zip(mean.features().iter().zip(&between.difference))
        {
            *squares = squares.merged(other, feature, *difference, between.weight);
        }
        self.mean = mean;
        Ok(())
    }

    /// The number of features.
    #[must_use]
    pub fn features(&self) -> usize {
        self.squares.len()
    }

    /// The number of examples that were added.
    #[must_use]
    pub fn examples(&self) -> usize {
        self.mean.examples()
    }

    pub(crate) fn mean(&self) -> &RunningMean {
        &self.mean
    }

    /// `Σ (x − μ)²` of each feature.
    pub(crate) fn squares(&self) -> &[SquaredDeviation] {
        &self.squares
    }
}
