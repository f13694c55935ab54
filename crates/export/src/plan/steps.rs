//! From features to a network's inputs: one arm per transformation.

use densely_preprocess::{
    Center, FittedTransform, MaxAbs, MeanImage, MinMax, Pca, PerChannelMean, Pipeline, RobustScale,
    Standardize, Transform, Unchanged, Whiten, Zca,
};
use densely_tensor::{Mat, MatRef};

use crate::ExportError;

/// What is done to the features, one after the other.
#[derive(Debug, Clone)]
pub(crate) struct Steps {
    /// The number of features.
    pub(crate) features: usize,
    pub(crate) steps: Vec<Step>,
}

/// An operation on all features of an example.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Step {
    /// With a value for each feature; a single one is that of each.
    Each(Arithmetic, Vec<f64>),
    /// A product with a matrix, inputs x outputs, row after row.
    Product { outputs: usize, weights: Vec<f64> },
}

impl Step {
    /// As what brings numbers from 0 to 1 into that range.
    fn is_identity(&self) -> bool {
        let Self::Each(arithmetic, values) = self else { return false };
        let neutral = match arithmetic {
            Arithmetic::Add | Arithmetic::Subtract => 0.0,
            Arithmetic::Multiply | Arithmetic::Divide => 1.0,
        };
        values.iter().all(|&value| value == neutral)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
}

impl Arithmetic {
    pub(crate) fn function(self) -> fn(f64, f64) -> f64 {
        match self {
            Self::Add => |x, value| x + value,
            Self::Subtract => |x, value| x - value,
            Self::Multiply => |x, value| x * value,
            Self::Divide => |x, value| x / value,
        }
    }

    /// As most languages write it.
    pub(crate) fn sign(self) -> char {
        match self {
            Self::Add => '+',
            Self::Subtract => '-',
            Self::Multiply => '*',
            Self::Divide => '/',
        }
    }
}

impl Steps {
    pub(super) fn of(pipeline: &Pipeline) -> Result<Self, ExportError> {
        let mut steps = Vec::new();
        for step in pipeline.steps() {
            add(&mut steps, step)?;
        }
        steps.retain(|step| !step.is_identity());
        Ok(Self { features: pipeline.in_features(), steps })
    }
}

fn add(steps: &mut Vec<Step>, step: &FittedTransform) -> Result<(), ExportError> {
    if step.downcast_ref::<Unchanged>().is_some() {
    } else if let Some(step) = step.downcast_ref::<Center>() {
        steps.push(Step::Each(Arithmetic::Subtract, step.mean().to_vec()));
    } else if let Some(step) = step.downcast_ref::<MeanImage>() {
        steps.push(Step::Each(Arithmetic::Subtract, step.image().to_vec()));
    } else if let Some(step) = step.downcast_ref::<PerChannelMean>() {
        // What is taken of each feature is what makes 0 of it.
        let zeros = Mat::zeros(step.out_features(), 1);
        let mut mean = Mat::zeros(step.in_features(), 1);
        step.invert(zeros.as_ref(), mean.as_mut());
        steps.push(Step::Each(
            Arithmetic::Subtract,
            (0..mean.nrows()).map(|i| mean[(i, 0)]).collect(),
        ));
    } else if let Some(step) = step.downcast_ref::<Standardize>() {
        let divisor = |&scale: &f64| if scale == 0.0 { f64::INFINITY } else { scale };
        steps.push(Step::Each(Arithmetic::Subtract, step.mean().to_vec()));
        steps.push(Step::Each(Arithmetic::Divide, step.scale().iter().map(divisor).collect()));
    } else if let Some(step) = step.downcast_ref::<RobustScale>() {
        steps.push(Step::Each(Arithmetic::Subtract, step.median().to_vec()));
        steps.push(Step::Each(Arithmetic::Divide, step.scale().to_vec()));
    } else if let Some(step) = step.downcast_ref::<MaxAbs>() {
        steps.push(Step::Each(
            Arithmetic::Divide,
            step.largest().iter().copied().map(or_one).collect(),
        ));
    } else if let Some(step) = step.downcast_ref::<MinMax>() {
        let pairs = step.maximum().iter().zip(step.minimum());
        let (lower, upper) = step.range();
        steps.push(Step::Each(Arithmetic::Subtract, step.minimum().to_vec()));
        steps.push(Step::Each(
            Arithmetic::Divide,
            pairs.map(|(max, min)| or_one(max - min)).collect(),
        ));
        steps.push(Step::Each(Arithmetic::Multiply, vec![upper - lower]));
        steps.push(Step::Each(Arithmetic::Add, vec![lower]));
    } else if let Some(step) = step.downcast_ref::<Pca>() {
        project(steps, step);
    } else if let Some(step) = step.downcast_ref::<Whiten>() {
        whiten(steps, step.pca(), step.epsilon());
    } else if let Some(step) = step.downcast_ref::<Zca>() {
        whiten(steps, step.pca(), step.epsilon());
        steps.push(product(step.pca().components().transpose()));
    } else {
        let kind = step.kind().to_string();
        return Err(ExportError::Unknown { family: "transformation", kind });
    }
    Ok(())
}

/// 1 for a scale that would be 0.
fn or_one(scale: f64) -> f64 {
    if scale == 0.0 { 1.0 } else { scale }
}

fn project(steps: &mut Vec<Step>, pca: &Pca) {
    steps.push(Step::Each(Arithmetic::Subtract, pca.center().mean().to_vec()));
    steps.push(product(pca.components()));
}

fn whiten(steps: &mut Vec<Step>, pca: &Pca, epsilon: f64) {
    let factor = |variance: &f64| (variance + epsilon).sqrt().recip();
    project(steps, pca);
    steps.push(Step::Each(Arithmetic::Multiply, pca.variances().iter().map(factor).collect()));
}

fn product(w: MatRef<'_, f64>) -> Step {
    let weights = (0..w.nrows()).flat_map(|i| (0..w.ncols()).map(move |j| w[(i, j)])).collect();
    Step::Product { outputs: w.ncols(), weights }
}
