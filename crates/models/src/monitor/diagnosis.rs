use std::fmt;

use densely_data::{Dataset, Target};
use densely_layers::Sequential;
use densely_tensor::kernels::{sum_of, vectorize};
use densely_tensor::{Scalar, Threads, column};

use super::alone::Alone;
use super::baseline::below_baseline;
use super::causes::{causes, drowning_penalty, large_step};
use super::constant_prediction::{
    ConstantPrediction, aims_at_mean, class_counts, class_weights, least_loss,
};
use super::course::Course;
use super::data_causes::{EXAMPLES, data_causes, new_causes};
use super::layer_report::layer_numbers;
use super::losses::{LITTLE, Losses};
use super::missed_classes::{ENOUGH, RARE, Rare, VERY_RARE, missed_classes};
use super::survey::Survey;
use super::telling::telling_alone;
use super::weight_scale::WeightScale;
use super::{Case, Finding, Monitor, Part};
use crate::{Epoch, Evaluation, Model, ModelError, Stop};

/// What kept a network from learning as it might: nothing, if it is healthy.
///
/// Displays as one sentence for each finding, one per line.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Diagnosis {
    /// The findings: first what was seen, then why: in the data, in the weights, in the
    /// layers, first to last, and in the steps.
    pub findings: Vec<Finding>,
}

/// How badly a network learns, and so how much is worth mentioning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Trouble {
    /// It learns.
    None,
    /// More than a tenth of the loss of one prediction for all is left.
    Some,
    /// More than half of the loss of one prediction for all is left.
    Little,
    /// All of it is left.
    Nothing,
    /// The loss rises, or has left the numbers there are.
    Rising,
}

/// Initial weights are said to be too large beyond this gain. It is 1.4 as a rule.
pub(crate) const LARGE_GAIN: f64 = 3.0;

/// Below this, a learning rate is to blame for nothing.
pub(crate) const TINY_RATE: f64 = 1e-6;

/// From this learning rate on, nothing else needs to be to blame.
pub(crate) const HUGE_RATE: f64 = 1.0;

/// Decoupled decay beyond this part of the weights, in a step, makes them larger.
const DECAY: f64 = 2.0;

/// Of a few examples that are not recognised it is worth a word where more than this part of the loss of one prediction for
/// all is left.
const MISSED: f64 = 0.1;

impl Diagnosis {
    /// Whether there is no finding.
    #[must_use]
    pub fn is_healthy(&self) -> bool {
        self.findings.is_empty()
    }

    /// Of a run that was not watched: what the losses alone tell.
    pub(crate) fn of_losses(epochs: &[Epoch]) -> Self {
        Self { findings: validation_not_finite(epochs).into_iter().collect() }
    }

