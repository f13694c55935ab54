use std::fmt;

/// The checks, each of which finds a kind of mistake that others may miss.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Check {
    /// Sizes are accepted, or refused with an error; targets too.
    Shapes,
    /// What buffers held before has no part in a result.
    Overwrites,
    /// The same call gives the same bits.
    Repeats,
    /// Training and inference compute the same, where nothing is random.
    Modes,
    /// An example has no part in the results of another.
    Columns,
    /// A cotangent of zero gives a gradient that is exactly zero.
    ZeroCotangent,
    /// Gradients are linear in the cotangent.
    Linearity,
    /// The gradient of a parameter is a sum over the examples.
    Additivity,
    /// `backward_tape` leaves the tape as `backward_input` does.
    Tape,
    /// Threads do not change a bit.
    Threads,
    /// The derivative agrees with that by dual numbers, norm-wise to 1e-14.
    DualNumbers,
    /// The derivative agrees with differences of the code itself, norm-wise to 1e-8.
    Differences,
    /// `⟨dy, J v⟩ = ⟨Jᵀ dy, v⟩` for a random direction `v`.
    Adjoint,
    /// At kinks and exact ties, the gradient is a subgradient.
    Subgradient,
    /// Kinks are rare enough for the differences to mean something.
    Smoothness,
    /// `f32` agrees with `f64` as far as it can.
    SinglePrecision,
    /// A NaN that goes in comes out, and no finite number makes one.
    NotANumber,
    /// Several examples together are the same as one at a time.
    Examples,
    /// The gradient of a batch is that of the mean: divided by `n`, once.
    Mean,
    /// Probabilities are not negative and sum to one.
    Probabilities,
    /// A step of an optimiser is its equation.
    Rule,
    /// An optimiser leaves gradients as they are.
    Gradients,
    /// An optimiser that goes on from what another remembered makes the same step.
    Resumes,
    /// The learning rate is what it was set to.
    LearningRate,
}

impl Check {
    /// Its name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Shapes => "shapes",
            Self::Overwrites => "overwrites",
            Self::Repeats => "repeats",
            Self::Modes => "modes",
            Self::Columns => "columns",
            Self::ZeroCotangent => "zero cotangent",
            Self::Linearity => "linearity",
            Self::Additivity => "additivity",
            Self::Tape => "tape",
            Self::Threads => "threads",
            Self::DualNumbers => "dual numbers",
            Self::Differences => "differences",
            Self::Adjoint => "adjoint",
            Self::Subgradient => "subgradient",
            Self::Smoothness => "smoothness",
            Self::SinglePrecision => "single precision",
            Self::NotANumber => "not a number",
            Self::Examples => "examples",
            Self::Mean => "mean",
            Self::Probabilities => "probabilities",
            Self::Rule => "rule",
            Self::Gradients => "gradients",
            Self::Resumes => "resumes",
            Self::LearningRate => "learning rate",
        }
    }

    /// What was found, if it fails.
    pub(crate) fn complaint(self) -> &'static str {
        match self {
            Self::Shapes => "shapes or targets are accepted that should not be, or refused",
            Self::Overwrites => "the result depends on what the buffer held before",
            Self::Repeats => "the same call gives different results",
            Self::Modes => "forward and forward_train differ",
            Self::Columns => "an example changes the results of another",
            Self::ZeroCotangent => "a cotangent of zero gives a gradient that is not zero",
            Self::Linearity => "the gradient is not linear in the cotangent",
            Self::Additivity => "the gradient of a batch is not the sum over its examples",
            Self::Tape => "backward_tape leads to other gradients than backward_input",
            Self::Threads => "the result depends on the number of threads",
            Self::DualNumbers => "the derivative is not that of the function, by dual numbers",
            Self::Differences => "the derivative is not that of the function, by differences",
            Self::Adjoint => "the derivative along a direction is not that of the function",
            Self::Subgradient => "at a kink, the gradient is no subgradient",
            Self::Smoothness => "there are too many kinks for differences to mean anything",
            Self::SinglePrecision => "f32 differs from f64 by more than rounding",
            Self::NotANumber => "a NaN is lost, or one arises from a finite number",
            Self::Examples => "examples together differ from examples one at a time",
            Self::Mean => "the gradient of a batch is not that of the mean loss",
            Self::Probabilities => "the probabilities are negative or do not sum to one",
            Self::Rule => "a step is not that of the rule",
            Self::Gradients => "the optimiser changes the gradients",
            Self::Resumes => "what the optimiser says that it remembers is not all",
            Self::LearningRate => "the learning rate is not what it was set to",
        }
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
