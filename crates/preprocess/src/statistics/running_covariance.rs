use densely_tensor::kernels::{map_in_place, vectorize};
use densely_tensor::{
    Mat, MatMut, MatRef, Scalar, ShapeError, Threads, column, column_mut, matrix_bytes,
};

use crate::PreprocessError;
use crate::pca::{Centering, mirror, scatter};
use crate::statistics::running_mean::RunningMean;
use crate::statistics::sum::two_sum;

/// Columns of the covariance that a thread adds to at a time.
const WIDTH: usize = 32;

/// Mean and covariance of examples that come in chunks: for data larger than memory.
///
/// [`Pca`](crate::Pca) is made [`from_covariance`](crate::Pca::from_covariance), and
/// [`Whiten`](crate::Whiten) and [`Zca`](crate::Zca) are made of that. Of two parts with `nₐ` and `n_b`
/// examples, means `μₐ` and `μ_b`, and scatters `S = Σ (x − μ)(x − μ)ᵀ`, all examples
/// together have
///
/// `S = Sₐ + S_b + nₐ n_b / (nₐ + n_b) d dᵀ`, `d = μ_b − μₐ`,
///
/// and the covariance `C = S / N`. It takes the memory of two matrices of features x features,
/// of a few more while a chunk is added or components are made, and of 512 examples in `f64`,
/// however many examples there are.
///
/// Means are kept to twice the digits, and what additions round away is added too: however
/// the examples are cut into chunks, the covariance is as exact as that of one chunk. But
/// it is a sum of squares, which lose what is small, and the data that
/// [`Pca::fit`](crate::Pca::fit) would go back to are not there. Where features differ much in
/// scale, standardise the chunks first.
///
/// ```
/// use densely_preprocess::{Components, Pca, RunningCovariance, Transform};
/// use densely_tensor::mat;
///
/// let mut covariance = RunningCovariance::new(2)?;
/// for chunk in [mat![[0.0, 4.0], [0.0, 0.0]], mat![[0.0, 4.0], [2.0, 2.0]]] {
///     covariance.partial_fit(chunk.as_ref())?;
/// }
/// let pca = Pca::from_covariance(&covariance, Components::All)?;
/// assert_eq!(pca.center().mean(), [2.0, 1.0]);
/// assert_eq!(pca.variances(), [4.0, 1.0]);
/// # Ok::<(), densely_preprocess::PreprocessError>(())
/// ```
///
/// Chan, Golub and LeVeque: Updating formulae and a pairwise algorithm for computing
/// sample variances (1979).
#[derive(Debug, Clone)]
pub struct RunningCovariance {
    mean: RunningMean,
    /// The power of two that deviations are divided by, so that squares neither overflow
    /// nor vanish; 0 while there are none.
    unit: f64,
    /// `S / unit²`, the lower triangle.
    scatter: Mat<f64>,
    /// What additions to it have rounded away.
    rest: Mat<f64>,
}

impl RunningCovariance {
    /// Of so many features, and no examples yet.
    ///
    /// # Errors
    /// If there are no features, or more than there is memory for.
    pub fn new(features: usize) -> Result<Self, PreprocessError> {
        const OPERATION: &str = "RunningCovariance";
        let bytes = matrix_bytes::<f64>(features, features).saturating_mul(2);
        ShapeError::expect_memory(OPERATION, "the products of features", bytes)?;
        let mean = RunningMean::new(OPERATION, features)?;
        let zeros = || Mat::zeros(features, features);
        Ok(Self { mean, unit: 0.0, scatter: zeros(), rest: zeros() })
    }

    /// Adds the examples of a chunk, of which there may be none. A chunk that is refused
    /// changes nothing.
    ///
    /// A chunk of a few times as many examples as there are features costs little more
    /// than its share of one large product; one of a few examples costs as much as that.
    ///
    /// # Shapes
    /// `chunk`: features x n.
    ///
    /// # Errors
    /// [`PreprocessError::Chunk`] if the chunk has another number of features, a value is
    /// not finite, or values are so far apart that their deviation is not.
    pub fn partial_fit<T: Scalar>(&mut self, chunk: MatRef<'_, T>) -> Result<(), PreprocessError> {
        self.partial_fit_on(chunk, &Threads::single())
    }

