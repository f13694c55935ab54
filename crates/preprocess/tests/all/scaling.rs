//! Centering and standardising.

use crate::common::{covariance, data};
use densely_preprocess::{Center, Standardize, Transform};
use densely_tensor::{Mat, mat};
use proptest::prelude::*;

proptest! {
    #[test]
    fn centered_features_have_mean_zero(x in data()) {
        let center = Center::fit(x.as_ref()).unwrap();
        let y = center.transform(x.as_ref()).unwrap();
        for i in 0..x.nrows() {
            let sum: f64 = (0..x.ncols()).map(|j| y[(i, j)]).sum();
            prop_assert!(sum.abs() <= f64::EPSILON * x.norm_max() * (x.ncols() * x.ncols()) as f64);
            for j in 0..x.ncols() {
                prop_assert_eq!(y[(i, j)], x[(i, j)] - center.mean()[i]);
            }
        }
        let back = center.inverse_transform(y.as_ref()).unwrap();
        prop_assert!((&back - &x).norm_max() <= f64::EPSILON * x.norm_max());
    }

    #[test]
    fn standardised_features_have_variance_one_or_are_constant(x in data()) {
        let standardize = Standardize::fit(x.as_ref()).unwrap();
        let y = standardize.transform(x.as_ref()).unwrap();
        let variances = covariance(y.as_ref());
        for i in 0..x.nrows() {
            let constant = (0..x.ncols()).all(|j| x[(i, j)] == x[(i, 0)]);
            let expected = if constant { 0.0 } else { 1.0 };
            // The values are up to 1e6 times further from 0 than from each other.
            prop_assert!((variances[(i, i)] - expected).abs() < 1e-9);
            if constant {
                prop_assert_eq!(standardize.scale()[i], 1.0);
            }
        }
        let back = standardize.inverse_transform(y.as_ref()).unwrap();
        prop_assert!((&back - &x).norm_max() <= 4.0 * f64::EPSILON * x.norm_max());
    }
}

#[test]
fn a_constant_feature_stays_constant_in_any_number_of_examples() {
    for n in [1, 3, 1000, 12_345] {
        for value in [0.1, 1e8 + 0.1, -1e300] {
            let standardize = Standardize::fit(Mat::from_fn(1, n, |_, _| value).as_ref()).unwrap();
            assert_eq!(standardize.scale(), [1.0], "{n} times {value}");
        }
    }
}

#[test]
fn the_smallest_real_difference_is_not_constant() {
    // 100 and its neighbours but 20: noise would be within 10 rounding errors.
    let standardize = Standardize::fit(mat![[100.0, 100.0 + 1e-12]].as_ref()).unwrap();
    assert!((standardize.scale()[0] / 5e-13 - 1.0).abs() < 0.02);
    let standardize = Standardize::fit(mat![[1e-3, 1e-3 * (1.0 + f64::EPSILON)]].as_ref()).unwrap();
    assert_eq!(standardize.scale()[0], 1.0);
}

#[test]
fn data_in_f32_are_transformed_as_exactly_as_f32_can_hold() {
    // The offset takes 20 of the 24 bits: in f32 arithmetic, little would be left.
    let x = Mat::from_fn(1, 100, |_, j| 1e6_f32 + (j % 10) as f32 * 0.0625);
    let exact =
        Mat::from_fn(1, 100, |_, j| (1e6 + (j % 10) as f64 * 0.0625 - 1e6 - 0.28125) as f32);
    let center = Center::fit(x.as_ref()).unwrap();
    assert_eq!(center.transform(x.as_ref()).unwrap(), exact);
}

#[test]
fn no_examples_are_transformed_to_none() {
    let center = Center::fit(mat![[1.0, 2.0], [3.0, 4.0]].as_ref()).unwrap();
    let none = Mat::<f32>::zeros(2, 0);
    assert_eq!(center.transform(none.as_ref()).unwrap().shape(), (2, 0));
    assert_eq!(center.inverse_transform(none.as_ref()).unwrap().shape(), (2, 0));
}

#[test]
fn a_scale_is_positive_and_finite() {
    for scale in [0.0, -1.0, f64::INFINITY, f64::NAN] {
        let error = Standardize::from_parts(vec![0.0; 2], vec![1.0, scale]).unwrap_err();
        assert!(error.to_string().contains("a scale"), "{error}");
    }
    assert!(Standardize::from_parts(vec![0.0; 2], vec![1.0, 1e-300]).is_ok());
}
