//! The text of the module.

use densely_layers::Kind;

use super::state::State;
use super::{columns, functions, layers, quoted_list};
use crate::plan::{Answer, Plan, Probabilities, Step};

/// The module, and the state that it loads.
pub(super) fn written(plan: &Plan, kinds: &[Kind]) -> (String, State) {
    let mut state = State::default();
    let (list, activations) = layers::layers(plan, kinds, &mut state);
    let prepare = prepare(plan, &mut state);
    let predict = predict(plan, &mut state);
    let (inputs, outputs) = (width(plan), plan.scores);
    let model = format!(
        "class Model(nn.Sequential):\n    \
         \"\"\"The network: of prepared inputs, N x {inputs}, it makes scores, N x {outputs}.\"\"\"\n\n    \
         def __init__(self):\n        super().__init__(\n{list}        )\n{}\n{prepare}\n{predict}\n\n",
        buffers(&state)
    );
    let (classes, functions) = functions::used_by(&model);
    let mut imports = String::new();
    for (name, import) in [
        ("datetime.", "from datetime import datetime, timezone\n"),
        ("Decimal(", "from decimal import Decimal\n"),
    ] {
        if functions.contains(name) {
            imports += import;
        }
    }
    let text = format!(
        "{}{imports}from pathlib import Path\n\nimport torch\nfrom safetensors.torch import load_file\nfrom torch import \
         nn\n\n{}\n\n{classes}{activations}{model}{functions}{LOAD}",
        head(),
        names(plan),
    );
    (text, state)
}

fn head() -> String {
    format!(
        "\"\"\"A network that densely {} wrote: `load()` is it, with the state that is beside this file.\n\n\
         `load().predict(columns)` takes a dict of columns by their names, or a frame of pandas. A gap is None, NaN or an empty\n\
         text. Whatever is before the network is computed in double.\n\"\"\"\n\n",
        env!("CARGO_PKG_VERSION")
    )
}

const LOAD: &str = "def load(path=Path(__file__).with_name(\"model.safetensors\")):
    \"\"\"The network with its parameters, to predict.\"\"\"
    model = Model()
    model.load_state_dict(load_file(path), strict=True)
    return model.eval()
";

/// What comes in, and what comes out.
fn names(plan: &Plan) -> String {
    let columns: Vec<String> = plan.columns.iter().map(|one| one.column.clone()).collect();
    let (what, names) = match &plan.answer {
        Answer::Class { names, .. } => ("CLASSES", names),
        Answer::Values { names, .. } => ("TARGETS", names),
    };
    format!("COLUMNS = {}\n{what} = {}\n", quoted_list(&columns), quoted_list(names))
}

/// What was learnt besides parameters.
fn buffers(state: &State) -> String {
    let all: Vec<String> =
        state.buffers().map(|(name, shape)| format!("\"{name}\": {shape:?}")).collect();
    if all.is_empty() {
        return String::new();
    }
    format!(
        "        for name, shape in {{{}}}.items():\n            \
         self.register_buffer(name, torch.zeros(shape, dtype=torch.float64))\n",
        all.join(", ")
    )
}

/// The inputs of the network.
fn width(plan: &Plan) -> usize {
    let product = |step: &Step| match step {
        Step::Each(..) => None,
        Step::Product { outputs, .. } => Some(*outputs),
    };
    plan.steps.steps.iter().rev().find_map(product).unwrap_or(plan.steps.features)
}

fn prepare(plan: &Plan, state: &mut State) -> String {
    let features = columns::features(plan, state);
    // Buffers and parameters are on the same device.
    let device = if plan.layers.iter().any(|layer| layer.has_parameters()) {
        ".to(next(self.parameters()).device)"
    } else {
        ""
    };
    let mut code = format!("        x = {features}{device}\n");
    if !plan.constants.is_empty() {
        let (places, values): (Vec<usize>, Vec<f64>) = plan.constants.iter().copied().unzip();
        state.doubles("constants".to_owned(), &[values.len()], &values);
        code += &format!("        x[:, {places:?}] = self.constants\n");
    }
    let mut inputs = plan.steps.features;
    for (index, step) in plan.steps.steps.iter().enumerate() {
        let name = format!("step_{index}");
        let sign = match step {
            Step::Each(arithmetic, values) => {
                state.doubles(name.clone(), &[values.len()], values);
                arithmetic.sign()
            }
            Step::Product { outputs, weights } => {
                state.doubles(name.clone(), &[inputs, *outputs], weights);
                inputs = *outputs;
                '@'
            }
        };
        code += &format!("        x = x {sign} self.{name}\n");
    }
    format!(
        "    def prepare(self, columns):\n        \
         \"\"\"The inputs of the network, of columns of a table.\"\"\"\n{code}        return x.float()\n"
    )
}

fn predict(plan: &Plan, state: &mut State) -> String {
    let (code, fields, doc) = match &plan.answer {
        Answer::Class { probabilities, .. } => {
            let index = match plan.scores {
                1 => "(scores[:, 0] > 0).long()",
                _ => "scores.argmax(1)",
            };
            let probabilities = match probabilities {
                None => "",
                Some(Probabilities::Softmax) => "\"probabilities\": scores.softmax(1), ",
                Some(Probabilities::Logistic) => {
                    "\"probabilities\": torch.cat([-scores, scores], 1).sigmoid(), "
                }
            };
            let doc = if probabilities.is_empty() { "" } else { ", probabilities" };
            (
                format!("        label = [CLASSES[place] for place in {index}.tolist()]\n"),
                format!("\"label\": label, {probabilities}"),
                format!("label{doc}"),
            )
        }
        Answer::Values { names, scale, mean, is_log } => {
            state.doubles("target_scale".to_owned(), &[names.len()], scale);
            state.doubles("target_mean".to_owned(), &[names.len()], mean);
            let exp = if *is_log { ".exp()" } else { "" };
            (
                format!(
                    "        values = (scores.double() * self.target_scale + self.target_mean){exp}\n"
                ),
                "\"values\": values, ".to_owned(),
                "values in their own units".to_owned(),
            )
        }
    };
    format!(
        "    @torch.no_grad()\n    def predict(self, columns):\n        \
         \"\"\"What the network says of each row: {doc} and scores.\"\"\"\n        is_training = self.training\n        \
         scores = self.eval()(self.prepare(columns))\n        self.train(is_training)\n{code}        return \
         {{{fields}\"scores\": scores}}\n"
    )
}
