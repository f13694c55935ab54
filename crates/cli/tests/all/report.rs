//! The report of a run: what is in it, that it asks for nothing, and that it comes again the same.

use crate::common::{Folder, flowers, parabola};

/// Names that would be markup if they were not text.
const HOSTILE: [&str; 3] = ["<script>alert(1)</script>", "a\" onload=\"x", "</style><img src=x>"];

/// A table of two classes with such names, also of a class.
fn hostile() -> String {
    let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    let header: Vec<_> = HOSTILE.iter().map(|name| quoted(name)).collect();
    let row = |i: usize| {
        let class = if i % 10 < 5 { "<b>one</b>" } else { "'><script>" };
        format!("{},{},\"<i>{}</i>\",{}\n", i % 10, i * 7 % 13, i % 2, quoted(class))
    };
    header.join(",") + ",\"<u>target\"\n" + &(0..100).map(row).collect::<String>()
}

/// What would leave the page, or run in it.
fn assert_offline(page: &str) {
    let lower = page.to_lowercase();
    for asks in
        ["http:", "https:", "//", "@import", "url(", "<script", "<link", "<iframe", "javascript:"]
    {
        let found =
            lower.find(asks).map(|at| &page[at.saturating_sub(60)..(at + 40).min(page.len())]);
        // Base64 has slashes.
        let is_base64 = asks == "//" && lower.matches(asks).count() == in_pictures(&lower, asks);
        assert!(found.is_none() || is_base64, "{asks}: {found:?}");
    }
    // What a name says is text, in which a quote cannot end an attribute, and `<` begins no element.
    for tag in page.split('<').skip(1).map(|tag| tag.split('>').next().unwrap()) {
        assert!(!tag.contains(" on") || tag.starts_with("meta"), "{tag:.200}");
        if let Some((_, source)) = tag.split_once("src=") {
            assert!(source.starts_with("\"data:image/png;base64,"), "{tag:.200}");
        }
    }
    assert!(page.contains("default-src 'none'"));
}

/// How often something is in pictures.
fn in_pictures(page: &str, text: &str) -> usize {
    let pictures = page.split("data:image/png;base64,").skip(1);
    pictures.map(|rest| rest.split('"').next().unwrap().matches(text).count()).sum()
}

#[track_caller]
fn assert_has(page: &str, headings: &[&str], none: &[&str]) {
    for heading in headings {
        assert!(page.contains(&format!("<h2>{heading}</h2>")), "{heading}");
    }
    for heading in none {
        assert!(!page.contains(&format!("<h2>{heading}</h2>")), "{heading}");
    }
}

#[test]
fn names_are_text_and_no_request_leaves_the_page() {
    let folder = Folder::new();
    folder.write("table.csv", hostile());
    folder.ok("train table.csv --epochs 5 --out run");
    let page = folder.read("run/report.html");
    assert_offline(&page);
    for text in
        ["&lt;script&gt;alert(1)&lt;/script&gt;", "a&quot; onload=&quot;x", "&lt;u&gt;target"]
    {
        assert!(page.contains(text), "{text}");
    }
    let sections = [
        "What was learnt",
        "Course of the training",
        "What was taken for what",
        "Calibration",
        "The worst predictions",
        "What the model looks at",
        "What went on in the layers",
        "The columns",
        "To repeat it, and to use it",
    ];
    assert_has(
        &page,
        &sections,
        &["Errors", "Where it says what", "What the first layer looks for"],
    );
}

/// Of images, the first weights and the worst examples are pictures.
#[test]
fn the_report_of_the_digits_comes_again_the_same() {
    let folder = Folder::new();
    folder.ok("train --epochs 8 --seed 3 --out run");
    let page = folder.read("run/report.html");
    assert_offline(&page);
    assert_has(&page, &["What the first layer looks for"], &["Where it says what"]);
    assert!(page.matches("<img class=\"example\"").count() == 12);
    assert!(page.contains("<img class=\"sheet\"") && page.contains("<img class=\"map\""));
    std::fs::remove_file(folder.path().join("run/report.html")).unwrap();
    folder.ok("report run --threads 1");
    assert!(folder.read("run/report.html") == page, "the report is another");
}

