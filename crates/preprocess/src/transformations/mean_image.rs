use densely_parts::{Options, Spec};
use densely_tensor::{MatMut, MatRef, Scalar, Threads};

use crate::{
    Center, ChannelLayout, Learned, PerChannelMean, PreprocessError, RunningStatistics, Transform,
    TransformKind,
};

/// Takes the mean image away: `y = x − x̄`, with `x̄ = Σ x / N`.
///
/// An example is an image, and its features are its pixels, or the channels of these, in
/// any order: each has its own mean, as in [`Center`], of which this is the name for
/// images. [`PerChannelMean`] has one for each channel.
///
/// ```
/// use densely_preprocess::{MeanImage, Transform};
/// use densely_tensor::mat;
///
/// // Three images of two pixels.
/// let x = mat![[0.0, 50.0, 100.0], [255.0, 255.0, 0.0]];
/// let mean_image = MeanImage::fit(x.as_ref())?;
/// assert_eq!(mean_image.image(), [50.0, 170.0]);
/// assert_eq!(mean_image.transform(mat![[60.0], [170.0]].as_ref())?, mat![[10.0], [0.0]]);
/// # Ok::<(), densely_preprocess::PreprocessError>(())
/// ```
///
/// CS231n, Neural Networks 2, "Data Preprocessing"; Convolutional Networks, "Case studies".
#[derive(Debug, Clone, PartialEq)]
pub struct MeanImage {
    center: Center,
}

impl MeanImage {
    /// Computes the mean image.
    ///
    /// # Shapes
    /// `x`: features x n.
    ///
    /// # Errors
    /// As [`Center::fit`].
    pub fn fit<T: Scalar>(x: MatRef<'_, T>) -> Result<Self, PreprocessError> {
        Ok(Self { center: Center::fit(x)? })
    }

    /// Of all images that were added to `statistics`.
    ///
    /// # Errors
    /// As [`Center::from_statistics`].
    pub fn from_statistics(statistics: &RunningStatistics) -> Result<Self, PreprocessError> {
        Ok(Self { center: Center::from_statistics(statistics)? })
    }

    /// With this image.
    ///
    /// # Errors
    /// If it has no features, or one is not finite.
    pub fn from_parts(image: Vec<f64>) -> Result<Self, PreprocessError> {
        Ok(Self { center: Center::from_parts(image)? })
    }

    /// The mean image.
    #[must_use]
    pub fn image(&self) -> &[f64] {
        self.center.mean()
    }

    /// The mean of each channel of the mean image, which is that of the channel over all
    /// images.
    ///
    /// # Errors
    /// If the features are no whole number of pixels of so many channels.
    pub fn per_channel(
        &self,
        channels: usize,
        layout: ChannelLayout,
    ) -> Result<PerChannelMean, PreprocessError> {
        PerChannelMean::of_image(self.image(), channels, layout)
    }
}

impl TransformKind for MeanImage {
    const SPEC: Spec = Spec::new("mean-image", "without the mean image");
    const FEATUREWISE: bool = true;

    fn fit_by<T: Scalar>(
        _options: &Options,
        x: MatRef<'_, T>,
        _threads: &Threads,
    ) -> Result<Self, PreprocessError> {
        Self::fit(x)
    }

    fn learned(&self) -> Learned {
        Learned::new().with_vector("mean", self.image())
    }

    fn from_learned(
        _options: &Options,
        features: usize,
        learned: &mut Learned,
    ) -> Result<Self, PreprocessError> {
        Self::from_parts(learned.vector("mean", features)?)
    }

    fn keeps_features(&self) -> bool {
        true
    }
}

impl Transform for MeanImage {
    fn in_features(&self) -> usize {
        self.center.in_features()
    }

    fn out_features(&self) -> usize {
        self.center.out_features()
    }

    fn apply(&self, x: MatRef<'_, f64>, y: MatMut<'_, f64>) {
        self.center.apply(x, y);
    }

    fn invert(&self, y: MatRef<'_, f64>, x: MatMut<'_, f64>) {
        self.center.invert(y, x);
    }
}
