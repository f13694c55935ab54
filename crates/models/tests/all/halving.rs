//! Successive halving: who is promoted, that nothing depends on how it was computed, and what is lost
//! when it is stopped.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use densely_data::{Dataset, digits};
use densely_models::{
    CrossValidation, Evaluation, Fold, FoldScores, Halving, Mlp, ModelError, NetworkOptions,
    Search, SearchSpace, Trainer, Values,
};
use densely_optim::Sgd;
use densely_tensor::{Mat, Threads};

/// Some digits, in three folds.
fn folds() -> Vec<Fold<f32>> {
    let data = digits().subset(&(0..150).collect::<Vec<_>>()).unwrap();
    CrossValidation::new(3).folds(&data).unwrap()
}

fn small_space() -> SearchSpace {
    SearchSpace { widths: vec![4, 8, 16], ..SearchSpace::default() }
}

fn build(options: &NetworkOptions, train: &Dataset<f32>) -> (Mlp, Trainer<'static, f32>) {
    let mlp = Mlp::classifier(train.features(), train.outputs());
    (options.mlp(mlp), options.trainer().seed(3))
}

/// What there is to compare of a search.
fn told<O: Clone>(search: &Search<O>) -> Vec<(usize, O, usize, Option<FoldScores>)> {
    let trials = search.trials().iter();
    trials
        .map(|of| (of.number, of.options.clone(), of.rung, of.scores.as_ref().ok().cloned()))
        .collect()
}

/// The scores of a candidate that is trained without interruption, by hand.
fn by_hand(options: &NetworkOptions, epochs: usize, of: usize) -> FoldScores {
    let curves: Vec<Vec<Evaluation>> = (folds().iter())
        .map(|fold| {
            let (mlp, trainer) = build(options, &fold.train);
            let mut model = mlp.build().unwrap();
            let trainer = trainer.epochs(of).validation_data(&fold.held_out);
            let mut training = trainer.start(&mut model, &fold.train).unwrap();
            while training.epochs().len() < epochs {
                training.step().unwrap();
            }
            training.epochs().iter().map(|epoch| epoch.validation.unwrap()).collect()
        })
        .collect();
    let loss = |epoch: usize| curves.iter().map(|curve| curve[epoch].loss()).sum::<f64>() / 3.0;
    let best = (0..epochs).min_by(|&a, &b| loss(a).total_cmp(&loss(b))).unwrap();
    FoldScores::new(curves.iter().map(|curve| curve[best]).collect(), best + 1)
}

#[test]
fn the_best_of_each_rung_go_on_as_if_they_had_never_stopped() {
    let candidates = small_space().candidates(9, 1).unwrap();
    let halving = Halving::new(18).least(2);
    assert_eq!(halving.rungs(9), [2, 6, 18]);
    let search = halving.search(&folds(), candidates.clone(), build).unwrap();
    let mut in_rung: Vec<usize> = (0..9).collect();
    for (rung, epochs) in [2, 6, 18].into_iter().enumerate() {
        let mut scored: Vec<(usize, FoldScores)> = (in_rung.iter())
            .map(|&trial| (trial, by_hand(&candidates[trial], epochs, 18)))
            .collect();
        scored.sort_by(|(a, of_a), (b, of_b)| {
            let better = of_b.mean().total_cmp(&of_a.mean());
            better.then(of_a.mean_loss().total_cmp(&of_b.mean_loss())).then(a.cmp(b))
        });
        let promoted = scored.len() / 3;
        for (place, (trial, scores)) in scored.iter().enumerate() {
            let found = &search.trials()[*trial];
            if place < promoted {
                assert!(found.rung > rung, "{trial}");
            } else {
                assert_eq!((found.rung, found.scores.as_ref().unwrap()), (rung, scores), "{trial}");
            }
        }
        in_rung = scored[..promoted].iter().map(|(trial, _)| *trial).collect();
    }
    assert_eq!(search.best().unwrap().rung, 2);
    let rungs: Vec<usize> = search.ranking().iter().map(|trial| trial.rung).collect();
    assert_eq!(rungs, [2, 1, 1, 0, 0, 0, 0, 0, 0]);
}

#[test]
fn threads_do_not_change_a_search() {
    let candidates = small_space().candidates(12, 4).unwrap();
    let run = |threads| {
        let halving = Halving::new(12).least(2).threads(Threads::new(threads).unwrap());
        told(&halving.search(&folds(), candidates.clone(), build).unwrap())
    };
    let one = run(1);
    for threads in [2, 3, 5] {
        assert_eq!(run(threads), one);
    }
}

