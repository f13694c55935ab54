//! An experiment a file. A new one is a file and two lines here.

mod capacity;
mod dead_relu;
mod depth;
mod dropout;
mod feed_forward;
mod fewer_features;
mod gradual_forgetting;
mod image_means;
mod initialisation;
mod input_noise;
mod leakage;
mod leaky_relu;
mod maxout_generalises_relu;
mod preprocessing;
mod regularization;
mod relu_is_cheap;
mod relu_vs_tanh;
mod saturation;
mod single_neuron;
mod sizing;
mod small_vs_large;
mod tanh_is_scaled_sigmoid;
mod universal;
mod which_activation;
mod zig_zag;

use crate::{Experiment, NotesError};

/// Every experiment, in the order of the lecture.
pub const EXPERIMENTS: &[Experiment] = &[
    single_neuron::EXPERIMENT,
    gradual_forgetting::EXPERIMENT,
    saturation::EXPERIMENT,
    zig_zag::EXPERIMENT,
    tanh_is_scaled_sigmoid::EXPERIMENT,
    relu_vs_tanh::EXPERIMENT,
    relu_is_cheap::EXPERIMENT,
    dead_relu::EXPERIMENT,
    leaky_relu::EXPERIMENT,
    maxout_generalises_relu::EXPERIMENT,
    which_activation::EXPERIMENT,
    sizing::EXPERIMENT,
    feed_forward::EXPERIMENT,
    universal::EXPERIMENT,
    depth::EXPERIMENT,
    capacity::EXPERIMENT,
    input_noise::EXPERIMENT,
    small_vs_large::EXPERIMENT,
    regularization::EXPERIMENT,
    preprocessing::EXPERIMENT,
    image_means::EXPERIMENT,
    fewer_features::EXPERIMENT,
    leakage::EXPERIMENT,
    initialisation::EXPERIMENT,
    dropout::EXPERIMENT,
];

/// The experiment of this name.
///
/// # Errors
/// If there is none.
pub fn find(name: &str) -> Result<Experiment, NotesError> {
    EXPERIMENTS.iter().find(|experiment| experiment.name == name).copied().ok_or_else(|| {
        let names: Vec<_> = EXPERIMENTS.iter().map(|experiment| experiment.name).collect();
        NotesError::Unknown { name: name.to_owned(), choices: names.join(", ") }
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use densely::prelude::Threads;

    use super::*;
    use crate::{Lab, Verdict};

    #[test]
    fn names_are_found_and_others_refused() {
        let names: HashSet<_> = EXPERIMENTS.iter().map(Experiment::name).collect();
        assert_eq!(names.len(), EXPERIMENTS.len());
        for experiment in EXPERIMENTS {
            assert_eq!(find(experiment.name).unwrap().title(), experiment.title);
            let allowed = |c: char| c.is_ascii_lowercase() || c == '-';
            assert!(experiment.name.chars().all(allowed), "{}", experiment.name);
        }
        assert!(find("perpetuum-mobile").unwrap_err().to_string().contains("sizing"));
    }

    /// What the notes prove holds here, with one seed and on any number of threads.
    #[test]
    fn identities_hold() {
        for name in [
            "gradual-forgetting",
            "tanh-is-scaled-sigmoid",
            "maxout-generalises-relu",
            "sizing",
            "feed-forward",
        ] {
            let run = |count| {
                let lab = Lab { seeds: 1, threads: Threads::new(count).unwrap() };
                find(name).unwrap().run(&lab).unwrap()
            };
            let outcome = run(1);
            assert_eq!(outcome.verdict, Verdict::Held, "{name}: {}", outcome.finding);
            assert!(!outcome.figures.rows.is_empty());
            assert_eq!(outcome, run(2));
        }
        let nothing = Lab { seeds: 0, ..Lab::default() };
        assert!(matches!(find("sizing").unwrap().run(&nothing), Err(NotesError::NoSeeds)));
    }

    #[test]
    fn training_is_the_same_on_any_number_of_threads() {
        for name in ["single-neuron", "image-means"] {
            let run = |count| {
                let lab = Lab { seeds: 2, threads: Threads::new(count).unwrap() };
                find(name).unwrap().run(&lab).unwrap()
            };
            let outcome = run(1);
            assert!([2, 3].into_iter().all(|count| run(count) == outcome), "{name}");
        }
    }
}
