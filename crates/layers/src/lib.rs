//! Layers of fully-connected networks: the [`Layer`] trait, [`Linear`], the
//! [`Activation`] trait with the usual activations, [`PRelu`], [`Maxout`],
//! [`Dropout`], [`InputNoise`], and [`Sequential`].
//!
//! An activation of your own takes two functions:
//!
//! ```
//! use densely_layers::{Activation, Layer, Sequential, Linear};
//! use densely_tensor::{Initializer, Key, Purpose, Real, Stream};
//!
//! /// x²
//! #[derive(Debug, Clone)]
//! struct Square;
//!
//! impl Activation for Square {
//!     #[inline(always)]
//!     fn f<R: Real>(&self, x: R) -> R {
//!         x * x
//!     }
//!     #[inline(always)]
//!     fn df<R: Real>(&self, x: R, _y: R) -> R {
//!         x + x
//!     }
//! }
//!
//! let mut stream = Stream::new(7, Purpose::Weights, Key::default());
//! let network = Sequential::<f32>::new(3)?
//!     .with(Linear::new(3, 4, Initializer::HeNormal, &mut stream)?)?
//!     .with(Square)?
//!     .with(Linear::new(4, 2, Initializer::HeNormal, &mut stream)?)?;
//! assert_eq!(network.out_features(3)?, 2);
//! # Ok::<(), densely_tensor::ShapeError>(())
//! ```

mod activation;
pub mod activations;
mod at;
mod expression;
mod layer;
mod layer_kind;
mod layer_kinds;
pub mod layers;
mod param;
mod param_path;
mod parameters;
mod reference;
mod saturation;
mod sequential;
mod shards;

pub use activation::Activation;
pub use activations::*;
pub use at::At;
pub use densely_parts::{
    Described, Kind, KindError, Opt, OptionError, Options, Range, Spec, Value,
};
pub use expression::{Comparison, Expression, Function, Operation, Symbol};
pub use layer::Layer;
pub use layer_kind::{LayerKind, LayerPlan, ParamPlan};
pub use layer_kinds::{KnownLayer, LayerKinds};
pub use layers::*;
pub use param::{Param, Role, Start, parameter_count};
pub use param_path::param_path;
pub use parameters::Parameters;
pub use reference::Reference;
pub use saturation::Saturation;
pub use sequential::{Passed, Sequential, Stage, VisitLayer};
pub use shards::{Shards, sum_by_tree};
