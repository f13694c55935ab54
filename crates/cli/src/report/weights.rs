//! What the units of the first layer look for in an image.

use densely::layers::Role;
use densely::prelude::*;
use maud::html;

use super::{Section, Sectioned, Shown};
use crate::output::counted;

/// Units that are shown: those of the largest weights.
const UNITS: usize = 64;
const COLUMNS: usize = 8;

pub(super) fn section<T: Scalar>(shown: &Shown<'_, T>) -> Sectioned {
    let preparation = shown.run.predictor.preparation();
    let image = shown.image.as_ref().filter(|_| preparation.pipeline().keeps_features());
    let Some(image) = image else {
        return Ok(None);
    };
    let Some(weights) = first_weights(shown.run.predictor.model().network()) else {
        return Ok(None);
    };
    if weights.ncols() != image.features() {
        return Ok(None);
    }
    let row = |i: usize| (0..weights.ncols()).map(|k| weights[(i, k)].to_f64()).collect::<Vec<_>>();
    let mut units: Vec<Vec<f64>> = (0..weights.nrows()).map(row).collect();
    let norm = |row: &Vec<f64>| row.iter().map(|w| w * w).sum::<f64>();
    units.sort_by(|a, b| norm(b).total_cmp(&norm(a)));
    let all = units.len();
    units.truncate(UNITS);
    let sheet = image.sheet(&units, COLUMNS.min(units.len()))?;
    let body = html! {
        (sheet)
        p.note {
            "The weights of " (counted(units.len(), "unit"))
            @if all > units.len() { " of " (all) ", those with the largest" }
            ", a picture each: blue above 0, orange below, white at 0."
        }
    };
    Ok(Section::new("What the first layer looks for", body))
}

/// The first weights of the network: out x in.
fn first_weights<T: Scalar>(network: &Sequential<T>) -> Option<Mat<T>> {
    let mut first = None;
    network.visit_params(&mut |param| {
        if first.is_none() && param.role == Role::Weight {
            first = Some(param.value.clone());
        }
    });
    first
}
