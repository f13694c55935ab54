use densely_data::{Dataset, Features, Place, Target};
use densely_layers::Kind;
use densely_loss::Loss;
use densely_preprocess::{
    Pca, Pipeline, PreprocessError, Standardize, Transform, TransformKind, TransformKinds,
    Unchanged, Whiten, constant_features,
};
use densely_table::{Encoding, Rows, TargetColumns};
use densely_tensor::{
    Mat, MatMut, MatRef, Real, Scalar, ShapeError, Threads, column, column_mut, first_non_finite,
    try_zeros,
};

pub(crate) use self::panel::PanelMemory;
use crate::evaluation::{convert, widen};
use crate::{ModelError, TargetUnits};

mod of_arrays;
mod of_categories;
mod of_rows;
mod of_stored;
mod panel;

/// What is done to raw data before a model sees them, and undone after: fitted on the
/// training part, and the same for all data from then on.
///
/// The columns of a table become numbers, the features, by an [`Encoding`]; data that are numbers already
/// have one that leaves them as they are. Features go through a [`Pipeline`] of transformations. Real targets are standardised, so that the
/// size of the loss, and with it a good learning rate, does not depend on their units. Those
/// that are constant, by the same rule as features, are centred, and keep their units. Before that they may
/// become their [logarithms](Self::with_log_targets).
///
/// A feature that is constant in training ([but for rounding](Standardize#constant-features))
/// is taken to have that value in all other data, too, whatever the preprocessing: weights that
/// training had no reason to move would otherwise multiply what comes.
///
/// ```
/// use densely_data::Dataset;
/// use densely_models::Preparation;
/// use densely_tensor::mat;
///
/// let train = Dataset::regression(mat![[1.0, 3.0]], mat![[100.0, 300.0]])?;
/// let preparation = Preparation::fit(["center"], &train)?;
/// let prepared = preparation.dataset::<f32>(&train)?;
/// assert_eq!(prepared.x(), mat![[-1.0_f32, 1.0]]);
/// assert_eq!(prepared.values().unwrap(), mat![[-1.0_f32, 1.0]]);
/// # Ok::<(), densely_models::ModelError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Preparation {
    encoding: Encoding,
    feature_names: Vec<String>,
    target_name: String,
    output_names: Vec<String>,
    /// The features that are constant, in order, and their values.
    constants: Vec<(usize, f64)>,
    pipeline: Pipeline,
    /// Those of real targets.
    units: Option<TargetUnits>,
}

/// A copy of `x` in which these features have these values; `None` if there are none, or not as
/// many features.
fn held(x: MatRef<'_, f64>, constants: &[(usize, f64)]) -> Option<Mat<f64>> {
    if constants.last().is_none_or(|&(feature, _)| feature >= x.nrows()) {
        return None;
    }
    let mut x = widen(x);
    for &(feature, value) in constants {
        (0..x.ncols()).for_each(|j| x[(feature, j)] = value);
    }
    Some(x)
}

/// The features that are constant, in order, and their values; and the transformations.
type Fitted = (Vec<(usize, f64)>, Pipeline);

/// Fits transformations to features.
fn fitted(
    kinds: impl IntoIterator<Item: Into<Kind>>,
    x: MatRef<'_, f64>,
    known: &TransformKinds,
) -> Result<Fitted, PreprocessError> {
    let constants = constant_features(x)?;
    let kinds: Vec<Kind> = kinds.into_iter().map(Into::into).collect();
    // What stays as it is learns nothing of the values.
    let learns = kinds.iter().any(|kind| kind.name() != Unchanged::SPEC.name());
    let held = if learns { held(x, &constants) } else { None };
    let x = held.as_ref().map_or(x, Mat::as_ref);
    let pipeline = known.fit(kinds, x, &Threads::single())?;
    Ok((constants, pipeline))
}

/// The scale of constant targets, from which others may well differ later.
const CONSTANT: f64 = 1.0;

