use std::fmt;

use densely_table::StandIn;
use densely_tensor::Figure;

use super::{Finding, Part};

/// With three digits.
fn figure(value: f64) -> String {
    format!("{:.3}", Figure(value))
}

/// How large an error is beside another.
fn as_large(ratio: f64) -> String {
    match (ratio - 1.0).abs() < 0.005 {
        true => "as large".to_owned(),
        false => format!("{} times as large", figure(ratio)),
    }
}

fn percent(share: f64) -> String {
    if share > 0.0 && share < 0.005 {
        return "less than 1 %".to_owned();
    }
    format!("{} %", (100.0 * share).round())
}

fn one_decimal(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

/// How hard a penalty pulls, where the loss may not pull at all.
fn times_the_loss(ratio: f64) -> String {
    match ratio.is_finite() {
        true => format!("{} times as hard as the loss", figure(ratio)),
        false => "at them, and the loss hardly does".to_owned(),
    }
}

/// How many others are as far out.
fn and_others(outliers: usize) -> String {
    match outliers {
        ..=1 => String::new(),
        2 => ", and far out in another".to_owned(),
        outliers => format!(", and far out in {} others", outliers - 1),
    }
}

/// How many of so many.
fn of_all(some: usize, all: usize) -> String {
    if some == all { format!("all {all}") } else { format!("{some} of {all}") }
}

/// The first in full, and what to do about all.
fn stand_ins(found: &[StandIn], part: Part, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    /// Columns that are named.
    const NAMED: usize = 5;
    let [first, others @ ..] = found else { return Ok(()) };
    let (text, StandIn { column, place, count, of, drowns, .. }) = (first.text(), first);
    match count {
        1 => write!(f, "column `{column}` is {text} in {place}{}", of_part(part))?,
        count => {
            write!(f, "column `{column}` is {text} in {count} of {of} rows, as in {place}")?;
        }
    }
    f.write_str(match drowns {
        true => ", so far from its other numbers that these are alike beside it",
        false => ", far from its other numbers",
    })?;
    for other in others.iter().take(NAMED - 1) {
        write!(f, ", as `{}` is with {} in {}", other.column, other.text(), other.count)?;
    }
    match others.len().saturating_sub(NAMED - 1) {
        0 => {}
        1 => f.write_str(", and another column")?,
        more => write!(f, ", and {more} other columns")?,
    }
    let these = if found.len() > 1 || *count > 1 { "such cells" } else { "it" };
    let words =
        found.iter().take(NAMED).map(|one| quoted(&format!("{}={}", one.column, one.text())));
    let words = for_shell(&words.collect::<Vec<_>>().join(","));
    let more = if found.len() > NAMED { ", and so on" } else { "" };
    write!(
        f,
        ": correct {these}, or, if that stands for what is missing, say so (--missing {words}{more})"
    )
}

/// A word as a list has it in which others follow.
fn quoted(word: &str) -> String {
    match word.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", word.replace('"', "\"\"")),
        false => word.to_owned(),
    }
}

/// A word as a shell takes it for one.
fn for_shell(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "_-+.,=:/@%".contains(c);
    match word.chars().all(is_plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', "'\\''")),
    }
}

/// Whether a loss is by a margin.
fn has_margin(loss: &str) -> bool {
    ["svm", "hinge", "crammer-singer"].iter().any(|name| loss.contains(name))
}

