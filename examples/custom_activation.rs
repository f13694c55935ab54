//! An activation written outside the library is used like the library's own.
//!
//! `cargo run --release -p densely --example custom_activation`

use densely::prelude::*;

/// Softsign, `f(x) = x / (1 + |x|)`: like tanh, but slower to saturate.
#[derive(Debug, Clone, Copy)]
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

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (train, test) = digits().split(0.2, 1)?;
    let preparation = Preparation::fit(Method::Standardize, &train)?;
    let (train, test) = (preparation.dataset::<f32>(&train)?, preparation.dataset(&test)?);

    // A network that is described by a few numbers knows the library's activations only;
    // a network that is made of layers takes any.
    let stream = |layer| Stream::new(1, Purpose::Weights, Key { layer, ..Key::default() });
    let network = Sequential::new(64)?
        .with(Linear::new(64, 48, Initializer::XavierNormal, &mut stream(0))?)?
        .with(Softsign)?
        .with(Linear::new(48, 10, Initializer::XavierNormal, &mut stream(1))?)?;
    let mut model = Model::new(network, SoftmaxCrossEntropy::new());
    let history =
        Trainer::new(Sgd::new(0.1).momentum(0.9)).epochs(20).seed(1).fit(&mut model, &train)?;

    let kinds: Vec<_> = model.network().stages().iter().map(|stage| stage.layer().kind()).collect();
    println!("{} with {} parameters", kinds.join(" - "), model.parameters());
    println!("training loss {:.4} in the last epoch", history.last().train_loss);
    let evaluation = model.evaluate(&test)?;
    println!("test accuracy {:.1} %", 100.0 * evaluation.score());
    assert!(evaluation.score() > 0.95, "the digits are easier than that");
    Ok(())
}