/// The scale of real targets.
fn target_scale(values: MatRef<'_, f64>) -> Result<Standardize, PreprocessError> {
    let fitted = Standardize::fit(values)?;
    let scale = fitted.scale().iter().map(|&scale| if scale == 0.0 { CONSTANT } else { scale });
    Standardize::from_parts(fitted.mean().to_vec(), scale.collect())
}

/// Real targets as a model learns them. Of those that were constant in training, and are in
/// these data, rounding does not become something to learn.
fn scaled(values: MatRef<'_, f64>, scale: &Standardize) -> Result<Mat<f64>, ShapeError> {
    let of_scale = scale.scale().iter().enumerate().filter(|(_, scale)| **scale == CONSTANT);
    let constants: Vec<(usize, f64)> = of_scale
        // Values too far apart are none.
        .filter_map(|(k, _)| match constant_features(values.subrows(k, 1)) {
            Ok(constant) => constant.first().map(|&(_, mean)| (k, mean)),
            Err(_) => None,
        })
        .collect();
    let held = held(values, &constants);
    scale.transform(held.as_ref().map_or(values, Mat::as_ref))
}

fn first_negative(values: MatRef<'_, f64>) -> Option<(usize, usize)> {
    let mut all = (0..values.ncols()).flat_map(|j| (0..values.nrows()).map(move |k| (k, j)));
    all.find(|&at| values[at] < 0.0)
}

/// That values have logarithms.
fn check_positive(
    values: MatRef<'_, f64>,
    names: &[String],
    place: impl Fn(usize) -> Place,
) -> Result<(), ModelError> {
    for j in 0..values.ncols() {
        if let Some(k) = (0..values.nrows()).find(|&k| values[(k, j)] <= 0.0) {
            let (column, value) = (names[k].clone(), values[(k, j)]);
            return Err(ModelError::NotPositive { place: place(j), column, value });
        }
    }
    Ok(())
}

fn logarithms(values: MatRef<'_, f64>) -> Mat<f64> {
    Mat::from_fn(values.nrows(), values.ncols(), |i, j| Real::ln(values[(i, j)]))
}

impl Preparation {
    /// Fits transformations, by their kinds, one after the other to the training data.
    ///
    /// # Errors
    /// If one is not [ours](TransformKinds), or cannot be fitted to the data.
    pub fn fit(
        kinds: impl IntoIterator<Item: Into<Kind>>,
        train: &Dataset<f64>,
    ) -> Result<Self, ModelError> {
        Self::fit_with(kinds, train, &TransformKinds::new())
    }

    /// [`fit`](Self::fit), with transformations of your own among them: those of a
    /// [`Registry`](crate::Registry::transformations).
    ///
    /// # Errors
    /// As [`fit`](Self::fit), for what is not known here.
    pub fn fit_with(
        kinds: impl IntoIterator<Item: Into<Kind>>,
        train: &Dataset<f64>,
        known: &TransformKinds,
    ) -> Result<Self, ModelError> {
        let fitted = fitted(kinds, train.x(), known);
        let encoding = Encoding::of_numbers(train.feature_names());
        let (name, names) = (train.target_name().to_owned(), train.output_names());
        Self::of_fitted(encoding, name, names, train.values(), fitted)
    }

    /// Of what was fitted to the features, and the real targets, if they are.
    fn of_fitted(
        encoding: Encoding,
        target_name: String,
        output_names: &[String],
        values: Option<MatRef<'_, f64>>,
        fitted: Result<Fitted, PreprocessError>,
    ) -> Result<Self, ModelError> {
        let feature_names = encoding.feature_names_out();
        let (constants, pipeline) = fitted.map_err(|error| too_far_apart(error, &feature_names))?;
        let scale = values.map(target_scale).transpose();
        let scale = scale.map_err(|error| too_far_apart(error, output_names))?;
        Ok(Self {
            encoding,
            feature_names,
            target_name,
            output_names: output_names.to_vec(),
            constants,
            pipeline,
            units: scale.map(TargetUnits::new),
        })
    }

