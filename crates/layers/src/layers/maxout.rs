use densely_tensor::kernels::{map, map_in_place, vectorize};
use densely_tensor::{
    Initializer, Mat, MatMut, MatRef, Real, Scalar, ShapeError, column, column_mut,
};

use crate::{Described, Kind, Layer, LayerKind, Opt, Options, Reference, Spec, Value};

/// Maxout: the largest of `k` pieces, `yᵢ = max(xᵢ, x_{m+i}, ..., x_{(k−1)m+i})` for each of
/// `m` outputs.
///
/// After a [`Linear`](crate::Linear) layer with `k m` outputs, each unit is the maximum
/// of `k` affine functions of its own: `max(w₁ᵀx + b₁, w₂ᵀx + b₂)`. ReLU and leaky ReLU
/// are special cases (`w₁ = 0`); like them it does not saturate, and it cannot die. The
/// price is `k` times as many parameters.
///
/// The gradient goes to the piece that is the largest; to the first of them at a tie,
/// which is a subgradient. A NaN in one of the pieces comes out.
///
/// # Shapes
/// `x: (k m) x n`, piece after piece; `y: m x n`.
///
/// ```
/// use densely_layers::{Layer, Linear, Maxout, Sequential, parameter_count};
/// use densely_tensor::{Mat, mat};
///
/// // |x| is the larger of x and −x.
/// let pieces = Linear::from_parts(mat![[1.0], [-1.0]], mat![[0.0], [0.0]])?;
/// let absolute = Sequential::new(1)?.with(pieces)?.with(Maxout::new(2)?)?;
/// let (x, mut y) = (mat![[3.0, -4.0]], Mat::zeros(1, 2));
/// let mut tape = Mat::zeros(absolute.tape_rows(1), 2);
/// absolute.forward(x.as_ref(), y.as_mut(), tape.as_mut());
/// assert_eq!(y, mat![[3.0, 4.0]]);
/// # Ok::<(), densely_tensor::ShapeError>(())
/// ```
///
/// CS231n, Neural Networks 1, "Commonly used activation functions"; I. Goodfellow et al.,
/// "Maxout networks" (2013).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Maxout {
    pieces: usize,
}

impl Maxout {
    /// The maximum of `k` pieces.
    ///
    /// # Errors
    /// If `k` is zero.
    pub fn new(pieces: usize) -> Result<Self, ShapeError> {
        ShapeError::expect_some("Maxout", "pieces", pieces)?;
        Ok(Self { pieces })
    }

    /// The number of pieces `k`.
    #[must_use]
    pub fn pieces(&self) -> usize {
        self.pieces
    }
}

impl Described for Maxout {
    const SPEC: Spec =
        Spec::new("maxout", "the largest of some pieces, each of weights of its own")
            .options(&[Opt::count("pieces", 1).default_count(2).typical(1.0, 6.0)]);

    fn from_options(options: &Options) -> Self {
        Self { pieces: options.count("pieces") }
    }

    fn values(&self) -> Vec<Value> {
        vec![self.pieces.into()]
    }
}

impl<T: Scalar> LayerKind<T> for Maxout {
    const SPEC: Spec = <Self as Described>::SPEC;
    const ACTIVATION: bool = true;

    fn from_options(options: &Options, _inputs: usize) -> Result<Self, ShapeError> {
        Ok(<Self as Described>::from_options(options))
    }

    fn inputs_per_output(options: &Options) -> usize {
        options.count("pieces")
    }
}

/// Up to so many pieces, each is compared with all before it, which is the faster way for a few.
const FEW: usize = 4;

