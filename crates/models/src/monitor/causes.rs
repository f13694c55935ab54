use densely_optim::Limits;
use densely_tensor::Scalar;

use super::course::Course;
use super::data_causes::{data_causes, hidden, lone_value, sentinel, squeezed};
use super::diagnosis::{HUGE_RATE, TINY_RATE, large_weights};
use super::losses::Losses;
use super::pace::{Fall, Pace};
use super::survey::{Survey, looks_unscaled};
use super::{Case, Finding, LayerReport, Monitor, Part, Trouble};

/// Outputs that are a smaller part of the inputs than this are too small.
const SMALL_GAIN: f64 = 0.1;

/// Weights that have shrunk to less than this are held down.
const SHRUNK: f64 = 0.2;

/// How far all updates together have to be able to move some weights, over their norm, or the
/// loss, over that of one prediction for all.
const TRAVEL: f64 = 0.1;

/// An update, over the norm of the weights, of which a hundred times as many would do nothing.
const TINY_UPDATE: f64 = 1e-5;

/// Steps that are few.
const FEW_STEPS: usize = 100;

/// An update of less than this, over the norm of the weights, is a small one: 1e-3 is usual.
const SLOW_UPDATE: f64 = 3e-4;

/// A loss that still falls is worth a sentence if more than this part is left: of the training data, which may be learnt by
/// heart, and of validation data.
const UNFINISHED: f64 = 0.3;
const UNFINISHED_VALIDATION: f64 = 0.02;

/// A penalty drowns the loss if it pulls as many times as hard, and has made the weights smaller
/// than this.
const DROWNED: f64 = 0.5;
const SHRUNK_SOME: f64 = 0.5;

/// Weights before sigmoids, which grow as a rule, have been held down below this.
const SHRUNK_SIGMOIDS: f64 = 0.75;

/// The same where a penalty does so in the first step, when the loss pulls as hard as ever.
const DROWNED_AT_ONCE: f64 = 100.0;

/// A gradient is cut if no more than this is left of it.
const CUT: f64 = 0.01;

/// What presses features together is of no consequence where no more of the loss is left.
const COSTLY: f64 = 0.05;

/// A momentum this near 1 is too much if it adds up more than this part of all steps.
const LONG_MOMENTUM: f64 = 0.98;
const LONG_SHARE: f64 = 0.2;

/// A schedule holds the rate down if it leaves less than this of it, in as many epochs.
const HELD: f64 = 0.1;
const HELD_EPOCHS: usize = 4;

/// A largest norm is short if it is a smaller part of that which units had before training.
const SHORT: f64 = 0.1;

/// Noise on the inputs that is larger than they are.
const NOISE: f64 = 1.0;

/// A feature that is as many times the typical one is worth a look also where a network learns.
const UNSCALED: f64 = 1000.0;

