//! Random sequences of public calls, with random shapes, layouts and values, many of them
//! senseless: no call panics, none takes more than 1 GiB, whatever size it is told; what is
//! valid is accepted and has the right shape, what is not is an error with a message.

use std::alloc::System;
use std::fmt::Display;
use std::ops::ControlFlow;
use std::sync::OnceLock;

use cap::Cap;
use densely::loss::TargetKind;
use densely::models::ModelError;
use densely::models::metrics::{self, Average, Calibration, ConfusionMatrix};
use densely::prelude::*;
use densely::tensor::{Accumulate, Buffer, first_non_finite, gemm, matrix_bytes, try_zeros};
use proptest::prelude::*;

/// The memory there is.
const MEMORY: usize = 1 << 30;

/// A size from which on nothing of this size fits into it.
const HUGE: usize = (1 << 28) - 1;

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, usize::MAX);

/// Bytes that faer keeps for the products of a thread, besides: twice the largest cache of the processor, which may be
/// hundreds of MiB, and of which only what a product needs is ever written to.
fn kept_by_products() -> usize {
    static KEPT: OnceLock<usize> = OnceLock::new();
    *KEPT.get_or_init(|| {
        let before = ALLOCATOR.allocated();
        let product = || {
            let (a, mut c) = (Mat::<f64>::full(256, 256, 1.0), Mat::zeros(256, 256));
            gemm(c.as_mut(), Accumulate::Replace, a.as_ref(), a.as_ref());
        };
        product();
        let kept = ALLOCATOR.allocated() - before;
        product();
        assert_eq!(ALLOCATOR.allocated() - before, kept, "once for all products");
        ALLOCATOR.set_limit(MEMORY + kept).unwrap();
        kept
    })
}

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
    Measure,
    Sizes,
    Repeated,
}

