use chacha20::ChaCha8Rng;
use rand_core::{Infallible, Rng, SeedableRng, TryRng};
use rand_distr::{Distribution, StandardNormal};

use crate::Scalar;

/// What random numbers are drawn for. Each purpose has streams of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Purpose {
    /// Initial weights.
    Weights = 1,
    /// The order of the examples in an epoch.
    Shuffle = 2,
    /// Splits into training, validation and test parts.
    Split = 3,
    /// Noise inside a layer in training, such as dropout.
    Noise = 4,
    /// Anything outside the library: tests, synthetic data.
    Other = 5,
}

/// The address of a stream: who draws, and when.
///
/// Two different keys give independent streams; the same key always gives the same
/// numbers. So a draw depends on what it is for and not on how many draws came
/// before it elsewhere: threads change nothing, and resuming a run needs no
/// generator state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Key {
    /// Pass over the data.
    pub epoch: u32,
    /// Mini-batch within the epoch.
    pub step: u32,
    /// Layer within the network.
    pub layer: u32,
    /// Example within the mini-batch.
    pub column: u64,
}

/// Words of random bits that are taken together: as many as the generator makes at a time.
const WORDS: usize = 32;

/// A stream of random numbers, addressed by a seed, a purpose and a key.
///
/// The generator is ChaCha with 8 rounds, a function of a 256-bit key and a
/// counter whose output is fixed by its definition. The seed, the purpose, and the
/// epoch, step and layer are its key; the column is its stream number.
///
/// ```
/// use densely_tensor::{Key, Purpose, Stream};
///
/// let draw = |layer| Stream::new(7, Purpose::Weights, Key { layer, ..Key::default() }).uniform();
/// let (a, b): (f64, f64) = (draw(0), draw(1));
/// assert_ne!(a, b);
/// assert_eq!(a, draw(0));
/// ```
#[derive(Debug)]
pub struct Stream(ChaCha8Rng);

impl Stream {
    /// The stream at this address.
    #[must_use]
    pub fn new(seed: u64, purpose: Purpose, key: Key) -> Self {
        let mut bytes = [0; 32];
        bytes[0..8].copy_from_slice(&seed.to_le_bytes());
        bytes[8..12].copy_from_slice(&(purpose as u32).to_le_bytes());
        bytes[12..16].copy_from_slice(&key.epoch.to_le_bytes());
        bytes[16..20].copy_from_slice(&key.step.to_le_bytes());
        bytes[20..24].copy_from_slice(&key.layer.to_le_bytes());
        let mut rng = ChaCha8Rng::from_seed(bytes);
        rng.set_stream(key.column);
        Self(rng)
    }

    /// Uniform in [0, 1): a multiple of 2⁻⁵³ (of 2⁻²⁴ for `f32`, rounded down).
    pub fn uniform<T: Scalar>(&mut self) -> T {
        uniform(self.0.next_u64())
    }

    /// Fills `values` with what as many calls of [`uniform`](Self::uniform) would return, in a
    /// fraction of their time.
    pub fn fill_uniform<T: Scalar>(&mut self, values: &mut [T]) {
        for values in values.chunks_mut(WORDS) {
            let mut bytes = [0; 8 * WORDS];
            self.0.fill_bytes(&mut bytes[..8 * values.len()]);
            let words = bytes.as_chunks().0;
            for (value, word) in values.iter_mut().zip(words) {
                *value = uniform(u64::from_le_bytes(*word));
            }
        }
    }

    /// Normal, with mean 0 and variance 1.
    pub fn normal<T: Scalar>(&mut self) -> T {
        let x: f64 = StandardNormal.sample(self);
        T::from_f64(x)
    }

    /// Uniform among `0, 1, ..., bound - 1`, without bias.
    ///
    /// # Panics
    /// If `bound` is zero.
    pub fn below(&mut self, bound: usize) -> usize {
        assert!(bound > 0, "Stream::below: the bound must be positive");
        // The high half of a 128-bit product maps 64 random bits to the range; the
        // few draws that would make some results likelier are drawn again
        // (D. Lemire, "Fast random integer generation in an interval", 2019).
        let bound = bound as u64;
        let threshold = bound.wrapping_neg() % bound;
        loop {
            let product = u128::from(self.0.next_u64()) * u128::from(bound);
            if product as u64 >= threshold {
                return (product >> 64) as usize;
            }
        }
    }

    /// Puts `items` into a uniformly random order (Fisher and Yates).
    pub fn shuffle<I>(&mut self, items: &mut [I]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i + 1));
        }
    }
}

/// The random bits themselves, from which the methods of `rand` and `rand_distr` draw.
///
/// ```
/// use densely_tensor::{Key, Purpose, Stream};
/// use rand::{RngExt, seq::IndexedRandom};
///
/// let mut stream = Stream::new(7, Purpose::Other, Key::default());
/// assert!((1..=6).contains(&stream.random_range(1..=6)));
/// assert!([2, 3, 5].choose(&mut stream).is_some());
/// ```
impl TryRng for Stream {
    type Error = Infallible;

    #[inline]
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.0.try_next_u32()
    }
    #[inline]
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.0.try_next_u64()
    }
    #[inline]
    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.try_fill_bytes(bytes)
    }
}

