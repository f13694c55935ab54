use std::borrow::Borrow;

use densely_data::{Dataset, Place, Target};
use densely_preprocess::{Method, PreprocessError, Preprocessor, Standardize, Transform};
use densely_tensor::{Mat, MatRef, Scalar, ShapeError, first_non_finite};

use crate::ModelError;

/// What is done to raw data before a model sees them, and undone after: fitted on the
/// training part, and the same for all data from then on.
///
/// Features go through a [`Preprocessor`]. Real targets are standardised, so that the
/// size of the loss, and with it a good learning rate, does not depend on their units.
///
/// ```
/// use densely_data::Dataset;
/// use densely_models::Preparation;
/// use densely_preprocess::Method;
/// use densely_tensor::mat;
///
/// let train = Dataset::regression(mat![[1.0, 3.0]], mat![[100.0, 300.0]])?;
/// let preparation = Preparation::fit(Method::Center, &train)?;
/// let prepared = preparation.dataset::<f32>(&train)?;
/// assert_eq!(prepared.x(), mat![[-1.0_f32, 1.0]]);
/// assert_eq!(prepared.values().unwrap(), mat![[-1.0_f32, 1.0]]);
/// # Ok::<(), densely_models::ModelError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Preparation {
    feature_names: Vec<String>,
    target_name: String,
    output_names: Vec<String>,
    preprocessor: Preprocessor,
    target_scale: Option<Standardize>,
}

impl Preparation {
    /// Fits the preprocessing to the training data.
    ///
    /// # Errors
    /// If the method cannot be fitted to the data.
    pub fn fit(method: impl Borrow<Method>, train: &Dataset<f64>) -> Result<Self, ModelError> {
        let (feature_names, output_names) = (train.feature_names(), train.output_names());
        let target_scale = train.values().map(Standardize::fit).transpose();
        let preprocessor = method.borrow().fit(train.x());
        Ok(Self {
            feature_names: feature_names.to_vec(),
            target_name: train.target_name().to_owned(),
            output_names: output_names.to_vec(),
            preprocessor: preprocessor.map_err(|error| too_far_apart(error, feature_names))?,
            target_scale: target_scale.map_err(|error| too_far_apart(error, output_names))?,
        })
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
        preprocessor: Preprocessor,
        target_scale: Option<Standardize>,
    ) -> Result<Self, ModelError> {
        let (features, outputs) = (preprocessor.in_features(), output_names.len());
        ShapeError::expect("Preparation", "feature names", features, feature_names.len())?;
        ShapeError::expect_some("Preparation", "output names", outputs)?;
        if let Some(scale) = &target_scale {
            ShapeError::expect("Preparation", "output names", scale.in_features(), outputs)?;
        }
        Ok(Self { feature_names, target_name, output_names, preprocessor, target_scale })
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
        self.target_scale.is_none().then_some(&self.output_names)
    }

    /// What is done to the features.
    #[must_use]
    pub fn preprocessor(&self) -> &Preprocessor {
        &self.preprocessor
    }

    /// What is done to real targets; `None` for classes.
    #[must_use]
    pub fn target_scale(&self) -> Option<&Standardize> {
        self.target_scale.as_ref()
    }

    /// The examples as a model takes them.
    ///
    /// # Errors
    /// If the data have other features or outputs; [`ModelError::OutOfRange`] for values that
    /// are too large for `T`, or are made so by preprocessing.
    pub fn dataset<T: Scalar>(&self, data: &Dataset<f64>) -> Result<Dataset<T>, ModelError> {
        let outputs = self.output_names.len();
        ShapeError::expect("Preparation", "outputs", outputs, data.outputs())?;
        let place = |example| data.place(example);
        let x = self.inputs_at(data.x(), place)?;
        let prepared = match (data.target(), &self.target_scale) {
            (Target::Classes { labels, .. }, None) => {
                Dataset::classification(x, labels.clone(), outputs)?
            }
            (Target::Values { values, .. }, Some(scale)) => {
                let prepared = scale.transform(values.as_ref())?;
                let blame = |k: usize, j| Ok((self.output_names[k].as_str(), values[(k, j)]));
                let values = narrowed(prepared.as_ref(), place, blame)?;
                Dataset::regression(x, values)?
            }
            (Target::Classes { .. }, Some(_)) => {
                return Err(ModelError::Targets { expected: "real values", actual: "classes" });
            }
            (Target::Values { .. }, None) => {
                return Err(ModelError::Targets { expected: "classes", actual: "real values" });
            }
        };
        let prepared = match data.weights() {
            None => prepared,
            Some(weights) => {
                let row = MatRef::from_row_major_slice(weights, 1, weights.len());
                let row: Mat<T> = narrowed(row, place, |_, j| Ok(("weight", weights[j])))?;
                prepared.with_weights((0..row.ncols()).map(|j| row[(0, j)]).collect::<Vec<_>>())?
            }
        };
        Ok(prepared.with_output_names(&self.output_names)?)
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
        place: impl Fn(usize) -> Place,
    ) -> Result<Mat<T>, ModelError> {
        let prepared = self.preprocessor.transform(x)?;
        narrowed(prepared.as_ref(), place, |input, example| {
            let feature = self.to_blame::<T>(input, x.subcols(example, 1))?;
            Ok((self.feature_names[feature].as_str(), x[(feature, example)]))
        })
    }

    /// The feature of an example `x` that makes an input of the network infinite or NaN: the
    /// one without which it would not be, and if there is no such feature, the largest.
    fn to_blame<T: Scalar>(&self, input: usize, x: MatRef<'_, f64>) -> Result<usize, ShapeError> {
        let mut features: Vec<usize> = (0..x.nrows()).collect();
        // NaN is the largest of all.
        features.sort_by(|&a, &b| x[(b, 0)].abs().total_cmp(&x[(a, 0)].abs()));
        // Many methods make of each feature the input of the same index.
        let own = (input < x.nrows()).then_some(input);
        let zeros = Mat::zeros(self.preprocessor.out_features(), 1);
        let origin = self.preprocessor.inverse_transform(zeros.as_ref())?;
        for feature in own.into_iter().chain(features.iter().copied()) {
            let mut without = x.to_owned();
            without[(feature, 0)] = origin[(feature, 0)];
            let prepared = self.preprocessor.transform(without.as_ref())?;
            if Scalar::is_finite(T::from_f64(prepared[(input, 0)])) {
                return Ok(feature);
            }
        }
        Ok(features[0])
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
    let narrow =
        Mat::from_fn(prepared.nrows(), prepared.ncols(), |i, j| T::from_f64(prepared[(i, j)]));
    match first_non_finite(narrow.as_ref()) {
        None => Ok(narrow),
        Some((row, example)) => {
            let (column, value) = blame(row, example)?;
            let (place, column) = (place(example), column.to_owned());
            let prepared = prepared[(row, example)];
            Err(ModelError::OutOfRange { place, column, value, prepared, scalar: T::NAME })
        }
    }
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
