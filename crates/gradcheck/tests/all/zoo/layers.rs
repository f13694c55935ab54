use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use densely_gradcheck::{Check, Draw, Failure, LayerCheck, Mistake, Reference, Report, layer};
use densely_layers::{At, Layer, Linear, Maxout, Param};
use densely_tensor::{Initializer, Mat, MatMut, MatRef, Real, ShapeError, Threads};

use crate::zoo::found;

/// What is wrong with a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wrong {
    UntransposedWeight,
    TwiceTheInput,
    ForgottenTerm,
    SignOfWeight,
    TransposedWeightGradient,
    NoBias,
    MeanOfExamples,
    LastExampleLeftOut,
    FirstExampleLeftOut,
    ShiftedInput,
    WeightAccumulates,
    InputAccumulates,
    BiasDecays,
    ConstantAdded,
    Clipped,
    TrainingDiffers,
    BatchMean,
    TapeOfNobody,
    Counter,
    OrderOfThreads,
    HiddenNan,
    RoundedOutput,
    RoundedGradient,
    RefusesAll,
    EntryOfLarge,
}
use Wrong::*;

/// A fully-connected layer with one mistake.
#[derive(Debug, Clone)]
struct WrongLinear {
    linear: Linear<f64>,
    wrong: Wrong,
    calls: Arc<AtomicUsize>,
}

fn build(wrong: Wrong) -> impl Fn(&Draw) -> WrongLinear {
    // Square, where a transpose is to be missed.
    let square = matches!(wrong, UntransposedWeight | TransposedWeightGradient);
    move |draw| {
        let outputs = if square { draw.inputs } else { draw.outputs };
        let zeros = Initializer::Zeros;
        let linear = Linear::new(draw.inputs, outputs, zeros, &mut draw.stream()).unwrap();
        WrongLinear { linear, wrong, calls: Arc::new(AtomicUsize::new(0)) }
    }
}

fn check(wrong: Wrong) -> Result<Report, Box<Failure>> {
    layer(build(wrong))
}

/// Applies `change` to every entry.
fn change(mut m: MatMut<'_, f64>, change: impl Fn(usize, usize, f64) -> f64) {
    for j in 0..m.ncols() {
        for i in 0..m.nrows() {
            m[(i, j)] = change(i, j, m[(i, j)]);
        }
    }
}

impl Layer<f64> for WrongLinear {
    fn out_features(&self, in_features: usize) -> Result<usize, ShapeError> {
        if self.wrong == RefusesAll {
            return Err(ShapeError::Zero { operation: "WrongLinear", what: "inputs" });
        }
        self.linear.out_features(in_features)
    }

    fn tape_rows(&self, _in_features: usize) -> usize {
        if self.wrong == TapeOfNobody { self.linear.bias().value.nrows() } else { 0 }
    }

    fn forward(&self, x: MatRef<'_, f64>, mut y: MatMut<'_, f64>, tape: MatMut<'_, f64>) {
        self.linear.forward(x, y.as_mut(), tape);
        let n = x.ncols();
        match self.wrong {
            BatchMean => {
                let mean = Mat::from_fn(y.nrows(), 1, |i, _| {
                    (0..n).map(|j| y[(i, j)]).sum::<f64>() / n as f64
                });
                change(y, |i, _, y| y - mean[(i, 0)]);
            }
            ForgottenTerm => change(y, |_, j, y| y + x[(0, j)] * x[(0, j)]),
            Counter => {
                let call = self.calls.fetch_add(1, Ordering::Relaxed) as f64;
                change(y, |_, _, y| y + 1e-9 * call);
            }
            HiddenNan => change(y, |_, _, y| y.max(-1e9)),
            RoundedOutput => change(y, |_, _, y| f64::from(y as f32)),
            _ => {}
        }
    }

    fn forward_train(
        &self,
        x: MatRef<'_, f64>,
        mut y: MatMut<'_, f64>,
        tape: MatMut<'_, f64>,
        _at: At,
    ) {
        self.forward(x, y.as_mut(), tape);
        if self.wrong == TrainingDiffers {
            change(y, |_, _, y| 0.9 * y);
        }
    }

