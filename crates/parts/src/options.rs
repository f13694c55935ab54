use crate::{Opt, Value};

/// The options of a kind with their values, all of them in range.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    opts: &'static [Opt],
    values: Vec<Value>,
}

impl Options {
    pub(crate) fn new(opts: &'static [Opt], values: Vec<Value>) -> Self {
        Self { opts, values }
    }

    /// The value of each, in their order.
    #[must_use]
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// A real number.
    ///
    /// # Panics
    /// If the kind has no such option that is a number.
    #[must_use]
    pub fn number(&self, option: &str) -> f64 {
        match self.value(option) {
            Some(Value::Number(number)) => *number,
            other => panic!("`{option}` is a number of the kind, not {other:?}"),
        }
    }

    /// A whole number.
    ///
    /// # Panics
    /// If the kind has no such option that is a whole number.
    #[must_use]
    pub fn count(&self, option: &str) -> usize {
        match self.value(option) {
            Some(Value::Count(count)) => *count,
            other => panic!("`{option}` is a whole number of the kind, not {other:?}"),
        }
    }

    /// Whether it is set.
    ///
    /// # Panics
    /// If the kind has no such option that is true or false.
    #[must_use]
    pub fn flag(&self, option: &str) -> bool {
        match self.value(option) {
            Some(Value::Flag(flag)) => *flag,
            other => panic!("`{option}` is true or false, not {other:?}"),
        }
    }

    /// Real numbers.
    ///
    /// # Panics
    /// If the kind has no such option that is a list of numbers.
    #[must_use]
    pub fn numbers(&self, option: &str) -> &[f64] {
        match self.value(option) {
            Some(Value::Numbers(numbers)) => numbers,
            other => panic!("`{option}` is a list of numbers, not {other:?}"),
        }
    }

    /// The value of an option, if the kind has it.
    #[must_use]
    pub fn value(&self, option: &str) -> Option<&Value> {
        let mut opts = self.opts.iter().zip(&self.values);
        opts.find(|(opt, _)| opt.name() == option).map(|(_, value)| value)
    }
}
