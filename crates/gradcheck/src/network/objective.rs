use densely_layers::{At, Layer, Param};
use densely_loss::{Loss, Targets};
use densely_tensor::{Mat, MatMut, MatRef, Reborrow, ReborrowMut, ShapeError, Split, Threads};

/// A network and a loss as one layer, whose only output is the loss of the example.
///
/// Examples are numbered by `at`, so that each finds its target in any part of a batch.
/// On the tape are the scores, their gradient, and the tape of the network.
#[derive(Debug, Clone)]
pub(super) struct Objective<'a, L> {
    pub(super) network: L,
    pub(super) outputs: usize,
    pub(super) loss: &'a dyn Loss<f64>,
    pub(super) targets: Targets<'a, f64>,
}

impl<L> Objective<'_, L> {
    fn cut<'b>(&self, tape: MatMut<'b, f64>) -> [MatMut<'b, f64>; 3] {
        let (scores, tape) = tape.split_at_row_mut(self.outputs);
        let (dscores, own) = tape.split_at_row_mut(self.outputs);
        [scores, dscores, own]
    }

    /// Writes the loss of each example, and the gradient of each to the tape.
    fn judge(&self, first: usize, [scores, dscores]: [MatMut<'_, f64>; 2], mut y: MatMut<'_, f64>) {
        let n = y.ncols();
        let targets = self.targets.split_at(first).1.split_at(n).0;
        let mut losses = vec![f64::NAN; n];
        self.loss.panel(scores.as_ref(), targets, 1, &mut losses, dscores);
        for (j, loss) in losses.into_iter().enumerate() {
            y[(0, j)] = loss;
        }
    }
}

/// The gradients of the losses, times the cotangents.
fn scaled(dscores: MatRef<'_, f64>, dy: MatRef<'_, f64>) -> Mat<f64> {
    Mat::from_fn(dscores.nrows(), dscores.ncols(), |i, j| dscores[(i, j)] * dy[(0, j)])
}

impl<L: Layer<f64> + Clone> Layer<f64> for Objective<'_, L> {
    fn out_features(&self, in_features: usize) -> Result<usize, ShapeError> {
        self.network.out_features(in_features).map(|_| 1)
    }

    fn tape_rows(&self, in_features: usize) -> usize {
        2 * self.outputs + self.network.tape_rows(in_features)
    }

    fn forward(&self, x: MatRef<'_, f64>, y: MatMut<'_, f64>, tape: MatMut<'_, f64>) {
        let [mut scores, dscores, own] = self.cut(tape);
        self.network.forward(x, scores.rb_mut(), own);
        self.judge(0, [scores, dscores], y);
    }

    fn forward_train(&self, x: MatRef<'_, f64>, y: MatMut<'_, f64>, tape: MatMut<'_, f64>, at: At) {
        let [mut scores, dscores, own] = self.cut(tape);
        self.network.forward_train(x, scores.rb_mut(), own, at);
        self.judge(at.first_column as usize, [scores, dscores], y);
    }

    fn backward_input(
        &self,
        x: MatRef<'_, f64>,
        _y: MatRef<'_, f64>,
        dy: MatRef<'_, f64>,
        dx: MatMut<'_, f64>,
        tape: MatMut<'_, f64>,
    ) {
        let [scores, dscores, own] = self.cut(tape);
        let dscores = scaled(dscores.rb(), dy);
        self.network.backward_input(x, scores.rb(), dscores.as_ref(), dx, own);
    }

    fn backward_tape(
        &self,
        x: MatRef<'_, f64>,
        _y: MatRef<'_, f64>,
        dy: MatRef<'_, f64>,
        tape: MatMut<'_, f64>,
    ) {
        let [scores, dscores, own] = self.cut(tape);
        let dscores = scaled(dscores.rb(), dy);
        self.network.backward_tape(x, scores.rb(), dscores.as_ref(), own);
    }

    fn backward_params(
        &mut self,
        x: MatRef<'_, f64>,
        dy: MatRef<'_, f64>,
        tape: MatRef<'_, f64>,
        threads: &Threads,
    ) {
        let (_, tape) = tape.split_at_row(self.outputs);
        let (dscores, own) = tape.split_at_row(self.outputs);
        self.network.backward_params(x, scaled(dscores, dy).as_ref(), own, threads);
    }

    fn visit_params(&self, visit: &mut dyn FnMut(&Param<f64>)) {
        self.network.visit_params(visit);
    }

    fn visit_params_mut(&mut self, visit: &mut dyn FnMut(&mut Param<f64>)) {
        self.network.visit_params_mut(visit);
    }
}
