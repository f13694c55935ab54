use thiserror::Error;

use crate::shortened;

/// An option outside its range.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the {option} of {kind} must be {expected}, got {value}")]
pub struct OptionError {
    /// The kind that has the option.
    pub kind: &'static str,
    /// The option.
    pub option: &'static str,
    /// Its range, in words.
    pub expected: String,
    /// The value it has.
    pub value: String,
}

/// A kind that nothing can be made of.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KindError {
    /// A text that is not written as kinds are.
    #[error("\"{}\" cannot be read: {problem}", shortened(.text))]
    Syntax {
        /// The text.
        text: String,
        /// What is wrong with it, and where.
        problem: String,
    },
    /// A name that no kind has.
    #[error(
        "unknown {family} \"{}\"{}: choose one of {choices}", shortened(.name),
        .suggestion.as_ref().map(|like| format!(" (did you mean {like}?)")).unwrap_or_default()
    )]
    Unknown {
        /// What was to be chosen.
        family: &'static str,
        /// The name that was given.
        name: String,
        /// The names there are.
        choices: String,
        /// The one that is most like it, if one is.
        suggestion: Option<String>,
    },
    /// An option outside its range.
    #[error(transparent)]
    Option(#[from] OptionError),
    /// An option that the kind does not have, one that is there twice, or one that has to be
    /// there and is not.
    #[error("{kind} {problem}: {takes}")]
    Arguments {
        /// The kind.
        kind: &'static str,
        /// What is wrong with its options.
        problem: String,
        /// The options that it takes.
        takes: String,
    },
}

impl KindError {
    pub(crate) fn syntax(text: &str, problem: String) -> Self {
        Self::Syntax { text: text.to_owned(), problem }
    }
}
