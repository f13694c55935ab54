//! Where output goes that nobody can take, and what is in it.

use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;

use crate::common::{Folder, flowers};

fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("t.csv", flowers());
    folder.ok("train t.csv --target kind --epochs 1 --hidden 4 --out run");
    folder
}

/// A reader such as `head` that has enough.
#[test]
fn a_closed_pipe_is_no_error() {
    let folder = folder();
    let rows: String = (0..60_000).map(|i| format!("{},2,rose,5\n", i % 3)).collect();
    folder.write("long.csv", format!("height,number,kind,width\n{rows}"));
    for options in ["", "--proba", "-o /dev/stdout"] {
        let mut command = folder.command(&format!("predict run long.csv {options}"));
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut first = String::new();
        BufReader::with_capacity(16, child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        assert!(first.starts_with("kind"));
        let mut stderr = String::new();
        child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        assert_eq!((child.wait().unwrap().code(), stderr.as_str()), (Some(0), ""), "{options}");
    }
    for line in [
        "densely predict run long.csv | head -n 1",
        "mkfifo pipe; head -n 1 pipe & densely predict run long.csv -o pipe",
        "densely inspect run | true",
        "densely inspect run --json | true",
        "densely evaluate run t.csv --json | true",
        "densely notes sizing | true",
        "densely notes --list | true",
        "densely --help | true",
    ] {
        let outcome = folder.shell(&format!("set -o pipefail; {line}"));
        assert_eq!(
            (outcome.status, outcome.stderr.contains("error: ")),
            (0, false),
            "{line}: {}",
            outcome.stderr
        );
    }
}

/// What is said to people is not needed: a disk that is full of it changes nothing.
#[test]
fn a_standard_error_that_is_full_changes_nothing() {
    let folder = folder();
    for (command, status) in [
        ("train t.csv --target kind --epochs 1", 0),
        ("train t.csv --target none", 1),
        ("train --learning-rate 0", 2),
        ("train t.csv --target height --drop kind --learning-rate 1e30 --optimizer sgd", 1),
        ("predict run t.csv", 0),
        ("predict none t.csv", 1),
        ("evaluate run t.csv", 0),
        ("inspect run", 0),
        ("gradcheck --cases 1", 0),
        ("gradcheck run --cases 1", 0),
        ("notes sizing", 0),
        ("notes none", 2),
        ("--help", 0),
        ("", 2),
    ] {
        for full in ["2> /dev/full", "2>&-"] {
            let outcome = folder.shell(&format!("exec densely {command} {full}"));
            assert_eq!(outcome.status, status, "densely {command} {full}");
        }
    }
}

#[test]
fn a_standard_output_that_is_full_is_an_error() {
    let folder = folder();
    for command in [
        "predict run t.csv",
        "inspect run",
        "inspect run --json",
        "evaluate run t.csv --json",
        "gradcheck run --cases 1 --json",
        "notes sizing",
        "notes --list",
        "--help",
        "--version",
        "train --help",
        "train t.csv --target kind --epochs 1 --json",
    ] {
        let outcome = folder.shell(&format!("exec densely {command} > /dev/full"));
        assert_eq!(outcome.status, 1, "densely {command}: {}", outcome.stderr);
        let message = outcome.stderr.lines().last().unwrap();
        assert!(message.starts_with("error: the output cannot be written: No space"), "{message}");
    }
}

/// Names are anybody's. What a terminal obeys, or what turns text round, is spelt out.
#[test]
fn names_cannot_write_to_the_terminal() {
    let folder = Folder::new();
    let evil =
        ["\u{1b}[2J\u{1b}[31mred", "\u{9b}32m", "gpj.\u{202e}exe", "two\nlines", "bell\u{7}"];
    let header = evil.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(",");
    let row = |i: usize| format!("{},{},{},{},\"{}\"\n", i % 3, i % 5, i % 7, i % 11, evil[i % 3]);
    let rows: String = (0..90).map(row).collect();
    folder.write("evil.csv", format!("{header}\n{rows}"));
    folder.write("more.csv", format!("{header}\n1,2,3,4,\u{1b}[5m\n"));
    folder.write("text.csv", format!("{header}\n\u{1b}[5m,2,3,4,x\n"));
    folder.write("none.csv", format!("{}\n1\n", &header[..20].replace('"', "")));
    folder.write("evil.toml", "\"\\u001b[2J\" = 1\n");
    folder.write("value.toml", "optimizer = \"\\u001b[2J\"\n");
    let clean = |text: &str| {
        let hidden = |c: char| (c.is_control() && c != '\n') || "\u{202e}\u{2066}".contains(c);
        assert!(!text.contains(hidden), "{text:?}");
        assert!(!text.contains("two\nlines"), "{text:?}");
    };
    let out = folder.shell("densely train evil.csv --out run");
    assert_eq!(out.status, 0, "{}", out.stderr);
    assert!(out.stderr.contains("bell\\u{7} is one of 3 classes"), "{}", out.stderr);
    clean(&out.stderr);
    for (command, status) in [
        ("train evil.csv --epochs 1 --test 0.5 --out other", 0),
        ("inspect run", 0),
        ("evaluate run evil.csv", 0),
        ("evaluate run more.csv", 1),
        ("train text.csv", 1),
        ("predict run none.csv", 1),
        ("train evil.csv --target none", 1),
        ("train evil.csv --config evil.toml", 2),
        ("train evil.csv --config value.toml", 2),
    ] {
        let outcome = folder.run(command);
        assert_eq!(outcome.status, status, "{command}: {}", outcome.stderr);
        clean(&outcome.stdout);
        clean(&outcome.stderr);
    }
    let inspected = folder.ok("inspect run");
    assert!(inspected.contains("from 4 features: \\u{1b}[2J\\u{1b}[31mred, "), "{inspected}");
    // For programs, names are as they are.
    assert_eq!(folder.json("inspect run")["target"], "bell\u{7}");
    assert!(folder.ok("predict run evil.csv").contains("\u{202e}"));
}
