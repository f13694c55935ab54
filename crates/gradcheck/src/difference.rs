use crate::session::Numbers;

/// The step of the differences, a power of two so that adding it is nearly exact.
const STEP: f64 = 1.0 / 8192.0;

/// How far the slope may be off for rounding alone, for a function whose terms sum to 1:
/// two values are off by some rounding errors each, and divided by the step.
const ROUNDING: f64 = 4.0 * f64::EPSILON / STEP;

/// How far a slope may be outside those around a kink.
const KINK: f64 = 1e-6;

/// The slope of a function of one variable at 0, found from its values alone.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Difference {
    /// The central difference, with the next term of its error removed:
    /// `(4 D(h) − D(2h)) / 3`, where `D(h) = (f(h) − f(−h)) / 2h`. Off by `h⁴ f⁽⁵⁾ / 30`.
    pub(crate) slope: f64,
    /// The slopes on the left and on the right, from `f` at 0, `h` and `2h`.
    pub(crate) sides: [f64; 2],
    /// Whether there is a kink within reach of the difference.
    pub(crate) kink: bool,
    /// How far rounding may put the slope off.
    pub(crate) rounding: f64,
    /// The least and the largest slope between neighbouring points, `h` apart.
    range: [f64; 2],
}

/// Differences of `f`, which is a sum of terms of size `terms`.
pub(crate) fn difference(mut f: impl FnMut(f64) -> f64, terms: f64) -> Difference {
    let [far_left, left, here, right, far_right] = [-2.0, -1.0, 0.0, 1.0, 2.0].map(|k| f(k * STEP));
    let slope = |a: f64, b: f64| (b - a) / STEP;
    let near = [slope(left, here), slope(here, right)];
    let far = [0.5 * slope(far_left, here), 0.5 * slope(here, far_right)];
    let all = [slope(far_left, left), near[0], near[1], slope(right, far_right)];
    let rounding = ROUNDING * terms;
    // Where f is smooth, the two sides differ by h f'', and by 2h f'' at twice the step: what
    // is left is of third order. A kink of size k within h leaves about k.
    let bend = (far[1] - far[0]) - 2.0 * (near[1] - near[0]);
    Difference {
        slope: (4.0 * 0.5 * (near[0] + near[1]) - 0.5 * (far[0] + far[1])) / 3.0,
        sides: [2.0 * near[0] - far[0], 2.0 * near[1] - far[1]],
        kink: bend.is_nan() || bend.abs() > 1e-7 * terms + 4.0 * rounding,
        rounding,
        range: [
            all.into_iter().fold(f64::INFINITY, f64::min),
            all.into_iter().fold(f64::NEG_INFINITY, f64::max),
        ],
    }
}

impl Difference {
    /// For a kink nearby: how far `slope` is from the slopes around, relative to the sum of
    /// the terms. As far as these are from each other, it may be outside: between two points
    /// the function may bend as much as from one to the next.
    pub(crate) fn nearby(&self, slope: f64, terms: f64) -> Numbers {
        let [low, high] = self.range;
        let reach = high - low;
        let error = outside(slope, [low - reach, high + reach]) / terms;
        Numbers { actual: slope, expected: self.slope, error, tolerance: KINK }
    }

    /// For a kink right here: how far `slope` is from lying between those on the two sides,
    /// relative to 1 or to them.
    pub(crate) fn between_the_sides(&self, slope: f64) -> Numbers {
        let [left, right] = self.sides;
        let error = outside(slope, [left.min(right), left.max(right)]);
        Numbers {
            actual: slope,
            expected: if (slope - left).abs() < (slope - right).abs() { left } else { right },
            error: error / (1.0 + left.abs().max(right.abs())),
            tolerance: KINK,
        }
    }
}

/// The distance from `x` to the interval; infinite if `x` is NaN.
fn outside(x: f64, [low, high]: [f64; 2]) -> f64 {
    if x >= low && x <= high {
        0.0
    } else if x < low {
        low - x
    } else if x > high {
        x - high
    } else {
        f64::INFINITY
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn smooth_functions_have_the_slope_that_calculus_gives() {
        type Case = (fn(f64) -> f64, f64, f64);
        let cases: [Case; 4] = [
            (|h| (0.7 + h).sin(), 0.7_f64.cos(), 1.0),
            (|h| (3.0 * (0.2 + h)).exp(), 3.0 * 0.6_f64.exp(), 2.0),
            (|h| (2.0 + h).powi(5), 80.0, 32.0),
            (|h| 100.0 + h, 1.0, 100.0),
        ];
        for (f, slope, terms) in cases {
            let difference = difference(f, terms);
            assert!(!difference.kink, "{difference:?}");
            assert!((difference.slope - slope).abs() < 1e-10 * slope + difference.rounding);
            assert_eq!(difference.nearby(slope, terms).error, 0.0);
            assert!(difference.between_the_sides(slope).error < 1e-6);
        }
    }

    #[test]
    fn a_kink_is_seen_from_wherever_it_matters() {
        for offset in [0.0, 0.3, -0.5, 0.9, -0.1] {
            let bend = |h: f64| f64::max(0.0, h - offset * STEP);
            let difference = difference(bend, 1.0);
            assert!(difference.kink, "{offset}");
            assert_eq!(difference.nearby(1.0, 1.0).error, 0.0);
            assert_eq!(difference.nearby(0.0, 1.0).error, 0.0);
            assert!(difference.nearby(2.2, 1.0).error > 0.19);
        }
        let at = difference(|h| f64::max(0.0, h), 1.0);
        assert_eq!(at.sides, [0.0, 1.0]);
        assert_eq!([0.0, 0.5, 1.0].map(|slope| at.between_the_sides(slope).error), [0.0; 3]);
        let error = |slope| at.between_the_sides(slope).error;
        assert!(error(2.0) == 0.5 && error(-1.0) == 0.5 && error(f64::NAN) > 1.0);
    }
}
