use std::fmt;

use densely_tensor::{
    Key, Mat, MatRef, Purpose, Scalar, ShapeError, Stream, first_non_finite, matrix_bytes,
    try_zeros,
};

use crate::checks::{check_features, check_finite, check_names, check_shape};
use crate::{DataError, Features, Inputs, Place, Target, fold_indices, split_indices};

/// Examples that have been checked, and can be trained on as they are.
///
/// There is at least one example and one feature, every example has a target, every
/// label names a class, and every number is finite.
///
/// # Shapes
/// `x` is features x n, one example per column; real targets are outputs x n.
///
/// ```
/// use densely_data::Dataset;
/// use densely_tensor::mat;
///
/// let x = mat![[0.0, 1.0, 2.0], [5.0, 5.0, 7.0]];
/// let dataset = Dataset::classification(x, vec![0, 1, 0], 2)?
///     .with_feature_names(["height", "width"])?
///     .with_output_names(["cat", "dog"])?;
/// assert_eq!((dataset.features(), dataset.len(), dataset.outputs()), (2, 3, 2));
///
/// let last = dataset.subset(&[2])?;
/// assert_eq!((last.x()[(0, 0)], last.x()[(1, 0)]), (2.0, 7.0));
/// # Ok::<(), densely_data::DataError>(())
/// ```
#[derive(Clone)]
pub struct Dataset<T: Scalar> {
    x: Features<T>,
    target: Target<T>,
    weights: Option<Vec<T>>,
    feature_names: Vec<String>,
    target_name: String,
    /// Where the examples come from, if not from memory.
    places: Option<Vec<Place>>,
}

impl<T: Scalar> Dataset<T> {
    /// Examples with a class each. Features are named `x0, x1, ...`, classes `0, 1, ...`,
    /// and what there is to predict, `class`.
    ///
    /// A class may have no example.
    ///
    /// # Shapes
    /// `x`: features x n, `labels`: n.
    ///
    /// # Errors
    /// [`DataError::Shape`] for no examples, no features, no classes, more classes than
    /// there is memory to name, or another number of labels than of examples;
    /// [`DataError::LabelOutOfRange`]; [`DataError::NotFinite`].
    pub fn classification(
        x: Mat<T>,
        labels: Vec<usize>,
        classes: usize,
    ) -> Result<Self, DataError> {
        let bytes = bytes_of_names(classes);
        ShapeError::expect_memory("Dataset::classification", "the names of the classes", bytes)?;
        Self::new(x.into(), Target::Classes { labels, names: numbered("", classes) })
    }

    /// Examples with real targets. Features are named `x0, x1, ...`, outputs `y0, y1, ...`,
    /// and what there is to predict, `value`.
    ///
    /// # Shapes
    /// `x`: features x n, `values`: outputs x n.
    ///
    /// # Errors
    /// [`DataError::Shape`] for no examples, no features, no outputs, or another number
    /// of targets than of examples; [`DataError::NotFinite`].
    pub fn regression(x: Mat<T>, values: Mat<T>) -> Result<Self, DataError> {
        let names = numbered("y", values.nrows());
        Self::new(x.into(), Target::Values { values, names })
    }

    /// Examples of features that are in memory in one way or another, with a class or real targets. Features are named
    /// `x0, x1, ...`, and what there is to predict, `class` or `value`.
    ///
    /// # Errors
    /// Those of [`classification`](Self::classification) and [`regression`](Self::regression).
    ///
    /// ```
    /// use densely_data::{Dataset, OneHot, OneHotGroup, Target};
    /// use densely_tensor::{Mat, mat};
    ///
    /// let group = OneHotGroup { first: 0, off: vec![0.0; 3], on: vec![1.0; 3] };
    /// let x = OneHot::new(Mat::zeros(0, 2), vec![group], vec![2, 0])?;
    /// let names = ["no", "yes"].map(str::to_owned).to_vec();
    /// let data = Dataset::new(x.into(), Target::Classes { labels: vec![1, 0], names })?;
    /// assert_eq!(data.x(), mat![[0.0, 1.0], [0.0, 0.0], [1.0, 0.0]]);
    /// # Ok::<(), densely_data::DataError>(())
    /// ```
    pub fn new(x: Features<T>, target: Target<T>) -> Result<Self, DataError> {
        let feature_names = numbered("x", x.inputs().features());
        let target_name = match &target {
            Target::Classes { labels, names } => {
                let (operation, classes) = ("Dataset::classification", names.len());
                check_shape(operation, x.inputs(), "labels", labels.len())?;
                ShapeError::expect_some(operation, "classes", classes)?;
                if let Some(example) = labels.iter().position(|&label| label >= classes) {
                    let label = labels[example];
                    return Err(DataError::LabelOutOfRange { example, label, classes });
                }
                check_features(&x, &feature_names)?;
                "class"
            }
            Target::Values { values, names } => {
                let operation = "Dataset::regression";
                check_shape(operation, x.inputs(), "targets", values.ncols())?;
                ShapeError::expect_some(operation, "outputs", values.nrows())?;
                ShapeError::expect(operation, "names", values.nrows(), names.len())?;
                check_features(&x, &feature_names)?;
                check_finite(values.as_ref(), names)?;
                "value"
            }
        };
        let target_name = target_name.to_owned();
        Ok(Self { x, target, weights: None, feature_names, target_name, places: None })
    }

