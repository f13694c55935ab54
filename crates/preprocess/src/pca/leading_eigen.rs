use densely_tensor::kernels::decomposition::{orthonormal_basis, symmetric_eigen};
use densely_tensor::{Key, Mat, MatRef, Purpose, Stream, Threads, column, column_mut};

use crate::pca::products::product;

/// A pair has converged when `‖C v − λ v‖` is below this times `λ₁`.
const CONVERGED: f64 = 1e-13;
/// Filters that are applied at most: as many cost what the whole spectrum does.
const ROUNDS: usize = 12;
/// A filter may not enlarge the first direction over the last by more than this, or the
/// rounding errors along the first would drown the last.
const RANGE: f64 = 1e12;
/// The `k` largest eigenvalues of a symmetric positive semidefinite matrix, and their
/// eigenvectors; `None` if they do not converge soon, for want of a gap behind them.
///
/// Subspace iteration from a random start, whose numbers are the same every time, with
/// more columns than are wanted. Each round multiplies the columns by `T(C)`, a Chebyshev
/// polynomial that is at most 1 in magnitude on `[0, θ]`, where θ is the estimate of the
/// last eigenvalue of the subspace, and grows as fast as a polynomial can beyond; then it
/// takes the eigenvectors of `C` within their span (Rayleigh and Ritz), and checks the
/// residual of each.
///
/// Halko, Martinsson, Tropp: Finding structure with randomness (2011), 4.4; Zhou, Saad:
/// A Chebyshev–Davidson algorithm for large symmetric eigenproblems (2007).
///
/// # Shapes
/// `c: m x m`, both triangles; the vectors are `m x k`.
pub(crate) fn leading_eigen(
    c: MatRef<'_, f64>,
    k: usize,
    threads: &Threads,
) -> Option<(Vec<f64>, Mat<f64>)> {
    let m = c.nrows();
    let columns = subspace_size(k, m);
    let mut stream = Stream::new(0, Purpose::Other, Key::default());
    let start = Mat::from_fn(m, columns, |_, _| stream.normal());
    let mut subspace = start.clone();
    product(subspace.as_mut(), c, start.as_ref(), threads);
    for _ in 0..ROUNDS {
        let basis = orthonormal_basis(subspace.as_ref());
        let (values, vectors, images) = ritz(c, basis.as_ref(), threads)?;
        let residual = (0..k).map(|j| {
            let (image, vector) = (column(images.as_ref(), j), column(vectors.as_ref(), j));
            let squares = image.iter().zip(vector).map(|(c, v)| (c - values[j] * v).powi(2));
            squares.sum::<f64>()
        });
        let residual = residual.fold(0.0, f64::max).sqrt();
        if residual <= CONVERGED * values[0] {
            return Some((values[..k].to_vec(), vectors.subcols(0, k).to_owned()));
        }
        subspace = filter(c, vectors, images, &values, threads)?;
    }
    None
}

/// How many columns to iterate for `k` of `m`: more than are wanted, which converge sooner.
fn subspace_size(k: usize, m: usize) -> usize {
    (k + (k / 4).max(16)).min(m)
}

/// `T(C) V`, by the recurrence `T₊ = 2 x T − T₋` with `x` mapping `[0, θ]` to `[−1, 1]`.
fn filter(
    c: MatRef<'_, f64>,
    vectors: Mat<f64>,
    images: Mat<f64>,
    values: &[f64],
    threads: &Threads,
) -> Option<Mat<f64>> {
    let half = values.last()? / 2.0;
    // `T(x) = cosh(degree arcosh x)` at the first, and 1 at the last.
    let rate = (values[0] / half - 1.0).max(1.0).acosh();
    let degree = ((RANGE.acosh() / rate) as usize).clamp(1, 16);
    let (mut before, mut now) = (vectors, images);
    // One step: `now = factor (now / half − before) [− last]`.
    for j in 0..now.ncols() {
        for (now, before) in column_mut(now.as_mut(), j).iter_mut().zip(column(before.as_ref(), j))
        {
            *now = *now / half - before;
        }
    }
    let mut next = Mat::zeros(now.nrows(), now.ncols());
    for _ in 1..degree {
        product(next.as_mut(), c, now.as_ref(), threads);
        for j in 0..now.ncols() {
            let old = column(now.as_ref(), j).iter().zip(column(before.as_ref(), j));
            for (next, (now, before)) in column_mut(next.as_mut(), j).iter_mut().zip(old) {
                *next = 2.0 * (*next / half - now) - before;
            }
        }
        (before, now, next) = (now, next, before);
    }
    Some(now)
}

