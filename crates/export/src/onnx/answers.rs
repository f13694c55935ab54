//! From scores to answers.

use super::graph::{Builder, int};
use super::proto::{DOUBLE, FLOAT, INT64, STRING};
use crate::plan::{Answer, Plan, Probabilities};

pub(super) fn answers(graph: &mut Builder, scores: &str, plan: &Plan) {
    match &plan.answer {
        Answer::Class { names, probabilities } => {
            let index = if plan.scores == 1 {
                second(graph, scores)
            } else {
                graph.with("ArgMax", &[scores], vec![int("axis", 1), int("keepdims", 0)])
            };
            let texts = graph.texts(&[names.len()], names);
            let label = graph.node("Gather", &[&texts, &index]);
            graph.output(&label, "label", STRING, None);
            if let Some(kind) = probabilities {
                let probabilities = match kind {
                    Probabilities::Softmax => {
                        graph.with("Softmax", &[scores], vec![int("axis", 1)])
                    }
                    Probabilities::Logistic => {
                        // Sigmoid is 0 from -18 down in some engines.
                        let halves = graph.floats(&[1, 2], &[-0.5, 0.5]);
                        let halves = graph.node("Mul", &[scores, &halves]);
                        graph.with("Softmax", &[&halves], vec![int("axis", 1)])
                    }
                };
                graph.output(&probabilities, "probabilities", FLOAT, Some(names.len()));
            }
        }
        Answer::Values { names, scale, mean, is_log } => {
            let factor = graph.doubles(&[1, names.len()], scale);
            let mean = graph.doubles(&[1, names.len()], mean);
            let values = graph.cast(scores, DOUBLE);
            let values = graph.node("Mul", &[&values, &factor]);
            let mut values = graph.node("Add", &[&values, &mean]);
            if *is_log {
                values = graph.node("Exp", &[&values]);
            }
            graph.output(&values, "values", DOUBLE, Some(names.len()));
        }
    }
    graph.output(scores, "scores", FLOAT, Some(plan.scores));
}

/// 1 where a single score is above 0, N.
fn second(graph: &mut Builder, scores: &str) -> String {
    let zero = graph.floats(&[1, 1], &[0.0]);
    let is_second = graph.node("Greater", &[scores, &zero]);
    let index = graph.cast(&is_second, INT64);
    let flat = graph.ints(&[1], &[-1]);
    graph.node("Reshape", &[&index, &flat])
}