    /// The same examples, each with where it comes from: of a copy or a part of other data, the
    /// places there.
    ///
    /// # Errors
    /// [`DataError::Shape`] for another number of places than of examples.
    pub fn with_places(self, places: Vec<Place>) -> Result<Self, DataError> {
        ShapeError::expect("Dataset::with_places", "places", self.len(), places.len())?;
        Ok(Self { places: Some(places), ..self })
    }

    /// The same examples with this name of what there is to predict.
    #[must_use]
    pub fn with_target_name(self, name: impl Into<String>) -> Self {
        Self { target_name: name.into(), ..self }
    }

    /// The same examples with these names of the features.
    ///
    /// # Errors
    /// [`DataError::Shape`] for another number of names than of features;
    /// [`DataError::DuplicateName`].
    pub fn with_feature_names<S: Into<String>>(
        mut self,
        names: impl IntoIterator<Item = S>,
    ) -> Result<Self, DataError> {
        self.feature_names = check_names("feature names", self.features(), names)?;
        Ok(self)
    }

    /// The same examples with these names of the classes, or of the outputs.
    ///
    /// # Errors
    /// [`DataError::Shape`] for another number of names than of classes or outputs;
    /// [`DataError::DuplicateName`].
    pub fn with_output_names<S: Into<String>>(
        mut self,
        names: impl IntoIterator<Item = S>,
    ) -> Result<Self, DataError> {
        let checked = check_names("output names", self.outputs(), names)?;
        match &mut self.target {
            Target::Classes { names, .. } | Target::Values { names, .. } => *names = checked,
        }
        Ok(self)
    }

    /// The same examples with a weight for each: how much it counts in the mean loss.
    ///
    /// # Errors
    /// [`DataError::Shape`] for another number of weights than of examples;
    /// [`DataError::Weight`] for one that is negative, infinite or NaN.
    ///
    /// ```
    /// use densely_data::Dataset;
    /// use densely_tensor::mat;
    ///
    /// // The second example counts twice as much as the first, the last one not at all.
    /// let dataset = Dataset::classification(mat![[0.0, 1.0, 2.0]], vec![0, 1, 0], 2)?
    ///     .with_weights([1.0, 2.0, 0.0])?;
    /// assert_eq!(dataset.subset(&[1])?.weights(), Some(&[2.0][..]));
    /// # Ok::<(), densely_data::DataError>(())
    /// ```
    pub fn with_weights(self, weights: impl Into<Vec<T>>) -> Result<Self, DataError> {
        let weights = weights.into();
        ShapeError::expect("Dataset", "weights", self.len(), weights.len())?;
        let valid = |weight: T| weight >= T::ZERO && Scalar::is_finite(weight);
        match weights.iter().position(|&weight| !valid(weight)) {
            None => Ok(Self { weights: Some(weights), ..self }),
            Some(example) => Err(DataError::Weight { example, weight: weights[example].to_f64() }),
        }
    }

