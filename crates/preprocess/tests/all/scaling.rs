//! Centering and standardising.

use crate::common::{covariance, data};
use densely_preprocess::{
    Center, MaxAbs, MinMax, PreprocessError, RobustScale, RunningStatistics, Standardize,
    Transform, TransformKinds,
};
use densely_tensor::{Mat, Threads, mat};
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
                prop_assert_eq!(standardize.scale()[i], 0.0);
            }
        }
        let back = standardize.inverse_transform(y.as_ref()).unwrap();
        prop_assert!((&back - &x).norm_max() <= 4.0 * f64::EPSILON * x.norm_max());
    }

    #[test]
    fn the_largest_magnitude_becomes_one_and_zero_stays(x in data()) {
        let max_abs = MaxAbs::fit(x.as_ref()).unwrap();
        let y = max_abs.transform(x.as_ref()).unwrap();
        for i in 0..x.nrows() {
            let largest = (0..x.ncols()).map(|j| x[(i, j)].abs()).fold(0.0, f64::max);
            prop_assert_eq!(max_abs.largest()[i], largest);
            let expected = |j| if largest == 0.0 { 0.0 } else { x[(i, j)] / largest };
            prop_assert!((0..x.ncols()).all(|j| y[(i, j)] == expected(j)));
        }
        let mut statistics = RunningStatistics::new(x.nrows()).unwrap();
        statistics.partial_fit(x.subcols(0, 1)).unwrap();
        statistics.partial_fit(x.subcols(1, x.ncols() - 1)).unwrap();
        prop_assert_eq!(MaxAbs::from_statistics(&statistics).unwrap(), max_abs);
    }

    #[test]
    fn robust_scaling_is_by_quartiles(x in data()) {
        let robust = RobustScale::fit(x.as_ref()).unwrap();
        let y = robust.transform(x.as_ref()).unwrap();
        for i in 0..x.nrows() {
            let mut row: Vec<f64> = (0..x.ncols()).map(|j| x[(i, j)]).collect();
            row.sort_by(f64::total_cmp);
            let [first, median, third] = [1, 2, 3].map(|k| {
                // In units of a quarter of the distance between two places.
                let (place, quarters) = (k * (row.len() - 1) / 4, k * (row.len() - 1) % 4);
                let next = row[(place + 1).min(row.len() - 1)];
                ((4 - quarters) as f64 * row[place] + quarters as f64 * next) / 4.0
            });
            let rounding = 4.0 * f64::EPSILON * x.norm_max();
            prop_assert!((robust.median()[i] - median).abs() <= rounding);
            let range = third - first;
            // Differences are whole numbers times 0.01, or 0 but for rounding.
            let expected = if range < 1e-3 { 1.0 } else { range };
            prop_assert!((robust.scale()[i] - expected).abs() <= rounding);
            for j in 0..x.ncols() {
                prop_assert_eq!(y[(i, j)], (x[(i, j)] - robust.median()[i]) / robust.scale()[i]);
            }
        }
    }

    /// The lowest and the highest of nine values are beyond the quartiles.
    #[test]
    fn what_is_far_out_does_not_count(values in prop::collection::vec(-9.0..9.0, 9), far in 9.0..1e12_f64) {
        let row = |low: f64, high: f64| -> Mat<f64> {
            let mut row: Vec<f64> = values.clone();
            row.sort_by(f64::total_cmp);
            (row[0], row[8]) = (low, high);
            Mat::from_fn(1, 9, |_, j| row[(4 * j) % 9])
        };
        let robust = RobustScale::fit(row(-9.0, 9.0).as_ref()).unwrap();
        prop_assert_eq!(RobustScale::fit(row(-far, 2.0 * far).as_ref()).unwrap(), robust);
    }
}

