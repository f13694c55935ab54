//! Whether principal axes are what they should be.

use densely_tensor::{
    Accumulate, Mat, MatRef, Reborrow, ReborrowMut, Scalar, Threads, column, column_mut, gemm,
};

use crate::PreprocessError;
use crate::pca::centering::Centering;
use crate::pca::products::symmetric_product;
use crate::pca::shares::sum_of_shares;

/// How white products of the data with themselves must make them: what whitening promises
/// is 1e-10.
pub(crate) const WHITE: f64 = 4e-11;

/// Examples that are projected on axes at a time.
const PANEL: usize = 256;
/// Parts that they are cut into, whatever the number of threads.
const SHARES: usize = 16;

/// What rounding errors may add up to, in a decomposition of a matrix of this size,
/// relative to its largest entry.
pub(crate) fn tolerance(features: usize, examples: usize) -> f64 {
    16.0 * features.max(examples) as f64 * f64::EPSILON
}

/// `max |Vᵀ V − I|`.
pub(crate) fn orthonormality(v: MatRef<'_, f64>, threads: &Threads) -> f64 {
    let mut gram = Mat::zeros(v.ncols(), v.ncols());
    symmetric_product(gram.as_mut(), Accumulate::Replace, v.transpose(), threads);
    from_identity(gram.as_ref())
}

/// `max |A − I|`, from the lower triangle of `A`.
pub(crate) fn from_identity(a: MatRef<'_, f64>) -> f64 {
    let mut residual = 0.0_f64;
    for j in 0..a.ncols() {
        residual = larger(residual, a[(j, j)] - 1.0);
        residual = column(a, j)[j + 1..].iter().fold(residual, |largest, &a| larger(largest, a));
    }
    residual
}

/// `max |Y − V diag(λ)|`, for `Y = A V`.
fn eigen_residual(v: MatRef<'_, f64>, images: MatRef<'_, f64>, lambda: &[f64]) -> f64 {
    let mut residual = 0.0_f64;
    for (j, lambda) in lambda.iter().enumerate() {
        for (image, v) in column(images, j).iter().zip(column(v, j)) {
            residual = larger(residual, image - lambda * v);
        }
    }
    residual
}

/// `aᵢⱼ / √(λᵢ λⱼ)`, the lower triangle: if `A` is the scatter of data along their axes, it
/// should be `diag(λ)`, and this, of the whitened data, the identity.
pub(crate) fn whitened(mut a: Mat<f64>, lambda: &[f64]) -> Mat<f64> {
    let scale: Vec<f64> = lambda.iter().map(|lambda| lambda.sqrt().recip()).collect();
    for j in 0..a.ncols() {
        for (a, other) in column_mut(a.as_mut(), j)[j..].iter_mut().zip(&scale[j..]) {
            *a *= other * scale[j];
        }
    }
    a
}

/// How far from the identity the covariance of whitened data is: [`whitened`] of
/// `A = Vᵀ X Xᵀ V`, computed from the data projected on the axes.
pub(crate) fn whiteness<T: Scalar>(
    x: MatRef<'_, T>,
    centering: &Centering,
    axes: MatRef<'_, f64>,
    lambda: &[f64],
    threads: &Threads,
) -> f64 {
    let k = axes.ncols();
    let share = x.ncols().div_ceil(SHARES).max(PANEL);
    let scatter = sum_of_shares(x, share, k, threads, |x, mut scatter| {
        let (mut centered, mut projected) = (Mat::zeros(x.nrows(), PANEL), Mat::zeros(k, PANEL));
        for first in (0..x.ncols()).step_by(PANEL) {
            let n = PANEL.min(x.ncols() - first);
            let mut centered = centered.as_mut().subcols_mut(0, n);
            let mut projected = projected.as_mut().subcols_mut(0, n);
            centering.apply(x.subcols(first, n), centered.rb_mut());
            gemm(projected.rb_mut(), Accumulate::Replace, axes.transpose(), centered.rb());
            gemm(scatter.rb_mut(), Accumulate::Add, projected.rb(), projected.rb().transpose());
        }
    });
    from_identity(whitened(scatter, lambda).as_ref())
}

/// The larger magnitude, and NaN if there is one.
pub(crate) fn larger(largest: f64, value: f64) -> f64 {
    if value.is_nan() { f64::NAN } else { densely_tensor::Real::max(largest, value.abs()) }
}

/// That `Vᵀ V = I` and `Y = V diag(λ)`, to rounding errors, for `Y = A V` and descending `λ`.
///
/// # Errors
/// [`PreprocessError::Residual`].
pub(crate) fn expect_eigenvectors(
    v: MatRef<'_, f64>,
    images: MatRef<'_, f64>,
    lambda: &[f64],
    tolerance: f64,
    threads: &Threads,
) -> Result<(), PreprocessError> {
    let largest = lambda.first().copied().unwrap_or(0.0);
    expect_at_most("orthonormality", orthonormality(v, threads), tolerance)?;
    expect_at_most("eigenvalue equation", eigen_residual(v, images, lambda), tolerance * largest)
}

