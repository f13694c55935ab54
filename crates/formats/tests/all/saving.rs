//! What is saved can be loaded, and is the same model then; what cannot is refused.

use std::fs;
use std::path::Path;

use densely_data::Dataset;
use densely_formats::{AnyModel, FormatError, ModelFile, Provenance, is_model_file};
use densely_layers::{Kind, Layer, LayerKinds};
use densely_loss::LossKinds;
use densely_models::{Mlp, Predictor, Preparation};
use densely_preprocess::{Pipeline, Transform};
use densely_tensor::{Mat, Scalar, Threads};
use proptest::prelude::*;

fn x() -> Mat<f64> {
    Mat::from_fn(3, 20, |i, j| ((3 * i + 7 * j * j + i * j) % 11) as f64 / 3.0)
}

fn save<T: Scalar>(predictor: Predictor<T>, path: &Path) -> Result<(), FormatError> {
    ModelFile { predictor, provenance: Provenance::default() }.save(path)
}

/// What a file predicts.
fn loaded(path: &Path) -> Result<[String; 2], FormatError> {
    fn of<T: Scalar>(file: &ModelFile<T>) -> [String; 2] {
        predictions(&file.predictor)
    }
    Ok(match AnyModel::load(path)? {
        AnyModel::F32(file) => of(&file),
        AnyModel::F64(file) => of(&file),
    })
}

/// Classes or values, and probabilities, as text, or why there are none: outputs may be infinite.
fn predictions<T: Scalar>(predictor: &Predictor<T>) -> [String; 2] {
    let (x, threads) = (x(), Threads::single());
    let probabilities = predictor.probabilities(x.as_ref(), &threads);
    [format!("{:?}", predictor.predict(x.as_ref(), &threads)), format!("{probabilities:?}")]
}

/// A value that may be poison, and where it goes.
type Poison = Option<(usize, f64)>;

