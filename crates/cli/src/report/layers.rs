//! What went on in the layers.

use densely::prelude::*;
use densely_picture::{Axis, HUES, Panel, Picture, Swatch};
use maud::{Markup, html};

use super::numbers::{axis, from_zero};
use super::{SIZE, Section, Sectioned, Shown, drawn, spread};
use crate::epoch_line::{EpochLine, LayerLine};
use crate::error::CliError;
use crate::output::{figure, percent, short, thousands};

/// Layers that have a line.
const LINES: usize = 40;
/// Epochs that are drawn.
const POINTS: usize = 200;

pub(super) fn section<T: Scalar>(shown: &Shown<'_, T>) -> Sectioned {
    let looked: Vec<&EpochLine> =
        shown.run.epochs.iter().filter(|epoch| !epoch.layers.is_empty()).collect();
    let Some(last) = looked.last() else { return Ok(None) };
    let weighed: Vec<usize> =
        (0..last.layers.len()).filter(|&i| last.layers[i].update_ratio.is_some()).collect();
    let drawn_layers: Vec<usize> =
        spread(weighed.len(), HUES.len()).into_iter().map(|i| weighed[i]).collect();
    let picture = |title: &str, of: &dyn Fn(&LayerLine) -> Option<f64>| {
        let line = |&i: &usize| -> Vec<(f64, f64)> {
            let some = spread(looked.len(), POINTS).into_iter().map(|j| looked[j]);
            some.filter_map(|epoch| Some((epoch.epoch as f64, of(epoch.layers.get(i)?)?))).collect()
        };
        let lines: Vec<_> = drawn_layers.iter().map(line).collect();
        let y = axis("", lines.iter().flatten().map(|&(_, y)| y));
        let x = Axis::counted("epoch", 1.0, (last.epoch as f64).max(2.0));
        let (mut picture, mut panel) = (Picture::new(title, SIZE), Panel::new("", x, y));
        for ((&i, line), &hue) in drawn_layers.iter().zip(lines).zip(&HUES) {
            picture = picture.legend(Swatch::Line, hue, format!("layer {}", last.layers[i].layer));
            panel = panel.line(hue, line);
        }
        drawn(&picture.panel(panel))
    };
    let pictures = match looked.len() > 1 && !drawn_layers.is_empty() {
        false => Vec::new(),
        true => vec![
            picture("Size of gradients", &|layer| layer.gradients?.standard_deviation)?,
            picture("Update over weights", &|layer| layer.update_ratio)?,
        ],
    };
    let pictures = pictures.into_iter().chain(units(shown.run.epochs)?).collect::<Vec<_>>();
    let count = |count: Option<usize>| count.map_or("–".to_owned(), thousands);
    let number = |value: Option<f64>| value.map_or("–".to_owned(), figure);
    let body = html! {
        div.figures { @for picture in &pictures { (picture) } }
        div.wide { table {
            tr {
                th { "layer" } th { "kind" } th.number { "units" } th.number { "mean" }
                th.number { "deviation" } th.number { "zeros" } th.number { "gradients" }
                th.number { "dead" } th.number { "saturated" } th.number { "update over weights" }
            }
            @for layer in last.layers.iter().take(LINES) {
                tr {
                    th { (layer.layer) } td { (short(&layer.kind)) }
                    td.number { (thousands(layer.units)) }
                    td.number { (number(layer.activations.mean)) }
                    td.number { (number(layer.activations.standard_deviation)) }
                    td.number { (layer.activations.zeros.map_or("–".to_owned(), percent)) }
                    td.number { (number(layer.gradients.and_then(|of| of.standard_deviation))) }
                    td.number { (count(layer.dead_units)) }
                    td.number { (count(layer.saturated_units)) }
                    td.number { (number(layer.update_ratio)) }
                }
            }
        } }
        p.note {
            "In epoch " (last.epoch) ". Gradients: the standard deviation of those of an example's "
            "loss with respect to the outputs of the layer. Dead: active for no example of the "
            "epoch. Updates of about 0.001 of the weights are healthy."
            @if last.layers.len() > LINES { " The first " (LINES) " of " (last.layers.len()) " layers." }
        }
    };
    Ok(Section::new("What went on in the layers", body))
}

/// How many units let nothing through, epoch by epoch; none where all of them always do.
fn units(epochs: &[EpochLine]) -> Result<Option<Markup>, CliError> {
    let some: Vec<&EpochLine> =
        spread(epochs.len(), POINTS).into_iter().map(|i| &epochs[i]).collect();
    let line = |of: &dyn Fn(&EpochLine) -> Option<usize>| -> Vec<(f64, f64)> {
        let points = some.iter().filter_map(|epoch| Some((epoch.epoch as f64, of(epoch)? as f64)));
        points.collect()
    };
    let (dead, saturated) = (line(&|epoch| epoch.dead_units), line(&|epoch| epoch.saturated_units));
    if dead.iter().chain(&saturated).all(|&(_, units)| units == 0.0) {
        return Ok(None);
    }
    let y = from_zero("", dead.iter().chain(&saturated).map(|&(_, units)| units));
    let x = Axis::counted("epoch", 1.0, (epochs.len() as f64).max(2.0));
    let picture = Picture::new("Units without gradient", SIZE)
        .legend(Swatch::Line, HUES[0], "dead")
        .legend(Swatch::Line, HUES[1], "saturated")
        .panel(Panel::new("", x, y).line(HUES[0], dead).line(HUES[1], saturated));
    drawn(&picture).map(Some)
}
