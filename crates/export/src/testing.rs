//! Predictors with each part that there is, and with parts of one's own.

use densely_data::Dataset;
use densely_layers::{Activation, Kind, Layer, Sequential};
use densely_loss::{SoftmaxCrossEntropy, TargetKind};
use densely_models::{Model, Prediction, Predictor, Preparation, Registry};
use densely_preprocess::Transform;
use densely_table::{Encoding, EncodingOptions, Rows, Schema, SchemaOptions, Table, TargetColumns};
use densely_tensor::{Mat, MatMut, MatRef, Real, Scalar, ShapeError, Threads};

pub(crate) fn classes(classes: usize) -> Dataset<f64> {
    let x = Mat::from_fn(6, 40, |i, j| ((i + 1) * (j * j + 3 * i)) as f64 % 17.0);
    let labels = (0..40).map(|j| j % classes).collect();
    Dataset::classification(x, labels, classes).unwrap()
}

fn values() -> Dataset<f64> {
    let x = Mat::from_fn(6, 40, |i, j| ((i + 1) * (j * j + 3 * i)) as f64 % 17.0);
    Dataset::regression(x, Mat::from_fn(2, 40, |i, j| (100 * i + j) as f64)).unwrap()
}

pub(crate) fn predictor<T: Scalar>(
    preprocess: &str,
    layers: &[&str],
    loss: &str,
    data: &Dataset<f64>,
    known: &Registry<T>,
) -> Predictor<T> {
    let preparation =
        Preparation::fit_with(Kind::list(preprocess).unwrap(), data, known.transformations());
    let (preparation, layers) = (preparation.unwrap(), layers.iter().map(|&layer| layer.into()));
    let (layers, loss): (Vec<Kind>, Kind) = (layers.collect(), loss.into());
    let inputs = preparation.pipeline().out_features();
    let mut model = Model::of_kinds(inputs, &layers, &loss, known).unwrap();
    model.draw_weights(1);
    Predictor::new(preparation, model).unwrap()
}

/// A predictor for each layer, transformation and loss, by its name.
pub(crate) fn every_part() -> Vec<(String, Predictor<f32>)> {
    let known = Registry::<f32>::new();
    let mut all = Vec::new();
    for name in known.layers().specs().flat_map(|spec| spec.names()) {
        let kind = match name {
            "linear" => "linear(6)".to_owned(),
            "dropout" | "input-noise" => format!("{name}(0.5)"),
            name => name.to_owned(),
        };
        let layers = [kind.as_str(), "linear(3)"];
        let predictor = predictor("standardize", &layers, "softmax", &classes(3), &known);
        all.push((kind, predictor));
    }
    for name in known.transformations().names() {
        let kind = if name == "channel-mean" { "channel-mean(3)" } else { name };
        let predictor = predictor(kind, &["linear(3)"], "softmax", &classes(3), &known);
        all.push((kind.to_owned(), predictor));
    }
    for name in known.losses().names() {
        let loss = known.losses().get(name).unwrap();
        let data = match loss.target_kind() {
            TargetKind::Labels => classes(2),
            TargetKind::Values => values(),
        };
        let last = format!("linear({})", loss.outputs(2));
        let predictor = predictor("standardize", &[last.as_str()], name, &data, &known);
        all.push((name.to_owned(), predictor));
    }
    all
}

/// x².
#[derive(Debug, Clone, Copy)]
pub(crate) struct Square;

impl Activation for Square {
    fn f<R: Real>(&self, x: R) -> R {
        x * x
    }
    fn df<R: Real>(&self, x: R, _y: R) -> R {
        x + x
    }
}

/// Its name is that of another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Relu;

impl Activation for Relu {
    fn f<R: Real>(&self, x: R) -> R {
        Square.f(x)
    }
    fn df<R: Real>(&self, x: R, y: R) -> R {
        Square.df(x, y)
    }
}

/// The same as a layer that is no activation, by any name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Own(pub(crate) &'static str);