    fn backward_input(
        &self,
        x: MatRef<'_, f64>,
        y: MatRef<'_, f64>,
        dy: MatRef<'_, f64>,
        mut dx: MatMut<'_, f64>,
        mut tape: MatMut<'_, f64>,
    ) {
        let (before, n) = (dx.as_ref().to_owned(), x.ncols());
        self.linear.backward_input(x, y, dy, dx.as_mut(), tape.as_mut());
        let right = dx.as_ref().to_owned();
        match self.wrong {
            UntransposedWeight => dx.copy_from(&self.linear.weight().value * dy),
            TwiceTheInput => change(dx, |_, _, dx| 2.0 * dx),
            ShiftedInput => change(dx, |i, j, _| right[(i, (j + 1) % n)]),
            InputAccumulates => change(dx, |i, j, dx| before[(i, j)] + dx),
            ConstantAdded => change(dx, |_, _, dx| dx + 1e-3),
            Clipped => change(dx, |_, _, dx| dx.clamp(-5.0, 5.0)),
            TrainingDiffers => change(dx, |_, _, dx| 0.9 * dx),
            TapeOfNobody => tape.copy_from(dy),
            RoundedGradient => change(dx, |_, _, dx| dx * (1.0 + 1e-11)),
            _ => {}
        }
    }

    fn backward_params(
        &mut self,
        x: MatRef<'_, f64>,
        dy: MatRef<'_, f64>,
        tape: MatRef<'_, f64>,
        threads: &Threads,
    ) {
        let n = x.ncols();
        let (wrong, mut before) = (self.wrong, Vec::new());
        self.linear.visit_params(&mut |param| before.push(param.grad.clone()));
        match wrong {
            LastExampleLeftOut => {
                let (x, dy) = (x.subcols(0, n - 1), dy.subcols(0, n - 1));
                self.linear.backward_params(x, dy, tape, threads);
            }
            FirstExampleLeftOut => {
                let (x, dy) = (x.subcols(1, n - 1), dy.subcols(1, n - 1));
                self.linear.backward_params(x, dy, tape, threads);
            }
            TapeOfNobody => self.linear.backward_params(x, tape, tape, threads),
            _ => self.linear.backward_params(x, dy, tape, threads),
        }
        let mut before = before.into_iter();
        self.linear.visit_params_mut(&mut |Param { name, value, grad, .. }| {
            let before = before.next().unwrap();
            let right = grad.clone();
            let grad = grad.as_mut();
            match (wrong, *name) {
                (SignOfWeight, "weight") => change(grad, |_, _, g| -g),
                (TransposedWeightGradient, "weight") => change(grad, |i, j, _| right[(j, i)]),
                (NoBias, "bias") => change(grad, |_, _, _| 0.0),
                (MeanOfExamples, _) => change(grad, |_, _, g| g / n as f64),
                (WeightAccumulates, "weight") => change(grad, |i, j, g| before[(i, j)] + g),
                (BiasDecays, "bias") => change(grad, |i, j, g| g + 0.1 * value[(i, j)]),
                (OrderOfThreads, _) => {
                    change(grad, |_, _, g| g * (1.0 + f64::EPSILON * (threads.count() - 1) as f64));
                }
                (TrainingDiffers, _) => change(grad, |_, _, g| 0.9 * g),
                (EntryOfLarge, "weight") if value.nrows() * value.ncols() > 400 => {
                    let middle = (value.nrows() / 2, value.ncols() / 2);
                    change(grad, |i, j, g| if (i, j) == middle { 2.0 * g } else { g });
                }
                _ => {}
            }
        });
    }

    fn visit_params(&self, visit: &mut dyn FnMut(&Param<f64>)) {
        self.linear.visit_params(visit);
    }

    fn visit_params_mut(&mut self, visit: &mut dyn FnMut(&mut Param<f64>)) {
        self.linear.visit_params_mut(visit);
    }
}

impl Reference for WrongLinear {
    fn output<R: Real>(&self, parameters: &[Mat<R>], x: &[R]) -> Vec<R> {
        self.linear.output(parameters, x)
    }
}

