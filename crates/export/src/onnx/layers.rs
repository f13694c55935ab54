//! A network's layers, in float.

use super::columns::Features;
use super::expression;
use super::graph::{Builder, int};
use crate::plan::{Op, PlannedLayer};

/// The scores, of inputs whose order the first layer mends.
pub(super) fn scores(graph: &mut Builder, inputs: &Features, layers: &[PlannedLayer]) -> String {
    let Features { values: x, order } = inputs;
    let is_in_order = order.iter().enumerate().all(|(at, &input)| at == input);
    let (x, layers) = match layers.split_first() {
        _ if is_in_order => (x.clone(), layers),
        Some((PlannedLayer { outputs, op: Op::Linear { weight, bias }, .. }, rest)) => {
            let row = |row: &[f32]| order.iter().map(|&at| row[at]).collect::<Vec<f32>>();
            let weight: Vec<f32> = weight.chunks(order.len()).flat_map(row).collect();
            (linear(graph, x, [*outputs, order.len()], &weight, bias), rest)
        }
        _ => {
            let place = |input: usize| order.iter().position(|&at| at == input).unwrap_or(input);
            let places: Vec<i64> = (0..order.len()).map(|input| place(input) as i64).collect();
            let places = graph.ints(&[places.len()], &places);
            (graph.with("Gather", &[x, &places], vec![int("axis", 1)]), layers)
        }
    };
    scores_from(graph, x, layers)
}

/// The scores, of what goes into these layers.
pub(super) fn scores_from(graph: &mut Builder, x: String, layers: &[PlannedLayer]) -> String {
    layers.iter().fold(x, |x, one| layer(graph, &x, one))
}

fn linear(graph: &mut Builder, x: &str, shape: [usize; 2], weight: &[f32], bias: &[f32]) -> String {
    let (weight, bias) = (graph.floats(&shape, weight), graph.floats(&shape[..1], bias));
    graph.with("Gemm", &[x, &weight, &bias], vec![int("transB", 1)])
}

/// The outputs of a layer.
fn layer(graph: &mut Builder, x: &str, layer: &PlannedLayer) -> String {
    let (inputs, outputs) = (layer.inputs, layer.outputs);
    match &layer.op {
        Op::Linear { weight, bias } => linear(graph, x, [outputs, inputs], weight, bias),
        Op::ScaleShift { scale, shift } => {
            let scale = graph.floats(&[1, outputs], scale);
            let shift = graph.floats(&[1, outputs], shift);
            let x = graph.node("Mul", &[x, &scale]);
            graph.node("Add", &[&x, &shift])
        }
        Op::PRelu { slope } => {
            let slope = graph.floats(&[1, slope.len()], slope);
            graph.node("PRelu", &[x, &slope])
        }
        Op::Maxout { pieces } => {
            let shape = graph.ints(&[3], &[-1, *pieces as i64, outputs as i64]);
            let x = graph.node("Reshape", &[x, &shape]);
            let axis = graph.ints(&[1], &[1]);
            graph.with("ReduceMax", &[&x, &axis], vec![int("keepdims", 0)])
        }
        Op::Elementwise { ours, expression } => {
            let operator = ours.as_ref().and_then(|kind| expression::operator(graph, x, kind));
            operator.unwrap_or_else(|| expression::nodes(graph, x, expression))
        }
    }
}