/// Why a run went as it did, the likeliest first.
pub(crate) fn causes<T: Scalar>(
    case: &Case<'_, T>,
    trouble: Trouble,
    losses: &Losses<T>,
) -> Vec<Finding> {
    let course = Course::new(&case.monitor.rows);
    let high = losses.started_high().is_some() && trouble >= Trouble::Little;
    let in_data = if high { trouble.max(Trouble::Nothing) } else { trouble };
    let costs = trouble > Trouble::None || losses.left() > COSTLY;
    let survey = (costs || looks_unscaled(case.train.inputs(), UNSCALED)).then(|| case.survey());
    let mut findings = Vec::new();
    if let Some(survey) = survey {
        let pressed = if costs { squeezed(survey, case.train, case.threads) } else { Vec::new() };
        if !pressed.is_empty() {
            return pressed;
        }
        findings.extend(sentinel(survey, case.train).filter(|_| costs));
        if !findings.is_empty() && trouble < Trouble::Nothing {
            return findings;
        }
        // At such a rate, no single example need be to blame.
        let all = largest_rate(case) >= HUGE_RATE;
        let in_data = if all { in_data.min(Trouble::Little) } else { in_data };
        let clipped = case.monitor.limits.clips();
        findings.extend(data_causes(survey, case.train, in_data, clipped));
    }
    if trouble == Trouble::None && findings.is_empty() {
        let pace = Pace::of(case);
        let found = if costs { options(case, &course) } else { Vec::new() };
        let falling = unfinished(&pace, losses, false).filter(|_| found.is_empty());
        return found.into_iter().chain(falling.map(|fall| still_falling(fall, &pace))).collect();
    }
    if findings.contains(&Finding::ConstantFeatures) || trouble == Trouble::None {
        return findings;
    }
    findings.extend(large_weights(&case.monitor.initial_weights));
    if findings.is_empty() {
        let alone = norm_limit(case)
            .or_else(|| course.dropped())
            .or_else(|| decayed_sigmoids(case))
            .or_else(|| drowning_penalty(case.monitor).filter(|_| has_not_shrunk(case)))
            .filter(|_| trouble >= Trouble::Little)
            .or_else(|| long_momentum(case))
            .or_else(|| large_step(case, &course))
            .or_else(|| restraint(case, &course));
        if let Some(alone) = alone {
            return vec![alone];
        }
    }
    if trouble >= Trouble::Little {
        findings.extend(small_weights(case));
        findings.extend(shrunk_weights(case));
        findings.extend(course.findings(&findings));
        findings.extend(survey.and_then(|survey| noise(case, survey)));
    }
    if trouble < Trouble::Little && findings.is_empty() {
        findings.extend(options(case, &course));
    }
    if trouble < Trouble::Rising {
        let hidden = survey.and_then(|survey| hidden(survey, case.train));
        findings.extend(hidden.filter(|_| findings.is_empty()));
        findings.extend(steps(case, &course, losses, trouble, &findings));
        // Rare categories look the same, and do no harm; nor are they why a loss began high.
        let unexplained = findings.is_empty() && losses.started_high().is_none();
        if let Some(survey) = survey.filter(|_| unexplained && trouble >= Trouble::Little) {
            findings.extend(lone_value(survey, case.train));
        }
        return findings;
    }
    // Where inputs are of another scale, no rate is to blame.
    let explains = |finding: &Finding| {
        finding.is_of_scale() || matches!(finding, Finding::LargeUpdates { .. })
    };
    let learning_rate = largest_rate(case);
    if learning_rate > TINY_RATE && !findings.iter().any(explains) {
        findings.push(Finding::LargeLearningRate { learning_rate });
    }
    findings
}

/// Options that cost something though the network learns.
fn options<T: Scalar>(case: &Case<'_, T>, course: &Course<'_>) -> Vec<Finding> {
    let found = long_momentum(case)
        .or_else(|| course.dropped_most())
        .or_else(|| large_step(case, course))
        .or_else(|| step_of(case, course.restless_step(&case.monitor.initial_weights)));
    found.into_iter().collect()
}

/// A momentum that adds up so many steps that the run is over before it forgets the first.
fn long_momentum<T: Scalar>(case: &Case<'_, T>) -> Option<Finding> {
    let momentum = case.monitor.limits.momentum;
    let (adds_up, steps) = (1.0 / (1.0 - momentum), steps_of(case));
    let is_long = momentum > LONG_MOMENTUM && adds_up > LONG_SHARE * steps as f64;
    is_long.then_some(Finding::LongMomentum { momentum, adds_up, steps })
}

/// The number of steps.
fn steps_of<T: Scalar>(case: &Case<'_, T>) -> usize {
    case.train.len().div_ceil(case.batch_size) * case.epochs.len()
}

/// A first update that was larger than the weights.
pub(crate) fn large_step<T: Scalar>(case: &Case<'_, T>, course: &Course<'_>) -> Option<Finding> {
    step_of(case, course.large_step(&case.monitor.initial_weights))
}

fn step_of<T: Scalar>(case: &Case<'_, T>, row: Option<&LayerReport>) -> Option<Finding> {
    let row = row?;
    let (layer, learning_rate) = (row.layer, largest_rate(case));
    Some(Finding::LargeStep { layer, ratio: row.update_ratio?, learning_rate })
}

/// A limit that holds most units of a layer, or is far below what they began with.
fn norm_limit<T: Scalar>(case: &Case<'_, T>) -> Option<Finding> {
    let limit = case.monitor.limits.max_norm?;
    if let Some((layer, share)) = case.monitor.held {
        return Some(Finding::NormLimit { layer, share, limit });
    }
    // Within a limit that is shorter than a step, norms are anything.
    let first = case.monitor.initial_weights.iter().find(|scale| limit < SHORT * scale.gain)?;
    Some(Finding::ShortNorm { layer: first.layer, limit, initial: first.gain })
}

