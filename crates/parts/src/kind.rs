use std::any::type_name;
use std::fmt;
use std::str::FromStr;

use crate::{Described, KindError, grammar, text};

/// No number needs more characters.
const LONGEST: usize = 24;

/// What a part is, as plain data: a name and the options that are not as by default.
///
/// ```text
/// kind      = name | name "(" argument { "," argument } ")" | name { ":" kind } | list
/// list      = "[" [ argument { "," argument } ] "]"
/// argument  = kind | option "=" kind
/// ```
///
/// Options stand in their order, `min-max(-1, 1)`, or with their names, `min-max(upper=2)`; an
/// option that is true or false is set by its name alone, `svm(squared)`. `min-max:-1:1` is another
/// spelling, for command lines, and `[1, 2]` one of `list(1, 2)`. A value is a kind again, mostly one without options: `0.1` is.
///
/// ```
/// use densely_parts::Kind;
///
/// let kinds = Kind::list("leaky-relu(0.1), relu")?;
/// assert_eq!(kinds[0], Kind::new("leaky-relu").with(0.1));
/// assert_eq!(kinds[1].name(), "relu");
/// assert_eq!("pca:0.95".parse::<Kind>()?.to_string(), "pca(0.95)");
/// # Ok::<(), densely_parts::KindError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Kind {
    name: String,
    arguments: Vec<Argument>,
    whole: bool,
}

/// A value of an option, which is named or told by its place.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Argument {
    pub(crate) option: Option<String>,
    pub(crate) value: Kind,
}

impl Kind {
    /// Without options.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), arguments: Vec::new(), whole: true }
    }

    /// Of a type that says nothing about itself: its name in lower case, with hyphens between
    /// words. `HardTanh` becomes `hard-tanh`.
    ///
    /// This is [all there is to say](Self::is_whole) of a type without fields.
    #[must_use]
    pub fn of_type<T: ?Sized>(size: usize) -> Self {
        let name = short_type_name::<T>();
        // A closure has no name of its own.
        let whole = size == 0 && !name.starts_with('{');
        Self { whole, ..Self::new(hyphenated(name)) }
    }

    /// With one more option, by its place.
    #[must_use]
    pub fn with(self, value: impl fmt::Display) -> Self {
        self.and(None, value)
    }

    /// With one more option, by its name.
    #[must_use]
    pub fn with_option(self, option: impl Into<String>, value: impl fmt::Display) -> Self {
        self.and(Some(option.into()), value)
    }

    fn and(mut self, option: Option<String>, value: impl fmt::Display) -> Self {
        let text = value.to_string();
        // Of numbers, as if they had been written with an exponent.
        let long = text.parse().ok().filter(|_| text.len() > LONGEST).map(text::number);
        self.arguments.push(Argument { option, value: Self::from(&*long.unwrap_or(text)) });
        self
    }

    /// Several kinds, with commas between them.
    ///
    /// # Errors
    /// [`KindError::Syntax`].
    pub fn list(text: &str) -> Result<Vec<Self>, KindError> {
        grammar::list(text)
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether this is all there is to say. It is not for a part with fields of its own that does
    /// not say which kind it is: such a part can be used, and not stored.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.whole
    }

    pub(crate) fn arguments(&self) -> &[Argument] {
        &self.arguments
    }

    /// The first number among the values of its options, and of theirs, that is as asked for.
    ///
    /// ```
    /// use densely_parts::Kind;
    ///
    /// let kind: Kind = "chain(linear(4), elu(-3))".parse()?;
    /// assert_eq!(kind.first_number(&|number| number < 0.0), Some(-3.0));
    /// assert_eq!(kind.first_number(&|number| number > 9.0), None);
    /// # Ok::<(), densely_parts::KindError>(())
    /// ```
    #[must_use]
    pub fn first_number(&self, is_asked_for: &impl Fn(f64) -> bool) -> Option<f64> {
        self.arguments.iter().find_map(|Argument { value, .. }| {
            let number = value.arguments.is_empty().then(|| value.name.parse().ok()).flatten();
            let number = number.filter(|&number| is_asked_for(number));
            number.or_else(|| value.first_number(is_asked_for))
        })
    }

    /// The values of the options, if all of them are numbers without a name.
    pub(crate) fn numbers(&self) -> Option<Vec<f64>> {
        let number = |Argument { option, value }: &Argument| {
            let plain = option.is_none() && value.arguments.is_empty();
            value.name.parse().ok().filter(|_| plain)
        };
        self.arguments.iter().map(number).collect()
    }

    pub(crate) fn from_parts(name: &str, arguments: Vec<Argument>) -> Self {
        Self { arguments, ..Self::new(name) }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        for (index, Argument { option, value }) in self.arguments.iter().enumerate() {
            f.write_str(if index == 0 { "(" } else { ", " })?;
            match option {
                None => write!(f, "{value}")?,
                Some(option) => write!(f, "{option}={value}")?,
            }
        }
        f.write_str(if self.arguments.is_empty() { "" } else { ")" })
    }
}

impl FromStr for Kind {
    type Err = KindError;

    fn from_str(text: &str) -> Result<Self, KindError> {
        grammar::one(text)
    }
}

/// A kind by its text. One that is not well written has that text as its name, which nothing has.
impl From<&str> for Kind {
    fn from(text: &str) -> Self {
        text.parse().unwrap_or_else(|_| Self::new(text))
    }
}

impl From<&Self> for Kind {
    fn from(kind: &Self) -> Self {
        kind.clone()
    }
}

impl<P: Described> From<P> for Kind {
    fn from(part: P) -> Self {
        part.described()
    }
}

/// `densely_layers::linear::Linear<f32>` becomes `Linear`.
fn short_type_name<T: ?Sized>() -> &'static str {
    let full = type_name::<T>();
    let path = full.split('<').next().unwrap_or(full);
    path.rsplit("::").next().unwrap_or(path)
}

fn hyphenated(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 2);
    for (index, letter) in name.chars().enumerate() {
        if letter.is_uppercase() && index > 0 {
            text.push('-');
        }
        text.extend(letter.to_lowercase());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_without_fields_is_its_name() {
        struct HardTanh;
        struct Scaled(#[expect(dead_code, reason = "it is the field that counts")] f64);
        let kind = Kind::of_type::<HardTanh>(size_of::<HardTanh>());
        assert_eq!((kind.to_string().as_str(), kind.is_whole()), ("hard-tanh", true));
        let kind = Kind::of_type::<Scaled>(size_of::<Scaled>());
        assert_eq!((kind.to_string().as_str(), kind.is_whole()), ("scaled", false));
        assert_ne!(kind, Kind::new("scaled"));
    }
}
