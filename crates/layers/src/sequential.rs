use densely_tensor::{MatMut, MatRef, Reborrow, ReborrowMut, Scalar, ShapeError, Threads};

use crate::{At, Layer, Param, parameter_count};

/// Layers one after the other: `y = f_L(... f_2(f_1(x)))`. A network, or a part of one.
///
/// Shapes are checked when a layer is added, so a `Sequential` that exists fits
/// together. It is itself a [`Layer`], so it nests.
///
/// It has no buffers of its own: the activations between its layers, and their
/// gradients, live on its tape. So one network serves many threads, each with a tape.
///
/// # The tape
///
/// From top to bottom, for each layer: its output `y`, the gradient `dy` of the loss
/// with respect to it, and the layer's own tape. The last layer has no `y` and `dy`
/// there, since the caller owns them. Blocks start at cache lines.
///
/// ```
/// use densely_layers::{Layer, Linear, Relu, Sequential, parameter_count};
/// use densely_tensor::{Initializer, Key, Purpose, Stream};
///
/// // The 4-4-1 network on 3 inputs of the notes, with its 41 parameters.
/// let mut stream = Stream::new(1, Purpose::Weights, Key::default());
/// let mut linear = |i, o| Linear::<f64>::new(i, o, Initializer::HeNormal, &mut stream);
/// let network = Sequential::new(3)?
///     .with(linear(3, 4)?)?
///     .with(Relu)?
///     .with(linear(4, 4)?)?
///     .with(Relu)?
///     .with(linear(4, 1)?)?;
/// assert_eq!(parameter_count(&network), 41);
/// # Ok::<(), densely_tensor::ShapeError>(())
/// ```
///
/// CS231n, Neural Networks 1, "Neural Network architectures".
#[derive(Debug)]
pub struct Sequential<T: Scalar> {
    in_features: usize,
    stages: Vec<Stage<T>>,
}

/// One layer of a [`Sequential`], with its place in it.
#[derive(Debug)]
pub struct Stage<T: Scalar> {
    layer: Box<dyn Layer<T>>,
    in_features: usize,
    out_features: usize,
    tape_rows: usize,
    learns: bool,
}

impl<T: Scalar> Sequential<T> {
    /// No layers yet, for `in_features` inputs.
    ///
    /// # Errors
    /// If `in_features` is zero.
    pub fn new(in_features: usize) -> Result<Self, ShapeError> {
        ShapeError::expect_some("Sequential", "inputs", in_features)?;
        Ok(Self { in_features, stages: Vec::new() })
    }

    /// Adds a layer.
    ///
    /// # Errors
    /// If the layer does not take as many inputs as there are outputs before it. It
    /// is then not added.
    pub fn push(&mut self, layer: impl Layer<T> + 'static) -> Result<(), ShapeError> {
        self.push_boxed(Box::new(layer))
    }

    /// Adds a layer that was chosen at run time.
    ///
    /// # Errors
    /// As [`push`](Self::push).
    pub fn push_boxed(&mut self, layer: Box<dyn Layer<T>>) -> Result<(), ShapeError> {
        let in_features = self.width();
        let out_features = layer.out_features(in_features).map_err(|source| {
            let (index, kind) = (self.stages.len(), layer.kind());
            ShapeError::InLayer { index, kind, source: Box::new(source) }
        })?;
        self.stages.push(Stage {
            in_features,
            out_features,
            tape_rows: layer.tape_rows(in_features),
            learns: parameter_count(&*layer) > 0,
            layer,
        });
        Ok(())
    }

    /// The network with one more layer: [`push`](Self::push), to be chained.
    ///
    /// # Errors
    /// If the layer does not take as many inputs as there are outputs before it.
    pub fn with(mut self, layer: impl Layer<T> + 'static) -> Result<Self, ShapeError> {
        self.push(layer)?;
        Ok(self)
    }

    /// The number of inputs.
    #[must_use]
    pub fn in_features(&self) -> usize {
        self.in_features
    }

    /// The number of outputs of the last layer; of inputs, if there is no layer.
    #[must_use]
    pub fn width(&self) -> usize {
        self.stages.last().map_or(self.in_features, |stage| stage.out_features)
    }

    /// The layers, first to last.
    #[must_use]
    pub fn stages(&self) -> &[Stage<T>] {
        &self.stages
    }
}

