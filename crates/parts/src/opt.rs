use crate::value::{ALL, LIST};
use crate::{Kind, Range, Value, shortened};

/// An option of a kind: its name, its range and its default.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Opt {
    name: &'static str,
    /// Another name.
    also: Option<&'static str>,
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
    Kind,
    Part,
}

/// What a share may be.
const SHARE: Range = Range::new(0.0, 1.0).above();

impl Opt {
    const ANY: Self =
        Self { name: "", also: None, range: Allowed::Kind, default: None, typical: None };

    /// A real number, which has to be given unless it has a default.
    #[must_use]
    pub const fn number(name: &'static str, range: Range) -> Self {
        Self { name, range: Allowed::Number(range), default: None, ..Self::ANY }
    }

    /// A whole number, at least `least`, which has to be given unless it has a default.
    #[must_use]
    pub const fn count(name: &'static str, least: usize) -> Self {
        Self { name, range: Allowed::AtLeast(least), default: None, ..Self::ANY }
    }

    /// True or, by default, false.
    #[must_use]
    pub const fn flag(name: &'static str) -> Self {
        Self { name, range: Allowed::Flag, default: Some(Default::False), ..Self::ANY }
    }

    /// Real numbers; none by default.
    #[must_use]
    pub const fn numbers(name: &'static str, range: Range) -> Self {
        let default = Some(Default::NoNumbers);
        Self { name, range: Allowed::Numbers(range), default, ..Self::ANY }
    }

    /// Another part, which has to be given.
    #[must_use]
    pub const fn kind(name: &'static str) -> Self {
        Self { name, ..Self::ANY }
    }

    /// Of another name.
    #[must_use]
    pub const fn named(self, name: &'static str) -> Self {
        Self { name, ..self }
    }

    /// With another name by which it may be given, that of its like elsewhere.
    #[must_use]
    pub const fn also(self, name: &'static str) -> Self {
        Self { also: Some(name), ..self }
    }

    /// So many of what there is, a whole number as `7`, or a share with a point, as `0.95`; all by
    /// default.
    #[must_use]
    pub const fn part(name: &'static str) -> Self {
        Self { name, range: Allowed::Part, default: Some(Default::All), ..Self::ANY }
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

    /// Whether it is called so.
    #[must_use]
    pub fn is_called(&self, name: &str) -> bool {
        self.name == name || self.also == Some(name)
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
            Allowed::Kind => "a kind".to_owned(),
            Allowed::Part => {
                let share = "a share with a point, above 0 and at most 1.0";
                format!("{ALL}, a whole number of at least 1, or {share}")
            }
        }
    }

    /// How it is written, with what it is by default.
    pub(crate) fn usage(&self) -> String {
        match (self.range, self.default()) {
            (Allowed::Flag, _) => self.name.to_owned(),
            (Allowed::Numbers(_), _) => format!("{}=[...]", self.name),
            (_, Some(default)) => format!("{}={default}", self.name),
            (_, None) => format!("{}=...", self.name),
        }
    }

    /// A value by uniform draws between two numbers: mostly one from where it mostly is, and now and
    /// then the least of these, or what it is by default; by default if nothing is known.
    pub(crate) fn draw(&self, uniform: &mut dyn FnMut(f64, f64) -> f64) -> Option<Value> {
        if self.is_flag() {
            return Some(Value::Flag(uniform(0.0, 1.0) >= 0.5));
        }
        let Some((low, high)) = self.typical else { return self.default() };
        let value = |x: f64| match self.range {
            Allowed::AtLeast(_) => Value::Count(x.round() as usize),
            _ => Value::Number(x),
        };
        let drawn = value(uniform(low, high));
        match uniform(0.0, 8.0) {
            x if x < 1.0 => self.default().or(Some(drawn)),
            x if x < 2.0 => Some(value(low)),
            _ => Some(drawn),
        }
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
            (Allowed::Kind, Value::Kind(_)) => true,
            (Allowed::Part, Value::All) => true,
            (Allowed::Part, Value::Count(count)) => *count >= 1,
            (Allowed::Part, Value::Share(share)) => SHARE.contains(*share),
            _ => false,
        }
    }

    /// The text of a value that it may not have, and why not where that is not to be seen: a
    /// number that its type cannot hold.
    pub(crate) fn refused(&self, text: &Kind) -> String {
        let (shown, digits) = (shortened(&text.to_string()), text.name());
        let because = match (self.range, digits.parse::<f64>()) {
            (Allowed::AtLeast(_), Ok(_)) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                let most = usize::MAX;
                digits.parse::<usize>().is_err().then(|| format!("more than {most}"))
            }
            (Allowed::Number(_), Ok(0.0)) => has_value(digits).then(|| "0 in f64".to_owned()),
            (Allowed::Number(_), Ok(number)) if number.is_infinite() => {
                has_value(digits).then(|| "infinite in f64".to_owned())
            }
            _ => None,
        };
        because.map_or(shown.clone(), |because| format!("{shown}, which is {because}"))
    }

    /// The value that a text stands for, if it may have it.
    pub(crate) fn read(&self, text: &Kind) -> Option<Value> {
        if matches!(self.range, Allowed::Numbers(_)) {
            let numbers = text.numbers().filter(|_| text.name() == LIST)?;
            return Some(Value::Numbers(numbers)).filter(|value| self.allows(value));
        }
        if self.range == Allowed::Kind {
            return Some(Value::Kind(text.clone()));
        }
        let name = text.arguments().is_empty().then_some(text.name())?;
        let value = match self.range {
            Allowed::Number(_) => Value::Number(name.parse().ok()?),
            Allowed::AtLeast(_) => Value::Count(name.parse().ok()?),
            Allowed::Flag => Value::Flag(name.parse().ok()?),
            Allowed::Numbers(_) | Allowed::Kind => return None,
            Allowed::Part if name == ALL => Value::All,
            Allowed::Part => match name.parse() {
                Ok(count) => Value::Count(count),
                Err(_) => Value::Share(name.parse().ok()?),
            },
        };
        Some(value).filter(|value| self.allows(value))
    }
}

/// Whether the text of a number has a digit, before its exponent, that is not 0.
fn has_value(number: &str) -> bool {
    let digits = number.split(['e', 'E']).next().unwrap_or_default();
    digits.contains(|digit| matches!(digit, '1'..='9'))
}