/// Saves a model of this description, one of whose weights may be poison.
fn survives<T: Scalar>(
    spec: &Mlp,
    kinds: &[Kind],
    names: &[String],
    poison: Poison,
) -> Result<(), TestCaseError> {
    let data = match spec.loss_kind().name() {
        "mse" | "mae" | "huber" | "quantile" | "poisson" => {
            Dataset::regression(x(), Mat::from_fn(1, 20, |_, j| (j * j) as f64)).unwrap()
        }
        _ => Dataset::classification(x(), (0..20).map(|j| j % 3).collect(), 3).unwrap(),
    };
    let Ok(data) = data.with_feature_names(names.to_vec()) else { return Ok(()) };
    let preparation = Preparation::fit(kinds, &data).unwrap();
    let Ok(mut predictor) = Predictor::<T>::new(preparation, spec.clone()) else { return Ok(()) };
    let mut finite = true;
    if let Some((place, value)) = poison {
        let value = T::from_f64(value);
        let (mut seen, count) = (0, predictor.model().parameters());
        predictor.model_mut().network_mut().visit_params_mut(&mut |param| {
            let size = param.value.nrows() * param.value.ncols();
            let index = (place % count).wrapping_sub(seen);
            if index < size {
                let rows = param.value.nrows();
                param.value[(index % rows, index / rows)] = value;
            }
            seen += size;
        });
        finite = Scalar::is_finite(value);
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model");
    let before = predictions(&predictor);
    let saved = save(predictor, &path);
    prop_assert_eq!(saved.is_ok(), finite, "{:?}", saved);
    match saved {
        Ok(()) => prop_assert_eq!(loaded(&path).unwrap(), before),
        Err(_) => prop_assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0),
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn what_is_saved_is_loaded_and_predicts_the_same(
        hidden in prop::collection::vec(1_usize..6, 0..3),
        activations in prop::collection::vec(
            prop::sample::select(LayerKinds::<f64>::new().activation_names()), 2,
        ),
        option in prop_oneof![0.01..0.99, Just(0.1 + 0.2), Just(1e-300), Just(f64::MIN_POSITIVE)],
        loss in prop::sample::select(LossKinds::<f64>::new().names()),
        method in prop::sample::select(vec![
            "none", "center", "standardize", "min-max:-1:1", "min-max(-0.7, 1e-300)", "pca:2", "whiten",
            "whiten(epsilon=0.3)", "zca:2", "mean-image", "channel-mean:3", "standardize,pca:2",
        ]),
        names in prop::collection::vec("\\PC{0,9}", 3),
        seed: u64,
        double: bool,
        poison in prop::option::of((
            any::<usize>(),
            prop::sample::select(vec![
                f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e39, 3e38, -0.0, 1e-310, f64::MAX,
            ]),
        )),
    ) {
        let transformations = Kind::list(method).unwrap();
        let mut kinds: Vec<_> = activations.iter().map(|&name| Kind::new(name)).collect();
        if ["leaky-relu", "elu"].contains(&activations[0]) {
            kinds[0] = Kind::new(activations[0]).with(option);
        }
        kinds.truncate(hidden.len().max(1));
        let regression = !["mse", "mae", "huber", "quantile", "poisson"].contains(&loss);
        let loss = match loss {
            "huber" | "softmax" => Kind::new(loss).with(option),
            _ => Kind::new(loss),
        };
        let fitted = Pipeline::fit(&transformations, x().as_ref()).unwrap();
        let spec = Mlp::classifier(fitted.out_features(), if regression { 3 } else { 1 })
            .hidden(hidden)
            .activations(kinds)
            .dropout(if seed % 2 == 0 { option } else { 0.0 })
            .input_noise(if seed % 3 == 0 { option } else { 0.0 })
            .loss(loss)
            .seed(seed);
        if double {
            survives::<f64>(&spec, &transformations, &names, poison)?;
        } else {
            survives::<f32>(&spec, &transformations, &names, poison)?;
        }
    }
}

/// A header beyond what readers of the format accept.
#[test]
fn names_of_100_megabytes_are_refused() {
    let names = [0, 1, 2].map(|i| format!("{i}{}", "x".repeat(34_000_000)));
    let data = Dataset::classification(x(), (0..20).map(|j| j % 3).collect(), 3).unwrap();
    let data = data.with_feature_names(names).unwrap();
    let preparation = Preparation::fit(["none"], &data).unwrap();
    let predictor = Predictor::<f32>::new(preparation, Mlp::classifier(3, 3)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model");
    let refused = save(predictor, &path).unwrap_err().to_string();
    assert!(refused.contains("a safetensors file has room for 100000000"), "{refused}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_place_is_tried_and_left_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model");
    let data = Dataset::classification(x(), (0..20).map(|j| j % 3).collect(), 3).unwrap();
    let preparation = Preparation::fit(["none"], &data).unwrap();
    let predictor = Predictor::<f32>::new(preparation, Mlp::classifier(3, 3)).unwrap();
    let file = ModelFile { predictor, provenance: Provenance::default() };
    file.try_place(&path).unwrap();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    fs::write(&path, "old").unwrap();
    file.try_place(&path).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "old");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    let nowhere = folder.path().join("none/model");
    assert!(matches!(file.try_place(nowhere), Err(FormatError::File { .. })));
}

#[test]
fn a_file_of_ours_is_known_by_its_header() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model");
    let data = Dataset::classification(x(), (0..20).map(|j| j % 3).collect(), 3).unwrap();
    let preparation = Preparation::fit(["none"], &data).unwrap();
    save(Predictor::<f32>::new(preparation, Mlp::classifier(3, 3)).unwrap(), &path).unwrap();
    let bytes = fs::read(&path).unwrap();
    let is_one = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        is_model_file(&path).unwrap()
    };
    let header = 8 + u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    assert!(is_one(&bytes) && is_one(&bytes[..header]));
    assert!(is_one(include_bytes!("../data/version-1.safetensors")));
    let theirs = |json: &str| [&(json.len() as u64).to_le_bytes()[..], json.as_bytes()].concat();
    for other in [
        &b""[..],
        b"a,b,c\n1,2,3\n",
        &[0xff; 100],
        &bytes[..header - 1],
        &(1_u64 << 60).to_le_bytes(),
        &theirs("{}"),
        &theirs(r#"{"__metadata__":{"format":"pt"}}"#),
        &theirs(r#"{"__metadata__":{"densely":"their word, too"}}"#),
        &theirs(r#"{"__metadata__":{"densely":"{\"version\":1}"}}"#),
    ] {
        assert!(!is_one(other), "{other:?}");
    }
    let none = is_model_file(folder.path().join("none")).unwrap_err();
    assert_eq!(none.kind(), std::io::ErrorKind::NotFound);
}

/// It is not waited for that somebody writes into it.
#[cfg(unix)]
#[test]
fn a_pipe_is_no_model_file() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    assert!(!is_model_file(&pipe).unwrap());
    assert!(!is_model_file(folder.path()).unwrap());
}

#[test]
fn logarithms_of_targets_come_back() {
    let data =
        Dataset::regression(x(), Mat::from_fn(1, 20, |_, j| ((j * j) as f64).exp())).unwrap();
    let preparation = Preparation::fit(["standardize"], &data).unwrap();
    let plain = Predictor::<f64>::new(preparation.clone(), Mlp::regressor(3, 1)).unwrap();
    let preparation = preparation.with_log_targets(data.target()).unwrap();
    let predictor = Predictor::<f64>::new(preparation, Mlp::regressor(3, 1)).unwrap();
    let expected = predictions(&predictor);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    save(predictor, &path).unwrap();
    assert_eq!(loaded(&path).unwrap(), expected);
    // Files of other models say nothing of it.
    assert!(String::from_utf8_lossy(&fs::read(&path).unwrap()).contains("log_targets"));
    save(plain, &path).unwrap();
    assert!(!String::from_utf8_lossy(&fs::read(&path).unwrap()).contains("log_targets"));
}
