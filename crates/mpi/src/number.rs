use densely_tensor::Scalar;
use mpi::traits::Equivalence;

use crate::job::Values;
use crate::sum::{Room, Scratch};

/// A number type that MPI can send: `f32` and `f64`.
#[expect(private_bounds, reason = "nobody else makes one")]
pub trait Number: Scalar + Equivalence + Sealed {}

pub(crate) trait Sealed: Sized {
    fn into_values(values: Vec<Self>) -> Values;
    /// Those of this type, which no others are asked for.
    fn of_values(values: Values) -> Option<Vec<Self>>;
    fn room(scratch: &mut Scratch) -> &mut Room<Self>;
}

impl Number for f32 {}
impl Number for f64 {}

impl Sealed for f32 {
    fn into_values(values: Vec<Self>) -> Values {
        Values::Single(values)
    }

    fn of_values(values: Values) -> Option<Vec<Self>> {
        match values {
            Values::Single(values) => Some(values),
            Values::Double(_) => None,
        }
    }

    fn room(scratch: &mut Scratch) -> &mut Room<Self> {
        &mut scratch.single
    }
}

impl Sealed for f64 {
    fn into_values(values: Vec<Self>) -> Values {
        Values::Double(values)
    }

    fn of_values(values: Values) -> Option<Vec<Self>> {
        match values {
            Values::Double(values) => Some(values),
            Values::Single(_) => None,
        }
    }

    fn room(scratch: &mut Scratch) -> &mut Room<Self> {
        &mut scratch.double
    }
}
