//! Whole networks with their losses: the right ones pass, whatever they are made of, and of a
//! wrong one the layer is named.

use densely_gradcheck::{Check, Config, Failure, Mistake, NetworkCheck, Report};
use densely_layers::{
    At, Dropout, InputNoise, Layer, LeakyRelu, Linear, Maxout, PRelu, Param, Relu, Sequential,
    Sigmoid, Tanh,
};
use densely_loss::{
    BinaryHinge, CrammerSingerSvm, Huber, Logistic, Loss, LossError, MeanAbsoluteError,
    MeanSquaredError, MulticlassSvm, SoftmaxCrossEntropy, Target, TargetKind,
};
use densely_tensor::{Initializer, Key, MatMut, MatRef, Purpose, ShapeError, Stream, Threads};

type Boxed = fn() -> Box<dyn Layer<f64>>;
type Outcomes = Vec<Result<Report, Box<Failure>>>;

const FEW: Config = Config { cases: 6, seed: 1 };

fn linear(inputs: usize, outputs: usize) -> Linear<f64> {
    let key = Key { layer: outputs as u32, ..Key::default() };
    let mut stream = Stream::new(3, Purpose::Weights, key);
    Linear::new(inputs, outputs, Initializer::HeNormal, &mut stream).unwrap()
}

fn check(network: &Sequential<f64>, loss: &dyn Loss<f64>) -> Outcomes {
    NetworkCheck::new(network, loss).unwrap().config(FEW).run()
}

/// 5-70-6-outputs, with a layer in the middle.
fn network(middle: impl Layer<f64> + 'static, outputs: usize) -> Sequential<f64> {
    let build = || {
        Sequential::new(5)?
            .with(linear(5, 70))?
            .with(Relu)?
            .with(linear(70, 6))?
            .with(middle)?
            .with(linear(6, outputs))
    };
    build().unwrap()
}

#[test]
fn networks_of_every_loss_pass() {
    let losses: [(&dyn Loss<f64>, usize); 9] = [
        (&SoftmaxCrossEntropy::new().label_smoothing(0.1), 4),
        (&MulticlassSvm::new(), 4),
        (&MulticlassSvm::new().squared(true), 4),
        (&CrammerSingerSvm::new(), 4),
        (&Logistic, 1),
        (&BinaryHinge::new(), 1),
        (&MeanSquaredError, 3),
        (&MeanAbsoluteError, 3),
        (&Huber::new(0.5), 3),
    ];
    for (loss, outputs) in losses {
        for outcome in check(&network(Tanh, outputs), loss) {
            let report = outcome.unwrap();
            assert_eq!(report.cases(), FEW.cases);
            assert!(report.rows().iter().all(|row| row.passed()), "{report}");
        }
    }
}

#[test]
fn what_is_random_or_has_kinks_or_parameters_passes() {
    let layers: [Boxed; 6] = [
        || Box::new(Dropout::new(0.5).unwrap()),
        || Box::new(InputNoise::new(0.7).unwrap()),
        || Box::new(PRelu::per_unit(6).unwrap()),
        || Box::new(LeakyRelu::new(0.1)),
        || Box::new(Sigmoid),
        || {
            Box::new(
                Sequential::new(6)
                    .unwrap()
                    .with(linear(6, 12))
                    .unwrap()
                    .with(Maxout::new(2).unwrap())
                    .unwrap(),
            )
        },
    ];
    for layer in layers {
        let mut network = Sequential::new(5).unwrap();
        network.push(linear(5, 6)).unwrap();
        network.push_boxed(layer()).unwrap();
        network.push(linear(6, 3)).unwrap();
        for outcome in check(&network, &SoftmaxCrossEntropy::new()) {
            outcome.unwrap();
        }
    }
}

