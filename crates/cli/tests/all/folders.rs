//! Folders and files of several runs, and of others.

use std::fs;
use std::process::{Child, Stdio};

use crate::common::{Folder, flowers};

fn spawn(folder: &Folder, arguments: &str) -> Child {
    folder.command(arguments).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap()
}

#[test]
fn runs_at_the_same_time_have_folders_of_their_own() {
    let folder = Folder::new();
    folder.write("t.csv", flowers());
    let train = "train t.csv --target kind --epochs 3 --hidden 4 --seed";
    let runs: Vec<_> = (0..8).map(|seed| spawn(&folder, &format!("{train} {seed}"))).collect();
    for run in runs {
        assert!(run.wait_with_output().unwrap().status.success());
    }
    let names = folder.files("runs");
    assert_eq!(names, ["t", "t-2", "t-3", "t-4", "t-5", "t-6", "t-7", "t-8"]);
    let mut seeds: Vec<_> = names
        .iter()
        .map(|name| {
            let run = format!("runs/{name}");
            let files =
                ["config.toml", "metrics.jsonl", "model.safetensors", "report.html", "split.json"];
            assert_eq!(folder.files(&run), files);
            let seed = folder.json(&format!("inspect {run}"))["options"]["seed"].clone();
            assert!(
                folder
                    .read(&format!("{run}/config.toml"))
                    .contains(&format!("seed = {}\n", seed.as_str().unwrap()))
            );
            seed.as_str().unwrap().to_owned()
        })
        .collect();
    seeds.sort();
    assert_eq!(seeds, ["0", "1", "2", "3", "4", "5", "6", "7"]);
}

/// The folder has the name of the table, unless that leads elsewhere.
#[test]
fn a_run_is_in_a_folder_of_its_own() {
    let folder = Folder::new();
    for (table, options) in [("...csv", ""), ("..csv", ""), ("...csv", " --force")] {
        folder.write(table, flowers());
        folder.ok(&format!("train {table} --target kind --epochs 1 --hidden 4{options}"));
    }
    assert_eq!(folder.files("runs"), ["run", "run-2"]);
    assert_eq!(folder.files("."), ["...csv", "..csv", "runs"]);
}

#[test]
fn a_folder_that_several_ask_for_is_that_of_one() {
    let folder = Folder::new();
    folder.write("t.csv", flowers());
    let train = "train t.csv --target kind --epochs 3 --hidden 4 --out run --seed";
    let runs: Vec<_> = (0..6).map(|seed| spawn(&folder, &format!("{train} {seed}"))).collect();
    let ended: Vec<_> = runs.into_iter().map(|run| run.wait_with_output().unwrap()).collect();
    let (won, lost): (Vec<_>, Vec<_>) = ended.into_iter().partition(|run| run.status.success());
    assert_eq!(won.len(), 1);
    for run in lost {
        assert_eq!(run.status.code(), Some(1));
        let stderr = String::from_utf8(run.stderr).unwrap();
        assert!(stderr.contains("run already holds a run"), "{stderr}");
    }
    assert_eq!(
        folder.files("run"),
        ["config.toml", "metrics.jsonl", "model.safetensors", "report.html", "split.json"]
    );
    let seed = folder.json("inspect run")["options"]["seed"].clone();
    let config = folder.read("run/config.toml");
    assert!(config.contains(&format!("seed = {}\n", seed.as_str().unwrap())), "{seed} {config}");
}

#[test]
fn files_that_are_not_ours_are_not_overwritten() {
    let folder = Folder::new();
    folder.write("t.csv", flowers());
    let train = "train t.csv --target kind --epochs 1 --hidden 4 --out";
    for (name, contents) in [
        ("config.toml", "[package]\nname = \"theirs\"\n"),
        ("config.toml", "seed = 3\n"),
        ("config.toml", "epochs = 1\nseed = 3\nactivation = 'relu'\nhidden = 4\nbatch-size = 8\n"),
        // There is nothing in it, and so nothing that says that it is ours.
        ("config.toml", ""),
        ("metrics.jsonl", ""),
        // Others name things so, too.
        ("metrics.jsonl", "{\"epoch\": 1, \"train_loss\": 0.5}\n"),
        ("metrics.jsonl", "{\"epoch\":1,\"train_loss\":0.5,\"learning_rate\":0.1,\"best\":true}\n"),
        ("metrics.jsonl", "{\"step\": 3, \"loss\": 0.5}\n"),
        ("metrics.jsonl", "not json"),
        ("model.safetensors", "theirs"),
        ("model.safetensors", "\x02\0\0\0\0\0\0\0{}"),
        ("model.safetensors", ""),
        ("report.html", "<!DOCTYPE html><p>theirs"),
        ("events.out.tfevents.0.densely", "theirs"),
        ("model.safetensors", "\x22\0\0\0\0\0\0\0{\"__metadata__\":{\"densely\":\"theirs\"}}"),
    ] {
        fs::create_dir(folder.path().join("theirs")).unwrap();
        folder.write(&format!("theirs/{name}"), contents);
        for options in ["", " --force"] {
            let stderr = folder.fails(1, &format!("{train} theirs{options}"));
            let message =
                format!("theirs/{name}: there is such a file that densely has not written");
            assert!(stderr.contains(&message), "{stderr}");
            assert_eq!(folder.read(&format!("theirs/{name}")), contents);
            assert_eq!(folder.files("theirs"), [name]);
        }
        fs::remove_dir_all(folder.path().join("theirs")).unwrap();
    }
    // Other files may be there.
    fs::create_dir(folder.path().join("shared")).unwrap();
    folder.write("shared/notes.txt", "mine");
    folder.ok(&format!("{train} shared"));
    assert_eq!(folder.read("shared/notes.txt"), "mine");
    assert_eq!(folder.files("shared").len(), 6);
}

