//! What is to hold of every transformation that has a name, of a new one too: from the list.

use crate::common::{data, distance, varies};
use densely_preprocess::{
    Kind, Learned, Opt, Pca, Pipeline, PreprocessError, Spec, Standardize, Transform,
    TransformKinds,
};
use densely_tensor::{Mat, Threads, mat};
use proptest::prelude::*;

/// Each kind with the least that has to be said, and with more.
fn kinds() -> Vec<Kind> {
    let known = TransformKinds::new();
    let plain = |spec: &Spec| {
        let needed = spec.opts().iter().filter(|opt| opt.default().is_none());
        needed.fold(Kind::new(spec.name()), |kind, _: &Opt| kind.with(1))
    };
    let more = ["min-max(-1, 0.5)", "pca(1)", "pca(0.9)", "whiten(1, 0.3)", "zca(epsilon=0.1)"];
    let more = more.into_iter().chain(["channel-mean(1, interleaved)", "standardize(keep-binary)"]);
    known.specs().map(plain).chain(more.map(Kind::from)).collect()
}

proptest! {
    #[test]
    fn what_is_fitted_is_what_it_says_and_has_learnt(x in data().prop_filter("varies", varies)) {
        let (known, threads) = (TransformKinds::new(), Threads::new(2).unwrap());
        for kind in kinds() {
            let fitted = known.get(&kind).unwrap().fit(x.as_ref(), &Threads::single()).unwrap();
            prop_assert_eq!(fitted.in_features(), x.nrows());
            let on_threads = known.get(&kind).unwrap().fit(x.as_ref(), &threads).unwrap();
            prop_assert_eq!(&on_threads, &fitted);

            // Its text, and numbers that went through a file.
            let text = fitted.kind().to_string();
            let mut learned = Learned::new();
            for (name, shape, values) in fitted.learned().iter() {
                learned.insert(name, shape.to_vec(), values.to_vec());
            }
            let again = known.get(text.as_str()).unwrap().from_learned(x.nrows(), &mut learned);
            let again = again.unwrap();
            prop_assert_eq!(&again, &fitted, "{}", text);
            let y = fitted.transform(x.as_ref()).unwrap();
            prop_assert_eq!(&again.transform(x.as_ref()).unwrap(), &y, "{}", text);
            let back = fitted.inverse_transform(y.as_ref()).unwrap();
            prop_assert_eq!(&again.inverse_transform(y.as_ref()).unwrap(), &back, "{}", text);

            // Where nothing was dropped, the inverse undoes it.
            if kind != Kind::new("pca").with(1) && fitted.downcast_ref::<Pca>().is_none() {
                let dropped = text.starts_with("whiten(1,") && x.nrows() > 1;
                let error = distance(&back, &x);
                let exact = 1e-10 * (1.0 + x.norm_max());
                prop_assert!(dropped || error <= exact, "{}: {:e}", text, error);
            }

            // A feature that keeps its name is made of one alone.
            if fitted.keeps_features() {
                prop_assert_eq!(fitted.out_features(), x.nrows());
                for feature in 0..x.nrows() {
                    let other = Mat::from_fn(x.nrows(), x.ncols(), |i, j| {
                        if i == feature { x[(i, j)] } else { 3.0 - 2.0 * x[(i, j)] }
                    });
                    let other = fitted.transform(other.as_ref()).unwrap();
                    prop_assert_eq!(other.subrows(feature, 1), y.subrows(feature, 1), "{}", text);
                }
            }

            // Data in f32 are those numbers in f64.
            let single = Mat::from_fn(x.nrows(), x.ncols(), |i, j| x[(i, j)] as f32);
            let wide = Mat::from_fn(x.nrows(), x.ncols(), |i, j| f64::from(single[(i, j)]));
            if varies(&wide) {
                let single = known.get(&kind).unwrap().fit(single.as_ref(), &threads);
                let wide = known.get(&kind).unwrap().fit(wide.as_ref(), &threads);
                prop_assert_eq!(single, wide);
            }
        }
    }
}

/// What cannot be fitted, and what cannot have been learnt.
#[test]
fn every_kind_has_its_errors() {
    let (known, threads) = (TransformKinds::new(), Threads::single());
    let x = mat![[0.0, 4.0, 1.0], [1.0, 0.0, 2.0]];
    for kind in kinds() {
        let known = known.get(&kind).unwrap();
        let fit = |x: Mat<f64>| known.fit(x.as_ref(), &threads).unwrap_err();
        assert!(matches!(fit(Mat::zeros(2, 0)), PreprocessError::Shape(_)), "{kind}");
        assert!(matches!(fit(Mat::zeros(0, 2)), PreprocessError::Shape(_)), "{kind}");
        let error = fit(mat![[0.0, 1.0], [f64::NAN, 2.0]]);
        let expected = "feature 1 of example 0 is NaN: every value must be finite";
        assert_eq!(error.to_string(), expected, "{kind}");
        let learned = known.fit(x.as_ref(), &threads).unwrap().learned();
        for (name, shape, values) in learned.iter() {
            // Without these numbers, and with one more.
            let [mut without, mut longer] = [Learned::new(), Learned::new()];
            for (other, shape, values) in learned.iter().filter(|(other, ..)| *other != name) {
                without.insert(other, shape.to_vec(), values.to_vec());
                longer.insert(other, shape.to_vec(), values.to_vec());
            }
            let missing = PreprocessError::Missing { name: name.to_owned() };
            assert_eq!(known.from_learned(2, &mut without), Err(missing), "{kind}");
            longer.insert(name, vec![values.len() + 1], [values, &[0.5]].concat());
            let error = known.from_learned(2, &mut longer).unwrap_err();
            let about = match &error {
                PreprocessError::Learned { name, actual, .. } => (name.as_str(), actual.as_slice()),
                other => panic!("{kind}, {name}: {other}"),
            };
            // One more variance is one component that there is not.
            let components = shape.len() == 1 && name == "variances" && about.0 == "components";
            assert!(about == (name, &[values.len() + 1][..]) || components, "{kind}, {name}");
        }
    }
}

