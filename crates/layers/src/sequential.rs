use densely_tensor::{Buffer, IntoConst, MatMut, MatRef, ReborrowMut, Scalar, ShapeError, Threads};

use crate::{At, Kind, Layer, Param, Shards, parameter_count};

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
#[derive(Debug, Clone)]
pub struct Sequential<T: Scalar> {
    in_features: usize,
    stages: Vec<Stage<T>>,
    /// Those of all stages, as if another followed.
    rows: usize,
}

/// One layer of a [`Sequential`], with its place in it.
#[derive(Debug, Clone)]
pub struct Stage<T: Scalar> {
    layer: Box<dyn Layer<T>>,
    in_features: usize,
    out_features: usize,
    tape_rows: usize,
    /// The rows that it takes of the tape when another follows.
    rows: usize,
    learns: bool,
}

impl<T: Scalar> Sequential<T> {
    /// No layers yet, for `in_features` inputs.
    ///
    /// # Errors
    /// If `in_features` is zero.
    pub fn new(in_features: usize) -> Result<Self, ShapeError> {
        ShapeError::expect_some("Sequential", "inputs", in_features)?;
        Ok(Self { in_features, stages: Vec::new(), rows: 0 })
    }

    /// Adds a layer.
    ///
    /// # Errors
    /// If the layer does not take as many inputs as there are outputs before it, or
    /// the tape would have more rows than fit into memory. It is not added then.
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
            let (index, kind) = (self.stages.len(), layer.kind().name().to_owned());
            ShapeError::InLayer { index, kind, source: Box::new(source) }
        })?;
        let tape_rows = layer.tape_rows(in_features);
        let rows = rows::<T>(out_features, tape_rows);
        let all = rows.and_then(|rows| self.rows.checked_add(rows)).filter(|all| fits::<T>(*all));
        let (Some(rows), Some(all)) = (rows, all) else {
            let bytes = u128::from(u64::MAX);
            return Err(ShapeError::Memory { operation: "Sequential", what: "its tape", bytes });
        };
        let learns = parameter_count(&*layer) > 0;
        self.stages.push(Stage { in_features, out_features, tape_rows, rows, learns, layer });
        self.rows = all;
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

    /// What the layers are, first to last: the network, but for its parameters.
    #[must_use]
    pub fn kinds(&self) -> Vec<Kind> {
        self.stages.iter().map(|stage| stage.layer.kind()).collect()
    }

    /// Visits the parameters for change, with the position of the layer that each belongs to.
    pub fn visit_params_by_layer_mut(&mut self, visit: &mut dyn FnMut(usize, &mut Param<T>)) {
        for (index, stage) in self.stages.iter_mut().enumerate() {
            stage.layer.visit_params_mut(&mut |param| visit(index, param));
        }
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

/// Shows a layer, for change, with its inputs, the gradient with respect to its outputs, and its tape.
pub type VisitLayer<'v, T> =
    dyn FnMut(&mut dyn Layer<T>, MatRef<'_, T>, MatRef<'_, T>, MatRef<'_, T>) + 'v;

impl<T: Scalar> Sequential<T> {
    /// Shows each layer that has parameters, **last to first**, with what its gradients are computed from, after a
    /// forward and a backward pass with these matrices.
    pub fn learning_layers(
        &mut self,
        x: MatRef<'_, T>,
        dy: MatRef<'_, T>,
        tape: MatRef<'_, T>,
        visit: &mut VisitLayer<'_, T>,
    ) {
        let Some(last) = self.stages.last() else { return };
        let start = tape.nrows() - last.tape_rows;
        let (mut before, mut own) = tape.split_at_row(start);
        let (mut stages, mut dy) = (&mut *self.stages, dy);
        while let Some((stage, earlier)) = stages.split_last_mut() {
            match earlier.last() {
                None => {
                    if stage.learns {
                        visit(&mut *stage.layer, x, dy, own);
                    }
                }
                Some(previous) => {
                    let (rest, [hidden, d_hidden, own_before]) = previous.cut_last(before);
                    if stage.learns {
                        visit(&mut *stage.layer, hidden, dy, own);
                    }
                    (dy, own, before) = (d_hidden, own_before, rest);
                }
            }
            stages = earlier;
        }
    }

    /// The layers that have parameters, first to last.
    pub fn learning_layers_mut(
        &mut self,
    ) -> impl DoubleEndedIterator<Item = &mut (dyn Layer<T> + 'static)> {
        let learning = self.stages.iter_mut().filter(|stage| stage.learns);
        learning.map(|stage| &mut *stage.layer)
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

    /// Cuts the tape, from this stage's blocks on, into its `y`, its `dy`, its own
    /// tape, and the tape of the stages that follow.
    fn cut<'a, M: Rows<'a, T>>(&self, tape: M) -> (M, M, M, M) {
        let (blocks, rest) = tape.split_rows(self.rows);
        let (y, dy, own) = self.cut_blocks(blocks);
        (y, dy, own, rest)
    }

    /// Cuts the tape, up to this stage's blocks, into what is before them, and these.
    fn cut_last<'a, M: Rows<'a, T>>(&self, tape: M) -> (M, [M; 3]) {
        let start = tape.rows() - self.rows;
        let (before, blocks) = tape.split_rows(start);
        (before, self.cut_blocks(blocks).into())
    }

    /// Cuts this stage's blocks of the tape into its `y`, its `dy`, and its own tape.
    fn cut_blocks<'a, M: Rows<'a, T>>(&self, blocks: M) -> (M, M, M) {
        let lines = whole_lines::<T>(self.out_features);
        let (y, blocks) = blocks.split_rows(lines);
        let (dy, own) = blocks.split_rows(lines);
        (
            y.first_rows(self.out_features),
            dy.first_rows(self.out_features),
            own.first_rows(self.tape_rows),
        )
    }
}

impl<T: Scalar> Layer<T> for Sequential<T> {
    fn out_features(&self, in_features: usize) -> Result<usize, ShapeError> {
        ShapeError::expect("Sequential", "inputs", self.in_features, in_features)?;
        Ok(self.width())
    }

    fn tape_rows(&self, _in_features: usize) -> usize {
        self.stages.last().map_or(0, |last| self.rows - last.rows + last.tape_rows)
    }

    fn forward(&self, x: MatRef<'_, T>, y: MatMut<'_, T>, tape: MatMut<'_, T>) {
        forward(&self.stages, x, y, tape);
    }

    fn pack(&mut self) -> Result<(), ShapeError> {
        self.stages.iter_mut().try_for_each(|stage| stage.layer.pack())
    }

    fn forward_train(&self, x: MatRef<'_, T>, y: MatMut<'_, T>, tape: MatMut<'_, T>, at: At) {
        forward_train(&self.stages, x, y, tape, at);
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
        self.learning_layers(x, dy, tape, &mut |layer, x, dy, tape| {
            layer.backward_params(x, dy, tape, threads);
        });
    }

    fn backward_shards(
        &mut self,
        x: MatRef<'_, T>,
        dy: MatRef<'_, T>,
        tape: MatRef<'_, T>,
        shards: &Shards,
        room: &mut Buffer<T>,
        threads: &Threads,
    ) {
        self.learning_layers(x, dy, tape, &mut |layer, x, dy, tape| {
            layer.backward_shards(x, dy, tape, shards, room, threads);
        });
    }

    fn visit_params(&self, visit: &mut dyn FnMut(&Param<T>)) {
        self.stages.iter().for_each(|stage| stage.layer.visit_params(visit));
    }

    fn visit_paths(&self, prefix: &str, visit: &mut dyn FnMut(&str, &Param<T>)) {
        for (index, stage) in self.stages.iter().enumerate() {
            stage.layer.visit_paths(&format!("{prefix}{index}."), visit);
        }
    }

    fn visit_params_mut(&mut self, visit: &mut dyn FnMut(&mut Param<T>)) {
        self.stages.iter_mut().for_each(|stage| stage.layer.visit_params_mut(visit));
    }
}

// Each pass goes from stage to stage and cuts the blocks of each off the tape: a network of
// any depth takes no more of the stack.

fn forward<'a, T: Scalar>(
    stages: &[Stage<T>],
    mut x: MatRef<'a, T>,
    mut y: MatMut<'_, T>,
    mut tape: MatMut<'a, T>,
) {
    let Some((last, hidden)) = stages.split_last() else { return y.copy_from(x) };
    for stage in hidden {
        let (mut hidden, _, own, rest) = stage.cut(tape);
        stage.layer.forward(x, hidden.rb_mut(), own);
        (x, tape) = (hidden.into_const(), rest);
    }
    last.layer.forward(x, y, tape);
}

fn forward_train<'a, T: Scalar>(
    stages: &[Stage<T>],
    mut x: MatRef<'a, T>,
    mut y: MatMut<'_, T>,
    mut tape: MatMut<'a, T>,
    at: At,
) {
    let Some((last, hidden)) = stages.split_last() else { return y.copy_from(x) };
    for (index, stage) in hidden.iter().enumerate() {
        let (mut hidden, _, own, rest) = stage.cut(tape);
        stage.layer.forward_train(x, hidden.rb_mut(), own, at.inside(index));
        (x, tape) = (hidden.into_const(), rest);
    }
    last.layer.forward_train(x, y, tape, at.inside(hidden.len()));
}

/// Writes the `dy` of every stage that needs one, last to first, and `dx` if wanted.
fn backward<'a, T: Scalar>(
    stages: &[Stage<T>],
    x: MatRef<'_, T>,
    mut y: MatRef<'a, T>,
    mut dy: MatRef<'a, T>,
    dx: Option<MatMut<'_, T>>,
    tape: MatMut<'a, T>,
) {
    let Some((last, _)) = stages.split_last() else {
        return dx.into_iter().for_each(|mut dx| dx.copy_from(dy));
    };
    // Before the first layer that learns, nobody needs a gradient but for `dx`.
    let learns = stages.iter().position(|stage| stage.learns).unwrap_or(stages.len() - 1);
    let first = if dx.is_some() { 0 } else { learns };
    let start = tape.nrows() - last.tape_rows;
    let (mut before, mut own) = tape.split_at_row_mut(start);
    for index in (first + 1..stages.len()).rev() {
        let (rest, [hidden, mut d_hidden, own_before]) = stages[index - 1].cut_last(before);
        let hidden = hidden.into_const();
        stages[index].layer.backward_input(hidden, y, dy, d_hidden.rb_mut(), own);
        (y, dy, own, before) = (hidden, d_hidden.into_const(), own_before, rest);
    }
    let layer = &stages[first].layer;
    match dx {
        Some(dx) => layer.backward_input(x, y, dy, dx, own),
        None if first == 0 => layer.backward_tape(x, y, dy, own),
        None => {
            let (_, [hidden, _, _]) = stages[first - 1].cut_last(before);
            layer.backward_tape(hidden.into_const(), y, dy, own);
        }
    }
}