#[test]
fn a_run_of_an_earlier_version_may_be_overwritten() {
    let folder = Folder::new();
    folder.write("t.csv", flowers());
    let train = "train t.csv --target kind --epochs 1 --hidden 4 --out run";
    folder.ok(train);
    // They had no mark in their config, and a full disk left empty files.
    let config = folder.read("run/config.toml");
    let unmarked = config.split_once('\n').unwrap().1;
    folder.write("run/config.toml", unmarked);
    folder.write("run/metrics.jsonl", "");
    assert!(folder.fails(1, train).contains("already holds a run"));
    folder.ok(&format!("{train} --force"));
    assert!(folder.read("run/config.toml").contains("target = \"kind\""));
    assert_eq!(folder.read("run/metrics.jsonl").lines().count(), 1);
    // A model that is damaged is ours, too.
    let model = fs::read(folder.path().join("run/model.safetensors")).unwrap();
    folder.write("run/model.safetensors", &model[..model.len() - 3]);
    folder.ok(&format!("{train} --force"));
    folder.ok("inspect run");
}

/// Beside a model of ours there may be what others have written.
#[test]
fn files_of_others_beside_a_model_stay() {
    let folder = Folder::new();
    folder.write("t.csv", flowers());
    let train = "train t.csv --target kind --epochs 1 --hidden 4 --out run";
    folder.ok(train);
    for (name, theirs) in [
        ("config.toml", "[package]\nname = \"theirs\"\n"),
        ("config.toml", "epochs = 50\n"),
        ("metrics.jsonl", "{\"epoch\": 1, \"train_loss\": 0.5}\n"),
    ] {
        let ours = folder.read(&format!("run/{name}"));
        folder.write(&format!("run/{name}"), theirs);
        let stderr = folder.fails(1, &format!("{train} --force"));
        assert!(stderr.contains(&format!("run/{name}: there is such a file")), "{stderr}");
        assert_eq!(folder.read(&format!("run/{name}")), theirs);
        folder.write(&format!("run/{name}"), ours);
    }
    folder.ok(&format!("{train} --force"));
}

#[test]
fn predictions_are_not_written_over_a_file_unless_asked() {
    let folder = Folder::new();
    folder.write("t.csv", flowers());
    folder.ok("train t.csv --target kind --epochs 1 --hidden 4 --out run");
    folder.write("old.csv", "old");
    // Before the work: there is no such model.
    for arguments in ["predict none t.csv -o old.csv", "predict run t.csv --output old.csv"] {
        let stderr = folder.fails(1, arguments);
        assert!(stderr.contains("old.csv: there is such a file"), "{stderr}");
        assert!(stderr.contains("--force"), "{stderr}");
    }
    assert_eq!(folder.read("old.csv"), "old");
    let expected = folder.ok("predict run t.csv");
    // A failure leaves the old file, or none.
    folder.write("bad.csv", "height\n1\n");
    folder.fails(1, "predict run bad.csv -o old.csv --force");
    folder.fails(1, "predict run bad.csv -o new.csv");
    assert_eq!(folder.read("old.csv"), "old");
    assert_eq!(folder.files("."), ["bad.csv", "old.csv", "run", "t.csv"]);
    folder.ok("predict run t.csv -o old.csv --force");
    assert_eq!(folder.read("old.csv"), expected);
    folder.ok("predict run t.csv -o new.csv --force");
    assert_eq!(folder.read("new.csv"), expected);
    assert!(folder.fails(1, "predict run t.csv -o run --force").contains("run: "));
    assert!(folder.fails(2, "predict run t.csv --force").contains("--output"));
}

