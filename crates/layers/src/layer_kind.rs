use densely_tensor::{Scalar, ShapeError};

use crate::{Activation, Described, Layer, Options, Role, Spec};

/// A layer that can be made from its kind and the number of its inputs: with it, a layer of your
/// own is known by its name, can be stored and come back.
///
/// Every [`Activation`] that is [`Described`] is one.
pub trait LayerKind<T: Scalar>: Layer<T> + Sized + 'static {
    /// What its kind is called, and its options.
    const SPEC: Spec;

    /// Whether it may stand for the activation of hidden units.
    const ACTIVATION: bool = false;

    /// The layer with these options, which are those of [`SPEC`](Self::SPEC), in range.
    ///
    /// Its parameters are as training begins. Weights are all 0, since they are drawn or read
    /// by whoever makes a network of it.
    ///
    /// # Errors
    /// If it does not take so many inputs, or there is no memory for it.
    fn from_options(options: &Options, inputs: usize) -> Result<Self, ShapeError>;

    /// How many inputs it needs for each of its outputs.
    fn inputs_per_output(options: &Options) -> usize {
        let _ = options;
        1
    }

    /// What a layer with these options will be, before there is one. By default, one is made.
    ///
    /// # Errors
    /// As [`from_options`](Self::from_options).
    fn plan(options: &Options, inputs: usize) -> Result<LayerPlan, ShapeError> {
        let layer = Self::from_options(options, inputs)?;
        let mut parameters = Vec::new();
        layer.visit_params(&mut |param| {
            parameters.push(ParamPlan {
                name: param.name,
                role: param.role,
                rows: param.value.nrows(),
                columns: param.value.ncols(),
            });
        });
        Ok(LayerPlan { outputs: layer.out_features(inputs)?, parameters })
    }
}

/// How large a layer will be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerPlan {
    /// Its number of outputs.
    pub outputs: usize,
    /// Its parameters, in the order in which it shows them.
    pub parameters: Vec<ParamPlan>,
}

/// What a parameter will be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParamPlan {
    /// What its layer calls it.
    pub name: &'static str,
    /// What it does in its layer.
    pub role: Role,
    /// Its number of rows.
    pub rows: usize,
    /// Its number of columns.
    pub columns: usize,
}

impl ParamPlan {
    /// With the name of its role.
    #[must_use]
    pub fn new(role: Role, rows: usize, columns: usize) -> Self {
        Self { name: role.name(), role, rows, columns }
    }
}

impl<T: Scalar, A: Activation + Described + 'static> LayerKind<T> for A {
    const SPEC: Spec = <A as Described>::SPEC;
    const ACTIVATION: bool = true;

    fn from_options(options: &Options, _inputs: usize) -> Result<Self, ShapeError> {
        Ok(<A as Described>::from_options(options))
    }
}
