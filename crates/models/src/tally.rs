use densely_data::{Dataset, StoredDataset};
use densely_tensor::Scalar;

use crate::evaluation::regression;
use crate::metrics::RegressionScores;
use crate::{Evaluation, ModelError};

/// What is known of the examples so far, of which some are evaluated at a time.
#[derive(Debug, Default)]
struct Tally {
    examples: usize,
    /// The sum of losses.
    loss: f64,
    right: f64,
    regression: Option<RegressionScores>,
}

/// What there is to know of some examples: of real values with their scores, in the units in which they are
/// judged.
pub(crate) type Judged = (Evaluation, Option<RegressionScores>);

/// The same of all blocks, from that of each.
pub(crate) fn evaluate<T: Scalar>(
    data: &StoredDataset<T>,
    mut judge: impl FnMut(&Dataset<T>) -> Result<Judged, ModelError>,
) -> Result<Judged, ModelError> {
    let mut tally = Tally::default();
    for block in 0..data.blocks() {
        let block = data.block(block)?;
        tally = tally.with(block.len(), judge(&block)?);
    }
    Ok(tally.judged())
}

impl Tally {
    fn with(self, examples: usize, (evaluation, regression): Judged) -> Self {
        let n = examples as f64;
        let right = match evaluation {
            Evaluation::Classification { accuracy, .. } => (accuracy * n).round(),
            Evaluation::Regression { .. } => 0.0,
        };
        let regression = match (self.regression, regression) {
            (Some(so_far), Some(more)) => Some(so_far.and(&more)),
            (so_far, more) => so_far.or(more),
        };
        Self {
            examples: self.examples + examples,
            loss: self.loss + evaluation.loss() * n,
            right: self.right + right,
            regression,
        }
    }

    fn judged(self) -> Judged {
        let n = self.examples.max(1) as f64;
        let loss = self.loss / n;
        let evaluation = match &self.regression {
            None => Evaluation::Classification { loss, accuracy: self.right / n },
            Some(of) => regression(loss, of),
        };
        (evaluation, self.regression)
    }
}
