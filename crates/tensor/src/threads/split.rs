use faer::{MatMut, MatRef};

use crate::Scalar;

/// Something with columns (one per example) that can be cut between two of them:
/// matrix views, slices with one element per column, and tuples and arrays of these.
pub trait Split: Sized + Send {
    /// The number of columns.
    fn columns(&self) -> usize;
    /// The columns before `column`, and the rest.
    fn split_at(self, column: usize) -> (Self, Self);
}

impl<T: Scalar> Split for MatRef<'_, T> {
    fn columns(&self) -> usize {
        self.ncols()
    }
    fn split_at(self, column: usize) -> (Self, Self) {
        self.split_at_col(column)
    }
}

impl<T: Scalar> Split for MatMut<'_, T> {
    fn columns(&self) -> usize {
        self.ncols()
    }
    fn split_at(self, column: usize) -> (Self, Self) {
        self.split_at_col_mut(column)
    }
}

impl<E: Sync> Split for &[E] {
    fn columns(&self) -> usize {
        self.len()
    }
    fn split_at(self, column: usize) -> (Self, Self) {
        <[E]>::split_at(self, column)
    }
}

impl<E: Send> Split for &mut [E] {
    fn columns(&self) -> usize {
        self.len()
    }
    fn split_at(self, column: usize) -> (Self, Self) {
        self.split_at_mut(column)
    }
}

macro_rules! impl_split_for_tuple {
    ($first:ident $($other:ident)*) => {
        /// All parts have the same number of columns, and are cut at the same one.
        impl<$first: Split, $($other: Split),*> Split for ($first, $($other,)*) {
            fn columns(&self) -> usize {
                self.0.columns()
            }
            #[allow(non_snake_case)]
            fn split_at(self, column: usize) -> (Self, Self) {
                let ($first, $($other,)*) = self;
                $( debug_assert_eq!($first.columns(), $other.columns()); )*
                let $first = $first.split_at(column);
                $( let $other = $other.split_at(column); )*
                (($first.0, $($other.0,)*), ($first.1, $($other.1,)*))
            }
        }
    };
}
impl_split_for_tuple!(A B);
impl_split_for_tuple!(A B C);
impl_split_for_tuple!(A B C D);
impl_split_for_tuple!(A B C D E);
impl_split_for_tuple!(A B C D E F);

/// All parts have the same number of columns, and are cut at the same one.
impl<W: Split, const N: usize> Split for [W; N] {
    fn columns(&self) -> usize {
        self.first().map_or(0, W::columns)
    }
    fn split_at(self, column: usize) -> (Self, Self) {
        debug_assert!(self.iter().all(|part| part.columns() == self.columns()));
        let mut right = [const { None }; N];
        let mut places = right.iter_mut();
        let left = self.map(|part| {
            let (left, right) = part.split_at(column);
            places.next().map(|place| place.replace(right));
            left
        });
        (left, right.map(|part| part.expect("every part was cut")))
    }
}
