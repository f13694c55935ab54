use densely_parts::OptionError;
use densely_tensor::ShapeError;
use thiserror::Error;

/// An optimiser that cannot make a step.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum OptimError {
    /// An option outside its range.
    #[error(transparent)]
    Option(#[from] OptionError),
    /// The optimiser holds the state of another network.
    #[error("the optimiser holds the state of another network: use a new one for each network")]
    OtherNetwork,
    /// What an optimiser remembers cannot be stored, or is not what it should be.
    #[error("the state of the optimiser: `{name}` {problem}")]
    State {
        /// What it is about: a number, or a matrix and the path of its parameter.
        name: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// An optimiser that may remember its steps, and does not say what.
    #[error(
        "the optimiser `{kind}` does not say what it remembers of its steps, so a training with it \
         cannot be stored: it needs `save_state` and `load_state`, that do nothing if it remembers \
         nothing"
    )]
    StateUnknown {
        /// The name of its kind.
        kind: String,
    },
    /// No memory for what the optimiser has to remember.
    #[error(
        "{0}: make the network smaller, or take an optimiser that remembers less, as SGD without \
         momentum"
    )]
    Memory(#[from] ShapeError),
    /// A gradient with an entry that is infinite or NaN.
    #[error("the norm of the gradient is {norm}: training diverged; lower the learning rate")]
    NotFinite {
        /// Its norm.
        norm: f64,
    },
}

impl OptimError {
    pub(crate) fn state(name: &str, problem: &'static str) -> Self {
        Self::State { name: name.to_owned(), problem }
    }
}
