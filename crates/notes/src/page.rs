use std::fmt::Write;

use crate::section::Section;
use crate::{Experiment, Figures, Outcome};

/// The page of experiments in Markdown: for each its claim, picture, figures and command.
/// Pictures are expected beside it, as `<name>.svg`.
#[must_use]
pub fn page(results: &[(Experiment, Outcome)]) -> String {
    let mut page = String::from(INTRODUCTION);
    for (experiment, outcome) in results {
        let (name, title, verdict) = (experiment.name, experiment.title, outcome.verdict);
        // Writing to a string does not fail.
        let _ = writeln!(page, "| [{title}](#{name}) | {verdict} |");
    }
    let mut section = None;
    for (experiment, outcome) in results {
        if section.replace(experiment.section) != Some(experiment.section) {
            page.push_str(&heading(&experiment.section));
        }
        page.push_str(&entry(experiment, outcome));
    }
    page
}

const INTRODUCTION: &str = "\
# The notes, as experiments

A companion to the notes of CS231n, \"Neural Networks\", [part 1] and [part 2], in their order. Each
experiment quotes a claim of the notes, tries it, and says what came out, also where the claim did not
hold. In a quotation, `[...]` stands for what is left out, and formulas are in Unicode. This page and its
pictures are written by the program:

```sh
densely notes --out docs/notes
```

`densely notes NAME` runs one experiment, `densely notes --list` names them. A figure with a range in
parentheses is the median over seeds, with its lowest and highest value; a band in a picture is such a
range. Results do not depend on the number of threads.

[part 1]: https://cs231n.github.io/neural-networks-1/
[part 2]: https://cs231n.github.io/neural-networks-2/

| experiment | the claim |
|---|---|
";

/// Where a section of the lecture begins.
fn heading(section: &Section) -> String {
    let Section { title, context, .. } = section;
    format!("\n## [{title}]({})\n\n{context}\n", section.link())
}

/// One experiment.
fn entry(experiment: &Experiment, outcome: &Outcome) -> String {
    let Experiment { name, title, claim, method, .. } = experiment;
    let (Outcome { verdict, finding, .. }, source) = (outcome, experiment.source());
    let figures = table(&outcome.figures);
    format!(
        "\n<a id=\"{name}\"></a>\n\n### {title}\n\n> {claim}\n>\n> {source}\n\n{method}\n\n\
         ![{title}]({name}.svg)\n\n{figures}\n**The claim {verdict}.** {finding}\n\n\
         ```sh\ndensely notes {name}\n```\n"
    )
}

fn table(figures: &Figures) -> String {
    // A bar would end its cell, as in |w|.
    let line = |cells: Vec<String>| {
        let cells: Vec<_> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
        format!("| {} |\n", cells.join(" | "))
    };
    let header = line(figures.header.iter().map(|&cell| cell.to_owned()).collect());
    let rule = format!("|---|{}\n", "---:|".repeat(figures.header.len().saturating_sub(1)));
    let rows = figures.rows.iter().map(|row| line(row.iter().map(ToString::to_string).collect()));
    header + &rule + &rows.collect::<String>()
}
