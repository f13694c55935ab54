use densely_tensor::{Mat, Scalar};

use crate::Layer;

/// What a parameter does in its layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Role {
    /// A matrix that inputs are multiplied with: `outputs x inputs`, a row for each unit.
    Weight,
    /// What is added to each unit.
    Bias,
    /// A slope of an activation.
    Slope,
    /// What each unit is multiplied with.
    Scale,
    /// What is added to each unit after a scale.
    Shift,
}

impl Role {
    /// Its name: `weight`, `bias`, `slope`, `scale`, `shift`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Weight => "weight",
            Self::Bias => "bias",
            Self::Slope => "slope",
            Self::Scale => "scale",
            Self::Shift => "shift",
        }
    }
}

/// How a parameter is before training.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Start {
    /// Drawn by the initialiser that suits what follows.
    Drawn,
    /// As its layer makes it.
    Made,
}

/// A learnable parameter of a layer, with its gradient, and what there is to know of it.
///
/// ```
/// use densely_layers::{Param, Role, Start};
/// use densely_tensor::Mat;
///
/// let weight = Param::<f32>::weight(Mat::zeros(4, 3));
/// assert_eq!((weight.name, weight.role, weight.start), ("weight", Role::Weight, Start::Drawn));
/// assert!(weight.decay);
///
/// let gate = Param::<f32>::scale(Mat::full(4, 1, 0.5)).named("gate");
/// assert_eq!((gate.name, gate.role, gate.start), ("gate", Role::Scale, Start::Made));
/// assert!(!gate.decay);
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Param<T> {
    /// What the layer calls it, and no other of its parameters: by default the name of its role.
    pub name: &'static str,
    /// What it does in its layer.
    pub role: Role,
    /// The parameter.
    pub value: Mat<T>,
    /// The gradient of the loss with respect to `value`, of the same shape. A
    /// backward pass overwrites it: there is nothing to reset between steps.
    pub grad: Mat<T>,
    /// Whether weight decay applies: by default to weights, not to biases, slopes and the like,
    /// whose size does not make a function more complex.
    pub decay: bool,
    /// How it is before training: by default weights are drawn.
    pub start: Start,
}

impl<T: Scalar> Param<T> {
    /// With this role, and what goes with it.
    #[must_use]
    pub fn new(role: Role, value: Mat<T>) -> Self {
        let grad = Mat::zeros(value.nrows(), value.ncols());
        let decay = role == Role::Weight;
        let start = if decay { Start::Drawn } else { Start::Made };
        Self { name: role.name(), role, value, grad, decay, start }
    }

    /// A [`Role::Weight`].
    #[must_use]
    pub fn weight(value: Mat<T>) -> Self {
        Self::new(Role::Weight, value)
    }

    /// A [`Role::Bias`].
    #[must_use]
    pub fn bias(value: Mat<T>) -> Self {
        Self::new(Role::Bias, value)
    }

    /// A [`Role::Slope`].
    #[must_use]
    pub fn slope(value: Mat<T>) -> Self {
        Self::new(Role::Slope, value)
    }

    /// A [`Role::Scale`].
    #[must_use]
    pub fn scale(value: Mat<T>) -> Self {
        Self::new(Role::Scale, value)
    }

    /// A [`Role::Shift`].
    #[must_use]
    pub fn shift(value: Mat<T>) -> Self {
        Self::new(Role::Shift, value)
    }

    /// Of another name, where a layer has several of a role.
    #[must_use]
    pub fn named(self, name: &'static str) -> Self {
        Self { name, ..self }
    }

    /// Whether weight decay applies.
    #[must_use]
    pub fn decays(self, decay: bool) -> Self {
        Self { decay, ..self }
    }

    /// How it is before training.
    #[must_use]
    pub fn starts(self, start: Start) -> Self {
        Self { start, ..self }
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
