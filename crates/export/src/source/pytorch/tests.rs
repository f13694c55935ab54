use densely_layers::Kind;
use safetensors::SafeTensors;

use super::{module, to_pytorch};
use crate::plan::{Op, Plan};
use crate::testing::{Relu, Square, classes, every_part, of_table, predictor, with_own};

/// The state has what the module declares, and nothing else: `strict=True` asks for that.
#[test]
fn the_state_of_every_part_is_what_its_module_declares() {
    let mut all = every_part();
    all.push(("square".to_owned(), with_own(Square)));
    all.push(("an own relu".to_owned(), with_own(Relu)));
    all.push(("a table".to_owned(), of_table(&[], true)));
    for (name, predictor) in all {
        let files = to_pytorch(&predictor).unwrap_or_else(|error| panic!("{name}: {error}"));
        let state = SafeTensors::deserialize(&files.state).unwrap();
        let plan = Plan::of(&predictor).unwrap();
        let mut declared = 0;
        for layer in &plan.layers {
            let parameters: &[(&str, &[f32])] = match &layer.op {
                Op::Linear { weight, bias } => &[("weight", weight), ("bias", bias)],
                Op::ScaleShift { scale, shift } => &[("scale", scale), ("shift", shift)],
                Op::PRelu { slope } => &[("weight", slope)],
                _ => &[],
            };
            for (parameter, values) in parameters {
                let tensor = state.tensor(&format!("{}.{parameter}", layer.stage)).unwrap();
                let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
                assert_eq!(tensor.data(), bytes, "{name}: {}.{parameter}", layer.stage);
            }
            declared += parameters.len();
        }
        for buffer in state.names() {
            let (layer, _) = buffer.split_once('.').unwrap_or_default();
            if layer.parse::<usize>().is_err() {
                let shape = state.tensor(buffer).unwrap().shape().to_vec();
                let declaration = format!("\"{buffer}\": {shape:?}");
                assert!(files.module.contains(&declaration), "{name}: {declaration}");
                assert!(files.module.contains(&format!("self.{buffer}")), "{name}: {buffer}");
                declared += 1;
            }
        }
        assert_eq!(state.len(), declared, "{name}");
        assert_eq!(to_pytorch(&predictor).unwrap(), files, "{name}: the same bytes");
    }
}

#[test]
fn layers_keep_their_places_and_are_called_as_there() {
    let layers =
        ["dropout(0.25)", "linear(4)", "leaky-relu(0.2)", "identity", "prelu", "linear(3)"];
    let noise = ["input-noise(0.5)"].into_iter().chain(layers).collect::<Vec<_>>();
    let known = densely_models::Registry::<f32>::new();
    let predictor = predictor("none", &noise, "softmax", &classes(3), &known);
    let (text, _) =
        module::written(&Plan::of(&predictor).unwrap(), &Kind::list(&noise.join(", ")).unwrap());
    let expected = "        super().__init__(
            nn.Identity(),  # input-noise(0.5), in training only
            nn.Dropout(0.25),
            nn.Linear(6, 4),
            nn.LeakyReLU(0.2),
            nn.Identity(),
            nn.PReLU(4),
            nn.Linear(4, 3),
        )
";
    assert!(text.contains(expected), "{text}");
}

#[test]
fn what_is_called_is_written_and_nothing_else() {
    let plain = to_pytorch(&of_table(&["kind", "day", "on"], false)).unwrap().module;
    let table = to_pytorch(&of_table(&[], false)).unwrap().module;
    for function in ["category", "time", "truth", "text"] {
        let definition = format!("\ndef {function}(");
        assert!(table.contains(&definition) && !plain.contains(&definition), "{function}");
    }
    assert!(plain.contains("\ndef number(") && !plain.contains("Decimal"), "{plain}");
    // A text is one of Python, whatever is in it.
    assert!(table.contains(r#""fig */ \"dried\" ??/""#), "{table}");
    let own = to_pytorch(&with_own(Square)).unwrap().module;
    assert!(own.contains("class Activation0(nn.Module)") && own.contains("x * x"), "{own}");
}
