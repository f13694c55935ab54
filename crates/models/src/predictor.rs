use densely_data::{Dataset, Inputs, Place, StoredDataset, Target};
use densely_loss::{TargetKind, Targets};
use densely_preprocess::Transform;
use densely_tensor::{Mat, MatRef, Real, Scalar, ShapeError, Threads, first_non_finite};

use crate::evaluation::{losses, regression, widen};
use crate::metrics::{Baseline, ClassificationScores, RegressionScores};
use crate::model::{check_outputs, targets};
use crate::preparation::PanelMemory;
use crate::spare::Spare;
use crate::{Answers, Evaluation, IntoModel, Model, ModelError, Preparation, tally};

/// A model with all that it needs to work on raw data: the preparation of the data that
/// it was trained on, and the names of features and classes. This is what a model file
/// holds.
///
/// ```
/// use densely_data::digits;
/// use densely_models::{Mlp, Prediction, Predictor, Preparation, Trainer};
/// use densely_tensor::Threads;
///
/// let (train, test) = digits().split(0.2, 7)?;
/// let preparation = Preparation::fit(["standardize"], &train)?;
/// let prepared = preparation.dataset(&train)?;
/// let mut predictor = Predictor::<f32>::new(preparation, Mlp::classifier(64, 10).hidden([32]))?;
/// Trainer::default().fit(predictor.model_mut(), &prepared)?;
///
/// let threads = Threads::single();
/// assert!(predictor.evaluate(&test, &threads)?.score() > 0.95);
/// let Prediction::Classes(classes) = predictor.predict(test.x(), &threads)? else { panic!() };
/// assert_eq!(classes.len(), test.len());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Predictor<T: Scalar> {
    preparation: Preparation,
    model: Model<T>,
}

/// What a [`Predictor`] says about examples.
#[derive(Debug, Clone, PartialEq)]
pub enum Prediction {
    /// The index of the most likely class of each example.
    Classes(Vec<usize>),
    /// The outputs in their own units, outputs x n.
    Values(Mat<f64>),
}

impl<T: Scalar> Predictor<T> {
    /// With a model of any layers, or the description of one. It is trained already, or through
    /// [`model_mut`](Self::model_mut), on data from [`Preparation::dataset`].
    ///
    /// # Errors
    /// If the network has other inputs or outputs than the prepared data, or the loss is
    /// not for such targets; if it cannot be built.
    pub fn new(preparation: Preparation, model: impl IntoModel<T>) -> Result<Self, ModelError> {
        let model = model.into_model()?;
        let preparation = preparation.for_loss(model.loss())?;
        check(&preparation, &model)?;
        Ok(Self { preparation, model })
    }

    /// What is done to raw data.
    #[must_use]
    pub fn preparation(&self) -> &Preparation {
        &self.preparation
    }

    /// The model.
    #[must_use]
    pub fn model(&self) -> &Model<T> {
        &self.model
    }

    /// The model, to be trained.
    pub fn model_mut(&mut self) -> &mut Model<T> {
        &mut self.model
    }

    /// The most likely class of each example, or its values.
    ///
    /// # Shapes
    /// `x`: features x n, as they are in the data.
    ///
    /// # Errors
    /// If there is another number of features; [`ModelError::OutOfRange`] for a value that is
    /// not finite, or not in the model's type; [`ModelError::NotFiniteOutput`] for an example
    /// that the network makes an infinity or NaN of, [`ModelError::PredictionTooLarge`] for one
    /// whose value in the units of the target is infinite.
    pub fn predict(&self, x: MatRef<'_, f64>, threads: &Threads) -> Result<Prediction, ModelError> {
        self.answers(x, threads)?.prediction()
    }

