//! Choices written as text: `name`, or `name(value)`.

use crate::ModelError;

/// The name, and what is in parentheses after it.
pub(crate) fn split(text: &str) -> (&str, Option<&str>) {
    match text.strip_suffix(')').and_then(|text| text.split_once('(')) {
        Some((name, value)) => (name, Some(value)),
        None => (text, None),
    }
}

/// The value of an option, if it is a number in its range.
pub(crate) fn number(
    option: &'static str,
    expected: &'static str,
    text: &str,
    valid: impl Fn(f64) -> bool,
) -> Result<f64, ModelError> {
    match text.trim().parse() {
        Ok(value) if valid(value) => Ok(value),
        _ => Err(ModelError::option(option, expected, &text)),
    }
}

/// The error for a text that is none of these choices, of which only some take a value.
pub(crate) fn unknown(
    what: &'static str,
    text: &str,
    choices: &[&str],
    with_value: &str,
) -> ModelError {
    let (name, value) = split(text);
    let takes_none = value.is_some() && choices.contains(&name);
    let hint = match takes_none {
        true => format!("; {name} takes no value, only each of {with_value} does"),
        false => String::new(),
    };
    let choices = format!("{}{hint}", choices.join(", "));
    ModelError::Unknown { what, name: text.to_owned(), choices }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ActivationKind, LossKind};

    #[test]
    fn a_value_where_none_is_taken_is_told_from_a_wrong_name() {
        for (message, expected) in [
            (
                "relu(3)".parse::<ActivationKind>().unwrap_err(),
                "; relu takes no value, only each of leaky-relu, maxout and elu does",
            ),
            (
                "mae(3)".parse::<LossKind>().unwrap_err(),
                "; mae takes no value, only each of softmax and huber does",
            ),
        ] {
            assert!(message.to_string().contains(expected), "{message}");
        }
    }

    #[test]
    fn a_value_is_in_parentheses_at_the_end() {
        assert_eq!(split("relu"), ("relu", None));
        assert_eq!(split("huber(0.5)"), ("huber", Some("0.5")));
        assert_eq!(split("huber()"), ("huber", Some("")));
        assert_eq!(split("huber(0.5"), ("huber(0.5", None));
        assert_eq!(split("a)"), ("a)", None));
    }
}
