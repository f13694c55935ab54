//! One file per schedule, and one line: everything else follows from this list.

use densely_parts::Described;

use crate::Schedule;

mod warm_up;
pub use warm_up::WarmUp;

/// Goes over the schedules that are ours.
pub trait ScheduleVisitor {
    /// At each.
    fn visit<S: Schedule + Described + 'static>(&mut self);
}

macro_rules! schedules {
    ($($file:ident::$Name:ident),* $(,)?) => {
        $(
            mod $file;
            pub use $file::$Name;
        )*

        /// Shows a visitor each schedule, in the order in which people read of them.
        pub fn visit_schedules(visitor: &mut impl ScheduleVisitor) {
            $(visitor.visit::<$Name>();)*
        }
    };
}

schedules! {
    constant::ConstantRate,
    steps::StepDecay,
    exponential::ExponentialDecay,
    cosine::CosineDecay,
    one_cycle::OneCycle,
}
