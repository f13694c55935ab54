use densely_files::{JsonRows, WriteFormat};
use densely_formats::{AnyModel, weights_hash};
use densely_models::{ModelError, Prediction, Predictor, Preparation};
use densely_table::{Rows, Table, TextOptions};
use densely_tensor::{Mat, Scalar, Threads};

use crate::answer::{Answer, JsonNames, Limited};
use crate::fields::SchemaPage;
use crate::media::Media;
use crate::page;
use crate::refusal::Refusal;

/// A model, and what is made of it once for all requests.
#[derive(Debug)]
pub(crate) struct Served {
    model: AnyModel,
    /// Of its weights.
    pub(crate) hash: String,
    /// How a body of JSON is read, and one of CSV.
    json: JsonRows,
    csv: TextOptions,
    names: JsonNames,
    /// The page with the form, and `/schema`.
    pub(crate) page: Vec<u8>,
    pub(crate) schema: Vec<u8>,
    /// Whether one row takes long.
    is_large: bool,
}

/// Parameters of a network that takes 1 ms or so for a row.
const LARGE: usize = 1 << 22;

impl Served {
    pub(crate) fn new(model: AnyModel) -> Self {
        let (preparation, hash, dtype, parameters) = match &model {
            AnyModel::F32(file) => facts(&file.predictor),
            AnyModel::F64(file) => facts(&file.predictor),
        };
        let encoding = preparation.encoding();
        // As `predict` reads it; but that there is a header does not have to be told from few rows.
        let is_unnamed = encoding.schema().is_unnamed();
        let csv = TextOptions::new().missing(encoding.schema().missing().clone());
        let mut json = JsonRows::new(encoding.feature_names_in());
        if let Some(missing) = encoding.schema().named_missing() {
            json = json.missing(missing.clone());
        }
        let schema = SchemaPage::new(preparation, &hash, dtype);
        Self {
            json,
            csv: csv.header(!is_unnamed),
            names: JsonNames::new(preparation),
            page: page::page(&schema).into_string().into_bytes(),
            schema: serde_json::to_vec(&schema).unwrap_or_default(),
            is_large: parameters >= LARGE,
            hash,
            model,
        }
    }

    pub(crate) fn preparation(&self) -> &Preparation {
        match &self.model {
            AnyModel::F32(file) => file.predictor.preparation(),
            AnyModel::F64(file) => file.predictor.preparation(),
        }
    }

    pub(crate) fn dtype(&self) -> &'static str {
        match &self.model {
            AnyModel::F32(_) => f32::NAME,
            AnyModel::F64(_) => f64::NAME,
        }
    }

    /// Whether a body of so many bytes is answered so soon that others may wait for it.
    pub(crate) fn is_quick(&self, bytes: usize) -> bool {
        bytes <= 1 << 15 && !self.is_large
    }

    /// The answer to a body.
    pub(crate) fn answer(&self, body: &[u8], from: Media, to: Media) -> Result<Answer, Refusal> {
        let (table, is_list) = match from {
            Media::Json => self.json.read(body)?,
            Media::Csv => (self.csv.from_reader(body)?, true),
        };
        match &self.model {
            AnyModel::F32(file) => self.of_table(&file.predictor, &table, is_list, to),
            AnyModel::F64(file) => self.of_table(&file.predictor, &table, is_list, to),
        }
    }

    fn of_table<T: Scalar>(
        &self,
        predictor: &Predictor<T>,
        table: &Table,
        is_list: bool,
        to: Media,
    ) -> Result<Answer, Refusal> {
        // Several requests at a time are what is shared among processors.
        let threads = Threads::single();
        let (preparation, all) = (predictor.preparation(), Rows::all(table));
        let encoded = preparation.encoding().rows(&all, &threads)?;
        let mut classes = vec![0; preparation.class_names().map_or(0, <[String]>::len)];
        let mut json = Limited::json(is_list);
        let mut part = |rows: std::ops::Range<usize>| {
            let failed = |error: ModelError| {
                Refusal::from(error.placed(|example| table.place(rows.start + example)))
            };
            let mut x = Mat::zeros(preparation.feature_names().len(), rows.len());
            encoded.write(rows.start, x.as_mut());
            let answers = predictor.answers(x.as_ref(), &threads).map_err(failed)?;
            let prediction = answers.prediction().map_err(failed)?;
            if let Prediction::Classes(indices) = &prediction {
                indices.iter().for_each(|&class| classes[class] += 1);
            }
            if to == Media::Json {
                self.names.write(&answers, &prediction, &mut json)?;
                return Ok::<_, Refusal>(None);
            }
            let mut columns =
                answers.columns(preparation.answer_names(), &threads).map_err(failed)?;
            columns.extend(
                answers.probability_columns(&threads).map_err(failed)?.into_iter().flatten(),
            );
            Ok(Some(Table::from_columns(columns)?))
        };
        let body = match to {
            Media::Json => {
                encoded.parts().try_for_each(|rows| part(rows).map(drop))?;
                json.finish_json(is_list)
            }
            Media::Csv => {
                let mut csv = Limited::default();
                let parts = encoded.parts().map(|rows| Ok(part(rows)?.expect("a part of a table")));
                WriteFormat::CSV.write_parts::<Table, Refusal>(all.len(), parts, &mut csv)?;
                csv.into_bytes()
            }
        };
        let others = encoded.other_categories().into_iter();
        let others = others.map(|(column, rows, _)| (column.to_owned(), rows)).collect();
        Ok(Answer { body, rows: all.len(), classes, others })
    }
}

fn facts<T: Scalar>(predictor: &Predictor<T>) -> (&Preparation, String, &'static str, usize) {
    let model = predictor.model();
    (predictor.preparation(), weights_hash(model), T::NAME, model.parameters())
}
