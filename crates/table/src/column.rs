use std::borrow::Cow;
use std::ops::Range;

use crate::gap_words::GapWords;
use crate::parsed::{Parsed, canonical, decimal, parse_text};
use crate::texts::TextsBuilder;
use crate::{Missing, Numbers, Texts};

/// A column of a [`Table`](crate::Table): a name, and numbers or texts with gaps.
///
/// What it means, such as a category or a time, is not decided here but by a
/// [`Schema`](crate::Schema).
///
/// ```
/// use densely_table::{Cells, Column};
///
/// let column = Column::of_cells("size", ["1.50", "NA", "3"]);
/// let Cells::Numbers(numbers) = column.cells() else { panic!() };
/// assert!(numbers.get(0) == 1.5 && numbers.get(1).is_nan());
///
/// // One text makes the others texts; of numbers, they are as short as can be.
/// let column = Column::of_cells("size", ["1.50", "NA", "XL"]);
/// assert_eq!([0, 1, 2].map(|row| column.text(row)), [Some("1.5".into()), None, Some("XL".into())]);
/// ```
#[derive(Debug, Clone)]
pub struct Column {
    name: String,
    cells: Cells,
    gap_words: GapWords,
}

/// What is in a [`Column`].
#[derive(Debug, Clone)]
pub enum Cells {
    /// Every cell that is no gap is a number.
    Numbers(Numbers),
    /// There are other cells, too.
    Texts(Texts),
}

impl Column {
    /// Of numbers; NaN is a gap.
    pub fn numbers(name: impl Into<String>, values: Vec<f64>) -> Self {
        Self::of(name.into(), Cells::Numbers(Numbers::from_floats(values)))
    }

    /// Of texts that are what they are, also if they look like numbers, but for spaces around them; `None` is a gap, and so is a
    /// text of which nothing is left.
    pub fn texts<S: AsRef<str>>(
        name: impl Into<String>,
        values: impl IntoIterator<Item = Option<S>>,
    ) -> Self {
        let mut texts = TextsBuilder::default();
        for value in values {
            match value.as_ref().and_then(|value| written(value.as_ref())) {
                None => texts.push_gap(),
                Some(text) => texts.push(text),
            }
        }
        Self::of(name.into(), Cells::Texts(texts.finish()))
    }

    /// Of cells as text has them: numbers if all are numbers or [gaps](Missing::default).
    pub fn of_cells<S: AsRef<str>>(
        name: impl Into<String>,
        cells: impl IntoIterator<Item = S>,
    ) -> Self {
        let (mut builder, missing) = (ColumnBuilder::new(), Missing::default());
        cells.into_iter().for_each(|cell| builder.push_cell(cell.as_ref(), &missing));
        builder.finish(name)
    }

    /// What it is called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The same cells under another name.
    #[must_use]
    pub fn with_name(self, name: impl Into<String>) -> Self {
        Self { name: name.into(), ..self }
    }

    /// The same, with gaps where these words and numbers are, and those of the column of this name.
    ///
    /// ```
    /// use densely_table::{Column, Missing};
    ///
    /// let missing = Missing::new(["unknown", "-999"]);
    /// let gaps = |column: Column| column.with_missing(&missing).gaps();
    /// assert_eq!(gaps(Column::numbers("size", vec![1.0, -999.0])), 1);
    /// assert_eq!(gaps(Column::texts("colour", [Some("red"), Some("unknown"), Some("-999.0")])), 2);
    /// ```
    #[must_use]
    pub fn with_missing(self, missing: &Missing) -> Self {
        let of_column = missing.of_column(&self.name);
        let missing = &*of_column;
        match self.cells {
            Cells::Numbers(numbers) => {
                let (mut any, is_gap) = (false, |number: f64| missing.is_gap_number(|| number));
                numbers.each(0..numbers.len(), |number| any |= is_gap(number));
                if !any {
                    return Self { cells: Cells::Numbers(numbers), ..self };
                }
                let mut gap_words = self.gap_words;
                let mut kept = |number| match is_gap(number) {
                    true => {
                        gap_words.add(&canonical(number));
                        f64::NAN
                    }
                    false => number,
                };
                let rows = 0..numbers.len();
                let kept = rows.map(|row| kept(numbers.get(row))).collect();
                Self { gap_words, ..Self::numbers(self.name, kept) }
            }
            Cells::Texts(texts) => {
                let mut gap_words = self.gap_words;
                let kept = |row| {
                    let text = texts.get(row)?;
                    let is_gap = missing.is_gap_text(text);
                    if is_gap {
                        gap_words.add(text);
                    }
                    (!is_gap).then_some(text)
                };
                let kept = Self::texts(self.name, (0..texts.len()).map(kept));
                Self { gap_words, ..kept }
            }
        }
    }

