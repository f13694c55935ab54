mod bytes;

use std::fmt;

use densely_parts::shortened;

use crate::parsed::{POWERS, decimal};

/// The numbers of a column, with gaps.
///
/// They take two or four bytes each where they are decimal fractions of few digits, exactly, and
/// eight otherwise.
#[derive(Clone)]
pub struct Numbers {
    store: Store,
    gaps: usize,
    /// The first that are infinite since no number is as large, by their rows: as they were written.
    beyond: Vec<(usize, Box<str>)>,
}

/// How many of these are kept: as many as a message shows.
const BEYOND: usize = 3;

#[derive(Debug, Clone)]
enum Store {
    /// `mantissa / 10^exponent`; the smallest mantissa stands for a gap.
    Narrow(Vec<i16>, u8),
    Wide(Vec<i32>, u8),
    /// NaN stands for a gap.
    Floats(Vec<f64>),
}

const NARROW_GAP: i16 = i16::MIN;
const WIDE_GAP: i32 = i32::MIN;

/// The largest exponent: its power of ten times a digit still is a mantissa.
const MOST_DECIMALS: u8 = 9;

impl Numbers {
    pub(crate) fn new() -> Self {
        Self { store: Store::Narrow(Vec::new(), 0), gaps: 0, beyond: Vec::new() }
    }

    /// With room for so many.
    pub(crate) fn with_capacity(capacity: usize) -> Self {
        Self { store: Store::Narrow(Vec::with_capacity(capacity), 0), gaps: 0, beyond: Vec::new() }
    }

    /// What there is room for.
    pub(crate) fn capacity(&self) -> usize {
        match &self.store {
            Store::Narrow(values, _) => values.capacity(),
            Store::Wide(values, _) => values.capacity(),
            Store::Floats(values) => values.capacity(),
        }
    }

    /// With NaN for gaps, and without negative zeros.
    pub(crate) fn from_floats(mut values: Vec<f64>) -> Self {
        values.iter_mut().for_each(|value| *value += 0.0);
        let gaps = values.iter().filter(|value| value.is_nan()).count();
        Self { store: Store::Floats(values), gaps, beyond: Vec::new() }
    }

