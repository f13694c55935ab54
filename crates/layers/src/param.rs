use densely_tensor::{Mat, Scalar};

use crate::Layer;

/// A learnable parameter of a layer, with its gradient.
#[derive(Debug, Clone)]
pub struct Param<T> {
    /// What the layer calls it: `"weight"`, `"bias"`.
    pub name: &'static str,
    /// The parameter.
    pub value: Mat<T>,
    /// The gradient of the loss with respect to `value`, of the same shape. A
    /// backward pass overwrites it: there is nothing to reset between steps.
    pub grad: Mat<T>,
    /// Whether weight decay applies: `true` for weights, `false` for biases and
    /// slopes, whose size does not make a function more complex.
    pub decay: bool,
}

impl<T: Scalar> Param<T> {
    /// A parameter that weight decay shrinks.
    #[must_use]
    pub fn decayed(name: &'static str, value: Mat<T>) -> Self {
        let grad = Mat::zeros(value.nrows(), value.ncols());
        Self { name, value, grad, decay: true }
    }

    /// A parameter that weight decay leaves alone.
    #[must_use]
    pub fn undecayed(name: &'static str, value: Mat<T>) -> Self {
        Self { decay: false, ..Self::decayed(name, value) }
    }

    /// The number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.value.nrows() * self.value.ncols()
    }

    /// Whether there are no entries.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The number of learnable parameters of a layer or of a whole network.
#[must_use]
pub fn parameter_count<T: Scalar>(layer: &dyn Layer<T>) -> usize {
    let mut count = 0;
    layer.visit_params(&mut |param| count += param.len());
    count
}
