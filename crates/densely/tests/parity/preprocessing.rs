//! Every transformation of features.

use densely::prelude::*;
use densely::tensor::column;

use crate::agreement::{Difference, check};
use crate::case::{Case, cases};

const TOLERANCE: f64 = 1e-10;

#[test]
fn preprocessing() {
    let cases = cases(include_str!("preprocessing.txt"));
    assert_eq!(cases.len(), 107);
    let differences = cases.iter().map(|case| (case.name().to_owned(), transform(case)));
    check("preprocessing", TOLERANCE, &differences.collect::<Vec<_>>());
}

/// What the transformation of a case is made of, and what it makes of other examples.
fn transform(case: &Case) -> Vec<Difference> {
    let features = case.numbers("features")[0] as usize;
    let x = if case.get("x").is_some() { case.columns(features, "x") } else { large(features) };
    let method: Method = case.text("method").parse().unwrap();
    let fitted = match (method.fit(x.as_ref()).unwrap(), case.get("epsilon")) {
        (Preprocessor::Standardize(standardize), None) => like_theirs(&standardize).into(),
        (fitted, None) => fitted,
        (Preprocessor::Whiten(white), Some(epsilon)) => {
            Whiten::from_pca(white.pca().clone(), epsilon.parse().unwrap()).unwrap().into()
        }
        (Preprocessor::Zca(zca), Some(epsilon)) => {
            Zca::from_pca(zca.pca().clone(), epsilon.parse().unwrap()).unwrap().into()
        }
        (other, Some(_)) => panic!("{other} has no epsilon"),
    };
    let transformed = fitted.transform(case.columns(features, "new").as_ref()).unwrap();
    let theirs = case.columns(fitted.out_features(), "transformed");
    let inverse = fitted.inverse_transform(theirs.as_ref()).unwrap();
    let mut differences = parts(case, &fitted);
    differences.extend(match fitted {
        // Turned back, a feature without a variance is a sum of the others that should be 0.
        Preprocessor::Zca(_) => vec![whole("features", &transformed, &theirs)],
        _ => by_row("feature", &transformed, &theirs),
    });
    differences.extend(by_row("inverted feature", &inverse, &case.columns(features, "inverse")));
    differences
}

/// A constant feature is divided by 1 there, and 0 here.
fn like_theirs(standardize: &Standardize) -> Standardize {
    let scale = standardize.scale().iter().map(|&scale| if scale == 0.0 { 1.0 } else { scale });
    Standardize::from_parts(standardize.mean().to_vec(), scale.collect()).unwrap()
}

/// Whole numbers with two directions of large variance, the same as in the script.
fn large(features: usize) -> Mat<f64> {
    let signed = |value: usize, middle: f64| value as f64 - middle;
    Mat::from_fn(features, 210, |i, j| {
        let first = signed(i * i % 13, 6.0) * signed(3 * j * j % 17, 8.0);
        let second = signed(7 * i % 11, 5.0) * signed(5 * j % 19, 9.0);
        9.0 * first + 4.0 * second + ((31 * i * i + 17 * i * j * j + 57 * j) % 101) as f64
    })
}

/// The statistics that a transformation holds.
fn parts(case: &Case, fitted: &Preprocessor) -> Vec<Difference> {
    let each = |key, ours: &[f64]| Difference::each(key, ours, &case.numbers(key));
    match fitted {
        Preprocessor::Center(center) => each("mean", center.mean()),
        Preprocessor::MeanImage(image) => each("mean", image.image()),
        Preprocessor::Standardize(standardize) => {
            [each("mean", standardize.mean()), each("scale", standardize.scale())].concat()
        }
        Preprocessor::MinMax(min_max) => {
            [each("minimum", min_max.minimum()), each("maximum", min_max.maximum())].concat()
        }
        Preprocessor::Pca(pca) => components(case, pca),
        Preprocessor::Whiten(white) => components(case, white.pca()),
        Preprocessor::Zca(zca) => components(case, zca.pca()),
        _ => Vec::new(),
    }
}

fn components(case: &Case, pca: &Pca) -> Vec<Difference> {
    let each = |key, ours: &[f64]| Difference::each(key, ours, &case.numbers(key));
    let (ours, theirs) = (pca.components(), case.numbers("components"));
    let theirs = Mat::from_fn(ours.ncols(), ours.nrows(), |i, j| theirs[i * ours.nrows() + j]);
    let mut differences = by_row("component", &ours.transpose().to_owned(), &theirs);
    differences.extend(each("mean", pca.center().mean()));
    differences.extend(each("variances", pca.variances()));
    differences.extend(each("total", &[pca.total_variance()]));
    differences
}

/// Each row on its own, since features differ in size.
fn by_row(what: &str, ours: &Mat<f64>, theirs: &Mat<f64>) -> Vec<Difference> {
    assert_eq!(ours.shape(), theirs.shape(), "{what}: shapes");
    let row = |m: &Mat<f64>, i| m.subrows(i, 1).to_owned();
    let differences = |i| whole(&format!("{what} {i}"), &row(ours, i), &row(theirs, i));
    (0..ours.nrows()).map(differences).collect()
}

fn whole(what: &str, ours: &Mat<f64>, theirs: &Mat<f64>) -> Difference {
    assert_eq!(ours.shape(), theirs.shape(), "{what}: shapes");
    let entries = |m: &Mat<f64>| {
        let columns = (0..m.ncols()).map(|j| column(m.as_ref(), j));
        columns.flatten().copied().collect::<Vec<_>>()
    };
    Difference::new(what, &entries(ours), &entries(theirs))
}
