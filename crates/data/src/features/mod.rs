mod inputs;
mod one_hot;

pub use inputs::Inputs;
pub use one_hot::{FeaturePlace, OneHot, OneHotGroup};

use densely_tensor::{Mat, Scalar};

/// The features of examples, features x n: a matrix, or what takes less memory where most of them tell categories.
#[derive(Debug, Clone)]
pub enum Features<T: Scalar> {
    /// All numbers.
    Dense(Mat<T>),
    /// Of categories, which one it is.
    OneHot(OneHot<T>),
}

impl<T: Scalar> Features<T> {
    /// A view of them.
    #[must_use]
    pub fn inputs(&self) -> Inputs<'_, T> {
        match self {
            Self::Dense(x) => Inputs::Dense(x.as_ref()),
            Self::OneHot(x) => Inputs::OneHot(x),
        }
    }
}

impl<T: Scalar> From<Mat<T>> for Features<T> {
    fn from(x: Mat<T>) -> Self {
        Self::Dense(x)
    }
}

impl<T: Scalar> From<OneHot<T>> for Features<T> {
    fn from(x: OneHot<T>) -> Self {
        Self::OneHot(x)
    }
}

/// The same numbers, however they lie in memory.
impl<T: Scalar> PartialEq for Features<T> {
    fn eq(&self, other: &Self) -> bool {
        let (one, other) = (self.inputs(), other.inputs());
        if (one.features(), one.examples()) != (other.features(), other.examples()) {
            return false;
        }
        if let (Some(one), Some(other)) = (one.dense(), other.dense()) {
            return one == other;
        }
        let (mut left, mut right) = (vec![T::ZERO; one.features()], vec![T::ZERO; one.features()]);
        (0..one.examples()).all(|example| {
            one.write(example, &mut left);
            other.write(example, &mut right);
            left == right
        })
    }
}
