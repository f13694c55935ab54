//! What a training keeps, whatever happens to it.

use std::fs;

use crate::common::{Folder, flowers, parabola};
use serde_json::Value;

/// The lines of a run's metrics.
fn epochs(folder: &Folder, run: &str) -> Vec<Value> {
    let lines = folder.read(&format!("{run}/metrics.jsonl"));
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn test_data_are_checked_before_training() {
    let folder = Folder::new();
    folder.write("flowers.csv", flowers());
    // Beyond what a number of the network can be, and beyond what a number can be.
    for height in ["1e300", "1e999"] {
        folder.write("test.csv", format!("height,number,kind,width\n{height},1,rose,1\n"));
        let stderr = folder.fails(1, "train flowers.csv --target kind --test-data test.csv");
        assert_eq!(stderr.lines().count(), 1, "nothing has begun: {stderr}");
        assert!(!folder.path().join("runs").exists());
    }
}

/// Options that cannot be, found where the training would begin.
#[test]
fn a_training_that_never_begins_leaves_nothing() {
    let folder = Folder::new();
    let stderr = folder.fails(1, "train --validation 0 --patience 3");
    let message = stderr.trim_end();
    assert!(
        message.ends_with("patience must be left out without validation data, got 3"),
        "{message}"
    );
    assert!(!folder.path().join("runs").exists());
}

#[cfg(target_os = "linux")]
#[test]
fn writing_is_tried_before_training() {
    let folder = Folder::new();
    folder.write("file", "");
    // A folder in which nobody can write, not even root.
    for out in ["/proc/self", "file", "file/run"] {
        let stderr = folder.fails(1, &format!("train --out {out}"));
        assert_eq!(stderr.lines().count(), 1, "nothing has begun: {stderr}");
        assert!(stderr.contains(out), "{stderr}");
    }
    assert_eq!(folder.files("."), ["file"]);
}

/// The rate grows until the decay of the weights makes them grow, too.
const DIVERGES: &str = "--target kind --drop number --optimizer sgd --momentum 0 --hidden 64 \
                        --weight-decay 0.5 --learning-rate 20 --warm-up 200 --schedule constant --epochs 1000";

#[test]
fn a_training_that_diverges_late_keeps_the_best_weights() {
    let folder = Folder::new();
    folder.write("flowers.csv", flowers());
    for (loss, options) in [("validation", "--patience 1000"), ("training", "--validation 0")] {
        let run = format!("{loss}-run");
        let stderr =
            folder.fails(1, &format!("train flowers.csv {DIVERGES} {options} --out {run}"));
        let message = stderr.lines().last().unwrap();
        let epochs = epochs(&folder, &run);
        let field = if loss == "validation" { "validation_loss" } else { "train_loss" };
        // JSON has no infinity.
        let losses = epochs.iter().map(|epoch| epoch[field].as_f64().unwrap_or(f64::INFINITY));
        let lowest = losses.enumerate().min_by(|a, b| a.1.total_cmp(&b.1)).unwrap().0 + 1;
        assert!(lowest < epochs.len(), "{lowest} of {}", epochs.len());
        assert!(message.contains("diverged"), "{message}");
        let kept =
            format!("the weights of epoch {lowest}, of the lowest {loss} loss, are in {run}");
        assert!(message.contains(&kept), "{message}");
        assert_eq!(
            folder.files(&run),
            [
                "checkpoint.safetensors",
                "config.toml",
                "metrics.jsonl",
                "model.safetensors",
                "split.json"
            ]
        );
        let model = folder.json(&format!("inspect {run}"));
        assert_eq!(model["results"]["epoch"], lowest.to_string());
        let evaluation = folder.json(&format!("evaluate {run} flowers.csv"));
        assert!(evaluation["accuracy"].as_f64().unwrap() > 0.6, "{evaluation}");
    }
}

#[test]
fn a_training_that_diverges_at_once_keeps_its_config_and_another_run() {
    let folder = Folder::new();
    folder.write("parabola.csv", parabola());
    let diverges = "train parabola.csv --optimizer sgd --learning-rate 1e30 --out run";
    let stderr = folder.fails(1, diverges);
    assert!(stderr.contains("there are no weights to keep"), "{stderr}");
    assert_eq!(folder.files("run"), ["config.toml", "metrics.jsonl"]);
    folder.ok("train parabola.csv --epochs 2 --out run --force");
    let files = |folder: &Folder| {
        let read = |name: &String| fs::read(folder.path().join("run").join(name)).unwrap();
        folder.files("run").iter().map(read).collect::<Vec<_>>()
    };
    let before = files(&folder);
    let stderr = folder.fails(1, &format!("{diverges} --force"));
    assert!(stderr.contains("the run that was in run is still there"), "{stderr}");
    assert_eq!(files(&folder), before);
    assert_eq!(before.len(), 5);
}

/// Weights that no network can have are not written.
#[test]
fn what_is_saved_can_be_loaded() {
    let folder = Folder::new();
    folder.write("flowers.csv", flowers());
    let train = "train flowers.csv --target kind --optimizer sgd --epochs 1 --batch-size 1000";
    for (out, options) in [("one", "--validation 0"), ("two", "--dtype f64"), ("three", "")] {
        for rate in ["1e39", "1e300"] {
            let outcome = folder
                .run(&format!("{train} --learning-rate {rate} {options} --out {out} --force"));
            let saved = folder.path().join(out).join("model.safetensors").exists();
            assert!(saved || outcome.status == 1, "{out} {rate}: {}", outcome.stderr);
            if saved {
                folder.ok(&format!("inspect {out}"));
            }
            if outcome.status != 0 {
                // Weights may be finite, and what they make of the data not: that is said.
                let error = outcome.stderr.lines().last().unwrap();
                assert!(error.starts_with("error: ") && error.contains(out), "{error}");
            }
            let _ = fs::remove_dir_all(folder.path().join(out));
        }
    }
    assert_eq!(folder.run(&format!("{train} --learning-rate 1e39 --validation 0")).status, 1);
}

/// A limit of the size of files is met as a full disk is: before training.
#[cfg(unix)]
#[test]
fn a_model_that_has_no_place_is_not_trained() {
    let folder = Folder::new();
    folder.write("flowers.csv", flowers());
    folder.ok("train flowers.csv --target kind --epochs 1 --hidden 500 --out old");
    let before = fs::read(folder.path().join("old/model.safetensors")).unwrap();
    let train = "densely train flowers.csv --target kind --epochs 100000 --hidden 500";
    for out in ["--out new", "--out new/folder", "", "--out old --force"] {
        for blocks in [0, 10] {
            let outcome = folder.shell(&format!("ulimit -f {blocks}; exec {train} {out}"));
            assert_eq!(outcome.status, 1, "{}", outcome.stderr);
            let file = if blocks == 0 { "config.toml" } else { "model.safetensors" };
            let message = format!("{file}: File too large");
            assert!(outcome.stderr.contains(&message), "{}", outcome.stderr);
            assert_eq!(outcome.stderr.lines().count(), 1, "nothing has begun: {}", outcome.stderr);
            assert_eq!(folder.files("."), ["flowers.csv", "old"]);
            let files =
                ["config.toml", "metrics.jsonl", "model.safetensors", "report.html", "split.json"];
            assert_eq!(folder.files("old"), files);
        }
    }
    assert_eq!(fs::read(folder.path().join("old/model.safetensors")).unwrap(), before);
    // Other files stay where they are.
    fs::create_dir(folder.path().join("shared")).unwrap();
    folder.write("shared/notes.txt", "mine");
    let outcome = folder.shell(&format!("ulimit -f 10; exec {train} --out shared"));
    assert_eq!(outcome.status, 1, "{}", outcome.stderr);
    assert_eq!(folder.files("shared"), ["notes.txt"]);
}

/// A disk that fills while it is trained costs what comes after.
#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_fills_leaves_whole_files_only() {
    let folder = Folder::new();
    let line = "densely train --epochs 1000000 --validation 0 --threads 1 --out run & \
                until [ -e run/checkpoint.safetensors ]; do sleep 0.1; done; \
                prlimit --pid $! --fsize=10000; sleep 0.2; kill $!; wait $!";
    let outcome = folder.shell(line);
    assert_eq!(outcome.status, 1, "{}", outcome.stderr);
    assert!(outcome.stderr.contains("model.safetensors: File too large"), "{}", outcome.stderr);
    let epoch = folder.json("inspect run")["results"]["epoch"].as_str().unwrap().to_owned();
    let kept = format!("the weights of epoch {epoch} are in run");
    assert!(outcome.stderr.contains(&kept), "{kept}: {}", outcome.stderr);
    let files = ["checkpoint.safetensors", "config.toml", "metrics.jsonl", "model.safetensors"];
    assert_eq!(folder.files("run"), files);
}

