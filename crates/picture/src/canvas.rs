//! What plotters draws, in the units of the picture.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::{Hue, PictureError};

/// plotters has whole pixels only: it draws a picture this many times as large, and the
/// header of the SVG brings it back to its size.
const SCALE: f64 = 4.0;
/// plotters divides sizes of fonts by this.
const FONT: f64 = 1.24;

/// Where a text is, relative to its point.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Anchor {
    Left,
    Center,
    Right,
    /// Centred, read from the bottom to the top.
    Upwards,
}

/// A drawing of an SVG, in pixels from the upper left.
pub(crate) struct Canvas<'a>(SVGBackend<'a>);

fn pixel((x, y): (f64, f64)) -> (i32, i32) {
    ((x * SCALE).round() as i32, (y * SCALE).round() as i32)
}

fn stroke(color: Hue, width: f64) -> ShapeStyle {
    ShapeStyle { color: color.to_rgba(), filled: false, stroke_width: (width * SCALE) as u32 }
}

#[allow(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn failed(error: impl std::error::Error) -> PictureError {
    PictureError(error.to_string())
}

impl Canvas<'_> {
    /// An SVG of this size, drawn by `draw`.
    pub(crate) fn svg(
        (width, height): (f64, f64),
        draw: impl FnOnce(&mut Canvas<'_>) -> Result<(), PictureError>,
    ) -> Result<String, PictureError> {
        let mut svg = String::new();
        let large = pixel((width, height));
        let mut canvas =
            Canvas(SVGBackend::with_string(&mut svg, (large.0 as u32, large.1 as u32)));
        canvas.fill((0.0, 0.0), (width, height), WHITE)?;
        draw(&mut canvas)?;
        canvas.0.present().map_err(failed)?;
        drop(canvas);
        let size = |(w, h): (f64, f64)| format!("width=\"{w:.0}\" height=\"{h:.0}\"");
        let (large, small) = (size((large.0.into(), large.1.into())), size((width, height)));
        Ok(svg.replacen(&large, &small, 1))
    }

    pub(crate) fn line(
        &mut self,
        points: &[(f64, f64)],
        color: Hue,
        width: f64,
    ) -> Result<(), PictureError> {
        let points: Vec<_> = points.iter().copied().map(pixel).collect();
        self.0.draw_path(points, &stroke(color, width)).map_err(failed)
    }

    pub(crate) fn polygon(
        &mut self,
        points: &[(f64, f64)],
        color: Hue,
        opacity: f64,
    ) -> Result<(), PictureError> {
        let points: Vec<_> = points.iter().copied().map(pixel).collect();
        self.0.fill_polygon(points, &color.mix(opacity)).map_err(failed)
    }

    pub(crate) fn fill(
        &mut self,
        from: (f64, f64),
        to: (f64, f64),
        color: Hue,
    ) -> Result<(), PictureError> {
        self.0.draw_rect(pixel(from), pixel(to), &color, true).map_err(failed)
    }

    /// A disk with a white rim, which keeps it apart from its neighbours.
    pub(crate) fn dot(
        &mut self,
        at: (f64, f64),
        radius: f64,
        color: Hue,
    ) -> Result<(), PictureError> {
        let outer = (radius * SCALE) as u32;
        self.0.draw_circle(pixel(at), outer + 2, &WHITE.mix(0.8), true).map_err(failed)?;
        self.0.draw_circle(pixel(at), outer, &color, true).map_err(failed)
    }

    pub(crate) fn text(
        &mut self,
        text: &str,
        at: (f64, f64),
        (size, bold, color): (f64, bool, Hue),
        anchor: Anchor,
    ) -> Result<(), PictureError> {
        if text.is_empty() {
            return Ok(());
        }
        let weight = if bold { FontStyle::Bold } else { FontStyle::Normal };
        let mut font = ("sans-serif", size * FONT * SCALE, weight).into_font();
        let side = match anchor {
            Anchor::Left => HPos::Left,
            Anchor::Right => HPos::Right,
            Anchor::Center => HPos::Center,
            Anchor::Upwards => {
                font = font.transform(FontTransform::Rotate270);
                HPos::Center
            }
        };
        let style = font.color(&color).pos(Pos::new(side, VPos::Center));
        self.0.draw_text(text, &style, pixel(at)).map_err(failed)
    }
}
