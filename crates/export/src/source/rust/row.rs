use densely_table::{
    CategoryEncoder, ColumnEncoder, Encoder, NumberEncoder, TimeEncoder, TimePart,
};

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
    pub(super) fn of(plan: &Plan) -> Self {
        let columns = &plan.columns;
        if plan.is_of_plain_numbers() {
            return Self::of_numbers(columns);
        }
        let mut writer = Writer {
            fields: Names::default(),
            types: Names::without(&["Row", "Answer", "Option", "Some", "None"]),
            row: Self { types: String::new(), features: String::new() },
            next: 0,
        };
        let mut fields = String::new();
        for column in columns {
            let field = writer.fields.snake(&column.column);
            let kind = writer.column(&field, column);
            fields += &format!("    /// {:?}\n    pub {field}: {kind},\n", column.column);
        }
        let mut row = writer.row;
        row.types = format!(
            "/// A row of a table. `None` is a gap.\n#[derive(Debug, Clone, Copy, PartialEq)]\npub struct Row {{\n\
             {fields}}}\n\n{}",
            row.types
        );
        row
    }

    /// A field for each would be a struct of 784.
    fn of_numbers(columns: &[ColumnEncoder]) -> Self {
        let (count, names) = (columns.len(), columns.iter().map(|column| column.column.as_str()));
        let names: Vec<&str> = names.collect();
        let types = format!(
            "/// The columns.\npub static COLUMNS: [&str; {count}] = {names:?};\n\n/// A row of a table.\n\
             #[derive(Debug, Clone, Copy, PartialEq)]\npub struct Row {{\n    /// One of each of `COLUMNS`.\n    \
             pub numbers: [f64; {count}],\n}}\n\n"
        );
        Self { types, features: "    f.copy_from_slice(&row.numbers);\n".to_owned() }
    }
}

struct Writer {
    fields: Names,
    types: Names,
    row: Row,
    /// The next feature.
    next: usize,
}

impl Writer {
    /// The type of a column's field; its features follow those of the columns before.
    fn column(&mut self, field: &str, column: &ColumnEncoder) -> String {
        match &column.encoder {
            Encoder::Number(encoder) => {
                // NaN is a gap too.
                let given = format!("row.{field}.filter(|x| !x.is_nan())");
                self.number(*encoder, &format!("row.{field}"), &given);
                optional("f64", encoder.fill.is_some())
            }
            Encoder::Boolean(encoder) => {
                let number = format!("f64::from(u8::from(row.{field}))");
                let given = format!("row.{field}.map(|x| f64::from(u8::from(x)))");
                self.number(*encoder, &number, &given);
                optional("bool", encoder.fill.is_some())
            }
            Encoder::Category(encoder) => self.category(field, &column.column, encoder),
            Encoder::Time(encoder) => self.time(field, &column.column, encoder),
        }
    }

    fn number(&mut self, encoder: NumberEncoder, number: &str, given: &str) {
        let value = match encoder.fill {
            None => number.to_owned(),
            Some(fill) => format!("{given}.unwrap_or({fill:?})"),
        };
        self.feature(&value);
        if encoder.indicator {
            self.feature(&format!("f64::from(u8::from({given}.is_none()))"));
        }
    }

    fn feature(&mut self, value: &str) {
        self.row.features += &format!("    f[{}] = {value};\n", self.next);
        self.next += 1;
    }

    fn category(&mut self, field: &str, column: &str, encoder: &CategoryEncoder) -> String {
        let name = self.types.camel(column);
        let mut variants = Names::without(&["Other"]);
        let (mut list, mut texts, mut features) = (String::new(), String::new(), String::new());
        for (index, value) in encoder.values.iter().enumerate() {
            let variant = variants.camel(value);
            list += &format!("    /// {value:?}\n    {variant},\n");
            texts += &format!("            {value:?} => Self::{variant},\n");
            features +=
                &format!("        Some({name}::{variant}) => f[{}] = 1.0,\n", self.next + index);
        }
        let mut arm = |pattern: &str, place: Option<usize>| {
            let effect =
                place.map_or("{}".to_owned(), |place| format!("f[{}] = 1.0", self.next + place));
            features += &format!("        {pattern} => {effect},\n");
        };
        arm(&format!("Some({name}::Other)"), encoder.of_others());
        arm("None", encoder.of_gap());
        self.row.features += &format!("    match row.{field} {{\n{features}    }}\n");
        self.next += encoder.width();
        self.row.types += &format!(
            "/// What {column:?} can be.\n#[derive(Debug, Clone, Copy, PartialEq, Eq)]\npub enum {name} {{\n{list}    \
             /// Anything else.\n    Other,\n}}\n\nimpl {name} {{\n    /// What a text means, without spaces around it and a number as `1`, not `1.0`; an empty one is a\n    /// gap.\n    \
             #[must_use]\n    pub fn from_text(text: &str) -> Option<Self> {{\n        Some(match text {{\n{texts}            \
             \"\" => return None,\n            _ => Self::Other,\n        }})\n    }}\n}}\n\n"
        );
        optional(&name, true)
    }

    fn time(&mut self, field: &str, column: &str, encoder: &TimeEncoder) -> String {
        let name = self.types.camel(column);
        let mut parts = String::new();
        for &(part, fill) in &encoder.parts {
            let name = part.name();
            parts += &format!("    /// {}\n    pub {name}: f64,\n", meaning(part));
            let number = match part {
                TimePart::Seconds => format!("time.seconds - {:?}", encoder.origin),
                _ => format!("time.{name}"),
            };
            self.feature(&format!("row.{field}.map_or({fill:?}, |time| {number})"));
        }
        if encoder.indicator {
            self.feature(&format!("f64::from(u8::from(row.{field}.is_none()))"));
        }
        self.row.types += &format!(
            "/// The parts of {column:?} that the network uses.\n#[derive(Debug, Clone, Copy, PartialEq)]\npub \
             struct {name} {{\n{parts}}}\n\n"
        );
        optional(&name, true)
    }
}

fn optional(kind: &str, is_optional: bool) -> String {
    if is_optional { format!("Option<{kind}>") } else { kind.to_owned() }
}
