use densely_layers::{At, Layer, Stage};
use densely_tensor::{Mat, MatMut, MatRef, Reborrow, ReborrowMut, ShapeError};

/// The last layers of a network, as a layer without parameters: for the gradient of what
/// goes into the first of them.
///
/// On the tape are, layer by layer, the output and the layer's own tape.
#[derive(Debug, Clone)]
pub(super) struct Tail<'a> {
    pub(super) stages: &'a [Stage<f64>],
    /// The number of layers before these: random draws are addressed by it.
    pub(super) first: usize,
}

impl Layer<f64> for Tail<'_> {
    fn out_features(&self, in_features: usize) -> Result<usize, ShapeError> {
        Ok(self.stages.last().map_or(in_features, Stage::out_features))
    }

    fn tape_rows(&self, _in_features: usize) -> usize {
        self.stages.iter().map(|stage| stage.out_features() + own_rows(stage)).sum()
    }

    fn forward(&self, x: MatRef<'_, f64>, y: MatMut<'_, f64>, tape: MatMut<'_, f64>) {
        self.forward_train(x, y, tape, At::default());
    }

    fn forward_train(&self, x: MatRef<'_, f64>, y: MatMut<'_, f64>, tape: MatMut<'_, f64>, at: At) {
        forward(self.stages, x, y, tape, (at, self.first));
    }

    fn backward_input(
        &self,
        x: MatRef<'_, f64>,
        _y: MatRef<'_, f64>,
        dy: MatRef<'_, f64>,
        dx: MatMut<'_, f64>,
        tape: MatMut<'_, f64>,
    ) {
        backward(self.stages, x, dy, dx, tape);
    }
}

fn own_rows(stage: &Stage<f64>) -> usize {
    stage.layer().tape_rows(stage.in_features())
}

/// The output of a layer, its own tape, and the tape of those after it.
fn cut<'a>(stage: &Stage<f64>, tape: MatMut<'a, f64>) -> [MatMut<'a, f64>; 3] {
    let (y, tape) = tape.split_at_row_mut(stage.out_features());
    let (own, rest) = tape.split_at_row_mut(own_rows(stage));
    [y, own, rest]
}

fn forward(
    stages: &[Stage<f64>],
    x: MatRef<'_, f64>,
    mut y: MatMut<'_, f64>,
    tape: MatMut<'_, f64>,
    (at, index): (At, usize),
) {
    let [stage, others @ ..] = stages else { return y.copy_from(x) };
    let [mut hidden, own, rest] = cut(stage, tape);
    stage.layer().forward_train(x, hidden.rb_mut(), own, at.inside(index));
    forward(others, hidden.rb(), y, rest, (at, index + 1));
}

fn backward(
    stages: &[Stage<f64>],
    x: MatRef<'_, f64>,
    dy: MatRef<'_, f64>,
    mut dx: MatMut<'_, f64>,
    tape: MatMut<'_, f64>,
) {
    let [stage, others @ ..] = stages else { return dx.copy_from(dy) };
    let [hidden, own, rest] = cut(stage, tape);
    let mut d_hidden = Mat::from_fn(hidden.nrows(), hidden.ncols(), |_, _| f64::NAN);
    backward(others, hidden.rb(), dy, d_hidden.as_mut(), rest);
    stage.layer().backward_input(x, hidden.rb(), d_hidden.as_ref(), dx, own);
}
