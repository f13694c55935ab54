//! Checkpoint files: a training goes on from one as if it had never stopped, and what is not one is
//! refused.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use densely_data::{Dataset, digits};
use densely_formats::{
    AnyCheckpoint, AnyModel, CheckpointFile, FormatError, ModelFile, Provenance, is_model_file,
    weights_hash,
};
use densely_models::{Checkpoint, Mlp, Model, Predictor, Preparation, Trainer};
use densely_optim::{CosineDecay, OptimizerKinds, Plateau, Schedule};
use densely_tensor::{Mat, Scalar, Threads};
use tempfile::TempDir;

trait Number: Scalar {
    fn take(file: AnyCheckpoint) -> Option<CheckpointFile<Self>>;
}
impl Number for f32 {
    fn take(file: AnyCheckpoint) -> Option<CheckpointFile<Self>> {
        match file {
            AnyCheckpoint::F32(file) => Some(file),
            AnyCheckpoint::F64(_) => None,
        }
    }
}
impl Number for f64 {
    fn take(file: AnyCheckpoint) -> Option<CheckpointFile<Self>> {
        match file {
            AnyCheckpoint::F32(_) => None,
            AnyCheckpoint::F64(file) => Some(file),
        }
    }
}

fn provenance() -> Provenance {
    let options = [("epochs".to_owned(), "5".to_owned())].into();
    Provenance { program: "densely 0.0.0".into(), options, ..Provenance::default() }
}

/// What comes back of a checkpoint that was stored.
fn through_file<T: Number>(path: &Path, checkpoint: Checkpoint<T>) -> Checkpoint<T> {
    let file = CheckpointFile { checkpoint, provenance: provenance() };
    file.save(path).unwrap();
    let bytes = fs::read(path).unwrap();
    let loaded = T::take(AnyCheckpoint::load(path).unwrap()).expect("the number type is kept");
    assert_eq!(loaded, file);
    loaded.save(path).unwrap();
    assert_eq!(fs::read(path).unwrap(), bytes, "the same checkpoint gives the same bytes");
    loaded.checkpoint
}

fn part<T: Scalar>(first: usize, len: usize) -> Dataset<T> {
    digits().subset(&(first..first + len).collect::<Vec<_>>()).unwrap().cast().unwrap()
}

fn model<T: Scalar>() -> Model<T> {
    let mlp = Mlp::classifier(64, 10).hidden([12]).activation("prelu");
    mlp.dropout(0.2).input_noise(0.5).build().unwrap()
}

/// 50 steps, in epochs of ten, of which the last has five examples.
fn goes_on<T: Number>(kind: &str) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("checkpoint.safetensors");
    let (train, validation) = (part::<T>(0, 95), part::<T>(95, 40));
    let trainer = |threads| {
        Trainer::new(OptimizerKinds::new().get(kind).unwrap())
            .epochs(5)
            .batch_size(10)
            .validation_data(&validation)
            .patience(3)
            .plateau(Plateau::new(0.5, 1))
            .schedule(CosineDecay::new().warm_up(1.5))
            .threads(Threads::new(threads).unwrap())
    };
    let mut through = model();
    let expected = trainer(1).fit(&mut through, &train).unwrap();
    let mut first = model();
    let mut training = trainer(2).start(&mut first, &train).unwrap();
    for step in 0..=50 {
        let checkpoint = through_file(&path, training.checkpoint().unwrap());
        let mut second = model();
        let resumed = trainer(1 + step % 3).resume(&mut second, &train, checkpoint).unwrap();
        let history = resumed.finish().unwrap();
        assert_eq!(history, expected, "{kind} after step {step}");
        assert_eq!(weights_hash(&second), weights_hash(&through), "{kind} after step {step}");
        assert_eq!(training.step().unwrap().is_some(), step < 50);
    }
}

#[test]
fn a_training_goes_on_from_a_file_at_every_step() {
    let known = OptimizerKinds::<f32>::new();
    for kind in known.names().into_iter().filter(|&name| known.get(name).is_ok()) {
        goes_on::<f32>(kind);
    }
    goes_on::<f64>("clip-norm(0.5, rmsprop(centered, momentum=0.5))");
}

