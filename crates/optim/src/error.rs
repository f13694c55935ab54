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
