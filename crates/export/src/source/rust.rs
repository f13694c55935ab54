//! A predictor as one source file of Rust.

mod body;
mod math;
mod row;

use densely_models::Predictor;
use densely_tensor::Scalar;

use crate::ExportError;
use crate::plan::{Answer, Plan};

/// A whole predictor as one source file of Rust, which needs neither `std` nor an allocator nor
/// other crates, so that it runs on a microcontroller too.
///
/// It is a module: `mod model;` and `model::predict(&row)`. `Row` has a field for each column of the table by its
/// name: a number is an `f64`, a truth value a `bool`, a category an enumeration, a time a structure of the parts
/// that the network uses; each is an `Option` where the model knows what to do about a gap. A table of numbers without
/// gaps is `Row { numbers: [f64; N] }`. `Answer` has the scores, and the label and
/// the probabilities of a classifier, or the values of a regression in their own units.
///
/// Preprocessing is computed in `f64`, and the network in `f32`.
///
/// # Errors
/// As [`to_onnx`](crate::to_onnx), but for the size.
///
/// ```
/// use densely_data::digits;
/// use densely_export::to_rust;
/// use densely_models::{Mlp, Predictor, Preparation};
///
/// let preparation = Preparation::fit(["standardize"], &digits())?;
/// let predictor = Predictor::<f32>::new(preparation, Mlp::classifier(64, 10).hidden([32]))?;
/// assert!(to_rust(&predictor)?.contains("pub fn predict(row: &Row) -> Answer"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn to_rust<T: Scalar>(predictor: &Predictor<T>) -> Result<String, ExportError> {
    Ok(written(&Plan::of(predictor)?))
}

fn written(plan: &Plan) -> String {
    let row = row::Row::of(plan);
    let body = body::body(plan, &row);
    let functions = math::used_by(&body);
    format!("{}{}{}{body}{functions}", head(), row.types, answer(plan))
}

fn head() -> String {
    format!(
        "//! A network that densely {} wrote: `predict` of a `Row` is an `Answer`.\n\n#![allow(dead_code, nonstandard_style, clippy::all)]\n\n",
        env!("CARGO_PKG_VERSION")
    )
}

/// The type of what comes out.
fn answer(plan: &Plan) -> String {
    let scores = plan.scores;
    let fields = match &plan.answer {
        Answer::Class { names, probabilities } => {
            let classes = names.len();
            let probabilities = match probabilities {
                Some(_) => {
                    format!("    /// Of each class.\n    pub probabilities: [f32; {classes}],\n")
                }
                None => String::new(),
            };
            format!(
                "    /// The class, by its position in `CLASSES`.\n    pub class: usize,\n    \
                 /// Its name.\n    pub label: &'static str,\n{probabilities}"
            )
        }
        Answer::Values { names, .. } => {
            let of: Vec<String> = names.iter().map(|name| format!("{name:?}")).collect();
            format!("    /// Of {}.\n    pub values: [f64; {}],\n", of.join(", "), names.len())
        }
    };
    let classes = match &plan.answer {
        Answer::Class { names, .. } => {
            format!(
                "/// The classes.\npub static CLASSES: [&str; {}] = {names:?};\n\n",
                names.len()
            )
        }
        Answer::Values { .. } => String::new(),
    };
    format!(
        "{classes}/// What the network says.\n#[derive(Debug, Clone, Copy, PartialEq)]\npub struct Answer \
         {{\n{fields}    /// The outputs of the last layer.\n    pub scores: [f32; {scores}],\n}}\n\n"
    )
}