#[test]
fn by_differences() {
    let found = |target| found(Check::Differences, target);
    found("input").looks_like(Mistake::Transpose).is(check(UntransposedWeight));
    found("input").looks_like(Mistake::Factor(2.0)).is(check(TwiceTheInput));
    found("input").is(check(ForgottenTerm));
    found("weight").looks_like(Mistake::Sign).is(check(SignOfWeight));
    found("weight").looks_like(Mistake::Transpose).is(check(TransposedWeightGradient));
    found("bias").looks_like(Mistake::Zero).is(check(NoBias));
}

#[test]
fn by_sums_over_examples() {
    let found = |target| found(Check::Additivity, target);
    found("weight").looks_like(Mistake::DividedByExamples(3)).is(check(MeanOfExamples));
    found("weight").looks_like(Mistake::LeavesOutColumn(2)).is(check(LastExampleLeftOut));
    found("weight").looks_like(Mistake::LeavesOutColumn(0)).is(check(FirstExampleLeftOut));
}

#[test]
fn by_examples_one_by_one() {
    let found = |target| found(Check::Columns, target);
    found("input").looks_like(Mistake::ShiftedColumns(1)).is(check(ShiftedInput));
    found("output").is(check(BatchMean));
}

#[test]
fn by_buffers_and_calls() {
    found(Check::Overwrites, "weight").is(check(WeightAccumulates));
    found(Check::Overwrites, "input").is(check(InputAccumulates));
    found(Check::Repeats, "output").is(check(Counter));
    found(Check::Modes, "output").is(check(TrainingDiffers));
    found(Check::Tape, "weight").is(check(TapeOfNobody));
    found(Check::Threads, "all").is(check(OrderOfThreads));
}

#[test]
fn by_cotangents() {
    found(Check::ZeroCotangent, "bias").is(check(BiasDecays));
    found(Check::ZeroCotangent, "input").is(check(ConstantAdded));
    found(Check::Linearity, "input").is(check(Clipped));
}

/// Of a large matrix, differences look at some entries only.
#[test]
fn by_a_direction_in_which_all_entries_change() {
    found(Check::Adjoint, "all").is(check(EntryOfLarge));
}

#[test]
fn by_dual_numbers() {
    let check = |wrong| LayerCheck::new(build(wrong)).dual_numbers().run();
    found(Check::DualNumbers, "output").is(check(RoundedOutput));
    found(Check::DualNumbers, "input").is(check(RoundedGradient));
    // Differences alone would not have seen the second.
    assert!(layer(build(RoundedGradient)).is_ok());
}

#[test]
fn by_numbers_that_are_none_and_sizes() {
    found(Check::NotANumber, "output").is(check(HiddenNan));
    found(Check::Shapes, "input").is(check(RefusesAll));
}

/// In `f32` a negative slope is another one.
#[test]
fn by_the_other_precision() {
    use densely_layers::LeakyRelu;
    let double = LayerCheck::new(|_| LeakyRelu::new(0.1));
    found(Check::SinglePrecision, "output").is(double.single(|_| LeakyRelu::new(0.1001)).run());
}

/// A maximum whose ties go to all of the largest, or to none.
#[derive(Debug, Clone)]
struct WrongMaxout {
    maxout: Maxout,
    to_all: bool,
}

impl Layer<f64> for WrongMaxout {
    fn out_features(&self, in_features: usize) -> Result<usize, ShapeError> {
        Layer::<f64>::out_features(&self.maxout, in_features)
    }

    fn forward(&self, x: MatRef<'_, f64>, y: MatMut<'_, f64>, tape: MatMut<'_, f64>) {
        self.maxout.forward(x, y, tape);
    }

    fn backward_input(
        &self,
        x: MatRef<'_, f64>,
        y: MatRef<'_, f64>,
        dy: MatRef<'_, f64>,
        dx: MatMut<'_, f64>,
        _tape: MatMut<'_, f64>,
    ) {
        let m = y.nrows();
        change(dx, |i, j, _| {
            let row = i % m;
            let largest = |k: &usize| x[(k * m + row, j)] == y[(row, j)];
            let ties = (0..self.maxout.pieces()).filter(largest).count();
            let chosen = x[(i, j)] == y[(row, j)] && (self.to_all || ties == 1);
            if chosen { dy[(row, j)] } else { 0.0 }
        });
    }
}

