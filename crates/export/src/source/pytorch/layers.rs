//! A network's layers as modules.

use densely_layers::{Described, Dropout, Elu, Kind, LeakyRelu};

use super::state::State;
use crate::plan::{Op, Plan};
use crate::source::expression::{Syntax, Written, lines};

/// The layers of an `nn.Sequential`, a line each, and the classes of activations that PyTorch has not.
pub(super) fn layers(plan: &Plan, kinds: &[Kind], state: &mut State) -> (String, String) {
    let (mut list, mut classes, mut written) = (String::new(), String::new(), Written::default());
    let mut planned = plan.layers.iter().peekable();
    for (stage, kind) in kinds.iter().enumerate() {
        let Some(layer) = planned.next_if(|layer| layer.stage == stage) else {
            list += &format!("            {}\n", of_training(kind));
            continue;
        };
        let (inputs, outputs) = (layer.inputs, layer.outputs);
        let mut parameter = |name: &str, shape: &[usize], values: &[f32]| {
            state.floats(format!("{stage}.{name}"), shape, values);
        };
        let text = match &layer.op {
            Op::Linear { weight, bias } => {
                parameter("weight", &[outputs, inputs], weight);
                parameter("bias", &[outputs], bias);
                format!("nn.Linear({inputs}, {outputs})")
            }
            Op::ScaleShift { scale, shift } => {
                parameter("scale", &[outputs], scale);
                parameter("shift", &[outputs], shift);
                format!("ScaleShift({outputs})")
            }
            Op::PRelu { slope } => {
                parameter("weight", &[slope.len()], slope);
                format!("nn.PReLU({})", slope.len())
            }
            Op::Maxout { pieces } => format!("Maxout({pieces})"),
            Op::Elementwise { ours, expression } => {
                let ours = ours.as_ref().and_then(of_torch);
                ours.unwrap_or_else(|| {
                    let (index, is_new) = written.number(expression);
                    if is_new {
                        let (before, value) = lines(expression, &Python);
                        classes += &format!(
                            "class Activation{index}(nn.Module):\n    def forward(self, x):\n{before}        \
                             return ({value}).expand_as(x)\n\n\n"
                        );
                    }
                    format!("Activation{index}()")
                })
            }
        };
        list += &format!("            {text},\n");
    }
    (list, classes)
}

/// A layer that does nothing outside training.
fn of_training(kind: &Kind) -> String {
    match Dropout::SPEC.read(kind) {
        Ok(options) if kind.name() == Dropout::SPEC.name() => {
            format!("nn.Dropout({:?}),", options.number("probability"))
        }
        _ if kind.name() == "identity" => "nn.Identity(),".to_owned(),
        _ => format!("nn.Identity(),  # {kind}, in training only"),
    }
}

/// The module that an activation of ours is.
fn of_torch(kind: &Kind) -> Option<String> {
    Some(match kind.name() {
        "relu" => "nn.ReLU()".to_owned(),
        "sigmoid" => "nn.Sigmoid()".to_owned(),
        "tanh" => "nn.Tanh()".to_owned(),
        "softsign" => "nn.Softsign()".to_owned(),
        "softplus" => "nn.Softplus()".to_owned(),
        "mish" => "nn.Mish()".to_owned(),
        "silu" => "nn.SiLU()".to_owned(),
        "gelu" => "nn.GELU()".to_owned(),
        "gelu-tanh" => "nn.GELU(approximate=\"tanh\")".to_owned(),
        "selu" => "nn.SELU()".to_owned(),
        "relu6" => "nn.ReLU6()".to_owned(),
        "hard-tanh" => "nn.Hardtanh()".to_owned(),
        "hard-sigmoid" => "nn.Hardsigmoid()".to_owned(),
        "hard-swish" => "nn.Hardswish()".to_owned(),
        "leaky-relu" => {
            format!("nn.LeakyReLU({:?})", LeakyRelu::SPEC.read(kind).ok()?.number("slope"))
        }
        "elu" => format!("nn.ELU({:?})", Elu::SPEC.read(kind).ok()?.number("alpha")),
        _ => return None,
    })
}

struct Python;

impl Syntax for Python {
    /// A tensor, as some functions take nothing else.
    fn number(&self, value: f32) -> String {
        match value.is_finite() {
            true => format!("x.new_tensor({value:?})"),
            false => format!("x.new_tensor(float(\"{value}\"))"),
        }
    }

    fn select(&self, condition: &str, a: &str, b: &str) -> String {
        format!("torch.where({condition}, {a}, {b})")
    }

    fn call(&self, function: &'static str, arguments: &str) -> String {
        let name = match function {
            "exp_m1" => "expm1",
            "ln" => "log",
            "ln_1p" => "log1p",
            "normal_cdf" => "special.ndtr",
            "larger" => "maximum",
            "smaller" => "minimum",
            same => same,
        };
        format!("torch.{name}({arguments})")
    }

    fn line(&self, name: &str, value: &str) -> String {
        format!("        {name} = {value}\n")
    }
}
