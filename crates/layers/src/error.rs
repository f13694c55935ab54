use densely_tensor::Figure;
use thiserror::Error;

/// A layer that cannot be made as asked.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum LayerError {
    /// An option outside its range.
    #[error("{layer}: {option} must be {expected}, got {}", Figure(*value))]
    Option {
        /// The layer.
        layer: &'static str,
        /// The option.
        option: &'static str,
        /// Its range, in words.
        expected: &'static str,
        /// The value it has.
        value: f64,
    },
}
