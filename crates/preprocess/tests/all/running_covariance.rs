//! PCA and whitening of chunks, against their definitions and those of all data at once.

use crate::common::{
    a_sum_of_features, chunks, covariance, data, distance, expect_bad_chunks_refused, varies,
};
use densely_preprocess::{
    Center, Components, Pca, PreprocessError, RunningCovariance, Transform, Whiten, Zca,
};
use densely_tensor::{Key, Mat, MatRef, Purpose, Scalar, Stream, Threads, mat};
use proptest::prelude::*;

fn running<T: Scalar>(x: MatRef<'_, T>, sizes: &[usize]) -> RunningCovariance {
    let mut running = RunningCovariance::new(x.nrows()).unwrap();
    for chunk in chunks(x, sizes) {
        running.partial_fit(chunk).unwrap();
    }
    assert_eq!((running.features(), running.examples()), x.shape());
    running
}

fn pca(covariance: &RunningCovariance) -> Pca {
    Pca::from_covariance(covariance, Components::All).unwrap()
}

/// How far from the identity the covariance of whitened data is.
fn whiteness(whiten: &Whiten, x: MatRef<'_, f64>) -> f64 {
    let c = covariance(whiten.transform(x).unwrap().as_ref());
    distance(&c, &Mat::identity(c.nrows(), c.nrows()))
}

/// `V diag(λ) Vᵀ` is the covariance, but for what is too small to be told from rounding errors.
fn expect_covariance_of(pca: &Pca, x: MatRef<'_, f64>, context: &str) {
    let (c, v, lambda) = (covariance(x), pca.components(), pca.variances());
    let scaled = Mat::from_fn(v.nrows(), v.ncols(), |i, j| v[(i, j)] * lambda[j]);
    let error = distance(&(&scaled * v.transpose()), &c) / lambda[0];
    assert!(error < 1e-14, "{context}: the covariance is off by {error:e}");
    let orthonormal = distance(&(v.transpose() * v), &Mat::identity(v.ncols(), v.ncols()));
    assert!(orthonormal < 1e-13, "{context}: {orthonormal:e}");
    assert!(lambda.is_sorted_by(|a, b| a >= b));
    let total: f64 = (0..c.nrows()).map(|i| c[(i, i)]).sum();
    assert!((pca.total_variance() / total - 1.0).abs() < 1e-14, "{context}");
    let center = Center::fit(x).unwrap();
    for (mean, expected) in pca.center().mean().iter().zip(center.mean()) {
        let error = f64::EPSILON * (expected.abs() + total.sqrt());
        assert!((mean - expected).abs() <= error, "{context}: mean {mean} of {expected}");
    }
}

