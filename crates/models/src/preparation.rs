use std::borrow::Borrow;

use densely_data::{Dataset, Target};
use densely_preprocess::{Method, Preprocessor, Standardize, Transform};
use densely_tensor::{Mat, MatRef, Scalar, ShapeError};

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
        let target_scale = train.values().map(Standardize::fit).transpose()?;
        Ok(Self {
            feature_names: train.feature_names().to_vec(),
            target_name: train.target_name().to_owned(),
            output_names: train.output_names().to_vec(),
            preprocessor: method.borrow().fit(train.x())?,
            target_scale,
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
    /// If the data have other features or outputs, or values that are too large for `T`.
    pub fn dataset<T: Scalar>(&self, data: &Dataset<f64>) -> Result<Dataset<T>, ModelError> {
        let outputs = self.output_names.len();
        ShapeError::expect("Preparation", "outputs", outputs, data.outputs())?;
        let x = self.preprocessor.transform(data.x())?;
        let prepared = match (data.target(), &self.target_scale) {
            (Target::Classes { labels, .. }, None) => {
                Dataset::classification(x, labels.clone(), outputs)?
            }
            (Target::Values { values, .. }, Some(scale)) => {
                Dataset::regression(x, scale.transform(values.as_ref())?)?
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
            Some(weights) => prepared.with_weights(weights)?,
        };
        Ok(prepared.with_output_names(&self.output_names)?.cast()?)
    }

    /// The features of examples as a model takes them.
    ///
    /// # Shapes
    /// `x`: features x n.
    ///
    /// # Errors
    /// If there is another number of features.
    pub fn inputs<T: Scalar>(&self, x: MatRef<'_, f64>) -> Result<Mat<T>, ModelError> {
        let x = self.preprocessor.transform(x)?;
        Ok(Mat::from_fn(x.nrows(), x.ncols(), |i, j| T::from_f64(x[(i, j)])))
    }
}
