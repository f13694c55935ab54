use crate::value::{ALL, LIST};
use crate::{Kind, Range, Value};

/// An option of a kind: its name, its range and its default.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Opt {
    name: &'static str,
    range: Allowed,
    default: Option<Default>,
    typical: Option<(f64, f64)>,
}

/// A value that a constant can have.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Default {
    Number(f64),
    Count(usize),
    False,
    NoNumbers,
    All,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Allowed {
    Number(Range),
    AtLeast(usize),
    Flag,
    Numbers(Range),
    Part,
}

/// What a share may be.
const SHARE: Range = Range::new(0.0, 1.0).above();

impl Opt {
    /// A real number, which has to be given unless it has a default.
    #[must_use]
    pub const fn number(name: &'static str, range: Range) -> Self {
        Self { name, range: Allowed::Number(range), default: None, typical: None }
    }

    /// A whole number, at least `least`, which has to be given unless it has a default.
    #[must_use]
    pub const fn count(name: &'static str, least: usize) -> Self {
        Self { name, range: Allowed::AtLeast(least), default: None, typical: None }
    }

    /// True or, by default, false.
    #[must_use]
    pub const fn flag(name: &'static str) -> Self {
        Self { name, range: Allowed::Flag, default: Some(Default::False), typical: None }
    }

    /// Real numbers; none by default.
    #[must_use]
    pub const fn numbers(name: &'static str, range: Range) -> Self {
        let default = Some(Default::NoNumbers);
        Self { name, range: Allowed::Numbers(range), default, typical: None }
    }

    /// So many of what there is, a whole number as `7`, or a share with a point, as `0.95`; all by
    /// default.
    #[must_use]
    pub const fn part(name: &'static str) -> Self {
        Self { name, range: Allowed::Part, default: Some(Default::All), typical: None }
    }

    /// The number that it is by default.
    #[must_use]
    pub const fn default_number(self, number: f64) -> Self {
        Self { default: Some(Default::Number(number)), ..self }
    }

    /// The whole number that it is by default.
    #[must_use]
    pub const fn default_count(self, count: usize) -> Self {
        Self { default: Some(Default::Count(count)), ..self }
    }

    /// Between which numbers it mostly is: what proofs draw it from.
    #[must_use]
    pub const fn typical(self, low: f64, high: f64) -> Self {
        Self { typical: Some((low, high)), ..self }
    }

    /// Its name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// What it is by default, if it need not be given.
    #[must_use]
    pub fn default(&self) -> Option<Value> {
        Some(match self.default? {
            Default::Number(number) => Value::Number(number),
            Default::Count(count) => Value::Count(count),
            Default::False => Value::Flag(false),
            Default::NoNumbers => Value::Numbers(Vec::new()),
            Default::All => Value::All,
        })
    }

    /// Its range, in words.
    #[must_use]
    pub fn expected(&self) -> String {
        match self.range {
            Allowed::Number(range) => range.to_string(),
            Allowed::AtLeast(0) => "a whole number".to_owned(),
            Allowed::AtLeast(least) => format!("a whole number of at least {least}"),
            Allowed::Flag => "true or false".to_owned(),
            Allowed::Numbers(range) => format!("{LIST}(...), each {range}"),
            Allowed::Part => {
                let share = "a share with a point, above 0 and at most 1.0";
                format!("{ALL}, a whole number of at least 1, or {share}")
            }
        }
    }

    /// A value by a uniform draw between two numbers; what it is by default if it is no number
    /// that has typical ones.
    pub(crate) fn draw(&self, uniform: &mut dyn FnMut(f64, f64) -> f64) -> Option<Value> {
        self.typical.map(|(low, high)| Value::Number(uniform(low, high))).or_else(|| self.default())
    }

    pub(crate) fn is_flag(&self) -> bool {
        self.range == Allowed::Flag
    }

    /// Whether it may have this value.
    #[must_use]
    pub fn allows(&self, value: &Value) -> bool {
        match (self.range, value) {
            (Allowed::Number(range), Value::Number(number)) => range.contains(*number),
            (Allowed::AtLeast(least), Value::Count(count)) => *count >= least,
            (Allowed::Flag, Value::Flag(_)) => true,
            (Allowed::Numbers(range), Value::Numbers(numbers)) => {
                numbers.iter().all(|&number| range.contains(number))
            }
            (Allowed::Part, Value::All) => true,
            (Allowed::Part, Value::Count(count)) => *count >= 1,
            (Allowed::Part, Value::Share(share)) => SHARE.contains(*share),
            _ => false,
        }
    }

    /// The value that a text stands for, if it may have it.
    pub(crate) fn read(&self, text: &Kind) -> Option<Value> {
        if matches!(self.range, Allowed::Numbers(_)) {
            let numbers = text.numbers().filter(|_| text.name() == LIST)?;
            return Some(Value::Numbers(numbers)).filter(|value| self.allows(value));
        }
        let name = text.arguments().is_empty().then_some(text.name())?;
        let value = match self.range {
            Allowed::Number(_) => Value::Number(name.parse().ok()?),
            Allowed::AtLeast(_) => Value::Count(name.parse().ok()?),
            Allowed::Flag => Value::Flag(name.parse().ok()?),
            Allowed::Numbers(_) => return None,
            Allowed::Part if name == ALL => Value::All,
            Allowed::Part => match name.parse() {
                Ok(count) => Value::Count(count),
                Err(_) => Value::Share(name.parse().ok()?),
            },
        };
        Some(value).filter(|value| self.allows(value))
    }
}
