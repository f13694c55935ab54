//! Losses where formulas fail: scores from 1e-300 to 1e308 and infinite ones, ties, a single
//! score, shares down to 1e-320, sums of errors that overflow. The right values are those of `generate.py`, in arithmetic of 100 digits.

use densely_loss::{
    Huber, Loss, MeanAbsoluteError, MeanSquaredError, MulticlassSvm, SoftmaxCrossEntropy, Target,
};
use densely_tensor::Scalar;

const CASES: &str = include_str!("cases.txt");

/// How many rounding errors a result may be off.
const ROUNDING: f64 = 8.0;

fn numbers<T: Scalar>(text: &str) -> Vec<T> {
    text.split_whitespace().map(|number| T::from_f64(number.parse().unwrap())).collect()
}

/// Whether `got` is `exact`, but for rounding errors (of numbers as large as `size`), overflow
/// to the right infinity, and underflow.
fn close<T: Scalar>(got: T, exact: f64, size: f64) -> bool {
    let rounded = T::from_f64(exact);
    if got == rounded {
        return true;
    }
    let epsilon = T::EPSILON.to_f64();
    let error = (got.to_f64() - exact).abs();
    let relative = exact.abs().max(size);
    error <= ROUNDING * epsilon * (relative + T::MIN_POSITIVE.to_f64())
}

fn check<T: Scalar>(line: &str) {
    let (case, exact) = line.split_once(" | ").unwrap();
    let [_, name, target, scores] = case.split(", ").collect::<Vec<_>>().try_into().unwrap();
    let (loss, gradient) = exact.split_once(", ").unwrap();
    let (loss, scores): (f64, Vec<T>) = (loss.parse().unwrap(), numbers(scores));
    let mut got = vec![T::from_f64(f64::NAN); scores.len()];
    let label = || Target::Label(target.parse().unwrap());
    let mut size = 0.0;
    let got_loss = match name {
        "softmax" => SoftmaxCrossEntropy::new().example(&scores, label(), &mut got),
        "svm" => {
            // A sum of scores: as exact as they are.
            let finite = scores.iter().map(|s| s.to_f64().abs()).filter(|s| s.is_finite());
            size = finite.fold(1.0, f64::max);
            MulticlassSvm::new().example(&scores, label(), &mut got)
        }
        values => {
            let delta = values.strip_prefix("huber(").and_then(|text| text.strip_suffix(')'));
            let huber = delta.map(|delta| Huber::new(delta.parse().unwrap()));
            let loss: Box<dyn Loss<T>> = match (values, huber) {
                (_, Some(huber)) => Box::new(huber),
                ("mse", _) => Box::new(MeanSquaredError),
                ("mae", _) => Box::new(MeanAbsoluteError),
                (other, _) => panic!("no loss is called {other}"),
            };
            let values = numbers(target);
            loss.example(&scores, Target::Values(&values), &mut got)
        }
    };
    assert!(close(got_loss, loss, size), "{line}\ngot {got_loss}");
    if gradient != "?" {
        let exact: Vec<f64> = gradient.split_whitespace().map(|g| g.parse().unwrap()).collect();
        assert_eq!(exact.len(), got.len());
        let same = got.iter().zip(&exact).all(|(&got, &exact)| close(got, exact, 0.0));
        assert!(same, "{line}\ngot {got:?}");
    }
}

#[test]
fn double_precision() {
    let cases = CASES.lines().filter(|line| line.starts_with("f64"));
    assert!(cases.clone().count() > 500);
    cases.for_each(check::<f64>);
}

#[test]
fn single_precision() {
    let cases = CASES.lines().filter(|line| line.starts_with("f32"));
    assert!(cases.clone().count() > 500);
    cases.for_each(check::<f32>);
}
