//! The elementary functions of [`Real`](crate::Real) for `f32` and `f64`.
//!
//! A call into the system's mathematical library stops the compiler from
//! vectorising the loop around it. The functions here are straight lines of
//! arithmetic instead: every case is computed, the right one is selected, and no
//! table is read. Inside [`vectorize`](crate::kernels::vectorize) a loop over them runs as
//! many lanes at a time as the machine has.
//!
//! Each is written once, over the private trait [`Binary`]: the two IEEE 754
//! formats with their constants, their bits and their polynomials.
//!
//! The error is below one unit in the last place of the exact result, over the whole
//! range, subnormal results included. `tests/elementary` holds them to it.
//!
//! Every operation is rounded once, as IEEE 754 says, and
//! [`mul_add`](crate::Real::mul_add) is fused on every machine. So a result does not
//! depend on the instruction set, on the place in a slice, or on the platform.
//!
//! Further reading: J.-M. Muller, *Elementary Functions*, 3rd ed., Birkhäuser 2016;
//! J.-M. Muller et al., *Handbook of Floating-Point Arithmetic*, 2nd ed., 2018.

mod binary;
mod exp;
mod exp_m1;
mod ln;
mod ln_1p;
mod normal_cdf;
mod sigmoid;
mod tanh;
mod unevaluated;

use binary::Binary;
pub(crate) use exp::exp;
pub(crate) use exp_m1::exp_m1;
pub(crate) use ln::ln;
pub(crate) use ln_1p::ln_1p;
pub(crate) use normal_cdf::normal_cdf;
pub(crate) use sigmoid::sigmoid;
pub(crate) use tanh::tanh;
use unevaluated::Unevaluated;
