//! Elementwise functions as plain data.

mod symbol;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use densely_tensor::Real;

pub use symbol::Symbol;

/// An elementwise function as the operations that it is made of.
///
/// `f` of an [`Activation`](crate::Activation) is written for any [`Real`], so it can be evaluated on
/// symbols, which note what is done with them. Where `f` compares, both ways are taken, and an
/// [`Operation::Select`] chooses between them. So what an activation computes, also one of your own, can be
/// written down in another language.
///
/// ```
/// use densely_layers::{Expression, Operation};
/// use densely_tensor::Real;
///
/// let square = Expression::of(|x| x * x + 1.0.into()).unwrap();
/// assert_eq!(square.operations().len(), 4);
/// assert_eq!(square.operations()[1], Operation::Multiply(0, 0));
/// assert_eq!(square.evaluate(3.0_f32), 10.0);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    operations: Arc<[Operation]>,
}

/// An operation on the results of earlier ones, by their positions in [`Expression::operations`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Operation {
    /// What the function is of. The first operation is this, and no other.
    X,
    /// A number.
    Constant(f64),
    /// `a + b`.
    Add(usize, usize),
    /// `a − b`.
    Subtract(usize, usize),
    /// `a b`.
    Multiply(usize, usize),
    /// `a / b`.
    Divide(usize, usize),
    /// The larger of the two; NaN if either is.
    Max(usize, usize),
    /// The smaller of the two; NaN if either is.
    Min(usize, usize),
    /// A function of one number.
    Apply(Function, usize),
    /// The third if the comparison of the first two holds, which with a NaN it does not, otherwise the fourth.
    Select(Comparison, [usize; 4]),
}

/// A function of one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Function {
    /// `−x`.
    Negate,
    /// `|x|`.
    Abs,
    /// `√x`.
    Sqrt,
    /// `eˣ`.
    Exp,
    /// `eˣ − 1`.
    ExpM1,
    /// The natural logarithm.
    Ln,
    /// `ln(1 + x)`.
    Ln1p,
    /// The hyperbolic tangent.
    Tanh,
    /// `1 / (1 + e⁻ˣ)`.
    Sigmoid,
    /// `½ (1 + erf(x/√2))`.
    NormalCdf,
}

/// A comparison of two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// `a < b`.
    Less,
    /// `a ≤ b`.
    LessOrEqual,
    /// `a = b`.
    Equal,
}

impl Expression {
    /// What `f` does to a number; nothing if it compares so often that there are more than 256 ways
    /// through it.
    pub fn of(f: impl Fn(Symbol) -> Symbol) -> Option<Self> {
        symbol::trace(f).map(|operations| Self { operations: operations.into() })
    }

    /// The operations, each after those that it uses. The last is the value.
    #[must_use]
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// The value at `x`, with each operation rounded to `R`.
    #[must_use]
    pub fn evaluate<R: Real>(&self, x: R) -> R {
        let mut values = Vec::with_capacity(self.operations.len());
        for &operation in &*self.operations {
            values.push(operation.of(x, &values));
        }
        values.pop().unwrap_or(x)
    }
}

impl Operation {
    /// The operations whose results it uses.
    pub fn uses(self) -> impl Iterator<Item = usize> {
        let (count, uses) = match self {
            Self::X | Self::Constant(_) => (0, [0; 4]),
            Self::Apply(_, a) => (1, [a, 0, 0, 0]),
            Self::Add(a, b)
            | Self::Subtract(a, b)
            | Self::Multiply(a, b)
            | Self::Divide(a, b)
            | Self::Max(a, b)
            | Self::Min(a, b) => (2, [a, b, 0, 0]),
            Self::Select(_, uses) => (4, uses),
        };
        uses.into_iter().take(count)
    }

    fn of<R: Real>(self, x: R, values: &[R]) -> R {
        match self {
            Self::X => x,
            Self::Constant(value) => R::from_f64(value),
            Self::Add(a, b) => values[a] + values[b],
            Self::Subtract(a, b) => values[a] - values[b],
            Self::Multiply(a, b) => values[a] * values[b],
            Self::Divide(a, b) => values[a] / values[b],
            Self::Max(a, b) => values[a].max(values[b]),
            Self::Min(a, b) => values[a].min(values[b]),
            Self::Apply(function, a) => function.of(values[a]),
            Self::Select(comparison, [a, b, then, otherwise]) => {
                let holds = comparison.holds(&values[a], &values[b]);
                values[if holds { then } else { otherwise }]
            }
        }
    }

    /// With the positions of what it uses changed.
    fn renamed(self, new: impl Fn(usize) -> usize) -> Self {
        match self {
            Self::X | Self::Constant(_) => self,
            Self::Add(a, b) => Self::Add(new(a), new(b)),
            Self::Subtract(a, b) => Self::Subtract(new(a), new(b)),
            Self::Multiply(a, b) => Self::Multiply(new(a), new(b)),
            Self::Divide(a, b) => Self::Divide(new(a), new(b)),
            Self::Max(a, b) => Self::Max(new(a), new(b)),
            Self::Min(a, b) => Self::Min(new(a), new(b)),
            Self::Apply(function, a) => Self::Apply(function, new(a)),
            Self::Select(comparison, uses) => Self::Select(comparison, uses.map(new)),
        }
    }
}

impl Function {
    fn of<R: Real>(self, x: R) -> R {
        match self {
            Self::Negate => -x,
            Self::Abs => x.abs(),
            Self::Sqrt => x.sqrt(),
            Self::Exp => x.exp(),
            Self::ExpM1 => x.exp_m1(),
            Self::Ln => x.ln(),
            Self::Ln1p => x.ln_1p(),
            Self::Tanh => x.tanh(),
            Self::Sigmoid => x.sigmoid(),
            Self::NormalCdf => x.normal_cdf(),
        }
    }
}

impl Comparison {
    fn holds<R: PartialOrd>(self, a: &R, b: &R) -> bool {
        match self {
            Self::Less => a < b,
            Self::LessOrEqual => a <= b,
            Self::Equal => a == b,
        }
    }
}
