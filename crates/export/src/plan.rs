//! What a predictor does, as plain data. Each format writes it in its own language.

mod answer;
mod evaluate;
mod layers;
mod steps;
#[cfg(test)]
mod tests;

pub(crate) use answer::{Answer, Probabilities};
pub(crate) use layers::{Op, PlannedLayer};
pub(crate) use steps::{Arithmetic, Step, Steps};

use densely_models::Predictor;
use densely_table::{ColumnEncoder, Encoder, NumberEncoder};
use densely_tensor::Scalar;

use crate::ExportError;

/// From the cells of a row to an answer.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// How each column of a table becomes features.
    pub(crate) columns: Vec<ColumnEncoder>,
    /// The features that were constant in training, and are held at these values.
    pub(crate) constants: Vec<(usize, f64)>,
    /// From features to the network's inputs, in `f64`.
    pub(crate) steps: Steps,
    /// From inputs to scores, in `f32`.
    pub(crate) layers: Vec<PlannedLayer>,
    /// The number of scores.
    pub(crate) scores: usize,
    /// From scores to what the network says.
    pub(crate) answer: Answer,
}

impl Plan {
    /// The plan of a predictor, compared with it: what is called as a part of ours and is none is not
    /// exported as ours.
    pub(crate) fn of<T: Scalar>(predictor: &Predictor<T>) -> Result<Self, ExportError> {
        let preparation = predictor.preparation();
        let plan = Self {
            columns: preparation.encoding().encoders().to_vec(),
            constants: preparation.constants().to_vec(),
            steps: Steps::of(preparation.pipeline())?,
            layers: layers::planned(predictor.model().network())?,
            scores: predictor.model().outputs(),
            answer: Answer::of(predictor)?,
        };
        plan.compare(predictor)?;
        Ok(plan)
    }

    /// Whether the columns are the features as they are: numbers without gaps.
    pub(crate) fn is_of_plain_numbers(&self) -> bool {
        let plain = Encoder::Number(NumberEncoder::default());
        self.columns.iter().all(|column| column.encoder == plain)
    }
}