/// A training of a few numbers, so that every bit of it can be tried.
fn small() -> CheckpointFile<f32> {
    let x = Mat::from_fn(2, 12, |i, j| ((3 * i + 5 * j) % 7) as f32);
    let data = Dataset::classification(x, (0..12).map(|j| j % 2).collect(), 2).unwrap();
    let mut model = Mlp::classifier(2, 2).hidden([3]).build().unwrap();
    let trainer = Trainer::default().batch_size(5).validation(0.3);
    let mut training = trainer.start(&mut model, &data).unwrap();
    (0..5).for_each(|_| assert!(training.step().unwrap().is_some()));
    CheckpointFile { checkpoint: training.checkpoint().unwrap(), provenance: provenance() }
}

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }
    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
    /// What the program would say about a file of these bytes.
    fn error(&self, bytes: &[u8]) -> String {
        let path = self.path("broken");
        fs::write(&path, bytes).unwrap();
        let error = AnyCheckpoint::load(&path).unwrap_err();
        assert!(matches!(error, FormatError::Invalid { .. }), "{error}");
        error.to_string().replace(&path.display().to_string(), "broken")
    }
    fn bytes(&self) -> Vec<u8> {
        let path = self.path("whole");
        small().save(&path).unwrap();
        fs::read(path).unwrap()
    }
}

#[test]
fn numbers_that_are_not_finite_come_back() {
    let numbers = vec![f64::INFINITY, f64::NEG_INFINITY, -0.0, f64::MIN_POSITIVE / 2.0, f64::NAN];
    let matrix = Mat::from_fn(2, 3, |i, j| [f32::NAN, f32::INFINITY, 1e-44][(i + j) % 3]);
    let checkpoint = Checkpoint::from_parts(
        [("a".to_owned(), matrix)].into(),
        [("b".to_owned(), numbers.clone()), ("c".to_owned(), Vec::new())].into(),
        BTreeMap::new(),
    );
    let folder = Folder::new();
    let path = folder.path("checkpoint");
    CheckpointFile { checkpoint, provenance: provenance() }.save(&path).unwrap();
    let AnyCheckpoint::F32(file) = AnyCheckpoint::load(&path).unwrap() else { panic!("in f32") };
    let bits = |values: &[f64]| values.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    let found = file.checkpoint.numbers();
    assert_eq!(bits(&found["b"]), bits(&numbers));
    assert!(found["c"].is_empty());
    let matrix = &file.checkpoint.matrices()["a"];
    assert_eq!((matrix.shape(), matrix[(1, 1)]), ((2, 3), 1e-44));
    assert!(matrix[(0, 0)].is_nan() && matrix[(1, 2)].is_nan());
    assert_eq!((matrix[(0, 1)], matrix[(1, 0)]), (f32::INFINITY, f32::INFINITY));
}

#[test]
fn a_file_cut_short_or_made_longer_is_refused() {
    let folder = Folder::new();
    let bytes = folder.bytes();
    for length in 0..bytes.len() {
        folder.error(&bytes[..length]);
    }
    assert!(folder.error(&[&bytes[..], &[0]].concat()).contains("truncated"));
}

#[test]
fn a_flipped_bit_anywhere_is_noticed() {
    let folder = Folder::new();
    let bytes = folder.bytes();
    for position in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[position] ^= 1 << (position % 8);
        folder.error(&damaged);
    }
}

/// A file whose header says this, with these bytes after it.
fn forged(json: &str, rest: &[u8]) -> Vec<u8> {
    [&(json.len() as u64).to_le_bytes()[..], json.as_bytes(), rest].concat()
}

