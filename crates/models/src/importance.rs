use densely_data::Dataset;
use densely_tensor::{Key, Mat, Purpose, Scalar, Stream, Threads};

use crate::model::targets;
use crate::{Evaluation, ModelError, Predictor, Workspace};

/// How much a model relies on each column of a table: how much worse its predictions become when
/// the values of the column are dealt out to other examples.
///
/// The importance of a column is the mean over `R` permutations `πᵣ` of the examples,
///
/// `I = (1/R) Σᵣ L(x with the column of example πᵣ(j) in example j) − L(x)`,
///
/// with the mean loss `L` of the model; and the same of its score, accuracy or R², the other way
/// round. All features of a column move together, as those of a category. A column that the
/// model does not look at has exactly 0. Columns that say the same may both have little, since each
/// stands in for the other. It is to be measured on examples that were held out: on those of the
/// training, it says what was learnt by heart, too.
///
/// The same seed gives the same bits at any number of threads.
///
/// ```
/// use densely_data::Dataset;
/// use densely_models::{Mlp, PermutationImportance, Trainer};
/// use densely_tensor::{Mat, Threads};
///
/// // The second feature is noise.
/// let x = Mat::from_fn(2, 60, |i, j| if i == 0 { j as f64 } else { (j * j % 7) as f64 });
/// let y = Mat::from_fn(1, 60, |_, j| 3.0 * j as f64);
/// let data = Dataset::regression(x, y)?;
/// let network = Mlp::regressor(2, 1).hidden([8]);
/// let (predictor, _) = Trainer::<f64>::default().fit_predictor(["standardize"], network, &data)?;
/// let of = PermutationImportance::new().measure(&predictor, &data, &Threads::single())?;
/// assert!(of[0].score_drop > 1.0 && of[1].score_drop < 0.1, "{of:?}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// L. Breiman, "Random forests" (2001), for forests; A. Fisher, C. Rudin and F. Dominici, "All models
/// are wrong, but many are useful" (2019), for any model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PermutationImportance {
    repeats: u32,
    seed: u64,
}

/// How much a model relies on a column.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Importance {
    /// The name of the column.
    pub column: String,
    /// By how much the mean loss rises.
    pub loss_rise: f64,
    /// By how much the accuracy falls, or R².
    pub score_drop: f64,
    /// The standard deviation of the rise over the permutations, `√((1/R) Σ (rᵣ − r̄)²)`.
    pub deviation: f64,
}

impl Default for PermutationImportance {
    fn default() -> Self {
        Self { repeats: 5, seed: 0 }
    }
}

impl PermutationImportance {
    /// Of 5 permutations for each column, with seed 0.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// With so many permutations for each column.
    #[must_use]
    pub fn repeats(self, repeats: u32) -> Self {
        Self { repeats, ..self }
    }

    /// With this seed of the permutations.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// The importance of each column of the [encoding](crate::Preparation::encoding), in order.
    ///
    /// It takes as long as the prediction of all examples for each column and permutation, on
    /// these threads.
    ///
    /// # Errors
    /// As [`Predictor::evaluate`], and [`ModelError::Option`] for no permutation.
    pub fn measure<T: Scalar>(
        self,
        predictor: &Predictor<T>,
        data: &Dataset<f64>,
        threads: &Threads,
    ) -> Result<Vec<Importance>, ModelError> {
        if self.repeats == 0 {
            return Err(ModelError::option("the number of permutations", "at least 1", &0));
        }
        let shuffled = Shuffled::new(predictor, data)?;
        let before = shuffled.evaluate(shuffled.prepared.x().to_owned(), &mut Workspace::new())?;
        let (encoding, sources) =
            (predictor.preparation().encoding(), predictor.preparation().encoding().sources());
        let of_column = |column: usize| {
            let features: Vec<usize> =
                (0..sources.len()).filter(|&i| sources[i] == column).collect();
            let mut workspace = Workspace::new();
            let (mut rises, mut drop) = (Vec::new(), 0.0);
            for repeat in 0..self.repeats {
                let after = shuffled.evaluation(
                    &self.order(column, repeat, data.len()),
                    &features,
                    &mut workspace,
                )?;
                rises.push(after.loss() - before.loss());
                drop += before.score() - after.score();
            }
            let count = f64::from(self.repeats);
            let rise = rises.iter().sum::<f64>() / count;
            let squares: f64 = rises.iter().map(|other| (other - rise).powi(2)).sum();
            Ok(Importance {
                column: encoding.encoders()[column].column.clone(),
                loss_rise: rise,
                score_drop: drop / count,
                deviation: (squares / count).sqrt(),
            })
        };
        threads.map(encoding.encoders().len(), of_column).into_iter().collect()
    }

    /// Which example each has the column of.
    fn order(self, column: usize, repeat: u32, examples: usize) -> Vec<usize> {
        // No training shuffles for a layer.
        let key = Key { epoch: repeat, layer: 1, column: column as u64, ..Key::default() };
        let mut order: Vec<usize> = (0..examples).collect();
        Stream::new(self.seed, Purpose::Shuffle, key).shuffle(&mut order);
        order
    }
}

/// A model, and examples whose columns are dealt out anew.
struct Shuffled<'a, T: Scalar> {
    predictor: &'a Predictor<T>,
    data: &'a Dataset<f64>,
    prepared: Dataset<T>,
}

impl<'a, T: Scalar> Shuffled<'a, T> {
    fn new(predictor: &'a Predictor<T>, data: &'a Dataset<f64>) -> Result<Self, ModelError> {
        let prepared = predictor.preparation().dataset::<T>(data)?;
        predictor.model().check(&prepared)?;
        Ok(Self { predictor, data, prepared })
    }

    /// With these features of each example from that which `order` says.
    fn evaluation(
        &self,
        order: &[usize],
        features: &[usize],
        workspace: &mut Workspace<T>,
    ) -> Result<Evaluation, ModelError> {
        let preparation = self.predictor.preparation();
        let x = match preparation.pipeline().keeps_features() {
            // What becomes of a feature is its own.
            true => deal(self.prepared.x().to_owned(), order, features),
            false => {
                let x = deal(self.data.x().to_owned(), order, features);
                preparation.inputs_at(x.as_ref(), |example| self.data.place(example))?
            }
        };
        self.evaluate(x, workspace)
    }

    #[allow(clippy::needless_pass_by_value, reason = "it was made for this")]
    fn evaluate(&self, x: Mat<T>, workspace: &mut Workspace<T>) -> Result<Evaluation, ModelError> {
        let (model, units) = (self.predictor.model(), self.predictor.preparation().target_units());
        let scores = model.predict_with(x.as_ref(), workspace)?;
        let (targets, threads) = (targets(&self.prepared), Threads::single());
        Ok(Evaluation::new(model.loss(), scores, targets, units, &threads))
    }
}

/// With these rows of each column from that which `order` says.
fn deal<T: Scalar>(mut x: Mat<T>, order: &[usize], rows: &[usize]) -> Mat<T> {
    for &i in rows {
        let row: Vec<T> = order.iter().map(|&j| x[(i, j)]).collect();
        row.into_iter().enumerate().for_each(|(j, value)| x[(i, j)] = value);
    }
    x
}