    /// The names of what a model sees: those of the features, unless it is made of several of them, as principal components
    /// are, which are `component 1`, `component 2`, … A mixture that is most like the feature of its place, as ZCA's, has its name.
    #[must_use]
    pub fn input_names(&self) -> Vec<String> {
        let makes_components =
            |kind: &Kind| [Pca::SPEC, Whiten::SPEC].iter().any(|spec| kind.name() == spec.name());
        let what = match self.pipeline.kinds().iter().any(makes_components) {
            _ if self.pipeline.keeps_features() => return self.feature_names.clone(),
            true => "component",
            false if self.pipeline.out_features() == self.feature_names.len() => {
                return self.feature_names.clone();
            }
            false => "input",
        };
        (1..=self.pipeline.out_features()).map(|i| format!("{what} {i}")).collect()
    }

    /// From the names of the features, of what is predicted, and of the classes or
    /// outputs, the fitted preprocessing, and the scale of real targets.
    ///
    /// # Errors
    /// If the numbers of names do not fit the transformations.
    pub fn from_parts(
        feature_names: Vec<String>,
        target_name: String,
        output_names: Vec<String>,
        pipeline: impl Into<Pipeline>,
        target_scale: Option<Standardize>,
    ) -> Result<Self, ModelError> {
        let pipeline = pipeline.into();
        let (features, outputs) = (pipeline.in_features(), output_names.len());
        ShapeError::expect("Preparation", "feature names", features, feature_names.len())?;
        ShapeError::expect_some("Preparation", "output names", outputs)?;
        if let Some(scale) = &target_scale {
            ShapeError::expect("Preparation", "output names", scale.in_features(), outputs)?;
        }
        Ok(Self {
            encoding: Encoding::of_numbers(&feature_names),
            feature_names,
            target_name,
            output_names,
            constants: Vec::new(),
            pipeline,
            units: target_scale.map(TargetUnits::new),
        })
    }

    /// With the encoding that the features come from.
    ///
    /// # Errors
    /// If it makes other features of a table.
    ///
    /// ```
    /// use densely_models::Preparation;
    /// use densely_table::{
    ///     Encoding, EncodingOptions, Rows, Schema, SchemaOptions, Table, TargetColumns,
    /// };
    ///
    /// let text = "size,kind,y\n2,pear,0.5\n3,apple,1.5\n4,pear,2.5\nNA,apple,2\n6,apple,1\n";
    /// let table = Table::from_reader(text.as_bytes())?;
    /// let (train, target) = (Rows::of(&table, &[0, 1, 2, 3]), TargetColumns::infer(&table, &["y"], None)?);
    /// let schema = Schema::infer(&train, &SchemaOptions::new().target("y"))?;
    /// let encoding = Encoding::fit(&schema, &train, &EncodingOptions::new())?;
    /// let data = encoding.dataset(&train, &target)?;
    /// let preparation = Preparation::fit(["center"], &data)?.with_encoding(encoding)?;
    ///
    /// let test = preparation.table(&Rows::of(&table, &[4]))?;
    /// assert_eq!(test.x(), densely_tensor::mat![[6.0], [1.0], [0.0]]);
    /// assert_eq!(preparation.dataset::<f32>(&test)?.x()[(0, 0)], 3.0);
    /// # Ok::<(), densely_models::ModelError>(())
    /// ```
    pub fn with_encoding(self, encoding: Encoding) -> Result<Self, ModelError> {
        self.check_encoding(&encoding)?;
        Ok(Self { encoding, ..self })
    }

    /// Whether an encoding makes the features that this was fitted to.
    fn check_encoding(&self, encoding: &Encoding) -> Result<(), ModelError> {
        let actual = encoding.feature_names_out();
        if actual == self.feature_names {
            return Ok(());
        }
        Err(ModelError::Features { expected: self.feature_names.clone(), actual })
    }

