use std::path::Path;

use densely_files::{NpzArray, npz_arrays, npz_names};
use densely_layers::Kind;
use densely_table::{Cells, Column};

use super::Contents;
use crate::ImportError;
use crate::options::{About, Task};
use crate::tensor::Tensor;

/// Whether an archive is one of arrays, and not of PyTorch.
pub(super) fn is_npz(path: &Path) -> bool {
    npz_names(path).is_ok_and(|names| !names.is_empty())
}

/// Layers, and what scikit-learn says of them besides.
pub(super) fn contents(path: &Path) -> Result<Contents, ImportError> {
    let (mut tensors, mut about) = (Vec::new(), About::default());
    let (mut mean, mut scale) = (None, None);
    for array in npz_arrays(path)? {
        match &*array.name {
            "classes_" => about.classes = Some(texts(&array)),
            "activation" => about.activation = word(&array).map(|word| vec![activation(word)]),
            "out_activation_" => {
                let is_identity = word(&array).is_some_and(|word| word == "identity");
                about.task = Some(if is_identity { Task::Regress } else { Task::Classify });
            }
            "mean_" => mean = numbers(&array),
            "scale_" => scale = numbers(&array),
            _ => {
                let (values, is_double) = (numbers(&array), array.is_double);
                tensors.push(Tensor { name: array.name, shape: array.shape, values, is_double });
            }
        }
    }
    about.scaler = mean.zip(scale);
    Ok(Contents { tensors, about })
}

/// Each cell as text.
fn texts(array: &NpzArray) -> Vec<String> {
    let column = |column: &Column| {
        let cell = |row| column.text(row).unwrap_or_default().into_owned();
        (0..column.len()).map(cell).collect::<Vec<_>>()
    };
    array.columns.iter().flat_map(column).collect()
}

fn word(array: &NpzArray) -> Option<String> {
    texts(array).into_iter().next()
}

/// What scikit-learn calls so.
fn activation(word: String) -> Kind {
    Kind::new(if word == "logistic" { "sigmoid".to_owned() } else { word })
}

/// The numbers, row after row, unless they are text.
fn numbers(array: &NpzArray) -> Option<Vec<f64>> {
    let columns = array.columns.iter().map(|column| match column.cells() {
        Cells::Numbers(numbers) => Some(numbers),
        Cells::Texts(_) => None,
    });
    let columns: Vec<_> = columns.collect::<Option<_>>()?;
    let rows = columns.first().map_or(0, |column| column.len());
    Some((0..rows).flat_map(|row| columns.iter().map(move |column| column.get(row))).collect())
}
