use crate::{Kind, KindError, Options, Spec, Value};

/// A part that is made of its options alone, and says what it is.
///
/// The name, the options with their ranges and defaults, and how it is made of them: all of it
/// stands here, once.
pub trait Described: Sized {
    /// What its kind is called, and its options.
    const SPEC: Spec;

    /// The part with these options, which are those of [`SPEC`](Self::SPEC), in range.
    fn from_options(options: &Options) -> Self;

    /// The values of its options, in the order of [`SPEC`](Self::SPEC); none by default.
    fn values(&self) -> Vec<Value> {
        Vec::new()
    }

    /// The part that a kind stands for.
    ///
    /// # Errors
    /// As [`Spec::read`].
    fn from_kind(kind: &Kind) -> Result<Self, KindError> {
        Ok(Self::from_options(&Self::SPEC.read(kind)?))
    }

    /// What it is.
    fn described(&self) -> Kind {
        Self::SPEC.kind(&self.values())
    }
}
