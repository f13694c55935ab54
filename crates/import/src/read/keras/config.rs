//! The description of a model, as Keras writes it as JSON: a chain of layers, and what is between them.

use std::collections::{BTreeMap, BTreeSet};

use densely_layers::Kind;
use serde_json::Value;

use crate::ImportError;
use crate::options::{About, Squashed, Task};

/// The layers of a model that have parameters, in order, and what is between them.
pub(super) struct Described {
    pub(super) places: Vec<Place>,
    pub(super) about: About,
}

/// A layer with parameters.
pub(super) struct Place {
    /// Its place among all layers.
    pub(super) number: usize,
    name: String,
    container: String,
}

impl Place {
    /// What it is called, and so is its group in a model of the format HDF5.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// What its group is called in a `.keras` archive.
    pub(super) fn container(&self) -> &str {
        &self.container
    }
}

/// Layers that do nothing to what is predicted.
const NOTHING: [&str; 7] = [
    "ActivityRegularization",
    "AlphaDropout",
    "Dropout",
    "Flatten",
    "GaussianDropout",
    "GaussianNoise",
    "InputLayer",
];

pub(super) fn described(config: &[u8]) -> Result<Described, ImportError> {
    let config: Value = serde_json::from_slice(config)
        .map_err(|error| ImportError::Damaged(format!("the description of the model: {error}")))?;
    let mut chain = Chain::default();
    for layer in layers(&config)? {
        chain.push(&layer)?;
    }
    chain.end()
}

struct Layer<'a> {
    number: usize,
    class: &'a str,
    name: &'a str,
    options: &'a Value,
}

impl Layer<'_> {
    fn refused(&self, what: impl Into<String>) -> ImportError {
        ImportError::Keras { layer: self.name.to_owned(), what: what.into() }
    }
}

/// The layers, if each is behind the one before it.
fn layers(config: &Value) -> Result<Vec<Layer<'_>>, ImportError> {
    let all = config["config"]["layers"].as_array().map_or(&[][..], Vec::as_slice);
    let text = |value: &'_ Value| value.as_str().unwrap_or_default().to_owned();
    let mut layers: Vec<Layer<'_>> = Vec::new();
    for (number, layer) in all.iter().enumerate() {
        let options = &layer["config"];
        let name = options["name"].as_str().or(layer["name"].as_str()).unwrap_or_default();
        let class = layer["class_name"].as_str().unwrap_or_default();
        layers.push(Layer { number, class, name, options });
    }
    match config["class_name"].as_str() {
        Some("Sequential") => return Ok(layers),
        Some("Functional" | "Model") => {}
        _ => {
            let name = text(&config["config"]["name"]);
            let what = format!("a model of the class `{}`", text(&config["class_name"]));
            return Err(ImportError::Keras { layer: name, what });
        }
    }
    let names: BTreeSet<&str> = layers.iter().map(|layer| layer.name).collect();
    for (place, layer) in layers.iter().enumerate() {
        let mut before = BTreeSet::new();
        mentioned(&all[place]["inbound_nodes"], &names, &mut before);
        let is_next = match place.checked_sub(1) {
            None => before.is_empty(),
            Some(last) => before.into_iter().eq([layers[last].name]),
        };
        if !is_next {
            return Err(layer.refused("not behind the one before it alone"));
        }
    }
    Ok(layers)
}

/// The names that occur somewhere in a value.
fn mentioned<'a>(value: &'a Value, names: &BTreeSet<&str>, found: &mut BTreeSet<&'a str>) {
    match value {
        Value::String(text) if names.contains(&**text) => {
            found.insert(text);
        }
        Value::Array(values) => values.iter().for_each(|value| mentioned(value, names, found)),
        Value::Object(fields) => fields.values().for_each(|value| mentioned(value, names, found)),
        _ => {}
    }
}

#[derive(Default)]
struct Chain {
    places: Vec<Place>,
    behind: Vec<Behind>,
    /// The outputs of the last layer.
    outputs: u64,
    /// How many layers of a class with parameters there were.
    classes: BTreeMap<&'static str, usize>,
}

/// What is behind a fully-connected layer.
#[derive(Debug, Clone, PartialEq)]
enum Behind {
    Nothing,
    Slopes,
    Softmax,
    Activation(Kind),
}

impl Chain {
    fn push(&mut self, layer: &Layer<'_>) -> Result<(), ImportError> {
        match layer.class {
            class if NOTHING.contains(&class) => return Ok(()),
            "Dense" => {
                if self.behind.last() == Some(&Behind::Softmax) {
                    return Err(layer.refused("behind a softmax"));
                }
                self.place(layer, "dense");
                self.outputs = layer.options["units"].as_u64().unwrap_or(0);
                self.behind.push(Behind::Nothing);
                let activation = &layer.options["activation"];
                let behind = of_option(activation)
                    .ok_or_else(|| layer.refused(format!("with the activation {activation}")))?;
                return self.put(layer, behind);
            }
            "PReLU" => {
                self.place(layer, "p_re_lu");
                return self.put(layer, Behind::Slopes);
            }
            _ => {}
        }
        let behind = of_layer(layer.class, layer.options).ok_or_else(|| {
            layer.refused(format!("of the class `{}`, or with other options", layer.class))
        })?;
        self.put(layer, behind)
    }

