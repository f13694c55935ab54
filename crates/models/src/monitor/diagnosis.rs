use std::fmt;

use super::LayerReport;
use crate::History;

/// What kept a network from learning as it might: nothing, if it is healthy.
///
/// Displays as one sentence for each finding, one per line.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Diagnosis {
    /// The findings: on the losses, then on each layer, first to last.
    pub findings: Vec<Finding>,
}

/// Something that is not as it should be, with its figures. Displayed, it is a sentence
/// that says what to change.
///
/// Layers are numbered as people do, from 1; an activation belongs to the weights before it.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Finding {
    /// The loss before training was above its [limit](crate::InitialLoss::limit).
    InitialLoss {
        /// The loss before training.
        loss: f64,
        /// That of scores of zero.
        expected: f64,
    },
    /// The training loss of the last epoch was more than 4 times that before training, and
    /// that of scores of zero.
    RisingLoss {
        /// The larger of the loss before training and that of scores of zero.
        before: f64,
        /// The training loss of the last epoch.
        last: f64,
    },
    /// At least 10 % of a layer's units were active for no example of an epoch.
    DeadUnits {
        /// The layer.
        layer: usize,
        /// How many units are dead.
        dead: usize,
        /// Of how many.
        units: usize,
        /// The first epoch that was looked at in which they were as many as that.
        since: usize,
    },
    /// At least 10 % of a layer's units let almost no gradient through for 95 % of the
    /// examples.
    SaturatedUnits {
        /// The layer.
        layer: usize,
        /// How many units are saturated.
        saturated: usize,
        /// Of how many.
        units: usize,
        /// The first epoch that was looked at in which they were as many as that.
        since: usize,
    },
    /// An update moved the weights by more than a tenth of their norm, after the first epoch.
    LargeUpdates {
        /// The layer.
        layer: usize,
        /// The norm of the update over that of the weights.
        ratio: f64,
        /// The first epoch that was looked at in which it was as large as that.
        since: usize,
    },
    /// No update that was looked at moved the weights by a millionth of their norm, and the
    /// loss is still more than half of what it was.
    SmallUpdates {
        /// The layer.
        layer: usize,
        /// The norm of the largest update over that of the weights.
        ratio: f64,
    },
}

/// A loss that has risen by so much is not about to fall again.
const RISE: f64 = 4.0;

/// The share of a layer's units from which on they are reported.
const SHARE: f64 = 0.1;

/// Healthy updates are about 1e-3 of the weights.
const LARGE_UPDATE: f64 = 0.1;

/// Below this, single precision rounds the last updates away.
const SMALL_UPDATE: f64 = 1e-6;

impl Diagnosis {
    /// Whether there is no finding.
    #[must_use]
    pub fn is_healthy(&self) -> bool {
        self.findings.is_empty()
    }

    pub(crate) fn of(history: &History) -> Self {
        let mut findings = Vec::new();
        let last = history.last().train_loss;
        let mut unlearnt = false;
        if let Some(initial) = history.initial_loss {
            let (loss, expected) = (initial.loss, initial.expected);
            if loss > initial.limit && expected > 0.0 {
                findings.push(Finding::InitialLoss { loss, expected });
            }
            let before = loss.max(expected);
            if last > RISE * before && before > 0.0 {
                findings.push(Finding::RisingLoss { before, last });
            }
            unlearnt = last > 0.5 * before;
        }
        let latest = history.layers.last().map_or(0, |layer| layer.epoch);
        for layer in history.layers_in(latest) {
            let course = Course { rows: &history.layers, layer };
            findings.extend(course.dead());
            findings.extend(course.saturated());
            findings.extend(course.large_updates());
            findings.extend(course.small_updates().filter(|_| unlearnt));
        }
        Self { findings }
    }
}

/// What became of a layer.
struct Course<'a> {
    rows: &'a [LayerReport],
    /// The last row of the layer.
    layer: &'a LayerReport,
}

impl Course<'_> {
    /// The reports of the layer, last to first.
    fn back(&self) -> impl Iterator<Item = &LayerReport> {
        self.rows.iter().rev().filter(|row| row.stage == self.layer.stage)
    }

    /// Since which epoch this has been so without a break.
    fn since(&self, is_so: impl Fn(&LayerReport) -> bool) -> Option<usize> {
        self.back().take_while(|row| is_so(row)).last().map(|row| row.epoch)
    }

    /// How many units this is said of, and since when, if they are enough.
    fn share(&self, count: fn(&LayerReport) -> Option<usize>) -> Option<(usize, usize)> {
        let many = |row: &LayerReport| {
            count(row).is_some_and(|count| count as f64 >= SHARE * row.units as f64)
        };
        count(self.layer).zip(self.since(many))
    }

    fn dead(&self) -> Option<Finding> {
        let (layer, units) = (self.layer.layer, self.layer.units);
        let (dead, since) = self.share(|row| row.dead_units)?;
        Some(Finding::DeadUnits { layer, dead, units, since })
    }

    fn saturated(&self) -> Option<Finding> {
        let (layer, units) = (self.layer.layer, self.layer.units);
        let (saturated, since) = self.share(|row| row.saturated_units)?;
        Some(Finding::SaturatedUnits { layer, saturated, units, since })
    }

    fn large_updates(&self) -> Option<Finding> {
        let large = |row: &LayerReport| {
            row.epoch > 1 && row.update_ratio.is_some_and(|ratio| ratio > LARGE_UPDATE)
        };
        let (layer, ratio) = (self.layer.layer, self.layer.update_ratio?);
        Some(Finding::LargeUpdates { layer, ratio, since: self.since(large)? })
    }

    fn small_updates(&self) -> Option<Finding> {
        let ratio = self.back().filter_map(|row| row.update_ratio).fold(f64::NAN, f64::max);
        (ratio < SMALL_UPDATE).then_some(Finding::SmallUpdates { layer: self.layer.layer, ratio })
    }
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, finding) in self.findings.iter().enumerate() {
            write!(f, "{}{finding}", if i == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = |part: usize, of: usize| (100.0 * part as f64 / of as f64).round();
        match *self {
            Self::InitialLoss { loss, expected } => write!(
                f,
                "the loss was {loss:.3} before training, where scores of zero have \
                 {expected:.3}: standardise inputs and targets or draw smaller initial weights"
            ),
            Self::RisingLoss { before, last } => write!(
                f,
                "the training loss rose from {before:.3} to {last:.3}: lower the learning rate"
            ),
            Self::DeadUnits { layer, dead, units, since } => write!(
                f,
                "{} % of layer {layer}'s units have been dead since epoch {since}: \
                 lower the learning rate or try leaky-relu",
                percent(dead, units)
            ),
            Self::SaturatedUnits { layer, saturated, units, since } => write!(
                f,
                "{} % of layer {layer}'s units have been saturated since epoch {since}: \
                 standardise the inputs, draw smaller initial weights, or try relu",
                percent(saturated, units)
            ),
            Self::LargeUpdates { layer, ratio, since } => write!(
                f,
                "an update moves the weights of layer {layer} by {:.0} % of their norm, or by \
                 about as much since epoch {since}: lower the learning rate",
                100.0 * ratio
            ),
            Self::SmallUpdates { layer, ratio } => write!(
                f,
                "layer {layer} hardly learns, an update moves its weights by {ratio:.0e} of their \
                 norm at most: raise the learning rate, or try relu if later layers do learn"
            ),
        }
    }
}
