//! From text to kinds.

use crate::kind::Argument;
use crate::value::LIST;
use crate::{Kind, KindError, shortened};

/// How deep kinds may be in each other, so that no text exhausts the stack.
const DEPTH: usize = 32;

/// At most so many characters are shown of what was read before a mistake.
const SHOWN: usize = 40;

/// One kind, which is all of the text.
pub(crate) fn one(text: &str) -> Result<Kind, KindError> {
    match list(text)?.as_slice() {
        [kind] => Ok(kind.clone()),
        kinds => Err(KindError::syntax(text, format!("one is expected, not {}", kinds.len()))),
    }
}

/// Kinds with commas between them.
pub(crate) fn list(text: &str) -> Result<Vec<Kind>, KindError> {
    if text.trim().is_empty() {
        return Err(KindError::syntax(text, "it is empty, where a name is expected".to_owned()));
    }
    let mut parser = Parser { text, rest: text };
    let mut kinds = vec![parser.kind(DEPTH)?];
    while parser.take(',') {
        kinds.push(parser.kind(DEPTH)?);
    }
    match parser.rest.trim_start() {
        "" => Ok(kinds),
        rest => {
            let rest = shortened(rest);
            Err(KindError::syntax(text, format!("`{rest}` is one too many")))
        }
    }
}

struct Parser<'a> {
    text: &'a str,
    rest: &'a str,
}

impl<'a> Parser<'a> {
    fn kind(&mut self, depth: usize) -> Result<Kind, KindError> {
        if depth == 0 {
            return Err(self.error("it is nested too deeply"));
        }
        if self.take('[') {
            let none = self.take(']');
            let values = if none { Vec::new() } else { self.arguments(depth)? };
            if !none && !self.take(']') {
                return Err(self.error("a closing bracket is missing"));
            }
            return Ok(Kind::from_parts(LIST, values));
        }
        let name = self.word()?;
        let mut arguments = Vec::new();
        if self.take('(') {
            arguments = self.arguments(depth)?;
            if !self.take(')') {
                return Err(self.error("a closing parenthesis is missing"));
            }
        } else {
            while self.take(':') {
                arguments.push(Argument { option: None, value: Kind::new(self.word()?) });
            }
        }
        Ok(Kind::from_parts(name, arguments))
    }

    /// What is between parentheses or brackets.
    fn arguments(&mut self, depth: usize) -> Result<Vec<Argument>, KindError> {
        let mut arguments = vec![self.argument(depth)?];
        while self.take(',') {
            arguments.push(self.argument(depth)?);
        }
        Ok(arguments)
    }

    fn argument(&mut self, depth: usize) -> Result<Argument, KindError> {
        let value = self.kind(depth - 1)?;
        if value.arguments().is_empty() && self.take('=') {
            let option = Some(value.name().to_owned());
            return Ok(Argument { option, value: self.kind(depth - 1)? });
        }
        Ok(Argument { option: None, value })
    }

    /// What is before the next mark, without spaces around it.
    fn word(&mut self) -> Result<&'a str, KindError> {
        let end = self.rest.find(['(', ')', '[', ']', ',', ':', '=']).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        match word.trim() {
            "" => Err(self.error("a name or a value is missing")),
            word => Ok(word),
        }
    }

    fn take(&mut self, mark: char) -> bool {
        let rest = self.rest.trim_start().strip_prefix(mark);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn error(&self, problem: &str) -> KindError {
        let read = &self.text[..self.text.len() - self.rest.len()];
        // What was read last is what matters.
        let last = read.char_indices().rev().nth(SHOWN).map_or(read, |(at, _)| &read[at..]);
        let cut = if last.len() < read.len() { "…" } else { "" };
        KindError::syntax(self.text, format!("{problem} after `{cut}{last}`"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn printed(text: &str) -> String {
        one(text).unwrap().to_string()
    }

    #[test]
    fn every_spelling_becomes_one() {
        assert_eq!(printed("relu"), "relu");
        assert_eq!(printed(" huber ( 0.5 ) "), "huber(0.5)");
        assert_eq!(printed("min-max:-1:1"), "min-max(-1, 1)");
        assert_eq!(printed("channel-mean:4:interleaved"), "channel-mean(4, interleaved)");
        assert_eq!(printed("adam(beta1=0.8,beta2=0.9)"), "adam(beta1=0.8, beta2=0.9)");
        assert_eq!(printed("chain(linear(4),relu)"), "chain(linear(4), relu)");
        assert_eq!(printed("softmax(w=[1, 2,3])"), "softmax(w=list(1, 2, 3))");
        assert_eq!(printed("softmax(w=[ ])"), "softmax(w=list)");
        let names: Vec<_> = list("standardize, pca:10,relu").unwrap();
        assert_eq!(
            names.iter().map(Kind::name).collect::<Vec<_>>(),
            ["standardize", "pca", "relu"]
        );
    }

    #[test]
    fn what_is_no_kind_is_said_with_its_place() {
        for (text, problem) in [
            ("", "it is empty, where a name is expected"),
            ("  ", "it is empty, where a name is expected"),
            ("softmax([1, 2", "a closing bracket is missing after `softmax([1, 2`"),
            ("softmax([1, 2)", "a closing bracket is missing after `softmax([1, 2`"),
            ("huber()", "a name or a value is missing after `huber(`"),
            ("huber(1", "a closing parenthesis is missing after `huber(1`"),
            ("huber(1)2", "`2` is one too many"),
            ("relu,", "a name or a value is missing after `relu,`"),
            ("pca:", "a name or a value is missing after `pca:`"),
            ("a=1", "`=1` is one too many"),
        ] {
            let error = list(text).unwrap_err().to_string();
            assert_eq!(error, format!("\"{text}\" cannot be read: {problem}"));
        }
        let error = one("relu,tanh").unwrap_err().to_string();
        assert_eq!(error, "\"relu,tanh\" cannot be read: one is expected, not 2");
        let deep = "a(".repeat(100_000);
        let error = one(&deep).unwrap_err().to_string();
        assert!(error.contains("nested too deeply") && error.len() < 200, "{error}");
        let deep = "[".repeat(100_000);
        assert!(one(&deep).unwrap_err().to_string().contains("nested too deeply"));
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read(text in "[a-z0-9.()\\[\\],:= -]{0,24}") {
            if let Ok(kind) = one(&text) {
                prop_assert_eq!(one(&kind.to_string()), Ok(kind));
            }
        }
    }
}
