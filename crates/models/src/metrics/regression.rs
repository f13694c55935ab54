use densely_tensor::{MatRef, Scalar, ShapeError};

use crate::ModelError;

/// How good predictions of real values are, for each output and over all of them.
///
/// With targets `t`, predictions `s`, and the mean `t̄` of the targets, for an output:
///
/// | | |
/// |---|---|
/// | coefficient of determination | `R² = 1 − Σ(t − s)² / Σ(t − t̄)²` |
/// | root mean squared error | `RMSE = √(Σ(t − s)² / n)` |
/// | mean absolute error | `MAE = Σ abs(t − s) / n` |
///
/// R² is 1 if the targets are met, 0 for predicting their mean, and has no lower limit. Of
/// constant targets it is 1 if they are met exactly, and 0 otherwise, as in scikit-learn.
///
/// ```
/// use densely_models::metrics::RegressionScores;
/// use densely_tensor::mat;
///
/// let (targets, predicted) = (mat![[1.0, 2.0, 3.0], [0.0, 0.0, 9.0]], mat![[1.0, 2.0, 5.0], [0.0, 0.0, 9.0]]);
/// let scores = RegressionScores::new(targets.as_ref(), predicted.as_ref())?;
/// assert_eq!(scores.outputs().map(|output| output.r2).collect::<Vec<_>>(), [-1.0, 1.0]);
/// assert_eq!((scores.r2(), scores.mae()), (0.0, 2.0 / 6.0));
/// assert_eq!(scores.rmse(), (4.0_f64 / 6.0).sqrt());
/// # Ok::<(), densely_models::ModelError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct RegressionScores {
    outputs: Vec<Sums>,
    examples: usize,
}

/// The scores of one output.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct OutputScores {
    /// The coefficient of determination.
    pub r2: f64,
    /// The root mean squared error.
    pub rmse: f64,
    /// The mean absolute error.
    pub mae: f64,
}

/// Sums over the examples, of an output.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Sums {
    /// `Σ(t − s)²`
    squares: f64,
    /// `Σ abs(t − s)`
    absolutes: f64,
    /// `Σ(t − t̄)²`
    total: f64,
}

impl RegressionScores {
    /// Compares predictions with targets.
    ///
    /// # Shapes
    /// `targets, predicted: outputs x n`.
    ///
    /// # Errors
    /// If the shapes differ, or there are no examples or no outputs.
    pub fn new<T: Scalar>(
        targets: MatRef<'_, T>,
        predicted: MatRef<'_, T>,
    ) -> Result<Self, ModelError> {
        let metric = "RegressionScores";
        ShapeError::expect_some(metric, "examples", targets.ncols())?;
        ShapeError::expect_some(metric, "outputs", targets.nrows())?;
        ShapeError::expect(metric, "predictions", targets.ncols(), predicted.ncols())?;
        ShapeError::expect(metric, "outputs", targets.nrows(), predicted.nrows())?;
        Ok(Self::of(targets, predicted))
    }

    /// The same, of matrices that have been checked.
    pub(crate) fn of<T: Scalar>(targets: MatRef<'_, T>, predicted: MatRef<'_, T>) -> Self {
        let (outputs, n) = (targets.nrows(), targets.ncols());
        let sums = |k: usize| {
            let target = |j| targets[(k, j)].to_f64();
            let center = (0..n).map(target).sum::<f64>() / n.max(1) as f64;
            let mut sums = Sums::default();
            for j in 0..n {
                let error = predicted[(k, j)].to_f64() - target(j);
                sums.squares += error * error;
                sums.absolutes += error.abs();
                sums.total += (target(j) - center).powi(2);
            }
            sums
        };
        Self { outputs: (0..outputs).map(sums).collect(), examples: n }
    }

    /// The scores of each output.
    pub fn outputs(&self) -> impl Iterator<Item = OutputScores> {
        let n = self.examples.max(1) as f64;
        self.outputs.iter().map(move |sums| OutputScores {
            r2: sums.r2(),
            rmse: (sums.squares / n).sqrt(),
            mae: sums.absolutes / n,
        })
    }

    /// The mean of R² over the outputs.
    #[must_use]
    pub fn r2(&self) -> f64 {
        self.outputs.iter().map(Sums::r2).sum::<f64>() / self.outputs.len().max(1) as f64
    }

    /// The root of the mean squared error over all examples and outputs.
    #[must_use]
    pub fn rmse(&self) -> f64 {
        (self.outputs.iter().map(|sums| sums.squares).sum::<f64>() / self.entries()).sqrt()
    }

    /// The mean absolute error over all examples and outputs.
    #[must_use]
    pub fn mae(&self) -> f64 {
        self.outputs.iter().map(|sums| sums.absolutes).sum::<f64>() / self.entries()
    }

    fn entries(&self) -> f64 {
        (self.outputs.len() * self.examples).max(1) as f64
    }
}

impl Sums {
    fn r2(&self) -> f64 {
        match (self.total > 0.0, self.squares > 0.0) {
            (true, _) => 1.0 - self.squares / self.total,
            (false, true) => 0.0,
            (false, false) => 1.0,
        }
    }
}
