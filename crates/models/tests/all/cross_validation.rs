//! Cross-validation: nothing leaks, nothing depends on threads, nothing is lost.

use std::collections::BTreeSet;
use std::sync::Mutex;

use densely_data::{Dataset, digits};
use densely_models::{
    CrossValidation, Evaluation, Mlp, ModelError, Predictor, Preparation, Trainer, grid,
    log_uniform, random_candidates,
};
use densely_optim::{Adam, Sgd};
use densely_tensor::{Key, Mat, Purpose, Stream, Threads};

fn some_digits() -> Dataset<f64> {
    digits().subset(&(0..200).collect::<Vec<_>>()).unwrap()
}

fn regression() -> Dataset<f64> {
    let x = Mat::from_fn(3, 60, |i, j| ((i * 13 + j * 7) as f64).sin() * 100.0 + 1000.0);
    let y = Mat::from_fn(2, 60, |i, j| x[(i, j)] * 50.0 - x[(2, j)] + i as f64);
    Dataset::regression(x, y).unwrap()
}

fn small(train: &Dataset<f32>) -> (Mlp, Trainer<'static, f32>) {
    let mlp = Mlp::classifier(train.features(), train.outputs()).hidden([8]);
    (mlp, Trainer::new(Adam::new(0.01)).epochs(3))
}

/// Each fold by hand: everything is fitted to the rest alone.
#[test]
fn every_fold_is_prepared_trained_and_judged_on_its_own() {
    let build = |train: &Dataset<f64>| {
        let mlp = Mlp::regressor(train.features(), train.outputs()).hidden([4]);
        (mlp, Trainer::new(Sgd::new(0.05).momentum(0.9)).epochs(100))
    };
    let (data, kinds) = (regression(), ["standardize", "pca(2)"]);
    let validation = CrossValidation::new(4).seed(3).preprocess(kinds);
    let scores = validation.scores(&data, build).unwrap();
    let mut by_hand = Vec::new();
    for (rest, held_out) in data.folds(4, 3).unwrap() {
        let preparation = Preparation::fit(kinds, &rest).unwrap();
        let train = preparation.dataset(&rest).unwrap();
        let (mlp, trainer) = build(&train);
        let mut predictor = Predictor::<f64>::new(preparation, mlp).unwrap();
        trainer.fit(predictor.model_mut(), &train).unwrap();
        by_hand.push(predictor.evaluate(&held_out, &Threads::single()).unwrap());
    }
    assert_eq!(scores.folds(), by_hand);
    let r2: Vec<f64> = by_hand.iter().map(Evaluation::score).collect();
    let mean = (r2[0] + r2[1] + r2[2] + r2[3]) / 4.0;
    assert!(mean > 0.9, "{r2:?}");
    assert!((scores.mean() - mean).abs() < 1e-15);
    let squares: f64 = r2.iter().map(|r2| (r2 - mean) * (r2 - mean)).sum();
    assert!((scores.standard_deviation() - (squares / 3.0).sqrt()).abs() < 1e-15);
    let losses: f64 = by_hand.iter().map(Evaluation::loss).sum();
    assert!((scores.mean_loss() - losses / 4.0).abs() < 1e-14);
}

/// What is built is built from training parts only: no training sees a fold that is held
/// out, whatever is in it.
#[test]
fn what_is_held_out_does_not_reach_its_training() {
    let data = regression();
    let (rest, held_out) = data.folds(3, 0).unwrap().swap_remove(0);
    let seen = Mutex::new(Vec::new());
    let note = |train: &Dataset<f64>| {
        seen.lock().unwrap().push(train.clone());
        (Mlp::regressor(3, 2), Trainer::new(Sgd::new(0.01)).epochs(1))
    };
    CrossValidation::new(3).scores(&data, note).unwrap();
    let expected = Preparation::fit(["standardize"], &rest).unwrap().dataset(&rest).unwrap();
    assert_eq!(seen.lock().unwrap()[0], expected);
    assert_eq!(rest.len() + held_out.len(), 60);
}

