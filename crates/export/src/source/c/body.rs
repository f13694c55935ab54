use super::row::Row;
use crate::plan::{Answer, Op, Plan, Probabilities, Step};
use crate::source::expression::{Syntax, Written, lines, uses_x};

/// `predict`, the functions that it calls, and the numbers.
pub(super) fn body(plan: &Plan, row: &Row, name: &str) -> String {
    let mut body = Body { name: name.to_owned(), ..Body::default() };
    let mut code = row.features.clone();
    for &(feature, value) in &plan.constants {
        code += &format!("    f[{feature}] = {};\n", double(value));
    }
    let features = plan.steps.features;
    let (mut now, mut width) = ("f".to_owned(), features);
    for (index, step) in plan.steps.steps.iter().enumerate() {
        code += &body.step(step, index, &mut now, &mut width);
    }
    code += &format!("    float x[{width}];\n");
    code += &format!("    for (int i = 0; i < {width}; i++) x[i] = (float){now}[i];\n");
    let mut now = "x".to_owned();
    for (index, layer) in plan.layers.iter().enumerate() {
        code += &body.layer(&layer.op, index, &mut now, (layer.inputs, layer.outputs));
    }
    code += &body.answer(&plan.answer, &now, plan.scores);
    let calls = |function: &str| {
        let call = format!("@_{function}(");
        body.functions.contains(&call) || code.contains(&call)
    };
    let functions: String =
        FUNCTIONS.iter().filter(|(function, _)| calls(function)).map(|(_, text)| *text).collect();
    let all = format!(
        "{functions}{}{}/* What the network says of a row. */\nstatic inline @_answer @_predict(const @_row *row) {{\n    \
         double f[{features}] = {{0}};\n{code}    return answer;\n}}\n",
        body.numbers, body.functions
    );
    all.replace("@_", &format!("{name}_"))
}

/// What the standard library has not; @ is the name of the model.
const FUNCTIONS: [(&str, &str); 4] = [
    (
        "sigmoid",
        "static inline float @_sigmoid(float x) {\n    float e = expf(-fabsf(x));\n    return (x < 0.0f ? e : 1.0f) / (1.0f + \
         e);\n}\n\n",
    ),
    (
        "normal_cdf",
        "static inline float @_normal_cdf(float x) {\n    return 0.5f * erfcf(x * -0.70710678f);\n}\n\n",
    ),
    (
        "larger",
        "static inline float @_larger(float a, float b) {\n    return b > a || isnan(b) ? b : a;\n}\n\n",
    ),
    (
        "smaller",
        "static inline float @_smaller(float a, float b) {\n    return b < a || isnan(b) ? b : a;\n}\n\n",
    ),
];

#[derive(Debug, Default)]
struct Body {
    name: String,
    functions: String,
    numbers: String,
    /// How many lists of numbers there are.
    lists: usize,
    activations: Written,
}

impl Body {
    /// A list of numbers by its name.
    fn list(&mut self, kind: &str, dims: &str, text: &str) -> String {
        let name = format!("@__numbers_{}", self.lists);
        self.lists += 1;
        self.numbers += &format!("static const {kind} {name}{dims} = {text};\n\n");
        name
    }

    fn doubles(&mut self, values: &[f64]) -> String {
        self.list("double", &format!("[{}]", values.len()), &list(values, double))
    }

    fn floats(&mut self, values: &[f32]) -> String {
        self.list("float", &format!("[{}]", values.len()), &list(values, single))
    }

    fn step(&mut self, step: &Step, index: usize, now: &mut String, width: &mut usize) -> String {
        let (sign, values) = match step {
            Step::Each(arithmetic, values) => (arithmetic.sign(), values),
            Step::Product { outputs, weights } => {
                let weights = self.doubles(weights);
                let next = format!("f{index}");
                let code = format!(
                    "    double {next}[{outputs}] = {{0}};\n    for (int i = 0; i < {width}; i++) {{\n        for (int j = 0; j < {outputs}; \
                     j++) {next}[j] += {now}[i] * {weights}[i * {outputs} + j];\n    }}\n"
                );
                (*now, *width) = (next, *outputs);
                return code;
            }
        };
        let value = match &values[..] {
            [one] => double(*one),
            _ => format!("{}[i]", self.doubles(values)),
        };
        format!("    for (int i = 0; i < {width}; i++) {now}[i] {sign}= {value};\n")
    }

