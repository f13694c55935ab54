use super::weight_scale::WeightScale;
use super::{Finding, LayerReport};

/// The shares of a layer's units from which on they are reported. Of dead ones, many can do
/// without some.
const DEAD: f64 = 0.3;
const SATURATED: f64 = 0.1;

/// A number of units that is about another.
const ABOUT: f64 = 0.9;

/// Layers that are named, of those that something is so of; of one more, too.
const LAYERS: usize = 3;

/// Until when large updates are of weights that began small.
const FIRST_EPOCHS: usize = 4;
/// Healthy updates are about 1e-3 of the weights.
const LARGE_UPDATE: f64 = 0.1;

/// An update of more than this, over the norm of the weights, leaves nothing of what they were.
const LARGE_STEP: f64 = 1.0;

/// A smaller one than that is too large if updates are as large at the end.
const RESTLESS_STEP: f64 = 0.3;
const RESTLESS_UPDATE: f64 = 0.03;

/// Weights of a smaller gain may grow fast at first.
const FULL_GAIN: f64 = 0.5;

/// Where the gradients of the first layer are a smaller part than this of those of the last,
/// they are lost on the way.
const VANISHED: f64 = 0.02;

/// A share that dropout may drop.
const DROPPED: f64 = 0.6;
const DROPPED_MOST: f64 = 0.8;

/// What became of the layers in a run that learnt little.
#[derive(Debug)]
pub(crate) struct Course<'a> {
    rows: &'a [LayerReport],
    /// The rows of the last look.
    latest: Vec<&'a LayerReport>,
}

impl<'a> Course<'a> {
    pub(crate) fn new(rows: &'a [LayerReport]) -> Self {
        let epoch = rows.last().map_or(0, |row| row.epoch);
        Self { rows, latest: rows.iter().filter(|row| row.epoch == epoch).collect() }
    }

    /// What may have kept the layers from learning, and is no consequence of what is known.
    pub(crate) fn findings(&self, known: &[Finding]) -> Vec<Finding> {
        let mut findings = Vec::new();
        let small = |finding: &Finding| {
            use Finding::{NotCentered, SmallFeatures, SmallWeights};
            matches!(finding, NotCentered { .. } | SmallFeatures { .. } | SmallWeights { .. })
        };
        // Where little comes in, or almost the same, it is not for the examples to decide which
        // units are active.
        let rows = if known.iter().any(small) { &[] } else { &self.latest[..] };
        // Nor is it for initial weights where what comes in is large.
        let large = known.iter().any(|finding| matches!(finding, Finding::LargeFeature { .. }));
        let explained = |finding: &Finding| match finding {
            Finding::DeadUnits { since, .. } | Finding::SaturatedUnits { since, .. } => {
                large && *since == 1
            }
            _ => false,
        };
        let unexplained = |finding: Option<Finding>| finding.filter(|f| !explained(f));
        findings.extend(of_first(rows, |row| unexplained(self.dead(row))));
        findings.extend(of_first(rows, |row| unexplained(self.saturated(row))));
        if findings.is_empty() && known.is_empty() {
            findings.extend(self.vanishing());
        }
        // Small weights are moved far by little.
        let shrunk = |finding: &Finding| matches!(finding, Finding::ShrunkWeights { .. });
        if !known.iter().any(shrunk) {
            findings.extend(of_first(&self.latest, |row| self.large_updates(row)));
        }
        findings.extend(self.dropped());
        findings
    }

    /// The largest update over the weights that was seen in any layer.
    pub(crate) fn largest_update(&self) -> Option<f64> {
        self.rows.iter().filter_map(|row| row.update_ratio).reduce(f64::max)
    }

    /// The same, at the last look alone.
    pub(crate) fn last_update(&self) -> Option<f64> {
        self.latest.iter().filter_map(|row| row.update_ratio).reduce(f64::max)
    }