/// Of 0 and 1 alone, with both of them; -0.0 is a zero.
#[test]
fn binary_features_stay_as_they_are_if_asked_to() {
    let x = mat![
        [0.0, 1.0, -0.0, 0.0],
        [0.0, 1.0, 0.0, 2.0],
        [0.0, 1.0, 0.5, 0.0],
        [-1.0, 1.0, 1.0, -1.0],
        [1.0, 1.0, 1.0, 1.0],
        [0.0, 0.0, 0.0, 0.0],
    ];
    let (all, others) =
        (Standardize::fit(x.as_ref()).unwrap(), Standardize::fit_but_binary(x.as_ref()).unwrap());
    assert_eq!((others.mean()[0], others.scale()[0]), (0.0, 1.0));
    assert_eq!(others.mean()[1..], all.mean()[1..]);
    assert_eq!(others.scale()[1..], all.scale()[1..]);
    assert!((all.scale()[0] - 0.75_f64.sqrt() / 2.0).abs() < 1e-15);
    let kept: Vec<usize> = (0..6).filter(|&i| others.keeps(i)).collect();
    // The fourth has mean 0 and deviation 1 by itself.
    assert_eq!(kept, [0, 3]);
    assert!((0..6).all(|i| !all.keeps(i)));
    let y = others.transform(x.as_ref()).unwrap();
    assert_eq!(y.row(0), x.row(0));
    assert!((0..4).all(|j| y[(4, j)] == 0.0 && y[(5, j)] == 0.0));

    let known = TransformKinds::new();
    let by_name = |kind| known.fit([kind], x.as_ref(), &Threads::single()).unwrap();
    let of = |kind| by_name(kind).steps()[0].downcast_ref::<Standardize>().unwrap().clone();
    assert_eq!(of("standardize(keep-binary)"), others);
    assert_eq!(of("standardize"), all);
    assert_eq!(by_name("standardize(keep-binary)").to_string(), "standardize(keep-binary)");
    // In one precision as in the other.
    let narrow = Mat::from_fn(6, 4, |i, j| x[(i, j)] as f32);
    assert_eq!(Standardize::fit_but_binary(narrow.as_ref()).unwrap(), others);
    // What is wrong is told as it is of all features.
    let bad = mat![[0.0, 1.0], [2.0, f64::INFINITY], [1.0, 0.0]];
    let error = Standardize::fit_but_binary(bad.as_ref()).unwrap_err();
    assert!(matches!(error, PreprocessError::NotFinite { feature: 1, example: 1, .. }), "{error}");
    assert_eq!(error, Standardize::fit(bad.as_ref()).unwrap_err());
    let weighed = others.with_parts(vec![0.5; 6], vec![2.0; 6]).unwrap();
    assert!(!weighed.keeps(0) && weighed != others);
}

#[test]
fn a_constant_feature_stays_constant_in_any_number_of_examples() {
    for n in [1, 3, 1000, 12_345] {
        for value in [0.1, 1e8 + 0.1, -1e300] {
            let standardize = Standardize::fit(Mat::from_fn(1, n, |_, _| value).as_ref()).unwrap();
            assert_eq!(standardize.scale(), [0.0], "{n} times {value}");
        }
    }
}

#[test]
fn a_feature_without_an_interquartile_range_is_only_moved() {
    let x = mat![
        [0.1, 0.1, 0.1, 0.1, 0.1],
        [0.0, 0.0, 5.0, 0.0, 0.0],
        [3.0, 3.0 + 1e-15, 3.0, 3.0 - 1e-15, 3.0],
        [1e-16, 3e-16, 2e-16, 4e-16, 5e-16],
    ];
    let robust = RobustScale::fit(x.as_ref()).unwrap();
    assert_eq!(robust.median(), [0.1, 0.0, 3.0, 3e-16]);
    assert_eq!(robust.scale()[..3], [1.0; 3]);
    assert!((robust.scale()[3] / 2e-16 - 1.0).abs() < 1e-15);
    let one = RobustScale::fit(mat![[7.0]].as_ref()).unwrap();
    assert_eq!((one.median(), one.scale()), (&[7.0][..], &[1.0][..]));
    let far = mat![[0.0, 1.0, 2.0, 3.0], [1.7e308, -1.7e308, 1.7e308, -1.7e308]];
    let error = RobustScale::fit(far.as_ref()).unwrap_err();
    assert_eq!(error, PreprocessError::Overflow { feature: 1 });
    for (median, scale, expected) in [
        (vec![], vec![], "RobustScale: the number of features must not be zero"),
        (vec![1.0], vec![], "RobustScale: expected 1 scales, got 0"),
        (vec![f64::NAN], vec![1.0], "a median must be finite, got NaN"),
        (vec![1.0], vec![0.0], "a scale must be finite, and above 0, got 0"),
    ] {
        assert_eq!(RobustScale::from_parts(median, scale).unwrap_err().to_string(), expected);
    }
}