/// What went through a layer in a training step.
#[derive(Debug, Clone, Copy)]
pub struct Passed<'a, T: Scalar> {
    /// Which layer, from 0.
    pub index: usize,
    /// The layer.
    pub stage: &'a Stage<T>,
    /// Its input.
    pub x: MatRef<'a, T>,
    /// Its output.
    pub y: MatRef<'a, T>,
    /// The gradient of the loss with respect to its output, unless nobody needed it: no
    /// layer so far has parameters.
    pub dy: Option<MatRef<'a, T>>,
}

impl<T: Scalar> Sequential<T> {
    /// Shows what went through each layer, first to last, after a forward and a backward
    /// pass with these matrices.
    pub fn inspect<'a>(
        &'a self,
        mut x: MatRef<'a, T>,
        y: MatRef<'a, T>,
        dy: MatRef<'a, T>,
        mut tape: MatRef<'a, T>,
        visit: &mut dyn FnMut(Passed<'a, T>),
    ) {
        let Some((last, hidden)) = self.stages.split_last() else { return };
        let mut learns = false;
        for (index, stage) in hidden.iter().enumerate() {
            let (y, dy, _, rest) = stage.cut(tape);
            learns |= stage.learns;
            visit(Passed { index, stage, x, y, dy: learns.then_some(dy) });
            (x, tape) = (y, rest);
        }
        visit(Passed { index: hidden.len(), stage: last, x, y, dy: Some(dy) });
    }
}

impl<T: Scalar> Stage<T> {
    /// The layer.
    #[must_use]
    pub fn layer(&self) -> &dyn Layer<T> {
        &*self.layer
    }

    /// Its number of inputs.
    #[must_use]
    pub fn in_features(&self) -> usize {
        self.in_features
    }

    /// Its number of outputs.
    #[must_use]
    pub fn out_features(&self) -> usize {
        self.out_features
    }

    /// The rows that this stage takes of the tape when another follows.
    fn rows(&self) -> usize {
        2 * whole_lines::<T>(self.out_features) + whole_lines::<T>(self.tape_rows)
    }

    /// Cuts the tape, from this stage's blocks on, into its `y`, its `dy`, its own
    /// tape, and the tape of the stages that follow.
    fn cut<'a, M: Rows<'a, T>>(&self, tape: M) -> (M, M, M, M) {
        let (y, tape) = tape.split_rows(whole_lines::<T>(self.out_features));
        let (dy, tape) = tape.split_rows(whole_lines::<T>(self.out_features));
        let (own, rest) = tape.split_rows(whole_lines::<T>(self.tape_rows));
        (
            y.first_rows(self.out_features),
            dy.first_rows(self.out_features),
            own.first_rows(self.tape_rows),
            rest,
        )
    }
}

impl<T: Scalar> Layer<T> for Sequential<T> {
    fn out_features(&self, in_features: usize) -> Result<usize, ShapeError> {
        ShapeError::expect("Sequential", "inputs", self.in_features, in_features)?;
        Ok(self.width())
    }

    fn tape_rows(&self, _in_features: usize) -> usize {
        match self.stages.split_last() {
            None => 0,
            Some((last, hidden)) => hidden.iter().map(Stage::rows).sum::<usize>() + last.tape_rows,
        }
    }

    fn forward(&self, x: MatRef<'_, T>, y: MatMut<'_, T>, tape: MatMut<'_, T>) {
        forward(&self.stages, x, y, tape);
    }

    fn forward_train(&self, x: MatRef<'_, T>, y: MatMut<'_, T>, tape: MatMut<'_, T>, at: At) {
        forward_train(&self.stages, x, y, tape, at, 0);
    }

    fn backward_input(
        &self,
        x: MatRef<'_, T>,
        y: MatRef<'_, T>,
        dy: MatRef<'_, T>,
        dx: MatMut<'_, T>,
        tape: MatMut<'_, T>,
    ) {
        backward(&self.stages, x, y, dy, Some(dx), tape);
    }

    fn backward_tape(
        &self,
        x: MatRef<'_, T>,
        y: MatRef<'_, T>,
        dy: MatRef<'_, T>,
        tape: MatMut<'_, T>,
    ) {
        backward(&self.stages, x, y, dy, None, tape);
    }

    fn backward_params(
        &mut self,
        x: MatRef<'_, T>,
        dy: MatRef<'_, T>,
        tape: MatRef<'_, T>,
        threads: &Threads,
    ) {
        backward_params(&mut self.stages, x, dy, tape, threads);
    }