fn calls() -> impl Strategy<Value = Vec<(Call, u64)>> {
    use Call::*;
    let kinds = vec![
        Data, Build, Scores, Fit, Evaluate, Step, Preprocess, Chunks, Predict, Split, Measure,
        Sizes, Repeated,
    ];
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

    /// A size of something that is not there: small, or huge, or a neighbour of a power of two.
    fn claim(&mut self) -> usize {
        let bits = self.choose(&[0, 1, 3, 5, 8, 28, 29, 31, 32, 33, 48, 60, 61, 62, 63]);
        let power = 1_usize << bits;
        self.choose(&[power, power - 1, power + 1, usize::MAX, usize::MAX / 8, 0]).min(
            // Between the two there is what fits, and takes long.
            if bits <= 8 { 300 } else { usize::MAX },
        )
    }

    /// `usual`, or at times a size of something that is not there.
    fn size_or_claim(&mut self, usual: usize) -> usize {
        if self.below(8) == 0 { self.claim() } else { self.size(usual) }
    }

    /// The values of `x` in one of several layouts.
    fn layout(&mut self, x: &Mat<f64>) -> Layout {
        match self.below(8) {
            0 => Layout::Transposed(x.transpose().to_owned()),
            1 => Layout::ReversedRows(x.as_ref().reverse_rows().to_owned()),
            2 => Layout::ReversedColumns(x.as_ref().reverse_cols().to_owned()),
            3 => Layout::Both(x.as_ref().reverse_rows_and_cols().transpose().to_owned()),
            4 => {
                let inside = |i, j| i > 0 && i <= x.nrows() && j > 0 && j <= x.ncols();
                Layout::Inside(Mat::from_fn(x.nrows() + 2, x.ncols() + 2, |i, j| {
                    if inside(i, j) { x[(i - 1, j - 1)] } else { f64::NAN }
                }))
            }
            _ => Layout::Plain(x.clone()),
        }
    }

    fn matrix(&mut self, rows: usize, columns: usize) -> Mat<f64> {
        let odd = [0.0, 1e308, -1e308, 1e-300, f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
        let wild = self.below(4) == 0;
        Mat::from_fn(rows, columns, |_, _| {
            if wild && self.below(8) == 0 { self.choose(&odd) } else { self.0.normal() }
        })
    }

    fn widths(&mut self) -> Vec<usize> {
        (0..self.below(3)).map(|_| self.size_or_claim(4)).collect()
    }

    fn activation(&mut self) -> Kind {
        match self.choose(&LayerKinds::<f64>::new().activation_names()) {
            "maxout" => Kind::new("maxout").with(self.size_or_claim(2)),
            other => Kind::new(other),
        }
    }

    fn components(&mut self) -> Components {
        let count = Components::Count(self.size_or_claim(2));
        let share = Components::Share(self.choose(&[0.0, 0.5, 0.95, 1.0, 2.0, -1.0, f64::NAN]));
        self.choose(&[Components::All, count, share])
    }

    fn transformation(&mut self) -> Kind {
        let name = self.choose(&TransformKinds::new().names());
        let kind = Kind::new(name);
        match name {
            "min-max" => {
                let lower = self.choose(&[-1.0, 0.0, f64::NAN]);
                kind.with(lower).with(self.choose(&[0.0, 1.0, 1e308]))
            }
            "pca" | "whiten" | "zca" => {
                kind.with(densely::preprocess::Value::from(self.components()))
            }
            "channel-mean" => kind.with(self.size_or_claim(2)),
            _ => kind,
        }
    }

    fn transformations(&mut self) -> Vec<Kind> {
        let several = self.below(4) == 0;
        let count = if several { self.below(3) } else { 1 };
        (0..count).map(|_| self.transformation()).collect()
    }
}

/// A matrix that lies in memory in some way.
enum Layout {
    Plain(Mat<f64>),
    Transposed(Mat<f64>),
    ReversedRows(Mat<f64>),
    ReversedColumns(Mat<f64>),
    Both(Mat<f64>),
    Inside(Mat<f64>),
}

impl Layout {
    fn view(&self) -> MatRef<'_, f64> {
        match self {
            Self::Plain(x) => x.as_ref(),
            Self::Transposed(x) => x.transpose(),
            Self::ReversedRows(x) => x.as_ref().reverse_rows(),
            Self::ReversedColumns(x) => x.as_ref().reverse_cols(),
            Self::Both(x) => x.transpose().reverse_rows_and_cols(),
            Self::Inside(x) => x.as_ref().submatrix(1, 1, x.nrows() - 2, x.ncols() - 2),
        }
    }

    /// Whether an example is contiguous, as most functions need it.
    fn has_columns(&self) -> bool {
        self.view().row_stride() == 1
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
            Call::Measure => Self::measure(arguments),
            Call::Sizes => self.sizes(arguments),
            Call::Repeated => self.repeated(arguments),
        }
    }

    /// How many classes the model tells apart, if any: as many as it has outputs, or two with
    /// one output; `Some(0)` if the loss takes no such number of outputs.
    fn classes(&self) -> Option<usize> {
        let (loss, outputs) = (self.model.loss(), self.model.outputs());
        let binary = loss.classes(1) == 2;
        match loss.target_kind() {
            TargetKind::Values => None,
            TargetKind::Labels if !binary => Some(outputs),
            TargetKind::Labels => Some(if outputs == 1 { 2 } else { 0 }),
        }
    }

    /// Whether the data are such as the model takes.
    fn fits(&self) -> bool {
        let kind = self.model.loss().target_kind();
        let same_kind = self.data.labels().is_some() == (kind == TargetKind::Labels);
        same_kind
            && self.data.features() == self.model.inputs()
            && self.data.outputs() == self.classes().unwrap_or(self.model.outputs())
            && self.data.values().is_none_or(|values| self.takes(values))
    }

    /// Whether the loss takes such values: some take none that are negative.
    fn takes(&self, values: MatRef<'_, f64>) -> bool {
        let column = |j| values.col(j).iter().all(|&value| value >= 0.0);
        !self.model.loss().log_link() || (0..values.ncols()).all(column)
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
        let inputs = arguments.size_or_claim(self.data.features());
        let outputs = arguments.size_or_claim(self.data.outputs());
        let spec = Mlp::classifier(inputs, outputs)
            .hidden(arguments.widths())
            .activation(arguments.activation())
            .loss(arguments.choose(&LossKinds::<f64>::new().names()))
            .seed(arguments.below(9) as u64);
        let wide = spec.hidden_widths().iter().chain([&inputs, &outputs]).all(|&width| width > 0);
        let some = spec.activation_kinds().iter().all(|kind| pieces(kind) > 0);
        let valid = some && wide && fits_into_memory(&spec);
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
        let layout = arguments.layout(&x);
        let x = layout.view();
        let scores = told(self.model.scores(x, &self.threads));
        assert_eq!(scores.is_some(), rows == self.model.inputs() && layout.has_columns());
        let mut workspace = Workspace::new();
        let again = told(self.model.predict_with(x, &mut workspace));
        let classes = told(self.model.classify(x, &self.threads));
        let probabilities = told(self.model.probabilities(x, &self.threads));
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
        // Of epochs without end, the fourth is the last.
        let epochs = if arguments.below(8) == 0 { usize::MAX } else { arguments.below(4) };
        let mut trainer = Trainer::new(sgd)
            .epochs(epochs)
            .on_epoch(|epoch, _| match epoch.epoch {
                4 => ControlFlow::Break(()),
                _ => ControlFlow::Continue(()),
            })
            .batch_size(arguments.size_or_claim(3))
            .validation(arguments.choose(&[0.0, 0.3, 1.0, -1.0, f64::NAN]))
            .seed(7);
        if arguments.below(3) == 0 {
            trainer = trainer.patience(arguments.size_or_claim(2));
        }
        if arguments.below(6) == 0 {
            trainer = trainer.plateau(Plateau::new(0.5, arguments.size_or_claim(2)));
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
        let values = Mat::from_fn(outputs, count, |_, _| arguments.0.normal());
        let (layout, values) = (arguments.layout(&x), arguments.layout(&values));
        let (targets, valid) = if arguments.below(2) == 0 {
            let valid = self.classes().is_some() && labels.iter().all(|&label| label < classes);
            (Targets::Labels(&labels), valid)
        } else {
            let valid = self.classes().is_none() && values.has_columns();
            (Targets::Values(values.view()), valid && self.takes(values.view()))
        };
        let at = At { first_column: arguments.claim() as u64, ..At::default() };
        let at = at.inside(arguments.claim()).shifted(arguments.claim());
        let mut step = TrainingStep::new();
        let loss = step.gradients(&mut self.model, layout.view(), targets, at, &self.threads);
        let shapes = n > 0 && (rows, count) == (self.model.inputs(), n) && layout.has_columns();
        assert_eq!(told(loss).is_some(), valid && shapes);
    }

    fn preprocess(&mut self, arguments: &mut Arguments) {
        let (rows, n) = (arguments.below(5), arguments.below(8));
        let x = arguments.matrix(rows, n);
        let (layout, kinds) = (arguments.layout(&x), arguments.transformations());
        let fitted = told(Pipeline::fit(&kinds, layout.view()));
        let plain = told(Pipeline::fit(&kinds, x.as_ref()));
        assert_eq!(fitted.is_some(), plain.is_some() && layout.has_columns());
        let both = told(Pipeline::fit_transform(&kinds, layout.view()));
        assert_eq!(both.is_some(), fitted.is_some());
        let Some(fitted) = fitted else { return };
        assert!(n > 0 && fitted.in_features() == rows && fitted.out_features() <= rows);
        let (rows, n) = (arguments.size(rows), arguments.below(4));
        let other = arguments.matrix(rows, n);
        let layout = arguments.layout(&other);
        let transformed = told(fitted.transform(layout.view()));
        let valid = rows == fitted.in_features() && layout.has_columns();
        assert_eq!(transformed.is_some(), valid);
        if let Some(y) = transformed {
            assert_eq!(y.shape(), (fitted.out_features(), n));
            let layout = arguments.layout(&y);
            let back = told(fitted.inverse_transform(layout.view()));
            assert_eq!(back.is_some(), layout.has_columns());
            assert!(back.is_none_or(|back| back.shape() == (fitted.in_features(), n)));
        }
        let wrong = arguments.matrix(fitted.out_features() + 1, 1);
        assert!(told(fitted.inverse_transform(wrong.as_ref())).is_none());
    }

    /// Statistics of chunks, not all of which fit.
    fn chunks(arguments: &mut Arguments) {
        let features = arguments.size_or_claim(3);
        let new = (told(RunningStatistics::new(features)), told(RunningCovariance::new(features)));
        let valid = features > 0 && features < HUGE;
        assert_eq!((new.0.is_some(), new.1.is_some()), (valid, valid));
        let (Some(mut statistics), Some(mut covariance)) = new else { return };
        let mut examples = 0;
        for _ in 0..arguments.below(5) {
            let (rows, n) = (arguments.size(features), arguments.below(6));
            let chunk = arguments.matrix(rows, n);
            let layout = arguments.layout(&chunk);
            let added = told(statistics.partial_fit(layout.view()));
            assert_eq!(told(covariance.partial_fit(layout.view())), added);
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
        let Some(preparation) = told(Preparation::fit(arguments.transformations(), &self.data))
        else {
            return;
        };
        let Some(predictor) = told(Predictor::<f32>::new(preparation, self.spec.clone())) else {
            return;
        };
        let (rows, n) = (arguments.size(self.data.features()), arguments.below(6));
        let x = arguments.matrix(rows, n);
        let layout = arguments.layout(&x);
        let x = layout.view();
        let prediction = predictor.predict(x, &self.threads);
        let probabilities = predictor.probabilities(x, &self.threads);
        if prediction.is_ok() {
            assert!(probabilities.is_ok(), "{probabilities:?}");
        }
        let sizes_fit = rows == self.data.features() && layout.has_columns();
        match &prediction {
            Ok(Prediction::Classes(classes)) => assert!(sizes_fit && classes.len() == n),
            Ok(Prediction::Values(values)) => {
                assert!(sizes_fit && values.shape() == (self.model.outputs(), n));
                assert!(first_non_finite(values.as_ref()).is_none());
            }
            // Numbers that a model in `f32` cannot work with, or whose prediction `f64` does not hold.
            Err(
                ModelError::OutOfRange { .. }
                | ModelError::NotFiniteOutput { .. }
                | ModelError::ExponentialTooLarge { .. }
                | ModelError::PredictionTooLarge { .. },
            ) => {
                assert!(sizes_fit);
            }
            Err(error) => assert!(!sizes_fit, "{error}"),
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
        let folds = arguments.size_or_claim(2);
        let pairs = told(self.data.folds(folds, 3));
        let valid = (2..=self.data.len()).contains(&folds);
        assert_eq!(pairs.map(|pairs| pairs.len()), valid.then_some(folds));
        let indices: Vec<usize> =
            (0..arguments.below(4)).map(|_| arguments.size_or_claim(9)).collect();
        let subset = told(self.data.subset(&indices));
        let valid = !indices.is_empty() && indices.iter().all(|&index| index < self.data.len());
        assert_eq!(subset.map(|subset| subset.len()), valid.then_some(indices.len()));
        told(self.data.cast::<f32>());
    }

    /// Metrics take scores in any layout, and any number of classes.
    fn measure(arguments: &mut Arguments) {
        let (classes, n) = (arguments.size(3), arguments.size(6));
        let count = arguments.size(n);
        let labels: Vec<usize> = (0..count).map(|_| arguments.below(classes + 1)).collect();
        let scores = arguments.matrix(classes, n);
        let (layout, k) = (arguments.layout(&scores), arguments.size_or_claim(2));
        let (plain, view) = (scores.as_ref(), layout.view());
        let both = |measure: &dyn Fn(MatRef<'_, f64>) -> Option<Vec<f64>>| {
            let (plain, view) = (measure(plain), measure(view));
            let bits = |values: Vec<f64>| values.into_iter().map(f64::to_bits).collect::<Vec<_>>();
            assert_eq!(plain.map(bits), view.map(bits));
        };
        both(&|scores| told(metrics::top_k_accuracy(&labels, scores, k)).map(|share| vec![share]));
        both(&|scores| told(metrics::roc_auc_one_vs_rest(&labels, scores)));
        both(&|scores| {
            told(metrics::roc_auc_against_rest(&labels, scores, k)).map(|auc| vec![auc])
        });
        both(&|scores| {
            told(metrics::RegressionScores::new(plain, scores)).map(|of| vec![of.mae()])
        });
        let shares = Mat::from_fn(classes, n, |_, _| arguments.below(5) as f64 / 4.0);
        let (layout, bins) = (arguments.layout(&shares), arguments.size_or_claim(3));
        let calibration = told(Calibration::new(&labels, layout.view(), bins));
        let valid = classes > 0 && n > 0 && count == n && labels.iter().all(|&k| k < classes);
        assert_eq!(calibration.is_some(), valid && bins > 0 && bins < HUGE);
        told(metrics::log_loss(&labels, layout.view()));
        told(metrics::brier_score(&labels, layout.view()));

        let predicted: Vec<usize> = (0..count).map(|_| arguments.size_or_claim(2)).collect();
        let classes = arguments.size_or_claim(3);
        let confusion = told(ConfusionMatrix::new(&labels, &predicted, classes));
        let valid = count > 0 && labels.iter().chain(&predicted).all(|&class| class < classes);
        assert_eq!(confusion.is_some(), valid);
        let Some(confusion) = confusion else { return };
        let right = labels.iter().zip(&predicted).filter(|(a, b)| a == b).count();
        assert_eq!(confusion.accuracy(), right as f64 / count as f64);
        for average in [Average::Macro, Average::Micro, Average::Weighted] {
            assert!((0.0..=1.0).contains(&confusion.average(average).f1));
        }
        let last = confusion.class(classes - 1);
        assert!(last.recall <= 1.0 && confusion.mistakes().len() <= count);
    }

    /// What is made by sizes alone.
    fn sizes(&self, arguments: &mut Arguments) {
        let (a, b) = (arguments.claim(), arguments.claim());
        let in_memory = |bytes: u128| bytes <= (MEMORY / 2) as u128;
        let whole = matrix_bytes::<f64>(a, b);
        // With no rows there are columns to count, and with none no memory is needed.
        if a > 0 && b > 0 {
            assert_eq!(
                told(try_zeros::<f64>("fuzz", "a matrix", a, b)).is_some(),
                in_memory(whole)
            );
            let mut buffer = Buffer::<f64>::new();
            let reserved = told(buffer.reserve("fuzz", "a matrix", a, b));
            assert_eq!(reserved.is_some(), in_memory(whole));
        }
        let mut stream = Stream::new(1, Purpose::Weights, Key::default());
        let linear = told(Linear::<f64>::new(b, a, Initializer::Zeros, &mut stream));
        assert_eq!(linear.is_some(), a > 0 && b > 0 && in_memory(2 * whole.min(1 << 100)));
        let slopes = told(PRelu::<f64>::per_unit(a));
        assert_eq!(slopes.is_some(), a > 0 && a < HUGE);
        if let (Some(maxout), Some(network)) = (told(Maxout::new(a)), told(Sequential::new(b))) {
            told(network.with(maxout).and_then(|network: Sequential<f64>| network.with(Relu)));
        }
        if let Some(network) = told(Sequential::<f64>::new(a)) {
            told(network.with(Relu).and_then(|network| network.with(Dropout::new(0.5).unwrap())));
        }
        told(LinearClassifier::softmax(a, b).build::<f32>());
        if a == 1 || a > 300 {
            assert_eq!(told(Threads::new(a)).is_some(), a == 1);
        }
        let means = told(PerChannelMean::from_parts(vec![0.0; 2], a, ChannelLayout::Planes));
        assert_eq!(means.is_some(), a > 0 && a < HUGE);
        let x = Mat::from_fn(1, 2, |_, j| j as f64);
        let classes = told(Dataset::classification(x, vec![0, 0], a));
        assert_eq!(classes.is_some(), a > 0 && a < HUGE);
        let cross_validation = CrossValidation::new(a).preprocess(["none"]);
        let build =
            |_: &Dataset<f64>| (Mlp::classifier(1, b), Trainer::new(Sgd::new(0.1)).epochs(1));
        if a != 2 {
            told(cross_validation.scores(&self.data, build));
        }
    }

    /// One example, seen more often than there is memory for what it gives.
    fn repeated(&self, arguments: &mut Arguments) {
        let example = arguments.matrix(self.model.inputs(), 1);
        let times = arguments.claim().max(HUGE);
        let x = MatRef::from_column_major_slice_with_stride(
            example.col_as_slice(0),
            example.nrows(),
            times,
            0,
        );
        assert!(told(self.model.scores(x, &self.threads)).is_none());
        assert!(told(self.model.predict_with(x, &mut Workspace::new())).is_none());
        let none = Unchanged::new(example.nrows());
        assert!(told(none.transform(x)).is_none());
        let labels = [0];
        let mut step = TrainingStep::new();
        let mut model = self.spec.build().unwrap();
        let at = At::default();
        let loss = step.gradients(&mut model, x, Targets::Labels(&labels), at, &self.threads);
        assert!(told(loss).is_none());
        // No examples of more features than there can be.
        let features = arguments.claim();
        let x = MatRef::from_column_major_slice(&[], features, 0);
        told(Unchanged::new(features).transform::<f64>(x));
        told(Pipeline::fit::<f64>(["center"], x));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(20_000) })]

    #[test]
    fn no_sequence_of_calls_panics(calls in calls()) {
        let kept = kept_by_products();
        let mut state = State::new();
        for (call, seed) in calls {
            state.call(call, &mut Arguments::new(seed));
        }
        prop_assert!(ALLOCATOR.allocated() < kept + MEMORY / 4, "memory is given back");
    }
}

