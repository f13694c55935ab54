use densely_models::Registry;

use super::Plan;
use crate::ExportError;
use crate::testing::{Own, Relu, Square, classes, every_part, predictor, with_own};

#[test]
fn the_plan_of_every_part_answers_as_it_does() {
    let mut all = every_part();
    all.push(("square".to_owned(), with_own(Square)));
    all.push(("an own relu".to_owned(), with_own(Relu)));
    for (name, predictor) in all {
        let plan = Plan::of(&predictor).unwrap_or_else(|error| panic!("{name}: {error}"));
        let difference = plan.largest_difference(&predictor).unwrap();
        assert!(difference.relative < 2e-6, "{name}: {difference:?}");
    }
}

#[test]
fn another_layer_of_ones_own_is_named() {
    let error = Plan::of(&with_own(Own("dropout"))).unwrap_err();
    assert!(matches!(error, ExportError::Differs { .. }), "{error}");
    let message = Plan::of(&with_own(Own("own"))).unwrap_err().to_string();
    let expected = "the layer `own` cannot be exported: only activations and what comes with densely can; put one of \
                    them in its place";
    assert_eq!(message, expected);
}

#[test]
fn a_parameter_that_is_infinite_in_f32_is_named() {
    let known = Registry::<f64>::new();
    let mut predictor = predictor("none", &["linear(3)"], "softmax", &classes(3), &known);
    let network = predictor.model_mut().network_mut();
    network.visit_params_by_layer_mut(&mut |_, param| param.value[(1, 0)] = -1e39);
    let message = Plan::of(&predictor).unwrap_err().to_string();
    assert_eq!(message, "layer 0: its weight has -1e39, which is infinite in f32");
}
