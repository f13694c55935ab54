//! What a part of a network is, as plain data: a kind and its options.
//!
//! A [`Kind`] is a name with options, `leaky-relu(0.1)`: text that can be parsed, printed, compared
//! and stored. A [`Spec`] says what a kind is called, which options it has, in which ranges, and
//! what they are by default; it stands in the file of the kind, as the constant of [`Described`],
//! and everything else that is to know follows from it.
//!
//! ```
//! use densely_parts::{Described, Kind, Opt, Options, Range, Spec, Value};
//!
//! #[derive(Debug, PartialEq)]
//! struct Leaky {
//!     slope: f64,
//! }
//!
//! impl Described for Leaky {
//!     const SPEC: Spec = Spec::new("leaky", "x above 0, slope times x below")
//!         .options(&[Opt::number("slope", Range::FINITE).default_number(0.01)]);
//!
//!     fn from_options(options: &Options) -> Self {
//!         Self { slope: options.number("slope") }
//!     }
//!
//!     fn values(&self) -> Vec<Value> {
//!         vec![self.slope.into()]
//!     }
//! }
//!
//! let kind: Kind = "leaky(0.5)".parse()?;
//! let leaky = Leaky::from_kind(&kind)?;
//! assert_eq!(leaky, Leaky { slope: 0.5 });
//! assert_eq!(Kind::from(leaky).to_string(), "leaky(0.5)");
//! assert_eq!(Kind::from(Leaky { slope: 0.01 }).to_string(), "leaky");
//!
//! let error = Leaky::from_kind(&"leaky(inf)".parse()?).unwrap_err();
//! assert_eq!(error.to_string(), "the slope of leaky must be a finite number, got inf");
//! # Ok::<(), densely_parts::KindError>(())
//! ```

mod described;
mod error;
mod grammar;
mod kind;
mod kinds;
mod nearest;
mod opt;
mod options;
mod range;
mod spec;
mod text;
mod value;

pub use described::Described;
pub use error::{KindError, OptionError};
pub use kind::Kind;
pub use kinds::Kinds;
pub use nearest::nearest;
pub use opt::Opt;
pub use options::Options;
pub use range::Range;
pub use spec::Spec;
pub use text::{listed, shortened};
pub use value::Value;
