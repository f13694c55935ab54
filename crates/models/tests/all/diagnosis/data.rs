//! Made-up data.

use densely_data::{Dataset, digits};
use densely_models::Preparation;
use densely_tensor::{Key, Mat, Purpose, Stream};

pub(crate) type Data = Dataset<f32>;

/// Features, a row each, of independent normal numbers.
pub(crate) fn normal(features: usize, n: usize, seed: u64) -> Mat<f64> {
    let mut stream = Stream::new(seed, Purpose::Other, Key::default());
    Mat::from_fn(features, n, |_, _| stream.normal())
}

/// The digits, standardised.
pub(crate) fn standardised_digits(n: usize) -> Data {
    let some = digits().subset(&(0..n).collect::<Vec<_>>()).unwrap();
    prepared(&some)
}

/// The digits as they are, from 0 to 16.
pub(crate) fn raw_digits(n: usize) -> Data {
    digits().subset(&(0..n).collect::<Vec<_>>()).unwrap().cast().unwrap()
}

/// What a program would train on: features and targets standardised.
pub(crate) fn prepared(data: &Dataset<f64>) -> Data {
    Preparation::fit(["standardize"], data).unwrap().dataset(data).unwrap()
}

/// A target that these features tell: a product, a sum, and a little noise.
pub(crate) fn smooth(x: &Mat<f64>) -> Mat<f64> {
    let noise = normal(1, x.ncols(), 77);
    Mat::from_fn(1, x.ncols(), |_, j| 0.7 * x[(0, j)] * x[(1, j)] + x[(2, j)] + 0.1 * noise[(0, j)])
}

/// Four features and a smooth target, not standardised.
pub(crate) fn raw_regression(n: usize) -> Dataset<f64> {
    let x = normal(4, n, 1);
    let y = smooth(&x);
    Dataset::regression(x, y).unwrap()
}

/// The same with changed features and targets, still not standardised.
pub(crate) fn changed(
    n: usize,
    x_of: impl Fn(usize, usize, f64) -> f64,
    y_of: impl Fn(usize, f64) -> f64,
) -> Dataset<f64> {
    let (x, n) = (normal(4, n, 1), n);
    let y = smooth(&x);
    let x = Mat::from_fn(4, n, |i, j| x_of(i, j, x[(i, j)]));
    Dataset::regression(x, Mat::from_fn(1, n, |_, j| y_of(j, y[(0, j)]))).unwrap()
}

/// The same with this value of feature 0, which matters, in some examples.
pub(crate) fn outlying(n: usize, examples: &[usize], value: f64) -> Dataset<f64> {
    let x = normal(4, n, 1);
    let noise = normal(1, n, 77);
    let y = Mat::from_fn(1, n, |_, j| {
        1.5 * x[(0, j)] + 0.5 * x[(1, j)] * x[(2, j)] + x[(3, j)] + 0.1 * noise[(0, j)]
    });
    let far = |i, j| i == 0 && examples.contains(&j);
    let x = Mat::from_fn(4, n, |i, j| if far(i, j) { value } else { x[(i, j)] });
    Dataset::regression(x, y).unwrap()
}

/// Two classes that a curve divides.
pub(crate) fn two_classes(n: usize) -> Dataset<f64> {
    let x = normal(4, n, 2);
    let labels = (0..n).map(|j| usize::from(x[(0, j)] * x[(1, j)] + x[(2, j)] > 0.0)).collect();
    Dataset::classification(x, labels, 2).unwrap()
}

/// Two classes that only a product tells apart.
pub(crate) fn sign_of_product(n: usize) -> Dataset<f64> {
    let x = normal(2, n, 3);
    let labels = (0..n).map(|j| usize::from(x[(0, j)] * x[(1, j)] > 0.0)).collect();
    Dataset::classification(x, labels, 2).unwrap()
}

/// Classes that have nothing to do with the features.
pub(crate) fn noise_classes(n: usize, classes: usize) -> Dataset<f64> {
    let mut stream = Stream::new(9, Purpose::Other, Key::default());
    let labels = (0..n).map(|_| stream.below(classes)).collect();
    Dataset::classification(normal(8, n, 3), labels, classes).unwrap()
}

/// One fraud in 33 examples, shifted by this much in two features.
pub(crate) fn frauds(n: usize, shift: f64) -> Dataset<f64> {
    let is_fraud = |j: usize| j % 33 == 7;
    let x = normal(4, n, 4);
    let x = Mat::from_fn(4, n, |i, j| x[(i, j)] + if i < 2 && is_fraud(j) { shift } else { 0.0 });
    let labels = (0..n).map(|j| usize::from(is_fraud(j))).collect();
    let data = Dataset::classification(x, labels, 2).unwrap();
    data.with_output_names(["fine", "fraud"]).unwrap()
}