/// The leading bits of `word`, as many as a number has, behind the binary point.
#[inline]
fn uniform<T: Scalar>(word: u64) -> T {
    let bits = if size_of::<T>() == 4 { 24 } else { 53 };
    let scale = 1.0 / (1_u64 << bits) as f64;
    T::from_f64((word >> (64 - bits)) as f64 * scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(seed: u64) -> Stream {
        Stream::new(seed, Purpose::Other, Key::default())
    }

    #[test]
    fn every_part_of_the_address_matters() {
        let base = Key { epoch: 1, step: 1, layer: 1, column: 1 };
        let addresses = [
            (1, Purpose::Other, base),
            (2, Purpose::Other, base),
            (1, Purpose::Noise, base),
            (1, Purpose::Other, Key { epoch: 2, ..base }),
            (1, Purpose::Other, Key { step: 2, ..base }),
            (1, Purpose::Other, Key { layer: 2, ..base }),
            (1, Purpose::Other, Key { column: 2, ..base }),
        ];
        let draws = addresses.map(|(seed, purpose, key)| {
            let mut stream = Stream::new(seed, purpose, key);
            let first: f64 = stream.uniform();
            let again: f64 = Stream::new(seed, purpose, key).uniform();
            assert_eq!(first, again);
            first
        });
        for (i, a) in draws.iter().enumerate() {
            for b in &draws[..i] {
                assert_ne!(a, b);
            }
        }
    }

    /// The numbers of a seed are part of the interface: models are reproduced by them.
    #[test]
    fn the_numbers_never_change() {
        let mut stream = stream(42);
        assert_eq!(stream.below(1_000_000_007), GOLDEN_BELOW);
        assert_eq!(stream.uniform::<f64>(), GOLDEN_UNIFORM);
        assert_eq!(stream.normal::<f64>(), GOLDEN_NORMAL);
        // Of an example far down, after many draws.
        let key = Key { column: u64::MAX - 4, ..Key::default() };
        let mut stream = Stream::new(42, Purpose::Noise, key);
        assert!((0..1000).all(|_| stream.uniform::<f32>() < 1.0));
        assert_eq!(stream.below(1_000_000_007), GOLDEN_LATER);
    }
    const GOLDEN_BELOW: usize = 397_036_723;
    const GOLDEN_UNIFORM: f64 = 0.48654111371781283;
    const GOLDEN_NORMAL: f64 = -0.7412028307806244;
    const GOLDEN_LATER: usize = 882_219_917;

    fn many_draws_are_those_one_by_one<T: Scalar>() {
        for n in 0..3 * WORDS {
            let (mut many, mut one) = (stream(5), stream(5));
            // What is left of the words that were made for the first draws.
            for _ in 0..n % 3 {
                assert_eq!(many.normal::<f64>(), one.normal());
            }
            let mut values = vec![T::ZERO; n];
            many.fill_uniform(&mut values);
            assert!(values.into_iter().all(|value| value == one.uniform()));
            assert_eq!(many.below(1000), one.below(1000));
        }
    }

    #[test]
    fn many_draws_at_once_are_the_same_as_one_by_one() {
        many_draws_are_those_one_by_one::<f32>();
        many_draws_are_those_one_by_one::<f64>();
    }

    #[test]
    fn moments_of_uniform_and_normal() {
        let (mut stream, n) = (stream(3), 100_000);
        let uniform: Vec<f32> = (0..n).map(|_| stream.uniform()).collect();
        let normal: Vec<f64> = (0..n).map(|_| stream.normal()).collect();
        assert!(uniform.iter().all(|u| (0.0..1.0).contains(u)));
        let mean = |x: &mut dyn Iterator<Item = f64>| x.sum::<f64>() / f64::from(n);
        // Five standard errors of each estimate.
        let bound = |sigma: f64| 5.0 * sigma / f64::from(n).sqrt();
        let uniform_mean = mean(&mut uniform.iter().map(|&u| f64::from(u)));
        assert!((uniform_mean - 0.5).abs() < bound(12_f64.sqrt().recip()));
        assert!(mean(&mut normal.iter().copied()).abs() < bound(1.0));
        assert!((mean(&mut normal.iter().map(|x| x * x)) - 1.0).abs() < bound(2_f64.sqrt()));
        assert!((mean(&mut normal.iter().map(|x| x.powi(4))) - 3.0).abs() < bound(96_f64.sqrt()));
    }

    /// What `rand` draws from a stream is of the bits that the stream's own methods take.
    #[test]
    fn rand_draws_from_the_same_bits() {
        use rand::RngExt;

        let (mut own, mut foreign) = (stream(5), stream(5));
        for _ in 0..100 {
            assert_eq!(own.uniform::<f64>(), foreign.random::<f64>());
            assert_eq!(own.normal::<f64>(), foreign.sample::<f64, _>(StandardNormal));
            let (mut bytes, word) = ([0; 4], own.0.next_u32());
            foreign.fill_bytes(&mut bytes);
            assert_eq!(u32::from_le_bytes(bytes), word);
        }
    }

    #[test]
    fn every_order_is_equally_likely() {
        let (mut stream, n) = (stream(9), 60_000);
        let mut counts = [0_u32; 6];
        for _ in 0..n {
            let mut items = [0_usize, 1, 2];
            stream.shuffle(&mut items);
            counts[items[0] * 2 + usize::from(items[1] > items[2])] += 1;
        }
        let expected = f64::from(n) / 6.0;
        let chi2: f64 = counts.iter().map(|&c| (f64::from(c) - expected).powi(2) / expected).sum();
        // 5 degrees of freedom: exceeded with probability 1e-5.
        assert!(chi2 < 30.9, "{counts:?}");
    }
}
