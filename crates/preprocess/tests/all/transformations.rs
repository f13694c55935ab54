//! Ranges, symmetric whitening, images, and transformations one after the other.

use crate::common::{covariance, data, distance, varies};
use densely_preprocess::{
    Center, ChannelLayout, FittedTransform, MeanImage, MinMax, Pca, PerChannelMean, Pipeline,
    PreprocessError, Standardize, Transform, Unchanged, Whiten, Zca,
};
use densely_tensor::{Mat, Threads, mat};
use proptest::prelude::*;

proptest! {
    #[test]
    fn features_get_the_range_that_was_asked_for(x in data(), lower in -3.0..3.0, width in 0.1..9.0) {
        let upper = lower + width;
        let min_max = MinMax::fit(x.as_ref(), lower, upper).unwrap();
        let y = min_max.transform(x.as_ref()).unwrap();
        for i in 0..x.nrows() {
            let row = || (0..x.ncols()).map(|j| x[(i, j)]);
            let (min, max) = (row().fold(f64::MAX, f64::min), row().fold(f64::MIN, f64::max));
            prop_assert_eq!((min_max.minimum()[i], min_max.maximum()[i]), (min, max));
            for j in 0..x.ncols() {
                let share = if max > min { (x[(i, j)] - min) / (max - min) } else { 0.0 };
                prop_assert!((y[(i, j)] - (lower + (upper - lower) * share)).abs() < 1e-14);
            }
        }
        let back = min_max.inverse_transform(y.as_ref()).unwrap();
        prop_assert!(distance(&back, &x) <= 1e-14 * (1.0 + x.norm_max()));
    }

    /// Its covariance is the projection on the directions that vary, it is symmetric, and
    /// it can be undone.
    #[test]
    fn zca_whitens_without_turning(x in data().prop_filter("varies", varies)) {
        let zca = Zca::fit(x.as_ref()).unwrap();
        let y = zca.transform(x.as_ref()).unwrap();
        let v = zca.pca().components();
        let projection = v * v.transpose();
        prop_assert!(distance(&covariance(y.as_ref()), &projection) < 1e-9);
        let root = Mat::from_fn(v.ncols(), v.ncols(), |i, j| {
            f64::from(i == j) / zca.pca().variances()[i].sqrt()
        });
        let mean = zca.pca().center().mean();
        let centered = Mat::from_fn(x.nrows(), x.ncols(), |i, j| x[(i, j)] - mean[i]);
        let expected = v * root * v.transpose() * centered;
        prop_assert!(distance(&y, &expected) < 1e-8 * (1.0 + y.norm_max()));
        let back = zca.inverse_transform(y.as_ref()).unwrap();
        prop_assert!(distance(&back, &x) < 1e-13 * x.norm_max() * x.nrows() as f64);
    }

    #[test]
    fn a_share_is_reached_by_the_fewest_components(x in data().prop_filter("varies", varies), share in 0.01..1.0) {
        let (all, some) = (Pca::fit(x.as_ref()).unwrap(), Pca::fit_share(x.as_ref(), share).unwrap());
        let k = some.out_features();
        prop_assert_eq!(some.components(), all.components().subcols(0, k));
        let ratio = |k: usize| all.variances()[..k].iter().sum::<f64>() / all.total_variance();
        prop_assert!(ratio(k) >= share - 1e-11);
        prop_assert!(k == 1 || ratio(k - 1) < share);
    }

    #[test]
    fn a_pipeline_is_its_steps_in_order(x in data().prop_filter("varies", varies)) {
        let pipeline = Pipeline::fit(["standardize", "pca", "min-max"], x.as_ref()).unwrap();
        let first = Standardize::fit(x.as_ref()).unwrap();
        let y = first.transform(x.as_ref()).unwrap();
        let second = Pca::fit(y.as_ref()).unwrap();
        let z = second.transform(y.as_ref()).unwrap();
        let third = MinMax::fit(z.as_ref(), 0.0, 1.0).unwrap();
        let steps: Vec<FittedTransform> = vec![first.into(), second.into(), third.clone().into()];
        prop_assert_eq!(pipeline.steps(), &steps[..]);
        let result = pipeline.transform(x.as_ref()).unwrap();
        prop_assert_eq!(&result, &third.transform(z.as_ref()).unwrap());
        let back = pipeline.inverse_transform(result.as_ref()).unwrap();
        prop_assert!(distance(&back, &x) < 1e-11 * (1.0 + x.norm_max()));
    }
}

#[test]
fn zca_damps_by_its_epsilon() {
    let x = mat![[0.0, 4.0, 0.0, 4.0], [0.0, 0.0, 2.0, 2.0]];
    let zca = Zca::from_pca(Pca::fit(x.as_ref()).unwrap(), 3.0).unwrap();
    let y = zca.transform(x.as_ref()).unwrap();
    let expected = Mat::from_fn(2, 4, |i, j| (x[(i, j)] - [2.0, 1.0][i]) / [7_f64.sqrt(), 2.0][i]);
    assert!(distance(&y, &expected) < 1e-15);
    assert!(distance(&zca.inverse_transform(y.as_ref()).unwrap(), &x) < 1e-14);
}

