use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::Sender;

use densely::formats::{ModelFile, Provenance};
use densely::loss::LossKinds;
use densely::models::{Epoch, History, Predictor, Preparation};
use densely::optim::OptimizerState;
use densely::tensor::{
    Key, Mat, MatRef, Purpose, Scalar, ShapeError, Stream, Threads, column, column_mut, try_zeros,
};
use densely_data::{Dataset, Target, mean_weight, split_indices};

use crate::any::{Number, Trained};
use crate::failure::Failure;
use crate::lent::Lent;
use crate::options::Options;
use crate::weighted::{for_more, weighted};

/// Examples to learn from, or to validate on.
pub(crate) struct Examples<'a, S: Scalar> {
    /// Features x n.
    pub(crate) x: Matrix<'a, S>,
    pub(crate) target: Target<f64>,
    pub(crate) weights: Option<Vec<f64>>,
}

/// A matrix of one's own, or of another.
pub(crate) enum Matrix<'a, S: Scalar> {
    Borrowed(MatRef<'a, S>),
    Owned(Mat<S>),
}

impl<S: Scalar> Matrix<'_, S> {
    fn get(&self) -> MatRef<'_, S> {
        match self {
            Self::Borrowed(x) => *x,
            Self::Owned(x) => x.as_ref(),
        }
    }
}

impl<'a, S: Scalar> Examples<'a, S> {
    pub(crate) fn new(x: MatRef<'a, S>, target: Target<f64>, weights: Option<Vec<f64>>) -> Self {
        Self { x: Matrix::Borrowed(x), target, weights }
    }

    fn subset(&self, indices: &[usize]) -> Result<Self, Failure> {
        let x = self.x.get();
        let mut chosen = try_zeros("fit", "the training part", x.nrows(), indices.len())?;
        for (j, &index) in indices.iter().enumerate() {
            column_mut(chosen.as_mut(), j).copy_from_slice(column(x, index));
        }
        let weights = self.weights.as_ref();
        let weights = weights.map(|weights| indices.iter().map(|&index| weights[index]).collect());
        let x = Matrix::Owned(chosen);
        Ok(Self { x, target: self.target.subset(indices)?, weights })
    }

    /// As a network takes them, with weights of which the mean is 1.
    fn prepared<T: Scalar>(
        &self,
        preparation: &Preparation,
        options: &Options,
        threads: &Threads,
    ) -> Result<Dataset<T>, Failure> {
        let weights = self.weights.as_ref().map(|weights| {
            let mean = mean_weight(weights);
            weights.iter().map(|weight| weight / mean).collect::<Vec<_>>()
        });
        let data = preparation.examples(self.x.get(), &self.target, weights.as_deref(), threads)?;
        Ok(match &options.class_weights {
            None => data,
            Some(weights) => {
                let weights: Vec<T> = weights.iter().map(|&weight| T::from_f64(weight)).collect();
                data.with_class_weights(&weights)?
            }
        })
    }

    fn prepare(&self, options: &Options) -> Result<Preparation, Failure> {
        let x = self.x.get();
        let (names, kinds) =
            (&options.feature_names, options.preprocess.iter().map(String::as_str));
        let target = &options.target_name;
        let preparation = Preparation::fit_arrays(kinds, x, names, &self.target, target)?;
        let preparation = match options.log_targets {
            true => preparation.with_log_targets(&self.target)?,
            false => preparation,
        };
        let preparation = match &self.weights {
            None => preparation,
            Some(weights) => {
                let wide = match S::as_f64(x) {
                    Some(_) => None,
                    None => Some(Mat::from_fn(x.nrows(), x.ncols(), |i, j| x[(i, j)].to_f64())),
                };
                let x = S::as_f64(x).or(wide.as_ref().map(Mat::as_ref)).expect("one of the two");
                weighted(preparation, x, self.target.values(), weights)?
            }
        };
        let preparation = if options.partial { for_more(preparation)? } else { preparation };
        let Some(loss) = &options.loss else { return Ok(preparation) };
        Ok(preparation.for_loss(&*LossKinds::<f64>::new().get(loss.as_str())?)?)
    }
}

