//! Random sequences of public calls, with random shapes and values, many of them senseless:
//! no call panics; what is valid is accepted and has the right shape, what is not is an error
//! with a message.

use std::fmt::Display;

use densely::loss::TargetKind;
use densely::models::ModelError;
use densely::prelude::*;
use densely::tensor::first_non_finite;
use proptest::prelude::*;

/// What there is to call.
#[derive(Debug, Clone, Copy)]
enum Call {
    Data,
    Build,
    Scores,
    Fit,
    Evaluate,
    Step,
    Preprocess,
    Chunks,
    Predict,
    Split,
}

fn calls() -> impl Strategy<Value = Vec<(Call, u64)>> {
    use Call::{Build, Chunks, Data, Evaluate, Fit, Predict, Preprocess, Scores, Split, Step};
    let kinds = vec![Data, Build, Scores, Fit, Evaluate, Step, Preprocess, Chunks, Predict, Split];
    let call = (prop::sample::select(kinds), any::<u64>().no_shrink());
    prop::collection::vec(call, 1..20)
}

/// What the calls before have made.
struct State {
    data: Dataset<f64>,
    model: Model<f64>,
    spec: Mlp,
    threads: Threads,
}

/// A result that is an error has something to say. Returns what there is.
fn told<R, E: Display>(outcome: Result<R, E>) -> Option<R> {
    outcome.map_err(|error| assert!(error.to_string().len() > 10, "{error}")).ok()
}

/// The random arguments of a call.
struct Arguments(Stream);

impl Arguments {
    fn new(seed: u64) -> Self {
        Self(Stream::new(seed, Purpose::Other, Key::default()))
    }

    fn below(&mut self, bound: usize) -> usize {
        self.0.below(bound)
    }

    fn choose<C: Clone>(&mut self, choices: &[C]) -> C {
        choices[self.below(choices.len())].clone()
    }

    /// `usual`, or a size that may not fit, or none.
    fn size(&mut self, usual: usize) -> usize {
        if self.below(3) > 0 { usual } else { self.below(6) }
    }

    fn matrix(&mut self, rows: usize, columns: usize) -> Mat<f64> {
        let odd = [0.0, 1e308, -1e308, 1e-300, f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
        let wild = self.below(4) == 0;
        Mat::from_fn(rows, columns, |_, _| {
            if wild && self.below(8) == 0 { self.choose(&odd) } else { self.0.normal() }
        })
    }

    fn widths(&mut self) -> Vec<usize> {
        (0..self.below(3)).map(|_| self.size(4)).collect()
    }

    fn components(&mut self) -> Components {
        let count = Components::Count(self.below(4));
        let share = Components::Share(self.choose(&[0.0, 0.5, 0.95, 1.0, 2.0, -1.0, f64::NAN]));
        self.choose(&[Components::All, count, share])
    }

    fn method(&mut self) -> Method {
        let components = self.components();
        let (lower, upper) = (self.choose(&[-1.0, 0.0, f64::NAN]), self.choose(&[0.0, 1.0, 1e308]));
        let (channels, layout) = (self.below(4), ChannelLayout::Planes);
        let simple = [
            Method::None,
            Method::Center,
            Method::Standardize,
            Method::MinMax { lower, upper },
            Method::Pca { components },
            Method::Whiten { components },
            Method::Zca { components },
            Method::MeanImage,
            Method::PerChannelMean { channels, layout },
        ];
        match self.below(4) {
            0 => Method::Pipeline((0..self.below(3)).map(|_| self.choose(&simple)).collect()),
            _ => self.choose(&simple),
        }
    }
}

impl State {
    fn new() -> Self {
        let x = Mat::from_fn(2, 6, |i, j| (i + 2 * j) as f64);
        let data = Dataset::classification(x, vec![0, 1, 2, 0, 1, 2], 3).unwrap();
        let spec = Mlp::classifier(2, 3).hidden([4]);
        let (model, threads) = (spec.build().unwrap(), Threads::single());
        Self { data, model, spec, threads }
    }

