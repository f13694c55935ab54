//! What holds steps back: optimisers around others, one file each.

/// What an optimiser around another leaves to that, which is its field `optimizer`.
macro_rules! pass_on {
    () => {
        fn learning_rate(&self) -> f64 {
            self.optimizer.learning_rate()
        }

        fn set_learning_rate(&mut self, learning_rate: f64) {
            self.optimizer.set_learning_rate(learning_rate);
        }

        fn save_state(
            &self,
            state: &mut crate::OptimizerState<T>,
            parameters: &dyn Parameters<T>,
        ) -> Result<(), OptimError> {
            self.optimizer.save_state(state, parameters)
        }

        fn load_state(
            &mut self,
            state: &mut crate::OptimizerState<T>,
            parameters: &dyn Parameters<T>,
        ) -> Result<(), OptimError> {
            self.optimizer.load_state(state, parameters)
        }
    };
}

mod clip_norm;
mod clip_value;
mod gradients;
#[expect(clippy::module_inception, reason = "it is the type that tells of all of them")]
mod limits;
mod max_norm;

pub use clip_norm::ClipNorm;
pub use clip_value::ClipValue;
use densely_parts::{Opt, OptionError, Range, Spec};
pub use limits::Limits;
pub use max_norm::MaxNorm;

const RANGE: Range = Range::POSITIVE;
const LIMIT: Opt = Opt::number("limit", RANGE);

/// A limit on the steps of an optimiser.
const fn around(name: &'static str, about: &'static str) -> Spec {
    const OPTIONS: &[Opt] = &[LIMIT, Opt::kind("optimizer")];
    Spec::new(name, about).options(OPTIONS)
}

/// Whether the limit is in range.
fn check(spec: &Spec, limit: f64) -> Result<(), OptionError> {
    RANGE.check(spec.name(), LIMIT.name(), limit)
}

/// Of a limit and one that may be set already, the tighter, which holds.
fn tighter(limit: f64, other: Option<f64>) -> Option<f64> {
    Some(other.map_or(limit, |other| other.min(limit)))
}
