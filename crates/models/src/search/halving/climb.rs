use densely_data::Dataset;
use densely_tensor::{Scalar, Threads};

use super::{Halving, HalvingResult};
use crate::metrics::mean;
use crate::search::{Fold, FoldScores};
use crate::{Checkpoint, Evaluation, IntoModel, ModelError, Trainer};

/// A candidate on its way up.
pub(super) struct Climb<T: Scalar> {
    /// Where the training of each fold is; `None` before it begins, or if it is not needed.
    checkpoints: Vec<Option<Checkpoint<T>>>,
    /// The epochs that were made.
    made: usize,
    /// Whether more would be of no use.
    is_over: bool,
    /// The last rung that it was judged in.
    result: Option<(usize, Result<FoldScores, ModelError>)>,
}

/// What a fold's training has come to: how good it was after each epoch, and where it is.
type Course<T> = (Vec<Evaluation>, Checkpoint<T>);

impl<T: Scalar> Climb<T> {
    pub(super) fn new(folds: usize) -> Self {
        Self {
            checkpoints: (0..folds).map(|_| None).collect(),
            made: 0,
            is_over: false,
            result: None,
        }
    }

    pub(super) fn is_judged_in(&self, rung: usize) -> bool {
        self.result.as_ref().is_some_and(|(in_rung, _)| *in_rung == rung)
    }

    pub(super) fn scores_in(&self, rung: usize) -> Option<&FoldScores> {
        let (in_rung, scores) = self.result.as_ref()?;
        scores.as_ref().ok().filter(|_| *in_rung == rung)
    }

    pub(super) fn into_result(self) -> Option<(usize, Result<FoldScores, ModelError>)> {
        self.result
    }

    /// Gives the memory of its trainings back.
    pub(super) fn forget(&mut self) {
        self.checkpoints.fill(None);
    }
}

/// A rung, and a candidate in it.
pub(super) struct Rung<'h, 'a, T: Scalar> {
    pub(super) halving: &'h Halving<'a>,
    pub(super) trial: usize,
    pub(super) rung: usize,
    pub(super) epochs: usize,
    pub(super) folds: &'h [Fold<T>],
}

impl<T: Scalar> Rung<'_, '_, T> {
    /// Trains the candidate up to this rung, unless that is known or of no use, and judges it.
    pub(super) fn reach<'t, M: IntoModel<T>>(
        &self,
        climb: &mut Climb<T>,
        build: &(impl Fn(&Dataset<T>) -> (M, Trainer<'t, T>) + Sync),
    ) {
        let &Self { halving, trial, rung, epochs, .. } = self;
        if let Some((scores, made)) = halving.known.get(&(trial, rung)) {
            climb.made = *made;
            climb.is_over = *made < epochs || self.has_stalled(*made, scores);
            climb.result = Some((rung, Ok(scores.clone().ranked_by_loss(halving.by_loss))));
            return;
        }
        let before = climb.result.take();
        let scores = match before {
            Some((_, scores)) if climb.is_over => scores,
            before => match self.train(climb, build) {
                Ok(Some(scores)) => Ok(scores),
                Err(error) => Err(error),
                Ok(None) => {
                    climb.result = before;
                    return;
                }
            },
        };
        let made = if scores.is_ok() { climb.made } else { 0 };
        let result = HalvingResult { trial, rung, epochs: made, scores: scores.as_ref() };
        (halving.on_result)(&result);
        climb.result = Some((rung, scores));
    }

    /// Trains all folds as long as their mean loss falls, up to the epochs of the rung; `None` if the search is
    /// stopped.
    fn train<'t, M: IntoModel<T>>(
        &self,
        climb: &mut Climb<T>,
        build: &(impl Fn(&Dataset<T>) -> (M, Trainer<'t, T>) + Sync),
    ) -> Result<Option<FoldScores>, ModelError> {
        let Halving { patience, threads, .. } = self.halving;
        loop {
            let to = self.epochs.min(climb.made + patience);
            let from = climb.checkpoints.iter_mut().map(Option::take).collect();
            let advanced = threads.map_each(from, |fold, from| {
                let fold = &self.folds[fold];
                self.advance(build(&fold.train), fold, from, to)
            });
            let mut curves = Vec::with_capacity(self.folds.len());
            for (advanced, checkpoint) in advanced.into_iter().zip(&mut climb.checkpoints) {
                let Some((curve, reached)) = advanced? else { return Ok(None) };
                curves.push(curve);
                *checkpoint = Some(reached);
            }
            climb.made = curves.iter().map(Vec::len).min().unwrap_or(0);
            let scores = at_lowest_loss(&curves, climb.made)?;
            let scores = scores.ranked_by_loss(self.halving.by_loss);
            climb.is_over = climb.made < to || self.has_stalled(climb.made, &scores);
            if climb.is_over || climb.made >= self.epochs {
                return Ok(Some(scores));
            }
        }
    }

    /// Trains the model of a fold up to the end of an epoch, from where it was.
    fn advance<'t, M: IntoModel<T>>(
        &self,
        (model, trainer): (M, Trainer<'t, T>),
        fold: &Fold<T>,
        from: Option<Checkpoint<T>>,
        to: usize,
    ) -> Result<Option<Course<T>>, ModelError> {
        let (epochs, stop_when) = (self.halving.epochs, &self.halving.stop_when);
        let mut model = model.into_model()?;
        let trainer = trainer
            .epochs(epochs)
            .validation_data(&fold.held_out)
            .target_units(fold.units.clone())
            .monitor(false)
            .threads(Threads::single());
        let mut training = match from {
            None => trainer.start(&mut model, &fold.train)?,
            Some(from) => trainer.resume(&mut model, &fold.train, from)?,
        };
        while training.epochs().len() < to {
            if stop_when() {
                return Ok(None);
            }
            if training.step()?.is_none() {
                break;
            }
        }
        let curve = training.epochs().iter().filter_map(|epoch| epoch.validation).collect();
        Ok(Some((curve, training.checkpoint()?)))
    }

    /// Whether the mean loss of the folds has not fallen for long.
    fn has_stalled(&self, made: usize, scores: &FoldScores) -> bool {
        made - scores.epochs()[0] >= self.halving.patience
    }
}

/// The evaluations after the epoch, of so many, in which the mean loss of the folds is lowest.
fn at_lowest_loss(curves: &[Vec<Evaluation>], epochs: usize) -> Result<FoldScores, ModelError> {
    let of = |epoch: usize| curves.iter().map(|curve| curve[epoch]).collect::<Vec<_>>();
    let loss = |epoch| mean(&of(epoch).iter().map(Evaluation::loss).collect::<Vec<_>>());
    let (mut best, mut lowest) = (None, f64::INFINITY);
    for epoch in 0..epochs {
        let loss = loss(epoch);
        if loss < lowest {
            (best, lowest) = (Some(epoch), loss);
        }
    }
    match best {
        Some(epoch) => Ok(FoldScores::new(of(epoch), epoch + 1)),
        None => Err(ModelError::HeldOutLoss { loss: loss(0) }),
    }
}
