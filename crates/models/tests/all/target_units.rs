//! Validation in the units of the data.

use densely_data::Dataset;
use densely_layers::Layer;
use densely_loss::Poisson;
use densely_models::{Evaluation, Mlp, Predictor, Preparation, Trainer};
use densely_optim::Adam;
use densely_tensor::{Mat, Threads};

fn data() -> Dataset<f64> {
    let x = Mat::from_fn(2, 80, |i, j| ((j * (7 + 4 * i)) % 31) as f64 / 10.0);
    let y = Mat::from_fn(2, 80, |k, j| {
        (x[(0, j)] + x[(1, j)] * k as f64).exp() * 1000_f64.powi(k as i32)
    });
    Dataset::regression(x, y).unwrap()
}

/// What is told of each epoch is what is told of the model, and nothing else changes.
#[test]
fn validation_is_in_the_units_of_the_data() {
    let (train, validation) = data().split(0.3, 1).unwrap();
    let plain = Preparation::fit(["standardize"], &train).unwrap();
    let logs = plain.clone().with_log_targets(train.target()).unwrap();
    let poisson = plain.clone().for_loss::<f64>(&Poisson).unwrap();
    for (name, preparation) in [("plain", plain), ("logs", logs), ("poisson", poisson)] {
        let prepared = |data| preparation.dataset::<f64>(data).unwrap();
        let (train, held_out) = (prepared(&train), prepared(&validation));
        let fit = |units| {
            let spec = Mlp::regressor(2, 2).hidden([6]);
            let spec = if name == "poisson" { spec.loss("poisson") } else { spec };
            let mut predictor = Predictor::new(preparation.clone(), spec).unwrap();
            let trainer = Trainer::new(Adam::new(0.01)).epochs(9).validation_data(&held_out);
            let history = trainer.target_units(units).fit(predictor.model_mut(), &train).unwrap();
            (predictor, history)
        };
        let (predictor, history) = fit(preparation.target_units().cloned());
        let judged = predictor.evaluate(&validation, &Threads::single()).unwrap();
        let Evaluation::Regression { r2, rmse, mae, loss, .. } = judged else { panic!() };
        let Some(Evaluation::Regression {
            r2: own_r2,
            rmse: own_rmse,
            mae: own_mae,
            loss: own_loss,
            ..
        }) = history.kept().validation
        else {
            panic!()
        };
        for (own, expected) in [(own_r2, r2), (own_rmse, rmse), (own_mae, mae), (own_loss, loss)] {
            assert!((own / expected - 1.0).abs() < 1e-9, "{name}: {own} {expected}");
        }
        assert!(mae > 10.0, "{name}: {mae}");
        let (other, without) = fit(None);
        let weights = |predictor: &Predictor<f64>| {
            let mut all = Vec::new();
            predictor.model().network().visit_params(&mut |param| all.push(param.value.clone()));
            all
        };
        assert!(weights(&predictor) == weights(&other), "{name}");
        let losses = |history: &densely_models::History| -> Vec<f64> {
            history.epochs.iter().map(|epoch| epoch.validation.unwrap().loss()).collect()
        };
        assert_eq!(losses(&history), losses(&without), "{name}");
    }
}
