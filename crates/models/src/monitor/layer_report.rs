use std::sync::Arc;

use densely_layers::Sequential;
use densely_tensor::Scalar;

use super::Statistics;

/// What a layer did in an epoch.
///
/// Statistics are taken in the first step of the epoch, over up to 128 examples; units that
/// let no gradient through are looked for in all of its steps.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct LayerReport {
    /// The epoch, from 1.
    pub epoch: usize,
    /// The position among all layers of the network, activations and the like included,
    /// from 0.
    pub stage: usize,
    /// The layer as people count them, from 1: an activation belongs to the weights before
    /// it. 0 for what comes before the first weights.
    pub layer: usize,
    /// The name of its kind.
    pub kind: Arc<str>,
    /// The number of its outputs.
    pub units: usize,
    /// Of the outputs.
    pub activations: Statistics,
    /// Of the gradient of an example's loss with respect to the outputs; `None` if nobody
    /// needed it: no layer so far has parameters.
    pub gradients: Option<Statistics>,
    /// The units of a hidden layer that were active for no example of the epoch. `None` if
    /// the layer's function is not [flat on one side](densely_layers::Saturation::OneSided).
    pub dead_units: Option<usize>,
    /// The units of a hidden layer that let almost no gradient through for 95 % of the
    /// epoch's first 128 examples. `None` if the layer's function is not [flat on both
    /// sides](densely_layers::Saturation::TwoSided).
    pub saturated_units: Option<usize>,
    /// The norm of the first update of the epoch over the norm of the weights, `|ΔW| / |W|`,
    /// with momentum, decay and everything. About 1e-3 is healthy. `None` without weights,
    /// or if they were all zero.
    pub update_ratio: Option<f64>,
}

/// The layer, as people count them, that each stage of a network belongs to.
pub(crate) fn layer_numbers<T: Scalar>(network: &Sequential<T>) -> impl Iterator<Item = usize> {
    network.stages().iter().scan(0, |layer, stage| {
        let mut weighs = false;
        stage.layer().visit_params(&mut |param| weighs |= param.decay);
        *layer += usize::from(weighs);
        Some(*layer)
    })
}
