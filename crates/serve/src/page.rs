//! A form to try a model on. Names of columns and classes are anybody's: they come into the page as text, by the
//! templates and by `textContent`, and its policy lets it ask this server alone.

use maud::{DOCTYPE, Markup, html};
use serde_json::Value;

use crate::fields::{Field, SchemaPage};

pub(crate) const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
pub(crate) const STYLE: &str = include_str!("page/page.css");
pub(crate) const SCRIPT: &str = include_str!("page/page.js");

pub(crate) fn page(schema: &SchemaPage<'_>) -> Markup {
    let is_classifier = schema.task == "classify";
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (schema.target) " – densely" }
                // Without this line a browser would ask for one.
                link rel="icon" href="data:,";
                link rel="stylesheet" href="page.css";
                script src="page.js" defer {}
            }
            body {
                h1 { (schema.target) }
                main {
                    form id="row" autocomplete="off" {
                        @for (i, field) in schema.columns.iter().enumerate() { (input(i, field)) }
                        button type="reset" { "As at first" }
                    }
                    section id="answer" {
                        p id="headline" {
                            @if is_classifier { strong id="label" aria-live="polite" { "…" } }
                        }
                        table id="numbers" {}
                        p id="note" {}
                        p id="problem" role="alert" hidden {}
                        details {
                            summary { "As a request" }
                            pre { code id="request" {} }
                        }
                    }
                }
                noscript { p { "This page needs JavaScript, which it has from this server alone." } }
            }
        }
    }
}

fn input(index: usize, field: &Field<'_>) -> Markup {
    let id = format!("field-{index}");
    let text = field.typical.as_str().unwrap_or_default();
    let option = |value: &str, shown: &str| {
        html! { option value=(value) selected[value == text] { (shown) } }
    };
    html! {
        div.field data-kind=(field.kind) data-name=(field.name) {
            label for=(id) { (field.name) }
            @match field.kind {
                "number" => {
                    input id=(id) type="number" step="any" value=(number(&field.typical))
                        required[!field.gaps] placeholder=[field.gaps.then_some("not known")];
                }
                "boolean" => {
                    select id=(id) {
                        @let typical = field.typical == Value::Bool(true);
                        option value="true" selected[typical] { "true" }
                        option value="false" selected[!typical] { "false" }
                        (gap())
                    }
                }
                "category" => {
                    @let categories = field.categories.unwrap_or_default();
                    select id=(id) {
                        @for category in categories { (option(category, category)) }
                        option value=(other(categories)) { "(another)" }
                        (gap())
                    }
                }
                _ => {
                    @let (has_date, has_time) = (text.contains('-'), text.contains(':'));
                    @let kind = match (has_date, has_time) {
                        (true, true) => "datetime-local",
                        (true, false) => "date",
                        (false, _) => "time",
                    };
                    input id=(id) type=(kind) step=[has_time.then_some("1")] value=(text);
                }
            }
            small.wrong hidden {}
        }
    }
}

fn gap() -> Markup {
    html! { option data-gap="" { "(not known)" } }
}

/// As the field has it.
fn number(typical: &Value) -> String {
    typical.as_f64().map(|number| number.to_string()).unwrap_or_default()
}

/// A category that is none of these.
fn other(categories: &[String]) -> String {
    let mut other = "another".to_owned();
    while categories.contains(&other) {
        other.push('\'');
    }
    other
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_text() {
        let categories = ["<b>".to_owned(), "another".to_owned()];
        let category = Field {
            name: "\"><script>alert(1)</script>",
            kind: "category",
            categories: Some(&categories),
            gaps: true,
            typical: "<b>".into(),
        };
        let number = Field {
            name: "n",
            kind: "number",
            categories: None,
            gaps: false,
            typical: 1e-7.into(),
        };
        let outputs = [];
        let schema = SchemaPage::for_tests("</title>", &outputs, vec![category, number]);
        let page = page(&schema).into_string();
        assert!(!page.contains("<b>") && !page.contains("</title> –"), "{page}");
        assert_eq!(page.matches("<script").count(), 1, "{page}");
        assert!(page.contains("<option value=\"&lt;b&gt;\" selected>&lt;b&gt;</option>"), "{page}");
        assert!(page.contains("<option value=\"another'\">(another)"), "{page}");
        assert!(page.contains("value=\"0.0000001\" required"), "{page}");
        assert!(!page.contains("style=") && !page.contains("onclick"), "{page}");
    }
    /// A time of the day is asked for as such, and not as one of some day.
    #[test]
    fn times_have_the_field_of_their_form() {
        let times = ["2024-02-29", "2024-02-29T06:43:00", "06:43:00"];
        let field = |typical: &'static str| Field {
            name: "at",
            kind: "time",
            categories: None,
            gaps: true,
            typical: typical.into(),
        };
        let schema = SchemaPage::for_tests("model", &[], times.map(field).into());
        let page = page(&schema).into_string();
        for (kind, typical) in ["date", "datetime-local", "time"].into_iter().zip(times) {
            assert!(page.contains(&format!("type=\"{kind}\"")), "{page}");
            assert!(page.contains(&format!("value=\"{typical}\"")), "{page}");
        }
    }
}
