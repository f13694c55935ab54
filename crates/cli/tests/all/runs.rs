//! Runs side by side, what is shown while one goes on, completions and manual pages.

use serde_json::Value;

use crate::common::{Folder, parabola};

#[test]
fn runs_are_listed_with_what_came_out_and_what_differs() {
    let folder = Folder::new();
    folder.write("parabola.csv", parabola());
    for hidden in ["4", "8,8"] {
        folder.ok(&format!("train parabola.csv --epochs 3 --hidden {hidden}"));
    }
    let rate = "--optimizer sgd --learning-rate 1e9 --clip-norm 0";
    folder.fails(1, &format!("train parabola.csv --epochs 3 --hidden 4 {rate} --out runs/wild"));
    std::fs::create_dir(folder.path().join("runs/other")).unwrap();

    let found = folder.json("runs");
    let runs = found["runs"].as_array().unwrap();
    let names: Vec<&str> = runs.iter().map(|run| run["folder"].as_str().unwrap()).collect();
    assert_eq!(names, ["runs/parabola", "runs/parabola-2", "runs/wild"]);
    let states: Vec<&Value> = runs.iter().map(|run| &run["state"]).collect();
    assert_eq!(states, ["complete", "complete", "diverged"]);
    let differing: Vec<&str> = found["differing_options"]
        .as_array()
        .unwrap()
        .iter()
        .map(|name| name.as_str().unwrap())
        .collect();
    for (name, differs) in
        [("hidden", true), ("learning-rate", true), ("epochs", false), ("data", false)]
    {
        assert_eq!(differing.contains(&name), differs, "{name}: {differing:?}");
    }
    assert_eq!(runs[1]["options"]["hidden"], "8,8");
    assert_eq!(runs[0]["epochs"], 3);
    let inspected = folder.json("inspect runs/parabola-2");
    let rmse = inspected["results"]["test_rmse"].as_str().unwrap().parse::<f64>().unwrap();
    assert_eq!(runs[1]["results"]["test_rmse"], rmse);
    assert!(!runs[2]["findings"].as_array().unwrap().is_empty());

    let table = folder.ok("runs runs/parabola runs/parabola-2");
    let header = table.lines().next().unwrap();
    for name in ["run", "state", "RMSE", "--hidden"] {
        assert!(header.contains(name), "{table}");
    }
    assert!(!header.contains("learning-rate"), "{table}");
    assert!(table.contains("8,8"), "{table}");
    let none = Folder::new();
    let outcome = none.shell("densely runs");
    assert_eq!(outcome.status, 0);
    assert!(outcome.stderr.contains("runs: there are no runs"), "{}", outcome.stderr);
}

/// Those that differ in much have their options below each other.
#[test]
fn a_list_of_runs_is_no_wider_than_a_terminal() {
    let folder = Folder::new();
    folder.write("parabola.csv", parabola());
    for options in [
        "--hidden 8,8,8 --activation tanh --learning-rate 0.002 --schedule cosine",
        "--preprocess standardize,pca(2) --loss huber(1) --optimizer sgd --dropout 0.1 --l1 0.001",
    ] {
        folder.ok(&format!("train parabola.csv --epochs 2 {options}"));
    }
    let listed = folder.ok("runs");
    // But for findings, which are sentences.
    let lines = listed.lines().filter(|line| !line.contains(": "));
    assert!(lines.clone().count() > 8, "{listed}");
    assert!(lines.clone().all(|line| line.chars().count() <= 80), "{listed}");
    for part in ["runs/parabola-2\n    --", "--hidden 8,8,8", "--l1 0.001", "--l1 0 "] {
        assert!(listed.contains(part), "{part}: {listed}");
    }
}

