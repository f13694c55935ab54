use densely_data::Place;
use densely_table::StandIn;

use super::Part;

/// Something that is not as it should be, with its figures. Displayed, it is a sentence; of
/// a cause, one that says what to change.
///
/// Layers are numbered as people do, from 1; an activation belongs to the weights before it.
/// Examples are named by their [place](densely_data::Dataset::place): the row and the line of a
/// table; of data in memory the index, from 0, in what was given to the trainer. A run **learns
/// little** when more than half of the loss of one prediction for all examples is left, and
/// **leaves some** when that is more than a tenth.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Finding {
    /// All examples are of one class.
    OneClass {
        /// The name of the class.
        class: String,
    },
    /// All examples of these data are of one class, and those of the training data are not.
    OneClassHeldOut {
        /// Which data.
        part: Part,
        /// The name of the class.
        class: String,
    },
    /// All examples of some class have weight 0.
    WeightlessClass {
        /// The name of the first such class.
        class: String,
        /// How many examples it has.
        examples: usize,
        /// How many other classes there are of which it is so.
        more: usize,
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
    /// The training loss of the last epoch was more than 4 times that before training, that of
    /// scores of zero, and that of one prediction for all; or than the lowest one, with little
    /// left of what had been learnt.
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
    /// The best prediction that is the same for all examples has a loss of 0.
    NothingAsked {
        /// The loss: a kind.
        loss: String,
    },
    /// One feature tells the target in all training examples: it may be known only once the target is.
    TellsAlone {
        /// The name of the feature, of several the first.
        feature: String,
        /// What it tells.
        target: String,
        /// How many more do.
        more: usize,
    },
    /// Classes with a single training example.
    SingleExamples {
        /// The name of the first of them.
        class: String,
        /// How many more there are.
        more: usize,
        /// Of how many classes.
        of: usize,
    },
    /// Classes that new data have, and the training data have not.
    UnseenClass {
        /// The name of the first of them.
        class: String,
        /// Which data.
        part: Part,
        /// How many of their examples are of it.
        examples: usize,
        /// Of how many.
        of: usize,
        /// How many more classes there are of which this is so.
        more: usize,
    },
    /// More than a tenth of new data have the same features as training examples.
    RepeatedExamples {
        /// Which data.
        part: Part,
        /// How many of its examples do.
        examples: usize,
        /// Of how many.
        of: usize,
        /// How many of these have the same target, too.
        same_target: usize,
    },
    /// One training example counts more than all others together.
    DominatingWeight {
        /// The example.
        place: Place,
        /// How many times as much as all others.
        times: f64,
    },
    /// No example that was looked at, up to 16, of a rare class is taken for that class; where less than a tenth of the loss of
    /// one prediction for all is left, it has 16 examples at least.
    MissedClasses {
        /// The name of the class, of several the one with most examples.
        class: String,
        /// The number of its examples in the training data.
        examples: usize,
        /// How many of them were looked at.
        looked_at: usize,
        /// How many more rare classes are never recognised.
        more: usize,
        /// Whether weights let its examples count as much as others, or more.
        weighed: bool,
        /// Whether training went on after the epoch whose weights are kept, without being better.
        at_its_best: bool,
        /// Whether all classes are numbers, and more than two.
        numbers: bool,
    },
    /// A feature is much larger than it should be, or than the others are.
    LargeFeature {
        /// The name of the feature.
        feature: String,
        /// The root of the mean of its squares.
        size: f64,
        /// The median of that over all features that are not zero.
        typical: f64,
        /// How many features there are.
        features: usize,
    },
    /// Little was learnt, and a feature's mean is far from 0, for how little it varies.
    NotCentered {
        /// The name of the feature.
        feature: String,
        /// Its mean.
        mean: f64,
        /// Its standard deviation.
        deviation: f64,
    },
    /// All features are much smaller than they should be.
    SmallFeatures {
        /// The largest root of the mean of squares.
        size: f64,
    },
    /// No feature varies.
    ConstantFeatures,
    /// The loss rose, and a feature has a value that is far from all others, and makes a step too
    /// long; or a feature of new data has one that was never seen in training.
    OutlyingFeature {
        /// The name of the feature.
        feature: String,
        /// The example.
        place: Place,
        /// Which data it is in.
        part: Part,
        /// The distance from the mean of the training data, in its standard deviations.
        deviations: f64,
    },
    /// More than a twentieth of the loss is left, and few values of a feature are so far out that
    /// its scale presses all others together: to within less than a twentieth of a standard
    /// deviation.
    SqueezedFeature {
        /// The name of the feature, of several the most pressed.
        feature: String,
        /// The example that is farthest out.
        place: Place,
        /// Its distance from the mean, in standard deviations.
        deviations: f64,
        /// How many values are as far out.
        outliers: usize,
        /// The spread of all others, in standard deviations.
        rest: f64,
        /// Whether these are the same one, which may stand for what is missing.
        one_value: bool,
        /// How many more features are like that.
        more: usize,
    },
    /// Some was left, and a feature has one value often, 5 times as far from all others as these are spread: it
    /// may stand for one that is missing.
    Sentinel {
        /// The name of the feature, of several the first.
        feature: String,
        /// The first example that has it.
        place: Place,
        /// How many examples do.
        examples: usize,
        /// Of how many.
        of: usize,
        /// How many more features are like that.
        more: usize,
    },
    /// Columns of a table have a number that may stand for what is missing, which costs something, or drowns their others: in
    /// all rows that have a target.
    StandIns {
        /// One of each column, and at least one.
        found: Vec<StandIn>,
        /// Which data the first is in, if it is alone, and a finding has said so.
        part: Part,
    },
    /// Some was left, no other cause was found in the data, and a feature is less than a thousandth of a typical one.
    HiddenFeature {
        /// The name of the feature.
        feature: String,
        /// Its largest value, without the sign.
        size: f64,
        /// The typical root of the mean of squares.
        typical: f64,
    },
    /// A feature has other values in new data: their mean is more than two standard deviations from that of the training
    /// data, and several are beyond all that were seen in training.
    OutsideFeature {
        /// The name of the feature, of several the one that is farthest.
        feature: String,
        /// Which data.
        part: Part,
        /// How many examples are beyond what was seen.
        outside: usize,
        /// Of how many.
        of: usize,
        /// The distance of the means, in standard deviations of the training data.
        deviations: f64,
        /// How many more features are like that.
        more: usize,
    },
    /// The same of a real target.
    OutsideTarget {
        /// The name of the output.
        target: String,
        /// Which data.
        part: Part,
        /// How many examples are beyond what was seen.
        outside: usize,
        /// Of how many.
        of: usize,
        /// The distance of the means, in standard deviations of the training data.
        deviations: f64,
    },
    /// A feature is constant in the training data, and not in new data.
    ChangedFeature {
        /// The name of the feature.
        feature: String,
        /// Which data.
        part: Part,
    },
    /// Little was learnt, no other cause was found, and one feature has the same value for all
    /// examples but one: it may vary by less than the digits that its scale leaves.
    LoneValue {
        /// The name of the feature.
        feature: String,
        /// The one example.
        place: Place,
    },
    /// Some was left, and few real targets are so far from all others that their scale hides
    /// these: one makes more than half of the variance, or all others lie within a twentieth of a
    /// standard deviation.
    SqueezedTarget {
        /// The name of the output.
        target: String,
        /// The example that is farthest out.
        place: Place,
        /// Its distance from the mean, in standard deviations.
        deviations: f64,
        /// How many are far out.
        outliers: usize,
        /// Whether logarithms may be learnt, if all targets are above 0.
        logarithms: bool,
    },
    /// Some was left, or single targets are in the way, and real targets are positive and skewed, which their logarithms
    /// are not.
    SkewedTarget {
        /// The name of the output, of several the first.
        target: String,
        /// The skewness of the targets.
        skewness: f64,
        /// That of their logarithms.
        of_logarithms: f64,
    },
    /// The loss rose, and a real target is far from all others; or one of new data is far from all
    /// that were seen in training.
    OutlyingTarget {
        /// The name of the output.
        target: String,
        /// The example.
        place: Place,
        /// Which data it is in.
        part: Part,
        /// The distance from the mean of the training data, in its standard deviations.
        deviations: f64,
    },
    /// One example makes most of the loss on data that the model was not trained on, of which
    /// more than half of that of one prediction for all is left.
    DominatingExample {
        /// The example.
        place: Place,
        /// Which data it is in.
        part: Part,
        /// The mean loss of all examples.
        loss: f64,
        /// The mean loss of the others.
        others: f64,
        /// Whether it is the only one of its class there.
        only: bool,
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
    /// Some was left, a penalty pulls at least half as hard at the weights as the loss does, or is
    /// decoupled from it, and the weights of a layer shrank.
    StrongPenalty {
        /// The layer.
        layer: usize,
        /// The last norm over the first.
        share: f64,
        /// The norm of the penalty's gradient over that of the loss's; `None` for decoupled decay.
        ratio: Option<f64>,
    },
    /// Little was learnt, and before sigmoids, which let little of the gradient through, a penalty has made the weights of a
    /// layer less than three quarters of what they were.
    DecayedSigmoids {
        /// The layer.
        layer: usize,
        /// The last norm over the first.
        share: f64,
    },
    /// Little was learnt, the weights did not shrink, and from the first step on a penalty pulled a
    /// hundred times as hard at them as the loss did.
    DrowningPenalty {
        /// The norm of the penalty's gradient over that of the loss's.
        ratio: f64,
    },
    /// The loss rose, and a step takes more than twice of the weights away by decoupled decay.
    LargeDecay {
        /// The strength of the decay.
        strength: f64,
        /// The learning rate then.
        learning_rate: f64,
    },
    /// Little was learnt, and most units of a layer are held at the largest norm that they may
    /// have.
    NormLimit {
        /// The layer.
        layer: usize,
        /// The share of its units.
        share: f64,
        /// The limit.
        limit: f64,
    },
    /// Little was learnt, and the largest norm that units may have is a small part of that of those that training began with.
    ShortNorm {
        /// The layer.
        layer: usize,
        /// The limit.
        limit: f64,
        /// The typical norm of the units of the layer before training.
        initial: f64,
    },
    /// Some was left, and the gradient is shortened to a hundredth or less, and does less to the
    /// weights than a penalty, or hardly moves them.
    GradientLimit {
        /// The limit of its norm.
        limit: f64,
        /// Its norm before.
        gradient: f64,
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
    /// What is said of a layer just before is so of as many more.
    MoreLayers {
        /// How many.
        layers: usize,
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
    /// Some was left, and a momentum so near 1 that it adds up more than a fifth of all steps.
    LongMomentum {
        /// The momentum.
        momentum: f64,
        /// How many steps it adds up.
        adds_up: f64,
        /// The number of steps in all.
        steps: usize,
    },
    /// Some was left, or the network seems to overfit, and the first update moved the weights of
    /// a layer by more than their norm, or by a third of it and late ones by more than 3 %: what comes after it is its
    /// consequence.
    LargeStep {
        /// The layer.
        layer: usize,
        /// The norm of the update over that of the weights.
        ratio: f64,
        /// The largest learning rate.
        learning_rate: f64,
    },
    /// Little was learnt, and all updates together could not move any weights by a tenth of
    /// their norm; or some was left, the loss was still falling at the end, and updates were
    /// small.
    SmallLearningRate {
        /// The last learning rate.
        learning_rate: f64,
        /// The largest norm of an update over that of the weights that was seen.
        ratio: f64,
        /// The number of updates.
        steps: usize,
    },
    /// Little was learnt, or some was left and the loss still falling, in few steps, since a batch
    /// holds at least half of the examples.
    FewSteps {
        /// The number of examples in a batch.
        batch_size: usize,
        /// The number of examples in all.
        examples: usize,
        /// The number of steps in all.
        steps: usize,
    },
    /// Some was left, and the loss was still falling at the end: the last tenth of the epochs took 5 % of what was left, or, where
    /// that is more than half of the loss of one prediction for all examples, 1 % of this.
    StillFalling {
        /// The loss before these epochs.
        before: f64,
        /// The loss of the last epoch.
        last: f64,
        /// How many epochs.
        epochs: usize,
        /// Of which data: the validation data if there are any.
        part: Part,
    },
    /// Some was left, and at the end of no epoch was there a tenth of the learning rate that the schedule is of.
    HeldRate {
        /// The largest.
        largest: f64,
        /// What the schedule multiplies.
        base: f64,
    },
    /// Some was left, and most of the run had a learning rate below 1 % of the largest, to which it
    /// was lowered while the loss was falling.
    VanishedRate {
        /// The first epoch of such a rate.
        epoch: usize,
        /// Of how many.
        of: usize,
    },
    /// On new data, no more is right than if the class that is most frequent in training were
    /// always said.
    WorseThanMostFrequent {
        /// That class.
        class: String,
        /// The share that is right.
        accuracy: f64,
        /// The share of the class.
        baseline: f64,
        /// Which data.
        part: Part,
    },
    /// On new data, predictions leave more than 97 % of the squared error that the mean of the
    /// training targets would have.
    WorseThanMean {
        /// The root of the mean squared error, over that of the mean.
        ratio: f64,
        /// Which data.
        part: Part,
    },
    /// On new data, predictions leave more than 97 % of the loss, which is not lowest at the mean, of the one prediction
    /// that is best for the training data.
    WorseThanConstant {
        /// The loss over that of the one prediction.
        ratio: f64,
        /// Which data.
        part: Part,
    },
    /// The loss rose, or became infinite or NaN, after an update.
    LargeLearningRate {
        /// The learning rate then.
        learning_rate: f64,
    },
    /// Nothing was learnt, none of the causes above was found, and the network has no hidden layer.
    LinearNetwork,
    /// The same of a network that has one.
    NoCause,
}

impl Finding {
    /// Whether it is that what comes in is not scaled.
    /// Whether it asks for standardised features.
    #[must_use]
    pub fn asks_for_scale(&self) -> bool {
        use Finding::{HiddenFeature, SmallFeatures};
        self.is_of_scale() || matches!(self, SmallFeatures { .. } | HiddenFeature { .. })
    }

    pub(crate) fn is_of_scale(&self) -> bool {
        matches!(self, Self::LargeFeature { .. } | Self::NotCentered { .. })
    }
}
