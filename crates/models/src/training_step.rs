use std::ops::Range;

use densely_layers::{At, Layer, Passed, Sequential, Shards};
use densely_loss::{Targets, mean};
use densely_optim::Optimizer;
use densely_tensor::{Buffer, MatRef, Scalar, ShapeError, Split, Threads};

use crate::panel_width::{panel_width, worthy_threads};
use crate::ranks::Ranks;
use crate::{Exchange, Model, ModelError};

/// One training step on a mini-batch, with the memory that it takes.
///
/// A step has two parallel phases. In the first, each panel of examples goes forward
/// through all layers, through the loss, and back to the first layer, while its
/// activations are in cache. In the second, the gradient of each parameter is summed
/// over the whole batch, split over the columns of the gradient. What comes out for a column
/// does not depend on its company, so the **bits of the result are the same at any number of
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
#[derive(Debug)]
pub struct TrainingStep<T: Scalar> {
    shards: usize,
    scores: Buffer<T>,
    dscores: Buffer<T>,
    tape: Buffer<T>,
    losses: Vec<T>,
    /// Where the gradients of shards are added.
    room: Buffer<T>,
}

/// The shards of a batch that a step is for, and the address of the batch's first example.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part {
    pub(crate) shards: Shards,
    pub(crate) at: At,
}

