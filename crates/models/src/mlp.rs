use densely_layers::{Kind, KnownLayer, Layer, LayerKinds};
use densely_tensor::{Mat, Scalar, ShapeError};

use crate::{Model, ModelError, ParameterSlot, Registry, network};

/// A multi-layer perceptron, described: layers of neurons, each connected to every
/// neuron of the layer before, with an activation after every layer but the last.
///
/// `scores = W_N a(... a(W_2 a(W_1 x + b_1) + b_2) ...) + b_N`
///
/// The last layer has no activation: its outputs are scores of classes, or real values.
/// An N-layer network has N weight matrices; the input does not count as a layer, so
/// without hidden layers it is a linear model.
///
/// This is a plain description, which says everything about a network but its weights;
/// [`build`](Mlp::build) draws those.
///
/// ```
/// use densely_layers::{Maxout, Tanh};
/// use densely_models::Mlp;
///
/// // The two networks of the notes, and their numbers of learnable parameters.
/// let two_layers = Mlp::classifier(3, 2).hidden([4]).build::<f32>()?;
/// let three_layers = Mlp::regressor(3, 1)
///     .hidden([4, 4])
///     .activation(Tanh)
///     .build::<f32>()?;
/// assert_eq!((two_layers.parameters(), three_layers.parameters()), (26, 41));
///
/// // A maxout unit of two pieces has twice the parameters: 2 · 16 + 10.
/// let maxout = Mlp::classifier(3, 2).hidden([4]).activation(Maxout::new(2)?);
/// assert_eq!(maxout.build::<f32>()?.parameters(), 42);
/// # Ok::<(), densely_models::ModelError>(())
/// ```
///
/// CS231n, Neural Networks 1, "Neural Network architectures".
#[derive(Debug, Clone, PartialEq)]
pub struct Mlp {
    inputs: usize,
    outputs: usize,
    hidden: Vec<usize>,
    activations: Vec<Kind>,
    dropout: f64,
    input_noise: f64,
    loss: Kind,
    seed: u64,
}

impl Mlp {
    /// A network that tells `classes` classes apart, with the softmax loss.
    #[must_use]
    pub fn classifier(inputs: usize, classes: usize) -> Self {
        Self {
            inputs,
            outputs: classes,
            hidden: Vec::new(),
            activations: vec![Kind::new("relu")],
            dropout: 0.0,
            input_noise: 0.0,
            loss: Kind::new("softmax"),
            seed: 0,
        }
    }

    /// A network that tells two classes apart by one score, with the logistic loss.
    #[must_use]
    pub fn binary_classifier(inputs: usize) -> Self {
        Self { loss: Kind::new("logistic"), ..Self::classifier(inputs, 1) }
    }

    /// A network that predicts `outputs` real values, with the mean squared error.
    #[must_use]
    pub fn regressor(inputs: usize, outputs: usize) -> Self {
        Self { loss: Kind::new("mse"), ..Self::classifier(inputs, outputs) }
    }

    /// The widths of the hidden layers, first to last; none by default.
    #[must_use]
    pub fn hidden(self, widths: impl Into<Vec<usize>>) -> Self {
        Self { hidden: widths.into(), ..self }
    }

    /// The activation of all hidden layers; ReLU by default. An activation itself says which it
    /// is, and so does a text, as `"leaky-relu(0.1)"` or `"prelu"`.
    #[must_use]
    pub fn activation(self, activation: impl Into<Kind>) -> Self {
        self.activations([activation])
    }

    /// The activation of each hidden layer, first to last; a single one is that of all.
    ///
    /// ```
    /// use densely_models::Mlp;
    ///
    /// let mixed = ["gelu", "prelu"];
    /// let model = Mlp::classifier(3, 2).hidden([4, 5]).activations(mixed).build::<f32>()?;
    /// // PReLU learns a slope for each of its 5 units.
    /// assert_eq!(model.parameters(), (3 * 4 + 4) + (4 * 5 + 5) + 5 + (5 * 2 + 2));
    /// # Ok::<(), densely_models::ModelError>(())
    /// ```
    #[must_use]
    pub fn activations<K: Into<Kind>>(self, activations: impl IntoIterator<Item = K>) -> Self {
        Self { activations: activations.into_iter().map(K::into).collect(), ..self }
    }

    /// The probability to drop a unit of a hidden layer in training ([`Dropout`](densely_layers::Dropout)); 0, for
    /// no dropout, by default.
    #[must_use]
    pub fn dropout(self, drop_probability: f64) -> Self {
        Self { dropout: drop_probability, ..self }
    }

