//! Invariants of `docs/architecture.md` that no type upholds.

use std::fs;
use std::path::{Path, PathBuf};

use densely::prelude::*;

/// The sources of all crates but these.
fn sources(but: &[&str]) -> Vec<PathBuf> {
    sources_in("src", but)
}

/// What is in these folders of all crates but these.
fn sources_in(folder: &str, but: &[&str]) -> Vec<PathBuf> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|ext| ext == "rs") {
                found.push(path);
            }
        }
    }
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found = Vec::new();
    for entry in fs::read_dir(crates).unwrap() {
        let path = entry.unwrap().path();
        if !but.iter().any(|name| path.ends_with(name)) && path.join(folder).is_dir() {
            walk(&path.join(folder), &mut found);
        }
    }
    assert!(found.len() > 50, "the sources are not there");
    found
}

/// The lines of code that have a word in them.
fn lines_with<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = &'a str> {
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    code.filter(move |line| {
        line.split(|c: char| !c.is_alphanumeric() && c != '_').any(|w| w == word)
    })
}

/// 1: only `tensor` names faer.
#[test]
fn only_tensor_names_faer() {
    let of = |folder: &str, file: &str| {
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).join(file)).unwrap()
    };
    assert!(lines_with(&of("../tensor", "Cargo.toml"), "faer").count() > 0);
    for path in sources(&["tensor"]) {
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(lines_with(&text, "faer").next(), None, "{}", path.display());
    }
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("..")).unwrap() {
        let path = entry.unwrap().path();
        if !path.ends_with("tensor") && path.join("Cargo.toml").is_file() {
            let manifest = fs::read_to_string(path.join("Cargo.toml")).unwrap();
            // A workspace of its own says how faer is compiled, as ours does.
            let mut named =
                lines_with(&manifest, "faer").filter(|line| !line.contains("opt-level"));
            assert_eq!(named.next(), None, "{}", path.display());
        }
    }
}

/// 4: `Threads` is the only parallelism. The program has a thread that waits for signals, in Python one
/// trains while the main thread waits for them, one reads what is on the disk before it is needed, and one
/// calls MPI. One watches over the program that looks for faults.
#[test]
fn nothing_else_starts_threads() {
    let may = [
        "tensor/src/threads.rs",
        "tensor/src/threads/pool.rs",
        "tensor/src/decomposition.rs",
        "data/src/stored/read_ahead.rs",
        "cli/src/signals/watch.rs",
        "python/src/work.rs",
        "mpi/src/world.rs",
        "fuzz/src/guard.rs",
    ];
    for path in sources(&[]) {
        let text = fs::read_to_string(&path).unwrap();
        let text = text.split("#[cfg(test)]").next().unwrap();
        let is_started = ["rayon", "spawn", "scope"]
            .into_iter()
            .flat_map(|word| lines_with(text, word))
            .find(|line| line.contains("rayon") || line.contains("thread"));
        let may =
            may.iter().any(|file| path.ends_with(file)) || path.ends_with("tensor/src/error.rs");
        assert!(may || is_started.is_none(), "{}: {}", path.display(), is_started.unwrap());
    }
}

/// 7: no layer has a mode. What it computes in inference is the same before and after a pass of
/// training, which draws; and a network that has just been trained is read through `&`.
#[test]
fn no_layer_has_a_mode() {
    let known = LayerKinds::<f64>::new();
    let names: Vec<&str> = known.specs().map(Spec::name).collect();
    for name in names {
        let kind = match name {
            "linear" => Kind::new(name).with(5),
            "dropout" | "input-noise" => Kind::new(name).with(0.5),
            _ => Kind::new(name),
        };
        let layer = known.get(&kind).unwrap().layer(6).unwrap();
        let outputs = layer.out_features(6).unwrap();
        let x = Mat::from_fn(6, 40, |i, j| ((7 * i + 3 * j) % 11) as f64 / 4.0 - 1.3);
        let infer = || {
            let (mut y, mut tape) = (Mat::zeros(outputs, 40), Mat::zeros(layer.tape_rows(6), 40));
            layer.forward(x.as_ref(), y.as_mut(), tape.as_mut());
            y
        };
        let before = infer();
        let (mut y, mut tape) = (Mat::zeros(outputs, 40), Mat::zeros(layer.tape_rows(6), 40));
        layer.forward_train(x.as_ref(), y.as_mut(), tape.as_mut(), At::default());
        assert_eq!(y == before, !["dropout", "input-noise"].contains(&name), "{name}");
        assert_eq!(infer(), before, "{name}");
    }
}

/// A test of what is refused says why it is.
#[test]
fn tests_ask_which_error_it_is() {
    let is_assertion = |line: &&str| line.contains("assert!(");
    for path in sources(&[]).into_iter().chain(sources_in("tests", &[])) {
        let text = fs::read_to_string(&path).unwrap();
        let mut asserted = lines_with(&text, "is_err").filter(is_assertion);
        assert_eq!(asserted.next(), None, "{}", path.display());
    }
}
