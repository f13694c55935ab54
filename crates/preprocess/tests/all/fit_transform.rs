//! Fitting and transforming in one, against one after the other.

use crate::common::{covariance, data, distance, varies};
use crate::large_data::low_rank;
use densely_preprocess::{Components, Kind, Pca, Pipeline, PreprocessError, Transform, Whiten};
use densely_tensor::{Mat, Threads, mat};
use proptest::prelude::*;

const HALF: Components = Components::Share(0.5);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn components_are_those_of_fit_and_examples_those_of_transform(
        x in data().prop_filter("varies", varies),
    ) {
        for (components, fitted) in [
            (Components::All, Pca::fit(x.as_ref())),
            (Components::Count(1), Pca::fit_k(x.as_ref(), 1)),
            (HALF, Pca::fit_share(x.as_ref(), 0.5)),
        ] {
            let (pca, y) = Pca::fit_transform(x.as_ref(), components).unwrap();
            prop_assert!(distance(&y, &pca.transform(x.as_ref()).unwrap()) < 1e-11 * x.norm_max());
            prop_assert_eq!(pca, fitted.unwrap());
        }
    }

    #[test]
    fn whitened_data_have_the_identity_as_covariance(x in data().prop_filter("varies", varies)) {
        let (whiten, y) = Whiten::fit_transform(x.as_ref(), Components::All, 0.0).unwrap();
        prop_assert_eq!(&whiten, &Whiten::fit(x.as_ref()).unwrap());
        let k = whiten.out_features();
        prop_assert!(distance(&covariance(y.as_ref()), &Mat::identity(k, k)) < 1e-10);
    }
}

/// The first data are such that the eigenvectors of their Gram matrix are exact enough. Those of
/// the others are not, as those of the covariance give no examples: the axes are applied.
#[test]
fn examples_are_those_of_transform_however_they_are_found() {
    for (features, n, decay, noise, from_gram) in [
        (400, 130, 0.9, 1.0, true),
        (900, 220, 0.9, 1.0, true),
        (400, 130, 0.5, 1e-3, false),
        (150, 700, 0.9, 1.0, false),
    ] {
        let x = low_rank(features, n, decay, noise, 3.0);
        for (components, epsilon) in [
            (Components::All, 0.0),
            (Components::Count(7), 0.0),
            (HALF, 0.0),
            (Components::All, 0.5),
        ] {
            let (whiten, y) = Whiten::fit_transform(x.as_ref(), components, epsilon).unwrap();
            let (pca, scores) = Pca::fit_transform(x.as_ref(), components).unwrap();
            assert_eq!(whiten, Whiten::from_pca(pca.clone(), epsilon).unwrap());
            let expected = whiten.transform(x.as_ref()).unwrap();
            let error = distance(&y, &expected);
            assert!(error < 1e-10, "{features} x {n}, {components:?}, {epsilon}: {error:e}");
            let error = distance(&scores, &pca.transform(x.as_ref()).unwrap());
            assert!(error < 1e-10 * scores.norm_max(), "{features} x {n}, {components:?}");
            if components == Components::All {
                assert_eq!(y != expected, from_gram, "{features} x {n}");
            }
            for count in [2, 4] {
                let threads = Threads::new(count).unwrap();
                let on_threads =
                    Whiten::fit_transform_on(x.as_ref(), components, epsilon, &threads);
                assert_eq!(on_threads.unwrap().1, y);
                let on_threads = Pca::fit_transform_on(x.as_ref(), components, &threads);
                assert_eq!(on_threads.unwrap().1, scores);
            }
        }
    }
}

#[test]
fn every_kind_transforms_what_it_is_fitted_to() {
    let x = low_rank(300, 90, 0.9, 0.1, 3.0);
    let x = Mat::from_fn(300, 90, |i, j| x[(i, j)] as f32);
    for name in ["none", "standardize", "pca", "pca:0.9", "whiten", "whiten:5", "zca", "center,pca"]
    {
        let kinds = Kind::list(name).unwrap();
        let (fitted, y) = Pipeline::fit_transform(&kinds, x.as_ref()).unwrap();
        assert_eq!(fitted, Pipeline::fit(&kinds, x.as_ref()).unwrap(), "{name}");
        let expected = fitted.transform(x.as_ref()).unwrap();
        assert!((&y - &expected).norm_max() <= 1e-6 * expected.norm_max(), "{name}");
        let threads = Threads::new(2).unwrap();
        let on_threads = Pipeline::fit_transform_on(&kinds, x.as_ref(), &threads).unwrap();
        assert_eq!(on_threads, (fitted, y), "{name}");
    }
    let components = Components::Count(5);
    let (pca, y) = Pca::fit_transform(x.as_ref(), components).unwrap();
    assert_eq!(Pipeline::fit_transform(["pca(5)"], x.as_ref()).unwrap(), (pca.into(), y));
    let (whiten, y) = Whiten::fit_transform(x.as_ref(), components, 0.0).unwrap();
    assert_eq!(Pipeline::fit_transform(["whiten(5)"], x.as_ref()).unwrap(), (whiten.into(), y));
    let (whiten, y) = Whiten::fit_transform(x.as_ref(), components, 0.5).unwrap();
    let by_kind = Pipeline::fit_transform(["whiten(5, 0.5)"], x.as_ref()).unwrap();
    assert_eq!(by_kind, (whiten.into(), y));
}

#[test]
fn what_cannot_be_fitted_has_the_error_of_fit() {
    let x = mat![[0.0, 4.0], [1.0, 1.0], [0.0, 3.0]];
    let message = |error: PreprocessError| error.to_string();
    for k in [0, 2] {
        let expected = message(Pca::fit_k(x.as_ref(), k).unwrap_err());
        let components = Components::Count(k);
        assert_eq!(message(Pca::fit_transform(x.as_ref(), components).unwrap_err()), expected);
        let whiten = Whiten::fit_transform(x.as_ref(), components, 0.0);
        assert_eq!(message(whiten.unwrap_err()), expected);
    }
    let expected = message(Pca::fit_k(x.as_ref(), 2).unwrap_err());
    assert_eq!(message(Pipeline::fit_transform(["whiten(2)"], x.as_ref()).unwrap_err()), expected);
    let error = message(Whiten::fit_transform(x.as_ref(), Components::All, -1.0).unwrap_err());
    assert_eq!(error, "epsilon must be finite and at least 0, got -1");
}