/// A penalty that hides the loss from the first step on, or the limit that leaves so little of the
/// loss's gradient.
pub(crate) fn drowning_penalty<T: Scalar>(monitor: &Monitor<T>) -> Option<Finding> {
    let (pull, limits) = (monitor.first_pull.as_ref()?, &monitor.limits);
    let ratio = pull.ratio(limits);
    if ratio.is_nan() || ratio <= DROWNED_AT_ONCE {
        return None;
    }
    Some(match limits.clip_norm {
        // Of the whole gradient, the penalty would leave enough.
        Some(limit) if pull.penalty <= DROWNED_AT_ONCE * pull.weights => {
            Finding::GradientLimit { limit, gradient: pull.gradient }
        }
        _ => Finding::DrowningPenalty { ratio },
    })
}

/// Whether a penalty has not shrunk the weights, since no step has: of shrunk ones there is more
/// to say.
fn has_not_shrunk<T: Scalar>(case: &Case<'_, T>) -> bool {
    most_shrunk(case).is_some_and(|(_, share)| share.is_nan() || share >= SHRUNK_SOME)
}

/// A layer before sigmoids whose weights a penalty has shrunk.
fn decayed_sigmoids<T: Scalar>(case: &Case<'_, T>) -> Option<Finding> {
    let penalty = &case.monitor.limits.penalty;
    if penalty.l1_strength() == 0.0 && penalty.l2_strength() == 0.0 {
        return None;
    }
    let is_sigmoid = |layer: usize| {
        case.monitor.layers.iter().any(|(number, kind)| *number == layer && &**kind == "sigmoid")
    };
    let shares = shares(case).filter(|&(layer, _)| is_sigmoid(layer));
    let (layer, share) = shares.min_by(|a, b| a.1.total_cmp(&b.1))?;
    (share < SHRUNK_SIGMOIDS).then_some(Finding::DecayedSigmoids { layer, share })
}

/// What else holds the weights or the steps back.
fn restraint<T: Scalar>(case: &Case<'_, T>, course: &Course<'_>) -> Option<Finding> {
    let (limits, pull) = (&case.monitor.limits, case.monitor.pull.as_ref()?);
    let drowned = pull.ratio(limits) > DROWNED;
    let still = course.last_update().is_some_and(|ratio| ratio < SLOW_UPDATE);
    if let Some(limit) = limits.clip_norm
        && pull.kept(limits) < CUT
        && (drowned || still)
    {
        return Some(Finding::GradientLimit { limit, gradient: pull.gradient });
    }
    let (layer, share) = most_shrunk(case)?;
    let decoupled = limits.penalty.decoupled_strength() > 0.0 && share < SHRUNK;
    let penalised = drowned && share < SHRUNK_SOME || decoupled;
    let ratio = drowned.then(|| pull.ratio(limits));
    (penalised && !course.is_cut()).then_some(Finding::StrongPenalty { layer, share, ratio })
}

/// The first hidden layer that makes what it passes on too small.
fn small_weights<T: Scalar>(case: &Case<'_, T>) -> Option<Finding> {
    // Without hidden layers, small weights are as good as others.
    let hidden = case.monitor.initial_weights.split_last()?.1;
    let small = hidden.iter().find(|scale| scale.gain < SMALL_GAIN)?;
    Some(Finding::SmallWeights { layer: small.layer, gain: small.gain })
}

/// The layer whose weights have shrunk most, and the share that is left.
fn most_shrunk<T: Scalar>(case: &Case<'_, T>) -> Option<(usize, f64)> {
    shares(case).min_by(|a, b| a.1.total_cmp(&b.1))
}

/// What is left of the norm of each layer's weights.
fn shares<T: Scalar>(case: &Case<'_, T>) -> impl Iterator<Item = (usize, f64)> {
    let monitor = case.monitor;
    let pairs = monitor.initial_weights.iter().zip(&monitor.last_weights);
    pairs.map(|(first, last)| (first.layer, last.size / first.size))
}

