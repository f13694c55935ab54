//! Optimisers: how a gradient changes the parameters.
//!
//! An [`Optimizer`] makes one step from the gradients that a backward pass left in the
//! [parameters](densely_layers::Param) of a network. [`Sgd`] is stochastic gradient
//! descent, with weight decay, momentum and Nesterov momentum.
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
mod optimizer;
mod sgd;

pub use error::OptimError;
pub use optimizer::Optimizer;
pub use sgd::Sgd;
