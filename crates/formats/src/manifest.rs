use std::collections::BTreeMap;
use std::fmt;

use densely_tensor::Scalar;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

use crate::columns::{Columns, ColumnsLengths};

/// The version of the format that is written, and the newest that can be read.
///
/// Version 2 has several activations, activations and losses with values in parentheses,
/// and the fields `dropout` and `input_noise`, which are left out if they are 0.
/// Version 3 has more kinds of preprocessing, and lists of them. Version 4 has the tensors
/// `constant.features` and `constant.values`, which are left out if no feature is held, and
/// scales of 0. Version 5 has the kinds of all layers, and of the loss, instead of the options of a
/// perceptron. Version 6 has the kinds of all transformations, with their options, of which some were
/// tensors before, and always a list of them. Version 7 has the columns of a table that become the
/// features, which are left out if they are these. Version 8 has the range of numbers and times in columns.
pub(crate) const VERSION: u32 = 8;

/// How a model came to be, for people to read: nothing is computed from it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// The program that trained the model, with its version.
    pub program: String,
    /// The data that it was trained on.
    pub data: String,
    /// The options of the training.
    pub options: BTreeMap<String, String>,
    /// What came out: losses and metrics.
    pub results: BTreeMap<String, String>,
}

/// Everything in a model file but its tensors. All of its numbers are
/// integers, so that writing what was read gives the same text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    pub(crate) version: u32,
    pub(crate) dtype: Dtype,
    pub(crate) network: Network,
    pub(crate) preprocess: Preprocess,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) table: Option<Columns>,
    pub(crate) features: Vec<String>,
    pub(crate) target: String,
    pub(crate) task: Task,
    /// Real targets are learnt as their logarithms.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) log_targets: bool,
    /// The names of the classes, or of the real outputs.
    pub(crate) outputs: Vec<String>,
    pub(crate) provenance: Provenance,
    /// Of the tensors and of this manifest without it.
    pub(crate) hash: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Dtype {
    F32,
    F64,
}

impl Dtype {
    pub(crate) fn of<T: Scalar>() -> Self {
        if T::NAME == "f32" { Self::F32 } else { Self::F64 }
    }
}

/// A network: as the kinds of its layers, or, before version 5, as a perceptron.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "its network should have `inputs`, `layers` and `loss`, or what files before version \
                 5 have, and is otherwise"
)]
pub(crate) enum Network {
    Layers(Layers),
    Perceptron(Perceptron),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Layers {
    pub(crate) inputs: usize,
    pub(crate) layers: Vec<String>,
    pub(crate) loss: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Perceptron {
    pub(crate) inputs: usize,
    pub(crate) outputs: usize,
    pub(crate) hidden: Vec<usize>,
    /// One for all hidden layers, or one for each, separated by commas.
    pub(crate) activation: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) dropout: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) input_noise: Option<String>,
    pub(crate) loss: String,
    pub(crate) seed: u64,
}

/// The kinds of transformations in order, or, before version 6, of one alone. The tensors of the
/// first in a list have names that begin with `preprocess.0.`, those of one alone with `preprocess.`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "its preprocessing should be the name of one that is known here, or a list of them"
)]
pub(crate) enum Preprocess {
    One(String),
    Pipeline(Vec<String>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Task {
    Classify,
    Regress,
}

/// How long the lists of a manifest are, which take many times as much memory as text.
#[derive(Debug, Deserialize)]
pub(crate) struct Lengths {
    pub(crate) network: NetworkLengths,
    pub(crate) preprocess: Length,
    #[serde(default)]
    pub(crate) table: ColumnsLengths,
    pub(crate) features: Length,
    pub(crate) outputs: Length,
    pub(crate) provenance: ProvenanceLengths,
}

#[derive(Debug, Deserialize)]
pub(crate) struct NetworkLengths {
    #[serde(default)]
    pub(crate) layers: Length,
    #[serde(default)]
    pub(crate) hidden: Length,
}

#[derive(Debug, Deserialize)]
pub(crate) struct ProvenanceLengths {
    pub(crate) options: Length,
    pub(crate) results: Length,
}

/// The length of a list or of a table, of which nothing is kept; a word alone is one.
#[derive(Debug, Default)]
pub(crate) struct Length(pub(crate) usize);

impl<'de> Deserialize<'de> for Length {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Counter;
        impl<'de> Visitor<'de> for Counter {
            type Value = Length;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_str<E>(self, _: &str) -> Result<Length, E> {
                Ok(Length(1))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut table: A) -> Result<Length, A::Error> {
                let mut length = 0;
                while table.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {
                    length += 1;
                }
                Ok(Length(length))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Length, A::Error> {
                let mut length = 0;
                while list.next_element::<IgnoredAny>()?.is_some() {
                    length += 1;
                }
                Ok(Length(length))
            }
        }
        deserializer.deserialize_any(Counter)
    }
}
