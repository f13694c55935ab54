use densely_layers::{Comparison, Expression, Function, Operation};

/// What differs between languages.
pub(super) trait Syntax {
    /// A float.
    fn number(&self, value: f32) -> String;
    /// `a` if the comparison holds, otherwise `b`.
    fn select(&self, condition: &str, a: &str, b: &str) -> String;
    /// A function of floats. Their names are those of [`function_name`], `larger` and `smaller`.
    fn call(&self, function: &'static str, arguments: &str) -> String;
    /// A line that names a value.
    fn line(&self, name: &str, value: &str) -> String;
}

/// The functions that an expression calls are asked for in [`Syntax::call`].
pub(super) fn function_name(function: Function) -> &'static str {
    match function {
        Function::Abs => "abs",
        Function::Sqrt => "sqrt",
        Function::Exp => "exp",
        Function::ExpM1 => "exp_m1",
        Function::Ln => "ln",
        Function::Ln1p => "ln_1p",
        Function::Tanh => "tanh",
        Function::Sigmoid => "sigmoid",
        _ => "normal_cdf",
    }
}

/// The lines before the value of an expression of `x`, and the value.
pub(super) fn lines(expression: &Expression, syntax: &impl Syntax) -> (String, String) {
    let operations = expression.operations();
    let (mut lines, mut values): (String, Vec<String>) = (String::new(), Vec::new());
    for (index, &operation) in operations.iter().enumerate() {
        let value = value(operation, &values, syntax);
        let is_atom = matches!(operation, Operation::X | Operation::Constant(_));
        values.push(if is_atom || index + 1 == operations.len() {
            value
        } else {
            let name = format!("v{index}");
            lines += &syntax.line(&name, &value);
            name
        });
    }
    (lines, values.pop().unwrap_or_else(|| "x".to_owned()))
}

/// The functions that are written already.
#[derive(Debug, Default)]
pub(super) struct Written(Vec<Expression>);

impl Written {
    /// The number of the function, and whether it is new.
    pub(super) fn number(&mut self, expression: &Expression) -> (usize, bool) {
        let known = self.0.iter().position(|known| known == expression);
        let number = known.unwrap_or(self.0.len());
        if known.is_none() {
            self.0.push(expression.clone());
        }
        (number, known.is_none())
    }
}

/// Whether it is a function of `x` at all.
pub(super) fn uses_x(expression: &Expression) -> bool {
    expression.operations().iter().any(|operation| operation.uses().any(|used| used == 0))
}

fn value(operation: Operation, values: &[String], syntax: &impl Syntax) -> String {
    let between = |a: usize, sign: &str, b: usize| format!("{} {sign} {}", values[a], values[b]);
    let both = |a: usize, b: usize| format!("{}, {}", values[a], values[b]);
    match operation {
        Operation::Constant(value) => syntax.number(value as f32),
        Operation::Add(a, b) => between(a, "+", b),
        Operation::Subtract(a, b) => between(a, "-", b),
        Operation::Multiply(a, b) => between(a, "*", b),
        Operation::Divide(a, b) => between(a, "/", b),
        Operation::Max(a, b) => syntax.call("larger", &both(a, b)),
        Operation::Min(a, b) => syntax.call("smaller", &both(a, b)),
        Operation::Apply(Function::Negate, a) => format!("-{}", values[a]),
        Operation::Apply(function, a) => syntax.call(function_name(function), &values[a]),
        Operation::Select(comparison, [a, b, then, otherwise]) => {
            let sign = match comparison {
                Comparison::Less => "<",
                Comparison::LessOrEqual => "<=",
                Comparison::Equal => "==",
            };
            syntax.select(&between(a, sign, b), &values[then], &values[otherwise])
        }
        _ => "x".to_owned(),
    }
}
