//! What a person reads of a run: a page that needs nothing from elsewhere.
//!
//! Names of columns and classes are anybody's: they come into it as text, by the templates, and
//! what the page may load is nothing, by its policy.

mod calibration;
mod confusion;
mod course;
mod image;
mod importance;
mod layers;
mod numbers;
mod regions;
mod repeat;
mod residuals;
mod result;
mod schema;
mod trials;
mod weights;
mod worst;

use std::path::Path;

use densely::models::metrics::{ClassificationScores, RegressionScores};
use densely::prelude::*;
use densely_picture::Picture;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::commands::train::{Judged, Part, Parts};
use crate::epoch_line::EpochLine;
use crate::error::CliError;
use crate::output::short;
pub(crate) use trials::TrialsPage;

/// How the file begins, by which it is known.
pub(crate) const MARK: &str = "<!DOCTYPE html><!-- A run of densely -->";

/// Everything that is read of a run.
pub(crate) struct Run<'a, T: Scalar> {
    pub(crate) folder: &'a Path,
    pub(crate) predictor: &'a Predictor<T>,
    pub(crate) provenance: &'a Provenance,
    pub(crate) epochs: &'a [EpochLine],
    pub(crate) parts: &'a Parts<T>,
    /// How good the model is on the test part, and at each output, where that is known.
    pub(crate) tested: Option<(Evaluation, Option<RegressionScores>)>,
    pub(crate) seed: u64,
    pub(crate) threads: &'a Threads,
}

/// A run, and what sections have in common.
struct Shown<'a, T: Scalar> {
    run: &'a Run<'a, T>,
    judged: &'a Part<T>,
    /// How the part is called that the model is judged by.
    part: &'static str,
    raw: &'a Judged,
    /// Of a classifier, unless so many classes and examples would take too much memory.
    scores: Option<ClassificationScores>,
    /// Of the columns, if there was time for it.
    importance: Option<importance::Measured>,
    /// The images that the features are.
    image: Option<image::Image>,
}

impl<T: Scalar> Run<'_, T> {
    /// The page.
    ///
    /// # Errors
    /// If the model cannot be judged on the examples.
    pub(crate) fn page(&self) -> Result<String, CliError> {
        let (part, judged) = self.parts.judged();
        let raw = &self.parts.sample;
        let shown = Shown {
            run: self,
            judged,
            part,
            raw,
            scores: self.scores(judged)?,
            importance: importance::measure(self, raw)?,
            image: image::Image::of(self.predictor.preparation(), &raw.data),
        };
        let sections = [
            result::section(&shown)?,
            course::section(&shown)?,
            confusion::section(&shown)?,
            residuals::section(&shown)?,
            calibration::section(&shown)?,
            worst::section(&shown)?,
            importance::section(&shown)?,
            regions::section(&shown)?,
            layers::section(&shown)?,
            weights::section(&shown)?,
            schema::section(&shown)?,
            repeat::section(&shown)?,
        ];
        Ok(whole(&self.title(), &sections.into_iter().flatten().collect::<Vec<_>>()).into_string())
    }

    /// What a classifier says of all examples.
    fn scores(&self, judged: &Part<T>) -> Result<Option<ClassificationScores>, CliError> {
        /// Of 8 bytes.
        const MOST: usize = 1 << 25;
        let classes = judged.data.class_names().map_or(0, <[String]>::len);
        let numbers = classes.saturating_mul(judged.data.len());
        if numbers == 0 || numbers > MOST {
            return Ok(None);
        }
        Ok(Some(self.predictor.classification_scores_prepared(&judged.data, self.threads)?))
    }

    fn title(&self) -> String {
        let folder = self.folder.file_name().unwrap_or(self.folder.as_os_str());
        let target = short(self.predictor.preparation().target_name());
        format!("{}: {target}", short(&folder.to_string_lossy()))
    }
}

/// A part of the page, under a heading.
struct Section {
    heading: &'static str,
    body: Markup,
}

impl Section {
    fn new(heading: &'static str, body: Markup) -> Option<Self> {
        Some(Self { heading, body })
    }
}

/// What a section comes to: nothing, where there is nothing to say.
type Sectioned = Result<Option<Section>, CliError>;

fn whole(title: &str, sections: &[Section]) -> Markup {
    // What is not in the page, it does not load, whatever is in a name.
    const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";
    debug_assert!(MARK.starts_with(DOCTYPE.0));
    html! {
        (PreEscaped(MARK)) "\n"
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                title { (title) }
                style { (PreEscaped(include_str!("report/style.css"))) }
            }
            body {
                h1 { (title) }
                @for section in sections {
                    section { h2 { (section.heading) } (section.body) }
                }
            }
        }
    }
}

/// A picture in the colours of the page.
fn drawn(picture: &Picture) -> Result<Markup, CliError> {
    let svg = picture.svg_in_page()?;
    // The name space is a name, and not fetched; within a page it is not needed.
    Ok(html! { figure { (PreEscaped(svg.replace(" xmlns=\"http://www.w3.org/2000/svg\"", ""))) } })
}

/// The width and height of a picture that a phone has room for.
const SIZE: (f64, f64) = (280.0, 190.0);

/// `count` of `0..len`, as evenly as can be, the first and the last among them.
fn spread(len: usize, count: usize) -> Vec<usize> {
    match (len, count) {
        (0, _) | (_, 0) => Vec::new(),
        (len, count) if len <= count => (0..len).collect(),
        (_, 1) => vec![len - 1],
        (len, count) => (0..count).map(|i| i * (len - 1) / (count - 1)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_of_many_are_spread_from_the_first_to_the_last() {
        assert_eq!(spread(3, 5), [0, 1, 2]);
        assert_eq!(spread(9, 3), [0, 4, 8]);
        assert_eq!(spread(9, 1), [8]);
        assert!(spread(0, 3).is_empty() && spread(3, 0).is_empty());
    }

    #[test]
    fn what_is_in_a_page_is_text_and_asks_for_nothing() {
        let heading = "Result";
        let section = Section { heading, body: html! { p { "<script src=x>" } } };
        let page = whole("<b>&\"", &[section]).into_string();
        assert!(page.starts_with(MARK));
        assert!(page.contains("&lt;script src=x&gt;") && page.contains("&lt;b&gt;&amp;"), "{page}");
        assert!(!page.contains("<script") && !page.contains("url(") && !page.contains("@import"));
    }
}