#[test]
fn by_ties() {
    for to_all in [true, false] {
        let build = |draw: &Draw| {
            let maxout = Maxout::new(draw.outputs.min(4)).unwrap();
            WrongMaxout { maxout, to_all }
        };
        found(Check::Subgradient, "input").is(layer(build));
    }
}

/// `y = x` for `x > 0` and `a x` otherwise, with a slope that is learned from the wrong side.
#[derive(Debug, Clone)]
struct WrongSlope {
    slope: Param<f64>,
}

impl Layer<f64> for WrongSlope {
    fn out_features(&self, in_features: usize) -> Result<usize, ShapeError> {
        Ok(in_features)
    }

    fn forward(&self, x: MatRef<'_, f64>, y: MatMut<'_, f64>, _tape: MatMut<'_, f64>) {
        let slope = self.slope.value[(0, 0)];
        change(y, |i, j, _| if x[(i, j)] > 0.0 { x[(i, j)] } else { slope * x[(i, j)] });
    }

    fn backward_input(
        &self,
        x: MatRef<'_, f64>,
        _y: MatRef<'_, f64>,
        dy: MatRef<'_, f64>,
        dx: MatMut<'_, f64>,
        _tape: MatMut<'_, f64>,
    ) {
        let slope = self.slope.value[(0, 0)];
        change(dx, |i, j, _| dy[(i, j)] * if x[(i, j)] > 0.0 { 1.0 } else { slope });
    }

    fn backward_params(
        &mut self,
        x: MatRef<'_, f64>,
        dy: MatRef<'_, f64>,
        _tape: MatRef<'_, f64>,
        _threads: &Threads,
    ) {
        let rows = |j| (0..x.nrows()).map(move |i| dy[(i, j)] * x[(i, j)].max(0.0));
        self.slope.grad[(0, 0)] = (0..x.ncols()).flat_map(rows).sum();
    }

    fn visit_params(&self, visit: &mut dyn FnMut(&Param<f64>)) {
        visit(&self.slope);
    }

    fn visit_params_mut(&mut self, visit: &mut dyn FnMut(&mut Param<f64>)) {
        visit(&mut self.slope);
    }
}

#[test]
fn a_slope_learned_from_the_wrong_side() {
    let build = |_: &Draw| WrongSlope { slope: Param::slope(Mat::zeros(1, 1)) };
    let outcome = layer(build);
    let failure = outcome.as_ref().unwrap_err();
    assert_eq!((failure.check, failure.target.as_str()), (Check::Differences, "slope"));
}

/// A wave so narrow that every difference goes over a kink: its derivative may be right, but
/// nothing here can say so.
#[derive(Debug, Clone)]
struct Jagged;

const TEETH: f64 = 6000.0;

impl Layer<f64> for Jagged {
    fn out_features(&self, in_features: usize) -> Result<usize, ShapeError> {
        Ok(in_features)
    }

    fn forward(&self, x: MatRef<'_, f64>, y: MatMut<'_, f64>, _tape: MatMut<'_, f64>) {
        change(y, |i, j, _| {
            let t = TEETH * x[(i, j)];
            (t - 2.0 * (t / 2.0).round()).abs()
        });
    }

    fn backward_input(
        &self,
        x: MatRef<'_, f64>,
        _y: MatRef<'_, f64>,
        dy: MatRef<'_, f64>,
        dx: MatMut<'_, f64>,
        _tape: MatMut<'_, f64>,
    ) {
        change(dx, |i, j, _| {
            let t = TEETH * x[(i, j)];
            TEETH * (t - 2.0 * (t / 2.0).round()).signum() * dy[(i, j)]
        });
    }
}

#[test]
fn by_the_number_of_kinks() {
    found(Check::Smoothness, "kinks").is(LayerCheck::new(|_| Jagged).without_ties().run());
}