/// One that is damaged hides no other, and what is wrong with it is said.
#[test]
fn runs_that_are_damaged_are_named() {
    let folder = Folder::new();
    folder.write("parabola.csv", parabola());
    for run in ["good", "config", "metrics"] {
        folder.ok(&format!("train parabola.csv --epochs 3 --hidden 4 --out runs/{run}"));
    }
    let config = folder.read("runs/config/config.toml");
    folder.write("runs/config/config.toml", config.replace("hidden = ", "hidden "));
    let metrics = folder.read("runs/metrics/metrics.jsonl");
    folder.write("runs/metrics/metrics.jsonl", metrics.replacen("\"epoch\":2", "\"epok\":2", 1));
    let found = folder.json("runs");
    assert_eq!(found["runs"].as_array().unwrap().len(), 1);
    let unreadable: Vec<&str> = found["unreadable"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error.as_str().unwrap())
        .collect();
    assert!(unreadable[0].contains("runs/config/config.toml: line "), "{unreadable:?}");
    let sentence =
        "runs/metrics/metrics.jsonl: line 2 tells of no epoch of a run: missing field `epoch`";
    assert!(unreadable[1].contains(sentence), "{unreadable:?}");
    let outcome = folder.run("runs");
    assert!(outcome.stdout.contains("runs/good"), "{}", outcome.stdout);
    assert!(outcome.stderr.contains(sentence), "{}", outcome.stderr);
    assert!(folder.fails(1, "report runs/metrics").contains(sentence));
}

#[test]
fn progress_is_lines_for_a_log_and_else_nothing_where_there_is_no_terminal() {
    let folder = Folder::new();
    folder.write("parabola.csv", parabola());
    let stderr = |how: &str| folder.run(&format!("train parabola.csv --epochs 4 {how}")).stderr;
    let lines = stderr("--progress plain");
    assert!(lines.contains("epoch 1/4  loss ") && lines.contains("epoch 4/4  loss "), "{lines}");
    assert!(
        lines.contains("validation ") && lines.contains("R² ") && lines.contains("rate 0.0"),
        "{lines}"
    );
    for how in ["", "--progress bar", "--progress none"] {
        assert!(!stderr(how).contains("epoch 1/4"), "{how}");
    }
}

/// What is drawn on a terminal while it goes on.
#[cfg(target_os = "linux")]
#[test]
fn on_a_terminal_a_line_changes() {
    let folder = Folder::new();
    let train = "densely train --hidden 256,256 --epochs 30 --patience 30 --out run";
    let show = |how: &str| {
        let line = format!("TERM=xterm script -qec 'stty cols 150; {train} {how}' /dev/null");
        folder.shell(&line).stdout
    };
    let shown = show("");
    for part in ["epoch ", "/30  loss 0.", "validation 0.", "% right", "rate 0.0", "at most "] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert!(!show("--force --progress none").contains("/30  loss"));
}

#[test]
fn shells_complete_what_there_is() {
    let folder = Folder::new();
    for (shell, needed) in [
        ("bash", "complete -F _densely"),
        ("zsh", "#compdef densely"),
        ("fish", "complete -c densely"),
    ] {
        let script = folder.ok(&format!("completions {shell}"));
        for part in [needed, "train", "learning-rate", "gradcheck"] {
            assert!(script.contains(part), "{shell}: {part}");
        }
    }
    folder.fails(2, "completions tcsh");
}

#[test]
fn each_command_has_a_page_of_the_manual() {
    let folder = Folder::new();
    folder.ok("man pages");
    let pages = folder.files("pages");
    for page in ["densely.1", "densely-train.1", "densely-runs.1", "densely-report.1"] {
        assert!(pages.contains(&page.to_owned()), "{pages:?}");
    }
    let train = folder.read("pages/densely-train.1");
    assert!(
        train.contains(".TH densely-train 1") && train.contains("learning\\-rate"),
        "{train:.400}"
    );
    assert!(folder.fails(1, "man pages").contains("overwrite it with --force"));
    folder.ok("man pages --force");
}

/// What is in the file is read back by `scripts/report/tensorboard`.
#[test]
fn events_for_tensorboard_are_those_of_one_run() {
    let folder = Folder::new();
    let name = "events.out.tfevents.0.densely";
    folder.ok("train --epochs 3 --tensorboard --out run");
    let before = std::fs::read(folder.path().join("run").join(name)).unwrap();
    let has = |part: &[u8]| before.windows(part.len()).any(|window| window == part);
    for part in [&b"brain.Event:2"[..], b"loss/training", b"accuracy/validation", b"units/dead"] {
        assert!(has(part), "{}", String::from_utf8_lossy(part));
    }
    assert!(!folder.read("run/config.toml").contains("tensorboard"));
    folder.ok("train --epochs 2 --out run --force");
    assert!(!folder.files("run").contains(&name.to_owned()), "it is of another run");
}
