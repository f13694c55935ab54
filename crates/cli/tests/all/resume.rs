//! Runs that go on where they were stopped.

use std::fs;
use std::time::Duration;

use serde_json::Value;

use crate::common::{Folder, flowers};
use crate::signals::{end, send, start};

/// Epochs of which a part is made in half a second, with all that is random.
const TRAIN: &str = "train t.csv --target kind --hidden 24 --dropout 0.2 --input-noise 0.1 \
                     --batch-size 7 --patience 1000000 --learning-rate 0.0001 \
                     --schedule cosine --epochs 6000";

/// The fields of a run's metrics, line by line.
fn field(folder: &Folder, run: &str, name: &str) -> Vec<Value> {
    let lines = folder.read(&format!("{run}/metrics.jsonl"));
    let value = |line: &str| serde_json::from_str::<Value>(line).unwrap()[name].clone();
    lines.lines().map(value).collect()
}

fn hash(folder: &Folder, run: &str) -> String {
    folder.json(&format!("inspect {run}"))["weights_hash"].as_str().unwrap().to_owned()
}

/// Starts a run and stops it in the middle.
fn stopped(folder: &Folder, arguments: &str) -> String {
    let child = start(folder, arguments);
    std::thread::sleep(Duration::from_millis(300));
    send("INT", &child);
    let (code, stderr) = end(child);
    assert_eq!(code, Some(130), "{stderr}");
    stderr
}

#[test]
fn a_run_that_was_stopped_ends_as_one_that_never_was() {
    let folder = Folder::new();
    folder.write("t.csv", flowers());
    let whole = folder.json(&format!("{TRAIN} --out whole"));
    let stderr = stopped(&folder, &format!("{TRAIN} --threads 1 --out run"));
    assert!(stderr.contains("it goes on with: densely train --resume --out run"), "{stderr}");
    assert!(folder.files("run").contains(&"checkpoint.safetensors".to_owned()));
    // Once more, at another number of threads.
    let stderr = stopped(&folder, "train --resume --out run --threads 2");
    assert!(stderr.contains("resumed  run in epoch"), "{stderr}");
    let resumed = folder.json("train --resume --out run --threads 1");
    for name in ["weights_hash", "epochs", "train_loss", "validation_loss", "test_accuracy"] {
        assert_eq!(resumed[name], whole[name], "{name}");
    }
    assert_eq!(hash(&folder, "run"), hash(&folder, "whole"));
    assert_eq!(folder.read("run/metrics.jsonl"), folder.read("whole/metrics.jsonl"));
    let epochs: Vec<Value> = (1..=6000).map(Value::from).collect();
    assert_eq!(field(&folder, "run", "epoch"), epochs);
    assert_eq!(folder.read("run/split.json"), folder.read("whole/split.json"));
    let config = folder.read("run/config.toml");
    assert!(config.contains("epochs = 6000\n") && !config.contains("resume"), "{config}");
}

/// One whose checkpoint was damaged, and removed as advised, is neither complete nor short.
#[test]
fn a_run_that_was_stopped_begins_anew_without_its_checkpoint() {
    let folder = Folder::new();
    folder.write("t.csv", flowers());
    let whole = folder.json(&format!("{TRAIN} --epochs 600 --out whole"));
    let train = format!("{TRAIN} --out run");
    stopped(&folder, &train);
    let checkpoint = folder.path().join("run/checkpoint.safetensors");
    fs::write(&checkpoint, &fs::read(&checkpoint).unwrap()[..1000]).unwrap();
    let message = folder.fails(1, "train --resume --out run");
    assert!(message.contains("remove the file"), "{message}");
    fs::remove_file(checkpoint).unwrap();
    let resumed = folder.run("train --resume --out run --epochs 600");
    assert_eq!(resumed.status, 0, "{}", resumed.stderr);
    let said = "run: it is unfinished, and has no checkpoint to go on from: it begins anew";
    assert!(resumed.stderr.contains(said), "{}", resumed.stderr);
    assert_eq!(hash(&folder, "run"), whole["weights_hash"].as_str().unwrap());
    // Now it is complete.
    fs::remove_file(folder.path().join("run/checkpoint.safetensors")).ok();
    let message = folder.fails(1, "train --resume --out run");
    let said = "run: this run is complete, and has no checkpoint to go on from";
    assert!(message.contains(said), "{message}");
}

