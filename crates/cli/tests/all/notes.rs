//! `densely notes`.

use std::fs;

use crate::common::Folder;
use densely_notes::{EXPERIMENTS, Lab, find};
use serde_json::Value;

#[test]
fn the_list_names_every_experiment_in_the_order_of_the_lecture() {
    let folder = Folder::new();
    let names = |arguments: &str| -> Vec<String> {
        let list = folder.ok(arguments);
        // The first line is the header.
        let rows = list.lines().skip(1).map(|row| row.trim().split_once(' ').unwrap());
        rows.map(|(name, title)| {
            assert_eq!(title.trim(), find(name).unwrap().title());
            name.to_owned()
        })
        .collect()
    };
    let all: Vec<_> = EXPERIMENTS.iter().map(|experiment| experiment.name()).collect();
    assert_eq!(names("notes --list"), all);
    assert_eq!(names("notes --list zig-zag sizing"), ["zig-zag", "sizing"]);
    assert!(fs::read_dir(folder.path()).unwrap().next().is_none(), "nothing is written");
}

#[test]
fn an_experiment_shows_its_claim_its_figures_and_its_verdict() {
    let sizing = find("sizing").unwrap();
    let outcome = sizing.run(&Lab::default()).unwrap();
    let stdout = Folder::new().ok("notes sizing");
    let rows: Vec<Vec<&str>> =
        stdout.lines().map(|line| line.split_whitespace().collect()).collect();
    for row in [["3-4-2", "6", "20", "6", "26"], ["3-4-4-1", "9", "32", "9", "41"]] {
        assert!(rows.iter().any(|cells| *cells == row), "{row:?}\n{stdout}");
    }
    let verdict = format!("The claim held. {}", outcome.finding);
    let statement = outcome.statements[1].to_string();
    assert_eq!(statement, "✓ 3-4-4-1 has 9 neurons and 41 parameters");
    let link = sizing.link();
    for text in [sizing.title(), sizing.claim(), link.as_str(), verdict.as_str(), &statement] {
        assert!(stdout.contains(text), "{text}\n{stdout}");
    }
}

#[test]
fn json_is_a_line_for_each_experiment_and_the_same_on_any_number_of_threads() {
    let folder = Folder::new();
    let names = ["tanh-is-scaled-sigmoid", "sizing"];
    let run = |threads| folder.ok(&format!("notes {} --json --threads {threads}", names.join(" ")));
    let stdout = run(1);
    assert_eq!(stdout, run(2));
    assert_eq!(stdout.lines().count(), names.len());
    for (name, line) in names.into_iter().zip(stdout.lines()) {
        let experiment = find(name).unwrap();
        let outcome = experiment.run(&Lab::default()).unwrap();
        let json: Value = serde_json::from_str(line).unwrap();
        assert_eq!(json["name"], name);
        assert_eq!(json["claim"], experiment.claim());
        assert_eq!(json["source"], experiment.source());
        assert_eq!(json["link"], experiment.link());
        let statements = json["statements"].as_array().unwrap();
        assert!(!statements.is_empty());
        assert!(statements.iter().all(|statement| statement["held"] == true), "{statements:?}");
        assert_eq!(json["verdict"], "held");
        assert_eq!(json["finding"], outcome.finding);
        // As text: what is parsed may be off in the last bit.
        let figures = serde_json::to_value(&outcome.figures).unwrap().to_string();
        assert!(line.contains(&figures), "{line}\n{figures}");
    }
}

/// A page of some experiments would replace that of all, so it is not written.
#[test]
fn pictures_are_written_and_a_page_is_left_alone() {
    let folder = Folder::new();
    fs::create_dir(folder.path().join("pages")).unwrap();
    folder.write("pages/README.md", "the page of all");
    folder.ok("notes sizing --out pages");
    let outcome = find("sizing").unwrap().run(&Lab::default()).unwrap();
    assert_eq!(folder.read("pages/sizing.svg"), outcome.picture);
    assert_eq!(folder.read("pages/README.md"), "the page of all");

    folder.ok("notes sizing --out new/folder");
    assert_eq!(folder.read("new/folder/sizing.svg"), outcome.picture);
    assert_eq!(fs::read_dir(folder.path().join("new/folder")).unwrap().count(), 1);
}

/// Only what is ours, and only if it was asked for.
#[test]
fn files_are_not_overwritten_unless_asked() {
    let folder = Folder::new();
    folder.ok("notes sizing --out pages");
    let picture = folder.read("pages/sizing.svg");
    // Before anything is run: nothing is printed.
    let stderr = folder.fails(1, "notes sizing --out pages");
    assert!(stderr.contains("pages/sizing.svg: there is such a file"), "{stderr}");
    folder.ok("notes sizing --out pages --force");
    assert_eq!(folder.read("pages/sizing.svg"), picture);
    let theirs = "<svg width=\"10\" height=\"10\" viewBox=\"0 0 10 10\"></svg>\n";
    folder.write("pages/sizing.svg", theirs);
    for options in ["", " --force"] {
        let stderr = folder.fails(1, &format!("notes sizing --out pages{options}"));
        assert!(stderr.contains("that densely has not written"), "{stderr}");
        assert_eq!(folder.read("pages/sizing.svg"), theirs);
    }
    // The page of all experiments is refused before the first is run.
    fs::create_dir(folder.path().join("mine")).unwrap();
    for mine in ["# My notes\n", "# My notes\n\nThe others are from `densely notes --out docs`.\n"]
    {
        folder.write("mine/README.md", mine);
        let stderr = folder.fails(1, "notes --out mine --force");
        assert!(stderr.contains("mine/README.md: there is such a file that densely"), "{stderr}");
        assert_eq!(folder.read("mine/README.md"), mine);
    }
    assert_eq!(fs::read_dir(folder.path().join("mine")).unwrap().count(), 1);
}

#[test]
fn mistakes_have_a_status_and_a_sentence() {
    let folder = Folder::new();
    folder.write("file", "");
    let names: Vec<_> = EXPERIMENTS.iter().map(|experiment| experiment.name()).collect();
    let unknown = format!("unknown experiment \"sizes\": choose one of {}", names.join(", "));
    for (status, arguments, sentence) in [
        // Before anything is run or written, whatever stands before it.
        (2, "notes sizing sizes --out pages", unknown.as_str()),
        (2, "notes --list sizes", &unknown),
        (2, "notes --threads=-1", "invalid value '-1'"),
        (1, "notes sizing --out file", "error: file: "),
    ] {
        let stderr = folder.fails(status, arguments);
        assert!(stderr.contains(sentence), "densely {arguments}\n{stderr}");
    }
    assert!(!folder.path().join("pages").exists());
    assert_eq!(folder.read("file"), "");
}
