//! A model file is read in little memory, and what it claims without evidence in none.

use std::alloc::System;
use std::fs;
use std::path::Path;

use cap::Cap;
use densely_data::Dataset;
use densely_formats::{
    AnyCheckpoint, AnyModel, CheckpointFile, FormatError, ModelFile, Provenance,
};
use densely_models::{Mlp, Predictor, Preparation, Trainer};
use densely_preprocess::{Kind, Transform};
use densely_tensor::{Mat, Scalar};
use safetensors::SafeTensors;
use tempfile::TempDir;

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, 2 << 30);

const MIB: usize = 1 << 20;

/// What `work` returns, and the bytes that it had allocated at the same time, at most.
fn peak<R>(work: impl FnOnce() -> R) -> (R, usize) {
    // Up to where the most ever were.
    let ballast = Vec::<u8>::with_capacity(ALLOCATOR.max_allocated() - ALLOCATOR.allocated());
    let before = ALLOCATOR.allocated();
    let result = work();
    let most = ALLOCATOR.max_allocated() - before;
    drop(ballast);
    (result, most)
}

/// Loads a file, and checks how much memory that took. Returns its size and what was loaded.
fn load(name: &str, path: &Path) -> Result<AnyModel, FormatError> {
    let size = fs::metadata(path).unwrap().len() as usize;
    let (loaded, most) = peak(|| AnyModel::load(path));
    let times = most as f64 / size as f64;
    println!("{name}: {size} bytes, {most} at once: {times:.2} times");
    assert!(most <= 4 * size + MIB, "{name}: {most} bytes for a file of {size}");
    loaded
}

fn data(features: usize, classes: usize) -> Dataset<f64> {
    let n = features.min(700).max(classes) + 1;
    let x = Mat::from_fn(features, n, |i, j| ((i * i + 7 * j * j + i * j) % 1009) as f64);
    let names = (0..classes).map(|class| format!("class {class}"));
    let data = Dataset::classification(x, (0..n).map(|j| j % classes).collect(), classes);
    data.and_then(|data| data.with_output_names(names)).unwrap()
}

fn saved<T: Scalar>(path: &Path, data: &Dataset<f64>, method: &str, hidden: &[usize]) {
    let preparation = Preparation::fit(Kind::list(method).unwrap(), data).unwrap();
    let inputs = preparation.pipeline().out_features();
    let spec = Mlp::classifier(inputs, data.outputs()).hidden(hidden);
    let predictor = Predictor::<T>::new(preparation, spec).unwrap();
    ModelFile { predictor, provenance: Provenance::default() }.save(path).unwrap();
}

