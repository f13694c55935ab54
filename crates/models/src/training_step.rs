use densely_layers::{At, Layer, Passed, Sequential};
use densely_loss::{Targets, mean};
use densely_optim::Optimizer;
use densely_tensor::{Buffer, MatRef, Scalar, ShapeError, Threads};

use crate::panel_width::{panel_width, worthy_threads};
use crate::{Model, ModelError};

/// One training step on a mini-batch, with the memory that it takes.
///
/// A step has two parallel phases. In the first, each panel of examples goes forward
/// through all layers, through the loss, and back to the first layer, while its
/// activations are in cache. In the second, the gradient of each parameter is summed
/// over the whole batch, split over the columns of the gradient. How work is split
/// depends on the sizes alone, so the **bits of the result are the same at any number of
/// threads**.
///
/// Memory is taken in the first step, and none after it. [`Trainer`](crate::Trainer)
/// calls this in a loop; call it yourself for a loop of your own, inside
/// [`Threads::install`] if there are several threads.
///
/// ```
/// use densely_layers::At;
/// use densely_models::{Mlp, TrainingStep};
/// use densely_optim::Sgd;
/// use densely_tensor::{Mat, Threads};
///
/// let mut model = Mlp::classifier(2, 2).hidden([8]).build::<f64>()?;
/// let (x, labels) = (Mat::from_fn(2, 4, |i, j| ((i + j) % 2) as f64), [0, 1, 0, 1]);
/// let (mut step, mut sgd) = (TrainingStep::new(), Sgd::new(0.5));
/// let mut losses = (0..50).map(|i| {
///     let at = At { step: i, ..At::default() };
///     let targets = labels.as_slice().into();
///     step.run(&mut model, &mut sgd, x.as_ref(), targets, at, &Threads::single()).unwrap()
/// });
/// assert!(losses.next() > Some(0.3) && losses.last() < Some(0.1));
/// # Ok::<(), densely_models::ModelError>(())
/// ```
#[derive(Debug, Default)]
pub struct TrainingStep<T: Scalar> {
    scores: Buffer<T>,
    dscores: Buffer<T>,
    tape: Buffer<T>,
    losses: Vec<T>,
}

/// What went through a network in a training step.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pass<'a, T: Scalar> {
    pub(crate) network: &'a Sequential<T>,
    pub(crate) x: MatRef<'a, T>,
    scores: MatRef<'a, T>,
    dscores: MatRef<'a, T>,
    tape: MatRef<'a, T>,
}

impl<'a, T: Scalar> Pass<'a, T> {
    /// The same for the first `n` examples at most.
    pub(crate) fn first(self, n: usize) -> Self {
        let n = n.min(self.x.ncols());
        Self {
            x: self.x.subcols(0, n),
            scores: self.scores.subcols(0, n),
            dscores: self.dscores.subcols(0, n),
            tape: self.tape.subcols(0, n),
            ..self
        }
    }

    /// Shows what went through each layer, first to last.
    pub(crate) fn inspect(&self, visit: &mut dyn FnMut(Passed<'a, T>)) {
        self.network.inspect(self.x, self.scores, self.dscores, self.tape, visit);
    }
}

impl<T: Scalar> TrainingStep<T> {
    /// A step that has no memory yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            scores: Buffer::new(),
            dscores: Buffer::new(),
            tape: Buffer::new(),
            losses: Vec::new(),
        }
    }

    /// Gradients, and one step of the optimiser. Returns the mean loss before the step.
    ///
    /// # Errors
    /// As [`gradients`](Self::gradients), or if the optimiser cannot make the step.
    pub fn run(
        &mut self,
        model: &mut Model<T>,
        optimizer: &mut dyn Optimizer<T>,
        x: MatRef<'_, T>,
        targets: Targets<'_, T>,
        at: At,
        threads: &Threads,
    ) -> Result<f64, ModelError> {
        self.run_if(model, optimizer, x, targets, at, threads, |_, _| Ok(true))
    }

    /// [`run`](Self::run), where `accept` sees the loss, and what went through the network,
    /// before the optimiser acts, and says whether it shall.
    #[allow(clippy::too_many_arguments, reason = "those of `run`, and one")]
    pub(crate) fn run_if(
        &mut self,
        model: &mut Model<T>,
        optimizer: &mut dyn Optimizer<T>,
        x: MatRef<'_, T>,
        targets: Targets<'_, T>,
        at: At,
        threads: &Threads,
        accept: impl FnOnce(f64, &Pass<'_, T>) -> Result<bool, ModelError> + Send,
    ) -> Result<f64, ModelError> {
        let single = Threads::single();
        let worth = worthy_threads(x.ncols(), model.parameters());
        let threads = if worth > 1 { threads } else { &single };
        threads.attend(worth - 1, || {
            let loss = self.gradients(model, x, targets, at, threads)?;
            if accept(loss, &self.pass(model.network(), x))? {
                optimizer.step(model.network_mut(), threads)?;
            }
            Ok(loss)
        })
    }

    /// What went through the network when the gradients for `x` were computed.
    fn pass<'a>(&'a self, network: &'a Sequential<T>, x: MatRef<'a, T>) -> Pass<'a, T> {
        let n = x.ncols();
        let (outputs, rows) = (network.width(), network.tape_rows(network.in_features()));
        Pass {
            network,
            x,
            scores: self.scores.view(outputs, n),
            dscores: self.dscores.view(outputs, n),
            tape: self.tape.view(rows, n),
        }
    }

    /// Overwrites the gradient of every parameter with that of the mean loss over the
    /// batch. Returns the mean loss.
    ///
    /// # Errors
    /// If the batch is empty, `x` or the targets do not fit the model, or there is no memory for
    /// the activations of so many examples.
    pub fn gradients(
        &mut self,
        model: &mut Model<T>,
        x: MatRef<'_, T>,
        targets: Targets<'_, T>,
        at: At,
        threads: &Threads,
    ) -> Result<f64, ModelError> {
        let n = x.ncols();
        ShapeError::expect_some("TrainingStep", "examples", n)?;
        model.check_batch(x, targets)?;
        let width = panel_width::<T>(n, model.parameters());
        let (outputs, rows) = (model.outputs(), model.network().tape_rows(model.inputs()));
        let (network, loss) = model.parts_mut();

        self.tape.reserve("TrainingStep", "the activations of all examples", rows, n)?;
        self.dscores.reserve("TrainingStep", "the gradients of the scores", outputs, n)?;
        self.scores.reserve("TrainingStep", "the scores", outputs, n)?;
        let mut tape = self.tape.view_mut(rows, n);
        let mut dscores = self.dscores.view_mut(outputs, n);
        let mut scores = self.scores.view_mut(outputs, n);
        self.losses.resize(n, T::ZERO);
        let work = (
            x,
            targets,
            tape.as_mut(),
            scores.as_mut(),
            dscores.as_mut(),
            self.losses.as_mut_slice(),
        );
        threads.panels(work, width, |first, (x, targets, mut tape, mut y, mut dy, losses)| {
            network.forward_train(x, y.as_mut(), tape.as_mut(), at.shifted(first));
            loss.panel(y.as_ref(), targets, n, losses, dy.as_mut());
            network.backward_tape(x, y.as_ref(), dy.as_ref(), tape);
        });
        network.backward_params(x, dscores.as_ref(), tape.as_ref(), threads);
        Ok(mean(&self.losses))
    }
}