    fn layer(&mut self, op: &Op, index: usize, now: &mut String, shape: (usize, usize)) -> String {
        let (inputs, outputs) = shape;
        let each = |value: &str| format!("    for (int i = 0; i < {outputs}; i++) {value};\n");
        match op {
            Op::Linear { weight, bias } => {
                let columns = (0..inputs).flat_map(|j| weight[j..].iter().step_by(inputs));
                let columns: Vec<f32> = columns.copied().collect();
                let (weight, bias) = (self.floats(&columns), self.floats(bias));
                let next = format!("x{index}");
                let code = format!(
                    "    float {next}[{outputs}];\n    memcpy({next}, {bias}, sizeof {next});\n    for (int i = 0; i < {inputs}; i++) {{\n        for \
                     (int j = 0; j < {outputs}; j++) {next}[j] += {now}[i] * {weight}[i * {outputs} + j];\n    }}\n"
                );
                *now = next;
                code
            }
            Op::ScaleShift { scale, shift } => {
                let (scale, shift) = (self.floats(scale), self.floats(shift));
                each(&format!("{now}[i] = {now}[i] * {scale}[i] + {shift}[i]"))
            }
            Op::PRelu { slope } => {
                let slope = match &slope[..] {
                    [one] => single(*one),
                    _ => format!("{}[i]", self.floats(slope)),
                };
                each(&format!("if ({now}[i] < 0.0f) {now}[i] *= {slope}"))
            }
            Op::Maxout { pieces } => {
                let next = format!("x{index}");
                let code = format!(
                    "    float {next}[{outputs}];\n    memcpy({next}, {now}, sizeof {next});\n    for (int k = 1; k < {pieces}; k++) {{\n        for \
                     (int j = 0; j < {outputs}; j++) {next}[j] = @_larger({next}[j], {now}[k * {outputs} + j]);\n    }}\n"
                );
                *now = next;
                code
            }
            Op::Elementwise { ours, expression } => {
                let (function, is_new) = self.activations.number(expression);
                if is_new {
                    let (before, value) = lines(expression, &C);
                    let doc = ours.as_ref().map_or(String::new(), |kind| format!("/* {kind} */\n"));
                    let unused = if uses_x(expression) { "" } else { "    (void)x;\n" };
                    self.functions += &format!(
                        "{doc}static inline float @__activation_{function}(float x) {{\n{unused}{before}    return {value};\n}}\n\n"
                    );
                }
                each(&format!("{now}[i] = @__activation_{function}({now}[i])"))
            }
        }
    }

    fn answer(&self, answer: &Answer, now: &str, scores: usize) -> String {
        let name = &self.name;
        let mut code = format!(
            "    {name}_answer answer;\n    memcpy(answer.scores, {now}, sizeof answer.scores);\n"
        );
        match answer {
            Answer::Class { names, probabilities } => {
                code += &match scores {
                    1 => format!("    answer.class_index = {now}[0] > 0.0f;\n"),
                    _ => format!(
                        "    answer.class_index = 0;\n    for (int i = 1; i < {scores}; i++) {{\n        if ({now}[i] > {now}[answer.class_index]) \
                         answer.class_index = i;\n    }}\n"
                    ),
                };
                code += &format!("    answer.label = {name}_classes[answer.class_index];\n");
                match probabilities {
                    None => {}
                    Some(Probabilities::Softmax) => {
                        let classes = names.len();
                        code += &format!(
                            "    float sum = 0.0f;\n    for (int i = 0; i < {classes}; i++) {{\n        answer.probabilities[i] = \
                             expf({now}[i] - {now}[answer.class_index]);\n        sum += answer.probabilities[i];\n    }}\n    for (int i = 0; i < \
                             {classes}; i++) answer.probabilities[i] /= sum;\n"
                        );
                    }
                    Some(Probabilities::Logistic) => {
                        code += &format!(
                            "    answer.probabilities[0] = @_sigmoid(-{now}[0]);\n    answer.probabilities[1] = @_sigmoid({now}[0]);\n"
                        );
                    }
                }
            }
            Answer::Values { scale, mean, is_log, .. } => {
                let function = if *is_log { "exp" } else { "" };
                for (index, (&scale, &mean)) in scale.iter().zip(mean).enumerate() {
                    let (scale, mean) = (double(scale), double(mean));
                    code += &format!(
                        "    answer.values[{index}] = {function}((double){now}[{index}] * {scale} + {mean});\n"
                    );
                }
            }
        }
        code
    }
}

/// Twelve numbers a line.
fn list<X: Copy>(values: &[X], literal: fn(X) -> String) -> String {
    let line =
        |values: &[X]| values.iter().map(|&value| literal(value)).collect::<Vec<_>>().join(", ");
    format!("{{\n    {}\n}}", values.chunks(12).map(line).collect::<Vec<_>>().join(",\n    "))
}

fn double(value: f64) -> String {
    match (value.is_finite(), value.is_nan(), value > 0.0) {
        (true, ..) => format!("{value:?}"),
        (_, true, _) => "NAN".to_owned(),
        (_, _, true) => "INFINITY".to_owned(),
        _ => "-INFINITY".to_owned(),
    }
}

fn single(value: f32) -> String {
    if value.is_finite() { format!("{value:?}f") } else { double(value.into()) }
}

struct C;

impl Syntax for C {
    fn number(&self, value: f32) -> String {
        single(value)
    }

    fn select(&self, condition: &str, a: &str, b: &str) -> String {
        format!("{condition} ? {a} : {b}")
    }

    fn call(&self, function: &'static str, arguments: &str) -> String {
        let own = |name| format!("@_{name}({arguments})");
        let function = match function {
            "abs" => "fabsf",
            "sqrt" => "sqrtf",
            "exp" => "expf",
            "exp_m1" => "expm1f",
            "ln" => "logf",
            "ln_1p" => "log1pf",
            "tanh" => "tanhf",
            name => return own(name),
        };
        format!("{function}({arguments})")
    }

    fn line(&self, name: &str, value: &str) -> String {
        format!("    float {name} = {value};\n")
    }
}
