//! Source code that carries a plan out: what Rust and C have in common.

mod c;
mod expression;
mod names;
mod rust;
#[cfg(test)]
mod tests;

pub use c::to_c;
pub use rust::to_rust;