/// Of which data an example is, where that has to be said.
fn of_part(part: Part) -> String {
    match part {
        Part::Training => String::new(),
        part => format!(" of the {part} data"),
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let share = |part: usize, of: usize| percent(part as f64 / of as f64);
        match self {
            Self::OneClass { class } => write!(
                f,
                "every training example is of class `{class}`: there is nothing to tell apart"
            ),
            Self::OneClassHeldOut { part, class } => write!(
                f,
                "all examples of the {part} data are of class `{class}`, so that they do not tell whether others are recognised: \
                 hold out some of each class"
            ),
            Self::WeightlessClass { class, examples, more } => write!(
                f,
                "{} of class `{class}` {} weight 0{}, so that nothing is learnt of the class: give it a weight above 0, \
                 or leave it out",
                match examples {
                    1 => "the training example".to_owned(),
                    examples => format!("the {examples} training examples"),
                },
                if *examples == 1 { "has" } else { "have" },
                match more {
                    0 => String::new(),
                    1 => ", as have those of another class".to_owned(),
                    more => format!(", as have those of {more} other classes"),
                }
            ),
            Self::ConstantTarget { target } => write!(
                f,
                "the target `{target}` is the same for every training example: there is nothing to learn"
            ),
            Self::InitialLoss { loss, expected } => write!(
                f,
                "the loss was {} before training, where scores of zero have {}",
                figure(*loss),
                figure(*expected)
            ),
            Self::RisingLoss { before, last } => {
                write!(f, "the training loss rose from {} to {}", figure(*before), figure(*last))
            }
            Self::NotLearned { lowest, constant } => write!(
                f,
                "nothing was learned: the training loss is {} at the lowest, where one prediction \
                 for all examples has {}",
                figure(*lowest),
                figure(*constant)
            ),
            Self::NothingCarriesOver { lowest, constant, train } => write!(
                f,
                "what was learned does not hold for new examples: the validation loss is {} at the \
                 lowest, where one prediction for all has {}, and the training loss {}: the \
                 features may say nothing about the target, or the examples are too few",
                figure(*lowest),
                figure(*constant),
                figure(*train)
            ),
            Self::Overfitting { lowest, epoch, last } => write!(
                f,
                "the network overfits: the validation loss rose from {} in epoch {epoch} to {}, \
                 while the training loss fell: use more examples, weight decay or dropout, or a \
                 smaller network",
                figure(*lowest),
                figure(*last)
            ),
            Self::ValidationNotFinite { epochs, of } if epochs == of => write!(
                f,
                "no validation loss was finite, in {of} epochs: the last weights are kept, whether \
                 they are the best or not"
            ),
            Self::ValidationNotFinite { epochs, of } => write!(
                f,
                "the validation loss was infinite or NaN after {epochs} of {of} epochs: these were \
                 passed over"
            ),
            Self::NothingAsked { loss } => write!(
                f,
                "one prediction for all examples has a loss of 0 by {loss}, which so asks nothing of \
                 the network: choose {}another loss",
                if has_margin(loss) { "a larger margin, or " } else { "" }
            ),
            Self::TellsAlone { feature, target, more } => write!(
                f,
                "feature `{feature}` alone tells `{target}` in all training examples{}: if it is known only once \
                 `{target}` is, leave it out",
                match more {
                    0 => String::new(),
                    1 => ", as another feature does".to_owned(),
                    more => format!(", as {more} other features do"),
                }
            ),
            Self::SingleExamples { class, more, of } => write!(
                f,
                "class `{class}` has a single training example{}, from which it cannot be told what \
                 is common to a class: {}",
                match more {
                    0 => String::new(),
                    1 => ", as has another class".to_owned(),
                    more => format!(", as have {more} more of {of} classes"),
                },
                match 2 * (more + 1) > *of {
                    true => "choose another target, or learn it as a number if it is one",
                    false => "add examples of it, or leave it out",
                }
            ),
            Self::UnseenClass { class, part, examples, of, more } => write!(
                f,
                "class `{class}` is in {} examples of the {part} data{}, and in none of the training data, so that it \
                 cannot be recognised: have examples of it to learn from, or leave it out",
                of_all(*examples, *of),
                match more {
                    0 => String::new(),
                    1 => ", as another class is".to_owned(),
                    more => format!(", as {more} other classes are"),
                }
            ),
            Self::RepeatedExamples { part, examples, of, same_target } => write!(
                f,
                "{} examples of the {part} data have the same features as training examples, {}: what is measured by them \
                 says little of new ones; if they are of the same cases, keep each case in one part (--group COLUMN), or \
                 leave copies out",
                of_all(*examples, *of),
                match (*same_target, examples - same_target) {
                    (_, 0) => "and the same targets".to_owned(),
                    (0, _) => "and other targets".to_owned(),
                    (same, other) => format!("{same} of them the same targets, and {other} others"),
                }
            ),
            Self::DominatingWeight { place, times } => write!(
                f,
                "the weight of {place} is {} that of all other training examples together, so that hardly \
                 anything is learnt from these: correct it",
                match times.is_finite() {
                    true => format!("{} times", figure(*times)),
                    false => "infinitely many times".to_owned(),
                }
            ),
            Self::MissedClasses {
                class,
                examples,
                looked_at,
                more,
                weighed,
                at_its_best,
                numbers,
            } => {
                let others = match more {
                    0 => String::new(),
                    1 => ", nor are those of another rare class".to_owned(),
                    more => format!(", nor are those of {more} other rare classes"),
                };
                let these = match looked_at == examples {
                    true => format!("the {examples} training examples of class `{class}` are"),
                    false => format!(
                        "of the {examples} training examples of class `{class}`, all {looked_at} \
                         that were looked at are"
                    ),
                };
                let ways = [
                    (!weighed).then_some("weigh rare classes more"),
                    (!at_its_best).then_some("train longer"),
                    numbers.then_some("learn these numbers as such (--task regress)"),
                ];
                let ways: Vec<&str> = ways.into_iter().flatten().collect();
                let ways = match &ways[..] {
                    [] => "add examples of them, or features that tell them".to_owned(),
                    ways => ways.join(", or "),
                };
                write!(
                    f,
                    "{these} not recognised{others}: look at recall instead of accuracy, and {ways}"
                )
            }
            Self::LargeFeature { feature, size, features: 1, .. } => write!(
                f,
                "`{feature}`, which is all that comes in, is not scaled (it is about {}): \
                 standardise it",
                figure(*size)
            ),
            Self::LargeFeature { feature, size, typical, .. } if *typical > 0.1 * size => write!(
                f,
                "the features are not scaled (`{feature}` is about {}, others {}): standardise them",
                figure(*size),
                figure(*typical)
            ),
            Self::LargeFeature { feature, size, typical, .. } => write!(
                f,
                "feature `{feature}` hides the others, it is about {} where they are {}: \
                 standardise the features",
                figure(*size),
                figure(*typical)
            ),
            Self::NotCentered { feature, mean, deviation } => write!(
                f,
                "the features are not centred (`{feature}` is {} on average, and varies by {}): \
                 standardise them",
                figure(*mean),
                figure(*deviation)
            ),
            Self::SmallFeatures { size } => write!(
                f,
                "the features are not scaled (the largest is about {}): standardise them",
                figure(*size)
            ),
            Self::ConstantFeatures => {
                write!(
                    f,
                    "no feature varies among the training examples, as they are prepared and rounded: there is nothing to learn \
                     from"
                )
            }
            Self::OutlyingFeature { feature, place, part, deviations } => write!(
                f,
                "feature `{feature}` is {} standard deviations from its mean in {place}{}: {}",
                figure(*deviations),
                of_part(*part),
                match part {
                    Part::Training => {
                        "correct it, drop the feature, or limit the norm of the gradient"
                    }
                    _ => "correct it, or drop the feature",
                }
            ),
            Self::SqueezedFeature {
                feature,
                place,
                deviations,
                outliers,
                rest,
                one_value,
                more,
            } => write!(
                f,
                "feature `{feature}` is {} standard deviations from its mean in {place}{}, so that \
                 all other values deviate by {} of one on average{}: {}",
                figure(*deviations),
                and_others(*outliers),
                figure(*rest),
                match more {
                    0 => String::new(),
                    1 => ", as it is with another feature".to_owned(),
                    more => format!(", as it is with {more} other features"),
                },
                match one_value {
                    true =>
                        "what is far out is one value, and if that stands for what is missing, leave such cells \
                             empty, or say that it does",
                    false =>
                        "correct or remove such values, or learn from its logarithm, if all of them are \
                              positive",
                }
            ),
            Self::Sentinel { feature, place, examples, of, more } => write!(
                f,
                "feature `{feature}` has one value in {examples} of {of} examples, as in {place}, that is far from \
                 all others{}: if it stands for what is missing, leave such cells empty, or say that it does",
                match more {
                    0 => String::new(),
                    1 => ", as has another feature".to_owned(),
                    more => format!(", as have {more} other features"),
                },
            ),
            Self::StandIns { found, part } => stand_ins(found, *part, f),
            Self::OutsideFeature { feature, part, outside, of, deviations, more } => write!(
                f,
                "feature `{feature}` is beyond all that was seen in training in {} examples of the {part} data, and {} standard \
                 deviations from its mean on average{}: see whether it has the same units there, or train on such examples, too",
                of_all(*outside, *of),
                figure(*deviations),
                match more {
                    0 => String::new(),
                    1 => ", and another feature is far off, too".to_owned(),
                    more => format!(", and {more} other features are far off, too"),
                },
            ),
            Self::OutsideTarget { target, part, outside, of, deviations } => write!(
                f,
                "the target `{target}` is beyond all that was seen in training in {} examples of the {part} data, and {} standard \
                 deviations from its mean on average: see whether it has the same units there, or train on such examples, too",
                of_all(*outside, *of),
                figure(*deviations),
            ),
            Self::SkewedTarget { target, skewness, of_logarithms } => write!(
                f,
                "the target `{target}` is skewed, and its logarithms are not (skewness {} and {}): learn these \
                 (--target-transform log)",
                figure(*skewness),
                figure(*of_logarithms)
            ),
            Self::HiddenFeature { feature, size, typical } => write!(
                f,
                "feature `{feature}` is hidden by the others, it is {} at most where they are about {}: \
                 standardise the features",
                figure(*size),
                figure(*typical)
            ),
            Self::ChangedFeature { feature, part } => write!(
                f,
                "feature `{feature}` is constant in the training data and not in the {part} data: \
                 drop it, or split the data otherwise"
            ),
            Self::LoneValue { feature, place } => write!(
                f,
                "feature `{feature}` is the same in all examples but {place}, as far as the digits \
                 go that this one leaves to the others: correct or remove it, or drop the feature"
            ),
            Self::SqueezedTarget { target, place, deviations, outliers, logarithms } => write!(
                f,
                "the target `{target}` is {} standard deviations from its mean in {place}{}, which \
                 hides the others: correct or remove {}{}",
                figure(*deviations),
                and_others(*outliers),
                if *outliers == 1 { "it" } else { "all of these" },
                match logarithms {
                    true => ", or learn the logarithm of the target, if all of them are positive",
                    false => "",
                }
            ),
            Self::OutlyingTarget { target, place, part, deviations } => write!(
                f,
                "the target `{target}` is {} standard deviations from its mean in {place}{}: {}",
                figure(*deviations),
                of_part(*part),
                match part {
                    Part::Training => "correct it, or use the loss huber or mae",
                    _ => "correct or remove it",
                }
            ),
            Self::DominatingExample { place, part, loss, others, only } => write!(
                f,
                "{place} of the {part} data{} makes more than half of their loss, {}, where the others \
                 have {}, {}: {}",
                if *only { ", the only one of its class," } else { "" },
                figure(*loss),
                figure(*others),
                match part {
                    Part::Validation => "and so decides which weights are kept",
                    _ => "and so decides the figures",
                },
                if *only { "have more of that class there" } else { "correct or remove it" }
            ),
            Self::UnscaledTarget { target, size } => write!(
                f,
                "the target `{target}` is not scaled (it is about {}): standardise it",
                figure(*size)
            ),
            Self::NotFiniteWeights { layer } => write!(
                f,
                "weights of layer {layer} were infinite or NaN before training: draw new ones"
            ),
            Self::LargeWeights { layer, gain } => write!(
                f,
                "the initial weights of layer {layer} make its outputs about {} times as large as \
                 its inputs: draw smaller initial weights",
                figure(*gain)
            ),
            Self::SmallWeights { layer, gain: 0.0 } => write!(
                f,
                "the initial weights of layer {layer} are zero, so that all its units are the \
                 same: draw them at random"
            ),
            Self::SmallWeights { layer, gain } => write!(
                f,
                "the initial weights of layer {layer} make its outputs about {} of its inputs: \
                 draw larger initial weights, or others by another seed",
                figure(*gain)
            ),
            Self::ShrunkWeights { layer, share } => write!(
                f,
                "the weights of layer {layer} shrank to {} of their norm: lower the weight decay, \
                 or whatever else limits them",
                percent(*share)
            ),
            Self::StrongPenalty { layer, share, ratio } => write!(
                f,
                "the weights of layer {layer} shrank to {} of their norm{}: lower the weight decay \
                 or L1 penalty",
                percent(*share),
                match ratio {
                    None => String::new(),
                    Some(ratio) =>
                        format!(", the penalty on them pulls {}", times_the_loss(*ratio)),
                }
            ),
            Self::DecayedSigmoids { layer, share } => write!(
                f,
                "the weights of layer {layer} shrank to {} of their norm, since sigmoids let so little of the \
                 gradient through that the penalty outweighs it: lower the weight decay or L1 penalty, or try relu",
                percent(*share)
            ),
            Self::DrowningPenalty { ratio } => write!(
                f,
                "the penalty on the weights pulls {}: lower the weight decay or L1 penalty",
                times_the_loss(*ratio)
            ),
            Self::LargeDecay { strength, learning_rate } => write!(
                f,
                "a step takes the weight decay of {} times the learning rate of {} of the weights \
                 away, which is more than twice of what there is: lower the weight decay",
                figure(*strength),
                figure(*learning_rate)
            ),
            Self::MoreLayers { layers: 1 } => write!(f, "so it is with 1 more layer"),
            Self::MoreLayers { layers } => write!(f, "so it is with {layers} more layers"),
            Self::NormLimit { layer, share, limit } => write!(
                f,
                "the max norm of {} holds {} of layer {layer}'s units down: raise it",
                figure(*limit),
                percent(*share)
            ),
            Self::ShortNorm { layer, limit, initial } => write!(
                f,
                "the max norm of {} is far below the norm that units of layer {layer} began with, {}: raise it",
                figure(*limit),
                figure(*initial)
            ),
            Self::GradientLimit { limit, gradient } => write!(
                f,
                "the clip norm shortens the gradient from {} to {}: raise it",
                figure(*gradient),
                figure(*limit)
            ),
            Self::DeadUnits { layer, dead, units, since: 1 } => write!(
                f,
                "{} of layer {layer}'s units have never been active: draw other initial weights \
                 and biases, or try leaky-relu",
                share(*dead, *units)
            ),
            Self::DeadUnits { layer, dead, units, since } => write!(
                f,
                "{} of layer {layer}'s units have been dead since epoch {since}: \
                 lower the learning rate or try leaky-relu",
                share(*dead, *units)
            ),
            Self::SaturatedUnits { layer, saturated, units, since } => write!(
                f,
                "{} of layer {layer}'s units have been saturated since epoch {since}: {}, or try \
                 relu",
                share(*saturated, *units),
                match since {
                    1 => "draw smaller initial weights and biases",
                    _ => "lower the learning rate",
                }
            ),
            Self::VanishingGradients { layer, last, ratio } => write!(
                f,
                "layer {layer} hardly learns, its gradients are {} of those of layer {last}: \
                 try relu, or fewer layers",
                figure(*ratio)
            ),
            Self::LargeUpdates { layer, ratio, since } => write!(
                f,
                "an update moves the weights of layer {layer} by {} of their norm, as it has since \
                 epoch {since}: lower the learning rate",
                percent(*ratio)
            ),
            Self::LongMomentum { momentum, adds_up, steps } => write!(
                f,
                "a momentum of {momentum} adds up {} steps, and there were {steps} in all: lower it",
                figure(*adds_up)
            ),
            Self::LargeStep { layer, ratio, learning_rate } => write!(
                f,
                "the first update moved the weights of layer {layer} by {} times their norm: lower \
                 the learning rate (it is {})",
                figure(*ratio),
                figure(*learning_rate)
            ),
            Self::StrongDropout { layer, dropped } => write!(
                f,
                "dropout leaves {} of the outputs of layer {layer}: lower it",
                percent(1.0 - dropped)
            ),
            Self::StrongNoise { ratio } => write!(
                f,
                "the noise on the inputs is {} times as large as they are: lower it",
                figure(*ratio)
            ),
            Self::SmallLearningRate { learning_rate, ratio, steps } => write!(
                f,
                "the learning rate is too low (it is {}): an update moves weights by {} of their \
                 norm at most, and there were {steps}: raise it",
                figure(*learning_rate),
                figure(*ratio)
            ),
            Self::FewSteps { batch_size, examples, steps } => write!(
                f,
                "there were only {steps} steps, since a batch of {batch_size} holds so much of the \
                 {examples} examples: use smaller batches"
            ),
            Self::StillFalling { before, last, epochs, part } => write!(
                f,
                "the {part} loss was still falling at the end (from {} to {} in the last {}): train for \
                 more epochs",
                figure(*before),
                figure(*last),
                match epochs {
                    1 => "epoch".to_owned(),
                    epochs => format!("{epochs} epochs"),
                }
            ),
            Self::HeldRate { largest, base } => write!(
                f,
                "the schedule left no more than {} of the learning rate of {} at the end of any epoch: shorten the \
                 warm-up, or lower the rate later",
                figure(*largest),
                figure(*base)
            ),
            Self::VanishedRate { epoch, of } => write!(
                f,
                "the learning rate was below 1 % of its largest from epoch {epoch} of {of} on, and \
                 the loss had been falling: lower it later, or by less",
            ),
            Self::WorseThanMostFrequent { class, accuracy, baseline, part } => write!(
                f,
                "the {part} data are recognised no better than by saying `{class}` always: \
                 {} are right, of that class are {}",
                one_decimal(*accuracy),
                one_decimal(*baseline)
            ),
            Self::WorseThanMean { ratio, part } => write!(
                f,
                "the {part} data are predicted {} better than by the mean of the training targets: \
                 the error is {}",
                if *ratio < 1.0 { "hardly" } else { "no" },
                as_large(*ratio)
            ),
            Self::WorseThanConstant { ratio, part } => write!(
                f,
                "the {part} data are predicted {} better than by one prediction for all: the loss is {} as that of the \
                 best for the training data",
                if *ratio < 1.0 { "hardly" } else { "no" },
                as_large(*ratio)
            ),
            Self::LargeLearningRate { learning_rate } => {
                write!(f, "lower the learning rate (it is {})", figure(*learning_rate))
            }
            Self::LinearNetwork => write!(
                f,
                "neither the data nor the steps show why: the network is linear, and cannot \
                 learn what features say only together, so add a hidden layer with an activation; or they may say nothing about \
                 the target"
            ),
            Self::NoCause => write!(
                f,
                "neither the data nor the network show why: the features may say nothing about \
                 the target; see what a larger network or another loss does"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_as_large_is_not_1_times_as_large() {
        let text = |ratio: f64| Finding::WorseThanMean { ratio, part: Part::Test }.to_string();
        for ratio in [0.999, 1.0, 1.0049] {
            assert!(
                text(ratio).ends_with("training targets: the error is as large"),
                "{}",
                text(ratio)
            );
        }
        assert!(text(1.25).ends_with("the error is 1.25 times as large"), "{}", text(1.25));
    }

    #[test]
    fn a_larger_margin_is_for_losses_that_have_one() {
        let text = |loss: &str| Finding::NothingAsked { loss: loss.to_owned() }.to_string();
        assert!(text("squared-hinge(0)").ends_with("choose a larger margin, or another loss"));
        assert!(text("mse").ends_with("of the network: choose another loss"));
    }
}
