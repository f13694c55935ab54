use densely_preprocess::is_constant;
use densely_tensor::{MatRef, Scalar, ShapeError};

use super::sums::{Sums, mean};
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
/// R² is 1 if the targets are met, 0 for predicting their mean, and has no lower limit. Of one example it is NaN: there
/// is nothing to be explained. Of constant targets it is 1 if they are met exactly, and 0 otherwise, as in scikit-learn. Here
/// targets that [differ by rounding alone](densely_preprocess::is_constant) are constant, too,
/// as features are: beside such a spread, any error is infinite.
///
/// Over several outputs, R² is the mean over those whose targets vary, each of which counts the same, whatever its unit;
/// RMSE and MAE are over all numbers, so that an output in thousands outweighs one in units.
///
/// Sums are scaled, so that squares of targets of 1e200 or 1e-200 are no exception. Where a
/// prediction is NaN, so are the scores; where one is infinite, RMSE and MAE are, and R² is −∞
/// (of constant targets: 0).
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
    outputs: Vec<Output>,
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
    /// Whether the targets are constant, so that R² says only whether they are met.
    pub constant: bool,
}

/// What the scores of an output follow from.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Output {
    /// Of `s − t`.
    errors: Sums,
    /// Of `t − t̄`.
    deviations: Sums,
    /// `t̄`, and the smallest and the largest of `t`.
    mean: f64,
    range: [f64; 2],
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
        let row = |x: MatRef<'_, T>, k| -> Vec<f64> {
            (0..x.ncols()).map(|j| x[(k, j)].to_f64()).collect()
        };
        let output = |k| Output::new(&row(targets, k), &row(predicted, k));
        Self { outputs: (0..targets.nrows()).map(output).collect(), examples: targets.ncols() }
    }

    /// Those of both, of the same outputs: `Σ(t − t̄)²` by the formula of Chan, Golub and LeVeque.
    pub(crate) fn and(&self, other: &Self) -> Self {
        let (n, m) = (self.examples as f64, other.examples as f64);
        let both = self.outputs.iter().zip(&other.outputs);
        Self {
            outputs: both.map(|(output, other)| output.and(other, n, m)).collect(),
            examples: self.examples + other.examples,
        }
    }

    /// The scores of each output.
    pub fn outputs(&self) -> impl Iterator<Item = OutputScores> {
        let n = self.examples.max(1) as f64;
        self.outputs.iter().map(move |output| OutputScores {
            r2: self.r2_of(output),
            rmse: output.errors.root_mean_square(n),
            mae: output.errors.mean_absolute(n),
            constant: output.is_constant(),
        })
    }

    /// The mean of R² over the outputs whose targets vary, or over all if none does.
    #[must_use]
    pub fn r2(&self) -> f64 {
        let counts = |output: &&Output| !output.is_constant() || output.errors.is_nan();
        let mut counted: Vec<f64> =
            self.outputs.iter().filter(counts).map(|output| self.r2_of(output)).collect();
        if counted.is_empty() {
            counted = self.outputs.iter().map(|output| self.r2_of(output)).collect();
        }
        mean(&counted)
    }

    fn r2_of(&self, output: &Output) -> f64 {
        if self.examples < 2 { f64::NAN } else { output.r2() }
    }

    /// The root of the mean squared error over all examples and outputs.
    #[must_use]
    pub fn rmse(&self) -> f64 {
        self.errors().root_mean_square(self.entries())
    }

    /// The mean absolute error over all examples and outputs.
    #[must_use]
    pub fn mae(&self) -> f64 {
        self.errors().mean_absolute(self.entries())
    }

    fn errors(&self) -> Sums {
        self.outputs.iter().fold(Sums::of(&[], 0), |sums, output| sums.and(output.errors))
    }

    fn entries(&self) -> f64 {
        (self.outputs.len() * self.examples).max(1) as f64
    }
}

impl Output {
    fn new(targets: &[f64], predicted: &[f64]) -> Self {
        let pairs = || predicted.iter().zip(targets);
        let is_finite = |(s, t): (&f64, &f64)| s.is_finite() && t.is_finite();
        // A difference beyond the largest number is computed as twice that of the halves.
        let overflows = pairs().any(|(s, t)| (s - t).is_infinite() && is_finite((s, t)));
        let (half, unit) = if overflows { (0.5, 1) } else { (1.0, 0) };
        let errors: Vec<f64> = pairs().map(|(s, t)| s * half - t * half).collect();
        let least = targets.iter().copied().fold(f64::INFINITY, f64::min);
        let most = targets.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        Self {
            errors: Sums::of(&errors, unit),
            deviations: Sums::of_deviations(targets),
            mean: mean(targets),
            range: [least, most],
        }
    }

    /// That of `n` examples and of `m` others.
    fn and(&self, other: &Self, n: f64, m: f64) -> Self {
        let range = [self.range[0].min(other.range[0]), self.range[1].max(other.range[1])];
        let share = m / (n + m);
        // Of halves, since means may be as far apart as numbers are.
        let between = (other.mean / 2.0 - self.mean / 2.0) * (n * share).sqrt();
        let deviations = match is_constant(&range) {
            true => Sums::of(&[], 0),
            false => self.deviations.and(other.deviations).and(Sums::of(&[between], 1)),
        };
        Self {
            errors: self.errors.and(other.errors),
            deviations,
            mean: self.mean * (1.0 - share) + other.mean * share,
            range,
        }
    }

    fn is_constant(&self) -> bool {
        self.deviations.is_zero()
    }

    fn r2(&self) -> f64 {
        match self.errors.ratio_of_squares(self.deviations) {
            Some(ratio) => 1.0 - ratio,
            None if self.errors.is_nan() => f64::NAN,
            None => f64::from(u8::from(self.errors.is_zero())),
        }
    }
}
