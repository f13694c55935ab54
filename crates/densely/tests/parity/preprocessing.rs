//! Every transformation of features.

use densely::prelude::*;
use densely::tensor::column;

use crate::agreement::{Difference, check};
use crate::case::{Case, cases};

const TOLERANCE: f64 = 1e-10;

#[test]
fn preprocessing() {
    let cases = cases(include_str!("preprocessing.txt"));
    assert_eq!(cases.len(), 119);
    let differences = cases.iter().map(|case| (case.name().to_owned(), transform(case)));
    check("preprocessing", TOLERANCE, &differences.collect::<Vec<_>>());
}

/// What the transformation of a case is made of, and what it makes of other examples.
fn transform(case: &Case) -> Vec<Difference> {
    let features = case.numbers("features")[0] as usize;
    let x = if case.get("x").is_some() { case.columns(features, "x") } else { large(features) };
    let mut kinds = Kind::list(case.text("method")).unwrap();
    if let Some(epsilon) = case.get("epsilon") {
        kinds[0] = kinds[0].clone().with_option("epsilon", epsilon);
    }
    let fitted = like_theirs(Pipeline::fit(&kinds, x.as_ref()).unwrap());
    let transformed = fitted.transform(case.columns(features, "new").as_ref()).unwrap();
    let theirs = case.columns(fitted.out_features(), "transformed");
    let inverse = fitted.inverse_transform(theirs.as_ref()).unwrap();
    let mut differences = parts(case, &fitted);
    // Turned back by ZCA, a feature without a variance is a sum of the others that should be 0.
    differences.extend(match kinds[..] {
        [ref kind] if kind.name() == "zca" => vec![whole("features", &transformed, &theirs)],
        _ => by_row("feature", &transformed, &theirs),
    });
    differences.extend(by_row("inverted feature", &inverse, &case.columns(features, "inverse")));
    differences
}

/// A constant feature that is standardised is divided by 1 there, and 0 here.
fn like_theirs(pipeline: Pipeline) -> Pipeline {
    let [one] = pipeline.steps() else { return pipeline };
    let Some(standardize) = one.downcast_ref::<Standardize>() else { return pipeline };
    let scale = standardize.scale().iter().map(|&scale| if scale == 0.0 { 1.0 } else { scale });
    Standardize::from_parts(standardize.mean().to_vec(), scale.collect()).unwrap().into()
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

/// What a transformation that is alone has learnt.
fn parts(case: &Case, pipeline: &Pipeline) -> Vec<Difference> {
    let mut differences = Vec::new();
    let [one] = pipeline.steps() else { return differences };
    for (name, shape, ours) in one.learned().iter() {
        let theirs = case.numbers(name);
        match *shape {
            [rows, columns] => {
                let matrix =
                    |values: &[f64]| Mat::from_fn(rows, columns, |i, j| values[i * columns + j]);
                differences.extend(by_row(name, &matrix(ours), &matrix(&theirs)));
            }
            _ => differences.extend(Difference::each(name, ours, &theirs)),
        }
    }
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