/// The file with another description, and a hash to match.
fn forged(bytes: &[u8], old: &str, new: &str) -> Vec<u8> {
    let (_, metadata) = SafeTensors::read_metadata(bytes).unwrap();
    let description = &metadata.metadata().as_ref().unwrap()["densely"];
    assert!(description.contains(old), "{old} is not in {description}");
    let (rest, hash) = description.rsplit_once(r#""hash":""#).unwrap();
    let without = |text: &str| format!(r#"{text}"hash":"""#) + hash.split_once('"').unwrap().1;
    let unsigned = without(rest).replacen(old, new, 1);

    let tensors = SafeTensors::deserialize(bytes).unwrap();
    let mut hasher = blake3::Hasher::new();
    let mut sorted: Vec<_> = tensors.iter().collect();
    sorted.sort_by_key(|(name, _)| name.to_string());
    for (name, tensor) in &sorted {
        let (dtype, shape, data) = (tensor.dtype(), tensor.shape(), tensor.data());
        hasher.update(format!("{name:?} {dtype:?} {shape:?} {}\n", data.len()).as_bytes());
        hasher.update(data);
    }
    hasher.update(unsigned.as_bytes());
    let hash = format!(r#""hash":"{}""#, hasher.finalize().to_hex());
    let signed = unsigned.replace(r#""hash":"""#, &hash);
    let entry = [("densely".to_owned(), signed)].into_iter().collect();
    safetensors::serialize(sorted, Some(entry)).unwrap()
}

/// One test, since the counter is the whole process's.
#[test]
fn memory_is_taken_for_what_is_there() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("model.safetensors");
    honest_files(&path);
    claims(&path);
    claims_of_version_1(&path);
    many_tiny_things(&path);
    checkpoints(&path);
}

/// Weights, the best of them, and two moments of each.
fn checkpoints(path: &Path) {
    let (data, mut model) = (
        data(64, 10).cast::<f32>().unwrap(),
        Mlp::classifier(64, 10).hidden([600, 600]).build().unwrap(),
    );
    let mut training = Trainer::default().start(&mut model, &data).unwrap();
    training.step().unwrap();
    let checkpoint = training.checkpoint().unwrap();
    CheckpointFile { checkpoint, provenance: Provenance::default() }.save(path).unwrap();
    let size = fs::metadata(path).unwrap().len() as usize;
    let (loaded, most) = peak(|| AnyCheckpoint::load(path));
    assert!(matches!(loaded, Ok(AnyCheckpoint::F32(_))));
    assert!(size > 4 * MIB && most <= 4 * size + MIB, "{most} bytes for a file of {size}");
}

fn honest_files(path: &Path) {
    for (name, features, classes, method, hidden) in [
        ("three layers", 784, 10, "standardize", &[512, 256][..]),
        ("nine megabytes", 64, 10, "none", &[1500, 1500]),
        // A column of 17 values takes as much as one of 32.
        ("the worst width", 17, 17, "center", &[17, 5000, 17, 5000, 17]),
        ("linear", 300, 300, "min-max", &[]),
        ("all components", 600, 10, "pca", &[32]),
        ("whitened", 400, 10, "zca", &[64]),
        ("a pipeline", 300, 10, "standardize,whiten,pca:200", &[32]),
        ("channels", 768, 10, "channel-mean:3", &[32]),
        ("many names", 32, 3000, "none", &[32]),
        ("many layers", 20, 10, "none", &[24; 400]),
    ] {
        let data = data(features, classes);
        saved::<f32>(path, &data, method, hidden);
        assert!(matches!(load(name, path), Ok(AnyModel::F32(_))), "{name}");
        saved::<f64>(path, &data, method, hidden);
        assert!(matches!(load(name, path), Ok(AnyModel::F64(_))), "{name}");
    }
}

fn claims(path: &Path) {
    saved::<f32>(path, &data(4, 3), "standardize", &[2]);
    let honest = fs::read(path).unwrap();
    let layers = |hidden: &str| {
        let honest = r#""layers":["linear(2)","relu","linear(3)"]"#;
        (honest, format!(r#""layers":[{hidden}"linear(3)"]"#))
    };
    let transformations =
        |kinds: &str| (r#""preprocess":["standardize"]"#, format!(r#""preprocess":[{kinds}]"#));
    let entries = |table: &str| {
        let entry = |i: usize| format!(r#""{i}":"""#);
        let entries: Vec<_> = (0..200_000).map(entry).collect();
        format!(r#""{table}":{{{}}}"#, entries.join(","))
    };
    let largest = usize::MAX.to_string();
    let long = format!("relu({})", vec!["1"; 100_000].join(","));
    for (old, new) in [
        layers(r#""linear(1000000000)","relu","#),
        layers(&format!(r#""linear({largest})","relu","#)),
        layers(r#""linear(0)","relu","#),
        layers(r#""linear(2)","relu","linear(2)","relu","#),
        layers(""),
        layers(&r#""relu","#.repeat(200_000)),
        layers(&format!(r#""linear(2)","{long}","#)),
        layers(&format!(r#""linear(2)","{}","#, "a(".repeat(100_000))),
        layers(&format!(r#""linear({largest})","maxout({largest})","#)),
        layers(r#""linear(2)","prelu","#),
        (
            r#""loss":"softmax""#,
            format!(r#""loss":"softmax(0, list({}))""#, vec!["1"; 100_000].join(",")),
        ),
        (r#""inputs":4"#, format!(r#""inputs":{largest}"#)),
        (r#""x0","x1""#, format!(r#""x0"{}"#, r#","x1""#.repeat(100_000))),
        transformations(r#""pca""#),
        transformations(r#""standardize","zca""#),
        transformations(&format!(r#""channel-mean({largest})""#)),
        transformations(&format!(r#""pca({largest})""#)),
        transformations(&format!(r#""min-max({})""#, "1,".repeat(100_000))),
        transformations(&format!(r#""{}""#, "a(".repeat(100_000))),
        (r#""preprocess":["standardize"]"#, r#""preprocess":"standardize""#.to_owned()),
        (r#""task":"classify""#, r#""task":"regress""#.to_owned()),
        transformations(&format!(r#""none"{}"#, r#","none""#.repeat(200_000))),
        (r#""options":{}"#, entries("options")),
        (r#""results":{}"#, entries("results")),
    ] {
        fs::write(path, forged(&honest, old, &new)).unwrap();
        let start: String = new.chars().take(60).collect();
        let error = load(&start, path).unwrap_err().to_string();
        assert!(!error.contains("the file is damaged"), "{start}: {error}");
        println!("    {}", error.chars().take(150).collect::<String>());
    }
    // The forgery is not what is refused.
    fs::write(path, forged(&honest, r#""target":"class""#, r#""target":"kind""#)).unwrap();
    assert!(load("another target", path).is_ok());
}

/// In a description of the versions before 5.
fn claims_of_version_1(path: &Path) {
    let honest = include_bytes!("data/version-1.safetensors");
    let sizes = |text: String| (r#""hidden":[4,2],"activation":"leaky-relu""#, text);
    let hidden = |widths: &str| sizes(format!(r#""hidden":[{widths}],"activation":"relu""#));
    let activation = |kinds: &str| sizes(format!(r#""hidden":[4,2],"activation":"{kinds}""#));
    let largest = usize::MAX.to_string();
    for (old, new) in [
        hidden("1000000000"),
        hidden(&largest),
        hidden("0"),
        hidden("4,2,2"),
        hidden(""),
        hidden(&vec!["1"; 200_000].join(",")),
        activation("maxout(1000000000000)"),
        activation(&format!("maxout({largest})")),
        activation(&vec!["elu"; 100_000].join(",")),
        (r#""outputs":3"#, format!(r#""outputs":{largest}"#)),
    ] {
        fs::write(path, forged(honest, old, &new)).unwrap();
        let start: String = new.chars().take(60).collect();
        let error = load(&start, path).unwrap_err().to_string();
        assert!(!error.contains("the file is damaged"), "{start}: {error}");
        println!("    {}", error.chars().take(150).collect::<String>());
    }
}

/// Headers in which names and shapes are all there is.
fn many_tiny_things(path: &Path) {
    // Others' files, and ours with tensors that no model has, which are read to be hashed.
    saved::<f32>(path, &data(1, 2), "none", &[2]);
    let header = fs::read(path).unwrap();
    let header: serde_json::Value =
        serde_json::Deserializer::from_slice(&header[8..]).into_iter().next().unwrap().unwrap();
    let ours = format!(r#""__metadata__":{},"#, header["__metadata__"]);
    let (foreign, empty) =
        ("holds no densely model", "it lists 1 features, and there are tensors for 0");
    let other = "its tensors do not have the hash that was stored with them";
    for (values, start, expected) in
        [(0, "", foreign), (1, "", foreign), (0, &*ours, empty), (1, &*ours, other)]
    {
        let entry = |i: usize| {
            let (from, to) = (4 * i * values, 4 * (i + 1) * values);
            format!(r#""{i}":{{"dtype":"F32","shape":[{values}],"data_offsets":[{from},{to}]}}"#)
        };
        for count in [10_000, 70_000, 100_000, 135_000] {
            let entries = (0..count).map(entry).collect::<Vec<_>>().join(",");
            let header = format!("{{{start}{entries}}}");
            let length = (header.len() as u64).to_le_bytes();
            let bytes = [&length, header.as_bytes(), &vec![0; 4 * values * count]].concat();
            fs::write(path, bytes).unwrap();
            let error = load(&format!("{count} tensors of {values}"), path).unwrap_err();
            assert!(error.to_string().contains(expected), "{count}, {values}: {error}");
        }
    }
    // Of one tensor, and of many.
    let shape = |dimensions: usize| vec!["1"; dimensions].join(",");
    let long = "expected at most 8 dimensions";
    for (count, dimensions, expected) in
        [(1, 3_000_000, long), (50_000, 8, other), (50_000, 9, long)]
    {
        let shape = shape(dimensions);
        let entry = |i: usize| {
            let (from, to) = (4 * i, 4 * i + 4);
            format!(r#""{i}":{{"dtype":"F32","shape":[{shape}],"data_offsets":[{from},{to}]}}"#)
        };
        let entries = (0..count).map(entry).collect::<Vec<_>>().join(",");
        let header = format!("{{{ours}{entries}}}");
        let length = (header.len() as u64).to_le_bytes();
        fs::write(path, [&length, header.as_bytes(), &vec![0; 4 * count]].concat()).unwrap();
        let error = load(&format!("{count} tensors of {dimensions} dimensions"), path).unwrap_err();
        assert!(error.to_string().contains(expected), "{count}, {dimensions}: {error}");
    }
    // Each layer of a file takes more than there is of it: but no more than the model.
    saved::<f32>(path, &data(1, 2), "none", &[1; 1000]);
    let size = fs::metadata(path).unwrap().len() as usize;
    let before = ALLOCATOR.allocated();
    let (model, most) = peak(|| AnyModel::load(path).unwrap());
    let live = ALLOCATOR.allocated() - before;
    println!("layers of width 1: {size} bytes, {most} at once, {live} after it");
    assert!(most <= live + 4 * size + MIB, "{most} for {live}");
    let AnyModel::F32(file) = model else { panic!("it is in f32") };
    assert_eq!(file.predictor.model().network().stages().len(), 2001);
}
