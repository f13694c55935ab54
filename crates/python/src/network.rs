use std::collections::BTreeMap;
use std::path::PathBuf;

use densely::formats::AnyModel;
use densely::layers::Role;
use densely::models::{self, Epoch, Prediction};
use densely::optim::OptimizerState;
use densely::tensor::{Mat, MatRef, Scalar, Threads};
use densely_data::Target;
use numpy::{Element, IntoPyArray, PyArray2, PyArrayMethods, PyReadonlyArray1, PyReadonlyArray2};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

use crate::any::{AnyTrained, Number, Trained, either};
use crate::arrays::{self, Rows, each};
use crate::failure::Failure;
use crate::fit::{Examples, Task, expect_examples};
use crate::history;
use crate::options::Options;
use crate::table::Encoding;
use crate::work::{attended, detached};

/// A trained network with its preparation. It never changes: training makes another.
#[pyclass(module = "densely._densely", frozen)]
#[derive(Debug)]
pub(crate) struct Network {
    pub(crate) trained: AnyTrained,
}

/// What there is to learn: the index of each row's class, or the values of each row.
#[derive(FromPyObject)]
enum Answers<'py> {
    Labels(PyReadonlyArray1<'py, i64>),
    Values(PyReadonlyArray2<'py, f64>),
}

impl Answers<'_> {
    fn target(&self, n: usize, names: &[String]) -> Result<Target<f64>, Failure> {
        let names = names.to_vec();
        match self {
            Self::Labels(labels) => {
                let labels = arrays::vector(labels);
                expect_examples("labels", n, labels.len())?;
                let label = |label: i64| {
                    let index = usize::try_from(label).ok().filter(|&index| index < names.len());
                    index.ok_or_else(|| Failure::Value(format!("there is no class {label}")))
                };
                let labels = labels.into_iter().map(label).collect::<Result<_, _>>()?;
                Ok(Target::Classes { labels, names })
            }
            Self::Values(values) => {
                let values = arrays::owned(values).transpose().to_owned();
                expect_examples("values", n, values.ncols())?;
                expect_examples("names of outputs", values.nrows(), names.len())?;
                Ok(Target::Values { values, names })
            }
        }
    }
}

/// Rows, what there is to learn of them, and how much each counts.
type Part<'py> = (Rows<'py>, Answers<'py>, Option<PyReadonlyArray1<'py, f64>>);

