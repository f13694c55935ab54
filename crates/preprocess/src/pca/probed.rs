use densely_tensor::{Key, Mat, MatRef, Purpose, Stream, Threads};

use crate::pca::products::product;

/// The number of random vectors.
const PROBES: usize = 8;

/// How far below what is tolerated an estimate has to be to make sure: that of a norm is a
/// quarter of it or less with a probability of some 1e-4 at most, a tenth with 1e-7.
pub(crate) const SURE: f64 = 4.0;

/// What random vectors tell of the errors of eigenvectors `V` and eigenvalues `λ` of a matrix
/// `A`, at a fraction of the cost of all products.
///
/// With vectors `z` of independent normal numbers, the same every time, `E ‖R z‖² = ‖R‖²`, the
/// sum of the squares of a matrix `R`, and so no less than the square of any entry.
#[derive(Debug)]
pub(crate) struct Probed {
    /// `‖VᵀV − I‖`.
    pub(crate) orthonormality: f64,
    /// `‖A V − V diag(λ)‖ / λ₁`.
    pub(crate) residual: f64,
}

impl Probed {
    /// Of the symmetric matrix `A` by which `times_a` multiplies rows.
    ///
    /// # Shapes
    /// `A: m x m`, `v: m x k`.
    pub(crate) fn new(
        times_a: impl Fn(Mat<f64>) -> Mat<f64>,
        v: MatRef<'_, f64>,
        lambda: &[f64],
        threads: &Threads,
    ) -> Self {
        let z = vectors(lambda.len());
        let along = times(&z, v.transpose(), threads);
        let orthonormality = norm(times(&along, v, threads), &z);
        let scaled = Mat::from_fn(PROBES, lambda.len(), |i, j| lambda[j] * z[(i, j)]);
        let residual = norm(times_a(along), &times(&scaled, v.transpose(), threads)) / lambda[0];
        Self { orthonormality, residual }
    }

    /// Whether both are within the tolerance.
    pub(crate) fn are_good(&self, tolerance: f64) -> bool {
        self.orthonormality <= tolerance && self.residual <= tolerance
    }

    /// Whether both are surely within the tolerance.
    pub(crate) fn are_surely_good(&self, tolerance: f64) -> bool {
        self.are_good(tolerance / SURE)
    }

    /// Whether the columns could be better orthonormal.
    pub(crate) fn are_askew(&self, tolerance: f64) -> bool {
        self.orthonormality > tolerance / SURE
    }
}

/// An estimate of `‖A V diag(λ)^−1 − V‖`: how far each axis is from being an eigenvector,
/// relative to its own eigenvalue.
///
/// With `D = diag(λ)^−½` and orthonormal `V`, no entry of the symmetric `D Vᵀ A V D − I`, the
/// covariance of data that are whitened by these axes of their scatter `A`, is larger: on and
/// above the diagonal, with descending `λ`, it is `√(λⱼ / λᵢ)` times one of `Vᵀ (A V diag(λ)^−1 − V)`.
///
/// # Shapes
/// `a: m x m`, `v: m x k`.
pub(crate) fn relative_residual(
    a: MatRef<'_, f64>,
    v: MatRef<'_, f64>,
    lambda: &[f64],
    threads: &Threads,
) -> f64 {
    let z = vectors(lambda.len());
    let scaled = Mat::from_fn(PROBES, lambda.len(), |i, j| z[(i, j)] / lambda[j]);
    let images = times(&times(&scaled, v.transpose(), threads), a, threads);
    norm(images, &times(&z, v.transpose(), threads))
}

/// Random vectors of this length, one per row, so that threads can share the columns.
fn vectors(length: usize) -> Mat<f64> {
    let mut stream = Stream::new(0, Purpose::Other, Key::default());
    Mat::from_fn(PROBES, length, |_, _| stream.normal())
}

/// `a b`.
pub(crate) fn times(a: &Mat<f64>, b: MatRef<'_, f64>, threads: &Threads) -> Mat<f64> {
    let mut c = Mat::zeros(a.nrows(), b.ncols());
    product(c.as_mut(), a.as_ref(), b, threads);
    c
}

