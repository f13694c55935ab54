use densely_tensor::Scalar;

use crate::{Mlp, Model, ModelError};

/// A linear classifier, described: `scores = W x + b`, one row of `W` per class.
///
/// The simplest network there is, with one layer and no activation: a row of neurons,
/// each with a class to recognise. Its loss says how scores are judged, by
/// probabilities (softmax) or by margins (support vector machine). Train it with weight
/// decay, which is part of what makes either classifier well-posed.
///
/// For two classes, a single neuron will do: [`logistic`](Self::logistic) and
/// [`binary_svm`](Self::binary_svm) have one score, and decide by its sign.
///
/// ```
/// use densely_models::LinearClassifier;
///
/// let model = LinearClassifier::svm(64, 10).build::<f32>()?;
/// assert_eq!(model.parameters(), 650);
/// # Ok::<(), densely_models::ModelError>(())
/// ```
///
/// CS231n, Linear classification; Neural Networks 1, "Single neuron as a linear
/// classifier".
#[derive(Debug, Clone, PartialEq)]
pub struct LinearClassifier(Mlp);

impl LinearClassifier {
    /// The softmax classifier: multinomial logistic regression.
    #[must_use]
    pub fn softmax(inputs: usize, classes: usize) -> Self {
        Self(Mlp::classifier(inputs, classes))
    }

    /// The multiclass support vector machine, with the hinge loss.
    #[must_use]
    pub fn svm(inputs: usize, classes: usize) -> Self {
        Self(Mlp::classifier(inputs, classes).loss("svm"))
    }

    /// A single neuron as a binary softmax classifier, or logistic regression: class 1 has
    /// the probability `σ(w·x + b)`, and is predicted where that is above ½.
    #[must_use]
    pub fn logistic(inputs: usize) -> Self {
        Self(Mlp::binary_classifier(inputs))
    }

    /// A single neuron as a binary support vector machine, with the hinge loss: class 1 is
    /// predicted where `w·x + b > 0`.
    #[must_use]
    pub fn binary_svm(inputs: usize) -> Self {
        Self(Mlp::binary_classifier(inputs).loss("hinge"))
    }

    /// The seed of the initial weights; 0 by default.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Self(self.0.seed(seed))
    }

    /// The classifier, with weights drawn from the seed.
    ///
    /// # Errors
    /// If there are no inputs or no classes.
    pub fn build<T: Scalar>(&self) -> Result<Model<T>, ModelError> {
        self.0.build()
    }
}

impl From<LinearClassifier> for Mlp {
    /// The same network, as a perceptron without hidden layers.
    fn from(classifier: LinearClassifier) -> Self {
        classifier.0
    }
}