    /// The number of cells.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.store {
            Store::Narrow(values, _) => values.len(),
            Store::Wide(values, _) => values.len(),
            Store::Floats(values) => values.len(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of gaps.
    #[must_use]
    pub fn gaps(&self) -> usize {
        self.gaps
    }

    /// Whether it is known without a look that none is infinite.
    pub(crate) fn are_finite(&self) -> bool {
        !matches!(self.store, Store::Floats(_))
    }

    /// The number in a row, counted from 0: NaN for a gap; it may be infinite.
    ///
    /// # Panics
    /// If there are not so many rows.
    #[must_use]
    #[inline]
    pub fn get(&self, row: usize) -> f64 {
        match &self.store {
            Store::Narrow(values, exponent) => narrow(values[row], POWERS[usize::from(*exponent)]),
            Store::Wide(values, exponent) => wide(values[row], POWERS[usize::from(*exponent)]),
            Store::Floats(values) => values[row],
        }
    }

    /// Those in these rows.
    pub(crate) fn each(&self, rows: impl Iterator<Item = usize>, mut visit: impl FnMut(f64)) {
        match &self.store {
            Store::Narrow(values, exponent) => {
                let power = POWERS[usize::from(*exponent)];
                rows.for_each(|row| visit(narrow(values[row], power)));
            }
            Store::Wide(values, exponent) => {
                let power = POWERS[usize::from(*exponent)];
                rows.for_each(|row| visit(wide(values[row], power)));
            }
            Store::Floats(values) => rows.for_each(|row| visit(values[row])),
        }
    }

    pub(crate) fn push_gap(&mut self) {
        self.gaps += 1;
        match &mut self.store {
            Store::Narrow(values, _) => values.push(NARROW_GAP),
            Store::Wide(values, _) => values.push(WIDE_GAP),
            Store::Floats(values) => values.push(f64::NAN),
        }
    }

    pub(crate) fn push_float(&mut self, value: f64) {
        self.floats().push(value);
    }

    /// One that is infinite, and was written so.
    pub(crate) fn push_beyond(&mut self, value: f64, written: &str) {
        if self.beyond.len() < BEYOND {
            self.beyond.push((self.len(), shortened(written).into()));
        }
        self.push_float(value);
    }

    /// How the number in this row was written, if it is infinite for its size.
    pub(crate) fn written(&self, row: usize) -> Option<&str> {
        self.beyond.iter().find(|(own, _)| *own == row).map(|(_, written)| &**written)
    }

    #[inline]
    pub(crate) fn push_decimal(&mut self, mantissa: i32, exponent: u8) {
        // As nearly all in a column are written.
        match &mut self.store {
            Store::Wide(values, own) if *own == exponent && mantissa != WIDE_GAP => {
                values.push(mantissa);
            }
            _ => self.push_other_decimal(mantissa, exponent),
        }
    }

    fn push_other_decimal(&mut self, mantissa: i32, exponent: u8) {
        self.make_room(exponent);
        match &mut self.store {
            Store::Narrow(values, own) => {
                let scaled = scaled(mantissa, *own - exponent);
                match scaled.and_then(|scaled| i16::try_from(scaled).ok()) {
                    Some(scaled) if scaled != NARROW_GAP => values.push(scaled),
                    _ => {
                        self.widen();
                        self.push_decimal(mantissa, exponent);
                    }
                }
            }
            Store::Wide(values, own) => match scaled(mantissa, *own - exponent) {
                Some(scaled) => values.push(scaled),
                None => self.push_float(decimal(mantissa, exponent)),
            },
            Store::Floats(values) => values.push(decimal(mantissa, exponent)),
        }
    }

    /// Those of another column after these.
    pub(crate) fn append(&mut self, other: Self) {
        if self.is_empty() {
            *self = other;
            return;
        }
        let (before, room) = (self.len(), BEYOND.saturating_sub(self.beyond.len()));
        let beyond = other.beyond.iter().take(room).cloned();
        self.beyond.extend(beyond.map(|(row, written)| (before + row, written)));
        // As few changes as there can be, each of them for all that is there.
        match &other.store {
            Store::Narrow(_, exponent) => self.make_room(*exponent),
            Store::Wide(_, exponent) => {
                self.make_room(*exponent);
                self.widen();
            }
            Store::Floats(_) => {
                self.floats();
            }
        }
        match (&mut self.store, other.store) {
            (Store::Narrow(values, own), Store::Narrow(more, exponent)) if *own == exponent => {
                values.extend(more);
            }
            (Store::Wide(values, own), Store::Wide(more, exponent)) if *own == exponent => {
                values.extend(more);
            }
            (Store::Floats(values), Store::Floats(more)) => values.extend(more),
            (_, Store::Narrow(more, exponent)) => {
                for value in more {
                    match value {
                        NARROW_GAP => self.push_gap(),
                        value => self.push_decimal(value.into(), exponent),
                    }
                }
                return;
            }
            (_, Store::Wide(more, exponent)) => {
                for value in more {
                    match value {
                        WIDE_GAP => self.push_gap(),
                        value => self.push_decimal(value, exponent),
                    }
                }
                return;
            }
            (_, Store::Floats(_)) => unreachable!("these are floats by now"),
        }
        self.gaps += other.gaps;
    }

    /// Makes the exponent at least this.
    fn make_room(&mut self, exponent: u8) {
        let fits = match &mut self.store {
            Store::Narrow(values, own) if *own < exponent => {
                let rescaled: Option<Vec<i32>> = values
                    .iter()
                    .map(|&value| match value {
                        NARROW_GAP => Some(WIDE_GAP),
                        value => scaled(value.into(), exponent - *own),
                    })
                    .collect();
                match rescaled {
                    None => false,
                    Some(rescaled) => {
                        self.store = Store::Wide(rescaled, exponent);
                        self.narrow();
                        true
                    }
                }
            }
            Store::Wide(values, own) if *own < exponent => {
                let by = exponent - *own;
                let fits =
                    values.iter().all(|&value| value == WIDE_GAP || scaled(value, by).is_some());
                if fits {
                    for value in values.iter_mut().filter(|value| **value != WIDE_GAP) {
                        *value = scaled(*value, by).expect("it was seen to fit");
                    }
                    *own = exponent;
                }
                fits
            }
            _ => true,
        };
        if !fits {
            self.floats();
        }
    }

    /// Two bytes each, if that is enough for all.
    fn narrow(&mut self) {
        let Store::Wide(values, exponent) = &self.store else { return };
        let narrowed: Option<Vec<i16>> = values
            .iter()
            .map(|&value| match value {
                WIDE_GAP => Some(NARROW_GAP),
                value => i16::try_from(value).ok().filter(|&value| value != NARROW_GAP),
            })
            .collect();
        if let Some(narrowed) = narrowed {
            self.store = Store::Narrow(narrowed, *exponent);
        }
    }

    /// At least four bytes each.
    fn widen(&mut self) {
        if let Store::Narrow(values, exponent) = &self.store {
            let wide = |&value: &i16| if value == NARROW_GAP { WIDE_GAP } else { value.into() };
            let mut widened = Vec::with_capacity(values.capacity());
            widened.extend(values.iter().map(wide));
            self.store = Store::Wide(widened, *exponent);
        }
    }

    /// Eight bytes each.
    fn floats(&mut self) -> &mut Vec<f64> {
        if !matches!(self.store, Store::Floats(_)) {
            let mut floats = Vec::with_capacity(self.capacity());
            floats.extend((0..self.len()).map(|row| self.get(row)));
            self.store = Store::Floats(floats);
        }
        match &mut self.store {
            Store::Floats(values) => values,
            Store::Narrow(..) | Store::Wide(..) => unreachable!("these are floats by now"),
        }
    }
}

#[inline]
fn narrow(mantissa: i16, power: f64) -> f64 {
    if mantissa == NARROW_GAP { f64::NAN } else { f64::from(mantissa) / power }
}

#[inline]
fn wide(mantissa: i32, power: f64) -> f64 {
    if mantissa == WIDE_GAP { f64::NAN } else { f64::from(mantissa) / power }
}

/// The mantissa with so many decimals more, if it is one.
fn scaled(mantissa: i32, decimals: u8) -> Option<i32> {
    if decimals > MOST_DECIMALS {
        return None;
    }
    mantissa.checked_mul(10_i32.pow(decimals.into())).filter(|&scaled| scaled != WIDE_GAP)
}

impl fmt::Debug for Numbers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Numbers").field("len", &self.len()).field("gaps", &self.gaps).finish()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Debug, Clone, Copy)]
    enum Pushed {
        Gap,
        Decimal(i32, u8),
        Float(f64),
    }

