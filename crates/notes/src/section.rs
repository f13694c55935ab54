//! The sections of the lecture that the experiments are from.

/// A section of the lecture, and what to know before its experiments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Section {
    /// Which part of "Neural Networks" it is in.
    part: u8,
    pub(crate) title: &'static str,
    /// The name of its place on the page of that part.
    anchor: &'static str,
    /// What the lecture is about here, in Markdown.
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
    context: "The lecture begins with the model of one neuron: a weighted sum of its inputs, a bias, and an \
              activation function, f(Σᵢ wᵢxᵢ + b). With a loss on its output it is a classifier already; with a \
              regularisation loss, it is one that forgets.",
};

pub(crate) const ACTIVATIONS: Section = Section {
    part: 1,
    title: "Commonly used activation functions",
    anchor: "actfun",
    context: "What a neuron puts out is up to its activation function. The lecture goes through them from the \
              oldest to the newest: the sigmoid and its two drawbacks, tanh, which has only one of them, ReLU, \
              which is fast and can die, and maxout, which cannot.",
};

pub(crate) const ARCHITECTURES: Section = Section {
    part: 1,
    title: "Layer-wise organization",
    anchor: "layers",
    context: "Neurons become networks when they are put in layers, each fully connected to the one before. How \
              large a network is, is a matter of counting.",
};

pub(crate) const POWER: Section = Section {
    part: 1,
    title: "Representational power",
    anchor: "power",
    context: "Such networks are a family of functions, one for each setting of the weights. Which functions are \
              in it? With one hidden layer nearly all, as it turns out, so that it is a question of its own what \
              more layers are for.",
};

pub(crate) const SIZES: Section = Section {
    part: 1,
    title: "Setting number of layers and their sizes",
    anchor: "arch",
    context: "A network that can be any function can also be the wrong one, and fit the noise. One may take fewer \
              neurons against that, or keep them and regularise. The lecture is for the latter, and says why.",
};

pub(crate) const DATA: Section = Section {
    part: 2,
    title: "Data Preprocessing",
    anchor: "datapre",
    context: "The second part of the lecture sets up what is around the network, and first of all the data: means \
              are subtracted, scales are made equal, correlations are removed.",
};

pub(crate) const REGULARIZATION: Section = Section {
    part: 2,
    title: "Regularization",
    anchor: "reg",
    context: "The lecture then comes back to overfitting, with several ways to control the capacity of a network. \
              The penalty on the weights and noise on the inputs are above; here is one that works on the neurons.",
};