/// The same, if nothing is known of what might hold them down.
fn shrunk_weights<T: Scalar>(case: &Case<'_, T>) -> Option<Finding> {
    let mut limits = case.monitor.limits;
    limits.momentum = 0.0;
    let unknown = limits == Limits::default();
    let (layer, share) = most_shrunk(case).filter(|_| unknown)?;
    (share < SHRUNK).then_some(Finding::ShrunkWeights { layer, share })
}

/// By how much a first layer of noise spreads the inputs.
fn noise<T: Scalar>(case: &Case<'_, T>, survey: &Survey) -> Option<Finding> {
    let first = case.monitor.rows.iter().rev().find(|row| row.stage == 0)?;
    let of = &first.activations;
    let squares = survey.features.iter().map(|feature| feature.size().powi(2));
    let size = squares.sum::<f64>() / survey.features.len() as f64;
    let seen = of.standard_deviation.powi(2) + of.mean.powi(2);
    let ratio = ((seen - size) / size).max(0.0).sqrt();
    (&*first.kind == "input-noise" && ratio > NOISE).then_some(Finding::StrongNoise { ratio })
}

/// Whether the steps were too small or too few.
fn steps<T: Scalar>(
    case: &Case<'_, T>,
    course: &Course<'_>,
    losses: &Losses<T>,
    trouble: Trouble,
    found: &[Finding],
) -> Option<Finding> {
    let (examples, batch_size) = (case.train.len(), case.batch_size);
    let (an_epoch, steps) = (examples.div_ceil(batch_size), steps_of(case));
    let stops_gradients = |finding: &Finding| {
        use Finding::{
            DeadUnits, LargeWeights, SaturatedUnits, SmallFeatures, SmallWeights,
            VanishingGradients,
        };
        matches!(
            finding,
            DeadUnits { .. }
                | LargeWeights { .. }
                | SaturatedUnits { .. }
                | SmallFeatures { .. }
                | SmallWeights { .. }
                | VanishingGradients { .. }
        )
    };
    let pace = Pace::of(case);
    let (largest, base) = (largest_rate(case), case.base_rate);
    if largest < HELD * base && case.epochs.len() >= HELD_EPOCHS && found.is_empty() {
        return Some(Finding::HeldRate { largest, base });
    }
    if let Some(epoch) = pace.vanished().filter(|_| found.is_empty()) {
        return Some(Finding::VanishedRate { epoch, of: case.epochs.len() });
    }
    let is_little = trouble >= Trouble::Little;
    let falling = unfinished(&pace, losses, is_little).filter(|_| found.is_empty());
    let ratio = course.largest_update().unwrap_or(f64::NAN);
    let few = an_epoch <= 2 && steps < FEW_STEPS && examples >= FEW_STEPS;
    if few && ratio > TINY_UPDATE && (is_little || falling.is_some()) {
        return Some(Finding::FewSteps { batch_size, examples, steps });
    }
    let learning_rate = largest_rate(case);
    let stands = is_little && ratio * (steps as f64) < TRAVEL && losses.fall() < TRAVEL;
    if stands && !found.iter().any(stops_gradients) {
        return Some(Finding::SmallLearningRate { learning_rate, ratio, steps });
    }
    let fall = falling?;
    Some(match course.last_update() {
        Some(ratio) if ratio < SLOW_UPDATE => {
            Finding::SmallLearningRate { learning_rate, ratio, steps }
        }
        _ => still_falling(fall, &pace),
    })
}

/// What the end of the run has still gained, if enough is left for that to be worth a sentence.
fn unfinished<T: Scalar>(pace: &Pace, losses: &Losses<T>, is_little: bool) -> Option<Fall> {
    let least = match pace.part {
        Part::Validation => UNFINISHED_VALIDATION,
        _ => UNFINISHED,
    };
    pace.falling(losses.constant.loss, is_little).filter(|_| losses.left() > least)
}

fn still_falling(Fall { before, last, epochs }: Fall, pace: &Pace) -> Finding {
    Finding::StillFalling { before, last, epochs, part: pace.part }
}

pub(crate) fn largest_rate<T: Scalar>(case: &Case<'_, T>) -> f64 {
    case.epochs.iter().map(|epoch| epoch.learning_rate).fold(0.0, f64::max)
}
