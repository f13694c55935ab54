use super::row::Row;
use crate::plan::{Answer, Op, Plan, Probabilities, Step};
use crate::source::expression::{Syntax, Written, lines, uses_x};

/// `predict`, the functions that it calls, and the numbers.
pub(super) fn body(plan: &Plan, row: &Row) -> String {
    let mut body = Body::default();
    let mut code = row.features.clone();
    for &(feature, value) in &plan.constants {
        code += &format!("    f[{feature}] = {};\n", double(value));
    }
    let features = plan.steps.features;
    let mut width = features;
    for step in &plan.steps.steps {
        code += &body.step(step, &mut width);
    }
    code += &format!(
        "    let mut x = [0.0_f32; {width}];\n    for (x, f) in x.iter_mut().zip(&f) {{\n        *x = *f as \
         f32;\n    }}\n"
    );
    for layer in &plan.layers {
        code += &body.layer(&layer.op, layer.inputs, layer.outputs);
    }
    code += &body.answer(&plan.answer, plan.scores);
    format!(
        "/// What the network says of a row.\n#[must_use]\npub fn predict(row: &Row) -> Answer {{\n    let mut f = \
         [0.0_f64; {features}];\n{code}}}\n\n{}{}",
        body.functions, body.numbers
    )
}

#[derive(Debug, Default)]
struct Body {
    functions: String,
    numbers: String,
    /// How many lists of numbers there are.
    lists: usize,
    activations: Written,
}

/// The product of a layer, which adds up input by input, so that the inner loop is over neighbours.
const LINEAR: &str = "fn linear<const I: usize, const O: usize>(x: [f32; I], w: &[[f32; O]; I], b: &[f32; O]) -> [f32; O] {
    let mut y = *b;
    for (x, w) in x.iter().zip(w) {
        for (y, w) in y.iter_mut().zip(w) {
            *y += x * w;
        }
    }
    y
}

";
const SCALE_SHIFT: &str = "fn scale_shift<const N: usize>(mut x: [f32; N], scale: &[f32; N], shift: &[f32; N]) -> [f32; N] {
    for ((x, scale), shift) in x.iter_mut().zip(scale).zip(shift) {
        *x = *x * scale + shift;
    }
    x
}

";
const PRELU: &str = "fn prelu<const N: usize>(mut x: [f32; N], slope: &[f32]) -> [f32; N] {
    for (x, slope) in x.iter_mut().zip(slope.iter().cycle()) {
        if *x < 0.0 {
            *x *= slope;
        }
    }
    x
}

";
const MAXOUT: &str = "fn maxout<const I: usize, const O: usize>(x: [f32; I]) -> [f32; O] {
    let mut y = [f32::NEG_INFINITY; O];
    for piece in x.chunks_exact(O) {
        for (y, &x) in y.iter_mut().zip(piece) {
            if x > *y || x.is_nan() {
                *y = x;
            }
        }
    }
    y
}

";
const EACH: &str = "fn each<const N: usize>(mut x: [f32; N], f: impl Fn(f32) -> f32) -> [f32; N] {
    for x in &mut x {
        *x = f(*x);
    }
    x
}

";

impl Body {
    fn with(&mut self, function: &str) {
        if !self.functions.contains(function) {
            self.functions += function;
        }
    }

    /// A list of numbers by its name.
    fn list(&mut self, kind: &str, text: &str) -> String {
        let name = format!("NUMBERS_{}", self.lists);
        self.lists += 1;
        self.numbers += &format!("static {name}: {kind} = {text};\n\n");
        name
    }

    fn step(&mut self, step: &Step, width: &mut usize) -> String {
        let (sign, values) = match step {
            Step::Each(arithmetic, values) => (arithmetic.sign(), values),
            Step::Product { outputs, weights } => {
                let rows: Vec<String> =
                    weights.chunks(*outputs).map(|row| list(row, double)).collect();
                let kind = format!("[[f64; {outputs}]; {width}]");
                let weights = self.list(&kind, &format!("[\n    {},\n]", rows.join(",\n    ")));
                *width = *outputs;
                return format!(
                    "    let mut z = [0.0_f64; {outputs}];\n    for (x, w) in f.iter().zip(&{weights}) {{\n        \
                     for (z, w) in z.iter_mut().zip(w) {{\n            *z += x * w;\n        }}\n    }}\n    let \
                     f = z;\n"
                );
            }
        };
        let mutable = "    let mut f = f;\n";
        match &values[..] {
            [one] => format!(
                "{mutable}    for x in &mut f {{\n        *x {sign}= {};\n    }}\n",
                double(*one)
            ),
            _ => {
                let kind = format!("[f64; {}]", values.len());
                let values = self.list(&kind, &list(values, double));
                format!(
                    "{mutable}    for (x, value) in f.iter_mut().zip(&{values}) {{\n        *x {sign}= value;\n    }}\n"
                )
            }
        }
    }

