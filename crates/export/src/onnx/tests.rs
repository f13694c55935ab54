use std::collections::HashSet;

use super::{model, proto};
use crate::plan::{Answer, Plan};
use crate::testing::{Relu, Square, every_part, of_table, with_own};

/// What every reader takes for granted: each value is there before it is read, and made once.
fn check(model: &proto::Model) {
    let graph = model.graph.as_ref().unwrap();
    assert_eq!((model.ir_version, model.opset_import.len()), (Some(9), 1));
    assert_eq!(model.opset_import[0].version, Some(19));
    let inputs = graph.input.iter().map(|input| &input.name);
    let constants = graph.initializer.iter().map(|tensor| &tensor.name);
    let mut known = HashSet::new();
    assert!(inputs.chain(constants).all(|name| known.insert(name)), "a name comes twice");
    for node in &graph.node {
        assert!(node.input.iter().all(|name| known.contains(name)), "{node:?}");
        assert!(node.output.iter().all(|name| known.insert(name)), "{node:?}");
    }
    assert!(graph.output.iter().all(|output| known.contains(&output.name)));
    for tensor in &graph.initializer {
        let size = match tensor.data_type.unwrap() {
            proto::FLOAT => 4,
            proto::DOUBLE | proto::INT64 => 8,
            proto::BOOL => 1,
            _ => 0,
        };
        let count = tensor.dims.iter().product::<i64>() as usize;
        match &tensor.raw_data {
            Some(bytes) => assert_eq!(bytes.len(), count * size, "{}", tensor.name),
            None => assert_eq!(tensor.string_data.len(), count, "{}", tensor.name),
        }
    }
}

fn outputs(model: &proto::Model) -> Vec<&str> {
    model.graph.as_ref().unwrap().output.iter().map(|output| output.name.as_str()).collect()
}

fn operators(model: &proto::Model) -> Vec<&str> {
    model.graph.as_ref().unwrap().node.iter().map(|node| node.op_type.as_str()).collect()
}

/// So that a new one is not forgotten.
#[test]
fn every_part_is_exported_and_says_what_comes_out() {
    for (name, predictor) in every_part() {
        let plan = Plan::of(&predictor).unwrap_or_else(|error| panic!("{name}: {error}"));
        let model = model(&plan);
        check(&model);
        let expected: &[&str] = match plan.answer {
            Answer::Class { probabilities: Some(_), .. } => &["label", "probabilities", "scores"],
            Answer::Class { .. } => &["label", "scores"],
            Answer::Values { .. } => &["values", "scores"],
        };
        assert_eq!(outputs(&model), expected, "{name}");
    }
}

#[test]
fn an_activation_of_ones_own_is_exported_whatever_it_is_called() {
    for predictor in [with_own(Square), with_own(Relu)] {
        let model = model(&Plan::of(&predictor).unwrap());
        check(&model);
        assert_eq!(
            operators(&model),
            ["Sub", "Div", "Cast", "Mul", "Gemm", "ArgMax", "Gather", "Softmax"]
        );
    }
}

#[test]
fn columns_of_a_table_are_inputs_and_of_numbers_there_is_one() {
    let inputs = |drop: &[&str]| {
        let model = model(&Plan::of(&of_table(drop, false)).unwrap());
        check(&model);
        assert_eq!(outputs(&model), ["values", "scores"]);
        assert!(operators(&model).contains(&"ThresholdedRelu"));
        let graph = model.graph.unwrap();
        graph.input.into_iter().map(|input| input.name).collect::<Vec<_>>()
    };
    let numbers = model(&Plan::of(&of_table(&["kind", "day"], false)).unwrap());
    let properties = numbers.metadata_props.iter().map(|one| (&*one.key, &*one.value));
    let expected = [("densely.columns", r#"["label","on"]"#), ("densely.targets", r#"["y"]"#)];
    assert!(properties.eq(expected));
    // `label` is the name of an output.
    let all = inputs(&[]);
    assert_eq!(all[..3], ["label_in", "kind", "on"]);
    assert!(all[3..].contains(&"day: month".to_owned()), "{all:?}");
    assert_eq!(inputs(&["kind", "day"]), ["x"]);
    let logarithms = model(&Plan::of(&of_table(&[], true)).unwrap());
    assert!(operators(&logarithms).contains(&"Exp"));
}
