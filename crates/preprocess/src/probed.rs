use densely_tensor::{Key, Mat, MatRef, Purpose, Stream, Threads};

use crate::products::product;

/// The number of random vectors.
const PROBES: usize = 8;

/// What random vectors tell of errors, at a fraction of the cost of all products.
#[derive(Debug)]
pub(crate) struct Probed {
    /// `‖VᵀV − I‖`.
    pub(crate) orthonormality: f64,
    /// `‖X Xᵀ V − V diag(λ)‖ / λ₁`.
    pub(crate) residual: f64,
}

impl Probed {
    /// Of a matrix `X` of many rows and columns, by products with a few random vectors `z`, whose
    /// numbers are the same every time: `E ‖R z‖² = ‖R‖²`, the sum of the squares of a matrix
    /// `R`.
    ///
    /// # Shapes
    /// `x: features x n`, `v: features x k`.
    pub(crate) fn new(
        x: MatRef<'_, f64>,
        v: MatRef<'_, f64>,
        lambda: &[f64],
        threads: &Threads,
    ) -> Self {
        let mut stream = Stream::new(0, Purpose::Other, Key::default());
        // One a row, so that threads can share the columns.
        let z = Mat::from_fn(PROBES, v.ncols(), |_, _| stream.normal::<f64>());
        let scaled = Mat::from_fn(PROBES, v.ncols(), |i, j| lambda[j] * z[(i, j)]);
        let times = |a: &Mat<f64>, b: MatRef<'_, f64>| {
            let mut c = Mat::zeros(PROBES, b.ncols());
            product(c.as_mut(), a.as_ref(), b, threads);
            c
        };
        let norm = |a: Mat<f64>, b: &Mat<f64>| (a - b).norm_l2() / (PROBES as f64).sqrt();
        let along = times(&z, v.transpose());
        let images = times(&times(&along, x), x.transpose());
        Self {
            orthonormality: norm(times(&along, v), &z),
            residual: norm(images, &times(&scaled, v.transpose())) / lambda[0],
        }
    }

    /// Whether both are within the tolerance.
    pub(crate) fn are_good(&self, tolerance: f64) -> bool {
        self.orthonormality <= tolerance && self.residual <= tolerance
    }

    /// Whether the columns could be better orthonormal: an estimate has to be well below what
    /// is tolerated.
    pub(crate) fn are_askew(&self, tolerance: f64) -> bool {
        self.orthonormality > tolerance / 4.0
    }
}

#[cfg(test)]
mod tests {
    use densely_tensor::mat;

    use super::*;

    /// Of `X = 2 I`, `V = 3 I` and `λ = 5`: `9 I − I`, whose norm is `8 √n`, and `(12 − 15) I`.
    #[test]
    fn norms_of_the_errors_are_estimated() {
        let one = Mat::<f64>::identity(400, 400);
        let (x, v) = (2.0 * &one, 3.0 * &one);
        for threads in [Threads::single(), Threads::new(3).unwrap()] {
            let probed = Probed::new(x.as_ref(), v.as_ref(), &[5.0; 400], &threads);
            let (orthonormality, residual) = (probed.orthonormality / 20.0, probed.residual / 20.0);
            assert!((orthonormality / 8.0 - 1.0).abs() < 0.05, "{orthonormality}");
            assert!((residual / (3.0 / 5.0) - 1.0).abs() < 0.05, "{residual}");
        }
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
        }
    }

    #[test]
    fn a_bad_basis_is_found() {
        let (lambda, angle) = ([4.0, 1e-4], 1e-7_f64);
        let x = mat![[2.0, 0.0, 0.0], [0.0, 1e-2, 0.0]];
        let probed = |v: Mat<f64>| Probed::new(x.as_ref(), v.as_ref(), &lambda, &Threads::single());
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
