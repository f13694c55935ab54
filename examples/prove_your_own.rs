//! Proves the derivatives of two activations written outside the library, without and with a
//! parameter, in one line each, and prints the report on a derivative that is wrong.
//!
//! `cargo run --release -p densely --example prove_your_own`

use densely::prelude::*;
use densely_gradcheck::{ActivationCheck, Mistake, activation};

/// Softsign, `f(x) = x / (1 + |x|)`: like tanh, but slower to saturate.
#[derive(Debug, Clone)]
struct Softsign;

impl Activation for Softsign {
    #[inline(always)]
    fn f<R: Real>(&self, x: R) -> R {
        x / (R::ONE + x.abs())
    }

    #[inline(always)]
    fn df<R: Real>(&self, x: R, _y: R) -> R {
        let d = R::ONE + x.abs();
        R::ONE / (d * d)
    }
}

/// The same with a temperature: `f(x) = x / (t + |x|)`.
#[derive(Debug, Clone)]
struct ScaledSoftsign {
    temperature: f64,
}

impl Activation for ScaledSoftsign {
    #[inline(always)]
    fn f<R: Real>(&self, x: R) -> R {
        x / (R::from_f64(self.temperature) + x.abs())
    }

    #[inline(always)]
    fn df<R: Real>(&self, x: R, _y: R) -> R {
        let t = R::from_f64(self.temperature);
        let d = t + x.abs();
        t / (d * d)
    }
}

/// Softsign once more, whose derivative mistakes `y` for `x`.
#[derive(Debug, Clone)]
struct WrongSoftsign;

impl Activation for WrongSoftsign {
    #[inline(always)]
    fn f<R: Real>(&self, x: R) -> R {
        x / (R::ONE + x.abs())
    }

    #[inline(always)]
    fn df<R: Real>(&self, _x: R, y: R) -> R {
        let d = R::ONE + y.abs();
        R::ONE / (d * d)
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // In a test, `activation(&Softsign).unwrap();` is all.
    println!("{}", activation(&Softsign)?);

    // With another temperature in every case.
    let family = ActivationCheck::family(|draw| {
        let temperature = draw.uniform(0.5, 4.0);
        ScaledSoftsign { temperature }
    });
    println!("{}", family.run()?);

    let failure = activation(&WrongSoftsign).err().ok_or("the mistake was not found")?;
    println!("{failure}");
    assert_eq!(failure.guess, Some(Mistake::OutputForInput));
    Ok(())
}
