//! What our own layers, losses, optimisers and transformations are made of: loops over columns that are compiled for the
//! instruction set at hand, and the sums and products under them. Networks are built without it.
//!
//! | you want | look at |
//! |---|---|
//! | a loop compiled for the instruction set at hand | [`vectorize`], with [`map()`] and [`map_in_place`] |
//! | a sum in a fixed order, which vectorises | [`sum`], [`sum_of`], [`sum_of_squares`], [`dot`], of [`LANES`] at a time |
//! | several sums of each row in one pass | [`sweep`], of [`SWEPT`] rows at a time |
//! | columns that are added, filled, copied or weighed | [`sum_columns`], [`fill_columns`], [`copy`], [`weigh`] |
//! | products that are added in another way | [`gemm_by_tree`], [`Strips`] |
//! | numbers that take half the memory | [`round_to_bf16`] |
//! | code for one of two number types | [`in_precision`] |
//! | eigenvectors and singular vectors | [`decomposition`] |

pub use crate::columns::{copy, fill_columns};
pub use crate::gemm::{Strips, gemm_by_tree, round_to_bf16, sum_columns};
pub use crate::in_precision::in_precision;
pub use crate::map::{map, map_in_place};
pub use crate::reduce::{LANES, dot, max, sum, sum_of, sum_of_squares};
pub use crate::simd::vectorize;
pub use crate::sweep::{SWEPT, sweep};
pub use crate::weigh::weigh;

/// Decompositions of matrices.
pub mod decomposition {
    pub use crate::decomposition::*;
}
