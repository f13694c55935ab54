//! The functions of floats that `core` has not, each written only if it is called.

use crate::source::names::calls;

/// As they are written, separated by empty lines.
const FUNCTIONS: &str = include_str!("functions.rs");

/// Those that some source calls, and those that these call.
pub(super) fn used_by(source: &str) -> String {
    let all: Vec<&str> = FUNCTIONS.trim().split("\n\n").collect();
    let mut used = vec![false; all.len()];
    let mut text = source.to_owned();
    loop {
        let found = all
            .iter()
            .zip(&mut used)
            .find(|(function, used)| !**used && calls(&text, name(function)));
        let Some((function, used)) = found else { break };
        *used = true;
        text += function;
    }
    let written = all.iter().zip(used).filter(|&(_, used)| used);
    written.map(|(function, _)| format!("{function}\n\n")).collect::<String>().trim_end().to_owned()
        + "\n"
}

fn name(function: &str) -> &str {
    let from = function.find("fn ").map_or(0, |at| at + 3);
    function[from..].split('(').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(dead_code)]
    include!("functions.rs");

    fn assert_close(name: &str, f: fn(f32) -> f32, reference: fn(f64) -> f64, low: f64, high: f64) {
        for step in 0..=200_000 {
            let x = (low + (high - low) * f64::from(step) / 2e5) as f32;
            let (is, should) = (f64::from(f(x)), reference(f64::from(x)));
            let error = (is - should).abs() / should.abs().max(1.0);
            assert!(error < 4e-7, "{name}({x}) = {is} instead of {should}");
        }
    }

    #[test]
    fn functions_are_what_they_are_called() {
        use densely_tensor::Real;

        assert_close("exp", exp, f64::exp, -110.0, 88.0);
        assert_close("exp_m1", exp_m1, f64::exp_m1, -20.0, 20.0);
        assert_close("ln", ln, f64::ln, 1e-3, 1e3);
        assert_close("ln of tiny numbers", ln, f64::ln, 1e-42, 1e-36);
        assert_close("ln_1p", ln_1p, f64::ln_1p, -0.9, 10.0);
        assert_close("tanh", tanh, f64::tanh, -20.0, 20.0);
        assert_close("sigmoid", sigmoid, |x| 1.0 / (1.0 + (-x).exp()), -100.0, 100.0);
        assert_close("normal_cdf", normal_cdf, Real::normal_cdf, -12.0, 12.0);
        assert_close("sqrt", sqrt, f64::sqrt, 0.0, 1e6);
        for step in -7_400..=7_090 {
            let x = f64::from(step) / 10.0;
            assert!((exp_double(x) / x.exp() - 1.0).abs() < 1e-14 || x < -708.0, "{x}");
        }
        assert_eq!([exp_double(710.0), exp_double(-746.0)], [f64::INFINITY, 0.0]);
        assert!(exp_double(f64::NAN).is_nan());
        let ends = [exp(200.0), exp(-200.0), ln(0.0), sqrt(0.0), tanh(1e30), sigmoid(-1e30)];
        assert_eq!(ends, [f32::INFINITY, 0.0, f32::NEG_INFINITY, 0.0, 1.0, 0.0]);
        for f in [exp, exp_m1, ln, ln_1p, tanh, sigmoid, normal_cdf, sqrt, abs] {
            assert!(f(f32::NAN).is_nan());
        }
        assert!(larger(f32::NAN, 1.0).is_nan() && larger(1.0, f32::NAN).is_nan());
        assert!(smaller(f32::NAN, 1.0).is_nan() && smaller(1.0, f32::NAN).is_nan());
        assert_eq!((larger(1.0, 2.0), smaller(1.0, 2.0)), (2.0, 1.0));
    }

    #[test]
    fn only_what_is_called_is_written() {
        let written = super::used_by("let y = sigmoid(x); let z = x.sqrt(); my_ln(x)");
        let names: Vec<&str> = written.split("\n\n").map(super::name).collect();
        assert_eq!(names, ["exp", "sigmoid", "abs"]);
    }
}
