use densely_layers::{Param, Parameters};
use densely_tensor::kernels::{map_in_place, vectorize};
use densely_tensor::{Scalar, Threads, column_mut};

use crate::state::panel_width;

/// `g = f(g)` for every entry of every gradient, shared among threads.
pub(crate) fn map_gradients<T: Scalar>(
    parameters: &mut dyn Parameters<T>,
    threads: &Threads,
    f: impl Fn(T) -> T + Sync,
) {
    parameters.each_mut(&mut |Param { grad, .. }| {
        let width = panel_width(grad.nrows());
        threads.panels(grad.as_mut(), width, |_, mut grad| {
            vectorize(
                #[inline(always)]
                || {
                    for j in 0..grad.ncols() {
                        map_in_place([column_mut(grad.as_mut(), j)], [], |[g], []| [f(g)]);
                    }
                },
            );
        });
    });
}