    /// The features, one example per column: features x n. Of [`OneHot`](crate::OneHot) ones, the first call makes the matrix, which
    /// may be large; [`inputs`](Self::inputs) does without.
    ///
    /// # Panics
    /// If there is no memory for it.
    #[must_use]
    pub fn x(&self) -> MatRef<'_, T> {
        match &self.x {
            Features::Dense(x) => x.as_ref(),
            Features::OneHot(x) => x.dense(),
        }
    }

    /// The features, as they lie in memory.
    #[must_use]
    pub fn inputs(&self) -> Inputs<'_, T> {
        self.x.inputs()
    }

    /// What there is to predict.
    #[must_use]
    pub fn target(&self) -> &Target<T> {
        &self.target
    }

    /// The index of each example's class; `None` for real targets.
    #[must_use]
    pub fn labels(&self) -> Option<&[usize]> {
        self.target.labels()
    }

    /// The real targets, outputs x n; `None` for classes.
    #[must_use]
    pub fn values(&self) -> Option<MatRef<'_, T>> {
        self.target.values()
    }

    /// How much each example counts in the mean loss; `None` if all count the same.
    #[must_use]
    pub fn weights(&self) -> Option<&[T]> {
        self.weights.as_deref()
    }

    /// The names of the classes; `None` for real targets.
    #[must_use]
    pub fn class_names(&self) -> Option<&[String]> {
        match &self.target {
            Target::Classes { names, .. } => Some(names),
            Target::Values { .. } => None,
        }
    }

    /// The names of the classes, or of the outputs.
    #[must_use]
    pub fn output_names(&self) -> &[String] {
        self.target.names()
    }

    /// The names of the features.
    #[must_use]
    pub fn feature_names(&self) -> &[String] {
        &self.feature_names
    }

    /// The name of what there is to predict: of a column, for data that come from a table.
    #[must_use]
    pub fn target_name(&self) -> &str {
        &self.target_name
    }

    /// Where an example comes from: its row, for data from a table.
    ///
    /// ```
    /// use densely_data::{Dataset, Place};
    /// use densely_tensor::mat;
    ///
    /// let data = Dataset::classification(mat![[1.0, 2.0]], vec![0, 1], 2)?;
    /// let data = data.with_places([2, 3].map(|line| Place::Row { row: line - 1, line }).to_vec())?;
    /// assert_eq!(data.subset(&[1])?.place(0).to_string(), "row 2 (line 3)");
    /// # Ok::<(), densely_data::DataError>(())
    /// ```
    #[must_use]
    pub fn place(&self, example: usize) -> Place {
        let place = self.places.as_ref().and_then(|places| places.get(example));
        place.copied().unwrap_or(Place::Example(example))
    }

    /// Where each example comes from; `None` if that is what it was made with.
    #[must_use]
    pub fn places(&self) -> Option<&[Place]> {
        self.places.as_deref()
    }

    /// The number of examples, at least 1.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "a dataset is never empty")]
    pub fn len(&self) -> usize {
        self.inputs().examples()
    }

    /// The number of features.
    #[must_use]
    pub fn features(&self) -> usize {
        self.inputs().features()
    }

    /// The number of classes, or of real outputs: what a network for these data must put out.
    #[must_use]
    pub fn outputs(&self) -> usize {
        self.output_names().len()
    }

    /// The examples with these indices, in this order; an index may come several times.
    ///
    /// # Errors
    /// [`DataError::Shape`] for no indices, or more than there is memory for;
    /// [`DataError::IndexOutOfRange`].
    pub fn subset(&self, indices: &[usize]) -> Result<Self, DataError> {
        ShapeError::expect_some("Dataset::subset", "examples", indices.len())?;
        let target = self.target.subset(indices)?;
        let x = match &self.x {
            Features::Dense(x) => Features::Dense(columns(x.as_ref(), indices)?),
            Features::OneHot(x) => Features::OneHot(x.subset(indices)?),
        };
        let weights = self.weights.as_ref().map(|weights| chosen(weights, indices));
        let places = self.places.as_ref().map(|places| chosen(places, indices));
        let (feature_names, target_name) = (self.feature_names.clone(), self.target_name.clone());
        Ok(Self { x, target, weights, feature_names, target_name, places })
    }

    /// Cuts the examples in two, `(rest, held_out)`, as [`split_indices`] does with a
    /// stream of this seed.
    ///
    /// # Errors
    /// Those of [`split_indices`]; also [`DataError::EmptyPart`] for a fraction of 0.
    pub fn split(&self, fraction: f64, seed: u64) -> Result<(Self, Self), DataError> {
        let mut stream = Stream::new(seed, Purpose::Split, Key::default());
        let (rest, held_out) = split_indices(&self.target, fraction, &mut stream)?;
        if held_out.is_empty() {
            return Err(DataError::EmptyPart { fraction, examples: self.len(), held_out: 0 });
        }
        Ok((self.subset(&rest)?, self.subset(&held_out)?))
    }

    /// Cuts the examples into folds, as [`fold_indices`] does with a stream of this seed,
    /// and pairs each, as the part that is held out, with the rest: `(rest, held_out)`.
    ///
    /// Each is a copy: all together, they take so many times the memory of the data.
    ///
    /// # Errors
    /// Those of [`fold_indices`]; also [`DataError::Shape`] if there is not as much memory.
    pub fn folds(&self, folds: usize, seed: u64) -> Result<Vec<(Self, Self)>, DataError> {
        let mut stream = Stream::new(seed, Purpose::Split, Key { epoch: 2, ..Key::default() });
        let parts = fold_indices(&self.target, folds, &mut stream)?;
        let bytes = self.bytes().saturating_mul(folds as u128);
        ShapeError::expect_memory("Dataset::folds", "a copy of the data for each fold", bytes)?;
        let pair = |held_out: &Vec<usize>| {
            let is_rest = |example: &usize| held_out.binary_search(example).is_err();
            let rest: Vec<usize> = (0..self.len()).filter(is_rest).collect();
            Ok((self.subset(&rest)?, self.subset(held_out)?))
        };
        parts.iter().map(pair).collect()
    }

    /// About as much as a copy takes.
    fn bytes(&self) -> u128 {
        let targets = match &self.target {
            Target::Classes { labels, .. } => size_of_val(labels.as_slice()) as u128,
            Target::Values { values, .. } => matrix_bytes::<T>(values.nrows(), values.ncols()),
        };
        let weights = self.weights.as_ref().map_or(0, |weights| size_of_val(weights.as_slice()));
        // Those of both parts.
        let names = 2 * bytes_of_names(self.features() + self.outputs());
        let features = match &self.x {
            Features::Dense(x) => matrix_bytes::<T>(x.nrows(), x.ncols()),
            Features::OneHot(x) => x.bytes(),
        };
        features + targets + weights as u128 + names
    }

    /// The same examples in another type, each number rounded to the nearest.
    ///
    /// # Errors
    /// [`DataError::Overflow`] for a number that is too large for `U`.
    pub fn cast<U: Scalar>(&self) -> Result<Dataset<U>, DataError> {
        let place = |example| self.place(example);
        let x = cast(self.x(), &self.feature_names, place)?.into();
        let target = match &self.target {
            Target::Classes { labels, names } => {
                Target::Classes { labels: labels.clone(), names: names.clone() }
            }
            Target::Values { values, names } => Target::Values {
                values: cast(values.as_ref(), names, place)?,
                names: names.clone(),
            },
        };
        let weights = self.weights.as_ref().map(|weights| {
            let weights = MatRef::from_row_major_slice(weights, 1, weights.len());
            let cast = cast::<T, U>(weights, &["weight".to_owned()], place)?;
            Ok::<_, DataError>((0..cast.ncols()).map(|j| cast[(0, j)]).collect())
        });
        let weights = weights.transpose()?;
        let (feature_names, target_name) = (self.feature_names.clone(), self.target_name.clone());
        Ok(Dataset { x, target, weights, feature_names, target_name, places: self.places.clone() })
    }
}

