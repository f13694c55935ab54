//! The columns of a table and the first layer in one.
//!
//! Only numbers are centred, in double, and not even they if their means are near to 0; by what they are divided, the weights
//! are. What is true or not, as the category of a row or a gap, has two values after the preprocessing, whose difference is in
//! the weight, and the rest in the bias.
//! Features are one below the other where each column is an input of its own: engines copy these as they are, and go over
//! many rows at once.

use std::ops::RangeInclusive;

use super::columns::{Category, Inputs, Number};
use super::graph::{Builder, int};
use super::proto::FLOAT;
use super::steps::operator;
use crate::plan::{Arithmetic, Op, Plan, Step};

/// The outputs of the first layer, N x outputs; nothing if it is not linear, or the preprocessing mixes features.
pub(super) fn outputs(graph: &mut Builder, inputs: &Inputs, plan: &Plan) -> Option<String> {
    let mut layer = FirstLayer::of(plan)?;
    let numbers = layer.numbers(inputs)?;
    let gaps = layer.gaps(inputs, &numbers);
    let categories: Vec<&Category> =
        inputs.categories.iter().filter(|category| layer.category(category)).collect();
    let (weight, bias) = layer.parameters()?;
    // Where the features are: one below the other, or, of a matrix of numbers, side by side.
    let axis = i64::from(inputs.numbers_name.is_some());
    let steps = &plan.steps.steps[..layer.computed];
    let mut writer = Writer { graph, steps, axis };
    let (mut parts, mut truths) = (Vec::new(), Vec::new());
    if !numbers.is_empty() {
        let scaled = writer.scaled(inputs, &numbers);
        if gaps.is_empty() && numbers.iter().all(|number| number.fill.is_none()) {
            parts.push(scaled);
        } else {
            let missing = writer.graph.node("IsNaN", &[&scaled]);
            parts.push(writer.filled(&scaled, &missing, &numbers));
            if !gaps.is_empty() {
                truths.push(writer.chosen(&missing, &gaps, numbers.len()));
            }
        }
    }
    if !categories.is_empty() {
        truths.push(writer.are(&categories));
    }
    if !truths.is_empty() {
        let truths = writer.graph.concat_along(axis, &truths);
        parts.push(writer.graph.cast(&truths, FLOAT));
    }
    let x = writer.graph.concat_along(axis, &parts);
    let weight = graph.floats(&[bias.len(), weight.len() / bias.len()], &weight);
    let bias = graph.floats(&[bias.len()], &bias);
    let options = vec![int("transA", 1 - axis), int("transB", 1)];
    Some(graph.with("Gemm", &[&x, &weight, &bias], options))
}

/// What the first layer does to what the graph computes.
struct FirstLayer<'a> {
    plan: &'a Plan,
    weight: &'a [f32],
    /// For each feature that the graph computes, its weight to each output.
    columns: Vec<Vec<f64>>,
    bias: Vec<f64>,
    /// How many steps of the preprocessing are computed; those behind are in the weights and the bias.
    computed: usize,
}

/// Factors that neither make numbers infinite nor take digits from them in float.
const FACTORS: RangeInclusive<f64> = 1e-15..=1e15;

/// How far from 0 a number of 0 may be after the preprocessing, so that it need not be centred in double: a number near to
/// the mean keeps all but two bits in float.
const OFFSET: f64 = 4.0;

impl<'a> FirstLayer<'a> {
    fn of(plan: &'a Plan) -> Option<Self> {
        let Op::Linear { weight, bias } = &plan.layers.first()?.op else { return None };
        if plan.steps.steps.iter().any(|step| matches!(step, Step::Product { .. })) {
            return None;
        }
        let bias = bias.iter().map(|&bias| bias.into()).collect();
        let is_factor =
            |step: &Step| matches!(step, Step::Each(Arithmetic::Multiply | Arithmetic::Divide, _));
        let steps = &plan.steps.steps;
        let computed = steps.iter().rposition(|step| !is_factor(step)).map_or(0, |last| last + 1);
        let mut layer = Self { plan, weight, columns: Vec::new(), bias, computed };
        for &(feature, value) in &plan.constants {
            layer.add(feature, value);
        }
        Some(layer)
    }

    fn is_held(&self, feature: usize) -> bool {
        self.plan.constants.iter().any(|&(held, _)| held == feature)
    }

    fn weights(&self, feature: usize) -> Vec<f64> {
        let column = self.weight[feature..].iter().step_by(self.plan.steps.features);
        column.map(|&weight| weight.into()).collect()
    }

