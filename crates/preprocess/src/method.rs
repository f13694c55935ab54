use std::fmt;
use std::str::FromStr;

use densely_tensor::{MatRef, Scalar, Threads};

use crate::{
    Center, ChannelLayout, Components, MeanImage, MinMax, Pca, PerChannelMean, Pipeline,
    PreprocessError, Preprocessor, Standardize, Whiten, Zca, statistics,
};

const CHOICES: &str = "none, center, standardize, min-max, min-max:LOWER:UPPER, pca, pca:K, \
                       whiten, whiten:K, zca, zca:K (K components, or a share of the variance as \
                       0.95), mean-image, channel-mean:CHANNELS, \
                       channel-mean:CHANNELS:interleaved, or several, separated by commas";

/// A way to preprocess, chosen by name, that has seen no data yet.
///
/// ```
/// use densely_preprocess::{Components, Method, Transform};
/// use densely_tensor::mat;
///
/// let method: Method = "pca:1".parse()?;
/// assert_eq!(method, Method::Pca { components: Components::Count(1) });
/// let preprocessor = method.fit(mat![[1.0, 2.0, 4.0], [0.0, 5.0, 5.0]].as_ref())?;
/// assert_eq!((preprocessor.in_features(), preprocessor.out_features()), (2, 1));
///
/// let method: Method = "standardize,pca:0.95".parse()?;
/// let share = Method::Pca { components: Components::Share(0.95) };
/// assert_eq!(method, Method::Pipeline(vec![Method::Standardize, share]));
/// # Ok::<(), densely_preprocess::PreprocessError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub enum Method {
    /// The features as they are.
    None,
    /// [`Center`].
    Center,
    /// [`Standardize`].
    #[default]
    Standardize,
    /// [`MinMax`].
    MinMax {
        /// What the smallest values become.
        lower: f64,
        /// What the largest values become.
        upper: f64,
    },
    /// [`Pca`].
    Pca {
        /// How many components.
        components: Components,
    },
    /// [`Whiten`] with `ε = 0`.
    Whiten {
        /// How many components.
        components: Components,
    },
    /// [`Zca`] with `ε = 0`.
    Zca {
        /// How many components.
        components: Components,
    },
    /// [`MeanImage`].
    MeanImage,
    /// [`PerChannelMean`].
    PerChannelMean {
        /// How many channels.
        channels: usize,
        /// In which order the features are.
        layout: ChannelLayout,
    },
    /// [`Pipeline`].
    Pipeline(Vec<Method>),
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
    pub fn fit<T: Scalar>(&self, x: MatRef<'_, T>) -> Result<Preprocessor, PreprocessError> {
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
        &self,
        x: MatRef<'_, T>,
        threads: &Threads,
    ) -> Result<Preprocessor, PreprocessError> {
        let pca = |components| Pca::fit_components(x, components, threads);
        Ok(match *self {
            Self::None => {
                statistics::check_shape("Method::fit", x)?;
                statistics::check_finite(x)?;
                Preprocessor::None { features: x.nrows() }
            }
            Self::Center => Center::fit(x)?.into(),
            Self::Standardize => Standardize::fit(x)?.into(),
            Self::MinMax { lower, upper } => MinMax::fit(x, lower, upper)?.into(),
            Self::Pca { components } => pca(components)?.into(),
            Self::Whiten { components } => Whiten::from_pca(pca(components)?, 0.0)?.into(),
            Self::Zca { components } => Zca::from_pca(pca(components)?, 0.0)?.into(),
            Self::MeanImage => MeanImage::fit(x)?.into(),
            Self::PerChannelMean { channels, layout } => {
                PerChannelMean::fit(x, channels, layout)?.into()
            }
            Self::Pipeline(ref methods) => Pipeline::fit_on(methods, x, threads)?.into(),
        })
    }

    /// One method, of a name without commas.
    fn parse(name: &str) -> Option<Self> {
        let (method, options) = match name.split_once(':') {
            None => (name, None),
            Some((method, options)) => (method, Some(options)),
        };
        let components = || options.map_or(Some(Components::All), Components::parse);
        Some(match (method, options) {
            ("none", None) => Self::None,
            ("center", None) => Self::Center,
            ("standardize", None) => Self::Standardize,
            ("min-max", None) => Self::MinMax { lower: 0.0, upper: 1.0 },
            ("min-max", Some(options)) => {
                let (lower, upper) = options.split_once(':')?;
                let (lower, upper): (f64, f64) = (lower.parse().ok()?, upper.parse().ok()?);
                if lower >= upper || !(upper - lower).is_finite() {
                    return None;
                }
                Self::MinMax { lower, upper }
            }
            ("pca", _) => Self::Pca { components: components()? },
            ("whiten", _) => Self::Whiten { components: components()? },
            ("zca", _) => Self::Zca { components: components()? },
            ("mean-image", None) => Self::MeanImage,
            ("channel-mean", Some(options)) => {
                let (channels, layout) = match options.split_once(':') {
                    None => (options, ChannelLayout::Planes),
                    Some((channels, "interleaved")) => (channels, ChannelLayout::Interleaved),
                    Some(_) => return None,
                };
                let channels = channels.parse().ok().filter(|&channels| channels > 0)?;
                Self::PerChannelMean { channels, layout }
            }
            _ => return None,
        })
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.pad("none"),
            Self::Center => f.pad("center"),
            Self::Standardize => f.pad("standardize"),
            Self::MinMax { lower: 0.0, upper: 1.0 } => f.pad("min-max"),
            Self::MinMax { lower, upper } => f.pad(&format!("min-max:{lower}:{upper}")),
            Self::Pca { components } => f.pad(&format!("pca{components}")),
            Self::Whiten { components } => f.pad(&format!("whiten{components}")),
            Self::Zca { components } => f.pad(&format!("zca{components}")),
            Self::MeanImage => f.pad("mean-image"),
            Self::PerChannelMean { channels, layout: ChannelLayout::Planes } => {
                f.pad(&format!("channel-mean:{channels}"))
            }
            Self::PerChannelMean { channels, layout: ChannelLayout::Interleaved } => {
                f.pad(&format!("channel-mean:{channels}:interleaved"))
            }
            Self::Pipeline(methods) => {
                let names: Vec<String> = methods.iter().map(Self::to_string).collect();
                f.pad(&names.join(","))
            }
        }
    }
}