    impl Pushed {
        fn value(self) -> f64 {
            match self {
                Self::Gap => f64::NAN,
                Self::Decimal(mantissa, exponent) => {
                    format!("{mantissa}e-{exponent}").parse().unwrap()
                }
                Self::Float(value) => value,
            }
        }

        fn push(self, to: &mut Numbers) {
            match self {
                Self::Gap => to.push_gap(),
                Self::Decimal(mantissa, exponent) => to.push_decimal(mantissa, exponent),
                Self::Float(value) => to.push_float(value),
            }
        }
    }

    fn cells() -> impl Strategy<Value = Vec<Pushed>> {
        let decimal = |largest: i32, places: u8| {
            (-largest..=largest, 0..=places).prop_map(|(m, e)| Pushed::Decimal(m, e))
        };
        let cell = |floats: u32| {
            prop_oneof![
                1 => Just(Pushed::Gap),
                6 => decimal(40, 1),
                2 => decimal(32_768, 2),
                1 => decimal(999_999_999, 8),
                floats => any::<f64>().prop_map(Pushed::Float),
            ]
        };
        prop_oneof![
            prop::collection::vec(cell(1), 0..40),
            prop::collection::vec(prop_oneof![6 => decimal(40, 1), 1 => decimal(400, 3)], 0..40),
        ]
    }

    proptest! {
        #[test]
        fn each_is_what_it_was(parts in prop::collection::vec(cells(), 1..5)) {
            let mut numbers = Numbers::new();
            for part in &parts {
                let mut more = Numbers::new();
                part.iter().for_each(|cell| cell.push(&mut more));
                numbers.append(more);
            }
            let cells: Vec<Pushed> = parts.concat();
            prop_assert_eq!(numbers.len(), cells.len());
            for (row, cell) in cells.iter().enumerate() {
                let (expected, found) = (cell.value(), numbers.get(row));
                prop_assert!(expected == found || (expected.is_nan() && found.is_nan()), "{row}");
            }
            let gaps = cells.iter().filter(|cell| cell.value().is_nan()).count();
            // A float that is NaN is a gap where it comes in.
            let pushed = cells.iter().filter(|cell| matches!(cell, Pushed::Gap)).count();
            prop_assert!(numbers.gaps() == pushed && pushed <= gaps);
        }
    }

    #[test]
    fn small_fractions_take_two_bytes_and_others_four() {
        let mut numbers = Numbers::new();
        numbers.push_decimal(125, 1);
        numbers.push_gap();
        numbers.push_decimal(3, 0);
        assert!(
            matches!(&numbers.store, Store::Narrow(values, 1) if values[..] == [125, i16::MIN, 30])
        );
        numbers.push_decimal(-99_999, 2);
        assert!(
            matches!(&numbers.store, Store::Wide(values, 2) if values[..] == [1250, i32::MIN, 300, -99_999])
        );
        numbers.push_decimal(1, 9);
        assert!(matches!(&numbers.store, Store::Floats(_)), "{:?}", numbers.store);
        assert_eq!((numbers.get(0), numbers.get(3), numbers.get(4)), (12.5, -999.99, 1e-9));
        assert!(numbers.get(1).is_nan() && numbers.gaps() == 1);
    }
}
