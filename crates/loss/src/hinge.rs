//! What the losses by margins have in common.

use densely_parts::{Opt, Range};
use densely_tensor::Scalar;

/// The margin `Δ`.
pub(crate) const MARGIN: Opt =
    Opt::number("margin", Range::NOT_NEGATIVE).default_number(1.0).typical(0.1, 1.5);

/// `s − r + Δ`, by how much a score is above that of the right class less the margin. Equal
/// infinities count as equal scores.
#[inline(always)]
pub(crate) fn excess<T: Scalar>(score: T, right: T, margin: T) -> T {
    if score == right { margin } else { score - right + margin }
}

/// `max(0, x)`, and NaN for NaN.
#[inline(always)]
pub(crate) fn hinge<T: Scalar>(excess: T) -> T {
    if excess <= T::ZERO { T::ZERO } else { excess }
}

/// The slope of a hinge of this value: 0 on the margin itself, and NaN for NaN.
#[inline(always)]
pub(crate) fn slope<T: Scalar>(hinge: T) -> T {
    if hinge > T::ZERO { T::ONE } else { hinge }
}
