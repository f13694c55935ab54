use densely_layers::{Kind, LayerKind, LayerKinds};
use densely_loss::{Described, Loss, LossKinds};
use densely_optim::{OptimizerKind, OptimizerKinds, ScheduleKind, ScheduleKinds};
use densely_preprocess::{TransformKind, TransformKinds};
use densely_tensor::Scalar;

use crate::{ModelError, ParameterSlot, network};

/// What is known by its name: ours, and what you add. With it, a layer, a loss, an
/// optimiser, a schedule or a transformation of your own is as good as ours wherever one is named.
///
/// ```
/// use densely_models::Registry;
///
/// let known = Registry::<f32>::new();
/// assert!(known.layers().activation_names().contains(&"relu"));
/// assert!(known.losses().names().contains(&"huber"));
/// assert!(known.transformations().names().contains(&"pca"));
/// ```
#[derive(Debug, Clone)]
pub struct Registry<T: Scalar> {
    layers: LayerKinds<T>,
    losses: LossKinds<T>,
    optimizers: OptimizerKinds<T>,
    schedules: ScheduleKinds,
    transformations: TransformKinds,
}

impl<T: Scalar> Registry<T> {
    /// Ours.
    #[must_use]
    pub fn new() -> Self {
        Self {
            layers: LayerKinds::new(),
            losses: LossKinds::new(),
            optimizers: OptimizerKinds::new(),
            schedules: ScheduleKinds::new(),
            transformations: TransformKinds::new(),
        }
    }

    /// With one more layer, or activation.
    ///
    /// # Panics
    /// If one of its names is taken.
    #[must_use]
    pub fn layer<L: LayerKind<T>>(self) -> Self {
        Self { layers: self.layers.with::<L>(), ..self }
    }

    /// With one more loss.
    ///
    /// # Panics
    /// If one of its names is taken.
    #[must_use]
    pub fn loss<L: Loss<T> + Described + 'static>(self) -> Self {
        Self { losses: self.losses.with::<L>(), ..self }
    }

    /// With one more optimiser.
    ///
    /// # Panics
    /// If one of its names is taken.
    #[must_use]
    pub fn optimizer<O: OptimizerKind<T>>(self) -> Self {
        Self { optimizers: self.optimizers.with::<O>(), ..self }
    }

    /// With one more schedule.
    ///
    /// # Panics
    /// If one of its names is taken.
    #[must_use]
    pub fn schedule<S: ScheduleKind>(self) -> Self {
        Self { schedules: self.schedules.with::<S>(), ..self }
    }

    /// With one more transformation of features.
    ///
    /// # Panics
    /// If one of its names is taken.
    #[must_use]
    pub fn transformation<K: TransformKind>(self) -> Self {
        Self { transformations: self.transformations.with::<K>(), ..self }
    }

    /// The layers.
    #[must_use]
    pub fn layers(&self) -> &LayerKinds<T> {
        &self.layers
    }

    /// The parameters of a network of these layers, in their order, before there is one.
    ///
    /// # Errors
    /// [`ModelError::Kind`] for a layer that is not known, [`ModelError::Shape`] for one that does
    /// not take as many inputs as there are.
    pub fn parameter_slots(
        &self,
        inputs: usize,
        layers: &[Kind],
    ) -> Result<Vec<ParameterSlot>, ModelError> {
        network::slots(inputs, layers, &self.layers)
    }

    /// The losses.
    #[must_use]
    pub fn losses(&self) -> &LossKinds<T> {
        &self.losses
    }

    /// The optimisers.
    #[must_use]
    pub fn optimizers(&self) -> &OptimizerKinds<T> {
        &self.optimizers
    }

    /// The schedules.
    #[must_use]
    pub fn schedules(&self) -> &ScheduleKinds {
        &self.schedules
    }

    /// The transformations of features.
    #[must_use]
    pub fn transformations(&self) -> &TransformKinds {
        &self.transformations
    }
}

impl<T: Scalar> Default for Registry<T> {
    fn default() -> Self {
        Self::new()
    }
}
