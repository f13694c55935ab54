/// How numbers, or truth values as 0 and 1, are encoded.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct NumberEncoder {
    /// What a gap has; `None` if there may be none.
    pub fill: Option<f64>,
    /// Whether one more number says of which there is none: 1 for a gap.
    pub indicator: bool,
    /// The smallest and the largest number of the training part; `None` if these are not known.
    pub range: Option<(f64, f64)>,
}

impl NumberEncoder {
    /// Whether a number is farther below or above all of the training part than these are from each other. Where they
    /// are all the same, or not known, none is.
    ///
    /// ```
    /// use densely_table::NumberEncoder;
    ///
    /// let encoder = NumberEncoder { range: Some((10.0, 15.0)), ..NumberEncoder::default() };
    /// let far = [5.0, 4.9, 20.0, 20.1, f64::NAN].map(|number| encoder.is_far(number));
    /// assert_eq!(far, [false, true, false, true, false]);
    /// ```
    #[inline]
    #[must_use]
    pub fn is_far(self, number: f64) -> bool {
        self.range.is_some_and(|range| is_far(number, range))
    }

    pub(super) fn width(self) -> usize {
        1 + usize::from(self.indicator)
    }

    /// Writes a number; NaN is a gap.
    #[inline]
    pub(super) fn write(self, number: f64, out: &mut [f64]) {
        let is_gap = number.is_nan();
        out[0] = if is_gap { self.fill.unwrap_or(number) } else { number };
        if self.indicator {
            out[1] = f64::from(u8::from(is_gap));
        }
    }
}

/// Whether a number is outside of a range.
#[inline]
pub(super) fn is_outside(number: f64, (smallest, largest): (f64, f64)) -> bool {
    number < smallest || number > largest
}

/// Whether a number is farther outside of a range than this is wide.
#[inline]
pub(super) fn is_far(number: f64, (smallest, largest): (f64, f64)) -> bool {
    let width = largest - smallest;
    width > 0.0 && (number < smallest - width || number > largest + width)
}
