use densely_layers::Kind;

use crate::ImportError;

/// What a file does not say of a network.
///
/// ```
/// use densely_import::{ImportOptions, Task};
///
/// let options = ImportOptions::new().activation(["tanh".into()]).task(Task::Regress).columns(["size", "age"]);
/// # let _ = options;
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ImportOptions {
    pub(crate) activation: Option<Vec<Kind>>,
    pub(crate) task: Option<Task>,
    pub(crate) classes: Option<Vec<String>>,
    pub(crate) columns: Option<Vec<String>>,
    pub(crate) targets: Option<Vec<String>>,
    pub(crate) layers: Option<Vec<String>>,
    pub(crate) prefix: Option<String>,
    /// What a scaler has learnt, mean and scale.
    pub(crate) scaler: Option<(Vec<f64>, Vec<f64>)>,
    pub(crate) squashed: Option<Squashed>,
}

/// What a file says is made of the last scores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Squashed {
    /// Each becomes a probability of its own.
    Sigmoid,
    /// They become probabilities of classes.
    Softmax,
    /// They are logarithms of numbers, as of counts.
    Exponential,
}

/// What the outputs of a network are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// Scores of classes.
    Classify,
    /// Numbers.
    Regress,
}

/// What a file says besides its layers.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct About {
    pub(crate) activation: Option<Vec<Kind>>,
    pub(crate) task: Option<Task>,
    pub(crate) classes: Option<Vec<String>>,
    pub(crate) scaler: Option<(Vec<f64>, Vec<f64>)>,
    pub(crate) squashed: Option<Squashed>,
}

impl ImportOptions {
    /// All is as the file says it.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The activation behind all layers but the last, or one for each; one more is behind the last.
    #[must_use]
    pub fn activation(self, kinds: impl IntoIterator<Item = Kind>) -> Self {
        Self { activation: Some(kinds.into_iter().collect()), ..self }
    }

    /// What the outputs are.
    #[must_use]
    pub fn task(self, task: Task) -> Self {
        Self { task: Some(task), ..self }
    }

    /// The names of the classes, in the order of the outputs, which makes a classifier; by default `0`, `1`, ...
    #[must_use]
    pub fn classes<S: Into<String>>(self, names: impl IntoIterator<Item = S>) -> Self {
        Self { classes: Some(names.into_iter().map(Into::into).collect()), ..self }
    }

    /// The names of the columns, in the order of the inputs; by default `x0`, `x1`, ...
    #[must_use]
    pub fn columns<S: Into<String>>(self, names: impl IntoIterator<Item = S>) -> Self {
        Self { columns: Some(names.into_iter().map(Into::into).collect()), ..self }
    }

    /// The names of what is predicted: one of a classifier, one for each output of a regression; by default `y`, or
    /// `y0`, `y1`, ...
    #[must_use]
    pub fn targets<S: Into<String>>(self, names: impl IntoIterator<Item = S>) -> Self {
        Self { targets: Some(names.into_iter().map(Into::into).collect()), ..self }
    }

    /// The layers in their order, as `fc1`.
    #[must_use]
    pub fn layers<S: Into<String>>(self, names: impl IntoIterator<Item = S>) -> Self {
        Self { layers: Some(names.into_iter().map(Into::into).collect()), ..self }
    }

    /// Only tensors whose names begin so, as `actor` of `actor.0.weight`, are looked at.
    #[must_use]
    pub fn prefix(self, prefix: impl Into<String>) -> Self {
        Self { prefix: Some(prefix.into()), ..self }
    }

    /// With what the file says where nothing else is said.
    ///
    /// # Errors
    /// If another activation is given than the file says.
    pub(crate) fn completed(mut self, about: About) -> Result<Self, ImportError> {
        if let (Some(given), Some(said)) = (&self.activation, &about.activation)
            && differ(given, said)
        {
            let list =
                |kinds: &[Kind]| kinds.iter().map(Kind::to_string).collect::<Vec<_>>().join(", ");
            return Err(ImportError::OtherActivation { said: list(said), given: list(given) });
        }
        self.activation = self.activation.or(about.activation);
        self.squashed = about.squashed;
        // Who says that it is a regression wants no names of classes.
        if self.task != Some(Task::Regress) {
            self.classes = self.classes.or(about.classes);
        }
        let of_classes = self.classes.is_some().then_some(Task::Classify);
        self.task = self.task.or(about.task).or(of_classes);
        self.scaler = self.scaler.or(about.scaler);
        Ok(self)
    }
}

/// Whether activations that were given are others than those of a file; one alone is that of all layers.
fn differ(given: &[Kind], said: &[Kind]) -> bool {
    match (given, said) {
        (_, []) => false,
        ([given], said) => said.iter().any(|said| said != given),
        (given, [said]) => given.iter().any(|given| given != said),
        (given, said) => given != said,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_does_not_contradict_the_file() {
        let about = |said: &[&'static str]| About {
            activation: Some(said.iter().map(|&name| Kind::new(name)).collect()),
            ..About::default()
        };
        let given = |names: &[&'static str]| {
            ImportOptions::new().activation(names.iter().map(|&name| Kind::new(name)))
        };
        for (names, said) in [
            (&["tanh"][..], &["tanh"][..]),
            (&["tanh", "tanh"], &["tanh"]),
            (&["tanh"], &["tanh", "tanh"]),
            (&["relu"], &[]),
        ] {
            assert!(given(names).completed(about(said)).is_ok(), "{names:?}, {said:?}");
        }
        for (names, said) in
            [(&["relu"][..], &["tanh"][..]), (&["relu", "tanh"], &["tanh", "relu"])]
        {
            let error = given(names).completed(about(said)).unwrap_err();
            assert!(matches!(error, ImportError::OtherActivation { .. }), "{error}");
        }
    }
}
