use std::sync::{Mutex, PoisonError};

use densely_data::{Dataset, Inputs, Place, Target};
use densely_layers::{Kind, Layer, Role, Sequential, parameter_count};
use densely_loss::{Loss, Targets};
use densely_tensor::kernels::round_to_bf16;
use densely_tensor::{
    Buffer, Mat, MatMut, MatRef, Real, Scalar, ShapeError, Threads, column, column_mut,
    matrix_bytes, try_zeros,
};

use crate::evaluation::regression_scores;
use crate::panel_width::panel_width;
use crate::spare::Spare;
use crate::{Evaluation, Examples, ModelError, Registry, TargetUnits, Workspace, network, tally};

/// A network and the loss that judges it.
///
/// Built by [`Mlp`](crate::Mlp) or [`LinearClassifier`](crate::LinearClassifier), or from
/// layers of your own; trained by a [`Trainer`](crate::Trainer). A trained model behind
/// `&` or `Arc` serves any number of threads.
///
/// ```
/// use densely_layers::{Linear, Sequential, Tanh};
/// use densely_loss::MeanSquaredError;
/// use densely_models::Model;
/// use densely_tensor::{Threads, mat};
///
/// let network = Sequential::new(1)?
///     .with(Linear::from_parts(mat![[2.0]], mat![[1.0]])?)?
///     .with(Tanh)?;
/// let model = Model::new(network, MeanSquaredError);
/// let scores = model.scores(mat![[0.0, -0.5]].as_ref(), &Threads::single())?;
/// assert_eq!(scores, mat![[1_f64.tanh(), 0.0]]);
/// # Ok::<(), densely_tensor::ShapeError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Model<T: Scalar> {
    network: Sequential<T>,
    loss: Box<dyn Loss<T>>,
}

impl<T: Scalar> Model<T> {
    /// A model from layers of one's own.
    #[must_use]
    pub fn new(network: Sequential<T>, loss: impl Loss<T> + 'static) -> Self {
        Self { network, loss: Box::new(loss) }
    }

    /// A model of these kinds of layers, first to last, and this loss. Its parameters are as
    /// training begins, but for the weights, which are 0: to be drawn, or read.
    ///
    /// ```
    /// use densely_layers::Kind;
    /// use densely_models::{Model, Registry};
    ///
    /// let layers = Kind::list("linear(4), prelu, linear(1)")?;
    /// let model = Model::<f32>::of_kinds(3, &layers, &Kind::new("mse"), &Registry::new())?;
    /// assert_eq!((model.parameters(), model.network().kinds()), (25, layers));
    /// # Ok::<(), densely_models::ModelError>(())
    /// ```
    ///
    /// # Errors
    /// [`ModelError::Kind`] for one that is not known, [`ModelError::Shape`] if they do not fit
    /// together, and [`ModelError::TooLarge`].
    pub fn of_kinds(
        inputs: usize,
        layers: &[Kind],
        loss: &Kind,
        known: &Registry<T>,
    ) -> Result<Self, ModelError> {
        let loss = known.losses().get(loss)?;
        Ok(Self { network: network::network(inputs, layers, known.layers())?, loss })
    }

    /// The network.
    #[must_use]
    pub fn network(&self) -> &Sequential<T> {
        &self.network
    }

    /// The network, to be changed.
    pub fn network_mut(&mut self) -> &mut Sequential<T> {
        &mut self.network
    }

    /// Draws the weights from a seed: each from a stream of its own, by the initialiser that suits
    /// the layer after it. Other parameters stay as they are.
    pub fn draw_weights(&mut self, seed: u64) {
        network::draw_weights(&mut self.network, seed);
    }

