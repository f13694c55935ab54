use std::fmt;

use densely_tensor::{Scalar, ShapeError, in_precision};

use crate::activations::{ActivationVisitor, visit_activations};
use crate::{
    Activation, Described, Dropout, InputNoise, Kind, KindError, Layer, LayerKind, LayerPlan,
    Linear, Maxout, Options, PRelu, Spec,
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
    entries: Vec<Entry<T>>,
}

/// What is known of one kind: the functions of its [`LayerKind`].
#[derive(Clone, Copy)]
struct Entry<T> {
    spec: Spec,
    activation: bool,
    from_options: fn(&Options<'_>, usize) -> Result<Box<dyn Layer<T>>, ShapeError>,
    inputs_per_output: fn(&Options<'_>) -> usize,
    plan: fn(&Options<'_>, usize) -> Result<LayerPlan, ShapeError>,
}

/// A known kind with options in range: a layer, but for the number of its inputs.
#[derive(Debug)]
pub struct KnownLayer<'a, T> {
    entry: &'a Entry<T>,
    options: Options<'static>,
}

impl<T: Scalar> LayerKinds<T> {
    /// Ours.
    #[must_use]
    pub fn new() -> Self {
        Self { entries: in_precision(single, double) }
    }

    /// With one more.
    ///
    /// # Panics
    /// If one of its names is taken.
    #[must_use]
    pub fn with<L: LayerKind<T>>(mut self) -> Self {
        for name in L::SPEC.names() {
            assert!(self.find(name).is_none(), "there is a layer of the name {name} already");
        }
        self.entries.push(Entry::of::<L>());
        self
    }

    /// What is known of each, in their order.
    pub fn specs(&self) -> impl Iterator<Item = &Spec> {
        self.entries.iter().map(|entry| &entry.spec)
    }

    /// What is known of those that may stand for the activation of hidden units.
    pub fn activations(&self) -> impl Iterator<Item = &Spec> {
        self.entries.iter().filter(|entry| entry.activation).map(|entry| &entry.spec)
    }

    /// The names of those that may stand for the activation of hidden units.
    #[must_use]
    pub fn activation_names(&self) -> Vec<&'static str> {
        self.activations().flat_map(Spec::names).collect()
    }

    /// A layer by its kind.
    ///
    /// # Errors
    /// [`KindError`] for a name that is not known, or options that it does not have.
    pub fn get(&self, kind: impl Into<Kind>) -> Result<KnownLayer<'_, T>, KindError> {
        self.known("layer", &kind.into(), self.specs())
    }

    /// An activation of hidden units by its kind.
    ///
    /// # Errors
    /// As [`get`](Self::get), and for a layer that is no activation.
    pub fn activation(&self, kind: impl Into<Kind>) -> Result<KnownLayer<'_, T>, KindError> {
        self.known("activation", &kind.into(), self.activations())
    }

    fn known<'a>(
        &'a self,
        family: &'static str,
        kind: &Kind,
        choices: impl Iterator<Item = &'a Spec>,
    ) -> Result<KnownLayer<'a, T>, KindError> {
        let entry = self.find(kind.name()).filter(|entry| family == "layer" || entry.activation);
        let Some(entry) = entry else { return Err(KindError::unknown(family, kind, choices)) };
        Ok(KnownLayer { entry, options: entry.spec.read(kind)? })
    }

    fn find(&self, name: &str) -> Option<&Entry<T>> {
        self.entries.iter().find(|entry| entry.spec.names().any(|known| known == name))
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
        (self.entry.inputs_per_output)(&self.options)
    }

    /// The kind, with the options that are not as by default.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.entry.spec.kind(self.options.values())
    }

    /// How large it will be.
    ///
    /// # Errors
    /// If it does not take so many inputs.
    pub fn plan(&self, inputs: usize) -> Result<LayerPlan, ShapeError> {
        (self.entry.plan)(&self.options, inputs)
    }

    /// The layer.
    ///
    /// # Errors
    /// If it does not take so many inputs, or there is no memory for it.
    pub fn layer(&self, inputs: usize) -> Result<Box<dyn Layer<T>>, ShapeError> {
        (self.entry.from_options)(&self.options, inputs)
    }
}

impl<T: Scalar> Entry<T> {
    fn of<L: LayerKind<T>>() -> Self {
        Self {
            spec: L::SPEC,
            activation: L::ACTIVATION,
            from_options: |options, inputs| Ok(Box::new(L::from_options(options, inputs)?)),
            inputs_per_output: L::inputs_per_output,
            plan: L::plan,
        }
    }
}

impl<T> fmt::Debug for Entry<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.spec.name())
    }
}

// Functions that are not generic are compiled here.

fn single() -> Vec<Entry<f32>> {
    ours()
}

fn double() -> Vec<Entry<f64>> {
    ours()
}

fn ours<T: Scalar>() -> Vec<Entry<T>> {
    struct Activations<T>(Vec<Entry<T>>);
    impl<T: Scalar> ActivationVisitor for Activations<T> {
        fn visit<A: Activation + Described + Copy + 'static>(&mut self) {
            self.0.push(Entry::of::<A>());
        }
    }
    let mut activations = Activations(Vec::new());
    visit_activations(&mut activations);
    let mut entries = activations.0;
    entries.extend([
        Entry::of::<PRelu<T>>(),
        Entry::of::<Maxout>(),
        Entry::of::<Linear<T>>(),
        Entry::of::<Dropout>(),
        Entry::of::<InputNoise>(),
    ]);
    entries
}