    /// The same of these rows only, counted from 0.
    ///
    /// # Panics
    /// If there are not so many.
    #[must_use]
    pub fn rows(&self, rows: Range<usize>) -> Self {
        self.gather(rows)
    }

    /// The same of these rows, counted from 0, each as often as it comes.
    ///
    /// ```
    /// use densely_table::Column;
    ///
    /// let classes = Column::texts("class", [Some("no"), Some("yes"), None]);
    /// let gathered = classes.gather([1, 2, 1]);
    /// let texts = [0, 1, 2].map(|row| gathered.text(row));
    /// assert_eq!(texts.each_ref().map(Option::as_deref), [Some("yes"), None, Some("yes")]);
    /// ```
    ///
    /// # Panics
    /// If there are not so many.
    #[must_use]
    pub fn gather(&self, rows: impl IntoIterator<Item = usize>) -> Self {
        let (name, rows) = (self.name(), rows.into_iter());
        match &self.cells {
            Cells::Numbers(numbers) => {
                Self::numbers(name, rows.map(|row| numbers.get(row)).collect())
            }
            Cells::Texts(texts) => Self::of(name.to_owned(), Cells::Texts(texts.gather(rows))),
        }
    }

    /// What is in it.
    #[must_use]
    pub fn cells(&self) -> &Cells {
        &self.cells
    }

    /// The number of cells.
    #[must_use]
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of gaps.
    #[must_use]
    pub fn gaps(&self) -> usize {
        match &self.cells {
            Cells::Numbers(numbers) => numbers.gaps(),
            Cells::Texts(texts) => texts.gaps(),
        }
    }

    /// The words that were taken for gaps, and how often, the most frequent first; empty cells are none.
    ///
    /// ```
    /// let column = densely_table::Column::of_cells("kind", ["None", "", "a", "None", "?"]);
    /// assert_eq!(column.gap_words(), [("None".to_owned(), 2), ("?".to_owned(), 1)]);
    /// ```
    #[must_use]
    pub fn gap_words(&self) -> Vec<(String, usize)> {
        self.gap_words.sorted()
    }

    pub(crate) fn of(name: String, cells: Cells) -> Self {
        Self { name, cells, gap_words: GapWords::default() }
    }

    /// The same, of which these words were taken for gaps.
    pub(crate) fn with_gap_words(self, gap_words: GapWords) -> Self {
        Self { gap_words, ..self }
    }

    pub(crate) fn own_gap_words(&self) -> &GapWords {
        &self.gap_words
    }

    /// The same as texts, if they are numbers.
    pub(crate) fn into_texts(self) -> Self {
        let name = self.name.clone();
        let mut builder = self.into_builder();
        builder.become_texts();
        builder.finish(name)
    }

    /// To add more cells to.
    pub(crate) fn into_builder(self) -> ColumnBuilder {
        let gap_words = self.gap_words;
        match self.cells {
            Cells::Numbers(numbers) => {
                ColumnBuilder { numbers: Some(numbers), gap_words, ..ColumnBuilder::default() }
            }
            Cells::Texts(texts) => {
                let mut builder = TextsBuilder::default();
                builder.append(&texts);
                ColumnBuilder { texts: builder, gap_words, ..ColumnBuilder::default() }
            }
        }
    }

