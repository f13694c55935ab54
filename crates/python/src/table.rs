use std::collections::BTreeMap;

use densely::formats::{AnyModel, ModelFile, Provenance};
use densely::models::{Mlp, Predictor, Preparation};
use densely::preprocess::{Pipeline, Standardize, TransformKinds};
use densely::table::{
    Column, ColumnKind, Encoding as Encoder, EncodingOptions, Impute, Rows, Schema, SchemaOptions,
    Table,
};
use densely::tensor::{Mat, Threads};
use numpy::PyReadonlyArray1;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyFloat, PyInt, PyList, PyString};

use crate::arrays;
use crate::failure::Failure;
use crate::work::detached;

/// How the columns of a table become numbers: fitted, and the same ever after.
#[pyclass(module = "densely._densely", frozen)]
#[derive(Debug)]
pub(crate) struct Encoding {
    pub(crate) encoding: Encoder,
}

/// What is known of a table, and how gaps and categories become numbers.
#[derive(Debug, FromPyObject)]
#[pyo3(from_item_all)]
struct Options {
    kinds: BTreeMap<String, String>,
    drop: Vec<String>,
    keep: Vec<String>,
    impute: String,
    rare: Option<usize>,
    categories: usize,
}

/// A column by its name: numbers, of which NaN is a gap, or cells of any kind.
#[derive(FromPyObject)]
enum Cells<'py> {
    Numbers(PyReadonlyArray1<'py, f64>),
    Any(Bound<'py, PyList>),
}

/// The columns of a table, by their names.
type Columns<'py> = Vec<(String, Cells<'py>)>;

#[pymethods]
impl Encoding {
    /// Tells what the columns are, and learns how they become numbers.
    #[staticmethod]
    fn fit(
        py: Python<'_>,
        columns: Columns<'_>,
        options: Options,
        threads: usize,
    ) -> PyResult<Self> {
        let table = table(&columns)?;
        let encoding = detached(py, || {
            let rows = Rows::all(&table);
            let schema = Schema::infer(&rows, &options.schema()?)?;
            let threads = Threads::new(threads)?;
            Ok(Encoder::fit_on(&schema, &rows, &options.encoding()?, &threads)?)
        })?;
        Ok(Self { encoding })
    }

    /// The rows of a table as numbers, rows x features.
    fn encode<'py>(
        &self,
        py: Python<'py>,
        columns: Columns<'_>,
        threads: usize,
    ) -> PyResult<Bound<'py, PyAny>> {
        let mut table = table(&columns)?;
        // As in files of every format.
        if let Some(missing) = self.encoding.schema().named_missing() {
            let columns = table.into_columns().into_iter();
            let columns = columns.map(|column| column.with_missing(missing)).collect();
            table = Table::from_columns(columns).map_err(Failure::from)?;
        }
        let numbers = detached(py, || {
            let rows = Rows::all(&table);
            let encoded = self.encoding.rows(&rows, &Threads::new(threads)?)?;
            Ok(encoded.columns(0..self.encoding.encoders().len())?)
        })?;
        Ok(arrays::rows(py, numbers.as_ref())?.into_any())
    }

    /// The names of the columns that go in.
    #[getter]
    fn names_in(&self) -> Vec<String> {
        self.encoding.feature_names_in().map(str::to_owned).collect()
    }

    /// The names of the numbers that come out.
    #[getter]
    fn names_out(&self) -> Vec<String> {
        self.encoding.feature_names_out()
    }

    /// What each column is, and why it is left out, if it is.
    #[getter]
    fn schema(&self) -> Vec<(String, String, Option<String>)> {
        let columns = self.encoding.schema().columns().iter();
        let of = |column: &densely::table::ColumnSchema| {
            let reason = column.left_out.as_ref().map(ToString::to_string);
            (column.name.clone(), column.kind.to_string(), reason)
        };
        columns.map(of).collect()
    }

    fn __reduce__<'py>(
        slf: &Bound<'py, Self>,
    ) -> PyResult<(Bound<'py, PyAny>, (Bound<'py, PyBytes>,))> {
        let (py, this) = (slf.py(), slf.get());
        let bytes = detached(py, || this.to_vec())?;
        Ok((slf.get_type().getattr("from_bytes")?, (PyBytes::new(py, &bytes),)))
    }

    /// What `pickle` makes an encoding of.
    #[staticmethod]
    fn from_bytes(py: Python<'_>, bytes: &[u8]) -> PyResult<Self> {
        let model = detached(py, || Ok(AnyModel::from_slice(bytes)?))?;
        let encoding = match &model {
            AnyModel::F32(file) => file.predictor.preparation().encoding(),
            AnyModel::F64(file) => file.predictor.preparation().encoding(),
        };
        Ok(Self { encoding: encoding.clone() })
    }

    fn __copy__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    /// The same: it never changes.
    fn __deepcopy__(slf: Py<Self>, _memo: &Bound<'_, PyAny>) -> Py<Self> {
        slf
    }
}

