//! One file per transformation, and one line: everything else follows from this list.

use crate::TransformKinds;

macro_rules! transformations {
    ($($file:ident::$Name:ident),* $(,)?) => {
        $(
            mod $file;
            pub use $file::$Name;
        )*

        /// Adds those that are ours, in the order in which people read of them.
        pub(crate) fn register(kinds: &mut TransformKinds) {
            $(kinds.push::<$Name>();)*
        }
    };
}

transformations! {
    unchanged::Unchanged,
    center::Center,
    standardize::Standardize,
    min_max::MinMax,
    max_abs::MaxAbs,
    robust_scale::RobustScale,
    pca::Pca,
    whiten::Whiten,
    zca::Zca,
    mean_image::MeanImage,
    per_channel_mean::PerChannelMean,
}

pub use per_channel_mean::ChannelLayout;
