use densely_layers::Layer;
use densely_models::Model;
use densely_tensor::{Scalar, column};

/// A hash of all parameters of a model, in hexadecimal: equal bits give equal hashes, and
/// different bits, as far as anyone knows, different ones.
///
/// BLAKE3 over the little-endian bytes of each parameter in visiting order, column by
/// column.
#[must_use]
pub fn weights_hash<T: Scalar>(model: &Model<T>) -> String {
    let mut hasher = blake3::Hasher::new();
    let mut bytes = Vec::new();
    model.network().visit_params(&mut |param| {
        for j in 0..param.value.ncols() {
            bytes.clear();
            for value in column(param.value.as_ref(), j) {
                bytes.extend(value.to_le_bytes().as_ref());
            }
            hasher.update(&bytes);
        }
    });
    hasher.finalize().to_hex().to_string()
}

#[cfg(test)]
mod tests {
    use densely_models::Mlp;

    use super::*;

    #[test]
    fn one_bit_of_one_weight_changes_the_hash() {
        let mut model = Mlp::classifier(3, 2).hidden([4]).build::<f64>().unwrap();
        let hash = weights_hash(&model);
        assert_eq!(hash.len(), 64);
        assert_eq!(weights_hash(&Mlp::classifier(3, 2).hidden([4]).build::<f64>().unwrap()), hash);
        model.network_mut().visit_params_mut(&mut |param| {
            if param.value.ncols() == 4 {
                param.value[(1, 3)] = f64::from_bits(param.value[(1, 3)].to_bits() ^ 1);
            }
        });
        assert_ne!(weights_hash(&model), hash);
    }
}