    /// Puts what a feature of this value adds to each output into the bias.
    fn add(&mut self, feature: usize, value: f64) {
        let value = f64::from(scaled(self.plan, feature, value));
        let weights = self.weights(feature);
        self.bias.iter_mut().zip(weights).for_each(|(bias, weight)| *bias += weight * value);
    }

    /// What a feature adds to each output where it is 1, beyond what it adds where it is 0.
    fn difference(&self, feature: usize) -> Vec<f64> {
        let [zero, one] = [0.0, 1.0].map(|value| f64::from(scaled(self.plan, feature, value)));
        self.weights(feature).into_iter().map(|weight| weight * (one - zero)).collect()
    }

    /// Those that are not held. Nothing if the gaps of one count that does not: it may be infinite, which a weight of 0
    /// does not take away.
    fn numbers<'i>(&mut self, inputs: &'i Inputs) -> Option<Vec<&'i Number>> {
        let mut numbers = Vec::new();
        for (place, number) in inputs.numbers.iter().enumerate() {
            if !self.is_held(number.feature) {
                numbers.push(number);
            } else if inputs.indicators.iter().any(|&(at, gap)| at == place && !self.is_held(gap)) {
                return None;
            }
        }
        let count = self.plan.steps.steps.len();
        let is_centred =
            |[factor, offset]: &[f64; 2]| FACTORS.contains(&factor.abs()) && offset.abs() <= OFFSET;
        let has_origin = numbers.iter().any(|number| number.origin != 0.0);
        let first = if has_origin { self.computed } else { 0 };
        let computed = [first, self.computed].into_iter().find(|&computed| {
            let line = |number: &&Number| self.line(computed, number.feature);
            numbers.iter().map(line).all(|line| is_centred(&line))
        });
        self.computed = computed.unwrap_or(count);
        for number in &numbers {
            let [factor, offset] = self.line(self.computed, number.feature);
            let weights = self.weights(number.feature);
            self.bias.iter_mut().zip(&weights).for_each(|(bias, weight)| *bias += weight * offset);
            self.columns.push(weights.into_iter().map(|weight| weight * factor).collect());
        }
        Some(numbers)
    }

    /// What the steps behind so many make of a feature: a factor, and what is added.
    fn line(&self, computed: usize, feature: usize) -> [f64; 2] {
        self.plan.steps.steps[computed..].iter().fold([1.0, 0.0], |[factor, offset], step| {
            let Step::Each(arithmetic, values) = step else { return [factor, offset] };
            let value = if values.len() == 1 { values[0] } else { values[feature] };
            let after = |x| arithmetic.function()(x, value);
            match arithmetic {
                Arithmetic::Add | Arithmetic::Subtract => [factor, after(offset)],
                Arithmetic::Multiply | Arithmetic::Divide => [after(factor), after(offset)],
            }
        })
    }

    /// The places of numbers of whose gaps there is a feature.
    fn gaps(&mut self, inputs: &Inputs, numbers: &[&Number]) -> Vec<usize> {
        let mut places = Vec::new();
        for &(at, gap) in &inputs.indicators {
            let feature = inputs.numbers[at].feature;
            let place = numbers.iter().position(|number| number.feature == feature);
            if let (Some(place), false) = (place, self.is_held(gap)) {
                self.add(gap, 0.0);
                self.columns.push(self.difference(gap));
                places.push(place);
            }
        }
        places
    }

    /// Whether there is something to compute for it.
    fn category(&mut self, category: &Category) -> bool {
        if category.values.is_empty() {
            category.features.iter().for_each(|&other| self.always(other));
            return false;
        }
        // What is another is none of the values.
        let other = category.other.filter(|&other| !self.is_held(other));
        let less = other.map(|other| self.difference(other));
        other.into_iter().for_each(|other| self.always(other));
        for &feature in &category.features {
            let mut weights = match self.is_held(feature) {
                true => vec![0.0; self.bias.len()],
                false => {
                    self.add(feature, 0.0);
                    self.difference(feature)
                }
            };
            for (weight, less) in weights.iter_mut().zip(less.iter().flatten()) {
                *weight -= less;
            }
            self.columns.push(weights);
        }
        true
    }

    /// A feature that is 1, but for what is taken of it elsewhere.
    fn always(&mut self, feature: usize) {
        if !self.is_held(feature) {
            self.add(feature, 1.0);
        }
    }

    /// The weights, outputs x features, and the bias in float, if it has them.
    fn parameters(&self) -> Option<(Vec<f32>, Vec<f32>)> {
        let outputs = 0..self.bias.len();
        let row = |output: usize| self.columns.iter().map(move |column| column[output] as f32);
        let weight: Vec<f32> = outputs.flat_map(row).collect();
        let bias: Vec<f32> = self.bias.iter().map(|&bias| bias as f32).collect();
        let is_finite = weight.iter().chain(&bias).all(|value| value.is_finite());
        (is_finite && !weight.is_empty()).then_some((weight, bias))
    }
}

