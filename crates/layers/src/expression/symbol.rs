use std::cell::RefCell;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::ops::{Add, Div, Mul, Neg, Sub};

use densely_tensor::{ConstOne, ConstZero, One, Real, Zero};

use super::{Comparison, Function, Operation};

/// Ways through a function that are followed.
const PATHS: usize = 256;
/// Comparisons on one way. Those after it are answered at random, so that a loop ends.
const COMPARISONS: usize = 64;

/// A number that is not known yet: what is done with it is noted, see
/// [`Expression::of`](super::Expression::of).
#[derive(Debug, Clone, Copy)]
pub struct Symbol(Value);

#[derive(Debug, Clone, Copy)]
enum Value {
    Constant(f64),
    /// The position of an operation.
    Result(usize),
}

/// What was done, on all ways so far.
#[derive(Debug, Default)]
struct Notes {
    operations: Vec<Operation>,
    /// Where an operation stands, by its text.
    positions: HashMap<String, usize>,
    paths: usize,
    /// The comparisons on this way, and how they came out.
    compared: Vec<(Comparison, [usize; 2], bool)>,
    /// How the first of them have to come out.
    answers: Vec<bool>,
    random: u32,
    too_many: bool,
}

thread_local! {
    static NOTES: RefCell<Notes> = RefCell::default();
}

/// The operations of `f`, none of them without use.
pub(super) fn trace(f: impl Fn(Symbol) -> Symbol) -> Option<Vec<Operation>> {
    let outer = NOTES.take();
    let x = note(Operation::X);
    let value = all_paths(&f, x, &[]);
    let notes = NOTES.replace(outer);
    (!notes.too_many).then(|| used(&notes.operations, value))
}

/// The value on the ways that begin with these answers: first that on which all others are no, then those
/// that leave it, the last first.
fn all_paths(f: &impl Fn(Symbol) -> Symbol, x: Symbol, answers: &[bool]) -> usize {
    let given = answers.len();
    let too_many = NOTES.with_borrow_mut(|notes| {
        notes.paths += 1;
        notes.too_many |= notes.paths > PATHS;
        notes.compared.clear();
        notes.answers = answers.to_vec();
        notes.too_many
    });
    if too_many {
        return 0;
    }
    let mut value = f(x).position();
    let compared = NOTES.with_borrow_mut(|notes| std::mem::take(&mut notes.compared));
    for (index, &(comparison, [a, b], _)) in compared.iter().enumerate().skip(given).rev() {
        let mut answers: Vec<bool> =
            compared[..index].iter().map(|&(_, _, answer)| answer).collect();
        answers.push(true);
        let then = all_paths(f, x, &answers);
        if then != value {
            value = note(Operation::Select(comparison, [a, b, then, value])).position();
        }
    }
    value
}

/// The operations that `last` needs, it being the last, and `X` in front.
fn used(operations: &[Operation], last: usize) -> Vec<Operation> {
    let mut needed = vec![false; operations.len()];
    (needed[0], needed[last]) = (true, true);
    for index in (0..=last).rev().filter(|&index| index > 0) {
        if needed[index] {
            operations[index].uses().for_each(|used| needed[used] = true);
        }
    }
    let mut new = vec![0; operations.len()];
    let mut result = Vec::new();
    for (index, &operation) in operations.iter().enumerate().filter(|&(index, _)| needed[index]) {
        new[index] = result.len();
        result.push(operation.renamed(|old| new[old]));
    }
    result
}

/// Notes an operation, or finds it again.
fn note(operation: Operation) -> Symbol {
    NOTES.with_borrow_mut(|notes| {
        let next = notes.operations.len();
        let position = *notes.positions.entry(format!("{operation:?}")).or_insert(next);
        if position == next {
            notes.operations.push(operation);
        }
        Symbol(Value::Result(position))
    })
}