/// Eigenvalues, in descending order, and eigenvectors `V` of `C` within the span of
/// orthonormal columns, and `C V`.
fn ritz(
    c: MatRef<'_, f64>,
    q: MatRef<'_, f64>,
    threads: &Threads,
) -> Option<(Vec<f64>, Mat<f64>, Mat<f64>)> {
    let (m, l) = (q.nrows(), q.ncols());
    let (mut images, mut inner) = (Mat::zeros(m, l), Mat::zeros(l, l));
    product(images.as_mut(), c, q, threads);
    product(inner.as_mut(), q.transpose(), images.as_ref(), threads);
    let (values, turn) = symmetric_eigen(inner.as_ref(), threads).ok()?;
    let turned = |matrix: MatRef<'_, f64>| {
        let mut turned = Mat::zeros(m, l);
        product(turned.as_mut(), matrix, turn.as_ref(), threads);
        turned
    };
    Some((values, turned(q), turned(images.as_ref())))
}

#[cfg(test)]
mod tests {
    use densely_tensor::kernels::dot;

    use super::*;

    /// `W diag(λ) Wᵀ` with orthonormal `W`, `λ` descending.
    fn with_spectrum(lambda: impl Fn(usize) -> f64, m: usize) -> (Mat<f64>, Mat<f64>) {
        let mut stream = Stream::new(1, Purpose::Other, Key::default());
        let w = orthonormal_basis(Mat::from_fn(m, m, |_, _| stream.normal()).as_ref());
        let scaled = Mat::from_fn(m, m, |i, j| w[(i, j)] * lambda(j));
        (&scaled * w.transpose(), w)
    }

    #[test]
    fn leading_pairs_are_those_of_the_whole_spectrum() {
        for (scale, decay) in [(1.0, 0.5), (1.0, 0.8), (1e-6, 0.8), (1e6, 0.8)] {
            let lambda = |j: usize| scale * f64::powi(decay, j.min(60) as i32);
            let (c, w) = with_spectrum(lambda, 150);
            let (values, vectors) = leading_eigen(c.as_ref(), 10, &Threads::single()).unwrap();
            for (j, value) in values.iter().enumerate() {
                assert!((value - lambda(j)).abs() < 1e-14 * scale, "{decay}: {j}");
                let cosine = dot(column(vectors.as_ref(), j), column(w.as_ref(), j)).abs();
                // The angle of a vector is the residual over the gap.
                assert!(1.0 - cosine < 1e-14, "{decay}: {j}: {:e}", 1.0 - cosine);
            }
        }
    }

    #[test]
    fn more_columns_are_iterated_than_are_wanted() {
        for (k, m, size) in [(1, 100, 17), (64, 500, 80), (100, 500, 125), (10, 20, 20)] {
            assert_eq!(subspace_size(k, m), size, "{k} of {m}");
        }
    }

    /// Of a diagonal matrix, the axes become multiples of themselves by `T(2 λ / θ − 1)`, where
    /// `T` has the largest degree up to 16 that does not enlarge the first beyond the range.
    #[test]
    fn a_filter_is_a_chebyshev_polynomial() {
        for (theta, degree) in [(0.9, 16), (0.5, 16), (0.25, 10), (1e-2, 4), (1e-6, 1), (1e-13, 1)]
        {
            let lambda = [3.0, 2.0 * theta, 3.0 * theta, 1.2 * theta, 0.3 * theta, 0.0];
            let (m, values) = (lambda.len(), [3.0, 3.0 * theta]);
            let c = Mat::from_fn(m, m, |i, j| if i == j { lambda[i] } else { 0.0 });
            let threads = Threads::single();
            let filtered = filter(c.as_ref(), Mat::identity(m, m), c.clone(), &values, &threads);
            let filtered = filtered.unwrap();
            for (j, lambda) in lambda.into_iter().enumerate() {
                let x: f64 = 2.0 * lambda / (3.0 * theta) - 1.0;
                let degree = f64::from(degree);
                let expected = if x > 1.0 {
                    (degree * x.acosh()).cosh()
                } else {
                    (degree * x.clamp(-1.0, 1.0).acos()).cos()
                };
                let error = (filtered[(j, j)] - expected).abs() / expected.abs().max(1.0);
                assert!(error < 1e-11, "{theta}, {lambda}: {} {expected}", filtered[(j, j)]);
            }
        }
    }

    #[test]
    fn a_spectrum_without_a_gap_is_left_to_the_full_decomposition() {
        let (c, _) = with_spectrum(|j| 1.0 - j as f64 / 1e4, 150);
        assert!(leading_eigen(c.as_ref(), 10, &Threads::single()).is_none());
    }

    #[test]
    fn bits_do_not_depend_on_the_number_of_threads() {
        let (c, _) = with_spectrum(|j| 0.7_f64.powi(j.min(40) as i32), 150);
        let once = leading_eigen(c.as_ref(), 10, &Threads::single()).unwrap();
        for count in [1, 2, 4] {
            assert_eq!(leading_eigen(c.as_ref(), 10, &Threads::new(count).unwrap()).unwrap(), once);
        }
    }
}
