use densely_parts::{Options, Spec};
use densely_tensor::{MatMut, MatRef, Scalar, Threads};

use crate::{Learned, PreprocessError, Transform, TransformKind, statistics};

/// The features as they are: `y = x`.
///
/// ```
/// use densely_preprocess::{Transform, Unchanged};
/// use densely_tensor::mat;
///
/// let x = mat![[1.0], [7.0]];
/// assert_eq!(Unchanged::new(2).transform(x.as_ref())?, x);
/// # Ok::<(), densely_tensor::ShapeError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unchanged {
    features: usize,
}

impl Unchanged {
    /// Of so many features.
    #[must_use]
    pub fn new(features: usize) -> Self {
        Self { features }
    }
}

impl TransformKind for Unchanged {
    const SPEC: Spec = Spec::new("none", "the features as they are");
    const FEATUREWISE: bool = true;

    fn fit_by<T: Scalar>(
        _options: &Options,
        x: MatRef<'_, T>,
        _threads: &Threads,
    ) -> Result<Self, PreprocessError> {
        statistics::check_shape("Unchanged::fit", x)?;
        statistics::check_finite(x)?;
        Ok(Self::new(x.nrows()))
    }

    fn learned(&self) -> Learned {
        Learned::new()
    }

    fn from_learned(
        _options: &Options,
        features: usize,
        _learned: &mut Learned,
    ) -> Result<Self, PreprocessError> {
        Ok(Self::new(features))
    }

    fn keeps_features(&self) -> bool {
        true
    }
}

impl Transform for Unchanged {
    fn in_features(&self) -> usize {
        self.features
    }

    fn out_features(&self) -> usize {
        self.features
    }

    fn apply(&self, x: MatRef<'_, f64>, mut y: MatMut<'_, f64>) {
        y.copy_from(x);
    }

    fn invert(&self, y: MatRef<'_, f64>, mut x: MatMut<'_, f64>) {
        x.copy_from(y);
    }
}
