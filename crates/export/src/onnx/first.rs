//! The columns of a table and the first layer in one.
//!
//! Only numbers are centred, in double, and not even they if their means are near to 0; by what they are divided, the weights
//! are. What is true or not, as the category of a row or a gap, has two values after the preprocessing, whose difference is in
//! the weight, and the rest in the bias.
//! Numbers are side by side, and the values of categories one below the other: engines compare many rows at once. So there is a
//! product for each, the second of which adds to the first.

use std::ops::RangeInclusive;
use std::slice::SliceIndex;

use super::columns::{Category, Inputs, Number};
use super::graph::{Builder, float, int};
use super::proto::FLOAT;
use super::steps::operator;
use crate::plan::{Arithmetic, Op, Plan, Step};

/// The outputs of the first layer, N x outputs; nothing if it is not linear, or the preprocessing mixes features.
pub(super) fn outputs(graph: &mut Builder, inputs: &Inputs, plan: &Plan) -> Option<String> {
    let mut layer = FirstLayer::of(plan)?;
    let numbers = layer.numbers(inputs)?;
    let gaps = layer.gaps(inputs, &numbers);
    let of_numbers = layer.columns.len();
    let categories: Vec<&Category> =
        inputs.categories.iter().filter(|category| layer.category(category)).collect();
    let bias = layer.bias()?;
    let numbers_weight = layer.weight(..of_numbers)?;
    let categories_weight = layer.weight(of_numbers..)?;
    let mut writer = Writer { graph, layer: &layer };
    let mut sum = writer.graph.floats(&[bias.len()], &bias);
    if !numbers.is_empty() {
        let scaled = writer.scaled(inputs, &numbers);
        let mut parts = vec![writer.filled(&scaled)];
        if !gaps.is_empty() {
            let missing = writer.graph.node("IsNaN", &[&scaled]);
            let missing = writer.chosen(&missing, &gaps, numbers.len());
            parts.push(writer.graph.cast(&missing, FLOAT));
        }
        let x = writer.graph.concat(&parts);
        sum = writer.product(&x, false, &numbers_weight, &sum);
    }
    if !categories.is_empty() {
        let are = writer.are(&categories);
        let x = writer.graph.cast(&are, FLOAT);
        sum = writer.product(&x, true, &categories_weight, &sum);
    }
    Some(sum)
}

/// What becomes of the gaps of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Filling {
    /// They stay what they are.
    None,
    /// They become 0, and what they add is in the weights of their features.
    Zero,
    /// What stands for them is subtracted from the numbers, and they become 0.
    Subtracted,
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
    filling: Filling,
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
        let filling = Filling::None;
        let mut layer = Self { plan, weight, columns: Vec::new(), bias, computed, filling };
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
        let has_feature = |number: &&Number| {
            let mut of = inputs.indicators.iter();
            of.any(|&(at, gap)| inputs.numbers[at].feature == number.feature && !self.is_held(gap))
        };
        self.filling = match &numbers[..] {
            of if of.iter().all(|number| number.fill.is_none()) => Filling::None,
            of if of.iter().any(|number| number.fill.is_none()) => return None,
            of if of.iter().all(has_feature) => Filling::Zero,
            _ => Filling::Subtracted,
        };
        let count = self.plan.steps.steps.len();
        let is_centred =
            |[factor, offset]: &[f64; 2]| FACTORS.contains(&factor.abs()) && offset.abs() <= OFFSET;
        let has_origin = numbers.iter().any(|number| number.origin != 0.0);
        let subtracts = self.filling == Filling::Subtracted;
        let first = if has_origin && !subtracts { self.computed } else { 0 };
        let computed = [first, self.computed].into_iter().find(|&computed| {
            let line = |number: &&Number| self.line_from_0(computed, number);
            numbers.iter().map(line).all(|line| is_centred(&line))
        });
        self.computed = computed.unwrap_or(count);
        for number in &numbers {
            let [factor, offset] = self.line_from_0(self.computed, number);
            let weights = self.weights(number.feature);
            self.bias.iter_mut().zip(&weights).for_each(|(bias, weight)| *bias += weight * offset);
            self.columns.push(weights.into_iter().map(|weight| weight * factor).collect());
        }
        Some(numbers)
    }

    /// What stands for a gap, after so many steps.
    fn fill(&self, computed: usize, number: &Number) -> f64 {
        let steps = &self.plan.steps.steps[..computed];
        number.fill.map_or(0.0, |fill| steps_of(steps, number.feature, fill))
    }

    /// What the steps behind so many make of a number that the graph computes.
    fn line_from_0(&self, computed: usize, number: &Number) -> [f64; 2] {
        let [factor, offset] = self.line(computed, number.feature);
        match self.filling {
            Filling::Subtracted => [factor, offset + factor * self.fill(computed, number)],
            _ => [factor, offset],
        }
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
                let mut difference = self.difference(gap);
                if self.filling == Filling::Zero {
                    let fill = self.fill(self.computed, numbers[place]);
                    let own = self.columns[place].iter().map(|weight| weight * fill);
                    difference.iter_mut().zip(own).for_each(|(gap, own)| *gap += own);
                }
                self.columns.push(difference);
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

    /// The weights of some of what the graph computes, outputs x features, if float has them. Nothing if nothing is computed.
    fn weight(
        &self,
        columns: impl SliceIndex<[Vec<f64>], Output = [Vec<f64>]>,
    ) -> Option<Vec<f32>> {
        let columns = &self.columns[columns];
        let row = |output: usize| columns.iter().map(move |column| column[output]);
        (!self.columns.is_empty()).then(|| (0..self.bias.len()).flat_map(row)).and_then(floats)
    }

    fn bias(&self) -> Option<Vec<f32>> {
        floats(self.bias.iter().copied())
    }
}

