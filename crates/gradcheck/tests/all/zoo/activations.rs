use densely_gradcheck::{Check, Mistake, activation};
use densely_layers::Activation;
use densely_tensor::Real;

use crate::zoo::found;

/// `name, f, df, what is found`.
macro_rules! wrong {
    ($($(#[$doc:meta])* $name:ident: |$x:ident| $f:expr, |$dx:ident, $y:ident| $df:expr, $expected:expr;)*) => { $(
        $(#[$doc])*
        #[test]
        fn $name() {
            #[derive(Debug, Clone)]
            struct Wrong;
            impl Activation for Wrong {
                fn f<R: Real>(&self, $x: R) -> R { $f }
                fn df<R: Real>(&self, $dx: R, $y: R) -> R { $df }
            }
            $expected.is(activation(&Wrong));
        }
    )* };
}

fn c<R: Real>(x: f64) -> R {
    R::from_f64(x)
}

wrong! {
    wrong_sign: |x| x.tanh(), |_x, y| y * y - R::ONE,
        found(Check::DualNumbers, "f'").looks_like(Mistake::Sign);
    twice_too_large: |x| x.sigmoid(), |_x, y| c::<R>(2.0) * y * (R::ONE - y),
        found(Check::DualNumbers, "f'").looks_like(Mistake::Factor(2.0));
    zero: |x| x.exp_m1(), |_x, _y| R::ZERO,
        found(Check::DualNumbers, "f'").looks_like(Mistake::Zero);
    x_for_y: |x| x.tanh(), |x, _y| R::ONE - x * x,
        found(Check::DualNumbers, "f'").looks_like(Mistake::InputForOutput);
    y_for_x: |x| x / (R::ONE + x.abs()), |_x, y| R::ONE / ((R::ONE + y.abs()) * (R::ONE + y.abs())),
        found(Check::DualNumbers, "f'").looks_like(Mistake::OutputForInput);
    swapped_branches: |x| if x < R::ZERO { R::ZERO } else { x },
        |x, _y| if x < R::ZERO { R::ONE } else { R::ZERO },
        found(Check::DualNumbers, "f'").looks_like(Mistake::SwappedBranches);
    constant_added: |x| x.sigmoid(), |_x, y| y * (R::ONE - y) + c(0.125),
        found(Check::DualNumbers, "f'").looks_like(Mistake::Offset(0.125));
    factor_left_out: |x| x.sigmoid(), |_x, y| y,
        found(Check::DualNumbers, "f'");
    /// The product rule has two terms.
    term_left_out: |x| x * (c::<R>(1.702) * x).sigmoid(), |x, _y| (c::<R>(1.702) * x).sigmoid(),
        found(Check::DualNumbers, "f'");
    /// ELU with α = 0.5, whose derivative forgets α.
    parameter_left_out: |x| if x > R::ZERO { x } else { c::<R>(0.5) * x.exp_m1() },
        |x, _y| if x > R::ZERO { R::ONE } else { x.exp() },
        found(Check::DualNumbers, "f'");
    clipped_on_one_side_only: |x| x.max(R::ZERO).min(c(6.0)),
        |x, _y| if x > R::ZERO { R::ONE } else { R::ZERO },
        found(Check::DualNumbers, "f'");
    /// Softplus whose derivative is cut off: wrong by 2e-9, which no difference would see.
    cut_off_too_early: |x| x.max(R::ZERO) + (-x.abs()).exp().ln_1p(),
        |x, _y| if x > c(20.0) { R::ONE } else { x.sigmoid() },
        found(Check::DualNumbers, "f'");
    /// Wrong by 1e-10 everywhere.
    rounded_constant: |x| x.tanh(), |_x, y| c::<R>(1.0 + 1e-10) * (R::ONE - y) * (R::ONE + y),
        found(Check::DualNumbers, "f'");
    too_much_at_the_kink: |x| if x < R::ZERO { R::ZERO } else { x },
        |x, _y| if x == R::ZERO { c(2.0) } else if x > R::ZERO { R::ONE } else { R::ZERO },
        found(Check::Subgradient, "f' at 0");
    /// The slopes at 0 are 0.1 and 1.
    nothing_at_the_kink: |x| if x > R::ZERO { x } else { c::<R>(0.1) * x },
        |x, _y| if x > R::ZERO { R::ONE } else if x < R::ZERO { c(0.1) } else { R::ZERO },
        found(Check::Subgradient, "f' at 0");
    wrong_at_the_second_kink: |x| x.max(R::ZERO).min(c(6.0)),
        |x, _y| if x == c(6.0) { c(-1.0) } else if x > R::ZERO && x < c(6.0) { R::ONE } else { R::ZERO },
        found(Check::Subgradient, "f' at 6");
    nan_becomes_zero: |x| if x > R::ZERO { x } else { R::ZERO },
        |x, _y| if x > R::ZERO { R::ONE } else { R::ZERO },
        found(Check::NotANumber, "f of NaN");
    overflow_in_the_derivative: |x| x.max(R::ZERO) + (-x.abs()).exp().ln_1p(),
        |x, _y| x.exp() / (R::ONE + x.exp()),
        found(Check::NotANumber, "f' of a large number");
    overflow_in_the_function: |x| { let (a, b) = (x.exp(), (-x).exp()); a / (a + b) },
        |_x, y| c::<R>(2.0) * y * (R::ONE - y),
        found(Check::NotANumber, "f of a large number");
    /// Near 0 the exponentials cancel, and f32 has too few digits for that.
    cancellation: |x| { let (a, b) = (x.exp(), (-x).exp()); (a - b) / (a + b) },
        |_x, y| (R::ONE - y) * (R::ONE + y),
        found(Check::SinglePrecision, "f");
}
