//! Optimisers: how a gradient changes the parameters.
//!
//! An [`Optimizer`] makes one step from the gradients that a backward pass left in the
//! [parameters](densely_layers::Param) of a network.
//!
//! | you want | look at |
//! |---|---|
//! | gradient descent, with or without momentum | [`Sgd`] |
//! | steps that adapt to each parameter | [`Adam`], [`AdamW`], [`NAdam`], [`Lion`], [`RmsProp`], [`Adagrad`] |
//! | an optimiser or a schedule by its name | [`OptimizerKinds`], [`ScheduleKinds`] |
//! | small weights | [`Penalty`]: L2, L1, elastic net, decoupled decay; [`MaxNorm`] |
//! | no step too far | [`ClipNorm`], [`ClipValue`] |
//! | a training that goes on another day | [`OptimizerState`] |
//! | a learning rate that changes | [`Schedule`], [`Plateau`] |
//!
//! ```
//! use densely_layers::{Layer, Linear, Param};
//! use densely_optim::{Optimizer, Sgd};
//! use densely_tensor::{Threads, mat};
//!
//! let mut layer = Linear::from_parts(mat![[2.0_f64]], mat![[2.0]])?;
//! layer.visit_params_mut(&mut |param: &mut Param<f64>| param.grad.fill(1.0));
//! let mut sgd = Sgd::new(0.1).weight_decay(0.5);
//! sgd.step(&mut layer, &Threads::single())?;
//! assert_eq!(layer.weight().value[(0, 0)], 2.0 - 0.1 * (1.0 + 0.5 * 2.0));
//! assert_eq!(layer.bias().value[(0, 0)], 2.0 - 0.1 * 1.0); // biases do not decay
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod error;
mod limits;
mod optimizer;
mod optimizer_kind;
mod optimizer_state;
pub mod optimizers;
mod option;
mod penalty;
mod plateau;
mod rule;
mod schedule;
mod schedule_kinds;
pub mod schedules;
mod state;

pub use densely_layers::{Param, Parameters, Role, Start};
pub use densely_parts::{
    Described, Kind, KindError, Opt, OptionError, Options, Range, Spec, Value,
};
pub use error::OptimError;
pub use limits::{ClipNorm, ClipValue, Limits, MaxNorm};
pub use optimizer::Optimizer;
pub use optimizer_kind::{OptimizerKind, OptimizerKinds};
pub use optimizer_state::OptimizerState;
pub use optimizers::*;
pub use penalty::Penalty;
pub use plateau::{Plateau, PlateauCourse};
pub use rule::{Entry, Rule};
pub use schedule::Schedule;
pub use schedule_kinds::{ScheduleKind, ScheduleKinds};
pub use schedules::*;
