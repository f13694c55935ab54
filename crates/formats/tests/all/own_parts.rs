//! Models with layers, activations, losses and transformations of a user's own.

use std::fs;
use std::path::Path;

use densely_data::Dataset;
use densely_formats::{FormatError, ModelFile, Provenance, weights_hash};
use densely_layers::{
    Activation, At, Described, Kind, Layer, LayerKind, Linear, Options, Param, Sequential, Spec,
};
use densely_loss::{Loss, MulticlassSvm, SoftmaxCrossEntropy, Target, TargetKind};
use densely_models::{CrossValidation, Mlp, Model, Predictor, Preparation, Registry, Trainer};
use densely_preprocess::{Learned, Opt, PreprocessError, Range, Transform, TransformKind, Value};
use densely_tensor::{
    Initializer, Key, Mat, MatMut, MatRef, Purpose, Real, Scalar, ShapeError, Stream, Threads,
};

#[derive(Debug, Clone)]
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

/// A factor for each unit, after which the parameters do not begin with a weight.
#[derive(Debug, Clone)]
struct Scaled<T> {
    factors: Param<T>,
}

impl<T: Scalar> LayerKind<T> for Scaled<T> {
    const SPEC: Spec = Spec::new("scaled", "each value times a factor that is learned");

    fn from_options(_options: &Options, inputs: usize) -> Result<Self, ShapeError> {
        Ok(Self { factors: Param::scale(Mat::full(inputs, 1, T::ONE)) })
    }
}

impl<T: Scalar> Layer<T> for Scaled<T> {
    fn kind(&self) -> Kind {
        Kind::new("scaled")
    }

    fn out_features(&self, in_features: usize) -> Result<usize, ShapeError> {
        Ok(in_features)
    }

    fn forward(&self, x: MatRef<'_, T>, mut y: MatMut<'_, T>, _tape: MatMut<'_, T>) {
        for j in 0..x.ncols() {
            for i in 0..x.nrows() {
                y[(i, j)] = self.factors.value[(i, 0)] * x[(i, j)];
            }
        }
    }

    fn forward_train(&self, x: MatRef<'_, T>, y: MatMut<'_, T>, tape: MatMut<'_, T>, _at: At) {
        self.forward(x, y, tape);
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

/// Says that it is another layer.
#[derive(Debug, Clone)]
struct Impostor;

impl Activation for Impostor {
    fn f<R: Real>(&self, x: R) -> R {
        x.tanh()
    }

    fn df<R: Real>(&self, _x: R, y: R) -> R {
        R::ONE - y * y
    }

    fn activation_kind(&self) -> Kind {
        Kind::new("relu")
    }
}

/// Has an option and does not say so.
#[derive(Debug, Clone)]
struct Leak(f64);

impl Activation for Leak {
    fn f<R: Real>(&self, x: R) -> R {
        if x < R::ZERO { R::from_f64(self.0) * x } else { x }
    }

    fn df<R: Real>(&self, x: R, _y: R) -> R {
        if x < R::ZERO { R::from_f64(self.0) } else { R::ONE }
    }
}

/// −s of the right class.
#[derive(Debug, Clone)]
struct RightScore;

impl<T: Scalar> Loss<T> for RightScore {
    fn name(&self) -> &'static str {
        "right-score"
    }

    fn target_kind(&self) -> TargetKind {
        TargetKind::Labels
    }

    fn example(&self, scores: &[T], target: Target<'_, T>, dscores: &mut [T]) -> T {
        let label = target.label();
        dscores.fill(T::ZERO);
        dscores[label] = -T::ONE;
        -scores[label]
    }
}

impl Described for RightScore {
    const SPEC: Spec = Spec::new("right-score", "minus the score of the right class");

    fn from_options(_options: &Options) -> Self {
        Self
    }
}

/// `y = sign(x − μ) |x − μ|ᵖ`, with the mean of each feature.
#[derive(Debug)]
struct Power {
    mean: Vec<f64>,
    exponent: f64,
    /// What it does not say: 0 in what it is made of again.
    unsaid: f64,
}

impl Power {
    fn map(&self, from: MatRef<'_, f64>, mut to: MatMut<'_, f64>, f: impl Fn(f64, f64) -> f64) {
        for j in 0..from.ncols() {
            for i in 0..from.nrows() {
                to[(i, j)] = f(from[(i, j)], self.mean[i]) + self.unsaid;
            }
        }
    }
}

impl Transform for Power {
    fn in_features(&self) -> usize {
        self.mean.len()
    }

    fn out_features(&self) -> usize {
        self.mean.len()
    }

