//! Pictures: panels side by side, in one style.
//!
//! White background, colours of Okabe and Ito that everybody can tell apart, a legend
//! above the panels. The same picture is always the same bytes.
//!
//! ```
//! use densely_picture::{Axis, BLUE, Panel, Picture, Swatch};
//!
//! let panel = Panel::new("", Axis::linear("epoch", 1.0, 3.0), Axis::logarithmic("loss", 0.1, 10.0))
//!     .line(BLUE, [(1.0, 2.0), (2.0, 0.5), (3.0, 0.3)]);
//! let picture = Picture::new("Loss", (300.0, 200.0)).legend(Swatch::Line, BLUE, "training");
//! assert!(picture.panel(panel).svg()?.starts_with("<svg"));
//! # Ok::<(), densely_picture::PictureError>(())
//! ```

mod axis;
mod canvas;
mod number;
mod panel;

pub use axis::Axis;
pub use number::number;
pub use panel::Panel;
use plotters::style::RGBColor;
use thiserror::Error;

use canvas::{Anchor, Canvas};
use panel::Frame;

/// A colour.
pub type Hue = RGBColor;

/// A picture that cannot be drawn.
#[derive(Debug, Error)]
#[error("the picture cannot be drawn: {0}")]
pub struct PictureError(String);

/// The first colour to take.
pub const BLUE: Hue = RGBColor(0, 114, 178);
/// The second.
pub const ORANGE: Hue = RGBColor(230, 159, 0);
/// The third.
pub const GREEN: Hue = RGBColor(0, 158, 115);
/// The fourth.
pub const PURPLE: Hue = RGBColor(204, 121, 167);
/// Text, and lines that matter as much.
pub const INK: Hue = RGBColor(34, 34, 34);
/// What is there for comparison.
pub const GRAY: Hue = RGBColor(120, 120, 120);
const FRAME: Hue = RGBColor(150, 150, 150);
const GRID: Hue = RGBColor(232, 232, 232);

/// This share of a colour, and white for the rest.
#[must_use]
pub fn tint(color: Hue, share: f64) -> Hue {
    let mix = |part: u8| (255.0 - share.clamp(0.0, 1.0) * (255.0 - f64::from(part))).round() as u8;
    RGBColor(mix(color.0), mix(color.1), mix(color.2))
}

/// The colour of each class of two or three.
pub const CLASSES: [Hue; 3] = [BLUE, ORANGE, GREEN];

/// The colour of each of four classes.
pub const HUES: [Hue; 4] = [BLUE, ORANGE, GREEN, PURPLE];

/// The share of the colour of a class in that of its region.
pub const TINT: f64 = 0.25;

/// The variable of a colour that is written as `0072B2`.
fn variable(hexadecimal: &str) -> Option<String> {
    let part = |at| u8::from_str_radix(hexadecimal.get(at..at + 2)?, 16).ok();
    let color = RGBColor(part(0)?, part(2)?, part(4)?);
    let named = [
        (RGBColor(255, 255, 255), "paper"),
        (INK, "ink"),
        (GRAY, "gray"),
        (FRAME, "frame"),
        (GRID, "grid"),
    ];
    let named = named.into_iter().find(|(of, _)| *of == color).map(|(_, name)| name.to_owned());
    let class = |color_of: &dyn Fn(Hue) -> Hue| HUES.iter().position(|&hue| color_of(hue) == color);
    named
        .or_else(|| class(&|hue| hue).map(|class| format!("class-{class}")))
        .or_else(|| class(&|hue| tint(hue, TINT)).map(|class| format!("tint-{class}")))
}

/// How a legend shows what it names.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Swatch {
    /// A line.
    Line,
    /// A dashed line.
    Dashed,
    /// A dot.
    Dot,
}

/// Panels of one size in rows, under a title and a legend.
#[derive(Debug, Clone)]
pub struct Picture {
    title: String,
    legend: Vec<(Swatch, Hue, String)>,
    size: (f64, f64),
    columns: usize,
    panels: Vec<Panel>,
}

const MARGIN: f64 = 16.0;
const GAP: f64 = 18.0;
const TITLE: f64 = 30.0;
const LEGEND: f64 = 24.0;
const PANEL_TITLE: f64 = 26.0;
/// The width of a letter of 13 pixels, about.
const LETTER: f64 = 7.2;

