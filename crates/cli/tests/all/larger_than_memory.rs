//! Trainings with `--memory`, whose table is on the disk.

use std::fs;

use serde_json::Value;

use crate::common::{Folder, flowers, parabola};
use crate::signals::{end, send, start};

/// Rows of all kinds, of which some have no target.
fn table(rows: usize) -> String {
    let row = |i: usize| {
        let gap = |every: usize, cell: String| if i % every == 3 { "NA".to_owned() } else { cell };
        let kind = i * 7919 % 3;
        let cells = [
            (i + 1).to_string(),
            gap(7, format!("{:.3}", kind as f64 + (i as f64).sin())),
            gap(
                9,
                ["north", "south", "east"][(kind + usize::from(i.is_multiple_of(10))) % 3]
                    .to_owned(),
            ),
            format!("2021-{:02}-{:02}", 1 + i % 12, 1 + i % 28),
            gap(31, ["low", "middle", "high"][kind].to_owned()),
        ];
        cells.join(",") + "\n"
    };
    "id,size,region,day,kind\n".to_owned() + &(0..rows).map(row).collect::<String>()
}

fn inspected(folder: &Folder, run: &str) -> Value {
    folder.json(&format!("inspect {run}"))
}

#[test]
fn it_learns_from_the_same_examples_as_in_memory() {
    let folder = Folder::new();
    folder.write("t.csv", table(3000));
    let memory = folder.json("train t.csv --epochs 8 --out memory");
    let disk = folder.json("train t.csv --epochs 8 --memory 200M --out disk");
    for field in [
        "task",
        "train_examples",
        "validation_examples",
        "test_examples",
        "parameters",
        "baseline_accuracy",
    ] {
        assert_eq!(disk[field], memory[field], "{field}");
    }
    let accuracy = |of: &Value| of["test_accuracy"].as_f64().unwrap();
    assert!((accuracy(&disk) - accuracy(&memory)).abs() < 0.05 && accuracy(&disk) > 0.8, "{disk}");
    // The schema, the encoding, the preprocessing: all but the weights, and the results of them.
    let (memory, disk) = (inspected(&folder, "memory"), inspected(&folder, "disk"));
    for (field, value) in memory.as_object().unwrap() {
        if !["weights_hash", "results", "options", "provenance"].contains(&field.as_str()) {
            assert_eq!(&disk[field], value, "{field}");
        }
    }
    // What the network sees is the same to the bit.
    let features = |run: &str| folder.ok(&format!("preprocess t.csv --with {run}"));
    assert_eq!(features("disk"), features("memory"));
    assert!(folder.read("disk/report.html").contains("a sample of "));
    assert!(!folder.files("disk").contains(&"split.json".to_owned()));
    let message = folder.fails(1, "evaluate disk");
    assert!(message.contains("split.json") || message.contains("which data"), "{message}");
    assert_eq!(folder.json("evaluate disk t.csv")["examples"], 2903);
}

#[test]
fn threads_and_the_limit_change_no_bit() {
    let folder = Folder::new();
    folder.write("t.csv", table(10_000));
    let hash = |options: &str| {
        folder.json(&format!("train t.csv --epochs 3 {options}"))["weights_hash"].clone()
    };
    let first = hash("--memory 200M --threads 1 --out run");
    assert_eq!(hash("--memory 1G --threads 2"), first);
    assert_eq!(hash("--memory 300000K --threads 5"), first);
    assert_ne!(hash("--memory 200M --seed 1"), first);
    // A run repeats itself, and its page is made again.
    folder.ok("train --config run/config.toml --out again");
    assert_eq!(inspected(&folder, "again")["weights_hash"], first);
    let page = folder.read("run/report.html");
    folder.ok("report run");
    assert!(folder.read("run/report.html") == page);
}

#[test]
fn numbers_are_learnt_in_their_units_and_as_logarithms() {
    let folder = Folder::new();
    folder.write("t.csv", parabola());
    for options in ["", "--target-transform log", "--validation 0", "--test 0", "--dtype f64"] {
        let memory = folder.json(&format!("train t.csv --epochs 60 {options}"));
        let disk = folder.json(&format!("train t.csv --epochs 60 {options} --memory 100M"));
        for field in ["train_examples", "validation_examples", "test_examples"] {
            assert_eq!(disk[field], memory[field], "{options} {field}");
        }
        let baseline = |of: &Value| of["baseline_rmse"].as_f64().unwrap();
        let (expected, found) = (baseline(&memory), baseline(&disk));
        assert!((found / expected - 1.0).abs() < 1e-5, "{options}: {found} {expected}");
        if options != "--test 0" {
            assert!(disk["test_r2"].as_f64().unwrap() > 0.9, "{options}: {disk}");
        }
    }
}

