//! Which tensors are layers, and in which order.

use std::collections::{HashMap, HashSet};

use densely_layers::Kind;

use crate::names::{natural, pattern};
use crate::tensor::{Tensor, described};
use crate::{ImportError, ImportOptions, sklearn, state_dict};

/// A layer of numbers, as its file has it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Linear {
    /// What its tensors are called.
    pub(crate) name: String,
    pub(crate) inputs: usize,
    pub(crate) outputs: usize,
    /// Outputs x inputs, row after row.
    pub(crate) weight: Vec<f64>,
    pub(crate) bias: Vec<f64>,
    /// The slopes of a PReLU behind it.
    pub(crate) slopes: Option<Vec<f64>>,
}

impl Linear {
    fn describe(&self) -> String {
        format!("`{}` [{} -> {}]", self.name, self.inputs, self.outputs)
    }
}

/// Layers with what is behind each, in order.
#[derive(Debug, PartialEq)]
pub(crate) struct Network {
    pub(crate) layers: Vec<Linear>,
    /// One for each layer, as far as there is one.
    pub(crate) activations: Vec<Option<Kind>>,
    pub(crate) is_double: bool,
}

pub(crate) fn network(
    tensors: Vec<Tensor>,
    options: &ImportOptions,
) -> Result<Network, ImportError> {
    let mut tensors = with_prefix(tensors, options.prefix.as_deref());
    tensors.sort_by(|a, b| natural(&a.name, &b.name));
    let found = described(&tensors);
    let is_double = tensors.iter().any(|tensor| tensor.is_double);
    if let Some(tensor) = tensors.iter().find(|tensor| !is_finite(tensor)) {
        return Err(ImportError::NotFinite(tensor.name.clone()));
    }
    let layers = match sklearn::is_of_arrays(&tensors) {
        true => sklearn::layers(tensors)?,
        false => state_dict::layers(tensors)?,
    };
    if layers.is_empty() {
        return Err(ImportError::NoLayers { found });
    }
    let layers = ordered(layers, options.layers.as_deref())?;
    let activations = activations(&layers, options.activation.as_deref())?;
    Ok(Network { layers, activations, is_double })
}

fn with_prefix(tensors: Vec<Tensor>, prefix: Option<&str>) -> Vec<Tensor> {
    let Some(prefix) = prefix else { return tensors };
    let own = |tensor: Tensor| {
        let name = tensor.name.strip_prefix(prefix)?;
        let name = name.strip_prefix('.').unwrap_or(name).to_owned();
        Some(Tensor { name, ..tensor })
    };
    tensors.into_iter().filter_map(own).collect()
}

fn is_finite(tensor: &Tensor) -> bool {
    tensor.values.iter().flatten().all(|value| value.is_finite())
}

fn list(layers: &[Linear]) -> String {
    layers.iter().map(Linear::describe).collect::<Vec<_>>().join(", ")
}

fn fits(pair: &[Linear]) -> bool {
    pair[0].outputs == pair[1].inputs
}

/// The order that was asked for; that of the numbers in names which are otherwise the same; or the only one there is.
fn ordered(layers: Vec<Linear>, asked: Option<&[String]>) -> Result<Vec<Linear>, ImportError> {
    let order_error = |layers: &[Linear], problem| {
        let names: Vec<&str> = layers.iter().map(|layer| &*layer.name).collect();
        ImportError::Order { layers: list(layers), problem, example: names.join(",") }
    };
    if let Some(asked) = asked {
        let layers = chosen(layers, asked)?;
        return match layers.windows(2).all(fits) {
            true => Ok(layers),
            false => Err(order_error(&layers, "do not fit each other in this order")),
        };
    }
    let patterns = layers.iter().map(|layer| pattern(&layer.name));
    let is_numbered = patterns.collect::<HashSet<_>>().len() == 1;
    if is_numbered && layers.windows(2).all(fits) {
        return Ok(layers);
    }
    let mut search = Search { layers: &layers, steps: 0, found: Vec::new() };
    search.extend(&mut Vec::new());
    match &search.found[..] {
        [only] if search.steps < STEPS => {
            let order = only.clone();
            if is_backwards(&layers, &order) {
                let names: Vec<&str> = order.iter().map(|&at| &*layers[at].name).collect();
                let example = names.join(",");
                return Err(ImportError::Backwards { layers: list(&layers), example });
            }
            let mut layers: Vec<Option<Linear>> = layers.into_iter().map(Some).collect();
            Ok(order.into_iter().filter_map(|at| layers[at].take()).collect())
        }
        [] if search.steps < STEPS => {
            Err(order_error(&layers, "do not fit each other in any order"))
        }
        _ => Err(order_error(&layers, "fit each other in several orders")),
    }
}

