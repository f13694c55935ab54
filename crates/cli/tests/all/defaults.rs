//! `densely train` without options, on tables that are hard to train on.

use crate::common::Folder;

/// `y = sin(6 a) + 2 b` for `n` pairs of numbers; `odd` gives the columns that are trained on.
fn wave(n: usize, odd: impl Fn(usize, [f64; 2]) -> [f64; 3]) -> String {
    let row = |i: usize| {
        let [a, b] = [(i * 37 % 101) as f64 / 101.0, (i * 53 % 97) as f64 / 97.0];
        let [a_cell, b_cell, c_cell] = odd(i, [a, b]);
        format!("{a_cell},{b_cell},{c_cell},{}\n", (6.0 * a).sin() + 2.0 * b)
    };
    "a,b,c,y\n".to_owned() + &(0..n).map(row).collect::<String>()
}

/// Trains at several seeds, and tests on rows of which none is far out.
fn every_seed_reaches(r2: f64, table: &str) {
    let folder = Folder::new();
    folder.write("table.csv", table);
    folder.write("test.csv", wave(89, |_, [a, b]| [a, b, 0.0]));
    for seed in 0..5 {
        let report = folder.json(&format!("train table.csv --test-data test.csv --seed {seed}"));
        let found = report["test_r2"].as_f64().unwrap();
        assert!(found > r2, "seed {seed}: {found}");
    }
}

/// Standardised, the one 1 is 31.6.
#[test]
fn a_rare_category_is_no_reason_to_diverge() {
    every_seed_reaches(0.95, &wave(1000, |i, [a, b]| [a, b, f64::from(i == 500)]));
}

#[test]
fn a_value_far_out_is_no_reason_to_diverge() {
    every_seed_reaches(0.5, &wave(300, |i, [a, b]| [if i == 150 { 50.0 } else { a }, b, 0.0]));
}
