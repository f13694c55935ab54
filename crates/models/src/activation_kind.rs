use std::fmt;
use std::str::FromStr;

use densely_layers::{
    Elu, Gelu, GeluTanh, HardTanh, Identity, Layer, LeakyRelu, Maxout, PRelu, Relu, Relu6, Selu,
    Sigmoid, Silu, Softplus, Tanh,
};
use densely_tensor::{Figure, Initializer, Scalar, ShapeError};

use crate::{ModelError, named};

/// An activation chosen by name, at run time.
///
/// Some names take a value in parentheses, `leaky-relu(0.1)` or `maxout(3)`, and have a
/// default without it.
///
/// ```
/// use densely_models::ActivationKind;
///
/// let kind: ActivationKind = "leaky-relu(0.1)".parse()?;
/// assert_eq!(kind, ActivationKind::LeakyRelu { slope: 0.1 });
/// assert_eq!(kind.to_string(), "leaky-relu(0.1)");
/// # Ok::<(), densely_models::ModelError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum ActivationKind {
    /// [`Relu`]: `relu`.
    Relu,
    /// [`LeakyRelu`]: `leaky-relu`, which is `leaky-relu(0.01)`.
    LeakyRelu {
        /// The slope on the negative side.
        slope: f64,
    },
    /// [`PRelu`] with a slope for each unit: `prelu`.
    PRelu,
    /// [`PRelu`] with one slope for all units of a layer: `shared-prelu`.
    SharedPRelu,
    /// [`Maxout`]: `maxout`, which is `maxout(2)`. The layer before it has so many times as
    /// many parameters.
    Maxout {
        /// The number of pieces of a unit, at least 1.
        pieces: usize,
    },
    /// [`Elu`]: `elu`, which is `elu(1)`.
    Elu {
        /// The distance of the limit at −∞ below zero.
        alpha: f64,
    },
    /// [`Selu`]: `selu`.
    Selu,
    /// [`Gelu`], the exact one: `gelu`.
    Gelu,
    /// [`GeluTanh`], its approximation: `gelu-tanh`.
    GeluTanh,
    /// [`Silu`]: `silu`.
    Silu,
    /// [`Softplus`]: `softplus`.
    Softplus,
    /// [`Relu6`]: `relu6`.
    Relu6,
    /// [`Tanh`]: `tanh`.
    Tanh,
    /// [`HardTanh`]: `hard-tanh`.
    HardTanh,
    /// [`Sigmoid`]: `sigmoid`.
    Sigmoid,
    /// [`Identity`]: `identity`.
    Identity,
}

impl ActivationKind {
    /// Every kind, with the default of its value.
    pub const ALL: [Self; 16] = [
        Self::Relu,
        Self::LeakyRelu { slope: 0.01 },
        Self::PRelu,
        Self::SharedPRelu,
        Self::Maxout { pieces: 2 },
        Self::Elu { alpha: 1.0 },
        Self::Selu,
        Self::Gelu,
        Self::GeluTanh,
        Self::Silu,
        Self::Softplus,
        Self::Relu6,
        Self::Tanh,
        Self::HardTanh,
        Self::Sigmoid,
        Self::Identity,
    ];

