/// On which sides the function of a layer becomes flat: what to call a unit that lets no
/// gradient through.
///
/// ```
/// use densely_layers::{Activation, Identity, Relu, Saturation, Sigmoid};
///
/// assert_eq!(Relu.saturation(), Saturation::OneSided);
/// assert_eq!(Sigmoid.saturation(), Saturation::TwoSided);
/// assert_eq!(Identity.saturation(), Saturation::Never);
/// ```
///
/// CS231n, Neural Networks 1, "Commonly used activation functions".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saturation {
    /// Nowhere, or not known: its units are not watched.
    Never,
    /// On one side, as ReLU. A unit there for every example is **dead**.
    OneSided,
    /// On both sides, as the sigmoid. A unit there for most examples is **saturated**.
    TwoSided,
}

impl Saturation {
    /// A function with a smaller slope, up or down, is flat: it lets almost no gradient
    /// through.
    pub const SLOPE: f64 = 0.01;
}
