/// With three significant digits, and no more than needed: `0.0123`, `41`, `2.5`, `3.2e-16`.
///
/// ```
/// use densely_picture::number;
///
/// assert_eq!([0.012_345, 1234.5, 3.21e-16].map(number), ["0.0123", "1234", "3.2e-16"]);
/// ```
#[must_use]
pub fn number(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return value.abs().to_string();
    }
    let magnitude = value.abs().log10().floor();
    if !(-4.0..7.0).contains(&magnitude) {
        return format!("{value:.1e}");
    }
    let decimals = (2.0 - magnitude).clamp(0.0, 6.0) as usize;
    let text = format!("{value:.decimals$}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}
