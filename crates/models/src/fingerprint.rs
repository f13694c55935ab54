use densely_data::{Dataset, Inputs, OneHot, OneHotGroup, Target};
use densely_layers::{Layer, Sequential};
use densely_tensor::{Scalar, column};

/// Bytes that are hashed together.
const BLOCK: usize = 1 << 16;

/// The hexadecimal digits of a hash that are kept: 128 bits.
const DIGITS: usize = 32;

/// What tells examples from others: how many there are, and a BLAKE3 hash of all of their numbers.
/// Names are not in it, since nothing is computed from them.
pub(crate) fn fingerprint<T: Scalar>(data: &Dataset<T>) -> String {
    let mut hasher = Hasher::new();
    let (features, examples) = (data.features(), data.len());
    hasher.number(features);
    hasher.number(examples);
    match data.inputs() {
        Inputs::Dense(x) => (0..examples).for_each(|j| hasher.values(column(x, j))),
        Inputs::OneHot(x) => one_hot(&mut hasher, x),
    }
    match data.target() {
        Target::Classes { labels, names } => {
            hasher.number(names.len());
            labels.iter().for_each(|&label| hasher.number(label));
        }
        Target::Values { values, .. } => {
            (0..examples).for_each(|j| hasher.values(column(values.as_ref(), j)));
        }
    }
    hasher.values(data.weights().unwrap_or_default());
    format!("{examples} examples of {features} features, {}", hasher.finish())
}

/// What there is to features of which some tell categories.
fn one_hot<T: Scalar>(hasher: &mut Hasher, x: &OneHot<T>) {
    hasher.number(x.groups().len());
    for (group, OneHotGroup { first, off, on }) in x.groups().iter().enumerate() {
        hasher.number(*first);
        hasher.values(off);
        hasher.values(on);
        x.categories(group).for_each(|category| hasher.number(category));
    }
    (0..x.examples()).for_each(|j| hasher.values(column(x.others(), j)));
}

/// The same hash of all parameters of a network.
pub(crate) fn parameters_fingerprint<T: Scalar>(network: &Sequential<T>) -> String {
    let mut hasher = Hasher::new();
    network.visit_params(&mut |param| {
        let values = param.value.as_ref();
        (0..values.ncols()).for_each(|j| hasher.values(column(values, j)));
    });
    hasher.finish()
}

struct Hasher {
    hasher: blake3::Hasher,
    bytes: Vec<u8>,
}

impl Hasher {
    fn new() -> Self {
        Self { hasher: blake3::Hasher::new(), bytes: Vec::with_capacity(2 * BLOCK) }
    }

    fn number(&mut self, number: usize) {
        self.bytes.extend_from_slice(&(number as u64).to_le_bytes());
        self.flush(BLOCK);
    }

    fn values<T: Scalar>(&mut self, values: &[T]) {
        for block in values.chunks(BLOCK / 8) {
            block.iter().for_each(|value| self.bytes.extend(value.to_le_bytes().as_ref()));
            self.flush(BLOCK);
        }
    }

    /// Hashes the bytes once there are so many.
    fn flush(&mut self, least: usize) {
        if self.bytes.len() >= least {
            self.hasher.update(&self.bytes);
            self.bytes.clear();
        }
    }

    fn finish(mut self) -> String {
        self.flush(0);
        self.hasher.finalize().to_hex()[..DIGITS].to_owned()
    }
}

#[cfg(test)]
mod tests {
    use densely_tensor::Mat;

    use super::*;

    fn data(x: Mat<f64>, labels: Vec<usize>, classes: usize) -> Dataset<f64> {
        Dataset::classification(x, labels, classes).unwrap()
    }

    #[test]
    fn one_bit_of_anything_tells() {
        let x = || Mat::from_fn(100, 300, |i, j| ((7 * i + j * j) % 31) as f64);
        let labels = || (0..300).map(|j| j % 3).collect::<Vec<_>>();
        let same = fingerprint(&data(x(), labels(), 3));
        assert!(same.starts_with("300 examples of 100 features, "), "{same}");
        assert_eq!(same.len(), "300 examples of 100 features, ".len() + DIGITS);
        let named = data(x(), labels(), 3).with_output_names(["a", "b", "c"]).unwrap();
        assert_eq!(fingerprint(&named), same);
        let mut others = vec![data(x(), labels(), 4)];
        for (i, j) in [(0, 0), (99, 299), (50, 150)] {
            let mut x = x();
            x[(i, j)] = f64::from_bits(x[(i, j)].to_bits() ^ 1);
            others.push(data(x, labels(), 3));
        }
        let mut swapped = labels();
        swapped.swap(298, 299);
        others.push(data(x(), swapped, 3));
        others.push(data(x(), labels(), 3).with_weights(vec![1.0; 300]).unwrap());
        let values = Mat::from_fn(1, 300, |_, j| (j % 3) as f64);
        others.push(Dataset::regression(x(), values).unwrap());
        let mut all: Vec<_> = others.iter().map(fingerprint).chain([same]).collect();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 8);
    }

    #[test]
    fn one_category_tells() {
        let of = |off: f64, last: u16, other: f64| {
            let others = Mat::from_fn(1, 3, |_, j| if j == 2 { other } else { 0.0 });
            let group = OneHotGroup { first: 0, off: vec![off; 4], on: vec![1.0; 4] };
            let x = OneHot::new(others, vec![group], vec![0, 3, last]).unwrap();
            let names = vec!["a".to_owned()];
            let target = Target::Classes { labels: vec![0; 3], names };
            fingerprint(&Dataset::new(x.into(), target).unwrap())
        };
        let all = [of(0.0, 1, 0.0), of(0.5, 1, 0.0), of(0.0, 2, 0.0), of(0.0, 1, 0.5)];
        assert!((1..4).all(|i| !all[..i].contains(&all[i])), "{all:?}");
        assert_eq!(all[0], of(0.0, 1, 0.0));
    }
}
