//! An elementwise function: one operator where ONNX has it, otherwise a node for each operation.

use std::f64::consts::FRAC_1_SQRT_2;

use densely_layers::{
    Comparison, Described, Elu, Expression, Function, Kind, LeakyRelu, Operation, Selu,
};

use super::graph::{Builder, float};

/// The operator that an activation of ours is, if it means the same in every engine.
pub(super) fn operator(graph: &mut Builder, x: &str, kind: &Kind) -> Option<String> {
    Some(match kind.name() {
        "relu" => graph.node("Relu", &[x]),
        "sigmoid" => graph.node("Sigmoid", &[x]),
        "tanh" => graph.node("Tanh", &[x]),
        "softsign" => graph.node("Softsign", &[x]),
        "mish" => graph.node("Mish", &[x]),
        "hard-swish" => graph.node("HardSwish", &[x]),
        "hard-tanh" => clip(graph, x, -1.0, 1.0),
        "relu6" => clip(graph, x, 0.0, 6.0),
        "leaky-relu" => {
            let slope = LeakyRelu::SPEC.read(kind).ok()?.number("slope");
            graph.with("LeakyRelu", &[x], vec![float("alpha", slope)])
        }
        "elu" => {
            let alpha = Elu::SPEC.read(kind).ok()?.number("alpha");
            graph.with("Elu", &[x], vec![float("alpha", alpha)])
        }
        "selu" => {
            // The defaults of engines are rounded.
            let options = vec![float("alpha", Selu::ALPHA), float("gamma", Selu::LAMBDA)];
            graph.with("Selu", &[x], options)
        }
        "hard-sigmoid" => {
            let options = vec![float("alpha", 1.0 / 6.0), float("beta", 0.5)];
            graph.with("HardSigmoid", &[x], options)
        }
        _ => return None,
    })
}

fn clip(graph: &mut Builder, x: &str, low: f32, high: f32) -> String {
    let (low, high) = (graph.floats(&[], &[low]), graph.floats(&[], &[high]));
    graph.node("Clip", &[x, &low, &high])
}

/// A node or some for each operation.
pub(super) fn nodes(graph: &mut Builder, x: &str, expression: &Expression) -> String {
    let mut values: Vec<String> = Vec::new();
    let mut depends: Vec<bool> = Vec::new();
    for operation in expression.operations() {
        let of_x = matches!(operation, Operation::X) || operation.uses().any(|used| depends[used]);
        depends.push(of_x);
        values.push(node(graph, x, *operation, &values));
    }
    let value = values.pop().unwrap_or_else(|| x.to_owned());
    if depends.pop() == Some(true) {
        return value;
    }
    // A constant, as often as there are numbers.
    let present = graph.node("Equal", &[x, x]);
    graph.node("Where", &[&present, &value, &value])
}

fn node(graph: &mut Builder, x: &str, operation: Operation, values: &[String]) -> String {
    let mut two = |op, a: usize, b: usize| graph.node(op, &[&values[a], &values[b]]);
    match operation {
        Operation::Constant(value) => constant(graph, value),
        Operation::Add(a, b) => two("Add", a, b),
        Operation::Subtract(a, b) => two("Sub", a, b),
        Operation::Multiply(a, b) => two("Mul", a, b),
        Operation::Divide(a, b) => two("Div", a, b),
        Operation::Max(a, b) => two("Max", a, b),
        Operation::Min(a, b) => two("Min", a, b),
        Operation::Apply(function, a) => apply(graph, function, &values[a]),
        Operation::Select(comparison, [a, b, then, otherwise]) => {
            let holds = match comparison {
                Comparison::Less => two("Less", a, b),
                Comparison::LessOrEqual => two("LessOrEqual", a, b),
                Comparison::Equal => two("Equal", a, b),
            };
            graph.node("Where", &[&holds, &values[then], &values[otherwise]])
        }
        _ => x.to_owned(),
    }
}

fn constant(graph: &mut Builder, value: f64) -> String {
    graph.floats(&[1, 1], &[value as f32])
}

fn apply(graph: &mut Builder, function: Function, x: &str) -> String {
    let one = |graph: &mut Builder| constant(graph, 1.0);
    match function {
        Function::Negate => graph.node("Neg", &[x]),
        Function::Abs => graph.node("Abs", &[x]),
        Function::Sqrt => graph.node("Sqrt", &[x]),
        Function::Exp => graph.node("Exp", &[x]),
        Function::Ln => graph.node("Log", &[x]),
        Function::Tanh => graph.node("Tanh", &[x]),
        Function::Sigmoid => graph.node("Sigmoid", &[x]),
        // These two lose digits of what is near 0, less than a rounding of 1.
        Function::ExpM1 => {
            let (exp, one) = (graph.node("Exp", &[x]), one(graph));
            graph.node("Sub", &[&exp, &one])
        }
        Function::Ln1p => {
            let one = one(graph);
            let sum = graph.node("Add", &[&one, x]);
            graph.node("Log", &[&sum])
        }
        _ => {
            // NormalCdf.
            let (factor, half) = (constant(graph, FRAC_1_SQRT_2), constant(graph, 0.5));
            let scaled = graph.node("Mul", &[x, &factor]);
            let erf = graph.node("Erf", &[&scaled]);
            let one = one(graph);
            let sum = graph.node("Add", &[&erf, &one]);
            graph.node("Mul", &[&sum, &half])
        }
    }
}
