//! What goes on in a training, as numbers, for a checkpoint.

use densely_optim::PlateauCourse;

/// Integers beyond which not every one is an `f64`.
const LARGEST: f64 = 9_007_199_254_740_992.0;

/// What is put down as numbers, and read from them in the same order.
pub(crate) trait Plain: Sized {
    /// Adds its numbers.
    fn write(&self, numbers: &mut Vec<f64>);

    /// The same from numbers; `None` if they are not what was written.
    fn read(numbers: &mut Numbers<'_>) -> Option<Self>;
}

/// Numbers that are yet to be read.
#[derive(Debug)]
pub(crate) struct Numbers<'a>(&'a [f64]);

impl<'a> Numbers<'a> {
    /// What `read` makes of all of these numbers; `None` if it does not take them, or some are left.
    pub(crate) fn read_all<R>(
        numbers: &'a [f64],
        read: impl FnOnce(&mut Self) -> Option<R>,
    ) -> Option<R> {
        let mut numbers = Self(numbers);
        read(&mut numbers).filter(|_| numbers.0.is_empty())
    }
}

/// A structure is the numbers of its fields.
macro_rules! plain {
    ($($Type:ident { $($field:ident),* $(,)? })*) => { $(
        impl $crate::plain::Plain for $Type {
            fn write(&self, numbers: &mut Vec<f64>) {
                let Self { $($field),* } = self;
                $($crate::plain::Plain::write($field, numbers);)*
            }
            fn read(numbers: &mut $crate::plain::Numbers<'_>) -> Option<Self> {
                Some(Self { $($field: $crate::plain::Plain::read(numbers)?),* })
            }
        }
    )* };
}
pub(crate) use plain;

impl Plain for f64 {
    fn write(&self, numbers: &mut Vec<f64>) {
        numbers.push(*self);
    }
    fn read(numbers: &mut Numbers<'_>) -> Option<Self> {
        let (first, rest) = numbers.0.split_first()?;
        numbers.0 = rest;
        Some(*first)
    }
}

impl Plain for usize {
    fn write(&self, numbers: &mut Vec<f64>) {
        numbers.push(*self as f64);
    }
    fn read(numbers: &mut Numbers<'_>) -> Option<Self> {
        let number = f64::read(numbers)?;
        let is_one = (0.0..=LARGEST).contains(&number) && number.fract() == 0.0;
        is_one.then_some(number as usize)
    }
}

impl Plain for bool {
    fn write(&self, numbers: &mut Vec<f64>) {
        usize::from(*self).write(numbers);
    }
    fn read(numbers: &mut Numbers<'_>) -> Option<Self> {
        match usize::read(numbers)? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

impl<P: Plain> Plain for Option<P> {
    fn write(&self, numbers: &mut Vec<f64>) {
        self.is_some().write(numbers);
        self.iter().for_each(|value| value.write(numbers));
    }
    fn read(numbers: &mut Numbers<'_>) -> Option<Self> {
        match bool::read(numbers)? {
            false => Some(None),
            true => P::read(numbers).map(Some),
        }
    }
}

impl<P: Plain> Plain for Vec<P> {
    fn write(&self, numbers: &mut Vec<f64>) {
        self.len().write(numbers);
        self.iter().for_each(|value| value.write(numbers));
    }
    /// Of a length that is believed as far as there are numbers.
    fn read(numbers: &mut Numbers<'_>) -> Option<Self> {
        let length = usize::read(numbers)?;
        (0..length).map(|_| P::read(numbers)).collect()
    }
}

plain! { PlateauCourse { factor, lowest, epochs } }

#[cfg(test)]
mod tests {
    use super::*;

    fn comes_back<P: Plain + PartialEq + std::fmt::Debug>(value: P) {
        let mut numbers = Vec::new();
        value.write(&mut numbers);
        assert_eq!(Numbers::read_all(&numbers, P::read), Some(value));
        numbers.push(0.0);
        assert_eq!(Numbers::read_all(&numbers, P::read), None, "one too many");
        numbers.truncate(numbers.len() - 2);
        assert_eq!(Numbers::read_all(&numbers, P::read), None, "one too few");
    }

    #[test]
    fn what_is_written_is_read() {
        comes_back(vec![Some(0.1 + 0.2), None, Some(f64::INFINITY)]);
        comes_back(vec![0, 1, usize::MAX >> 11]);
        comes_back(vec![true, false]);
        comes_back(PlateauCourse { factor: 0.5, lowest: f64::INFINITY, epochs: 3 });
    }

    #[test]
    fn what_nobody_wrote_is_refused() {
        for number in [-1.0, 0.5, f64::NAN, f64::INFINITY, 2.0 * LARGEST] {
            assert_eq!(Numbers::read_all(&[number], usize::read), None, "{number}");
        }
        assert_eq!(Numbers::read_all(&[2.0], bool::read), None);
        assert_eq!(Numbers::read_all(&[LARGEST, 1.0, 2.0], Vec::<usize>::read), None);
    }
}