    /// With these features, in ascending order, held at these values.
    ///
    /// # Errors
    /// If there is no such feature, or a value is not finite.
    pub fn with_constants(self, constants: Vec<(usize, f64)>) -> Result<Self, ModelError> {
        let features = self.feature_names.len();
        let in_order = constants.windows(2).all(|pair| pair[0].0 < pair[1].0);
        let last = constants.last().map_or(0, |&(feature, _)| feature + 1);
        if !in_order || last > features {
            let (operation, what) =
                ("Preparation", "features, of which constant ones are in order");
            return Err(
                ShapeError::Count { operation, what, expected: features, actual: last }.into()
            );
        }
        let not_finite = constants.iter().find(|(_, value)| !value.is_finite());
        if let Some(&(feature, value)) = not_finite {
            return Err(PreprocessError::NotFinite { feature, example: 0, value }.into());
        }
        Ok(Self { constants, ..self })
    }

    /// With real targets that are learnt as their logarithms, of which these are standardised: `ln y = μ + σ t`,
    /// where `t` is what a network puts out. A prediction is `exp(μ + σ t)`, and never negative. For targets
    /// above 0 whose errors are shares of them, as prices and counts. With a squared loss what is
    /// predicted then is rather the median than the mean, which lies higher.
    ///
    /// # Errors
    /// [`ModelError::Targets`] for classes; [`ModelError::OutOfRange`] for a target that is not above 0.
    ///
    /// ```
    /// use densely_data::Dataset;
    /// use densely_models::Preparation;
    /// use densely_tensor::mat;
    ///
    /// let train = Dataset::regression(mat![[1.0, 3.0]], mat![[1.0, 100.0]])?;
    /// let preparation = Preparation::fit(["center"], &train)?.with_log_targets(train.target())?;
    /// assert_eq!(preparation.dataset::<f32>(&train)?.values().unwrap(), mat![[-1.0_f32, 1.0]]);
    /// assert_eq!(preparation.target_scale().unwrap().mean(), [10_f64.ln()]);
    /// # Ok::<(), densely_models::ModelError>(())
    /// ```
    pub fn with_log_targets(self, train: &Target<f64>) -> Result<Self, ModelError> {
        let Some(values) = train.values() else {
            return Err(ModelError::Targets { expected: "real values", actual: "classes" });
        };
        check_positive(values, train.names(), Place::Example)?;
        let logs = logarithms(values);
        if let Some((output, example)) = first_non_finite(logs.as_ref()) {
            return Err(ModelError::OutOfRange {
                place: Place::Example(example),
                column: train.names()[output].clone(),
                value: values[(output, example)],
                prepared: logs[(output, example)],
                scalar: f64::NAME,
            });
        }
        let scale =
            target_scale(logs.as_ref()).map_err(|error| too_far_apart(error, train.names()))?;
        self.of_log_targets(scale)
    }

    /// With a scale of the logarithms of real targets.
    ///
    /// # Errors
    /// [`ModelError::Targets`] if there are classes, [`ModelError::Shape`] for another number of outputs.
    pub fn of_log_targets(self, scale: Standardize) -> Result<Self, ModelError> {
        if self.units.is_none() {
            return Err(ModelError::Targets { expected: "real values", actual: "classes" });
        }
        let outputs = self.output_names.len();
        ShapeError::expect("Preparation", "output names", scale.in_features(), outputs)?;
        let units = TargetUnits { log_targets: true, ..TargetUnits::new(scale) };
        Ok(Self { units: Some(units), ..self })
    }

    /// Whether real targets are learnt as their logarithms.
    #[must_use]
    pub fn log_targets(&self) -> bool {
        self.units.as_ref().is_some_and(|units| units.log_targets)
    }

