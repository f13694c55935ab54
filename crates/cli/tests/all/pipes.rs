//! Pipes in place of files: what can be read is, and nothing waits without end.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::common::{Folder, flowers};

fn pipe(folder: &Folder, name: &str) {
    let path = folder.path().join(name);
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[test]
fn pipes_are_read() {
    let folder = Folder::new();
    folder.write("t.csv", flowers());
    let train = "train t.csv --target kind --epochs 2 --hidden 4";
    folder.ok(&format!("{train} --out file"));
    let hash = |run: &str| folder.json(&format!("inspect {run}"))["weights_hash"].clone();
    let expected = folder.ok("predict file t.csv");
    let options = "--target kind --epochs 2 --hidden 4";
    for (line, run) in [
        (format!("densely train <(cat t.csv) {options}"), "runs/run"),
        (format!("mkfifo p; cat t.csv > p & densely train p {options}; wait"), "runs/run-2"),
        ("densely train t.csv --config <(cat file/config.toml) --out config".to_owned(), "config"),
        (format!("densely {train} --test-data <(cat t.csv) --out test"), "test"),
    ] {
        let outcome = folder.shell(&line);
        assert_eq!(outcome.status, 0, "{line}: {}", outcome.stderr);
        if run != "test" {
            assert_eq!(hash(run), hash("file"), "{line}");
        }
    }
    for line in [
        "densely predict <(cat file/model.safetensors) <(cat t.csv)",
        "densely predict <(cat file/model.safetensors) t.csv -o >(cat); sleep 0.3",
    ] {
        assert_eq!(folder.shell(line).stdout, expected, "{line}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_config_has_an_end() {
    let stderr = Folder::new().fails(1, "train --config /dev/zero");
    assert!(stderr.contains("/dev/zero: it is too long for a config"), "{stderr}");
}

/// Nobody is at its other end.
#[test]
fn a_pipe_that_nobody_reads_is_an_error() {
    let folder = Folder::new();
    folder.write("t.csv", flowers());
    pipe(&folder, "pipe");
    let started = Instant::now();
    let stderr = folder.fails(1, "predict none t.csv -o pipe");
    assert!(stderr.contains("pipe: nobody reads from this pipe"), "{stderr}");
    assert!(started.elapsed() < Duration::from_secs(60));
    // And is not waited for where a folder should be, or a file of ours.
    let stderr = folder.fails(1, "train t.csv --target kind --out pipe");
    assert!(stderr.contains("pipe: "), "{stderr}");
    for name in ["config.toml", "metrics.jsonl", "model.safetensors", "report.html"] {
        std::fs::create_dir_all(folder.path().join("run")).unwrap();
        pipe(&folder, &format!("run/{name}"));
        let stderr = folder.fails(1, "train t.csv --target kind --out run --force");
        assert!(stderr.contains(&format!("run/{name}: there is such a file")), "{stderr}");
        std::fs::remove_dir_all(folder.path().join("run")).unwrap();
    }
    std::fs::create_dir(folder.path().join("pages")).unwrap();
    pipe(&folder, "pages/README.md");
    let stderr = folder.fails(1, "notes --out pages --force");
    assert!(stderr.contains("pages/README.md: there is such a file"), "{stderr}");
    assert_eq!(folder.files("pages"), ["README.md"]);
}