/// Of all rows, those to test on are drawn at random, being too many to be in order; of the rest, those to validate on are not.
#[test]
fn very_many_numbers_are_split_as_in_memory() {
    let folder = Folder::new();
    let row = |i: usize| format!("{},{}\n", i % 1009, i * 7919 % 120_011);
    folder.write("t.csv", "a,y\n".to_owned() + &(0..120_000).map(row).collect::<String>());
    folder.write("few.csv", "a\n1\n500\n");
    let run = |options: &str| {
        let train = "train t.csv --hidden none --epochs 1 --batch-size 1000 --no-report";
        let told = folder.json(&format!("{train} --out run --force {options}"));
        // By mean and deviation of the rows to train on, and the deviation of those to test on.
        let prepared = folder.ok("preprocess few.csv --with run");
        (prepared, told["baseline_rmse"].as_f64().unwrap())
    };
    let ((prepared, baseline), of_disk) = (run(""), run("--memory 100M"));
    assert_eq!(of_disk.0, prepared);
    assert!((of_disk.1 / baseline - 1.0).abs() < 1e-5, "{} {baseline}", of_disk.1);
}

#[test]
fn compressed_files_and_several_are_one_table() {
    let folder = Folder::new();
    let text = table(900);
    let (header, rows) = text.split_once('\n').unwrap();
    let lines: Vec<&str> = rows.lines().collect();
    let part = |lines: &[&str]| format!("{header}\n{}\n", lines.join("\n"));
    folder.write("all.csv", &text);
    folder.write("a.csv", part(&lines[..400]));
    folder.write("b.tsv", part(&lines[400..]).replace(',', "\t"));
    let hash = |data: &str| {
        let run = folder.json(&format!("train {data} --epochs 2 --memory 150M"));
        run["weights_hash"].clone()
    };
    let all = hash("all.csv");
    assert_eq!(hash("a.csv b.tsv"), all);
    let piped = "cat all.csv | gzip | densely train - --epochs 2 --memory 150M --json";
    let outcome = folder.shell(piped);
    let piped: Value = serde_json::from_str(outcome.stdout.trim()).expect(&outcome.stderr);
    assert_eq!(piped["weights_hash"], all);
}

#[test]
fn what_does_not_go_with_it_is_said() {
    let folder = Folder::new();
    folder.write("t.csv", flowers());
    folder.write("t.json", "{\"a\":1,\"b\":2}\n{\"a\":2,\"b\":2}\n");
    let message = folder.fails(1, "train t.csv --memory 1M");
    assert!(message.contains("120 rows") && message.contains("give --memory 81M"), "{message}");
    let message = folder.fails(1, "train t.json --memory 200M");
    assert!(message.contains("t.json: this is no delimited text alone"), "{message}");
    let message = folder.fails(1, "train t.csv --memory 200M --preprocess pca(0.9)");
    assert!(message.contains("--preprocess pca(0.9)"), "{message}");
    for option in ["--group kind", "--split-by width", "--class-weights balanced"] {
        let message = folder.fails(2, &format!("train t.csv --memory 200M {option}"));
        assert!(message.contains("cannot be used with"), "{message}");
    }
    for size in ["0", "-1", "12X", "M", "99999999999G"] {
        let message = folder.fails(2, &format!("train t.csv --memory={size}"));
        assert!(message.contains("512M"), "{size}: {message}");
    }
    let mut command = folder.command("train t.csv --memory 200M");
    let output = command.env("TMPDIR", folder.path().join("nowhere")).output().unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(message.contains("the temporary file in") && message.contains("nowhere"), "{message}");
}

/// In the middle of an epoch, at another number of threads and another limit.
#[test]
#[cfg(unix)]
fn a_run_that_was_stopped_goes_on() {
    let folder = Folder::new();
    folder.write("t.csv", table(2000));
    let options = "train t.csv --learning-rate 0.0001 --patience 1000 --epochs 400";
    let whole = folder.json(&format!("{options} --memory 200M --out whole"));
    let child = start(&folder, &format!("{options} --memory 200M --threads 1 --out run"));
    while !folder.path().join("run/config.toml").exists() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    std::thread::sleep(std::time::Duration::from_millis(100));
    send("INT", &child);
    let (code, stderr) = end(child);
    assert_eq!(code, Some(130), "{stderr}");
    let resumed = folder.json("train --resume --out run --threads 2 --memory 500M");
    for field in ["weights_hash", "train_loss", "test_loss", "epochs"] {
        assert_eq!(resumed[field], whole[field], "{field}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn nothing_is_left_of_a_run_that_was_killed() {
    let folder = Folder::new();
    folder.write("t.csv", table(2000));
    fs::create_dir(folder.path().join("tmp")).unwrap();
    let arguments = "train t.csv --epochs 1000000 --patience 1000000 --memory 200M --out run";
    let mut command = folder.command(arguments);
    command.env("TMPDIR", folder.path().join("tmp"));
    command.stderr(std::process::Stdio::null());
    let mut child = command.spawn().unwrap();
    while !folder.path().join("run/config.toml").exists() {
        assert!(child.try_wait().unwrap().is_none(), "it ended");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert_eq!(folder.files("tmp"), [""; 0]);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(folder.files("tmp"), [""; 0]);
}
