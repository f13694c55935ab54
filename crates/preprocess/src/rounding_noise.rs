use densely_tensor::{MatRef, Scalar, column};

/// The singular values that rounding errors alone can give to centred data.
///
/// A value `x` stands for all numbers that round to it, within `ε |x|` of each other;
/// around a large mean, that is much of the spread. Along a direction `v`, such errors
/// make a singular value of up to `ε √(Σ vᵢ² ‖xᵢ‖²)`, where `xᵢ` is feature i before
/// centering. The decomposition adds up to `ε max(features, n) σ₁`.
pub(crate) struct RoundingNoise {
    feature_norms: Vec<f64>,
    decomposition: f64,
}

impl RoundingNoise {
    /// For data that were divided by `unit`, with largest singular value `sigma`.
    pub(crate) fn new<T: Scalar>(x: MatRef<'_, T>, unit: f64, sigma: f64) -> Self {
        let mut squares = vec![0.0; x.nrows()];
        for j in 0..x.ncols() {
            for (square, value) in squares.iter_mut().zip(column(x, j)) {
                *square += (value.to_f64() / unit).powi(2);
            }
        }
        let feature_norms = squares.into_iter().map(f64::sqrt).collect();
        let decomposition = x.nrows().max(x.ncols()) as f64 * f64::EPSILON * sigma;
        Self { feature_norms, decomposition }
    }

    /// The largest singular value that is noise, along the unit vector `direction`.
    pub(crate) fn along(&self, direction: &[f64]) -> f64 {
        let squares = direction.iter().zip(&self.feature_norms).map(|(v, norm)| (v * norm).powi(2));
        f64::EPSILON * squares.sum::<f64>().sqrt() + self.decomposition
    }
}
