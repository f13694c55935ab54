//! From scores to answers: one arm per loss.

use densely_models::Predictor;
use densely_tensor::Scalar;

use crate::ExportError;

/// What a network says.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    /// The class of the largest score; the second of two if a single score is above 0.
    Class { names: Vec<String>, probabilities: Option<Probabilities> },
    /// Numbers: `scale · score + mean`, or `e` to the power of it.
    Values { names: Vec<String>, scale: Vec<f64>, mean: Vec<f64>, is_log: bool },
}

/// How scores become probabilities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Probabilities {
    Softmax,
    /// The logistic function of a single score is that of the second class.
    Logistic,
}

impl Answer {
    pub(super) fn of<T: Scalar>(predictor: &Predictor<T>) -> Result<Self, ExportError> {
        let preparation = predictor.preparation();
        let kind = predictor.model().loss().kind();
        let names = preparation.output_names().to_vec();
        let probabilities = match kind.name() {
            "softmax" => Some(Probabilities::Softmax),
            "logistic" => Some(Probabilities::Logistic),
            "svm" | "squared-svm" | "crammer-singer" | "hinge" | "squared-hinge" => None,
            "poisson" => {
                let means = preparation.target_scale().map_or(&[][..], |target| target.scale());
                let (scale, mean) =
                    (vec![1.0; names.len()], means.iter().map(|m| m.ln()).collect());
                return Ok(Self::Values { names, scale, mean, is_log: true });
            }
            "mse" | "mae" | "huber" | "quantile" => {
                let (scale, mean) = match preparation.target_scale() {
                    Some(target) => (target.scale().to_vec(), target.mean().to_vec()),
                    None => (vec![1.0; names.len()], vec![0.0; names.len()]),
                };
                let is_log = preparation.log_targets();
                return Ok(Self::Values { names, scale, mean, is_log });
            }
            _ => return Err(ExportError::Unknown { family: "loss", kind: kind.to_string() }),
        };
        Ok(Self::Class { names, probabilities })
    }
}
