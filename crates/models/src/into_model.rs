use densely_tensor::Scalar;

use crate::{LinearClassifier, Mlp, Model, ModelError};

/// What is a model, or describes one: an [`Mlp`], a [`LinearClassifier`], or a [`Model`] of whatever
/// layers, also as a result that may be an error.
pub trait IntoModel<T: Scalar> {
    /// The model; with weights drawn from the seed of a description.
    ///
    /// # Errors
    /// If the description cannot be built, and the error itself if it is one.
    fn into_model(self) -> Result<Model<T>, ModelError>;
}

impl<T: Scalar> IntoModel<T> for Mlp {
    fn into_model(self) -> Result<Model<T>, ModelError> {
        self.build()
    }
}

impl<T: Scalar> IntoModel<T> for LinearClassifier {
    fn into_model(self) -> Result<Model<T>, ModelError> {
        self.build()
    }
}

impl<T: Scalar> IntoModel<T> for Model<T> {
    fn into_model(self) -> Result<Model<T>, ModelError> {
        Ok(self)
    }
}

impl<T: Scalar> IntoModel<T> for Result<Model<T>, ModelError> {
    fn into_model(self) -> Result<Model<T>, ModelError> {
        self
    }
}
