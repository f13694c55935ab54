use densely_tensor::kernels::decomposition::{DecompositionError, symmetric_eigen};
use densely_tensor::{Mat, MatRef, Threads};

use crate::pca::leading_eigen::leading_eigen;

/// The size of a matrix from which on few eigenvectors are cheaper to find than all...
const LARGE: usize = 192;
/// ...if there are so many times fewer of them.
const FEW: usize = 6;

/// How many eigenpairs of a matrix of this size and rank to find, if the first `k` are
/// wanted, or all there are: of a small matrix, all, so that its first `k` are the same for
/// every `k`.
pub(crate) fn pairs_to_find(size: usize, rank: usize, k: Option<usize>) -> usize {
    k.filter(|_| size >= LARGE).unwrap_or(rank)
}

/// The `k` largest eigenvalues of a symmetric matrix, in descending order, and their
/// eigenvectors.
///
/// # Shapes
/// `a: m x m`, both triangles; the vectors are `m x k`.
///
/// # Errors
/// [`DecompositionError`].
pub(crate) fn eigenpairs(
    a: MatRef<'_, f64>,
    k: usize,
    threads: &Threads,
) -> Result<(Vec<f64>, Mat<f64>), DecompositionError> {
    if a.nrows() >= LARGE
        && k <= a.nrows() / FEW
        && let Some(leading) = leading_eigen(a, k, threads)
    {
        return Ok(leading);
    }
    let (mut values, mut vectors) = symmetric_eigen(a, threads)?;
    values.truncate(k);
    vectors.truncate(a.nrows(), k);
    Ok((values, vectors))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both algorithms find the same pairs; which of them it was, their last bits tell.
    #[test]
    fn few_of_many_are_found_without_the_others() {
        let threads = Threads::single();
        for (m, k, few) in [(191, 2, false), (192, 32, true), (192, 33, false)] {
            let entry = |i: usize, j: usize| 0.5_f64.powi(i.abs_diff(j) as i32);
            let a = Mat::from_fn(m, m, |i, j| entry(i, j) / ((i + 1) * (j + 1)) as f64);
            let leading = leading_eigen(a.as_ref(), k, &threads).unwrap();
            let pairs = eigenpairs(a.as_ref(), k, &threads).unwrap();
            assert_eq!((pairs.0.len(), pairs.1.ncols()), (k, k));
            assert_eq!(pairs == leading, few, "{k} of {m}");
        }
    }

    #[test]
    fn of_a_small_matrix_all_pairs_are_found() {
        assert_eq!(pairs_to_find(191, 190, Some(2)), 190);
        assert_eq!(pairs_to_find(192, 190, Some(2)), 2);
        assert_eq!(pairs_to_find(192, 190, None), 190);
    }
}