/// What becomes of a value of a feature.
fn scaled(plan: &Plan, feature: usize, value: f64) -> f32 {
    steps_of(&plan.steps.steps, feature, value) as f32
}

fn steps_of(steps: &[Step], feature: usize, value: f64) -> f64 {
    steps.iter().fold(value, |x, step| match step {
        Step::Each(arithmetic, values) => {
            let value = if values.len() == 1 { values[0] } else { values[feature] };
            arithmetic.function()(x, value)
        }
        Step::Product { .. } => x,
    })
}

struct Writer<'a> {
    graph: &'a mut Builder,
    /// Those that are computed.
    steps: &'a [Step],
    axis: i64,
}

impl Writer<'_> {
    /// So many values, one for each feature.
    fn shape(&self, features: usize) -> [usize; 2] {
        if self.axis == 0 { [features, 1] } else { [1, features] }
    }

    fn doubles(&mut self, values: &[f64]) -> String {
        let shape = self.shape(values.len());
        self.graph.doubles(&shape, values)
    }

    /// The numbers after the preprocessing, in float.
    fn scaled(&mut self, inputs: &Inputs, numbers: &[&Number]) -> String {
        let mut x = match &inputs.numbers_name {
            Some(all) => {
                let is_one = |one: &Number| numbers.iter().any(|own| own.feature == one.feature);
                let places = inputs.numbers.iter().enumerate().filter(|(_, one)| is_one(one));
                let places: Vec<usize> = places.map(|(place, _)| place).collect();
                self.chosen(all, &places, inputs.numbers.len())
            }
            None => {
                let names: Vec<String> = numbers.iter().map(|one| one.input.clone()).collect();
                let all = self.graph.concat_along(0, &names);
                let shape = self.graph.ints(&[2], &[numbers.len() as i64, -1]);
                self.graph.node("Reshape", &[&all, &shape])
            }
        };
        if numbers.iter().any(|number| number.origin != 0.0) {
            let origins: Vec<f64> = numbers.iter().map(|number| number.origin).collect();
            let origins = self.doubles(&origins);
            x = self.graph.node("Sub", &[&x, &origins]);
        }
        for step in self.steps {
            if let Step::Each(arithmetic, values) = step {
                let values: Vec<f64> = match &values[..] {
                    [one] => vec![*one],
                    _ => numbers.iter().map(|number| values[number.feature]).collect(),
                };
                let values = self.doubles(&values);
                x = self.graph.node(operator(*arithmetic), &[&x, &values]);
            }
        }
        self.graph.cast(&x, FLOAT)
    }

    /// The numbers with what stands for gaps; a column that may have none keeps its NaN.
    fn filled(&mut self, scaled_numbers: &str, missing: &str, numbers: &[&Number]) -> String {
        let fill =
            |one: &&Number| steps_of(self.steps, one.feature, one.fill.unwrap_or(f64::NAN)) as f32;
        let fill: Vec<f32> = numbers.iter().map(fill).collect();
        let shape = self.shape(fill.len());
        let fill = self.graph.floats(&shape, &fill);
        self.graph.node("Where", &[missing, &fill, scaled_numbers])
    }

    /// Some of `count` features.
    fn chosen(&mut self, x: &str, places: &[usize], count: usize) -> String {
        if places.len() == count {
            return x.to_owned();
        }
        let places: Vec<i64> = places.iter().map(|&place| place as i64).collect();
        let places = self.graph.ints(&[places.len()], &places);
        self.graph.with("Gather", &[x, &places], vec![int("axis", self.axis)])
    }

    /// Which of the values texts are, values of all categories x N.
    fn are(&mut self, categories: &[&Category]) -> String {
        let is = |category: &&Category| {
            let values = self.graph.texts(&[category.values.len(), 1, 1], &category.values);
            self.graph.node("Equal", &[&category.input, &values])
        };
        // Values x N x 1 each: all are made flat at once.
        let is: Vec<String> = categories.iter().map(is).collect();
        let is = self.graph.concat_along(0, &is);
        self.graph.with("Flatten", &[&is], vec![int("axis", 1)])
    }
}

#[cfg(test)]
mod tests;
