//! The ground under `densely`: scalars, matrix products, column kernels,
//! run-time SIMD dispatch, threads and random streams.
//!
//! A matrix is [faer]'s [`Mat`], and its views are [`MatRef`] and [`MatMut`]:
//! column-major, one example per column. There is no tensor type of our own. This
//! is the only crate of the workspace that names faer, and re-exports what the
//! others use.
//!
//! | you want | look at |
//! |---|---|
//! | code that runs on `f32`, on `f64` and on a number type of yours | [`Real`] |
//! | code that runs on `f32` and `f64`, with matrices | [`Scalar`] |
//! | a matrix product | [`gemm`], [`affine`] |
//! | one example as a slice | [`column()`], [`column_mut`] |
//! | a slice of examples as a matrix | [`columns_of`]; with the feature `ndarray` a view of an array |
//! | a loop compiled for the instruction set at hand, and what else our own layers are made of | [`kernels`] |
//! | work on panels of columns, split over threads | [`Threads`], [`Split`], [`Timeline`] |
//! | a norm whose squares may overflow or vanish | [`Norm`] |
//! | a number in a message | [`Figure`] |
//! | random numbers that depend on what they are for, not on who asks first | [`Stream`] |
//! | initial weights | [`Initializer`] |
//! | a matrix of a size that somebody else chose | [`try_zeros`] |
//!
//! [faer]: https://docs.rs/faer
//!
//! ```
//! use densely_tensor::{Accumulate, Mat, gemm};
//!
//! // y = W x for a batch of two examples.
//! let w = Mat::from_fn(1, 2, |_, j| [2.0, 3.0][j]);
//! let x = Mat::from_fn(2, 2, |i, j| (i + 2 * j) as f64);
//! let mut y = Mat::zeros(1, 2);
//! gemm(y.as_mut(), Accumulate::Replace, w.as_ref(), x.as_ref());
//! assert_eq!((y[(0, 0)], y[(0, 1)]), (3.0, 13.0));
//! ```

#[cfg(feature = "ndarray")]
mod arrays;
mod buffer;
mod columns;
mod decomposition;
mod elementary;
mod error;
mod figure;
mod gemm;
mod in_precision;
mod init;
pub mod kernels;
mod map;
mod memory;
mod norm;
mod random;
mod real;
mod reduce;
mod scalar;
mod simd;
mod sweep;
mod threads;
mod weigh;

#[cfg(feature = "ndarray")]
pub use arrays::columns_of_array;
pub use buffer::Buffer;
pub use columns::{column, column_mut, columns_of, first_non_finite};
pub use error::{ShapeError, ThreadsError};
pub use faer::{Mat, MatMut, MatRef, mat};
pub use figure::Figure;
pub use gemm::{Accumulate, affine, gemm};
pub use init::Initializer;
pub use memory::{matrix_bytes, try_zeros};
pub use norm::Norm;
// What `Real` and `Scalar` stand on, and `rand` draws from.
pub use num_traits::{ConstOne, ConstZero, One, Zero};
pub use rand_core::Rng;
pub use random::{Key, Purpose, Stream};
pub use real::Real;
pub use scalar::Scalar;
pub use threads::{Split, Threads, Timeline};

// Reborrowing a `MatMut` (`m.rb_mut()`) needs these traits in scope.
pub use faer::reborrow::{IntoConst, Reborrow, ReborrowMut};