    fn place(&mut self, layer: &Layer<'_>, class: &'static str) {
        let count = self.classes.entry(class).or_default();
        let container = if *count == 0 { class.to_owned() } else { format!("{class}_{count}") };
        *count += 1;
        let (number, name) = (layer.number, layer.name.to_owned());
        self.places.push(Place { number, name, container });
    }

    /// Puts something behind the last layer.
    fn put(&mut self, layer: &Layer<'_>, what: Behind) -> Result<(), ImportError> {
        match self.behind.last_mut() {
            _ if what == Behind::Nothing => {}
            Some(last @ Behind::Nothing) => *last = what,
            Some(_) => return Err(layer.refused("an activation behind another")),
            None => return Err(layer.refused("in front of all others")),
        }
        Ok(())
    }

    fn end(mut self) -> Result<Described, ImportError> {
        let mut about = About::default();
        let is_single = self.outputs == 1;
        if let Some(last) = self.behind.last_mut() {
            about.squashed = match last {
                Behind::Softmax => Some(Squashed::Softmax),
                Behind::Activation(kind) if kind.name() == "sigmoid" => Some(Squashed::Sigmoid),
                _ => None,
            };
            if about.squashed.is_some() {
                *last = Behind::Nothing;
            }
            // Of several sigmoids, several may be true.
            let is_of_classes = about.squashed == Some(Squashed::Softmax) || is_single;
            about.task = about.squashed.filter(|_| is_of_classes).map(|_| Task::Classify);
        }
        // A description of nothing finds no layers later.
        let last = self.behind.pop().unwrap_or(Behind::Nothing);
        let kind = |behind| match behind {
            Behind::Activation(kind) => Some(kind),
            Behind::Nothing | Behind::Softmax => Some(Kind::new("identity")),
            Behind::Slopes => None,
        };
        let is_only = self.behind.is_empty();
        let mut activation: Vec<Kind> = self.behind.into_iter().filter_map(kind).collect();
        if let Behind::Activation(last) = last {
            if let (true, Some(place)) = (is_only, self.places.last()) {
                let what = format!("the only one, with the activation {last}");
                return Err(ImportError::Keras { layer: place.name.clone(), what });
            }
            activation.push(last);
        }
        about.activation = Some(activation);
        Ok(Described { places: self.places, about })
    }
}

/// An activation that is an option: its name, or a layer.
fn of_option(value: &Value) -> Option<Behind> {
    match value {
        Value::Null => Some(Behind::Nothing),
        Value::String(name) => named(name),
        layer => match &layer["config"] {
            Value::String(name) => named(name),
            options => of_layer(layer["class_name"].as_str()?, options),
        },
    }
}

fn named(name: &str) -> Option<Behind> {
    let kind = match name {
        "linear" => return Some(Behind::Nothing),
        "softmax" => return Some(Behind::Softmax),
        "leaky_relu" => Kind::new("leaky-relu").with(0.2),
        "silu" | "swish" => Kind::new("silu"),
        "elu" | "gelu" | "mish" | "relu" | "relu6" | "selu" | "sigmoid" | "softplus"
        | "softsign" | "tanh" => Kind::new(name.to_owned()),
        // Such as hard_sigmoid, which was another function before 3.0.
        _ => return None,
    };
    Some(Behind::Activation(kind))
}

/// An activation that is a layer.
fn of_layer(class: &str, options: &Value) -> Option<Behind> {
    let number = |names: &[&str], default: f64| {
        let value = names.iter().map(|name| &options[*name]).find(|value| !value.is_null());
        value.map_or(Some(default), Value::as_f64)
    };
    let slope = |default| number(&["negative_slope", "alpha"], default);
    let kind = match class {
        "Activation" => return of_option(&options["activation"]),
        "Softmax" => {
            return (options["axis"].as_i64() == Some(-1)).then_some(Behind::Softmax);
        }
        "LeakyReLU" => Kind::new("leaky-relu").with(slope(0.3)?),
        "ELU" => Kind::new("elu").with(number(&["alpha"], 1.0)?),
        "ReLU" => {
            let slope = slope(0.0)?;
            let max = number(&["max_value"], f64::INFINITY)?;
            match (number(&["threshold"], 0.0)?, slope, max) {
                (0.0, 0.0, f64::INFINITY) => Kind::new("relu"),
                (0.0, 0.0, 6.0) => Kind::new("relu6"),
                (0.0, _, f64::INFINITY) => Kind::new("leaky-relu").with(slope),
                _ => return None,
            }
        }
        _ => return None,
    };
    Some(Behind::Activation(kind))
}

#[cfg(test)]
mod tests;
