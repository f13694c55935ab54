use std::fmt;

use densely_parts::Kinds;
use densely_tensor::kernels::in_precision;
use densely_tensor::{Scalar, ShapeError};

use crate::activations::{ActivationVisitor, visit_activations};
use crate::layers::{LayerVisitor, visit_layers};
use crate::{
    Activation, Described, Kind, KindError, Layer, LayerKind, LayerPlan, Options, Reference, Spec,
};

/// The layers that are known by their names: ours, and yours once they are
/// [registered](Self::with).
///
/// ```
/// use densely_layers::{Kind, LayerKinds};
///
/// let known = LayerKinds::<f32>::new();
/// let layer = known.get("leaky-relu(0.1)")?.layer(8)?;
/// assert_eq!(layer.kind(), Kind::new("leaky-relu").with(0.1));
/// assert!(known.get("leeky-relu").is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct LayerKinds<T> {
    kinds: Kinds<Maker<T>>,
}

/// The functions of a [`LayerKind`].
#[derive(Clone, Copy)]
struct Maker<T> {
    spec: Spec,
    activation: bool,
    from_options: fn(&Options, usize) -> Made<T>,
    inputs_per_output: fn(&Options) -> usize,
    plan: fn(&Options, usize) -> Result<LayerPlan, ShapeError>,
}

type Made<T> = Result<Box<dyn Layer<T>>, ShapeError>;

/// A known kind with options in range: a layer, but for the number of its inputs.
#[derive(Debug)]
pub struct KnownLayer<'a, T> {
    maker: &'a Maker<T>,
    options: Options,
}

impl<T: Scalar> LayerKinds<T> {
    /// Ours.
    #[must_use]
    pub fn new() -> Self {
        in_precision(|| Ours::new().single, || Ours::new().double)
    }

    /// With one more.
    ///
    /// # Panics
    /// If one of its names is taken.
    #[must_use]
    pub fn with<L: LayerKind<T>>(mut self) -> Self {
        self.push::<L>();
        self
    }

    fn push<L: LayerKind<T>>(&mut self) {
        let maker = Maker {
            spec: L::SPEC,
            activation: L::ACTIVATION,
            from_options: |options, inputs| Ok(Box::new(L::from_options(options, inputs)?)),
            inputs_per_output: L::inputs_per_output,
            plan: L::plan,
        };
        self.kinds.push(L::SPEC, maker);
    }

    /// What is known of each, in their order.
    pub fn specs(&self) -> impl Iterator<Item = &Spec> {
        self.kinds.specs()
    }

    /// The names of those that may stand for the activation of hidden units.
    #[must_use]
    pub fn activation_names(&self) -> Vec<&'static str> {
        let is_one = |spec: &&Spec| self.activation(spec.name()).is_ok();
        self.specs().filter(is_one).flat_map(Spec::names).collect()
    }

    /// A layer by its kind.
    ///
    /// # Errors
    /// [`KindError`] for a name that is not known, or options that it does not have.
    pub fn get(&self, kind: impl Into<Kind>) -> Result<KnownLayer<'_, T>, KindError> {
        let (maker, options) = self.kinds.get(&kind.into())?;
        Ok(KnownLayer { maker, options })
    }

    /// An activation of hidden units by its kind.
    ///
    /// # Errors
    /// As [`get`](Self::get), and for a layer that is no activation.
    pub fn activation(&self, kind: impl Into<Kind>) -> Result<KnownLayer<'_, T>, KindError> {
        let is_one = |maker: &Maker<T>| maker.activation;
        let (maker, options) = self.kinds.get_among("activation", &kind.into(), is_one)?;
        Ok(KnownLayer { maker, options })
    }
}

impl<T: Scalar> Default for LayerKinds<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Scalar> KnownLayer<'_, T> {
    /// How many inputs it needs for each of its outputs.
    #[must_use]
    pub fn inputs_per_output(&self) -> usize {
        (self.maker.inputs_per_output)(&self.options)
    }

    /// The kind, with the options that are not as by default.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.maker.spec.kind(self.options.values())
    }

    /// How large it will be.
    ///
    /// # Errors
    /// If it does not take so many inputs.
    pub fn plan(&self, inputs: usize) -> Result<LayerPlan, ShapeError> {
        (self.maker.plan)(&self.options, inputs)
    }

    /// The layer.
    ///
    /// # Errors
    /// If it does not take so many inputs, or there is no memory for it.
    pub fn layer(&self, inputs: usize) -> Result<Box<dyn Layer<T>>, ShapeError> {
        (self.maker.from_options)(&self.options, inputs)
    }
}

impl<T> fmt::Debug for Maker<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.spec.name())
    }
}

// Functions that are not generic are compiled here.

/// Ours, of both types.
struct Ours {
    single: LayerKinds<f32>,
    double: LayerKinds<f64>,
}

impl Ours {
    fn new() -> Self {
        let (single, double) = (Kinds::new("layer"), Kinds::new("layer"));
        let mut ours =
            Self { single: LayerKinds { kinds: single }, double: LayerKinds { kinds: double } };
        visit_activations(&mut ours);
        visit_layers(&mut ours);
        ours
    }

    fn push<D: LayerKind<f64>, S: LayerKind<f32>>(&mut self) {
        self.single.push::<S>();
        self.double.push::<D>();
    }
}

impl LayerVisitor for Ours {
    fn visit<D: LayerKind<f64> + Reference, S: LayerKind<f32>>(&mut self) {
        self.push::<D, S>();
    }

    fn visit_random<D: LayerKind<f64>, S: LayerKind<f32>>(&mut self) {
        self.push::<D, S>();
    }
}

impl ActivationVisitor for Ours {
    fn visit<A: Activation + Described + Copy + 'static>(&mut self) {
        self.push::<A, A>();
    }
}
