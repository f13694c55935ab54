use std::fmt;

use densely_tensor::Figure;

use super::Finding;

/// With three digits.
fn figure(value: f64) -> String {
    format!("{:.3}", Figure(value))
}

fn percent(share: f64) -> String {
    format!("{} %", (100.0 * share).round())
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let share = |part: usize, of: usize| percent(part as f64 / of as f64);
        match self {
            Self::OneClass { class } => write!(
                f,
                "every training example is of class `{class}`: there is nothing to tell apart"
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
            Self::MissedClasses { class, examples, looked_at, more } => {
                let others = match more {
                    0 => String::new(),
                    1 => ", nor are those of another class".to_owned(),
                    more => format!(", nor are those of {more} other classes"),
                };
                let these = match looked_at == examples {
                    true => format!("the {examples} training examples of class `{class}` are"),
                    false => format!(
                        "of the {examples} training examples of class `{class}`, all {looked_at} \
                         that were looked at are"
                    ),
                };
                write!(
                    f,
                    "{these} not recognised{others}: \
                     look at recall instead of accuracy, and weigh rare classes more, or train longer"
                )
            }
            Self::LargeFeature { feature, size, typical } if *typical > 0.1 * size => write!(
                f,
                "the features are not scaled (`{feature}` is about {}, others {}): standardise them",
                figure(*size),
                figure(*typical)
            ),
            Self::LargeFeature { feature, size, typical } => write!(
                f,
                "feature `{feature}` hides the others, it is about {} where they are {}: \
                 standardise the features",
                figure(*size),
                figure(*typical)
            ),
            Self::SmallFeatures { size } => write!(
                f,
                "the features are not scaled (the largest is about {}): standardise them",
                figure(*size)
            ),
            Self::ConstantFeatures => {
                write!(
                    f,
                    "no feature varies among the training examples: there is nothing to learn from"
                )
            }
            Self::OutlyingFeature { feature, example, validation, deviations } => write!(
                f,
                "feature `{feature}` is {} standard deviations from its mean in example {example}{}",
                figure(*deviations),
                match validation {
                    true => " of the validation data: correct it, or drop the feature",
                    false => {
                        ": correct or clip it, drop the feature, or limit the norm of the gradient"
                    }
                }
            ),
            Self::ChangedFeature { feature } => write!(
                f,
                "feature `{feature}` is constant in the training data and not in the validation \
                 data: drop it, or split the data otherwise"
            ),
            Self::OutlyingTarget { target, example, validation, deviations } => write!(
                f,
                "the target `{target}` is {} standard deviations from its mean in example {example}{}",
                figure(*deviations),
                match validation {
                    true => " of the validation data: correct it",
                    false => ": correct it, or use the loss huber or mae",
                }
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
                 draw larger initial weights",
                figure(*gain)
            ),
            Self::ShrunkWeights { layer, share } => write!(
                f,
                "the weights of layer {layer} shrank to {} of their norm: lower the weight decay, \
                 or whatever else limits them",
                percent(*share)
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
                "an update moves the weights of layer {layer} by {} of their norm, or by \
                 about as much since epoch {since}: lower the learning rate",
                percent(*ratio)
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
            Self::StillFalling { before, last } => write!(
                f,
                "the training loss was still falling at the end (from {} to {} in the last epoch): \
                 train for more epochs",
                figure(*before),
                figure(*last)
            ),
            Self::LargeLearningRate { learning_rate } => {
                write!(f, "lower the learning rate (it is {})", figure(*learning_rate))
            }
            Self::NoCause => write!(
                f,
                "neither the data nor the network show why: the features may say nothing about \
                 the target; see what a larger network or another loss does"
            ),
        }
    }
}