impl Picture {
    /// No panels yet. `size` is the width and height of each one's coordinate system.
    #[must_use]
    pub fn new(title: impl Into<String>, size: (f64, f64)) -> Self {
        let (legend, panels) = (Vec::new(), Vec::new());
        Self { title: title.into(), legend, size, columns: usize::MAX, panels }
    }

    /// How many panels there are in a row; all by default.
    #[must_use]
    pub fn columns(self, columns: usize) -> Self {
        Self { columns, ..self }
    }

    /// With one more entry of the legend.
    #[must_use]
    pub fn legend(mut self, swatch: Swatch, color: Hue, text: impl Into<String>) -> Self {
        self.legend.push((swatch, color, text.into()));
        self
    }

    /// With one more panel.
    #[must_use]
    pub fn panel(mut self, panel: Panel) -> Self {
        self.panels.push(panel);
        self
    }

    /// The picture as an SVG.
    ///
    /// # Errors
    /// If it cannot be drawn.
    pub fn svg(&self) -> Result<String, PictureError> {
        let columns = self.columns.clamp(1, self.panels.len().max(1));
        let (width, height) = self.size;
        let most = |panels: &mut dyn Iterator<Item = &Panel>, room: fn(&Panel) -> f64| {
            panels.map(room).fold(0.0, f64::max)
        };
        // The left of each column's coordinate systems, and the top of each row's.
        let (mut right, mut lefts) = (MARGIN - GAP, Vec::with_capacity(columns));
        for column in 0..columns {
            let mut panels = self.panels.iter().skip(column).step_by(columns);
            lefts.push(right + GAP + most(&mut panels, |panel| panel.margins().0));
            right = lefts[column] + width;
        }
        let legend = if self.legend.is_empty() { 0.0 } else { LEGEND };
        let title = if self.title.is_empty() { 0.0 } else { TITLE };
        let (mut bottom, mut tops) = (MARGIN + title + legend, Vec::new());
        for row in self.panels.chunks(columns) {
            let titled = row.iter().any(Panel::has_title);
            tops.push(bottom + if titled { PANEL_TITLE } else { 8.0 });
            let below = most(&mut row.iter(), |panel| panel.margins().1);
            bottom = tops[tops.len() - 1] + height + below;
        }
        Canvas::svg((right + 8.0 + MARGIN, bottom + MARGIN), |canvas| {
            let font = (17.0, true, INK);
            canvas.text(&self.title, (MARGIN, MARGIN + 10.0), font, Anchor::Left)?;
            self.draw_legend(canvas, (MARGIN, MARGIN + title + 8.0))?;
            for (i, panel) in self.panels.iter().enumerate() {
                let (left, top) = (lefts[i % columns], tops[i / columns]);
                panel.draw(canvas, Frame { left, top, width, height })?;
            }
            Ok(())
        })
    }

