use densely_data::DataError;
use densely_layers::LayerError;
use densely_loss::LossError;
use densely_optim::OptimError;
use densely_preprocess::PreprocessError;
use densely_tensor::ShapeError;
use thiserror::Error;

/// Why a model could not be built, trained or used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ModelError {
    /// Sizes that do not fit.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// A layer that cannot be made as asked.
    #[error(transparent)]
    Layer(#[from] LayerError),
    /// Targets that do not fit the model's loss.
    #[error(transparent)]
    Loss(#[from] LossError),
    /// An optimiser that cannot make a step.
    #[error(transparent)]
    Optim(#[from] OptimError),
    /// Data that cannot be split as asked.
    #[error(transparent)]
    Data(#[from] DataError),
    /// Preprocessing that cannot be fitted or made.
    #[error(transparent)]
    Preprocess(#[from] PreprocessError),
    /// Targets of another kind than the model's.
    #[error("the targets must be {expected}, but they are {actual}")]
    Targets {
        /// What the model predicts.
        expected: &'static str,
        /// What the data or the loss are for.
        actual: &'static str,
    },
    /// An option outside its range.
    #[error("{option} must be {expected}, got {value}")]
    Option {
        /// The option.
        option: &'static str,
        /// Its range, in words.
        expected: &'static str,
        /// The value it has.
        value: String,
    },
    /// A name that stands for no choice.
    #[error("unknown {what} \"{name}\": choose one of {choices}")]
    Unknown {
        /// What was to be chosen.
        what: &'static str,
        /// The name that was given.
        name: String,
        /// The names there are.
        choices: String,
    },
    /// The loss became infinite or NaN.
    #[error(
        "the loss became {loss} in epoch {epoch}, step {step}: training diverged; \
         lower the learning rate (it is {learning_rate:?}){}",
        led_to(.previous_loss, .layer)
    )]
    Diverged {
        /// Epoch, from 1.
        epoch: usize,
        /// Step within the epoch, from 1.
        step: usize,
        /// The loss.
        loss: f64,
        /// The learning rate then.
        learning_rate: f64,
        /// The loss of the step before, if it was not the first.
        previous_loss: Option<f64>,
        /// The first layer, as people count them, with an output that is infinite or NaN, if
        /// there is one: an activation belongs to the weights before it, and 0 is what comes
        /// before the first weights.
        layer: Option<usize>,
    },
}

/// What happened before a loss became infinite or NaN.
fn led_to(previous_loss: &Option<f64>, layer: &Option<usize>) -> String {
    let previous = previous_loss.map(|loss| format!("; the loss was {loss:?} a step before"));
    let layer = layer.map(|layer| format!("; layer {layer} has the first outputs out of range"));
    [previous, layer].into_iter().flatten().collect()
}

impl ModelError {
    pub(crate) fn option(
        option: &'static str,
        expected: &'static str,
        value: &dyn std::fmt::Display,
    ) -> Self {
        Self::Option { option, expected, value: value.to_string() }
    }
}
