use densely_preprocess::{Standardize, Transform};
use densely_tensor::{Mat, MatRef, Real, Scalar, ShapeError, column_mut};

/// In which units real targets are learnt, and so what outputs of a network stand for in those of the data: those of a
/// [`Preparation`](crate::Preparation::target_units).
#[derive(Debug, Clone, PartialEq)]
pub struct TargetUnits {
    pub(crate) scale: Standardize,
    /// Targets are learnt as their logarithms.
    pub(crate) log_targets: bool,
    /// Outputs of a network are logarithms of what they predict.
    pub(crate) log_link: bool,
}

impl TargetUnits {
    /// Targets that are standardised.
    pub(crate) fn new(scale: Standardize) -> Self {
        Self { scale, log_targets: false, log_link: false }
    }

    /// The number of outputs.
    pub(crate) fn outputs(&self) -> usize {
        self.scale.in_features()
    }

    /// The values that outputs of a network stand for, in the units of the data.
    pub(crate) fn values(&self, outputs: MatRef<'_, f64>) -> Result<Mat<f64>, ShapeError> {
        match self.log_link {
            true => self.raw_targets(exponentials(outputs.to_owned()).as_ref()),
            false => self.raw_targets(outputs),
        }
    }

    /// Prepared targets as they were before, in the units of the data.
    pub(crate) fn raw_targets(&self, prepared: MatRef<'_, f64>) -> Result<Mat<f64>, ShapeError> {
        let values = self.scale.inverse_transform(prepared)?;
        Ok(if self.log_targets { exponentials(values) } else { values })
    }
}

pub(crate) fn exponentials<T: Scalar>(mut values: Mat<T>) -> Mat<T> {
    for j in 0..values.ncols() {
        column_mut(values.as_mut(), j).iter_mut().for_each(|value| *value = Real::exp(*value));
    }
    values
}
