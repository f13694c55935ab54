//! Targets that a loss wants otherwise than standardised.

use densely_data::{Dataset, Place};
use densely_models::{
    CrossValidation, Evaluation, Mlp, ModelError, Prediction, Predictor, Preparation, Trainer,
};
use densely_optim::Adam;
use densely_tensor::{Key, Mat, Purpose, Stream, Threads, mat};

/// Counts whose mean is `unit · e^(0.8 x₀ − 0.5 x₁)`: exact, or drawn.
fn counts(unit: f64, drawn: bool) -> Dataset<f64> {
    let n = 400;
    let mut stream = Stream::new(5, Purpose::Other, Key::default());
    let x: Mat<f64> = Mat::from_fn(2, n, |_, _| stream.normal());
    let mut count = |mean: f64| {
        // Events at exponential distances.
        let (mut time, mut events) = (0.0, 0.0);
        while time < mean {
            time -= (1.0 - stream.uniform::<f64>()).ln();
            events += f64::from(u8::from(time < mean));
        }
        events
    };
    let y = Mat::from_fn(1, n, |_, j| {
        let mean = (0.8 * x[(0, j)] - 0.5 * x[(1, j)] + 1.0).exp();
        unit * if drawn { count(mean) } else { mean }
    });
    Dataset::regression(x, y).unwrap()
}

fn linear() -> Mlp {
    Mlp::regressor(2, 1).hidden([]).loss("poisson")
}

/// With all examples in a batch, to the least loss.
fn trainer() -> Trainer<'static, f64> {
    Trainer::new(Adam::new(0.02)).batch_size(400).epochs(400)
}

fn predictor(data: &Dataset<f64>) -> Predictor<f64> {
    trainer().fit_predictor(["standardize"], linear(), data).unwrap().0
}

fn values(predictor: &Predictor<f64>, data: &Dataset<f64>) -> Mat<f64> {
    let answer = predictor.predict(data.x(), &Threads::single()).unwrap();
    let Prediction::Values(values) = answer else { panic!("these are classes") };
    values
}

/// Of the distribution that it is of, a linear model finds the means.
#[test]
fn means_of_counts_are_found() {
    let (exact, drawn) = (counts(1.0, false), counts(1.0, true));
    let predictor = predictor(&drawn);
    let values = values(&predictor, &drawn);
    assert!((0..400).all(|j| values[(0, j)] > 0.0));
    let ratio = |j: usize| (values[(0, j)] / exact.values().unwrap()[(0, j)]).ln().abs();
    // The standard error of the score of an example is about √(3 / Σ y).
    let mean = (0..400).map(ratio).sum::<f64>() / 400.0;
    assert!(mean < 3.0 * (3.0 / drawn.values().unwrap().sum()).sqrt(), "{mean}");
    // Metrics are of counts, and not of their logarithms.
    let threads = Threads::single();
    let evaluation = predictor.evaluate(&drawn, &threads).unwrap();
    let Evaluation::Regression { mae, .. } = evaluation else { panic!("classes") };
    let errors = &values - drawn.values().unwrap();
    let expected = (0..400).map(|j| errors[(0, j)].abs()).sum::<f64>() / 400.0;
    assert!((mae / expected - 1.0).abs() < 1e-12, "{mae} {expected}");
}

/// What is learnt does not depend on the unit: here one that changes no bit.
#[test]
fn the_unit_of_counts_does_not_matter() {
    let (one, many) = (counts(1.0, true), counts(1024.0, true));
    let (of_one, of_many) = (predictor(&one), predictor(&many));
    assert_eq!(of_many.preparation().target_scale().unwrap().mean(), [0.0]);
    let (of_one, of_many) = (values(&of_one, &one), values(&of_many, &many));
    assert!((0..400).all(|j| of_many[(0, j)] == 1024.0 * of_one[(0, j)]));
}

/// A network that has made no preparation its own has scores for logarithms, too.
#[test]
fn a_model_alone_is_judged_by_what_it_predicts() {
    let data = counts(1.0, false);
    let mut model = linear().build::<f64>().unwrap();
    trainer().fit(&mut model, &data).unwrap();
    let Evaluation::Regression { r2, .. } = model.evaluate(&data).unwrap() else {
        panic!("classes")
    };
    assert!(r2 > 0.99, "{r2}");
}

#[test]
fn folds_are_prepared_for_the_loss() {
    let data = counts(1000.0, true);
    let folds = CrossValidation::new(3).preprocess(["standardize"]);
    let build = |_: &Dataset<f64>| (linear(), trainer());
    let scores = folds.scores(&data, build).unwrap();
    assert!(scores.folds().iter().all(|fold| fold.score() > 0.3), "{scores:?}");
}

#[test]
fn negative_counts_and_two_logarithms_are_refused() {
    let data = Dataset::regression(mat![[1.0, 2.0, 3.0]], mat![[4.0, -2.0, 7.0]]).unwrap();
    let negative = trainer().fit_predictor(["none"], Mlp::regressor(1, 1).loss("poisson"), &data);
    let place = Place::Example(1);
    match negative.map(|(predictor, _)| predictor) {
        Err(ModelError::Negative { place: at, column, value }) => {
            assert_eq!((at, column.as_str(), value), (place, "y0", -2.0));
        }
        other => panic!("{other:?}"),
    }
    let data = Dataset::regression(mat![[1.0, 2.0]], mat![[4.0, 2.0]]).unwrap();
    let logs = Preparation::fit(["none"], &data).unwrap().with_log_targets(data.target()).unwrap();
    let error = Predictor::<f32>::new(logs, Mlp::regressor(1, 1).loss("poisson")).unwrap_err();
    let expected = ModelError::Targets { expected: "real values", actual: "their logarithms" };
    assert_eq!(error.to_string(), expected.to_string());
}
