//! PCA of data so large that products, threads and the iteration for few components are
//! used, and of data that these may not be used for.

use densely_preprocess::{Components, Pca, Pipeline, Transform, Whiten};
use densely_tensor::kernels::dot;
use densely_tensor::{Key, Mat, MatRef, Purpose, Stream, Threads, column};

/// Features x n, a few directions of decaying variance in noise, around means of `offset`.
pub(crate) fn low_rank(features: usize, n: usize, decay: f64, noise: f64, offset: f64) -> Mat<f64> {
    let mut stream = Stream::new(5, Purpose::Other, Key::default());
    let rank = 30.min(features);
    let a = Mat::from_fn(features, rank, |_, _| stream.normal::<f64>());
    let b = Mat::from_fn(rank, n, |i, _| stream.normal::<f64>() * decay.powi(i as i32));
    let mut x = a * b;
    for j in 0..n {
        for i in 0..features {
            x[(i, j)] += noise * stream.normal::<f64>() + offset * (i % 7) as f64;
        }
    }
    x
}

fn from_identity(a: &Mat<f64>) -> f64 {
    (a - Mat::<f64>::identity(a.nrows(), a.ncols())).norm_max()
}

/// How far from the identity the covariance of the whitened data is.
fn whitened(x: MatRef<'_, f64>, whiten: &Whiten) -> f64 {
    let (mut y, n) = (whiten.transform(x).unwrap(), x.ncols());
    for i in 0..y.nrows() {
        let mean = (0..n).map(|j| y[(i, j)]).sum::<f64>() / n as f64;
        (0..n).for_each(|j| y[(i, j)] -= mean);
    }
    let scatter = &y * y.transpose();
    from_identity(&Mat::from_fn(y.nrows(), y.nrows(), |i, j| scatter[(i, j)] / n as f64))
}

/// More examples than features, and fewer; spectra that a product can hold, and ones that
/// need the singular values (the last of each pair).
#[test]
fn whitened_data_have_the_identity_as_covariance() {
    for (features, n) in [(150, 700), (400, 130), (200, 220)] {
        for (decay, noise) in [(0.9, 0.1), (0.5, 1e-3)] {
            for offset in [0.0, 1e4] {
                let x = low_rank(features, n, decay, noise, offset);
                let whiten = Whiten::fit(x.as_ref()).unwrap();
                assert_eq!(whiten.out_features(), features.min(n - 1));
                let error = whitened(x.as_ref(), &whiten);
                assert!(error < 1e-10, "{features} x {n}, {decay}, {offset}: {error:e}");
                let v = whiten.pca().components();
                assert!(from_identity(&(v.transpose() * v)) < 1e-12);
            }
        }
    }
}

#[test]
fn constant_features_and_repeated_ones_take_no_component() {
    let mut x = low_rank(160, 500, 0.9, 0.1, 1.0);
    for j in 0..500 {
        x[(3, j)] = 1.0 / 3.0;
        x[(77, j)] = -1e6;
    }
    let whiten = Whiten::fit(x.as_ref()).unwrap();
    assert_eq!(whiten.out_features(), 158);
    assert!(whitened(x.as_ref(), &whiten) < 1e-10);
    for j in 0..500 {
        x[(9, j)] = x[(8, j)];
    }
    let whiten = Whiten::fit(x.as_ref()).unwrap();
    assert_eq!(whiten.out_features(), 157);
    assert!(whitened(x.as_ref(), &whiten) < 1e-10);
}

/// The angle between an axis that the iteration finds and the exact one is its residual,
/// 1e-13 of the largest variance, over the distance to the next.
#[test]
fn few_components_agree_with_those_of_all() {
    for (features, n) in [(220, 900), (900, 220)] {
        let x = low_rank(features, n, 0.7, 0.01, 3.0);
        let (all, k) = (Pca::fit(x.as_ref()).unwrap(), 12);
        let some = Pca::fit_k(x.as_ref(), k).unwrap();
        assert!((some.total_variance() / all.total_variance() - 1.0).abs() < 1e-13);
        let scale = all.variances()[0];
        for j in 0..k {
            let value = all.variances()[j];
            assert!((some.variances()[j] - value).abs() < 1e-13 * scale, "variance {j}");
            let gap = value - all.variances()[j + 1];
            let (ours, theirs) = (column(some.components(), j), column(all.components(), j));
            // Both have errors, of both sides of the gap.
            let distance =
                ours.iter().zip(theirs).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
            assert!(distance < 1e-12 * scale / gap, "component {j}: {distance:e}");
            assert!(dot(ours, theirs) > 0.0);
        }
        assert!(whitened(x.as_ref(), &Whiten::from_pca(some, 0.0).unwrap()) < 1e-10);
    }
}

#[test]
fn few_components_of_a_flat_spectrum_are_found_too() {
    let x = low_rank(200, 600, 1.0, 1.0, 0.0);
    let (all, some) = (Pca::fit(x.as_ref()).unwrap(), Pca::fit_k(x.as_ref(), 33).unwrap());
    for (a, b) in some.variances().iter().zip(all.variances()) {
        assert!((a / b - 1.0).abs() < 1e-13);
    }
}

#[test]
fn bits_do_not_depend_on_the_number_of_threads() {
    for (features, n) in [(40, 3000), (220, 900), (900, 220)] {
        let x = low_rank(features, n, 0.8, 0.05, 2.0);
        let (once, few) = (Whiten::fit(x.as_ref()).unwrap(), Pca::fit_k(x.as_ref(), 9).unwrap());
        let y = once.transform(x.as_ref()).unwrap();
        let back = once.inverse_transform(y.as_ref()).unwrap();
        for count in [1, 2, 4] {
            let threads = Threads::new(count).unwrap();
            assert_eq!(Whiten::fit_on(x.as_ref(), &threads).unwrap(), once);
            let nine = Pca::fit_components(x.as_ref(), Components::Count(9), &threads);
            assert_eq!(nine.unwrap(), few);
            let by_kind = Pipeline::fit_on(["pca(9)"], x.as_ref(), &threads).unwrap();
            assert_eq!(by_kind, few.clone().into());
            assert_eq!(once.transform_on(x.as_ref(), &threads).unwrap(), y);
            assert_eq!(once.inverse_transform_on(y.as_ref(), &threads).unwrap(), back);
        }
    }
}
