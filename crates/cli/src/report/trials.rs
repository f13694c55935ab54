//! The page about a search: what mattered, and all trials.

use std::path::Path;

use densely::models::{Influence, NetworkOptions, Search, Trial};
use densely_picture::{Axis, HUES, Panel, Picture, Swatch};
use maud::{Markup, html};

use super::numbers::range;
use super::{SIZE, Section, drawn, whole};
use crate::config::OptionText;
use crate::error::CliError;
use crate::output::{counted, figure, metric, metric_name, percent, short};

/// Trials that have a line.
const LINES: usize = 100;

/// Values of an option that have a place each; of more, there is an axis.
const NAMED: usize = 8;

/// Everything that is read of a search.
pub(crate) struct TrialsPage<'a> {
    pub(crate) folder: &'a Path,
    pub(crate) search: &'a Search<NetworkOptions>,
    /// What was searched of a trial, as text.
    pub(crate) options: &'a dyn Fn(&Trial<NetworkOptions>) -> Vec<OptionText>,
    pub(crate) influences: &'a [Influence],
}

impl TrialsPage<'_> {
    /// The page.
    ///
    /// # Errors
    /// If a picture cannot be drawn.
    pub(crate) fn page(&self) -> Result<String, CliError> {
        let folder = self.folder.file_name().unwrap_or(self.folder.as_os_str());
        let title = format!("{}: search", short(&folder.to_string_lossy()));
        let sections = [
            Section { heading: "What mattered", body: self.influences()? },
            Section { heading: "Trials, the best first", body: self.trials() },
        ];
        Ok(whole(&title, &sections).into_string())
    }

    /// What the score is called.
    fn score(&self) -> &'static str {
        let first = self.search.trials().iter().find_map(|trial| trial.scores.as_ref().ok());
        match first.map(|scores| scores.folds()[0]) {
            Some(densely::models::Evaluation::Classification { .. }) => "accuracy",
            _ => "r2",
        }
    }

    fn influences(&self) -> Result<Markup, CliError> {
        let most = self.influences.first().map_or(0.0, |first| first.share).max(f64::MIN_POSITIVE);
        let width = |of: &Influence| format!("--width:{:.1}%", 100.0 * of.share / most);
        let pictures = self.influences.iter().map(|of| drawn(&self.picture(of.option)));
        let pictures = pictures.collect::<Result<Vec<_>, _>>()?;
        Ok(html! {
            p {
                "The share of the differences between the ranks of the trials that the values of an option \
                 explain by themselves, corrected for chance. What two options explain together is in none; an option of \
                 which chance may explain as much has 0 %, and all have of fewer than 20 trials."
            }
            div.wide { table.bars {
                tr { th { "option" } th { "" } th.number { "share" } }
                @for of in self.influences {
                    tr {
                        th { (of.option) }
                        td.bar { div style=(width(of)) {} }
                        td.number { (percent(of.share)) }
                    }
                }
            } }
            div.figures { @for picture in &pictures { (picture) } }
            p.note {
                "A dot is a trial; one that was promoted was trained for more epochs. What is far below the others \
                 is at the lower edge."
            }
        })
    }

    /// The score of each trial, by its value of an option.
    fn picture(&self, option: &str) -> Picture {
        let scored: Vec<_> = (self.search.trials().iter())
            .filter_map(|trial| Some((trial, trial.scores.as_ref().ok()?.mean())))
            .filter(|(_, score)| score.is_finite())
            .collect();
        let mut scores: Vec<f64> = scored.iter().map(|(_, score)| *score).collect();
        scores.sort_by(f64::total_cmp);
        // As much below the median as the best is above it, three times.
        let (middle, best) = (scores.get(scores.len() / 2), scores.last());
        let (middle, best) = (middle.copied().unwrap_or(0.0), best.copied().unwrap_or(1.0));
        let lowest = (middle - 3.0 * (best - middle)).max(scores.first().copied().unwrap_or(0.0));
        let (low, high) = range([lowest, best].into_iter());
        let values: Vec<(String, f64)> =
            scored.iter().map(|(trial, _)| value(&trial.options, option)).collect();
        let mut distinct = values.clone();
        distinct.sort_by(|(a, x), (b, y)| x.total_cmp(y).then_with(|| a.cmp(b)));
        distinct.dedup();
        let is_named = distinct.len() <= NAMED;
        let x = match is_named {
            true => Axis::named(option, distinct.iter().map(|(name, _)| name)),
            false => {
                let (low, high) = range(values.iter().map(|(_, value)| *value));
                match low > 0.0 {
                    true => Axis::logarithmic(option, low, high),
                    false => Axis::linear(option, low, high),
                }
            }
        };
        let place = |of: &(String, f64)| match is_named {
            true => distinct.iter().position(|other| other == of).unwrap_or(0) as f64,
            false => of.1,
        };
        let rungs = scored.iter().map(|(trial, _)| trial.rung).max().unwrap_or(0);
        let panel = Panel::new("", x, Axis::linear("", low, high));
        let panel = (0..=rungs).fold(panel, |panel, rung| {
            let of_rung = scored.iter().zip(&values).filter(|((trial, _), _)| trial.rung == rung);
            let points = of_rung.map(|((_, score), of)| (place(of), score.max(low)));
            panel.dots(HUES[rung.min(HUES.len() - 1)], 3.5, points)
        });
        let title = format!("{} by {option}", metric_name(self.score()));
        let picture = Picture::new(title, SIZE).panel(panel);
        (0..=rungs.min(HUES.len() - 1)).fold(picture, |picture, rung| {
            picture.legend(Swatch::Dot, HUES[rung], ["0 promotions", "1", "2", "3"][rung])
        })
    }

    fn trials(&self) -> Markup {
        let (ranking, score) = (self.search.ranking(), self.score());
        let names = ranking.first().map(|trial| (self.options)(trial)).unwrap_or_default();
        html! {
            div.wide { table {
                tr {
                    th { "trial" } th.number { (metric_name(score)) } th.number { "±" }
                    th.number { "loss" } th.number { "epochs" }
                    @for (name, _) in &names { th.number { (name) } }
                }
                @for trial in ranking.iter().take(LINES) {
                    tr {
                        td { (trial.number) }
                        @match &trial.scores {
                            Ok(scores) => {
                                td.number { (metric(score, scores.mean())) }
                                td.number { (metric(score, scores.standard_deviation())) }
                                td.number { (figure(scores.mean_loss())) }
                                td.number { (scores.epochs()[0]) }
                            }
                            Err(_) => { td.number { "failed" } td {} td {} td {} }
                        }
                        @for (_, value) in (self.options)(trial) { td.number { (short(&value)) } }
                    }
                }
            } }
            @if ranking.len() > LINES { p.note { "And " (counted(ranking.len() - LINES, "more trial")) "." } }
            p.note {
                "Scores are means over the folds, after the epoch in which their mean loss is lowest. Those that were \
                 promoted most often, and so trained for most epochs, come first. The score of the best of many flatters it: \
                 what counts is the test of the report."
            }
        }
    }
}

/// The value of an option, as text and as a number.
fn value(options: &NetworkOptions, option: &str) -> (String, f64) {
    let number = match option {
        "activation" => return (options.activation.to_string(), 0.0),
        "depth" => options.hidden.len() as f64,
        "width" => options.hidden.first().map_or(0.0, |width| *width as f64),
        "dropout" => options.dropout,
        "learning rate" => options.learning_rate,
        "weight decay" => options.weight_decay,
        _ => options.batch_size as f64,
    };
    (number.to_string(), number)
}