#[pymethods]
impl Network {
    /// Trains a network on rows x features, with the answers to them and weights of rows. Returns it, the
    /// course of the training, and the exception that ended it early, if one did.
    #[staticmethod]
    #[pyo3(signature = (train, options, validation=None, previous=None, on_epoch=None))]
    fn fit<'py>(
        py: Python<'py>,
        train: Part<'py>,
        options: Options,
        validation: Option<Part<'py>>,
        previous: Option<&Self>,
        on_epoch: Option<Py<PyAny>>,
    ) -> PyResult<(Self, Bound<'py, PyDict>, Option<PyErr>)> {
        let call = Call { options: &options, previous, on_epoch: on_epoch.as_ref() };
        let (rows, answers, weights) = &train;
        each!(rows, x => {
            let train = examples(x, answers, weights.as_ref(), &options)?;
            let validation = match &validation {
                None => None,
                Some((rows, answers, weights)) => {
                    let x = same_type(rows, x)?;
                    Some(examples(x, answers, weights.as_ref(), &options)?)
                }
            };
            match options.dtype.as_str() {
                "float32" => call.fit::<_, f32>(py, train, validation),
                _ => call.fit::<_, f64>(py, train, validation),
            }
        })
    }

    /// The index of each row's class, or its values, rows x outputs.
    fn predict<'py>(
        &self,
        py: Python<'py>,
        x: Rows<'py>,
        threads: usize,
    ) -> PyResult<Bound<'py, PyAny>> {
        let prediction = each!(&x, x => either!(&self.trained, trained => {
            detached(py, || Ok(answers(trained, x, threads)?.prediction()?))?
        }));
        Ok(match prediction {
            Prediction::Classes(classes) => {
                let classes = classes.into_iter().map(|class| class as i64).collect::<Vec<_>>();
                classes.into_pyarray(py).into_any()
            }
            Prediction::Values(values) => arrays::rows(py, values.as_ref())?.into_any(),
        })
    }

    /// What the last layer puts out, rows x outputs.
    fn scores<'py>(
        &self,
        py: Python<'py>,
        x: Rows<'py>,
        threads: usize,
    ) -> PyResult<Bound<'py, PyAny>> {
        each!(&x, x => either!(&self.trained, trained => {
            let answers = detached(py, || answers(trained, x, threads))?;
            Ok(arrays::rows(py, answers.scores())?.into_any())
        }))
    }

    /// The probability of each class, rows x classes; `None` if the loss defines none.
    fn probabilities<'py>(
        &self,
        py: Python<'py>,
        x: Rows<'py>,
        threads: usize,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        each!(&x, x => either!(&self.trained, trained => {
            let probabilities = detached(py, || Ok(answers(trained, x, threads)?.probabilities()?))?;
            let rows = probabilities.map(|p| Ok::<_, PyErr>(arrays::rows(py, p.as_ref())?.into_any()));
            rows.transpose()
        }))
    }

    /// The bytes of the model file.
    fn to_bytes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let bytes = detached(py, || Ok(either!(&self.trained, trained => trained.file.to_vec())?))?;
        Ok(PyBytes::new(py, &bytes))
    }

    /// The network of such bytes.
    #[staticmethod]
    fn from_bytes(py: Python<'_>, bytes: &[u8]) -> PyResult<Self> {
        let model = detached(py, || Ok(AnyModel::from_slice(bytes)?))?;
        Ok(Self { trained: model.into() })
    }

    /// Writes the model file, which the program reads, whole or not at all.
    fn save(&self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
        detached(py, || Ok(either!(&self.trained, trained => trained.file.save(path))?))
    }

    /// Reads a model file.
    #[staticmethod]
    fn load(py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        let model = detached(py, || Ok(AnyModel::load(path)?))?;
        Ok(Self { trained: model.into() })
    }

    /// What it is made of again, also in the middle of a training in parts.
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, Stored<'py>)> {
        let (py, network) = (slf.py(), slf.get());
        let state = either!(&network.trained, trained => state(py, trained)?);
        let again = slf.get_type().getattr("restored")?;
        Ok((again, (network.to_bytes(py)?, state)))
    }

    /// How the columns of a table become the features; `None` if these are the columns.
    #[getter]
    fn encoding(&self) -> Option<Encoding> {
        let preparation = either!(&self.trained, trained => trained.file.predictor.preparation());
        let encoding = preparation.encoding();
        let is_plain =
            *encoding == densely::table::Encoding::of_numbers(encoding.feature_names_in());
        (!is_plain).then(|| Encoding { encoding: encoding.clone() })
    }

    /// The same network for a table that this makes the features of.
    fn with_encoding(&self, py: Python<'_>, encoding: &Encoding) -> PyResult<Self> {
        let trained = detached(py, || self.trained.with_encoding(encoding.encoding.clone()))?;
        Ok(Self { trained })
    }

    /// The same network for the features as they are.
    fn without_encoding(&self, py: Python<'_>) -> PyResult<Self> {
        let plain = densely::table::Encoding::of_numbers(self.feature_names());
        Ok(Self { trained: detached(py, || self.trained.with_encoding(plain))? })
    }

    /// What `pickle` makes a network of.
    #[staticmethod]
    fn restored(py: Python<'_>, bytes: &[u8], state: Option<Bound<'_, PyDict>>) -> PyResult<Self> {
        let mut network = Self::from_bytes(py, bytes)?;
        if let Some(state) = state {
            either!(&mut network.trained, trained => restore(trained, &state)?);
        }
        Ok(network)
    }

    fn __copy__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    /// The same: it never changes.
    fn __deepcopy__(slf: Py<Self>, _memo: &Bound<'_, PyAny>) -> Py<Self> {
        slf
    }

    /// `"float32"` or `"float64"`.
    #[getter]
    fn dtype(&self) -> &'static str {
        match self.trained {
            AnyTrained::F32(_) => "float32",
            AnyTrained::F64(_) => "float64",
        }
    }

    /// The names of the features.
    #[getter]
    fn feature_names(&self) -> Vec<String> {
        either!(&self.trained, trained => trained.file.predictor.preparation().feature_names().to_vec())
    }

    /// The names of the classes; `None` of a network for numbers.
    #[getter]
    fn class_names(&self) -> Option<Vec<String>> {
        either!(&self.trained, trained => {
            trained.file.predictor.preparation().class_names().map(<[String]>::to_vec)
        })
    }

    /// The names of the classes, or of the outputs.
    #[getter]
    fn output_names(&self) -> Vec<String> {
        either!(&self.trained, trained => trained.file.predictor.preparation().output_names().to_vec())
    }

    /// The name of what is predicted.
    #[getter]
    fn target_name(&self) -> String {
        either!(&self.trained, trained => trained.file.predictor.preparation().target_name().to_owned())
    }

    /// The kinds of the layers, first to last.
    #[getter]
    fn layers(&self) -> Vec<String> {
        either!(&self.trained, trained => {
            let kinds = trained.file.predictor.model().network().kinds();
            kinds.iter().map(ToString::to_string).collect()
        })
    }

    /// The kind of the loss.
    #[getter]
    fn loss(&self) -> String {
        either!(&self.trained, trained => trained.file.predictor.model().loss().kind().to_string())
    }

    /// The kinds of the transformations, first to last.
    #[getter]
    fn preprocess(&self) -> Vec<String> {
        either!(&self.trained, trained => {
            let kinds = trained.file.predictor.preparation().pipeline().kinds();
            kinds.iter().map(ToString::to_string).collect()
        })
    }

    /// The number of learnable parameters.
    #[getter]
    fn parameters(&self) -> usize {
        either!(&self.trained, trained => trained.file.predictor.model().parameters())
    }

    /// The options of the training, as the file has them.
    #[getter]
    fn provenance(&self) -> BTreeMap<String, String> {
        either!(&self.trained, trained => trained.file.provenance.options.clone())
    }

    /// The weights of the layers, each inputs x units.
    #[getter]
    fn coefs<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyAny>>> {
        either!(&self.trained, trained => {
            let weights = trained.parameters(Role::Weight);
            weights.iter().map(|w| Ok(arrays::rows(py, w.as_ref())?.into_any())).collect()
        })
    }

    /// The biases of the layers.
    #[getter]
    fn intercepts<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyAny>>> {
        either!(&self.trained, trained => {
            let biases = trained.parameters(Role::Bias);
            let bias = |b: &Mat<_>| {
                let flat = arrays::rows(py, b.as_ref())?;
                flat.call_method0("ravel")
            };
            biases.iter().map(bias).collect()
        })
    }

    fn __repr__(&self) -> String {
        format!("<densely network: {}; {}>", self.layers().join(", "), self.loss())
    }
}

