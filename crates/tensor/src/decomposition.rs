//! Eigenvalues and singular values of dense matrices, for preprocessing, in `f64`, with the
//! same bits at any number of threads: faer is told how many parts to cut its work into, not
//! by how many threads it will be done.

use faer::diag::Diag;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::evd::{ComputeEigenvectors, self_adjoint_evd, self_adjoint_evd_scratch};
use faer::linalg::householder::{
    apply_block_householder_sequence_on_the_left_in_place_scratch,
    apply_block_householder_sequence_on_the_left_in_place_with_conj,
};
use faer::linalg::qr::no_pivoting::factor::{
    qr_in_place, qr_in_place_scratch, recommended_block_size,
};
use faer::linalg::svd::{ComputeSvdVectors, svd, svd_scratch};
use faer::{Conj, Mat, MatRef, Par, Spec};
use thiserror::Error;

use crate::Threads;

/// The parts that the work on a large matrix is cut into: the bits depend on it.
const PARTS: usize = 4;

/// The rows and columns from which on a matrix is large: of a smaller one, two threads take
/// as long as one.
const LARGE: usize = 256;

/// Why a matrix could not be decomposed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DecompositionError {
    /// It did not converge: the matrix holds a NaN, an infinity, or values near the limits of
    /// the number type.
    #[error("the {decomposition} of a {rows} x {columns} matrix did not converge")]
    NoConvergence {
        /// Which decomposition.
        decomposition: &'static str,
        /// Rows of the matrix.
        rows: usize,
        /// Columns of the matrix.
        columns: usize,
    },
    /// The operating system refused to start a thread for it.
    #[error("no thread for the {decomposition}: {reason}")]
    NoThread {
        /// Which decomposition.
        decomposition: &'static str,
        /// What the operating system said.
        reason: String,
    },
}

/// Calls `work` with the parallelism for a matrix of `size` rows and columns, where the parts
/// are shared among these threads.
fn in_parts<R: Send>(
    decomposition: &'static str,
    size: usize,
    threads: &Threads,
    work: impl FnOnce(Par) -> R + Send,
) -> Result<R, DecompositionError> {
    if size < LARGE {
        return Ok(work(Par::Seq));
    }
    threads
        .with_rayon(|| work(Par::rayon(PARTS)))
        .map_err(|error| DecompositionError::NoThread { decomposition, reason: error.to_string() })
}

/// The eigenvalues or singular values of `a`. What does not converge can say so, or leave NaN.
fn expect_converged(
    decomposition: &'static str,
    a: MatRef<'_, f64>,
    converged: bool,
    values: Vec<f64>,
) -> Result<Vec<f64>, DecompositionError> {
    if converged && values.iter().all(|value| value.is_finite()) {
        return Ok(values);
    }
    let (rows, columns) = (a.nrows(), a.ncols());
    Err(DecompositionError::NoConvergence { decomposition, rows, columns })
}

/// Eigenvalues in descending order, and their eigenvectors as columns, of a
/// symmetric matrix: `A V = V diag(λ)`, `Vᵀ V = I`. Only the lower triangle is read.
///
/// # Errors
/// [`DecompositionError`].
///
/// # Panics
/// If `a` is not square.
pub fn symmetric_eigen(
    a: MatRef<'_, f64>,
    threads: &Threads,
) -> Result<(Vec<f64>, Mat<f64>), DecompositionError> {
    assert_eq!(a.nrows(), a.ncols(), "symmetric_eigen: the matrix must be square");
    let (n, decomposition) = (a.nrows(), "eigendecomposition");
    let (mut values, mut vectors) = (Diag::zeros(n), Mat::zeros(n, n));
    let converged = in_parts(decomposition, n, threads, |par| {
        let eigenvectors = ComputeEigenvectors::Yes;
        let scratch = self_adjoint_evd_scratch::<f64>(n, eigenvectors, par, Spec::default());
        self_adjoint_evd(
            a,
            values.as_mut(),
            // It orders them ascending.
            Some(vectors.as_mut().reverse_cols_mut()),
            par,
            MemStack::new(&mut MemBuffer::new(scratch)),
            Spec::default(),
        )
        .is_ok()
    })?;
    let values = (0..n).rev().map(|i| values.column_vector()[i]);
    let values = expect_converged(decomposition, a, converged, values.collect())?;
    Ok((values, vectors))
}

/// Orthonormal columns whose first j span what the first j columns of `a` do, by
/// Householder reflections: `A = Q R`. Where a column depends on those before it, some
/// direction orthogonal to them takes its place.
///
/// # Shapes
/// `a: m x n`, the result is `m x min(m, n)`.
#[must_use]
pub fn orthonormal_basis(a: MatRef<'_, f64>) -> Mat<f64> {
    let (m, n) = (a.nrows(), a.ncols());
    let size = m.min(n);
    let mut reflections = a.to_owned();
    let block = recommended_block_size::<f64>(m, n);
    let mut factors = Mat::zeros(block, size);
    let scratch = qr_in_place_scratch::<f64>(m, n, block, Par::Seq, Spec::default());
    qr_in_place(
        reflections.as_mut(),
        factors.as_mut(),
        Par::Seq,
        MemStack::new(&mut MemBuffer::new(scratch)),
        Spec::default(),
    );
    let mut basis = Mat::identity(m, size);
    let scratch =
        apply_block_householder_sequence_on_the_left_in_place_scratch::<f64>(m, block, size);
    apply_block_householder_sequence_on_the_left_in_place_with_conj(
        reflections.as_ref().subcols(0, size),
        factors.as_ref(),
        Conj::No,
        basis.as_mut(),
        Par::Seq,
        MemStack::new(&mut MemBuffer::new(scratch)),
    );
    basis
}

