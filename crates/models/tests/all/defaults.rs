//! `Trainer::default()` on tables that are hard to train on.

use densely_data::Dataset;
use densely_models::{Mlp, Preparation, Trainer};
use densely_tensor::{Mat, Threads};

/// `y = sin(6 a) + 2 b` for `n` pairs of numbers, and what `odd` makes of the features.
fn wave(n: usize, odd: impl Fn(usize, [f64; 3]) -> [f64; 3]) -> Dataset<f64> {
    let features = |i: usize| [(i * 37 % 101) as f64 / 101.0, (i * 53 % 97) as f64 / 97.0, 0.0];
    let y = Mat::from_fn(1, n, |_, i| {
        let [a, b, _] = features(i);
        (6.0 * a).sin() + 2.0 * b
    });
    Dataset::regression(Mat::from_fn(3, n, |row, i| odd(i, features(i))[row]), y).unwrap()
}

/// R² on ordinary rows, after training on rows of which one is far out.
fn score(train: &Dataset<f64>, seed: u64) -> f64 {
    score_by(Trainer::default(), train, seed)
}

fn score_by(trainer: Trainer<'_, f32>, train: &Dataset<f64>, seed: u64) -> f64 {
    let test = wave(89, |_, features| features);
    let preparation = Preparation::fit(["standardize"], train).unwrap();
    let (train, test) = (preparation.dataset(train).unwrap(), preparation.dataset(&test).unwrap());
    let mut model = Mlp::regressor(3, 1).hidden([64]).seed(seed).build::<f32>().unwrap();
    trainer.seed(seed).threads(Threads::single()).fit(&mut model, &train).unwrap();
    model.evaluate(&test).unwrap().score()
}

/// Standardised, the one row has 31.6, and SGD with momentum at 0.01 diverges.
#[test]
fn a_rare_category_is_no_reason_to_diverge() {
    let train = wave(1000, |i, [a, b, _]| [a, b, f64::from(i == 500)]);
    for seed in 0..3 {
        let r2 = score(&train, seed);
        assert!(r2 > 0.95, "seed {seed}: {r2}");
    }
}

/// Validated on ordinary rows: where the row itself is validated on, it decides when training stops.
#[test]
fn a_value_far_out_is_no_reason_to_diverge() {
    let train = wave(300, |i, [a, b, c]| [if i == 150 { 20.0 } else { a }, b, c]);
    let preparation = Preparation::fit(["standardize"], &train).unwrap();
    let ordinary = preparation.dataset(&wave(61, |_, features| features)).unwrap();
    let validated = |seed| score_by(Trainer::default().validation_data(&ordinary), &train, seed);
    let scores: Vec<f64> = (0..10).map(validated).collect();
    assert!(scores.iter().all(|&r2| r2 > 0.3), "{scores:?}");
    assert!(scores.iter().filter(|&&r2| r2 > 0.95).count() >= 8, "{scores:?}");
    // However it is split, nothing diverges.
    let scores: Vec<f64> = (0..40).map(|seed| score(&train, seed)).collect();
    assert!(scores.iter().filter(|&&r2| r2 > 0.95).count() >= 30, "{scores:?}");
}
