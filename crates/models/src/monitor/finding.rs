/// Something that is not as it should be, with its figures. Displayed, it is a sentence; of
/// a cause, one that says what to change.
///
/// Layers are numbered as people do, from 1; an activation belongs to the weights before it.
/// Examples are counted from 0, as they are indexed. A run **learns little** when more than
/// half of the loss of one prediction for all examples is left.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Finding {
    /// All examples are of one class.
    OneClass {
        /// The name of the class.
        class: String,
    },
    /// A real target is the same for all examples.
    ConstantTarget {
        /// The name of the output.
        target: String,
    },
    /// Little was learnt, and the loss before training was above its
    /// [limit](crate::InitialLoss::limit).
    InitialLoss {
        /// The loss before training.
        loss: f64,
        /// That of scores of zero.
        expected: f64,
    },
    /// The training loss of the last epoch was more than 4 times that before training, and
    /// that of scores of zero; or than the lowest one, with little left of what had been learnt.
    RisingLoss {
        /// What it had been: before training, or at the lowest.
        before: f64,
        /// The training loss of the last epoch.
        last: f64,
    },
    /// No training loss was below 97 % of that of one prediction for all examples.
    NotLearned {
        /// The lowest training loss.
        lowest: f64,
        /// The loss of the best scores that are the same for all examples: the logarithms of
        /// the shares of the classes, the mean, the median, or the like.
        constant: f64,
    },
    /// The training loss fell, and no validation loss was below 97 % of that of the one
    /// prediction that is best for all training examples.
    NothingCarriesOver {
        /// The lowest validation loss.
        lowest: f64,
        /// The loss of the one prediction, on the validation data.
        constant: f64,
        /// The training loss of the last epoch.
        train: f64,
    },
    /// The validation loss rose to 5/4 of its lowest while the training loss halved, and a
    /// quarter of the loss of one prediction for all was left at the lowest.
    Overfitting {
        /// The lowest validation loss.
        lowest: f64,
        /// The epoch it is of, whose weights are kept.
        epoch: usize,
        /// The last validation loss.
        last: f64,
    },
    /// Validation losses were infinite or NaN: these epochs are not considered the best.
    ValidationNotFinite {
        /// After how many epochs.
        epochs: usize,
        /// Of how many.
        of: usize,
    },
    /// No example that was looked at, up to 16, of a rare class is taken for that class.
    MissedClasses {
        /// The name of the class, of several the one with most examples.
        class: String,
        /// The number of its examples in the training data.
        examples: usize,
        /// How many of them were looked at.
        looked_at: usize,
        /// How many more rare classes are never recognised.
        more: usize,
    },
    /// A feature is much larger than it should be, or than the others are.
    LargeFeature {
        /// The name of the feature.
        feature: String,
        /// The root of the mean of its squares.
        size: f64,
        /// The median of that over all features that are not zero.
        typical: f64,
    },
    /// All features are much smaller than they should be.
    SmallFeatures {
        /// The largest root of the mean of squares.
        size: f64,
    },
    /// No feature varies.
    ConstantFeatures,
    /// A feature has a value that is far from all others.
    OutlyingFeature {
        /// The name of the feature.
        feature: String,
        /// The example.
        example: usize,
        /// Whether it is one of the validation data.
        validation: bool,
        /// The distance from the mean of the training data, in its standard deviations.
        deviations: f64,
    },
    /// A feature is constant in the training data, and not in the validation data.
    ChangedFeature {
        /// The name of the feature.
        feature: String,
    },
    /// A real target is far from all others.
    OutlyingTarget {
        /// The name of the output.
        target: String,
        /// The example.
        example: usize,
        /// Whether it is one of the validation data.
        validation: bool,
        /// The distance from the mean of the training data, in its standard deviations.
        deviations: f64,
    },
    /// Real targets are much larger or smaller than they should be.
    UnscaledTarget {
        /// The name of the output.
        target: String,
        /// The root of the mean of its squares.
        size: f64,
    },
    /// Weights were infinite or NaN before training.
    NotFiniteWeights {
        /// The layer.
        layer: usize,
    },
    /// Initial weights that make a layer's outputs several times as large as its inputs.
    LargeWeights {
        /// The layer.
        layer: usize,
        /// The root of the mean of their squares times that of the number of inputs: 1 to 1.4
        /// as a rule.
        gain: f64,
    },
    /// Initial weights that make a layer's outputs a small part of its inputs, or zero.
    SmallWeights {
        /// The layer.
        layer: usize,
        /// As of [`LargeWeights`](Self::LargeWeights).
        gain: f64,
    },
    /// Little was learnt, and of the weights of a layer less than a fifth was left.
    ShrunkWeights {
        /// The layer.
        layer: usize,
        /// The last norm over the first.
        share: f64,
    },
    /// Little was learnt, and at least 30 % of a layer's units were active for no example of
    /// an epoch.
    DeadUnits {
        /// The layer.
        layer: usize,
        /// How many units are dead.
        dead: usize,
        /// Of how many.
        units: usize,
        /// The first epoch that was looked at in which they were as many as that.
        since: usize,
    },
    /// Little was learnt, and at least 10 % of a layer's units let almost no gradient through
    /// for 95 % of the examples.
    SaturatedUnits {
        /// The layer.
        layer: usize,
        /// How many units are saturated.
        saturated: usize,
        /// Of how many.
        units: usize,
        /// The first epoch that was looked at in which they were as many as that.
        since: usize,
    },
    /// Little was learnt, and the gradients of an early layer are below a fiftieth of those of
    /// the last one.
    VanishingGradients {
        /// The first layer with weights.
        layer: usize,
        /// The last.
        last: usize,
        /// The standard deviation of the gradients of the first, over that of the last.
        ratio: f64,
    },
    /// Little was learnt, and an update moved the weights by more than a tenth of their norm,
    /// after the first epoch.
    LargeUpdates {
        /// The layer.
        layer: usize,
        /// The norm of the update over that of the weights.
        ratio: f64,
        /// The first epoch that was looked at in which it was as large as that.
        since: usize,
    },
    /// Little was learnt, and dropout left less than 40 % of a layer's outputs.
    StrongDropout {
        /// The layer.
        layer: usize,
        /// The share that was dropped.
        dropped: f64,
    },
    /// Little was learnt, and the noise on the inputs is larger than they are.
    StrongNoise {
        /// The standard deviation of the noise over that of the inputs.
        ratio: f64,
    },
    /// Little was learnt, and all updates together could not move any weights by a tenth of
    /// their norm.
    SmallLearningRate {
        /// The last learning rate.
        learning_rate: f64,
        /// The largest norm of an update over that of the weights that was seen.
        ratio: f64,
        /// The number of updates.
        steps: usize,
    },
    /// Little was learnt in few steps, since a batch holds at least half of the examples.
    FewSteps {
        /// The number of examples in a batch.
        batch_size: usize,
        /// The number of examples in all.
        examples: usize,
        /// The number of steps in all.
        steps: usize,
    },
    /// Little was learnt, and the loss was still falling in the last epoch.
    StillFalling {
        /// The training loss of the last epoch but one.
        before: f64,
        /// The training loss of the last epoch.
        last: f64,
    },
    /// The loss rose, or became infinite or NaN, after an update.
    LargeLearningRate {
        /// The learning rate then.
        learning_rate: f64,
    },
    /// Nothing was learnt, and none of the causes above was found.
    NoCause,
}
