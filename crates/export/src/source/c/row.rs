use densely_table::{CategoryEncoder, Encoder, NumberEncoder, TimeEncoder, TimePart};

use super::{comment, text};
use crate::plan::Plan;
use crate::source::meaning;
use crate::source::names::Names;

/// What goes in: its types, and how it becomes features.
pub(super) struct Row {
    /// The types.
    pub(super) types: String,
    /// The statements that write features `f`.
    pub(super) features: String,
}

impl Row {
    pub(super) fn of(plan: &Plan, name: &str) -> Self {
        let columns = &plan.columns;
        if plan.is_of_plain_numbers() {
            let count = columns.len();
            let names: Vec<String> = columns.iter().map(|column| comment(&column.column)).collect();
            let types = format!(
                "/* A row of a table of numbers. Its columns are {}. */\ntypedef struct {{\n    double \
                 numbers[{count}];\n}} {name}_row;\n\n",
                names.join(", ")
            );
            let features = "    memcpy(f, row->numbers, sizeof f);\n".to_owned();
            return Self { types, features };
        }
        let mut writer = Writer {
            name,
            fields: Names::default(),
            globals: Names::without(&GLOBALS),
            constants: Names::without(&["densely"]),
            row: Self { types: String::new(), features: String::new() },
            members: String::new(),
            next: 0,
        };
        for column in columns {
            let field = writer.fields.snake(&column.column);
            match &column.encoder {
                Encoder::Number(encoder) => {
                    writer.member("double", &field, &comment(&column.column));
                    let x = format!("row->{field}");
                    writer.number(*encoder, &x, &format!("isnan({x})"));
                }
                Encoder::Boolean(encoder) => {
                    let note = format!("{}: 1, 0, or -1, which is a gap", comment(&column.column));
                    writer.member("int", &field, &note);
                    let x = format!("row->{field}");
                    writer.number(*encoder, &format!("({x} != 0)"), &format!("({x} < 0)"));
                }
                Encoder::Category(encoder) => writer.category(&field, &column.column, encoder),
                Encoder::Time(encoder) => writer.time(&field, &column.column, encoder),
            }
        }
        let (mut row, members) = (writer.row, writer.members);
        row.types += &format!(
            "/* A row of a table. NAN is a gap. No field may be left out: 0 is a value of each. */\ntypedef struct {{\n{members}}} {name}_row;\n\n"
        );
        row
    }
}

/// What there is besides the types of columns.
const GLOBALS: [&str; 8] =
    ["row", "answer", "predict", "classes", "sigmoid", "normal_cdf", "larger", "smaller"];

struct Writer<'a> {
    name: &'a str,
    fields: Names,
    /// What is called after the name and an underscore.
    globals: Names,
    /// The same in capitals.
    constants: Names,
    row: Row,
    members: String,
    /// The next feature.
    next: usize,
}

impl Writer<'_> {
    fn member(&mut self, kind: &str, field: &str, note: &str) {
        self.members += &format!("    /* {note}. */\n    {kind} {field};\n");
    }

    fn number(&mut self, encoder: NumberEncoder, value: &str, is_gap: &str) {
        match encoder.fill {
            None => self.feature(value),
            Some(fill) => self.feature(&format!("{is_gap} ? {fill:?} : {value}")),
        }
        if encoder.indicator {
            self.feature(&format!("{is_gap} ? 1.0 : 0.0"));
        }
    }

    fn feature(&mut self, value: &str) {
        self.row.features += &format!("    f[{}] = {value};\n", self.next);
        self.next += 1;
    }

    fn category(&mut self, field: &str, column: &str, encoder: &CategoryEncoder) {
        let (name, global) = (self.name, self.globals.snake(field));
        let (kind, of) = (format!("{name}_{global}"), self.globals.snake(&format!("{global} of")));
        let mut constant = |value: &str| {
            let has_words = value.contains(|letter: char| letter.is_ascii_alphanumeric());
            let value = if has_words { value } else { "value" };
            let constant = self.constants.snake(&format!("{global} {value}"));
            format!("{name}_{constant}").to_uppercase()
        };
        let (others, gaps) = (constant("other"), constant("gap"));
        let (mut list, mut texts, mut cases) = (String::new(), String::new(), String::new());
        for (index, value) in encoder.values.iter().enumerate() {
            let (constant, literal) = (constant(value), text(value));
            list += &format!("    {constant},\n");
            texts += &format!("    if (strcmp(text, {literal}) == 0) return {constant};\n");
            cases += &format!("    case {constant}: f[{}] = 1.0; break;\n", self.next + index);
        }
        for (constant, place) in [(&others, encoder.of_others()), (&gaps, encoder.of_gap())] {
            let effect =
                place.map_or(String::new(), |place| format!(" f[{}] = 1.0;", self.next + place));
            cases += &format!("    case {constant}:{effect} break;\n");
        }
        self.row.features += &format!("    switch (row->{field}) {{\n{cases}    }}\n");
        self.next += encoder.width();
        let note = comment(column);
        self.row.types += &format!(
            "/* What {note} can be. */\ntypedef enum {{\n{list}    {others},\n    {gaps}\n}} {kind};\n\n\
             /* What a text means, without spaces around it and a number as 1, not 1.0; an empty one is a gap. */\nstatic inline {kind} {name}_{of}(const char *text) {{\n\
             {texts}    return text[0] == '\\0' ? {gaps} : {others};\n}}\n\n"
        );
        self.member(&kind, field, &note);
    }

    fn time(&mut self, field: &str, column: &str, encoder: &TimeEncoder) {
        let mut first = None;
        for &(part, fill) in &encoder.parts {
            let member = self.fields.snake(&format!("{field} {}", part.name()));
            let note = format!("{}: {}. {}", comment(column), part.name(), meaning(part));
            self.member("double", &member, note.trim_end_matches('.'));
            let x = format!("row->{member}");
            let is_gap = format!("isnan({x})");
            let value = match part {
                TimePart::Seconds => format!("{x} - {:?}", encoder.origin),
                _ => x,
            };
            self.number(
                NumberEncoder { fill: Some(fill), ..NumberEncoder::default() },
                &value,
                &is_gap,
            );
            first.get_or_insert(is_gap);
        }
        if encoder.indicator {
            let is_gap = first.unwrap_or_else(|| {
                self.member("double", field, &comment(column));
                format!("isnan(row->{field})")
            });
            self.feature(&format!("{is_gap} ? 1.0 : 0.0"));
        }
    }
}
