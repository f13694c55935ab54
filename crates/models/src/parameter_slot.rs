use densely_layers::Role;
use densely_tensor::{MatRef, ShapeError};

use crate::ModelError;

/// A parameter that a description asks for, when a network is assembled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ParameterSlot {
    /// Which layer with weights it belongs to, or follows, from 0.
    pub layer: usize,
    /// The position among all layers of the network, activations and the like included.
    pub stage: usize,
    /// The name that its layer gives it.
    pub name: &'static str,
    /// What it does in its layer.
    pub role: Role,
    /// Rows.
    pub rows: usize,
    /// Columns.
    pub columns: usize,
}

impl ParameterSlot {
    /// Whether a value has its shape.
    pub(crate) fn check<T>(&self, value: MatRef<'_, T>) -> Result<(), ModelError> {
        ShapeError::expect("Mlp", "rows of a parameter", self.rows, value.nrows())?;
        Ok(ShapeError::expect("Mlp", "its columns", self.columns, value.ncols())?)
    }
}
