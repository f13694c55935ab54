//! A search for options: what it ends with, that it depends on nothing that it should not, and that it goes on
//! where it was stopped.

use std::fs;
use std::time::Duration;

use serde_json::Value;

use crate::common::{Folder, flowers, parabola};
use crate::signals::{end, send, spawn};

/// A short search, in three rungs of 5, 15 and 45 epochs.
const TUNE: &str = "tune t.csv --target kind --trials 9 --epochs 45 --widths 4,8";

/// The same of any widths.
const ANY: &str = "tune t.csv --target kind --trials 9 --epochs 45";

fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("t.csv", flowers());
    folder
}

fn parsed(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The lines of a search, without the times at which they came.
fn trials(folder: &Folder, run: &str) -> Vec<Value> {
    let mut lines = parsed(&folder.read(&format!("{run}/trials.jsonl")));
    lines.remove(0);
    for line in &mut lines {
        line.as_object_mut().unwrap().remove("seconds").unwrap();
    }
    lines
}

#[test]
fn a_search_ends_with_a_run_that_train_repeats() {
    let folder = folder();
    let found = folder.json(&format!("{TUNE} --out run"));
    let files = [
        "config.toml",
        "metrics.jsonl",
        "model.safetensors",
        "report.html",
        "split.json",
        "trials.html",
        "trials.jsonl",
    ];
    assert_eq!(folder.files("run"), files);
    let again = folder.json("train --config run/config.toml --out again");
    for name in ["weights_hash", "epochs", "test_accuracy", "test_loss", "baseline_accuracy"] {
        assert_eq!(found[name], again[name], "{name}");
    }
    assert!(found["test_accuracy"].as_f64() > Some(0.8), "{found}");
    assert_eq!((&found["trials"], &found["failed_trials"]), (&Value::from(9), &Value::from(0)));

    // What is tested on is what `train` tests on, and all else is learnt from in the end.
    folder.ok("train t.csv --target kind --epochs 1 --out plain");
    let split = |run: &str| parsed(&folder.read(&format!("{run}/split.json"))).remove(0);
    let (tuned, plain) = (split("run"), split("plain"));
    assert_eq!(tuned["test"], plain["test"]);
    let count = |split: &Value, part: &str| split[part].as_array().unwrap().len();
    assert_eq!(count(&tuned, "validation"), 0);
    assert_eq!(count(&tuned, "train"), count(&plain, "train") + count(&plain, "validation"));

    // Nine are tried, the best three for longer, and the best of these for all epochs.
    let lines = trials(&folder, "run");
    let of_rung = |rung: u64| lines.iter().filter(move |line| line["rung"] == rung);
    assert_eq!([0, 1, 2].map(|rung| of_rung(rung).count()), [9, 3, 1]);
    let last = of_rung(2).next().unwrap();
    assert_eq!((&last["score"], &last["trial"]), (&found["best_score"], &found["best_trial"]));
    assert_eq!(last["kept_epoch"], found["epochs"]);
    for (name, value) in last["options"].as_object().unwrap() {
        assert_eq!(found["options"][name], *value, "{name}");
    }
    // The first is what `train` does unless told otherwise, but for a width that was not to be.
    let page = folder.read("run/trials.html");
    assert!(page.contains("learning rate") && page.contains("<svg") && !page.contains("http:"));
    folder.ok("report run");
    folder.ok("evaluate run");
}

/// The epochs of the last training were chosen by the search, which knows more of them than one run.
#[test]
fn a_search_is_not_told_to_train_for_longer() {
    let folder = folder();
    let few = "t.csv --target kind --epochs 3 --learning-rate 0.001";
    let told = folder.run(&format!("train {few} --validation 0")).stderr;
    assert!(told.contains("still falling at the end"), "{told}");
    let told = folder.run(&format!("tune {few} --trials 1")).stderr;
    assert!(told.contains("the best of 1 trial: those that were trained longest"), "{told}");
    assert!(!told.contains("still falling"), "{told}");
}

#[test]
fn threads_do_not_change_a_search() {
    let folder = folder();
    let run = |threads: usize| {
        let found = folder.json(&format!("{TUNE} --threads {threads} --out run{threads}"));
        (found["weights_hash"].clone(), trials(&folder, &format!("run{threads}")))
    };
    let one = run(1);
    assert_eq!(run(2), one);
    assert_eq!(run(3), one);
}

/// After each line, and in the middle of one, as a killed program leaves it.
#[test]
fn a_search_that_was_killed_goes_on_to_the_same_end() {
    let folder = folder();
    let whole = folder.json(&format!("{TUNE} --out whole"));
    let expected = trials(&folder, "whole");
    let text = folder.read("whole/trials.jsonl");
    let ends: Vec<usize> = text.match_indices('\n').map(|(at, _)| at + 1).collect();
    let cuts = [ends[0], ends[3], ends[3] + 40, ends[9], ends[11], ends[12] - 1, ends[13]];
    for (i, cut) in cuts.into_iter().enumerate() {
        let run = format!("cut{i}");
        fs::create_dir(folder.path().join(&run)).unwrap();
        folder.write(&format!("{run}/trials.jsonl"), &text[..cut]);
        let resumed = folder.json(&format!("tune --resume --out {run} --threads 1"));
        for name in ["weights_hash", "best_trial", "best_score", "influences", "options"] {
            assert_eq!(resumed[name], whole[name], "{name} after {cut} bytes");
        }
        assert_eq!(trials(&folder, &run), expected);
    }
    // One that is complete says the same again.
    let again = folder.json("tune --resume --out whole");
    assert_eq!(again["weights_hash"], whole["weights_hash"]);
}

#[cfg(unix)]
#[test]
fn a_signal_ends_a_search_which_goes_on_later() {
    let folder = folder();
    let tune = format!("{TUNE} --trials 200 --epochs 400");
    let whole = folder.json(&format!("{tune} --out whole"));
    let child = spawn(&folder, &format!("{tune} --out run"));
    while !folder.path().join("run/trials.jsonl").exists() {
        std::thread::sleep(Duration::from_millis(1));
    }
    std::thread::sleep(Duration::from_millis(300));
    send("INT", &child);
    let (code, stderr) = end(child);
    assert_eq!(code, Some(130), "{stderr}");
    assert!(stderr.contains("it goes on with: densely tune --resume --out run"), "{stderr}");
    assert_eq!(folder.files("run"), ["trials.jsonl"]);
    let known = trials(&folder, "run").len();
    assert!(known < trials(&folder, "whole").len(), "it had ended");
    let resumed = folder.json("tune --resume --out run");
    assert_eq!(resumed["weights_hash"], whole["weights_hash"]);
    assert_eq!(trials(&folder, "run"), trials(&folder, "whole"));
}

/// Whatever is in the rows to test on, the search is the same.
#[test]
fn nothing_of_the_test_reaches_the_search() {
    let folder = folder();
    folder.ok(&format!("{TUNE} --out before"));
    let split = parsed(&folder.read("before/split.json")).remove(0);
    let test: Vec<u64> = split["test"].as_array().unwrap().iter().flat_map(Value::as_u64).collect();
    let text = flowers();
    let changed = text.lines().enumerate().map(|(line, row)| {
        let is_test = line > 0 && test.contains(&(line as u64 - 1));
        let mut cells: Vec<String> = row.split(',').map(str::to_owned).collect();
        if is_test {
            (cells[0], cells[3]) = ("987654.5".to_owned(), "-0.001".to_owned());
        }
        cells.join(",") + "\n"
    });
    folder.write("t.csv", changed.collect::<String>());
    folder.ok(&format!("{TUNE} --out after"));
    assert_eq!(trials(&folder, "after"), trials(&folder, "before"));
}

#[test]
fn options_that_are_given_are_not_searched() {
    let folder = folder();
    let fixed = "--hidden 5,4 --activation tanh --dropout 0.1";
    let found = folder.json(&format!("{ANY} {fixed} --out run"));
    let names: Vec<&String> = found["options"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["batch-size", "epochs", "learning-rate", "weight-decay"]);
    let names: Vec<&String> = found["influences"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["batch size", "learning rate", "weight decay"]);
    let config = folder.read("run/config.toml");
    for line in ["hidden = \"5,4\"", "activation = \"tanh\"", "dropout = 0.1"] {
        assert!(config.contains(line), "{line}: {config}");
    }
    // Of one candidate there is nothing to choose.
    let one = "--learning-rates 0.01 --weight-decays 0 --batch-sizes 16 --trials 1";
    let found = folder.json(&format!("{ANY} {fixed} {one} --out one"));
    assert_eq!(found["influences"], serde_json::json!({}));
    assert_eq!(trials(&folder, "one").len(), 1);
}

#[test]
fn options_without_effect_are_refused_or_not_searched() {
    let folder = folder();
    for (options, said) in [
        ("--dropout 0.2 --dropouts 0.1", "--dropouts: --dropout says what it is"),
        ("--hidden 8 --depths 2", "--depths: --hidden says"),
        ("--hidden 8 --widths 2", "--widths: --hidden says"),
        ("--activation relu --activations tanh", "--activations: --activation says"),
        ("--learning-rate 0.1 --learning-rates 0.01", "--learning-rates: --learning-rate says"),
        ("--weight-decay 0.1 --weight-decays 0.01", "--weight-decays: --weight-decay says"),
        ("--batch-size 8 --batch-sizes 16", "--batch-sizes: --batch-size says"),
        ("--hidden none --dropouts 0.1", "--dropouts: there is no hidden layer"),
        ("--depths 0 --widths 8", "--widths: there is no hidden layer"),
    ] {
        let error = folder.fails(2, &format!("{ANY} {options}"));
        assert!(error.contains(said), "{options}: {error}");
    }
    for options in ["--hidden none", "--depths 0"] {
        let name = options.split_whitespace().next().unwrap();
        let found = folder.json(&format!("{ANY} {options} --out run{name}"));
        let searched: Vec<_> = found["influences"].as_object().unwrap().keys().collect();
        assert_eq!(searched, ["batch size", "learning rate", "weight decay"]);
        assert!(found["options"].get("dropout").is_none(), "{found}");
    }
}

/// What is asked for is not always what the score measures.
#[test]
fn what_the_score_does_not_measure_is_ranked_by_the_loss() {
    let folder = folder();
    folder.write("p.csv", parabola());
    let small = "--trials 6 --epochs 30 --widths 16 --depths 1 --no-report --test 0.2";
    for (options, by) in [
        ("p.csv --loss quantile(level=0.9)", "loss"),
        ("p.csv --loss mae", "loss"),
        ("p.csv --weight-column a", "loss"),
        ("t.csv --target kind --class-weights balanced", "loss"),
        ("t.csv --target kind", "accuracy"),
        ("p.csv", "r2"),
    ] {
        let found = folder.json(&format!("tune {options} {small} --out run --force"));
        assert_eq!(found["ranked_by"], by, "{options}");
        let lines = trials(&folder, "run");
        let rung = lines.iter().map(|line| line["rung"].as_u64()).max().unwrap();
        let last: Vec<&Value> = lines.iter().filter(|line| line["rung"].as_u64() == rung).collect();
        let best = last.iter().find(|line| line["trial"] == found["best_trial"]).unwrap();
        for other in &last {
            let [figure, than] = [best, other].map(|of| match by {
                "loss" => -of["loss"].as_f64().unwrap(),
                _ => of["score"].as_f64().unwrap(),
            });
            assert!(figure >= than, "{options}: {best} {other}");
        }
    }
}

#[test]
fn numbers_groups_times_and_digits_are_searched_too() {
    let folder = folder();
    folder.write("p.csv", parabola());
    let small = "--trials 6 --epochs 40 --widths 16 --depths 1 --no-report";
    let found = folder.json(&format!("tune p.csv {small} --out numbers"));
    assert!(
        found["test_r2"].as_f64() > Some(0.5) && found["best_score"].as_f64() > Some(0.5),
        "{found}"
    );
    for options in ["--split-by a", "--target-transform log", "--folds 5", "--dtype f64"] {
        let name = options.split_whitespace().next().unwrap();
        folder.json(&format!("tune p.csv {small} {options} --out run{name}"));
    }
    for options in ["--group number", "--class-weights balanced"] {
        let name = options.split_whitespace().next().unwrap();
        folder.json(&format!("tune t.csv --target kind {small} {options} --out run{name}"));
    }
    let found = folder.json("tune --trials 3 --epochs 10 --widths 32 --folds 2 --out digits");
    assert!(found["best_score"].as_f64() > Some(0.85), "{found}");
}

/// Without its limit, it would go on for ever. On a busy machine it may take longer to notice.
#[test]
fn a_search_keeps_to_its_time() {
    let folder = folder();
    let found = folder.json("tune t.csv --target kind --budget 1s --widths 4,8 --out run");
    let seconds = found["search_seconds"].as_f64().unwrap();
    assert!(seconds < 30.0, "{seconds}");
    assert!(found["trials"].as_u64() > Some(0));
    // There is time for more than before.
    let more = folder.json("tune --resume --out run --budget 2s");
    let seconds = more["search_seconds"].as_f64().unwrap();
    assert!(seconds > 1.0 && seconds < 60.0, "{seconds}");
    assert!(more["trials"].as_u64() >= found["trials"].as_u64());
}

#[test]
fn what_cannot_be_searched_is_refused() {
    let folder = folder();
    for (options, message) in [
        ("--validation 0.2", "--folds says how many"),
        ("--schedule cosine", "densely train"),
        ("--config t.toml", "on the command line"),
        ("--folds 1", "at least 2"),
        ("--learning-rates 0..1", "the learning rates must be above 0"),
        ("--learning-rates fast", "expected numbers"),
        ("--trials 3 --budget 1m", "cannot be used with"),
        ("--budget 3", "expected a time"),
        ("--activation relu,tanh", "needs --hidden"),
        ("--widths 0", "the widths must be"),
    ] {
        let stderr = folder.fails(2, &format!("{TUNE} --out no {options}"));
        assert!(stderr.contains(message), "{options}: {stderr}");
    }
    let stderr = folder.fails(1, &format!("{TUNE} --out no --folds 97"));
    assert!(stderr.contains("--folds 97"), "{stderr}");
    let stderr = folder.fails(
        1,
        &format!("{TUNE} --out no --learning-rates 1e30 --weight-decays 0 --activations relu"),
    );
    assert!(stderr.contains("no candidate could be trained"), "{stderr}");
    let stderr = folder.fails(1, "tune --resume --out nowhere");
    assert!(stderr.contains("there is no search to go on with"), "{stderr}");
}

#[test]
fn searches_and_runs_do_not_overwrite_each_other() {
    let folder = folder();
    folder.ok(&format!("{TUNE} --trials 3 --out run"));
    let before = folder.read("run/trials.jsonl");
    for again in [format!("{TUNE} --out run"), "train t.csv --out run".to_owned()] {
        let stderr = folder.fails(1, &again);
        assert!(stderr.contains("already holds a run"), "{stderr}");
    }
    let stderr = folder.fails(1, "tune --resume --out run --trials 4");
    assert!(stderr.contains("trials") && stderr.contains("--force"), "{stderr}");
    assert_eq!(folder.read("run/trials.jsonl"), before);
    folder.ok(&format!("{TUNE} --trials 4 --out run --force"));
    assert_ne!(folder.read("run/trials.jsonl"), before);
    // Of a run that no search has chosen, there are no trials.
    folder.ok("train t.csv --epochs 1 --out run --force");
    assert!(!folder.files("run").iter().any(|name| name.starts_with("trials")));

    // Only the file of a search that was stopped: no run either.
    fs::create_dir(folder.path().join("stopped")).unwrap();
    folder.write("stopped/trials.jsonl", before.lines().next().unwrap().to_owned() + "\n");
    folder.fails(1, "train t.csv --out stopped");
    let changed = flowers().replacen("rose", "tulip", 1);
    folder.write("t.csv", changed);
    let stderr = folder.fails(1, "tune --resume --out stopped");
    assert!(stderr.contains("the data are others"), "{stderr}");
    fs::create_dir(folder.path().join("foreign")).unwrap();
    folder.write("foreign/trials.jsonl", "{\"trial\": 1}\n");
    let stderr = folder.fails(1, &format!("{TUNE} --out foreign --force"));
    assert!(stderr.contains("densely has not written"), "{stderr}");
}
