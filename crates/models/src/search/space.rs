use densely_layers::Kind;
use densely_tensor::{Key, Purpose, Stream};

use super::log_uniform;
use crate::{ModelError, NetworkOptions};

/// The values of an option that are numbers.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// One of these, all as likely.
    OneOf(Vec<f64>),
    /// Any from the first to the second, all orders of magnitude as likely.
    LogUniform(f64, f64),
}

/// What a search may choose, as plain data: a product of the values of each option. All hidden layers
/// of a network have one width.
///
/// ```
/// use densely_models::{NetworkOptions, SearchSpace, Values};
///
/// let space = SearchSpace {
///     depths: vec![1, 2],
///     learning_rates: Values::LogUniform(1e-3, 1e-2),
///     ..SearchSpace::default()
/// };
/// let candidates = space.candidates(20, 7)?;
/// assert!(candidates.iter().all(|options| options.learning_rate >= 1e-3 && options.hidden.len() <= 2));
/// // More of them begin with the same ones.
/// assert_eq!(space.candidates(30, 7)?[..20], candidates);
/// assert!(space.contains(&NetworkOptions::default()));
/// # Ok::<(), densely_models::ModelError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct SearchSpace {
    /// Numbers of hidden layers.
    pub depths: Vec<usize>,
    /// Widths of the hidden layers.
    pub widths: Vec<usize>,
    /// Activations of the hidden layers.
    pub activations: Vec<Kind>,
    /// Probabilities to drop a unit in training.
    pub dropouts: Values,
    /// Learning rates.
    pub learning_rates: Values,
    /// Strengths of the penalty on weights.
    pub weight_decays: Values,
    /// Numbers of examples in a mini-batch.
    pub batch_sizes: Vec<usize>,
}

/// One to three hidden layers of 16 to 256 units, ReLU, GELU or tanh; dropout of 0 to one half; learning rates
/// from 0.0003 to 0.03 and decays from 1e-5 to 0.1 for Adam; batches of 16 to 128.
impl Default for SearchSpace {
    fn default() -> Self {
        Self {
            depths: vec![1, 2, 3],
            widths: vec![16, 32, 64, 128, 256],
            activations: ["relu", "gelu", "tanh"].map(Kind::new).to_vec(),
            dropouts: Values::OneOf(vec![0.0, 0.1, 0.25, 0.5]),
            learning_rates: Values::LogUniform(3e-4, 3e-2),
            weight_decays: Values::LogUniform(1e-5, 1e-1),
            batch_sizes: vec![16, 32, 64, 128],
        }
    }
}

impl SearchSpace {
    /// So many points, each drawn for itself: by the seed and its place alone.
    ///
    /// # Errors
    /// [`ModelError::Option`] for an option without values, or with ones that no network can have.
    pub fn candidates(&self, count: usize, seed: u64) -> Result<Vec<NetworkOptions>, ModelError> {
        self.check()?;
        Ok((0..count).map(|number| self.draw(seed, number)).collect())
    }

    fn draw(&self, seed: u64, number: usize) -> NetworkOptions {
        let key = Key { column: number as u64, ..Key::default() };
        let stream = &mut Stream::new(seed, Purpose::Other, key);
        let (depth, width) = (one_of(stream, &self.depths), one_of(stream, &self.widths));
        NetworkOptions {
            hidden: vec![width; depth],
            activation: one_of(stream, &self.activations),
            dropout: self.dropouts.draw(stream),
            learning_rate: self.learning_rates.draw(stream),
            weight_decay: self.weight_decays.draw(stream),
            batch_size: one_of(stream, &self.batch_sizes),
        }
    }

    /// Whether a search may choose these.
    #[must_use]
    pub fn contains(&self, options: &NetworkOptions) -> bool {
        self.depths.contains(&options.hidden.len())
            && options.hidden.iter().all(|width| self.widths.contains(width))
            && self.activations.contains(&options.activation)
            && self.dropouts.contain(options.dropout)
            && self.learning_rates.contain(options.learning_rate)
            && self.weight_decays.contain(options.weight_decay)
            && self.batch_sizes.contains(&options.batch_size)
    }

    /// # Errors
    /// For an option without values, or with ones that no network can have.
    pub fn check(&self) -> Result<(), ModelError> {
        counts("the depths", &self.depths, 0)?;
        counts("the widths", &self.widths, 1)?;
        counts("the batch sizes", &self.batch_sizes, 1)?;
        if self.activations.is_empty() {
            return Err(ModelError::option("the activations", "at least one", &"none"));
        }
        self.dropouts
            .check("the dropouts", "from 0 to less than 1", |p| (0.0..1.0).contains(&p))?;
        let is_rate = |rate: f64| rate > 0.0 && rate.is_finite();
        self.learning_rates.check("the learning rates", "above 0, and finite", is_rate)?;
        let is_decay = |decay: f64| decay >= 0.0 && decay.is_finite();
        self.weight_decays.check("the weight decays", "at least 0, and finite", is_decay)
    }
}

impl Values {
    fn draw(&self, stream: &mut Stream) -> f64 {
        match self {
            Self::OneOf(values) => one_of(stream, values),
            Self::LogUniform(low, high) => log_uniform(stream, *low, *high),
        }
    }

    fn contain(&self, value: f64) -> bool {
        match self {
            Self::OneOf(values) => values.contains(&value),
            Self::LogUniform(low, high) => (*low..=*high).contains(&value),
        }
    }

    fn check(
        &self,
        option: &'static str,
        expected: &'static str,
        fits: impl Fn(f64) -> bool,
    ) -> Result<(), ModelError> {
        let refused = match self {
            Self::OneOf(values) if values.is_empty() => Some((expected, "none".to_owned())),
            Self::OneOf(values) => {
                let value = values.iter().find(|value| !fits(**value));
                value.map(|value| (expected, value.to_string()))
            }
            Self::LogUniform(low, high) => {
                let expected = if high < low {
                    Some("written from the lower to the higher, as 0.001..0.1")
                } else if *low <= 0.0 && fits(0.0) {
                    Some(
                        "above 0 in a range, as 0.001..0.1, since all orders of magnitude of one are as likely (or in a \
                         list, as 0,0.001,0.1)",
                    )
                } else if *low <= 0.0 {
                    Some("above 0 in all of a range, as 0.001..0.1")
                } else {
                    (!(fits(*low) && fits(*high))).then_some(expected)
                };
                expected.map(|expected| (expected, format!("{low}..{high}")))
            }
        };
        match refused {
            None => Ok(()),
            Some((expected, value)) => Err(ModelError::option(option, expected, &value)),
        }
    }
}

fn counts(option: &'static str, counts: &[usize], least: usize) -> Result<(), ModelError> {
    let expected = if least == 0 { "at least one" } else { "at least one, and above 0" };
    match counts.iter().find(|count| **count < least) {
        Some(count) => Err(ModelError::option(option, expected, count)),
        None if counts.is_empty() => Err(ModelError::option(option, expected, &"none")),
        None => Ok(()),
    }
}

fn one_of<V: Clone>(stream: &mut Stream, values: &[V]) -> V {
    values[stream.below(values.len())].clone()
}
