//! Tests of the crate as its users see it.

mod dialects;
mod encoding;
mod schema;
mod stored;