    fn call(&mut self, call: Call, arguments: &mut Arguments) {
        match call {
            Call::Data => self.data(arguments),
            Call::Build => self.build(arguments),
            Call::Scores => self.scores(arguments),
            Call::Fit => self.fit(arguments),
            Call::Evaluate => {
                let evaluation = told(self.model.evaluate(&self.data));
                assert_eq!(evaluation.is_some(), self.fits());
            }
            Call::Step => self.step(arguments),
            Call::Preprocess => self.preprocess(arguments),
            Call::Chunks => Self::chunks(arguments),
            Call::Predict => self.predict(arguments),
            Call::Split => self.split(arguments),
        }
    }

    /// How many classes the model tells apart, if any: as many as it has outputs, or two with
    /// one output; `Some(0)` if the loss takes no such number of outputs.
    fn classes(&self) -> Option<usize> {
        let (loss, outputs) = (self.spec.loss_kind(), self.model.outputs());
        let binary = loss.classes(1) == 2;
        match loss.target_kind() {
            TargetKind::Values => None,
            TargetKind::Labels if !binary => Some(outputs),
            TargetKind::Labels => Some(if outputs == 1 { 2 } else { 0 }),
        }
    }

    /// Whether the data are such as the model takes.
    fn fits(&self) -> bool {
        let kind = self.spec.loss_kind().target_kind();
        let same_kind = self.data.labels().is_some() == (kind == TargetKind::Labels);
        same_kind
            && self.data.features() == self.model.inputs()
            && self.data.outputs() == self.classes().unwrap_or(self.model.outputs())
    }

    fn data(&mut self, arguments: &mut Arguments) {
        let (rows, n) = (arguments.size(self.model.inputs()), arguments.size(7));
        let x = arguments.matrix(rows, n);
        let finite = |m: &Mat<f64>| first_non_finite(m.as_ref()).is_none();
        let (outputs, count) = (arguments.size(self.model.outputs()), arguments.size(n));
        let sizes = rows > 0 && n > 0 && outputs > 0 && count == n && finite(&x);
        let (data, valid) = if arguments.below(2) == 0 {
            let bound = outputs.max(1) + usize::from(arguments.below(8) == 0);
            let labels: Vec<usize> = (0..count).map(|_| arguments.below(bound)).collect();
            let valid = sizes && labels.iter().all(|&label| label < outputs);
            (Dataset::classification(x, labels, outputs), valid)
        } else {
            let values = arguments.matrix(outputs, count);
            let valid = sizes && finite(&values);
            (Dataset::regression(x, values), valid)
        };
        let data = told(data);
        assert_eq!(data.is_some(), valid);
        if let Some(data) = data {
            assert_eq!((data.features(), data.len(), data.outputs()), (rows, n, outputs));
            self.data = data;
        }
    }

    fn build(&mut self, arguments: &mut Arguments) {
        let inputs = arguments.size(self.data.features());
        let outputs = arguments.size(self.data.outputs());
        let spec = Mlp::classifier(inputs, outputs)
            .hidden(arguments.widths())
            .activation(arguments.choose(&ActivationKind::ALL))
            .loss(arguments.choose(&LossKind::ALL))
            .seed(arguments.below(9) as u64);
        let widths = spec.hidden_widths().iter().chain([&inputs, &outputs]);
        let valid = widths.into_iter().all(|&width| width > 0);
        let model = told(spec.build::<f64>());
        assert_eq!(model.is_some(), valid);
        if let Some(model) = model {
            assert_eq!(model.parameters(), parameters(&spec));
            (self.model, self.spec) = (model, spec);
        }
    }

    fn scores(&mut self, arguments: &mut Arguments) {
        let (rows, n) = (arguments.size(self.model.inputs()), arguments.below(40));
        let x = arguments.matrix(rows, n);
        let scores = told(self.model.scores(x.as_ref(), &self.threads));
        assert_eq!(scores.is_some(), rows == self.model.inputs());
        let mut workspace = Workspace::new();
        let again = told(self.model.predict_with(x.as_ref(), &mut workspace));
        let classes = told(self.model.classify(x.as_ref(), &self.threads));
        let probabilities = told(self.model.probabilities(x.as_ref(), &self.threads));
        let Some(scores) = scores else { return };
        let outputs = self.model.outputs();
        assert_eq!(scores.shape(), (outputs, n));
        assert_eq!(again.unwrap().shape(), (outputs, n));
        // NaN speaks for no class.
        let is_nan = (0..n).any(|j| (0..outputs).any(|i| scores[(i, j)].is_nan()));
        assert_eq!(classes.is_none(), is_nan);
        assert!(classes.into_iter().flatten().all(|class| class < outputs.max(2)));
        let Some(Some(probabilities)) = probabilities else { return };
        for j in (0..n).filter(|&j| (0..outputs).all(|i| scores[(i, j)].is_finite())) {
            let sum: f64 = (0..probabilities.nrows()).map(|i| probabilities[(i, j)]).sum();
            assert!((sum - 1.0).abs() < 1e-12, "{sum}");
        }
    }

