use std::any::Any;
use std::cell::RefCell;

use densely_layers::{Dropout, InputNoise, Linear, PRelu, Sequential};
use densely_tensor::{Key, Mat, Purpose, Scalar, ShapeError, Stream, matrix_bytes};

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

    /// The parameters of the network, in their order: of each fully-connected layer its weight
    /// and its bias, and after it the slopes of its activation, if it has any.
    ///
    /// Nothing is allocated: this is what a network will need, before there is one.
    ///
    /// ```
    /// use densely_models::Mlp;
    ///
    /// let spec = Mlp::classifier(3, 2).hidden([4]);
    /// let sizes: Vec<_> = spec.parameter_slots()?.map(|slot| (slot.rows, slot.columns)).collect();
    /// assert_eq!(sizes, [(4, 3), (4, 1), (2, 4), (2, 1)]);
    /// # Ok::<(), densely_models::ModelError>(())
    /// ```
    ///
    /// # Errors
    /// If a width is zero, an option is out of its range, or there are not as many activations
    /// as hidden layers.
    pub fn parameter_slots(&self) -> Result<impl Iterator<Item = ParameterSlot>, ModelError> {
        self.check()?;
        let last = (self.outputs, ActivationKind::Identity);
        let layers = self.hidden_layers().chain([last]);
        let inputs = [self.inputs].into_iter().chain(self.hidden.iter().copied());
        let noise = usize::from(self.input_noise != 0.0);
        let between = 2 + usize::from(self.dropout != 0.0);
        let of_layer = move |(layer, (columns, (units, activation))): (usize, (usize, _))| {
            let activation: ActivationKind = activation;
            let rows = units * activation.inputs_per_unit();
            let slot = |stage, name, rows, columns| {
                Some(ParameterSlot { layer, stage, name, rows, columns })
            };
            let stage = noise + between * layer;
            let slope = match activation {
                ActivationKind::PRelu => slot(stage + 1, "slope", units, 1),
                ActivationKind::SharedPRelu => slot(stage + 1, "slope", 1, 1),
                _ => None,
            };
            let weight = slot(stage, "weight", rows, columns);
            [weight, slot(stage, "bias", rows, 1), slope].into_iter().flatten()
        };
        Ok(inputs.zip(layers).enumerate().flat_map(of_layer))
    }

    /// The network, with weights drawn from the seed: each layer from a stream of its
    /// own, by the initialiser that suits the activation after it.
    ///
    /// # Errors
    /// If a width is zero, an option is out of its range, there are not as many activations as
    /// hidden layers, or the parameters and their gradients take more memory than there is.
    pub fn build<T: Scalar>(&self) -> Result<Model<T>, ModelError> {
        self.assemble(|slot: ParameterSlot| {
            let (rows, columns) = (slot.rows, slot.columns);
            Ok(match slot.name {
                "weight" => {
                    let activation = self.activation_after(slot.layer);
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
        self.check_sizes::<T>()?;
        let values = self.parameter_slots()?.map(|slot| {
            let value = parameter(slot)?;
            slot.check(value.as_ref())?;
            Ok(value)
        });
        let values = values.collect::<Result<Vec<_>, E>>()?.into_iter();
        let values = RefCell::new(Some(values));
        let model: Result<_, ModelError> =
            in_precision(|| self.single(&values), || self.double(&values));
        Ok(model?)
    }

    fn single(&self, values: &dyn Any) -> Result<Model<f32>, ModelError> {
        self.model(values)
    }

    fn double(&self, values: &dyn Any) -> Result<Model<f64>, ModelError> {
        self.model(values)
    }

    /// The network with these parameters, which are an iterator over matrices of `T`.
    fn model<T: Scalar>(&self, values: &dyn Any) -> Result<Model<T>, ModelError> {
        let values = values.downcast_ref::<RefCell<Option<std::vec::IntoIter<Mat<T>>>>>();
        let values = values.and_then(RefCell::take);
        let mut values = values.expect("the parameters are of the precision of the network");
        let mut next = || values.next().expect("there is a value for each slot");

        let mut network = Sequential::new(self.inputs)?;
        if self.input_noise != 0.0 {
            network.push(InputNoise::new(self.input_noise)?)?;
        }
        for (units, activation) in self.hidden_layers() {
            network.push(Linear::from_parts(next(), next())?)?;
            match activation {
                ActivationKind::PRelu => network.push(PRelu::from_slopes(next())?)?,
                ActivationKind::SharedPRelu => network.push(PRelu::shared(next()[(0, 0)]))?,
                other => network.push_boxed(other.layer(units)?)?,
            }
            if self.dropout != 0.0 {
                network.push(Dropout::new(self.dropout)?)?;
            }
        }
        network.push(Linear::from_parts(next(), next())?)?;
        Ok(Model::from_boxed(network, self.loss.loss()))
    }

    fn activation_after(&self, layer: usize) -> ActivationKind {
        match self.activations.len() {
            _ if layer >= self.hidden.len() => ActivationKind::Identity,
            given => self.activations[layer % given],
        }
    }

    /// Whether there are as many activations as hidden layers, with values in range, and no
    /// width is zero.
    fn check(&self) -> Result<(), ModelError> {
        ShapeError::expect_some("Sequential", "inputs", self.inputs)?;
        ShapeError::expect_some("Linear", "outputs", self.outputs)?;
        let (hidden, given) = (self.hidden.len(), self.activations.len());
        if given != 1 {
            ShapeError::expect("Mlp", "activations", hidden, given)?;
        }
        self.activations.iter().try_for_each(|activation| activation.check())?;
        for (units, activation) in self.hidden_layers() {
            match units.checked_mul(activation.inputs_per_unit()) {
                Some(rows) => ShapeError::expect_some("Linear", "outputs", rows)?,
                None => return Err(self.uncountable()),
            }
        }
        Ok(())
    }

    /// The error of a network with a layer of more rows than there are numbers for.
    fn uncountable(&self) -> ModelError {
        let last = (self.outputs, ActivationKind::Identity);
        let inputs = [self.inputs].into_iter().chain(self.hidden.iter().copied());
        let of_layer = |(inputs, (units, activation)): (usize, (usize, ActivationKind))| {
            let rows = units as u128 * activation.inputs_per_unit() as u128;
            rows.saturating_mul(inputs as u128 + 1)
        };
        let layers = inputs.zip(self.hidden_layers().chain([last]));
        let parameters = layers.map(of_layer).fold(0_u128, u128::saturating_add);
        // In the narrowest type.
        let bytes = parameters.saturating_mul(2 * size_of::<f32>() as u128);
        ModelError::TooLarge { parameters, bytes }
    }

    /// Whether there is memory for the parameters and, as large, their gradients.
    fn check_sizes<T: Scalar>(&self) -> Result<(), ModelError> {
        let (mut parameters, mut bytes) = (0_u128, 0_u128);
        for slot in self.parameter_slots()? {
            let entries = (slot.rows as u128).saturating_mul(slot.columns as u128);
            let of_slot = matrix_bytes::<T>(slot.rows, slot.columns).saturating_mul(2);
            parameters = parameters.saturating_add(entries);
            bytes = bytes.saturating_add(of_slot);
        }
        let there_is = ShapeError::expect_memory("Mlp", "the parameters", bytes);
        there_is.map_err(|_| ModelError::TooLarge { parameters, bytes })
    }
}
