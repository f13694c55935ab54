//! A training that is stopped or killed.
#![cfg(unix)]

mod common;

use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use common::Folder;

/// A training without end, which validates and gets no better after a while.
const LONG: &str = "train --epochs 1000000 --patience 1000000 --threads 1 --out run";

/// Starts a training and waits until it trains: the config is written after signals are caught.
/// It ignores none of them, as it would if these tests ran in the background of a script.
fn start(folder: &Folder, arguments: &str) -> Child {
    let command = if cfg!(target_os = "linux") {
        let mut env = Command::new("env");
        env.args(["--default-signal=INT,TERM,HUP", env!("CARGO_BIN_EXE_densely")]);
        env.current_dir(folder.path()).args(arguments.split_whitespace());
        env
    } else {
        folder.command(arguments)
    };
    wait_for(folder, command, "run/config.toml")
}

fn wait_for(folder: &Folder, mut command: Command, file: &str) -> Child {
    let mut child = command.stderr(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let started = Instant::now();
    while !folder.path().join(file).exists() {
        assert!(child.try_wait().unwrap().is_none(), "it ended: {:?}", child.wait_with_output());
        assert!(started.elapsed() < Duration::from_secs(60), "{file} is never written");
        sleep(Duration::from_millis(5));
    }
    child
}

fn send(signal: &str, child: &Child) {
    let id = child.id().to_string();
    assert!(Command::new("kill").args([&format!("-{signal}"), &id]).status().unwrap().success());
}

fn end(child: Child) -> (Option<i32>, String) {
    let Output { status, stderr, .. } = child.wait_with_output().unwrap();
    (status.code(), String::from_utf8(stderr).unwrap())
}

#[test]
fn a_signal_ends_a_training_with_its_best_weights_saved() {
    for (signal, status) in [("INT", 130), ("TERM", 143), ("HUP", 129)] {
        let folder = Folder::new();
        let child = start(&folder, LONG);
        sleep(Duration::from_millis(500));
        send(signal, &child);
        let (code, stderr) = end(child);
        assert_eq!(code, Some(status), "{stderr}");
        assert!(stderr.contains(&format!("stopped  by SIG{signal} in epoch")), "{stderr}");
        assert!(stderr.contains("the best so far, are saved in run"), "{stderr}");
        assert!(!stderr.contains("error"), "{stderr}");
        let kept = folder.json("inspect run")["results"]["epoch"].as_str().unwrap().to_owned();
        assert!(stderr.contains(&format!("the weights of epoch {kept}, ")), "{kept}: {stderr}");
        assert_eq!(folder.files("run"), ["config.toml", "metrics.jsonl", "model.safetensors"]);
        // What was saved is the best, and predicts.
        let metrics = folder.read("run/metrics.jsonl");
        let best = metrics.lines().rev().find(|line| line.contains("\"best\":true")).unwrap();
        assert!(best.contains(&format!("\"epoch\":{kept},")), "{kept}: {best}");
        assert_eq!(folder.json("gradcheck run --cases 1")["passed"], true);
    }
}

/// Epochs may take minutes: it does not wait for their end.
#[test]
fn a_signal_ends_an_epoch_after_the_step_that_is_made() {
    let folder = Folder::new();
    let wide = "train --hidden 1500,1500 --batch-size 1 --validation 0 --epochs 1 --threads 1";
    let child = start(&folder, &format!("{wide} --out run"));
    sleep(Duration::from_millis(300));
    send("INT", &child);
    let (code, stderr) = end(child);
    assert_eq!(code, Some(130), "{stderr}");
    assert!(stderr.contains("in epoch 1; the weights of epoch 1 are saved"), "{stderr}");
    assert_eq!(folder.read("run/metrics.jsonl").lines().count(), 1);
    folder.ok("inspect run");
}

/// `nohup` has the signal of a closed terminal ignored, and it stays so.
#[test]
fn an_ignored_signal_stays_ignored() {
    let folder = Folder::new();
    let mut shell = Command::new("sh");
    let program = env!("CARGO_BIN_EXE_densely");
    shell.current_dir(folder.path()).args(["-c", &format!("trap '' HUP; exec {program} {LONG}")]);
    let mut child = wait_for(&folder, shell, "run/config.toml");
    send("HUP", &child);
    sleep(Duration::from_millis(300));
    assert!(child.try_wait().unwrap().is_none(), "it goes on");
    send("TERM", &child);
    assert_eq!(end(child).0, Some(143));
}

/// Nobody can do anything against this signal: what was saved before is all there is.
#[test]
fn a_killed_training_has_saved_its_weights_before() {
    let folder = Folder::new();
    let mut child = wait_for(&folder, folder.command(LONG), "run/model.safetensors");
    child.kill().unwrap();
    child.wait().unwrap();
    let model = folder.json("inspect run");
    assert!(model["results"]["validation_loss"].as_str().unwrap().parse::<f64>().unwrap() < 1.0);
    assert!(folder.files("run").iter().any(|name| name == "config.toml"));
    // What the killed one may have left is removed by the next.
    folder.ok("train --epochs 1 --out run --force");
    assert_eq!(folder.files("run"), ["config.toml", "metrics.jsonl", "model.safetensors"]);
}

/// At any moment there is the old file or the new one, and nothing else in the end.
#[test]
fn a_killed_prediction_leaves_a_whole_file() {
    let folder = Folder::new();
    folder.ok("train --epochs 1 --hidden none --out run");
    let header: Vec<_> = (0..64).map(|i| format!("pixel_{}_{}", i / 8, i % 8)).collect();
    let row = |i: usize| (0..64).map(|j| (i * j % 17).to_string()).collect::<Vec<_>>().join(",");
    let rows: Vec<_> = (0..5000).map(row).collect();
    folder.write("new.csv", format!("{}\n{}\n", header.join(","), rows.join("\n")));
    folder.ok("predict run new.csv --proba -o whole.csv");
    let whole = folder.read("whole.csv");
    folder.write("out.csv", "old");
    let predict = "predict run new.csv --proba -o out.csv --force";
    let started = Instant::now();
    folder.ok(predict);
    let time = started.elapsed();
    for kill in 0..30 {
        folder.write("out.csv", "old");
        let mut child = folder.command(predict).spawn().unwrap();
        sleep(time * kill / 30);
        child.kill().unwrap();
        child.wait().unwrap();
        let found = folder.read("out.csv");
        assert!(found == "old" || found == whole, "after {kill}: {} bytes", found.len());
        let left = folder.files(".").iter().filter(|name| name.ends_with(".tmp")).count();
        assert!(left <= 1, "{left} temporary files");
    }
    folder.ok(predict);
    assert_eq!(folder.read("out.csv"), whole);
    assert_eq!(folder.files("."), ["new.csv", "out.csv", "run", "whole.csv"]);
}
