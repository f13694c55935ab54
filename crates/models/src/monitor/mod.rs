//! What goes on inside a network while it is trained.

mod alone;
mod baseline;
mod causes;
mod constant_prediction;
mod course;
mod data_causes;
mod diagnosis;
mod finding;
mod flat_units;
mod initial_loss;
mod layer_report;
mod losses;
mod missed_classes;
mod of_table;
mod pace;
mod part;
mod pull;
mod sentence;
mod sentinel;
mod spread;
mod squeeze;
mod statistics;
mod stored;
mod survey;
mod telling;
mod weight_change;
mod weight_scale;

use std::cell::OnceCell;
use std::sync::Arc;

use densely_data::Dataset;
use densely_layers::{Passed, Sequential};
use densely_optim::Limits;
use densely_tensor::{MatRef, Scalar, Threads, first_non_finite};

use crate::ranks::Ranks;
use crate::training_step::Pass;
use crate::{Epoch, ExchangeError, Model, ModelError, Stop};
pub use diagnosis::Diagnosis;
use diagnosis::Trouble;
pub(crate) use diagnosis::first_not_finite_weights;
pub use finding::Finding;
use flat_units::FlatUnits;
pub use initial_loss::InitialLoss;
pub use layer_report::LayerReport;
use layer_report::layer_numbers;
pub use part::Part;
use pull::{Pull, held_by};
pub use statistics::Statistics;
use survey::Survey;
use weight_change::WeightChange;
use weight_scale::WeightScale;

/// Steps from one look to the next, at least.
const INTERVAL: usize = 32;

/// The same, for each step in which units were counted: where there are dead ones, in every
/// step of the epoch.
const INTERVAL_PER_COUNT: usize = 10;

/// Looks that there were, for each that passes before the pull is seen again.
const LOOKS_PER_PULL: usize = 4;

/// Examples whose statistics are taken, at most.
const SAMPLE: usize = 128;

/// Rows that memory is taken for at first, at most.
const ROWS: usize = 1 << 12;

/// Watches a training from the side, and changes nothing.
///
/// It looks at the first epoch, at the last, and at those between them that begin when enough
/// steps have passed since the last look. In the first step it takes the statistics, and in
/// all of them it looks for dead and saturated units, as long as there can be any. It costs
/// 1 to 3 % of a step on average (`cargo bench -p densely --bench monitor`), and takes memory
/// in its first step only.
#[derive(Debug)]
pub(crate) struct Monitor<T: Scalar> {
    initial_loss: InitialLoss,
    /// A row for each stage and epoch that was looked at.
    rows: Vec<LayerReport>,
    /// Where the rows of the last look begin.
    latest: usize,
    last_epoch: usize,
    /// Number and kind of the layer of each stage.
    layers: Vec<(usize, Arc<str>)>,
    flat: Vec<FlatUnits<T>>,
    change: WeightChange<T>,
    initial_weights: Vec<WeightScale>,
    /// At the end of the training; none before.
    last_weights: Vec<WeightScale>,
    /// What holds the optimiser back.
    limits: Limits,
    /// At the first look, and at one of the last.
    first_pull: Option<Pull>,
    pull: Option<Pull>,
    /// The number of looks, and at which of them the pull is next seen: to read all gradients takes
    /// as long as all else that a look does, and changes little from one to the next.
    looks: usize,
    next_pull: usize,
    /// The layer whose units a limit of norms holds, and the share of them.
    held: Option<(usize, f64)>,
    /// Steps until an epoch is looked at again, if it begins then.
    wait: usize,
    watching: bool,
}

impl<T: Scalar> Monitor<T> {
    /// Before training.
    pub(crate) fn new(
        model: &Model<T>,
        data: &Dataset<T>,
        epochs: usize,
        limits: Limits,
        threads: &Threads,
    ) -> Result<Self, ModelError> {
        let stages = model.network().stages();
        let kinds = stages.iter().map(|stage| Arc::from(stage.layer().kind().name()));
        let layers: Vec<_> = layer_numbers(model.network()).zip(kinds).collect();
        // Hidden units: what comes before the weights are inputs, and the last are scores.
        let hidden = stages.iter().enumerate().take(stages.len().saturating_sub(1));
        let flat = hidden
            .filter(|&(index, _)| layers[index].0 > 0)
            .filter_map(|(index, stage)| FlatUnits::new(index, stage))
            .collect();
        Ok(Self {
            initial_loss: InitialLoss::of(model, data, threads)?,
            rows: Vec::with_capacity(epochs.saturating_mul(stages.len()).min(ROWS)),
            latest: 0,
            last_epoch: epochs,
            layers,
            flat,
            change: WeightChange::new(),
            initial_weights: WeightScale::of(model.network()),
            last_weights: Vec::new(),
            limits,
            first_pull: None,
            pull: None,
            looks: 0,
            next_pull: 0,
            held: None,
            wait: 0,
            watching: false,
        })
    }

