//! A layer with parameters of its own: trained, proven, saved, and loaded again by its name.
//!
//! `cargo run --release -p densely --example custom_layer`

use densely::prelude::*;
use densely_gradcheck::LayerCheck;

/// `y = s ⊙ x`, with a factor for each unit that is learned.
///
/// | | |
/// |---|---|
/// | backward, input | `dx = s ⊙ dy` |
/// | backward, factors | `ds = Σⱼ x[:, j] ⊙ dy[:, j]` |
#[derive(Debug, Clone)]
struct Scaled<T> {
    factors: Param<T>,
}

impl<T: Scalar> LayerKind<T> for Scaled<T> {
    const SPEC: Spec = Spec::new("scaled", "each value times a factor that is learned");
    const ACTIVATION: bool = true;

    fn from_options(_options: &Options, inputs: usize) -> Result<Self, ShapeError> {
        Ok(Self { factors: Param::scale(Mat::full(inputs, 1, T::ONE)) })
    }
}

impl<T: Scalar> Layer<T> for Scaled<T> {
    fn kind(&self) -> Kind {
        Kind::new("scaled")
    }

    fn out_features(&self, in_features: usize) -> Result<usize, ShapeError> {
        ShapeError::expect("Scaled", "inputs", self.factors.len(), in_features)?;
        Ok(in_features)
    }

    fn forward(&self, x: MatRef<'_, T>, mut y: MatMut<'_, T>, _tape: MatMut<'_, T>) {
        for j in 0..x.ncols() {
            for i in 0..x.nrows() {
                y[(i, j)] = self.factors.value[(i, 0)] * x[(i, j)];
            }
        }
    }

    fn backward_input(
        &self,
        _x: MatRef<'_, T>,
        _y: MatRef<'_, T>,
        dy: MatRef<'_, T>,
        dx: MatMut<'_, T>,
        tape: MatMut<'_, T>,
    ) {
        self.forward(dy, dx, tape);
    }

    fn backward_params(
        &mut self,
        x: MatRef<'_, T>,
        dy: MatRef<'_, T>,
        _tape: MatRef<'_, T>,
        _threads: &Threads,
    ) {
        for i in 0..x.nrows() {
            self.factors.grad[(i, 0)] = (0..x.ncols()).map(|j| x[(i, j)] * dy[(i, j)]).sum();
        }
    }

    fn visit_params(&self, visit: &mut dyn FnMut(&Param<T>)) {
        visit(&self.factors);
    }

    fn visit_params_mut(&mut self, visit: &mut dyn FnMut(&mut Param<T>)) {
        visit(&mut self.factors);
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Its gradients are proven, on random shapes and values.
    let options = <Scaled<f64> as LayerKind<f64>>::SPEC.read(&Kind::new("scaled"))?;
    let check = LayerCheck::new(|draw| {
        Scaled::<f64>::from_options(&options, draw.inputs).expect("there is memory")
    });
    println!("{}", check.run()?);

    let (train, test) = digits().split(0.2, 1)?;
    let preparation = Preparation::fit(["standardize"], &train)?;
    let prepared = preparation.dataset::<f32>(&train)?;

    // A network of named layers, one of them ours.
    let known = Registry::<f32>::new().layer::<Scaled<f32>>();
    let layers = Kind::list("scaled, linear(48), relu, linear(10)")?;
    let mut model = Model::of_kinds(64, &layers, &Kind::new("softmax"), &known)?;
    model.draw_weights(1);
    let mut predictor = Predictor::new(preparation, model)?;
    Trainer::default().epochs(30).fit(predictor.model_mut(), &prepared)?;
    let threads = Threads::single();
    let accuracy = predictor.evaluate(&test, &threads)?.score();
    println!("test accuracy {:.1} %", 100.0 * accuracy);
    assert!(accuracy > 0.95, "the digits are easier than that");

    // It comes back by its name, where that is known.
    let path = std::env::temp_dir().join(format!("densely-{}.safetensors", std::process::id()));
    ModelFile { predictor, provenance: Provenance::default() }.save_with(&path, &known)?;
    let loaded = ModelFile::load_with(&path, &known);
    let unknown = AnyModel::load(&path);
    std::fs::remove_file(&path)?;
    assert_eq!(loaded?.predictor.evaluate(&test, &threads)?.score(), accuracy);
    println!("without the registry: {}", unknown.err().map_or_else(String::new, |e| e.to_string()));
    Ok(())
}
