use densely_loss::{Loss, TargetKind, Targets};
use densely_tensor::{Mat, column};

/// Scores and targets of some examples.
pub(super) struct Batch<'a, L> {
    pub(super) loss: &'a L,
    pub(super) kind: TargetKind,
    pub(super) scores: Mat<f64>,
    pub(super) labels: Vec<usize>,
    pub(super) values: Mat<f64>,
}

impl<L> Clone for Batch<'_, L> {
    fn clone(&self) -> Self {
        Self {
            scores: self.scores.clone(),
            labels: self.labels.clone(),
            values: self.values.clone(),
            ..*self
        }
    }
}

impl<L: Loss<f64> + Loss<f32>> Batch<'_, L> {
    pub(super) fn n(&self) -> usize {
        self.scores.ncols()
    }

    pub(super) fn outputs(&self) -> usize {
        self.scores.nrows()
    }

    pub(super) fn targets(&self) -> Targets<'_, f64> {
        match self.kind {
            TargetKind::Labels => Targets::Labels(&self.labels),
            TargetKind::Values => Targets::Values(self.values.as_ref()),
        }
    }

    pub(super) fn scores_of(&self, j: usize) -> Vec<f64> {
        column(self.scores.as_ref(), j).to_vec()
    }

    /// Loss and gradient of example `j` at these scores, in a buffer that holds `fill`.
    pub(super) fn example(&self, j: usize, scores: &[f64], fill: f64) -> (f64, Vec<f64>) {
        let mut gradient = vec![fill; scores.len()];
        let loss = self.loss.example(scores, self.targets().example(j), &mut gradient);
        (loss, gradient)
    }

    /// The losses in a row, and the gradients, one example at a time.
    pub(super) fn one_by_one(&self, fill: f64) -> (Mat<f64>, Mat<f64>) {
        let all: Vec<_> =
            (0..self.n()).map(|j| self.example(j, &self.scores_of(j), fill)).collect();
        let losses = Mat::from_fn(1, self.n(), |_, j| all[j].0);
        (losses, Mat::from_fn(self.outputs(), self.n(), |i, j| all[j].1[i]))
    }

    /// The size of what a loss and its gradient are computed from.
    pub(super) fn terms(&self, j: usize) -> f64 {
        let (loss, gradient) = self.example(j, &self.scores_of(j), f64::NAN);
        let products = gradient.iter().zip(self.scores_of(j)).map(|(g, s)| (g * s).abs());
        1.0 + loss.abs() + products.sum::<f64>()
    }
}
