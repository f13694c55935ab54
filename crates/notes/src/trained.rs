//! What experiments ask of networks.

use densely::layers::Layer;
use densely::models::ModelError;
use densely::prelude::*;

use crate::NotesError;

/// How long and how a network is trained.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Training {
    pub(crate) learning_rate: f64,
    pub(crate) weight_decay: f64,
    pub(crate) epochs: usize,
    pub(crate) batch_size: usize,
}

/// Trains the network of `spec` by Adam.
pub(crate) fn train(
    spec: &Mlp,
    data: &Dataset<f32>,
    training: Training,
    seed: u64,
) -> Result<Model<f32>, NotesError> {
    let mut model = spec.clone().seed(seed).build()?;
    let optimizer = Adam::new(training.learning_rate).weight_decay(training.weight_decay);
    Trainer::new(optimizer)
        .epochs(training.epochs)
        .batch_size(training.batch_size)
        .seed(seed)
        .fit(&mut model, data)?;
    Ok(model)
}

/// The share of right answers.
pub(crate) fn accuracy(model: &Model<f32>, data: &Dataset<f32>) -> Result<f64, ModelError> {
    Ok(model.evaluate(data)?.score())
}

/// The output of each layer for the examples in the columns of `x`, first to last.
pub(crate) fn activations<T: Scalar>(network: &Sequential<T>, x: MatRef<'_, T>) -> Vec<Mat<T>> {
    let mut outputs: Vec<Mat<T>> = Vec::with_capacity(network.stages().len());
    for stage in network.stages() {
        let x = outputs.last().map_or(x, Mat::as_ref);
        let mut y = Mat::zeros(stage.out_features(), x.ncols());
        let mut tape = Mat::zeros(stage.layer().tape_rows(x.nrows()), x.ncols());
        stage.layer().forward(x, y.as_mut(), tape.as_mut());
        outputs.push(y);
    }
    outputs
}

/// The classes on a grid of `cells x cells` over the square of half side `side`, row by
/// row from the bottom.
pub(crate) fn regions(
    model: &Model<f32>,
    side: f64,
    cells: usize,
) -> Result<Vec<usize>, ModelError> {
    let step = 2.0 * side / cells as f64;
    let center = |cell: usize| (-side + (cell as f64 + 0.5) * step) as f32;
    let grid =
        Mat::from_fn(2, cells * cells, |i, j| center(if i == 0 { j % cells } else { j / cells }));
    model.classify(grid.as_ref(), &Threads::single())
}

/// The root of the sum of the squares of all weights.
pub(crate) fn weight_norm<T: Scalar>(network: &Sequential<T>) -> f64 {
    let mut squares = 0.0;
    network.visit_params(&mut |param| {
        if param.role == Role::Weight {
            squares += param.value.squared_norm_l2().to_f64();
        }
    });
    squares.sqrt()
}
