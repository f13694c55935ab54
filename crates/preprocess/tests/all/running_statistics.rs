//! Statistics of chunks, against those of all data at once.

use crate::common::{chunks, data, expect_bad_chunks_refused};
use densely_preprocess::{
    Center, ChannelLayout, MeanImage, MinMax, PreprocessError, RunningStatistics, Standardize,
};
use densely_tensor::{Mat, MatRef, mat};
use proptest::prelude::*;

fn statistics(x: MatRef<'_, f64>, sizes: &[usize]) -> RunningStatistics {
    let mut statistics = RunningStatistics::new(x.nrows()).unwrap();
    for chunk in chunks(x, sizes) {
        statistics.partial_fit(chunk).unwrap();
    }
    assert_eq!((statistics.features(), statistics.examples()), x.shape());
    statistics
}

/// The same mean and range, and the same deviation up to rounding.
fn expect_same(statistics: &RunningStatistics, x: MatRef<'_, f64>) {
    let (all, running) =
        (Standardize::fit(x).unwrap(), Standardize::from_statistics(statistics).unwrap());
    for i in 0..x.nrows() {
        let (mean, expected) = (running.mean()[i], all.mean()[i]);
        // The mean of each chunk is as exact as its deviations are.
        let error = f64::EPSILON * (expected.abs() + all.scale()[i]);
        assert!((mean - expected).abs() <= error, "mean {mean} of {expected}");
        let (scale, expected) = (running.scale()[i], all.scale()[i]);
        let error = (scale - expected).abs();
        assert!(error <= 3.9 * f64::EPSILON * expected, "the scale is {scale}, not {expected}");
    }
    assert_eq!(Center::from_statistics(statistics).unwrap().mean(), running.mean());
    assert_eq!(MeanImage::from_statistics(statistics).unwrap().image(), running.mean());
    let min_max = MinMax::from_statistics(statistics, -1.0, 2.0).unwrap();
    assert_eq!(min_max, MinMax::fit(x, -1.0, 2.0).unwrap());
}

proptest! {
    #[test]
    fn any_chunks_have_the_statistics_of_all_examples(
        x in data(), sizes in prop::collection::vec(0_usize..9, 1..5),
    ) {
        prop_assume!(sizes.iter().any(|&size| size > 0));
        expect_same(&statistics(x.as_ref(), &sizes), x.as_ref());
        expect_same(&statistics(x.as_ref(), &[1]), x.as_ref());
    }

    #[test]
    fn merged_statistics_are_those_of_all_examples(x in data(), cut in 0.0..1.0, size in 1_usize..9) {
        let cut = (cut * x.ncols() as f64) as usize;
        let (left, right) = x.as_ref().split_at_col(cut);
        for (first, second) in [(left, right), (right, left)] {
            let mut merged = RunningStatistics::new(x.nrows()).unwrap();
            for part in [first, second] {
                merged.merge(&statistics(part, &[size])).unwrap();
            }
            expect_same(&merged, x.as_ref());
        }
    }
}

#[test]
fn chunks_may_be_of_either_precision() {
    let x = Mat::from_fn(3, 40, |i, j| 1e6 + (i * j % 11) as f64 * 0.25);
    let single = Mat::from_fn(3, 20, |i, j| x[(i, j)] as f32);
    let mut running = RunningStatistics::new(3).unwrap();
    running.partial_fit(single.as_ref()).unwrap();
    running.partial_fit(x.as_ref().subcols(20, 20)).unwrap();
    expect_same(&running, x.as_ref());
}

#[test]
fn tiny_and_huge_values_neither_vanish_nor_overflow() {
    for scale in [5e-324, 1e-200, 1e200, 2e307] {
        let running = statistics(mat![[scale, 3.0 * scale, 3.0 * scale, scale]].as_ref(), &[1]);
        let standardize = Standardize::from_statistics(&running).unwrap();
        let scale = (standardize.mean()[0] / (2.0 * scale), standardize.scale()[0] / scale);
        assert!((scale.0 - 1.0).abs() < 1e-15 && (scale.1 - 1.0).abs() < 1e-15, "{scale:?}");
    }
    // A feature that was constant, of any size, and is not any more.
    let running = statistics(mat![[0.0, 0.0, 4e-320]].as_ref(), &[2, 1]);
    assert!(
        (Standardize::from_statistics(&running).unwrap().scale()[0] / 1.886e-320 - 1.0).abs()
            < 1e-3
    );
}

#[test]
fn a_million_examples_one_by_one_lose_nothing() {
    let mut running = RunningStatistics::new(1).unwrap();
    for k in 0..1_000_000_u32 {
        running.partial_fit(mat![[1e8 + f64::from(k % 1000)]].as_ref()).unwrap();
    }
    let standardize = Standardize::from_statistics(&running).unwrap();
    assert_eq!(standardize.mean(), [1e8 + 499.5]);
    let error = standardize.scale()[0] / (999_999.0_f64 / 12.0).sqrt() - 1.0;
    assert!(error.abs() < 2.0 * f64::EPSILON, "{error:e}");
}

#[test]
fn channels_of_chunks_have_their_mean() {
    let running =
        statistics(mat![[1.0, 5.0], [3.0, 7.0], [10.0, 20.0], [30.0, 40.0]].as_ref(), &[1]);
    let mean_image = MeanImage::from_statistics(&running).unwrap();
    assert_eq!(mean_image.per_channel(2, ChannelLayout::Planes).unwrap().mean(), [4.0, 25.0]);
}

#[test]
fn every_bad_chunk_has_its_error_and_changes_nothing() {
    let message = |error: PreprocessError| error.to_string();
    assert_eq!(
        message(RunningStatistics::new(0).unwrap_err()),
        "RunningStatistics: the number of features must not be zero"
    );
    let mut running = RunningStatistics::new(2).unwrap();
    let no_examples = ": the number of examples must not be zero";
    assert_eq!(
        message(Standardize::from_statistics(&running).unwrap_err()),
        format!("Standardize::from_statistics{no_examples}")
    );
    assert!(message(Center::from_statistics(&running).unwrap_err()).ends_with(no_examples));
    assert!(
        message(MinMax::from_statistics(&running, 0.0, 1.0).unwrap_err()).ends_with(no_examples)
    );

    let x = mat![[1.0, 2.0, 4.0], [-1e308, -1e308, 0.0]];
    running.partial_fit(x.as_ref()).unwrap();
    running.partial_fit(Mat::<f32>::zeros(2, 0).as_ref()).unwrap();
    expect_bad_chunks_refused("chunk 2, after 3 examples", "RunningStatistics", |chunk| {
        running.partial_fit(chunk)
    });
    assert_eq!(
        message(running.merge(&RunningStatistics::new(3).unwrap()).unwrap_err()),
        "RunningStatistics::merge: expected 2 features, got 3"
    );
    let far = statistics(mat![[0.0], [1.7e308]].as_ref(), &[1]);
    assert_eq!(running.merge(&far).unwrap_err(), PreprocessError::Overflow { feature: 1 });
    expect_same(&running, x.as_ref());
}