#[test]
fn the_mean_image_and_the_mean_of_its_channels() {
    let x = Mat::from_fn(6, 5, |i, j| 1e8 + ((5 * i + 3 * j * j + i * j) % 17) as f64);
    let mean_image = MeanImage::fit(x.as_ref()).unwrap();
    let center = Center::fit(x.as_ref()).unwrap();
    assert_eq!(mean_image.image(), center.mean());
    assert_eq!(mean_image.transform(x.as_ref()), center.transform(x.as_ref()));
    for (layout, channels) in [
        (ChannelLayout::Planes, [0, 0, 0, 1, 1, 1]),
        (ChannelLayout::Interleaved, [0, 1, 0, 1, 0, 1]),
    ] {
        let per_channel = PerChannelMean::fit(x.as_ref(), 2, layout).unwrap();
        assert_eq!(mean_image.per_channel(2, layout).as_ref(), Ok(&per_channel));
        let sum = |c: usize| -> f64 {
            let rows = (0..6).filter(|&i| channels[i] == c);
            rows.map(|i| (0..5).map(|j| x[(i, j)] - 1e8).sum::<f64>()).sum()
        };
        let y = per_channel.transform(x.as_ref()).unwrap();
        for (i, &c) in channels.iter().enumerate() {
            assert!((per_channel.mean()[c] - 1e8 - sum(c) / 15.0).abs() <= 1e8 * f64::EPSILON);
            assert_eq!(y[(i, 3)], x[(i, 3)] - per_channel.mean()[c]);
        }
        assert_eq!(per_channel.inverse_transform(y.as_ref()).unwrap(), x);
        let parts = PerChannelMean::from_parts(per_channel.mean().to_vec(), 3, layout);
        assert_eq!(parts, Ok(per_channel));
    }
}

#[test]
fn a_pipeline_of_data_in_f32_is_fitted_in_f64() {
    // 20 of the 24 bits are the offset: what is left after centering has to stay exact.
    let x = Mat::from_fn(2, 50, |i, j| 1e6_f32 + ((7 * i + j * j + i * j) % 10) as f32 * 0.0625);
    let wide = Mat::from_fn(2, 50, |i, j| f64::from(x[(i, j)]));
    let kinds = ["center", "whiten"];
    let pipeline = Pipeline::fit(kinds, x.as_ref()).unwrap();
    assert_eq!(pipeline, Pipeline::fit(kinds, wide.as_ref()).unwrap());
    let threads = Threads::new(2).unwrap();
    assert_eq!(pipeline, Pipeline::fit_on(kinds, x.as_ref(), &threads).unwrap());
}

#[test]
fn every_bad_input_has_its_error() {
    let x = mat![[0.0, 1.0, 2.0], [5.0, 5.0, 5.0], [1.0, 0.0, 0.0]];
    let message = |error: PreprocessError| error.to_string();
    let range = |lower, upper| message(MinMax::fit(x.as_ref(), lower, upper).unwrap_err());
    assert_eq!(range(1.0, 1.0), "upper less lower bound must be finite, and above 0, got 0");
    assert!(range(0.0, f64::NAN).contains("got NaN"));
    let wide = mat![[-f64::MAX, f64::MAX]];
    let error = MinMax::fit(wide.as_ref(), 0.0, 1.0).unwrap_err();
    assert_eq!(error, PreprocessError::Overflow { feature: 0 });
    let error = MinMax::from_parts(vec![1.0], vec![0.0], 0.0, 1.0).unwrap_err();
    assert!(message(error).contains("must be finite, and at least 0, got -1"));
    for share in [0.0, 1.1, f64::NAN] {
        let error = message(Pca::fit_share(x.as_ref(), share).unwrap_err());
        assert_eq!(
            error,
            format!("the share of the variance must be above 0 and at most 1, got {share}")
        );
    }
    for channels in [0, 2] {
        let error = PerChannelMean::fit(x.as_ref(), channels, ChannelLayout::Planes).unwrap_err();
        let expected = format!("3 features are no whole number of pixels of {channels} channels");
        assert_eq!(message(error), expected);
    }
    let error = Pipeline::fit([""; 0], x.as_ref()).unwrap_err();
    assert_eq!(message(error), "Pipeline: the number of steps must not be zero");
    let error = message(Pipeline::fit(["center", "pca(3)"], x.as_ref()).unwrap_err());
    assert!(error.starts_with("step 1 of the preprocessing (pca(3)): 3 components"), "{error}");
    let error =
        Pipeline::new(vec![Unchanged::new(2).into(), Unchanged::new(3).into()]).unwrap_err();
    assert_eq!(message(error), "Pipeline: expected 2 features for the next step, got 3");
    let zca = Zca::from_pca(Pca::fit(x.as_ref()).unwrap(), -1.0).unwrap_err();
    let whiten = Whiten::from_pca(Pca::fit(x.as_ref()).unwrap(), -1.0).unwrap_err();
    assert_eq!(zca, whiten);
}

#[test]
fn whitening_knows_its_epsilon() {
    let x = Mat::from_fn(2, 9, |i, j| ((i + 1) * j * j % 7) as f64);
    let pca = Pca::fit(x.as_ref()).unwrap();
    assert_eq!(Whiten::from_pca(pca.clone(), 0.5).unwrap().epsilon(), 0.5);
    assert_eq!(Zca::from_pca(pca, 0.5).unwrap().epsilon(), 0.5);
}
