use densely_tensor::{Accumulate, Mat, MatRef, Scalar, Threads, column_mut};

use crate::accuracy::{
    WHITE, eigen_residual, from_identity, orthonormality, probed_residual, tolerance, whiteness,
    whiteness_of,
};
use crate::centering::Centering;
use crate::eigenpairs::{eigenpairs, pairs_to_find};
use crate::principal_axes::PrincipalAxes;
use crate::products::{mirror, product, symmetric_part, symmetric_product};
use crate::scatter::{scatter, trace};

/// Of how many axes with the largest and with the smallest variance that is tested.
const TESTED: usize = 8;

/// Principal axes from the eigenvectors of a product of the centred data `X` with itself,
/// the smaller one: `X Xᵀ` (features x features) or `XᵀX` (n x n). `None` where squaring
/// the data has cost accuracy that whitening needs, or the residuals are too large.
///
/// What comes out is exact for a matrix `X Xᵀ + E`, where the errors `E` of the product
/// and of the eigendecomposition are of the order of `ε λ₁`. Whitening divides entry
/// (i, j) of the covariance by `√(λᵢ λⱼ)`, so it is off by `|vᵢᵀ E vⱼ| / √(λᵢ λⱼ)`, up to
/// `ε λ₁ / λₖ` for the smallest kept: if that is too much already, nothing more is done.
/// Otherwise `E` is measured:
///
/// - that of the eigendecomposition by `Vᵀ A V = diag(λ)`, all entries;
/// - that of the product, too, by projecting the data themselves on the axes of largest
///   and of smallest variance, where it is largest relative to `√(λᵢ λⱼ)`.
///
/// With `k` axes of a large matrix, the `λₖ` of the last that is asked for counts; of a
/// small one, the last of all, so that its first `k` axes are the same for every `k`.
///
/// Demmel, Veselić: Jacobi's method is more accurate than QR (1992), 2, on what the
/// squared data lose.
pub(crate) fn product_axes<T: Scalar>(
    x: MatRef<'_, T>,
    centering: &Centering,
    k: Option<usize>,
    threads: &Threads,
) -> Option<PrincipalAxes> {
    let (features, examples) = (x.nrows(), x.ncols());
    let rank = centering.rank(examples);
    let size = features.min(examples);
    if rank == 0 {
        return None;
    }
    let k = pairs_to_find(size, rank, k);
    if k > rank {
        return None;
    }
    let tolerance = tolerance(features, examples);
    let axes = if features <= examples {
        scatter_axes(scatter(x, centering, threads).as_ref(), k, tolerance, threads)
    } else {
        gram_axes(x, centering, k, tolerance, threads)
    }?;
    let lambda = &axes.lambda;
    let tested: Vec<usize> = (0..k).filter(|&j| j < TESTED || j + TESTED >= k).collect();
    let some = Mat::from_fn(features, tested.len(), |i, j| axes.axes[(i, tested[j])]);
    let some_lambda: Vec<f64> = tested.iter().map(|&j| lambda[j]).collect();
    let error = whiteness(x, centering, some.as_ref(), &some_lambda, threads);
    (error <= WHITE).then_some(axes)
}

/// The `k` largest eigenvalues of `a` and their eigenvectors, if they are exact enough to
/// whiten with: `A V = V diag(λ)` and `Vᵀ V = I` to rounding errors, and `Vᵀ A V = diag(λ)`
/// with each entry relative to its own `√(λᵢ λⱼ)`.
fn eigen(
    a: MatRef<'_, f64>,
    k: usize,
    tolerance: f64,
    threads: &Threads,
) -> Option<(Vec<f64>, Mat<f64>)> {
    let (values, vectors) = eigenpairs(a, k, threads).ok()?;
    if f64::EPSILON * values[0] >= WHITE * values[k - 1] {
        return None;
    }
    let mut images = Mat::zeros(a.nrows(), k);
    product(images.as_mut(), a, vectors.as_ref(), threads);
    let mut inner = Mat::zeros(k, k);
    symmetric_part(inner.as_mut(), vectors.transpose(), images.as_ref(), threads);
    let white = whiteness_of(inner, &values);
    let good = white <= WHITE
        && orthonormality(vectors.as_ref(), threads) <= tolerance
        && eigen_residual(vectors.as_ref(), images.as_ref(), &values) <= tolerance * values[0];
    good.then_some((values, vectors))
}

