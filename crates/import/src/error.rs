use std::io;

use densely_files::FileError;
use densely_models::ModelError;
use densely_parts::shortened;
use thiserror::Error;

/// Why a network is not imported.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ImportError {
    /// The file cannot be read.
    #[error("{0}")]
    File(#[from] io::Error),
    /// A file of something else.
    #[error(
        "this is {found}, and not a state dict as safetensors, a file of `torch.save`, an NPZ of arrays, or a file of Keras: \
         {remedy}"
    )]
    Format {
        /// What it looks like.
        found: &'static str,
        /// What to do.
        remedy: &'static str,
    },
    /// A file that is truncated or damaged.
    #[error("the file is damaged ({0})")]
    Damaged(String),
    /// A part of the program that this build was made without.
    #[error("this build was made without {format}: build it with the feature `{feature}`")]
    Feature {
        /// The format.
        format: &'static str,
        /// The feature of the crate.
        feature: &'static str,
    },
    /// An array that cannot be read.
    #[error(transparent)]
    Array(#[from] FileError),
    /// A model of Keras that is not a chain of fully-connected layers and activations.
    #[error(
        "`{layer}` is {what}: of Keras, a chain of `Dense` layers and activations is imported, with nothing in front; leave out the rest, \
         or write the weights alone by `model.save_weights(\"model.weights.h5\")`, and give --activation"
    )]
    Keras {
        /// What the layer is called.
        layer: String,
        /// What is wrong with it.
        what: String,
    },
    /// There is no layer in it.
    #[error(
        "there is no fully-connected layer in it, as `0.weight` of [outputs, inputs] or `coefs_0` of [inputs, outputs]; \
         found {found}"
    )]
    NoLayers {
        /// The tensors.
        found: String,
    },
    /// Tensors of something else than fully-connected layers.
    #[error(
        "{tensors} belong to no fully-connected layer or PReLU, and nothing else is imported: leave them out, merge them into the \
         layers, or say with a prefix which tensors to take"
    )]
    Other {
        /// The tensors.
        tensors: String,
    },
    /// Arrays of which no weights and biases can be made.
    #[error(
        "weights of [inputs, outputs] and biases of [outputs] should come in pairs, in the order of their names, as \
         `coefs_0` and `intercepts_0`; found {found}"
    )]
    Pairs {
        /// The arrays.
        found: String,
    },
    /// Layers that do not fit each other, or in several ways.
    #[error("the layers {layers} {problem}: give their order, as --layers {example}")]
    Order {
        /// The layers with their shapes.
        layers: String,
        /// What is wrong.
        problem: &'static str,
        /// How an order is given.
        example: String,
    },
    /// Layers that fit each other only from the last to the first.
    #[error(
        "the layers {layers} fit each other only in the reverse of the order of their numbers: are their weights transposed? \
         They are [outputs, inputs] in a state dict; transpose them, or give the order, as --layers {example}"
    )]
    Backwards {
        /// The layers with their shapes, in the order of their numbers.
        layers: String,
        /// The order in which they fit.
        example: String,
    },
    /// A layer that was asked for and is not there.
    #[error("there is no layer `{name}`; the layers are {layers}")]
    UnknownLayer {
        /// What was asked for.
        name: String,
        /// Those that there are.
        layers: String,
    },
    /// A network with hidden layers needs to know what is between them.
    #[error(
        "the file does not say what is between the layers {layers}: give it, as --activation relu, or identity for \
         nothing"
    )]
    NoActivation {
        /// The layers with their shapes.
        layers: String,
    },
    /// As many activations as there are no hidden layers.
    #[error(
        "activations: expected one for all, or {hidden}, and perhaps one behind the last layer; got {given}"
    )]
    Activations {
        /// How many were given.
        given: usize,
        /// How many are needed.
        hidden: usize,
    },
    /// An activation with parameters that the file does not have.
    #[error(
        "activations: {kind} has parameters of its own, which the file does not have where it is given: leave out those that \
         the file has, and name what is behind the other layers"
    )]
    LearntActivation {
        /// Which it is.
        kind: String,
    },
    /// Another activation than the file says.
    #[error("the file says the activation is {said}, and {given} is given: leave --activation out")]
    OtherActivation {
        /// What the file says.
        said: String,
        /// What is given.
        given: String,
    },
    /// Outputs of which several may be true.
    #[error(
        "each of the {outputs} outputs has a sigmoid, so that several may be true at once, and none is the class: with --task regress \
         the model predicts {outputs} numbers, the probabilities"
    )]
    SeveralLabels {
        /// How many there are.
        outputs: usize,
    },
    /// Probabilities of classes as numbers.
    #[error(
        "the outputs go through a softmax, so that they are scores of classes: leave --task regress out"
    )]
    SoftmaxOfNumbers,
    /// Neither classes nor numbers.
    #[error(
        "the file does not say whether its {outputs} outputs are scores of classes or numbers: give --task classify, \
         --classes NAMES or --task regress"
    )]
    NoTask {
        /// How many there are.
        outputs: usize,
    },
    /// Logarithms of numbers as scores of classes.
    #[error(
        "the outputs go through an exponential, so that they are logarithms of numbers: leave --task classify and --classes out"
    )]
    ExponentialOfClasses,
    /// Something else is made of the last scores than scikit-learn's networks make of them.
    #[error(
        "`out_activation_` is `{}`: expected identity, softmax, logistic or exp, as scikit-learn has them", shortened(.found)
    )]
    OutActivation {
        /// What it is.
        found: String,
    },
    /// Classes for a regression.
    #[error("names of classes are given, and the task is a regression: leave one of them out")]
    ClassesOfNumbers,
    /// As many names as there are no inputs, outputs, classes.
    #[error("{what}: expected {needed}, got {given}")]
    Names {
        /// What they are.
        what: &'static str,
        /// How many were given.
        given: usize,
        /// How many are needed.
        needed: usize,
    },
    /// A name that comes twice.
    #[error("{what}: `{name}` comes twice: each needs a name of its own")]
    Twice {
        /// What they are.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// A name without a letter.
    #[error("{what}: name {position} is empty: each needs a name")]
    Unnamed {
        /// What they are.
        what: &'static str,
        /// Which, from 1.
        position: usize,
    },
    /// A parameter that is NaN or infinite.
    #[error("`{0}` has a value that is not finite")]
    NotFinite(String),
    /// Parts that do not fit together.
    #[error(transparent)]
    Model(#[from] ModelError),
}
