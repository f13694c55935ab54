//! Model files and checkpoints, whose hash is made to fit what was changed: otherwise nothing behind it would be reached.

use safetensors::SafeTensors;

const KEY: &str = "densely";

/// The file with its description or its numbers changed; as it is, if it is none of ours any more.
pub(crate) fn changed(bytes: &[u8], mut change: impl FnMut(&mut Vec<u8>)) -> Vec<u8> {
    sign(bytes, &mut change).unwrap_or_else(|| {
        let mut bytes = bytes.to_vec();
        change(&mut bytes);
        bytes
    })
}

fn sign(bytes: &[u8], change: &mut dyn FnMut(&mut Vec<u8>)) -> Option<Vec<u8>> {
    let (_, metadata) = SafeTensors::read_metadata(bytes).ok()?;
    let description = metadata.metadata().as_ref()?.get(KEY)?;
    let (before, hash) = description.rsplit_once(r#""hash":""#)?;
    let (_, after) = hash.split_once('"')?;
    let mut changed = before.as_bytes().to_vec();
    change(&mut changed);
    let changed = String::from_utf8_lossy(&changed);
    let with = |hash: &str| format!(r#"{changed}"hash":"{hash}"{after}"#);

    let tensors = SafeTensors::deserialize(bytes).ok()?;
    let mut sorted: Vec<_> = tensors.iter().collect();
    sorted.sort_by_key(|(name, _)| (*name).to_owned());
    let mut hasher = blake3::Hasher::new();
    for (name, tensor) in &sorted {
        let (dtype, shape, data) = (tensor.dtype(), tensor.shape(), tensor.data());
        hasher.update(format!("{name:?} {dtype:?} {shape:?} {}\n", data.len()).as_bytes());
        hasher.update(data);
    }
    hasher.update(with("").as_bytes());
    let signed = with(&hasher.finalize().to_hex());
    let entry = [(KEY.to_owned(), signed)].into_iter().collect();
    safetensors::serialize(sorted, Some(entry)).ok()
}
