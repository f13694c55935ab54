//! Where a model of two numbers says which class.

use densely::prelude::*;
use densely::table::Encoder;
use densely_picture::{Axis, HUES, Panel, Picture, Swatch, TINT, tint};
use maud::html;

use super::numbers::range;
use super::{Section, Sectioned, Shown, drawn, spread};
use crate::output::short;

/// The grid on which the model is asked.
const GRID: (usize, usize) = (96, 72);
const POINTS: usize = 400;

pub(super) fn section<T: Scalar>(shown: &Shown<'_, T>) -> Sectioned {
    let (run, raw) = (shown.run, &shown.raw.data);
    let preparation = run.predictor.preparation();
    let (Some(classes), Some(labels)) = (preparation.class_names(), raw.labels()) else {
        return Ok(None);
    };
    let names = preparation.feature_names();
    let is_number = |encoder: &Encoder| matches!(encoder, Encoder::Number(_));
    let encoders = preparation.encoding().encoders();
    let plane = names.len() == 2 && encoders.iter().all(|of| is_number(&of.encoder));
    if !plane || encoders.len() != 2 || classes.len() > HUES.len() {
        return Ok(None);
    }
    let wider = |i: usize| {
        let (low, high) = range((0..raw.len()).map(|j| raw.x()[(i, j)]));
        let room = 0.04 * (high - low);
        (low - room, high + room)
    };
    let (x, y) = (wider(0), wider(1));
    let (columns, rows) = GRID;
    let at = |(low, high): (f64, f64), i: usize, count: usize| {
        low + (i as f64 + 0.5) / count as f64 * (high - low)
    };
    let grid = Mat::from_fn(2, columns * rows, |i, cell| match i {
        0 => at(x, cell % columns, columns),
        _ => at(y, cell / columns, rows),
    });
    let Prediction::Classes(said) = run.predictor.predict(grid.as_ref(), run.threads)? else {
        return Ok(None);
    };
    let cells = said.iter().map(|&class| tint(HUES[class], TINT)).collect();
    let axis = |i: usize, (low, high)| Axis::linear(&short(&names[i]), low, high);
    let mut panel = Panel::new("", axis(0, x), axis(1, y)).cells(columns, cells);
    let mut picture = Picture::new("", (320.0, 240.0));
    for (class, name) in classes.iter().enumerate() {
        let some = spread(raw.len(), POINTS).into_iter().filter(|&j| labels[j] == class);
        panel = panel.dots(HUES[class], 2.5, some.map(|j| (raw.x()[(0, j)], raw.x()[(1, j)])));
        picture = picture.legend(Swatch::Dot, HUES[class], short(name));
    }
    let picture = drawn(&picture.panel(panel))?;
    let body = html! {
        div.figures { (picture) }
        p.note { "The colour of the ground is what the model says, that of a dot what is, on the " (shown.part) " part." }
    };
    Ok(Section::new("Where it says what", body))
}