/// The components of all data at once, but for those that are too small for a covariance to hold;
/// and white or refused.
fn expect_fit(covariance: &RunningCovariance, x: MatRef<'_, f64>, context: &str) {
    let pca = pca(covariance);
    expect_covariance_of(&pca, x, context);
    let fitted = Pca::fit(x).unwrap();
    let (rank, lambda) = (pca.out_features(), pca.variances());
    assert!(rank <= fitted.out_features(), "{context}: rounding errors count as a component");
    let smallest = f64::EPSILON * x.nrows().max(16) as f64 * lambda[0];
    for variance in &fitted.variances()[rank..] {
        assert!(*variance < 1.1 * smallest, "{context}: a component was left out");
    }
    for (value, expected) in lambda.iter().zip(fitted.variances()) {
        assert!((value - expected).abs() < 1e-14 * lambda[0], "{context}: {value} of {expected}");
    }
    match Whiten::from_pca(pca.clone(), 0.0) {
        Ok(whiten) => assert!(whiteness(&whiten, x) < 1e-10, "{context}"),
        Err(PreprocessError::Inexact { component, variance, largest, epsilon }) => {
            assert!(variance < 2.3e-5 * largest, "{context}: {variance:e} is enough");
            assert_eq!((variance, largest), (lambda[component], lambda[0]));
            assert!(Whiten::from_pca(pca, epsilon).is_ok());
            let fewer = Components::Count(component);
            let whiten =
                Whiten::from_pca(Pca::from_covariance(covariance, fewer).unwrap(), 0.0).unwrap();
            assert!(whiteness(&whiten, x) < 1e-10, "{context}");
        }
        Err(error) => panic!("{context}: {error}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_chunks_have_the_components_of_all_examples(
        x in data().prop_filter("varies", varies), sizes in prop::collection::vec(0_usize..9, 1..5),
    ) {
        prop_assume!(sizes.iter().any(|&size| size > 0));
        for sizes in [&sizes[..], &[1], &[100]] {
            expect_fit(&running(x.as_ref(), sizes), x.as_ref(), &format!("chunks of {sizes:?}"));
        }
    }

    #[test]
    fn merged_covariances_are_those_of_all_examples(
        x in data().prop_filter("varies", varies), cut in 0.0..1.0, size in 1_usize..9,
    ) {
        let cut = (cut * x.ncols() as f64) as usize;
        let (left, right) = x.as_ref().split_at_col(cut);
        for (first, second) in [(left, right), (right, left)] {
            let mut merged = RunningCovariance::new(x.nrows()).unwrap();
            for part in [first, second] {
                merged.merge(&running(part, &[size])).unwrap();
            }
            expect_fit(&merged, x.as_ref(), "merged");
        }
    }
}

#[test]
fn whitening_is_exact_around_a_large_mean_and_for_tiny_and_huge_data() {
    let unit = |i: usize, j: usize| ((7 * i + 3 * j * j + i * j) % 11) as f64;
    for (offset, scale) in [(1e8, 1.0), (1e12, 1.0), (-1e12, 0.25), (0.0, 1e-150), (0.0, 1e150)] {
        let x = Mat::from_fn(4, 50, |i, j| offset + scale * unit(i, j));
        for size in [1, 3, 50] {
            let whiten = Whiten::from_pca(pca(&running(x.as_ref(), &[size])), 0.0).unwrap();
            let error = whiteness(&whiten, x.as_ref());
            assert!(error < 1e-10, "{offset}, {scale}, {size}: {error:e}");
            let zca = Zca::from_pca(whiten.pca().clone(), 0.0).unwrap();
            let c = covariance(zca.transform(x.as_ref()).unwrap().as_ref());
            assert!(distance(&c, &Mat::identity(4, 4)) < 1e-10, "{offset}, {scale}, {size}");
        }
    }
}

/// Squares of the first chunk vanish beside those of the last, or the other way round.
#[test]
fn deviations_of_any_size_may_follow_each_other() {
    let sizes = [1e-300, 1e-200, 1.0, 1e100, 1e150];
    let x = Mat::from_fn(2, 20, |i, j| {
        let sign = if (j / (i + 1)).is_multiple_of(2) { 1.0 } else { -1.0 };
        sign * sizes[j / 4]
    });
    let reversed = Mat::from_fn(2, 20, |i, j| x[(i, 19 - j)]);
    for x in [x, reversed] {
        for size in [1, 4, 20] {
            let pca = pca(&running(x.as_ref(), &[size]));
            expect_covariance_of(&pca, x.as_ref(), &format!("chunks of {size}"));
        }
    }
}

#[test]
fn rank_deficient_data_are_cut_to_their_rank() {
    let x = a_sum_of_features();
    for size in [1, 7, 30] {
        let covariance = running(x.as_ref(), &[size]);
        expect_fit(&covariance, x.as_ref(), "a sum of features");
        let whiten = Whiten::from_pca(pca(&covariance), 0.0).unwrap();
        assert_eq!(whiten.out_features(), 3);
        let y = whiten.transform(mat![[0.3], [0.3], [0.3], [1.0]].as_ref()).unwrap();
        assert!(y.norm_max() < 5.0);
    }
    // Rounding of the values themselves, around a large mean, is no component either.
    let unit = |j: usize| ((3 * j * j + j + 5) % 7) as f64 * 0.1;
    let x = Mat::from_fn(2, 40, |i, j| 1e8 * (1.0 + i as f64) + (1.0 + 2.0 * i as f64) * unit(j));
    let covariance = running(x.as_ref(), &[6]);
    expect_fit(&covariance, x.as_ref(), "around a large mean");
    assert_eq!(pca(&covariance).out_features(), 1);
    // But where no variance is small beside another, none is left out, as little as it may be.
    let x = Mat::from_fn(2, 40, |i, j| 1e16 + if j % (i + 2) == 0 { 2.0 } else { 0.0 });
    let (chunked, fitted) = (pca(&running(x.as_ref(), &[6])), Pca::fit(x.as_ref()).unwrap());
    assert_eq!(fitted.out_features(), 2);
    assert_eq!(chunked.out_features(), 2);
    for (value, expected) in chunked.variances().iter().zip(fitted.variances()) {
        assert!((value / expected - 1.0).abs() < 1e-14, "{value} of {expected}");
    }
    // Fewer examples than features, and features that are constant.
    let x = Mat::from_fn(20, 3, |i, j| ((i * i + 5 * j + i * j) % 13) as f64 + 1.0 / 3.0);
    assert_eq!(pca(&running(x.as_ref(), &[1])).out_features(), 2);
    let x = Mat::from_fn(3, 9, |i, j| if i == 1 { 0.1 } else { ((i + 2) * j * j % 7) as f64 });
    assert_eq!(pca(&running(x.as_ref(), &[2])).out_features(), 2);
}

#[test]
fn chunks_may_be_of_either_precision() {
    let x = Mat::from_fn(3, 40, |i, j| 1e6 + ((i + 1) * j * j % 11) as f64 * 0.25);
    let single = Mat::from_fn(3, 40, |i, j| x[(i, j)] as f32);
    let expected = pca(&running(x.as_ref(), &[15, 25]));
    assert_eq!(pca(&running(single.as_ref(), &[15, 25])), expected);
    let mut mixed = RunningCovariance::new(3).unwrap();
    mixed.partial_fit(single.as_ref().subcols(0, 15)).unwrap();
    mixed.partial_fit(x.as_ref().subcols(15, 25)).unwrap();
    assert_eq!(pca(&mixed), expected);
}

/// Of `1e8 + k mod 1000` and its double, the covariance is known.
#[test]
fn a_hundred_thousand_examples_one_by_one_lose_nothing() {
    let mut parts = [RunningCovariance::new(2).unwrap(), RunningCovariance::new(2).unwrap()];
    for k in 0..100_000_u32 {
        let step = f64::from(k % 1000);
        let part = &mut parts[usize::from(k >= 60_000)];
        part.partial_fit(mat![[1e8 + step], [2e8 + 2.0 * step]].as_ref()).unwrap();
    }
    let [mut all, last] = parts;
    all.merge(&last).unwrap();
    let pca = pca(&all);
    assert_eq!(pca.center().mean(), [1e8 + 499.5, 2e8 + 999.0]);
    let error = pca.total_variance() / (5.0 * 999_999.0 / 12.0) - 1.0;
    assert!(error.abs() < 2.0 * f64::EPSILON, "{error:e}");
    assert_eq!(pca.out_features(), 1);
}

/// Next to 2⁶¹, each chunk adds less than half of a rounding error.
#[test]
fn what_a_sum_of_squares_rounds_away_is_in_the_variance() {
    let large = 2_f64.powi(30);
    let mut covariance = running(mat![[large, -large]].as_ref(), &[2]);
    let chunk = Mat::from_fn(1, 128, |_, j| if j.is_multiple_of(2) { 1.0 } else { -1.0 });
    for _ in 0..256 {
        covariance.partial_fit(chunk.as_ref()).unwrap();
    }
    let expected = (2.0 * large * large + 32_768.0) / 32_770.0;
    let error = pca(&covariance).variances()[0] / expected - 1.0;
    assert!(error.abs() <= 2.0 * f64::EPSILON, "{error:e}");
}

/// Numbers around 1e12 are 2⁻¹³ apart, so that a feature which varies by that is made of
/// rounding errors. Around 5e10, it is not.
#[test]
fn directions_of_rounding_errors_are_left_out() {
    for (offset, components) in [(0.0, 2), (5e10, 2), (1e12, 1)] {
        let x = Mat::from_fn(2, 64, |i, j| {
            offset + [(j * 7 % 13) as f64, (j * j % 3) as f64 / 8192.0][i]
        });
        let covariance = running(x.as_ref(), &[20]);
        assert_eq!(pca(&covariance).out_features(), components, "{offset}");
        assert_eq!(Pca::fit(x.as_ref()).unwrap().out_features(), components, "{offset}");
    }
}

/// Variances that decay to 4e-5 of the first, around a mean.
#[test]
fn what_is_not_refused_is_white() {
    for (features, n) in [(3, 5000), (40, 3000), (120, 1500)] {
        let mut stream = Stream::new(7, Purpose::Other, Key::default());
        let draws = Mat::from_fn(features, n, |_, _| stream.normal::<f64>());
        let decorrelated = Whiten::fit(draws.as_ref()).unwrap().transform(draws.as_ref()).unwrap();
        let scaled = Mat::from_fn(features, n, |i, j| {
            decorrelated[(i, j)] * 4e-5_f64.powf(0.5 * i as f64 / (features - 1) as f64)
        });
        let turn = Pca::fit(draws.as_ref()).unwrap();
        let mut x = turn.components() * scaled;
        for j in 0..n {
            for i in 0..features {
                x[(i, j)] += 10.0 * i as f64;
            }
        }
        for size in [7, 600, n] {
            let pca = pca(&running(x.as_ref(), &[size]));
            let ratio = pca.variances()[features - 1] / pca.variances()[0];
            assert!((ratio / 4e-5 - 1.0).abs() < 1e-9, "{ratio:e}");
            let error = whiteness(&Whiten::from_pca(pca, 0.0).unwrap(), x.as_ref());
            assert!(error < 1e-10, "{features} features, chunks of {size}: {error:e}");
        }
    }
}

/// Features x n, with variances that decay to a thousandth of the first.
fn decaying(features: usize, n: usize) -> Mat<f64> {
    let mut stream = Stream::new(5, Purpose::Other, Key::default());
    let a = Mat::from_fn(features, features, |_, _| stream.normal::<f64>());
    let b = Mat::from_fn(features, n, |i, _| stream.normal::<f64>() * 0.9_f64.powi(i as i32));
    let mut x = a * b;
    for j in 0..n {
        for i in 0..features {
            x[(i, j)] += 0.5 * stream.normal::<f64>() + (i % 7) as f64;
        }
    }
    x
}

#[test]
fn of_many_features_the_components_are_those_of_all_data() {
    let x = decaying(220, 900);
    let covariance = running(x.as_ref(), &[130, 0, 400, 1]);
    expect_fit(&covariance, x.as_ref(), "220 features");
    assert_eq!(pca(&covariance).out_features(), 220);
    // Few of many: of an iteration.
    let (few, fitted) = (Components::Count(12), Pca::fit_k(x.as_ref(), 12).unwrap());
    let few = Pca::from_covariance(&covariance, few).unwrap();
    for j in 0..12 {
        let (value, expected) = (few.variances()[j], fitted.variances()[j]);
        assert!((value - expected).abs() < 1e-13 * fitted.variances()[0]);
        for i in 0..220 {
            let difference = few.components()[(i, j)] - fitted.components()[(i, j)];
            assert!(difference.abs() < 1e-10, "component {j}: {difference:e}");
        }
    }
    let share = Pca::from_covariance(&covariance, Components::Share(0.9)).unwrap();
    let expected = Pca::fit_share(x.as_ref(), 0.9).unwrap();
    assert_eq!(share.out_features(), expected.out_features());
    assert!((share.variance_ratio() / expected.variance_ratio() - 1.0).abs() < 1e-13);
}

#[test]
fn bits_do_not_depend_on_the_number_of_threads() {
    for (features, n) in [(40, 3000), (220, 900)] {
        let x = decaying(features, n);
        let fit = |threads: &Threads| {
            let mut running = RunningCovariance::new(features).unwrap();
            for chunk in chunks(x.as_ref(), &[700, 3]) {
                running.partial_fit_on(chunk, threads).unwrap();
            }
            let few = Components::Count(9);
            let all = Pca::from_covariance_on(&running, Components::All, threads).unwrap();
            (all, Pca::from_covariance_on(&running, few, threads).unwrap())
        };
        let once = fit(&Threads::single());
        for count in [1, 2, 4] {
            assert_eq!(fit(&Threads::new(count).unwrap()), once);
        }
    }
}

#[test]
fn small_variances_are_refused_with_what_to_do_and_not_after_standardising() {
    let x = Mat::from_fn(2, 60, |i, j| [1.0, 1e-4][i] * ((i + 1) * j * j % 13) as f64);
    let refused = pca(&running(x.as_ref(), &[9]));
    let error = Whiten::from_pca(refused.clone(), 0.0).unwrap_err();
    assert_eq!(Zca::from_pca(refused.clone(), 0.0).unwrap_err(), error);
    let PreprocessError::Inexact { component: 1, variance, largest, epsilon } = error else {
        panic!("{error}");
    };
    let message = error.to_string();
    assert!(message.starts_with(&format!("component 1 has variance {variance:e}")), "{message}");
    assert!(message.contains(&format!("the largest, {largest:e}")), "{message}");
    assert!(message.contains("keep the 1 before it"), "{message}");
    assert!(message.contains(&format!("epsilon of {epsilon:e}")), "{message}");
    let half = Whiten::from_pca(refused.clone(), 0.5 * epsilon).unwrap_err().to_string();
    assert!(half.starts_with("component 1 has variance"), "{half}");
    assert!(Whiten::from_pca(refused.clone(), epsilon).is_ok());
    // The variance is right to many digits all the same.
    let expected = Pca::fit(x.as_ref()).unwrap();
    assert!((variance / expected.variances()[1] - 1.0).abs() < 1e-6);
    // What was stored as parts is taken at its word.
    let (center, total) = (refused.center().clone(), refused.total_variance());
    let (v, variances) = (refused.components().to_owned(), refused.variances().to_vec());
    let given = Pca::from_parts(center, v, variances, total).unwrap();
    assert_eq!(given, refused);
    assert!(Whiten::from_pca(given, 0.0).is_ok());

    let x = Mat::from_fn(2, 60, |i, j| x[(i, j)] * [1.0, 1e4][i]);
    let whiten = Whiten::from_pca(pca(&running(x.as_ref(), &[9])), 0.0).unwrap();
    assert!(whiteness(&whiten, x.as_ref()) < 1e-10);
}

#[test]
fn every_bad_chunk_has_its_error_and_changes_nothing() {
    let message = |error: PreprocessError| error.to_string();
    assert_eq!(
        message(RunningCovariance::new(0).unwrap_err()),
        "RunningCovariance: the number of features must not be zero"
    );
    let refuse = |running: &RunningCovariance, components| {
        message(Pca::from_covariance(running, components).unwrap_err())
    };
    let mut running = RunningCovariance::new(2).unwrap();
    assert_eq!(
        refuse(&running, Components::All),
        "Pca::from_covariance: the number of examples must not be zero"
    );
    for _ in 0..2 {
        running.partial_fit(mat![[1.0], [-1e308]].as_ref()).unwrap();
        let examples = running.examples();
        assert_eq!(
            refuse(&running, Components::All),
            format!("the {examples} examples are all equal: there is no variance to decompose")
        );
    }
    running.partial_fit(mat![[2.0], [-1e308]].as_ref()).unwrap();
    running.partial_fit(Mat::<f32>::zeros(2, 0).as_ref()).unwrap();
    let before = pca(&running);
    for components in [Components::Count(0), Components::Count(2)] {
        let error = refuse(&running, components);
        let ending = "from 1 to 1, the rank of the 2 x 3 data about their mean";
        assert!(error.ends_with(ending), "{error}");
    }
    assert!(refuse(&running, Components::Share(1.5)).contains("above 0 and at most 1, got 1.5"));

    expect_bad_chunks_refused("chunk 4, after 3 examples", "RunningCovariance", |chunk| {
        running.partial_fit(chunk)
    });
    assert_eq!(
        message(running.merge(&RunningCovariance::new(3).unwrap()).unwrap_err()),
        "RunningCovariance::merge: expected 2 features, got 3"
    );
    let mut far = RunningCovariance::new(2).unwrap();
    far.partial_fit(mat![[0.0], [1.7e308]].as_ref()).unwrap();
    assert_eq!(running.merge(&far).unwrap_err(), PreprocessError::Overflow { feature: 1 });
    assert_eq!((running.examples(), pca(&running)), (3, before));
}
