//! Datasets in memory: what is checked, and what is kept.

use densely_data::{DataError, Dataset, Target, digits};
use densely_tensor::{Mat, mat};

fn pears() -> Dataset<f64> {
    let x = mat![[0.0, 1.0, 2.0], [5.0, 6.0, 7.0]];
    Dataset::classification(x, vec![1, 0, 1], 2)
        .and_then(|d| d.with_feature_names(["size", "weight"]))
        .and_then(|d| d.with_output_names(["apple", "pear"]))
        .unwrap()
}

fn prices() -> Dataset<f64> {
    Dataset::regression(mat![[1.0, 2.0]], mat![[3.0, 4.0], [5.0, 6.0]]).unwrap()
}

/// The message of a failure.
fn message<V: std::fmt::Debug>(result: Result<V, DataError>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn what_goes_in_can_be_asked_for() {
    let pears = pears();
    assert_eq!((pears.len(), pears.features(), pears.outputs()), (3, 2, 2));
    assert_eq!(pears.x(), mat![[0.0, 1.0, 2.0], [5.0, 6.0, 7.0]]);
    assert_eq!(pears.labels(), Some(&[1, 0, 1][..]));
    assert_eq!(pears.class_names().unwrap(), ["apple", "pear"]);
    assert_eq!(pears.feature_names(), ["size", "weight"]);
    assert_eq!(pears.values(), None);

    let prices = prices();
    assert_eq!((prices.len(), prices.features(), prices.outputs()), (2, 1, 2));
    assert_eq!(prices.values().unwrap(), mat![[3.0, 4.0], [5.0, 6.0]]);
    assert_eq!(prices.output_names(), ["y0", "y1"]);
    assert_eq!(prices.feature_names(), ["x0"]);
    assert_eq!((prices.labels(), prices.class_names()), (None, None));
}

#[test]
fn counts_must_agree_and_must_not_be_zero() {
    let x = || Mat::<f64>::zeros(2, 3);
    let classes = |x, labels: &[usize], count| {
        message(Dataset::<f64>::classification(x, labels.to_vec(), count))
    };
    let operation = "Dataset::classification";
    let zero = |what| format!("{operation}: the number of {what} must not be zero");
    assert_eq!(classes(Mat::zeros(2, 0), &[], 1), zero("examples"));
    assert_eq!(classes(Mat::zeros(0, 1), &[0], 1), zero("features"));
    assert_eq!(classes(x(), &[0, 0, 0], 0), zero("classes"));
    assert_eq!(classes(x(), &[0, 1], 2), format!("{operation}: expected 3 labels, got 2"));

    let values = |x, y| message(Dataset::<f64>::regression(x, y));
    let operation = "Dataset::regression";
    assert_eq!(
        values(x(), Mat::zeros(0, 3)),
        format!("{operation}: the number of outputs must not be zero")
    );
    assert_eq!(values(x(), Mat::zeros(1, 4)), format!("{operation}: expected 3 targets, got 4"));
}

#[test]
fn a_label_must_name_a_class() {
    let result = Dataset::classification(Mat::<f64>::zeros(1, 3), vec![0, 2, 3], 2);
    assert_eq!(message(result), "example 1: label 2 is out of range for 2 classes");
}

#[test]
fn numbers_must_be_finite() {
    let x = mat![[0.0, 1.0], [2.0, f64::NAN]];
    let result = Dataset::classification(x, vec![0, 1], 2);
    assert_eq!(message(result), "example 1, `x1`: NaN is not a finite number");
    let result = Dataset::regression(mat![[1.0, 2.0]], mat![[f64::NEG_INFINITY, 0.0]]);
    assert_eq!(message(result), "example 0, `y0`: -inf is not a finite number");
}

#[test]
fn names_must_fit_and_differ() {
    let result = pears().with_feature_names(["a"]);
    assert_eq!(message(result), "Dataset: expected 2 feature names, got 1");
    let result = pears().with_feature_names(["a", "a"]);
    assert_eq!(message(result), "feature names: `a` is used more than once");
    let result = pears().with_output_names(["b", "b"]);
    assert_eq!(message(result), "output names: `b` is used more than once");
    let result = prices().with_output_names(["a", "b", "c"]);
    assert_eq!(message(result), "Dataset: expected 2 output names, got 3");
}

#[test]
fn a_subset_keeps_order_repetitions_and_names() {
    let subset = pears().subset(&[2, 0, 2]).unwrap();
    assert_eq!(subset.x(), mat![[2.0, 0.0, 2.0], [7.0, 5.0, 7.0]]);
    assert_eq!(subset.labels(), Some(&[1, 1, 1][..]));
    assert_eq!(subset.class_names().unwrap(), ["apple", "pear"]);
    assert_eq!(subset.feature_names(), ["size", "weight"]);
    assert_eq!(prices().subset(&[1]).unwrap().values().unwrap(), mat![[4.0], [6.0]]);

    assert_eq!(message(pears().subset(&[0, 3])), "index 3 is out of range for 3 examples");
    assert!(message(pears().subset(&[])).contains("number of examples must not be zero"));
}

#[test]
fn a_cast_rounds_and_refuses_to_overflow() {
    let third = Dataset::regression(mat![[1.0 / 3.0]], mat![[1e-60]]).unwrap();
    let single = third.cast::<f32>().unwrap();
    assert_eq!((single.x()[(0, 0)], single.values().unwrap()[(0, 0)]), (1.0 / 3.0, 0.0_f32));
    assert_eq!(pears().cast::<f32>().unwrap().cast::<f64>().unwrap(), pears());

    let large = Dataset::regression(mat![[1.0, 2.0], [0.0, -1e39]], mat![[0.0, 0.0]]).unwrap();
    assert_eq!(message(large.cast::<f32>()), "example 1, `x1`: -1e39 is too large for f32");
    let large = Dataset::regression(mat![[1.0]], mat![[1e300]]).unwrap();
    assert_eq!(message(large.cast::<f32>()), "example 0, `y0`: 1e300 is too large for f32");
}

#[test]
fn a_split_is_of_whole_examples() {
    let digits = digits();
    let (rest, held_out) = digits.split(0.25, 3).unwrap();
    assert_eq!((rest.len(), held_out.len()), (1348, 449));
    assert_eq!(digits.split(0.25, 3).unwrap(), (rest.clone(), held_out.clone()));
    assert_ne!(digits.split(0.25, 4).unwrap(), (rest.clone(), held_out.clone()));

    // Every image is found again, with its label.
    let examples = |part: &Dataset<f64>| -> Vec<(Vec<u8>, usize)> {
        let labels = part.labels().unwrap();
        let pixels = |j| (0..64).map(|i| part.x()[(i, j)] as u8).collect();
        (0..part.len()).map(|j| (pixels(j), labels[j])).collect()
    };
    let mut together = [examples(&rest), examples(&held_out)].concat();
    let mut all = examples(&digits);
    together.sort_unstable();
    all.sort_unstable();
    assert_eq!(together, all);
}

#[test]
fn a_split_into_datasets_has_no_empty_part() {
    for fraction in [0.0, 0.1, 0.9] {
        let result = prices().split(fraction, 1);
        assert!(matches!(result, Err(DataError::EmptyPart { .. })), "{fraction}: {result:?}");
    }
}

#[test]
fn debug_output_is_short() {
    let text = format!("{:?}", digits());
    assert!(text.len() < 200 && text.contains("1797") && text.contains("64"), "{text}");
    assert!(matches!(digits().target(), Target::Classes { names, .. } if names.len() == 10));
}

#[test]
fn weights_go_with_their_examples() {
    let weighted = pears().with_weights([1.0, 0.5, 0.0]).unwrap();
    assert_eq!(pears().weights(), None);
    assert_eq!(weighted.weights(), Some(&[1.0, 0.5, 0.0][..]));
    assert_eq!(weighted.subset(&[2, 0, 0]).unwrap().weights(), Some(&[0.0, 1.0, 1.0][..]));
    assert_eq!(weighted.cast::<f32>().unwrap().weights(), Some(&[1.0_f32, 0.5, 0.0][..]));
    for (weights, expected) in [
        (vec![1.0], "Dataset: expected 3 weights, got 1"),
        (vec![1.0, -2.0, 1.0], "example 1: a weight must be at least 0 and finite, got -2"),
        (vec![1.0, 1.0, f64::NAN], "example 2: a weight must be at least 0 and finite, got NaN"),
    ] {
        assert_eq!(message(pears().with_weights(weights)), expected);
    }
    let large = pears().with_weights([1.0, 1e300, 0.0]).unwrap();
    assert_eq!(message(large.cast::<f32>()), "example 1, `weight`: 1e300 is too large for f32");
}
