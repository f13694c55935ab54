use std::env;

/// How many random cases a check goes through, and which.
///
/// The same configuration always makes the same cases. The environment variables
/// `GRADCHECK_CASES` and `GRADCHECK_SEED` override the default.
///
/// ```
/// use densely_gradcheck::{ActivationCheck, Config};
/// use densely_layers::Tanh;
///
/// ActivationCheck::new(&Tanh).config(Config { cases: 1000, seed: 7 }).run()?;
/// # Ok::<(), Box<densely_gradcheck::Failure>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Config {
    /// The number of random cases.
    pub cases: u32,
    /// Which cases.
    pub seed: u64,
}

impl Default for Config {
    /// 256 cases and seed 0, unless the environment says otherwise.
    fn default() -> Self {
        let number = |name| env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
        let cases = number("GRADCHECK_CASES").and_then(|cases| u32::try_from(cases).ok());
        Self { cases: cases.unwrap_or(256), seed: number("GRADCHECK_SEED").unwrap_or(0) }
    }
}
