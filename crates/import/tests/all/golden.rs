//! What the programs that wrote the files answer.

use std::fs;
use std::io::{Read, Write};
use std::path::PathBuf;

use densely_formats::AnyModel;
use densely_import::{ImportError, ImportOptions, Task, import};
use densely_layers::Kind;
use densely_models::{Prediction, Predictor};
use densely_tensor::{Mat, Scalar, Threads, mat};

use tempfile::TempDir;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::data;

/// A column for each line.
fn numbers(name: &str) -> Mat<f64> {
    let text = fs::read_to_string(data(name)).unwrap();
    let row = |line: &str| line.split(',').map(|x| x.parse().unwrap()).collect::<Vec<f64>>();
    let rows: Vec<Vec<f64>> = text.lines().map(row).collect();
    Mat::from_fn(rows[0].len(), rows.len(), |i, j| rows[j][i])
}

fn answers<T: Scalar>(predictor: &Predictor<T>) -> Mat<f64> {
    let (x, threads) = (numbers("inputs.csv"), Threads::single());
    match predictor.predict(x.as_ref(), &threads).unwrap() {
        Prediction::Values(values) => values,
        _ => {
            let all = predictor.probabilities(x.as_ref(), &threads).unwrap().unwrap();
            Mat::from_fn(all.nrows(), all.ncols(), |i, j| all[(i, j)].to_f64())
        }
    }
}

/// Its layers, and whether it is in `f64`; what it answers is compared.
fn check(file: &str, options: &ImportOptions) -> (String, bool) {
    let (name, _) = file.split_once('.').unwrap();
    let (answers, kinds, is_double) = match import(data(file), options).unwrap() {
        AnyModel::F32(model) => {
            (answers(&model.predictor), model.predictor.model().network().kinds(), false)
        }
        AnyModel::F64(model) => {
            (answers(&model.predictor), model.predictor.model().network().kinds(), true)
        }
    };
    let expected = numbers(&format!("{name}.csv"));
    let tolerance = if is_double { 1e-12 } else { 1e-6 };
    assert_eq!((answers.nrows(), answers.ncols()), (expected.nrows(), expected.ncols()));
    for j in 0..expected.ncols() {
        for i in 0..expected.nrows() {
            let (is, should) = (answers[(i, j)], expected[(i, j)]);
            let error = (is - should).abs() / should.abs().max(1.0);
            assert!(error < tolerance, "{file}, row {j}: {is} instead of {should}");
        }
    }
    (kinds.iter().map(Kind::to_string).collect::<Vec<_>>().join(", "), is_double)
}

#[test]
fn a_state_dict_of_pytorch_as_safetensors() {
    let options = ImportOptions::new().activation(["tanh".into()]).task(Task::Classify);
    let (layers, is_double) = check("sequential.safetensors", &options);
    assert_eq!(layers, "linear(4), tanh, linear(4), tanh, linear(3)");
    assert!(!is_double);
}

/// Numbers of 16 bits are those of `f32`.
#[test]
fn a_state_dict_of_halves() {
    let (layers, is_double) = check("half.safetensors", &ImportOptions::new().task(Task::Classify));
    assert_eq!(
        (&*layers, is_double),
        ("linear(4), prelu, linear(3), shared-prelu, linear(2)", false)
    );
}

/// Layers in the order in which they fit together; one has no bias.
#[test]
fn a_file_of_torch_save() {
    let activations = ["leaky-relu(0.1)".into(), "relu".into()];
    let options = ImportOptions::new().activation(activations).task(Task::Regress);
    let (layers, is_double) = check("named.pt", &options);
    assert_eq!(
        (&*layers, is_double),
        ("linear(5), leaky-relu(0.1), linear(4), relu, linear(1)", false)
    );
    // The order may be said, too.
    check("named.pt", &options.layers(["enter", "middle", "leave"]));
}

/// A checkpoint of the format of before PyTorch 1.6, in double, with other things in it.
#[test]
fn a_legacy_file_of_torch_save() {
    let options = ImportOptions::new().prefix("model").classes(["a", "b"]);
    let (layers, is_double) = check("legacy.pt", &options);
    assert_eq!(
        (&*layers, is_double),
        ("linear(4), prelu, linear(3), shared-prelu, linear(2)", true)
    );
}

/// Which says all there is to say, with a scaler.
#[test]
fn a_classifier_of_scikit_learn() {
    let (layers, is_double) = check("classifier.npz", &ImportOptions::new());
    assert_eq!((&*layers, is_double), ("linear(4), sigmoid, linear(3), sigmoid, linear(1)", true));
    let AnyModel::F64(model) = import(data("classifier.npz"), &ImportOptions::new()).unwrap()
    else {
        panic!("it is in double")
    };
    let preparation = model.predictor.preparation();
    assert_eq!(preparation.class_names().unwrap(), ["no", "yes"]);
    assert_eq!(preparation.pipeline().to_string(), "standardize");
    let program = &model.provenance.program;
    assert!(program.contains("(classifier.npz, imported by densely"), "{program}");
}