    /// Looks at a step of an epoch, from 0, before its update.
    pub(crate) fn before_update(
        &mut self,
        epoch: usize,
        step: usize,
        pass: &Pass<'_, T>,
        ranks: &mut Ranks<'_, T>,
    ) -> Result<(), ExchangeError> {
        if step == 0 {
            self.watching = self.wait == 0 || epoch == self.last_epoch;
        }
        if self.watching && step == 0 {
            self.wait = INTERVAL;
            self.flat.iter_mut().for_each(FlatUnits::start);
            self.take_statistics(epoch, pass, ranks)?;
            self.change.before(pass.network);
            if self.looks >= self.next_pull || epoch == self.last_epoch {
                self.pull = Pull::of(pass.network, &self.limits);
                self.first_pull = self.first_pull.or(self.pull);
                self.next_pull = self.looks + self.looks / LOOKS_PER_PULL + 1;
            }
            self.looks += 1;
        }
        if self.watching && self.flat.iter().any(FlatUnits::is_open) {
            self.wait = self.wait.max(INTERVAL_PER_COUNT * (step + 1));
            let (first, n) = (pass.shards.columns().start, pass.shards.examples());
            let mut watched = self.flat.iter_mut().peekable();
            pass.inspect(&mut |passed| {
                if let Some(flat) = watched.next_if(|flat| flat.stage() == passed.index) {
                    flat.observe(&passed, first, n);
                }
            });
            if !ranks.are_one() {
                let mut bytes = Vec::new();
                self.flat.iter().for_each(|flat| flat.tell(&mut bytes));
                let all = ranks.gather(&bytes)?;
                let mut rest: Vec<_> = all.iter().map(Vec::as_slice).collect();
                self.flat.iter_mut().for_each(|flat| flat.join(&mut rest));
            }
        }
        Ok(())
    }

    /// Of the first examples of the batch, wherever they are.
    fn take_statistics(
        &mut self,
        epoch: usize,
        pass: &Pass<'_, T>,
        ranks: &mut Ranks<'_, T>,
    ) -> Result<(), ExchangeError> {
        let own = pass.first(SAMPLE.saturating_sub(pass.shards.columns().start));
        let Self { rows, latest, layers, .. } = self;
        *latest = rows.len();
        let n = pass.shards.examples() as f64;
        let mut report = |passed: &Passed<'_, T>, y: MatRef<'_, T>, dy: Option<MatRef<'_, T>>| {
            let (layer, kind) = layers[passed.index].clone();
            rows.push(LayerReport {
                epoch,
                stage: passed.index,
                layer,
                kind,
                units: passed.stage.out_features(),
                activations: Statistics::of(y, 1.0),
                // The gradient is that of the mean loss over the batch.
                gradients: dy.map(|dy| Statistics::of(dy, n)),
                dead_units: None,
                saturated_units: None,
                update_ratio: None,
            });
        };
        if ranks.are_one() {
            own.inspect(&mut |passed| report(&passed, passed.y, passed.dy));
            return Ok(());
        }
        let mut parts = Vec::new();
        own.inspect(&mut |passed| parts.extend([Some(passed.y), passed.dy].into_iter().flatten()));
        let mut whole = ranks.columns(&parts)?.into_iter();
        let mut next = || whole.next().expect("there is one for each part");
        own.inspect(&mut |passed| {
            let y = next();
            let dy = passed.dy.map(|_| next());
            report(&passed, y.as_ref(), dy.as_ref().map(|dy| dy.as_ref()));
        });
        Ok(())
    }

    /// Looks at what the update of a step, from 0, has done.
    pub(crate) fn after_update(&mut self, step: usize, model: &Model<T>) {
        self.wait = self.wait.saturating_sub(1);
        if self.watching && step == 0 {
            let rows = &mut self.rows[self.latest..];
            self.change.after(model.network(), |stage, ratio| {
                rows[stage].update_ratio = Some(ratio);
            });
        }
    }

    /// Puts down what was seen in an epoch. Returns the numbers of dead and of saturated
    /// units at the last look.
    pub(crate) fn end_epoch(&mut self) -> (usize, usize) {
        let rows = &mut self.rows[self.latest..];
        if self.watching {
            for flat in &self.flat {
                let row = &mut rows[flat.stage()];
                (row.dead_units, row.saturated_units) = (flat.dead(), flat.saturated());
            }
        }
        let dead = rows.iter().filter_map(|row| row.dead_units).sum();
        let saturated = rows.iter().filter_map(|row| row.saturated_units).sum();
        (dead, saturated)
    }

    /// Takes notice of the weights that training ends with, before others are put back.
    pub(crate) fn end_training(&mut self, network: &Sequential<T>) {
        self.last_weights = WeightScale::of(network);
        self.held = self.limits.max_norm.and_then(|limit| held_by(network, limit));
    }

    /// What has been seen.
    pub(crate) fn into_parts(self) -> (InitialLoss, Vec<LayerReport>) {
        (self.initial_loss, self.rows)
    }
}

/// What a diagnosis is made from.
#[derive(Debug)]
pub(crate) struct Case<'a, T: Scalar> {
    /// With the weights that are kept.
    pub(crate) model: &'a Model<T>,
    pub(crate) train: &'a Dataset<T>,
    pub(crate) validation: Option<&'a Dataset<T>>,
    pub(crate) epochs: &'a [Epoch],
    pub(crate) kept_epoch: usize,
    pub(crate) stop: Stop,
    pub(crate) batch_size: usize,
    /// The learning rate that a schedule multiplies.
    pub(crate) base_rate: f64,
    pub(crate) threads: &'a Threads,
    pub(crate) monitor: &'a Monitor<T>,
    pub(crate) surveyed: OnceCell<Survey>,
}

impl<T: Scalar> Case<'_, T> {
    /// A look at the training data, once.
    pub(crate) fn survey(&self) -> &Survey {
        self.surveyed.get_or_init(|| Survey::of(self.train, self.threads))
    }
}

/// The first layer, as people count them, with an output that is infinite or NaN.
pub(crate) fn first_non_finite_layer<T: Scalar>(pass: &Pass<'_, T>) -> Option<usize> {
    let (mut numbers, mut first) = (layer_numbers(pass.network), None);
    pass.inspect(&mut |passed| {
        let number = numbers.next();
        if first.is_none() && first_non_finite(passed.y).is_some() {
            first = number;
        }
    });
    first
}
