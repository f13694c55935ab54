use std::fmt;
use std::str::FromStr;

use densely_layers::{Identity, Layer, LeakyRelu, Relu, Sigmoid, Tanh};
use densely_tensor::{Initializer, Scalar};

use crate::ModelError;

/// An activation chosen by name, at run time.
///
/// ```
/// use densely_models::ActivationKind;
///
/// let kind: ActivationKind = "leaky-relu".parse()?;
/// assert_eq!(kind, ActivationKind::LeakyRelu);
/// # Ok::<(), densely_models::ModelError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ActivationKind {
    /// [`Relu`].
    Relu,
    /// [`LeakyRelu`] with its default slope.
    LeakyRelu,
    /// [`Tanh`].
    Tanh,
    /// [`Sigmoid`].
    Sigmoid,
    /// [`Identity`].
    Identity,
}

impl ActivationKind {
    /// Every kind.
    pub const ALL: [Self; 5] =
        [Self::Relu, Self::LeakyRelu, Self::Tanh, Self::Sigmoid, Self::Identity];

    /// Its name: lower case, words joined by hyphens.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Relu => "relu",
            Self::LeakyRelu => "leaky-relu",
            Self::Tanh => "tanh",
            Self::Sigmoid => "sigmoid",
            Self::Identity => "identity",
        }
    }

    /// The activation as a layer.
    #[must_use]
    pub fn layer<T: Scalar>(self) -> Box<dyn Layer<T>> {
        match self {
            Self::Relu => Box::new(Relu),
            Self::LeakyRelu => Box::new(LeakyRelu::default()),
            Self::Tanh => Box::new(Tanh),
            Self::Sigmoid => Box::new(Sigmoid),
            Self::Identity => Box::new(Identity),
        }
    }

    /// The initialiser made for layers followed by this activation: He for rectifiers,
    /// Xavier for activations that are linear near 0.
    #[must_use]
    pub fn initializer(self) -> Initializer {
        match self {
            Self::Relu | Self::LeakyRelu => Initializer::HeNormal,
            Self::Tanh | Self::Sigmoid | Self::Identity => Initializer::XavierNormal,
        }
    }
}

impl fmt::Display for ActivationKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for ActivationKind {
    type Err = ModelError;

    fn from_str(name: &str) -> Result<Self, ModelError> {
        Self::ALL.into_iter().find(|kind| kind.name() == name).ok_or_else(|| ModelError::Unknown {
            what: "activation",
            name: name.to_owned(),
            choices: Self::ALL.map(Self::name).join(", "),
        })
    }
}
