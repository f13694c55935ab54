use std::cell::RefCell;

use faer::{MatMut, MatRef};

use super::{Accumulate, affine_map, by_tree, packing, product, sweep};
use crate::{Buffer, Threads};

/// The products of a precision, which seal [`Scalar`](crate::Scalar): it requires them, and
/// nobody else can name this trait.
///
/// A method of a type that is known is compiled once, in this crate. A generic function is
/// compiled again, with all its kernels, in every crate, test and example that calls it.
pub trait Products: Sized {
    fn gemm(c: MatMut<'_, Self>, accumulate: Accumulate, a: MatRef<'_, Self>, b: MatRef<'_, Self>);
    fn affine(
        y: MatMut<'_, Self>,
        w: MatRef<'_, Self>,
        x: MatRef<'_, Self>,
        bias: MatRef<'_, Self>,
    );
    fn sum_columns(x: MatRef<'_, Self>, b: MatMut<'_, Self>);
    fn gemm_by_tree(
        c: MatMut<'_, Self>,
        a: MatRef<'_, Self>,
        b: MatRef<'_, Self>,
        bounds: &[usize],
        width: usize,
        room: &mut Buffer<Self>,
        threads: &Threads,
    );
    /// Calls `work` with the memory that the calling thread has for copies, holding anything.
    fn with_memory<R>(work: impl FnOnce(&mut [Self]) -> R) -> R;
}

macro_rules! impl_products {
    ($($float:ty),*) => { $(
        impl Products for $float {
            fn gemm(
                c: MatMut<'_, Self>,
                accumulate: Accumulate,
                a: MatRef<'_, Self>,
                b: MatRef<'_, Self>,
            ) {
                product(c, accumulate, a, b);
            }
            fn affine(
                y: MatMut<'_, Self>,
                w: MatRef<'_, Self>,
                x: MatRef<'_, Self>,
                bias: MatRef<'_, Self>,
            ) {
                affine_map(y, w, x, bias);
            }
            fn sum_columns(x: MatRef<'_, Self>, b: MatMut<'_, Self>) {
                sweep::add_up(x, b);
            }
            fn gemm_by_tree(
                c: MatMut<'_, Self>,
                a: MatRef<'_, Self>,
                b: MatRef<'_, Self>,
                bounds: &[usize],
                width: usize,
                room: &mut Buffer<Self>,
                threads: &Threads,
            ) {
                /// A cache line.
                const ROWS: usize = 64 / size_of::<$float>();
                by_tree::product::<Self, ROWS>(c, a, b, bounds, width, room, threads);
            }
            fn with_memory<R>(work: impl FnOnce(&mut [Self]) -> R) -> R {
                thread_local! {
                    static MEMORY: RefCell<Vec<$float>> = RefCell::new(packing::memory());
                }
                MEMORY.with_borrow_mut(|memory| work(memory))
            }
        }
    )* };
}
impl_products!(f32, f64);
