use densely_layers::Sequential;
use densely_tensor::Scalar;
use densely_tensor::kernels::{sum_of, vectorize};

use super::layer_report::layer_numbers;
use super::weight_change::sample;
use crate::plain::plain;

/// How large the weights of a layer are.
///
/// Of a large matrix, evenly spaced columns stand for all.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct WeightScale {
    /// The layer as people count them.
    pub(crate) layer: usize,
    /// The root of the mean of the squares.
    pub(crate) size: f64,
    /// How much larger the layer makes what it passes on, `size · √inputs`.
    pub(crate) gain: f64,
}

plain! { WeightScale { layer, size, gain } }

impl WeightScale {
    /// Of each layer that has weights, first to last.
    pub(crate) fn of<T: Scalar>(network: &Sequential<T>) -> Vec<Self> {
        let mut scales = Vec::new();
        for (stage, layer) in network.stages().iter().zip(layer_numbers(network)) {
            let (mut squares, mut entries, mut inputs) = (0.0, 0, 0);
            stage.layer().visit_params(&mut |param| {
                if param.decay {
                    inputs = inputs.max(param.value.ncols());
                    for part in sample(param.value.as_ref()) {
                        entries += part.len();
                        squares += vectorize(
                            #[inline(always)]
                            || sum_of(part, |x: T| x.to_f64() * x.to_f64()),
                        );
                    }
                }
            });
            if entries > 0 {
                let size = (squares / entries as f64).sqrt();
                scales.push(Self { layer, size, gain: size * (inputs as f64).sqrt() });
            }
        }
        scales
    }
}

#[cfg(test)]
mod tests {
    use densely_layers::{Linear, Relu};
    use densely_tensor::{Mat, mat};

    use super::*;

    #[test]
    fn the_gain_is_that_of_uncorrelated_inputs() {
        let weight = mat![[3.0, 4.0], [0.0, 5.0]];
        let linear = Linear::from_parts(weight, Mat::from_fn(2, 1, |_, _| 1e9)).unwrap();
        let last = Linear::from_parts(Mat::zeros(1, 2), Mat::zeros(1, 1)).unwrap();
        let network = Sequential::<f64>::new(2)
            .and_then(|network| network.with(linear)?.with(Relu)?.with(last))
            .unwrap();
        let size = (50.0_f64 / 4.0).sqrt();
        let first = WeightScale { layer: 1, size, gain: size * 2_f64.sqrt() };
        assert_eq!(
            WeightScale::of(&network),
            [first, WeightScale { layer: 2, size: 0.0, gain: 0.0 }]
        );
    }
}