/// What is complete says so again, and goes on for more epochs.
#[test]
fn a_run_goes_on_for_more_epochs_after_its_end() {
    let folder = Folder::new();
    folder.write("t.csv", flowers());
    let train = TRAIN.replace("--schedule cosine", "--schedule constant");
    stopped(&folder, &format!("{train} --out run"));
    let first = folder.json("train --resume --out run");
    assert_eq!(folder.json("train --resume --out run")["weights_hash"], first["weights_hash"]);
    let more = folder.json("train --resume --out run --epochs 6100");
    assert_eq!(more["epochs"], 6100);
    assert!(folder.read("run/config.toml").contains("epochs = 6100\n"));
    let whole = folder.json(&format!("{train} --epochs 6100 --out whole"));
    assert_eq!(more["weights_hash"], whole["weights_hash"]);
    assert_eq!(folder.read("run/metrics.jsonl").lines().count(), 6100);
}

#[test]
fn other_options_and_data_are_refused_unless_forced() {
    let folder = Folder::new();
    folder.write("t.csv", flowers());
    stopped(&folder, &format!("{TRAIN} --out run"));
    let files = || {
        let name = |file: String| (fs::read(folder.path().join("run").join(&file)).unwrap(), file);
        folder.files("run").into_iter().map(name).collect::<Vec<_>>()
    };
    let before = files();
    for (options, difference) in [
        ("--learning-rate 0.001", "learning-rate was 0.0001, and is 0.001"),
        ("--epochs 7000", "epochs was 6000, and is 7000"),
        ("--hidden 8", "hidden was 24, and is 8"),
        ("--dropout 0.1", "dropout was 0.2, and is 0.1"),
        ("--dtype f64", "the run is in f32"),
    ] {
        let stderr = folder.fails(1, &format!("train --resume --out run {options}"));
        assert!(stderr.contains(difference), "{stderr}");
        assert_eq!(files(), before, "{options}");
    }
    folder.write("t.csv", flowers().replace("rose,10\n", "rose,11\n"));
    let stderr = folder.fails(1, "train --resume --out run");
    assert!(stderr.contains("training data was "), "{stderr}");
    assert_eq!(files(), before);
    let forced = folder.json("train --resume --out run --force --epochs 5000 --patience 5");
    assert!(forced["epochs"].as_u64().unwrap() <= 5000);
    assert!(folder.read("run/config.toml").contains("patience = 5\n"));
}

/// What was learnt from before would be tested on.
#[test]
fn a_run_goes_on_with_the_rows_that_it_held_out() {
    let folder = Folder::new();
    folder.write("t.csv", flowers());
    stopped(&folder, &format!("{TRAIN} --out run"));
    let digits = "train --epochs 6000 --patience 6000 --hidden 4 --out digits";
    stopped(&folder, digits);
    let files = |run: &str| {
        let read = |file: &String| fs::read(folder.path().join(run).join(file)).unwrap();
        folder.files(run).iter().map(read).collect::<Vec<_>>()
    };
    for (run, option, difference) in [
        ("run", "--seed 1", "seed was 0, and is 1"),
        ("run", "--test 0.3", "test was 0.2, and is 0.3"),
        ("run", "--validation 0.2", "validation was 0.1, and is 0.2"),
        ("digits", "--seed 1", "seed was 0, and is 1"),
    ] {
        let before = files(run);
        for force in ["", "--force"] {
            let error = folder.fails(1, &format!("train --resume --out {run} {option} {force}"));
            assert!(error.contains("some have been learnt from"), "{error}");
            assert!(error.contains(difference) && error.contains("without --resume"), "{error}");
            assert_eq!(files(run), before, "{option}");
        }
    }
}