fn compare(comparison: Comparison, a: Symbol, b: Symbol) -> bool {
    if let (Value::Constant(a), Value::Constant(b)) = (a.0, b.0) {
        return comparison.holds(&a, &b);
    }
    let between = [a.position(), b.position()];
    NOTES.with_borrow_mut(|notes| {
        let same = notes.compared.iter().find(|known| (known.0, known.1) == (comparison, between));
        if let Some(&(_, _, answer)) = same {
            return answer;
        }
        if notes.compared.len() >= COMPARISONS {
            notes.too_many = true;
            notes.random = notes.random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            return notes.random >> 31 == 1;
        }
        let answer = notes.answers.get(notes.compared.len()).copied().unwrap_or(false);
        notes.compared.push((comparison, between, answer));
        answer
    })
}

impl Symbol {
    fn position(self) -> usize {
        match self.0 {
            Value::Result(position) => position,
            Value::Constant(value) => note(Operation::Constant(value)).position(),
        }
    }

    fn apply(self, function: Function) -> Self {
        match self.0 {
            Value::Constant(value) => function.of(value).into(),
            Value::Result(position) => note(Operation::Apply(function, position)),
        }
    }

    fn with(self, other: Self, operation: fn(usize, usize) -> Operation) -> Self {
        if let (Value::Constant(a), Value::Constant(b)) = (self.0, other.0) {
            return operation(0, 1).of(0.0, &[a, b]).into();
        }
        note(operation(self.position(), other.position()))
    }
}

impl From<f64> for Symbol {
    fn from(value: f64) -> Self {
        Self(Value::Constant(value))
    }
}

impl PartialEq for Symbol {
    fn eq(&self, other: &Self) -> bool {
        compare(Comparison::Equal, *self, *other)
    }
}

impl PartialOrd for Symbol {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        if self < other {
            Some(Ordering::Less)
        } else if self == other {
            Some(Ordering::Equal)
        } else {
            (self > other).then_some(Ordering::Greater)
        }
    }

    fn lt(&self, other: &Self) -> bool {
        compare(Comparison::Less, *self, *other)
    }

    fn le(&self, other: &Self) -> bool {
        compare(Comparison::LessOrEqual, *self, *other)
    }

    fn gt(&self, other: &Self) -> bool {
        other < self
    }

    fn ge(&self, other: &Self) -> bool {
        other <= self
    }
}

macro_rules! operators {
    ($($trait:ident, $method:ident, $operation:ident;)*) => { $(
        impl $trait for Symbol {
            type Output = Self;

            fn $method(self, other: Self) -> Self {
                self.with(other, Operation::$operation)
            }
        }
    )* };
}

operators! {
    Add, add, Add;
    Sub, sub, Subtract;
    Mul, mul, Multiply;
    Div, div, Divide;
}

impl Neg for Symbol {
    type Output = Self;

    fn neg(self) -> Self {
        self.apply(Function::Negate)
    }
}

macro_rules! functions {
    ($($method:ident, $function:ident;)*) => { $(
        fn $method(self) -> Self {
            self.apply(Function::$function)
        }
    )* };
}

impl Zero for Symbol {
    fn zero() -> Self {
        Self::ZERO
    }

    fn is_zero(&self) -> bool {
        *self == Self::ZERO
    }
}

impl ConstZero for Symbol {
    const ZERO: Self = Self(Value::Constant(0.0));
}

impl One for Symbol {
    fn one() -> Self {
        Self::ONE
    }
}

impl ConstOne for Symbol {
    const ONE: Self = Self(Value::Constant(1.0));
}

impl Real for Symbol {
    fn from_f64(x: f64) -> Self {
        x.into()
    }

    fn mul_add(self, a: Self, b: Self) -> Self {
        self * a + b
    }

    functions! {
        abs, Abs;
        sqrt, Sqrt;
        exp, Exp;
        exp_m1, ExpM1;
        ln, Ln;
        ln_1p, Ln1p;
        tanh, Tanh;
        sigmoid, Sigmoid;
        normal_cdf, NormalCdf;
    }

    fn max(self, other: Self) -> Self {
        self.with(other, Operation::Max)
    }

    fn min(self, other: Self) -> Self {
        self.with(other, Operation::Min)
    }
}
