//! The learning rate in the course of a training.

use std::sync::Mutex;

use densely_data::{Dataset, digits};
use densely_layers::Parameters;
use densely_models::{History, Mlp, ModelError, Trainer};
use densely_optim::{
    CosineDecay, ExponentialDecay, OptimError, Optimizer, Plateau, Schedule, Sgd, StepDecay,
};
use densely_tensor::Threads;

/// An optimiser that notes the learning rate of each step.
#[derive(Debug)]
struct Noting<'a> {
    inner: Sgd<f32>,
    rates: &'a Mutex<Vec<f64>>,
}

impl Optimizer<f32> for Noting<'_> {
    fn step(
        &mut self,
        network: &mut dyn Parameters<f32>,
        threads: &Threads,
    ) -> Result<(), OptimError> {
        self.rates.lock().unwrap().push(self.learning_rate());
        self.inner.step(network, threads)
    }
    fn learning_rate(&self) -> f64 {
        self.inner.learning_rate()
    }
    fn set_learning_rate(&mut self, learning_rate: f64) {
        self.inner.set_learning_rate(learning_rate);
    }
}

fn data() -> Dataset<f32> {
    digits().subset(&(0..100).collect::<Vec<_>>()).unwrap().cast().unwrap()
}

fn fit(trainer: Trainer<'_, f32>) -> Result<History, ModelError> {
    trainer.fit(&mut Mlp::classifier(64, 10).build().unwrap(), &data())
}

#[test]
fn a_schedule_sets_the_rate_of_each_step_from_its_time_in_epochs() {
    let rates = Mutex::new(Vec::new());
    let optimizer = Noting { inner: Sgd::new(0.02), rates: &rates };
    let schedule = CosineDecay::new().warm_up(1.0);
    // 100 examples in batches of 30 are 4 steps.
    let history = fit(Trainer::new(optimizer).epochs(3).batch_size(30).schedule(schedule)).unwrap();
    let expected: Vec<f64> =
        (0..12).map(|step| 0.02 * schedule.factor(f64::from(step) / 4.0, 3.0)).collect();
    assert_eq!(*rates.lock().unwrap(), expected);
    let reported: Vec<f64> = history.epochs.iter().map(|epoch| epoch.learning_rate).collect();
    assert_eq!(reported, [expected[3], expected[7], expected[11]]);
}

#[test]
fn a_function_of_time_is_a_schedule() {
    let trainer = Trainer::new(Sgd::new(0.01)).epochs(4).batch_size(100);
    let history = fit(trainer.schedule(|t: f64, end: f64| 1.0 - t / end)).unwrap();
    let rates: Vec<f64> = history.epochs.iter().map(|epoch| epoch.learning_rate).collect();
    assert_eq!(rates, [0.01, 0.0075, 0.005, 0.0025]);
}

#[test]
fn a_plateau_follows_the_validation_loss() {
    let trainer = Trainer::new(Sgd::new(0.05).momentum(0.9)).epochs(60).validation(0.5);
    let history = fit(trainer.plateau(Plateau::new(0.5, 2))).unwrap();
    let mut plateau = Plateau::new(0.5, 2);
    for epoch in &history.epochs {
        assert_eq!(epoch.learning_rate, 0.05 * plateau.factor(), "epoch {}", epoch.epoch);
        plateau.observe(epoch.validation.unwrap().loss());
    }
    assert!(plateau.factor() < 1.0, "the loss never stood still: {}", plateau.factor());
}

#[test]
fn a_plateau_and_a_schedule_are_multiplied() {
    let trainer = Trainer::new(Sgd::new(0.05)).epochs(20).validation(0.5);
    let trainer = trainer.schedule(StepDecay::new(4.0, 0.5)).plateau(Plateau::new(0.1, 1));
    let mut plateau = Plateau::new(0.1, 1);
    for epoch in fit(trainer).unwrap().epochs {
        let step_decay = 0.5_f64.powi((epoch.epoch as i32 - 1) / 4);
        assert_eq!(epoch.learning_rate, 0.05 * step_decay * plateau.factor());
        plateau.observe(epoch.validation.unwrap().loss());
    }
}

#[test]
fn options_out_of_range() {
    let message = |trainer: Trainer<'_, f32>| fit(trainer).unwrap_err().to_string();
    let trainer = || Trainer::new(Sgd::new(0.1));
    assert_eq!(
        message(trainer().schedule(ExponentialDecay::new(2.0))),
        "the factor of exponential must be a number above 0 and at most 1, got 2"
    );
    assert_eq!(
        message(trainer().plateau(Plateau::new(0.5, 0)).validation(0.5)),
        "the patience of plateau must be a whole number of at least 1, got 0"
    );
    assert_eq!(
        message(trainer().plateau(Plateau::new(0.5, 1))),
        "the plateau must be left out without validation data, got one"
    );
    assert_eq!(
        message(trainer().schedule(|_: f64, _: f64| f64::NAN)),
        "the factor of the schedule must be at least 0 and finite, got NaN"
    );
}