    /// With real targets as a loss wants them. Of one whose scores are [logarithms](Loss::log_link) of what they
    /// predict, as Poisson's, targets are not standardised but divided by their mean in training: `y = ȳ t`. A
    /// prediction is `ȳ eˢ` of the output `s`, and what is learnt does not depend on the units. Any other loss changes nothing.
    ///
    /// # Errors
    /// Negative targets are found where they are [prepared](Self::dataset). [`ModelError::Targets`] for a logarithmic
    /// link and [logarithms](Self::with_log_targets), which are one too many.
    ///
    /// ```
    /// use densely_data::Dataset;
    /// use densely_loss::Poisson;
    /// use densely_models::Preparation;
    /// use densely_tensor::mat;
    ///
    /// let train = Dataset::regression(mat![[1.0, 3.0]], mat![[0.0, 8.0]])?;
    /// let preparation = Preparation::fit(["center"], &train)?.for_loss::<f32>(&Poisson)?;
    /// assert_eq!(preparation.dataset::<f32>(&train)?.values().unwrap(), mat![[0.0_f32, 2.0]]);
    /// assert_eq!(preparation.values(mat![[0.0]].as_ref())?, Some(mat![[4.0]]));
    /// # Ok::<(), densely_models::ModelError>(())
    /// ```
    pub fn for_loss<T: Scalar>(self, loss: &dyn Loss<T>) -> Result<Self, ModelError> {
        let Some(TargetUnits { scale, log_targets, .. }) =
            self.units.as_ref().filter(|_| loss.log_link())
        else {
            return Ok(self);
        };
        if *log_targets {
            let (expected, actual) = ("real values", "their logarithms");
            return Err(ModelError::Targets { expected, actual });
        }
        // A mean of 0 is that of targets that are all 0, or were divided by theirs before.
        let means = scale.mean().iter().zip(scale.scale());
        let means = means.map(|(&mean, &scale)| if mean > 0.0 { mean } else { scale }).collect();
        let scale = Standardize::from_parts(vec![0.0; self.output_names.len()], means)?;
        let units = TargetUnits { log_link: true, ..TargetUnits::new(scale) };
        Ok(Self { units: Some(units), ..self })
    }

    /// Whether outputs of a network are logarithms of what they predict, as [a loss](Self::for_loss) may want it.
    #[must_use]
    pub fn log_link(&self) -> bool {
        self.units.as_ref().is_some_and(|units| units.log_link)
    }

    /// The values that outputs of a network stand for, in the units of the data; `None` for classes.
    ///
    /// # Shapes
    /// `outputs`, and what they stand for: outputs x n.
    ///
    /// # Errors
    /// [`ModelError::Shape`] for another number of outputs.
    pub fn values(&self, outputs: MatRef<'_, f64>) -> Result<Option<Mat<f64>>, ModelError> {
        Ok(self.units.as_ref().map(|units| units.values(outputs)).transpose()?)
    }

    /// Real targets as they were before they were prepared, in the units of the data; `None` for classes.
    ///
    /// # Shapes
    /// `prepared`: outputs x n.
    ///
    /// # Errors
    /// [`ModelError::Shape`] for another number of outputs.
    pub fn raw_targets(&self, prepared: MatRef<'_, f64>) -> Result<Option<Mat<f64>>, ModelError> {
        Ok(self.units.as_ref().map(|units| units.raw_targets(prepared)).transpose()?)
    }

    /// The features that were constant in training, in order, and the values that they are
    /// taken to have in all data.
    #[must_use]
    pub fn constants(&self) -> &[(usize, f64)] {
        &self.constants
    }

    /// How the columns of a table become the features.
    #[must_use]
    pub fn encoding(&self) -> &Encoding {
        &self.encoding
    }

    /// What is predicted, as columns of a table.
    #[must_use]
    pub fn target(&self) -> TargetColumns {
        match self.class_names() {
            Some(classes) => TargetColumns::of_classes(&self.target_name, classes.to_vec()),
            None => TargetColumns::of_values(self.output_names.clone()),
        }
    }

    /// The features of the rows of a table.
    ///
    /// # Shapes
    /// features x rows.
    ///
    /// # Errors
    /// Those of [`Encoding::encode`].
    pub fn features(&self, rows: &Rows<'_>) -> Result<Mat<f64>, ModelError> {
        Ok(self.encoding.encode(rows)?)
    }