    /// The text of a cell, by its row from 0: that of a number as short as can be; `None` for a gap.
    ///
    /// # Panics
    /// If there are not so many rows.
    #[must_use]
    pub fn text(&self, row: usize) -> Option<Cow<'_, str>> {
        match &self.cells {
            Cells::Texts(texts) => texts.get(row).map(Cow::Borrowed),
            Cells::Numbers(numbers) => {
                let number = numbers.get(row);
                let text =
                    || numbers.written(row).map_or_else(|| canonical(number).into(), Cow::Borrowed);
                (!number.is_nan()).then(text)
            }
        }
    }
}

impl Cells {
    fn len(&self) -> usize {
        match self {
            Self::Numbers(numbers) => numbers.len(),
            Self::Texts(texts) => texts.len(),
        }
    }
}

/// A [`Column`] that cells are added to.
///
/// It holds numbers until the first text comes; then all are texts.
///
/// ```
/// use densely_table::{ColumnBuilder, Missing};
///
/// let mut builder = ColumnBuilder::new();
/// builder.push_number(2.0);
/// builder.push_gap();
/// builder.push_cell("4.5", &Missing::default());
/// builder.push_text(" a");
/// builder.push_text("");
/// let column = builder.finish("x");
/// assert_eq!((column.text(3).as_deref(), column.gaps()), (Some("a"), 2));
/// assert_eq!(column.text(2).as_deref(), Some("4.5"));
/// ```
#[derive(Default)]
pub struct ColumnBuilder {
    numbers: Option<Numbers>,
    texts: TextsBuilder,
    /// Rows of numbers with points between thousands, which are texts as they were written.
    pointed: Vec<usize>,
    gap_words: GapWords,
}

impl ColumnBuilder {
    /// Without cells.
    #[must_use]
    pub fn new() -> Self {
        Self { numbers: Some(Numbers::new()), ..Self::default() }
    }

    /// Without cells, and with room for so many: then it takes no more memory than they do.
    #[must_use]
    pub fn with_capacity(cells: usize) -> Self {
        Self { numbers: Some(Numbers::with_capacity(cells)), ..Self::default() }
    }