/// A call of `fit`.
struct Call<'a> {
    options: &'a Options,
    previous: Option<&'a Network>,
    on_epoch: Option<&'a Py<PyAny>>,
}

impl Call<'_> {
    fn fit<'py, S: Scalar, T: Number>(
        &self,
        py: Python<'py>,
        train: Examples<'_, S>,
        validation: Option<Examples<'_, S>>,
    ) -> PyResult<(Network, Bound<'py, PyDict>, Option<PyErr>)> {
        let previous = self.previous.map(|network| {
            let same = T::of(&network.trained);
            let dtype = network.dtype();
            same.ok_or_else(|| PyValueError::new_err(format!("the network is of {dtype}")))
        });
        let task =
            Task { train, validation, options: self.options, previous: previous.transpose()? };
        let hear = |py: Python<'_>, epoch: Epoch| match self.on_epoch {
            None => Ok(()),
            Some(call) => call.call1(py, (history::epoch(py, &epoch)?,)).map(drop),
        };
        let (done, interrupt) = attended(py, |stop, heard| task.run(stop, &heard), hear)?;
        let (trained, course) = done;
        Ok((Network { trained: T::any(trained) }, history::history(py, &course)?, interrupt))
    }
}

fn examples<'a, S: Scalar>(
    x: MatRef<'a, S>,
    answers: &Answers<'_>,
    weights: Option<&PyReadonlyArray1<'_, f64>>,
    options: &Options,
) -> PyResult<Examples<'a, S>> {
    let target = answers.target(x.ncols(), &options.output_names)?;
    let weights = weights.map(arrays::vector);
    if let Some(weights) = &weights {
        expect_examples("weights", x.ncols(), weights.len())?;
    }
    Ok(Examples::new(finite(x, &Threads::single())?, target, weights))
}