/// As numbers, what it predicts are the probabilities; a sigmoid that is given is that of the loss, too.
#[test]
fn a_classifier_as_numbers() {
    let model = |options: &ImportOptions| {
        let AnyModel::F64(model) = import(data("classifier.npz"), options).unwrap() else {
            panic!("it is in double")
        };
        model.predictor
    };
    let (classes, numbers) =
        (model(&ImportOptions::new()), model(&ImportOptions::new().task(Task::Regress)));
    let kinds: Vec<String> =
        numbers.model().network().kinds().iter().map(Kind::to_string).collect();
    assert_eq!(kinds.join(", "), "linear(4), sigmoid, linear(3), sigmoid, linear(1), sigmoid");
    let (x, threads) = (mat![[0.3, -2.0], [1.0, 0.5], [-0.7, 4.0]], Threads::single());
    let expected = classes.probabilities(x.as_ref(), &threads).unwrap().unwrap();
    let Prediction::Values(values) = numbers.predict(x.as_ref(), &threads).unwrap() else {
        panic!("it predicts numbers")
    };
    for j in 0..2 {
        assert!((values[(0, j)] - expected[(1, j)]).abs() < 1e-12, "{values:?}, {expected:?}");
    }
}

#[test]
fn a_regressor_of_scikit_learn() {
    let options = ImportOptions::new().activation(["tanh".into()]).task(Task::Regress);
    let (layers, is_double) = check("regressor.npz", &options.targets(["left", "right"]));
    assert_eq!((&*layers, is_double), ("linear(4), tanh, linear(3), tanh, linear(2)", true));
}

/// An archive with one more array, of a word.
fn with_word(file: &str, name: &str, word: &str) -> (TempDir, PathBuf) {
    let mut archive = ZipArchive::new(fs::File::open(data(file)).unwrap()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(file);
    let mut writer = ZipWriter::new(fs::File::create(&path).unwrap());
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).unwrap();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        writer.start_file(entry.name().unwrap(), stored).unwrap();
        writer.write_all(&bytes).unwrap();
    }
    let letters = word.chars().count();
    let header = format!("{{'descr': '<U{letters}', 'fortran_order': False, 'shape': (), }}");
    let header = format!("{header:<117}\n");
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.bytes());
    word.chars().for_each(|letter| bytes.extend(u32::from(letter).to_le_bytes()));
    writer.start_file(format!("{name}.npy"), stored).unwrap();
    writer.write_all(&bytes).unwrap();
    writer.finish().unwrap();
    (folder, path)
}

/// Of a Poisson loss, outputs are logarithms of what is predicted.
#[test]
fn a_regressor_of_counts_of_scikit_learn() {
    let (_folder, path) = with_word("regressor.npz", "out_activation_", "exp");
    let options = ImportOptions::new().activation(["tanh".into()]);
    let AnyModel::F64(model) = import(&path, &options).unwrap() else { panic!("it is in double") };
    let predictor = model.predictor;
    assert_eq!(predictor.model().loss().kind().to_string(), "poisson");
    let (answers, logarithms) = (answers(&predictor), numbers("regressor.csv"));
    for j in 0..logarithms.ncols() {
        for i in 0..logarithms.nrows() {
            let expected = logarithms[(i, j)].exp();
            assert!((answers[(i, j)] / expected - 1.0).abs() < 1e-11, "{i}, {j}");
        }
    }
    let refused = |options: &ImportOptions| import(&path, options).unwrap_err().to_string();
    let classes = refused(&options.task(Task::Classify));
    assert!(classes.contains("they are logarithms of numbers: leave --task classify"), "{classes}");
}

#[test]
fn what_another_function_makes_of_the_outputs_is_refused() {
    let (_folder, path) = with_word("regressor.npz", "out_activation_", "softplus");
    let error = import(&path, &ImportOptions::new().activation(["tanh".into()])).unwrap_err();
    assert!(
        matches!(&error, ImportError::OutActivation { found } if found == "softplus"),
        "{error}"
    );
}

#[test]
fn the_weights_of_keras() {
    let options = ImportOptions::new().activation(["selu".into()]).classes(["a", "b", "c"]);
    let (layers, is_double) = check("keras.npz", &options.columns(["p", "q", "r"]));
    assert_eq!((&*layers, is_double), ("linear(4), selu, linear(3)", false));
}

/// Of one width, so that the numbers in their names tell the order; what is between them is not in it.
#[test]
fn a_file_of_weights_of_keras() {
    let options = ImportOptions::new().activation(["relu".into()]).task(Task::Regress);
    let (layers, is_double) = check("weights.weights.h5", &options);
    let expected = "linear(4), relu, linear(4), relu, linear(4), relu, linear(2)";
    assert_eq!((&*layers, is_double), (expected, false));
}

/// Which says all there is to say; one layer has no bias.
#[test]
fn an_archive_of_keras() {
    let (layers, is_double) = check("functional.keras", &ImportOptions::new());
    let expected =
        "linear(4), prelu, linear(5), leaky-relu(0.2), linear(4), gelu, linear(4), tanh, linear(3)";
    assert_eq!((&*layers, is_double), (expected, false));
}

/// The format of before 3.0, with the state of an optimiser in it.
#[test]
fn a_whole_model_of_keras() {
    let (layers, is_double) = check("whole.h5", &ImportOptions::new());
    assert_eq!((&*layers, is_double), ("linear(4), silu, linear(4), relu6, linear(1)", false));
}