impl FromStr for Method {
    type Err = PreprocessError;

    fn from_str(name: &str) -> Result<Self, PreprocessError> {
        let parse = |step: &str| Self::parse(step).ok_or_else(|| refused(name, step));
        let mut methods = name.split(',').map(parse).collect::<Result<Vec<_>, _>>()?;
        Ok(if methods.len() == 1 { methods.remove(0) } else { Self::Pipeline(methods) })
    }
}

/// Why a step of `name` is no method.
fn refused(name: &str, step: &str) -> PreprocessError {
    let method = step.split(':').next().unwrap_or_default();
    let expected = match method {
        "none" | "center" | "standardize" | "mean-image" => "no value",
        "min-max" => {
            "no value, or :LOWER:UPPER, two finite numbers of which the second is larger (by no \
             more than 1.8e308)"
        }
        "pca" | "whiten" | "zca" => {
            "no value, or :K, a number of components, at least 1, or a share of the variance with \
             a point, above 0 and at most 1.0"
        }
        "channel-mean" => {
            "a number of channels, at least 1, as channel-mean:3, and :interleaved after it if \
             the channels of a pixel are side by side"
        }
        _ => return PreprocessError::Unknown { name: name.to_owned(), choices: CHOICES },
    };
    let (name, method) = (name.to_owned(), method.to_owned());
    PreprocessError::Value { name, method, expected, choices: CHOICES }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_and_its_method_are_each_other_s_inverse() {
        for name in [
            "none",
            "center",
            "standardize",
            "min-max",
            "min-max:-1:0.5",
            "pca",
            "pca:7",
            "pca:0.95",
            "pca:1.0",
            "whiten",
            "whiten:12",
            "zca",
            "zca:3",
            "mean-image",
            "channel-mean:3",
            "channel-mean:3:interleaved",
            "standardize,pca:0.9,min-max",
        ] {
            let method: Method = name.parse().unwrap();
            assert_eq!(method.to_string(), name);
            assert_eq!(matches!(method, Method::Pipeline(_)), name.contains(','), "{name}");
        }
    }

    #[test]
    fn other_names_are_refused_with_the_choices() {
        for name in [
            "",
            "PCA",
            "pca:",
            "pca:0",
            "pca:-1",
            "pca:1.5",
            "pca:nan",
            "pca:2:3",
            "center:2",
            "min-max:1",
            "min-max:1:1",
            "min-max:0:inf",
            "min-max:-1e308:1e308",
            "channel-mean",
            "channel-mean:0",
            "channel-mean:3:planar",
            "center,",
            "center,tsne",
        ] {
            let message = name.parse::<Method>().unwrap_err().to_string();
            assert!(message.contains(&format!("\"{name}\"")) && message.contains("whiten:K"));
        }
    }

    #[test]
    fn a_value_out_of_range_is_refused_with_the_range() {
        for (names, expected) in [
            (&["pca:0", "pca:1.5", "pca:nan", "zca:-1", "center,whiten:"][..], "at most 1.0"),
            (&["min-max:1", "min-max:1:1", "min-max:a:b"], "two finite numbers"),
            (&["channel-mean", "channel-mean:0", "channel-mean:3:planar"], "at least 1"),
            (&["none:1", "center:2", "standardize:", "mean-image:3"], "takes no value"),
        ] {
            for name in names {
                let message = name.parse::<Method>().unwrap_err().to_string();
                assert!(message.contains(expected), "{name}: {message}");
            }
        }
    }
}
