//! ONNX: operators that mean the same in every engine.

mod answers;
mod columns;
mod expression;
mod first;
mod graph;
mod layers;
mod proto;
mod steps;

#[cfg(test)]
mod tests;

use densely_models::Predictor;
use densely_tensor::Scalar;
use prost::Message;

use crate::ExportError;
use crate::plan::{Answer, Plan};
use columns::Inputs;
use graph::Builder;
use proto::FLOAT;

/// The version of the operators.
const OPSET: i64 = 19;
/// That of the file.
const IR: i64 = 9;

/// A whole predictor as an ONNX file: one graph of operators of the main domain, opset 19, IR 9.
///
/// Inputs are the columns of the table, N x 1 each and by their names, or one matrix `x`, N x columns,
/// where all are numbers:
/// - a number is a double, and NaN is a gap; a truth value is 0 or 1;
/// - a category is a string, and an empty one is a gap. A number that is a category is the shortest text of
///   it, `1` and not `1.0`;
/// - a time is a double for each part that the network uses of it, as `day: month`: year, month from 1, weekday
///   from 1 for Monday, hour with minutes and seconds as its fraction, and seconds since 1970 in universal
///   time; NaN in all of them is a gap.
///
/// A column that is called as an output has `_in` after its name. The metadata have all names as JSON:
/// `densely.columns`, and `densely.classes` or `densely.targets`.
///
/// Outputs of a classifier are `label`, N strings; `probabilities`, N x classes, if the loss defines
/// them; and `scores`, N x outputs. Those of a regression are `values`, N x targets in their own units, and
/// `scores`.
///
/// Preprocessing is computed in double, and all after it in float, also of a network of `f64`.
///
/// # Errors
/// [`ExportError::Unknown`] for a loss or transformation that is not ours, or a layer that is not ours and no
/// activation; [`ExportError::Differs`] for one that bears the name of ours and is another;
/// [`ExportError::TooLarge`] for a parameter that `f32` does not have; and [`ExportError::File`] for a file of
/// 2 GiB.
///
/// ```
/// use densely_data::digits;
/// use densely_export::to_onnx;
/// use densely_models::{Mlp, Predictor, Preparation};
///
/// let preparation = Preparation::fit(["standardize"], &digits())?;
/// let predictor = Predictor::<f32>::new(preparation, Mlp::classifier(64, 10).hidden([32]))?;
/// assert!(to_onnx(&predictor)?.len() > 4 * (64 * 32 + 32 * 10));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn to_onnx<T: Scalar>(predictor: &Predictor<T>) -> Result<Vec<u8>, ExportError> {
    let model = model(&Plan::of(predictor)?);
    let bytes = model.encoded_len();
    if bytes > i32::MAX as usize {
        return Err(ExportError::File { bytes });
    }
    Ok(model.encode_to_vec())
}

fn model(plan: &Plan) -> proto::Model {
    let mut graph = Builder::default();
    let inputs = Inputs::of(&mut graph, plan);
    let scores = match first::outputs(&mut graph, &inputs, plan) {
        Some(first) => layers::scores_from(&mut graph, first, &plan.layers[1..]),
        None => {
            let features = columns::features(&mut graph, &inputs, plan);
            let mut inputs = steps::inputs(&mut graph, features, &plan.steps);
            inputs.values = graph.cast(&inputs.values, FLOAT);
            layers::scores(&mut graph, &inputs, &plan.layers)
        }
    };
    answers::answers(&mut graph, &scores, plan);
    let main = proto::OperatorSet { domain: Some(String::new()), version: Some(OPSET) };
    proto::Model {
        ir_version: Some(IR),
        producer_name: "densely".to_owned(),
        producer_version: env!("CARGO_PKG_VERSION").to_owned(),
        graph: Some(graph.finish()),
        opset_import: vec![main],
        metadata_props: properties(plan),
    }
}

/// What the graph does not say: the columns that a matrix is of, and what each output is of, as JSON.
fn properties(plan: &Plan) -> Vec<proto::Property> {
    let columns: Vec<&str> = plan.columns.iter().map(|column| &*column.column).collect();
    let (key, names) = match &plan.answer {
        Answer::Class { names, .. } => ("classes", names),
        Answer::Values { names, .. } => ("targets", names),
    };
    let property = |key: &str, value: serde_json::Value| proto::Property {
        key: format!("densely.{key}"),
        value: value.to_string(),
    };
    vec![property("columns", columns.into()), property(key, names.as_slice().into())]
}
