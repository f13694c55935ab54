//! A hundred steps from the weights of a case.

use densely::prelude::*;

use crate::agreement::{Difference, check};
use crate::case::{Case, cases, parts};
use crate::{layers, losses, optimizers, schedules};

pub(crate) const STEPS: u32 = 100;

/// The steps, from 1, whose losses are in the files.
const REPORTED: [usize; 7] = [1, 2, 5, 10, 20, 50, 100];

/// Of parameters, losses and learning rates.
const TOLERANCE: f64 = 1e-12;

/// Trains, and compares parameters, losses and learning rates with those of the case.
fn train(case: &Case) -> Vec<Difference> {
    let mut model = losses::model(layers::network(case), case.text("loss"));
    let x = case.columns(model.inputs(), "x");
    let values = case.columns(model.outputs(), "values");
    let labels: Vec<usize> = case.numbers("labels").iter().map(|&label| label as usize).collect();
    let weights = case.numbers("weights");
    let batch = x.ncols() / 2;
    set_parameters(&mut model, &case.numbers("start"));

    let mut optimizer = optimizers::optimizer(case.text("optimizer"));
    let mut course = schedules::Course::new(case.get("schedule"), optimizer.learning_rate());
    let (mut step, mut losses, mut rates) = (TrainingStep::new(), Vec::new(), Vec::new());
    for t in 0..STEPS {
        let first = batch * (t as usize % 2);
        let targets = match case.get("labels") {
            Some(_) => Targets::Labels(&labels[first..first + batch]),
            None => Targets::Values(values.as_ref().subcols(first, batch)),
        };
        let targets = match weights.get(first..first + batch) {
            Some(weights) => targets.weighted(weights),
            None => targets,
        };
        optimizer.set_learning_rate(course.rate(t));
        rates.push(optimizer.learning_rate());
        let x = x.as_ref().subcols(first, batch);
        let (at, threads) = (At { step: t, ..At::default() }, Threads::single());
        let loss = step.run(&mut model, &mut *optimizer, x, targets, at, &threads).unwrap();
        course.observe(loss);
        losses.push(loss);
    }
    let losses = REPORTED.map(|step| losses[step - 1]);
    let mut differences = parameter_differences(&model, &case.numbers("end"));
    differences.push(Difference::new("losses", &losses, &case.numbers("losses")));
    if case.get("rates").is_some() {
        differences.extend(Difference::each("learning rate", &rates, &case.numbers("rates")));
    }
    differences
}

/// The parameters as they are visited, each row after row, as PyTorch has them.
fn set_parameters(model: &mut Model<f64>, values: &[f64]) {
    let mut values = values.iter();
    model.network_mut().visit_params_mut(&mut |param| {
        for i in 0..param.value.nrows() {
            for j in 0..param.value.ncols() {
                param.value[(i, j)] = *values.next().unwrap();
            }
        }
    });
    assert_eq!(values.len(), 0, "parameters that are not there");
}

/// Each parameter on its own: an error in a small one would vanish beside a large one.
fn parameter_differences(model: &Model<f64>, mut expected: &[f64]) -> Vec<Difference> {
    let mut differences = Vec::new();
    model.network().visit_params(&mut |param| {
        let (rows, columns) = param.value.shape();
        let (theirs, rest) = expected.split_at(rows * columns);
        let entry = |at: usize| param.value[(at / columns, at % columns)];
        let ours: Vec<f64> = (0..rows * columns).map(entry).collect();
        let what = format!("parameter {} ({rows} x {columns})", differences.len());
        differences.push(Difference::new(what, &ours, theirs));
        expected = rest;
    });
    differences
}

/// Every case of a file agrees, and would not if one of its options were a little different,
/// or not there.
pub(crate) fn check_all(title: &str, file: &'static str, count: usize) {
    let cases = cases(file);
    assert_eq!(cases.len(), count, "{title}: number of cases");
    let differences = cases.iter().map(|case| (case.name().to_owned(), train(case)));
    check(title, TOLERANCE, &differences.collect::<Vec<_>>());
    let mut noticed = 0;
    for case in &cases {
        for other in with_other_options(case) {
            let differs = train(&other).iter().any(|difference| difference.exceeds(TOLERANCE));
            assert!(differs, "{}: the same as {other:?}", case.name());
            noticed += 1;
        }
    }
    println!("{title}: {noticed} other options, all noticed");
}

/// The case without each of its options, and with other numbers that are no sizes.
fn with_other_options(case: &Case) -> Vec<Case> {
    let mut others = Vec::new();
    for key in ["optimizer", "schedule", "loss", "network"] {
        let parts = case.get(key).map(parts).unwrap_or_default();
        for (i, (name, numbers)) in parts.iter().enumerate() {
            if i > 0 && key != "network" {
                let mut fewer = parts.clone();
                fewer.remove(i);
                others.push(case.with(key, text(&fewer)));
            }
            // Sizes; and what is compared with a loss, which does nothing by being different
            // until the answer is.
            let fixed = ["linear", "maxout", "threshold"].contains(name);
            for n in (0..numbers.len()).filter(|&n| numbers[n] != 0.0 && !fixed) {
                let mut changed = parts.clone();
                changed[i].1[n] = another(numbers[n]);
                others.push(case.with(key, text(&changed)));
            }
        }
    }
    others
}

/// One more of what is counted, and slightly more of everything else.
fn another(number: f64) -> f64 {
    if number >= 2.0 && number.fract() == 0.0 { number + 1.0 } else { number * (1.0 + 1e-4) }
}

/// The inverse of [`parts`].
fn text(parts: &[(&str, Vec<f64>)]) -> String {
    let words = |(name, numbers): &(&str, Vec<f64>)| {
        numbers.iter().fold((*name).to_owned(), |text, number| format!("{text} {number:?}"))
    };
    parts.iter().map(words).collect::<Vec<_>>().join(" | ")
}
