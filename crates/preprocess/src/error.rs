use densely_parts::{Kind, KindError};
use densely_tensor::kernels::decomposition::DecompositionError;
use densely_tensor::{Figure, ShapeError};
use thiserror::Error;

/// Why a transformation could not be fitted, made or applied.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum PreprocessError {
    /// Sizes that do not fit, or no examples or features at all.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// A value that is NaN or infinite.
    #[error("feature {feature} of example {example} is {value}: every value must be finite")]
    NotFinite {
        /// The row, from 0.
        feature: usize,
        /// The column, from 0.
        example: usize,
        /// The value.
        value: f64,
    },
    /// Finite values that are so far apart that their spread is not a finite number.
    #[error("the values of feature {feature} are too large for its statistics to be finite")]
    Overflow {
        /// The row, from 0.
        feature: usize,
    },
    /// All examples are equal, so that no direction has any variance.
    #[error("the {examples} examples are all equal: there is no variance to decompose")]
    NoVariance {
        /// The number of examples.
        examples: usize,
    },
    /// Examples that differ by so little that rounding errors could have made it.
    #[error(
        "the {examples} examples differ by no more than their rounding errors: there is no variance to decompose"
    )]
    OnlyRounding {
        /// The number of examples.
        examples: usize,
    },
    /// More principal components than the data have directions of variance, or none.
    #[error(
        "{requested} components were asked for: it must be from 1 to {rank}, the rank of the {features} x {examples} data about their mean"
    )]
    Components {
        /// How many were asked for.
        requested: usize,
        /// The rank of the centred data.
        rank: usize,
        /// The number of features.
        features: usize,
        /// The number of examples.
        examples: usize,
    },
    /// A variance that a sum of squares does not hold exactly enough to divide by its root.
    #[error(
        "component {component} has variance {variance:e}, too little beside the largest, {largest:e}, to whiten by a covariance alone: keep the {component} before it, add an epsilon of {epsilon:e}, or standardise the chunks first"
    )]
    Inexact {
        /// The first such component, from 0.
        component: usize,
        /// Its variance.
        variance: f64,
        /// The largest variance.
        largest: f64,
        /// An epsilon that would do.
        epsilon: f64,
    },
    /// The decomposition failed.
    #[error(transparent)]
    Decomposition(#[from] DecompositionError),
    /// The decomposition did not satisfy its own equations.
    #[error(
        "the {equation} of the principal components is off by {residual:e} where {tolerance:e} is allowed"
    )]
    Residual {
        /// Which equation.
        equation: &'static str,
        /// By how much it is missed.
        residual: f64,
        /// By how much it may be.
        tolerance: f64,
    },
    /// A parameter outside its range.
    #[error("{parameter} must be {expected}, got {}", Figure(*value))]
    Parameter {
        /// The parameter.
        parameter: &'static str,
        /// Its range, in words.
        expected: &'static str,
        /// The value it has.
        value: f64,
    },
    /// Features that are no whole number of pixels of so many channels.
    #[error("{features} features are no whole number of pixels of {channels} channels")]
    Channels {
        /// The number of features.
        features: usize,
        /// The number of channels.
        channels: usize,
    },
    /// The error arose in a step of a pipeline.
    #[error("step {step} of the preprocessing ({kind}): {source}")]
    Step {
        /// Its position, from 0.
        step: usize,
        /// What the step is.
        kind: Kind,
        /// What went wrong there.
        source: Box<PreprocessError>,
    },
    /// The error arose in a chunk of data that come in chunks.
    #[error("chunk {chunk}, after {before} examples: {source}")]
    Chunk {
        /// Its position, from 0.
        chunk: usize,
        /// The number of examples in the chunks before it.
        before: usize,
        /// What went wrong there; an example is counted from the first of the chunk.
        source: Box<PreprocessError>,
    },
    /// A kind of transformation that is not known, or not with such options.
    #[error(transparent)]
    Kind(#[from] KindError),
    /// A transformation that learns of all features together cannot be joined from parts.
    #[error("{kind} learns of all features together: fit it to all of them")]
    Together {
        /// The transformation.
        kind: Kind,
    },
    /// Numbers that a transformation is to be made of, and that are not there.
    #[error("the numbers `{name}` of the transformation are missing")]
    Missing {
        /// Their name.
        name: String,
    },
    /// Numbers that a transformation is to be made of, of another shape.
    #[error(
        "the numbers `{name}` of the transformation are {actual:?}, and should be {expected:?}"
    )]
    Learned {
        /// Their name.
        name: String,
        /// The shape that they should have.
        expected: Vec<usize>,
        /// The shape that they have.
        actual: Vec<usize>,
    },
}

impl PreprocessError {
    /// `Ok` if every value satisfies `valid`.
    pub(crate) fn expect(
        parameter: &'static str,
        expected: &'static str,
        values: &[f64],
        valid: impl Fn(f64) -> bool,
    ) -> Result<(), Self> {
        match values.iter().find(|&&value| !valid(value)) {
            None => Ok(()),
            Some(&value) => Err(Self::Parameter { parameter, expected, value }),
        }
    }
}