/// The gradient of one column of many pieces, each looked at once.
#[inline(always)]
fn backward_column<T: Scalar>(x: &[T], y: &[T], dy: &[T], dx: &mut [T]) {
    const BLOCK: usize = 64;
    let rows = y.len();
    for start in (0..rows).step_by(BLOCK) {
        let block = BLOCK.min(rows - start);
        let y = &y[start..start + block];
        // What the first piece that is the largest takes.
        let mut left = [T::ZERO; BLOCK];
        left[..block].copy_from_slice(&dy[start..start + block]);
        for (x, dx) in x.chunks_exact(rows).zip(dx.chunks_exact_mut(rows)) {
            let (x, dx) = (&x[start..start + block], &mut dx[start..start + block]);
            for i in 0..block {
                let (largest, other) =
                    (x[i] == y[i], if Real::is_nan(y[i]) { y[i] } else { T::ZERO });
                dx[i] = if largest { left[i] } else { other };
                left[i] = if largest { T::ZERO } else { left[i] };
            }
        }
    }
}

impl<T: Scalar> Layer<T> for Maxout {
    fn kind(&self) -> Kind {
        self.described()
    }

    /// That of layers which keep the variance of their input, as the larger of two pieces does.
    fn suited_initializer(&self) -> Initializer {
        Initializer::LecunNormal
    }

    fn out_features(&self, in_features: usize) -> Result<usize, ShapeError> {
        let out_features = in_features / self.pieces;
        let expected = (out_features * self.pieces).max(self.pieces);
        ShapeError::expect("Maxout", "inputs (a multiple of the pieces)", expected, in_features)?;
        Ok(out_features)
    }

    fn forward(&self, x: MatRef<'_, T>, mut y: MatMut<'_, T>, _tape: MatMut<'_, T>) {
        let rows = self.check(x.nrows(), y.nrows());
        assert_eq!(x.ncols(), y.ncols(), "columns of x and y");
        vectorize(
            #[inline(always)]
            || {
                for j in 0..x.ncols() {
                    let y = column_mut(y.as_mut(), j);
                    let mut pieces = column(x, j).chunks_exact(rows);
                    if let Some(first) = pieces.next() {
                        map(y, [first], |[x]| x);
                    }
                    for piece in pieces {
                        map_in_place([&mut *y], [piece], |[y], [x]| [Real::max(y, x)]);
                    }
                }
            },
        );
    }

    fn backward_input(
        &self,
        x: MatRef<'_, T>,
        y: MatRef<'_, T>,
        dy: MatRef<'_, T>,
        mut dx: MatMut<'_, T>,
        _tape: MatMut<'_, T>,
    ) {
        let rows = self.check(x.nrows(), y.nrows());
        assert_eq!((x.nrows(), x.ncols()), (dx.nrows(), dx.ncols()), "shapes of x and dx");
        assert_eq!((y.nrows(), y.ncols()), (dy.nrows(), dy.ncols()), "shapes of y and dy");
        assert_eq!(x.ncols(), y.ncols(), "columns of x and y");
        vectorize(
            #[inline(always)]
            || {
                for j in 0..x.ncols() {
                    let (x, y, dy) = (column(x, j), column(y, j), column(dy, j));
                    let dx = column_mut(dx.as_mut(), j);
                    if self.pieces > FEW {
                        backward_column(x, y, dy, dx);
                        continue;
                    }
                    for (p, dx) in dx.chunks_exact_mut(rows).enumerate() {
                        let (earlier, rest) = x.split_at(p * rows);
                        map(dx, [&rest[..rows], y, dy], |[x, y, dy]| {
                            let other = if Real::is_nan(y) { y } else { T::ZERO };
                            if x == y { dy } else { other }
                        });
                        for earlier in earlier.chunks_exact(rows) {
                            map_in_place([&mut *dx], [earlier, y], |[dx], [x, y]| {
                                [if x == y { T::ZERO } else { dx }]
                            });
                        }
                    }
                }
            },
        );
    }
}

impl Maxout {
    /// The number of outputs, which is positive.
    fn check(self, inputs: usize, outputs: usize) -> usize {
        assert_eq!(inputs, self.pieces * outputs, "Maxout: rows of x and y");
        outputs.max(1)
    }
}

