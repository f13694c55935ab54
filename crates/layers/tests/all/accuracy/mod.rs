//! Smooth activations and their derivatives against those of `generate.py`, in arithmetic of 60
//! digits, from one tail to the other.

use densely_layers::{
    Activation, Elu, Gelu, GeluTanh, Mish, Selu, Sigmoid, Silu, Softplus, Softsign, Tanh,
};
use densely_tensor::Scalar;
use densely_tensor::kernels::vectorize;

const CASES: &str = include_str!("cases.txt");

/// How many units of `ε`, the distance from 1 to the next number, a result may be off.
const ROUNDING: f64 = 4.0;

/// `f(x)` and `f'(x)`, by code for the widest instruction set.
fn both<T: Scalar>(name: &str, x: T) -> (T, T) {
    fn of<T: Scalar>(activation: &impl Activation, x: T) -> (T, T) {
        vectorize(
            #[inline(always)]
            || {
                let y = activation.f(x);
                (y, activation.df(x, y))
            },
        )
    }
    match name {
        "elu" => of(&Elu::new(0.75), x),
        "selu" => of(&Selu, x),
        "sigmoid" => of(&Sigmoid, x),
        "tanh" => of(&Tanh, x),
        "softplus" => of(&Softplus, x),
        "silu" => of(&Silu, x),
        "gelu" => of(&Gelu, x),
        "gelu-tanh" => of(&GeluTanh, x),
        "mish" => of(&Mish, x),
        "softsign" => of(&Softsign, x),
        other => panic!("no activation is called {other}"),
    }
}

/// The largest error of both, in units of what is allowed.
fn check<T: Scalar>() {
    for line in CASES.lines() {
        let mut fields = line.split(", ");
        let name = fields.next().unwrap();
        let numbers: Vec<f64> = fields.map(|field| field.parse().unwrap()).collect();
        let &[x, f, df, size] = &numbers[..] else { panic!("four numbers: {line}") };
        let argument = T::from_f64(x);
        if argument.to_f64() != x {
            continue; // An argument of `f64`.
        }
        let (got_f, got_df) = both(name, argument);
        let epsilon = T::EPSILON.to_f64();
        // A product with an exponential that is a subnormal number has its error.
        let smallest = T::MIN_POSITIVE.to_f64() * epsilon * (1.0 + x.abs());
        for (what, got, exact, size) in [("f", got_f, f, f.abs()), ("f'", got_df, df, size)] {
            let error = (got.to_f64() - exact).abs();
            let allowed = ROUNDING * epsilon * size + smallest;
            assert!(error <= allowed, "{what} of {name} at {x}: {got}, not {exact:e}");
        }
    }
}

#[test]
fn double_precision() {
    assert!(CASES.lines().count() > 900);
    check::<f64>();
}

#[test]
fn single_precision() {
    check::<f32>();
}