/// By the sizes of the layers: those of a description, counted once more.
fn parameters(spec: &Mlp) -> usize {
    let (mut count, mut inputs) = (0, spec.inputs());
    for (width, activation) in spec.hidden_layers() {
        count += (inputs + 1) * width * pieces(activation);
        count += match activation.name() {
            "prelu" => width,
            "shared-prelu" => 1,
            _ => 0,
        };
        inputs = width;
    }
    count + (inputs + 1) * spec.outputs()
}

/// Of a unit of maxout; others have one.
fn pieces(activation: &Kind) -> usize {
    let text = activation.to_string();
    let pieces = text.strip_prefix("maxout(").and_then(|text| text.strip_suffix(')'));
    pieces.map_or(1 + usize::from(text == "maxout"), |pieces| pieces.parse().unwrap())
}

/// Whether there is memory for a network and its gradients: there is for all that is small, and
/// not for what has a huge size.
fn fits_into_memory(spec: &Mlp) -> bool {
    let pieces = spec.hidden_layers().map(|(_, activation)| pieces(activation));
    let sizes = spec.hidden_widths().iter().copied().chain([spec.inputs(), spec.outputs()]);
    let sizes: Vec<usize> = sizes.chain(pieces).collect();
    !sizes.contains(&0) && sizes.iter().all(|&size| size < HUGE)
}