    fn visit_params(&self, visit: &mut dyn FnMut(&Param<T>)) {
        self.stages.iter().for_each(|stage| stage.layer.visit_params(visit));
    }

    fn visit_params_mut(&mut self, visit: &mut dyn FnMut(&mut Param<T>)) {
        self.stages.iter_mut().for_each(|stage| stage.layer.visit_params_mut(visit));
    }
}

// Each pass takes the first stage and then, on the rest of the tape, the others: the
// output of the first is the input of the others.

fn forward<T: Scalar>(
    stages: &[Stage<T>],
    x: MatRef<'_, T>,
    mut y: MatMut<'_, T>,
    tape: MatMut<'_, T>,
) {
    match stages {
        [] => y.copy_from(x),
        [last] => last.layer.forward(x, y, tape),
        [stage, others @ ..] => {
            let (mut hidden, _, own, rest) = stage.cut(tape);
            stage.layer.forward(x, hidden.rb_mut(), own);
            forward(others, hidden.rb(), y, rest);
        }
    }
}

fn forward_train<T: Scalar>(
    stages: &[Stage<T>],
    x: MatRef<'_, T>,
    mut y: MatMut<'_, T>,
    tape: MatMut<'_, T>,
    at: At,
    index: usize,
) {
    match stages {
        [] => y.copy_from(x),
        [last] => last.layer.forward_train(x, y, tape, at.inside(index)),
        [stage, others @ ..] => {
            let (mut hidden, _, own, rest) = stage.cut(tape);
            stage.layer.forward_train(x, hidden.rb_mut(), own, at.inside(index));
            forward_train(others, hidden.rb(), y, rest, at, index + 1);
        }
    }
}

/// Writes the `dy` of every stage that needs one, last to first, and `dx` if wanted.
fn backward<T: Scalar>(
    stages: &[Stage<T>],
    x: MatRef<'_, T>,
    y: MatRef<'_, T>,
    dy: MatRef<'_, T>,
    dx: Option<MatMut<'_, T>>,
    tape: MatMut<'_, T>,
) {
    let [stage, others @ ..] = stages else {
        if let Some(mut dx) = dx {
            dx.copy_from(dy);
        }
        return;
    };
    let one = |y: MatRef<'_, T>, dy: MatRef<'_, T>, dx: Option<MatMut<'_, T>>, own| match dx {
        Some(dx) => stage.layer.backward_input(x, y, dy, dx, own),
        None => stage.layer.backward_tape(x, y, dy, own),
    };
    if others.is_empty() {
        return one(y, dy, dx, tape);
    }
    let (hidden, mut d_hidden, own, rest) = stage.cut(tape);
    let (hidden, wanted) = (hidden.rb(), stage.learns || dx.is_some());
    backward(others, hidden, y, dy, wanted.then(|| d_hidden.rb_mut()), rest);
    if wanted {
        one(hidden, d_hidden.rb(), dx, own);
    }
}

fn backward_params<T: Scalar>(
    stages: &mut [Stage<T>],
    x: MatRef<'_, T>,
    dy: MatRef<'_, T>,
    tape: MatRef<'_, T>,
    threads: &Threads,
) {
    match stages {
        [] => {}
        [last] => last.layer.backward_params(x, dy, tape, threads),
        [stage, others @ ..] => {
            let (hidden, d_hidden, own, rest) = stage.cut(tape);
            if stage.learns {
                stage.layer.backward_params(x, d_hidden, own, threads);
            }
            backward_params(others, hidden, dy, rest, threads);
        }
    }
}

/// `rows`, rounded up to whole cache lines.
fn whole_lines<T>(rows: usize) -> usize {
    rows.next_multiple_of(64 / size_of::<T>())
}

/// A view that can be cut between two rows.
trait Rows<'a, T>: Sized {
    fn split_rows(self, row: usize) -> (Self, Self);
    fn first_rows(self, rows: usize) -> Self;
}

impl<'a, T> Rows<'a, T> for MatRef<'a, T> {
    fn split_rows(self, row: usize) -> (Self, Self) {
        self.split_at_row(row)
    }
    fn first_rows(self, rows: usize) -> Self {
        self.subrows(0, rows)
    }
}

impl<'a, T> Rows<'a, T> for MatMut<'a, T> {
    fn split_rows(self, row: usize) -> (Self, Self) {
        self.split_at_row_mut(row)
    }
    fn first_rows(self, rows: usize) -> Self {
        self.subrows_mut(0, rows)
    }
}

#[cfg(test)]
mod tests;