#[test]
fn every_other_file_is_refused_with_a_reason() {
    let folder = Folder::new();
    let no_file = "this is no safetensors file, or it is truncated";
    for bytes in [&b"epoch,loss\n1,0.5\n"[..], b"", &[0xff; 100], &(1_u64 << 60).to_le_bytes()] {
        assert!(folder.error(bytes).contains(no_file));
    }
    let huge = r#"{"a":{"dtype":"F64","shape":[4611686018427387904],"data_offsets":[0,8]}}"#;
    assert!(folder.error(&forged(huge, &[])).contains(no_file));
    assert!(folder.error(&forged("{}", &[])).contains("holds no checkpoint of densely"));
    let entry = |json: &str| {
        forged(&format!(r#"{{"__metadata__":{{"densely-checkpoint":{json:?}}}}}"#), &[])
    };
    assert!(folder.error(&entry("nonsense")).contains("its description cannot be read"));
    assert_eq!(
        folder.error(&entry(r#"{"version":2,"new":true}"#)),
        "broken: the file has format 2, and this version reads formats up to 1"
    );
    let with = |options: &str| {
        let provenance = r#"{"program":"","data":"","options":{},"results":{}}"#;
        let json =
            r#"{"version":1,"dtype":"f32","options":{OPTIONS},"provenance":PROVENANCE,"hash":""}"#;
        entry(&json.replace("OPTIONS", options).replace("PROVENANCE", provenance))
    };
    assert!(folder.error(&with("")).contains("do not have the hash"));
    let many: Vec<_> = (0..2001).map(|i| format!(r#""{i}":"""#)).collect();
    assert!(folder.error(&with(&many.join(","))).contains("it lists 2001 options"));
    for path in [&folder.path("missing"), folder.0.path()] {
        assert!(matches!(AnyCheckpoint::load(path), Err(FormatError::File { .. })), "{path:?}");
    }
}

/// The bytes of a file of these tensors, with a hash to match.
fn signed(name: &str, dtype: &str, shape: &[usize], bytes: &[u8]) -> Vec<u8> {
    let json = r#"{"version":1,"dtype":"f32","options":{},"provenance":{"program":"","data":"","options":{},"results":{}},"hash":"HASH"}"#;
    let mut hasher = blake3::Hasher::new();
    hasher.update(format!("{name:?} {dtype} {shape:?} {}\n", bytes.len()).as_bytes());
    hasher.update(bytes);
    hasher.update(json.replace("HASH", "").as_bytes());
    let json = json.replace("HASH", &hasher.finalize().to_hex());
    let header = format!(
        r#"{{"__metadata__":{{"densely-checkpoint":{json:?}}},{name:?}:{{"dtype":{dtype:?},"shape":{shape:?},"data_offsets":[0,{}]}}}}"#,
        bytes.len()
    );
    forged(&header, bytes)
}

#[test]
fn tensors_that_no_training_has_are_refused() {
    let folder = Folder::new();
    let path = folder.path("whole");
    fs::write(&path, signed("0.weight", "F32", &[1, 2], &[0; 8])).unwrap();
    assert!(matches!(AnyCheckpoint::load(&path), Ok(AnyCheckpoint::F32(_))));
    let says = |(dtype, shape): (&str, &[usize]), len, expected: &str| {
        let error = folder.error(&signed("0.weight", dtype, shape, &vec![0; len]));
        assert!(error.contains(expected), "{error}");
    };
    says(("F64", &[1, 2]), 16, "tensor `0.weight` should be F32 [1, 2], and is F64 [1, 2]");
    says(("F32", &[2]), 8, "tensor `0.weight` should be F64 [2], and is F32 [2]");
    says(("F32", &[]), 4, "tensor `0.weight` should be F64 [0], and is F32 []");
    says(("F64", &[1, 2, 1]), 16, "and is F64 [1, 2, 1]");
    let without = "a matrix without values, `0.weight`";
    says(("F32", &[0, 1 << 60]), 0, without);
    says(("F32", &[1 << 60, 0]), 0, without);
}

#[test]
fn a_checkpoint_is_no_model_and_a_model_no_checkpoint() {
    let folder = Folder::new();
    let (checkpoint, model) = (folder.path("checkpoint"), folder.path("model"));
    small().save(&checkpoint).unwrap();
    assert!(!is_model_file(&checkpoint).unwrap());
    let error = AnyModel::load(&checkpoint).unwrap_err().to_string();
    assert!(error.contains("holds no densely model"), "{error}");
    let preparation = Preparation::fit(["none"], &part::<f64>(0, 20)).unwrap();
    let predictor = Predictor::<f32>::new(preparation, Mlp::classifier(64, 10)).unwrap();
    ModelFile { predictor, provenance: Provenance::default() }.save(&model).unwrap();
    assert!(folder.error(&fs::read(&model).unwrap()).contains("holds no checkpoint of densely"));
}

#[test]
fn what_could_not_be_read_again_is_not_written() {
    let folder = Folder::new();
    let path = folder.path("checkpoint");
    fs::write(&path, "old").unwrap();
    let refused = |checkpoint: Checkpoint<f32>, expected: &str| {
        let file = CheckpointFile { checkpoint, provenance: provenance() };
        let error = file.save(&path).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(fs::read_dir(folder.0.path()).unwrap().count(), 1);
    };
    let matrices = |rows| [("a".to_owned(), Mat::zeros(rows, 1))].into();
    let numbers = [("a".to_owned(), vec![0.0])].into();
    let both = Checkpoint::from_parts(matrices(1), numbers, BTreeMap::new());
    refused(both, "numbers and a matrix called `a`");
    let nothing = Checkpoint::from_parts(matrices(0), BTreeMap::new(), BTreeMap::new());
    refused(nothing, "a matrix without values, `a`");
    let options = (0..2001).map(|i| (i.to_string(), String::new())).collect();
    let many = Checkpoint::from_parts(matrices(1), BTreeMap::new(), options);
    refused(many, "it lists 2001 options, and may list 2000");
    let file = small();
    let nowhere = file.save(folder.path("no/such/folder")).unwrap_err();
    assert!(matches!(nowhere, FormatError::File { .. }), "{nowhere}");
}
