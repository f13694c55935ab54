//! A layer with gradients that depend on the step, and equations for one number at a time.

#![allow(dead_code, reason = "each test program uses a part")]

use densely_layers::{Layer, Linear, Param};
use densely_optim::Optimizer;
use densely_tensor::{Mat, Scalar, Threads};

/// A layer whose parameters have some value.
pub(crate) fn layer<T: Scalar>(rows: usize, columns: usize) -> Linear<T> {
    let weight = Mat::from_fn(rows, columns, |i, j| T::from_f64(((i * 7 + j * 3) as f64).sin()));
    let bias = Mat::from_fn(rows, 1, |i, _| T::from_f64((i as f64).cos()));
    Linear::from_parts(weight, bias).unwrap()
}

pub(crate) fn gradient(step: usize, i: usize, j: usize) -> f64 {
    ((step * 11 + i * 5 + j * 2) as f64).sin()
}

pub(crate) fn set_gradients<T: Scalar>(
    layer: &mut dyn Layer<T>,
    gradient: impl Fn(usize, usize) -> f64,
) {
    layer.visit_params_mut(&mut |param: &mut Param<T>| {
        for j in 0..param.grad.ncols() {
            for i in 0..param.grad.nrows() {
                param.grad[(i, j)] = T::from_f64(gradient(i, j));
            }
        }
    });
}

/// The layer after some steps.
pub(crate) fn trained<T: Scalar>(
    (rows, columns): (usize, usize),
    mut optimizer: impl Optimizer<T>,
    steps: usize,
    threads: &Threads,
) -> Linear<T> {
    let mut trained = layer(rows, columns);
    for step in 0..steps {
        set_gradients(&mut trained, |i, j| gradient(step, i, j));
        optimizer.step(&mut trained, threads).unwrap();
    }
    trained
}

/// The strengths of a penalty, and the learning rate that decoupled decay goes with.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Strengths {
    pub(crate) rate: f64,
    pub(crate) l1: f64,
    pub(crate) l2: f64,
    pub(crate) decoupled: f64,
}

/// Whether the optimiser does to each entry what the rule does to one number: the rule
/// gets the number of the step from 1, the weight and the gradient, has state of its own
/// from one step to the next, and returns the new weight.
pub(crate) fn compare<T: Scalar, R: FnMut(i32, f64, f64) -> f64>(
    shape: (usize, usize),
    steps: usize,
    optimizer: impl Optimizer<T>,
    threads: &Threads,
    penalty: Strengths,
    tolerance: f64,
    rule: impl Fn() -> R,
) -> Result<(), String> {
    let expected = |start: T, decays: bool, i: usize, j: usize| {
        let (mut w, mut rule) = (start.to_f64(), rule());
        for step in 0..steps {
            let mut g = gradient(step, i, j);
            let mut kept = w;
            if decays {
                g += penalty.l1 * f64::from(i8::from(w > 0.0) - i8::from(w < 0.0)) + penalty.l2 * w;
                kept = w - penalty.rate * penalty.decoupled * w;
            }
            w = rule(step as i32 + 1, kept, g);
        }
        w
    };
    let (start, trained) =
        (layer::<T>(shape.0, shape.1), trained(shape, optimizer, steps, threads));
    let check = |actual: T, expected: f64, place: (&str, usize, usize)| {
        let (actual, scale) = (actual.to_f64(), expected.abs().max(1.0));
        match (actual - expected).abs() <= tolerance * scale {
            true => Ok(()),
            false => Err(format!("{place:?}: {actual:e}, expected {expected:e}")),
        }
    };
    for i in 0..shape.0 {
        let bias = (start.bias().value[(i, 0)], trained.bias().value[(i, 0)]);
        check(bias.1, expected(bias.0, false, i, 0), ("bias", i, 0))?;
        for j in 0..shape.1 {
            let weight = (start.weight().value[(i, j)], trained.weight().value[(i, j)]);
            check(weight.1, expected(weight.0, true, i, j), ("weight", i, j))?;
        }
    }
    Ok(())
}