/// Not even if it was asked for: what they were made from would be lost.
#[test]
fn predictions_do_not_replace_what_is_read() {
    let folder = Folder::new();
    folder.write("t.csv", flowers());
    folder.ok("train t.csv --target kind --epochs 1 --hidden 4 --out run");
    fs::hard_link(folder.path().join("t.csv"), folder.path().join("hard.csv")).unwrap();
    let model = fs::read(folder.path().join("run/model.safetensors")).unwrap();
    let mut outputs = vec!["t.csv", "hard.csv", "run/../t.csv", "run/model.safetensors"];
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("t.csv", folder.path().join("link.csv")).unwrap();
        outputs.push("link.csv");
    }
    for output in outputs {
        for input in ["run", "run/model.safetensors"] {
            let stderr = folder.fails(1, &format!("predict {input} t.csv --force -o {output}"));
            assert!(stderr.contains(&format!("{output}: it is what is read")), "{stderr}");
        }
        assert_eq!(folder.read("t.csv"), flowers());
        assert_eq!(folder.read("hard.csv"), flowers());
        assert_eq!(fs::read(folder.path().join("run/model.safetensors")).unwrap(), model);
    }
    assert_eq!(folder.ok("predict run t.csv -o -"), folder.ok("predict run t.csv"));
    assert!(!folder.path().join("-").exists());
}

#[cfg(unix)]
#[test]
fn predictions_go_where_they_are_sent() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let folder = Folder::new();
    folder.write("t.csv", flowers());
    folder.ok("train t.csv --target kind --epochs 1 --hidden 4 --out run");
    let expected = folder.ok("predict run t.csv");
    let mode =
        |name: &str| fs::metadata(folder.path().join(name)).unwrap().permissions().mode() & 0o777;
    // A link is followed, and what is private stays private.
    folder.write("kept.csv", "old");
    fs::set_permissions(folder.path().join("kept.csv"), fs::Permissions::from_mode(0o600)).unwrap();
    symlink("kept.csv", folder.path().join("link.csv")).unwrap();
    folder.ok("predict run t.csv -o link.csv --force");
    assert!(folder.path().join("link.csv").is_symlink());
    assert_eq!((folder.read("kept.csv"), mode("kept.csv")), (expected.clone(), 0o600));
    assert_eq!(folder.shell("umask 027; densely predict run t.csv -o masked.csv").status, 0);
    assert_eq!(mode("masked.csv"), 0o640);
    // What is no file has nothing to lose.
    assert_eq!(folder.ok("predict run t.csv -o /dev/stdout"), expected);
    assert_eq!(folder.ok("predict run t.csv -o /dev/null"), "");
    for (line, out) in [
        ("densely predict run t.csv -o /dev/stdout > a.csv", "a.csv"),
        ("echo first > b.csv; densely predict run t.csv -o /dev/stdout >> b.csv", "b.csv"),
        ("mkfifo pipe; cat pipe > c.csv & densely predict run t.csv -o pipe && wait", "c.csv"),
        ("densely predict run t.csv -o >(cat > d.csv); sleep 0.2", "d.csv"),
        ("densely predict run t.csv -o /dev/stderr 2> e.csv", "e.csv"),
    ] {
        let outcome = folder.shell(line);
        assert_eq!(outcome.status, 0, "{line}: {}", outcome.stderr);
        let found = folder.read(out);
        assert_eq!(found.strip_prefix("first\n").unwrap_or(&found), expected, "{line}");
    }
    assert!(folder.read("b.csv").starts_with("first\n"));
    if fs::metadata("/dev/full").is_ok() {
        assert!(folder.fails(1, "predict run t.csv -o /dev/full").contains("/dev/full: No space"));
        folder.write("old.csv", "old");
        let limited = "ulimit -f 0; exec densely predict run t.csv --force -o old.csv";
        let outcome = folder.shell(limited);
        assert_eq!(outcome.status, 1, "{}", outcome.stderr);
        assert!(outcome.stderr.contains("old.csv: "), "{}", outcome.stderr);
        assert_eq!(folder.read("old.csv"), "old");
    }
    assert!(folder.files(".").iter().all(|name| !name.ends_with(".tmp")));
}

/// Also where a default folder would be: it is not looked for without end.
#[test]
fn what_is_in_the_place_of_a_folder_is_named() {
    let folder = Folder::new();
    folder.write("taken", "text");
    folder.write("runs", "text");
    let file = "taken: it is a file, where a folder is needed: choose another with --out";
    let default = "runs/digits: runs is a file, where a folder is needed";
    for (arguments, sentence) in [
        ("train --epochs 1 --out taken", file),
        ("train --epochs 1 --out taken --force", file),
        ("train --epochs 1 --out taken/run", "taken/run: taken is a file, where a folder"),
        ("train --epochs 1", default),
        ("train --epochs 1 --force", default),
        ("notes sizing --out taken", file),
    ] {
        let stderr = folder.run(arguments).stderr;
        assert!(stderr.contains(sentence), "{arguments}: {stderr}");
    }
    assert_eq!((folder.read("taken"), folder.read("runs")), ("text".into(), "text".into()));
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("nowhere", folder.path().join("link")).unwrap();
        let stderr = folder.fails(1, "train --epochs 1 --out link");
        assert!(
            stderr.contains("link: it is a link that leads nowhere, where a folder"),
            "{stderr}"
        );
    }
    assert_eq!(folder.files(".").len(), if cfg!(unix) { 3 } else { 2 });
}