/// Those that float has.
fn floats(values: impl Iterator<Item = f64>) -> Option<Vec<f32>> {
    values.map(|value| Some(value as f32).filter(|value| value.is_finite())).collect()
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

struct Writer<'a, 'p> {
    graph: &'a mut Builder,
    layer: &'a FirstLayer<'p>,
}

impl Writer<'_, '_> {
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
                self.graph.concat(&names)
            }
        };
        for (arithmetic, values) in self.steps(numbers) {
            let values = self.graph.doubles(&[1, values.len()], &values);
            x = self.graph.node(operator(arithmetic), &[&x, &values]);
        }
        self.graph.cast(&x, FLOAT)
    }

    /// What is done to numbers in double: one subtraction where two would follow each other.
    fn steps(&self, numbers: &[&Number]) -> Vec<(Arithmetic, Vec<f64>)> {
        let computed = &self.layer.plan.steps.steps[..self.layer.computed];
        let subtracted = |value: &dyn Fn(&Number) -> f64| {
            let values: Vec<f64> = numbers.iter().map(|number| value(number)).collect();
            values.iter().any(|&value| value != 0.0).then_some((Arithmetic::Subtract, values))
        };
        let origins = subtracted(&|number| number.origin);
        let computed_steps = computed.iter().filter_map(|step| match step {
            Step::Each(arithmetic, values) => {
                let value = |number: &&Number| values[number.feature.min(values.len() - 1)];
                Some((*arithmetic, numbers.iter().map(value).collect()))
            }
            Step::Product { .. } => None,
        });
        let fills = (self.layer.filling == Filling::Subtracted)
            .then(|| subtracted(&|number| self.layer.fill(computed.len(), number)));
        let mut steps: Vec<(Arithmetic, Vec<f64>)> = Vec::new();
        for (arithmetic, values) in origins.into_iter().chain(computed_steps).chain(fills.flatten())
        {
            match steps.last_mut() {
                Some((Arithmetic::Subtract, before)) if arithmetic == Arithmetic::Subtract => {
                    before.iter_mut().zip(values).for_each(|(before, value)| *before += value);
                }
                _ => steps.push((arithmetic, values)),
            }
        }
        steps
    }

    /// The numbers with 0 for gaps, where something stands for these.
    fn filled(&mut self, scaled: &str) -> String {
        if self.layer.filling == Filling::None {
            return scaled.to_owned();
        }
        // What is above the least number stays, and all else, as NaN, becomes 0.
        let least = vec![float("alpha", f64::from(f32::MIN))];
        self.graph.with("ThresholdedRelu", &[scaled], least)
    }

    /// What features, N x features or turned, add to a sum for each output.
    fn product(&mut self, x: &str, is_turned: bool, weight: &[f32], sum: &str) -> String {
        let outputs = self.layer.bias.len();
        let weight = self.graph.floats(&[outputs, weight.len() / outputs], weight);
        let options = vec![int("transA", is_turned.into()), int("transB", 1)];
        self.graph.with("Gemm", &[x, &weight, sum], options)
    }

    /// Some of `count` features.
    fn chosen(&mut self, x: &str, places: &[usize], count: usize) -> String {
        if places.len() == count {
            return x.to_owned();
        }
        let places: Vec<i64> = places.iter().map(|&place| place as i64).collect();
        let places = self.graph.ints(&[places.len()], &places);
        self.graph.with("Gather", &[x, &places], vec![int("axis", 1)])
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
