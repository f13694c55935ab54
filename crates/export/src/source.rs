//! Source code that carries a plan out: what languages have in common.

mod c;
mod expression;
mod names;
mod pytorch;
mod rust;
#[cfg(test)]
mod tests;

use densely_table::TimePart;

pub use c::to_c;
pub use pytorch::{PyTorch, to_pytorch};
pub use rust::to_rust;

/// What a part of a time is counted in.
fn meaning(part: TimePart) -> &'static str {
    match part {
        TimePart::Year => "As 2024, in universal time as all parts.",
        TimePart::Month => "From 1 for January.",
        TimePart::Weekday => "From 1 for Monday.",
        TimePart::Hour => "From 0, with minutes and seconds as its fraction.",
        _ => "Since 1970 in universal time.",
    }
}
