use densely_layers::{Dropout, InputNoise, Layer, Linear, PRelu, Sequential};
use densely_tensor::{Key, Mat, Purpose, Scalar, ShapeError, Stream};

use crate::in_precision::in_precision;
use crate::{ActivationKind, LossKind, Model, ModelError, ParameterSlot};

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
/// use densely_models::{ActivationKind, Mlp};
///
/// // The two networks of the notes, and their numbers of learnable parameters.
/// let two_layers = Mlp::classifier(3, 2).hidden([4]).build::<f32>()?;
/// let three_layers = Mlp::regressor(3, 1)
///     .hidden([4, 4])
///     .activation(ActivationKind::Tanh)
///     .build::<f32>()?;
/// assert_eq!((two_layers.parameters(), three_layers.parameters()), (26, 41));
///
/// // A maxout unit of two pieces has twice the parameters: 2 · 16 + 10.
/// let maxout = Mlp::classifier(3, 2).hidden([4]).activation(ActivationKind::Maxout { pieces: 2 });
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
    activations: Vec<ActivationKind>,
    dropout: f64,
    input_noise: f64,
    loss: LossKind,
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
            activations: vec![ActivationKind::Relu],
            dropout: 0.0,
            input_noise: 0.0,
            loss: LossKind::Softmax,
            seed: 0,
        }
    }

    /// A network that tells two classes apart by one score, with the logistic loss.
    #[must_use]
    pub fn binary_classifier(inputs: usize) -> Self {
        Self { loss: LossKind::Logistic, ..Self::classifier(inputs, 1) }
    }

    /// A network that predicts `outputs` real values, with the mean squared error.
    #[must_use]
    pub fn regressor(inputs: usize, outputs: usize) -> Self {
        Self { loss: LossKind::MeanSquaredError, ..Self::classifier(inputs, outputs) }
    }

    /// The widths of the hidden layers, first to last; none by default.
    #[must_use]
    pub fn hidden(self, widths: impl Into<Vec<usize>>) -> Self {
        Self { hidden: widths.into(), ..self }
    }

    /// The activation of all hidden layers; ReLU by default.
    #[must_use]
    pub fn activation(self, activation: ActivationKind) -> Self {
        self.activations([activation])
    }

    /// The activation of each hidden layer, first to last; a single one is that of all.
    ///
    /// ```
    /// use densely_models::{ActivationKind, Mlp};
    ///
    /// let mixed = [ActivationKind::Gelu, ActivationKind::PRelu];
    /// let model = Mlp::classifier(3, 2).hidden([4, 5]).activations(mixed).build::<f32>()?;
    /// // PReLU learns a slope for each of its 5 units.
    /// assert_eq!(model.parameters(), (3 * 4 + 4) + (4 * 5 + 5) + 5 + (5 * 2 + 2));
    /// # Ok::<(), densely_models::ModelError>(())
    /// ```
    #[must_use]
    pub fn activations(self, activations: impl Into<Vec<ActivationKind>>) -> Self {
        Self { activations: activations.into(), ..self }
    }

    /// The probability to drop a unit of a hidden layer in training ([`Dropout`]); 0, for
    /// no dropout, by default.
    #[must_use]
    pub fn dropout(self, drop_probability: f64) -> Self {
        Self { dropout: drop_probability, ..self }
    }

    /// The standard deviation of noise on the inputs in training ([`InputNoise`]); 0, for
    /// no noise, by default.
    #[must_use]
    pub fn input_noise(self, standard_deviation: f64) -> Self {
        Self { input_noise: standard_deviation, ..self }
    }

    /// The loss.
    #[must_use]
    pub fn loss(self, loss: LossKind) -> Self {
        Self { loss, ..self }
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
    pub fn activation_kinds(&self) -> &[ActivationKind] {
        &self.activations
    }

    /// The width and the activation of each hidden layer.
    pub fn hidden_layers(&self) -> impl Iterator<Item = (usize, ActivationKind)> {
        self.hidden.iter().copied().zip(self.activations.iter().copied().cycle())
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
    pub fn loss_kind(&self) -> LossKind {
        self.loss
    }

    /// The seed of the initial weights.
    #[must_use]
    pub fn random_seed(&self) -> u64 {
        self.seed
    }

    /// The network, with weights drawn from the seed: each layer from a stream of its
    /// own, by the initialiser that suits the activation after it.
    ///
    /// # Errors
    /// If a width is zero, an option is out of its range, or there are not as many
    /// activations as hidden layers.
    pub fn build<T: Scalar>(&self) -> Result<Model<T>, ModelError> {
        self.assemble(|slot: ParameterSlot| {
            let (rows, columns) = (slot.rows, slot.columns);
            Ok(match slot.name {
                "weight" => {
                    let activation = self.hidden_layers().nth(slot.layer);
                    let (_, activation) = activation.unwrap_or((0, ActivationKind::Identity));
                    let key = Key { layer: slot.layer as u32, ..Key::default() };
                    let mut stream = Stream::new(self.seed, Purpose::Weights, key);
                    activation.initializer().matrix(rows, columns, &mut stream)
                }
                "slope" => {
                    Mat::from_fn(rows, columns, |_, _| T::from_f64(PRelu::<T>::INITIAL_SLOPE))
                }
                _ => Mat::zeros(rows, columns),
            })
        })
    }

    /// The network, with each parameter from `parameter`, which is asked for them in their
    /// order.
    ///
    /// # Errors
    /// As [`build`](Self::build); also the errors of `parameter`, and if a parameter has
    /// another shape than its slot.
    pub fn assemble<T: Scalar, E: From<ModelError>>(
        &self,
        mut parameter: impl FnMut(ParameterSlot) -> Result<Mat<T>, E>,
    ) -> Result<Model<T>, E> {
        let model: Result<_, ModelError> =
            in_precision(|| self.zero_single(), || self.zero_double());
        let mut model: Model<T> = model?;
        let mut slots = ParameterSlot::all(model.network()).into_iter();
        let mut filled = Ok(());
        model.network_mut().visit_params_mut(&mut |param| {
            let slot = slots.next().filter(|_| filled.is_ok());
            if let Some(slot) = slot {
                filled = parameter(slot).and_then(|value| {
                    slot.check(value.as_ref())?;
                    param.value = value;
                    Ok(())
                });
            }
        });
        filled.map(|()| model)
    }

    fn zero_single(&self) -> Result<Model<f32>, ModelError> {
        self.zero()
    }

    fn zero_double(&self) -> Result<Model<f64>, ModelError> {
        self.zero()
    }

    /// The network with parameters of zero.
    fn zero<T: Scalar>(&self) -> Result<Model<T>, ModelError> {
        self.check()?;
        let mut network = Sequential::new(self.inputs)?;
        if self.input_noise != 0.0 {
            network.push(InputNoise::new(self.input_noise)?)?;
        }
        let linear = |inputs, outputs| {
            Linear::from_parts(Mat::<T>::zeros(outputs, inputs), Mat::zeros(outputs, 1))
        };
        for (units, activation) in self.hidden_layers() {
            let rows = units.saturating_mul(activation.inputs_per_unit());
            network.push(linear(network.width(), rows)?)?;
            network.push_boxed(activation.layer(units)?)?;
            if self.dropout != 0.0 {
                network.push(Dropout::new(self.dropout)?)?;
            }
        }
        network.push(linear(network.width(), self.outputs)?)?;
        Ok(Model::from_boxed(network, self.loss.loss()))
    }

    /// Whether there are as many activations as hidden layers, with values in range.
    fn check(&self) -> Result<(), ModelError> {
        let (hidden, given) = (self.hidden.len(), self.activations.len());
        if given != 1 {
            ShapeError::expect("Mlp", "activations", hidden, given)?;
        }
        self.activations.iter().try_for_each(|activation| activation.check())
    }
}