    /// [`predict`](Self::predict) of inputs that are [prepared](Preparation::inputs) already.
    ///
    /// # Shapes
    /// `x`: inputs of the network x n.
    ///
    /// # Errors
    /// As [`predict`](Self::predict).
    pub fn predict_prepared<'x>(
        &self,
        x: impl Into<Inputs<'x, T>>,
        threads: &Threads,
    ) -> Result<Prediction, ModelError> {
        Answers::new(self, self.scores(x, threads, Place::Example)?).prediction()
    }

    /// The probability of each class, classes x n; `None` if the loss defines none.
    ///
    /// # Shapes
    /// `x`: features x n, as they are in the data.
    ///
    /// # Errors
    /// As [`predict`](Self::predict).
    pub fn probabilities(
        &self,
        x: MatRef<'_, f64>,
        threads: &Threads,
    ) -> Result<Option<Mat<T>>, ModelError> {
        self.answers(x, threads)?.probabilities()
    }

    /// All that it says about examples, from scores that are computed once.
    ///
    /// # Shapes
    /// `x`: features x n, as they are in the data.
    ///
    /// # Errors
    /// As [`predict`](Self::predict).
    pub fn answers(
        &self,
        x: MatRef<'_, f64>,
        threads: &Threads,
    ) -> Result<Answers<'_, T>, ModelError> {
        self.answers_of(x, threads)
    }

    /// [`answers`](Self::answers) to examples in either number type.
    ///
    /// # Shapes
    /// `x`: features x n, as they are in the data.
    ///
    /// # Errors
    /// As [`predict`](Self::predict).
    pub fn answers_of<S: Scalar>(
        &self,
        x: MatRef<'_, S>,
        threads: &Threads,
    ) -> Result<Answers<'_, T>, ModelError> {
        Ok(Answers::new(self, self.raw_scores(x, threads, Place::Example)?))
    }

    /// The mean loss, as in training but of examples that all count the same, whatever their weights, as they do in
    /// the metrics; those of real values in the units of `data`. A loss that is infinite in `f32` is computed in `f64`.
    ///
    /// # Errors
    /// If the data have other features or targets, and as [`predict`](Self::predict).
    pub fn evaluate(
        &self,
        data: &Dataset<f64>,
        threads: &Threads,
    ) -> Result<Evaluation, ModelError> {
        Ok(self.judge(data, threads)?.0)
    }

    /// [`evaluate`](Self::evaluate), and of real values also how good it is at [each output](Self::regression_scores).
    ///
    /// # Errors
    /// As [`evaluate`](Self::evaluate).
    pub fn judge(
        &self,
        data: &Dataset<f64>,
        threads: &Threads,
    ) -> Result<(Evaluation, Option<RegressionScores>), ModelError> {
        let prepared = self.preparation.dataset::<T>(data)?;
        self.judge_prepared(&prepared, data.target(), threads)
    }

    /// [`judge`](Self::judge) on data that are [prepared](Preparation::dataset) already, with
    /// their targets as they were before.
    ///
    /// # Errors
    /// As [`evaluate`](Self::evaluate).
    pub fn judge_prepared(
        &self,
        prepared: &Dataset<T>,
        target: &Target<f64>,
        threads: &Threads,
    ) -> Result<(Evaluation, Option<RegressionScores>), ModelError> {
        self.model.check(prepared)?;
        ShapeError::expect("Predictor", "targets", prepared.len(), target.examples())?;
        let place = |example| prepared.place(example);
        let scores = self.scores(prepared.inputs(), threads, place)?;
        let targets = targets(prepared).unweighted();
        let evaluation =
            Evaluation::new(self.model.loss(), scores.as_ref(), targets, None, threads);
        let Target::Values { values: targets, .. } = target else { return Ok((evaluation, None)) };
        let of = RegressionScores::new(targets.as_ref(), self.values(&scores, place)?.as_ref())?;
        let evaluation = match self.preparation.target_scale() {
            Some(_) => regression(evaluation.loss(), &of),
            None => evaluation,
        };
        Ok((evaluation, Some(of)))
    }

    /// [`judge_prepared`](Self::judge_prepared) on data on the disk. Real targets are those that were
    /// prepared, in the units of before: in `f32` they are rounded.
    ///
    /// # Errors
    /// As [`evaluate`](Self::evaluate); [`ModelError::Data`] if the file cannot be read.
    pub fn judge_stored(
        &self,
        prepared: &StoredDataset<T>,
        threads: &Threads,
    ) -> Result<(Evaluation, Option<RegressionScores>), ModelError> {
        tally::evaluate(prepared, |block| {
            self.model.check(block)?;
            let scores = self.scores(block.inputs(), threads, Place::Example)?;
            let targets = targets(block).unweighted();
            let evaluation =
                Evaluation::new(self.model.loss(), scores.as_ref(), targets, None, threads);
            let Some(values) = block.values() else { return Ok((evaluation, None)) };
            let targets = self.raw_targets(values)?;
            let predicted = self.values(&scores, Place::Example)?;
            let of = RegressionScores::of(targets.as_ref(), predicted.as_ref());
            Ok((evaluation, Some(of)))
        })
    }

    /// How good it is at each output, and over all of them, in the units of the data.
    ///
    /// # Errors
    /// As [`evaluate`](Self::evaluate), or if the model is a classifier.
    pub fn regression_scores(
        &self,
        data: &Dataset<f64>,
        threads: &Threads,
    ) -> Result<RegressionScores, ModelError> {
        self.judge(data, threads)?.1.ok_or_else(no_values)
    }

    /// What can be had without a model, as [`Baseline::new`] has it, on data on the disk.
    ///
    /// # Errors
    /// [`ModelError::Data`] if a file cannot be read.
    pub fn baseline_stored(
        &self,
        train: &StoredDataset<T>,
        data: &StoredDataset<T>,
    ) -> Result<Baseline, ModelError> {
        let values = |block: &Dataset<T>| match block.values() {
            None => Ok(None),
            Some(values) => self.raw_targets(values).map(Some),
        };
        Baseline::stored(train, data, values)
    }

    /// The loss of each example of data that are [prepared](Preparation::dataset) already, as in
    /// training but without weights: the larger, the worse was it predicted.
    ///
    /// # Errors
    /// As [`evaluate`](Self::evaluate).
    pub fn losses_prepared(
        &self,
        prepared: &Dataset<T>,
        threads: &Threads,
    ) -> Result<Vec<f64>, ModelError> {
        self.model.check(prepared)?;
        let scores = self.scores(prepared.inputs(), threads, |example| prepared.place(example))?;
        let targets = targets(prepared).unweighted();
        Ok(losses(self.model.loss(), scores.as_ref(), targets, threads))
    }

    /// What else there is to say of a classifier: all that follows from its scores.
    ///
    /// # Errors
    /// As [`evaluate`](Self::evaluate), or if the model is no classifier.
    pub fn classification_scores(
        &self,
        data: &Dataset<f64>,
        threads: &Threads,
    ) -> Result<ClassificationScores, ModelError> {
        let Some(labels) = data.labels() else {
            return Err(ModelError::Targets { expected: "classes", actual: "real values" });
        };
        let place = |example| data.place(example);
        let scores = self.raw_scores(data.x(), threads, place)?;
        ClassificationScores::new(self.model.loss(), labels, scores.as_ref())
    }

    /// [`classification_scores`](Self::classification_scores) of data that are
    /// [prepared](Preparation::dataset) already.
    ///
    /// # Errors
    /// As [`classification_scores`](Self::classification_scores).
    pub fn classification_scores_prepared(
        &self,
        prepared: &Dataset<T>,
        threads: &Threads,
    ) -> Result<ClassificationScores, ModelError> {
        let Some(labels) = prepared.labels() else {
            return Err(ModelError::Targets { expected: "classes", actual: "real values" });
        };
        let scores = self.scores(prepared.inputs(), threads, |example| prepared.place(example))?;
        ClassificationScores::new(self.model.loss(), labels, scores.as_ref())
    }

    /// The scores of examples as they are in the data; all of them finite. Some examples at a time are prepared
    /// where they are needed, so that their inputs are in the cache and never in memory all at once.
    fn raw_scores<S: Scalar>(
        &self,
        x: MatRef<'_, S>,
        threads: &Threads,
        place: impl Fn(usize) -> Place + Sync,
    ) -> Result<Mat<T>, ModelError> {
        let preparation = &self.preparation;
        preparation.check_features(x)?;
        let spare = Spare::<PanelMemory>::new();
        let scores = self.model.scores_of(x.ncols(), threads, |first, to| {
            let (x, place) = (x.subcols(first, to.ncols()), |example| place(first + example));
            spare.lend(|memory| preparation.prepare_panel(x, to, place, memory))
        })?;
        check_outputs(scores.as_ref(), Scalar::is_finite, place)?;
        Ok(scores)
    }

    /// The scores of prepared examples; all of them finite.
    fn scores<'x>(
        &self,
        x: impl Into<Inputs<'x, T>>,
        threads: &Threads,
        place: impl FnOnce(usize) -> Place,
    ) -> Result<Mat<T>, ModelError> {
        let scores = self.model.scores(x, threads)?;
        check_outputs(scores.as_ref(), Scalar::is_finite, place)?;
        Ok(scores)
    }

    /// Prepared targets in their own units.
    fn raw_targets(&self, values: MatRef<'_, T>) -> Result<Mat<f64>, ModelError> {
        let wide = widen(values);
        Ok(self.preparation.raw_targets(wide.as_ref())?.unwrap_or(wide))
    }

    /// The values that the scores stand for, in their own units; all of them finite.
    pub(crate) fn values(
        &self,
        scores: &Mat<T>,
        place: impl FnOnce(usize) -> Place,
    ) -> Result<Mat<f64>, ModelError> {
        let wide = widen(scores.as_ref());
        let Some(scale) = self.preparation.target_scale() else { return Ok(wide) };
        let Some(values) = self.preparation.values(wide.as_ref())? else { return Ok(wide) };
        let Some((output, example)) = first_non_finite(values.as_ref()) else { return Ok(values) };
        let (place, column) = (place(example), self.preparation.output_names()[output].clone());
        let score = wide[(output, example)];
        let (mean, deviation) = (scale.mean()[output], scale.scale()[output]);
        let logarithm = match (self.preparation.log_targets(), self.preparation.log_link()) {
            (true, _) => Some(mean + score * deviation),
            (_, true) => Some(score + Real::ln(deviation)),
            _ => None,
        };
        Err(match logarithm {
            Some(logarithm) => ModelError::ExponentialTooLarge { place, column, logarithm },
            None => ModelError::PredictionTooLarge { place, column, score, mean, deviation },
        })
    }
}