    /// The rows of a table that have a target, as examples to evaluate on.
    ///
    /// # Errors
    /// Those of [`Encoding::dataset`].
    pub fn table(&self, rows: &Rows<'_>) -> Result<Dataset<f64>, ModelError> {
        Ok(self.encoding.dataset(rows, &self.target())?)
    }

    /// The names of the features.
    #[must_use]
    pub fn feature_names(&self) -> &[String] {
        &self.feature_names
    }

    /// The name of what is predicted.
    #[must_use]
    pub fn target_name(&self) -> &str {
        &self.target_name
    }

    /// The names of the classes, or of the real outputs.
    #[must_use]
    pub fn output_names(&self) -> &[String] {
        &self.output_names
    }

    /// The names of the classes; `None` for real targets.
    #[must_use]
    pub fn class_names(&self) -> Option<&[String]> {
        self.units.is_none().then_some(&self.output_names)
    }

    /// What columns of predictions are called: as the target, or as each of several.
    #[must_use]
    pub fn answer_names(&self) -> &[String] {
        match self.class_names() {
            Some(_) => std::slice::from_ref(&self.target_name),
            None => &self.output_names,
        }
    }

    /// What is done to the features.
    #[must_use]
    pub fn pipeline(&self) -> &Pipeline {
        &self.pipeline
    }

    /// What is done to real targets; `None` for classes.
    #[must_use]
    pub fn target_scale(&self) -> Option<&Standardize> {
        self.units.as_ref().map(|units| &units.scale)
    }

    /// In which units real targets are learnt, for a [`Trainer`](crate::Trainer::target_units) that is to validate in those
    /// of the data; `None` for classes.
    #[must_use]
    pub fn target_units(&self) -> Option<&TargetUnits> {
        self.units.as_ref()
    }

    /// The examples as a model takes them. Features have their names still, unless they are
    /// made of several, as principal components are.
    ///
    /// # Errors
    /// If the data have other features or outputs; [`ModelError::OutOfRange`] for values that
    /// are too large for `T`, or are made so by preprocessing.
    pub fn dataset<T: Scalar>(&self, data: &Dataset<f64>) -> Result<Dataset<T>, ModelError> {
        let x = self.inputs_at(data.x(), |example| data.place(example))?;
        let places = data.places().map(<[Place]>::to_vec);
        self.with_targets(x, data.target(), data.weights(), places)
    }

    /// Inputs with the targets, weights and places of their examples.
    fn with_targets<T: Scalar>(
        &self,
        x: impl Into<Features<T>>,
        target: &Target<f64>,
        weights: Option<&[f64]>,
        places: Option<Vec<Place>>,
    ) -> Result<Dataset<T>, ModelError> {
        let outputs = self.output_names.len();
        ShapeError::expect("Preparation", "outputs", outputs, target.names().len())?;
        let place = |example: usize| {
            places.as_ref().map_or(Place::Example(example), |places| places[example])
        };
        let prepared = match (target, &self.units) {
            (Target::Classes { labels, .. }, None) => {
                let (labels, names) = (labels.clone(), self.output_names.clone());
                Dataset::new(x.into(), Target::Classes { labels, names })?
            }
            (Target::Values { values, .. }, Some(TargetUnits { scale, log_targets, log_link })) => {
                if *log_targets {
                    check_positive(values.as_ref(), &self.output_names, place)?;
                }
                let logs = log_targets.then(|| logarithms(values.as_ref()));
                let learnt = logs.as_ref().map_or(values.as_ref(), Mat::as_ref);
                let prepared = scaled(learnt, scale)?;
                if let Some((k, j)) = log_link.then(|| first_negative(values.as_ref())).flatten() {
                    return Err(ModelError::Negative {
                        place: place(j),
                        column: self.output_names[k].clone(),
                        value: values[(k, j)],
                    });
                }
                let blame = |k: usize, j| Ok((self.output_names[k].as_str(), values[(k, j)]));
                let values = narrowed(prepared.as_ref(), place, blame)?;
                let names = self.output_names.clone();
                Dataset::new(x.into(), Target::Values { values, names })?
            }
            (Target::Classes { .. }, Some(_)) => {
                return Err(ModelError::Targets { expected: "real values", actual: "classes" });
            }
            (Target::Values { .. }, None) => {
                return Err(ModelError::Targets { expected: "classes", actual: "real values" });
            }
        };
        let prepared = match weights {
            None => prepared,
            Some(weights) => {
                let row = MatRef::from_row_major_slice(weights, 1, weights.len());
                let row: Mat<T> = narrowed(row, place, |_, j| Ok(("weight", weights[j])))?;
                prepared.with_weights((0..row.ncols()).map(|j| row[(0, j)]).collect::<Vec<_>>())?
            }
        };
        let prepared = match places {
            None => prepared,
            Some(places) => prepared.with_places(places)?,
        };
        let prepared = prepared.with_output_names(&self.output_names)?;
        let prepared = prepared.with_target_name(&self.target_name);
        Ok(prepared.with_feature_names(self.input_names())?)
    }