    /// The picture as a part of a page, which gives it colours by variables of its style sheet:
    /// `--paper`, `--ink`, `--gray`, `--frame`, `--grid`, and `--class-0` to `--class-3` for
    /// [`BLUE`], [`ORANGE`], [`GREEN`] and [`PURPLE`], with `--tint-0` and so on for a
    /// [`TINT`] of these. Other colours stay as they are. It is as wide as the page at most.
    ///
    /// # Errors
    /// As [`svg`](Self::svg).
    pub fn svg_in_page(&self) -> Result<String, PictureError> {
        let svg = self.svg()?;
        // What is text has no quotes in it.
        let mut parts = svg.split("\"#");
        let mut page = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            match part.get(..6).and_then(variable) {
                Some(variable) => page += &format!("\"var(--{variable}){}", &part[6..]),
                None => page += &format!("\"#{part}"),
            }
        }
        Ok(page.replacen("<svg ", "<svg style=\"max-width: 100%; height: auto\" ", 1))
    }

    fn draw_legend(&self, canvas: &mut Canvas<'_>, at: (f64, f64)) -> Result<(), PictureError> {
        let (mut x, y) = at;
        for (swatch, color, text) in &self.legend {
            let line = [(x, y), (x + 22.0, y)];
            let (dashes, wide) = match swatch {
                Swatch::Line => (vec![line.to_vec()], true),
                Swatch::Dashed => (panel::dashes(&line), true),
                Swatch::Dot => (Vec::new(), false),
            };
            dashes.iter().try_for_each(|dash| canvas.line(dash, *color, 2.5))?;
            if !wide {
                canvas.dot((x + 6.0, y), 5.0, *color)?;
            }
            x += if wide { 28.0 } else { 16.0 };
            canvas.text(text, (x, y), (13.0, false, INK), Anchor::Left)?;
            x += LETTER * text.chars().count() as f64 + 18.0;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tint_is_between_white_and_the_color() {
        assert_eq!(tint(ORANGE, 0.0), RGBColor(255, 255, 255));
        assert_eq!(tint(ORANGE, 1.0), ORANGE);
        assert_eq!(tint(RGBColor(55, 155, 255), 0.5), RGBColor(155, 205, 255));
    }

    /// Only the first panel of a row needs room for the label of its axis, and only a row
    /// with titles needs room for those.
    #[test]
    fn rows_and_columns_take_the_room_that_they_need() {
        let size = |columns, panels: &[(&str, &str)]| {
            let picture = Picture::new("", (100.0, 50.0)).columns(columns);
            let panel = |&(title, label): &(&str, &str)| {
                Panel::new(title, Axis::bare("", 0.0, 1.0), Axis::bare(label, 0.0, 1.0))
            };
            let svg = panels.iter().map(panel).fold(picture, Picture::panel).svg().unwrap();
            let number = |name| svg.split(name).nth(1)?.split('"').nth(1)?.parse::<i32>().ok();
            (number("width=").unwrap(), number("height=").unwrap())
        };
        let (one, two) = (size(1, &[("", "")]), size(2, &[("", ""), ("", "")]));
        assert_eq!((two.0 - one.0, two.1), (118 + 4, one.1));
        assert_eq!(size(2, &[("", "label"), ("", "")]), (two.0 + 22, two.1));
        let three = size(2, &[("", ""), ("", ""), ("", "")]);
        assert_eq!(three, (two.0, two.1 + 8 + 50 + 4));
        assert_eq!(size(2, &[("title", ""), ("", ""), ("", "")]), (three.0, three.1 + 18));
    }

    #[test]
    fn a_picture_is_always_the_same_bytes_and_has_its_texts() {
        let draw = || {
            let panel =
                Panel::new("left", Axis::linear("steps", 0.0, 4.0), Axis::bare("", 0.0, 1.0))
                    .line(BLUE, [(0.0, 0.0), (4.0, 1.0)])
                    .dots(ORANGE, 3.0, [(2.0, 0.5)]);
            Picture::new("a < b", (200.0, 100.0)).legend(Swatch::Line, BLUE, "loss").panel(panel)
        };
        let svg = draw().svg().unwrap();
        assert_eq!(svg, draw().svg().unwrap());
        assert!(
            svg.starts_with("<svg width=\"244\" height=\"258\" viewBox=\"0 0 976 1032\""),
            "{svg:.200}"
        );
        for text in ["a &lt; b", "left", "steps", "loss"] {
            assert!(svg.contains(text), "{text}");
        }
        assert_eq!(svg.matches("<polyline").count(), 5 + 1 + 1 + 1);
    }

    #[test]
    fn in_a_page_colors_are_those_of_the_page_and_texts_stay() {
        let panel = Panel::new("\"#0072B2", Axis::bare("", 0.0, 1.0), Axis::bare("", 0.0, 1.0))
            .cells(2, vec![tint(ORANGE, TINT), RGBColor(1, 2, 3)])
            .line(BLUE, [(0.0, 0.0), (1.0, 1.0)]);
        let svg = Picture::new("", (100.0, 50.0)).panel(panel).svg_in_page().unwrap();
        for part in [
            "var(--paper)",
            "var(--tint-1)",
            "var(--class-0)",
            "#010203",
            "&quot;#0072B2",
            "var(--frame)",
        ] {
            assert!(svg.contains(part), "{part}: {svg}");
        }
        assert!(!svg.replace("&quot;#0072B2", "").contains("0072B2"), "{svg}");
    }
}