    fn fit(&mut self, arguments: &mut Arguments) {
        let odd = [0.0, -1.0, f64::NAN, f64::INFINITY, 1e300];
        let mut option =
            |usual| if arguments.below(8) == 0 { arguments.choose(&odd) } else { usual };
        let sgd = Sgd::new(option(0.1)).momentum(option(0.9)).weight_decay(option(0.01));
        let epochs = arguments.below(4);
        let mut trainer = Trainer::new(sgd)
            .epochs(epochs)
            .batch_size(arguments.size(3))
            .validation(arguments.choose(&[0.0, 0.3, 1.0, -1.0, f64::NAN]))
            .seed(7);
        if arguments.below(3) == 0 {
            trainer = trainer.patience(arguments.below(3));
        }
        if let Some(history) = told(trainer.fit(&mut self.model, &self.data)) {
            assert!(self.fits() && history.epochs.len() <= epochs);
            // Infinite it may be: the mean of losses of 1e308, weighted by their numbers.
            assert!(history.epochs.iter().all(|epoch| !epoch.train_loss.is_nan()));
            assert!((1..=history.epochs.len()).contains(&history.kept_epoch));
        }
    }

    fn step(&mut self, arguments: &mut Arguments) {
        let (rows, n) = (arguments.size(self.model.inputs()), arguments.below(5));
        let x = arguments.matrix(rows, n);
        let outputs = self.model.outputs();
        let count = arguments.size(n);
        let classes = self.classes().unwrap_or(outputs);
        let labels: Vec<usize> = (0..count).map(|_| arguments.below(classes + 1)).collect();
        let targets = Targets::Labels(&labels);
        let mut step = TrainingStep::new();
        let loss =
            step.gradients(&mut self.model, x.as_ref(), targets, At::default(), &self.threads);
        let valid = self.classes().is_some()
            && n > 0
            && (rows, count) == (self.model.inputs(), n)
            && labels.iter().all(|&label| label < classes);
        assert_eq!(told(loss).is_some(), valid);
    }

    fn preprocess(&mut self, arguments: &mut Arguments) {
        let (rows, n) = (arguments.below(5), arguments.below(8));
        let x = arguments.matrix(rows, n);
        let Some(fitted) = told(arguments.method().fit(x.as_ref())) else { return };
        assert!(n > 0 && fitted.in_features() == rows && fitted.out_features() <= rows);
        let (rows, n) = (arguments.size(rows), arguments.below(4));
        let other = arguments.matrix(rows, n);
        let transformed = told(fitted.transform(other.as_ref()));
        assert_eq!(transformed.is_some(), rows == fitted.in_features());
        if let Some(y) = transformed {
            assert_eq!(y.shape(), (fitted.out_features(), n));
            let back = told(fitted.inverse_transform(y.as_ref())).unwrap();
            assert_eq!(back.shape(), (fitted.in_features(), n));
        }
        let wrong = arguments.matrix(fitted.out_features() + 1, 1);
        assert!(told(fitted.inverse_transform(wrong.as_ref())).is_none());
    }

