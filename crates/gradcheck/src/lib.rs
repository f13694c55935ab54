//! Proofs of gradients, for densely's layers, activations and losses and for yours: a
//! dev-dependency, and a line in a test.
//!
//! | you wrote | the test |
//! |---|---|
//! | an [`Activation`] | [`activation`]`(&Mine).unwrap()` |
//! | an activation with a parameter | [`ActivationCheck::family`]`(..).run().unwrap()` |
//! | a [`Layer`] | [`layer`]`(\|draw\| Mine::new(draw.inputs, draw.outputs)).unwrap()` |
//! | a [`Loss`] | [`loss`](loss())`(&Mine).unwrap()` |
//! | a network | [`NetworkCheck::new`]`(&network, &loss)?.run()` |
//! | an optimiser | [`optimizer`](optimizer())`(\|\| Mine::new(0.1), \|entry\| ..).unwrap()` |
//!
//! Each goes through some hundred random cases and compares what the code computes with
//! several oracles, which fail in different ways: dual numbers, differences, properties
//! that every gradient has, subgradients at kinks, another precision. The result is a
//! [`Report`], a table, or a [`Failure`], which names the place, both values, the sizes of
//! the smallest case, and what kind of mistake it looks like.
//!
//! ```
//! use densely_gradcheck::{Check, Mistake};
//! use densely_layers::Activation;
//! use densely_tensor::Real;
//!
//! /// Softsign, x / (1 + |x|), with a derivative that is wrong.
//! #[derive(Debug, Clone)]
//! struct Softsign;
//!
//! impl Activation for Softsign {
//!     #[inline(always)]
//!     fn f<R: Real>(&self, x: R) -> R {
//!         x / (R::ONE + x.abs())
//!     }
//!     #[inline(always)]
//!     fn df<R: Real>(&self, _x: R, y: R) -> R {
//!         let d = R::ONE + y.abs();
//!         R::ONE / (d * d)
//!     }
//! }
//!
//! let failure = densely_gradcheck::activation(&Softsign).unwrap_err();
//! assert_eq!(failure.check, Check::DualNumbers);
//! assert_eq!(failure.guess, Some(Mistake::OutputForInput));
//! ```
//!
//! [`Activation`]: densely_layers::Activation
//! [`Layer`]: densely_layers::Layer
//! [`Loss`]: densely_loss::Loss

mod activation;
mod check;
mod config;
mod difference;
mod draw;
mod dual;
mod failure;
mod layer;
mod loss;
mod mistake;
mod network;
mod optimizer;
mod report;
mod session;
mod several_threads;
mod source;
mod values;

pub use activation::ActivationCheck;
pub use check::Check;
pub use config::Config;
pub use densely_layers::Reference;
pub use densely_loss::LossReference;
pub use densely_optim::{Entry, Rule};
pub use draw::Draw;
pub use dual::Dual;
pub use failure::{Failure, Shape};
pub use layer::LayerCheck;
pub use loss::LossCheck;
pub use mistake::Mistake;
pub use network::NetworkCheck;
pub use optimizer::OptimizerCheck;
pub use report::{Report, Row};

/// Proves the derivative of an activation: [`ActivationCheck`] without options.
///
/// # Errors
/// The first mistake that is found, in its smallest case.
///
/// # Panics
/// If the activation does.
pub fn activation<A: densely_layers::Activation>(activation: &A) -> Result<Report, Box<Failure>> {
    ActivationCheck::new(activation).run()
}

/// Proves the gradients of a layer: [`LayerCheck`] without options.
///
/// # Errors
/// The first mistake that is found, in its smallest case.
///
/// # Panics
/// If the layer does.
pub fn layer<L: densely_layers::Layer<f64>>(
    build: impl Fn(&Draw) -> L,
) -> Result<Report, Box<Failure>> {
    LayerCheck::new(build).run()
}

/// Proves the gradient of a loss: [`LossCheck`] without options.
///
/// # Errors
/// The first mistake that is found, in its smallest case.
///
/// # Panics
/// If the loss does.
pub fn loss<L: densely_loss::Loss<f64> + densely_loss::Loss<f32>>(
    loss: &L,
) -> Result<Report, Box<Failure>> {
    LossCheck::new(loss).run()
}

/// Proves that an optimiser follows its rule: [`OptimizerCheck`] without options.
///
/// ```
/// use densely_optim::Sgd;
///
/// let descent = |entry: &mut densely_gradcheck::Entry| entry.value -= 0.1 * entry.gradient;
/// densely_gradcheck::optimizer(|| Sgd::new(0.1), descent)?;
/// # Ok::<(), Box<densely_gradcheck::Failure>>(())
/// ```
///
/// # Errors
/// The first mistake that is found, in its smallest case.
///
/// # Panics
/// If the optimiser does, or cannot make a step.
pub fn optimizer<O: densely_optim::Optimizer<f64>>(
    build: impl Fn() -> O,
    rule: impl Fn(&mut Entry),
) -> Result<Report, Box<Failure>> {
    OptimizerCheck::new(build, rule).run()
}