    /// Of a run that came to its end.
    pub(crate) fn of<T: Scalar>(case: &Case<'_, T>) -> Result<Self, ModelError> {
        let mut findings = nothing_to_learn(case.train);
        let learns_nothing = !findings.is_empty();
        findings.extend(validation_not_finite(case.epochs));
        if learns_nothing {
            return Ok(Self { findings });
        }
        findings.extend(weightless_class(case.train));
        findings.extend(single_examples(case.train));
        findings
            .extend(case.validation.and_then(|data| unseen(case.train, data, Part::Validation)));
        findings.extend(case.validation.and_then(|data| one_held_out(data, Part::Validation)));
        let weight = dominating_weight(case.train);
        let is_one = weight.is_some();
        findings.extend(weight);
        findings.extend(telling_alone(case.train));
        let losses = Losses::of(case)?;
        if losses.constant.loss == 0.0 && is_one {
            return Ok(Self { findings });
        }
        if losses.constant.loss == 0.0 {
            findings.push(Finding::NothingAsked { loss: case.model.loss().kind().to_string() });
            return Ok(Self { findings });
        }
        let trouble = losses.trouble();
        let validation = case.validation.filter(|_| losses.validation_suffers());
        let alone = validation.map(|data| Alone::of(case.model, data, case.threads));
        let alone = alone.transpose()?.flatten();
        let seen = losses.findings(alone.is_some());
        let mut causes = causes(case, trouble, &losses);
        if is_one {
            causes.retain(|finding| !holds_down(finding));
        }
        if trouble == Trouble::Nothing {
            causes.retain(|finding| !died_in_vain(finding));
        }
        let step = large_step(case, &Course::new(&case.monitor.rows));
        let overfits = |finding: &Finding| matches!(finding, Finding::Overfitting { .. });
        // What rises after steps that are too long has not been learnt by heart.
        if step.is_some() && causes.is_empty() && seen.iter().any(overfits) {
            causes.extend(step.clone());
        }
        // Nor is what inputs of another scale make of the loss.
        let of_scale = causes.iter().any(Finding::is_of_scale);
        let rises = seen.iter().any(|finding| matches!(finding, Finding::RisingLoss { .. }));
        // Nor has a network learnt anything by heart that has learnt nothing, or has no unit left that could.
        let all_dead = causes.iter().any(|finding| match finding {
            Finding::DeadUnits { dead, units, .. } => dead == units,
            _ => false,
        });
        let follows = |finding: &Finding| match finding {
            Finding::InitialLoss { .. } => of_scale,
            Finding::Overfitting { .. } => {
                of_scale || rises || step.is_some() || trouble >= Trouble::Nothing || all_dead
            }
            _ => false,
        };
        findings.extend(seen.into_iter().filter(|finding| !follows(finding)));
        let explained = |finding: &Finding| {
            use Finding::{NothingCarriesOver, SingleExamples, WeightlessClass};
            matches!(
                finding,
                NothingCarriesOver { .. } | SingleExamples { .. } | WeightlessClass { .. }
            )
        };
        // Where weights are held down, that classes are missed follows from it.
        let is_consequence = causes.iter().any(holds_down);
        let is_explained = is_consequence || findings.iter().any(explained);
        if !is_explained {
            let rare = Rare {
                // Of frequent classes, that nothing is learnt says as much.
                part: if trouble == Trouble::Nothing { VERY_RARE } else { RARE },
                // A few examples that are not recognised are no matter where the others are.
                least: if losses.last > MISSED * losses.constant.loss { 2 } else { ENOUGH },
            };
            let at_its_best = case.stop == Stop::Patience || case.kept_epoch < case.epochs.len();
            let (model, train) = (case.model, case.train);
            findings.extend(missed_classes(model, train, rare, at_its_best, case.threads)?);
        }
        let cause = |finding: &Finding| {
            use Finding::{MissedClasses, SingleExamples};
            matches!(finding, MissedClasses { .. } | SingleExamples { .. })
        };
        let has_cause = is_one || !causes.is_empty() || findings.iter().any(cause);
        let no_cause = trouble >= Trouble::Nothing && !has_cause;
        findings.extend(causes);
        if no_cause {
            let is_linear = is_linear(case.model.network());
            findings.push(if is_linear { Finding::LinearNetwork } else { Finding::NoCause });
        }
        if let Some(data) = validation {
            findings.extend(alone.map(|alone| dominating(alone, data, Part::Validation)));
            findings.extend(new_causes(case.survey(), data, Part::Validation, case.threads));
        }
        Ok(Self { findings })
    }

    /// The same, and what data to test on tell of the model that came out: whether one example
    /// makes more than half of their loss, and whether the model is better than one prediction for
    /// all. The data are prepared as those it was trained on.
    ///
    /// # Errors
    /// If the data do not fit the model.
    pub fn with_test<T: Scalar>(
        mut self,
        model: &Model<T>,
        train: &Dataset<T>,
        test: &Dataset<T>,
        threads: &Threads,
    ) -> Result<Self, ModelError> {
        model.check(train)?;
        model.check(test)?;
        let constant = ConstantPrediction::of(model.loss(), model.outputs(), train);
        let evaluation = model.evaluate_on(test, threads)?;
        let loss = evaluation.loss();
        let least = least_loss(model.loss(), model.outputs(), test);
        let constant = constant.loss_on(model.loss(), test) - least;
        // Where targets are elsewhere, one prediction for all is no measure.
        let is_below = matches!(evaluation, Evaluation::Regression { r2, .. } if r2 < 0.0);
        let suffers = loss - least > LITTLE * constant || !loss.is_finite() || is_below;
        let alone = if suffers { Alone::of(model, test, threads)? } else { None };
        let learnt = |finding: &Finding| {
            use Finding::{
                ConstantTarget, NotLearned, NothingAsked, NothingCarriesOver, OneClass, RisingLoss,
                SingleExamples, SqueezedTarget, WeightlessClass,
            };
            !matches!(
                finding,
                ConstantTarget { .. }
                    | NotLearned { .. }
                    | NothingAsked { .. }
                    | NothingCarriesOver { .. }
                    | OneClass { .. }
                    | RisingLoss { .. }
                    | SingleExamples { .. }
                    | SqueezedTarget { .. }
                    | WeightlessClass { .. }
            )
        };
        let has_learnt = self.findings.iter().all(learnt);
        if let Some(unseen) = unseen(train, test, Part::Test) {
            self.findings.retain(|finding| !matches!(finding, Finding::UnseenClass { .. }));
            self.findings.push(unseen);
        }
        if one_class(train).is_none() {
            self.findings.extend(one_held_out(test, Part::Test));
        }
        let is_alone = alone.is_some();
        if let Some(alone) = alone {
            self.findings.push(dominating(alone, test, Part::Test));
        } else if has_learnt {
            let loss_left = (!aims_at_mean(model.loss())).then_some((loss - least) / constant);
            self.findings.extend(below_baseline(evaluation, train, test, Part::Test, loss_left));
        }
        if is_alone || (suffers && has_learnt) {
            let survey = Survey::of(train, threads);
            self.findings.extend(new_causes(&survey, test, Part::Test, threads));
        }
        Ok(self)
    }