impl<T: Scalar> PartialEq for Dataset<T> {
    /// The same numbers and names, wherever they come from.
    fn eq(&self, other: &Self) -> bool {
        self.x == other.x
            && self.target == other.target
            && self.weights == other.weights
            && self.feature_names == other.feature_names
            && self.target_name == other.target_name
    }
}

impl<T: Scalar> fmt::Debug for Dataset<T> {
    /// The shape; not the numbers, of which there may be millions.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dataset")
            .field("scalar", &T::NAME)
            .field("examples", &self.len())
            .field("features", &self.features())
            .field("classes", &self.class_names().map(<[_]>::len))
            .field("outputs", &self.outputs())
            .finish()
    }
}

pub(crate) fn columns<T: Scalar>(
    x: MatRef<'_, T>,
    indices: &[usize],
) -> Result<Mat<T>, ShapeError> {
    let mut chosen = try_zeros("Dataset::subset", "the examples", x.nrows(), indices.len())?;
    Inputs::from(x).gather(indices, chosen.as_mut());
    Ok(chosen)
}

fn chosen<V: Copy>(values: &[V], indices: &[usize]) -> Vec<V> {
    indices.iter().map(|&index| values[index]).collect()
}

fn cast<T: Scalar, U: Scalar>(
    x: MatRef<'_, T>,
    names: &[String],
    place: impl Fn(usize) -> Place,
) -> Result<Mat<U>, DataError> {
    let cast: Mat<U> = Mat::from_fn(x.nrows(), x.ncols(), |i, j| U::from_f64(x[(i, j)].to_f64()));
    match first_non_finite(cast.as_ref()) {
        None => Ok(cast),
        Some((row, example)) => Err(DataError::Overflow {
            place: place(example),
            column: names[row].clone(),
            value: x[(row, example)].to_f64(),
            to: U::NAME,
        }),
    }
}

fn numbered(prefix: &str, count: usize) -> Vec<String> {
    (0..count).map(|i| format!("{prefix}{i}")).collect()
}

/// About as much as so many short names take.
fn bytes_of_names(count: usize) -> u128 {
    /// Of the characters of one, with what the allocator keeps about them.
    const CHARACTERS: usize = 32;
    count as u128 * (size_of::<String>() + CHARACTERS) as u128
}
