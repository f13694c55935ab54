//! Axes that fit what is drawn.

use densely_picture::Axis;

/// From the smallest value to the largest: of powers of ten where they are far apart.
pub(super) fn axis(label: &str, values: impl Iterator<Item = f64>) -> Axis {
    /// As far apart, and the smaller ones would lie on one line.
    const FAR: f64 = 30.0;
    let (low, high) = range(values);
    match low > 0.0 && high > FAR * low {
        true => Axis::logarithmic(label, low, high),
        false => Axis::linear(label, low, high),
    }
}

/// The same, and never of powers of ten: with 0 if that is near.
pub(super) fn from_zero(label: &str, values: impl Iterator<Item = f64>) -> Axis {
    let (low, high) = range(values);
    let low = if low > 0.0 && low < 0.5 * high { 0.0 } else { low };
    Axis::linear(label, low, high)
}

/// Of scores, of which none is above 1.
pub(super) fn up_to_one(values: impl Iterator<Item = f64>) -> Axis {
    let (low, _) = range(values);
    let low = low.min(0.9);
    Axis::linear("", if low > 0.0 && low < 0.5 { 0.0 } else { low }, 1.0)
}

/// From the smallest value to the largest, which are apart.
pub(super) fn range(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let finite = values.filter(|value| value.is_finite());
    let (low, high) = finite.fold((f64::INFINITY, -f64::INFINITY), |(low, high), value| {
        (low.min(value), high.max(value))
    });
    if low > high {
        return (0.0, 1.0);
    }
    // What differs by rounding alone has no ticks.
    let least = 1e-9 * low.abs().max(high.abs()).max(1e-290);
    match high - low > least {
        true if (high - low).is_finite() => (low, high),
        true => (low / 4.0, high / 4.0),
        false => (low - 0.5 * low.abs().max(1.0), high + 0.5 * high.abs().max(1.0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_has_two_ends_that_are_apart_and_finite() {
        let of = |values: &[f64]| range(values.iter().copied());
        assert_eq!(of(&[1.0, f64::NAN, 3.0, f64::INFINITY]), (1.0, 3.0));
        assert_eq!(of(&[]), (0.0, 1.0));
        assert_eq!(of(&[0.0, 0.0]), (-0.5, 0.5));
        for values in [&[7.0][..], &[1e300, 1e300], &[-1e308, 1e308], &[1.0, 1.0 + 1e-15]] {
            let (low, high) = of(values);
            assert!(low < high && (high - low).is_finite(), "{values:?}: {low}, {high}");
        }
    }

    #[test]
    fn an_axis_is_of_powers_where_values_are_far_apart() {
        let range = |axis: Axis| axis.range();
        assert_eq!(range(axis("", [0.01, 100.0].into_iter())), (0.01, 100.0));
        assert_eq!(range(from_zero("", [0.2, 0.9].into_iter())), (0.0, 0.9));
        assert_eq!(range(from_zero("", [0.8, 0.9].into_iter())), (0.8, 0.9));
        assert_eq!(range(up_to_one([0.95, 1.0].into_iter())), (0.9, 1.0));
        assert_eq!(range(up_to_one([1.0, 1.0].into_iter())), (0.5, 1.0));
        assert_eq!(range(up_to_one([0.2, 0.7].into_iter())), (0.0, 1.0));
        assert_eq!(range(up_to_one([-3.0, 0.7].into_iter())), (-3.0, 1.0));
    }
}