    /// Of a run whose numbers became infinite or NaN, if they did after any update at this
    /// learning rate.
    pub(crate) fn of_divergence<T: Scalar>(
        model: &Model<T>,
        train: &Dataset<T>,
        monitor: Option<&Monitor<T>>,
        learning_rate: f64,
        updated: bool,
        threads: &Threads,
    ) -> Self {
        if let (false, Some(layer)) = (updated, first_not_finite_weights(model.network())) {
            return Self { findings: vec![Finding::NotFiniteWeights { layer }] };
        }
        let trouble =
            if updated && learning_rate >= HUGE_RATE { Trouble::Little } else { Trouble::Rising };
        let clipped = monitor.is_some_and(|monitor| monitor.limits.clips());
        let mut findings = data_causes(&Survey::of(train, threads), train, trouble, clipped);
        let initial = match monitor {
            Some(monitor) => monitor.initial_weights.clone(),
            None if updated => Vec::new(),
            None => WeightScale::of(model.network()),
        };
        findings.extend(large_weights(&initial));
        if !updated || learning_rate < TINY_RATE {
            return Self { findings };
        }
        let penalty = monitor.and_then(|monitor| too_strong(monitor, learning_rate));
        let penalty = penalty.filter(|_| findings.is_empty());
        findings.push(penalty.unwrap_or(Finding::LargeLearningRate { learning_rate }));
        Self { findings }
    }
}

/// Whether some units of a layer died late: where nothing had been learnt until then, nor by
/// the others since, they did not keep a network from learning, but had nothing to be active for.
fn died_in_vain(finding: &Finding) -> bool {
    /// Until when units die that would have learnt.
    const EARLY: usize = 4;
    match *finding {
        Finding::DeadUnits { dead, units, since, .. } => since > EARLY && 10 * dead < 9 * units,
        _ => false,
    }
}

/// Whether it is a limit or a penalty that leaves weights too small to learn by.
fn holds_down(finding: &Finding) -> bool {
    use Finding::{
        DecayedSigmoids, DrowningPenalty, GradientLimit, NormLimit, ShortNorm, StrongPenalty,
    };
    matches!(
        finding,
        DecayedSigmoids { .. }
            | DrowningPenalty { .. }
            | GradientLimit { .. }
            | NormLimit { .. }
            | ShortNorm { .. }
            | StrongPenalty { .. }
    )
}

/// A penalty that made a run diverge.
fn too_strong<T: Scalar>(monitor: &Monitor<T>, learning_rate: f64) -> Option<Finding> {
    let strength = monitor.limits.penalty.decoupled_strength();
    let large = Finding::LargeDecay { strength, learning_rate };
    let decay = (strength * learning_rate > DECAY).then_some(large);
    decay.or_else(|| drowning_penalty(monitor))
}

/// Whether a network is linear: layers with nothing between them are one.
fn is_linear<T: Scalar>(network: &Sequential<T>) -> bool {
    let mut kinds = network.stages().iter().map(|stage| stage.layer().kind());
    kinds.all(|kind| matches!(kind.name(), "linear" | "identity" | "dropout" | "input-noise"))
}

/// Classes of which there is one training example.
fn single_examples<T: Scalar>(data: &Dataset<T>) -> Option<Finding> {
    let Target::Classes { labels, names } = data.target() else { return None };
    let counts = class_counts(labels, names.len());
    let single = || (0..names.len()).filter(|&class| counts[class] == 1);
    let class = names[single().next()?].clone();
    Some(Finding::SingleExamples { class, more: single().count() - 1, of: names.len() })
}

/// The class that all examples of these data are of.
fn one_class<T: Scalar>(data: &Dataset<T>) -> Option<usize> {
    let (first, others) = data.labels()?.split_first()?;
    others.iter().all(|label| label == first).then_some(*first)
}

/// The same of several that were held out.
fn one_held_out<T: Scalar>(data: &Dataset<T>, part: Part) -> Option<Finding> {
    let class = one_class(data).filter(|_| data.len() > 1)?;
    Some(Finding::OneClassHeldOut { part, class: data.class_names()?[class].clone() })
}