#[test]
fn of_other_data_it_is_said_that_they_may_have_been_learnt_from() {
    let folder = Folder::new();
    folder.write("t.csv", flowers());
    stopped(&folder, &format!("{TRAIN} --out run"));
    let split = || serde_json::from_str::<Value>(&folder.read("run/split.json")).unwrap();
    assert!(split().get("has_other_data").is_none());
    folder.write("t.csv", flowers() + "9,9,daisy,9\n0,0,rose,10\n");
    let stderr = stopped(&folder, "train --resume --out run --force");
    assert!(stderr.contains("it may have learnt before"), "{stderr}");
    assert_eq!(split()["has_other_data"], true);
    // It stays so.
    let resumed = folder.run("train --resume --out run");
    assert!(!resumed.stderr.contains("it may have learnt before"), "{}", resumed.stderr);
    assert_eq!(split()["has_other_data"], true);
    let evaluated = folder.run("evaluate run");
    assert!(evaluated.stderr.contains("it had learned from other data"), "{}", evaluated.stderr);
}

/// The rate grows until the decay of the weights makes them grow, too.
#[test]
fn a_run_that_diverged_goes_on_with_another_learning_rate() {
    let folder = Folder::new();
    folder.write("t.csv", flowers());
    let train = "train t.csv --target kind --drop number --optimizer sgd --momentum 0 --hidden 64 \
                 --weight-decay 0.5 --learning-rate 20 --warm-up 200 --schedule constant --epochs 1000 \
                 --patience 1000";
    let stderr = folder.fails(1, &format!("{train} --tensorboard --out run"));
    assert!(stderr.contains("diverged"), "{stderr}");
    let events =
        || fs::read(folder.path().join("run/events.out.tfevents.0.densely")).unwrap().len();
    let before = events();
    let command = "go on with `densely train --resume --out run --learning-rate 0.";
    assert!(stderr.contains(command), "{stderr}");
    let diverged = field(&folder, "run", "diverged");
    let last = diverged.last().unwrap();
    assert!(last.as_str().is_some_and(|error| error.contains("diverged")), "{last}");
    assert!(field(&folder, "run", "findings").last().unwrap().is_array());
    let resumed = folder.json("train --resume --out run --learning-rate 0.1");
    assert_eq!(resumed["epochs"], 1000);
    // What goes on writes what it wrote before.
    assert!(events() > before, "{} of {before}", events());
    let epochs: Vec<Value> = (1..=1000).map(Value::from).collect();
    assert_eq!(field(&folder, "run", "epoch"), epochs);
    assert!(field(&folder, "run", "diverged").iter().all(Value::is_null));
    let config = folder.read("run/config.toml");
    assert!(config.contains("learning-rate = 0.1\n"), "{config}");
    folder.json("evaluate run");
}

#[test]
fn what_cannot_go_on_is_said() {
    let folder = Folder::new();
    let stderr = folder.fails(1, "train --resume --out none");
    assert!(stderr.contains("none: there is no run to go on with"), "{stderr}");
    assert!(folder.fails(2, "train --resume").contains("--out"));
    folder.ok("train --epochs 1 --hidden none --out short");
    let stderr = folder.fails(1, "train --resume --out short");
    assert!(stderr.contains("short: this run is complete"), "{stderr}");
    let stderr = folder.fails(1, "train --resume --out short --epochs 3 --seed 7");
    assert!(stderr.contains("the run to go on with is another"), "{stderr}");
    // Without a checkpoint, its epochs are made again, which are the same.
    folder.ok("train --epochs 3 --hidden none --out longer");
    let resumed = folder.run("train --resume --out short --epochs 3");
    assert_eq!(resumed.status, 0, "{}", resumed.stderr);
    assert!(resumed.stderr.contains("its epochs are made again"), "{}", resumed.stderr);
    assert_eq!(hash(&folder, "short"), hash(&folder, "longer"));
    fs::remove_dir_all(folder.path().join("longer")).unwrap();
    // One that was killed before there was anything to keep begins anew.
    fs::remove_file(folder.path().join("short/model.safetensors")).unwrap();
    folder.ok("train --resume --out short");
    assert_eq!(
        folder.files("short"),
        ["config.toml", "metrics.jsonl", "model.safetensors", "report.html"]
    );
    assert_eq!(folder.files("."), ["short"]);
}