    /// The layer whose weights the very first update was larger than, unless these were small as
    /// they were drawn.
    pub(crate) fn large_step(&self, initial: &[WeightScale]) -> Option<&'a LayerReport> {
        self.step_beyond(LARGE_STEP, initial)
    }

    /// The same of smaller steps, where those at the end are large.
    pub(crate) fn restless_step(&self, initial: &[WeightScale]) -> Option<&'a LayerReport> {
        self.step_beyond(RESTLESS_STEP, initial)
            .filter(|_| self.last_update().is_some_and(|ratio| ratio > RESTLESS_UPDATE))
    }

    fn step_beyond(&self, part: f64, initial: &[WeightScale]) -> Option<&'a LayerReport> {
        let first = self.rows.iter().take_while(|row| row.epoch == 1);
        let full = |row: &&LayerReport| {
            let of_layer = initial.iter().find(|scale| scale.layer == row.layer);
            of_layer.is_some_and(|scale| scale.gain >= FULL_GAIN)
        };
        let is_large = |row: &&LayerReport| row.update_ratio.is_some_and(|r| r > part);
        first.filter(full).find(is_large)
    }

    /// Whether no gradient gets through some layer, so that only a penalty moves those before it.
    pub(crate) fn is_cut(&self) -> bool {
        self.latest.iter().any(|row| row.dead_units == Some(row.units))
    }

    /// Since which epoch this has been so of a layer without a break.
    fn since(&self, of: &LayerReport, is_so: impl Fn(&LayerReport) -> bool) -> Option<usize> {
        // Each look has a row for each stage.
        let looks = self.rows.rchunks(self.latest.len().max(1));
        let back = looks.filter_map(|look| look.get(of.stage));
        back.take_while(|row| is_so(row)).last().map(|row| row.epoch)
    }

    /// How many units this is said of, and since when, if they are enough.
    fn share(
        &self,
        of: &LayerReport,
        share: f64,
        count: fn(&LayerReport) -> Option<usize>,
    ) -> Option<(usize, usize)> {
        let now = count(of)?;
        // What is said of now has been so since it was about so.
        let least = (share * of.units as f64).max(ABOUT * now as f64);
        let many = |row: &LayerReport| count(row).is_some_and(|count| count as f64 >= least);
        Some(now).zip(self.since(of, many))
    }

    fn dead(&self, of: &LayerReport) -> Option<Finding> {
        let (dead, since) = self.share(of, DEAD, |row| row.dead_units)?;
        Some(Finding::DeadUnits { layer: of.layer, dead, units: of.units, since })
    }

    fn saturated(&self, of: &LayerReport) -> Option<Finding> {
        let (saturated, since) = self.share(of, SATURATED, |row| row.saturated_units)?;
        Some(Finding::SaturatedUnits { layer: of.layer, saturated, units: of.units, since })
    }

    /// From the last hidden layer with weights to the first. That of the scores is left out: its
    /// weights may begin small, and then all gradients before it are.
    fn vanishing(&self) -> Option<Finding> {
        let gradient = |row: &LayerReport| Some(row.gradients?.standard_deviation);
        let mut weighing = self.latest.iter().filter(|row| row.update_ratio.is_some());
        weighing.next_back()?;
        let (first, last) = (weighing.next()?, weighing.next_back()?);
        let ratio = gradient(first)? / gradient(last)?;
        let (layer, last) = (first.layer, last.layer);
        (ratio < VANISHED).then_some(Finding::VanishingGradients { layer, last, ratio })
    }

    fn large_updates(&self, of: &LayerReport) -> Option<Finding> {
        let large = |row: &LayerReport| {
            row.epoch > 1 && row.update_ratio.is_some_and(|ratio| ratio > LARGE_UPDATE)
        };
        // The last layer may begin small, and its first updates are large beside it.
        let since = self.since(of, large).filter(|_| of.epoch > FIRST_EPOCHS)?;
        Some(Finding::LargeUpdates { layer: of.layer, ratio: of.update_ratio?, since })
    }

    /// By the zeros that a dropout layer adds to those of its inputs.
    pub(crate) fn dropped(&self) -> Option<Finding> {
        self.dropped_beyond(DROPPED)
    }

    /// The same of more than almost any network can do without.
    pub(crate) fn dropped_most(&self) -> Option<Finding> {
        self.dropped_beyond(DROPPED_MOST)
    }

    fn dropped_beyond(&self, part: f64) -> Option<Finding> {
        let pairs = self.latest.iter().zip(self.latest.iter().skip(1));
        let share = |(before, row): (&&LayerReport, &&LayerReport)| {
            let kept = (1.0 - row.activations.zeros) / (1.0 - before.activations.zeros);
            (&*row.kind == "dropout").then_some((row.layer, 1.0 - kept))
        };
        let strongest = pairs.filter_map(share).max_by(|a, b| a.1.total_cmp(&b.1));
        let (layer, dropped) = strongest.filter(|&(_, dropped)| dropped > part)?;
        Some(Finding::StrongDropout { layer, dropped })
    }
}

/// What is said of layers: of the first few, and of how many more.
fn of_first(rows: &[&LayerReport], said: impl Fn(&LayerReport) -> Option<Finding>) -> Vec<Finding> {
    let mut findings: Vec<_> = rows.iter().filter_map(|row| said(row)).collect();
    let more = findings.len().saturating_sub(LAYERS);
    if more > 1 {
        findings.truncate(LAYERS);
        findings.push(Finding::MoreLayers { layers: more });
    }
    findings
}