/// What a training found is printed wherever its files have a place, and then what has none.
#[cfg(target_os = "linux")]
#[test]
fn results_are_printed_though_files_have_no_place() {
    let folder = Folder::new();
    folder.write("flowers.csv", flowers());
    let train = "densely train flowers.csv --target kind --hidden 4 --epochs 3 --json --out";
    folder.ok(&format!("{} whole", &train["densely ".len()..]));
    let size = |file: &str| fs::metadata(folder.path().join("whole").join(file)).unwrap().len();
    let others = ["config.toml", "metrics.jsonl", "model.safetensors", "split.json"];
    let largest = others.iter().map(|file| size(file)).max().unwrap();
    assert!(size("report.html") > largest + 2048, "the report is the largest");
    let expected = folder.json("evaluate whole");
    for (limit, model) in [(largest.div_ceil(1024) + 1, Some("run/model.safetensors")), (0, None)] {
        let _ = fs::remove_dir_all(folder.path().join("run"));
        // From the first epoch on, or when all is trained.
        let line = match model {
            Some(_) => format!("ulimit -f {limit}; exec {train} run"),
            None => format!(
                "{train} run --epochs 3000 --patience 3000 --batch-size 8 & until [ -e run/config.toml ]; do \
                 sleep 0.01; done; prlimit --pid $! --fsize=0; wait $!"
            ),
        };
        let outcome = folder.shell(&line);
        assert_eq!(outcome.status, 1, "{}", outcome.stderr);
        let report: Value = serde_json::from_str(outcome.stdout.lines().last().unwrap()).unwrap();
        let of = |name: &str| report[name].as_f64().unwrap_or_else(|| panic!("{name}: {report}"));
        assert!(of("test_accuracy") > 0.3 && of("train_loss") > 0.0);
        let error = report["error"].as_str().unwrap();
        assert!(error.contains("File too large"), "{error}");
        assert_eq!(report["model"].as_str(), model, "{report}");
        assert_eq!(outcome.stdout.lines().count(), 1, "one object: {}", outcome.stdout);
        assert!(outcome.stderr.contains("accuracy"), "{}", outcome.stderr);
        let last = outcome.stderr.lines().last().unwrap();
        assert!(last.starts_with("error: ") && last.contains(error), "{last}");
        if model.is_some() {
            assert!(
                error.contains("report.html") && error.contains("the model is in run"),
                "{error}"
            );
            assert_eq!(report["test_accuracy"], expected["accuracy"]);
            assert_eq!(report["weights_hash"], folder.json("inspect run")["weights_hash"]);
        } else {
            assert!(error.contains("nothing is left of the training but its figures"), "{error}");
            assert!(!outcome.stderr.contains("saved in"), "{}", outcome.stderr);
        }
    }
}