/// The estimate of `‖R‖` that the images `a − b` of the vectors give.
fn norm(a: Mat<f64>, b: &Mat<f64>) -> f64 {
    (a - b).norm_l2() / (PROBES as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use densely_tensor::mat;

    use super::*;

    /// Of `A = 4 I`, `V = 3 I` and `λ = 5`: `9 I − I`, whose norm is `8 √n`, `(12 − 15) I`, and
    /// `(12 / 5 − 3) I`.
    #[test]
    fn norms_of_the_errors_are_estimated() {
        let one = Mat::<f64>::identity(400, 400);
        let (a, v, lambda) = (4.0 * &one, 3.0 * &one, [5.0; 400]);
        for threads in [Threads::single(), Threads::new(3).unwrap()] {
            let times_a = |z: Mat<f64>| times(&z, a.as_ref(), &threads);
            let probed = Probed::new(times_a, v.as_ref(), &lambda, &threads);
            let relative = relative_residual(a.as_ref(), v.as_ref(), &lambda, &threads);
            for (estimate, norm) in
                [(probed.orthonormality, 8.0), (probed.residual, 3.0 / 5.0), (relative, 3.0 / 5.0)]
            {
                assert!((estimate / (20.0 * norm) - 1.0).abs() < 0.05, "{estimate}");
            }
        }
    }

    /// An error of a small eigenvalue shows as much as one of a large, and so does one between
    /// their eigenvectors, which whitening by the small one makes no smaller.
    #[test]
    fn relative_residuals_are_of_each_eigenvalue() {
        let residual = |errors: [f64; 3]| {
            let [large, small, between] = errors;
            let a = mat![[4.0 * (1.0 + large), between], [between, 1e-4 * (1.0 + small)]];
            let v = Mat::<f64>::identity(2, 2);
            relative_residual(a.as_ref(), v.as_ref(), &[4.0, 1e-4], &Threads::single())
        };
        assert!(residual([0.0; 3]) < 1e-15);
        for (errors, norm) in
            [([1e-6, 0.0, 0.0], 1e-6), ([0.0, 1e-6, 0.0], 1e-6), ([0.0, 0.0, 1e-6], 1e-2)]
        {
            let ratio = residual(errors) / norm;
            assert!((0.5..2.0).contains(&ratio), "{errors:?}: {ratio}");
        }
        assert!(residual([f64::NAN, 0.0, 0.0]).is_nan());
    }

    #[test]
    fn both_errors_have_to_be_tolerable() {
        for (orthonormality, residual, good, askew) in [
            (1.0, 4.0, true, false),
            (1.5, 4.0, true, true),
            (4.0, 4.0, true, true),
            (4.5, 0.0, false, true),
            (0.0, 4.5, false, false),
            (f64::NAN, 0.0, false, false),
        ] {
            let probed = Probed { orthonormality, residual };
            assert_eq!((probed.are_good(4.0), probed.are_askew(4.0)), (good, askew), "{probed:?}");
            assert_eq!(probed.are_surely_good(16.0), good, "{probed:?}");
        }
    }

    #[test]
    fn a_bad_basis_is_found() {
        let (lambda, angle) = ([4.0, 1e-4], 1e-7_f64);
        let x = mat![[2.0, 0.0, 0.0], [0.0, 1e-2, 0.0]];
        let threads = Threads::single();
        let times_a =
            |z: Mat<f64>| times(&times(&z, x.as_ref(), &threads), x.transpose(), &threads);
        let probed = |v: Mat<f64>| Probed::new(times_a, v.as_ref(), &lambda, &threads);
        let exact = Mat::<f64>::identity(2, 2);
        let good = probed(exact.clone());
        assert!(good.residual < 1e-15 && good.orthonormality < 1e-15);
        // Turned: two entries of the residual are λ₁ angle, times a random number of variance 1.
        let (cosine, sine) = (angle.cos(), angle.sin());
        let turned = probed(mat![[cosine, -sine], [sine, cosine]]);
        assert!(turned.orthonormality < 1e-15);
        assert!((0.5..3.0).contains(&(turned.residual / angle)), "{}", turned.residual);
        let nan = probed(f64::NAN * &exact);
        assert!(nan.residual.is_nan() && nan.orthonormality.is_nan());
    }
}
