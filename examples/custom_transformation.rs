//! A transformation of features written outside the library: named, cross-validated, saved, and
//! loaded again.
//!
//! `cargo run --release -p densely --example custom_transformation`

use densely::prelude::*;
use densely::preprocess::{Opt, PreprocessError, Range, Value};

/// `y = ln(x − min + shift)`: for values that are mostly small, and sometimes very large.
#[derive(Debug)]
struct Logarithm {
    minimum: Vec<f64>,
    shift: f64,
}

impl Logarithm {
    /// Each value of `to` from that of `from`, and the smallest one of its feature.
    fn each(&self, from: MatRef<'_, f64>, mut to: MatMut<'_, f64>, f: impl Fn(f64, f64) -> f64) {
        for j in 0..from.ncols() {
            for i in 0..from.nrows() {
                to[(i, j)] = f(from[(i, j)], self.minimum[i]);
            }
        }
    }
}

impl Transform for Logarithm {
    fn in_features(&self) -> usize {
        self.minimum.len()
    }

    fn out_features(&self) -> usize {
        self.minimum.len()
    }

    fn apply(&self, x: MatRef<'_, f64>, y: MatMut<'_, f64>) {
        // What is smaller than all of the training data is as their smallest.
        self.each(x, y, |x, min| ((x - min).max(0.0) + self.shift).ln());
    }

    fn invert(&self, y: MatRef<'_, f64>, x: MatMut<'_, f64>) {
        self.each(y, x, |y, min| y.exp() - self.shift + min);
    }
}

impl TransformKind for Logarithm {
    const SPEC: Spec =
        Spec::new("logarithm", "the logarithm of how far a value is from the smallest")
            .options(&[Opt::number("shift", Range::POSITIVE).default_number(1.0)]);

    fn fit_by<T: Scalar>(
        options: &Options,
        x: MatRef<'_, T>,
        _threads: &Threads,
    ) -> Result<Self, PreprocessError> {
        let row = |i| (0..x.ncols()).map(move |j| x[(i, j)].to_f64());
        let minimum = (0..x.nrows()).map(|i| row(i).fold(f64::INFINITY, f64::min)).collect();
        Ok(Self { minimum, shift: options.number("shift") })
    }

    fn values(&self) -> Vec<Value> {
        vec![self.shift.into()]
    }

    fn learned(&self) -> Learned {
        Learned::new().with_vector("minimum", &self.minimum)
    }

    fn from_learned(
        options: &Options,
        features: usize,
        learned: &mut Learned,
    ) -> Result<Self, PreprocessError> {
        let minimum = learned.vector("minimum", features)?;
        Ok(Self { minimum, shift: options.number("shift") })
    }

    fn keeps_features(&self) -> bool {
        true
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Beside ours, by its name.
    let known = Registry::<f32>::new().transformation::<Logarithm>();
    let kinds = Kind::list("logarithm(0.5), standardize, pca(0.95)")?;

    let (train, test) = digits().split(0.2, 1)?;
    let validation = CrossValidation::new(4).preprocess_with(&kinds, known.transformations());
    let scores = validation.scores(&train, |train: &Dataset<f32>| {
        let mlp = Mlp::classifier(train.features(), train.outputs()).hidden([48]);
        (mlp, Trainer::default().epochs(10))
    })?;
    println!("accuracy on what was held out: {:.1} %", 100.0 * scores.mean());

    let preparation = Preparation::fit_with(&kinds, &train, known.transformations())?;
    println!("fitted: {}", preparation.pipeline());
    let prepared = preparation.dataset::<f32>(&train)?;
    let mlp = Mlp::classifier(prepared.features(), prepared.outputs()).hidden([48]).seed(1);
    let mut predictor = Predictor::<f32>::new(preparation, mlp)?;
    Trainer::default().epochs(30).fit(predictor.model_mut(), &prepared)?;
    let threads = Threads::single();
    let accuracy = predictor.evaluate(&test, &threads)?.score();
    println!("test accuracy {:.1} %", 100.0 * accuracy);
    assert!(accuracy > 0.93, "the digits are easier than that");

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