/// Whenever a run over another is killed, what is left is of one of them.
#[cfg(unix)]
#[test]
fn a_run_that_takes_the_place_of_another_leaves_no_mixture() {
    let folder = Folder::new();
    folder.write("flowers.csv", flowers());
    let train =
        "train flowers.csv --target kind --hidden 4 --epochs 2 --threads 1 --out run --force";
    let (mut in_between, tries) = (0, 24);
    // Where others keep the processors busy, luck takes longer.
    for seed in 0..10 * tries {
        if seed >= tries && in_between > 0 {
            break;
        }
        folder.ok(&format!("{train} --seed 1000"));
        let mut child = folder.command(&format!("{train} --seed {seed}"));
        let mut child = child.stderr(std::process::Stdio::null()).spawn().unwrap();
        let path = |file: &str| folder.path().join("run").join(file);
        // The first file that goes is that of a page; then it is a matter of luck.
        while path("report.html").exists() && child.try_wait().unwrap().is_none() {}
        std::thread::sleep(std::time::Duration::from_micros(seed % tries * 150));
        child.kill().unwrap();
        child.wait().unwrap();
        in_between += u32::from(!path("report.html").exists());
        let model = folder.json("inspect run");
        let of_model = model["options"]["seed"].as_str().unwrap().to_owned();
        if path("config.toml").exists() {
            let config = folder.read("run/config.toml");
            assert!(config.contains(&format!("seed = {of_model}\n")), "{of_model}: {config}");
        } else {
            for file in ["metrics.jsonl", "split.json"] {
                assert!(!path(file).exists(), "a model alone has no {file}");
            }
        }
    }
    assert!(in_between > 0, "all were too late");
}

/// The report is not worth the model: without it there still is one.
#[cfg(target_os = "linux")]
#[test]
fn a_report_that_cannot_be_printed_loses_nothing() {
    let folder = Folder::new();
    folder.write("flowers.csv", flowers());
    let train = "densely train flowers.csv --target kind --epochs 3 --out";
    let outcome = folder.shell(&format!("{train} run --json > /dev/full"));
    assert_eq!(outcome.status, 1, "{}", outcome.stderr);
    assert!(outcome.stderr.contains("the output cannot be written"), "{}", outcome.stderr);
    assert_eq!(folder.json("inspect run")["results"].as_object().unwrap().len(), 6);
    let outcome = folder.shell(&format!("{train} quiet --json 2> /dev/full"));
    assert_eq!(outcome.status, 0);
    let report: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(report["weights_hash"], folder.json("inspect quiet")["weights_hash"]);
}
