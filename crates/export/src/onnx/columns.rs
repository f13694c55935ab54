//! From the columns of a table to features: each operator once for all columns that need it.

use densely_table::{CategoryEncoder, ColumnEncoder, Encoder, NumberEncoder, TimePart};

use super::graph::{Builder, int};
use super::proto::{DOUBLE, STRING};
use crate::plan::Plan;

/// Features side by side, N x F.
pub(super) struct Features {
    pub(super) values: String,
    /// The feature that each column of the values is: the order is that of operators.
    pub(super) order: Vec<usize>,
}

/// The features in double, those that are constant in training held.
pub(super) fn features(graph: &mut Builder, inputs: &Inputs, plan: &Plan) -> Features {
    let (mut parts, mut order) = (Vec::new(), Vec::new());
    let (mut truths, mut truth_features) = (Vec::new(), Vec::new());
    if let Some(numbers) = inputs.numbers(graph) {
        // `IsNaN` of doubles is mistyped by some engines.
        let needs_fill = inputs.numbers.iter().any(|number| number.fill.is_some());
        let present = needs_fill.then(|| graph.node("Equal", &[&numbers, &numbers]));
        parts.push(match &present {
            None => numbers,
            Some(present) => {
                // A column that may have no gap keeps its NaN.
                let fill = |number: &Number| number.fill.unwrap_or(f64::NAN);
                let fill: Vec<f64> = inputs.numbers.iter().map(fill).collect();
                let fill = graph.doubles(&[1, fill.len()], &fill);
                graph.node("Where", &[present, &numbers, &fill])
            }
        });
        order.extend(inputs.numbers.iter().map(|number| number.feature));
        if let (Some(present), false) = (present, inputs.indicators.is_empty()) {
            let all = inputs.indicators.len() == inputs.numbers.len();
            let columns: Vec<i64> = inputs.indicators.iter().map(|&(at, _)| at as i64).collect();
            let present = if all {
                present
            } else {
                let columns = graph.ints(&[columns.len()], &columns);
                graph.with("Gather", &[&present, &columns], vec![int("axis", 1)])
            };
            truths.push(graph.node("Not", &[&present]));
            truth_features.extend(inputs.indicators.iter().map(|&(_, feature)| feature));
        }
    }
    for category in &inputs.categories {
        truths.push(category.is(graph));
        truth_features.extend(&category.features);
    }
    if !truths.is_empty() {
        let truths = graph.concat(&truths);
        let ones = graph.cast(&truths, DOUBLE);
        let others = others(graph, &ones, &truth_features, &inputs.categories);
        order.extend(truth_features);
        parts.push(ones);
        if let Some(others) = others {
            order.extend(inputs.categories.iter().filter_map(|category| category.other));
            parts.push(others);
        }
    }
    let mut features = Features { values: graph.concat(&parts), order };
    hold(graph, &mut features, plan);
    features
}

/// What a network reads, by what is done to it.
#[derive(Debug, Default)]
pub(super) struct Inputs {
    /// The input of all numbers, if there are no others.
    pub(super) numbers_name: Option<String>,
    pub(super) numbers: Vec<Number>,
    /// The places of numbers of whose gaps there is a feature, and it.
    pub(super) indicators: Vec<(usize, usize)>,
    pub(super) categories: Vec<Category>,
    /// How many features there are before the next column.
    next: usize,
}

#[derive(Debug)]
pub(super) struct Number {
    pub(super) input: String,
    /// What is taken of it.
    pub(super) origin: f64,
    pub(super) fill: Option<f64>,
    pub(super) feature: usize,
}

#[derive(Debug)]
pub(super) struct Category {
    pub(super) input: String,
    /// The texts that are features; of a gap the empty one.
    pub(super) values: Vec<String>,
    /// Theirs.
    pub(super) features: Vec<usize>,
    /// That of every other text.
    pub(super) other: Option<usize>,
}

impl Inputs {
    /// The inputs of a graph, for the columns of a plan.
    pub(super) fn of(graph: &mut Builder, plan: &Plan) -> Self {
        let mut inputs = Self::default();
        let are_numbers = plan
            .columns
            .iter()
            .all(|column| matches!(column.encoder, Encoder::Number(_) | Encoder::Boolean(_)));
        if are_numbers {
            inputs.numbers_name = Some(graph.input("x", DOUBLE, plan.columns.len()));
        }
        for column in &plan.columns {
            inputs.column(graph, column);
        }
        inputs
    }

