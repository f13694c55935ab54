//! The schedules, one file each.

mod constant;
mod cosine;
mod exponential;
mod one_cycle;
mod steps;
mod warm_up;

pub use constant::ConstantRate;
pub use cosine::CosineDecay;
pub use exponential::ExponentialDecay;
pub use one_cycle::OneCycle;
pub use steps::StepDecay;
pub use warm_up::WarmUp;
