use std::path::Path;

use half::{bf16, f16};
use safetensors::{Dtype, SafeTensors};

use super::all;
use crate::ImportError;
use crate::tensor::Tensor;

/// The tensors. All lengths are compared with it before anything is made of them.
pub(super) fn tensors(path: &Path) -> Result<Vec<Tensor>, ImportError> {
    if densely_formats::is_model_file(path)? {
        let remedy = "it can be used as it is, as in `densely predict`";
        return Err(ImportError::Format { found: "a model of densely already", remedy });
    }
    let bytes = std::fs::read(path)?;
    let file = SafeTensors::deserialize(&bytes)
        .map_err(|error| ImportError::Damaged(error.to_string()))?;
    let tensors = file.iter().map(|(name, view)| Tensor {
        name: name.to_owned(),
        shape: view.shape().to_vec(),
        values: values(view.dtype(), view.data()),
        is_double: view.dtype() == Dtype::F64,
    });
    Ok(tensors.collect())
}

/// As doubles, unless they are no floats.
fn values(dtype: Dtype, bytes: &[u8]) -> Option<Vec<f64>> {
    Some(match dtype {
        Dtype::F64 => all(bytes, f64::from_le_bytes),
        Dtype::F32 => all(bytes, |one| f32::from_le_bytes(one).into()),
        Dtype::F16 => all(bytes, |one| f16::from_le_bytes(one).into()),
        Dtype::BF16 => all(bytes, |one| bf16::from_le_bytes(one).into()),
        _ => return None,
    })
}