    /// The features of examples as a model takes them.
    ///
    /// # Shapes
    /// `x`: features x n.
    ///
    /// # Errors
    /// If there is another number of features; [`ModelError::OutOfRange`] for values that are
    /// not finite, are too large for `T`, or are made so by preprocessing.
    pub fn inputs<T: Scalar>(&self, x: MatRef<'_, f64>) -> Result<Mat<T>, ModelError> {
        self.inputs_at(x, Place::Example)
    }

    /// The same of examples whose places are known.
    pub(crate) fn inputs_at<T: Scalar>(
        &self,
        x: MatRef<'_, f64>,
        place: impl Fn(usize) -> Place + Sync,
    ) -> Result<Mat<T>, ModelError> {
        self.inputs_on(x, &Threads::single(), place)
    }
}

/// The same numbers in the model's type.
///
/// # Errors
/// If one is infinite or NaN there; `blame(row, column)` is then the name of the column in the
/// data that is to blame, and the value there.
fn narrowed<'a, T: Scalar>(
    prepared: MatRef<'_, f64>,
    place: impl Fn(usize) -> Place,
    blame: impl FnOnce(usize, usize) -> Result<(&'a str, f64), ShapeError>,
) -> Result<Mat<T>, ModelError> {
    let (rows, columns) = prepared.shape();
    let mut to = try_zeros("Preparation", "the numbers", rows, columns)?;
    narrow(prepared, to.as_mut(), place, blame)?;
    Ok(to)
}

/// Writes them there.
fn narrow<'a, T: Scalar>(
    prepared: MatRef<'_, f64>,
    mut to: MatMut<'_, T>,
    place: impl Fn(usize) -> Place,
    blame: impl FnOnce(usize, usize) -> Result<(&'a str, f64), ShapeError>,
) -> Result<(), ModelError> {
    for j in 0..prepared.ncols() {
        let to = column_mut(to.as_mut(), j);
        match prepared.row_stride() {
            1 => convert(column(prepared, j), to),
            _ => to.iter_mut().enumerate().for_each(|(i, to)| *to = T::from_f64(prepared[(i, j)])),
        }
    }
    let Some((row, example)) = first_non_finite(to.as_ref()) else { return Ok(()) };
    let (column, value) = blame(row, example)?;
    let (place, column) = (place(example), column.to_owned());
    let prepared = prepared[(row, example)];
    Err(ModelError::OutOfRange { place, column, value, prepared, scalar: T::NAME })
}

/// An error of fitting that names the column, where there is one to name.
fn too_far_apart(error: PreprocessError, names: &[String]) -> ModelError {
    let first = match &error {
        PreprocessError::Step { step: 0, source, .. } => source,
        error => error,
    };
    match first {
        PreprocessError::Overflow { feature } => {
            ModelError::TooFarApart { column: names[*feature].clone() }
        }
        _ => error.into(),
    }
}