/// The eigenvectors of `X Xᵀ`.
fn scatter_axes(
    scatter: MatRef<'_, f64>,
    k: usize,
    tolerance: f64,
    threads: &Threads,
) -> Option<PrincipalAxes> {
    let (lambda, axes) = eigen(scatter, k, tolerance, threads)?;
    Some(PrincipalAxes { axes, lambda, total: trace(scatter), uncertainty: 0.0 })
}

/// Those that the eigenvectors `U` of `XᵀX` give: `V = X U diag(λ)^−½`.
fn gram_axes<T: Scalar>(
    x: MatRef<'_, T>,
    centering: &Centering,
    k: usize,
    tolerance: f64,
    threads: &Threads,
) -> Option<PrincipalAxes> {
    let (features, examples) = (x.nrows(), x.ncols());
    let mut centered = Mat::zeros(features, examples);
    let parts = (centered.as_mut(), x);
    threads.panels(parts, examples.div_ceil(8), |_, (y, x)| centering.apply(x, y));
    let centered = centered.as_ref();
    let mut gram = Mat::zeros(examples, examples);
    symmetric_product(gram.as_mut(), Accumulate::Replace, centered.transpose(), threads);
    mirror(gram.as_mut());
    let PrincipalAxes { axes: mut u, lambda, total, uncertainty } =
        scatter_axes(gram.as_ref(), k, tolerance, threads)?;
    for (j, lambda) in lambda.iter().enumerate() {
        let sigma = lambda.sqrt();
        column_mut(u.as_mut(), j).iter_mut().for_each(|u| *u /= sigma);
    }
    let mut axes = Mat::zeros(features, k);
    product(axes.as_mut(), centered, u.as_ref(), threads);
    orthonormalize(&mut axes, threads)?;

    let residual = probed_residual(centered, axes.as_ref(), &lambda, threads);
    (residual <= tolerance * lambda[0]).then_some(PrincipalAxes {
        axes,
        lambda,
        total,
        uncertainty,
    })
}

/// Takes from each column what it has of those before it, and makes its length one.
///
/// An axis `X u / σ` holds rounding errors of `u` along larger axes, enlarged by the
/// ratio of their σ. They are small, so that one step to first order is exact:
/// `V ← V − V R`, where `R` is the part of `VᵀV − I` above the diagonal and half of its
/// diagonal. `None` if they are not.
fn orthonormalize(axes: &mut Mat<f64>, threads: &Threads) -> Option<()> {
    let k = axes.ncols();
    let mut gram = Mat::zeros(k, k);
    for _ in 0..3 {
        symmetric_product(gram.as_mut(), Accumulate::Replace, axes.transpose(), threads);
        let error = from_identity(gram.as_ref());
        if error <= 4.0 * f64::EPSILON * (axes.nrows() as f64).sqrt() {
            return Some(());
        }
        if error.is_nan() || error > 1e-6 {
            return None;
        }
        let step = Mat::from_fn(k, k, |i, j| match i.cmp(&j) {
            std::cmp::Ordering::Less => -gram[(j, i)],
            std::cmp::Ordering::Equal => 1.0 - (gram[(j, j)] - 1.0) / 2.0,
            std::cmp::Ordering::Greater => 0.0,
        });
        let mut next = Mat::zeros(axes.nrows(), k);
        product(next.as_mut(), axes.as_ref(), step.as_ref(), threads);
        *axes = next;
    }
    None
}
