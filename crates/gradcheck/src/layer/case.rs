use densely_layers::{At, Layer};
use densely_tensor::{Mat, Scalar};
use proptest::prelude::*;

use crate::Draw;
use crate::values::{normal, stream};

/// The sizes and the seed of a random case.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Case {
    pub(crate) inputs: usize,
    pub(crate) outputs: usize,
    /// At least 3: with one example, sums over examples cannot be wrong, and with two, a
    /// factor of `n` looks like one of 2.
    pub(crate) n: usize,
    /// The standard deviation of the inputs.
    pub(crate) spread: f64,
    pub(crate) seed: u64,
}

/// Values of a case: inputs, cotangents, directions, and parameters from here on.
pub(crate) const X: u32 = 0;
pub(crate) const DY: u32 = 1;
pub(crate) const DIRECTION: u32 = 2;
pub(crate) const TIES: u32 = 3;
pub(crate) const SAMPLE: u32 = 4;
const PARAMETERS: u32 = 1000;

/// Mostly small cases; a few are wide, since kernels treat 16 rows and more in other ways
/// than what is left of them.
pub(crate) fn cases() -> impl Strategy<Value = Case> {
    let size = || prop_oneof![15 => 1_usize..7, 1 => 7_usize..41];
    let spread = prop::sample::select(vec![1.0, 0.25, 3.0]);
    (size(), size(), 3_usize..6, spread, any::<u64>().no_shrink())
        .prop_map(|(inputs, outputs, n, spread, seed)| Case { inputs, outputs, n, spread, seed })
}

impl Case {
    pub(crate) fn draw(&self) -> Draw {
        Draw::new(self.inputs, self.outputs, self.seed)
    }

    /// Values that `f32` holds exactly, so that it can be compared with `f64`.
    pub(crate) fn values(&self, which: u32, shape: (usize, usize), deviation: f64) -> Mat<f64> {
        let mut m = normal(self.seed, which, shape, deviation);
        round(&mut m);
        m
    }

    pub(crate) fn at(&self) -> At {
        At { seed: self.seed, epoch: 3, step: 5, ..At::default() }
    }

    /// Fills the parameters: with normal values, which are not symmetric, or the values they
    /// have, rounded.
    pub(crate) fn fill(&self, layer: &mut dyn Layer<f64>, keep: bool) {
        let mut which = PARAMETERS;
        layer.visit_params_mut(&mut |param| {
            if !keep {
                let shape = (param.value.nrows(), param.value.ncols());
                param.value = normal(self.seed, which, shape, 1.0);
            }
            round(&mut param.value);
            which += 1;
        });
    }

    /// All entries of a matrix of this shape; of a large one, some at random.
    pub(crate) fn sample(&self, (rows, columns): (usize, usize)) -> Vec<(usize, usize)> {
        const MOST: usize = 64;
        if rows * columns <= MOST {
            return (0..columns).flat_map(|j| (0..rows).map(move |i| (i, j))).collect();
        }
        let mut stream = stream(self.seed, SAMPLE, 0);
        (0..MOST).map(|_| (stream.below(rows), stream.below(columns))).collect()
    }
}

fn round(m: &mut Mat<f64>) {
    for (i, j) in crate::session::entries(m) {
        m[(i, j)] = f64::from(m[(i, j)] as f32);
    }
}

/// The numbers of inputs and outputs of a layer: the first number of inputs, from `inputs`
/// on, that it takes.
pub(crate) fn accepted<T: Scalar>(layer: &dyn Layer<T>, inputs: usize) -> Option<(usize, usize)> {
    let mut candidates = (inputs..inputs + 64).chain(1..inputs);
    candidates.find_map(|inputs| Some((inputs, layer.out_features(inputs).ok()?)))
}