/// Of equal candidates, the first are promoted, whoever was ready first.
#[test]
fn ties_go_to_those_that_came_first() {
    let run = |threads| {
        let halving = Halving::new(6).least(2).threads(Threads::new(threads).unwrap());
        let same = vec![NetworkOptions { hidden: vec![4], ..NetworkOptions::default() }; 7];
        halving.search(&folds(), same, build).unwrap()
    };
    for threads in [1, 3] {
        let search = run(threads);
        let rungs: Vec<usize> = search.trials().iter().map(|trial| trial.rung).collect();
        assert_eq!(rungs, [1, 1, 0, 0, 0, 0, 0]);
        assert_eq!(search.best().unwrap().number, 0);
    }
}

fn regression() -> Vec<Fold<f64>> {
    let x = Mat::from_fn(3, 60, |i, j| ((i * 13 + j * 7) as f64).sin() * 100.0 + 1000.0);
    let y = Mat::from_fn(2, 60, |i, j| x[(i, j)] * 50.0 - x[(2, j)] + i as f64);
    CrossValidation::new(3).folds(&Dataset::regression(x, y).unwrap()).unwrap()
}

fn of_rate(rate: &f64, train: &Dataset<f64>) -> (Mlp, Trainer<'static, f64>) {
    (Mlp::regressor(train.features(), train.outputs()), Trainer::new(Sgd::new(*rate)))
}

/// One that diverges is worse than one that learns next to nothing, and the others have what they would
/// have without it.
#[test]
fn candidates_that_diverge_are_the_worst_and_stop_nobody() {
    let halving = || Halving::new(400).least(40);
    let rates = [1e3, 1e-9, 0.05, -1.0, 1e-3, 1e2, 3e2, 3e3, 1e4];
    let search = halving().search(&regression(), rates, of_rate).unwrap();
    let ranking: Vec<usize> = search.ranking().iter().map(|trial| trial.number).collect();
    assert_eq!(ranking[..3], [2, 4, 1]);
    let failed: Vec<&ModelError> =
        search.trials().iter().filter_map(|trial| trial.scores.as_ref().err()).collect();
    assert_eq!(failed.len(), 6);
    assert!(
        matches!(failed[0], ModelError::Diverged { .. })
            && matches!(failed[1], ModelError::Optim(_))
    );
    // Only three are fit to be promoted, of whom as many are as of nine.
    assert_eq!(search.trials().iter().filter(|trial| trial.rung > 0).count(), 3);

    let none = halving().search(&regression(), [1e3, -1.0], of_rate).unwrap();
    assert!(matches!(none.best(), Err(ModelError::Diverged { .. })));
}

/// It fits its training data ever better, and what is held out ever worse.
#[test]
fn a_candidate_without_hope_is_trained_no_further() {
    let noise = Mat::from_fn(5, 60, |i, j| ((i * 31 + j * j * 17) as f64).sin());
    let y = Mat::from_fn(1, 60, |_, j| ((j * j * j) as f64 * 1.7).cos());
    let folds = CrossValidation::new(2).folds(&Dataset::regression(noise, y).unwrap()).unwrap();
    let results = Mutex::new(Vec::new());
    let build = |width: &usize, train: &Dataset<f64>| {
        let mlp = Mlp::regressor(train.features(), 1).hidden([*width]);
        (mlp, Trainer::new(Sgd::new(0.02).momentum(0.9)))
    };
    let note = |result: &densely_models::HalvingResult<'_>| {
        results.lock().unwrap().push((result.epochs, result.scores.unwrap().epochs()[0]));
    };
    let halving = Halving::new(500).patience(15).on_result(note);
    let search = halving.search(&folds, [64], build).unwrap();
    let best = search.best().unwrap().scores.as_ref().unwrap().epochs()[0];
    // Whether to go on is asked every 15 epochs.
    let made = (best + 15).next_multiple_of(15);
    drop(halving);
    assert_eq!(results.into_inner().unwrap(), [(made, best)]);
    assert!(made < 100, "{made}");
}

