//! Losses, and what validation says, epoch by epoch.

use densely::prelude::*;
use densely_picture::{Axis, BLUE, GRAY, GREEN, Hue, ORANGE, Panel, Picture, Swatch};
use maud::html;

use super::numbers::{axis, from_zero, up_to_one};
use super::{SIZE, Section, Sectioned, Shown, drawn, spread};
use crate::epoch_line::EpochLine;

/// Epochs that are drawn, of more as many.
const POINTS: usize = 300;

type Points = Vec<(f64, f64)>;

pub(super) fn section<T: Scalar>(shown: &Shown<'_, T>) -> Sectioned {
    let epochs = shown.run.epochs;
    let drawn_epochs = spread(epochs.len(), POINTS);
    let points = |value: &dyn Fn(&EpochLine) -> Option<f64>| -> Points {
        let point = |&i: &usize| Some((epochs[i].epoch as f64, value(&epochs[i])?));
        drawn_epochs.iter().filter_map(point).collect()
    };
    let train = points(&|epoch| epoch.train_loss);
    let Some((last, _)) = train.last() else { return Ok(None) };
    let (first, last) = (1.0, last.max(2.0));
    let validation = points(&|epoch| epoch.validation_loss);
    let kept = EpochLine::kept(epochs).map(|kept| kept.epoch as f64);
    let values = |lines: &[&Points]| -> Vec<f64> {
        lines.iter().flat_map(|line| line.iter().map(|&(_, y)| y)).collect()
    };
    let panel = |y: Axis, lines: &[(Hue, &Points)]| {
        let (low, high) = y.range();
        let mut panel = Panel::new("", Axis::counted("epoch", first, last), y);
        if let Some(kept) = kept {
            panel = panel.dashed(GRAY, [(kept, low), (kept, high)]);
        }
        lines.iter().fold(panel, |panel, (color, line)| panel.line(*color, (*line).clone()))
    };
    let losses = Picture::new("Loss", SIZE).legend(Swatch::Line, BLUE, "training");
    let losses = match validation.is_empty() {
        true => losses,
        false => losses.legend(Swatch::Line, ORANGE, "validation"),
    };
    let y = axis("", values(&[&train, &validation]).into_iter());
    let losses = losses.panel(panel(y, &[(BLUE, &train), (ORANGE, &validation)]));
    let mut pictures = vec![losses];
    for (name, of) in [
        ("Accuracy on the validation part", points(&|epoch| epoch.validation_accuracy)),
        ("R² on the validation part", points(&|epoch| epoch.validation_r2)),
    ] {
        if !of.is_empty() {
            let y = up_to_one(values(&[&of]).into_iter());
            pictures.push(Picture::new(name, SIZE).panel(panel(y, &[(ORANGE, &of)])));
        }
    }
    let rates = points(&|epoch| epoch.learning_rate);
    if rates.windows(2).any(|pair| pair[0].1 != pair[1].1) {
        let y = from_zero("", values(&[&rates]).into_iter());
        pictures.push(Picture::new("Learning rate", SIZE).panel(panel(y, &[(GREEN, &rates)])));
    }
    let pictures = pictures.iter().map(drawn).collect::<Result<Vec<_>, _>>()?;
    let body = html! {
        div.figures { @for picture in &pictures { (picture) } }
        @if let Some(kept) = kept { p.note { "Dashed: epoch " (kept) ", whose weights are kept." } }
    };
    Ok(Section::new("Course of the training", body))
}
