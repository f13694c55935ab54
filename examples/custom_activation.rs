//! An activation written outside the library is used like the library's own: by its name, too.
//!
//! `cargo run --release -p densely --example custom_activation`

use densely::prelude::*;

/// The inverse square root unit, `f(x) = x / √(1 + x²)`: like tanh, but slower to saturate.
#[derive(Debug, Clone, Copy)]
struct Isru;

impl Activation for Isru {
    #[inline(always)]
    fn f<R: Real>(&self, x: R) -> R {
        x / (x * x + R::ONE).sqrt()
    }

    #[inline(always)]
    fn df<R: Real>(&self, x: R, _y: R) -> R {
        let d = (x * x + R::ONE).sqrt();
        R::ONE / (d * d * d)
    }
}

impl Described for Isru {
    const SPEC: Spec = Spec::new("isru", "x / sqrt(1 + x²)");

    fn from_options(_options: &Options) -> Self {
        Self
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (train, test) = digits().split(0.2, 1)?;
    let preparation = Preparation::fit(["standardize"], &train)?;
    let (train, test) = (preparation.dataset::<f32>(&train)?, preparation.dataset(&test)?);

    let known = Registry::<f32>::new().layer::<Isru>();
    let mlp = Mlp::classifier(64, 10).hidden([48]).activation(Isru).seed(1);
    let mut model = mlp.build_with(&known)?;
    let history =
        Trainer::new(Sgd::new(0.1).momentum(0.9)).epochs(20).seed(1).fit(&mut model, &train)?;

    let kinds: Vec<_> = model.network().kinds().iter().map(Kind::to_string).collect();
    println!("{} with {} parameters", kinds.join(" - "), model.parameters());
    println!("training loss {:.4} in the last epoch", history.last().train_loss);
    let evaluation = model.evaluate(&test)?;
    println!("test accuracy {:.1} %", 100.0 * evaluation.score());
    assert!(evaluation.score() > 0.95, "the digits are easier than that");
    Ok(())
}