/// `rows`, rounded up to whole cache lines.
fn whole_lines<T>(rows: usize) -> usize {
    rows.next_multiple_of(64 / size_of::<T>())
}

/// The rows that a stage takes of the tape when another follows, if they can be counted.
fn rows<T>(out_features: usize, tape_rows: usize) -> Option<usize> {
    let lines = |rows: usize| rows.checked_next_multiple_of(64 / size_of::<T>());
    lines(out_features)?.checked_mul(2)?.checked_add(lines(tape_rows)?)
}

/// Whether so many values can be in memory.
fn fits<T>(values: usize) -> bool {
    values.checked_mul(size_of::<T>()).is_some_and(|bytes| isize::try_from(bytes).is_ok())
}

/// A view that can be cut between two rows.
trait Rows<'a, T>: Sized {
    fn rows(&self) -> usize;
    fn split_rows(self, row: usize) -> (Self, Self);
    fn first_rows(self, rows: usize) -> Self;
}

impl<'a, T> Rows<'a, T> for MatRef<'a, T> {
    fn rows(&self) -> usize {
        self.nrows()
    }
    fn split_rows(self, row: usize) -> (Self, Self) {
        self.split_at_row(row)
    }
    fn first_rows(self, rows: usize) -> Self {
        self.subrows(0, rows)
    }
}

impl<'a, T> Rows<'a, T> for MatMut<'a, T> {
    fn rows(&self) -> usize {
        self.nrows()
    }
    fn split_rows(self, row: usize) -> (Self, Self) {
        self.split_at_row_mut(row)
    }
    fn first_rows(self, rows: usize) -> Self {
        self.subrows_mut(0, rows)
    }
}

#[cfg(test)]
mod tests;
