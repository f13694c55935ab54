use std::fmt;

use densely_tensor::{MatMut, MatRef};

use crate::{
    Center, ChannelLayout, MeanImage, MinMax, Pca, PerChannelMean, Pipeline, Standardize,
    Transform, Whiten, Zca,
};

/// A fitted transformation that was chosen at run time.
///
/// It prints as the name of the [`Method`](crate::Method) that gives one of its kind and size.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Preprocessor {
    /// `y = x`.
    None {
        /// The number of features.
        features: usize,
    },
    /// [`Center`].
    Center(Center),
    /// [`Standardize`].
    Standardize(Standardize),
    /// [`MinMax`].
    MinMax(MinMax),
    /// [`Pca`].
    Pca(Pca),
    /// [`Whiten`].
    Whiten(Whiten),
    /// [`Zca`].
    Zca(Zca),
    /// [`MeanImage`].
    MeanImage(MeanImage),
    /// [`PerChannelMean`].
    PerChannelMean(PerChannelMean),
    /// [`Pipeline`].
    Pipeline(Pipeline),
}

impl Preprocessor {
    /// `None` if nothing is done.
    fn transformation(&self) -> Option<&dyn Transform> {
        match self {
            Self::None { .. } => None,
            Self::Center(center) => Some(center),
            Self::Standardize(standardize) => Some(standardize),
            Self::MinMax(min_max) => Some(min_max),
            Self::Pca(pca) => Some(pca),
            Self::Whiten(whiten) => Some(whiten),
            Self::Zca(zca) => Some(zca),
            Self::MeanImage(mean_image) => Some(mean_image),
            Self::PerChannelMean(per_channel) => Some(per_channel),
            Self::Pipeline(pipeline) => Some(pipeline),
        }
    }
}

impl Transform for Preprocessor {
    fn in_features(&self) -> usize {
        match self {
            Self::None { features } => *features,
            other => other.transformation().map_or(0, Transform::in_features),
        }
    }

    fn out_features(&self) -> usize {
        match self {
            Self::None { features } => *features,
            other => other.transformation().map_or(0, Transform::out_features),
        }
    }

    fn apply(&self, x: MatRef<'_, f64>, mut y: MatMut<'_, f64>) {
        match self.transformation() {
            None => y.copy_from(x),
            Some(transformation) => transformation.apply(x, y),
        }
    }

    fn invert(&self, y: MatRef<'_, f64>, mut x: MatMut<'_, f64>) {
        match self.transformation() {
            None => x.copy_from(y),
            Some(transformation) => transformation.invert(y, x),
        }
    }
}

impl fmt::Display for Preprocessor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None { .. } => f.write_str("none"),
            Self::Center(_) => f.write_str("center"),
            Self::Standardize(_) => f.write_str("standardize"),
            Self::MinMax(min_max) => match min_max.range() {
                (0.0, 1.0) => f.write_str("min-max"),
                (lower, upper) => write!(f, "min-max:{lower}:{upper}"),
            },
            Self::Pca(pca) => write!(f, "pca:{}", pca.out_features()),
            Self::Whiten(whiten) => write!(f, "whiten:{}", whiten.out_features()),
            Self::Zca(zca) => write!(f, "zca:{}", zca.pca().out_features()),
            Self::MeanImage(_) => f.write_str("mean-image"),
            Self::PerChannelMean(per_channel) => {
                let layout = match per_channel.layout() {
                    ChannelLayout::Planes => "",
                    ChannelLayout::Interleaved => ":interleaved",
                };
                write!(f, "channel-mean:{}{layout}", per_channel.mean().len())
            }
            Self::Pipeline(pipeline) => {
                for (i, step) in pipeline.steps().iter().enumerate() {
                    let comma = if i > 0 { "," } else { "" };
                    write!(f, "{comma}{step}")?;
                }
                Ok(())
            }
        }
    }
}

macro_rules! impl_from {
    ($($kind:ident)*) => {$(
        impl From<$kind> for Preprocessor {
            fn from(fitted: $kind) -> Self {
                Self::$kind(fitted)
            }
        }
    )*};
}

impl_from! { Center Standardize MinMax Pca Whiten Zca MeanImage PerChannelMean Pipeline }
