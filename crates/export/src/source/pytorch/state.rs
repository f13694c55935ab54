use std::collections::{BTreeMap, HashMap};

use safetensors::Dtype;
use safetensors::tensor::TensorView;

/// The tensors of a state dict, by name.
#[derive(Debug, Default)]
pub(super) struct State(BTreeMap<String, (Dtype, Vec<usize>, Vec<u8>)>);

impl State {
    /// A parameter.
    pub(super) fn floats(&mut self, name: String, shape: &[usize], values: &[f32]) {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.insert(name, Dtype::F32, shape, bytes);
    }

    /// A buffer.
    pub(super) fn doubles(&mut self, name: String, shape: &[usize], values: &[f64]) {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.insert(name, Dtype::F64, shape, bytes);
    }

    fn insert(&mut self, name: String, dtype: Dtype, shape: &[usize], bytes: Vec<u8>) {
        self.0.insert(name, (dtype, shape.to_vec(), bytes));
    }

    /// The buffers and their shapes: what is in double.
    pub(super) fn buffers(&self) -> impl Iterator<Item = (&str, &[usize])> {
        let all = self.0.iter().filter(|(_, tensor)| tensor.0 == Dtype::F64);
        all.map(|(name, tensor)| (name.as_str(), &*tensor.1))
    }

    /// As a safetensors file.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let views = self.0.iter().map(|(name, (dtype, shape, bytes))| {
            let view = TensorView::new(*dtype, shape.clone(), bytes);
            (name.as_str(), view.expect("each shape is that of its numbers"))
        });
        let about = HashMap::from([("format".to_owned(), "pt".to_owned())]);
        safetensors::serialize(views, Some(about)).expect("sizes fit")
    }
}