/// Wherever a search is stopped, what was known then is enough to come to the same end, and is not computed again.
#[test]
fn a_search_that_was_stopped_goes_on_from_what_is_known() {
    let candidates = || small_space().candidates(9, 2).unwrap();
    let halving = || Halving::new(12).least(1).patience(4);
    let results = Mutex::new(Vec::new());
    let whole = halving().on_result(|result| {
        let scores = result.scores.unwrap().clone();
        results.lock().unwrap().push((result.trial, result.rung, scores, result.epochs));
    });
    let expected = told(&whole.search(&folds(), candidates(), build).unwrap());
    drop(whole);
    let all = results.into_inner().unwrap();
    assert_eq!(all.len(), 9 + 3 + 1);

    for stop in 1..all.len() {
        let count = AtomicUsize::new(0);
        let stopped = halving()
            .threads(Threads::new(2).unwrap())
            .on_result(|_| {
                count.fetch_add(1, Ordering::Relaxed);
            })
            .stop_when(|| count.load(Ordering::Relaxed) >= stop);
        let part = stopped.search(&folds(), candidates(), build).unwrap();
        let judged: usize = part.trials().iter().map(|trial| trial.rung + 1).sum();
        assert!(judged >= stop && judged < all.len(), "{judged} after {stop}");

        count.store(0, Ordering::Relaxed);
        let counted = halving().on_result(|_| {
            count.fetch_add(1, Ordering::Relaxed);
        });
        let resumed = all[..stop].iter().fold(counted, |halving, (trial, rung, scores, epochs)| {
            halving.known(*trial, *rung, scores.clone(), *epochs)
        });
        assert_eq!(told(&resumed.search(&folds(), candidates(), build).unwrap()), expected);
        drop(resumed);
        assert_eq!(count.load(Ordering::Relaxed), all.len() - stop);
    }

    let at_once = halving().stop_when(|| true).search(&folds(), candidates(), build);
    assert!(matches!(at_once, Err(ModelError::Stopped)));
}

#[test]
fn what_cannot_be_searched_is_refused() {
    let refused = |space: SearchSpace| space.candidates(1, 0).unwrap_err().to_string();
    let space = SearchSpace::default;
    for (space, message) in [
        (SearchSpace { depths: vec![], ..space() }, "the depths must be at least one, got none"),
        (
            SearchSpace { widths: vec![8, 0], ..space() },
            "the widths must be at least one, and above 0, got 0",
        ),
        (
            SearchSpace { dropouts: Values::OneOf(vec![0.0, 1.0]), ..space() },
            "the dropouts must be from 0 to less than 1, got 1",
        ),
        (
            SearchSpace { learning_rates: Values::LogUniform(0.0, 1.0), ..space() },
            "the learning rates must be above 0 in all of a range, as 0.001..0.1, got 0..1",
        ),
        (
            SearchSpace { activations: vec![], ..space() },
            "the activations must be at least one, got none",
        ),
    ] {
        assert_eq!(refused(space), message);
    }
    let search = |halving: Halving<'_>| {
        halving.search(&folds(), [()], |(), train| build(&NetworkOptions::default(), train))
    };
    for (halving, message) in [
        (Halving::new(0), "epochs must be at least 1, got 0"),
        (Halving::new(9).eta(1), "eta must be at least 2, got 1"),
        (Halving::new(9).patience(0), "the patience must be at least 1, got 0"),
    ] {
        assert_eq!(search(halving).unwrap_err().to_string(), message);
    }
    let none = Halving::new(9).search(&folds(), [], build).unwrap_err().to_string();
    assert_eq!(none, "Halving: the number of candidates must not be zero");
}

/// Each value of an option is drawn as often, and each by itself.
#[test]
fn a_space_is_drawn_from_evenly() {
    let candidates = SearchSpace::default().candidates(3000, 5).unwrap();
    let share = |is: &dyn Fn(&NetworkOptions) -> bool| {
        candidates.iter().filter(|options| is(options)).count() as f64 / 3000.0
    };
    let close = |share: f64, expected: f64| assert!((share - expected).abs() < 0.03, "{share}");
    close(share(&|of| of.hidden.len() == 2), 1.0 / 3.0);
    close(share(&|of| of.hidden[0] == 256), 1.0 / 5.0);
    close(share(&|of| of.activation.name() == "gelu"), 1.0 / 3.0);
    close(share(&|of| of.dropout == 0.5), 1.0 / 4.0);
    close(share(&|of| of.learning_rate < 3e-3), 1.0 / 2.0);
    close(share(&|of| of.weight_decay < 1e-3), 1.0 / 2.0);
    close(share(&|of| of.batch_size == 16), 1.0 / 4.0);
    close(share(&|of| of.batch_size == 16 && of.dropout == 0.5), 1.0 / 16.0);
    assert!(candidates.iter().all(|options| SearchSpace::default().contains(options)));
    assert_ne!(SearchSpace::default().candidates(10, 6).unwrap(), candidates[..10]);
}