#[test]
fn a_report_of_a_table_comes_again_the_same_and_not_of_other_data() {
    let folder = Folder::new();
    folder.write("table.csv", flowers());
    folder.write("test.csv", flowers().replace("rose", "tulip"));
    for options in
        ["", "--test 0", "--test 0 --validation 0", "--test-data test.csv", "--preprocess pca(2)"]
    {
        folder.ok(&format!("train table.csv --target kind --epochs 6 --out run --force {options}"));
        let page = folder.read("run/report.html");
        folder.ok("report run");
        assert!(folder.read("run/report.html") == page, "{options}: the report is another");
    }
    folder.write("table.csv", flowers().replace("rose", "thistle"));
    let before = folder.read("run/report.html");
    let error = folder.fails(1, "report run");
    assert!(error.contains("not what the model was trained and tested on any more"), "{error}");
    assert!(folder.read("run/report.html") == before);
    let error = folder.fails(1, "report .");
    assert!(error.contains("no folder of a run"), "{error}");
}

#[test]
fn numbers_have_errors_and_two_of_them_a_plane_of_classes() {
    let folder = Folder::new();
    folder.write("parabola.csv", parabola());
    folder.ok("train parabola.csv --epochs 20 --out numbers");
    let page = folder.read("numbers/report.html");
    assert_offline(&page);
    let none = ["What was taken for what", "Calibration", "Where it says what"];
    assert_has(&page, &["Errors", "What the model looks at"], &none);
    let row =
        |i: usize| format!("{},{},{}\n", i * 7 % 50, i * 11 % 50, ["in", "out"][i * 7 % 50 / 25]);
    let plane = "x,y,where\n".to_owned() + &(0..200).map(row).collect::<String>();
    folder.write("plane.csv", plane);
    folder.ok("train plane.csv --epochs 20 --out plane");
    let page = folder.read("plane/report.html");
    assert_has(&page, &["Where it says what"], &["Errors"]);
    assert!(page.contains("var(--tint-0)") && page.contains("var(--tint-1)"));
}

#[test]
fn no_report_is_written_if_none_is_asked_for_or_where_another_file_is() {
    let folder = Folder::new();
    folder.ok("train --epochs 1 --no-report --out run");
    assert_eq!(folder.files("run"), ["config.toml", "metrics.jsonl", "model.safetensors"]);
    folder.write("run/report.html", "<!DOCTYPE html><p>mine");
    let error = folder.fails(1, "report run");
    assert!(error.contains("has not written"), "{error}");
    let error = folder.fails(1, "train --epochs 1 --out run --force");
    assert!(error.contains("report.html"), "{error}");
    assert_eq!(folder.read("run/report.html"), "<!DOCTYPE html><p>mine");
}

#[test]
fn changed_test_data_are_refused_and_a_run_without_weights_is_named() {
    let folder = Folder::new();
    folder.write("t.csv", flowers());
    folder.write("u.csv", flowers());
    folder.ok("train t.csv --target kind --epochs 2 --hidden 4 --test-data u.csv --out run");
    folder.ok("report run");
    let rows = flowers().lines().take(20).map(|line| format!("{line}\n")).collect::<String>();
    folder.write("u.csv", rows);
    let stderr = folder.fails(1, "report run");
    assert!(
        stderr.contains("u.csv: it is not what the model was trained and tested on"),
        "{stderr}"
    );
    std::fs::remove_file(folder.path().join("run/model.safetensors")).unwrap();
    for command in ["report run", "predict run t.csv", "inspect run"] {
        let stderr = folder.fails(1, command);
        assert!(stderr.contains("run: this run has kept no weights"), "{stderr}");
    }
    let stderr = folder.shell("densely runs").stderr;
    assert!(stderr.contains("runs: there are no runs"), "{stderr}");
}

/// As they are on the command line.
#[test]
fn all_options_are_ones_that_the_program_takes() {
    let folder = Folder::new();
    folder.write("t.csv", parabola());
    folder.ok("train t.csv --epochs 1 --out run");
    let page = folder.read("run/report.html");
    assert!(page.contains("<th>DATA</th><td>t.csv</td>"), "{page}");
    assert!(!page.contains("--data") && !page.contains("--nesterov"));
    folder.ok("train t.csv --epochs 1 --optimizer sgd --nesterov --out other");
    assert!(folder.read("other/report.html").contains("<th>--nesterov</th><td></td>"));
}
