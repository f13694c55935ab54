//! Networks from the kinds of their layers.

use densely_layers::{Kind, LayerKinds, ParamPlan, Role, Sequential, Start};
use densely_tensor::{Initializer, Key, Mat, Purpose, Scalar, ShapeError, Stream, matrix_bytes};

use crate::{ModelError, ParameterSlot};

/// The parameters of a network of these layers, in their order, before there is one.
pub(crate) fn slots<T: Scalar>(
    inputs: usize,
    layers: &[Kind],
    known: &LayerKinds<T>,
) -> Result<Vec<ParameterSlot>, ModelError> {
    ShapeError::expect_some("Sequential", "inputs", inputs)?;
    let (mut slots, mut weights, mut features) = (Vec::new(), 0_usize, inputs);
    for (stage, kind) in layers.iter().enumerate() {
        let plan = known.get(kind)?.plan(features).map_err(|source| {
            let (index, kind) = (stage, kind.name().to_owned());
            ShapeError::InLayer { index, kind, source: Box::new(source) }
        })?;
        for ParamPlan { name, role, rows, columns } in plan.parameters {
            weights += usize::from(role == Role::Weight);
            let layer = weights.saturating_sub(1);
            slots.push(ParameterSlot { layer, stage, name, role, rows, columns });
        }
        features = plan.outputs;
    }
    Ok(slots)
}

/// A network of these layers, its parameters as training begins but for the weights, which are
/// 0. It is made once there is memory for all of it.
pub(crate) fn network<T: Scalar>(
    inputs: usize,
    layers: &[Kind],
    known: &LayerKinds<T>,
) -> Result<Sequential<T>, ModelError> {
    expect_memory::<T>(&slots(inputs, layers, known)?)?;
    let mut network = Sequential::new(inputs)?;
    for kind in layers {
        network.push_boxed(known.get(kind)?.layer(network.width())?)?;
    }
    Ok(network)
}

/// Draws the weights, each from a stream of its own, by the initialiser that suits the layer after
/// it. The last layer is followed by a loss, which takes what is linear near 0.
pub(crate) fn draw_weights<T: Scalar>(network: &mut Sequential<T>, seed: u64) {
    let mut initializers = Vec::new();
    for stages in network.stages().windows(2) {
        initializers.push(stages[1].layer().suited_initializer());
    }
    initializers.push(Initializer::XavierNormal);
    let mut weight = 0;
    network.visit_params_by_layer_mut(&mut |layer, param| {
        if param.start == Start::Drawn {
            let key = Key { layer: weight, ..Key::default() };
            let mut stream = Stream::new(seed, Purpose::Weights, key);
            let (rows, columns) = (param.value.nrows(), param.value.ncols());
            param.value = initializers[layer].matrix(rows, columns, &mut stream);
            weight += 1;
        }
    });
}

/// Draws the biases that belong to weights, but those of the last, uniformly from `±2 / inputs`, each from a stream of
/// its own.
pub(crate) fn draw_hidden_biases<T: Scalar>(network: &mut Sequential<T>, seed: u64) {
    let mut last = None;
    network.visit_params_by_layer_mut(&mut |layer, param| {
        last = if param.role == Role::Weight { Some(layer) } else { last };
    });
    let mut weights = None;
    network.visit_params_by_layer_mut(&mut |layer, param| match param.role {
        Role::Weight => weights = Some((layer, param.value.ncols())),
        Role::Bias if Some(layer) != last => {
            let Some((_, inputs)) = weights.filter(|(of, _)| *of == layer) else { return };
            // Weights are drawn in step 0.
            let key = Key { step: 1, layer: layer as u32, ..Key::default() };
            let mut stream = Stream::new(seed, Purpose::Weights, key);
            let (rows, columns) = (param.value.nrows(), param.value.ncols());
            let bound = 2.0 / inputs as f64;
            param.value = Mat::from_fn(rows, columns, |_, _| {
                T::from_f64(bound * (2.0 * stream.uniform::<f64>() - 1.0))
            });
        }
        _ => {}
    });
}

/// Whether there is memory for the parameters and, as large, their gradients.
fn expect_memory<T: Scalar>(slots: &[ParameterSlot]) -> Result<(), ModelError> {
    let (mut parameters, mut bytes) = (0_u128, 0_u128);
    for slot in slots {
        let entries = (slot.rows as u128).saturating_mul(slot.columns as u128);
        let of_slot = matrix_bytes::<T>(slot.rows, slot.columns).saturating_mul(2);
        parameters = parameters.saturating_add(entries);
        bytes = bytes.saturating_add(of_slot);
    }
    let there_is = ShapeError::expect_memory("Mlp", "the parameters", bytes);
    there_is.map_err(|_| ModelError::TooLarge { parameters, bytes })
}