    /// Multiplies the weights of the last layer by `factor`, before training.
    ///
    /// Drawn as they are, they make scores that differ by about 1 from example to example, which
    /// on few examples is never quite unlearnt. With a factor of 0.1 a network begins near scores
    /// of 0 (numbers: their mean; classes: as likely as each other), and has to justify what
    /// departs from it: on public tables of a few hundred rows, as a rule it predicts better
    /// (`docs/defaults.md`). The program does so.
    ///
    /// ```
    /// use densely_models::Mlp;
    /// use densely_tensor::{Threads, mat};
    ///
    /// let mut model = Mlp::regressor(2, 1).hidden([8]).build::<f64>()?;
    /// let (x, threads) = (mat![[0.5], [-1.0]], Threads::single());
    /// let before = model.scores(x.as_ref(), &threads)?[(0, 0)];
    /// model.scale_scores(0.5);
    /// assert_eq!(model.scores(x.as_ref(), &threads)?[(0, 0)], before / 2.0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn scale_scores(&mut self, factor: f64) {
        let (mut position, mut last) = (0, None);
        self.network.visit_params(&mut |param| {
            last = if param.role == Role::Weight { Some(position) } else { last };
            position += 1;
        });
        let (mut position, factor) = (0, T::from_f64(factor));
        self.network.visit_params_mut(&mut |param| {
            if Some(position) == last {
                for j in 0..param.value.ncols() {
                    column_mut(param.value.as_mut(), j).iter_mut().for_each(|w| *w *= factor);
                }
            }
            position += 1;
        });
    }

    /// Draws the biases of hidden layers from a seed, before training: uniformly from `±2 / inputs`, each layer's from a
    /// stream of its own. Those of the last layer stay as they are.
    ///
    /// With biases of 0, all units of the first layer bend in one place, the mean of the features. Of one feature, that
    /// leaves two slopes, and training takes long to move them apart; of many, the units bend in as many directions,
    /// and there is nothing to gain. `docs/defaults.md` has what it gives.
    ///
    /// ```
    /// use densely_models::Mlp;
    /// use densely_tensor::{Threads, mat};
    ///
    /// let mut model = Mlp::regressor(1, 1).hidden([8]).build::<f64>()?;
    /// let (x, threads) = (mat![[0.0]], Threads::single());
    /// assert_eq!(model.scores(x.as_ref(), &threads)?[(0, 0)], 0.0);
    /// model.draw_hidden_biases(0);
    /// assert_ne!(model.scores(x.as_ref(), &threads)?[(0, 0)], 0.0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn draw_hidden_biases(&mut self, seed: u64) {
        network::draw_hidden_biases(&mut self.network, seed);
    }

    /// Begins as suits a table: hidden biases are [drawn](Self::draw_hidden_biases), and scores
    /// [scaled](Self::scale_scores) by 0.1. The program and the Python package do so.
    pub fn initialize_for_tables(&mut self, seed: u64) {
        self.draw_hidden_biases(seed);
        self.scale_scores(0.1);
    }

    /// Lays the weights out for predictions of one example at a time, which wait for weights to come from memory: in a
    /// copy that is read from one end to the other, and is half as large after
    /// [`round_weights_to_bf16`](Self::round_weights_to_bf16). Scores stay the same, to the bit. The copy goes when
    /// parameters may change.
    ///
    /// # Errors
    /// If there is no memory for the copy.
    pub fn pack(&mut self) -> Result<(), ShapeError> {
        self.network.pack()
    }

    /// Rounds weights, not biases, to the 8 significant bits of [bf16](round_to_bf16). Scores change by some thousandths
    /// of their size, and few predictions with them.
    ///
    /// ```
    /// use densely_models::Mlp;
    /// use densely_tensor::{Threads, mat};
    ///
    /// let mut model = Mlp::classifier(2, 3).hidden([100, 100]).build::<f32>()?;
    /// let (x, threads) = (mat![[0.5], [-1.0]], Threads::single());
    /// model.round_weights_to_bf16();
    /// let scores = model.scores(x.as_ref(), &threads)?;
    /// model.pack()?;
    /// assert_eq!(model.scores(x.as_ref(), &threads)?, scores);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn round_weights_to_bf16(&mut self) {
        self.network.visit_params_mut(&mut |param| {
            if param.role == Role::Weight {
                for j in 0..param.value.ncols() {
                    column_mut(param.value.as_mut(), j)
                        .iter_mut()
                        .for_each(|w| *w = round_to_bf16(*w));
                }
            }
        });
    }

    /// The loss.
    #[must_use]
    pub fn loss(&self) -> &dyn Loss<T> {
        &*self.loss
    }

    /// Network and loss, for a training step.
    pub(crate) fn parts_mut(&mut self) -> (&mut Sequential<T>, &dyn Loss<T>) {
        (&mut self.network, &*self.loss)
    }

    /// The number of inputs.
    #[must_use]
    pub fn inputs(&self) -> usize {
        self.network.in_features()
    }

    /// The number of outputs.
    #[must_use]
    pub fn outputs(&self) -> usize {
        self.network.width()
    }

    /// The number of learnable parameters.
    #[must_use]
    pub fn parameters(&self) -> usize {
        parameter_count(&self.network)
    }

    /// The scores of the examples in the columns of `x`, on the calling thread. Nothing
    /// is allocated once the workspace has grown to its size.
    ///
    /// # Shapes
    /// `x: inputs x n`; the result is `outputs x n`.
    ///
    /// # Errors
    /// If `x` has another number of rows, or columns that are not contiguous, or there is no
    /// memory for the scores.
    pub fn predict_with<'w>(
        &self,
        x: MatRef<'_, T>,
        workspace: &'w mut Workspace<T>,
    ) -> Result<MatRef<'w, T>, ShapeError> {
        self.check_inputs(x)?;
        let n = x.ncols();
        let width = panel_width::<T>(n, self.parameters(), 1);
        let Workspace { scores, tape } = workspace;
        let tape_rows = self.network.tape_rows(self.inputs());
        scores.reserve("Model", "the scores", self.outputs(), n)?;
        tape.reserve("Model", "the activations", tape_rows, width.min(n))?;
        let mut y = scores.view_mut(self.outputs(), n);
        for first in (0..n).step_by(width) {
            let m = width.min(n - first);
            let y = y.as_mut().subcols_mut(first, m);
            self.network.forward(x.subcols(first, m), y, tape.view_mut(tape_rows, m));
        }
        Ok(scores.view(self.outputs(), n))
    }

    /// The scores of the examples in the columns of `x`, shared among threads.
    ///
    /// # Shapes
    /// `x: inputs x n`; the result is `outputs x n`.
    ///
    /// # Errors
    /// If `x` has another number of rows, or columns that are not contiguous, or there is no
    /// memory for the scores.
    pub fn scores<'x>(
        &self,
        x: impl Into<Inputs<'x, T>>,
        threads: &Threads,
    ) -> Result<Mat<T>, ShapeError> {
        let x = match x.into() {
            Inputs::Dense(x) => x,
            Inputs::OneHot(x) => {
                ShapeError::expect("Model", "inputs", self.inputs(), x.features())?;
                return self.scores_of(x.examples(), threads, |first, to| {
                    x.write_panel(first, to);
                    Ok(())
                });
            }
        };
        self.check_inputs(x)?;
        let tape_rows = self.network.tape_rows(self.inputs());
        let (width, mut scores) = self.room_for_scores(x.ncols(), tape_rows, threads)?;
        let spare = Spare::<Buffer<T>>::new();
        threads.panels((x, scores.as_mut()), width, |_, (x, y): (MatRef<'_, T>, MatMut<'_, T>)| {
            let n = x.ncols();
            spare.lend(|tape| self.network.forward(x, y, tape.view_mut(tape_rows, n)));
        });
        Ok(scores)
    }

    /// The [scores](Self::scores) of `n` examples, whose inputs are written where they are needed, some at a time:
    /// `write(first, inputs)`. If that fails for several, the error is that of the first of them.
    pub(crate) fn scores_of<E: From<ShapeError> + Send>(
        &self,
        n: usize,
        threads: &Threads,
        write: impl Fn(usize, MatMut<'_, T>) -> Result<(), E> + Sync,
    ) -> Result<Mat<T>, E> {
        let (inputs, tape_rows) = (self.inputs(), self.network.tape_rows(self.inputs()));
        let (width, mut scores) =
            self.room_for_scores(n, tape_rows.saturating_add(inputs), threads)?;
        let spare = Spare::<(Buffer<T>, Buffer<T>)>::new();
        let failed: Mutex<Option<(usize, E)>> = Mutex::new(None);
        threads.panels(scores.as_mut(), width, |first, y: MatMut<'_, T>| {
            let n = y.ncols();
            let written = spare.lend(|(x, tape)| {
                write(first, x.view_mut(inputs, n))?;
                self.network.forward(x.view(inputs, n), y, tape.view_mut(tape_rows, n));
                Ok(())
            });
            if let Err(error) = written {
                let mut failed = failed.lock().unwrap_or_else(PoisonError::into_inner);
                if failed.as_ref().is_none_or(|&(before, _)| first < before) {
                    *failed = Some((first, error));
                }
            }
        });
        match failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
            None => Ok(scores),
            Some((_, error)) => Err(error),
        }
    }

    /// How many of `n` examples go through the network together, for which so many rows of buffers are needed; and
    /// a place for the scores.
    fn room_for_scores(
        &self,
        n: usize,
        rows: usize,
        threads: &Threads,
    ) -> Result<(usize, Mat<T>), ShapeError> {
        let width = panel_width::<T>(n, self.parameters(), threads.count());
        let bytes = matrix_bytes::<T>(rows, width.min(n));
        ShapeError::expect_memory("Model", "the activations", bytes)?;
        Ok((width, try_zeros("Model", "the scores", self.outputs(), n)?))
    }

    /// The probability of each class for the examples in the columns of `x`; `None` if
    /// the loss defines no probabilities.
    ///
    /// # Errors
    /// As [`scores`](Self::scores).
    pub fn probabilities<'x>(
        &self,
        x: impl Into<Inputs<'x, T>>,
        threads: &Threads,
    ) -> Result<Option<Mat<T>>, ShapeError> {
        self.probabilities_of(self.scores(x, threads)?.as_ref())
    }

    /// [`probabilities`](Self::probabilities) from [`scores`](Self::scores).
    ///
    /// # Shapes
    /// `scores: outputs x n`; the result is `classes x n`.
    ///
    /// # Errors
    /// If `scores` have another number of rows, or columns that are not contiguous.
    pub fn probabilities_of(&self, scores: MatRef<'_, T>) -> Result<Option<Mat<T>>, ShapeError> {
        expect_columns("scores", self.outputs(), scores)?;
        let classes = self.loss.classes(self.outputs());
        let mut probabilities = try_zeros("Model", "the probabilities", classes, scores.ncols())?;
        let defined = (0..scores.ncols()).all(|j| {
            let probabilities = column_mut(probabilities.as_mut(), j);
            self.loss.probabilities(column(scores, j), probabilities)
        });
        Ok(defined.then_some(probabilities))
    }

    /// The class that the scores of each example in the columns of `x` speak for
    /// ([`Loss::classify`]): that of the highest score, and of one score, its sign.
    ///
    /// # Errors
    /// As [`scores`](Self::scores), and [`ModelError::NotFiniteOutput`] for a score that is
    /// NaN: it speaks for no class. (Infinite ones do.)
    pub fn classify<'x>(
        &self,
        x: impl Into<Inputs<'x, T>>,
        threads: &Threads,
    ) -> Result<Vec<usize>, ModelError> {
        let scores = self.scores(x, threads)?;
        check_outputs(scores.as_ref(), |score| !Real::is_nan(score), Place::Example)?;
        Ok(classify_columns(&*self.loss, scores.as_ref(), threads))
    }

    /// The mean loss and the metrics of the model on `data`. An example with a score that is NaN
    /// counts as wrong, and its loss makes the mean NaN.
    ///
    /// # Errors
    /// If the data have other inputs or targets than the model.
    pub fn evaluate(&self, data: &Dataset<T>) -> Result<Evaluation, ModelError> {
        self.evaluate_on(data, &Threads::single())
    }

    /// [`evaluate`](Self::evaluate), shared among threads.
    ///
    /// # Errors
    /// If the data have other inputs or targets than the model.
    pub fn evaluate_on<'d>(
        &self,
        data: impl Into<Examples<'d, T>>,
        threads: &Threads,
    ) -> Result<Evaluation, ModelError> {
        self.evaluate_by(data.into(), None, threads, |x| Ok(self.scores(x, threads)?))
    }

    /// The same, from scores that are computed so; of real targets in the units of the data, if these are known.
    pub(crate) fn evaluate_by(
        &self,
        data: Examples<'_, T>,
        units: Option<&TargetUnits>,
        threads: &Threads,
        mut scores: impl FnMut(Inputs<'_, T>) -> Result<Mat<T>, ModelError>,
    ) -> Result<Evaluation, ModelError> {
        let mut judge = |data: &Dataset<T>| -> Result<_, ModelError> {
            self.check(data)?;
            let scores = scores(data.inputs())?;
            let (loss, targets) = (&*self.loss, targets(data));
            let evaluation = Evaluation::new(loss, scores.as_ref(), targets, units, threads);
            Ok((evaluation, scores))
        };
        match data {
            Examples::Memory(data) => judge(data).map(|(evaluation, _)| evaluation),
            Examples::Stored(data) => tally::evaluate(data, |block| {
                let (evaluation, scores) = judge(block)?;
                let of = |values| regression_scores(self.loss(), scores.as_ref(), values, units);
                Ok((evaluation, block.values().map(of)))
            })
            .map(|(evaluation, _)| evaluation),
        }
    }

    /// Whether the model takes the inputs and the targets of `data`.
    pub(crate) fn check(&self, data: &Dataset<T>) -> Result<(), ModelError> {
        if data.labels().is_some() {
            let classes = self.loss.classes(self.outputs());
            ShapeError::expect("Model", "classes", classes, data.outputs())?;
        }
        ShapeError::expect("Model", "inputs", self.inputs(), data.features())?;
        Ok(self.loss.check(self.outputs(), data.len(), targets(data))?)
    }

    /// Whether the model takes these inputs and targets.
    pub(crate) fn check_batch(
        &self,
        x: MatRef<'_, T>,
        targets: Targets<'_, T>,
    ) -> Result<(), ModelError> {
        self.check_inputs(x)?;
        Ok(self.loss.check(self.outputs(), x.ncols(), targets)?)
    }

    fn check_inputs(&self, x: MatRef<'_, T>) -> Result<(), ShapeError> {
        expect_columns("inputs", self.inputs(), x)
    }
}