#[test]
fn threads_do_not_change_the_scores() {
    let data = some_digits();
    let candidates = grid(&[0.001, 0.01], &[4, 8]);
    let run = |threads: usize| {
        let validation = CrossValidation::new(3).threads(Threads::new(threads).unwrap());
        let search = validation.search(&data, candidates.clone(), |&(rate, width), train| {
            let mlp = Mlp::classifier(train.features(), train.outputs()).hidden([width]);
            (mlp, Trainer::<f32>::new(Adam::new(rate)).epochs(3))
        });
        let search = search.unwrap();
        let trials = search.trials().iter();
        trials
            .map(|trial| (trial.options, trial.scores.as_ref().unwrap().clone()))
            .collect::<Vec<_>>()
    };
    let one = run(1);
    assert_eq!(one.iter().map(|trial| trial.0).collect::<Vec<_>>(), candidates);
    assert_eq!(run(2), one);
    assert_eq!(run(3), one);
}

#[test]
fn seeds_change_the_folds() {
    let data = some_digits();
    let run = |seed| CrossValidation::new(3).seed(seed).scores(&data, small).unwrap();
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}

/// A candidate that cannot be trained has an error for a result; the others have theirs.
#[test]
fn a_search_survives_a_candidate_that_diverges() {
    let (data, validation) = (regression(), CrossValidation::new(3));
    let search = |rates: Vec<f64>| {
        validation.search(&data, rates, |&rate, train: &Dataset<f64>| {
            let mlp = Mlp::regressor(train.features(), train.outputs());
            (mlp, Trainer::new(Sgd::new(rate)).epochs(400))
        })
    };
    let found = search(vec![1e3, 1e-9, 0.05, -1.0]).unwrap();
    assert_eq!(found.best().unwrap().options, 0.05);
    let results: Vec<bool> = found.trials().iter().map(|trial| trial.scores.is_ok()).collect();
    assert_eq!(results, [false, true, true, false]);
    assert!(matches!(found.trials()[0].scores, Err(ModelError::Diverged { .. })));
    let none = search(vec![-1.0, 1e3]).unwrap();
    assert!(matches!(none.best(), Err(ModelError::Optim(_))));
    let error = search(Vec::new()).unwrap_err().to_string();
    assert_eq!(error, "CrossValidation: the number of candidates must not be zero");
}

#[test]
fn the_first_of_equal_candidates_is_the_best() {
    let search = CrossValidation::new(2).search(&some_digits(), [7, 8], |_, train| small(train));
    assert_eq!(search.unwrap().best().unwrap().options, 7);
}

#[test]
fn what_does_not_fit_is_refused() {
    let data = some_digits();
    for folds in [0, 1, 201] {
        let error = CrossValidation::new(folds).scores(&data, small).unwrap_err();
        assert!(matches!(error, ModelError::Data(_)), "{error}");
    }
    let wrong = |_: &Dataset<f32>| (Mlp::classifier(3, 10), Trainer::new(Sgd::new(0.1)));
    let inputs = CrossValidation::new(2).scores(&data, wrong).unwrap_err().to_string();
    assert_eq!(inputs, "Predictor: expected 64 inputs, got 3");
}

#[test]
fn random_candidates_depend_on_seed_and_place() {
    let draw =
        |count, seed| random_candidates(count, seed, |stream| log_uniform(stream, 1e-3, 1e3));
    let (ten, twenty) = (draw(10, 1), draw(20, 1));
    assert_eq!(ten, twenty[..10]);
    assert_ne!(ten, draw(10, 2));
    let bits: BTreeSet<u64> = twenty.iter().map(|rate| rate.to_bits()).collect();
    assert_eq!(bits.len(), 20);
    // Each of the six powers of ten is as likely: 1000 expected, standard deviation 29.
    let mut counts = [0_i32; 6];
    for rate in draw(6000, 3) {
        counts[(rate.log10() + 3.0).floor() as usize] += 1;
    }
    assert!(counts.iter().all(|count| (count - 1000).abs() < 150), "{counts:?}");
}

#[test]
#[should_panic(expected = "log_uniform: expected 0 < low ≤ high, got 0 and 1")]
fn the_logarithm_of_zero_is_no_bound() {
    log_uniform(&mut Stream::new(0, Purpose::Other, Key::default()), 0.0, 1.0);
}
