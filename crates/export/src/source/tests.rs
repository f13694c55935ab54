//! Sources are compiled, and run.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use densely_models::Predictor;
use densely_tensor::{Mat, Threads};

use super::{to_c, to_rust};
use crate::testing::{Relu, Square, every_part, of_table, of_text, values_of_rows, with_own};

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {error}");
    String::from_utf8(output.stdout).unwrap()
}

/// A library without `std` and with no warnings, and a program that uses it.
fn run_rust(folder: &Path, modules: &[String], main: &str) -> String {
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let mut library = "#![no_std]\n#![deny(warnings)]\n".to_owned();
    for (index, module) in modules.iter().enumerate() {
        writeln!(library, "pub mod m{index};").unwrap();
        std::fs::write(folder.join(format!("m{index}.rs")), module).unwrap();
    }
    std::fs::write(folder.join("written.rs"), library).unwrap();
    std::fs::write(folder.join("main.rs"), main).unwrap();
    let compile =
        ["--edition", "2021", "-O", "-Coverflow-checks=on", "--crate-type", "lib", "written.rs"];
    run(Command::new(&rustc).args(compile).current_dir(folder));
    run(Command::new(&rustc).args(["--edition", "2021", "-L", ".", "main.rs"]).current_dir(folder));
    run(&mut Command::new(folder.join("main")))
}

fn run_c(folder: &Path, headers: &[String], main: &str) -> String {
    let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".to_owned());
    for (index, header) in headers.iter().enumerate() {
        std::fs::write(folder.join(format!("m{index}.h")), header).unwrap();
    }
    std::fs::write(folder.join("main.c"), main).unwrap();
    let options = [
        "-std=c99",
        "-Wall",
        "-Wextra",
        "-pedantic",
        "-Werror",
        "-O2",
        "-o",
        "main_c",
        "main.c",
        "-lm",
    ];
    run(Command::new(&compiler).args(options).current_dir(folder));
    run(&mut Command::new(folder.join("main_c")))
}

const ROWS: usize = 12;

/// Ordinary numbers, and extremes.
fn features() -> Mat<f64> {
    Mat::from_fn(6, ROWS, |i, j| match (i + j) % 11 {
        0 => 300.0,
        1 => -300.0,
        2 => 0.0,
        odd => (odd as f64 * 1.7 + j as f64) % 17.0,
    })
}

/// Each row's scores, then its answer as text or a number, as the predictor has them.
fn compare(name: &str, predictor: &Predictor<f32>, lines: &[&str]) {
    let inputs = predictor.preparation().inputs::<f32>(features().as_ref()).unwrap();
    let scores = predictor.model().scores(inputs.as_ref(), &Threads::single()).unwrap();
    assert_eq!(lines.len(), ROWS, "{name}");
    for (j, line) in lines.iter().enumerate() {
        let size = (0..scores.nrows()).fold(1.0_f32, |size, i| size.max(scores[(i, j)].abs()));
        for (i, text) in line.split(' ').enumerate() {
            let (is, should) = (text.parse::<f32>().unwrap(), scores[(i, j)]);
            let is_close = (is - should).abs() <= 1e-5 * size;
            assert!(is_close, "{name}, row {j}: {is} instead of {should}");
        }
    }
}

fn all_predictors() -> Vec<(String, Predictor<f32>)> {
    let mut all = every_part();
    all.push(("square".to_owned(), with_own(Square)));
    all.push(("an own relu".to_owned(), with_own(Relu)));
    all
}

fn rows_as(begin: char, end: char) -> String {
    let x = features();
    let row = |j: usize| (0..6).map(|i| format!("{:?}", x[(i, j)])).collect::<Vec<_>>().join(", ");
    (0..ROWS).map(|j| format!("{begin}{}{end}", row(j))).collect::<Vec<_>>().join(",\n")
}

fn compare_all(all: &[(String, Predictor<f32>)], output: &str) {
    let lines: Vec<&str> = output.lines().collect();
    assert_eq!(lines.len(), all.len() * ROWS);
    for ((name, predictor), lines) in all.iter().zip(lines.chunks(ROWS)) {
        compare(name, predictor, lines);
    }
}

#[test]
fn the_rust_of_every_part_answers_as_it_does() {
    let (all, folder) = (all_predictors(), tempfile::tempdir().unwrap());
    let modules: Vec<String> = all.iter().map(|(_, one)| to_rust(one).unwrap()).collect();
    let mut main = format!(
        "extern crate written;\nstatic ROWS: [[f64; 6]; {ROWS}] = [{}];\nfn show(scores: &[f32]) {{\n    \
         let all: Vec<String> = scores.iter().map(|x| format!(\"{{x:?}}\")).collect();\n    \
         println!(\"{{}}\", all.join(\" \"));\n}}\nfn main() {{\n",
        rows_as('[', ']')
    );
    for index in 0..all.len() {
        writeln!(
            main,
            "for row in ROWS {{ show(&written::m{index}::predict(&written::m{index}::Row {{ numbers: row }}).scores); }}"
        )
        .unwrap();
    }
    compare_all(&all, &run_rust(folder.path(), &modules, &(main + "}\n")));
}

