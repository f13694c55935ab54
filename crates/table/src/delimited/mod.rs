//! Tables from delimited text.

mod blocks;
mod chunk;
mod dialect;
mod record;
mod rows;
mod sample;
mod sniff;
mod text_options;
mod utf16;

pub use dialect::{Dialect, Separator};
pub use text_options::TextOptions;
