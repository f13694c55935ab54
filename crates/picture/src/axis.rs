/// One direction of a panel: a range, what it means, and where its ticks are.
#[derive(Debug, Clone)]
pub struct Axis {
    pub(crate) label: String,
    pub(crate) ticks: Vec<(f64, String)>,
    low: f64,
    high: f64,
    logarithmic: bool,
}

impl Axis {
    /// From `low` to `high`, with about five ticks.
    #[must_use]
    pub fn linear(label: &str, low: f64, high: f64) -> Self {
        Self::by_steps(label, low, high, 0.0)
    }

    /// The same of what is counted, as epochs: ticks are whole numbers.
    #[must_use]
    pub fn counted(label: &str, low: f64, high: f64) -> Self {
        Self::by_steps(label, low, high, 1.0)
    }

    /// With a tick at each multiple of a round step, of at least `least`.
    fn by_steps(label: &str, low: f64, high: f64, least: f64) -> Self {
        let rough = (high - low) / 5.0;
        let power = 10_f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 2.5, 5.0, 10.0]
            .map(|step| step * power)
            .into_iter()
            .find(|&step| step >= rough * 0.999 && (least == 0.0 || step % least == 0.0))
            .unwrap_or(rough)
            .max(least);
        let first = (low / step - 1e-9).ceil() as i64;
        let last = (high / step + 1e-9).floor() as i64;
        let ticks: Vec<f64> = (first..=last).map(|i| i as f64 * step).collect();
        let mut names: Vec<String> = ticks.iter().map(|&tick| crate::number(tick)).collect();
        if names.windows(2).any(|pair| pair[0] == pair[1]) {
            // As many decimals as tell them apart, and a round step needs.
            const MOST: f64 = 15.0;
            let decimals = (1.0 - step.log10().floor()).clamp(0.0, MOST) as usize;
            names = ticks.iter().map(|tick| format!("{tick:.decimals$}")).collect();
            while decimals > 0 && names.iter().all(|name| name.contains('.') && name.ends_with('0'))
            {
                names.iter_mut().for_each(|name| name.truncate(name.len() - 1));
            }
            for name in &mut names {
                name.truncate(name.trim_end_matches('.').len());
            }
        }
        let names = names.into_iter().map(|name| name.replace('-', "−"));
        Self { ticks: ticks.into_iter().zip(names).collect(), ..Self::bare(label, low, high) }
    }

    /// From `low` to `high`, both above 0, with a tick at each power of ten; if there are few of
    /// those, at each power of two, or below 1 at 1, 2 and 5 times a power of ten.
    #[must_use]
    pub fn logarithmic(label: &str, low: f64, high: f64) -> Self {
        let exponents = |base: f64| {
            let first = (low.ln() / base.ln() - 1e-9).ceil() as i32;
            let last = (high.ln() / base.ln() + 1e-9).floor() as i32;
            first..=last
        };
        let tens = exponents(10.0);
        let ticks: Vec<_> = if tens.clone().count() >= 3 {
            let every = tens.clone().count().div_ceil(7);
            tens.step_by(every).map(|e| (10_f64.powi(e), power_of_ten(e))).collect()
        } else if low < 1.0 {
            // Powers of two have many digits there.
            let steps = exponents(10.0);
            let steps = steps.start() - 1..=*steps.end();
            let values = steps.flat_map(|e| [1.0, 2.0, 5.0].map(|step| step * 10_f64.powi(e)));
            let inside = values.filter(|&value| value >= 0.999 * low && value <= 1.001 * high);
            inside.map(|value| (value, crate::number(value))).collect()
        } else {
            let every = exponents(2.0).count().div_ceil(8);
            let value = |e| 2_f64.powi(e);
            exponents(2.0).step_by(every).map(|e| (value(e), value(e).to_string())).collect()
        };
        Self { ticks, logarithmic: true, ..Self::bare(label, low, high) }
    }

    /// A place for each name, at 0, 1, 2, ...
    #[must_use]
    pub fn named<S: ToString>(label: &str, names: impl IntoIterator<Item = S>) -> Self {
        let names = names.into_iter().enumerate();
        let ticks: Vec<_> = names.map(|(i, name)| (i as f64, name.to_string())).collect();
        let high = ticks.len() as f64 - 0.5;
        Self { ticks, ..Self::bare(label, -0.5, high) }
    }

    /// Without ticks.
    #[must_use]
    pub fn bare(label: &str, low: f64, high: f64) -> Self {
        Self { label: label.to_owned(), ticks: Vec::new(), low, high, logarithmic: false }
    }

    /// Its two ends, low and high.
    #[must_use]
    pub fn range(&self) -> (f64, f64) {
        (self.low, self.high)
    }

    /// Where a value is, from 0 at the low end to 1; what is beyond an end is put there.
    pub(crate) fn place(&self, value: f64) -> f64 {
        let place = match self.logarithmic {
            true => (value / self.low).ln() / (self.high / self.low).ln(),
            false => (value - self.low) / (self.high - self.low),
        };
        if place.is_nan() { 0.0 } else { place.clamp(0.0, 1.0) }
    }
}

