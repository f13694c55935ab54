use densely_tensor::kernels::{dot, sum_of_squares};
use densely_tensor::{Accumulate, Mat, MatMut, column, column_mut, gemm};

/// Rotations are repeated at most so often; each sweep squares the angles that are left.
const SWEEPS: usize = 8;

/// Makes the columns of `y = Xᵀ V` orthogonal to working accuracy, each relative to its
/// own length, by rotating pairs of columns of `y` and of `v` together.
///
/// The singular vectors of a decomposition are as exact as the largest singular value
/// allows: the directions of small variance hold a trace of those of large variance, which
/// whitening would blow up. Few pairs need a rotation, and by a tiny angle.
///
/// One-sided Jacobi: Hestenes (1958); as a refinement, Drmač and Veselić: New fast and
/// accurate Jacobi SVD algorithm (2008).
///
/// # Shapes
/// `v: features x k`, `y: n x k`.
pub(crate) fn orthogonalize(v: &mut Mat<f64>, y: &mut Mat<f64>) {
    let tolerance = 16.0 * f64::EPSILON * (y.nrows() as f64).sqrt();
    let mut gram = Mat::zeros(y.ncols(), y.ncols());
    for _ in 0..SWEEPS {
        gemm(gram.as_mut(), Accumulate::Replace, y.transpose(), y.as_ref());
        let mut rotated = false;
        for q in 0..y.ncols() {
            for p in 0..q {
                let lengths = gram[(p, p)].sqrt() * gram[(q, q)].sqrt();
                if gram[(p, q)].abs() > tolerance * lengths {
                    rotate(v, y, p, q);
                    rotated = true;
                }
            }
        }
        if !rotated {
            break;
        }
    }
}

/// Rotates columns p and q of both so that those of `y` are orthogonal.
fn rotate(v: &mut Mat<f64>, y: &mut Mat<f64>, p: usize, q: usize) {
    let (a, b) = (column(y.as_ref(), p), column(y.as_ref(), q));
    let product = dot(a, b);
    if product == 0.0 {
        return;
    }
    let cotangent = (sum_of_squares(b) - sum_of_squares(a)) / (2.0 * product);
    let tangent = 1_f64.copysign(cotangent) / (cotangent.abs() + cotangent.hypot(1.0));
    let cosine = 1.0 / tangent.hypot(1.0);
    for matrix in [v, y] {
        let (left, right) = matrix.as_mut().split_at_col_mut(q);
        turn(left.subcols_mut(p, 1), right.subcols_mut(0, 1), cosine, cosine * tangent);
    }
}

/// `(a, b) = (c a − s b, s a + c b)`.
fn turn(a: MatMut<'_, f64>, b: MatMut<'_, f64>, cosine: f64, sine: f64) {
    for (a, b) in column_mut(a, 0).iter_mut().zip(column_mut(b, 0)) {
        (*a, *b) = (cosine * *a - sine * *b, sine * *a + cosine * *b);
    }
}

#[cfg(test)]
mod tests {
    use densely_tensor::{Key, Purpose, Stream, mat};

    use super::*;

    /// `|yᵢ · yⱼ| / (|yᵢ| |yⱼ|)`, the largest.
    fn cosine(y: &Mat<f64>) -> f64 {
        let gram = y.transpose() * y;
        let pairs = (0..y.ncols()).flat_map(|q| (0..q).map(move |p| (p, q)));
        pairs.fold(0.0, |largest, (p, q)| {
            largest.max(gram[(p, q)].abs() / (gram[(p, p)] * gram[(q, q)]).sqrt())
        })
    }

    #[test]
    fn columns_of_any_lengths_become_orthogonal_with_their_axes() {
        let mut stream = Stream::new(2, Purpose::Other, Key::default());
        for lengths in [[1.0; 4], [1e3, 1.0, 1e-6, 1e-7], [1e-7, 1.0, 1e3, 1e-6]] {
            let y = Mat::from_fn(9, 4, |_, j| lengths[j] * stream.normal::<f64>());
            let (mut v, mut turned) = (Mat::identity(4, 4), y.clone());
            orthogonalize(&mut v, &mut turned);
            assert!(cosine(&turned) < 16.0 * f64::EPSILON * 3.0, "{lengths:?}");
            assert!((v.transpose() * &v - Mat::<f64>::identity(4, 4)).norm_max() < 1e-14);
            assert!((&y * &v - turned).norm_max() < 1e-14 * y.norm_max());
        }
    }

    #[test]
    fn columns_that_are_orthogonal_to_rounding_errors_are_left_alone() {
        let tolerance = 16.0 * f64::EPSILON * 2.0;
        for (cosine, turns) in [(0.9, false), (-0.9, false), (1.1, true), (-1.1, true)] {
            for (a, b) in [(1.0, 1.0), (1e3, 2.0), (1e-3, 2.0)] {
                let y = mat![[a, b * cosine * tolerance], [0.0, b], [0.0, 0.0], [0.0, 0.0]];
                let (mut v, mut turned) = (Mat::identity(2, 2), y.clone());
                orthogonalize(&mut v, &mut turned);
                assert_eq!(turned != y, turns, "{cosine}, {a}, {b}");
            }
        }
    }
}
