use std::fmt::Write;

use densely_data::Place;
use densely_table::Column;
use densely_tensor::{Mat, MatRef, Scalar, Threads};

use crate::model::classify_columns;
use crate::{ModelError, Prediction, Predictor, Preparation};

/// Answers of a [`Predictor`] to examples: all of them from scores that were computed once.
///
/// ```
/// use densely_data::digits;
/// use densely_models::{Mlp, Prediction, Predictor, Preparation};
/// use densely_tensor::Threads;
///
/// let digits = digits();
/// let preparation = Preparation::fit(["standardize"], &digits)?;
/// let predictor = Predictor::<f32>::new(preparation, Mlp::classifier(64, 10))?;
/// let answers = predictor.answers(digits.x(), &Threads::single())?;
/// let Prediction::Classes(classes) = answers.prediction()? else { panic!() };
/// let probabilities = answers.probabilities()?.expect("its loss is softmax");
/// let most = (0..10).max_by(|&i, &j| probabilities[(i, 0)].total_cmp(&probabilities[(j, 0)]));
/// assert_eq!(most, Some(classes[0]));
/// # Ok::<(), densely_models::ModelError>(())
/// ```
#[derive(Debug)]
pub struct Answers<'a, T: Scalar> {
    predictor: &'a Predictor<T>,
    scores: Mat<T>,
}

impl<'a, T: Scalar> Answers<'a, T> {
    pub(crate) fn new(predictor: &'a Predictor<T>, scores: Mat<T>) -> Self {
        Self { predictor, scores }
    }

    /// What the network puts out for them, outputs x n; all of it finite.
    #[must_use]
    pub fn scores(&self) -> MatRef<'_, T> {
        self.scores.as_ref()
    }

    /// The most likely class of each example, or its values.
    ///
    /// # Errors
    /// [`ModelError::PredictionTooLarge`] for an example whose value in the units of the target is infinite.
    pub fn prediction(&self) -> Result<Prediction, ModelError> {
        self.prediction_on(&Threads::single())
    }

    fn prediction_on(&self, threads: &Threads) -> Result<Prediction, ModelError> {
        let Self { predictor, scores } = self;
        Ok(match predictor.preparation().target_scale() {
            None => {
                let loss = predictor.model().loss();
                Prediction::Classes(classify_columns(loss, scores.as_ref(), threads))
            }
            Some(_) => Prediction::Values(predictor.values(scores, Place::Example)?),
        })
    }

    /// The probability of each class, classes x n; `None` if the loss defines none.
    ///
    /// # Errors
    /// If there is no memory for them.
    pub fn probabilities(&self) -> Result<Option<Mat<T>>, ModelError> {
        Ok(self.predictor.model().probabilities_of(self.scores.as_ref())?)
    }

    /// The prediction as columns of a table: one of classes, or one for each output. Classes that are all numbers, as
    /// they were in the table then, are numbers again.
    ///
    /// # Errors
    /// Those of [`prediction`](Self::prediction).
    ///
    /// # Panics
    /// If there are not as many names as [`Preparation::answer_names`] has.
    pub fn columns(&self, names: &[String], threads: &Threads) -> Result<Vec<Column>, ModelError> {
        let preparation = self.predictor.preparation();
        assert_eq!(names.len(), preparation.answer_names().len(), "names of columns");
        Ok(match self.prediction_on(threads)? {
            Prediction::Classes(indices) => {
                vec![classes(preparation).gather(indices).with_name(&names[0])]
            }
            Prediction::Values(values) => of_rows(&values, names, threads),
        })
    }

    /// The probabilities as columns of a table, each called `p_` and the class.
    ///
    /// # Errors
    /// Those of [`probabilities`](Self::probabilities).
    pub fn probability_columns(
        &self,
        threads: &Threads,
    ) -> Result<Option<Vec<Column>>, ModelError> {
        let names = self.predictor.preparation().output_names().iter();
        let names: Vec<_> = names.map(|name| format!("p_{name}")).collect();
        Ok(self.probabilities()?.map(|probabilities| of_rows(&probabilities, &names, threads)))
    }
}

/// The names of the classes as cells: numbers if all are, as they were in the table then.
fn classes(preparation: &Preparation) -> Column {
    let names = preparation.output_names();
    let column = Column::of_cells("", names);
    let is_same = |(i, name): (usize, &String)| column.text(i).as_deref() == Some(name);
    match names.iter().enumerate().all(is_same) {
        true => column,
        false => Column::texts("", names.iter().map(Some)),
    }
}

/// The rows of a matrix as columns. An `f32` becomes the number of the same text: with the digits that it has, and
/// no others.
fn of_rows<T: Scalar>(x: &Mat<T>, names: &[String], threads: &Threads) -> Vec<Column> {
    threads.map(names.len(), |i| {
        let mut text = String::new();
        let mut widened = |value: T| {
            if T::NAME == f64::NAME {
                return value.to_f64();
            }
            text.clear();
            write!(text, "{value:?}").expect("a string takes what is written");
            text.parse().expect("the text of a number")
        };
        Column::numbers(&names[i], (0..x.ncols()).map(|j| widened(x[(i, j)])).collect())
    })
}
