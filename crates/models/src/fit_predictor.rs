use densely_data::Dataset;
use densely_layers::Kind;
use densely_tensor::Scalar;

use crate::training::split_off;
use crate::{History, IntoModel, ModelError, Predictor, Preparation, Trainer};

impl<T: Scalar> Trainer<'_, T> {
    /// Prepares raw data, trains a model on them, and returns it with the preparation: ready to predict
    /// from data like these.
    ///
    /// What is set aside by [`validation`](Self::validation) is so before anything is fitted: neither
    /// the preparation nor the weights know of it. Validation data that are
    /// [given](Self::validation_data) are prepared already.
    ///
    /// # Errors
    /// Those of [`Preparation::fit`], of [`Predictor::new`] and of [`fit`](Self::fit).
    ///
    /// ```
    /// use densely_data::digits;
    /// use densely_models::{Mlp, Trainer};
    /// use densely_tensor::Threads;
    ///
    /// let (train, test) = digits().split(0.2, 7)?;
    /// let network = Mlp::classifier(64, 10).hidden([32]);
    /// let trainer = Trainer::<f32>::default();
    /// let (predictor, history) = trainer.fit_predictor(["standardize"], network, &train)?;
    /// assert!(predictor.evaluate(&test, &Threads::single())?.score() > 0.95);
    /// assert!(history.kept().validation.is_some());
    /// # Ok::<(), densely_models::ModelError>(())
    /// ```
    pub fn fit_predictor(
        self,
        preprocess: impl IntoIterator<Item: Into<Kind>>,
        model: impl IntoModel<T>,
        data: &Dataset<f64>,
    ) -> Result<(Predictor<T>, History), ModelError> {
        self.check()?;
        let (fraction, seed) = (self.validation_fraction, self.seed);
        let split = match self.validation_data {
            None if fraction > 0.0 => Some(split_off(data, fraction, seed)?),
            _ => None,
        };
        let train = split.as_ref().map_or(data, |(train, _)| train);
        let mut predictor = Predictor::new(Preparation::fit(preprocess, train)?, model)?;
        let preparation = predictor.preparation();
        let prepared = preparation.dataset::<T>(train)?;
        let validation = split.as_ref().map(|(_, validation)| preparation.dataset::<T>(validation));
        let validation = validation.transpose()?;
        let trainer = match &validation {
            None => self,
            Some(validation) => self.validation_data(validation),
        };
        let trainer = trainer.target_units(preparation.target_units().cloned());
        let history = trainer.fit(predictor.model_mut(), &prepared)?;
        Ok((predictor, history))
    }
}

#[cfg(test)]
mod tests {
    use densely_tensor::Mat;

    use super::*;
    use crate::Mlp;

    /// The scale of the features is that of the examples that are not set aside.
    #[test]
    fn the_preparation_knows_nothing_of_the_validation_part() {
        let x = Mat::from_fn(1, 40, |_, j| if j % 2 == 0 { j as f64 } else { -(j as f64).exp() });
        let y = Mat::from_fn(1, 40, |_, j| (j as f64).sin());
        let data = Dataset::regression(x, y).unwrap();
        let (rest, _) = split_off(&data, 0.5, 3).unwrap();
        let fit = |trainer: Trainer<'_, f64>| {
            let spec = Mlp::regressor(1, 1).hidden([2]);
            trainer.seed(3).epochs(2).fit_predictor(["standardize"], spec, &data).unwrap().0
        };
        let halved = fit(Trainer::default().validation(0.5));
        assert_eq!(halved.preparation(), &Preparation::fit(["standardize"], &rest).unwrap());
        let whole = fit(Trainer::new(densely_optim::Sgd::new(1e-3)));
        assert_eq!(whole.preparation(), &Preparation::fit(["standardize"], &data).unwrap());
        assert_ne!(whole.preparation(), halved.preparation());
    }
}
