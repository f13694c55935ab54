use std::any::Any;
use std::fmt;
use std::sync::Arc;

use densely_parts::Kind;
use densely_tensor::{MatMut, MatRef};

use crate::{Learned, Transform, TransformKind};

/// A fitted transformation of any [kind](TransformKind).
///
/// A copy shares what it has learnt. Two are equal if they are of the same type, have the same
/// options and have learnt the same.
///
/// ```
/// use densely_preprocess::{FittedTransform, Pca, Transform};
/// use densely_tensor::mat;
///
/// let fitted = FittedTransform::from(Pca::fit(mat![[1.0, 2.0, 4.0]].as_ref())?);
/// assert_eq!((fitted.to_string().as_str(), fitted.out_features()), ("pca(1)", 1));
/// let variances = fitted.downcast_ref::<Pca>().map(Pca::variances);
/// assert_eq!(variances, Some(&[14.0 / 9.0][..]));
/// # Ok::<(), densely_preprocess::PreprocessError>(())
/// ```
#[derive(Clone)]
pub struct FittedTransform(Arc<dyn AnyKind>);

/// A [`TransformKind`] of which only the methods of values are left.
trait AnyKind: Transform + Any {
    fn kind(&self) -> Kind;
    fn learned(&self) -> Learned;
    fn keeps_features(&self) -> bool;
    fn of_features(&self, chosen: &[usize]) -> Option<FittedTransform>;
}

impl<K: TransformKind> AnyKind for K {
    fn kind(&self) -> Kind {
        K::SPEC.kind(&self.values())
    }

    fn learned(&self) -> Learned {
        TransformKind::learned(self)
    }

    fn keeps_features(&self) -> bool {
        TransformKind::keeps_features(self)
    }

    fn of_features(&self, chosen: &[usize]) -> Option<FittedTransform> {
        if !K::FEATUREWISE {
            return None;
        }
        let learned = TransformKind::learned(self).of_features(self.in_features(), chosen);
        let options = K::SPEC.read(&AnyKind::kind(self)).ok()?;
        Some(K::from_learned(&options, chosen.len(), &mut learned?).ok()?.into())
    }
}

impl FittedTransform {
    /// What it is. Its options are as they turned out: principal components are a number, though
    /// a share of the variance was asked for.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.0.kind()
    }

    /// What it has learnt from the training data.
    #[must_use]
    pub fn learned(&self) -> Learned {
        self.0.learned()
    }

    /// Whether each feature becomes one, which is made of it alone.
    #[must_use]
    pub fn keeps_features(&self) -> bool {
        self.0.keeps_features()
    }

    /// What it does to some of the features, by itself, if it [learns of each by itself](TransformKind::FEATUREWISE).
    #[must_use]
    pub fn of_features(&self, chosen: &[usize]) -> Option<Self> {
        self.0.of_features(chosen)
    }

    /// The transformation itself, if it is of this type.
    #[must_use]
    pub fn downcast_ref<K: TransformKind>(&self) -> Option<&K> {
        let any: &dyn Any = &*self.0;
        any.downcast_ref()
    }
}

impl<K: TransformKind> From<K> for FittedTransform {
    fn from(fitted: K) -> Self {
        Self(Arc::new(fitted))
    }
}

impl PartialEq for FittedTransform {
    fn eq(&self, other: &Self) -> bool {
        let [this, that]: [&dyn Any; 2] = [&*self.0, &*other.0];
        let same_type = this.type_id() == that.type_id();
        let same = || self.kind() == other.kind() && self.learned() == other.learned();
        Arc::ptr_eq(&self.0, &other.0) || (same_type && same())
    }
}

impl fmt::Debug for FittedTransform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// As its kind.
impl fmt::Display for FittedTransform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind().fmt(f)
    }
}

impl Transform for FittedTransform {
    fn in_features(&self) -> usize {
        self.0.in_features()
    }

    fn out_features(&self) -> usize {
        self.0.out_features()
    }

    fn apply(&self, x: MatRef<'_, f64>, y: MatMut<'_, f64>) {
        self.0.apply(x, y);
    }

    fn invert(&self, y: MatRef<'_, f64>, x: MatMut<'_, f64>) {
        self.0.invert(y, x);
    }
}