    /// Its name, without a value: lower case, words joined by hyphens.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Relu => "relu",
            Self::LeakyRelu { .. } => "leaky-relu",
            Self::PRelu => "prelu",
            Self::SharedPRelu => "shared-prelu",
            Self::Maxout { .. } => "maxout",
            Self::Elu { .. } => "elu",
            Self::Selu => "selu",
            Self::Gelu => "gelu",
            Self::GeluTanh => "gelu-tanh",
            Self::Silu => "silu",
            Self::Softplus => "softplus",
            Self::Relu6 => "relu6",
            Self::Tanh => "tanh",
            Self::HardTanh => "hard-tanh",
            Self::Sigmoid => "sigmoid",
            Self::Identity => "identity",
        }
    }

    /// The activation as a layer of `units` outputs.
    ///
    /// # Errors
    /// If there are no units for [`PRelu`](Self::PRelu) or no pieces for
    /// [`Maxout`](Self::Maxout).
    pub fn layer<T: Scalar>(self, units: usize) -> Result<Box<dyn Layer<T>>, ShapeError> {
        Ok(match self {
            Self::Relu => Box::new(Relu),
            Self::LeakyRelu { slope } => Box::new(LeakyRelu::new(slope)),
            Self::PRelu => Box::new(PRelu::per_unit(units)?),
            Self::SharedPRelu => Box::new(PRelu::shared(T::from_f64(PRelu::<T>::INITIAL_SLOPE))),
            Self::Maxout { pieces } => Box::new(Maxout::new(pieces)?),
            Self::Elu { alpha } => Box::new(Elu::new(alpha)),
            Self::Selu => Box::new(Selu),
            Self::Gelu => Box::new(Gelu),
            Self::GeluTanh => Box::new(GeluTanh),
            Self::Silu => Box::new(Silu),
            Self::Softplus => Box::new(Softplus),
            Self::Relu6 => Box::new(Relu6),
            Self::Tanh => Box::new(Tanh),
            Self::HardTanh => Box::new(HardTanh),
            Self::Sigmoid => Box::new(Sigmoid),
            Self::Identity => Box::new(Identity),
        })
    }

    /// The number of inputs of the activation for each of its outputs: that of the pieces
    /// for [`Maxout`](Self::Maxout), otherwise 1.
    #[must_use]
    pub fn inputs_per_unit(self) -> usize {
        match self {
            Self::Maxout { pieces } => pieces,
            _ => 1,
        }
    }

    /// The initialiser made for layers followed by this activation: He for rectifiers and
    /// their smooth relatives, Xavier for activations that are linear near 0, LeCun for
    /// those that keep the variance of their input, as the larger of two pieces does.
    #[must_use]
    pub fn initializer(self) -> Initializer {
        match self {
            Self::Relu
            | Self::LeakyRelu { .. }
            | Self::PRelu
            | Self::SharedPRelu
            | Self::Elu { .. }
            | Self::Gelu
            | Self::GeluTanh
            | Self::Silu
            | Self::Softplus
            | Self::Relu6 => Initializer::HeNormal,
            Self::Tanh | Self::HardTanh | Self::Sigmoid | Self::Identity => {
                Initializer::XavierNormal
            }
            Self::Selu | Self::Maxout { .. } => Initializer::LecunNormal,
        }
    }

    /// Whether its value is in range.
    pub(crate) fn check(self) -> Result<(), ModelError> {
        let (option, value) = match self {
            Self::LeakyRelu { slope } => (SLOPE, slope),
            Self::Elu { alpha } => (ALPHA, alpha),
            _ => return Ok(()),
        };
        if value.is_finite() {
            Ok(())
        } else {
            Err(ModelError::option(option, FINITE, &Figure(value)))
        }
    }
}

const SLOPE: &str = "the slope of leaky-relu";
const ALPHA: &str = "alpha of elu";
const FINITE: &str = "a finite number";

impl fmt::Display for ActivationKind {
    /// The name, with the value if it is not the default: [`FromStr`] reads it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name();
        if Self::ALL.contains(self) {
            return f.pad(name);
        }
        match self {
            Self::LeakyRelu { slope: value } | Self::Elu { alpha: value } => {
                f.pad(&format!("{name}({value})"))
            }
            Self::Maxout { pieces } => f.pad(&format!("{name}({pieces})")),
            _ => f.pad(name),
        }
    }
}

impl FromStr for ActivationKind {
    type Err = ModelError;

    fn from_str(text: &str) -> Result<Self, ModelError> {
        let (name, value) = named::split(text);
        let kind = Self::ALL.into_iter().find(|kind| kind.name() == name);
        let finite = |option, value| named::number(option, FINITE, value, f64::is_finite);
        match (kind, value) {
            (Some(kind), None) => Ok(kind),
            (Some(Self::LeakyRelu { .. }), Some(value)) => {
                Ok(Self::LeakyRelu { slope: finite(SLOPE, value)? })
            }
            (Some(Self::Elu { .. }), Some(value)) => Ok(Self::Elu { alpha: finite(ALPHA, value)? }),
            (Some(Self::Maxout { .. }), Some(value)) => match value.trim().parse() {
                Ok(pieces) if pieces > 0 => Ok(Self::Maxout { pieces }),
                _ => {
                    let (option, expected) = ("the pieces of maxout", "a number of at least 1");
                    Err(ModelError::option(option, expected, &value))
                }
            },
            _ => {
                let with_value = "leaky-relu, maxout and elu";
                Err(named::unknown("activation", text, &Self::ALL.map(Self::name), with_value))
            }
        }
    }
}
