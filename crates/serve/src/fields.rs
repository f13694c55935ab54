//! What a model wants to know, as data and for the form.

use densely_models::Preparation;
use densely_preprocess::Transform;
use densely_table::{ColumnEncoder, Encoder};
use densely_tensor::Mat;
use serde::Serialize;
use serde_json::Value;

/// `/schema`: the columns, and what is predicted of them.
#[derive(Debug, Serialize)]
pub(crate) struct SchemaPage<'a> {
    /// Of the weights.
    model: &'a str,
    dtype: &'static str,
    pub(crate) task: &'static str,
    pub(crate) target: &'a str,
    /// The names of the classes, or of the values.
    pub(crate) outputs: &'a [String],
    pub(crate) columns: Vec<Field<'a>>,
}

/// A column.
#[derive(Debug, Serialize)]
pub(crate) struct Field<'a> {
    pub(crate) name: &'a str,
    pub(crate) kind: &'static str,
    /// The categories that the model tells apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) categories: Option<&'a [String]>,
    /// Whether there may be a gap.
    pub(crate) gaps: bool,
    /// A value in the middle of the training part, as far as it is known.
    pub(crate) typical: Value,
}

impl<'a> SchemaPage<'a> {
    pub(crate) fn new(preparation: &'a Preparation, hash: &'a str, dtype: &'static str) -> Self {
        let centre = centre(preparation);
        let mut top = 0;
        let fields = preparation.encoding().encoders().iter().map(|encoder| {
            let width = encoder.encoder.width();
            top += width;
            Field::new(encoder, &centre[top - width..top])
        });
        let columns = fields.collect();
        let task = if preparation.class_names().is_some() { "classify" } else { "regress" };
        let (target, outputs) = (preparation.target_name(), preparation.output_names());
        Self { model: hash, dtype, task, target, outputs, columns }
    }
}

#[cfg(test)]
impl<'a> SchemaPage<'a> {
    pub(crate) fn for_tests(
        target: &'a str,
        outputs: &'a [String],
        columns: Vec<Field<'a>>,
    ) -> Self {
        Self { model: "", dtype: "f32", task: "classify", target, outputs, columns }
    }
}

/// The features that the preprocessing makes zeros of: of data that were centred, their means.
fn centre(preparation: &Preparation) -> Vec<f64> {
    let pipeline = preparation.pipeline();
    let zeros = Mat::<f64>::zeros(pipeline.out_features(), 1);
    let width = preparation.feature_names().len();
    let mut centre = match pipeline.inverse_transform(zeros.as_ref()) {
        Ok(x) if x.nrows() == width => (0..width).map(|i| x[(i, 0)]).collect(),
        _ => vec![0.0; width],
    };
    for &(feature, value) in preparation.constants() {
        centre[feature] = value;
    }
    centre
}

impl<'a> Field<'a> {
    /// Of a column, with the centre of the numbers that it becomes.
    fn new(encoder: &'a ColumnEncoder, centre: &[f64]) -> Self {
        let column = |kind, categories, gaps, typical| {
            let name = encoder.column.as_str();
            Self { name, kind, categories, gaps, typical }
        };
        match &encoder.encoder {
            Encoder::Number(encoder) => {
                let typical = encoder.fill.unwrap_or_else(|| rounded(centre[0]));
                column("number", None, encoder.fill.is_some(), typical.into())
            }
            Encoder::Boolean(encoder) => {
                let typical = encoder.fill.unwrap_or(centre[0]) >= 0.5;
                column("boolean", None, true, typical.into())
            }
            Encoder::Category(encoder) => {
                // The centre of numbers of which one is 1 are the shares of the categories.
                let shares = centre.iter().enumerate().take(encoder.values.len());
                let most = shares.rev().max_by(|a, b| a.1.total_cmp(b.1)).map(|(i, _)| i);
                let typical = most.map(|most| encoder.values[most].as_str());
                column("category", Some(&encoder.values), true, typical.into())
            }
            Encoder::Time(encoder) => column("time", None, true, encoder.median().into()),
        }
    }
}

/// With four digits: a mean has many that say nothing.
fn rounded(number: f64) -> f64 {
    format!("{number:.3e}").parse().ok().filter(|number: &f64| number.is_finite()).unwrap_or(0.0)
}
