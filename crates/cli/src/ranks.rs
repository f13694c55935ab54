use std::fmt;

use densely::models::Exchange;

/// The processes that train one network together, of which this is one, and how they are joined.
///
/// All are started with the same arguments. That of rank 0 writes and prints; the others do so only where it cannot any
/// more.
pub trait Ranks: fmt::Debug {
    /// The number of this process, from 0.
    fn rank(&self) -> usize;

    /// How many there are.
    fn ranks(&self) -> usize;

    /// What joins a training in `f32`.
    fn single(&self) -> Box<dyn Exchange<f32>>;

    /// What joins a training in `f64`.
    fn double(&self) -> Box<dyn Exchange<f64>>;

    /// Tells all why this process fails, and ends all. That of rank 0 has printed it.
    fn fail(&self, why: &str) -> !;
}