/// `yᵢ = maxₚ x_{pm+i}`.
impl Reference for Maxout {
    fn output<R: Real>(&self, _parameters: &[Mat<R>], x: &[R]) -> Vec<R> {
        let m = x.len() / self.pieces();
        let largest = |i| (1..self.pieces()).fold(x[i], |max: R, p| max.max(x[p * m + i]));
        (0..m).map(largest).collect()
    }
}

#[cfg(test)]
mod tests {
    use densely_tensor::{Key, Mat, Purpose, Stream, mat};
    use proptest::prelude::*;

    use super::*;

    fn backward(layer: Maxout, x: &Mat<f64>, y: &Mat<f64>, dy: &Mat<f64>) -> Mat<f64> {
        let mut dx = Mat::from_fn(x.nrows(), x.ncols(), |_, _| f64::NAN);
        let (x, y, dy) = (x.as_ref(), y.as_ref(), dy.as_ref());
        layer.backward_input(x, y, dy, dx.as_mut(), Mat::new().as_mut());
        dx
    }

    fn forward(layer: Maxout, x: &Mat<f64>) -> Mat<f64> {
        let mut y = Mat::from_fn(x.nrows() / layer.pieces(), x.ncols(), |_, _| f64::NAN);
        layer.forward(x.as_ref(), y.as_mut(), Mat::new().as_mut());
        y
    }

    proptest! {
        /// Small integers, so that there are many ties.
        #[test]
        fn the_first_largest_piece_gets_the_gradient(
            pieces in 1_usize..9, rows in 1_usize..140, n in 0_usize..5, seed: u64,
        ) {
            let layer = Maxout::new(pieces).unwrap();
            let mut stream = Stream::new(seed, Purpose::Other, Key::default());
            let x = Mat::from_fn(pieces * rows, n, |_, _| stream.below(4) as f64);
            let dy = Mat::from_fn(rows, n, |_, _| stream.normal());
            let y = forward(layer, &x);
            let dx = backward(layer, &x, &y, &dy);
            prop_assert_eq!(Layer::<f64>::out_features(&layer, pieces * rows), Ok(rows));
            for j in 0..n {
                for i in 0..rows {
                    let piece = |p: usize| x[(p * rows + i, j)];
                    let largest = (0..pieces).map(piece).fold(f64::NEG_INFINITY, f64::max);
                    let winner = (0..pieces).find(|&p| piece(p) == largest).unwrap();
                    prop_assert_eq!(y[(i, j)], largest);
                    for p in 0..pieces {
                        let expected = if p == winner { dy[(i, j)] } else { 0.0 };
                        prop_assert_eq!(dx[(p * rows + i, j)], expected);
                    }
                }
            }
        }
    }

    #[test]
    fn a_nan_in_any_piece_comes_out() {
        let layer = Maxout::new(3).unwrap();
        for p in 0..3 {
            let x = Mat::from_fn(3, 1, |i, _| if i == p { f64::NAN } else { 1.0 });
            let y = forward(layer, &x);
            assert!(y[(0, 0)].is_nan());
            assert!(backward(layer, &x, &y, &mat![[1.0]]).sum().is_nan());
        }
    }

    #[test]
    fn inputs_have_to_be_a_multiple_of_the_pieces() {
        let message = Maxout::new(0).unwrap_err().to_string();
        assert_eq!(message, "Maxout: the number of pieces must not be zero");
        let layer = Maxout::new(3).unwrap();
        let out = |inputs| Layer::<f32>::out_features(&layer, inputs);
        assert_eq!(out(6), Ok(2));
        assert_eq!(
            out(7).unwrap_err().to_string(),
            "Maxout: expected 6 inputs (a multiple of the pieces), got 7"
        );
        assert_eq!(
            out(2).unwrap_err().to_string(),
            "Maxout: expected 3 inputs (a multiple of the pieces), got 2"
        );
    }
}
