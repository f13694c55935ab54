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
experiment states a claim of the notes in our words, tries it, and says what came out, also where the claim
did not hold. The program writes this page and its pictures:

```sh
densely notes --out docs/notes
```

`densely notes NAME` runs one experiment, `densely notes --list` names them.

**Figures.** A range in parentheses is from the lowest to the highest of ten seeds, the figure before it the
median; a band in a picture is such a range.

**Verdicts.** Below each experiment is what its verdict rests on. A statement with a range is about a mean
over seeds, and the range is its 95 % confidence interval (Student's t). Settings are compared by their
differences (or factors) for each seed, so that what they share drops out. Such a statement holds (✓) if the
whole interval is above 0, above 1 for a factor, or beyond the bound that it names. The others are looked up
in every run. A claim held if all of its statements do.

**Choices.** Learning rates, penalties, noise and sizes are chosen by a validation part, or by the results of
the other seeds, never by the figure that is reported.

Results do not depend on the number of threads; only the times of `relu-is-cheap` depend on the machine.

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
    let (Outcome { verdict, finding, .. }, link) = (outcome, experiment.link());
    let figures = table(&outcome.figures);
    let statements: String =
        outcome.statements.iter().map(|statement| format!("- {statement}\n")).collect();
    format!(
        "\n<a id=\"{name}\"></a>\n\n### {title}\n\n**The claim** ([notes]({link})): {claim}\n\n\
         **The experiment:** {method}\n\n![{title}]({name}.svg)\n\n{figures}\n\
         **The claim {verdict}.** {finding}\n\n{statements}\n```sh\ndensely notes {name}\n```\n"
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