#[test]
fn the_c_of_every_part_answers_as_it_does() {
    let (all, folder) = (all_predictors(), tempfile::tempdir().unwrap());
    let names = (0..all.len()).map(|index| format!("m{index}"));
    let headers: Vec<String> =
        all.iter().zip(names).map(|((_, one), name)| to_c(one, &name).unwrap()).collect();
    let mut main = "#include <stdio.h>\n".to_owned();
    for index in 0..all.len() {
        writeln!(main, "#include \"m{index}.h\"").unwrap();
    }
    write!(
        main,
        "static const double rows[{ROWS}][6] = {{{}}};\nint main(void) {{\n",
        rows_as('{', '}')
    )
    .unwrap();
    for (index, (_, predictor)) in all.iter().enumerate() {
        let scores = predictor.model().outputs();
        writeln!(
            main,
            "for (int j = 0; j < {ROWS}; j++) {{ m{index}_row row; memcpy(row.numbers, rows[j], sizeof row.numbers); \
             m{index}_answer a = m{index}_predict(&row); for (int i = 0; i < {scores}; i++) \
             printf(i ? \" %.9g\" : \"%.9g\", a.scores[i]); printf(\"\\n\"); }}"
        )
        .unwrap();
    }
    compare_all(&all, &run_c(folder.path(), &headers, &(main + "return 0;\n}\n")));
}

/// A gap and an unseen category in each place.
const TABLE: &str = "label,kind,on,day\n\
    12.5,pear,yes,2024-03-05\n\
    NA,apple,no,2024-07-01\n\
    3.25,\"fig */ \"\"dried\"\" ??/\",,2024-03-05\n\
    7.5,plum,yes,\n\
    1000.0,,no,2024-07-01\n";

fn assert_values(predictor: &Predictor<f32>, output: &str) {
    let should = values_of_rows(predictor, TABLE);
    let is: Vec<f64> = output.lines().map(|line| line.parse().unwrap()).collect();
    assert_eq!(is.len(), should.len());
    for (is, should) in is.iter().zip(&should) {
        assert!((is - should).abs() <= 1e-5 * should.abs().max(1.0), "{is} instead of {should}");
    }
    assert!(should.iter().all(|value| (value - should[0]).abs() > 1e-3 || *value == should[0]));
}

#[test]
fn the_rust_of_a_table_has_its_columns_as_types() {
    let folder = tempfile::tempdir().unwrap();
    let main = r#"
extern crate written;
use written::m0::{Day, Kind, Row, predict};
fn main() {
    let march = Some(Day { month: 3.0, weekday: 2.0, seconds: 1_709_596_800.0 });
    let july = Some(Day { month: 7.0, weekday: 1.0, seconds: 1_719_792_000.0 });
    let fig = Kind::from_text("fig */ \"dried\" ??/");
    assert_eq!(fig, Some(Kind::FigDried));
    for row in [
        Row { label: Some(12.5), kind: Some(Kind::Pear), on: Some(true), day: march },
        Row { label: None, kind: Kind::from_text("apple"), on: Some(false), day: july },
        Row { label: Some(3.25), kind: fig, on: None, day: march },
        Row { label: Some(7.5), kind: Kind::from_text("plum"), on: Some(true), day: None },
        Row { label: Some(1000.0), kind: Kind::from_text(""), on: Some(false), day: july },
    ] {
        println!("{:?}", predict(&row).values[0]);
    }
}
"#;
    for predictor in [of_table(&[], false), of_table(&[], true)] {
        let output = run_rust(folder.path(), &[to_rust(&predictor).unwrap()], main);
        assert_values(&predictor, &output);
    }
}

#[test]
fn the_c_of_a_table_has_its_columns_as_types() {
    let folder = tempfile::tempdir().unwrap();
    let main = r#"
#include <stdio.h>
#include "m0.h"
int main(void) {
    const double march = 1709596800.0, july = 1719792000.0;
    my_model_kind fig = my_model_kind_of("fig */ \"dried\" \?\?/");
    my_model_row rows[5] = {
        {12.5, MY_MODEL_KIND_PEAR, 1, 3, 2, march},
        {NAN, my_model_kind_of("apple"), 0, 7, 1, july},
        {3.25, fig, -1, 3, 2, march},
        {7.5, my_model_kind_of("plum"), 1, NAN, NAN, NAN},
        {1000.0, my_model_kind_of(""), 0, 7, 1, july},
    };
    if (fig != MY_MODEL_KIND_FIG_DRIED) return 1;
    for (int j = 0; j < 5; j++) printf("%.17g\n", my_model_predict(&rows[j]).values[0]);
    return 0;
}
"#;
    for predictor in [of_table(&[], false), of_table(&[], true)] {
        let output = run_c(folder.path(), &[to_c(&predictor, "my model").unwrap()], main);
        assert_values(&predictor, &output);
    }
}

/// Columns and values that would be called as each other, or as what the source has itself.
#[test]
fn names_that_meet_are_told_apart() {
    let mut text = "row,answer,k,k x,k x of,numbers_0,self,Self,class,y\n".to_owned();
    for row in 0..80 {
        let values = ["x_y", "x other", "x gap", "é"][row % 4];
        let other = ["y", "other", "gap", "of"][row / 4 % 4];
        writeln!(
            text,
            "{values},{other},{values},{other},{values},{other},{values},{other},{row}.5,{row}"
        )
        .unwrap();
    }
    let (predictor, folder) = (of_text(&text, &[], false), tempfile::tempdir().unwrap());
    let (rust, c) = (to_rust(&predictor).unwrap(), to_c(&predictor, "k").unwrap());
    run_rust(folder.path(), &[rust], "extern crate written;\nfn main() {}\n");
    let main = "#include <stdio.h>\n#include \"m0.h\"\nint main(void) {\n    k_row row;\n    memset(&row, 0, sizeof \
                row);\n    printf(\"%f\", k_predict(&row).values[0]);\n    return 0;\n}\n";
    assert!(run_c(folder.path(), &[c], main).parse::<f64>().unwrap().is_finite());
}
