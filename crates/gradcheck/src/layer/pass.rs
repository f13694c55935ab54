use densely_layers::{At, Layer};
use densely_tensor::{Mat, MatRef, Scalar, Threads};

/// What a forward and a backward pass compute.
#[derive(Debug, Clone)]
pub(crate) struct Pass<T> {
    pub(crate) y: Mat<T>,
    /// `dx`, then the gradient of each parameter.
    pub(crate) gradients: Vec<Mat<T>>,
}

/// Which of the two methods that may come before `backward_params` does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Input,
    Tape,
}

/// The examples of a pass, their cotangents, and where they stand.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Batch<'a, T> {
    pub(crate) x: MatRef<'a, T>,
    pub(crate) dy: MatRef<'a, T>,
    pub(crate) at: At,
}

impl<'a, T: Scalar> Batch<'a, T> {
    /// Examples `first .. first + count`.
    pub(crate) fn part(self, first: usize, count: usize) -> Self {
        let Self { x, dy, at } = self;
        Self { x: x.subcols(first, count), dy: dy.subcols(first, count), at: at.shifted(first) }
    }
}

/// A training pass, into buffers that hold `fill` before.
pub(crate) fn pass<T: Scalar>(
    layer: &mut dyn Layer<T>,
    batch: Batch<'_, T>,
    fill: T,
    way: Way,
    threads: &Threads,
) -> Pass<T> {
    let Batch { x, dy, at } = batch;
    let filled = |rows| Mat::from_fn(rows, x.ncols(), |_, _| fill);
    let (mut y, mut dx) = (filled(dy.nrows()), filled(x.nrows()));
    let mut tape = filled(layer.tape_rows(x.nrows()));
    layer.visit_params_mut(&mut |param| param.grad.fill(fill));
    layer.forward_train(x, y.as_mut(), tape.as_mut(), at);
    match way {
        Way::Input => layer.backward_input(x, y.as_ref(), dy, dx.as_mut(), tape.as_mut()),
        Way::Tape => layer.backward_tape(x, y.as_ref(), dy, tape.as_mut()),
    }
    layer.backward_params(x, dy, tape.as_ref(), threads);
    let mut gradients = vec![dx];
    layer.visit_params(&mut |param| gradients.push(param.grad.clone()));
    Pass { y, gradients }
}

/// The output of a training pass.
pub(crate) fn forward<T: Scalar>(
    layer: &dyn Layer<T>,
    x: MatRef<'_, T>,
    outputs: usize,
    at: At,
) -> Mat<T> {
    let mut y = Mat::zeros(outputs, x.ncols());
    let mut tape = Mat::zeros(layer.tape_rows(x.nrows()), x.ncols());
    layer.forward_train(x, y.as_mut(), tape.as_mut(), at);
    y
}