#[test]
fn every_spelling_that_was_is_read() {
    let known = TransformKinds::new();
    for (text, printed) in [
        ("none", "none"),
        ("center", "center"),
        ("standardize", "standardize"),
        ("min-max", "min-max"),
        ("min-max:0:1", "min-max"),
        ("min-max:-1:0.5", "min-max(-1, 0.5)"),
        ("pca", "pca"),
        ("pca:7", "pca(7)"),
        ("pca:1", "pca(1)"),
        ("pca:0.95", "pca(0.95)"),
        ("pca:1.0", "pca(1.0)"),
        ("whiten:12", "whiten(12)"),
        ("whiten(12, 1e-5)", "whiten(12, 1e-5)"),
        ("zca:3", "zca(3)"),
        ("mean-image", "mean-image"),
        ("channel-mean:3", "channel-mean(3)"),
        ("channel-mean:3:interleaved", "channel-mean(3, interleaved)"),
    ] {
        assert_eq!(known.get(text).unwrap().kind().to_string(), printed);
        assert_eq!(known.get(printed).unwrap().kind(), Kind::from(printed));
    }
    let several = Kind::list("standardize,pca:0.9,min-max:-1:1").unwrap();
    let x = Mat::from_fn(3, 9, |i, j| ((i + 1) * j * j % 7) as f64);
    let fitted = Pipeline::fit(&several, x.as_ref()).unwrap();
    assert_eq!(fitted.to_string(), "standardize,pca(2),min-max(-1)");
    assert_eq!(Pipeline::fit(fitted.kinds(), x.as_ref()).unwrap(), fitted);
}

#[test]
fn other_kinds_and_options_are_refused_with_what_there_is() {
    let known = TransformKinds::new();
    let all = known.names().join(", ");
    for (name, meant) in [
        ("", ""),
        ("PCA", " (did you mean pca?)"),
        ("tsne", ""),
        ("standardise", " (did you mean standardize?)"),
    ] {
        let expected = format!("unknown transformation \"{name}\"{meant}: choose one of {all}");
        assert_eq!(known.get(Kind::new(name)).unwrap_err().to_string(), expected);
    }
    let components = "the components of pca must be all, a whole number of at least 1, or a share \
                      with a point, above 0 and at most 1.0";
    for value in ["0", "-1", "1.5", "nan", "x"] {
        let error = known.get(Kind::new("pca").with(value)).unwrap_err().to_string();
        assert_eq!(error, format!("{components}, got {value}"));
    }
    for (kind, expected) in [
        ("pca:2:3", "pca has no place for `3`: it takes components"),
        ("center:2", "center has no place for `2`: it takes no options"),
        ("min-max:0:inf", "the upper of min-max must be a finite number, got inf"),
        (
            "min-max:1:1",
            "the upper of min-max must be above its lower, 1, by no more than 1.8e308, got 1",
        ),
        ("channel-mean", "channel-mean needs its channels: it takes channels, interleaved"),
        (
            "channel-mean:0",
            "the channels of channel-mean must be a whole number of at least 1, got 0",
        ),
        (
            "channel-mean:3:planar",
            "channel-mean can be `interleaved`, true or false, and not `planar`: it takes channels, interleaved",
        ),
        ("whiten(1, -1)", "the epsilon of whiten must be a finite number of at least 0, got -1"),
    ] {
        assert_eq!(known.get(kind).unwrap_err().to_string(), expected);
    }
    let error = known.get("min-max:-1e308:1e308").unwrap_err().to_string();
    let expected =
        "the upper of min-max must be above its lower, -1e308, by no more than 1.8e308, got 1e308";
    assert_eq!(error, expected);
    // Before anything is fitted.
    let x = mat![[f64::NAN]];
    let error = Pipeline::fit(["center", "tsne"], x.as_ref()).unwrap_err();
    assert!(matches!(error, PreprocessError::Kind(_)), "{error}");
}

#[test]
fn fitted_transformations_are_equal_if_they_have_learnt_the_same() {
    let x = mat![[0.0, 4.0, 1.0], [1.0, 0.0, 2.0]];
    let fit = |kind: &str| Pipeline::fit([kind], x.as_ref()).unwrap();
    assert_eq!(fit("standardize"), Standardize::fit(x.as_ref()).unwrap().into());
    assert_eq!(fit("pca"), fit("pca(2)"));
    assert_ne!(fit("whiten"), fit("whiten(epsilon=0.5)"));
    assert_ne!(fit("whiten"), fit("zca"));
    assert_ne!(fit("center"), fit("mean-image"), "of other types, with the same numbers");
    let other = Pipeline::fit(["standardize"], mat![[0.0, 4.0], [1.0, 0.0]].as_ref()).unwrap();
    assert_ne!(fit("standardize"), other);
}
