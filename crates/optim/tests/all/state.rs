//! An optimiser gives what it remembers by the paths of parameters, and another goes on from it.

use densely_layers::{Param, Parameters, Sequential};
use densely_optim::{OptimError, Optimizer, OptimizerKinds, OptimizerState, Sgd};
use densely_tensor::{Mat, Scalar, Threads};

use crate::common::{gradient, layer, set_gradients};

const STEPS: usize = 6;

/// Two layers, so that there are several parameters of a name.
fn network<T: Scalar>() -> Sequential<T> {
    Sequential::new(4).and_then(|n| n.with(layer(3, 4))?.with(layer(2, 3))).unwrap()
}

fn step<T: Scalar>(optimizer: &mut dyn Optimizer<T>, network: &mut Sequential<T>, number: usize) {
    set_gradients(network, |i, j| gradient(number, i, j));
    optimizer.step(network, &Threads::single()).unwrap();
}

fn values<T: Scalar>(network: &Sequential<T>) -> Vec<Mat<T>> {
    let mut values = Vec::new();
    network.each(&mut |param| values.push(param.value.clone()));
    values
}

fn goes_on<T: Scalar>(kind: &str) {
    let known = OptimizerKinds::<T>::new();
    let (mut through, mut expected) = (known.get(kind).unwrap(), network::<T>());
    (0..STEPS).for_each(|number| step(&mut *through, &mut expected, number));
    for interrupted in 0..=STEPS {
        let (mut first, mut trained) = (known.get(kind).unwrap(), network::<T>());
        (0..interrupted).for_each(|number| step(&mut *first, &mut trained, number));
        let state = OptimizerState::of(&*first, &trained).unwrap();
        let (matrices, numbers) = state.clone().into_parts();
        assert_eq!(OptimizerState::from_parts(matrices, numbers), state);
        let mut second = known.get(kind).unwrap();
        state.restore(&mut *second, &trained).unwrap();
        (interrupted..STEPS).for_each(|number| step(&mut *second, &mut trained, number));
        assert_eq!(values(&trained), values(&expected), "{kind} after step {interrupted}");
    }
}

/// Those of the list by their names, and with the options that change what is remembered.
#[test]
fn every_optimiser_goes_on_where_another_was() {
    let known = OptimizerKinds::<f64>::new();
    let plain = known.names().into_iter().filter(|name| known.get(*name).is_ok());
    let plain: Vec<String> = plain.map(str::to_owned).collect();
    assert!(plain.len() >= 7, "{plain:?}");
    let around = |kind: &String| format!("max-norm(2, clip-norm(1, clip-value(0.5, {kind})))");
    let options = [
        "sgd(momentum=0)",
        "sgd(nesterov)",
        "rmsprop(momentum=0.9)",
        "rmsprop(centered)",
        "rmsprop(centered, momentum=0.5)",
        "adagrad(initial-sum=0.1)",
    ];
    let wrapped: Vec<String> = plain.iter().map(around).collect();
    for kind in plain.iter().chain(&wrapped).map(String::as_str).chain(options) {
        goes_on::<f32>(kind);
        goes_on::<f64>(kind);
    }
}

#[test]
fn matrices_go_by_the_names_in_model_files() {
    let (mut sgd, mut network) = (Sgd::<f32>::new(0.1).momentum(0.9).clip_norm(1.0), network());
    assert_eq!(OptimizerState::of(&sgd, &network).unwrap(), OptimizerState::new());
    step(&mut sgd, &mut network, 0);
    let state = OptimizerState::of(&sgd, &network).unwrap();
    let names: Vec<_> = state.matrices().map(|(name, _)| name).collect();
    let expected = ["0.bias", "0.weight", "1.bias", "1.weight"];
    assert_eq!(names, expected.map(|path| format!("velocity.{path}")));
}

/// Counts its steps in a number, or keeps something for each parameter.
#[derive(Debug)]
struct Silent<M> {
    _memory: M,
}