#[test]
fn magnitudes_are_finite_numbers() {
    for (largest, expected) in [
        (vec![], "MaxAbs: the number of features must not be zero"),
        (vec![-1.0], "a largest magnitude must be finite, and at least 0, got -1"),
        (vec![1.0, f64::INFINITY], "a largest magnitude must be finite, and at least 0, got inf"),
    ] {
        assert_eq!(MaxAbs::from_parts(largest).unwrap_err().to_string(), expected);
    }
    let tiny = mat![[0.0, -5e-324, 1e-320]];
    let y = MaxAbs::fit(tiny.as_ref()).unwrap().transform(tiny.as_ref()).unwrap();
    assert_eq!((y[(0, 0)], y[(0, 2)]), (0.0, 1.0));
}

#[test]
fn the_smallest_real_difference_is_not_constant() {
    // 100 and its neighbour but 280: noise would be within 128 rounding errors.
    let standardize = Standardize::fit(mat![[100.0, 100.0 + 4e-12]].as_ref()).unwrap();
    assert!((standardize.scale()[0] / 2e-12 - 1.0).abs() < 0.02);
    let standardize = Standardize::fit(mat![[1e-3, 1e-3 * (1.0 + f64::EPSILON)]].as_ref()).unwrap();
    assert_eq!(standardize.scale()[0], 0.0);
}

/// The same of all data and of chunks, which may be constant each.
#[test]
fn what_rounding_could_have_made_is_constant_and_whole_numbers_are_not() {
    for n in [2, 100, 1000] {
        for (center, distance, deviation) in
            [(1.0, 1e-14, 0.0), (-3.0, 2e-14, 0.0), (1e15, 1.4, 1.375), (1.7e15, 1.0, 1.0)]
        {
            let sign = |j: usize| if j.is_multiple_of(2) { 1.0 } else { -1.0 };
            let x = Mat::from_fn(1, n, |_, j| center + sign(j) * distance);
            let standardize = Standardize::fit(x.as_ref()).unwrap();
            assert!((standardize.scale()[0] - deviation).abs() <= 0.1, "{center} ± {distance}");
            assert_eq!(standardize.scale()[0] == 0.0, deviation == 0.0);
            let mut statistics = RunningStatistics::new(1).unwrap();
            (0..n).for_each(|j| statistics.partial_fit(x.as_ref().subcols(j, 1)).unwrap());
            let running = Standardize::from_statistics(&statistics).unwrap();
            assert!((running.scale()[0] - standardize.scale()[0]).abs() < 1e-14);
            let min_max = MinMax::fit(x.as_ref(), 0.0, 1.0).unwrap();
            assert_eq!(min_max.minimum() == min_max.maximum(), deviation == 0.0);
        }
    }
}

#[test]
fn a_feature_that_was_constant_is_zero_whatever_comes() {
    let x = mat![[5.0, 5.0], [1.0, 3.0]];
    let standardize = Standardize::fit(x.as_ref()).unwrap();
    let new = mat![[5.0, -1e300, 7.0], [2.0, 1.0, 4.0]];
    let y = standardize.transform(new.as_ref()).unwrap();
    assert_eq!(y, mat![[0.0, 0.0, 0.0], [0.0, -1.0, 2.0]]);
    let back = standardize.inverse_transform(y.as_ref()).unwrap();
    assert_eq!(back, mat![[5.0, 5.0, 5.0], [2.0, 1.0, 4.0]]);
    let nan = standardize.transform(mat![[f64::NAN], [1.0]].as_ref()).unwrap();
    assert!(nan[(0, 0)].is_nan());
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
fn a_scale_is_finite_and_not_negative() {
    for scale in [-1.0, f64::INFINITY, f64::NAN] {
        let error = Standardize::from_parts(vec![0.0; 2], vec![1.0, scale]).unwrap_err();
        assert!(error.to_string().contains("a scale"), "{error}");
    }
    assert!(Standardize::from_parts(vec![0.0; 2], vec![1.0, 1e-300]).is_ok());
    assert!(Standardize::from_parts(vec![0.0; 2], vec![1.0, 0.0]).is_ok(), "a constant");
}