/// Every gradient has a row, and the whole has all properties.
#[test]
fn nothing_is_left_out() {
    let outcomes = check(&network(Tanh, 4), &SoftmaxCrossEntropy::new());
    let reports: Vec<_> = outcomes.into_iter().map(Result::unwrap).collect();
    let of = |check: Check, report: &Report| {
        let rows = report.rows().iter().filter(|row| row.check == check);
        rows.map(|row| row.target.clone()).collect::<Vec<_>>()
    };
    let expected: [(&str, &[&str]); 6] = [
        ("0 linear(70)", &["input", "weight", "bias"]),
        ("1 relu", &["input"]),
        ("2 linear(6)", &["input", "weight", "bias"]),
        ("3 tanh", &["input"]),
        ("4 linear(4)", &["input", "weight", "bias"]),
        ("softmax", &["scores"]),
    ];
    for (report, (subject, targets)) in reports.iter().zip(expected) {
        assert_eq!(report.subject(), subject);
        assert_eq!(of(Check::Differences, report), targets);
        let error = |row: &&densely_gradcheck::Row| row.check == Check::Differences;
        assert!(report.rows().iter().filter(error).all(|row| row.error > 0.0), "{report}");
    }
    let whole = &reports[6];
    assert_eq!(whole.subject(), "network");
    let names = ["input", "0.weight", "0.bias", "2.weight", "2.bias", "4.weight", "4.bias"];
    assert_eq!(of(Check::Linearity, whole), names);
    assert_eq!(of(Check::Additivity, whole), names[1..]);
    for check in [
        Check::Repeats,
        Check::Overwrites,
        Check::Columns,
        Check::ZeroCotangent,
        Check::Tape,
        Check::Adjoint,
        Check::Threads,
    ] {
        assert!(!of(check, whole).is_empty(), "no {check} in\n{whole}");
    }
}

#[test]
fn a_loss_that_does_not_fit_is_an_error() {
    let network = network(Tanh, 4);
    let refused = NetworkCheck::new(&network, &Logistic).unwrap_err();
    assert!(matches!(refused, LossError::Shape(_)), "{refused}");
}

/// What is wrong with a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wrong {
    Input,
    Weight,
    Bias,
    Nothing,
    Accumulates,
}

/// A fully-connected layer with one mistake.
#[derive(Debug, Clone)]
struct WrongLinear(Linear<f64>, Wrong);

fn times(factor: f64, mut m: MatMut<'_, f64>) {
    for j in 0..m.ncols() {
        for i in 0..m.nrows() {
            m[(i, j)] *= factor;
        }
    }
}

impl Layer<f64> for WrongLinear {
    fn out_features(&self, in_features: usize) -> Result<usize, ShapeError> {
        self.0.out_features(in_features)
    }
    fn forward(&self, x: MatRef<'_, f64>, y: MatMut<'_, f64>, tape: MatMut<'_, f64>) {
        self.0.forward(x, y, tape);
    }
    fn forward_train(&self, x: MatRef<'_, f64>, y: MatMut<'_, f64>, tape: MatMut<'_, f64>, at: At) {
        self.0.forward_train(x, y, tape, at);
    }
    fn backward_input(
        &self,
        x: MatRef<'_, f64>,
        y: MatRef<'_, f64>,
        dy: MatRef<'_, f64>,
        mut dx: MatMut<'_, f64>,
        tape: MatMut<'_, f64>,
    ) {
        self.0.backward_input(x, y, dy, dx.as_mut(), tape);
        if self.1 == Wrong::Input {
            times(-1.0, dx);
        }
    }
    fn backward_params(
        &mut self,
        x: MatRef<'_, f64>,
        dy: MatRef<'_, f64>,
        tape: MatRef<'_, f64>,
        threads: &Threads,
    ) {
        let mut before = Vec::new();
        self.0.visit_params(&mut |param| before.push(param.grad.clone()));
        self.0.backward_params(x, dy, tape, threads);
        let mut before = before.into_iter();
        let wrong = self.1;
        self.0.visit_params_mut(&mut |param| {
            let before = before.next().unwrap();
            match (wrong, param.name) {
                // The mean over the examples, which is the loss's business.
                (Wrong::Weight, "weight") | (Wrong::Bias, "bias") => {
                    times(1.0 / x.ncols() as f64, param.grad.as_mut());
                }
                (Wrong::Accumulates, _) => param.grad += before,
                _ => {}
            }
        });
    }
    fn visit_params(&self, visit: &mut dyn FnMut(&Param<f64>)) {
        self.0.visit_params(visit);
    }
    fn visit_params_mut(&mut self, visit: &mut dyn FnMut(&mut Param<f64>)) {
        self.0.visit_params_mut(visit);
    }
}

