use densely_data::Dataset;
use densely_loss::TargetKind;
use densely_tensor::{Mat, Scalar, Threads};

use crate::batches::Batches;
use crate::evaluation::mean_loss;
use crate::plain::plain;
use crate::{Model, ModelError};

/// Examples that are looked at, at most.
const SAMPLE: usize = 64;

/// The loss before training, and what it ought to be about.
///
/// A network that knows nothing should say so: scores near zero, whose loss is `ln K` for
/// the softmax of `K` classes, `K − 1` for the multiclass SVM, the mean square of the
/// targets for the mean squared error. A much larger loss comes from scores that are large
/// and wrong, which training has to undo first.
///
/// CS231n, Neural Networks 3, "Sanity checks".
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct InitialLoss {
    /// The mean loss of the untrained model, on up to 64 examples from all over the
    /// training data.
    pub loss: f64,
    /// That of scores of zero, on the same examples.
    pub expected: f64,
    /// What it may be at most: 4 times the expected one for a classifier, 10 times for a
    /// regression. With weights drawn as they should be, scores have about the spread of the
    /// inputs, and the loss is 1 to 3 times the expected one; of a narrow regression, a
    /// few times as much now and then.
    pub limit: f64,
}

plain! { InitialLoss { loss, expected, limit } }

impl InitialLoss {
    pub(crate) fn of<T: Scalar>(
        model: &Model<T>,
        data: &Dataset<T>,
        threads: &Threads,
    ) -> Result<Self, ModelError> {
        let mut sample = Batches::sample(data.len(), SAMPLE);
        let (x, targets) = sample.get(data, 0);
        let scores = model.scores(x, threads)?;
        let zeros = Mat::zeros(scores.nrows(), scores.ncols());
        let loss = |scores: &Mat<T>| mean_loss(model.loss(), scores.as_ref(), targets, threads);
        let expected = loss(&zeros);
        let factor = match model.loss().target_kind() {
            TargetKind::Labels => 4.0,
            TargetKind::Values => 10.0,
        };
        Ok(Self { loss: loss(&scores), expected, limit: factor * expected })
    }
}
