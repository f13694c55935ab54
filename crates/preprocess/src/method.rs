use std::fmt;
use std::str::FromStr;

use densely_tensor::{MatRef, Scalar, Threads};

use crate::{Center, Pca, PreprocessError, Preprocessor, Standardize, Whiten, statistics};

const CHOICES: &str = "none, center, standardize, pca, pca:K, whiten, whiten:K";

/// A way to preprocess, chosen by name, that has seen no data yet.
///
/// ```
/// use densely_preprocess::{Method, Transform};
/// use densely_tensor::mat;
///
/// let method: Method = "pca:1".parse()?;
/// assert_eq!(method, Method::Pca { components: Some(1) });
/// let preprocessor = method.fit(mat![[1.0, 2.0, 4.0], [0.0, 5.0, 5.0]].as_ref())?;
/// assert_eq!((preprocessor.in_features(), preprocessor.out_features()), (2, 1));
/// # Ok::<(), densely_preprocess::PreprocessError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Method {
    /// The features as they are.
    None,
    /// [`Center`].
    Center,
    /// [`Standardize`].
    #[default]
    Standardize,
    /// [`Pca`].
    Pca {
        /// How many components; all that have a variance if `None`.
        components: Option<usize>,
    },
    /// [`Whiten`] with `ε = 0`.
    Whiten {
        /// How many components; all that have a variance if `None`.
        components: Option<usize>,
    },
}

impl Method {
    /// Fits the method to the training data.
    ///
    /// # Shapes
    /// `x`: features x n.
    ///
    /// # Errors
    /// If there are no examples or no features, a value is not finite, or the method
    /// cannot be fitted to the data.
    pub fn fit<T: Scalar>(self, x: MatRef<'_, T>) -> Result<Preprocessor, PreprocessError> {
        self.fit_on(x, &Threads::single())
    }

    /// [`fit`](Self::fit) on these threads: the result has the same bits at any number.
    ///
    /// # Shapes
    /// `x`: features x n.
    ///
    /// # Errors
    /// As [`fit`](Self::fit).
    pub fn fit_on<T: Scalar>(
        self,
        x: MatRef<'_, T>,
        threads: &Threads,
    ) -> Result<Preprocessor, PreprocessError> {
        let pca = |components| match components {
            None => Pca::fit_on(x, threads),
            Some(k) => Pca::fit_k_on(x, k, threads),
        };
        Ok(match self {
            Self::None => {
                statistics::check("Method::fit", x)?;
                Preprocessor::None { features: x.nrows() }
            }
            Self::Center => Center::fit(x)?.into(),
            Self::Standardize => Standardize::fit(x)?.into(),
            Self::Pca { components } => pca(components)?.into(),
            Self::Whiten { components } => Whiten::from_pca(pca(components)?, 0.0)?.into(),
        })
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.pad("none"),
            Self::Center => f.pad("center"),
            Self::Standardize => f.pad("standardize"),
            Self::Pca { components: None } => f.pad("pca"),
            Self::Pca { components: Some(k) } => f.pad(&format!("pca:{k}")),
            Self::Whiten { components: None } => f.pad("whiten"),
            Self::Whiten { components: Some(k) } => f.pad(&format!("whiten:{k}")),
        }
    }
}

impl FromStr for Method {
    type Err = PreprocessError;

    fn from_str(name: &str) -> Result<Self, PreprocessError> {
        let unknown = || PreprocessError::Unknown { name: name.to_owned(), choices: CHOICES };
        let (method, components) = match name.split_once(':') {
            None => (name, None),
            Some((method, k)) => (method, Some(k.parse().map_err(|_| unknown())?)),
        };
        match (method, components) {
            (_, Some(0)) => Err(unknown()),
            ("none", None) => Ok(Self::None),
            ("center", None) => Ok(Self::Center),
            ("standardize", None) => Ok(Self::Standardize),
            ("pca", components) => Ok(Self::Pca { components }),
            ("whiten", components) => Ok(Self::Whiten { components }),
            _ => Err(unknown()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_and_its_method_are_each_other_s_inverse() {
        for name in ["none", "center", "standardize", "pca", "pca:7", "whiten", "whiten:12"] {
            let method: Method = name.parse().unwrap();
            assert_eq!(method.to_string(), name);
        }
    }

    #[test]
    fn other_names_are_refused_with_the_choices() {
        for name in ["", "PCA", "pca:", "pca:0", "pca:-1", "pca:2:3", "center:2", "zca"] {
            let message = name.parse::<Method>().unwrap_err().to_string();
            assert!(message.contains(&format!("\"{name}\"")) && message.contains("whiten:K"));
        }
    }
}
