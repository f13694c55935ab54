//! Data with the properties that make decompositions fail, and their covariance.

use densely_preprocess::PreprocessError;
use densely_tensor::{Mat, MatRef, mat};
use proptest::prelude::*;

/// Features x examples: of any rank, more or fewer examples than features, some features
/// constant, scales from 0.01 to 100, and means up to 1e4.
#[allow(dead_code, reason = "not every test file that shares this module needs it")]
pub(crate) fn data() -> impl Strategy<Value = Mat<f64>> {
    let sizes = (1_usize..9, 2_usize..25, 1_usize..9);
    sizes.prop_flat_map(|(features, n, rank)| {
        let entries = |count| prop::collection::vec(-9_i32..10, count);
        let feature = (prop::sample::select(vec![0.0, 0.01, 1.0, 100.0]), -1e4..1e4);
        (entries(features * rank), entries(rank * n), prop::collection::vec(feature, features))
            .prop_map(move |(a, b, feature)| {
                Mat::from_fn(features, n, |i, j| {
                    let (scale, mean) = feature[i];
                    let product: i32 = (0..rank).map(|k| a[i * rank + k] * b[j * rank + k]).sum();
                    mean + scale * f64::from(product)
                })
            })
    })
}

/// `Σ (x − μ)(x − μ)ᵀ / N`, entry by entry from its definition.
#[allow(dead_code, reason = "not every test file that shares this module needs it")]
pub(crate) fn covariance(x: MatRef<'_, f64>) -> Mat<f64> {
    let n = x.ncols();
    let mean = |i: usize| {
        let shifted: f64 = (0..n).map(|j| x[(i, j)] - x[(i, 0)]).sum();
        x[(i, 0)] + shifted / n as f64
    };
    let means: Vec<f64> = (0..x.nrows()).map(mean).collect();
    Mat::from_fn(x.nrows(), x.nrows(), |a, b| {
        let products = (0..n).map(|j| (x[(a, j)] - means[a]) * (x[(b, j)] - means[b]));
        products.sum::<f64>() / n as f64
    })
}

/// The examples, cut into chunks of these sizes, again and again.
#[allow(dead_code, reason = "not every test file that shares this module needs it")]
pub(crate) fn chunks<'a, T>(x: MatRef<'a, T>, sizes: &[usize]) -> Vec<MatRef<'a, T>> {
    let (mut chunks, mut first) = (Vec::new(), 0);
    for size in sizes.iter().cycle() {
        let size = (*size).min(x.ncols() - first);
        chunks.push(x.subcols(first, size));
        first += size;
        if first == x.ncols() {
            break;
        }
    }
    chunks
}

/// Whether the data vary at all.
#[allow(dead_code, reason = "not every test file that shares this module needs it")]
pub(crate) fn varies(x: &Mat<f64>) -> bool {
    (0..x.nrows()).any(|i| (1..x.ncols()).any(|j| x[(i, j)] != x[(i, 0)]))
}

/// Four features and 30 examples of rank 3: the last feature is the sum of the others, and 0.1
/// has no exact representation.
#[allow(dead_code, reason = "not every test file that shares this module needs it")]
pub(crate) fn a_sum_of_features() -> Mat<f64> {
    let unit = |i: usize, j: usize| ((5 * i + 3 * j * j + i * j) % 7) as f64 * 0.1;
    Mat::from_fn(4, 30, |i, j| if i < 3 { unit(i, j) } else { (0..3).map(|i| unit(i, j)).sum() })
}

/// Statistics of two features, the second of which has reached −1e308, refuse every bad chunk
/// with its error, which says where it came.
#[allow(dead_code, reason = "not every test file that shares this module needs it")]
pub(crate) fn expect_bad_chunks_refused(
    place: &str,
    statistics: &str,
    mut partial_fit: impl FnMut(MatRef<'_, f64>) -> Result<(), PreprocessError>,
) {
    let mut refuse = |chunk: MatRef<'_, f64>| partial_fit(chunk).unwrap_err().to_string();
    assert_eq!(
        refuse(mat![[0.0], [0.0], [0.0]].as_ref()),
        format!("{place}: {statistics}::partial_fit: expected 2 features, got 3")
    );
    assert_eq!(
        refuse(mat![[0.0, 1.0], [2.0, f64::NAN]].as_ref()),
        format!("{place}: feature 1 of example 1 is NaN: every value must be finite")
    );
    assert_eq!(
        refuse(mat![[0.0], [1.7e308]].as_ref()),
        format!("{place}: the values of feature 1 are too large for its statistics to be finite")
    );
    assert!(refuse(mat![[1.0, 2.0], [3.0, 4.0]].transpose()).contains("contiguous"));
}

/// `max |a − b|`.
pub(crate) fn distance(a: &Mat<f64>, b: &Mat<f64>) -> f64 {
    (a - b).norm_max()
}