    /// [`partial_fit`](Self::partial_fit) on these threads: the result has the same bits at
    /// any number.
    ///
    /// # Shapes
    /// `chunk`: features x n.
    ///
    /// # Errors
    /// As [`partial_fit`](Self::partial_fit).
    pub fn partial_fit_on<T: Scalar>(
        &mut self,
        chunk: MatRef<'_, T>,
        threads: &Threads,
    ) -> Result<(), PreprocessError> {
        const OPERATION: &str = "RunningCovariance::partial_fit";
        let added = threads.install(|| {
            let mean = self.mean.of_chunk(OPERATION, chunk, threads)?;
            let centering = Centering::about(mean.features());
            let scatter =
                centering.varies.contains(&true).then(|| scatter(chunk, &centering, threads));
            let parts = scatter.as_ref().map(Mat::as_ref);
            self.add(OPERATION, &mean, parts.as_slice(), centering.unit, threads)
        });
        added.map_err(|error| self.mean.in_next_chunk(error))
    }

    /// Adds the examples that another has seen: parts of the data can be read by
    /// different threads or machines. If they are refused, nothing changes.
    ///
    /// # Errors
    /// If the other has another number of features, or values of both are so far apart
    /// that their deviation is not finite.
    pub fn merge(&mut self, other: &Self) -> Result<(), PreprocessError> {
        let parts = [other.scatter.as_ref(), other.rest.as_ref()];
        let threads = Threads::single();
        self.add("RunningCovariance::merge", &other.mean, &parts, other.unit, &threads)
    }

    /// Adds examples with this mean, whose scatter is the sum of these parts times `unit²`.
    fn add(
        &mut self,
        operation: &'static str,
        mean: &RunningMean,
        parts: &[MatRef<'_, f64>],
        unit: f64,
        threads: &Threads,
    ) -> Result<(), PreprocessError> {
        let (mean, between) = self.mean.merged(operation, mean)?;
        let centering = Centering::about(mean.features());
        self.mean = mean;
        if !centering.varies.contains(&true) {
            return Ok(());
        }
        let in_unit = |unit: f64| (unit / centering.unit).powi(2);
        let difference: Vec<f64> =
            between.difference.iter().map(|difference| difference / centering.unit).collect();
        self.accumulate(in_unit(self.unit), threads, |j| {
            (&difference, between.weight * difference[j])
        });
        for part in parts {
            self.accumulate(1.0, threads, |j| (column(*part, j), in_unit(unit)));
        }
        self.unit = centering.unit;
        Ok(())
    }

    /// `sⱼ ← scale sⱼ + factorⱼ xⱼ` for each column of the lower triangle, with a power of
    /// two as scale.
    fn accumulate<'a>(
        &mut self,
        scale: f64,
        threads: &Threads,
        term: impl Fn(usize) -> (&'a [f64], f64) + Sync,
    ) {
        let columns = (self.scatter.as_mut(), self.rest.as_mut());
        threads.panels(
            columns,
            WIDTH,
            |first, (mut scatter, mut rest): (MatMut<'_, f64>, MatMut<'_, f64>)| {
                vectorize(
                    #[inline(always)]
                    || {
                        for column in 0..scatter.ncols() {
                            let diagonal = first + column;
                            let (x, factor) = term(diagonal);
                            let scatter = &mut column_mut(scatter.as_mut(), column)[diagonal..];
                            let rest = &mut column_mut(rest.as_mut(), column)[diagonal..];
                            map_in_place([scatter, rest], [&x[diagonal..]], |[sum, rest], [x]| {
                                let (sum, lost) = two_sum(scale * sum, factor * x);
                                [sum, scale * rest + lost]
                            });
                        }
                    },
                );
            },
        );
    }

    /// The number of features.
    #[must_use]
    pub fn features(&self) -> usize {
        self.scatter.nrows()
    }

    /// The number of examples that were added.
    #[must_use]
    pub fn examples(&self) -> usize {
        self.mean.examples()
    }

    pub(crate) fn mean(&self) -> &RunningMean {
        &self.mean
    }

    /// `S`, both triangles, divided by the square of the unit that deviations from the
    /// mean have (see [`Centering`]).
    pub(crate) fn scatter(&self) -> Mat<f64> {
        let mut scatter = &self.scatter + &self.rest;
        mirror(scatter.as_mut());
        scatter
    }
}