/// What a training is of: data, options, and a network that it goes on from.
pub(crate) struct Task<'a, S: Scalar, T: Scalar> {
    pub(crate) train: Examples<'a, S>,
    pub(crate) validation: Option<Examples<'a, S>>,
    pub(crate) options: &'a Options,
    pub(crate) previous: Option<&'a Trained<T>>,
}

impl<S: Scalar, T: Number> Task<'_, S, T> {
    /// Trains, as [`densely::models::Trainer::fit_predictor`] does.
    pub(crate) fn run(
        self,
        stop: &AtomicBool,
        heard: &Sender<Epoch>,
    ) -> Result<(Trained<T>, History), Failure> {
        let Self { train, validation, options, previous } = self;
        let optimizer = options.optimizer::<T>()?;
        let threads = Threads::new(options.threads)?;
        let (train, validation) = match (validation, options.validation_fraction) {
            (None, fraction) if fraction > 0.0 => {
                let key = Key { epoch: 1, ..Key::default() };
                let mut stream = Stream::new(options.seed, Purpose::Split, key);
                let (rest, held_out) = split_indices(&train.target, fraction, &mut stream)?;
                let held_out = train.subset(&held_out)?;
                (train.subset(&rest)?, Some(held_out))
            }
            (validation, _) => (train, validation),
        };
        let preparation = match previous {
            Some(previous) => previous.file.predictor.preparation().clone(),
            None => train.prepare(options)?,
        };
        let data = train.prepared::<T>(&preparation, options, &threads)?;
        let validation =
            validation.map(|examples| examples.prepared::<T>(&preparation, options, &threads));
        let validation = validation.transpose()?;
        let model = match previous {
            Some(previous) => previous.file.predictor.model().clone(),
            None => {
                let mut model = options.network(data.features(), &train.target)?.build::<T>()?;
                model.initialize_for_tables(options.seed);
                model
            }
        };
        let mut predictor = Predictor::new(preparation, model)?;
        let mut lent = Lent::new(optimizer);
        let parts = previous.map_or(0, |previous| previous.parts);
        if let (true, Some(state)) = (options.partial, previous.and_then(|p| p.optimizer.clone())) {
            OptimizerState::restore(state, &mut lent, predictor.model().network())?;
        }
        let trainer = options.trainer(lent.share(), &threads, parts)?.stop_flag(stop);
        let trainer = match &validation {
            None => trainer,
            Some(validation) => trainer.validation_data(validation),
        };
        let trainer = trainer.target_units(predictor.preparation().target_units().cloned());
        let trainer = match options.patience {
            None => trainer,
            Some(patience) => trainer.patience(patience),
        };
        let trainer = trainer.on_epoch(|epoch, _| {
            // Nobody listens any more if the training is to end.
            let _ = heard.send(*epoch);
            ControlFlow::Continue(())
        });
        let history = trainer.fit(predictor.model_mut(), &data)?;
        let state = options.partial.then(|| lent.state(predictor.model().network())).transpose()?;
        let provenance = Provenance {
            program: concat!("densely ", env!("CARGO_PKG_VERSION"), " for Python").to_owned(),
            data: "arrays in memory".to_owned(),
            options: options.provenance.clone(),
            results: BTreeMap::new(),
        };
        let file = ModelFile { predictor, provenance };
        let parts = parts + u64::from(options.partial);
        Ok((Trained { file, optimizer: state, parts }, history))
    }
}

/// As many of each as there are examples.
pub(crate) fn expect_examples(what: &'static str, n: usize, actual: usize) -> Result<(), Failure> {
    Ok(ShapeError::expect("fit", what, n, actual)?)
}
