//! From features to a network's inputs, in double.

use super::columns::Features;
use super::graph::Builder;
use crate::plan::{Arithmetic, Step, Steps};

/// The inputs, in the order of the features until a product mends it.
pub(super) fn inputs(graph: &mut Builder, features: Features, steps: &Steps) -> Features {
    steps.steps.iter().fold(features, |Features { values: x, order }, step| {
        let (arithmetic, values) = match step {
            Step::Each(arithmetic, values) => (arithmetic, values),
            Step::Product { outputs, weights } => {
                let row = |&at: &usize| &weights[at * outputs..][..*outputs];
                let weights: Vec<f64> = order.iter().flat_map(row).copied().collect();
                let weights = graph.doubles(&[order.len(), *outputs], &weights);
                let values = graph.node("MatMul", &[&x, &weights]);
                return Features { values, order: (0..*outputs).collect() };
            }
        };
        let op = operator(*arithmetic);
        let values: Vec<f64> = match &values[..] {
            [one] => vec![*one],
            _ => order.iter().map(|&at| values[at]).collect(),
        };
        let values = graph.doubles(&[1, values.len()], &values);
        Features { values: graph.node(op, &[&x, &values]), order }
    })
}

pub(super) fn operator(arithmetic: Arithmetic) -> &'static str {
    match arithmetic {
        Arithmetic::Add => "Add",
        Arithmetic::Subtract => "Sub",
        Arithmetic::Multiply => "Mul",
        Arithmetic::Divide => "Div",
    }
}
