//! The examples that were predicted worst.

use densely::data::Target;
use densely::prelude::*;
use densely::table::{Encoder, TimePart};
use maud::html;

use super::{Section, Sectioned, Shown};
use crate::error::CliError;
use crate::output::{figure, percent, short};

const SHOWN: usize = 12;
/// Columns that are shown with each: those that matter most.
const COLUMNS: usize = 5;

pub(super) fn section<T: Scalar>(shown: &Shown<'_, T>) -> Sectioned {
    let (run, judged) = (shown.run, shown.judged);
    let losses = run.predictor.losses_prepared(&judged.data, run.threads)?;
    let mut worst: Vec<usize> = (0..losses.len()).collect();
    worst.sort_by(|&a, &b| losses[b].total_cmp(&losses[a]));
    worst.truncate(SHOWN);
    let encoders = run.predictor.preparation().encoding().encoders();
    let columns = if shown.image.is_some() { Vec::new() } else { columns(shown) };
    let (heads, answers) = answers(shown, &worst)?;
    let mut rows = Vec::new();
    for (&j, answers) in worst.iter().zip(&answers) {
        let x = shown.raw.features(j);
        let picture = x.zip(shown.image.as_ref()).map(|(x, image)| image.example(x)).transpose()?;
        rows.push(html! {
            tr {
                th { (judged.data.place(j)) }
                @if shown.image.is_some() { td { @if let Some(picture) = picture { (picture) } } }
                @for answer in answers { td.number { (answer) } }
                td.number { (figure(losses[j])) }
                @for &(column, first) in &columns {
                    td.number { @if let Some(x) = x { (cell(&encoders[column].encoder, &x[first..])) } }
                }
            }
        });
    }
    let body = html! {
        div.wide { table.examples {
            tr {
                th { "example" }
                @if shown.image.is_some() { th { "image" } }
                @for head in heads { th.number { (head) } }
                th.number { "loss" }
                @for &(column, _) in &columns { th.number.feature { (short(&encoders[column].column)) } }
            }
            @for row in rows { (row) }
        } }
    };
    Ok(Section::new("The worst predictions", body))
}

/// The columns that matter most, and where the features of each begin.
fn columns<T: Scalar>(shown: &Shown<'_, T>) -> Vec<(usize, usize)> {
    let sources = shown.run.predictor.preparation().encoding().sources();
    let columns = match &shown.importance {
        Some(measured) => measured.order(),
        None => (0..COLUMNS).collect(),
    };
    let first = |column: usize| Some((column, sources.iter().position(|&of| of == column)?));
    columns.into_iter().filter_map(first).take(COLUMNS).collect()
}

/// A cell of a table, from the features that became of it.
fn cell(encoder: &Encoder, features: &[f64]) -> String {
    const GAP: &str = "–";
    match encoder {
        Encoder::Number(of) | Encoder::Boolean(of) if of.indicator && features[1] == 1.0 => {
            GAP.into()
        }
        Encoder::Number(_) => shortest(features[0]),
        Encoder::Boolean(_) => if features[0] == 1.0 { "yes" } else { "no" }.to_owned(),
        Encoder::Category(of) => {
            let of_values = features.iter().take(of.values.len()).position(|&is| is == 1.0);
            match of_values {
                Some(value) => short(&of.values[value]),
                None if of.other && features[of.values.len()] == 1.0 => "another".to_owned(),
                None => GAP.to_owned(),
            }
        }
        Encoder::Time(of) => {
            let part = |((part, _), value): (&(TimePart, f64), &f64)| {
                format!("{part} {}", shortest(*value))
            };
            of.parts.iter().zip(features).take(2).map(part).collect::<Vec<_>>().join(", ")
        }
    }
}

/// What is, and what was said of it.
fn answers<T: Scalar>(
    shown: &Shown<'_, T>,
    examples: &[usize],
) -> Result<(Vec<&'static str>, Vec<Vec<String>>), CliError> {
    let (run, judged) = (shown.run, shown.judged);
    match &judged.target {
        Target::Classes { labels, names } => {
            let Some(scores) = &shown.scores else {
                let answers = examples.iter().map(|&j| vec![short(&names[labels[j]])]);
                return Ok((vec!["is"], answers.collect()));
            };
            let share = |class: usize, j: usize| scores.probability(class, j).map(percent);
            let answer = |&j: &usize| {
                let (label, predicted) = (labels[j], scores.predicted()[j]);
                let mut answer = vec![short(&names[label]), short(&names[predicted])];
                answer.extend(share(predicted, j));
                answer.extend(share(label, j));
                answer
            };
            let answers: Vec<_> = examples.iter().map(answer).collect();
            let mut heads = vec!["is", "predicted"];
            if answers.iter().any(|answer| answer.len() > heads.len()) {
                heads.extend(["probability of that", "of what is"]);
            }
            Ok((heads, answers))
        }
        Target::Values { values, .. } => {
            let Prediction::Values(predicted) =
                run.predictor.predict_prepared(judged.data.inputs(), run.threads)?
            else {
                return Ok((Vec::new(), vec![Vec::new(); examples.len()]));
            };
            // Of several outputs, the one that is most wrong for its scale would need more words.
            let listed = |of: &dyn Fn(usize) -> f64| {
                let shown: Vec<String> =
                    (0..values.nrows().min(3)).map(|k| figure(of(k))).collect();
                shown.join(", ")
            };
            let answer = |&j: &usize| {
                let error = |k| predicted[(k, j)] - values[(k, j)];
                vec![listed(&|k| values[(k, j)]), listed(&|k| predicted[(k, j)]), listed(&error)]
            };
            Ok((vec!["is", "predicted", "error"], examples.iter().map(answer).collect()))
        }
    }
}

/// A number of a table as it may well have been there.
fn shortest(value: f64) -> String {
    if value == value.trunc() && value.abs() < 1e9 { format!("{value}") } else { figure(value) }
}

#[cfg(test)]
mod tests {
    use densely::table::{CategoryEncoder, NumberEncoder};

    use super::*;

    #[test]
    fn cells_are_as_they_were() {
        let values = vec!["pear".to_owned(), "plum".to_owned()];
        let category = Encoder::Category(CategoryEncoder { values, other: true, missing: true });
        for (features, text) in [
            ([0.0, 1.0, 0.0, 0.0], "plum"),
            ([0.0, 0.0, 1.0, 0.0], "another"),
            ([0.0, 0.0, 0.0, 1.0], "–"),
        ] {
            assert_eq!(cell(&category, &features), text);
        }
        let number = NumberEncoder { fill: Some(2.5), indicator: true, range: None };
        assert_eq!(cell(&Encoder::Number(number), &[2.5, 1.0]), "–");
        assert_eq!(cell(&Encoder::Number(number), &[-17.0, 0.0]), "-17");
        assert_eq!(cell(&Encoder::Boolean(number), &[1.0, 0.0]), "yes");
    }
}
