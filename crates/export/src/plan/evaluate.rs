//! A plan carried out, to be compared with the predictor that it was made of.

use densely_models::Predictor;
use densely_preprocess::Transform;
use densely_tensor::{Key, Mat, Purpose, Scalar, Stream, Threads};

use super::{Op, Plan, PlannedLayer, Step};
use crate::ExportError;

/// Examples on which a plan and its predictor have to agree.
const EXAMPLES: usize = 8;
/// By how much, in parts of the largest score and 1: far above what rounding to `f32` makes, far below a part that
/// does something else.
const TOLERANCE: f64 = 1e-3;

impl Plan {
    /// The scores of one example.
    pub(crate) fn evaluate(&self, features: &[f64]) -> Vec<f32> {
        let mut x = features.to_vec();
        for &(feature, value) in &self.constants {
            x[feature] = value;
        }
        for step in &self.steps.steps {
            x = step.of(x);
        }
        let x = x.into_iter().map(|value| value as f32).collect();
        self.layers.iter().fold(x, |x, layer| layer.of(&x))
    }

    pub(super) fn compare<T: Scalar>(&self, predictor: &Predictor<T>) -> Result<(), ExportError> {
        match self.largest_difference(predictor) {
            Some(Difference { output, exported, model, relative }) if relative > TOLERANCE => {
                Err(ExportError::Differs { output, exported, model })
            }
            _ => Ok(()),
        }
    }

    /// Of the scores of examples that are typical; nothing if the predictor has none for them.
    pub(super) fn largest_difference<T: Scalar>(
        &self,
        predictor: &Predictor<T>,
    ) -> Option<Difference> {
        let features = typical_features(predictor);
        let inputs = predictor.preparation().inputs::<T>(features.as_ref()).ok()?;
        let scores = predictor.model().scores(inputs.as_ref(), &Threads::single()).ok()?;
        let mut largest: Option<Difference> = None;
        for j in 0..EXAMPLES {
            let features: Vec<f64> = (0..features.nrows()).map(|i| features[(i, j)]).collect();
            let model = |i| scores[(i, j)].to_f64();
            let size = (0..scores.nrows()).fold(1.0_f64, |size, i| size.max(model(i).abs()));
            for (output, exported) in self.evaluate(&features).into_iter().enumerate() {
                let (exported, model) = (f64::from(exported), model(output));
                let relative = ((exported - model) / size).abs();
                let relative = if relative.is_nan() { f64::INFINITY } else { relative };
                if largest.as_ref().is_none_or(|largest| largest.relative < relative) {
                    largest = Some(Difference { output, exported, model, relative });
                }
            }
        }
        largest
    }
}

/// Between a score of a plan and of its predictor.
#[derive(Debug)]
pub(super) struct Difference {
    output: usize,
    exported: f64,
    model: f64,
    /// In parts of the largest score of the example, and of 1.
    pub(super) relative: f64,
}

/// What normal inputs of the network were before the preprocessing.
fn typical_features<T: Scalar>(predictor: &Predictor<T>) -> Mat<f64> {
    let mut stream = Stream::new(0, Purpose::Other, Key::default());
    let inputs = Mat::from_fn(predictor.model().inputs(), EXAMPLES, |_, _| stream.normal());
    let pipeline = predictor.preparation().pipeline();
    let mut features = Mat::zeros(pipeline.in_features(), EXAMPLES);
    pipeline.invert(inputs.as_ref(), features.as_mut());
    features
}

impl Step {
    fn of(&self, mut x: Vec<f64>) -> Vec<f64> {
        let (arithmetic, values) = match self {
            Self::Each(arithmetic, values) => (arithmetic, values),
            Self::Product { outputs, weights } => {
                let column = |j| x.iter().zip(weights[j..].iter().step_by(*outputs));
                return (0..*outputs).map(|j| column(j).map(|(x, w)| x * w).sum()).collect();
            }
        };
        let operation = arithmetic.function();
        for (x, &value) in x.iter_mut().zip(values.iter().cycle()) {
            *x = operation(*x, value);
        }
        x
    }
}

impl PlannedLayer {
    fn of(&self, x: &[f32]) -> Vec<f32> {
        match &self.op {
            Op::Linear { weight, bias } => {
                let row = |i: usize| x.iter().zip(&weight[i * self.inputs..]);
                let outputs = bias.iter().enumerate();
                outputs.map(|(i, bias)| row(i).map(|(x, w)| x * w).sum::<f32>() + bias).collect()
            }
            Op::ScaleShift { scale, shift } => x
                .iter()
                .zip(scale)
                .zip(shift)
                .map(|((x, scale), shift)| x * scale + shift)
                .collect(),
            Op::PRelu { slope } => {
                let pairs = x.iter().zip(slope.iter().cycle());
                pairs.map(|(&x, slope)| if x < 0.0 { x * slope } else { x }).collect()
            }
            Op::Maxout { .. } => {
                let piece = |i| x[i..].iter().step_by(self.outputs);
                (0..self.outputs)
                    .map(|i| piece(i).fold(f32::NEG_INFINITY, |a, &x| a.max(x)))
                    .collect()
            }
            Op::Elementwise { expression, .. } => {
                x.iter().map(|&x| expression.evaluate(x)).collect()
            }
        }
    }
}
