//! The claims of the CS231n notes "Neural Networks", parts 1 and 2, run as experiments.
//!
//! An [`Experiment`] states a claim of the notes in our words, tries it on data that are made
//! or embedded here, and says in its [`Outcome`] whether it held: the figures, with their
//! spread over seeds, a picture, and a [`Verdict`], with the [`Statement`]s that it rests on.
//! Nothing is tuned until a claim holds; where it does not, the outcome says so.
//!
//! A statement that compares settings is about the mean of their differences, paired by seed:
//! it holds if the 95 % [`Interval`] of that mean excludes 0. Learning rates, penalties and
//! the like are chosen by a validation part or by other seeds, never by what is reported.
//!
//! | you want | look at |
//! |---|---|
//! | all experiments, or one by its name | [`EXPERIMENTS`], [`find`] |
//! | to run one | [`Experiment::run`], [`Lab`] |
//! | the page that shows them all | [`page()`] |
//!
//! ```
//! use densely_notes::{Lab, Verdict, find};
//!
//! let outcome = find("sizing")?.run(&Lab::default())?;
//! assert_eq!(outcome.verdict, Verdict::Held);
//! assert!(outcome.picture.starts_with("<svg"));
//! # Ok::<(), densely_notes::NotesError>(())
//! ```
//!
//! An outcome depends on the number of seeds, and not on the number of threads; that of
//! `relu-is-cheap`, which measures time, on the machine.

mod choice;
mod error;
mod experiment;
mod experiments;
mod figures;
mod interval;
mod lab;
mod outcome;
mod page;
mod parts;
mod section;
mod spread;
mod statement;
mod toy;
mod trained;

pub use error::NotesError;
pub use experiment::Experiment;
pub use experiments::{EXPERIMENTS, find};
pub use figures::{Figure, Figures};
pub use interval::Interval;
pub use lab::Lab;
pub use outcome::{Outcome, Verdict};
pub use page::page;
pub use spread::Spread;
pub use statement::Statement;
