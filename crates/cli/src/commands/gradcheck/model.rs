use std::path::Path;

use densely::layers::Stage;
use densely::models::ModelError;
use densely::prelude::*;
use densely_gradcheck::{Config, NetworkCheck, Report};

use super::{Checked, Section};
use crate::error::CliError;
use crate::input;

/// The network of a model with its weights and its loss, checked in `f64`, where differences
/// have digits.
pub(super) fn section(path: &Path, config: Config) -> Result<Section, CliError> {
    match input::model(path)? {
        AnyModel::F32(file) => check(path, &file.predictor, config),
        AnyModel::F64(file) => check(path, &file.predictor, config),
    }
}

fn check<T: Scalar>(
    path: &Path,
    predictor: &Predictor<T>,
    config: Config,
) -> Result<Section, CliError> {
    let model = widened(predictor)?;
    let (network, kind) = (predictor.model().network(), predictor.model().loss().kind());
    let loss = LossKinds::<f64>::new().get(&kind).map_err(ModelError::from)?;
    let of_weights = |stage: &&Stage<T>| stage.layer().kind().name() == "linear";
    let widths = network.stages().iter().filter(of_weights).map(Stage::out_features);
    let widths: Vec<_> =
        [network.in_features()].into_iter().chain(widths).map(|width| width.to_string()).collect();
    let title = format!("{}: {}, loss {kind}, {}", path.display(), widths.join("-"), T::NAME);
    let check = NetworkCheck::new(model.network(), &*loss).map_err(ModelError::from)?;
    let checked = check.config(config).run().into_iter().map(|outcome| {
        let subject = outcome.as_ref().map_or_else(|failure| &*failure.subject, Report::subject);
        Checked { name: subject.to_owned(), outcome }
    });
    Ok(Section { title, checked: checked.collect() })
}

/// The same network in `f64`.
fn widened<T: Scalar>(predictor: &Predictor<T>) -> Result<Model<f64>, ModelError> {
    let model = predictor.model();
    let (network, loss) = (model.network(), model.loss().kind());
    let mut wide = Model::of_kinds(model.inputs(), &network.kinds(), &loss, &Registry::new())?;
    let mut values = Vec::new();
    network.visit_params(&mut |param| {
        let value = &param.value;
        values.push(Mat::from_fn(value.nrows(), value.ncols(), |i, j| value[(i, j)].to_f64()));
    });
    let mut values = values.into_iter();
    wide.network_mut().visit_params_mut(&mut |param| {
        param.value = values.next().expect("the networks are the same");
    });
    Ok(wide)
}