impl<M: std::fmt::Debug + Send> Optimizer<f64> for Silent<M> {
    fn step(
        &mut self,
        _parameters: &mut dyn Parameters<f64>,
        _threads: &Threads,
    ) -> Result<(), OptimError> {
        Ok(())
    }
    fn learning_rate(&self) -> f64 {
        0.1
    }
    fn set_learning_rate(&mut self, _learning_rate: f64) {}
}

#[test]
fn an_optimiser_of_one_s_own_needs_no_line_unless_it_may_remember() {
    let network = network();
    let plain = Silent { _memory: 0.1 };
    assert_eq!(OptimizerState::of(&plain.clip_norm(1.0), &network), Ok(OptimizerState::new()));
    let mut around = Silent { _memory: Sgd::<f64>::new(0.1) }.max_norm(2.0);
    let error = OptimizerState::of(&around, &network).unwrap_err();
    assert_eq!(error, OptimError::StateUnknown { kind: "silent".to_owned() });
    assert!(error.to_string().contains("`silent` does not say what it remembers"), "{error}");
    assert_eq!(OptimizerState::new().restore(&mut around, &network), Err(error));
}

/// The sentence about a state that is otherwise than Adam left it.
fn refused(change: impl FnOnce(&mut OptimizerState<f64>)) -> String {
    let known = OptimizerKinds::new();
    let (mut adam, mut network) = (known.get("adam").unwrap(), network());
    step(&mut *adam, &mut network, 0);
    let mut state = OptimizerState::of(&*adam, &network).unwrap();
    change(&mut state);
    let mut other = known.get("adam").unwrap();
    state.restore(&mut *other, &network).unwrap_err().to_string()
}

#[test]
fn what_is_not_the_state_of_this_optimiser_is_refused() {
    let says = |error: String, what: &str| {
        assert_eq!(error, format!("the state of the optimiser: {what}"));
    };
    let missing = |state: &mut OptimizerState<f64>| drop(state.take_matrix("v", "1.weight"));
    says(refused(missing), "`v.1.weight` is missing");
    let misshapen = |state: &mut OptimizerState<f64>| {
        state.take_matrix("m", "1.bias");
        state.insert_matrix("m", "1.bias", Mat::zeros(3, 1)).unwrap();
    };
    says(refused(misshapen), "`m.1.bias` has not the shape of its parameter");
    let more = |state: &mut OptimizerState<f64>| state.insert_number("product", 1.0).unwrap();
    says(refused(more), "`product` is of another optimiser");
    let less = |state: &mut OptimizerState<f64>| drop(state.take_number("steps"));
    says(refused(less), "`steps` is missing");
    for steps in [-1.0, 0.5, f64::NAN, f64::INFINITY, 1e17] {
        let other = |state: &mut OptimizerState<f64>| {
            state.take_number("steps").unwrap();
            state.insert_number("steps", steps).unwrap();
        };
        says(refused(other), "`steps` is no number of steps");
    }
}

/// A layer that shows the parameters of two others as if they were one's.
#[derive(Debug)]
struct Pair([Param<f64>; 2]);

impl Parameters<f64> for Pair {
    fn each(&self, visit: &mut dyn FnMut(&Param<f64>)) {
        self.0.iter().for_each(visit);
    }
    fn each_mut(&mut self, visit: &mut dyn FnMut(&mut Param<f64>)) {
        self.0.iter_mut().for_each(visit);
    }
    fn each_path(&self, visit: &mut dyn FnMut(&str, &Param<f64>)) {
        self.0.iter().for_each(|param| visit("weight", param));
    }
}

#[test]
fn two_parameters_of_one_path_are_refused() {
    let mut pair = Pair([1, 2].map(|n| Param::weight(Mat::zeros(n, n))));
    let mut sgd = Sgd::new(0.1).momentum(0.9);
    sgd.step(&mut pair, &Threads::single()).unwrap();
    let error = OptimizerState::of(&sgd, &pair).unwrap_err().to_string();
    assert_eq!(error, "the state of the optimiser: `velocity.weight` is there twice");
    let twice = OptimizerState::<f64>::new().insert_number("t", 0.0);
    assert_eq!(twice, Ok(()));
}
