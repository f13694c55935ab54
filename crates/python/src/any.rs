use densely::formats::{AnyModel, ModelFile};
use densely::layers::{Layer, Role};
use densely::models::{Predictor, Preparation};
use densely::optim::OptimizerState;
use densely::table::Encoding;
use densely::tensor::{Mat, Scalar};

use crate::failure::Failure;

/// A network that has been trained, and what its training would go on with.
#[derive(Debug)]
pub(crate) struct Trained<T: Scalar> {
    pub(crate) file: ModelFile<T>,
    /// What the optimiser remembers of a training in parts.
    pub(crate) optimizer: Option<OptimizerState<T>>,
    /// How often it has been trained in parts: each has other random draws.
    pub(crate) parts: u64,
}

/// The same in either number type.
#[derive(Debug)]
pub(crate) enum AnyTrained {
    F32(Trained<f32>),
    F64(Trained<f64>),
}

/// Runs the same for either type.
macro_rules! either {
    ($any:expr, $trained:ident => $body:expr) => {
        match $any {
            $crate::any::AnyTrained::F32($trained) => $body,
            $crate::any::AnyTrained::F64($trained) => $body,
        }
    };
}
pub(crate) use either;

impl From<AnyModel> for AnyTrained {
    fn from(model: AnyModel) -> Self {
        match model {
            AnyModel::F32(file) => Self::F32(Trained::of(file)),
            AnyModel::F64(file) => Self::F64(Trained::of(file)),
        }
    }
}

impl<T: Scalar> Trained<T> {
    fn of(file: ModelFile<T>) -> Self {
        Self { file, optimizer: None, parts: 0 }
    }

    /// Weights of the layers, first to last, each outputs x inputs; or their biases.
    pub(crate) fn parameters(&self, role: Role) -> Vec<Mat<T>> {
        let mut values = Vec::new();
        self.file.predictor.model().network().visit_params(&mut |param| {
            if param.role == role {
                values.push(param.value.clone());
            }
        });
        values
    }
}

impl AnyTrained {
    /// A copy for tables of which an encoding makes the features.
    pub(crate) fn with_encoding(&self, encoding: Encoding) -> Result<Self, Failure> {
        Ok(match self {
            Self::F32(trained) => Self::F32(trained.with_encoding(encoding)?),
            Self::F64(trained) => Self::F64(trained.with_encoding(encoding)?),
        })
    }
}

impl<T: Scalar> Trained<T> {
    fn with_encoding(&self, encoding: Encoding) -> Result<Self, Failure> {
        let ModelFile { predictor, provenance } = &self.file;
        let own = predictor.preparation();
        // In an array, the features may have had no names.
        let preparation = Preparation::from_parts(
            encoding.feature_names_out(),
            own.target_name().to_owned(),
            own.output_names().to_vec(),
            own.pipeline().clone(),
            own.target_scale().cloned(),
        )?;
        let preparation = preparation.with_constants(own.constants().to_vec())?;
        let preparation = match own.target_scale() {
            Some(scale) if own.log_targets() => preparation.of_log_targets(scale.clone())?,
            _ => preparation,
        };
        let preparation = preparation.with_encoding(encoding)?;
        let predictor = Predictor::new(preparation, predictor.model().clone())?;
        Ok(Self::of(ModelFile { predictor, provenance: provenance.clone() }))
    }
}

/// Number types of which there is a network.
pub(crate) trait Number: Scalar + numpy::Element {
    /// As a network of any type.
    fn any(trained: Trained<Self>) -> AnyTrained;
    /// The network, if it is of this type.
    fn of(any: &AnyTrained) -> Option<&Trained<Self>>;
}

impl Number for f32 {
    fn any(trained: Trained<Self>) -> AnyTrained {
        AnyTrained::F32(trained)
    }
    fn of(any: &AnyTrained) -> Option<&Trained<Self>> {
        match any {
            AnyTrained::F32(trained) => Some(trained),
            AnyTrained::F64(_) => None,
        }
    }
}

impl Number for f64 {
    fn any(trained: Trained<Self>) -> AnyTrained {
        AnyTrained::F64(trained)
    }
    fn of(any: &AnyTrained) -> Option<&Trained<Self>> {
        match any {
            AnyTrained::F64(trained) => Some(trained),
            AnyTrained::F32(_) => None,
        }
    }
}
