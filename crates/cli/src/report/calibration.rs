//! Whether a classifier is right as often as it says.

use densely::prelude::*;
use densely_picture::{Axis, BLUE, GRAY, Panel, Picture};
use maud::html;

use super::{SIZE, Section, Sectioned, Shown, drawn};
use crate::output::percent;

const BINS: usize = 10;

pub(super) fn section<T: Scalar>(shown: &Shown<'_, T>) -> Sectioned {
    let Some(scores) = &shown.scores else { return Ok(None) };
    let Some(calibration) = scores.calibration(BINS)? else { return Ok(None) };
    let bins: Vec<_> = calibration.bins().iter().filter(|bin| bin.count > 0).collect();
    let most = bins.iter().map(|bin| bin.count).max().unwrap_or(1) as f64;
    let points = bins.iter().map(|bin| (bin.confidence, bin.accuracy));
    let axis = |label: &str| Axis::linear(label, 0.0, 1.0);
    let mut panel = Panel::new("", axis("confidence"), axis("share that is right"))
        .dashed(GRAY, [(0.0, 0.0), (1.0, 1.0)])
        .line(BLUE, points);
    for bin in &bins {
        // As large as it has examples.
        let radius = 2.0 + 5.0 * (bin.count as f64 / most).sqrt();
        panel = panel.dots(BLUE, radius, [(bin.confidence, bin.accuracy)]);
    }
    let picture = drawn(&Picture::new("", SIZE).panel(panel))?;
    let body = html! {
        div.figures { (picture) }
        p {
            "Confidence and truth are " (percent(calibration.expected_error()))
            " apart in the mean (expected calibration error). Above the dashed line, the model is \
             right more often than it says. The larger a dot, the more examples it has."
        }
    };
    Ok(Section::new("Calibration", body))
}
