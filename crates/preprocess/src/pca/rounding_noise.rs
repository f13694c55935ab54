use densely_tensor::{MatRef, Scalar, column};

use crate::pca::centering::Centering;

/// The singular values that rounding errors alone can give to centred data.
///
/// A value `x` stands for all numbers that round to it, within `ε |x|` of each other;
/// around a large mean, that is much of the spread. Along a direction `v`, such errors
/// make a singular value of up to `ε √(Σ vᵢ² ‖xᵢ‖²)`, where `xᵢ` is feature i before
/// centering. The decomposition of the data adds up to `ε max(features, n) σ₁`, that of
/// their squares much more.
pub(crate) struct RoundingNoise {
    /// `‖xᵢ‖`; 0 of a constant feature, which has no part in any direction.
    feature_norms: Vec<f64>,
    decomposition: f64,
}

impl RoundingNoise {
    /// For data with largest singular value `sigma`, when they were centred.
    pub(crate) fn new<T: Scalar>(x: MatRef<'_, T>, centering: &Centering, sigma: f64) -> Self {
        let mut squares = vec![0.0; x.nrows()];
        for j in 0..x.ncols() {
            for (square, value) in squares.iter_mut().zip(column(x, j)) {
                *square += (value.to_f64() / centering.unit).powi(2);
            }
        }
        let decomposition = x.nrows().max(x.ncols()) as f64 * f64::EPSILON * sigma;
        Self::from_squares(squares, &centering.varies, decomposition)
    }

    /// For features with these `‖xᵢ‖²`, and a decomposition that adds so much. The square of a
    /// constant feature may be infinite.
    pub(crate) fn from_squares(squares: Vec<f64>, varies: &[bool], decomposition: f64) -> Self {
        let norm = |(square, varies): (f64, &bool)| if *varies { square.sqrt() } else { 0.0 };
        Self { feature_norms: squares.into_iter().zip(varies).map(norm).collect(), decomposition }
    }

    /// The largest singular value that is noise, along the unit vector `direction`.
    pub(crate) fn along(&self, direction: &[f64]) -> f64 {
        let squares = direction.iter().zip(&self.feature_norms).map(|(v, norm)| (v * norm).powi(2));
        f64::EPSILON * squares.sum::<f64>().sqrt() + self.decomposition
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_is_that_of_the_features_in_a_direction() {
        let noise = |varies: [bool; 2], decomposition: f64| {
            RoundingNoise::from_squares(vec![9.0, 16.0], &varies, decomposition).along(&[0.6, -0.8])
        };
        let (first, second): (f64, f64) = (0.6 * 3.0, 0.8 * 4.0);
        let close = |value: f64, expected: f64| (value / expected - 1.0).abs() < 1e-15;
        assert!(close(noise([true, true], 0.0), f64::EPSILON * first.hypot(second)));
        assert!(close(noise([true, false], 0.0), f64::EPSILON * first));
        assert_eq!(noise([false, false], 0.25), 0.25);
    }
}
