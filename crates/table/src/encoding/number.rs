/// How numbers, or truth values as 0 and 1, are encoded.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NumberEncoder {
    /// What a gap has; `None` if there may be none.
    pub fill: Option<f64>,
    /// Whether one more number says of which there is none: 1 for a gap.
    pub indicator: bool,
}

impl NumberEncoder {
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
