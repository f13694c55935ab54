use densely_layers::{Linear, Sequential};
use densely_tensor::{Key, Purpose, Scalar, ShapeError, Stream};

use crate::{ActivationKind, LossKind, Model, ModelError};

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
/// # Ok::<(), densely_models::ModelError>(())
/// ```
///
/// CS231n, Neural Networks 1, "Neural Network architectures".
#[derive(Debug, Clone, PartialEq)]
pub struct Mlp {
    inputs: usize,
    outputs: usize,
    hidden: Vec<usize>,
    activation: ActivationKind,
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
            activation: ActivationKind::Relu,
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

    /// The activation of the hidden layers; ReLU by default.
    #[must_use]
    pub fn activation(self, activation: ActivationKind) -> Self {
        Self { activation, ..self }
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

    /// The activation of the hidden layers.
    #[must_use]
    pub fn activation_kind(&self) -> ActivationKind {
        self.activation
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

    /// The number of inputs and of outputs of each layer, first to last.
    pub fn layers(&self) -> impl Iterator<Item = (usize, usize)> {
        let inputs = [&self.inputs].into_iter().chain(&self.hidden);
        let outputs = self.hidden.iter().chain([&self.outputs]);
        inputs.zip(outputs).map(|(&inputs, &outputs)| (inputs, outputs))
    }

    /// The network, with weights drawn from the seed: each layer from a stream of its
    /// own, by the initialiser that suits the activation after it.
    ///
    /// # Errors
    /// If a width is zero.
    pub fn build<T: Scalar>(&self) -> Result<Model<T>, ModelError> {
        let linear = |(layer, (inputs, outputs))| {
            let last = layer == self.hidden.len();
            let activation = if last { ActivationKind::Identity } else { self.activation };
            let key = Key { layer: layer as u32, ..Key::default() };
            let mut stream = Stream::new(self.seed, Purpose::Weights, key);
            Linear::new(inputs, outputs, activation.initializer(), &mut stream)
        };
        self.assemble(self.layers().enumerate().map(linear).collect::<Result<_, _>>()?)
    }

    /// The network of these fully-connected layers, with the activations between them.
    ///
    /// # Errors
    /// If the layers are not as many or of other sizes than those of the description.
    pub fn assemble<T: Scalar>(&self, layers: Vec<Linear<T>>) -> Result<Model<T>, ModelError> {
        ShapeError::expect("Mlp", "layers", self.hidden.len() + 1, layers.len())?;
        let mut network = Sequential::new(self.inputs)?;
        for (layer, (_, outputs)) in layers.into_iter().zip(self.layers()) {
            if !network.stages().is_empty() {
                network.push_boxed(self.activation.layer())?;
            }
            network.push(layer)?;
            ShapeError::expect("Mlp", "outputs", outputs, network.width())?;
        }
        Ok(Model::from_boxed(network, self.loss.loss()))
    }
}
