use densely_tensor::{Buffer, MatMut, MatRef, ReborrowMut, Scalar, column, column_mut};

use super::OneHot;

/// A view of the features of examples, which are there as a matrix, or are written when they are asked for.
///
/// ```
/// use densely_data::Inputs;
/// use densely_tensor::{Buffer, mat};
///
/// let x = mat![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]];
/// let (inputs, mut buffer) = (Inputs::from(x.as_ref()), Buffer::new());
/// assert_eq!((inputs.features(), inputs.examples(), inputs.value(1, 2)), (2, 3, 6.0));
/// assert_eq!(inputs.panel(1, 2, &mut buffer), mat![[2.0, 3.0], [5.0, 6.0]]);
/// let mut chosen = mat![[0.0, 0.0], [0.0, 0.0]];
/// inputs.gather(&[2, 0], chosen.as_mut());
/// assert_eq!(chosen, mat![[3.0, 1.0], [6.0, 4.0]]);
/// ```
#[derive(Debug, Clone, Copy)]
pub enum Inputs<'a, T: Scalar> {
    /// All numbers, one example per column.
    Dense(MatRef<'a, T>),
    /// Of categories, which one it is.
    OneHot(&'a OneHot<T>),
}

impl<'a, T: Scalar> Inputs<'a, T> {
    /// The number of features.
    #[must_use]
    pub fn features(self) -> usize {
        match self {
            Self::Dense(x) => x.nrows(),
            Self::OneHot(x) => x.features(),
        }
    }

    /// The number of examples.
    #[must_use]
    pub fn examples(self) -> usize {
        match self {
            Self::Dense(x) => x.ncols(),
            Self::OneHot(x) => x.examples(),
        }
    }

    /// The matrix, if there is one.
    #[must_use]
    pub fn dense(self) -> Option<MatRef<'a, T>> {
        match self {
            Self::Dense(x) => Some(x),
            Self::OneHot(_) => None,
        }
    }

    /// A feature of an example.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn value(self, feature: usize, example: usize) -> T {
        match self {
            Self::Dense(x) => x[(feature, example)],
            Self::OneHot(x) => x.value(feature, example),
        }
    }

    /// Writes all features of an example.
    ///
    /// # Panics
    /// If there is no such example, or `out` has not a place for each feature.
    pub fn write(self, example: usize, out: &mut [T]) {
        match self {
            Self::Dense(x) => out.copy_from_slice(column(x, example)),
            Self::OneHot(x) => x.write(example, out),
        }
    }

    /// Writes all features of these examples, which may lie anywhere.
    ///
    /// # Shapes
    /// `out`: features x as many examples.
    ///
    /// # Panics
    /// If there is no such example, or `out` has another shape.
    pub fn gather(self, examples: &[usize], mut out: MatMut<'_, T>) {
        match self {
            Self::Dense(x) => {
                assert_eq!(out.ncols(), examples.len(), "Inputs::gather: columns for the examples");
                for (j, &example) in examples.iter().enumerate() {
                    column_mut(out.rb_mut(), j).copy_from_slice(column(x, example));
                }
            }
            Self::OneHot(x) => x.gather(examples, out),
        }
    }

    /// The features of `count` examples, from the `first` on: where they lie, or else in the buffer.
    ///
    /// # Shapes
    /// features x `count`.
    ///
    /// # Panics
    /// If there are not so many examples, or there is no memory for the buffer.
    pub fn panel<'b>(self, first: usize, count: usize, buffer: &'b mut Buffer<T>) -> MatRef<'b, T>
    where
        'a: 'b,
    {
        match self {
            Self::Dense(x) => x.subcols(first, count),
            Self::OneHot(x) => {
                x.write_panel(first, buffer.view_mut(x.features(), count));
                buffer.view(x.features(), count)
            }
        }
    }
}

impl<'a, T: Scalar> From<MatRef<'a, T>> for Inputs<'a, T> {
    fn from(x: MatRef<'a, T>) -> Self {
        Self::Dense(x)
    }
}
