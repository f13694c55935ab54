use std::fmt::Debug;

use densely_tensor::kernels::{map, vectorize};
use densely_tensor::{Initializer, MatMut, MatRef, Real, Scalar, ShapeError, column, column_mut};

use crate::{Expression, Kind, Layer, Saturation};

/// An elementwise function and its derivative: `y = f(x)`, `dy/dx = f'(x)`.
///
/// These two functions make an activation; everything else comes with them. Every
/// activation is a [`Layer`] for `f32` and `f64`, with loops compiled for the
/// instruction set at hand. Written for any [`Real`], `f` can also be evaluated on
/// dual numbers, which is how its derivative is checked.
///
/// Mark both `#[inline(always)]`. The compiler would inline one that is short without being
/// told; another takes several times as long, because it is compiled for the oldest processor.
///
/// At a kink, `df` returns an element of the subdifferential. A NaN that goes in has
/// to come out: prefer `if x < R::ZERO { .. } else { x }` to its mirror image.
///
/// ```
/// use densely_layers::Activation;
/// use densely_tensor::Real;
///
/// /// The inverse square root unit: x / √(1 + x²).
/// #[derive(Debug, Clone)]
/// struct Isru;
///
/// impl Activation for Isru {
///     #[inline(always)]
///     fn f<R: Real>(&self, x: R) -> R {
///         x / (x * x + R::ONE).sqrt()
///     }
///
///     #[inline(always)]
///     fn df<R: Real>(&self, x: R, _y: R) -> R {
///         let d = (x * x + R::ONE).sqrt();
///         R::ONE / (d * d * d)
///     }
/// }
/// assert_eq!(Isru.f(0.75_f64), 0.6);
/// assert_eq!(Isru.df(0.75_f64, 0.6), 0.512);
/// ```
pub trait Activation: Clone + Debug + Send + Sync {
    /// `f(x)`.
    fn f<R: Real>(&self, x: R) -> R;

    /// `f'(x)`. `y` is `f(x)`, for derivatives that are cheaper in terms of it.
    fn df<R: Real>(&self, x: R, y: R) -> R;

    /// On which sides `f` becomes flat, as `f'` at ±1000 tells. A function with a state of
    /// rest on one side, where a unit may well be for most examples, is `OneSided`.
    fn saturation(&self) -> Saturation {
        let flat = |x: f64| self.df(x, self.f(x)).abs() < Saturation::SLOPE;
        match (flat(-1e3), flat(1e3)) {
            (true, true) => Saturation::TwoSided,
            (false, false) => Saturation::Never,
            _ => Saturation::OneSided,
        }
    }

    /// The initialiser for the weights before it: Xavier's if `f` is flat on both sides,
    /// otherwise He's.
    fn initializer(&self) -> Initializer {
        match self.saturation() {
            Saturation::TwoSided => Initializer::XavierNormal,
            _ => Initializer::HeNormal,
        }
    }

    /// What it is, as plain data. A type without fields is known by its name, `Isru` as
    /// `isru`; one that has options says here what they are:
    /// [`Described::described`](crate::Described::described) does.
    fn activation_kind(&self) -> Kind {
        Kind::of_type::<Self>(size_of_val(self))
    }
}

impl<T: Scalar, A: Activation> Layer<T> for A {
    fn out_features(&self, in_features: usize) -> Result<usize, ShapeError> {
        Ok(in_features)
    }

    fn forward(&self, x: MatRef<'_, T>, mut y: MatMut<'_, T>, _tape: MatMut<'_, T>) {
        assert_eq!((x.nrows(), x.ncols()), (y.nrows(), y.ncols()), "shapes of x and y");
        vectorize(
            #[inline(always)]
            || {
                for j in 0..x.ncols() {
                    map(
                        column_mut(y.as_mut(), j),
                        [column(x, j)],
                        #[inline(always)]
                        |[x]| self.f(x),
                    );
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
        let shape = (x.nrows(), x.ncols());
        assert_eq!(shape, (y.nrows(), y.ncols()), "shapes of x and y");
        assert_eq!(shape, (dy.nrows(), dy.ncols()), "shapes of x and dy");
        assert_eq!(shape, (dx.nrows(), dx.ncols()), "shapes of x and dx");
        vectorize(
            #[inline(always)]
            || {
                for j in 0..x.ncols() {
                    let arguments = [column(x, j), column(y, j), column(dy, j)];
                    map(
                        column_mut(dx.as_mut(), j),
                        arguments,
                        #[inline(always)]
                        |[x, y, dy]| dy * self.df(x, y),
                    );
                }
            },
        );
    }

    fn kind(&self) -> Kind {
        self.activation_kind()
    }

    fn unit_saturation(&self) -> Saturation {
        self.saturation()
    }

    fn expression(&self) -> Option<Expression> {
        Expression::of(|x| self.f(x))
    }

    fn suited_initializer(&self) -> Initializer {
        self.initializer()
    }
}
