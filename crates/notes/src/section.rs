//! The sections of the lecture that the experiments are from.

/// A section of the lecture, and what to know before its experiments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Section {
    /// Which part of "Neural Networks" it is in.
    part: u8,
    pub(crate) title: &'static str,
    /// The name of its place on the page of that part.
    anchor: &'static str,
    /// What it is about, in Markdown.
    pub(crate) context: &'static str,
}

impl Section {
    pub(crate) fn source(&self) -> String {
        format!("Neural Networks {}, \"{}\"", self.part, self.title)
    }

    pub(crate) fn link(&self) -> String {
        format!("https://cs231n.github.io/neural-networks-{}/#{}", self.part, self.anchor)
    }
}

pub(crate) const NEURON: Section = Section {
    part: 1,
    title: "Single neuron as a linear classifier",
    anchor: "classifier",
    context: "A neuron is a weighted sum of its inputs, a bias, and an activation function: \
              f(Σᵢ wᵢxᵢ + b). With a loss on its output it classifies; with a penalty on its weights, it \
              forgets.",
};

pub(crate) const ACTIVATIONS: Section = Section {
    part: 1,
    title: "Commonly used activation functions",
    anchor: "actfun",
    context: "The activation function decides what a neuron puts out. The section goes from the oldest to the \
              newest: the sigmoid, which goes flat and is not centred; tanh, which is centred; ReLU, which is \
              cheap and fast, and can die; leaky ReLU and maxout, which cannot. It ends with advice on which \
              to use.",
};

pub(crate) const ARCHITECTURES: Section = Section {
    part: 1,
    title: "Layer-wise organization",
    anchor: "layers",
    context: "Neurons in layers, each connected to all of the layer before, are a network. Its size is a matter \
              of counting.",
};

pub(crate) const FEED_FORWARD: Section = Section {
    part: 1,
    title: "Example feed-forward computation",
    anchor: "feedforward",
    context: "Layers make the computation short: all weights of a layer are one matrix, and all its neurons one \
              product.",
};

pub(crate) const POWER: Section = Section {
    part: 1,
    title: "Representational power",
    anchor: "power",
    context: "A network is a function for each setting of its weights. One hidden layer is enough for nearly all \
              functions, which leaves the question of what more layers are for.",
};

pub(crate) const SIZES: Section = Section {
    part: 1,
    title: "Setting number of layers and their sizes",
    anchor: "arch",
    context: "A network that can be any function can also fit the noise. Against that one can take fewer neurons, \
              or keep them and regularise. The section is for the latter.",
};

pub(crate) const DATA: Section = Section {
    part: 2,
    title: "Data Preprocessing",
    anchor: "datapre",
    context: "Part 2 is about what is around the network. First come the data: means are subtracted, scales made \
              equal, correlations removed, features left out; and all that is fitted on the training part alone.",
};

pub(crate) const INITIALISATION: Section = Section {
    part: 2,
    title: "Weight Initialization",
    anchor: "init",
    context: "Before training, weights are drawn. That they differ lets neurons become different; how large they \
              are decides whether a signal survives many layers.",
};

pub(crate) const REGULARIZATION: Section = Section {
    part: 2,
    title: "Regularization",
    anchor: "reg",
    context: "Overfitting again. The penalty on the weights and noise on the inputs are above; dropout works on \
              the neurons.",
};