    /// The standard deviation of noise on the inputs in training ([`InputNoise`](densely_layers::InputNoise)); 0, for
    /// no noise, by default.
    #[must_use]
    pub fn input_noise(self, standard_deviation: f64) -> Self {
        Self { input_noise: standard_deviation, ..self }
    }

    /// The loss. A loss itself says which it is, and so does a text, as `"huber(2)"`.
    #[must_use]
    pub fn loss(self, loss: impl Into<Kind>) -> Self {
        Self { loss: loss.into(), ..self }
    }

    /// The seed of the initial weights; 0 by default.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// The number of inputs.
    #[must_use]
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// The number of outputs.
    #[must_use]
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// The widths of the hidden layers.
    #[must_use]
    pub fn hidden_widths(&self) -> &[usize] {
        &self.hidden
    }

    /// The activations as they were given: one for all hidden layers, or one for each.
    #[must_use]
    pub fn activation_kinds(&self) -> &[Kind] {
        &self.activations
    }

    /// The width and the activation of each hidden layer.
    pub fn hidden_layers(&self) -> impl Iterator<Item = (usize, &Kind)> {
        self.hidden.iter().copied().zip(self.activations.iter().cycle())
    }

    /// The probability to drop a unit of a hidden layer in training.
    #[must_use]
    pub fn drop_probability(&self) -> f64 {
        self.dropout
    }

    /// The standard deviation of noise on the inputs in training.
    #[must_use]
    pub fn input_noise_deviation(&self) -> f64 {
        self.input_noise
    }

    /// The loss.
    #[must_use]
    pub fn loss_kind(&self) -> &Kind {
        &self.loss
    }

    /// The seed of the initial weights.
    #[must_use]
    pub fn random_seed(&self) -> u64 {
        self.seed
    }

    /// The layers, first to last: what the network is.
    ///
    /// ```
    /// use densely_layers::Kind;
    /// use densely_models::Mlp;
    ///
    /// let mlp = Mlp::classifier(3, 2).hidden([4]).activation("maxout").dropout(0.5);
    /// let layers = Kind::list("linear(8), maxout, dropout(0.5), linear(2)")?;
    /// assert_eq!(mlp.layers()?, layers);
    /// # Ok::<(), densely_models::ModelError>(())
    /// ```
    ///
    /// # Errors
    /// If there are not as many activations as hidden layers, or one is not known.
    pub fn layers(&self) -> Result<Vec<Kind>, ModelError> {
        self.layers_with(&LayerKinds::<f32>::new())
    }

    fn layers_with<T: Scalar>(&self, known: &LayerKinds<T>) -> Result<Vec<Kind>, ModelError> {
        let (hidden, given) = (self.hidden.len(), self.activations.len());
        if given != 1 {
            ShapeError::expect("Mlp", "activations", hidden, given)?;
        }
        for &units in self.hidden.iter().chain([&self.outputs]) {
            ShapeError::expect_some("Linear", "outputs", units)?;
        }
        let activations = self.activations.iter().map(|kind| known.activation(kind));
        let activations = activations.collect::<Result<Vec<_>, _>>()?;
        let mut layers = Vec::new();
        if self.input_noise != 0.0 {
            layers.push(Kind::new("input-noise").with(self.input_noise));
        }
        for (&units, activation) in self.hidden.iter().zip(activations.iter().cycle()) {
            let outputs = units.checked_mul(activation.inputs_per_output());
            let outputs = outputs.ok_or_else(|| self.uncountable(&activations))?;
            layers.push(Kind::new("linear").with(outputs));
            layers.push(activation.kind());
            if self.dropout != 0.0 {
                layers.push(Kind::new("dropout").with(self.dropout));
            }
        }
        layers.push(Kind::new("linear").with(self.outputs));
        Ok(layers)
    }

