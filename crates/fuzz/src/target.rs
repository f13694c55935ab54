//! Everything that reads files.

use std::cell::RefCell;
use std::fs;

use densely_data::Dataset;
use densely_files::{Format, Limits, ReadOptions};
use densely_formats::{AnyCheckpoint, AnyModel, CheckpointFile, Provenance};
use densely_import::{ImportOptions, import};
use densely_models::{Mlp, Trainer};
use densely_tensor::Mat;
use tempfile::TempDir;

pub(crate) struct Target {
    pub(crate) name: &'static str,
    /// The crate whose tests have files, and how these end.
    pub(crate) folder: &'static str,
    pub(crate) ends: &'static [&'static str],
    /// A file that is made for it.
    pub(crate) made: Option<fn() -> Vec<u8>>,
    /// Whether a hash has to fit.
    pub(crate) is_signed: bool,
    /// Bytes that a short file may stand for.
    pub(crate) may_stand_for: usize,
    /// What it says when it refuses a file.
    pub(crate) read: fn(&[u8]) -> Result<(), String>,
}

/// What few bytes of compressed files, repeated cells, and the like may stand for here.
const EXPANDED: usize = 4 << 20;

const fn file(
    name: &'static str,
    ends: &'static [&'static str],
    may_stand_for: usize,
    read: fn(&[u8]) -> Result<(), String>,
) -> Target {
    Target { name, folder: "files", ends, made: None, is_signed: false, may_stand_for, read }
}

pub(crate) const TARGETS: &[Target] = &[
    // It is read in blocks of 1 MiB.
    file("delimited", &[".csv"], 1 << 20, |bytes| table(bytes, Format::Text)),
    file("compressed", &[".gz", ".zst"], EXPANDED, compressed),
    file("npy", &[".npy"], 0, |bytes| table(bytes, Format::Npy)),
    file("npz", &[".npz"], EXPANDED, |bytes| table(bytes, Format::Npz)),
    file("idx", &["-idx3-ubyte"], 0, |bytes| table(bytes, Format::Idx)),
    file("parquet", &[".parquet"], EXPANDED, |bytes| table(bytes, Format::Parquet)),
    file("arrow", &[".feather", ".arrows", ".arrow"], EXPANDED, |bytes| {
        table(bytes, Format::Arrow)
    }),
    file("sheets", &[".xlsx", ".ods"], EXPANDED, |bytes| table(bytes, Format::Sheet)),
    file("json-lines", &[".jsonl"], EXPANDED, |bytes| table(bytes, Format::JsonLines)),
    file("libsvm", &[".libsvm", ".svmlight"], EXPANDED, |bytes| table(bytes, Format::Libsvm)),
    file("arff", &[".arff"], 0, |bytes| table(bytes, Format::Arff)),
    Target {
        name: "model",
        folder: "formats",
        ends: &[".safetensors"],
        made: None,
        is_signed: true,
        may_stand_for: 0,
        read: |bytes| at_path(bytes, |path| AnyModel::load(path).map(drop)),
    },
    Target {
        name: "checkpoint",
        folder: "formats",
        ends: &[],
        made: Some(checkpoint),
        is_signed: true,
        may_stand_for: 0,
        read: |bytes| at_path(bytes, |path| AnyCheckpoint::load(path).map(drop)),
    },
    Target {
        name: "import",
        folder: "import",
        ends: &[".h5", ".keras", ".npz", ".pt", ".safetensors"],
        made: None,
        is_signed: false,
        may_stand_for: EXPANDED,
        read: |bytes| {
            let options = ImportOptions::new().activation(["relu".into()]);
            at_path(bytes, |path| import(path, &options).map(drop))
        },
    },
];

fn limits() -> Limits {
    Limits { bytes: EXPANDED as u64, ratio: 200 }
}

fn table(bytes: &[u8], format: Format) -> Result<(), String> {
    read(bytes, &ReadOptions::new().limits(limits()).format(format))
}

/// Of whatever format.
fn compressed(bytes: &[u8]) -> Result<(), String> {
    read(bytes, &ReadOptions::new().limits(limits()))
}

fn read(bytes: &[u8], options: &ReadOptions) -> Result<(), String> {
    options.from_reader(bytes).map(drop).map_err(|error| error.to_string())
}

/// Reads what is read from a file by its name.
fn at_path<E: ToString>(
    bytes: &[u8],
    read: impl FnOnce(&std::path::Path) -> Result<(), E>,
) -> Result<(), String> {
    thread_local! {
        static FOLDER: RefCell<TempDir> = RefCell::new(tempfile::tempdir().expect("there is room"));
    }
    FOLDER.with_borrow(|folder| {
        let path = folder.path().join("file");
        fs::write(&path, bytes).expect("there is room");
        let folder = folder.path().display().to_string();
        read(&path).map_err(|error| error.to_string().replace(&folder, ""))
    })
}

/// The bytes of a checkpoint of a small network.
fn checkpoint() -> Vec<u8> {
    let x = Mat::from_fn(3, 12, |i, j| ((i + 2) * (j + 1) % 7) as f32);
    let data = Dataset::classification(x, (0..12).map(|j| j % 2).collect(), 2);
    let data = data.expect("it is a small data set");
    let mut model = Mlp::classifier(3, 2).hidden([4]).build().expect("it is a small network");
    let mut training = Trainer::default().start(&mut model, &data).expect("they fit");
    training.step().expect("it is a small step");
    let checkpoint = training.checkpoint().expect("it can go on");
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("checkpoint");
    let file = CheckpointFile { checkpoint, provenance: Provenance::default() };
    file.save(&path).expect("there is room");
    fs::read(path).expect("it was written")
}