/// The subjects that are wrong, and what is wrong in the last of them.
fn wrong(outcomes: Outcomes) -> (Vec<String>, Option<Failure>) {
    let failures: Vec<_> = outcomes.into_iter().filter_map(Result::err).collect();
    let subjects = failures.iter().map(|failure| failure.subject.clone()).collect();
    let mut in_layers = failures.into_iter().filter(|failure| failure.subject != "network");
    (subjects, in_layers.next_back().map(|failure| *failure))
}

#[test]
fn a_wrong_layer_is_named() {
    let loss = SoftmaxCrossEntropy::new();
    let found = |mistake| wrong(check(&network(WrongLinear(linear(6, 6), mistake), 4), &loss));

    assert_eq!(found(Wrong::Nothing), (vec![], None));

    // All that comes before it is wrong, too, and nothing that comes after it.
    let (subjects, failure) = found(Wrong::Input);
    let failure = failure.unwrap();
    assert_eq!(subjects, ["0 linear(70)", "1 relu", "2 linear(6)", "3 wrong-linear", "network"]);
    assert_eq!((failure.check, failure.target.as_str()), (Check::Differences, "input"));
    assert_eq!(failure.guess, Some(Mistake::Sign));
    assert!(failure.report.rows().iter().any(|row| row.target == "bias" && row.passed()));

    for (mistake, target) in [(Wrong::Weight, "weight"), (Wrong::Bias, "bias")] {
        let (subjects, failure) = found(mistake);
        let failure = failure.unwrap();
        assert_eq!(subjects, ["3 wrong-linear", "network"]);
        assert_eq!((failure.check, failure.target.as_str()), (Check::Differences, target));
        assert_eq!(failure.guess, Some(Mistake::DividedByExamples(4)));
        let others = failure.report.rows().iter().filter(|row| row.target != target);
        assert!(others.count() >= 2 && failure.report.rows().iter().any(|row| !row.passed()));
    }
}

#[test]
fn a_buffer_that_is_not_overwritten_is_found() {
    let loss = SoftmaxCrossEntropy::new();
    let (subjects, _) =
        wrong(check(&network(WrongLinear(linear(6, 6), Wrong::Accumulates), 4), &loss));
    assert!(subjects.contains(&"network".to_owned()), "{subjects:?}");
}

/// `|s − t|²` of one output, with the gradient of its half.
#[derive(Debug, Clone)]
struct Half;

impl Loss<f64> for Half {
    fn name(&self) -> &'static str {
        "half"
    }
    fn target_kind(&self) -> TargetKind {
        TargetKind::Values
    }
    fn example(&self, scores: &[f64], target: Target<'_, f64>, dscores: &mut [f64]) -> f64 {
        let values = target.values();
        let mut loss = 0.0;
        for ((s, t), ds) in scores.iter().zip(values).zip(dscores) {
            loss += (s - t) * (s - t);
            *ds = s - t;
        }
        loss
    }
}

#[test]
fn a_wrong_loss_is_named() {
    let (subjects, failure) = wrong(check(&network(Tanh, 4), &Half));
    let failure = failure.unwrap();
    assert_eq!(subjects.len(), 7, "{subjects:?}");
    assert_eq!((failure.subject.as_str(), failure.target.as_str()), ("half", "scores"));
    let half = |factor: f64| (factor - 0.5).abs() < 1e-6;
    assert!(matches!(failure.guess, Some(Mistake::Factor(factor)) if half(factor)), "{failure}");
}
