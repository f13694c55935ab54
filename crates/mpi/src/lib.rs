//! Training with several processes, on one machine or many, that MPI joins: the same bits as with one.
//!
//! [`World`] is the processes that `mpirun` has started together, and [`MpiExchange`] the
//! [`Exchange`](densely_models::Exchange) that a [`Trainer`](densely_models::Trainer) takes:
//!
//! ```no_run
//! use densely_models::Exchange;
//! use densely_mpi::World;
//!
//! let world = World::join()?;
//! let mut exchange = world.exchange::<f32>();
//! exchange.begin(vec![exchange.rank() as f32])?;
//! let ranks = exchange.ranks() as f32;
//! assert_eq!(exchange.end()?, [ranks * (ranks - 1.0) / 2.0]);
//! world.finish()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The sum is ours, in the order of a tree ([`Exchange::end`](densely_models::Exchange::end)): that of `MPI_Allreduce`
//! depends on the number of processes, on the length and on the implementation. All calls of MPI are made by one
//! thread, so an implementation without support for threads will do.

mod beat;
mod bytes;
mod exchange;
mod job;
mod number;
mod ranks;
mod shared;
mod sum;
mod thread;
mod world;

pub use exchange::MpiExchange;
pub use number::Number;
pub use world::{MpiError, World};