    fn apply(&self, x: MatRef<'_, f64>, y: MatMut<'_, f64>) {
        let p = self.exponent;
        self.map(x, y, |x, mean| (x - mean).signum() * (x - mean).abs().powf(p));
    }

    fn invert(&self, y: MatRef<'_, f64>, x: MatMut<'_, f64>) {
        let p = self.exponent;
        self.map(y, x, |y, mean| mean + y.signum() * y.abs().powf(1.0 / p));
    }
}

impl TransformKind for Power {
    const SPEC: Spec = Spec::new("power", "a power of the distance from the mean")
        .options(&[Opt::number("exponent", Range::POSITIVE).default_number(0.5)]);

    fn fit_by<T: Scalar>(
        options: &Options,
        x: MatRef<'_, T>,
        _threads: &Threads,
    ) -> Result<Self, PreprocessError> {
        let mean = |i| (0..x.ncols()).map(|j| x[(i, j)].to_f64()).sum::<f64>() / x.ncols() as f64;
        let mean = (0..x.nrows()).map(mean).collect();
        Ok(Self { mean, exponent: options.number("exponent"), unsaid: 0.0 })
    }

    fn values(&self) -> Vec<Value> {
        vec![self.exponent.into()]
    }

    fn learned(&self) -> Learned {
        Learned::new().with_vector("mean", &self.mean)
    }

    fn from_learned(
        options: &Options,
        features: usize,
        learned: &mut Learned,
    ) -> Result<Self, PreprocessError> {
        let mean = learned.vector("mean", features)?;
        Ok(Self { mean, exponent: options.number("exponent"), unsaid: 0.0 })
    }

    fn keeps_features(&self) -> bool {
        true
    }
}

fn known() -> Registry<f32> {
    let known = Registry::new().layer::<Isru>().layer::<Scaled<f32>>().loss::<RightScore>();
    known.transformation::<Power>()
}

fn data() -> Dataset<f64> {
    let x = Mat::from_fn(3, 60, |i, j| ((7 * i + 3 * j * j + i * j) % 23) as f64);
    Dataset::classification(x, (0..60).map(|j| (j * j) % 3).collect(), 3).unwrap()
}

fn preparation() -> Preparation {
    Preparation::fit(["standardize"], &data()).unwrap()
}

fn linear(inputs: usize, outputs: usize) -> Linear<f32> {
    let mut stream = Stream::new(outputs as u64, Purpose::Other, Key::default());
    Linear::new(inputs, outputs, Initializer::HeNormal, &mut stream).unwrap()
}

/// 3-4-3, with this layer in between.
fn with(layer: impl Layer<f32> + 'static) -> Model<f32> {
    let network = Sequential::new(3).unwrap().with(linear(3, 4)).unwrap().with(layer).unwrap();
    Model::new(network.with(linear(4, 3)).unwrap(), SoftmaxCrossEntropy::new())
}

fn file(model: Model<f32>) -> ModelFile<f32> {
    prepared(preparation(), model)
}

fn prepared(preparation: Preparation, model: Model<f32>) -> ModelFile<f32> {
    let predictor = Predictor::new(preparation, model).unwrap();
    ModelFile { predictor, provenance: Provenance::default() }
}

/// Trains, saves, loads and compares.
fn comes_back(model: Model<f32>, path: &Path) {
    file_comes_back(file(model), path);
}

fn file_comes_back(mut saved: ModelFile<f32>, path: &Path) {
    let prepared = saved.predictor.preparation().dataset(&data()).unwrap();
    Trainer::default().epochs(3).fit(saved.predictor.model_mut(), &prepared).unwrap();
    saved.save_with(path, &known()).unwrap();
    let loaded = ModelFile::load_with(path, &known()).unwrap();
    let (ours, theirs) = (saved.predictor.model(), loaded.predictor.model());
    assert_eq!(weights_hash(ours), weights_hash(theirs));
    let predict =
        |file: &ModelFile<f32>| file.predictor.predict(data().x(), &Threads::single()).unwrap();
    assert_eq!(predict(&saved), predict(&loaded));
    assert_eq!(ours.network().kinds(), theirs.network().kinds());
}

fn message(result: Result<(), FormatError>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn parts_that_are_registered_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model");
    comes_back(with(Isru), &path);
    let scaled = <Scaled<f32> as LayerKind<f32>>::from_options;
    let options = <Scaled<f32> as LayerKind<f32>>::SPEC.read(&Kind::new("scaled")).unwrap();
    comes_back(with(scaled(&options, 4).unwrap()), &path);
    // A parameter before the first weight.
    let first = Sequential::new(3).unwrap().with(scaled(&options, 3).unwrap()).unwrap();
    comes_back(Model::new(first.with(linear(3, 3)).unwrap(), MulticlassSvm::new()), &path);
    // By their names, and with a loss of one's own.
    let mlp = Mlp::classifier(3, 3).hidden([4]).activation(Isru).loss("right-score");
    comes_back(mlp.build_with(&known()).unwrap(), &path);
}

#[test]
fn what_is_not_registered_is_an_error_that_says_how() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model");
    let error = message(file(with(Isru)).save(&path));
    let expected = "the layer `isru` is not known here: register it, as \
                    `Registry::new().layer::<...>()`, and use `save_with` and `load_with`";
    assert_eq!(error, format!("{}: {expected}", path.display()));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is written");
    file(with(Isru)).save_with(&path, &known()).unwrap();
    let error = ModelFile::<f32>::load_with(&path, &Registry::new()).unwrap_err().to_string();
    assert!(error.ends_with(expected), "{error}");
    let error = densely_formats::AnyModel::load(&path).unwrap_err().to_string();
    assert!(error.ends_with(expected), "{error}");
    let error = ModelFile::<f64>::load_with(&path, &Registry::new()).unwrap_err().to_string();
    assert!(error.ends_with("the model is not in f64"), "{error}");
    let own = Model::new(Sequential::new(3).unwrap().with(linear(3, 3)).unwrap(), RightScore);
    assert!(message(file(own).save(&path)).contains("the loss `right-score` is not known here"));
}

