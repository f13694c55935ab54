//! Everything in the library that has a gradient, and every optimiser, each with its proof:
//! what `densely gradcheck` runs, and the tests of this crate.
//!
//! [`activations`], [`layers`], [`losses`] and [`optimizers`] have all there are. [`densely_gradcheck`] explains how proofs work, and proves
//! layers of your own.
//!
//! ```
//! use densely_gradcheck::Config;
//! use densely_proofs::activations;
//!
//! let proofs = activations();
//! let tanh = proofs.iter().find(|proof| proof.name() == "tanh").unwrap();
//! let report = tanh.run(Config { cases: 64, seed: 0 })?;
//! assert!(report.rows().iter().all(|row| row.passed()));
//! # Ok::<(), Box<densely_gradcheck::Failure>>(())
//! ```

mod activations;
mod layers;
mod losses;
mod optimizers;
mod proof;

pub use activations::activations;
pub use layers::layers;
pub use losses::losses;
pub use optimizers::optimizers;
pub use proof::Proof;
