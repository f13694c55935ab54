//! A training that is stopped or killed.

use std::fs;
use std::io::Read;
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::common::{Folder, flowers};

/// A training without end, which validates and gets no better after a while.
const LONG: &str = "train --epochs 1000000 --patience 1000000 --threads 1 --out run";

/// What is there of a run that was stopped.
const STOPPED: [&str; 4] =
    ["checkpoint.safetensors", "config.toml", "metrics.jsonl", "model.safetensors"];

/// Starts a training and waits until it trains.
pub(crate) fn start(folder: &Folder, arguments: &str) -> Child {
    let mut child = wait_for(folder, command(folder, arguments), "run/config.toml");
    // What is said before training ends with the network.
    let stderr = child.stderr.as_mut().unwrap();
    let (mut said, mut byte) = (Vec::new(), [0]);
    while !String::from_utf8_lossy(&said).contains("network") {
        stderr.read_exact(&mut byte).unwrap();
        said.extend(byte);
    }
    child
}

/// Starts the program, with signals as [`start`] has them.
pub(crate) fn spawn(folder: &Folder, arguments: &str) -> Child {
    let mut command = command(folder, arguments);
    command.stderr(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap()
}

/// It ignores no signal, as it would if these tests ran in the background of a script.
pub(crate) fn command(folder: &Folder, arguments: &str) -> Command {
    if cfg!(target_os = "linux") {
        let mut env = Command::new("env");
        env.args(["--default-signal=INT,TERM,HUP,QUIT", env!("CARGO_BIN_EXE_densely")]);
        env.current_dir(folder.path()).args(arguments.split_whitespace());
        env
    } else {
        folder.command(arguments)
    }
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

pub(crate) fn send(signal: &str, child: &Child) {
    let id = child.id().to_string();
    assert!(Command::new("kill").args([&format!("-{signal}"), &id]).status().unwrap().success());
}

pub(crate) fn end(child: Child) -> (Option<i32>, String) {
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
        assert_eq!(folder.files("run"), STOPPED);
        // What was saved is the best, and predicts.
        let metrics = folder.read("run/metrics.jsonl");
        let best = metrics.lines().rev().find(|line| line.contains("\"best\":true")).unwrap();
        assert!(best.contains(&format!("\"epoch\":{kept},")), "{kept}: {best}");
        assert_eq!(folder.json("gradcheck run --cases 1")["passed"], true);
    }
}

/// A terminal sends a signal to all of its programs, and a script hands it on.
#[test]
fn signals_at_the_same_time_are_one() {
    for pause in [0, 1, 100] {
        let folder = Folder::new();
        let child = start(&folder, LONG);
        sleep(Duration::from_millis(300));
        send("INT", &child);
        sleep(Duration::from_millis(pause));
        // It may have ended.
        let id = child.id().to_string();
        let _ = Command::new("kill").args(["-TERM", &id]).stderr(Stdio::null()).status();
        let (code, stderr) = end(child);
        assert_eq!(code, Some(130), "{stderr}");
        assert!(stderr.contains("are saved in run"), "{stderr}");
        assert_eq!(folder.files("run"), STOPPED);
    }
}

#[test]
fn a_training_that_is_stopped_says_so_in_json() {
    let folder = Folder::new();
    let child = start(&folder, &format!("{LONG} --json"));
    sleep(Duration::from_millis(500));
    send("TERM", &child);
    let Output { status, stdout, .. } = child.wait_with_output().unwrap();
    assert_eq!(status.code(), Some(143));
    let object: serde_json::Value = serde_json::from_slice(&stdout).unwrap();
    assert_eq!(object["stopped"], "SIGTERM");
    let kept = folder.json("inspect run")["results"]["epoch"].as_str().unwrap().to_owned();
    assert_eq!(object["kept_epoch"].to_string(), kept);
    assert!(object["epochs"].as_u64() >= object["kept_epoch"].as_u64());
    assert_eq!(object["model"], "run/model.safetensors");
}

/// A step of seconds has to wait for neither of them.
#[test]
fn a_second_signal_ends_the_program_and_leaves_nothing_half_done() {
    let folder = Folder::new();
    folder.ok("train --epochs 1 --hidden none --out old");
    let wide = "train --hidden 4000,4000 --batch-size 10000 --threads 1 --epochs 2 --out";
    for out in ["run", "run --force"] {
        let child = start(&folder, &format!("{wide} {out}"));
        sleep(Duration::from_millis(200));
        send("INT", &child);
        sleep(Duration::from_millis(600));
        send("INT", &child);
        let (code, stderr) = end(child);
        assert_eq!(code, Some(130), "{stderr}");
        assert!(!stderr.contains("saved"), "{stderr}");
        if out == "run" {
            // Nothing had come of it.
            assert_eq!(folder.files("."), ["old"]);
            fs::rename(folder.path().join("old"), folder.path().join("run")).unwrap();
        } else {
            let files = ["config.toml", "metrics.jsonl", "model.safetensors", "report.html"];
            assert_eq!(folder.files("run"), files);
            assert_eq!(folder.json("inspect run")["options"]["hidden"], "none");
        }
    }
}

/// It is for programs that are not to do anything else.
#[test]
fn a_signal_to_quit_is_not_waited_for() {
    let folder = Folder::new();
    let child = start(&folder, LONG);
    sleep(Duration::from_millis(300));
    send("QUIT", &child);
    let (code, stderr) = end(child);
    assert_eq!(code, Some(131), "{stderr}");
    assert_eq!(folder.files("."), [""; 0]);
}

/// There is nothing to save yet: data come slowly, or not at all.
#[test]
fn a_signal_before_training_ends_the_program_at_once() {
    for arguments in
        ["train pipe", "train t.csv --target kind --test-data pipe", "train --config pipe"]
    {
        for (signal, status) in [("INT", 130), ("TERM", 143)] {
            let folder = Folder::new();
            folder.write("t.csv", flowers());
            let pipe = folder.path().join("pipe");
            assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
            let mut command = command(&folder, arguments);
            let child = command.stderr(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
            // Somebody opens the pipe, and writes half a table.
            let mut writer = fs::OpenOptions::new().append(true).open(&pipe).unwrap();
            std::io::Write::write_all(&mut writer, b"a,b\n1,2\n").unwrap();
            sleep(Duration::from_millis(200));
            send(signal, &child);
            let output = child.wait_with_output().unwrap();
            let by = std::os::unix::process::ExitStatusExt::signal(&output.status);
            let ended = output.status.code().or(by.map(|signal| 128 + signal));
            assert_eq!(ended, Some(status), "{arguments}: {output:?}");
            assert_eq!(folder.files("."), ["pipe", "t.csv"]);
        }
    }
}

/// As by somebody who tidies up.
#[test]
fn a_folder_that_is_removed_while_a_run_goes_on_is_made_again() {
    let folder = Folder::new();
    let child = start(&folder, LONG);
    fs::remove_dir_all(folder.path().join("run")).unwrap();
    sleep(Duration::from_millis(300));
    send("INT", &child);
    let (code, stderr) = end(child);
    assert_eq!(code, Some(130), "{stderr}");
    assert_eq!(folder.files("run"), STOPPED);
    folder.ok("train --config run/config.toml --epochs 1 --patience 1");
}

/// Each would put its files beside those of the other.
#[test]
fn a_folder_in_which_a_run_goes_on_is_not_overwritten() {
    let folder = Folder::new();
    let child = start(&folder, LONG);
    let stderr = folder.fails(1, "train --epochs 1 --hidden none --out run --force");
    let first = format!("run already holds a run, which goes on in process {}:", child.id());
    assert!(stderr.contains(&first) || !cfg!(target_os = "linux"), "{stderr}");
    let stderr = folder.fails(1, "train --resume --out run");
    assert!(stderr.contains(&first) || !cfg!(target_os = "linux"), "{stderr}");
    send("TERM", &child);
    assert_eq!(end(child).0, Some(143));
    assert_ne!(folder.json("inspect run")["options"]["hidden"], "none");
    folder.ok("train --epochs 1 --hidden none --out run --force");
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
    // What the killed one may have left is removed by the next, also of files that this does not write.
    let checkpoint = "run/.densely-8ef060c29c185243-1.tmp";
    folder.write(checkpoint, "");
    folder.ok("train --epochs 1 --out run --force");
    assert_eq!(
        folder.files("run"),
        ["config.toml", "metrics.jsonl", "model.safetensors", "report.html"]
    );
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
    let files = ["new.csv", "out.csv", "run", "whole.csv"];
    assert_eq!(folder.files("."), files);
    // A signal that can be caught leaves nothing for the next to remove.
    for stop in 0..20 {
        folder.write("out.csv", "old");
        let mut child = command(&folder, predict).spawn().unwrap();
        sleep(time * stop / 20);
        send("TERM", &child);
        child.wait().unwrap();
        let found = folder.read("out.csv");
        assert!(found == "old" || found == whole, "after {stop}: {} bytes", found.len());
        assert_eq!(folder.files("."), files, "after {stop}");
    }
}

/// Between the folder and what claims it, too.
#[test]
fn a_signal_in_the_first_milliseconds_leaves_no_empty_folder() {
    for round in 0..40 {
        let folder = Folder::new();
        let mut command = command(&folder, LONG);
        let mut child = command.stderr(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let run = folder.path().join("run");
        let wait = Duration::from_micros(250 * (round % 8));
        while !run.exists() && child.try_wait().unwrap().is_none() {
            std::hint::spin_loop();
        }
        sleep(wait);
        send("HUP", &child);
        child.wait().unwrap();
        assert!(!run.exists() || run.join("model.safetensors").exists(), "{wait:?}");
    }
}
