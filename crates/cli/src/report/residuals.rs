//! How far numbers are from what was predicted.

use densely::data::Target;
use densely::prelude::*;
use densely_picture::{BLUE, GRAY, ORANGE, Panel, Picture};
use maud::html;

use super::numbers::{from_zero, range};
use super::{SIZE, Section, Sectioned, Shown, drawn, spread};
use crate::output::short;
use densely_picture::Axis;

/// Outputs that are drawn.
const OUTPUTS: usize = 4;
/// Examples that are drawn.
const POINTS: usize = 800;
const BINS: usize = 25;

pub(super) fn section<T: Scalar>(shown: &Shown<'_, T>) -> Sectioned {
    let (run, judged) = (shown.run, shown.judged);
    let Target::Values { values, names } = &judged.target else { return Ok(None) };
    let Prediction::Values(predicted) =
        run.predictor.predict_prepared(judged.data.inputs(), run.threads)?
    else {
        return Ok(None);
    };
    let mut pictures = Vec::new();
    for (k, name) in names.iter().enumerate().take(OUTPUTS) {
        let pairs: Vec<(f64, f64)> =
            (0..judged.data.len()).map(|j| (values[(k, j)], predicted[(k, j)])).collect();
        let some = spread(pairs.len(), POINTS).into_iter().map(|j| pairs[j]);
        let (low, high) = range(pairs.iter().flat_map(|&(is, said)| [is, said]));
        let both = |label: &str| Axis::linear(label, low, high);
        let panel = Panel::new("", both("is"), both("predicted"))
            .dashed(GRAY, [(low, low), (high, high)])
            .dots(BLUE, 2.0, some);
        let title = |what: &str| match names.len() {
            1 => what.to_owned(),
            _ => format!("{what}: {}", short(name)),
        };
        pictures.push(drawn(&Picture::new(title("Predicted and real"), SIZE).panel(panel))?);
        let errors: Vec<f64> = pairs.iter().map(|&(is, said)| said - is).collect();
        pictures.push(drawn(&Picture::new(title("Errors"), SIZE).panel(histogram(&errors)))?);
    }
    let body = html! {
        div.figures { @for picture in &pictures { (picture) } }
        p.note {
            "An error is what was predicted less what is"
            @if names.len() > OUTPUTS { "; the first " (OUTPUTS) " outputs of " (names.len()) }
            "."
        }
    };
    Ok(Section::new("Errors", body))
}

/// How many errors are of each size, as the outline of its bars.
fn histogram(errors: &[f64]) -> Panel {
    let (low, high) = range(errors.iter().copied());
    let width = (high - low) / BINS as f64;
    let mut counts = [0_usize; BINS];
    for error in errors {
        // The largest is in the last bin.
        counts[(((error - low) / width) as usize).min(BINS - 1)] += 1;
    }
    let mut outline = vec![(low, 0.0)];
    for (bin, &count) in counts.iter().enumerate() {
        let left = low + bin as f64 * width;
        outline.extend([(left, count as f64), (left + width, count as f64)]);
    }
    outline.push((high, 0.0));
    let y = from_zero("examples", counts.iter().map(|&count| count as f64));
    let (_, top) = y.range();
    Panel::new("", Axis::linear("error", low, high), y)
        .dashed(GRAY, [(0.0, 0.0), (0.0, top)].into_iter().filter(|_| low <= 0.0 && high >= 0.0))
        .line(ORANGE, outline)
}