pub(crate) fn expect_at_most(
    equation: &'static str,
    residual: f64,
    tolerance: f64,
) -> Result<(), PreprocessError> {
    if residual <= tolerance {
        Ok(())
    } else {
        Err(PreprocessError::Residual { equation, residual, tolerance })
    }
}

#[cfg(test)]
mod tests {
    use densely_tensor::mat;

    use super::*;

    /// Axes of a matrix that are turned by a small angle, or are not of length one, are
    /// found by the residual that it concerns.
    #[test]
    fn a_bad_basis_is_found() {
        let (lambda, angle) = ([4.0, 1e-4], 1e-7_f64);
        let a = mat![[lambda[0], 0.0], [0.0, lambda[1]]];
        let turned = mat![[angle.cos(), -angle.sin()], [angle.sin(), angle.cos()]];
        let exact = Mat::<f64>::identity(2, 2);
        let residuals = |v: &Mat<f64>| {
            let images = &a * v;
            let residual = eigen_residual(v.as_ref(), images.as_ref(), &lambda);
            let white = from_identity(whitened(v.transpose() * images, &lambda).as_ref());
            (orthonormality(v.as_ref(), &Threads::single()), residual, white)
        };
        assert_eq!(residuals(&exact), (0.0, 0.0, 0.0));
        let (orthonormality, residual, white) = residuals(&turned);
        assert!(orthonormality < 1e-15);
        assert!((residual / (4.0 * angle) - 1.0).abs() < 1e-3);
        // Whitening makes 200 of an entry that is 2e-7 of the largest variance.
        assert!((white / (200.0 * angle) - 1.0).abs() < 1e-3);
        let (orthonormality, _, white) = residuals(&(1.1 * &exact));
        assert!((orthonormality - 0.21).abs() < 1e-12 && (white - 0.21).abs() < 1e-12);
        assert!(residuals(&(f64::NAN * &exact)).1.is_nan());
    }

    /// Of `A = 100 I`, with `V` or `λ` off by a part in 10⁴.
    #[test]
    fn eigenvectors_satisfy_their_equation_to_the_tolerance() {
        let equation = |v: f64, lambda: f64, tolerance: f64| {
            let axes = v * Mat::<f64>::identity(3, 3);
            let images = 100.0 * &axes;
            let (v, images) = (axes.as_ref(), images.as_ref());
            match expect_eigenvectors(v, images, &[lambda; 3], tolerance, &Threads::single()) {
                Ok(()) => None,
                Err(PreprocessError::Residual { equation, .. }) => Some(equation),
                Err(other) => panic!("{other}"),
            }
        };
        let (orthonormality, eigenvalues) = (Some("orthonormality"), Some("eigenvalue equation"));
        assert_eq!(equation(1.0, 100.0, 0.0), None);
        for (tolerance, v, lambda) in [
            (3e-4, None, None),
            (1.5e-4, orthonormality, None),
            (5e-5, orthonormality, eigenvalues),
        ] {
            assert_eq!(equation(1.0001, 100.0, tolerance), v, "{tolerance}");
            assert_eq!(equation(1.0, 100.01, tolerance), lambda, "{tolerance}");
        }
        assert_eq!(equation(f64::NAN, 100.0, 1.0), orthonormality);
        assert_eq!(equation(1.0, f64::NAN, 1.0), eigenvalues);
    }

    #[test]
    fn rounding_errors_grow_with_the_longer_side() {
        assert_eq!(tolerance(3, 7), 112.0 * f64::EPSILON);
        assert_eq!(tolerance(7, 3), 112.0 * f64::EPSILON);
    }

    /// Half of the examples are on each axis, at ±1 and ±2: the sums of squares are `n / 2` and
    /// `2 n`. One panel, and several for each share, with a part of one at the end.
    #[test]
    fn data_are_white_along_their_axes_only() {
        for n in [8, 4800] {
            let x = Mat::from_fn(2, n, |i, j| {
                let value = if j.is_multiple_of(2) { 1.0 } else { -1.0 };
                if 2 * j / n == i { (i + 1) as f64 * value } else { 0.0 }
            });
            let threads = Threads::single();
            let centering = Centering::new("test", x.as_ref(), &threads).unwrap();
            let unit = n as f64 / 2.0 / centering.unit.powi(2);
            let squares @ [small, large] = [unit, 4.0 * unit];
            let white = |axes: Mat<f64>, lambda: [f64; 2]| {
                whiteness(x.as_ref(), &centering, axes.as_ref(), &lambda, &threads)
            };
            assert!(white(Mat::identity(2, 2), squares) < 1e-13);
            let other = white(Mat::identity(2, 2), [4.0 * small, large]);
            assert!((other - 0.75).abs() < 1e-13);
            // Turned by 30°: ¾ + ¼ 4 = 1.75, (¼ + ¾ 4) / 4 = 0.8125, and (4 − 1) √3/4 / 2 = 0.65
            // between them.
            let (cosine, sine) = (0.75_f64.sqrt(), 0.5);
            let turned = mat![[cosine, -sine], [sine, cosine]];
            assert!((white(turned, squares) - 0.75).abs() < 1e-13);
        }
    }
}
