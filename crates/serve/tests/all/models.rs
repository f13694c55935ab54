//! Models to be served, and their servers.

use densely_data::digits;
use densely_formats::{AnyModel, ModelFile, Provenance};
use densely_models::{Mlp, Predictor, Preparation, Trainer};
use densely_serve::{ServeOptions, Server};
use densely_table::{Encoding, EncodingOptions, Rows, Schema, SchemaOptions, Table, TargetColumns};
use densely_tensor::{Scalar, Threads};

/// Numbers with gaps, a category, a truth value and a time; two classes.
pub(crate) fn table() -> Table {
    let mut text = "age,kind,member,since,target\n".to_owned();
    for i in 0..120_u32 {
        let age = if i % 9 == 0 { String::new() } else { format!("{}.5", 20 + i % 50) };
        let kind = ["pear", "apple", "a \"fig\", dried", "<b>"][(i % 4) as usize];
        let member = ["yes", "no"][(i % 3 == 0) as usize];
        let target = ["bought", "left"][(i % 50 > 25) as usize];
        let (month, day) = (1 + i % 12, 1 + i % 28);
        text += &format!(
            "{age},\"{}\",{member},2024-{month:02}-{day:02},{target}\n",
            kind.replace('"', "\"\"")
        );
    }
    Table::from_reader(text.as_bytes()).unwrap()
}

/// Trained on the rows of a table.
pub(crate) fn of_table<T: Scalar>(table: &Table, target: &str, seed: u64) -> Predictor<T> {
    let rows = Rows::all(table);
    let schema = Schema::infer(&rows, &SchemaOptions::new().target(target)).unwrap();
    let target = TargetColumns::infer(table, &[target], None).unwrap();
    let encoding = Encoding::fit(&schema, &rows, &EncodingOptions::new()).unwrap();
    let data = encoding.dataset(&rows, &target).unwrap();
    let preparation = Preparation::fit(["standardize"], &data).unwrap();
    let preparation = preparation.with_encoding(encoding).unwrap();
    let inputs = preparation.pipeline().kinds().len() + data.x().nrows() - 1;
    let network = match data.labels() {
        Some(_) => Mlp::classifier(inputs, data.output_names().len()),
        None => Mlp::regressor(inputs, 1),
    };
    let prepared = preparation.dataset(&data).unwrap();
    let mut predictor = Predictor::new(preparation, network.hidden([16]).seed(seed)).unwrap();
    Trainer::default().epochs(5).seed(seed).fit(predictor.model_mut(), &prepared).unwrap();
    predictor
}

pub(crate) fn f32_model(predictor: Predictor<f32>) -> AnyModel {
    AnyModel::F32(ModelFile { predictor, provenance: Provenance::default() })
}

pub(crate) fn f64_model(predictor: Predictor<f64>) -> AnyModel {
    AnyModel::F64(ModelFile { predictor, provenance: Provenance::default() })
}

/// A classifier of the rows of [`table`].
pub(crate) fn classifier() -> AnyModel {
    f32_model(of_table(&table(), "target", 1))
}

pub(crate) fn of_digits() -> Predictor<f32> {
    let trainer = Trainer::default().epochs(2);
    trainer
        .fit_predictor(["standardize"], Mlp::classifier(64, 10).hidden([64]), &digits())
        .unwrap()
        .0
}

/// A row that each of these columns is in.
pub(crate) const ROW: &str = r#"{"age":31.5,"kind":"pear","member":true,"since":"2024-05-06"}"#;

/// A server on any port that is free.
pub(crate) fn start(model: AnyModel, options: &ServeOptions) -> Server {
    let options = options.clone().listen("127.0.0.1:0".parse().unwrap()).threads(2);
    Server::start(model, &options).unwrap()
}

/// The answers that a predictor gives by itself: labels, and the probability of each class.
pub(crate) fn expected(predictor: &Predictor<f32>, table: &Table) -> Vec<(String, Vec<f32>)> {
    let (preparation, threads) = (predictor.preparation(), Threads::single());
    let x = preparation.features(&Rows::all(table)).unwrap();
    let answers = predictor.answers(x.as_ref(), &threads).unwrap();
    let densely_models::Prediction::Classes(classes) = answers.prediction().unwrap() else {
        panic!()
    };
    let probabilities = answers.probabilities().unwrap().unwrap();
    let row = |(row, class): (usize, usize)| {
        let shares = (0..probabilities.nrows()).map(|i| probabilities[(i, row)]).collect();
        (preparation.output_names()[class].clone(), shares)
    };
    classes.into_iter().enumerate().map(row).collect()
}
