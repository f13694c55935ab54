use std::path::Path;

use densely_files::{NpzArray, npz_arrays, npz_names};
use densely_layers::Kind;
use densely_table::{Cells, Column};

use super::Contents;
use crate::ImportError;
use crate::options::{About, Squashed, Task};
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
                (about.task, about.squashed) = match word(&array).as_deref() {
                    Some("identity") => (Some(Task::Regress), None),
                    Some("softmax") => (Some(Task::Classify), Some(Squashed::Softmax)),
                    Some("logistic") => (Some(Task::Classify), Some(Squashed::Sigmoid)),
                    Some("exp") => (Some(Task::Regress), Some(Squashed::Exponential)),
                    other => {
                        let found = other.unwrap_or_default().to_owned();
                        return Err(ImportError::OutActivation { found });
                    }
                };
            }
            name => match (name, numbers(&array)) {
                ("mean_", Some(values)) => mean = Some(values),
                ("scale_", Some(values)) => scale = Some(values),
                (_, values) => {
                    let NpzArray { name, shape, is_double, .. } = array;
                    tensors.push(Tensor { name, shape, values, is_double });
                }
            },
        }
    }
    about.scaler = scaler(mean, scale);
    Ok(Contents { tensors, about })
}

/// What it learnt of each input: one that does not centre has no means, and one that does not scale no scales.
fn scaler(mean: Option<Vec<f64>>, scale: Option<Vec<f64>>) -> Option<(Vec<f64>, Vec<f64>)> {
    match (mean, scale) {
        (None, None) => None,
        (Some(mean), None) => Some((mean.clone(), vec![1.0; mean.len()])),
        (None, Some(scale)) => Some((vec![0.0; scale.len()], scale)),
        (Some(mean), Some(scale)) => Some((mean, scale)),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scaler_may_centre_or_scale_alone() {
        let both = |mean: &[f64], scale: &[f64]| Some((mean.to_vec(), scale.to_vec()));
        assert_eq!(scaler(None, None), None);
        assert_eq!(scaler(Some(vec![3.0, 4.0]), None), both(&[3.0, 4.0], &[1.0, 1.0]));
        assert_eq!(scaler(None, Some(vec![3.0, 4.0])), both(&[0.0, 0.0], &[3.0, 4.0]));
        assert_eq!(scaler(Some(vec![3.0]), Some(vec![2.0])), both(&[3.0], &[2.0]));
    }
}