    /// The error of a network with a layer of more rows than there are numbers for.
    fn uncountable<T: Scalar>(&self, activations: &[KnownLayer<'_, T>]) -> ModelError {
        let pieces = activations.iter().map(|activation| activation.inputs_per_output() as u128);
        let (mut parameters, mut inputs) = (0_u128, self.inputs as u128);
        for (&units, pieces) in self.hidden.iter().zip(pieces.cycle()) {
            let rows = units as u128 * pieces;
            parameters = parameters.saturating_add(rows.saturating_mul(inputs + 1));
            inputs = units as u128;
        }
        parameters = parameters.saturating_add((inputs + 1) * self.outputs as u128);
        // In the narrowest type.
        let bytes = parameters.saturating_mul(2 * size_of::<f32>() as u128);
        ModelError::TooLarge { parameters, bytes }
    }

    /// The parameters of the network, in their order: of each fully-connected layer its weight
    /// and its bias, and after it the slopes of its activation, if it has any.
    ///
    /// This is what a network will need, before there is one.
    ///
    /// ```
    /// use densely_models::Mlp;
    ///
    /// let spec = Mlp::classifier(3, 2).hidden([4]);
    /// let sizes: Vec<_> =
    ///     spec.parameter_slots()?.iter().map(|slot| (slot.rows, slot.columns)).collect();
    /// assert_eq!(sizes, [(4, 3), (4, 1), (2, 4), (2, 1)]);
    /// # Ok::<(), densely_models::ModelError>(())
    /// ```
    ///
    /// # Errors
    /// If a width is zero, an option is out of its range, or there are not as many activations
    /// as hidden layers.
    pub fn parameter_slots(&self) -> Result<Vec<ParameterSlot>, ModelError> {
        let known = LayerKinds::<f32>::new();
        network::slots(self.inputs, &self.layers_with(&known)?, &known)
    }

    /// The network, with weights drawn from the seed: each layer from a stream of its
    /// own, by the initialiser that suits the activation after it.
    ///
    /// # Errors
    /// If a width is zero, an option is out of its range, there are not as many activations as
    /// hidden layers, or the parameters and their gradients take more memory than there is.
    pub fn build<T: Scalar>(&self) -> Result<Model<T>, ModelError> {
        self.build_with(&Registry::new())
    }

    /// [`build`](Self::build) with activations and a loss that are known here: ours, and yours.
    ///
    /// ```
    /// use densely_layers::{Activation, Described, Options, Spec};
    /// use densely_models::{Mlp, Registry};
    /// use densely_tensor::Real;
    ///
    /// #[derive(Debug, Clone)]
    /// struct Square;
    ///
    /// impl Activation for Square {
    ///     #[inline(always)]
    ///     fn f<R: Real>(&self, x: R) -> R {
    ///         x * x
    ///     }
    ///     #[inline(always)]
    ///     fn df<R: Real>(&self, x: R, _y: R) -> R {
    ///         x + x
    ///     }
    /// }
    ///
    /// impl Described for Square {
    ///     const SPEC: Spec = Spec::new("square", "x times x");
    ///     fn from_options(_options: &Options) -> Self {
    ///         Self
    ///     }
    /// }
    ///
    /// let known = Registry::<f32>::new().layer::<Square>();
    /// let model = Mlp::regressor(2, 1).hidden([8]).activation(Square).build_with(&known)?;
    /// assert_eq!(model.network().stages()[1].layer().kind().name(), "square");
    /// # Ok::<(), densely_models::ModelError>(())
    /// ```
    ///
    /// # Errors
    /// As [`build`](Self::build).
    pub fn build_with<T: Scalar>(&self, known: &Registry<T>) -> Result<Model<T>, ModelError> {
        let layers = self.layers_with(known.layers())?;
        let mut model = Model::of_kinds(self.inputs, &layers, &self.loss, known)?;
        model.draw_weights(self.seed);
        Ok(model)
    }

    /// The network, with each parameter from `parameter`, which is asked for them in the order
    /// of [`parameter_slots`](Self::parameter_slots), once all sizes are known to fit into
    /// memory.
    ///
    /// # Errors
    /// As [`build`](Self::build); also the errors of `parameter`, and if a parameter has
    /// another shape than its slot.
    pub fn assemble<T: Scalar, E: From<ModelError>>(
        &self,
        mut parameter: impl FnMut(ParameterSlot) -> Result<Mat<T>, E>,
    ) -> Result<Model<T>, E> {
        let known = Registry::new();
        let layers = self.layers_with(known.layers())?;
        let mut slots = network::slots(self.inputs, &layers, known.layers())?.into_iter();
        let mut model = Model::of_kinds(self.inputs, &layers, &self.loss, &known)?;
        let mut result = Ok(());
        model.network_mut().visit_params_mut(&mut |param| {
            let slot = slots.next().expect("there is a slot for each parameter");
            if result.is_ok() {
                result = parameter(slot).and_then(|value| {
                    slot.check(value.as_ref())?;
                    param.value = value;
                    Ok(())
                });
            }
        });
        result.map(|()| model)
    }
}
