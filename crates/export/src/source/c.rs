//! A predictor as one source file of C99.

mod body;
mod row;

use densely_models::Predictor;
use densely_tensor::Scalar;

use super::names::Names;
use crate::ExportError;
use crate::plan::{Answer, Plan};

/// A whole predictor as one source file of C99, which allocates nothing and needs the mathematics of
/// the standard library alone (`-lm`).
///
/// It is to be included, as a header: `#include "model.h"`, and `model_predict(&row)` of a `model_row` is a
/// `model_answer`. What it has begins with `name` and an underscore, here `model`. A field of the row is a column of the
/// table: a number is a double, and NaN is a gap; a truth value is an int, and below 0 a gap; a
/// category is an enumeration, which `model_COLUMN_of` makes of a text; of a time there is a double for each part that
/// the network uses, and NaN is a gap.
///
/// Preprocessing is computed in double, and the network in float.
///
/// # Errors
/// As [`to_rust`](crate::to_rust).
pub fn to_c<T: Scalar>(predictor: &Predictor<T>, name: &str) -> Result<String, ExportError> {
    Ok(written(&Plan::of(predictor)?, &Names::default().snake(name)))
}

fn written(plan: &Plan, name: &str) -> String {
    let upper = name.to_uppercase();
    let row = row::Row::of(plan, name);
    let body = body::body(plan, &row, name);
    let version = env!("CARGO_PKG_VERSION");
    format!(
        "/* A network that densely {version} wrote: {name}_predict of a {name}_row is a {name}_answer. */\n\
         #ifndef {upper}_DENSELY\n#define {upper}_DENSELY\n\n#include <math.h>\n#include <string.h>\n\n{}{}{body}\n#endif\n",
        row.types,
        answer(plan, name),
    )
}

fn answer(plan: &Plan, name: &str) -> String {
    let (classes, fields) = match &plan.answer {
        Answer::Class { names, probabilities } => {
            let texts: Vec<String> = names.iter().map(|name| text(name)).collect();
            let count = names.len();
            let probabilities = match probabilities {
                Some(_) => format!("    /* Of each class. */\n    float probabilities[{count}];\n"),
                None => String::new(),
            };
            let fields = format!(
                "    /* The class, by its position in {name}_classes. */\n    int class_index;\n    /* Its name. */\n    \
                 const char *label;\n{probabilities}"
            );
            let texts = texts.join(", ");
            (format!("static const char *const {name}_classes[{count}] = {{{texts}}};\n\n"), fields)
        }
        Answer::Values { names, .. } => {
            let of: Vec<String> = names.iter().map(|name| comment(name)).collect();
            let (of, count) = (of.join(", "), names.len());
            (String::new(), format!("    /* Of {of}. */\n    double values[{count}];\n"))
        }
    };
    format!(
        "{classes}/* What the network says. */\ntypedef struct {{\n{fields}    /* The outputs of the last layer. */\n    \
         float scores[{}];\n}} {name}_answer;\n\n",
        plan.scores
    )
}

/// A text as a literal: what is not printable ASCII in octal, and no trigraphs.
fn text(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'"' | b'\\' | b'?' => format!("\\{}", char::from(byte)),
        b' '..=b'~' => char::from(byte).to_string(),
        _ => format!("\\{byte:03o}"),
    };
    format!("\"{}\"", text.bytes().map(byte).collect::<String>())
}

/// A text within a comment, which it cannot end.
fn comment(name: &str) -> String {
    text(name).replace("*/", "* /").replace("/*", "/ *")
}

#[cfg(test)]
mod tests {
    use super::{comment, text};

    #[test]
    fn a_text_is_a_literal_and_ends_no_comment() {
        assert_eq!(text("a\"b\\c??/é\n"), r#""a\"b\\c\?\?/\303\251\012""#);
        assert_eq!(comment("a*/b/*c"), r#""a* /b/ *c""#);
    }
}
