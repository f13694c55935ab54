//! Answers as text.

use std::io::{self, ErrorKind, Write};

use densely_models::{Answers, Prediction, Preparation};
use densely_tensor::Scalar;

use crate::refusal::Refusal;

/// The most bytes of an answer: of many classes, few bytes of a request have a long one.
pub(crate) const LONGEST: usize = 64 << 20;

/// What a request is answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) body: Vec<u8>,
    pub(crate) rows: usize,
    /// How often each class was the answer.
    pub(crate) classes: Vec<u64>,
    /// The columns in which there were categories that the model takes for any other, and in how many rows.
    pub(crate) others: Vec<(String, usize)>,
}

/// Names as JSON has them, so that they are written once.
#[derive(Debug)]
pub(crate) struct JsonNames(Vec<String>);

impl JsonNames {
    pub(crate) fn new(preparation: &Preparation) -> Self {
        let quoted = |name: &String| serde_json::Value::from(name.as_str()).to_string();
        Self(preparation.output_names().iter().map(quoted).collect())
    }

    /// An object for each example, with commas between: a label and the probabilities of the classes, or values.
    pub(crate) fn write<T: Scalar>(
        &self,
        answers: &Answers<'_, T>,
        prediction: &Prediction,
        out: &mut Limited,
    ) -> Result<(), Refusal> {
        let probabilities = answers.probabilities()?;
        match prediction {
            Prediction::Classes(classes) => {
                for (row, &class) in classes.iter().enumerate() {
                    out.next_row();
                    put(out, format_args!("{{\"label\":{}", self.0[class]))?;
                    if let Some(probabilities) = &probabilities {
                        put(out, format_args!(",\"probabilities\":{{"))?;
                        self.numbers(|class| probabilities[(class, row)], out)?;
                        out.bytes.push(b'}');
                    }
                    out.bytes.push(b'}');
                }
            }
            Prediction::Values(values) => {
                for row in 0..values.ncols() {
                    out.next_row();
                    put(out, format_args!("{{\"values\":{{"))?;
                    self.numbers(|output| values[(output, row)], out)?;
                    out.bytes.extend(b"}}");
                }
            }
        }
        Ok(())
    }

    /// Numbers by name, as short as they are read back exactly.
    fn numbers<T: Scalar>(
        &self,
        number: impl Fn(usize) -> T,
        out: &mut Limited,
    ) -> Result<(), Refusal> {
        for (i, name) in self.0.iter().enumerate() {
            let comma = if i == 0 { "" } else { "," };
            put(out, format_args!("{comma}{name}:{:?}", number(i)))?;
        }
        Ok(())
    }
}

fn put(out: &mut Limited, text: std::fmt::Arguments<'_>) -> Result<(), Refusal> {
    out.write_fmt(text).map_err(|_| Refusal::answer_too_large(LONGEST))
}

/// The bytes of an answer, up to a limit.
#[derive(Debug, Default)]
pub(crate) struct Limited {
    bytes: Vec<u8>,
    rows: usize,
}

impl Limited {
    /// The text of JSON: of one object, or of a list.
    pub(crate) fn json(is_list: bool) -> Self {
        Self { bytes: if is_list { vec![b'['] } else { Vec::new() }, rows: 0 }
    }

    pub(crate) fn finish_json(mut self, is_list: bool) -> Vec<u8> {
        self.bytes.extend(if is_list { &b"]\n"[..] } else { b"\n" });
        self.bytes
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    fn next_row(&mut self) {
        if self.rows > 0 {
            self.bytes.push(b',');
        }
        self.rows += 1;
    }
}

impl Write for Limited {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > LONGEST {
            return Err(ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
