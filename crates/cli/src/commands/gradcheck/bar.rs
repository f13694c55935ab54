/// The first of the decades that a bar shows, `1e-16`: what is below is rounding.
const FIRST: f64 = -16.0;
/// So many decades, up to 1.
const DECADES: usize = 16;

/// An error on a logarithmic scale, one character per decade, and `│` where the tolerance is.
pub(super) fn bar(error: f64, tolerance: f64) -> String {
    let decades = |x: f64| (x.log10() - FIRST).clamp(0.0, DECADES as f64);
    // What is no number is as wrong as can be.
    let halves = if error.is_nan() { 2 * DECADES } else { (2.0 * decades(error)).round() as usize };
    let allowed = decades(tolerance).round() as usize;
    let mut bar = String::new();
    for decade in 0..DECADES {
        if decade == allowed {
            bar.push('│');
        }
        bar.push(match halves.saturating_sub(2 * decade) {
            0 => ' ',
            1 => '╸',
            _ => '━',
        });
    }
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_is_a_decade() {
        for (error, tolerance, expected) in [
            (0.0, 1e-8, "        │        "),
            (1e-17, 1e-14, "  │              "),
            (1e-14, 1e-14, "━━│              "),
            (3.2e-12, 1e-8, "━━━━╸   │        "),
            (1e-3, 1e-8, "━━━━━━━━│━━━━━   "),
            (7.0, 1e-8, "━━━━━━━━│━━━━━━━━"),
            (f64::NAN, 1e-13, "━━━│━━━━━━━━━━━━━"),
            (f64::INFINITY, 1e-8, "━━━━━━━━│━━━━━━━━"),
        ] {
            assert_eq!(bar(error, tolerance), expected, "{error:e}");
        }
    }
}
