use crate::{Mat, Scalar, Stream};

/// How the weights of a layer are drawn before training.
///
/// The scale keeps the variance of what flows through a layer about constant, so
/// that neither activations nor gradients vanish or explode with depth. "In" and
/// "out" are the layer's numbers of inputs and outputs.
///
/// | initialiser | variance of a weight | made for |
/// |---|---|---|
/// | LeCun | `1 / in` | linear units, SELU |
/// | Xavier (Glorot) | `2 / (in + out)` | tanh, sigmoid |
/// | He | `2 / in` | ReLU and its relatives |
///
/// A uniform distribution of variance `s²` is drawn from `[-s√3, s√3)`.
///
/// References: Y. LeCun et al., "Efficient BackProp" (1998); X. Glorot and Y. Bengio,
/// "Understanding the difficulty of training deep feedforward neural networks"
/// (2010); K. He et al., "Delving deep into rectifiers" (2015).
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Initializer {
    /// All zero.
    Zeros,
    /// Normal with a standard deviation of one's own choice.
    Normal(f64),
    /// Normal, variance `1 / in`.
    LecunNormal,
    /// Uniform, variance `1 / in`.
    LecunUniform,
    /// Normal, variance `2 / (in + out)`.
    XavierNormal,
    /// Uniform, variance `2 / (in + out)`.
    XavierUniform,
    /// Normal, variance `2 / in`.
    HeNormal,
    /// Uniform, variance `2 / in`.
    HeUniform,
}

impl Initializer {
    /// The standard deviation of one weight.
    #[must_use]
    pub fn standard_deviation(self, out_features: usize, in_features: usize) -> f64 {
        let (fan_in, fan_out) = (in_features.max(1) as f64, out_features as f64);
        match self {
            Self::Zeros => 0.0,
            Self::Normal(standard_deviation) => standard_deviation,
            Self::LecunNormal | Self::LecunUniform => (1.0 / fan_in).sqrt(),
            Self::XavierNormal | Self::XavierUniform => (2.0 / (fan_in + fan_out)).sqrt(),
            Self::HeNormal | Self::HeUniform => (2.0 / fan_in).sqrt(),
        }
    }

    /// A new weight matrix, `out_features x in_features`, drawn in column order.
    ///
    /// The draws are made in `f64` and rounded, so `f32` and `f64` networks of one
    /// seed start at the same point.
    ///
    /// # Panics
    /// If there is no memory for it.
    #[must_use]
    pub fn matrix<T: Scalar>(
        self,
        out_features: usize,
        in_features: usize,
        stream: &mut Stream,
    ) -> Mat<T> {
        let s = self.standard_deviation(out_features, in_features);
        let mut draw = || match self {
            Self::Zeros => 0.0,
            Self::Normal(_) | Self::LecunNormal | Self::XavierNormal | Self::HeNormal => {
                s * stream.normal::<f64>()
            }
            Self::LecunUniform | Self::XavierUniform | Self::HeUniform => {
                s * 3_f64.sqrt() * (2.0 * stream.uniform::<f64>() - 1.0)
            }
        };
        Mat::from_fn(out_features, in_features, |_, _| T::from_f64(draw()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Key, Purpose};

    #[test]
    fn variances_are_the_documented_ones() {
        use Initializer::{
            HeNormal, HeUniform, LecunNormal, LecunUniform, Normal, XavierNormal, XavierUniform,
        };
        let (fan_out, fan_in) = (300, 200);
        let cases = [
            (Normal(0.01), 1e-4),
            (LecunNormal, 1.0 / 200.0),
            (LecunUniform, 1.0 / 200.0),
            (XavierNormal, 2.0 / 500.0),
            (XavierUniform, 2.0 / 500.0),
            (HeNormal, 2.0 / 200.0),
            (HeUniform, 2.0 / 200.0),
        ];
        for (initializer, variance) in cases {
            let mut stream = Stream::new(1, Purpose::Weights, Key::default());
            let w: Mat<f64> = initializer.matrix(fan_out, fan_in, &mut stream);
            let n = (fan_out * fan_in) as f64;
            let mean_square = w.squared_norm_l2() / n;
            // Five standard errors: the variance of x² is at most 2 s⁴.
            let bound = 5.0 * variance * (2.0 / n).sqrt();
            assert!((mean_square - variance).abs() < bound, "{initializer:?}: {mean_square}");
            assert!(w.sum().abs() / n < 5.0 * (variance / n).sqrt(), "{initializer:?}: mean");
            if matches!(initializer, LecunUniform | XavierUniform | HeUniform) {
                assert!(w.norm_max() <= (3.0 * variance).sqrt());
            }
        }
    }

    /// A network of a seed starts where it always did.
    #[test]
    fn the_weights_never_change() {
        let drawn = |initializer: Initializer| {
            let mut stream = Stream::new(42, Purpose::Weights, Key::default());
            let w: Mat<f64> = initializer.matrix(2, 3, &mut stream);
            [w[(0, 0)], w[(1, 0)]].map(f64::to_bits)
        };
        assert_eq!(drawn(Initializer::HeNormal), [0x3faf_20e5_8dd9_9969, 0xbfdc_8849_dd6d_7ac6]);
        let uniform = drawn(Initializer::XavierUniform);
        assert_eq!(uniform, [0x3fab_5263_80d5_1421, 0xbfe8_74e3_8e8a_035b]);
    }

    #[test]
    fn zeros_draw_nothing() {
        let mut stream = Stream::new(1, Purpose::Weights, Key::default());
        let w: Mat<f32> = Initializer::Zeros.matrix(3, 2, &mut stream);
        assert_eq!(w, Mat::<f32>::zeros(3, 2));
    }

    #[test]
    fn f32_and_f64_networks_start_at_the_same_point() {
        let stream = || Stream::new(5, Purpose::Weights, Key::default());
        let single: Mat<f32> = Initializer::HeNormal.matrix(4, 3, &mut stream());
        let double: Mat<f64> = Initializer::HeNormal.matrix(4, 3, &mut stream());
        assert_eq!(single, Mat::from_fn(4, 3, |i, j| double[(i, j)] as f32));
    }
}