/// Classes of which no training example counts.
fn weightless_class<T: Scalar>(data: &Dataset<T>) -> Option<Finding> {
    let Target::Classes { labels, names } = data.target() else { return None };
    let counts = class_counts(labels, names.len());
    let weights = class_weights(labels, data.weights(), names.len());
    let weightless =
        || (0..names.len()).filter(|&class| counts[class] > 0 && weights[class] == 0.0);
    let class = weightless().next()?;
    let (examples, more) = (counts[class], weightless().count() - 1);
    Some(Finding::WeightlessClass { class: names[class].clone(), examples, more })
}

/// Classes that are in new data and not in the training data.
fn unseen<T: Scalar>(train: &Dataset<T>, new: &Dataset<T>, part: Part) -> Option<Finding> {
    let (learnt, labels, names) = (train.labels()?, new.labels()?, new.class_names()?);
    let mut is_known = vec![false; names.len()];
    learnt.iter().for_each(|&label| is_known[label] = true);
    let counts = class_counts(labels, names.len());
    let unseen = || (0..names.len()).filter(|&class| counts[class] > 0 && !is_known[class]);
    let class = unseen().next()?;
    let (examples, of, more) = (counts[class], labels.len(), unseen().count() - 1);
    Some(Finding::UnseenClass { class: names[class].clone(), part, examples, of, more })
}

/// One of many examples that counts more than all others.
fn dominating_weight<T: Scalar>(data: &Dataset<T>) -> Option<Finding> {
    let weights = data.weights().filter(|weights| weights.len() >= EXAMPLES)?;
    let weight = |i: usize| weights[i].to_f64();
    let largest = (0..weights.len()).max_by(|&a, &b| weight(a).total_cmp(&weight(b)))?;
    let others: f64 = (0..weights.len()).filter(|&i| i != largest).map(weight).sum();
    let times = weight(largest) / others;
    (times > 1.0).then(|| Finding::DominatingWeight { place: data.place(largest), times })
}

fn dominating<T: Scalar>(alone: Alone, data: &Dataset<T>, part: Part) -> Finding {
    let Alone { example, loss, others } = alone;
    let same = |labels: &[usize]| labels.iter().filter(|&&label| label == labels[example]).count();
    let only = data.labels().is_some_and(|labels| same(labels) == 1);
    Finding::DominatingExample { place: data.place(example), part, loss, others, only }
}

/// The first layer with weights that are too large.
pub(crate) fn large_weights(scales: &[WeightScale]) -> Option<Finding> {
    let large = scales.iter().find(|scale| scale.gain > LARGE_GAIN);
    large.map(|&WeightScale { layer, gain, .. }| Finding::LargeWeights { layer, gain })
}

/// The first layer, as people count them, with a parameter that is infinite or NaN.
pub(crate) fn first_not_finite_weights<T: Scalar>(network: &Sequential<T>) -> Option<usize> {
    let mut stages = network.stages().iter().zip(layer_numbers(network));
    stages.find_map(|(stage, layer)| {
        let mut finite = true;
        stage.layer().visit_params(&mut |param| {
            let value = param.value.as_ref();
            finite &= (0..value.ncols()).all(|j| {
                // Infinity times zero is NaN.
                let zero = vectorize(
                    #[inline(always)]
                    || sum_of(column(value, j), |x: T| (x * T::ZERO).to_f64()),
                );
                zero == 0.0
            });
        });
        (!finite).then_some(layer)
    })
}

/// What makes all targets the same.
fn nothing_to_learn<T: Scalar>(data: &Dataset<T>) -> Vec<Finding> {
    match data.target() {
        Target::Classes { labels, names } => {
            let weights = class_weights(labels, data.weights(), names.len());
            if weights.iter().filter(|&&weight| weight > 0.0).count() > 1 {
                return Vec::new();
            }
            let one = || Finding::OneClass { class: names[labels[0]].clone() };
            vec![weightless_class(data).unwrap_or_else(one)]
        }
        Target::Values { values, names } => {
            let constant = |row: usize| {
                let first = values[(row, 0)];
                (0..values.ncols())
                    .all(|j| values[(row, j)] == first)
                    .then(|| Finding::ConstantTarget { target: names[row].clone() })
            };
            let findings: Vec<Finding> = (0..names.len()).filter_map(constant).collect();
            // Of several targets, others may be worth learning.
            if findings.len() == names.len() { findings } else { Vec::new() }
        }
    }
}

fn validation_not_finite(epochs: &[Epoch]) -> Option<Finding> {
    let losses = || epochs.iter().filter_map(|epoch| Some(epoch.validation?.loss()));
    let (count, of) = (losses().filter(|loss| !loss.is_finite()).count(), losses().count());
    (count > 0).then_some(Finding::ValidationNotFinite { epochs: count, of })
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, finding) in self.findings.iter().enumerate() {
            write!(f, "{}{finding}", if i == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}