/// 10⁻³
fn power_of_ten(exponent: i32) -> String {
    let superscript = |c| match c {
        '-' => '⁻',
        digit => ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'][digit as usize - '0' as usize],
    };
    match exponent {
        0 => "1".to_owned(),
        1 => "10".to_owned(),
        _ => format!("10{}", exponent.to_string().chars().map(superscript).collect::<String>()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|(_, name)| name.as_str()).collect()
    }

    #[test]
    fn ticks_are_round_and_inside() {
        assert_eq!(names(&Axis::linear("", 0.0, 1.0)), ["0", "0.2", "0.4", "0.6", "0.8", "1"]);
        assert_eq!(names(&Axis::linear("", -2.1, 2.1)), ["−2", "−1", "0", "1", "2"]);
        assert_eq!(names(&Axis::logarithmic("", 1e-3, 10.0)), ["10⁻³", "10⁻²", "10⁻¹", "1", "10"]);
        assert_eq!(names(&Axis::logarithmic("", 2.0, 16.0)), ["2", "4", "8", "16"]);
        assert_eq!(
            names(&Axis::logarithmic("", 0.015, 0.9)),
            ["0.02", "0.05", "0.1", "0.2", "0.5"]
        );
        assert_eq!(names(&Axis::named("", [3, 6, 20])), ["3", "6", "20"]);
        assert_eq!(names(&Axis::linear("", 1.0, 3.0)), ["1", "1.5", "2", "2.5", "3"]);
        assert_eq!(names(&Axis::counted("", 1.0, 3.0)), ["1", "2", "3"]);
        // Three digits are not always enough.
        assert_eq!(
            names(&Axis::linear("", 2.999, 3.001)),
            ["2.9990", "2.9995", "3.0000", "3.0005", "3.0010"]
        );
        assert_eq!(names(&Axis::linear("", 5000.0, 5002.0))[1], "5000.5");
        // Where one of 2.5 would be next.
        assert_eq!(names(&Axis::counted("", 1.0, 13.0)), ["5", "10"]);
        assert_eq!(names(&Axis::counted("", 0.0, 100.0)), ["0", "20", "40", "60", "80", "100"]);
    }

    #[test]
    fn ends_are_at_0_and_1_and_nothing_is_beyond() {
        for axis in [Axis::linear("", 1.0, 100.0), Axis::logarithmic("", 1.0, 100.0)] {
            assert_eq!(axis.place(1.0), 0.0);
            assert_eq!(axis.place(100.0), 1.0);
            assert_eq!(axis.place(1e9), 1.0);
            assert_eq!(axis.place(-1.0), 0.0);
        }
        assert_eq!(Axis::logarithmic("", 1.0, 100.0).place(10.0), 0.5);
    }
}
