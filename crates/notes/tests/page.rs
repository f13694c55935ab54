//! The committed page and pictures are those of the program.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use densely_notes::{EXPERIMENTS, Lab, find, page};

fn committed(name: &str) -> String {
    let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/notes");
    let path = folder.join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn every_experiment_is_on_the_page_with_its_claim_and_its_picture() {
    let page = committed("README.md");
    for experiment in EXPERIMENTS {
        let (name, title, claim) = (experiment.name(), experiment.title(), experiment.claim());
        let picture = format!("![{title}]({name}.svg)");
        let claim = format!("**The claim** ([notes]({})): {claim}\n", experiment.link());
        for text in [format!("<a id=\"{name}\">"), picture, claim] {
            assert!(page.contains(&text), "{text}");
        }
        assert!(committed(&format!("{name}.svg")).starts_with("<svg"));
    }
    assert_eq!(page.matches("<a id=").count(), EXPERIMENTS.len());
}

/// A claim is stated, not quoted, and in a few words.
#[test]
fn claims_are_short_and_have_no_gaps() {
    for experiment in EXPERIMENTS {
        let (name, claim) = (experiment.name(), experiment.claim());
        assert!(!claim.contains("[...]") && claim.chars().count() <= 280, "{name}: {claim}");
        assert!(experiment.link().starts_with("https://cs231n.github.io/neural-networks-"));
    }
}

/// The page follows the lecture, so the experiments of a section stand together.
#[test]
fn every_section_of_the_lecture_begins_once() {
    let page = committed("README.md");
    let headings: Vec<&str> = page.lines().filter(|line| line.starts_with("## ")).collect();
    let sections: HashSet<&str> = headings.iter().copied().collect();
    assert_eq!(headings.len(), sections.len(), "{headings:?}");
    let sources: HashSet<_> = EXPERIMENTS.iter().map(|experiment| experiment.source()).collect();
    assert_eq!(sections.len(), sources.len(), "{headings:?}");
}

/// An experiment whose figures are counts, the same on every machine.
#[test]
fn a_section_and_its_picture_are_what_the_program_writes() {
    let sizing = find("sizing").unwrap();
    let outcome = sizing.run(&Lab::default()).unwrap();
    assert_eq!(committed("sizing.svg"), outcome.picture);
    let written = page(&[(sizing, outcome)]);
    let (_, section) = written.split_once("<a id=").unwrap();
    assert!(committed("README.md").contains(section), "{section}");
}
