//! Whether principal axes are what they should be.

use densely_tensor::{
    Accumulate, Key, Mat, MatRef, Purpose, Scalar, Stream, Threads, column, column_mut, gemm,
};

use crate::PreprocessError;
use crate::centering::Centering;
use crate::products::{product, symmetric_product};

/// How white products of the data with themselves must make them: what whitening promises
/// is 1e-10.
pub(crate) const WHITE: f64 = 4e-11;

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
pub(crate) fn eigen_residual(v: MatRef<'_, f64>, images: MatRef<'_, f64>, lambda: &[f64]) -> f64 {
    let mut residual = 0.0_f64;
    for (j, lambda) in lambda.iter().enumerate() {
        for (image, v) in column(images, j).iter().zip(column(v, j)) {
            residual = larger(residual, image - lambda * v);
        }
    }
    residual
}

/// How large `X Xᵀ V − V diag(λ)` is, for a matrix `X` of many rows and columns: the root of
/// the sum of its squares, estimated from products with a few random vectors `z`, of which
/// `E ‖R z‖² = ‖R‖²`. It costs a fraction of the products with `V`.
pub(crate) fn probed_residual(
    x: MatRef<'_, f64>,
    v: MatRef<'_, f64>,
    lambda: &[f64],
    threads: &Threads,
) -> f64 {
    const PROBES: usize = 8;
    let mut stream = Stream::new(0, Purpose::Other, Key::default());
    let z = Mat::from_fn(v.ncols(), PROBES, |_, _| stream.normal::<f64>());
    let scaled = Mat::from_fn(v.ncols(), PROBES, |i, j| lambda[i] * z[(i, j)]);
    let times = |a: MatRef<'_, f64>, b: &Mat<f64>| {
        let mut c = Mat::zeros(a.nrows(), PROBES);
        product(c.as_mut(), a, b.as_ref(), threads);
        c
    };
    let images = times(x, &times(x.transpose(), &times(v, &z)));
    let expected = times(v, &scaled);
    let squares: f64 = (0..PROBES)
        .flat_map(|j| column(images.as_ref(), j).iter().zip(column(expected.as_ref(), j)))
        .map(|(image, expected)| (image - expected).powi(2))
        .sum();
    (squares / PROBES as f64).sqrt()
}

/// `max |aᵢⱼ / √(λᵢ λⱼ) − δᵢⱼ|`, from the lower triangle of `A`, which should be `diag(λ)`:
/// how far from the identity the covariance of the whitened data is.
pub(crate) fn whiteness_of(mut a: Mat<f64>, lambda: &[f64]) -> f64 {
    let scale: Vec<f64> = lambda.iter().map(|lambda| lambda.sqrt().recip()).collect();
    for j in 0..a.ncols() {
        for (a, other) in column_mut(a.as_mut(), j)[j..].iter_mut().zip(&scale[j..]) {
            *a *= other * scale[j];
        }
    }
    from_identity(a.as_ref())
}

/// [`whiteness_of`] the scatter of the data projected on the axes, computed from the data:
/// `A = Vᵀ X Xᵀ V`.
pub(crate) fn whiteness<T: Scalar>(
    x: MatRef<'_, T>,
    centering: &Centering,
    axes: MatRef<'_, f64>,
    lambda: &[f64],
    threads: &Threads,
) -> f64 {
    let mut projected = Mat::zeros(axes.ncols(), x.ncols());
    threads.panels((projected.as_mut(), x), 256, |_, (projected, x)| {
        let mut centered = Mat::zeros(x.nrows(), x.ncols());
        centering.apply(x, centered.as_mut());
        gemm(projected, Accumulate::Replace, axes.transpose(), centered.as_ref());
    });
    let mut scatter = Mat::zeros(axes.ncols(), axes.ncols());
    symmetric_product(scatter.as_mut(), Accumulate::Replace, projected.as_ref(), threads);
    whiteness_of(scatter, lambda)
}

/// The larger magnitude, and NaN if there is one.
pub(crate) fn larger(largest: f64, value: f64) -> f64 {
    if value.is_nan() { f64::NAN } else { densely_tensor::Real::max(largest, value.abs()) }
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
            let white = whiteness_of(v.transpose() * images, &lambda);
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

        let x = Mat::from_fn(2, 2, |i, j| a[(i, j)].sqrt());
        let probed =
            |v: &Mat<f64>| probed_residual(x.as_ref(), v.as_ref(), &lambda, &Threads::single());
        assert!(probed(&exact) < 1e-15);
        // Two entries of the residual are 4 angle, times a random number of variance 1.
        let ratio = probed(&turned) / (4.0 * angle);
        assert!((0.5..3.0).contains(&ratio), "{ratio}");
        assert!(probed(&(f64::NAN * &exact)).is_nan());
        assert!(expect_at_most("equation", f64::NAN, 1.0).is_err());
    }
}
