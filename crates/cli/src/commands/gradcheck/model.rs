use std::path::Path;

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
    let mut model = widened(predictor)?;
    let spec = predictor.spec();
    let kind = spec.loss_kind();
    let loss = kind.loss::<f64>();
    let mut widths = vec![spec.inputs()];
    widths.extend(spec.hidden_widths());
    widths.push(spec.outputs());
    let widths: Vec<_> = widths.iter().map(usize::to_string).collect();
    let title = format!("{}: {}, loss {kind}, {}", path.display(), widths.join("-"), T::NAME);
    let check = NetworkCheck::new(model.network_mut(), &*loss).map_err(ModelError::from)?;
    let checked = check.config(config).run().into_iter().map(|outcome| {
        let subject = outcome.as_ref().map_or_else(|failure| &*failure.subject, Report::subject);
        Checked { name: subject.to_owned(), outcome }
    });
    Ok(Section { title, checked: checked.collect() })
}

/// The same network in `f64`.
fn widened<T: Scalar>(predictor: &Predictor<T>) -> Result<Model<f64>, ModelError> {
    let mut values = Vec::new();
    predictor.model().network().visit_params(&mut |param| {
        let value = &param.value;
        values.push(Mat::from_fn(value.nrows(), value.ncols(), |i, j| value[(i, j)].to_f64()));
    });
    let mut values = values.into_iter();
    // It asks for them in the order in which they were visited, and refuses an empty one.
    let next = |_| Ok::<_, ModelError>(values.next().unwrap_or_else(|| Mat::zeros(0, 0)));
    predictor.spec().assemble(next)
}
