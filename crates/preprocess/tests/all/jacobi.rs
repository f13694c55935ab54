//! An eigendecomposition that shares nothing with the one under test: Jacobi's rotations.

use densely_tensor::Mat;

/// Eigenvalues in descending order and eigenvectors as columns of a symmetric matrix.
///
/// Golub, Van Loan: Matrix Computations, 8.5.
pub(crate) fn eigen(a: &Mat<f64>) -> (Vec<f64>, Mat<f64>) {
    let n = a.nrows();
    let mut a = a.clone();
    let mut v = Mat::from_fn(n, n, |i, j| f64::from(i == j));
    for _sweep in 0..60 {
        for p in 0..n {
            for q in p + 1..n {
                if a[(p, q)] != 0.0 {
                    rotate(&mut a, &mut v, p, q);
                }
            }
        }
    }
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&i, &j| a[(j, j)].total_cmp(&a[(i, i)]));
    let values = order.iter().map(|&i| a[(i, i)]).collect();
    (values, Mat::from_fn(n, n, |i, j| v[(i, order[j])]))
}

/// Makes `a[p, q]` zero: `a = Jᵀ a J`, `v = v J`, with a rotation `J` of the axes p and q.
fn rotate(a: &mut Mat<f64>, v: &mut Mat<f64>, p: usize, q: usize) {
    let tau = (a[(q, q)] - a[(p, p)]) / (2.0 * a[(p, q)]);
    let t = 1.0_f64.copysign(tau) / (tau.abs() + tau.hypot(1.0));
    let c = 1.0 / t.hypot(1.0);
    let s = t * c;
    let turn = |x: f64, y: f64| (c * x - s * y, s * x + c * y);
    for k in 0..a.nrows() {
        (a[(k, p)], a[(k, q)]) = turn(a[(k, p)], a[(k, q)]);
        (v[(k, p)], v[(k, q)]) = turn(v[(k, p)], v[(k, q)]);
    }
    for k in 0..a.nrows() {
        (a[(p, k)], a[(q, k)]) = turn(a[(p, k)], a[(q, k)]);
    }
}
