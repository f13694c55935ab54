use densely_parts::{Described, Kind, KindError, Kinds, Options, Spec};
use densely_tensor::Scalar;
use densely_tensor::kernels::in_precision;

use crate::losses::{LossVisitor, visit_losses};
use crate::{Loss, LossReference};

/// The losses that are known by their names: ours, and yours once they are
/// [registered](Self::with).
///
/// ```
/// use densely_loss::{Huber, LossKinds};
/// use densely_parts::Kind;
///
/// let known = LossKinds::<f32>::new();
/// assert_eq!(known.get("huber(2)")?.kind(), Kind::from(Huber::new(2.0)));
/// assert!(known.get("hubert").is_err());
/// # Ok::<(), densely_parts::KindError>(())
/// ```
#[derive(Debug, Clone)]
pub struct LossKinds<T> {
    kinds: Kinds<Maker<T>>,
}

type Maker<T> = fn(&Options) -> Box<dyn Loss<T>>;

impl<T: Scalar> LossKinds<T> {
    /// Ours.
    #[must_use]
    pub fn new() -> Self {
        in_precision(single, double)
    }

    fn none() -> Self {
        Self { kinds: Kinds::new("loss") }
    }

    /// With one more.
    ///
    /// # Panics
    /// If one of its names is taken.
    #[must_use]
    pub fn with<L: Loss<T> + Described + 'static>(mut self) -> Self {
        self.push::<L>();
        self
    }

    fn push<L: Loss<T> + Described + 'static>(&mut self) {
        self.kinds.push(L::SPEC, |options| Box::new(L::from_options(options)));
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

    /// A loss by its kind.
    ///
    /// # Errors
    /// [`KindError`] for a name that is not known, or options that it does not have.
    pub fn get(&self, kind: impl Into<Kind>) -> Result<Box<dyn Loss<T>>, KindError> {
        let (maker, options) = self.kinds.get(&kind.into())?;
        Ok(maker(&options))
    }
}

impl<T: Scalar> Default for LossKinds<T> {
    fn default() -> Self {
        Self::new()
    }
}

// Functions that are not generic are compiled here.

fn single() -> LossKinds<f32> {
    let mut ours = LossKinds::none();
    visit_losses(&mut ours);
    ours
}

fn double() -> LossKinds<f64> {
    let mut ours = LossKinds::none();
    visit_losses(&mut ours);
    ours
}

impl LossVisitor for LossKinds<f32> {
    fn visit<L: Loss<f32> + Loss<f64> + LossReference + Described + 'static>(&mut self) {
        self.push::<L>();
    }
}

impl LossVisitor for LossKinds<f64> {
    fn visit<L: Loss<f32> + Loss<f64> + LossReference + Described + 'static>(&mut self) {
        self.push::<L>();
    }
}