impl Layer<f32> for Own {
    fn kind(&self) -> Kind {
        self.0.into()
    }
    fn out_features(&self, in_features: usize) -> Result<usize, ShapeError> {
        Ok(in_features)
    }
    fn forward(&self, x: MatRef<'_, f32>, y: MatMut<'_, f32>, tape: MatMut<'_, f32>) {
        Layer::<f32>::forward(&Square, x, y, tape);
    }
    fn backward_input(
        &self,
        x: MatRef<'_, f32>,
        y: MatRef<'_, f32>,
        dy: MatRef<'_, f32>,
        dx: MatMut<'_, f32>,
        tape: MatMut<'_, f32>,
    ) {
        Layer::<f32>::backward_input(&Square, x, y, dy, dx, tape);
    }
}

pub(crate) fn with_own(layer: impl Layer<f32> + 'static) -> Predictor<f32> {
    let known = Registry::<f32>::new();
    let plain = predictor("standardize", &["linear(3)"], "softmax", &classes(3), &known);
    let mut layers = Sequential::new(6).unwrap().with(layer).unwrap();
    layers.push_boxed(known.layers().get("linear(3)").unwrap().layer(6).unwrap()).unwrap();
    let mut model = Model::new(layers, SoftmaxCrossEntropy::new());
    model.draw_weights(1);
    Predictor::new(plain.preparation().clone(), model).unwrap()
}

/// Of a table with gaps, a category, a truth value and a time.
pub(crate) fn of_table(drop: &[&str], is_log: bool) -> Predictor<f32> {
    let mut text = "label,kind,on,day,y\n".to_owned();
    for row in 0..60 {
        let size = if row % 5 == 0 { "NA".to_owned() } else { format!("{row}.5") };
        let kind = ["pear", "apple", "\"fig */ \"\"dried\"\" ??/\"", ""][row % 4];
        let on = ["yes", "no"][row / 2 % 2];
        text += &format!("{size},{kind},{on},2024-0{}-0{},{}\n", row % 9 + 1, row % 7 + 1, row + 1);
    }
    of_text(&text, drop, is_log)
}

/// Of a table with a target `y`.
pub(crate) fn of_text(text: &str, drop: &[&str], is_log: bool) -> Predictor<f32> {
    let table = Table::from_reader(text.as_bytes()).unwrap();
    let rows = Rows::all(&table);
    let mut options = SchemaOptions::new().target("y");
    for &name in drop {
        options = options.drop(name);
    }
    let schema = Schema::infer(&rows, &options).unwrap();
    let encoding = Encoding::fit(&schema, &rows, &EncodingOptions::new()).unwrap();
    let target = TargetColumns::infer(&table, &["y"], None).unwrap();
    let data = encoding.dataset(&rows, &target).unwrap();
    let preparation = Preparation::fit(["standardize"], &data).unwrap();
    let mut preparation = preparation.with_encoding(encoding).unwrap();
    if is_log {
        preparation = preparation.with_log_targets(data.target()).unwrap();
    }
    let layers: [Kind; 3] = ["linear(5)".into(), "tanh".into(), "linear(1)".into()];
    let known = Registry::<f32>::new();
    let mut network = Model::of_kinds(data.x().nrows(), &layers, &"mse".into(), &known).unwrap();
    network.draw_weights(3);
    Predictor::new(preparation, network).unwrap()
}

/// What it says of rows of such a table.
pub(crate) fn values_of_rows(predictor: &Predictor<f32>, text: &str) -> Vec<f64> {
    let table = Table::from_reader(text.as_bytes()).unwrap();
    let features = predictor.preparation().features(&Rows::all(&table)).unwrap();
    match predictor.predict(features.as_ref(), &Threads::single()).unwrap() {
        Prediction::Values(values) => (0..values.ncols()).map(|j| values[(0, j)]).collect(),
        other => panic!("{other:?}"),
    }
}