    /// Statistics of chunks, not all of which fit.
    fn chunks(arguments: &mut Arguments) {
        let features = arguments.below(5);
        let new = (told(RunningStatistics::new(features)), told(RunningCovariance::new(features)));
        assert_eq!((new.0.is_some(), new.1.is_some()), (features > 0, features > 0));
        let (Some(mut statistics), Some(mut covariance)) = new else { return };
        let mut examples = 0;
        for _ in 0..arguments.below(5) {
            let (rows, n) = (arguments.size(features), arguments.below(6));
            let chunk = arguments.matrix(rows, n);
            let added = told(statistics.partial_fit(chunk.as_ref()));
            assert_eq!(told(covariance.partial_fit(chunk.as_ref())), added);
            examples += if added.is_some() { n } else { 0 };
            assert_eq!((statistics.examples(), covariance.examples()), (examples, examples));
        }
        if arguments.below(2) == 0 {
            told(statistics.merge(&statistics.clone())).unwrap();
            told(covariance.merge(&covariance.clone())).unwrap();
        }
        let center = told(Center::from_statistics(&statistics));
        let standardize = told(Standardize::from_statistics(&statistics));
        assert_eq!((center.is_some(), standardize.is_some()), (examples > 0, examples > 0));
        told(MinMax::from_statistics(&statistics, 0.0, 1.0));
        told(MeanImage::from_statistics(&statistics));
        if let Some(pca) = told(Pca::from_covariance(&covariance, arguments.components())) {
            assert!(pca.out_features() <= features.min(examples - 1));
            let epsilon = arguments.choose(&[0.0, 1e-5, 1.0, -1.0, f64::NAN]);
            told(Whiten::from_pca(pca.clone(), epsilon));
            told(Zca::from_pca(pca, epsilon));
        }
    }

    fn predict(&mut self, arguments: &mut Arguments) {
        let Some(preparation) = told(Preparation::fit(arguments.method(), &self.data)) else {
            return;
        };
        let Some(predictor) = told(Predictor::<f32>::new(preparation, self.spec.clone())) else {
            return;
        };
        let (rows, n) = (arguments.size(self.data.features()), arguments.below(6));
        let x = arguments.matrix(rows, n);
        let prediction = predictor.predict(x.as_ref(), &self.threads);
        let probabilities = predictor.probabilities(x.as_ref(), &self.threads);
        assert!(probabilities.is_ok() || prediction.is_err());
        let sizes_fit = rows == self.data.features();
        match &prediction {
            Ok(Prediction::Classes(classes)) => assert!(sizes_fit && classes.len() == n),
            Ok(Prediction::Values(values)) => {
                assert!(sizes_fit && values.shape() == (self.model.outputs(), n));
                assert!(first_non_finite(values.as_ref()).is_none());
            }
            // Numbers that a model in `f32` cannot work with.
            Err(ModelError::OutOfRange { .. } | ModelError::NotFiniteOutput { .. }) => {
                assert!(sizes_fit);
            }
            Err(_) => assert!(!sizes_fit),
        }
        if let Some(Some(p)) = told(probabilities) {
            assert!(first_non_finite(p.as_ref()).is_none());
        }
        told(prediction);
        told(predictor.classification_scores(&self.data, &self.threads));
        told(predictor.evaluate(&self.data, &self.threads));
    }

    fn split(&mut self, arguments: &mut Arguments) {
        let fraction = arguments.choose(&[0.0, 0.2, 0.5, 0.9, 1.0, 2.0, -0.1, f64::NAN]);
        if let Some((rest, held_out)) = told(self.data.split(fraction, 3)) {
            assert_eq!(rest.len() + held_out.len(), self.data.len());
        }
        let indices: Vec<usize> = (0..arguments.below(4)).map(|_| arguments.below(9)).collect();
        let subset = told(self.data.subset(&indices));
        let valid = !indices.is_empty() && indices.iter().all(|&index| index < self.data.len());
        assert_eq!(subset.map(|subset| subset.len()), valid.then_some(indices.len()));
        told(self.data.cast::<f32>());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(10_000) })]

    #[test]
    fn no_sequence_of_calls_panics(calls in calls()) {
        let mut state = State::new();
        for (call, seed) in calls {
            state.call(call, &mut Arguments::new(seed));
        }
    }
}

/// By the sizes of the layers: those of a description, counted once more.
fn parameters(spec: &Mlp) -> usize {
    let (mut count, mut inputs) = (0, spec.inputs());
    for (width, activation) in spec.hidden_layers() {
        count += (inputs + 1) * width * activation.inputs_per_unit();
        count += match activation {
            ActivationKind::PRelu => width,
            ActivationKind::SharedPRelu => 1,
            _ => 0,
        };
        inputs = width;
    }
    count + (inputs + 1) * spec.outputs()
}
