use densely_parts::{Described, Kind, KindError, Kinds, Options, Spec};
use densely_tensor::Scalar;
use densely_tensor::kernels::in_precision;

use crate::limits::{ClipNorm, ClipValue, MaxNorm};
use crate::optimizers::{OptimizerVisitor, visit_optimizers};
use crate::{Optimizer, Rule};

/// An optimiser that can be made from its kind: with it, one of your own is known by its name.
///
/// Every optimiser that is [`Described`] is one.
pub trait OptimizerKind<T: Scalar>: Optimizer<T> + Sized + 'static {
    /// What its kind is called, and its options.
    const SPEC: Spec;

    /// The optimiser with these options, which are those of [`SPEC`](Self::SPEC), in range. One
    /// around another makes that of `known`.
    ///
    /// # Errors
    /// If the other one is not known.
    fn from_options(options: &Options, known: &OptimizerKinds<T>) -> Result<Self, KindError>;
}

impl<T: Scalar, O: Optimizer<T> + Described + 'static> OptimizerKind<T> for O {
    const SPEC: Spec = <O as Described>::SPEC;

    fn from_options(options: &Options, _known: &OptimizerKinds<T>) -> Result<Self, KindError> {
        Ok(<O as Described>::from_options(options))
    }
}

/// The optimisers that are known by their names: ours, and yours once they are
/// [registered](Self::with).
///
/// What an option is by default in a name is what serves most people: `sgd` has momentum, and every
/// optimiser some weight decay. Their constructors begin with the plain equation.
///
/// ```
/// use densely_optim::{OptimizerKinds, Optimizer, Sgd};
/// use densely_parts::Kind;
///
/// let known = OptimizerKinds::<f32>::new();
/// let sgd = known.get("clip-norm(5, sgd(0.1, weight-decay=0))")?;
/// let same = Sgd::<f32>::new(0.1).momentum(0.9).clip_norm(5.0);
/// assert_eq!(sgd.kind(), Optimizer::<f32>::kind(&same));
/// assert_eq!(Kind::from(Sgd::<f32>::new(0.1)), "sgd(0.1, 0, weight-decay=0)".into());
/// # Ok::<(), densely_parts::KindError>(())
/// ```
#[derive(Debug, Clone)]
pub struct OptimizerKinds<T: Scalar> {
    kinds: Kinds<Maker<T>>,
}

type Maker<T> = fn(&Options, &OptimizerKinds<T>) -> Result<Box<dyn Optimizer<T>>, KindError>;

impl<T: Scalar> OptimizerKinds<T> {
    /// Ours.
    #[must_use]
    pub fn new() -> Self {
        in_precision(ours::<f32>, ours::<f64>)
    }

    /// With one more.
    ///
    /// # Panics
    /// If one of its names is taken.
    #[must_use]
    pub fn with<O: OptimizerKind<T>>(mut self) -> Self {
        self.push::<O>();
        self
    }

    fn push<O: OptimizerKind<T>>(&mut self) {
        self.kinds.push(O::SPEC, |options, known| Ok(Box::new(O::from_options(options, known)?)));
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

    /// An optimiser by its kind.
    ///
    /// # Errors
    /// [`KindError`] for a name that is not known, or options that it does not have.
    pub fn get(&self, kind: impl Into<Kind>) -> Result<Box<dyn Optimizer<T>>, KindError> {
        let (maker, options) = self.kinds.get(&kind.into())?;
        maker(&options, self)
    }

    /// The spec of a kind, and its options.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn read(&self, kind: &Kind) -> Result<(Spec, Options), KindError> {
        self.kinds.read(kind)
    }
}

impl<T: Scalar> Default for OptimizerKinds<T> {
    fn default() -> Self {
        Self::new()
    }
}

fn ours<T: Scalar>() -> OptimizerKinds<T> {
    struct Ours<T: Scalar>(OptimizerKinds<T>);
    impl<T: Scalar> OptimizerVisitor<T> for Ours<T> {
        fn visit<O: Optimizer<T> + Described + Rule + 'static>(&mut self) {
            self.0.push::<O>();
        }
    }
    let mut ours = Ours(OptimizerKinds { kinds: Kinds::new("optimiser") });
    visit_optimizers(&mut ours);
    ours.0.with::<ClipNorm<Box<dyn Optimizer<T>>>>().with::<ClipValue<_>>().with::<MaxNorm<_>>()
}
