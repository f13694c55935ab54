//! What holds steps back: optimisers around others, one file each.

mod clip_norm;
mod clip_value;
mod gradients;
#[expect(clippy::module_inception, reason = "it is the type that tells of all of them")]
mod limits;
mod max_norm;

pub use clip_norm::ClipNorm;
pub use clip_value::ClipValue;
use densely_parts::{Opt, OptionError, Range, Spec, Value};
pub use limits::Limits;
pub use max_norm::MaxNorm;

const LIMIT: Opt = Opt::number("limit", Range::POSITIVE);

/// A limit on the steps of an optimiser.
const fn around(name: &'static str, about: &'static str) -> Spec {
    const OPTIONS: &[Opt] = &[LIMIT, Opt::kind("optimizer")];
    Spec::new(name, about).options(OPTIONS)
}

/// Whether the limit is in range.
fn check(spec: &Spec, limit: f64) -> Result<(), OptionError> {
    if LIMIT.allows(&Value::Number(limit)) {
        return Ok(());
    }
    let (kind, expected) = (spec.name(), LIMIT.expected());
    Err(OptionError { kind, option: LIMIT.name(), expected, value: limit.to_string() })
}