    /// The number of cells so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.numbers.as_ref().map_or_else(|| self.texts.len(), Numbers::len)
    }

    /// Whether there is none so far.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds a cell as text has it: a number, a gap, or else a text.
    pub fn push_cell(&mut self, cell: &str, missing: &Missing) {
        self.push_read(parse_text(cell, b'.', missing), cell.as_bytes());
    }

    /// Adds a number; NaN is a gap.
    pub fn push_number(&mut self, number: f64) {
        self.push_parsed(Parsed::of_number(number));
    }

    /// Adds a text that is one, also if it looks like a number, without the spaces around it; one of which nothing is left is a
    /// gap, in whatever format it was written.
    pub fn push_text(&mut self, text: &str) {
        self.push_parsed(written(text).map_or(Parsed::Gap, Parsed::Text));
    }

    /// Adds a truth value: the text `true` or `false`.
    pub fn push_bool(&mut self, value: bool) {
        self.push_text(if value { "true" } else { "false" });
    }

    /// Adds a gap.
    pub fn push_gap(&mut self) {
        self.push_parsed(Parsed::Gap);
    }

    /// All cells so far, under this name.
    #[must_use]
    pub fn finish(self, name: impl Into<String>) -> Column {
        let cells = match self.numbers {
            Some(numbers) => Cells::Numbers(numbers),
            None => Cells::Texts(self.texts.finish()),
        };
        Column::of(name.into(), cells).with_gap_words(self.gap_words)
    }

    /// Adds the text that a cell is, if this is a column of texts and has it already. All its cells must be read
    /// alike: then what was a text is one again.
    #[inline]
    pub(crate) fn push_known(&mut self, cell: &[u8]) -> bool {
        self.numbers.is_none() && self.texts.push_known(cell)
    }

    /// What this cell of a text holds.
    #[inline]
    pub(crate) fn push_read(&mut self, parsed: Parsed<'_>, cell: &[u8]) {
        if parsed == Parsed::Gap && !cell.is_empty() {
            self.gap_words.add(&String::from_utf8_lossy(cell));
        }
        self.push_parsed(parsed);
    }

    #[inline]
    pub(crate) fn push_parsed(&mut self, parsed: Parsed<'_>) {
        match (&mut self.numbers, parsed) {
            (Some(numbers), Parsed::Gap) => numbers.push_gap(),
            (Some(numbers), Parsed::Decimal { mantissa, exponent }) => {
                numbers.push_decimal(mantissa, exponent);
            }
            (Some(numbers), Parsed::Float(float)) => numbers.push_float(float),
            (None, Parsed::Gap) => self.texts.push_gap(),
            (None, Parsed::Decimal { mantissa, exponent }) => {
                self.texts.push(&canonical(decimal(mantissa, exponent)));
            }
            (Some(numbers), Parsed::Beyond(float, cell)) => numbers.push_beyond(float, cell),
            (None, Parsed::Float(float) | Parsed::Beyond(float, _)) => {
                self.texts.push(&canonical(float));
            }
            (Some(numbers), Parsed::Pointed(number, _)) => {
                self.pointed.push(numbers.len());
                numbers.push_float(number);
            }
            (None, Parsed::Pointed(_, cell)) => self.texts.push(cell),
            (_, Parsed::Text(text)) => {
                self.become_texts();
                self.texts.push(text);
            }
        }
    }

    /// Adds those of another after these.
    pub(crate) fn append(&mut self, other: Self) {
        self.gap_words.append(&other.gap_words);
        match (&mut self.numbers, other.numbers) {
            (Some(numbers), Some(more)) => {
                self.pointed.extend(other.pointed.iter().map(|row| numbers.len() + row));
                numbers.append(more);
            }
            (None, Some(more)) => push_all(&mut self.texts, &more, &other.pointed),
            (_, None) => {
                self.become_texts();
                self.texts.append(&other.texts.finish());
            }
        }
    }

    /// What its distinct texts take, about.
    pub(crate) fn text_bytes(&self) -> usize {
        self.texts.bytes()
    }

    fn become_texts(&mut self) {
        if let Some(numbers) = self.numbers.take() {
            let capacity = numbers.capacity();
            // Nothing to be kept is kept while there is made room.
            let numbers = (!numbers.is_empty()).then_some(numbers);
            self.texts.reserve(capacity);
            let pointed = std::mem::take(&mut self.pointed);
            numbers.iter().for_each(|numbers| push_all(&mut self.texts, numbers, &pointed));
        }
    }
}

/// What is written in a cell, if anything is.
fn written(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|text| !text.is_empty())
}

/// Numbers as texts, of which these rows have points between thousands.
fn push_all(texts: &mut TextsBuilder, numbers: &Numbers, pointed: &[usize]) {
    let (mut row, mut pointed) = (0, pointed.iter().copied().peekable());
    numbers.each(0..numbers.len(), |number| {
        match number.is_nan() {
            true => texts.push_gap(),
            false if pointed.next_if_eq(&row).is_some() => texts.push(&with_points(number)),
            false => texts.push(&canonical(number)),
        }
        row += 1;
    });
}

/// A whole number with points between its thousands.
fn with_points(number: f64) -> String {
    let digits = canonical(number.abs());
    let mut text = if number < 0.0 { "-".to_owned() } else { String::new() };
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push('.');
        }
        text.push(digit);
    }
    text
}

impl std::fmt::Debug for ColumnBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ColumnBuilder").field("len", &self.len()).finish_non_exhaustive()
    }
}