/// Singular values in descending order and the left singular vectors as columns:
/// `A = U diag(σ) Vᵀ`, with `U: m x min(m, n)`.
///
/// # Errors
/// [`DecompositionError`].
pub fn left_singular(
    a: MatRef<'_, f64>,
    threads: &Threads,
) -> Result<(Vec<f64>, Mat<f64>), DecompositionError> {
    let (m, n, decomposition) = (a.nrows(), a.ncols(), "singular value decomposition");
    let (mut values, mut vectors) = (Diag::zeros(m.min(n)), Mat::zeros(m, m.min(n)));
    let converged = in_parts(decomposition, m.min(n), threads, |par| {
        let (u, v) = (ComputeSvdVectors::Thin, ComputeSvdVectors::No);
        let scratch = svd_scratch::<f64>(m, n, u, v, par, Spec::default());
        svd(
            a,
            values.as_mut(),
            Some(vectors.as_mut()),
            None,
            par,
            MemStack::new(&mut MemBuffer::new(scratch)),
            Spec::default(),
        )
        .is_ok()
    })?;
    let values = values.column_vector().iter().copied();
    Ok((expect_converged(decomposition, a, converged, values.collect())?, vectors))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_identity(a: &Mat<f64>, tolerance: f64) -> bool {
        (a - Mat::<f64>::identity(a.nrows(), a.ncols())).norm_max() < tolerance
    }

    /// Of full rank, and of rank 2, with more rows than columns and fewer.
    fn matrices() -> impl Iterator<Item = Mat<f64>> {
        let entry = |i: usize, j: usize| ((i * i * 7 + j * j * j * 3 + i * j * 5) % 17) as f64;
        [(9, 9), (40, 7), (7, 40), (300, 130)].into_iter().flat_map(move |(m, n)| {
            [Mat::from_fn(m, n, entry), Mat::from_fn(m, n, |i, j| (i + 1) as f64 * (j % 2) as f64)]
        })
    }

    #[test]
    fn eigenvectors_satisfy_their_equation() {
        for a in matrices() {
            let a = &a * a.transpose();
            let (values, v) = symmetric_eigen(a.as_ref(), &Threads::single()).unwrap();
            assert!(values.is_sorted_by(|a, b| a >= b));
            assert!(is_identity(&(v.transpose() * &v), 1e-13));
            let scaled = Mat::from_fn(a.nrows(), a.nrows(), |i, j| v[(i, j)] * values[j]);
            assert!((&a * &v - scaled).norm_max() < 1e-13 * values[0]);
        }
    }

    #[test]
    fn singular_vectors_satisfy_their_equation() {
        for a in matrices() {
            let (values, u) = left_singular(a.as_ref(), &Threads::single()).unwrap();
            assert!(values.is_sorted_by(|a, b| a >= b));
            assert!(is_identity(&(u.transpose() * &u), 1e-13));
            let projected = u.transpose() * &a;
            let squares = Mat::from_fn(values.len(), values.len(), |i, j| {
                if i == j { values[i] * values[i] } else { 0.0 }
            });
            assert!(
                (&projected * projected.transpose() - squares).norm_max()
                    < 1e-13 * values[0].powi(2)
            );
        }
    }

    #[test]
    fn bits_do_not_depend_on_the_number_of_threads() {
        let entry = |i: usize, j: usize| ((i * i * 7 + j * j * j * 3 + i * j * 5) % 17) as f64;
        for n in [LARGE - 1, LARGE, 2 * LARGE + 7] {
            let x = Mat::from_fn(n, n + 50, entry);
            let a = &x * x.transpose();
            let eigen = |threads| symmetric_eigen(a.as_ref(), &threads).unwrap();
            let singular = |threads| left_singular(x.as_ref(), &threads).unwrap();
            let one = (eigen(Threads::single()), singular(Threads::single()));
            for count in 2..=4 {
                let threads = || Threads::new(count).unwrap();
                assert!((eigen(threads()), singular(threads())) == one, "{n}, {count} threads");
            }
        }
    }

    #[test]
    fn what_cannot_converge_is_an_error() {
        for n in [4, LARGE] {
            let a = Mat::from_fn(n, n, |_, _| f64::NAN);
            let failed = |decomposition| {
                Err(DecompositionError::NoConvergence { decomposition, rows: n, columns: n })
            };
            let threads = Threads::single();
            assert_eq!(symmetric_eigen(a.as_ref(), &threads), failed("eigendecomposition"));
            assert_eq!(left_singular(a.as_ref(), &threads), failed("singular value decomposition"));
        }
    }

    #[test]
    fn a_basis_is_orthonormal_and_spans_the_columns() {
        for a in matrices() {
            let q = orthonormal_basis(a.as_ref());
            assert!(is_identity(&(q.transpose() * &q), 1e-13));
            assert!((&q * (q.transpose() * &a) - &a).norm_max() < 1e-12 * a.norm_max());
        }
    }
}
