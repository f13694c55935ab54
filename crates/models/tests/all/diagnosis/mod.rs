//! What a diagnosis says of runs that were spoilt, each in its own way, and that it says
//! nothing of healthy ones.

mod data;
mod healthy;
mod new_data;
mod silent;
mod spoilt;
mod unfinished;

use data::Data;
use densely_layers::Layer;
use densely_models::{Diagnosis, History, Mlp, Model, ModelError, Trainer};
use densely_optim::{Adam, Sgd};
use densely_tensor::Mat;

fn sgd(rate: f64) -> Trainer<'static, f32> {
    Trainer::new(Sgd::new(rate).momentum(0.9))
}

fn adam(rate: f64) -> Trainer<'static, f32> {
    Trainer::new(Adam::new(rate))
}

fn digit_net() -> Mlp {
    Mlp::classifier(64, 10).hidden([32])
}

fn value_net() -> Mlp {
    Mlp::regressor(4, 1).hidden([32])
}

/// A run and what is said of it.
struct Situation {
    name: &'static str,
    run: fn() -> Diagnosis,
    /// Parts of sentences, in their order.
    says: &'static [&'static str],
    /// What would mislead.
    never: &'static [&'static str],
}

impl Situation {
    /// What is wrong with the diagnosis, if anything.
    fn wrong(&self) -> Option<String> {
        let text = (self.run)().to_string();
        let mut rest = &text[..];
        for part in self.says {
            match rest.split_once(part) {
                Some((_, after)) => rest = after,
                None => return Some(format!("{}: no \"{part}\" in its place:\n{text}", self.name)),
            }
        }
        let said = self.never.iter().find(|part| text.contains(**part));
        said.map(|part| format!("{}: \"{part}\" misleads:\n{text}", self.name))
    }
}

/// Trains, and returns the diagnosis of the run, whether it came to its end or diverged.
fn diagnosis(fitted: Result<History, ModelError>) -> Diagnosis {
    match fitted {
        Ok(history) => history.diagnosis(),
        Err(ModelError::Diverged { diagnosis, .. }) => *diagnosis,
        Err(error) => panic!("{error}"),
    }
}

/// The diagnosis of a network that is trained on these data.
fn fit(mlp: &Mlp, trainer: Trainer<'_, f32>, data: &Data) -> Diagnosis {
    fit_changed(mlp, |_, _| {}, trainer, data)
}

/// The same after a change of each initial parameter, which comes with its number.
fn fit_changed(
    mlp: &Mlp,
    change: impl FnMut(usize, &mut Mat<f32>),
    trainer: Trainer<'_, f32>,
    data: &Data,
) -> Diagnosis {
    let mut model = mlp.build::<f32>().unwrap();
    change_params(&mut model, change);
    diagnosis(trainer.fit(&mut model, data))
}

fn change_params(model: &mut Model<f32>, mut change: impl FnMut(usize, &mut Mat<f32>)) {
    let mut index = 0;
    model.network_mut().visit_params_mut(&mut |param| {
        change(index, &mut param.value);
        index += 1;
    });
}

fn scale(matrix: &mut Mat<f32>, factor: f32) {
    *matrix = Mat::from_fn(matrix.nrows(), matrix.ncols(), |i, j| factor * matrix[(i, j)]);
}

/// All that is wrong, at once: one says more than the first of many.
fn check(situations: &[Situation]) {
    let wrong: Vec<String> = situations.iter().filter_map(Situation::wrong).collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), situations.len(), wrong.join("\n\n"));
}