    fn layer(&mut self, op: &Op, inputs: usize, outputs: usize) -> String {
        match op {
            Op::Linear { weight, bias } => {
                self.with(LINEAR);
                let column = |j: usize| weight[j..].iter().step_by(inputs).copied().collect();
                let rows: Vec<Vec<f32>> = (0..inputs).map(column).collect();
                let rows: Vec<String> = rows.iter().map(|row| list(row, single)).collect();
                let text = format!("[\n    {},\n]", rows.join(",\n    "));
                let weight = self.list(&format!("[[f32; {outputs}]; {inputs}]"), &text);
                let bias = self.list(&format!("[f32; {outputs}]"), &list(bias, single));
                format!("    let x = linear(x, &{weight}, &{bias});\n")
            }
            Op::ScaleShift { scale, shift } => {
                self.with(SCALE_SHIFT);
                let kind = format!("[f32; {outputs}]");
                let scale = self.list(&kind, &list(scale, single));
                let shift = self.list(&kind, &list(shift, single));
                format!("    let x = scale_shift(x, &{scale}, &{shift});\n")
            }
            Op::PRelu { slope } => {
                self.with(PRELU);
                let slope = self.list(&format!("[f32; {}]", slope.len()), &list(slope, single));
                format!("    let x = prelu(x, &{slope});\n")
            }
            Op::Maxout { .. } => {
                self.with(MAXOUT);
                format!("    let x: [f32; {outputs}] = maxout(x);\n")
            }
            Op::Elementwise { ours, expression } => {
                self.with(EACH);
                let (index, is_new) = self.activations.number(expression);
                if is_new {
                    let (before, value) = lines(expression, &Rust);
                    let doc = ours.as_ref().map_or(String::new(), |kind| format!("/// {kind}\n"));
                    self.functions += &format!(
                        "{doc}fn activation_{index}({}: f32) -> f32 {{\n{before}    {value}\n}}\n\n",
                        if uses_x(expression) { "x" } else { "_x" }
                    );
                }
                format!("    let x = each(x, activation_{index});\n")
            }
        }
    }

    fn answer(&self, answer: &Answer, scores: usize) -> String {
        match answer {
            Answer::Class { probabilities, .. } => {
                let (code, field) = match probabilities {
                    None => ("", ""),
                    Some(Probabilities::Softmax) => (
                        "    let mut probabilities = x;\n    let mut sum = 0.0;\n    for p in &mut probabilities {\n        \
                         *p = exp(*p - x[class]);\n        sum += *p;\n    }\n    for p in &mut probabilities {\n        \
                         *p /= sum;\n    }\n",
                        "probabilities, ",
                    ),
                    Some(Probabilities::Logistic) => (
                        "    let probabilities = [sigmoid(-x[0]), sigmoid(x[0])];\n",
                        "probabilities, ",
                    ),
                };
                let class = match scores {
                    1 => "    let class = usize::from(x[0] > 0.0);\n",
                    _ => {
                        "    let mut class = 0;\n    for (index, score) in x.iter().enumerate() {\n        if *score > \
                         x[class] {\n            class = index;\n        }\n    }\n"
                    }
                };
                format!(
                    "{class}{code}    Answer {{ class, label: CLASSES[class], {field}scores: x }}\n"
                )
            }
            Answer::Values { scale, mean, is_log, .. } => {
                let (open, close) = if *is_log { ("exp_double(", ")") } else { ("", "") };
                let values = scale.iter().zip(mean).enumerate().map(|(index, (&scale, &mean))| {
                    let (scale, mean) = (double(scale), double(mean));
                    format!("{open}f64::from(x[{index}]) * {scale} + {mean}{close}")
                });
                let values: Vec<String> = values.collect();
                format!("    Answer {{ values: [{}], scores: x }}\n", values.join(", "))
            }
        }
    }
}

fn list<X: Copy>(values: &[X], literal: fn(X) -> String) -> String {
    let values: Vec<String> = values.iter().map(|&value| literal(value)).collect();
    format!("[{}]", values.join(", "))
}

fn double(value: f64) -> String {
    if value.is_finite() { format!("{value:?}") } else { not_finite(value, "f64") }
}

fn single(value: f32) -> String {
    if value.is_finite() { format!("{value:?}") } else { not_finite(value.into(), "f32") }
}

fn not_finite(value: f64, kind: &str) -> String {
    let name = if value.is_nan() { "NAN" } else { "INFINITY" };
    let name = if value == f64::NEG_INFINITY { "NEG_INFINITY" } else { name };
    format!("{kind}::{name}")
}

struct Rust;

impl Syntax for Rust {
    fn number(&self, value: f32) -> String {
        single(value)
    }

    fn select(&self, condition: &str, a: &str, b: &str) -> String {
        format!("if {condition} {{ {a} }} else {{ {b} }}")
    }

    fn call(&self, function: &'static str, arguments: &str) -> String {
        format!("{function}({arguments})")
    }

    fn line(&self, name: &str, value: &str) -> String {
        format!("    let {name} = {value};\n")
    }
}
