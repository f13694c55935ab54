//! Tables from files that other programs wrote, from damaged ones, and written by ourselves.

mod arrays;
mod arrow;
mod common;
mod compressed;
mod damaged;
#[cfg(feature = "images")]
mod images;
mod lines;
mod parquet;
mod sheets;
mod written;
