use densely_parts::{Opt, Options, Spec, Value};
use densely_tensor::{MatMut, MatRef, Scalar, ShapeError, Threads};

use crate::statistics::Sum;
use crate::{Center, Learned, MeanImage, PreprocessError, Transform, TransformKind};

/// In which order the features of an image are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ChannelLayout {
    /// All pixels of the first channel, then those of the next: `R R … G G … B B …`.
    #[default]
    Planes,
    /// All channels of the first pixel, then those of the next: `R G B R G B …`.
    Interleaved,
}

impl ChannelLayout {
    fn of(options: &Options) -> Self {
        if options.flag("interleaved") { Self::Interleaved } else { Self::Planes }
    }
}

/// Takes the mean of each colour channel away: `y = x − μ_c`, where `μ_c` is the mean of
/// channel c over all pixels of all images.
///
/// Three numbers for images in colour, whatever their size: where in the image something
/// is makes no difference.
///
/// ```
/// use densely_preprocess::{ChannelLayout, PerChannelMean, Transform};
/// use densely_tensor::mat;
///
/// // Two images of two pixels with two channels, one after the other.
/// let x = mat![[1.0, 5.0], [3.0, 7.0], [10.0, 20.0], [30.0, 40.0]];
/// let per_channel = PerChannelMean::fit(x.as_ref(), 2, ChannelLayout::Planes)?;
/// assert_eq!(per_channel.mean(), [4.0, 25.0]);
/// let y = per_channel.transform(x.as_ref())?;
/// assert_eq!(y, mat![[-3.0, 1.0], [-1.0, 3.0], [-15.0, -5.0], [5.0, 15.0]]);
/// # Ok::<(), densely_preprocess::PreprocessError>(())
/// ```
///
/// CS231n, Neural Networks 2, "Data Preprocessing"; Convolutional Networks, "Case studies".
#[derive(Debug, Clone, PartialEq)]
pub struct PerChannelMean {
    mean: Vec<f64>,
    layout: ChannelLayout,
    /// The mean of the channel of each feature.
    center: Center,
}

impl PerChannelMean {
    /// Computes the mean of each channel.
    ///
    /// # Shapes
    /// `x`: features x n, with a whole number of pixels of so many channels as features.
    ///
    /// # Errors
    /// As [`Center::fit`], or if the features are no whole number of pixels.
    pub fn fit<T: Scalar>(
        x: MatRef<'_, T>,
        channels: usize,
        layout: ChannelLayout,
    ) -> Result<Self, PreprocessError> {
        MeanImage::fit(x)?.per_channel(channels, layout)
    }

    /// With these means, one per channel, for images of so many pixels.
    ///
    /// # Errors
    /// If there are no channels or no pixels, more pixels than there is memory for, or a mean is
    /// not finite.
    pub fn from_parts(
        mean: Vec<f64>,
        pixels: usize,
        layout: ChannelLayout,
    ) -> Result<Self, PreprocessError> {
        ShapeError::expect_some("PerChannelMean", "channels", mean.len())?;
        ShapeError::expect_some("PerChannelMean", "pixels", pixels)?;
        let channels = mean.len();
        let bytes = (channels as u128 * pixels as u128).saturating_mul(size_of::<f64>() as u128);
        ShapeError::expect_memory("PerChannelMean", "the means of all pixels", bytes)?;
        let features = (0..channels * pixels).map(|i| mean[channel(i, channels, pixels, layout)]);
        let center = Center::from_parts(features.collect())?;
        Ok(Self { mean, layout, center })
    }

    pub(crate) fn of_image(
        image: &[f64],
        channels: usize,
        layout: ChannelLayout,
    ) -> Result<Self, PreprocessError> {
        let features = image.len();
        if channels == 0 || !features.is_multiple_of(channels) {
            return Err(PreprocessError::Channels { features, channels });
        }
        let pixels = features / channels;
        // About the value of the first pixel: what rounding loses is small then.
        let mut first = vec![None; channels];
        let mut sums = vec![Sum::default(); channels];
        for (i, &value) in image.iter().enumerate() {
            let channel = channel(i, channels, pixels, layout);
            let first = *first[channel].get_or_insert(value);
            sums[channel].add((value - first) / pixels as f64);
        }
        let mean = first.into_iter().flatten().zip(sums).map(|(first, sum)| first + sum.value());
        Self::from_parts(mean.collect(), pixels, layout)
    }

    /// The mean of each channel.
    #[must_use]
    pub fn mean(&self) -> &[f64] {
        &self.mean
    }

    /// In which order the features are.
    #[must_use]
    pub fn layout(&self) -> ChannelLayout {
        self.layout
    }
}

/// The channel of feature `i`.
fn channel(i: usize, channels: usize, pixels: usize, layout: ChannelLayout) -> usize {
    match layout {
        ChannelLayout::Planes => i / pixels,
        ChannelLayout::Interleaved => i % channels,
    }
}

impl TransformKind for PerChannelMean {
    const SPEC: Spec = Spec::new("channel-mean", "without the mean of each colour channel")
        .options(&[Opt::count("channels", 1), Opt::flag("interleaved")]);

    fn fit_by<T: Scalar>(
        options: &Options,
        x: MatRef<'_, T>,
        _threads: &Threads,
    ) -> Result<Self, PreprocessError> {
        Self::fit(x, options.count("channels"), ChannelLayout::of(options))
    }

    fn values(&self) -> Vec<Value> {
        let interleaved = self.layout == ChannelLayout::Interleaved;
        vec![self.mean.len().into(), interleaved.into()]
    }

    fn learned(&self) -> Learned {
        Learned::new().with_vector("mean", &self.mean)
    }

    fn from_learned(
        options: &Options,
        features: usize,
        learned: &mut Learned,
    ) -> Result<Self, PreprocessError> {
        let channels = options.count("channels");
        if !features.is_multiple_of(channels) {
            return Err(PreprocessError::Channels { features, channels });
        }
        let mean = learned.vector("mean", channels)?;
        Self::from_parts(mean, features / channels, ChannelLayout::of(options))
    }

    fn keeps_features(&self) -> bool {
        true
    }
}

impl Transform for PerChannelMean {
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
