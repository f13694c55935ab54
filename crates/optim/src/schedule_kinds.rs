use densely_parts::{Described, Kind, KindError, Kinds, Options, Spec};

use crate::Schedule;
use crate::schedules::{ScheduleVisitor, WarmUp, visit_schedules};

/// A schedule that can be made from its kind: with it, one of your own is known by its name.
///
/// Every schedule that is [`Described`] is one.
pub trait ScheduleKind: Schedule + Sized + 'static {
    /// What its kind is called, and its options.
    const SPEC: Spec;

    /// The schedule with these options, which are those of [`SPEC`](Self::SPEC), in range. One that
    /// is followed by another makes that of `known`.
    ///
    /// # Errors
    /// If the other one is not known.
    fn from_options(options: &Options, known: &ScheduleKinds) -> Result<Self, KindError>;
}

impl<S: Schedule + Described + 'static> ScheduleKind for S {
    const SPEC: Spec = <S as Described>::SPEC;

    fn from_options(options: &Options, _known: &ScheduleKinds) -> Result<Self, KindError> {
        Ok(<S as Described>::from_options(options))
    }
}

/// The schedules that are known by their names: ours, and yours once they are
/// [registered](Self::with).
///
/// ```
/// use densely_optim::{CosineDecay, Schedule, ScheduleKinds};
///
/// let known = ScheduleKinds::new();
/// let schedule = known.get("warm-up(2, cosine(0.1))")?;
/// let same = CosineDecay::new().floor(0.1).warm_up(2.0);
/// assert_eq!(schedule.kind(), same.kind());
/// assert_eq!(schedule.factor(3.0, 10.0), same.factor(3.0, 10.0));
/// # Ok::<(), densely_parts::KindError>(())
/// ```
#[derive(Debug, Clone)]
pub struct ScheduleKinds {
    kinds: Kinds<Maker>,
}

type Maker = fn(&Options, &ScheduleKinds) -> Result<Box<dyn Schedule>, KindError>;

impl ScheduleKinds {
    /// Ours.
    #[must_use]
    pub fn new() -> Self {
        let mut ours = Self { kinds: Kinds::new("schedule") };
        visit_schedules(&mut ours);
        ours.with::<WarmUp<Box<dyn Schedule>>>()
    }

    /// With one more.
    ///
    /// # Panics
    /// If one of its names is taken.
    #[must_use]
    pub fn with<S: ScheduleKind>(mut self) -> Self {
        self.push::<S>();
        self
    }

    fn push<S: ScheduleKind>(&mut self) {
        self.kinds.push(S::SPEC, |options, known| Ok(Box::new(S::from_options(options, known)?)));
    }

    /// What is known of each, in their order.
    pub fn specs(&self) -> impl Iterator<Item = &Spec> {
        self.kinds.specs()
    }

    /// The names of all.
    #[must_use]
    pub fn names(&self) -> Vec<&'static str> {
        self.kinds.names()
    }

    /// A schedule by its kind.
    ///
    /// # Errors
    /// [`KindError`] for a name that is not known, or options that it does not have.
    pub fn get(&self, kind: impl Into<Kind>) -> Result<Box<dyn Schedule>, KindError> {
        let (maker, options) = self.kinds.get(&kind.into())?;
        maker(&options, self)
    }
}

impl Default for ScheduleKinds {
    fn default() -> Self {
        Self::new()
    }
}

impl ScheduleVisitor for ScheduleKinds {
    fn visit<S: Schedule + Described + 'static>(&mut self) {
        self.push::<S>();
    }
}
