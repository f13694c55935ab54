//! Numbers as pixels: of data that are images, and of what a network makes of them.

use std::io;

use ::image::codecs::png::PngEncoder;
use ::image::{ExtendedColorType, ImageEncoder, ImageError};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use densely::prelude::*;
use densely::table::{Encoder, LeftOut};
use densely_picture::{BLUE, Hue, INK, ORANGE, tint};
use maud::{Markup, html};

use crate::error::CliError;

/// Features of the smallest image that is taken for one.
const LEAST: usize = 64;

/// The images that features are.
pub(super) struct Image {
    height: usize,
    width: usize,
    /// The pixel of each feature.
    places: Vec<usize>,
    /// All pixels, with what those are that are no features, since they are always the same.
    constant: Vec<f64>,
}

impl Image {
    /// A square number of whole numbers from 0 to 255, which are told apart by numbers alone.
    pub(super) fn of(preparation: &Preparation, sample: &Dataset<f64>) -> Option<Self> {
        let (encoding, x) = (preparation.encoding(), sample.x());
        let columns = encoding.schema().columns();
        let side = columns.len().isqrt();
        let is_number = |encoder: &Encoder| matches!(encoder, Encoder::Number(of) if !of.indicator);
        let stem =
            |name: &str| name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '_').to_owned();
        let is_pixel = |value: f64| value == value.trunc() && (0.0..256.0).contains(&value);
        let is_image = side * side == columns.len()
            && columns.len() >= LEAST
            && encoding.encoders().iter().all(|encoder| is_number(&encoder.encoder))
            && columns.iter().all(|column| stem(&column.name) == stem(&columns[0].name))
            && (0..x.ncols()).all(|j| x.col(j).iter().all(|&value| is_pixel(value)));
        if !is_image {
            return None;
        }
        let (mut places, mut constant) = (Vec::new(), vec![0.0; columns.len()]);
        for (place, column) in columns.iter().enumerate() {
            match &column.left_out {
                None => places.push(place),
                Some(LeftOut::Constant(value)) => {
                    constant[place] = value.parse().ok().filter(|&value| is_pixel(value))?;
                }
                Some(_) => return None,
            }
        }
        Some(Self { height: side, width: side, places, constant })
    }

    /// The number of features.
    pub(super) fn features(&self) -> usize {
        self.places.len()
    }

    fn size(&self) -> (usize, usize) {
        (self.height, self.width)
    }

    /// Features in their places, and in others what is there.
    fn filled(&self, features: &[f64], mut pixels: Vec<f64>) -> Vec<f64> {
        self.places.iter().zip(features).for_each(|(&place, &value)| pixels[place] = value);
        pixels
    }

    /// An example, dark where its numbers are large.
    pub(super) fn example(&self, x: &[f64]) -> Result<Markup, CliError> {
        let x = self.filled(x, self.constant.clone());
        let most = x.iter().copied().fold(1.0, f64::max);
        let colors: Vec<Hue> = x.iter().map(|value| tint(INK, value / most)).collect();
        shown(&colors, self.size(), "example")
    }

    /// Numbers around 0, which is white: blue above, orange below.
    pub(super) fn map(&self, values: &[f64]) -> Result<Markup, CliError> {
        shown(&self.signed(values), self.size(), "map")
    }

    /// Several of them, each with colours of its own, so many in a row.
    pub(super) fn sheet(&self, pictures: &[Vec<f64>], columns: usize) -> Result<Markup, CliError> {
        let (height, width) = self.size();
        let rows = pictures.len().div_ceil(columns);
        let (sheet_height, sheet_width) = (rows * (height + 1) - 1, columns * (width + 1) - 1);
        let mut colors = vec![tint(INK, 0.0); sheet_height * sheet_width];
        for (k, values) in pictures.iter().enumerate() {
            let (top, left) = (k / columns * (height + 1), k % columns * (width + 1));
            for (i, color) in self.signed(values).into_iter().enumerate() {
                colors[(top + i / width) * sheet_width + left + i % width] = color;
            }
        }
        shown(&colors, (sheet_height, sheet_width), "sheet")
    }

    fn signed(&self, values: &[f64]) -> Vec<Hue> {
        let values = self.filled(values, vec![0.0; self.constant.len()]);
        let most = values.iter().fold(f64::MIN_POSITIVE, |most, value| most.max(value.abs()));
        let color =
            |value: &f64| tint(if *value < 0.0 { ORANGE } else { BLUE }, value.abs() / most);
        values.iter().map(color).collect()
    }
}

/// A picture of these pixels that is part of the page.
fn shown(colors: &[Hue], (height, width): (usize, usize), class: &str) -> Result<Markup, CliError> {
    let bytes: Vec<u8> = colors.iter().flat_map(|color| [color.0, color.1, color.2]).collect();
    let mut png = Vec::new();
    PngEncoder::new(&mut png)
        .write_image(&bytes, width as u32, height as u32, ExtendedColorType::Rgb8)
        .map_err(|error: ImageError| CliError::Output(io::Error::other(error)))?;
    let data = format!("data:image/png;base64,{}", STANDARD.encode(png));
    Ok(html! { img.(class) alt=(class) width=(width) height=(height) src=(data); })
}
