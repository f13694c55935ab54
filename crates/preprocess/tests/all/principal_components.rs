//! PCA and whitening, against their definitions and an eigendecomposition of our own.

use crate::common::{a_sum_of_features, covariance, data, distance, varies};
use crate::jacobi;
use densely_preprocess::{FittedTransform, Pca, PreprocessError, Transform, Whiten};
use densely_tensor::{Mat, MatRef, mat};
use proptest::prelude::*;

fn identity(n: usize) -> Mat<f64> {
    Mat::from_fn(n, n, |i, j| f64::from(i == j))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Eigenvalues agree one by one; eigenvectors as the projections on the spaces that
    /// belong to equal ones, which is what is defined.
    #[test]
    fn components_are_the_eigenvectors_of_the_covariance(x in data().prop_filter("varies", varies)) {
        let pca = Pca::fit(x.as_ref()).unwrap();
        let (c, v) = (covariance(x.as_ref()), pca.components());
        let (values, vectors) = jacobi::eigen(&c);
        let scale = values[0];
        for (i, variance) in pca.variances().iter().enumerate() {
            prop_assert!((variance - values[i]).abs() < 1e-12 * scale);
        }
        for value in &values[pca.variances().len()..] {
            prop_assert!(value.abs() < 1e-12 * scale, "a component was left out");
        }
        prop_assert!((pca.total_variance() / values.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        prop_assert!(pca.variance_ratio() > 1.0 - 1e-12);
        // C V = V diag(λ), Vᵀ V = I.
        let lambda = Mat::from_fn(v.ncols(), v.ncols(), |i, j| f64::from(i == j) * pca.variances()[i]);
        prop_assert!(distance(&(&c * v), &(v * lambda)) < 1e-11 * scale);
        prop_assert!(distance(&(v.transpose() * v), &identity(v.ncols())) < 1e-13);
        // Projections on the spaces of the first k, where a gap separates them from the rest.
        for k in 1..=v.ncols() {
            let gap = values[k - 1] - values.get(k).copied().unwrap_or(0.0);
            if gap > 1e-3 * scale {
                let (ours, theirs) = (v.subcols(0, k), vectors.subcols(0, k));
                let (ours, theirs) = (ours * ours.transpose(), theirs * theirs.transpose());
                prop_assert!(distance(&ours, &theirs) < 1e-9);
            }
        }
    }

    #[test]
    fn decorrelated_data_have_the_variances_as_covariance(x in data().prop_filter("varies", varies)) {
        let pca = Pca::fit(x.as_ref()).unwrap();
        let y = pca.transform(x.as_ref()).unwrap();
        let c = covariance(y.as_ref());
        let expected = Mat::from_fn(c.nrows(), c.nrows(), |i, j| {
            f64::from(i == j) * pca.variances()[i]
        });
        prop_assert!(distance(&c, &expected) < 1e-11 * pca.variances()[0]);
        let back = pca.inverse_transform(y.as_ref()).unwrap();
        prop_assert!(distance(&back, &x) < 1e-14 * x.norm_max() * x.nrows() as f64);
    }

    #[test]
    fn whitened_data_have_the_identity_as_covariance(x in data().prop_filter("varies", varies)) {
        let whiten = Whiten::fit(x.as_ref()).unwrap();
        let y = whiten.transform(x.as_ref()).unwrap();
        let c = covariance(y.as_ref());
        prop_assert!(distance(&c, &identity(c.nrows())) < 1e-10);
        let back = whiten.inverse_transform(y.as_ref()).unwrap();
        prop_assert!(distance(&back, &x) < 1e-14 * x.norm_max() * x.nrows() as f64);
    }

    #[test]
    fn the_largest_entry_of_a_component_is_positive(x in data().prop_filter("varies", varies)) {
        let pca = Pca::fit(x.as_ref()).unwrap();
        for j in 0..pca.out_features() {
            let component = (0..x.nrows()).map(|i| pca.components()[(i, j)]);
            let magnitude = component.clone().map(f64::abs).fold(0.0, f64::max);
            prop_assert!(component.clone().any(|v| v > magnitude * (1.0 - 1e-7)));
        }
    }

    /// The components of the first k are the first k components.
    #[test]
    fn fewer_components_are_the_first_of_all(x in data().prop_filter("varies", varies)) {
        let all = Pca::fit(x.as_ref()).unwrap();
        for k in 1..=all.out_features() {
            let some = Pca::fit_k(x.as_ref(), k).unwrap();
            prop_assert_eq!(some.components(), all.components().subcols(0, k));
            prop_assert_eq!(some.variances(), &all.variances()[..k]);
            prop_assert_eq!(some.total_variance(), all.total_variance());
            let ratio = some.variances().iter().sum::<f64>() / all.total_variance();
            prop_assert_eq!(some.variance_ratio(), ratio);
        }
    }
}

#[test]
fn whitening_is_exact_around_a_large_mean_and_for_tiny_and_huge_data() {
    let unit = |i: usize, j: usize| ((7 * i + 3 * j * j + i * j) % 11) as f64;
    for (offset, scale) in [(1e8, 1.0), (1e12, 1.0), (0.0, 1e-150), (0.0, 1e150)] {
        let x = Mat::from_fn(4, 50, |i, j| offset + scale * unit(i, j));
        let y = Whiten::fit(x.as_ref()).unwrap().transform(x.as_ref()).unwrap();
        assert!(distance(&covariance(y.as_ref()), &identity(4)) < 1e-10, "{offset}, {scale}");
    }
}

/// scikit-learn gives 854,862 where the right answer is of the order of 1.
#[test]
fn rank_deficient_data_are_cut_to_their_rank() {
    let x = a_sum_of_features();
    let whiten = Whiten::fit(x.as_ref()).unwrap();
    assert_eq!(whiten.out_features(), 3);
    // A new example that leaves the hyperplane is projected onto it.
    let y = whiten.transform(mat![[0.3], [0.3], [0.3], [1.0]].as_ref()).unwrap();
    assert!(y.norm_max() < 5.0);
}

#[test]
fn fewer_examples_than_features_span_fewer_directions() {
    let x = Mat::from_fn(20, 3, |i, j| ((i * i + 5 * j + i * j) % 13) as f64);
    assert_eq!(Pca::fit(x.as_ref()).unwrap().out_features(), 2);
}

#[test]
fn epsilon_damps_as_its_equation_says() {
    let x = mat![[0.0, 4.0, 0.0, 4.0], [0.0, 0.0, 2.0, 2.0]];
    let whiten = Whiten::from_pca(Pca::fit(x.as_ref()).unwrap(), 3.0).unwrap();
    let y = whiten.transform(x.as_ref()).unwrap();
    // Variances 4 and 1: the axes are divided by √7 and √4.
    let expected = Mat::from_fn(2, 4, |i, j| (x[(i, j)] - [2.0, 1.0][i]) / [7_f64.sqrt(), 2.0][i]);
    assert!(distance(&y, &expected) < 1e-15);
    assert!(distance(&whiten.inverse_transform(y.as_ref()).unwrap(), &x) < 1e-14);
}

#[test]
fn every_bad_input_has_its_error() {
    let message = |error: PreprocessError| error.to_string();
    let fit = |x: MatRef<'_, f64>| message(Pca::fit(x).unwrap_err());
    assert_eq!(fit(Mat::zeros(2, 0).as_ref()), "Pca::fit: the number of examples must not be zero");
    assert_eq!(fit(Mat::zeros(0, 2).as_ref()), "Pca::fit: the number of features must not be zero");
    assert_eq!(
        fit(mat![[1.0, 2.0], [3.0, f64::NAN]].as_ref()),
        "feature 1 of example 1 is NaN: every value must be finite"
    );
    assert_eq!(
        fit(mat![[1.0, 1.0], [5.0, 5.0]].as_ref()),
        "the 2 examples are all equal: there is no variance to decompose"
    );
    assert!(fit(mat![[1.0], [5.0]].as_ref()).contains("1 examples are all equal"));
    let transposed = mat![[1.0, 2.0], [3.0, 4.0]];
    assert!(fit(transposed.transpose()).contains("contiguous"));

    let x = mat![[0.0, 1.0, 2.0], [0.0, 1.0, 2.0]];
    for k in [0, 2] {
        assert_eq!(
            message(Pca::fit_k(x.as_ref(), k).unwrap_err()),
            format!(
                "{k} components were asked for: it must be from 1 to 1, the rank of the 2 x 3 \
                 data about their mean"
            )
        );
    }
    let pca = Pca::fit(x.as_ref()).unwrap();
    for epsilon in [-1.0, f64::NAN, f64::INFINITY] {
        let error = message(Whiten::from_pca(pca.clone(), epsilon).unwrap_err());
        assert_eq!(error, format!("epsilon must be finite and at least 0, got {epsilon}"));
    }
    let whiten: FittedTransform = Whiten::from_pca(pca, 0.0).unwrap().into();
    let error = whiten.transform(Mat::<f32>::zeros(3, 1).as_ref()).unwrap_err().to_string();
    assert_eq!(error, "transform: expected 2 features, got 3");
    let error = whiten.inverse_transform(Mat::<f32>::zeros(3, 1).as_ref()).unwrap_err().to_string();
    assert_eq!(error, "inverse_transform: expected 1 features, got 3");
}

#[test]
fn parts_that_are_no_principal_components_are_refused() {
    let pca = Pca::fit(mat![[0.0, 4.0, 1.0], [1.0, 0.0, 2.0]].as_ref()).unwrap();
    let (center, v) = (pca.center().clone(), pca.components().to_owned());
    let (variances, total) = (pca.variances().to_vec(), pca.total_variance());
    let refused = |v: &Mat<f64>, variances: &[f64], total| {
        let error = Pca::from_parts(center.clone(), v.clone(), variances.to_vec(), total);
        error.unwrap_err().to_string()
    };
    assert_eq!(Pca::from_parts(center.clone(), v.clone(), variances.clone(), total), Ok(pca));
    assert!(refused(&(2.0 * &v), &variances, total).contains("orthonormality"));
    assert!(refused(&(f64::NAN * &v), &variances, total).contains("orthonormality"));
    assert!(refused(&v, &variances[..1], total).contains("expected 2 variances, got 1"));
    assert!(refused(&v, &[1.0, 2.0], total).contains("at most the one before it, got 2"));
    assert!(refused(&v, &[1.0, 0.0], total).contains("positive and finite, got 0"));
    assert!(refused(&v, &variances, 0.5 * total).contains("at least the sum"));
    assert!(refused(&Mat::zeros(3, 2), &variances, total).contains("expected 2 features, got 3"));
}