/// Contiguous columns of so many rows.
pub(crate) fn expect_columns<T>(
    dimension: &'static str,
    rows: usize,
    x: MatRef<'_, T>,
) -> Result<(), ShapeError> {
    ShapeError::expect("Model", dimension, rows, x.nrows())?;
    ShapeError::expect_columns("Model", x)
}

/// The targets of `data`, as a loss takes them.
pub(crate) fn targets<T: Scalar>(data: &Dataset<T>) -> Targets<'_, T> {
    let targets = match data.target() {
        Target::Classes { labels, .. } => Targets::Labels(labels),
        Target::Values { values, .. } => Targets::Values(values.as_ref()),
    };
    match data.weights() {
        None => targets,
        Some(weights) => targets.weighted(weights),
    }
}

/// Whether every output passes.
pub(crate) fn check_outputs<T: Scalar>(
    outputs: MatRef<'_, T>,
    passes: impl Fn(T) -> bool,
    place: impl FnOnce(usize) -> Place,
) -> Result<(), ModelError> {
    for j in 0..outputs.ncols() {
        if let Some(i) = (0..outputs.nrows()).find(|&i| !passes(outputs[(i, j)])) {
            let output = outputs[(i, j)].to_f64();
            return Err(ModelError::NotFiniteOutput { place: place(j), output, scalar: T::NAME });
        }
    }
    Ok(())
}

/// The class of each column of scores.
pub(crate) fn classify_columns<T: Scalar>(
    loss: &dyn Loss<T>,
    scores: MatRef<'_, T>,
    threads: &Threads,
) -> Vec<usize> {
    /// Examples that a thread classifies at a time.
    const PANEL: usize = 1 << 14;
    let mut classes = vec![0; scores.ncols()];
    threads.panels((scores, classes.as_mut_slice()), PANEL, |_, (scores, classes)| {
        for (j, class) in classes.iter_mut().enumerate() {
            *class = loss.classify(column(scores, j));
        }
    });
    classes
}
