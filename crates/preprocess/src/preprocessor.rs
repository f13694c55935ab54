use densely_tensor::{MatMut, MatRef};

use crate::{Center, Pca, Standardize, Transform, Whiten};

/// A fitted transformation that was chosen at run time.
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
    /// [`Pca`].
    Pca(Pca),
    /// [`Whiten`].
    Whiten(Whiten),
}

impl Transform for Preprocessor {
    fn in_features(&self) -> usize {
        match self {
            Self::None { features } => *features,
            Self::Center(center) => center.in_features(),
            Self::Standardize(standardize) => standardize.in_features(),
            Self::Pca(pca) => pca.in_features(),
            Self::Whiten(whiten) => whiten.in_features(),
        }
    }

    fn out_features(&self) -> usize {
        match self {
            Self::None { features } => *features,
            Self::Center(center) => center.out_features(),
            Self::Standardize(standardize) => standardize.out_features(),
            Self::Pca(pca) => pca.out_features(),
            Self::Whiten(whiten) => whiten.out_features(),
        }
    }

    fn apply(&self, x: MatRef<'_, f64>, mut y: MatMut<'_, f64>) {
        match self {
            Self::None { .. } => y.copy_from(x),
            Self::Center(center) => center.apply(x, y),
            Self::Standardize(standardize) => standardize.apply(x, y),
            Self::Pca(pca) => pca.apply(x, y),
            Self::Whiten(whiten) => whiten.apply(x, y),
        }
    }

    fn invert(&self, y: MatRef<'_, f64>, mut x: MatMut<'_, f64>) {
        match self {
            Self::None { .. } => x.copy_from(y),
            Self::Center(center) => center.invert(y, x),
            Self::Standardize(standardize) => standardize.invert(y, x),
            Self::Pca(pca) => pca.invert(y, x),
            Self::Whiten(whiten) => whiten.invert(y, x),
        }
    }
}

impl From<Center> for Preprocessor {
    fn from(center: Center) -> Self {
        Self::Center(center)
    }
}

impl From<Standardize> for Preprocessor {
    fn from(standardize: Standardize) -> Self {
        Self::Standardize(standardize)
    }
}

impl From<Pca> for Preprocessor {
    fn from(pca: Pca) -> Self {
        Self::Pca(pca)
    }
}

impl From<Whiten> for Preprocessor {
    fn from(whiten: Whiten) -> Self {
        Self::Whiten(whiten)
    }
}
