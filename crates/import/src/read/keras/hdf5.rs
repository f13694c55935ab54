//! The arrays of an HDF5 file, and what of a layer each is.

use hdf5_pure::{AttrValue, DType, Dataset, Error, File, Group};

use crate::ImportError;
use crate::tensor::Tensor;

/// What is in a file.
pub(super) struct Contents {
    pub(super) arrays: Vec<Array>,
    /// The description of the model as JSON, if there is one.
    pub(super) config: Option<String>,
}

/// An array of a layer.
#[derive(Debug, Clone)]
pub(super) struct Array {
    /// The groups that it is in, from the outermost, without those that all layers are in.
    pub(super) groups: Vec<String>,
    /// `weight`, `bias`, or what it is called if it is neither.
    pub(super) role: String,
    pub(super) shape: Vec<usize>,
    values: Option<Vec<f64>>,
    is_double: bool,
}

/// Groups in groups, at most: a file may have one that is in itself.
const DEPTH: usize = 16;

/// Arrays, at most.
const MOST: usize = 10_000;

/// What is no layer: the state of an optimiser, and of what draws for dropout.
const OTHERS: [&str; 3] = ["optimizer", "optimizer_weights", "seed_generator"];

pub(super) fn read(bytes: Vec<u8>) -> Result<Contents, ImportError> {
    let size = bytes.len();
    let file = File::from_bytes(bytes).map_err(damaged)?;
    let root = file.root();
    let config = config(&root)?;
    let mut reader = Reader { size, arrays: Vec::new() };
    reader.group(&root, &mut Vec::new())?;
    Ok(Contents { arrays: reader.arrays, config })
}

struct Reader {
    /// That of the file.
    size: usize,
    arrays: Vec<Array>,
}

impl Reader {
    fn group(&mut self, group: &Group, path: &mut Vec<String>) -> Result<(), ImportError> {
        if path.len() > DEPTH {
            return Err(ImportError::Damaged("groups are in groups without an end".to_owned()));
        }
        for name in sorted(group.datasets())? {
            if self.arrays.len() == MOST {
                return Err(ImportError::Damaged(format!("there are more than {MOST} arrays")));
            }
            let dataset = group.dataset(&name).map_err(damaged)?;
            let array = self.array(&dataset, path, &name)?;
            self.arrays.push(array);
        }
        for name in sorted(group.groups())? {
            if OTHERS.contains(&&*name) {
                continue;
            }
            path.push(name);
            let inner = group.group(&path[path.len() - 1]).map_err(damaged)?;
            self.group(&inner, path)?;
            path.pop();
        }
        Ok(())
    }

    fn array(&self, dataset: &Dataset, path: &[String], name: &str) -> Result<Array, ImportError> {
        let shape = dataset.shape().map_err(damaged)?;
        let shape: Vec<usize> =
            shape.iter().map(|&size| usize::try_from(size).unwrap_or(usize::MAX)).collect();
        let full = || format!("{}/{name}", path.join("/"));
        // Keras writes numbers one after the other: so none is larger than the file, whatever it claims.
        let count = shape.iter().try_fold(4, |count: usize, &size| count.checked_mul(size));
        if dataset.is_chunked() || count.is_none_or(|bytes| bytes > self.size) {
            let message = format!("`{}` is compressed, or larger than the file", full());
            return Err(ImportError::Damaged(message));
        }
        let dtype = dataset.dtype().map_err(damaged)?;
        let values = match dtype {
            DType::F32 | DType::F64 => Some(dataset.read_f64().map_err(damaged)?),
            _ => None,
        };
        if values.as_ref().is_some_and(|values| values.len() != shape.iter().product::<usize>()) {
            return Err(ImportError::Damaged(format!("`{}` has not all its numbers", full())));
        }
        let (groups, role) = place(path, name);
        Ok(Array { groups, role, shape, values, is_double: dtype == DType::F64 })
    }
}

/// The layer that an array is of, and what it is of that: `layers/dense/vars/0` as Keras writes it since 3.0, and
/// `model_weights/dense/.../kernel:0` as before.
fn place(path: &[String], name: &str) -> (Vec<String>, String) {
    let is_outer = |name: &&String| matches!(name.as_str(), "layers" | "model_weights");
    let mut groups: Vec<String> = path.iter().skip_while(is_outer).cloned().collect();
    let is_of_variables = groups.pop_if(|last| *last == "vars").is_some();
    let role = match (is_of_variables, name.trim_end_matches(":0")) {
        (true, "0") | (false, "kernel" | "alpha") => "weight".to_owned(),
        (true, "1") | (false, "bias") => "bias".to_owned(),
        (true, _) => format!("vars.{name}"),
        (false, name) => name.to_owned(),
    };
    (groups, role)
}

impl Array {
    /// The innermost group.
    pub(super) fn group(&self) -> &str {
        self.groups.last().map_or("", String::as_str)
    }

    /// Whether it is of a layer whose group is called so.
    pub(super) fn is_of(&self, group: &str) -> bool {
        self.groups.first().is_some_and(|first| first == group)
    }

    /// A matrix of inputs x outputs turned, as a state dict has it.
    pub(super) fn into_tensor(self, name: String) -> Tensor {
        let Self { shape, values, is_double, .. } = self;
        let [inputs, outputs] = shape[..] else {
            return Tensor { name, shape, values, is_double };
        };
        let turned = |values: Vec<f64>| {
            let row = |output: usize| values[output..].iter().step_by(outputs).copied();
            (0..outputs).flat_map(row).collect()
        };
        let is_some = inputs > 0 && outputs > 0;
        let values = if is_some { values.map(turned) } else { values };
        Tensor { name, shape: vec![outputs, inputs], values, is_double }
    }
}

/// Names in an order that is not the file's.
fn sorted(names: Result<Vec<String>, Error>) -> Result<Vec<String>, ImportError> {
    let mut names = names.map_err(damaged)?;
    names.sort_unstable();
    Ok(names)
}

/// The description of the model. What is there and no text is not left out, or the model would be one without a description.
fn config(root: &Group) -> Result<Option<String>, ImportError> {
    const NAME: &str = "model_config";
    if !root.attr_datatypes().map_err(damaged)?.contains_key(NAME) {
        return Ok(None);
    }
    let text = match root.attrs().map_err(damaged)?.remove(NAME) {
        Some(
            AttrValue::String(text)
            | AttrValue::AsciiString(text)
            | AttrValue::VarLenString(text)
            | AttrValue::VarLenAsciiString(text)
            | AttrValue::StringSized { value: text, .. }
            | AttrValue::AsciiStringSized { value: text, .. },
        ) => text,
        _ => return Err(ImportError::Damaged(format!("`{NAME}` is no text"))),
    };
    Ok(Some(text))
}

#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn damaged(error: Error) -> ImportError {
    ImportError::Damaged(error.to_string())
}
