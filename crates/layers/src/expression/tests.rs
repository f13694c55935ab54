use densely_tensor::{Real, Scalar};

use super::{Comparison, Expression, Function, Operation, Symbol};
use crate::{Layer, LayerKinds};

fn values() -> impl Iterator<Item = f64> {
    let ends = [0.0, -0.0, 1e-30, -1e-30, 1e3, -1e3, 1e30, -1e30, f64::NAN];
    (-4_000..=4_000).map(|i| f64::from(i) / 400.0).chain(ends)
}

/// Where both are numbers, equal to some roundings.
fn assert_close(name: &str, x: f64, is: f64, should: f64, epsilon: f64) {
    let size = should.abs().max(1.0);
    let same = is.is_nan() && should.is_nan() || (is - should).abs() <= 4.0 * epsilon * size;
    assert!(same || is == should, "{name} at {x}: {is} instead of {should}");
}

fn forward<T: Scalar>(layer: &dyn Layer<T>, x: f64) -> f64 {
    let x = densely_tensor::Mat::from_fn(1, 1, |_, _| T::from_f64(x));
    let (mut y, mut tape) = (x.clone(), densely_tensor::Mat::zeros(layer.tape_rows(1), 1));
    layer.forward(x.as_ref(), y.as_mut(), tape.as_mut());
    y[(0, 0)].to_f64()
}

fn every_activation_is_its_expression_in<T: Scalar>(epsilon: f64) -> usize {
    let known = LayerKinds::<T>::new();
    let mut count = 0;
    for name in known.activation_names() {
        let layer = known.get(name).unwrap().layer(1).unwrap();
        let Some(expression) = layer.expression() else { continue };
        count += 1;
        for x in values() {
            let is = expression.evaluate(T::from_f64(x)).to_f64();
            assert_close(name, x, is, forward(&*layer, x), epsilon);
        }
    }
    count
}

#[test]
fn every_activation_is_its_expression() {
    let counts = [
        every_activation_is_its_expression_in::<f32>(f32::EPSILON.into()),
        every_activation_is_its_expression_in::<f64>(f64::EPSILON),
    ];
    assert_eq!(counts, [17; 2]);
}

#[test]
fn a_comparison_becomes_a_selection() {
    let leaky = Expression::of(|x| if x < 0.0.into() { x * 0.1.into() } else { x }).unwrap();
    let expected = [
        Operation::X,
        Operation::Constant(0.0),
        Operation::Constant(0.1),
        Operation::Multiply(0, 2),
        Operation::Select(Comparison::Less, [0, 1, 3, 0]),
    ];
    assert_eq!(leaky.operations(), expected);
}

#[test]
fn constants_are_computed_and_what_is_done_twice_stands_once() {
    let two = || Symbol::from(2.0);
    let f = Expression::of(|x| (x.exp() + x.exp()) * Real::sqrt(two() + two())).unwrap();
    let expected = [
        Operation::X,
        Operation::Apply(Function::Exp, 0),
        Operation::Add(1, 1),
        Operation::Constant(2.0),
        Operation::Multiply(2, 3),
    ];
    assert_eq!(f.operations(), expected);
    assert_eq!(Expression::of(|_| two()).unwrap().evaluate(7.0), 2.0);
    assert_eq!(Expression::of(|x| x).unwrap().operations(), [Operation::X]);
    // Two zeros that are not the same.
    let zeros = Expression::of(|x| x * 0.0.into() + x / (-0.0).into()).unwrap();
    assert_eq!(zeros.evaluate(1.0), f64::NEG_INFINITY);
}

#[test]
fn comparisons_within_comparisons_are_all_followed() {
    fn staircase<R: Real>(x: R) -> R {
        let mut y = R::ZERO;
        for step in 0..6 {
            if x >= R::from_f64(step.into()) {
                y = y + R::ONE;
            }
        }
        if x != x { x } else { y }
    }
    let expression = Expression::of(staircase).unwrap();
    for x in values() {
        assert_close("staircase", x, expression.evaluate(x), staircase(x), 0.0);
    }
}

#[test]
fn a_function_that_compares_without_end_has_none() {
    fn halved<R: Real>(mut x: R) -> R {
        while x > R::ONE {
            x = x / R::from_f64(2.0);
        }
        x
    }
    assert_eq!(halved(6.0), 0.75);
    assert_eq!(Expression::of(halved), None);
    // Once that is over, others have theirs.
    assert!(Expression::of(|x| x.abs()).is_some());
}