/// Rows of the type of others.
fn same_type<'a, S: FromRows>(
    rows: &'a Rows<'_>,
    _others: MatRef<'_, S>,
) -> PyResult<MatRef<'a, S>> {
    S::from_rows(rows)
}

/// Number types that rows may have.
trait FromRows: Scalar {
    fn from_rows<'a>(rows: &'a Rows<'_>) -> PyResult<MatRef<'a, Self>>;
}

impl FromRows for f32 {
    fn from_rows<'a>(rows: &'a Rows<'_>) -> PyResult<MatRef<'a, Self>> {
        match rows {
            Rows::F32(array) => arrays::matrix(array),
            Rows::F64(_) => Err(PyValueError::new_err("expected validation data of float32")),
        }
    }
}

impl FromRows for f64 {
    fn from_rows<'a>(rows: &'a Rows<'_>) -> PyResult<MatRef<'a, Self>> {
        match rows {
            Rows::F64(array) => arrays::matrix(array),
            Rows::F32(_) => Err(PyValueError::new_err("expected validation data of float64")),
        }
    }
}

/// Multiplications of a network's rows for which it takes less time to start threads than they save.
const FEW: usize = 1 << 26;

/// What a network says of these rows, on as many of the threads as it is worth asking.
fn answers<'a, S: Scalar, T: Scalar>(
    trained: &'a Trained<T>,
    x: MatRef<'_, S>,
    threads: usize,
) -> Result<models::Answers<'a, T>, Failure> {
    let predictor = &trained.file.predictor;
    let is_little = x.ncols().saturating_mul(predictor.model().parameters()) < FEW;
    let threads = if is_little { Threads::single() } else { Threads::new(threads)? };
    // Rows are looked at again only to say what is wrong as scikit-learn does.
    predictor.answers_of(x, &threads).or_else(|error| {
        finite(x, &threads)?;
        Err(error.into())
    })
}

/// The same numbers, all of which are finite.
fn finite<'a, S: Scalar>(x: MatRef<'a, S>, threads: &Threads) -> Result<MatRef<'a, S>, Failure> {
    const VALUES: usize = 1 << 17;
    let width = (VALUES / x.nrows().max(1)).max(1);
    let found = threads.map(x.ncols().div_ceil(width), |panel| {
        let first = panel * width;
        let x = x.subcols(first, width.min(x.ncols() - first));
        densely::tensor::first_non_finite(x).map(|(feature, row)| (feature, first + row))
    });
    match found.into_iter().flatten().next() {
        None => Ok(x),
        Some((feature, row)) => {
            let value = x[(feature, row)];
            Err(Failure::Value(format!("Input X contains {value} in row {row}, feature {feature}")))
        }
    }
}

/// What a network is pickled as.
type Stored<'py> = (Bound<'py, PyBytes>, Option<Bound<'py, PyDict>>);

/// What a training in parts goes on with.
fn state<'py, T: Scalar + Element>(
    py: Python<'py>,
    trained: &Trained<T>,
) -> PyResult<Option<Bound<'py, PyDict>>> {
    let Some(optimizer) = &trained.optimizer else { return Ok(None) };
    let (state, matrices) = (PyDict::new(py), PyDict::new(py));
    for (name, value) in optimizer.matrices() {
        matrices.set_item(name, arrays::array(py, value.as_ref())?)?;
    }
    state.set_item("matrices", matrices)?;
    state.set_item("numbers", optimizer.numbers().collect::<BTreeMap<_, _>>())?;
    state.set_item("parts", trained.parts)?;
    Ok(Some(state))
}

fn restore<T: Scalar + Element>(
    trained: &mut Trained<T>,
    state: &Bound<'_, PyDict>,
) -> PyResult<()> {
    let get = |name: &str| {
        let value = state.get_item(name)?;
        value.ok_or_else(|| PyValueError::new_err(format!("the state has no `{name}`")))
    };
    let mut matrices = Vec::new();
    for (name, value) in get("matrices")?.cast::<PyDict>()?.iter() {
        let array = value.cast::<PyArray2<T>>()?;
        matrices.push((name.extract::<String>()?, arrays::owned(&array.try_readonly()?)));
    }
    let numbers: BTreeMap<String, f64> = get("numbers")?.extract()?;
    trained.optimizer = Some(OptimizerState::from_parts(matrices, numbers));
    trained.parts = get("parts")?.extract()?;
    Ok(())
}