fn no_values() -> ModelError {
    ModelError::Targets { expected: "real values", actual: "classes" }
}

fn check<T: Scalar>(preparation: &Preparation, model: &Model<T>) -> Result<(), ModelError> {
    let features = preparation.pipeline().out_features();
    ShapeError::expect("Predictor", "inputs", features, model.inputs())?;
    let (names, loss) = (preparation.output_names().len(), model.loss());
    match (loss.target_kind(), preparation.target_scale()) {
        (TargetKind::Labels, None) | (TargetKind::Values, Some(_)) => {}
        (TargetKind::Labels, Some(_)) => {
            return Err(ModelError::Targets { expected: "classes", actual: "real values" });
        }
        (TargetKind::Values, None) => {
            return Err(ModelError::Targets { expected: "real values", actual: "classes" });
        }
    }
    if loss.outputs(names) != names {
        // One output tells two classes apart, and no more.
        ShapeError::expect(loss.name(), "classes", loss.classes(1), names)?;
    }
    ShapeError::expect("Predictor", "outputs", loss.outputs(names), model.outputs())?;
    // Its options, which have to fit the outputs, by targets of no examples.
    let none = Mat::zeros(model.outputs(), 0);
    let targets = match loss.target_kind() {
        TargetKind::Labels => Targets::Labels(&[]),
        TargetKind::Values => Targets::Values(none.as_ref()),
    };
    Ok(loss.check(model.outputs(), 0, targets)?)
}
