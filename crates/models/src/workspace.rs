use densely_tensor::{Buffer, Scalar};

/// Memory for predictions: made once, used for any number of calls, by one thread at a
/// time. A model is shared; each thread brings a workspace of its own.
///
/// It grows to what the largest call needed and is never given back.
#[derive(Debug, Clone, Default)]
pub struct Workspace<T: Scalar> {
    pub(crate) scores: Buffer<T>,
    pub(crate) tape: Buffer<T>,
}

impl<T: Scalar> Workspace<T> {
    /// An empty workspace.
    #[must_use]
    pub fn new() -> Self {
        Self { scores: Buffer::new(), tape: Buffer::new() }
    }
}