impl Encoding {
    /// The file of a model that only has this encoding, so that there is one way to store it.
    fn to_vec(&self) -> Result<Vec<u8>, Failure> {
        let width = self.encoding.width();
        let nothing = Mat::<f64>::zeros(width, 1);
        let unchanged: Pipeline =
            TransformKinds::new().fit(["none"], nothing.as_ref(), &Threads::single())?;
        let scale = Standardize::from_parts(vec![0.0], vec![1.0])?;
        let (names, output) = (self.encoding.feature_names_out(), "none".to_owned());
        let preparation =
            Preparation::from_parts(names, output.clone(), vec![output], unchanged, Some(scale))?;
        let preparation = preparation.with_encoding(self.encoding.clone())?;
        let predictor = Predictor::<f64>::new(preparation, Mlp::regressor(width, 1))?;
        Ok(ModelFile { predictor, provenance: Provenance::default() }.to_vec()?)
    }
}

impl Options {
    fn schema(&self) -> Result<SchemaOptions, Failure> {
        let options = SchemaOptions::new();
        let options = self.drop.iter().fold(options, SchemaOptions::drop);
        let options = self.keep.iter().fold(options, SchemaOptions::keep);
        let options = self.kinds.iter().try_fold(options, |options, (name, kind)| {
            Ok::<_, Failure>(options.kind(name, kind.parse::<ColumnKind>()?))
        })?;
        Ok(match self.rare {
            None => options,
            Some(rows) => options.rare(rows),
        })
    }

    fn encoding(&self) -> Result<EncodingOptions, Failure> {
        let impute: Impute = self.impute.parse()?;
        let options = EncodingOptions::new().impute(impute).categories(self.categories);
        Ok(match self.rare {
            None => options,
            Some(rows) => options.rare(rows),
        })
    }
}

fn table(columns: &Columns<'_>) -> PyResult<Table> {
    let column = |(name, cells): &(String, Cells<'_>)| match cells {
        Cells::Numbers(numbers) => Ok(Column::numbers(name, arrays::vector(numbers))),
        Cells::Any(cells) => of_cells(name, cells),
    };
    let columns = columns.iter().map(column).collect::<PyResult<_>>()?;
    Ok(Table::from_columns(columns).map_err(Failure::from)?)
}

/// A column of Python's objects. A text is a text, also one that looks like a number.
fn of_cells(name: &str, cells: &Bound<'_, PyList>) -> PyResult<Column> {
    let mut column = densely::table::ColumnBuilder::with_capacity(cells.len());
    for cell in cells {
        if cell.is_none() {
            column.push_gap();
        } else if let Ok(text) = cell.cast::<PyString>() {
            column.push_text(&text.to_cow()?);
        } else if let Ok(truth) = cell.cast::<PyBool>() {
            column.push_bool(truth.is_true());
        } else if cell.is_instance_of::<PyFloat>() || cell.is_instance_of::<PyInt>() {
            column.push_number(cell.extract()?);
        } else {
            let kind = cell.get_type().name()?;
            let message = format!(
                "column `{name}`: expected numbers, texts, times or gaps, got a {kind}: make one of these of it"
            );
            return Err(PyTypeError::new_err(format!(
                "argument must be a string or a number: {message}"
            )));
        }
    }
    Ok(column.finish(name))
}
