//! What `torch.save` wrote: nothing of its pickle is run.

use std::path::Path;

use crate::ImportError;
use crate::tensor::Tensor;

#[cfg(feature = "pt")]
pub(super) fn tensors(path: &Path) -> Result<Vec<Tensor>, ImportError> {
    use pytorch_reader::{PytorchError, PytorchReader};

    let size = std::fs::metadata(path)?.len();
    let reader = PytorchReader::new(path).map_err(|error| match error {
        PytorchError::Io(error) => ImportError::File(error),
        error => ImportError::Damaged(error.to_string()),
    })?;
    let mut tensors = Vec::new();
    for tensor in reader.into_tensors().into_values() {
        // A view of a few numbers may claim to be of many: no parameter is one.
        let bytes = tensor.shape().iter().try_fold(tensor.dtype().size(), |n, &m| n.checked_mul(m));
        if bytes.is_none_or(|bytes| bytes as u64 > size) {
            let name = &tensor.name;
            return Err(ImportError::Damaged(format!("`{name}` is larger than the file")));
        }
        let data = tensor.read().map_err(|error| ImportError::Damaged(error.to_string()))?;
        tensors.push(Tensor {
            shape: tensor.shape().to_vec(),
            values: values(tensor.dtype(), &data),
            is_double: tensor.dtype() == pytorch_reader::DType::F64,
            name: tensor.name,
        });
    }
    Ok(tensors)
}

/// As doubles, unless they are no floats. The reader puts bytes into the order of the machine.
#[cfg(feature = "pt")]
fn values(dtype: pytorch_reader::DType, bytes: &[u8]) -> Option<Vec<f64>> {
    use half::{bf16, f16};
    use pytorch_reader::DType;

    use super::all;

    Some(match dtype {
        DType::F64 => all(bytes, f64::from_ne_bytes),
        DType::F32 => all(bytes, |one| f32::from_ne_bytes(one).into()),
        DType::F16 => all(bytes, |one| f16::from_ne_bytes(one).into()),
        DType::BF16 => all(bytes, |one| bf16::from_ne_bytes(one).into()),
        _ => return None,
    })
}

#[cfg(not(feature = "pt"))]
pub(super) fn tensors(_: &Path) -> Result<Vec<Tensor>, ImportError> {
    Err(ImportError::Feature { format: "files of torch.save", feature: "pt" })
}
