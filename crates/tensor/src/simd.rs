/// Runs `kernel` compiled for the widest instruction set of this machine.
///
/// A plain `cargo build` targets the oldest processor of an architecture. What is
/// inlined into `kernel` is compiled once for each instruction set we dispatch to
/// (baseline, AVX2 with FMA, AVX-512) and the choice is made here, at run time. So
/// a plain loop over slices inside is enough: the compiler vectorises it.
///
/// `kernel` should be `#[inline(always)] || { ... }` around whole loops: the call
/// is cheap (about a nanosecond), but not free.
///
/// The instruction set never changes the result of such a kernel: elementwise arithmetic and
/// [`Real`](crate::Real)'s functions round the same way in every width, and
/// [`sum`](crate::kernels::sum) and [`dot`](crate::kernels::dot) fix their order of summation. Large products
/// ([`gemm`](crate::gemm)) are not kernels of this kind: without a fused multiply-add, they
/// round each product too.
///
/// ```
/// let mut y = [1.0_f32, 2.0, 3.0];
/// densely_tensor::kernels::vectorize(
///     #[inline(always)]
///     || y.iter_mut().for_each(|y| *y *= 2.0),
/// );
/// assert_eq!(y, [2.0, 4.0, 6.0]);
/// ```
#[inline(always)]
pub fn vectorize<R>(kernel: impl FnOnce() -> R) -> R {
    pulp::Arch::new().dispatch(kernel)
}