/// What went through a network in a training step.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pass<'a, T: Scalar> {
    pub(crate) network: &'a Sequential<T>,
    pub(crate) shards: Shards,
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
            shards: 1,
            scores: Buffer::new(),
            dscores: Buffer::new(),
            tape: Buffer::new(),
            losses: Vec::new(),
            room: Buffer::new(),
        }
    }

    /// Cuts each batch into so many [`Shards`], as [`Trainer::shards`](crate::Trainer::shards) does.
    #[must_use]
    pub fn shards(self, shards: usize) -> Self {
        Self { shards, ..self }
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
        let part = Part { shards: cut(x.ncols(), self.shards)?, at };
        let ranks = &mut Ranks::new(None);
        self.run_if(model, optimizer, x, targets, part, threads, ranks, |_, _, _| Ok(true))
    }

    /// [`run`](Self::run) by several ranks: each is given the whole batch, computes the gradients of its
    /// [`shards`](Self::shards), and has the result of one that computes them all.
    ///
    /// # Errors
    /// As [`run`](Self::run), and [`ModelError::Exchange`] if another rank fails, or the ranks cannot share the shards.
    #[allow(clippy::too_many_arguments, reason = "those of `run`, and one")]
    pub fn run_together(
        &mut self,
        exchange: &mut dyn Exchange<T>,
        model: &mut Model<T>,
        optimizer: &mut dyn Optimizer<T>,
        x: MatRef<'_, T>,
        targets: Targets<'_, T>,
        at: At,
        threads: &Threads,
    ) -> Result<f64, ModelError> {
        let mut ranks = Ranks::new(Some(Box::new(exchange)));
        let checked = |ranks: &Ranks<'_, T>| {
            let shards = cut(x.ncols(), self.shards)?;
            ranks.check(self.shards)?;
            model.check_batch(x, targets)?;
            Ok(ranks.own(shards))
        };
        let shards = checked(&ranks).map_err(|error| ranks.tell(error))?;
        let seen = with_company(&shards);
        let (x, targets) = (x, targets).split_at(seen.start).1.split_at(seen.len()).0;
        let part = Part { shards, at };
        self.run_if(model, optimizer, x, targets, part, threads, &mut ranks, |_, _, _| Ok(true))
            .map_err(|error| ranks.tell(error))
    }

    /// [`run`](Self::run), where `accept` sees the loss, and what went through the network,
    /// before the optimiser acts, and says whether it shall.
    #[allow(clippy::too_many_arguments, reason = "those of `run`, and two")]
    pub(crate) fn run_if<'r>(
        &mut self,
        model: &mut Model<T>,
        optimizer: &mut dyn Optimizer<T>,
        x: MatRef<'_, T>,
        targets: Targets<'_, T>,
        part: Part,
        threads: &Threads,
        ranks: &mut Ranks<'r, T>,
        accept: impl FnOnce(f64, &Pass<'_, T>, &mut Ranks<'r, T>) -> Result<bool, ModelError> + Send,
    ) -> Result<f64, ModelError> {
        let single = Threads::single();
        let worth = worthy_threads(x.ncols(), model.parameters());
        let threads = if worth > 1 { threads } else { &single };
        threads.attend(worth - 1, || {
            let loss = self.gradients_of(model, x, targets, part, threads, ranks)?;
            if accept(loss, &self.pass(model.network(), x, part.shards), ranks)? {
                optimizer.step(model.network_mut(), threads)?;
            }
            Ok(loss)
        })
    }

    /// What went through the network when the gradients for `x` were computed.
    fn pass<'a>(
        &'a self,
        network: &'a Sequential<T>,
        x: MatRef<'a, T>,
        shards: Shards,
    ) -> Pass<'a, T> {
        let n = x.ncols();
        let (outputs, rows) = (network.width(), network.tape_rows(network.in_features()));
        let own = own_columns(&shards);
        let of_own = |of: MatRef<'a, T>| of.subcols(own.start, own.len());
        Pass {
            network,
            shards,
            x: of_own(x),
            scores: of_own(self.scores.view(outputs, n)),
            dscores: of_own(self.dscores.view(outputs, n)),
            tape: of_own(self.tape.view(rows, n)),
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
        let part = Part { shards: cut(x.ncols(), self.shards)?, at };
        self.gradients_of(model, x, targets, part, threads, &mut Ranks::new(None))
    }

    /// [`gradients`](Self::gradients) of the shards of this rank, whose examples these are [with their company](with_company),
    /// and of all ranks together.
    fn gradients_of(
        &mut self,
        model: &mut Model<T>,
        x: MatRef<'_, T>,
        targets: Targets<'_, T>,
        part: Part,
        threads: &Threads,
        ranks: &mut Ranks<'_, T>,
    ) -> Result<f64, ModelError> {
        let Part { shards, at } = part;
        let (n, of_batch, place) = (x.ncols(), shards.examples(), with_company(&shards).start);
        ShapeError::expect_some("TrainingStep", "examples", of_batch)?;
        model.check_batch(x, targets)?;
        let width = panel_width::<T>(n, model.parameters(), threads.count());
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
            network.forward_train(x, y.as_mut(), tape.as_mut(), at.shifted(place + first));
            loss.panel(y.as_ref(), targets, of_batch, losses, dy.as_mut());
            network.backward_tape(x, y.as_ref(), dy.as_ref(), tape);
        });
        let own = own_columns(&shards);
        let losses = &self.losses[own.clone()];
        let mean = match shards.is_whole() {
            true => mean(losses),
            false => ranks.mean_loss(losses, &shards)?,
        };
        let [x, dscores, tape] =
            [x, dscores.as_ref(), tape.as_ref()].map(|of| of.subcols(own.start, own.len()));
        let (mut begun, room) = (Ok(()), &mut self.room);
        network.learning_layers(x, dscores, tape, &mut |layer, x, dy, tape| {
            match shards.is_whole() {
                true => layer.backward_params(x, dy, tape, threads),
                false => layer.backward_shards(x, dy, tape, &shards, room, threads),
            }
            if begun.is_ok() {
                begun = ranks.begin(layer);
            }
        });
        begun?;
        ranks.end(network.learning_layers_mut())?;
        Ok(mean)
    }
}

impl<T: Scalar> Default for TrainingStep<T> {
    fn default() -> Self {
        Self::new()
    }
}

/// Where the examples are in a batch that a step of these shards looks at: theirs, and if that is one of several, a
/// neighbour. A product with a single column may come out otherwise than with more.
pub(crate) fn with_company(shards: &Shards) -> Range<usize> {
    let Range { start, end } = shards.columns();
    match end - start == 1 {
        true if end < shards.examples() => start..end + 1,
        true => start.saturating_sub(1)..end,
        false => start..end,
    }
}

/// Where these shards' own examples are among those.
fn own_columns(shards: &Shards) -> Range<usize> {
    let (own, first) = (shards.columns(), with_company(shards).start);
    own.start - first..own.end - first
}

/// So many examples, cut into so many shards.
fn cut(examples: usize, shards: usize) -> Result<Shards, ModelError> {
    check_shards(shards)?;
    Ok(Shards::new(examples, shards))
}

pub(crate) fn check_shards(shards: usize) -> Result<(), ModelError> {
    match shards.is_power_of_two() && shards <= Shards::MOST {
        true => Ok(()),
        false => Err(ModelError::option("the shards", "a power of two, at most 1024", &shards)),
    }
}