/// Whether layers whose names differ only in numbers come from the last to the first, as transposed ones would.
/// Layers are in the order of their names.
fn is_backwards(layers: &[Linear], order: &[usize]) -> bool {
    let mut numbered = HashMap::<String, Vec<usize>>::new();
    for &at in order {
        numbered.entry(pattern(&layers[at].name)).or_default().push(at);
    }
    let mut several = numbered.values().filter(|of| of.len() > 1).peekable();
    several.peek().is_some() && several.all(|of| of.is_sorted_by(|a, b| a > b))
}

fn chosen(layers: Vec<Linear>, asked: &[String]) -> Result<Vec<Linear>, ImportError> {
    let known = list(&layers);
    let mut left: Vec<Linear> = layers;
    let mut chosen = Vec::new();
    for name in asked {
        let Some(at) = left.iter().position(|layer| layer.name == *name) else {
            return Err(ImportError::UnknownLayer { name: name.clone(), layers: known });
        };
        chosen.push(left.remove(at));
    }
    Ok(chosen)
}

/// How many layers are tried before it is said that there may be several orders.
const STEPS: usize = 10_000;

/// Orders of all layers in which each fits the one before, up to two of them.
struct Search<'a> {
    layers: &'a [Linear],
    steps: usize,
    found: Vec<Vec<usize>>,
}

impl Search<'_> {
    fn extend(&mut self, order: &mut Vec<usize>) {
        if order.len() == self.layers.len() {
            self.found.push(order.clone());
            return;
        }
        for next in 0..self.layers.len() {
            self.steps += 1;
            if self.found.len() > 1 || self.steps >= STEPS {
                return;
            }
            let last = order.last().map(|&last| self.layers[last].outputs);
            let is_new = !order.contains(&next);
            if is_new && last.is_none_or(|outputs| outputs == self.layers[next].inputs) {
                order.push(next);
                self.extend(order);
                order.pop();
            }
        }
    }
}

/// What is behind each layer: its PReLU, or what was said.
fn activations(
    layers: &[Linear],
    given: Option<&[Kind]>,
) -> Result<Vec<Option<Kind>>, ImportError> {
    let hidden: Vec<usize> =
        (0..layers.len() - 1).filter(|&at| layers[at].slopes.is_none()).collect();
    let mut behind = vec![None; layers.len()];
    match given {
        None | Some([]) if hidden.is_empty() => {}
        None | Some([]) => {
            return Err(ImportError::NoActivation { layers: list(layers) });
        }
        // The file has all of them.
        Some([one]) if hidden.is_empty() && layers.len() > 1 => {
            let learnt = ["prelu", "shared-prelu"];
            if !learnt.contains(&one.name()) {
                let (said, given) = ("prelu".to_owned(), one.to_string());
                return Err(ImportError::OtherActivation { said, given });
            }
        }
        Some([one]) => hidden.iter().for_each(|&at| behind[at] = Some(one.clone())),
        Some(all) => {
            let last = Some(layers.len() - 1).filter(|_| all.len() == hidden.len() + 1);
            if all.len() != hidden.len() + usize::from(last.is_some()) {
                let (given, hidden) = (all.len(), hidden.len());
                return Err(ImportError::Activations { given, hidden });
            }
            for (&at, kind) in hidden.iter().chain(&last).zip(all) {
                behind[at] = Some(kind.clone());
            }
        }
    }
    Ok(behind)
}