#[test]
fn a_part_that_would_come_back_as_another_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model");
    let error = message(file(with(Impostor)).save(&path));
    assert!(error.contains("is not of the kind which it says it is"), "{error}");
    let error = message(file(with(Leak(0.3))).save(&path));
    assert!(error.contains("layer 1, `leak`, has fields and does not say which kind"), "{error}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is written");
}

fn with_power(kinds: &[&str]) -> Preparation {
    let kinds = kinds.iter().copied();
    Preparation::fit_with(kinds, &data(), known().transformations()).unwrap()
}

fn plain() -> Model<f32> {
    Mlp::classifier(3, 3).hidden([4]).build().unwrap()
}

#[test]
fn a_transformation_that_is_registered_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model");
    for kinds in [&["power"][..], &["standardize", "power(0.3)", "whiten"]] {
        file_comes_back(prepared(with_power(kinds), plain()), &path);
        let loaded = ModelFile::load_with(&path, &known()).unwrap();
        let preparation = loaded.predictor.preparation();
        assert_eq!(preparation, &with_power(kinds));
        assert_eq!(preparation.pipeline().steps().len(), kinds.len());
    }
    let names = with_power(&["power"]).dataset::<f32>(&data()).unwrap();
    assert_eq!(names.feature_names(), data().feature_names());

    let build = |train: &Dataset<f32>| {
        let mlp = Mlp::classifier(train.features(), train.outputs());
        (mlp, Trainer::default().epochs(2))
    };
    let validation = CrossValidation::new(3);
    let scores = validation.clone().preprocess_with(["power"], known().transformations());
    assert_eq!(scores.scores(&data(), build).unwrap().folds().len(), 3);
    let error = validation.preprocess(["power"]).scores(&data(), build).unwrap_err();
    assert!(error.to_string().starts_with("unknown transformation \"power\""), "{error}");
}

#[test]
fn a_transformation_that_is_not_registered_is_an_error_that_says_how() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model");
    let error = message(prepared(with_power(&["center", "power"]), plain()).save(&path));
    let expected = "the transformation `power` is not known here: register it, as \
                    `Registry::new().transformation::<...>()`, and use `save_with` and `load_with`";
    assert_eq!(error, format!("{}: {expected}", path.display()));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is written");
    prepared(with_power(&["power"]), plain()).save_with(&path, &known()).unwrap();
    let error = densely_formats::AnyModel::load(&path).unwrap_err().to_string();
    assert!(error.ends_with(expected), "{error}");
}

#[test]
fn a_transformation_that_has_learnt_more_than_it_says_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model");
    let names = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
    let save = |unsaid| {
        let power = Power { mean: vec![1.0; 3], exponent: 0.5, unsaid };
        let (features, classes) = (names(&["a", "b", "c"]), names(&["x", "y", "z"]));
        let preparation = Preparation::from_parts(features, "class".into(), classes, power, None);
        prepared(preparation.unwrap(), plain()).save_with(&path, &known())
    };
    let error = message(save(1e-3));
    assert!(error.contains("has learnt more than it says, so that it would not come back"));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is written");
    save(0.0).unwrap();
}