    fn column(&mut self, graph: &mut Builder, column: &ColumnEncoder) {
        let name = &column.column;
        match &column.encoder {
            Encoder::Number(NumberEncoder { fill, indicator, .. })
            | Encoder::Boolean(NumberEncoder { fill, indicator, .. }) => {
                let input = match &self.numbers_name {
                    Some(all) => all.clone(),
                    None => graph.input(name, DOUBLE, 1),
                };
                self.number(input, 0.0, *fill);
                if *indicator {
                    self.indicator(self.numbers.len() - 1);
                }
            }
            Encoder::Category(encoder) => {
                let input = graph.input(name, STRING, 1);
                self.category(input, encoder);
            }
            // ONNX reads no dates: an input for each part.
            Encoder::Time(encoder) => {
                let first = self.numbers.len();
                for &(part, fill) in &encoder.parts {
                    let origin = if part == TimePart::Seconds { encoder.origin } else { 0.0 };
                    let input = graph.input(&format!("{name}: {}", part.name()), DOUBLE, 1);
                    self.number(input, origin, Some(fill));
                }
                if encoder.indicator {
                    self.indicator(first);
                }
            }
        }
    }

    fn feature(&mut self) -> usize {
        self.next += 1;
        self.next - 1
    }

    fn number(&mut self, input: String, origin: f64, fill: Option<f64>) {
        let feature = self.feature();
        self.numbers.push(Number { input, origin, fill, feature });
    }

    fn indicator(&mut self, number: usize) {
        let feature = self.feature();
        self.indicators.push((number, feature));
    }

    fn category(&mut self, input: String, encoder: &CategoryEncoder) {
        let mut values = encoder.values.clone();
        let mut features: Vec<usize> = values.iter().map(|_| self.feature()).collect();
        let other = encoder.other.then(|| self.feature());
        if encoder.missing {
            values.push(String::new());
            features.push(self.feature());
        }
        let (features, other) = match other {
            // No text is known: every one is another.
            Some(other) if features.is_empty() => (vec![other], None),
            other => (features, other),
        };
        self.categories.push(Category { input, values, features, other });
    }

    /// All numbers side by side, N x numbers.
    fn numbers(&self, graph: &mut Builder) -> Option<String> {
        let names: Vec<String> = self.numbers.iter().map(|number| number.input.clone()).collect();
        let all = match &self.numbers_name {
            Some(all) => all.clone(),
            None if names.is_empty() => return None,
            None => graph.concat(&names),
        };
        let origins: Vec<f64> = self.numbers.iter().map(|number| number.origin).collect();
        if origins.iter().all(|&origin| origin == 0.0) {
            return Some(all);
        }
        let origins = graph.doubles(&[1, origins.len()], &origins);
        Some(graph.node("Sub", &[&all, &origins]))
    }
}

impl Category {
    /// Which of the values it is, N x values.
    fn is(&self, graph: &mut Builder) -> String {
        if self.values.is_empty() {
            return graph.node("Equal", &[&self.input, &self.input]);
        }
        let values = graph.texts(&[1, self.values.len()], &self.values);
        graph.node("Equal", &[&self.input, &values])
    }
}

/// 1 where a text is none of the values, N x the categories that have such a feature: what is missing to 1.
fn others(
    graph: &mut Builder,
    ones: &str,
    features: &[usize],
    categories: &[Category],
) -> Option<String> {
    let with: Vec<&Category> = categories.iter().filter(|one| one.other.is_some()).collect();
    if with.is_empty() {
        return None;
    }
    let is_of = |feature: &usize, category: &&Category| category.features.contains(feature);
    let weights: Vec<f64> = features
        .iter()
        .flat_map(|feature| with.iter().map(move |one| f64::from(u8::from(is_of(feature, one)))))
        .collect();
    let weights = graph.doubles(&[features.len(), with.len()], &weights);
    let known = graph.node("MatMul", &[ones, &weights]);
    let one = graph.doubles(&[1, 1], &[1.0]);
    Some(graph.node("Sub", &[&one, &known]))
}

/// Features that were constant in training at their values.
fn hold(graph: &mut Builder, features: &mut Features, plan: &Plan) {
    if plan.constants.is_empty() {
        return;
    }
    let count = features.order.len();
    let (mut held, mut values) = (vec![false; count], vec![0.0; count]);
    for &(feature, value) in &plan.constants {
        if let Some(at) = features.order.iter().position(|&at| at == feature) {
            (held[at], values[at]) = (true, value);
        }
    }
    let (held, values) = (graph.truths(&[1, count], &held), graph.doubles(&[1, count], &values));
    features.values = graph.node("Where", &[&held, &values, &features.values]);
}
