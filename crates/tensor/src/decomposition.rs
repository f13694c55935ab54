//! Eigenvalues and singular values of dense matrices, for preprocessing.

use faer::{Mat, MatRef, Side};
use thiserror::Error;

use crate::Scalar;

/// The decomposition did not converge (the matrix holds a NaN, an infinity, or
/// values near the limits of the number type).
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the {decomposition} of a {rows} x {columns} matrix did not converge")]
#[non_exhaustive]
pub struct NoConvergence {
    /// Which decomposition.
    pub decomposition: &'static str,
    /// Rows of the matrix.
    pub rows: usize,
    /// Columns of the matrix.
    pub columns: usize,
}

/// Eigenvalues in descending order, and their eigenvectors as columns, of a
/// symmetric matrix: `A V = V diag(λ)`, `Vᵀ V = I`. Only the lower triangle is read.
///
/// # Errors
/// [`NoConvergence`].
///
/// # Panics
/// If `a` is not square.
pub fn symmetric_eigen<T: Scalar>(a: MatRef<'_, T>) -> Result<(Vec<T>, Mat<T>), NoConvergence> {
    assert_eq!(a.nrows(), a.ncols(), "symmetric_eigen: the matrix must be square");
    let n = a.nrows();
    let eigen = a.self_adjoint_eigen(Side::Lower).map_err(|_| NoConvergence {
        decomposition: "eigendecomposition",
        rows: n,
        columns: n,
    })?;
    // faer orders them ascending.
    let values = (0..n).rev().map(|i| eigen.S().column_vector()[i]).collect();
    let vectors = Mat::from_fn(n, n, |i, j| eigen.U()[(i, n - 1 - j)]);
    Ok((values, vectors))
}

/// Singular values in descending order and the left singular vectors as columns:
/// `A = U diag(σ) Vᵀ`, with `U: m x min(m, n)`.
///
/// # Errors
/// [`NoConvergence`].
pub fn left_singular<T: Scalar>(a: MatRef<'_, T>) -> Result<(Vec<T>, Mat<T>), NoConvergence> {
    let (m, n) = (a.nrows(), a.ncols());
    let svd = a.thin_svd().map_err(|_| NoConvergence {
        decomposition: "singular value decomposition",
        rows: m,
        columns: n,
    })?;
    let values = (0..m.min(n)).map(|i| svd.S().column_vector()[i]).collect();
    Ok((values, svd.U().to_owned()))
}
