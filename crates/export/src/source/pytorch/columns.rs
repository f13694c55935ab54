//! From columns of a table to features.

use densely_table::{CategoryEncoder, ColumnEncoder, Encoder, NumberEncoder, TimeEncoder};

use super::state::State;
use super::{quoted, quoted_list};
use crate::plan::Plan;

/// The expression of all features, N x features, in double.
pub(super) fn features(plan: &Plan, state: &mut State) -> String {
    if plan.is_of_plain_numbers() {
        return "matrix(columns, COLUMNS)".to_owned();
    }
    let mut numbers = Numbers::default();
    let lines: String = plan.columns.iter().map(|column| numbers.column(column)).collect();
    for (name, values) in [("fill", numbers.fill), ("origin", numbers.origin)] {
        if !values.is_empty() {
            state.doubles(name.to_owned(), &[values.len()], &values);
        }
    }
    format!("torch.cat([\n{lines}        ], 1)")
}

/// What was learnt of columns.
#[derive(Debug, Default)]
struct Numbers {
    fill: Vec<f64>,
    origin: Vec<f64>,
}

impl Numbers {
    fn column(&mut self, column: &ColumnEncoder) -> String {
        let name = quoted(&column.column);
        let call = match &column.encoder {
            Encoder::Number(encoder) => self.number("number", &name, *encoder),
            Encoder::Boolean(encoder) => self.number("truth", &name, *encoder),
            Encoder::Category(encoder) => category(&name, encoder),
            Encoder::Time(encoder) => self.time(&name, encoder),
        };
        format!("            {call},\n")
    }

    fn number(&mut self, function: &str, name: &str, encoder: NumberEncoder) -> String {
        let fill = encoder.fill.map_or(String::new(), |fill| format!(", {}", self.fill(fill)));
        format!("{function}(columns, {name}{fill}{})", indicator(encoder.indicator))
    }

    fn time(&mut self, name: &str, encoder: &TimeEncoder) -> String {
        let part = |(part, fill): &(densely_table::TimePart, f64)| {
            format!("\"{}\": {}", part.name(), self.fill(*fill))
        };
        let parts: Vec<String> = encoder.parts.iter().map(part).collect();
        self.origin.push(encoder.origin);
        let (parts, origin) = (parts.join(", "), self.origin.len() - 1);
        let indicator = indicator(encoder.indicator);
        format!("time(columns, {name}, {{{parts}}}, self.origin[{origin}]{indicator})")
    }

    /// One more of the buffer.
    fn fill(&mut self, fill: f64) -> String {
        self.fill.push(fill);
        format!("self.fill[{}]", self.fill.len() - 1)
    }
}

fn indicator(is_there: bool) -> &'static str {
    if is_there { ", indicator=True" } else { "" }
}

fn category(name: &str, encoder: &CategoryEncoder) -> String {
    let place = |what: &str, place: Option<usize>| {
        place.map_or(String::new(), |place| format!(", {what}={place}"))
    };
    let (other, gap) = (place("other", encoder.of_others()), place("gap", encoder.of_gap()));
    format!("category(columns, {name}, {}{other}{gap})", quoted_list(&encoder.values))
}
